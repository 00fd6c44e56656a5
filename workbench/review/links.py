"""Where a link of a review leads: into the repository's web pages where they are known, else to the files beside it."""

from __future__ import annotations

from collections.abc import Mapping

from platform_core.links import WEB, Links


def links_for(given: str | None, commit: str, prefix: str, environment: Mapping[str, str]) -> Links:
    """Give the links of a review: to the address given, else to the one that GitHub's or GitLab's CI tells.

    Args:
        given: What the person asked for; None where nothing.
        commit: The commit that is linked to; empty for the working tree, which no web page shows.
        prefix: The project's folder in the repository.
        environment: The process's environment.
    """
    base = given
    if base is None and commit:
        server, name = environment.get("GITHUB_SERVER_URL"), environment.get("GITHUB_REPOSITORY")
        if server and name:
            base = f"{server}/{name}/blob/{commit}"
        elif url := environment.get("CI_PROJECT_URL"):
            base = f"{url}/-/blob/{commit}"
    base = (base or "").rstrip("/")
    return Links(base if WEB.fullmatch(base) else "", prefix)
