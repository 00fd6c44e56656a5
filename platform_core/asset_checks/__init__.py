"""Checks of data. A check is one immutable value with three uses: in a decorator, on a frame, as a Dagster check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_core.lazy import loader

if TYPE_CHECKING:
    from platform_core.asset_checks.assertions import config_of, run_assertions
    from platform_core.asset_checks.contracts import validate_schema
    from platform_core.asset_checks.definitions import asset_check
    from platform_core.asset_checks.drift import check_drift
    from platform_core.asset_checks.expressions import check_compare, check_expression
    from platform_core.asset_checks.keys import check_referential, check_unique_values
    from platform_core.asset_checks.model import Check, CheckReport, Outcome
    from platform_core.asset_checks.resolve import CHECKS, resolve_checks
    from platform_core.asset_checks.rows import check_accepted_values, check_no_nulls, check_range
    from platform_core.asset_checks.running import run_checks
    from platform_core.asset_checks.statistics import check_mean, check_null_share, check_quantile, check_row_change
    from platform_core.asset_checks.texts import check_length, check_pattern
    from platform_core.asset_checks.whole import check_freshness, check_row_count

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
    "config_of",
    "resolve_checks",
    "run_assertions",
    "run_checks",
    "validate_schema",
]

# A step without checks needs one of these modules, and what runs checks costs more than most frames
_PLACES = {
    "CHECKS": "resolve",
    "Check": "model",
    "CheckReport": "model",
    "Outcome": "model",
    "asset_check": "definitions",
    "check_accepted_values": "rows",
    "check_compare": "expressions",
    "check_drift": "drift",
    "check_expression": "expressions",
    "check_freshness": "whole",
    "check_length": "texts",
    "check_mean": "statistics",
    "check_no_nulls": "rows",
    "check_null_share": "statistics",
    "check_pattern": "texts",
    "check_quantile": "statistics",
    "check_range": "rows",
    "check_referential": "keys",
    "check_row_change": "statistics",
    "check_row_count": "whole",
    "check_unique_values": "keys",
    "config_of": "assertions",
    "resolve_checks": "resolve",
    "run_assertions": "assertions",
    "run_checks": "running",
    "validate_schema": "contracts",
}

__getattr__ = loader(__name__, _PLACES)
