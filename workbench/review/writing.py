"""A review in the format that was asked for, as text or in a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from platform_core.atomic import replacing
from platform_core.errors import UserError
from workbench.review.links import links_for
from workbench.review.sections import document
from workbench.review.values import Review


def render(review: Review, form: str, links: str | None, environment: Mapping[str, str]) -> str:
    """Give a review as `markdown`, `html` or `json`, or what is not proven as `github`, `gitlab` or `sarif`.

    Args:
        review: What was found.
        form: The format.
        links: The web address of the repository's files at HEAD, None where CI may tell it.
        environment: The process's environment.
    """
    if form == "json":
        from workbench.review.machine import render_json  # noqa: PLC0415 - one format is written, not three

        return render_json(review)
    if form in {"github", "gitlab", "sarif"}:
        from workbench.review.annotations import render_annotations  # noqa: PLC0415 - as above

        return render_annotations(review, form)
    whole = document(review, links_for(links, review.head.commit, review.prefix, environment))
    if form == "html":
        from workbench.review.html import render_html  # noqa: PLC0415 - as above

        return render_html(whole)
    from workbench.review.markdown import render_markdown  # noqa: PLC0415 - as above

    return render_markdown(whole)


def write(path: Path, text: str) -> None:
    """Write a review to a file, all of it or nothing.

    Raises:
        UserError: The file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as made:
            made.write_bytes(text.encode("utf-8"))
    except OSError as error:
        raise UserError(f"The review cannot be written: {error.strerror}.", location=str(path)) from None
