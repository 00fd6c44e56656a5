"""Where a project keeps its audit log, and who acts.

A project that has policies keeps one, in `data/audit/audit.jsonl`; `WORKBENCH_AUDIT` names another file, such as one on
a disk that only grows, or says `off`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from platform_core.errors import UserError
from platform_core.governance.audit.log import KEY_VARIABLE, AuditLog

AUDIT_VARIABLE = "WORKBENCH_AUDIT"
USER_VARIABLE = "WORKBENCH_USER"
FILE = "data/audit/audit.jsonl"

_OFF = "off"
_USERS = (USER_VARIABLE, "GITHUB_ACTOR", "GITLAB_USER_LOGIN")


def log_of(project: Path | None = None) -> AuditLog | None:
    """Give the audit log of a project; None where it keeps none.

    Args:
        project: The project's folder; found from the working directory where it is not given.
    """
    told = os.environ.get(AUDIT_VARIABLE)
    if told == _OFF:
        return None
    key = os.environ.get(KEY_VARIABLE)
    secret = key.encode() if key else None
    if told:
        return AuditLog(Path(told).absolute(), secret)
    root = project_of_process() if project is None else project
    if root is None or not (root / "policies").is_dir():
        return None
    return AuditLog(root / FILE, secret)


def note(
    did: str, of: str, about: Mapping[str, Any] | None = None, *, project: Path | None = None, who: str | None = None
) -> str:
    """Write an entry where the project keeps a log, and give why it could not be written; empty where it was.

    It never raises: what was done was done, and its caller says that it could not be recorded.
    """
    try:
        log = log_of(project)
        if log is not None:
            log.append(did, of, who=who or actor(), about=about)
    except OSError as error:
        return f"The audit log cannot be written ({error.strerror or type(error).__name__})."
    return ""


def actor() -> str:
    """Give who acts: `WORKBENCH_USER`, else who started the pipeline, else the name of this account."""
    for variable in _USERS:
        if told := os.environ.get(variable):
            return told
    import getpass  # noqa: PLC0415 - most are named by the environment

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"


def project_of_process() -> Path | None:
    """Give the project that this process works on; None where there is none."""
    from platform_core.config import find_project  # noqa: PLC0415 - only where nobody names the project

    try:
        return find_project()
    except UserError:
        return None
