"""What a check of the doctor gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """How one thing stands.

    Attributes:
        name: What was looked at, in a word or two.
        fine: Whether it is as it should be.
        said: A phrase that says how it is. It holds no secret.
        mend: The command, or the sentence, that mends it; empty where it is fine.
        fix: Mends it, where a program can without a network and without taking anything away.
    """

    name: str
    fine: bool
    said: str
    mend: str = ""
    fix: Callable[[], None] | None = None

    def as_json(self, *, fixed: bool) -> dict[str, object]:
        """Give the standing as JSON can hold it."""
        return {"check": self.name, "fine": self.fine, "said": self.said, "mend": self.mend, "fixed": fixed}
