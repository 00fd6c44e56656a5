"""The errors of every part of the workbench: what went wrong, where, and what to do about it.

Two kinds matter to a reader. A `UserError` is something that the analyst can put right, so it is shown in one
sentence with its place and a hint, and never with a traceback. A `Fault` is a mistake of ours.
"""

from __future__ import annotations

import errno

_ROOM = "Free some space there, then call it again."
_RIGHTS = "Check the permissions of the file and of its folder."
_BY_SYSTEM = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EFBIG: "Lift the limit on the size of files (ulimit -f), then call it again.",
    errno.EMFILE: "Lift the limit on open files (ulimit -n), then call it again.",
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.EROFS: "Mount it for writing, or work in a copy.",
    errno.EIO: "Look at the disk, or at the network that it is reached by.",
}


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


def together(problems: list[UserError]) -> UserError:
    """Give one error that tells of all: the first with its place, the others with their hints on lines of their own.

    >>> second = UserError("Two.", hint="Did you mean 'to'?", location="a:2")
    >>> print(together([UserError("One.", location="a:1"), second]))
    a:1: One.
    a:2: Two. Did you mean 'to'?
    """
    first, *others = problems
    lines = [first.message]
    lines += [f"{other.location}: {other.message}{f' {other.hint}' if other.hint else ''}" for other in others]
    return UserError("\n".join(lines), hint=first.hint, location=first.location)


def no_port(port: int) -> UsageError:
    """Give the error for a number that no port has.

    >>> print(no_port(70_000))
    There is no port 70000.
    hint: Ports are numbers from 1 to 65535.
    """
    return UsageError(f"There is no port {port}.", hint="Ports are numbers from 1 to 65535.")


def refused_by_system(error: BaseException) -> UserError | None:
    """Give the error for what the machine refused (room, permission, a broken disk); None where that is not it.

    >>> print(refused_by_system(OSError(errno.ENOSPC, "No space left on device", "data/lake/rents.parquet")))
    data/lake/rents.parquet: No space left on device.
    hint: Free some space there, then call it again.
    >>> refused_by_system(FileNotFoundError(errno.ENOENT, "No such file or directory")) is None
    True
    """
    if not isinstance(error, OSError) or error.errno not in _BY_SYSTEM:
        return None
    where = error.filename if isinstance(error.filename, str) else None
    return UserError(f"{error.strerror}.", hint=_BY_SYSTEM[error.errno], location=where)
