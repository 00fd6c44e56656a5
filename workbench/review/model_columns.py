"""What the columns of dbt models are made from, by their SQL: told before anything is run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from platform_core.errors import UserError
from platform_core.values import replace
from workbench.review.document import Block, Cell, Table
from workbench.review.values import Asset, AssetChange, ModelColumns, Snapshot
from workbench.review.wording import clean, name, names

_COLUMNS = ("Model and column", "Made from")


def model_columns(head: Snapshot, changes: Sequence[AssetChange]) -> tuple[ModelColumns, ...]:
    """Give the columns of every model that is new or changed; it takes sqlglot, which comes with dbt.

    Args:
        head: The revision under review.
        changes: What differs.
    """
    models = [change.after for change in changes if change.after is not None and change.after.logic]
    if not models:
        return ()
    if find_spec("sqlglot") is None:
        return tuple(ModelColumns(one.name, unknown=("sqlglot is not installed here",)) for one in models)
    return tuple(_columns(one, head.assets) for one in models)


def blocks(found: Sequence[ModelColumns]) -> Iterator[Block]:
    """Tell it as a table: a row for each column, one for what shapes the rows, one for what nobody knows."""
    rows = []
    for one in found:
        rows += [(Cell(name(f"{one.name}.{column}")), Cell(names(made))) for column, made in one.columns]
        rows += [(Cell(f"which rows {name(one.name)} has"), Cell(names(one.rows)))] * bool(one.rows)
        rows += [(Cell(name(one.name)), Cell(f"not known: {clean(why)}")) for why in one.unknown]
    if rows:
        yield Table(
            "What the columns of models are made from, by their SQL", _COLUMNS, tuple(rows), fold=len(rows) > 24
        )


def machine(found: Sequence[ModelColumns]) -> dict[str, Any]:
    """Give it for programs, with the key only where there are models."""
    made = {
        clean(one.name): {
            "columns": {clean(column): [clean(place) for place in made] for column, made in one.columns},
            "rows": [clean(place) for place in one.rows],
            "unknown": [clean(why) for why in one.unknown],
        }
        for one in found
    }
    return {"models": made} if made else {}


def _columns(model: Asset, assets: Mapping[str, Asset]) -> ModelColumns:
    from platform_core.governance.lineage.sql import lineage_of_sql  # noqa: PLC0415 - an extra

    found = ModelColumns(model.name)
    if model.hidden:
        found = replace(found, unknown=("it reads something that only dbt can name",))
    if not model.query:
        why = "its SQL is put together by macros, or by models without data; a run tells it"
        return replace(found, unknown=(*found.unknown, why))
    tables = {one: known for one in model.inputs if (known := _known(assets.get(one)))}
    try:
        told = lineage_of_sql(model.query, tables, "duckdb", None)
    except UserError as error:
        return replace(found, unknown=(*found.unknown, error.message))
    return replace(
        found,
        columns=tuple(
            (column, tuple(dict.fromkeys(f"{one.asset}.{one.column}" for one in made)))
            for column, made in told.columns.items()
        ),
        rows=tuple(dict.fromkeys(f"{one.asset}.{one.column}" for one in told.rows)),
        unknown=(
            *found.unknown,
            *(f"{one.column}: {one.reason}" if one.column else one.reason for one in told.unknown),
        ),
    )


def _known(asset: Asset | None) -> tuple[str, ...]:
    """Give the columns of an asset: as a run has shown them, else as a contract or dbt's YAML says them."""
    if asset is None:
        return ()
    shown = asset.proof.output.schema if asset.proof is not None else ()
    return tuple(column for column, _ in shown or asset.contract)
