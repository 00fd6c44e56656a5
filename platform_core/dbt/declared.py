"""What the files of dbt declare of a model, in the words of the assets of notebooks: policies judge both alike.

Standard library only: a review reads a revision's files without dbt.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from platform_core.errors import UserError
from platform_core.plain_numbers import is_whole

CHECK = "workbench/check"  # what a test of dbt is called where a notebook asks for the same
_CHECKS = {
    "accepted_values": "accepted_values",
    "not_null": "no_nulls",
    "unique": "unique_values",
    "unique_combination_of_columns": "unique_values",
}
_SQL = "\n\n#### Raw SQL:\n"
_KEY = {"not_null", "unique"}


def check_of(test: str, model: str = "") -> str:
    """Give what a notebook calls the check that a test of dbt is; empty where it has no such check.

    Args:
        test: The name of a generic test, or of a query of its own.
        model: The model that the query is about.

    >>> check_of("unique"), check_of("rents_unique_town_year", "rents"), check_of("shares_add_up", "rents")
    ('unique_values', 'unique_values', '')
    """
    together = bool(model) and test.startswith(f"{model}_unique_")  # as promotion names it
    return "unique_values" if together else _CHECKS.get(test, "")


def described(text: str | None) -> str:
    r"""Give what people wrote of an asset: dagster-dbt puts a model's SQL under it, and a name where there is nothing.

    >>> described("Visits by year.\n\n#### Raw SQL:\n```sql\n    select 1\n```")
    'Visits by year.'
    >>> described("dbt model visits\n\n#### Raw SQL:\n")
    ''
    """
    said, of_dbt, _ = (text or "").partition(_SQL)
    return "" if of_dbt and said.startswith("dbt model ") and len(said.split()) == 3 else said


def declared(
    model: str, meta: Mapping[str, Any], tests: Mapping[str, Collection[str]], personal: Iterable[str] = ()
) -> dict[str, Any]:
    """Give key, retention period and personal columns of a model.

    Args:
        model: The model's name.
        meta: What stands under `config: meta:` of it: `key`, `retention_days`, `personal`.
        tests: The generic tests of each column; one that is unique and never null is the key where `meta` names none.
        personal: The columns whose own `meta` says `personal: true`.

    Raises:
        UserError: A value is of the wrong kind.

    >>> declared("rents", {"retention_days": 30}, {"town": ["unique", "not_null"]}, ["tenant"])
    {'key': ['town'], 'retention_days': 30, 'personal': ['tenant']}
    """
    found: dict[str, Any] = {}
    own = [column for column, names in tests.items() if _KEY.issubset(names)]
    if key := _texts(model, meta, "key") or own[:1]:
        found["key"] = key
    if (days := meta.get("retention_days")) is not None:
        if not is_whole(days) or days < 1:
            raise _wrong(model, "retention_days", "Write a whole number of days.")
        found["retention_days"] = days
    if columns := {*_texts(model, meta, "personal"), *personal}:
        found["personal"] = sorted(columns)
    return found


def is_personal(column: Mapping[str, Any]) -> bool:
    """Whether the entry of a column says that it is personal, in its `meta` or under its `config`.

    >>> is_personal({"name": "tenant", "config": {"meta": {"personal": True}}})
    True
    """
    config = column.get("config")
    places = (column.get("meta"), config.get("meta") if isinstance(config, Mapping) else None)
    return any(isinstance(one, Mapping) and one.get("personal") is True for one in places)


def _texts(model: str, meta: Mapping[str, Any], name: str) -> list[str]:
    value = meta.get(name)
    found = [value] if isinstance(value, str) else [] if value is None else value
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise _wrong(model, name, "Write the names of columns, as a list.")
    return found


def _wrong(model: str, name: str, hint: str) -> UserError:
    return UserError(f"The value of {name} under `config: meta:` of the model {model} cannot be used.", hint=hint)
