"""The comments on a pull request of GitHub."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from platform_core.errors import UsageError
from workbench.posting.api import Api, ApiError
from workbench.posting.comment import Comment

_ACTIONS = "github-actions[bot]"  # who the token of a workflow is, though it may not ask
_HINT = "This runs in a workflow of GitHub Actions for a pull request."


class GitHubThread:
    """The comments on the pull request that the running workflow is about.

    Args:
        environment: The process's environment: `GITHUB_API_URL`, `GITHUB_REPOSITORY`, `GITHUB_EVENT_PATH` and
            `GITHUB_TOKEN` are read.

    Raises:
        UsageError: This is no workflow for a pull request, or it has no token.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        token, repository = environment.get("GITHUB_TOKEN"), environment.get("GITHUB_REPOSITORY", "")
        if not token:
            hint = "Add `env: {GITHUB_TOKEN: ${{ github.token }}}` to the step."
            raise UsageError("GITHUB_TOKEN is not set.", hint=hint)
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
            raise UsageError("GITHUB_REPOSITORY names no repository.", hint=_HINT)
        number = _pull_request(environment.get("GITHUB_EVENT_PATH", ""))
        headers = {"Authorization": f"Bearer {token}", "X-GitHub-Api-Version": "2022-11-28"}
        self._api = Api(environment.get("GITHUB_API_URL") or "https://api.github.com", headers)
        self._repository = f"/repos/{repository}/issues"
        self._thread = f"{self._repository}/{number}/comments"

    def mine(self, marker: str) -> Sequence[Comment]:
        """Give our comments: others can write the marker too, and theirs are left alone."""
        author = self._author()
        entries = self._api.pages(self._thread)
        own = [entry for entry in entries if (entry.get("user") or {}).get("login") == author]
        found = [_comment(entry) for entry in own if str(entry.get("body") or "").startswith(marker)]
        return sorted(found, key=lambda comment: comment.number)

    def make(self, text: str) -> Comment:
        """Make a comment."""
        return _comment(self._api.ask("POST", self._thread, {"body": text}))

    def change(self, comment: Comment, text: str) -> None:
        """Give a comment another text."""
        self._api.ask("PATCH", f"{self._repository}/comments/{comment.number}", {"body": text})

    def remove(self, comment: Comment) -> None:
        """Remove a comment."""
        self._api.ask("DELETE", f"{self._repository}/comments/{comment.number}")

    def _author(self) -> str:
        try:
            return str(self._api.ask("GET", "/user")["login"])
        except ApiError as error:
            if error.status in {401, 403, 404}:
                return _ACTIONS
            raise


def _pull_request(event: str) -> int:
    try:
        number = json.loads(Path(event).read_text(encoding="utf-8"))["pull_request"]["number"]
    except (OSError, ValueError, KeyError, TypeError):
        number = None
    if not isinstance(number, int) or number < 1:
        raise UsageError("GITHUB_EVENT_PATH tells of no pull request.", hint=_HINT)
    return number


def _comment(entry: Any) -> Comment:
    try:
        return Comment(int(entry["id"]), str(entry.get("body") or ""), str(entry.get("html_url") or ""))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ApiError("GitHub answered with something that is no comment.", 0, "Is the address right?") from None
