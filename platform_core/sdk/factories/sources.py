"""Ingesting what a database table or an API holds, all of it or what is new."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

import polars as pl

from platform_core.columns import column_of
from platform_core.errors import UserError
from platform_core.sdk.factories.adding import (
    Late,
    added,
    is_time,
    mark_of,
    name_in,
    refuse_unordered,
    stored_rows,
    waiting,
)
from platform_core.sdk.factories.suited import suited

if TYPE_CHECKING:
    import dagster as dg

    from platform_core.resources.http import HTTPResource
    from platform_core.resources.pages import Paging
    from platform_core.resources.query import QueryResource

_SECONDS = len("2025-01-31T23:59:59")


@overload
def ingest_table(
    source: str,
    table: str,
    *,
    name: str = "",
    watermark: str = "",
    key: str | Sequence[str] = (),
    columns: Sequence[str] = (),
    late: Late = 0,
    **options: Any,
) -> dg.AssetsDefinition: ...
@overload
def ingest_table(
    source: QueryResource,
    table: str,
    *,
    name: str = "",
    watermark: str = "",
    key: str | Sequence[str] = (),
    columns: Sequence[str] = (),
    late: Late = 0,
) -> pl.LazyFrame: ...
def ingest_table(
    source: str | QueryResource,
    table: str,
    *,
    name: str = "",
    watermark: str = "",
    key: str | Sequence[str] = (),
    columns: Sequence[str] = (),
    late: Late = 0,
    **options: Any,
) -> dg.AssetsDefinition | pl.LazyFrame:
    """Bring in a table of a database: all of it, or with a watermark what is new since the last run.

    The rows from the greatest stored watermark on, and those without one, are read again and take the place of the
    stored ones of that range, so that rows of the same moment are neither lost nor there twice. With a key, a new
    row also takes the place of the stored one of its key.

    Args:
        source: A resource's name, for an asset; or the resource, for the rows.
        table: `table` or `schema.table`.
        name: The asset's name; the table's where it is left out.
        watermark: A column that grows, such as `updated_at` or a number; without one the whole table is read.
        key: The columns that identify a row.
        columns: The columns to read; all where it is left out.
        late: How far behind the greatest watermark rows may still appear: `"2d"`, or a number where it is a number.
        **options: Of `@bronze_asset`.

    Raises:
        UserError: The table or a column is not there, a key stands twice, or types no longer fit together.

    >>> permits = ingest_table("register", "planning.permits", watermark="changed", key="permit_id", late="2d")
    >>> permits.key.to_user_string(), sorted(permits.group_names_by_key.values())
    ('permits', ['bronze'])
    """
    asset, keys = name or table.rpartition(".")[2], _names(key)
    _refuse_late(late, watermark)
    if columns and watermark and watermark.casefold() not in {column.casefold() for column in columns}:
        raise UserError(f"columns= leaves out the watermark {watermark!r}.", hint="Add it: the next run begins there.")

    def read(resource: QueryResource) -> pl.LazyFrame:
        suited(resource, "ingest_table")
        stored = stored_rows(asset, resource) if watermark else None
        since = None if stored is None else mark_of(stored, watermark, late)
        listed = ", ".join(resource.column_sql(column) for column in columns) or "*"
        mark = resource.column_sql(watermark) if watermark else ""
        order = ", ".join(resource.column_sql(column) for column in dict.fromkeys([watermark, *keys]) if column)
        # Every part is a quoted identifier, and the value is bound
        sql = f"SELECT {listed} FROM {resource.table_sql(table)}"  # noqa: S608
        longer = ""
        if isinstance(since, str):
            since = since[:_SECONDS] if is_time(since) else since  # `00.5Z` stands before `00Z`
            longer = "" if is_time(since) else f" OR LENGTH({mark}) <> {len(since)}"
        where = f" WHERE {mark} >= %(since)s OR {mark} IS NULL{longer}" if since is not None else ""
        by = f" ORDER BY {order}" if order else ""
        new = resource.execute_query(sql + where + by, {"since": since} if where else None)
        if watermark:
            refuse_unordered(watermark, new[name_in(new, watermark, "What was read")], *_marks(stored, watermark))
        if stored is None or since is None:
            return added(asset, None, new, key=keys)
        column = column_of(name_in(stored, watermark, "What is stored"))
        replaced = (column >= pl.lit(since)).fill_null(value=True)
        return added(asset, stored, new, key=keys, replaced=replaced)

    if not isinstance(source, str):
        return read(source)
    from platform_core.sdk.factories.assets import source_asset  # noqa: PLC0415 - a notebook needs no Dagster for it

    said = {"factory": "ingest_table", "table": table, "watermark": watermark, "key": keys, "columns": list(columns)}
    return source_asset(source, asset, {**said, "late": late}, read, _with_key(options, keys))


@overload
def ingest_api(
    source: str,
    path: str,
    *,
    name: str,
    params: Mapping[str, Any] | None = None,
    paginate: Paging | None = None,
    records: str = "",
    watermark: str = "",
    since_param: str = "",
    key: str | Sequence[str] = (),
    late: Late = 0,
    paging: Mapping[str, Any] | None = None,
    **options: Any,
) -> dg.AssetsDefinition: ...
@overload
def ingest_api(
    source: HTTPResource,
    path: str,
    *,
    name: str,
    params: Mapping[str, Any] | None = None,
    paginate: Paging | None = None,
    records: str = "",
    watermark: str = "",
    since_param: str = "",
    key: str | Sequence[str] = (),
    late: Late = 0,
    paging: Mapping[str, Any] | None = None,
) -> pl.LazyFrame: ...
def ingest_api(
    source: str | HTTPResource,
    path: str,
    *,
    name: str,
    params: Mapping[str, Any] | None = None,
    paginate: Paging | None = None,
    records: str = "",
    watermark: str = "",
    since_param: str = "",
    key: str | Sequence[str] = (),
    late: Late = 0,
    paging: Mapping[str, Any] | None = None,
    **options: Any,
) -> dg.AssetsDefinition | pl.LazyFrame:
    """Bring in the records of an API: all pages, or with a watermark what the API gives since the last run.

    Args:
        source: A resource's name, for an asset; or the resource, for the rows.
        path: The path under the resource's address.
        name: The asset's name.
        params: Parameters of the first page.
        paginate: `link`, `cursor` or `offset`, as `HTTPResource.read` has it.
        records: Where the list of records stands in an answer.
        watermark: A key of the records that grows; needs `since_param` and `key`.
        since_param: The parameter that takes the greatest watermark so far.
        key: What identifies a record: whether the API gives the last one again or not, it is there once.
        late: How far behind the greatest watermark records may still appear.
        paging: Other options of `HTTPResource.read`.
        **options: Of `@bronze_asset`.

    Raises:
        UserError: The API does not answer, a key stands twice, or types no longer fit together.

    >>> notices = ingest_api("api", "/notices", name="notices", paginate="link", owners=["team:planning"])
    >>> notices.key.to_user_string()
    'notices'
    """
    keys = _names(key)
    if bool(watermark) != bool(since_param) or (watermark and not keys):
        raise UserError(
            "An incremental ingest of an API needs watermark=, since_param= and key=.",
            hint="Without all three every run reads everything.",
        )
    _refuse_late(late, watermark)

    def read(resource: HTTPResource) -> pl.LazyFrame:
        suited(resource, "ingest_api")
        stored = stored_rows(name, resource) if watermark else None
        since = None if stored is None else mark_of(stored, watermark, late)
        asked = dict(params or {})
        if since is not None:
            asked[since_param] = since.isoformat() if isinstance(since, dt.date) else str(since)
        new = resource.read(path, asked, paginate=paginate, records=records, **(paging or {}))
        if stored is not None and new.is_empty():
            return stored  # no record, so no key to look at
        if watermark and new.width:
            refuse_unordered(watermark, new[name_in(new, watermark, "What was read")], *_marks(stored, watermark))
        return added(name, stored if since is not None else None, new, key=keys if new.width else ())

    if not isinstance(source, str):
        return read(source)
    from platform_core.sdk.factories.assets import source_asset  # noqa: PLC0415 - as above

    said = {"factory": "ingest_api", "path": path, "params": params, "paginate": paginate, "records": records}
    more = {"watermark": watermark, "since_param": since_param, "key": keys, "late": late, "paging": paging}
    return source_asset(source, name, said | more, read, _with_key(options, keys))


def _marks(stored: pl.LazyFrame | None, watermark: str) -> list[pl.Series]:
    """Give the watermarks of the stored rows, where they are texts."""
    if stored is None:
        return []
    name = name_in(stored, watermark, "What is stored")
    is_text = stored.collect_schema()[name] == pl.String
    return [stored.select(column_of(name)).collect().to_series()] if is_text else []


def _refuse_late(late: Late, watermark: str) -> None:
    if late and not watermark:
        raise UserError("late= needs a watermark=.", hint="It says how far behind the watermark rows may appear.")
    waiting(late)


def _names(key: str | Sequence[str]) -> list[str]:
    return [key] if isinstance(key, str) else list(key)


def _with_key(options: Mapping[str, Any], key: list[str]) -> dict[str, Any]:
    return {**({"key": key} if key else {}), **options}
