"""What Polars frames and DuckDB relations may hold that no Parquet file, or no frame of another kind, can hold.

DuckDB's own types that come back from a file as others are noted in the file (`types_of`) and cast back on a read as
DuckDB (`typed`): `HUGEINT`, which is a decimal there, `UUID`, `ENUM`, arrays of one length.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import polars as pl

from platform_core.columns import parts_of
from platform_core.errors import UserError
from platform_core.sql_names import quoted

if TYPE_CHECKING:
    import duckdb

_WIDE = (pl.Int128, pl.UInt128)
_LOST_IN_PARQUET = {
    "interval": "CAST({} AS VARCHAR)",
    "union": "CAST({} AS VARCHAR)",
    "bit": "CAST({} AS VARCHAR)",
    "time with time zone": "CAST({} AS VARCHAR)",
    "uhugeint": "CAST({} AS HUGEINT)",
    "bignum": "CAST({} AS VARCHAR)",
    "varint": "CAST({} AS VARCHAR)",
}


def refuse_unstorable(schema: Mapping[str, pl.DataType]) -> None:
    """Refuse Polars columns that Parquet has no type for.

    Raises:
        UserError: A column holds Python objects, or structs without a field.

    >>> refuse_unstorable(pl.Schema({"a": pl.Object()}))
    Traceback (most recent call last):
    platform_core.errors.UserError: Column 'a' holds Python objects, which no Parquet file can hold.
    hint: Convert it first, as with pl.col('a').map_elements(str, return_dtype=pl.String).
    """
    for name, dtype in schema.items():
        parts = list(parts_of(dtype))
        if any(part == pl.Object for part in parts):
            advice = f"pl.col({name!r}).map_elements(str, return_dtype=pl.String)"
            raise _refused(name, "Python objects", "no Parquet file", advice)
        if any(isinstance(part, pl.Struct) and not part.fields for part in parts):
            raise _refused(name, "structs without a field", "no Parquet file", f".drop({name!r})")


def refuse_foreign(schema: Mapping[str, pl.DataType], kind: str) -> None:
    """Refuse Polars columns that pandas, DuckDB or a table of DuckDB or Delta (`kind`) has no type for.

    Raises:
        UserError: A column holds whole numbers of 128 bits, or DuckDB gets no column at all.
    """
    reader = {"pandas": "pandas frame", "duckdb": "DuckDB relation", "table": "table of DuckDB or Delta"}[kind]
    for name, dtype in schema.items():
        if any(isinstance(part, _WIDE) for part in parts_of(dtype)):
            advice = f"pl.col({name!r}).cast(pl.Decimal(38, 0))"
            raise _refused(name, "whole numbers of 128 bits", f"no {reader}", advice)
    if kind == "duckdb" and not schema:
        raise UserError("A frame without columns cannot become a DuckDB relation.", hint="Take it as a Polars frame.")


def refuse_relation(relation: duckdb.DuckDBPyRelation) -> None:
    """Refuse DuckDB columns that Arrow, and so Parquet and Polars, has no type for.

    Raises:
        UserError: A column is an INTERVAL, UNION, BIT, TIMETZ, UHUGEINT or BIGNUM, or holds one.
    """
    for name, dtype in zip(relation.columns, relation.types, strict=True):
        for part in _duckdb_parts(dtype):
            advice = _LOST_IN_PARQUET.get(part)
            if advice is not None:
                told = advice.format(f'"{name}"')
                raise _refused(name, f"values of DuckDB's type {part.upper()}", "no Parquet file", told)


def refuse_repeated(names: Sequence[str]) -> None:
    """Refuse columns that share a name.

    Raises:
        UserError: Two do.
    """
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise UserError(
            f"Several columns are called {', '.join(map(repr, repeated))}.", hint="Give every column its own name."
        )


def refuse_names(names: Sequence[str], own: str = "") -> None:
    """Refuse columns that a table cannot have: none at all, two that case alone tells apart, or one that is ours.

    Raises:
        UserError: They are such.

    >>> refuse_names(["id", "Id"])
    Traceback (most recent call last):
    platform_core.errors.UserError: Columns 'id' and 'Id' differ by case alone, which a table does not tell apart.
    hint: Give one of them another name.
    """
    if not names:
        raise UserError("A frame without columns cannot be stored as a table.", hint="Keep the asset as Parquet.")
    refuse_repeated(names)
    seen: dict[str, str] = {}
    for name in names:
        if (first := seen.setdefault(name.casefold(), name)) != name:
            raise UserError(
                f"Columns {first!r} and {name!r} differ by case alone, which a table does not tell apart.",
                hint="Give one of them another name.",
            )
    if own and own.casefold() in seen:
        raise UserError(
            f"Column {seen[own.casefold()]!r} is called as the one in which the table keeps the partition.",
            hint="Give it another name.",
        )


def types_of(relation: duckdb.DuckDBPyRelation) -> dict[str, str]:
    """Give DuckDB's types of the columns as SQL."""
    return {name: str(dtype) for name, dtype in zip(relation.columns, relation.types, strict=True)}


def casts_to(types: Mapping[str, str]) -> str:
    """Give the columns of a query, cast to what `types_of` told.

    >>> casts_to({"id": "UUID"})
    'CAST("id" AS UUID) AS "id"'
    """
    return ", ".join(f"CAST({quoted(name)} AS {dtype}) AS {quoted(name)}" for name, dtype in types.items())


def typed(relation: duckdb.DuckDBPyRelation, types: Mapping[str, str]) -> duckdb.DuckDBPyRelation:
    """Give a relation the types that `types_of` told, where it has others; nothing is read yet."""
    if list(types) != relation.columns:
        return relation
    now = types_of(relation)
    if all(now[name] == dtype for name, dtype in types.items()):
        return relation
    casts = (
        quoted(name) if now[name] == dtype else f"CAST({quoted(name)} AS {dtype}) AS {quoted(name)}"
        for name, dtype in types.items()
    )
    return relation.project(", ".join(casts))


def _duckdb_parts(dtype: Any) -> Iterator[str]:
    name = cast("str", dtype.id)
    yield name
    if name in {"list", "array", "struct", "map", "union"}:
        for _, child in dtype.children:
            if hasattr(child, "id"):
                yield from _duckdb_parts(child)


def _refused(name: str, held: str, where: str, advice: str) -> UserError:
    return UserError(
        f"Column {name!r} holds {held}, which {where} can hold.", hint=f"Convert it first, as with {advice}."
    )
