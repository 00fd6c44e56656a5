"""One comment, whatever is run how often: found by who wrote it and how it begins, then updated, else made."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from workbench.posting.api import TRANSIENT, ApiError

_TRIES = 4


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment: its number, its text, and the address of its page."""

    number: int
    text: str
    address: str


class Thread(Protocol):
    """The comments on one pull request or merge request."""

    def mine(self, marker: str) -> Sequence[Comment]:
        """Give the comments that this account wrote and that begin with a marker, the oldest first."""

    def make(self, text: str) -> Comment:
        """Make a comment."""

    def change(self, comment: Comment, text: str) -> None:
        """Give a comment another text."""

    def remove(self, comment: Comment) -> None:
        """Remove a comment."""


def wait(seconds: float) -> None:
    """Let a service that is busy rest."""
    time.sleep(seconds)


def keep_one(thread: Thread, text: str) -> Comment:
    """Let the thread hold one comment of ours, with this text, and give it.

    Where the service fails in passing it is asked again, and looks first whether the comment came to be. Where two runs
    made one each, the older stays.

    Args:
        thread: Where the comment stands.
        text: What it says. Its first line is the marker by which it is found again.

    Raises:
        ApiError: The service refused, or failed each time.
    """
    for number in range(1, _TRIES + 1):
        try:
            return _once(thread, text)
        except ApiError as error:
            if number == _TRIES or (error.status and error.status not in TRANSIENT):
                raise
            wait(2.0**number)
    raise AssertionError  # the last try returns or raises


def _once(thread: Thread, text: str) -> Comment:
    marker = text.partition("\n")[0]
    found = thread.mine(marker)
    if not found:
        made = thread.make(text)
        found = thread.mine(marker) or [made]  # another run may have made one meanwhile; a listing may lag behind
    first, *others = found
    if first.text.rstrip() != text.rstrip():
        thread.change(first, text)
    for other in others:
        thread.remove(other)
    return first
