"""The records of a JSON answer as a frame: one type for each key, learned from all records, and nothing bent to fit.

Polars' own reading of JSON gives null, 1 or a text where a key's values differ in type, and not the same in memory and
from a file: what differs is refused here, by its key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from platform_core.errors import UserError

Record = dict[str, Any]

_MOST, _WIDEST = 2**63, 2**127
_PLAIN = {"null": pl.Null(), "boolean": pl.Boolean(), "number": pl.Float64(), "text": pl.String()}


class _DifferError(Exception):
    """The values of a key are of several types; it says where and of which."""


@dataclass(slots=True)
class Type:
    """What values are: `null`, `boolean`, `whole number`, `number`, `text`, `list` or `object`.

    Attributes:
        kind: The kind.
        wide: Whether a whole number needs more than 64 bits.
        exact: Whether each whole number is the same as a float.
        mixed: Whether some numbers are whole and others not.
        inner: Of a list, what its items are.
        fields: Of an object, what its values are, by key.
    """

    kind: str
    wide: bool = False
    exact: bool = True
    mixed: bool = False
    inner: Type | None = None
    fields: dict[str, Type] = field(default_factory=dict)

    def polars(self) -> pl.DataType:
        """Give the type of a column that holds all of the values."""
        match self.kind:
            case "whole number":
                return pl.Int128() if self.wide else pl.Int64()
            case "list":
                return pl.List(pl.Null() if self.inner is None else self.inner.polars())
            case "object":
                return pl.Struct({name: held.polars() for name, held in self.fields.items()})
        return _PLAIN[self.kind]

    def learn(self, value: Any, where: str) -> None:
        """Take one more value in.

        Raises:
            _DifferError: It is of another type than those before.
            OverflowError: It is a whole number that no column holds.
        """
        if value is None:
            return
        kind = _KINDS[type(value)]
        if self.kind == "null":
            self.kind = kind
        elif kind != self.kind:
            if {kind, self.kind} != {"whole number", "number"}:
                raise _DifferError(f"{where} is {_a(self.kind)} in one and {_a(kind)} in another")
            self.kind, self.mixed = "number", True
        if kind == "whole number":
            if self.kind == kind and not -_WIDEST <= value < _WIDEST:
                raise OverflowError  # which Polars would make a null of, in some
            self.wide = self.wide or not -_MOST <= value < _MOST
            self.exact = self.exact and abs(value) < 2**1023 and int(float(value)) == value
        elif kind == "list":
            self.inner = Type("null") if self.inner is None else self.inner
            for item in value:
                self.inner.learn(item, f"an item of {where}")
        elif kind == "object":
            for name, held in value.items():
                self.fields.setdefault(name, Type("null")).learn(held, f"{where}.{name}")
        if self.kind == "number" and not self.exact:
            raise _DifferError(f"{where} is a number in one and in another a whole number too large for a float")

    def bending(self) -> Callable[[Any], Any] | None:
        """Give what makes floats of whole numbers where the type has both, which Polars refuses; else None."""
        if self.mixed:
            return lambda value: None if value is None else float(value)
        if self.inner is not None:
            item = self.inner.bending()
            return item and (lambda value: None if value is None else [item(one) for one in value])
        fields = bending_of(self.fields)
        return (lambda value: None if value is None else bent(value, fields)) if fields else None


def bending_of(types: Mapping[str, Type]) -> dict[str, Callable[[Any], Any]]:
    """Give what makes floats of the values of some keys, by key."""
    return {name: bend for name, held in types.items() if (bend := held.bending()) is not None}


def bent(record: Record, bending: Mapping[str, Callable[[Any], Any]]) -> Record:
    """Give a record with floats where its keys' types have them."""
    return {name: bending[name](value) if name in bending else value for name, value in record.items()}


_KINDS = {
    bool: "boolean",
    int: "whole number",
    float: "number",
    str: "text",
    list: "list",
    dict: "object",
}


class Records:
    """What the records of a path are, learned page by page.

    >>> records = Records("/permits")
    >>> records.learn([{"id": 1, "fee": 2}, {"fee": 2.5}])
    >>> records.frame([{"id": 1, "fee": 2}, {"fee": 2.5}]).rows()
    [(1, 2.0), (None, 2.5)]
    """

    def __init__(self, path: str, advice: str = 'Read the pages with get("…").json() and') -> None:
        """Begin with no record.

        Args:
            path: What the records are of, as errors name it.
            advice: How a hint begins to say how else they can be read.
        """
        self._path, self._advice = path, advice
        self._types: dict[str, Type] = {}

    @property
    def schema(self) -> pl.Schema:
        """The columns, in the order in which their keys came."""
        return pl.Schema({name: held.polars() for name, held in self._types.items()})

    def learn(self, page: Iterable[Record]) -> None:
        """Take a page of records in.

        Raises:
            UserError: A key's values are of several types, or a number is too large for any column.
        """
        try:
            for record in page:
                for name, value in record.items():
                    self._types.setdefault(name, Type("null")).learn(value, name)
        except _DifferError as differ:
            raise UserError(
                f"The records of {self._path} have a key whose values are of several types: {differ}.",
                hint=f"{self._advice} make one type of them.",
            ) from None
        except OverflowError:
            raise self._too_large() from None

    def _too_large(self) -> UserError:
        return UserError(
            f"The records of {self._path} hold a number too large for any column.",
            hint=f"{self._advice} make it a text or a float.",
        )

    def frame(self, records: Sequence[Record]) -> pl.DataFrame:
        """Give records that were learned as a frame; one that lacks a key has null there.

        Raises:
            UserError: A number is too large for any column.
        """
        if bending := bending_of(self._types):
            records = [bent(record, bending) for record in records]
        try:
            return (
                pl.DataFrame(records, schema=self.schema, orient="row", strict=True) if self._types else pl.DataFrame()
            )
        except (pl.exceptions.PolarsError, TypeError, OverflowError):
            raise self._too_large() from None


def refuse_empty(schema: pl.Schema, path: str) -> None:
    """Refuse columns of nothing but empty objects, which no Parquet file has.

    Raises:
        UserError: There is one; it is named.
    """
    for name, dtype in schema.items():
        if _is_empty(dtype):
            raise UserError(
                f"The records of {path} hold nothing but empty objects under {name!r}, which no Parquet file can.",
                hint='Read the pages with get("…").json() and leave the key out.',
            )


def _is_empty(dtype: pl.DataType) -> bool:
    if isinstance(dtype, pl.List):
        return _is_empty(dtype.inner)  # type: ignore[arg-type]  # an instance, as our own types are
    return isinstance(dtype, pl.Struct) and (
        not dtype.fields or any(_is_empty(part.dtype) for part in dtype.fields)  # type: ignore[arg-type]  # as above
    )


def _a(kind: str) -> str:
    return kind if kind in {"text", "boolean"} else f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
