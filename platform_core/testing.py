"""What generated tests stand on: small frames in files that a reviewer can read, and a comparison to the last bit.

A frame file holds a schema header and one row on each line, so that a change of one value is a change of one line.

>>> import tempfile
>>> folder = Path(tempfile.mkdtemp())
>>> frame = pl.DataFrame({"authority": ["A1", "B2"], "fees": [1.5, None]})
>>> print(write_frame(frame, folder / "fees.json").read_text(), end="")
{
  "kind": "polars",
  "columns": [
    ["authority", "String"],
    ["fees", "Float64"]
  ],
  "rows": [
    ["A1", 1.5],
    ["B2", null]
  ]
}
>>> assert_frames_equal(read_frame(folder / "fees.json", as_="lazy"), frame, ordered=True)
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import polars as pl

from platform_core.errors import UserError
from platform_core.frames import FrameKind, convert, kind_of, not_a_frame, to_polars
from platform_core.polars_json import Json, series_from_json, type_from_json, type_to_json, values_to_json

__all__ = ["assert_frames_equal", "frame_schema", "given_frame", "read_frame", "write_frame"]

_SHOWN = 5  # differing cells named in a failure


@dataclass(frozen=True, slots=True)
class _Form:
    """A frame as JSON: which library holds it, its columns with their types, its rows, and pandas' own index."""

    kind: Literal["polars", "pandas"]
    columns: tuple[tuple[Json, Json], ...]
    rows: tuple[tuple[Json, ...], ...]
    index: Json = None  # pandas: [[name, type], …] of index levels, which lead each row
    header: Json = None  # pandas: names of the column levels


def write_frame(frame: Any, path: str | Path) -> Path:
    """Write a frame as JSON that keeps every type, one row on each line, and give the path.

    Args:
        frame: A frame of any kind; lazy frames and DuckDB relations are written as Polars.
        path: The file to write, in UTF-8; missing folders are made.

    Raises:
        UserError: The value is no frame, or a column's type has no form in JSON.
    """
    form = _form_of(frame)
    head: dict[str, Json] = {"kind": form.kind}
    if form.kind == "pandas":
        head |= {"header": form.header, "index": form.index}
    lines = [f"  {_dump(key)}: {_dump(value)}," for key, value in head.items()]
    text = "\n".join(
        [
            "{",
            *lines,
            *_block("columns", [list(column) for column in form.columns], ","),
            *_block("rows", [list(row) for row in form.rows], ""),
            "}\n",
        ]
    )
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def read_frame(path: str | Path, as_: FrameKind | None = None) -> Any:
    """Read a frame that `write_frame` wrote.

    Args:
        path: The file.
        as_: `lazy`, `polars`, `pandas` or `duckdb`; without it, Polars or pandas as it was written.

    Raises:
        UserError: The file is not a frame file.
    """
    try:
        form = json.loads(Path(path).read_text(encoding="utf-8"))
        frame = _polars_frame(form) if form["kind"] == "polars" else _pandas_frame(form)
    except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError) as error:
        raise UserError(
            f"The frame file cannot be read ({type(error).__name__}).",
            hint="Promote the notebook again to write its test data anew.",
            location=Path(path).name,
        ) from error
    return frame if as_ is None else convert(frame, as_)


def given_frame(given: Mapping[str, Any], kind: FrameKind, *names: str) -> Any:
    """Take an input out of what a test cell gives, in the kind that the function takes.

    Args:
        given: What the cell bound to `given`: frames by parameter or by asset name.
        kind: The kind that the function's parameter is annotated with.
        names: The names under which the frame may stand, the first found wins.

    Raises:
        UserError: None of the names is given.

    >>> given_frame({"fees": pl.DataFrame({"a": [1]})}, "lazy", "raw_fees", "fees").collect().item()
    1
    """
    for name in names:
        if name in given:
            return convert(given[name], kind)
    raise UserError(
        f"The test gives no frame for {' or '.join(map(repr, dict.fromkeys(names)))}.",
        hint=f"It gives {', '.join(map(repr, sorted(given))) or 'nothing'}: bind `given` to a frame for each input.",
    )


