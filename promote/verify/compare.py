"""Comparing what the notebook held with what the promoted asset gave: exactly, and without telling a value.

Names, order and types of the columns must agree (with the categories of an Enum, pandas' index and its header), then
the number of rows, then every value in canonical form (see `promote.verify.canonical`): null is not NaN, -0.0 is not
0.0, floats agree to the last bit. Rows are compared in order where the order is promised, else as a multiset, so that
duplicates count.

With a tolerance, floats of a column may differ by that share of the larger; floats inside lists and structs must
still agree to the last bit. Unordered rows are then paired by sorting on all other columns first, floats last: where
rows agree in everything but floats that are within the tolerance of one another, the pairing may miss, and a
difference is reported rather than overlooked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from promote.verify.canonical import canonical
from promote.verify.frames import schema_of
from promote.verify.values import Parity, Schema

if TYPE_CHECKING:
    import pandas as pd

_TRIED_COLUMNS = 40  # of which one alone may be to blame; beyond, all that differ are named


def compare_frames(
    notebook: pl.DataFrame | pd.DataFrame,
    asset: pl.DataFrame | pd.DataFrame,
    *,
    tolerance: float | None = None,
    ordered: bool = False,
) -> Parity:
    """Compare two eager frames of one kind.

    Args:
        notebook: What the notebook held.
        asset: What the promoted asset gave.
        tolerance: Share of the larger value by which floats may differ; None for none.
        ordered: Whether the rows' order must agree.

    >>> frame = pl.DataFrame({"fee": [1.0, None]})
    >>> compare_frames(frame, frame.reverse())
    Parity(equal=True, order='not compared', difference='', columns=())
    >>> compare_frames(frame, frame.fill_null(float("nan"))).difference
    "column 'fee': 1 null in the notebook, 0 in the asset; 1 of 2 rows has no equal"
    """
    shape = _shape_difference(notebook, asset)
    if shape is not None:
        difference, columns = shape
        return Parity(False, "not compared", difference, columns)
    left, right = (canonical(frame, keep_floats=tolerance is not None) for frame in (notebook, asset))
    return _Comparison(left, right, column_labels(notebook), tolerance, ordered).verdict()


def _shape_difference(notebook: Any, asset: Any) -> tuple[str, tuple[str, ...]] | None:
    """Compare all that is not rows: the kind, columns, types, the header and index of pandas, the number of rows."""
    if isinstance(notebook, pl.DataFrame) != isinstance(asset, pl.DataFrame):
        return "one is a Polars frame, the other a pandas frame", ()
    unlike = _schema_difference(schema_of(notebook), schema_of(asset)) or _hidden_difference(notebook, asset)
    if unlike is not None:
        return unlike
    if len(notebook) != len(asset):
        return f"{_rows(len(notebook))} in the notebook, {len(asset)} in the asset", ()
    return None


def _schema_difference(left: Schema, right: Schema) -> tuple[str, tuple[str, ...]] | None:
    mine, theirs = [name for name, _ in left], [name for name, _ in right]
    missing, added = [n for n in mine if n not in theirs], [n for n in theirs if n not in mine]
    if missing or added:
        parts = [f"the asset lacks {_named(missing)}"] if missing else []
        parts += [f"the notebook lacks {_named(added)}"] if added else []
        return ", ".join(parts), (*missing, *added)
    if mine != theirs:
        return "the columns stand in another order", ()
    differing = [(name, a, b) for (name, a), (_, b) in zip(left, right, strict=True) if a != b]
    if differing:
        said = (f"column {name!r} is {a} in the notebook and {b} in the asset" for name, a, b in differing)
        return "; ".join(said), tuple(name for name, _, _ in differing)
    return None


def _hidden_difference(notebook: Any, asset: Any) -> tuple[str, tuple[str, ...]] | None:
    """Compare what the words of a schema leave out: categories, labels that are no text, names, attrs."""
    if isinstance(notebook, pl.DataFrame):
        changed = tuple(name for name, dtype in notebook.schema.items() if dtype != asset.schema[name])
        return (f"the categories of {_named(changed)} differ", changed) if changed else None
    said = {
        "the column labels have other levels": (notebook.columns.nlevels, asset.columns.nlevels),
        "the index has other levels": (notebook.index.nlevels, asset.index.nlevels),
        "the column labels are of other types": (_label_types(notebook.columns), _label_types(asset.columns)),
        "the names of the column header differ": (list(notebook.columns.names), list(asset.columns.names)),
        "the names of the index differ": (list(notebook.index.names), list(asset.index.names)),
        "the types of the index differ in their details": (_dtypes(notebook.index), _dtypes(asset.index)),
        "the attrs of the frames differ": (notebook.attrs, asset.attrs),
        "the flags of the frames differ": (notebook.flags, asset.flags),
    }
    unlike = next((text for text, (mine, theirs) in said.items() if mine != theirs), None)
    if unlike is not None:
        return unlike, ()
    pairs = zip(map(str, notebook.columns), notebook.dtypes, asset.dtypes, strict=True)
    differing = [(name, mine) for name, mine, theirs in pairs if _detail(mine) != _detail(theirs)]
    if differing:
        changed = tuple(name for name, _ in differing)
        detail = "categories" if all(dtype == "category" for _, dtype in differing) else "details of the types"
        return f"the {detail} of {_named(changed)} differ", changed
    return _objects_difference(notebook, asset)


def _dtypes(index: Any) -> list[Any]:
    return list(map(_detail, index.dtypes)) if index.nlevels > 1 else [_detail(index.dtype)]


def _detail(dtype: Any) -> tuple[Any, list[Any]]:
    """Give a pandas type with its categories in order, which counts for pandas only where they are ordered."""
    return dtype, list(map(_typed, dtype.categories)) if str(dtype) == "category" else []


def _label_types(columns: Any) -> tuple[list[Any], list[tuple[str, str]]]:
    return _dtypes(columns), list(map(_typed, columns))


def _objects_difference(notebook: pd.DataFrame, asset: pd.DataFrame) -> tuple[str, tuple[str, ...]] | None:
    """Name the first column of Python objects that are of other types, as a list that comes back as an array."""
    for at, dtype in enumerate(notebook.dtypes):
        if dtype.kind != "O":
            continue
        mine, theirs = ({type(value).__name__ for value in frame.iloc[:, at]} for frame in (notebook, asset))
        if mine != theirs:
            name = str(notebook.columns[at])
            held = f"{', '.join(sorted(mine - theirs or mine))} in the notebook"
            given = f"{', '.join(sorted(theirs - mine or theirs))} in the asset"
            return f"column {name!r} holds {held}, {given}", (name,)
    return None


def _typed(label: object) -> tuple[str, str]:
    return type(label).__name__, str(label)


def column_labels(frame: Any) -> list[str]:
    """Give the names of all that is compared: the columns, in pandas the levels of the index before them."""
    if isinstance(frame, pl.DataFrame):
        return frame.columns
    index = [f"index {name}" if name is not None else "index" for name in frame.index.names]
    return index + [str(name) for name in frame.columns]


class _Comparison:
    """Two canonical frames of the same columns and number of rows, and how they are to be compared."""

    def __init__(
        self, left: pl.DataFrame, right: pl.DataFrame, labels: Sequence[str], tolerance: float | None, ordered: bool
    ) -> None:
        self.left, self.right, self.tolerance, self.ordered = left, right, tolerance, ordered
        self.labels = dict(zip(left.columns, labels, strict=True))

    def verdict(self) -> Parity:
        order = "compared" if self.ordered else "not compared"
        in_place = self._unlike(self.left, self.right)
        if not in_place:
            return Parity(True, order)  # type: ignore[arg-type]  # one of the two words
        left, right = self._sorted(self.left.columns)
        in_order = self._unlike(left, right)
        if not in_order:
            if not self.ordered:
                return Parity(True, "not compared")
            return Parity(False, "compared", "the same rows stand in another order")
        return self._told(in_place, in_order)

    def _told(self, in_place: dict[str, pl.Series], in_order: dict[str, pl.Series]) -> Parity:
        found = in_place if self.ordered else self._blamed(in_place, in_order)
        names = tuple(self.labels[column] for column in found)
        said = f"column {names[0]!r}" if len(names) == 1 else f"columns {_named(names)}"
        parts = [text for column in found if (text := self._nulls(column))]
        count = int(pl.DataFrame(list(found.values())).select(pl.any_horizontal(pl.all()).sum()).item())
        count, verb = (count, "differs") if self.ordered else (self._unmatched(count), "has no equal")
        verb = verb if count == 1 else {"differs": "differ", "has no equal": "have no equal"}[verb]
        parts.append(f"{count} of {_rows(self.left.height)} {verb}")
        return Parity(False, "compared" if self.ordered else "not compared", f"{said}: {'; '.join(parts)}", names)

    def _unlike(self, left: pl.DataFrame, right: pl.DataFrame) -> dict[str, pl.Series]:
        """Give the columns whose values differ row by row, with the rows that do."""
        unlike = {}
        for name in left.columns:
            differs = self._differs(left[name], right[name])
            if differs.any():
                unlike[name] = differs.alias(name)
        return unlike

    def _differs(self, left: pl.Series, right: pl.Series) -> pl.Series:
        if not left.dtype.is_float() or self.tolerance is None:
            return left.ne_missing(right)
        larger = pl.max_horizontal(pl.col("a").abs(), pl.col("b").abs())
        near = ((pl.col("a") - pl.col("b")).abs() <= larger * self.tolerance) & larger.is_finite()
        both = pl.DataFrame({"a": left, "b": right})
        return both.select(pl.col("a").ne_missing(pl.col("b")) & ~near.fill_null(False)).to_series()

    def _sorted(self, by: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
        keys = sorted(by, key=lambda name: self.left[name].dtype.is_float())
        return self.left.sort(keys, maintain_order=True), self.right.sort(keys, maintain_order=True)

    def _blamed(self, in_place: dict[str, pl.Series], in_order: dict[str, pl.Series]) -> dict[str, pl.Series]:
        """Find the fewest columns that explain why two multisets of rows differ."""
        found = [in_place, in_order]
        alone = [n for n in self.left.columns if self._unlike(*self._pair(n))]
        agreeing = [name for name in self.left.columns if name not in alone]
        if alone and agreeing:
            found.append(self._unlike(*self._sorted([*agreeing, *alone])))
        elif not alone and self.left.width <= _TRIED_COLUMNS:
            for name in self.left.columns:
                others = [other for other in self.left.columns if other != name]
                found.append(self._unlike(*self._sorted([*others, name])))
        return min(found, key=len)

    def _pair(self, name: str) -> tuple[pl.DataFrame, pl.DataFrame]:
        return self.left.select(pl.col(name).sort()), self.right.select(pl.col(name).sort())

    def _nulls(self, column: str) -> str:
        mine, theirs = self.left[column].null_count(), self.right[column].null_count()
        if mine == theirs:
            return ""
        return f"{mine} null{'' if mine == 1 else 's'} in the notebook, {theirs} in the asset"

    def _unmatched(self, count: int) -> int:
        """Count the notebook's rows that the asset lacks, duplicates counted; with a tolerance, as they were paired."""
        if self.tolerance is not None:
            return count
        columns = self.left.columns
        mine, theirs = (frame.group_by(columns).len("rows") for frame in (self.left, self.right))
        both = mine.join(theirs, on=columns, how="left", nulls_equal=True, suffix="_right")
        lacking = pl.col("rows").cast(pl.Int64) - pl.col("rows_right").fill_null(0).cast(pl.Int64)
        return int(both.select(lacking.clip(lower_bound=0).sum()).item())


def _named(names: Sequence[str]) -> str:
    """Name columns, the first of many only.

    >>> _named(["a", "b"]), _named([str(n) for n in range(20)])
    ("'a', 'b'", "'0', '1', '2', '3', '4', '5' and 14 more")
    """
    more = f" and {len(names) - 6} more" if len(names) > 8 else ""
    return ", ".join(repr(name) for name in (names[:6] if more else names)) + more


def _rows(count: int) -> str:
    return f"{count} row" if count == 1 else f"{count} rows"
