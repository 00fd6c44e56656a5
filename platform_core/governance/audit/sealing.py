"""Sealing: whoever holds the key signs for a log as it stands, with what is wrong with it, so that it can go on.

A log that began before there was a key, whose key was replaced, or whose end was lost with a disk is told as wrong for
ever, and nobody looks at what is always red. A seal heals nothing of that: it holds the hash of every byte before it,
who signed, why, and what a check found. From there on each change is seen again, of what was sealed as well.
"""

from __future__ import annotations

from platform_core.errors import UsageError, UserError
from platform_core.governance.audit.log import KEY_VARIABLE, AuditLog, Entry
from platform_core.governance.audit.verifying import verify


def seal(log: AuditLog, reason: str, who: str, at: str | None = None) -> Entry:
    """Sign for a log as it stands, and give the entry that does so.

    Args:
        log: The log, with its key.
        reason: Why it is no more than it is, as a reader of the log is told.
        who: Who signs.
        at: When; now, where it is not given.

    Raises:
        UsageError: There is no key or no reason.
        UserError: There is no log, or nothing is wrong with it.

    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "audit.jsonl")
    ...     entry = AuditLog(path).append("ran", "silver:rents", who="ana")
    ...     before = verify(path, b"a key that came later").ok
    ...     entry = seal(AuditLog(path, b"a key that came later"), "The log is older than the key.", "ana")
    ...     before, verify(path, b"a key that came later").ok
    (False, True)
    """
    if log.key is None:
        raise UsageError("A seal is signed, and there is no key.", hint=f"Set {KEY_VARIABLE}.")
    if not reason.strip():
        raise UsageError("A seal without a reason tells nobody anything.", hint="Say it with --reason.")
    verdict = verify(log.path, log.key)
    if verdict.ok:
        raise UserError("Nothing is wrong with the audit log, so there is nothing to seal.")
    return log.append("sealed", "audit log", who=who, about={"reason": reason, "was": verdict.problems}, at=at)
