"""What the scans at the bottom of a plan read: columns of an input, of another source, or data of unknown origin.

A scan is recognised by what it reads: its files, its Python reader, or the memory of its frame. Of one that Polars does
not show (an open file) the names and types of its columns are all that is known; inputs that are alike in these count
as one another. An input may itself be a plan over its stored files (partitions that are concatenated, a cast); then a
column of a scan stands for every column of the input that it goes into.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import Any

import polars as pl

from platform_core.values import dataclass

_NEWEST: Any = pl.CompatLevel.newest()
_HIDDEN = "source:hidden"
# The types whose values Polars hands out where they lie
_PLAIN = (
    pl.Int64,
    pl.Float64,
    pl.Boolean,
    pl.Int32,
    pl.UInt32,
    pl.Float32,
    pl.Int16,
    pl.Int8,
    pl.UInt8,
    pl.UInt16,
    pl.UInt64,
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One scan of a plan.

    Attributes:
        name: What to call it, where it is no input; empty for a frame in memory.
        columns: Its columns, each with what stands for it: two scans of one thing have the same.
        held: Keeps alive what that is.
        key: What stands for a frame in memory.
    """

    name: str
    columns: Mapping[str, Hashable]
    held: Any = None
    key: tuple[str, int, frozenset[tuple[Any, ...]]] | None = None


class Sources:
    """The columns of scans, with the columns of the inputs that they stand for: pairs of input and column.

    Attributes:
        alike: Whether inputs are alike, so that a scan stands for several of them.
    """

    def __init__(self) -> None:
        self._stands: dict[Hashable, set[tuple[str, str]]] = {}
        self._held: list[Leaf] = []
        self.alike = False

    def __bool__(self) -> bool:
        return bool(self._stands)

    def add(self, leaf: Leaf, name: str, stands: Iterable[tuple[str, str]]) -> None:
        """Note what a column of a scan stands for; one frame that is given under two names is both."""
        known = self._stands.setdefault(leaf.columns[name], set())
        known.update(stands)
        self.alike = self.alike or (leaf.name == _HIDDEN and len({asset for asset, _ in known}) > 1)
        self._held.append(leaf)

    def columns(self, leaf: Leaf, name: str) -> Collection[tuple[str, str]] | None:
        """Give the columns of inputs that a column of a scan stands for; None where the scan is of no input."""
        return self._stands.get(leaf.columns[name])


def leaf_of(seen: Any, schema: Mapping[str, pl.DataType]) -> Leaf:
    """Give a scan as a value.

    Args:
        seen: What Polars shows of it, or None.
        schema: Its columns with their types.
    """
    match type(seen).__name__:
        case "DataFrameScan":
            key = _memory(seen.df)
            return Leaf("", {column: (key, column) for column in schema}, key=key)
        case "Scan" if seen.paths:
            paths = tuple(str(path) for path in seen.paths)
            more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
            return _leaf(f"file:{PurePath(paths[0]).name}{more}", ("scan", paths), schema)
        case "PythonScan":
            reader = seen.options[0]
            return _leaf(f"source:{seen.options[2]}", ("python", id(reader)), schema, reader)
    return _leaf(_HIDDEN, (_HIDDEN, tuple((name, str(dtype)) for name, dtype in schema.items())), schema)


def _leaf(name: str, key: Hashable, schema: Iterable[str], held: Any = None) -> Leaf:
    return Leaf(name, {column: (key, column) for column in schema}, held)


def _memory(frame: Any) -> tuple[str, int, frozenset[tuple[Any, ...]]]:
    """Stand for a frame in memory: its height and its columns, with where the values of most of them lie."""
    columns = []
    for name, dtype in zip(frame.columns(), frame.dtypes(), strict=True):
        place = None
        if dtype in _PLAIN and (series := frame.get_column(name)).n_chunks() == 1:  # else asking would copy it
            array = series.to_arrow(_NEWEST._version)
            place = (array.offset, array.buffers()[1].address)
        columns.append((name, str(dtype), place))
    return ("memory", frame.height(), frozenset(columns))


def is_part(leaf: Leaf, whole: Leaf) -> bool:
    """Say whether a scan may be some of the columns of another one and nothing else."""
    if leaf.name or whole.name or leaf.key is None or whole.key is None:
        return leaf.name == whole.name != "" and leaf.columns.keys() <= whole.columns.keys()
    read = {column for column in leaf.key[2] if column[0] in leaf.columns}  # those not read are shown empty
    return leaf.key[1] == whole.key[1] and read <= whole.key[2]


def nodes_of(traverser: Any) -> Iterator[tuple[int, list[int]]]:
    """Give the nodes of a plan with their inputs, each once, those below before those above.

    The traverser stands on each node while it is given.
    """
    done: set[int] = set()
    waiting: list[tuple[int, list[int] | None]] = [(traverser.get_node(), None)]
    while waiting:
        node, inputs = waiting.pop()
        if node in done:
            continue
        traverser.set_node(node)
        if inputs is None:
            inputs = list(traverser.get_inputs())
            waiting.append((node, inputs))
            waiting += [(below, None) for below in reversed(inputs)]
            continue
        done.add(node)
        yield node, inputs