def frame_schema(frame: Any) -> dict[str, str]:
    """Give the columns of a frame with their types as text, in order.

    >>> frame_schema(pl.LazyFrame({"a": [1], "b": ["x"]}))
    {'a': 'Int64', 'b': 'String'}
    """
    if kind_of(frame) == "pandas":
        return {str(name): str(dtype) for name, dtype in zip(frame.columns, frame.dtypes, strict=True)}
    schema = frame.collect_schema() if kind_of(frame) == "lazy" else to_polars(frame).schema
    return {name: str(dtype) for name, dtype in schema.items()}


def assert_frames_equal(got: Any, expected: Any, *, ordered: bool = True, tolerance: float | None = None) -> None:
    """Assert that two frames are the same: kind, columns, types, rows, and floats to the last bit.

    Args:
        got: The frame to test. Lazy frames, eager Polars frames and DuckDB relations count as one kind.
        expected: The frame that it should be.
        ordered: Whether the order of rows counts; without it, rows are matched wherever they stand.
        tolerance: How far floats may lie apart, relative and absolute; without it, not at all.

    Raises:
        AssertionError: They differ; the message names columns, types and the first cells that differ.

    >>> assert_frames_equal(pl.DataFrame({"a": [2, 1]}), pl.DataFrame({"a": [1, 2]}), ordered=False)
    >>> assert_frames_equal(pl.DataFrame({"a": [2]}), pl.DataFrame({"a": [1]}))
    Traceback (most recent call last):
    AssertionError: row 1, column 'a': got 2, expected 1
    """
    left, right = _form_of(got), _form_of(expected)
    if left.kind != right.kind:
        raise AssertionError(f"got a {left.kind} frame, expected a {right.kind} frame")
    _assert_same("columns", [name for name, _ in left.columns], [name for name, _ in right.columns])
    for (name, got_type), (_, expected_type) in zip(left.columns, right.columns, strict=True):
        _assert_same(f"type of column {name!r}", got_type, expected_type)
    _assert_same("index", left.index, right.index)
    _assert_same("column header", left.header, right.header)
    if len(left.rows) != len(right.rows):
        raise AssertionError(f"got {len(left.rows)} rows, expected {len(right.rows)}")
    names = [*(f"index {name!r}" for name, _ in left.index or ()), *(f"column {name!r}" for name, _ in left.columns)]
    if ordered:
        _assert_same_rows(left.rows, right.rows, names, tolerance)
    else:
        _assert_same_bag(left.rows, right.rows, tolerance)


def _form_of(frame: Any) -> _Form:
    kind = kind_of(frame)
    if kind is None:
        raise not_a_frame(frame)
    if kind != "pandas":
        eager = to_polars(frame)
        columns = tuple((name, type_to_json(dtype)) for name, dtype in eager.schema.items())
        values = [values_to_json(series) for series in eager.get_columns()]
        return _Form("polars", columns, tuple(zip(*values, strict=True)))
    from platform_core import pandas_json as form  # noqa: PLC0415 -- tests of Polars steps never pay for pandas

    levels = [frame.index.get_level_values(place) for place in range(frame.index.nlevels)]
    leading = [level.to_series(index=range(len(frame))) for level in levels]
    series = [frame.iloc[:, place] for place in range(frame.shape[1])]
    return _Form(
        "pandas",
        tuple(
            (form.value_to_json(name), form.type_to_form(column.dtype))
            for name, column in zip(frame.columns, series, strict=True)
        ),
        tuple(zip(*(form.column_to_json(column) for column in [*leading, *series]), strict=True)),
        [
            [form.value_to_json(name), form.type_to_form(level.dtype)]
            for name, level in zip(frame.index.names, leading, strict=True)
        ],
        [form.value_to_json(name) for name in frame.columns.names],
    )


def _polars_frame(form: Mapping[str, Json]) -> pl.DataFrame:
    columns = {
        name: series_from_json(name, [row[place] for row in form["rows"]], type_from_json(dtype))
        for place, (name, dtype) in enumerate(form["columns"])
    }
    return pl.DataFrame(columns)  # of a mapping, since of a list a column called "" gets another name


