"""Checks by name, as a decorator's `data_quality_checks` and a cell's `#| checks:` write them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from platform_core.asset_checks.contracts import validate_schema
from platform_core.asset_checks.drift import check_drift
from platform_core.asset_checks.expressions import check_compare
from platform_core.asset_checks.keys import check_referential, check_unique_values
from platform_core.asset_checks.model import Check
from platform_core.asset_checks.rows import (
    check_accepted_values,
    check_no_nulls,
    check_range,
)
from platform_core.asset_checks.statistics import (
    check_mean,
    check_null_share,
    check_quantile,
    check_row_change,
)
from platform_core.asset_checks.texts import check_length, check_pattern
from platform_core.asset_checks.whole import check_freshness, check_row_count
from platform_core.errors import UsageError, UserError
from platform_core.suggest import did_you_mean

CHECKS: dict[str, Callable[..., Check]] = {
    "no_nulls": check_no_nulls,
    "unique_values": check_unique_values,
    "schema_validation": validate_schema,
    "row_count": check_row_count,
    "freshness": check_freshness,
    "accepted_values": check_accepted_values,
    "range": check_range,
    "pattern": check_pattern,
    "referential": check_referential,
    "length": check_length,
    "compare": check_compare,
    "null_share": check_null_share,
    "mean": check_mean,
    "quantile": check_quantile,
    "row_change": check_row_change,
    "drift": check_drift,
}


def resolve_checks(
    items: Iterable[str | Mapping[str, Any] | Check], *, key: Sequence[str] | None = None, schema: Any = None
) -> tuple[Check, ...]:
    """Give the checks that names, `{name: arguments}` mappings and checks stand for, each under a name of its own.

    A bare name reads what the asset declares: `no_nulls` its key (all columns where there is none), `unique_values` its
    key (the whole row where there is none), `schema_validation` its schema.

    Args:
        items: What is declared. Arguments are those of the check's function: a mapping by name, a list in order, or one
            value.
        key: The asset's key.
        schema: The asset's schema, as `validate_schema` takes it.

    Raises:
        UserError: A name is not known, `schema_validation` has no schema, or arguments do not fit.

    >>> [check.name for check in resolve_checks(["no_nulls", {"row_count": {"min": 5}}], key=["reference"])]
    ['no_nulls', 'row_count']
    """
    columns = (key,) if isinstance(key, str) else tuple(key or ())
    checks: list[Check] = []
    for item in items:
        for check in _resolved(item, columns, schema):
            if check not in checks:
                checks.append(_renamed(check, {other.name for other in checks}))
    return tuple(checks)


def _resolved(item: object, key: tuple[str, ...], schema: Any) -> list[Check]:
    if isinstance(item, Check):
        return [item]
    if isinstance(item, str):
        return [_by_name(item, key, schema)]
    if isinstance(item, Mapping) and item:
        return [_with_arguments(_known(name), name, arguments) for name, arguments in item.items()]
    raise UserError(
        f"A check cannot be a {type(item).__name__}.",
        hint="Write a name, {name: arguments}, or a check such as check_range(...).",
    )


def _by_name(name: str, key: tuple[str, ...], schema: Any) -> Check:
    function = _known(name)
    if name in {"no_nulls", "unique_values"}:
        return replace(function(*key), name=name)
    if name == "row_count":
        return check_row_count()
    if name != "schema_validation":
        raise UserError(f"The check {name!r} needs arguments.", hint=f"It takes {_usage(function)}.")
    if schema is None:
        raise UserError(
            "The check 'schema_validation' needs a schema, and the asset declares none.",
            hint="Declare schema=... beside it, or take the check away.",
        )
    return validate_schema(schema)


def _known(name: object) -> Callable[..., Check]:
    if name not in CHECKS:
        raise UserError(f"No check is called {name!r}.", hint=did_you_mean(str(name), CHECKS))
    return CHECKS[str(name)]


def _with_arguments(function: Callable[..., Check], name: str, arguments: Any) -> Check:
    for positional, named in _readings(arguments):
        try:
            inspect.signature(function).bind(*positional, **named)
        except TypeError:
            continue
        try:
            return function(*positional, **named)
        except UsageError as error:
            raise UserError(f"The check {name!r}: {error.message}", hint=error.hint) from None
        except TypeError:
            break
    raise UserError(f"The arguments of the check {name!r} do not fit.", hint=f"It takes {_usage(function)}.")


def _readings(arguments: Any) -> list[tuple[Sequence[Any], Mapping[str, Any]]]:
    """Give the ways to read written arguments, the likeliest first."""
    if isinstance(arguments, Mapping):
        named = {str(key): value for key, value in arguments.items()}
        columns = named.get("columns")
        by_columns = (
            [(columns, {k: v for k, v in named.items() if k != "columns"})] if isinstance(columns, list) else []
        )
        return [((), named), *by_columns, ((arguments,), {})]
    if isinstance(arguments, list | tuple):
        return [(arguments, {})]
    return [((arguments,), {})]


def _usage(function: Callable[..., Check]) -> str:
    shown = [str(p).partition(":")[0].partition("=")[0] for p in inspect.signature(function).parameters.values()]
    return ", ".join(text.strip() for text in shown if text.strip() != "name")


def _renamed(check: Check, taken: set[str]) -> Check:
    name, number = check.name, 2
    while name in taken:
        name, number = f"{check.name}_{number}", number + 1
    return check if name == check.name else replace(check, name=name)
