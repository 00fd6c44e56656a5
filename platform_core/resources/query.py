"""What every database has in common: queries that give frames, whole or in batches, recorded and replayed."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Generator, Iterator, Mapping
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast, overload

import polars as pl

from platform_core.atomic import replacing
from platform_core.errors import UserError
from platform_core.frames import convert
from platform_core.governance.lineage.queries import note
from platform_core.resources import recording
from platform_core.resources.base import ConnectedResource
from platform_core.resources.placeholders import Parameters, numbered
from platform_core.suggest import did_you_mean

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

ResultKind = Literal["polars", "pandas", "arrow"]

_BATCH_ROWS = 100_000


class QueryResource(ConnectedResource):
    """A database that answers SQL with frames."""

    @overload
    def execute_query(
        self, sql: str, params: Parameters | None = None, *, as_: Literal["polars"] = "polars"
    ) -> pl.DataFrame: ...
    @overload
    def execute_query(self, sql: str, params: Parameters | None = None, *, as_: Literal["pandas"]) -> pd.DataFrame: ...
    @overload
    def execute_query(self, sql: str, params: Parameters | None = None, *, as_: Literal["arrow"]) -> pa.Table: ...
    def execute_query(
        self, sql: str, params: Parameters | None = None, *, as_: ResultKind = "polars"
    ) -> pl.DataFrame | pd.DataFrame | pa.Table:
        """Run a query and give its rows as a frame.

        Args:
            sql: The query. A value is written `%(name)s`, or `%s` by position, and never formatted into the text.
            params: The values by name or by position.
            as_: `polars`, `pandas` or `arrow`.

        Raises:
            UserError: The database cannot be reached, or refuses the query; no value of the data is shown.
        """
        if as_ not in {"polars", "pandas", "arrow"}:
            hint = did_you_mean(str(as_), ["polars", "pandas", "arrow"])
            raise UserError(f"execute_query gives no {as_!r}.", hint=hint)
        recorded = self._recorded(sql, params)
        frame = self._fetched(sql, params) if recorded is None else pl.read_parquet(recorded)
        given = frame.to_arrow() if as_ == "arrow" else convert(frame, "pandas") if as_ == "pandas" else frame
        return self._noted(sql, params, given)

    def stream_query(
        self, sql: str, params: Parameters | None = None, *, batch_rows: int = _BATCH_ROWS
    ) -> Generator[pl.DataFrame, None, None]:
        """Run a query and give its rows as frames of at most `batch_rows` rows, so that no result is too large.

        A query without rows gives one frame without rows.

        The connection is held until the last frame is taken or the iterator is closed.

        Raises:
            UserError: As `execute_query` does.
        """
        if batch_rows < 1:
            raise UserError("stream_query needs a batch_rows of at least 1.")
        recorded = self._recorded(sql, params)
        if recorded is not None:
            for part in _sliced(pl.read_parquet(recorded), batch_rows):
                yield self._noted(sql, params, part)
            return
        with self._batches(sql, params) as batches:
            for batch in batches:
                for part in _sliced(batch, batch_rows):
                    yield self._noted(sql, params, part)

    def save_query(self, sql: str, target: Path | str, params: Parameters | None = None) -> pl.LazyFrame:
        """Run a query into a Parquet file, batch by batch, and give the file as a LazyFrame.

        The file appears whole or not at all.

        Raises:
            UserError: As `execute_query` does.
            OSError: The file cannot be written.
        """
        import pyarrow.parquet as pq  # noqa: PLC0415 - only where a file is written

        with replacing(Path(target)) as part, closing(self.stream_query(sql, params)) as batches:
            table = next(batches).to_arrow()
            with pq.ParquetWriter(part, table.schema) as writer:
                writer.write_table(table)
                for batch in batches:
                    writer.write_table(batch.to_arrow())
        return cast("pl.LazyFrame", self._noted(sql, params, pl.scan_parquet(Path(target))))

    def table_sql(self, table: str) -> str:
        """Give the name of a table as this database's SQL has it.

        Raises:
            UserError: It is no name of a table.
        """
        return quoted_table(table)

    def column_sql(self, column: str) -> str:
        """Give the name of a column as this database's SQL has it.

        Raises:
            UserError: It is no name of a column.
        """
        return quoted(column)

    def _noted(self, sql: str, params: Parameters | None, frame: Any) -> Any:
        """Note the query, without the values of its parameters, for the lineage of a step that asks."""
        return note(
            numbered(sql, params, "NULL".format)[0], type(self).__name__.removesuffix("Resource").lower(), frame
        )

    def _recorded(self, sql: str, params: Parameters | None) -> Path | None:
        values = dict(params) if isinstance(params, Mapping) else params and list(params)
        file = recording.name_of_read("query", sql, values, ending="parquet")
        return self._kept(file, lambda part: self._fetched(sql, params).write_parquet(part))

    def _fetched(self, sql: str, params: Parameters | None) -> pl.DataFrame:
        with self._batches(sql, params, whole=True) as batches:
            return pl.concat(batches, how="vertical", rechunk=False)

    @abstractmethod
    def _batches(
        self, sql: str, params: Parameters | None, *, whole: bool = False
    ) -> AbstractContextManager[Iterator[pl.DataFrame]]:
        """Give the rows of a query in batches, at least one; all of them in one where `whole`."""


def _sliced(frame: pl.DataFrame, rows: int) -> Iterator[pl.DataFrame]:
    return frame.iter_slices(rows) if frame.height else iter((frame,))


def quoted(name: str, mark: str = '"') -> str:
    """Give a name as an SQL identifier, whatever stands in it.

    >>> print(quoted('the "best" rate'))
    "the ""best"" rate"
    """
    if "\0" in name or not name:
        raise UserError("A name of a table or column is empty or holds a zero byte.")
    return f"{mark}{name.replace(mark, mark * 2)}{mark}"


def quoted_table(table: str) -> str:
    """Give `table` or `schema.table` as SQL.

    >>> quoted_table("planning.permits")
    '"planning"."permits"'
    """
    parts = table.split(".")
    if len(parts) > 2:
        raise UserError("A table is named `table` or `schema.table`.")
    return ".".join(quoted(part) for part in parts)


def line_of(sql: str, position: int) -> int:
    """Give the line of a place in the SQL, counted from 1 as drivers do."""
    return sql.count("\n", 0, max(position - 1, 0)) + 1


def without_values(message: str) -> str:
    """Give a database's message without the values that it quotes behind a colon.

    >>> without_values('invalid input syntax for type integer: "Ambridge"')
    'invalid input syntax for type integer'
    """
    return re.sub(r":.*", "", message, flags=re.DOTALL)
