"""What a step's checks and check cells say of a result."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

from platform_core.errors import UserError
from promote.verify.trial import NoCaseError, Run, execute


def declared(run: Run, checks: Mapping[str, Any]) -> dict[str, bool]:
    """Say which declared checks pass on what the cells gave; one that cannot be run here is left out."""
    if not checks.get("items"):
        return {}
    from platform_core.asset_checks import resolve_checks  # noqa: PLC0415 -- Dagster only where checks are declared

    schema = run.names.get(checks["schema"]) if checks.get("schema") else None
    passed = {}
    with contextlib.suppress(UserError):  # a mistake may be in the schema itself
        for check in resolve_checks(checks["items"], key=checks.get("key"), schema=schema):
            with contextlib.suppress(UserError):
                passed[check.name] = bool(check.run(run.value).passed)
    return passed


def asserted(run: Run, assertions: Sequence[Mapping[str, Any]]) -> dict[str, bool]:
    """Say which check cells hold on what the cells gave."""
    passed = {}
    for item in assertions:
        names = dict(run.names)
        try:
            for text in item["program"]:
                execute(text, names, item["name"])
            passed[item["name"]] = True
        except NoCaseError:
            passed[item["name"]] = False
    return passed
