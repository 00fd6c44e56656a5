"""What the footer of a Parquet file says of its columns: nulls, least and greatest value. No row is read.

The footer is read here and not by Arrow, whose import costs more than all else that is told of a step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from os import SEEK_END
from pathlib import Path
from typing import Any

from platform_core.metadata.bounds import ColumnStatistics
from platform_core.metadata.stored_values import StoredValues, stored_values
from platform_core.thrift import UnreadableError, struct_at

_MOST_BYTES = 3 << 20  # of a footer: some 30,000 chunks of columns, each of which costs some microseconds
_TAIL = 8  # bytes of a file: the length of its footer, and what every Parquet file ends with
_REPEATED = 2

_Struct = Mapping[int, Any]  # as the format's parquet.thrift numbers its fields


def column_statistics(path: Path) -> Mapping[str, ColumnStatistics]:
    """Read what a Parquet file's footer says of its columns, by name.

    Columns of lists and structs are left out, and so is everything where the footer is longer than can be read quickly.

    Raises:
        OSError: The file cannot be read.

    >>> import tempfile
    >>> import polars as pl
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pl.DataFrame({"fee": [5, None]}).write_parquet(Path(folder) / "fees.parquet")
    ...     column_statistics(Path(folder) / "fees.parquet")["fee"].nulls
    1
    """
    try:
        footer = _footer(path)
        groups = [[column[3] for column in group[1]] for group in footer[4]]
        return {
            name: _together([group[place] for group in groups], stored_values(element), ordered=bool(footer.get(7)))
            for place, name, element in (_flat(footer[2]) if groups else ())
        }
    except (AttributeError, LookupError, TypeError, ValueError):  # what is no such footer, or encrypted
        return {}


def _footer(path: Path) -> _Struct:
    with path.open("rb") as file:
        file.seek(-_TAIL, SEEK_END)
        length = int.from_bytes(file.read(4), "little")
        if length > _MOST_BYTES:
            raise UnreadableError("It is too long.")
        file.seek(-_TAIL - length, SEEK_END)
        return struct_at(file.read(length))[0]


def _flat(schema: Sequence[_Struct]) -> Iterator[tuple[int, str, _Struct]]:
    """Give the columns at the root that hold no others: which of all leaves each is, its name, its element."""
    place, below = 0, [schema[0][5]]  # elements that are still to come, of each one that is open
    for element in schema[1:]:
        below[-1] -= 1
        if element.get(5):
            below.append(element[5])
            continue
        if len(below) == 1 and element.get(3) != _REPEATED:
            yield place, element[4].decode(), element
        place += 1
        while len(below) > 1 and not below[-1]:
            below.pop()


def _together(chunks: Sequence[_Struct], values: StoredValues | None, *, ordered: bool) -> ColumnStatistics:
    parts = [(chunk[5], chunk.get(12, {})) for chunk in chunks]
    counts = [told.get(3) for _, told in parts]
    nulls = None if None in counts else sum(counts)
    # A chunk of nothing but nulls has no bounds; one that does hold values but no bounds leaves the whole without
    full = [told for rows, told in parts if rows != told.get(3)]
    if values is None or not full:
        return ColumnStatistics(nulls)
    # What old writers tell is of numbers with a sign alone in the order of their values
    least, greatest = (6, 5) if ordered else (2, 1)
    if not all(least in told and greatest in told for told in full) or not (ordered or values.signed):
        return ColumnStatistics(nulls)
    return ColumnStatistics(
        nulls, values.chosen(min, [told[least] for told in full]), values.chosen(max, [told[greatest] for told in full])
    )
