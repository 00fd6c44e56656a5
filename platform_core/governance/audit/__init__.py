"""The audit log: who did what to which asset, when, with which code and inputs, in a file that only grows.

Each line is one entry as canonical JSON and holds the hash of the line before it, so that no entry can be changed,
taken out, put in or moved without breaking the chain. `log` writes, `verifying` checks, `sealing` signs for a log that
cannot be mended, `places` says where a project keeps its log and who acts. Nothing here holds a value of the data.
Standard library only.

>>> import tempfile
>>> from pathlib import Path
>>> with tempfile.TemporaryDirectory() as folder:
...     log = AuditLog(Path(folder, "audit.jsonl"))
...     log.append("ran", "silver:rents", who="ana", about={"code_version": "1a2b"}, at="2026-11-29T08:00:00Z").n
...     verify(log.path).ok
1
True
"""

from platform_core.governance.audit.log import ACTIONS, AuditLog, Entry
from platform_core.governance.audit.places import actor, log_of, note
from platform_core.governance.audit.sealing import seal
from platform_core.governance.audit.verifying import Verdict, read_entries, verify

__all__ = ["ACTIONS", "AuditLog", "Entry", "Verdict", "actor", "log_of", "note", "read_entries", "seal", "verify"]
