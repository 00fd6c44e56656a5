"""Checks of a frame's schema: a pandera model or schema for Polars or pandas, or a mapping of columns to types.

Pandera looks at a LazyFrame's schema alone. Here the data is always validated: the frame is read first.
"""

from __future__ import annotations

import copy
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from platform_core.asset_checks.model import Check, Direct, Plan, Settled, Verdict, check_name, counted, listed
from platform_core.columns import type_text
from platform_core.errors import UsageError, UserError
from platform_core.frames import FrameKind, convert, to_polars
from platform_core.plain_numbers import is_whole
from platform_core.suggest import did_you_mean

_SAMPLE_ROWS = 10
_LONGEST_REASON = 80
_DTYPE = "dtype("
_GROUPS: dict[str, frozenset[str]] = {
    "integer": frozenset(
        {"Int8", "Int16", "Int32", "Int64", "Int128", "UInt8", "UInt16", "UInt32", "UInt64", "UInt128"}
    ),
    "float": frozenset({"Float16", "Float32", "Float64"}),
    "text": frozenset({"String", "Categorical", "Enum"}),
    "str": frozenset({"String"}),
    "bool": frozenset({"Boolean"}),
}
_GROUPS["number"] = _GROUPS["integer"] | _GROUPS["float"] | {"Decimal"}
_GROUPS["int"] = _GROUPS["integer"]
_TYPES = frozenset(
    {
        "Array",
        "Binary",
        "Boolean",
        "Date",
        "Datetime",
        "Decimal",
        "Duration",
        "List",
        "Map",
        "Null",
        "Object",
        "Struct",
        "Time",
    }
    | _GROUPS["number"]
    | _GROUPS["text"]
)


def validate_schema(schema: Any, *, name: str | None = None) -> Check:
    """Give the check that a frame is as a schema says, data and all.

    A column that the schema does not name is told of in the metadata, and fails only where a pandera schema is strict.
    A pandera schema that coerces accepts what it can coerce.

    Args:
        schema: A pandera model or schema, for Polars or pandas; or a mapping from column to type: a Polars type, its
            text (`Int64`, `Datetime` for any unit and zone, `Datetime(time_unit='us', time_zone=None)` for one), or
            `integer`, `float`, `number`, `text`, `bool`.
        name: The check's name, where the usual one will not do.

    Raises:
        UsageError: The schema is of no such sort, or a type is not known.

    >>> validate_schema({"rent": "integer"}).run(pl.DataFrame({"rent": [900.5]})).description
    'Column rent is Float64, not integer.'
    """
    chosen = name or check_name("schema_validation")
    if isinstance(schema, Mapping):
        pairs = tuple((column, _type_text(column, dtype)) for column, dtype in schema.items())
        return Check(chosen, "Columns and types as declared.", Columns(pairs))
    kind = pandera_kind(schema)
    if kind is None:
        raise UsageError(
            f"A schema cannot be a {type(schema).__name__}.",
            hint="Give a pandera model for Polars or pandas, or a mapping from column to type.",
        )
    title = getattr(schema, "__name__", None) or getattr(schema, "name", None) or "the schema"
    return Check(chosen, f"As {title} says.", Pandera(schema, kind))


