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
SELECT a.attname, format_type(coalesce(nullif(t.typbasetype, 0), a.atttypid), NULL),
  format_type(a.atttypid, a.atttypmod), t.typcategory::text, a.attgenerated <> '' OR a.attidentity = 'a',
  n.nspname, c.relname
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
"""
_TEXT = (  # as what the driver sends them
    pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_dictionary, pa.types.is_null,
)  # fmt: skip
_WHOLE = {"smallint", "integer", "bigint"}
_WHOLE_DAYS = "timestamp without time zone"  # what a text is read as that becomes a date
_DAY, _CLOCK, _ZONE = (
    "[0-9]{4,}-[0-9]{2}-[0-9]{2}",
    "[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6}0*)?)?",
    "Z|[+-]00(:?00)?",
)
# Texts that say one time however the server is set, and no more than the type keeps: 01/02/2025 may be in January
_ISO = {
    "date": f"{_DAY}([ T].*)?",
    "timestamp without time zone": f"{_DAY}([ T]{_CLOCK}({_ZONE})?)?",
    "timestamp with time zone": f"{_DAY}([ T]{_CLOCK}(Z|[+-][0-9]{{2}}(:?[0-9]{{2}})?)?)?",
    "time without time zone": f"{_CLOCK}({_ZONE})?",
}
_ROUNDING = ("real", "double precision")
_NOT_READ = (*_ROUNDING, "text", "character", "date", "time", "interval")  # of these an array of texts is refused


@dataclass(frozen=True)
class Target:
    """A column of a table.

    Attributes:
        kind: Its type; of a domain, what it is of.
        limited: The type with its limits, as `numeric(10,2)`.
        category: The category of the type.
        is_own: Whether the database alone gives it values: what is computed, and an identity that is always generated.
    """

    kind: str
    limited: str
    category: str
    is_own: bool = False

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
            if self.kind in _ROUNDING:
                return f"{value}::text::numeric IS DISTINCT FROM {name}::numeric"
            return "" if self.limited == self.kind else f"{value}::{self.limited} IS DISTINCT FROM {value}"
        if self._reads_double(field):
            return "" if self.limited == self.kind else f"{value}::{self.limited} IS DISTINCT FROM {value}"
        if self.limited in {staged, "text", "character varying"} or (self.is_whole and pa.types.is_integer(field.type)):
            return ""  # PostgreSQL refuses a number that is out of range
        return f"{name}::{self.limited}::{staged} IS DISTINCT FROM {name}"

    def misread(self, field: pa.Field) -> str:
        """Give SQL that is true where a text is no ISO date or time that the column keeps; empty where none is read."""
        form = _ISO.get(self.kind, "") if self._reads_text(field) else ""
        return f"{quoted(field.name)} !~ '^( *({form}) *|-?infinity)$'" if form else ""

    def _reads_text(self, field: pa.Field) -> bool:
        if _is_list(field.type):  # of an enum, a uuid, …
            return _is_text(field.type.value_type) and self.kind.endswith("[]") and not self.kind.startswith(_NOT_READ)
        return self.category != "S" and _is_text(field.type)

    def _reads_double(self, field: pa.Field) -> bool:
        inner = field.type.value_type if _is_list(field.type) else field.type
        return pa.types.is_floating(inner) and self.kind in {"numeric", "numeric[]"}


def targets(cursor: Any, table: str) -> tuple[dict[str, Target], tuple[str, str]]:
    """Give the columns of a table by their names, and its schema and name; nothing where there is no such table."""
    cursor.execute(_COLUMNS, (table,))
    found = cursor.fetchall()
    columns = {name: Target(*about) for name, *about, _, _ in found}
    return columns, (found[0][-2:] if found else ("", ""))


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
    name = _found(cursor, staged, {field.name: into[field.name].misread(field) for field in schema})
    if name:
        raise UserError(
            f"A text of {name!r} is no ISO date or time, or says more than the table keeps, which has "
            f"{into[name].limited} there.",
            hint='Read it before it is written, as with .str.to_date("%d/%m/%Y"): 01/02 may be in January there.',
        )
    name = _found(
        cursor, staged, {field.name: into[field.name].changed(field, kinds[field.name].limited) for field in schema}
    )
    if name:
        raise UserError(
            f"A value of {name!r} would be rounded or cut off in the table, which has {into[name].limited} there.",
            hint="Round or cast it before it is written, so that nothing is rounded unseen.",
        )


def _found(cursor: Any, staged: str, conditions: Mapping[str, str]) -> str:
    """Give the first column whose condition is true of a staged row; nothing where none is."""
    asked = {name: condition for name, condition in conditions.items() if condition}
    if not asked:
        return ""
    # Every part is a quoted identifier or a type that the server named
    cursor.execute(f"SELECT {', '.join(f'bool_or({condition})' for condition in asked.values())} FROM {staged}")  # noqa: S608
    return next((name for name, true in zip(asked, cursor.fetchall()[0], strict=True) if true), "")


def _is_text(dtype: pa.DataType) -> bool:
    return any(is_it(dtype) for is_it in _TEXT)


def _is_list(dtype: pa.DataType) -> bool:
    return isinstance(dtype, pa.ListType | pa.LargeListType | pa.FixedSizeListType)
