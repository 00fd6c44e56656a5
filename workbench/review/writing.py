"""A review in the format that was asked for, as text or in a file."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
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


def write(path: Path, text: str, what: str = "review") -> None:
    """Write a review, or what else is said, to a file, all of it or nothing.

    Raises:
        UserError: The file cannot be written.
    """
    with _told(path, what), replacing(path) as made:
        made.write_bytes(text.encode("utf-8"))


def try_out(path: Path, what: str) -> None:
    """See whether a file can be written, and leave what stands there as it is.

    Raises:
        UserError: It cannot.

    >>> try_out(Path("/"), "proof")
    Traceback (most recent call last):
    platform_core.errors.UserError: /: The proof cannot be written: Is a directory.
    """
    with _told(path, what):
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        with suppress(_Enough), replacing(path):
            raise _Enough


class _Enough(Exception):  # noqa: N818 - no error: the temporary file could be made
    """What was to be known is known."""


@contextmanager
def _told(path: Path, what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(f"The {what} cannot be written: {error.strerror}.", location=str(path)) from None
