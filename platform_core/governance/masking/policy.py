"""Masking as a policy: for each column the way in which it is masked, as a file of the project says it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, cast

import polars as pl
import polars.selectors as cs

from platform_core.errors import UserError
from platform_core.frames import convert, kind_of, not_a_frame
from platform_core.governance.masking import expressions
from platform_core.governance.masking.fitting import unfit
from platform_core.governance.masking.keys import Key, key_from_environment
from platform_core.governance.masking.settings import checked
from platform_core.suggest import did_you_mean

_Make = Callable[..., pl.Expr]

METHODS: Mapping[str, _Make | None] = MappingProxyType(
    {
        "redact": expressions.redact,
        "partial": expressions.partial,
        "hash": expressions.hashed,
        "pseudonym": expressions.pseudonym,
        "shift_dates": expressions.shift_dates,
        "generalise_postcode": expressions.generalise_postcode,
        "year_band": expressions.year_band,
        "band": expressions.band,
        "drop": None,
        "keep": None,
    }
)
"""The methods of a policy, each with its function.

>>> sorted(METHODS)[:3]
['band', 'drop', 'generalise_postcode']
"""

KEYED = frozenset({"hash", "pseudonym", "shift_dates"})
_PARSE = "Parse it first: pl.col(…).str.to_date()."
_OTHERWISE = "Take another way: redact and drop mask whatever there is; or take it apart first."
_TYPED = frozenset({"shift_dates", "band"})  # what they give is of the column's own type
_NEEDS = {"shift_dates": "by", "band": "width"}
_PROPOSED = {
    "date_of_birth": "year_band",
    "postcode": "generalise_postcode",
    "email": "partial",
    "phone": "partial",
    "name": "redact",
    "nhs_number": "pseudonym",
    "national_insurance": "pseudonym",
    "utr": "pseudonym",
    "uprn": "pseudonym",
    "special_category": "drop",
}


def checked_policy(policy: Mapping[str, Any], where: str = "masking") -> dict[str, tuple[str, dict[str, Any]]]:
    """Give the method and the settings for each column.

    Args:
        policy: A column's name to a method (`"partial"`), or to a mapping with `method` and its settings.
        where: Names the policy in errors.

    Raises:
        UserError: A method or a setting does not exist, or one that is needed is missing.

    >>> checked_policy({"email": "partial", "born": {"method": "year_band", "width": 10}})["born"]
    ('year_band', {'width': 10})
    """
    if not isinstance(policy, Mapping):
        raise UserError(f"{where}: the policy is no mapping.", hint='Write {"email": "partial"}.')
    made = {}
    for column, said in policy.items():
        settings = {"method": said} if isinstance(said, str) else dict(said) if isinstance(said, Mapping) else {}
        method = settings.pop("method", None)
        if not isinstance(method, str) or method not in METHODS:
            raise UserError(f"{where}: {column!r} has no method {method!r}.", hint=did_you_mean(str(method), METHODS))
        checked(method, settings, f"{where}: {column!r}: ")
        if (least := _NEEDS.get(method)) and least not in settings:
            raise UserError(
                f"{where}: {method!r} of {column!r} needs {least}=.", hint=f"Add `{least}` to its settings."
            )
        made[column] = (method, settings)
    return made


def apply_policy(frame: Any, policy: Mapping[str, Any], *, key: Key | None = None, where: str = "masking") -> Any:
    """Mask a frame of any kind by a policy; a lazy frame stays lazy, and nothing of it is read.

    Args:
        frame: A Polars LazyFrame or DataFrame, a pandas DataFrame or a DuckDB relation; the same kind is given back.
        policy: As `checked_policy` takes it. Columns that it does not name stay as they are.
        key: The key of hashes, pseudonyms and shifts; from `WORKBENCH_MASKING_KEY` where it is left out.
        where: Names the policy in errors.

    Raises:
        UserError: The policy is wrong, a column is not there or of a type that its method cannot mask, or a key is
            needed and missing.

    >>> frame = pl.LazyFrame({"name": ["Ada"], "born": ["1983-05-01"], "fee": [10]})
    >>> apply_policy(frame, {"name": "redact", "born": "year_band"}).collect().row(0)
    ('•••', '1980-1984', 10)
    """
    kind = kind_of(frame)
    if kind is None:
        raise not_a_frame(frame, "What is to be masked")
    policy_of = checked_policy(policy, where)
    lazy: Any = convert(frame, "lazy")
    schema = lazy.collect_schema()
    for column, (method, settings) in policy_of.items():
        for name in (column, settings.get("by")) if method == "shift_dates" else (column,):
            if name not in schema:
                raise UserError(f"{where}: there is no column {name!r} to mask.", hint=did_you_mean(str(name), schema))
            if (lacks := unfit(method if name == column else "hash", schema[name])) is not None:
                raise UserError(f"{where}: {name!r} holds {lacks}.", hint=_PARSE if "dates" in lacks else _OTHERWISE)
    made = [
        make(column, **settings, **({"key": key} if method in KEYED else {}))
        for column, (method, settings) in policy_of.items()
        if (make := METHODS[method]) is not None and not (method in _TYPED and schema[column] == pl.Null)
    ]
    dropped = [column for column, (method, _) in policy_of.items() if method == "drop"]
    return convert(lazy.with_columns(made).drop(cs.by_name(dropped)), kind)


def key_mark(policy: Mapping[str, Any]) -> str | None:
    """Give what changes with the key where a policy needs one, so that what an older key masked counts as changed.

    >>> key_mark({"email": "redact"}) is None
    True
    """
    if not KEYED & {method for method, _ in checked_policy(policy).values()}:
        return None
    return key_from_environment().mark


def masked_version(logic: str, policy: Mapping[str, Any] | None) -> str:
    """Give a code version that changes with the policy too, so that an asset is made anew where only that changed."""
    if not policy:
        return logic
    said = json.dumps(policy, sort_keys=True, default=str).encode()
    return f"{logic}-{hashlib.sha256(said).hexdigest()[:8]}"


def proposed_policy(frame: Any, *, sample: int | None = 1000) -> dict[str, str]:
    """Propose a policy for the columns that hold personal data, to be put right by a person.

    What the usual way of a kind cannot mask is redacted: a column called `postcode` may hold numbers.

    >>> proposed_policy(pl.DataFrame({"email": ["ann@example.com"], "postcode": ["LS1 4AP"], "fee": [3]}))
    {'email': 'partial', 'postcode': 'generalise_postcode'}
    """
    from platform_core.governance import pii  # noqa: PLC0415 - the detector is loaded where it is asked

    found = pii.columns(frame, sample=sample).filter("personal")
    schema: Any = cast("pl.LazyFrame", convert(frame, "lazy")).collect_schema()
    ways = {column: _PROPOSED.get(kind, "redact") for column, kind in found.select("column", "kind").iter_rows()}
    return {column: way if unfit(way, schema[column]) is None else "redact" for column, way in ways.items()}