def pandera_kind(schema: object) -> FrameKind | None:
    """Say what kind of frame a pandera model or schema describes: `polars`, `pandas`, or None where it is neither."""
    kinds: tuple[FrameKind, ...] = ("polars", "pandas")
    for kind in kinds:
        # A schema of a module that nobody imported cannot be at hand
        model = getattr(sys.modules.get(f"pandera.api.{kind}.model"), "DataFrameModel", None)
        built = getattr(sys.modules.get(f"pandera.api.{kind}.container"), "DataFrameSchema", None)
        if built is not None and isinstance(schema, built):
            return kind
        if model is not None and isinstance(schema, type) and issubclass(schema, model):
            return kind
    return None


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns and the types they have to have."""

    types: tuple[tuple[str, str], ...]

    def plan(self, schema: pl.Schema) -> Plan:
        """Compare with the schema; no data is read."""
        absent = [column for column, _ in self.types if column not in schema]
        wrong = [
            f"Column {column} is {type_text(schema[column])}, not {wanted}"
            for column, wanted in self.types
            if column in schema and not _fits(schema[column], wanted)
        ]
        problems = ([f"The frame has no column {listed(absent)}"] if absent else []) + wrong
        metadata = _beside({column for column, _ in self.types}, list(schema))
        if absent:
            metadata["missing_columns"] = absent
        if not problems:
            return Settled(Verdict(True, 0, "All columns are there with their types.", metadata))
        return Settled(Verdict(False, 1, f"{'; '.join(problems)}.", metadata))


@dataclass(frozen=True, slots=True)
class Pandera:
    """A pandera schema or model."""

    schema: Any
    kind: FrameKind

    def plan(self, schema: pl.Schema) -> Plan:
        """Validate the frame as it is, read whole."""
        return Direct(self.validated)

    def validated(self, given: object) -> tuple[Verdict, pl.DataFrame]:
        """Give the verdict on a frame of any kind, with the rows that fail."""
        # pandera is costly to import, and loaded where there is such a schema
        from pandera.config import ValidationDepth, config_context  # noqa: PLC0415
        from pandera.errors import SchemaErrors  # noqa: PLC0415

        schema = self._schema()
        frame: Any = convert(given, self.kind)
        if self.kind == "pandas" and schema.index is None:
            frame = frame.reset_index(drop=True)  # so that pandera tells row numbers
        metadata = _beside(_named(schema, frame.columns), frame.columns)
        try:
            with config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA):
                schema.validate(frame, lazy=True)
        except SchemaErrors as error:
            return _failed(
                _cases(error.failure_cases, dict(zip(frame.columns, frame.dtypes, strict=True))), frame, metadata
            )
        except Exception as error:  # noqa: BLE001 - a parser written in the model may raise anything
            said = f"The schema could not be applied ({type(error).__name__})."
            return Verdict(False, 1, said, metadata), pl.DataFrame()
        return Verdict(True, 0, "The data is as the schema says.", metadata), pl.DataFrame()

    def personal(self) -> frozenset[str]:
        """Give the columns whose field says `metadata={"personal": True}`."""
        columns = self._schema().columns
        return frozenset(name for name, column in columns.items() if (column.metadata or {}).get("personal"))

    def _schema(self) -> Any:
        schema: Any = self.schema.to_schema() if isinstance(self.schema, type) else self.schema  # type: ignore[attr-defined] # a pandera model
        if getattr(schema, "drop_invalid_rows", False):  # a check tells of them instead
            schema = copy.copy(schema)
            schema.drop_invalid_rows = False
        return schema


@dataclass(frozen=True, slots=True)
class _Case:
    reason: str
    row: int | None


def _cases(failures: Any, types: Mapping[Any, Any]) -> list[_Case]:
    """Read pandera's failure cases without the values that failed, nor the text of an error raised in a check."""
    records = failures.to_dicts() if isinstance(failures, pl.DataFrame) else failures.to_dict("records")
    retyped = {record["column"] for record in records if str(record["check"]).startswith(_DTYPE)}
    cases = []
    for record in records:
        check = str(record["check"])
        if record["column"] in retyped and not check.startswith(_DTYPE):
            continue  # what else is asked of the column cannot be judged, or is no news
        if check == "column_in_dataframe":
            reason = f"no column {record['failure_case']}"
        elif check == "column_in_schema":
            reason = f"unexpected column {record['failure_case']}"
        elif check.startswith(_DTYPE):  # the type from the frame: pandas' failure case is a value
            found = types.get(record["column"], "of another type")
            reason = f"column {record['column']} is {type_text(found)}, not {check[7:-2]}"
        else:
            of = "" if record["schema_context"] == "DataFrameSchema" else f" of {record['column']}"
            reason = f"{check[:_LONGEST_REASON]}{of}"
        row = record["index"]
        cases.append(_Case(reason, row if is_whole(row) else None))
    return cases


def _failed(cases: list[_Case], frame: Any, metadata: dict[str, Any]) -> tuple[Verdict, pl.DataFrame]:
    rows = sorted({case.row for case in cases if case.row is not None})
    reasons: dict[str, set[int | None]] = {}
    for case in cases:
        reasons.setdefault(case.reason, set()).add(case.row)
    shown = [
        reason if None in where else f"{reason} ({counted(len(where), 'row', 'rows')})"
        for reason, where in sorted(reasons.items())
    ]
    verdict = Verdict(False, len(rows) or 1, f"The data breaks the schema: {listed(shown)}.", metadata)
    first = rows[:_SAMPLE_ROWS]
    return verdict, _sample(frame[first] if isinstance(frame, pl.DataFrame) else frame.iloc[first])


def _sample(rows: Any) -> pl.DataFrame:
    try:
        return to_polars(rows)
    except UserError:  # a pandas column of several types
        return to_polars(rows.astype("string"))


def _named(schema: Any, columns: Iterable[str]) -> set[str]:
    patterns = [re.compile(name) for name, column in schema.columns.items() if column.regex]
    return set(schema.columns) | {c for c in columns if any(pattern.match(c) for pattern in patterns)}


def _beside(named: set[str], columns: Iterable[str]) -> dict[str, Any]:
    """Give the metadata for columns that the schema does not name."""
    unexpected = [str(column) for column in columns if column not in named]
    return {"unexpected_columns": unexpected} if unexpected else {}


def _fits(dtype: pl.DataType, wanted: str) -> bool:
    base = type(dtype).__name__
    return wanted in {base, str(dtype)} or base in _GROUPS.get(wanted, ())


def _type_text(column: str, dtype: Any) -> str:
    if isinstance(dtype, type) and issubclass(dtype, pl.DataType):
        return dtype.__name__
    text = str(dtype)
    base = text.partition("(")[0]
    if not isinstance(dtype, str | pl.DataType) or base not in _TYPES | set(_GROUPS):
        raise UsageError(
            f"The type of column {column!r} is not known: {text!r}.", hint=did_you_mean(base, _TYPES | set(_GROUPS))
        )
    return text
