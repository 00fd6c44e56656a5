"""The notes on a merge request of GitLab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from platform_core.errors import UsageError
from workbench.posting.api import Api, ApiError
from workbench.posting.comment import Comment

TOKEN = "WORKBENCH_REVIEW_TOKEN"  # noqa: S105 - the name of a variable
_HINT = "This runs in a pipeline of GitLab for a merge request."


class GitLabThread:
    """The notes on the merge request that the running pipeline is about.

    Args:
        environment: The process's environment: `CI_API_V4_URL`, `CI_MERGE_REQUEST_PROJECT_ID`,
            `CI_MERGE_REQUEST_IID` and `WORKBENCH_REVIEW_TOKEN` are read.

    Raises:
        UsageError: This is no pipeline for a merge request, or it has no token.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        token, base = environment.get(TOKEN), environment.get("CI_API_V4_URL")
        if not token:
            hint = "Make a project access token (role Reporter, scope `api`) and a masked variable of that name."
            raise UsageError(f"{TOKEN} is not set.", hint=hint)
        project, number = (environment.get(f"CI_MERGE_REQUEST_{name}", "") for name in ("PROJECT_ID", "IID"))
        if not base or not project.isdecimal() or not number.isdecimal():
            raise UsageError("The environment tells of no merge request.", hint=_HINT)
        self._api = Api(base, {"PRIVATE-TOKEN": token})
        self._thread = f"/projects/{project}/merge_requests/{number}/notes"

    def mine(self, marker: str) -> Sequence[Comment]:
        """Give our notes: others can write the marker too, and theirs are left alone."""
        me = self._api.ask("GET", "/user")
        author = me.get("id") if isinstance(me, dict) else None
        entries = self._api.pages(f"{self._thread}?order_by=created_at&sort=asc")
        own = [entry for entry in entries if author is not None and (entry.get("author") or {}).get("id") == author]
        found = [_comment(entry) for entry in own if str(entry.get("body") or "").startswith(marker)]
        return sorted(found, key=lambda comment: comment.number)

    def make(self, text: str) -> Comment:
        """Make a note."""
        return _comment(self._api.ask("POST", self._thread, {"body": text}))

    def change(self, comment: Comment, text: str) -> None:
        """Give a note another text."""
        self._api.ask("PUT", f"{self._thread}/{comment.number}", {"body": text})

    def remove(self, comment: Comment) -> None:
        """Remove a note."""
        self._api.ask("DELETE", f"{self._thread}/{comment.number}")


def _comment(entry: Any) -> Comment:
    try:
        number = int(entry["id"])
        return Comment(number, str(entry.get("body") or ""), f"#note_{number}")
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ApiError("GitLab answered with something that is no note.", 0, "Is the address right?") from None
