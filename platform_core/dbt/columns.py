"""Which columns of its inputs each column of a model is made from, read from the SQL that dbt compiled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from platform_core.errors import UserError
from platform_core.governance.lineage.model import ColumnLineage, Unknown
from platform_core.governance.lineage.sql import lineage_of_sql


def lineage_of_model(
    manifest: Mapping[str, Any], unique_id: str, tables: Mapping[str, Sequence[str]], columns: Sequence[str]
) -> ColumnLineage:
    """Give the column lineage of a model, with assets by their names; never an error.

    Args:
        manifest: The manifest that a run of dbt wrote: it holds the SQL as it was run.
        unique_id: The model's id in it.
        tables: The columns of the assets that it reads, by name.
        columns: The columns that it gave.

    >>> source = {"name": "rents", "relation_name": "'../data/lake/silver/rents.parquet'"}
    >>> model = {"compiled_code": "select town, sum(rent) as rents from '../data/lake/silver/rents.parquet' group by 1"}
    >>> manifest = {"nodes": {"model.p.a": model}, "sources": {"source.p.silver.rents": source}}
    >>> found = lineage_of_model(manifest, "model.p.a", {"rents": ["town", "rent"]}, ["town", "rents"])
    >>> [(one.asset, one.column, one.way) for one in found.columns["rents"]]
    [('rents', 'rent', 'aggregation')]
    """
    sql = manifest["nodes"][unique_id].get("compiled_code")
    if not sql:
        return _nothing(columns, "no SQL of it: a seed, or a model in Python")
    for one in (*manifest["sources"].values(), *manifest["nodes"].values()):
        if place := one.get("relation_name"):
            sql = sql.replace(place, f'"{one["name"]}"')
    try:
        return lineage_of_sql(sql, tables, "duckdb", columns)
    except UserError as error:
        return _nothing(columns, f"SQL of which nothing is known: {error.message}")


def _nothing(columns: Sequence[str], reason: str) -> ColumnLineage:
    return ColumnLineage(dict.fromkeys(columns, ()), (), (Unknown("", reason),))
