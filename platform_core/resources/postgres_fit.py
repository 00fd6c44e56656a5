"""Values on their way into the columns of a PostgreSQL table: how each is cast, and whether it stays what it is.

An INSERT rounds numbers and times, drops the time of a moment, and cuts blanks and names, all without a word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from platform_core.errors import UserError
from platform_core.sql_names import quoted

_COLUMNS = """
SELECT a.attname, format_type(a.atttypid, NULL), format_type(a.atttypid, a.atttypmod), t.typcategory::text,
  n.nspname, c.relname
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
"""
_TEXT = (  # as what the driver sends them
    pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_dictionary, pa.types.is_null,
)  # fmt: skip
_WHOLE = {"smallint", "integer", "bigint"}
_WHOLE_DAYS = "timestamp without time zone"  # what a text is read as that becomes a date


@dataclass(frozen=True)
class Target:
    """A column of a table: its type, the type with its limits (`numeric(10,2)`), and the category of the type."""

    kind: str
    limited: str
    category: str

    @property
    def is_whole(self) -> bool:
        """Whether it holds whole numbers alone."""
        return self.kind in _WHOLE

    def value(self, field: pa.Field) -> str:
        """Give the staged column as SQL in the table's type, without its limits; an INSERT applies those.

        A text is read as the column's type, and a double by all its digits, of which a cast keeps fifteen.
        """
        name = quoted(field.name)
        if self._reads_text(field):
            # A cast to `bit` keeps the first bit alone
            return f"{name}::{'bit varying' if self.kind == 'bit' else self.kind}"
        return f"{name}::text::{self.kind}" if self._reads_double(field) else name

    def changed(self, field: pa.Field, staged: str) -> str:
        """Give SQL that is true where the column would hold another value than the staged one; empty where it never is.

        Args:
            field: The staged column.
            staged: Its type in the database.
        """
        name, value = quoted(field.name), self.value(field)
        if self._reads_text(field):
            if self.kind == "date":
                return f"{name}::{_WHOLE_DAYS} IS DISTINCT FROM {name}::date"
            return "" if self.limited == self.kind else f"{value}::{self.limited} IS DISTINCT FROM {value}"
        if self._reads_double(field):
            return "" if self.limited == self.kind else f"{value}::{self.limited} IS DISTINCT FROM {value}"
        if self.limited in {staged, "text", "character varying"} or (self.is_whole and pa.types.is_integer(field.type)):
            return ""  # PostgreSQL refuses a number that is out of range
        return f"{name}::{self.limited}::{staged} IS DISTINCT FROM {name}"

    def _reads_text(self, field: pa.Field) -> bool:
        return self.category != "S" and any(is_it(field.type) for is_it in _TEXT)

    def _reads_double(self, field: pa.Field) -> bool:
        inner = field.type.value_type if _is_list(field.type) else field.type
        return pa.types.is_floating(inner) and self.kind in {"numeric", "numeric[]"}


def targets(cursor: Any, table: str) -> tuple[dict[str, Target], tuple[str, str]]:
    """Give the columns of a table by their names, and its schema and name; nothing where there is no such table."""
    cursor.execute(_COLUMNS, (table,))
    found = cursor.fetchall()
    columns = {name: Target(kind, limited, category) for name, kind, limited, category, _, _ in found}
    return columns, (found[0][4:] if found else ("", ""))


def refuse_changes(cursor: Any, schema: pa.Schema, into: Mapping[str, Target], staged: str) -> None:
    """Refuse staged rows of which a value would become another one in the table.

    Raises:
        UserError: One would; its column is named.
    """
    kinds, _ = targets(cursor, quoted(staged))
    for field in schema:
        if kinds[field.name].kind.startswith("timestamp") and into[field.name].kind.startswith("time "):
            raise UserError(
                f"The column {field.name!r} holds moments, and the table times of day.", hint="Write `.dt.time()`."
            )
    asked = {field.name: into[field.name].changed(field, kinds[field.name].limited) for field in schema}
    asked = {name: changed for name, changed in asked.items() if changed}
    if not asked:
        return
    # Every part is a quoted identifier or a type that the server named
    cursor.execute(f"SELECT {', '.join(f'bool_or({changed})' for changed in asked.values())} FROM {staged}")  # noqa: S608
    for name, changed in zip(asked, cursor.fetchall()[0], strict=True):
        if changed:
            raise UserError(
                f"A value of {name!r} would be rounded or cut off in the table, which has {into[name].limited} there.",
                hint="Round or cast it before it is written, so that nothing is rounded unseen.",
            )


def _is_list(dtype: pa.DataType) -> bool:
    return isinstance(dtype, pa.ListType | pa.LargeListType | pa.FixedSizeListType)