def _pandas_frame(form: Mapping[str, Json]) -> Any:
    import pandas as pd  # noqa: PLC0415 -- tests of Polars steps never pay for pandas

    from platform_core.pandas_json import column_from_json, value_from_json  # noqa: PLC0415 -- as above

    kinds = [*form["index"], *form["columns"]]
    arrays: list[Any] = [
        column_from_json([row[place] for row in form["rows"]], dtype) for place, (_, dtype) in enumerate(kinds)
    ]
    depth = len(form["index"])
    names = [value_from_json(name) for name, _ in form["index"]]
    index = (
        pd.MultiIndex.from_arrays(arrays[:depth], names=names)
        if depth > 1
        else _plain_index(pd.Index(arrays[0], name=names[0], dtype=arrays[0].dtype))
    )
    labels = [value_from_json(name) for name, _ in form["columns"]]
    header = [value_from_json(name) for name in form["header"]]
    columns = (
        pd.MultiIndex.from_tuples(labels, names=header)
        if len(header) > 1
        else pd.Index(labels, name=header[0], tupleize_cols=False)
    )
    # a bare array of objects would be looked at for a better type
    series = {at: pd.Series(array, index=index, dtype=array.dtype) for at, array in enumerate(arrays[depth:])}
    frame = pd.DataFrame(series, index=index)
    frame.columns = columns
    return frame


def _plain_index(index: Any) -> Any:
    import pandas as pd  # noqa: PLC0415 -- as above

    counted = pd.RangeIndex(len(index), name=index.name)
    return counted if index.dtype == counted.dtype and index.equals(counted) else index


def _block(key: str, items: Sequence[Json], end: str) -> list[str]:
    if not items:
        return [f"  {_dump(key)}: []{end}"]
    return [f"  {_dump(key)}: [", ",\n".join(f"    {_dump(item)}" for item in items), f"  ]{end}"]


def _dump(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _assert_same(what: str, got: Json, expected: Json) -> None:
    if _dump(got) != _dump(expected):
        raise AssertionError(f"{what}: got {_dump(got)}, expected {_dump(expected)}")


def _assert_same_rows(
    got: Sequence[Sequence[Json]], expected: Sequence[Sequence[Json]], names: Sequence[str], tolerance: float | None
) -> None:
    differing = [
        f"row {number}, {name}: got {_dump(left)}, expected {_dump(right)}"
        for number, pair in enumerate(zip(got, expected, strict=True), start=1)
        for name, left, right in zip(names, *pair, strict=True)
        if not _same(left, right, tolerance)
    ]
    if differing:
        more = f"\nand {len(differing) - _SHOWN} more" if len(differing) > _SHOWN else ""
        raise AssertionError("\n".join(differing[:_SHOWN]) + more)


def _assert_same_bag(
    got: Sequence[Sequence[Json]], expected: Sequence[Sequence[Json]], tolerance: float | None
) -> None:
    surplus = list((Counter(map(_dump, got)) - Counter(map(_dump, expected))).elements())
    missing = list((Counter(map(_dump, expected)) - Counter(map(_dump, got))).elements())
    if tolerance is not None:
        for row in list(surplus):
            near = next((other for other in missing if _same(json.loads(row), json.loads(other), tolerance)), None)
            if near is not None:
                surplus.remove(row)
                missing.remove(near)
    if surplus or missing:
        shown = [
            *(f"not expected: {row}" for row in sorted(surplus)[:_SHOWN]),
            *(f"missing: {row}" for row in sorted(missing)[:_SHOWN]),
        ]
        raise AssertionError(f"{len(surplus)} rows differ\n" + "\n".join(shown))


def _same(left: Json, right: Json, tolerance: float | None) -> bool:
    if tolerance is not None:
        if isinstance(left, float) and isinstance(right, float):
            return math.isclose(left, right, rel_tol=tolerance, abs_tol=tolerance)
        if isinstance(left, list | tuple) and isinstance(right, list | tuple) and len(left) == len(right):
            return all(_same(one, other, tolerance) for one, other in zip(left, right, strict=True))
    return _dump(left) == _dump(right)
