"""The errors of every part of the workbench: what went wrong, where, and what to do about it.

Two kinds matter to a reader. A `UserError` is something that the analyst can put right, so it is shown in one
sentence with its place and a hint, and never with a traceback. A `Fault` is a mistake of ours.
"""

from __future__ import annotations


class WorkbenchError(Exception):
    """Base of everything that the workbench raises on purpose.

    Args:
        message: One sentence that says what is wrong. No secret and no value of the data may stand in it.
        hint: What to do about it, in one sentence.
        location: Where, in a form a person can follow: `notebooks/a.ipynb:cell 4:2`, `config/dev.yaml:7`.
    """

    def __init__(self, message: str, *, hint: str | None = None, location: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.location = location

    def __str__(self) -> str:
        """Give the error as a person reads it: place, sentence, hint.

        >>> print(UserError("No asset is called 'isues'.", hint="Did you mean 'issues'?", location="a.ipynb:cell 4"))
        a.ipynb:cell 4: No asset is called 'isues'.
        hint: Did you mean 'issues'?
        """
        place = f"{self.location}: " if self.location else ""
        hint = f"\nhint: {self.hint}" if self.hint else ""
        return f"{place}{self.message}{hint}"


class UserError(WorkbenchError):
    """Something that the person at the keyboard can put right (exit code 1)."""


class UsageError(UserError):
    """A command was called wrongly (exit code 2)."""


class VerificationError(UserError):
    """The promoted module did not give what the notebook gave (exit code 4)."""


class Fault(WorkbenchError):  # noqa: N818 - a fault of ours, beside the errors of a user
    """A mistake of ours, to be reported (exit code 3)."""
