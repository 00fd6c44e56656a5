"""Checks of data. A check is one immutable value with three uses: in a decorator, on a frame, as a Dagster check."""

from __future__ import annotations

from platform_core.asset_checks.assertions import run_assertions
from platform_core.asset_checks.contracts import validate_schema
from platform_core.asset_checks.definitions import asset_check
from platform_core.asset_checks.expressions import check_expression
from platform_core.asset_checks.keys import check_referential, check_unique_values
from platform_core.asset_checks.model import Check, CheckReport, Outcome
from platform_core.asset_checks.resolve import CHECKS, resolve_checks
from platform_core.asset_checks.rows import (
    check_accepted_values,
    check_no_nulls,
    check_pattern,
    check_range,
)
from platform_core.asset_checks.running import run_checks
from platform_core.asset_checks.whole import check_freshness, check_row_count

__all__ = [
    "CHECKS",
    "Check",
    "CheckReport",
    "Outcome",
    "asset_check",
    "check_accepted_values",
    "check_expression",
    "check_freshness",
    "check_no_nulls",
    "check_pattern",
    "check_range",
    "check_referential",
    "check_row_count",
    "check_unique_values",
    "resolve_checks",
    "run_assertions",
    "run_checks",
    "validate_schema",
]
