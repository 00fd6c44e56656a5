"""Checks of data. A check is one immutable value with three uses: in a decorator, on a frame, as a Dagster check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_core.asset_checks.contracts import validate_schema
from platform_core.asset_checks.drift import check_drift
from platform_core.asset_checks.expressions import check_compare, check_expression
from platform_core.asset_checks.keys import check_referential, check_unique_values
from platform_core.asset_checks.model import Check, CheckReport, Outcome
from platform_core.asset_checks.resolve import CHECKS, resolve_checks
from platform_core.asset_checks.rows import (
    check_accepted_values,
    check_no_nulls,
    check_range,
)
from platform_core.asset_checks.running import run_checks
from platform_core.asset_checks.statistics import (
    check_mean,
    check_null_share,
    check_quantile,
    check_row_change,
)
from platform_core.asset_checks.texts import check_length, check_pattern
from platform_core.asset_checks.whole import check_freshness, check_row_count
from platform_core.lazy import loader

if TYPE_CHECKING:
    from platform_core.asset_checks.assertions import run_assertions
    from platform_core.asset_checks.definitions import asset_check

# Dagster costs more to import than most frames cost to check: what needs it is loaded when it is first asked for
_WITH_DAGSTER = {"asset_check": "definitions", "run_assertions": "assertions"}

__all__ = [
    "CHECKS",
    "Check",
    "CheckReport",
    "Outcome",
    "asset_check",
    "check_accepted_values",
    "check_compare",
    "check_drift",
    "check_expression",
    "check_freshness",
    "check_length",
    "check_mean",
    "check_no_nulls",
    "check_null_share",
    "check_pattern",
    "check_quantile",
    "check_range",
    "check_referential",
    "check_row_change",
    "check_row_count",
    "check_unique_values",
    "resolve_checks",
    "run_assertions",
    "run_checks",
    "validate_schema",
]

__getattr__ = loader(__name__, _WITH_DAGSTER)
