"""The dictionaries of a Parquet column: all values that a chunk can hold, read without the rows.

A writer that meets few different values stores each once, in a page of its own, and numbers in the place of the values.
Where every data page of a chunk holds such numbers, what is true of every value of the dictionary is true of every row.
Neither Polars nor Arrow reads that page alone, so its header is read here.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from platform_core.thrift import UnreadableError, struct_at

_CODECS = {"ZSTD", "SNAPPY", "GZIP"}
_DATA, _DICTIONARY, _DATA_V2 = 0, 2, 3
_PLAIN, _NUMBERS = {0, 2}, {2, 8}  # encodings of a dictionary's page, and of pages that refer to one
_MOST_BYTES = 1 << 22


def dictionary_of(path: Path, footer: pq.FileMetaData, place: int) -> Iterator[list[bytes]]:
    """Give the values of the dictionary of each chunk of a column of texts.

    Raises:
        UnreadableError: There is none, some page holds values of its own, or it is stored in an unusual form.
    """
    if not footer.num_rows:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for group in range(footer.num_row_groups):
            chunk = footer.row_group(group).column(place)
            if not chunk.has_dictionary_page or not chunk.dictionary_page_offset:
                raise UnreadableError
            try:
                yield _dictionary(content, chunk)
            except (LookupError, TypeError, ValueError, pa.ArrowException, OSError):
                raise UnreadableError from None


def _dictionary(content: mmap.mmap, chunk: pq.ColumnChunkMetaData) -> list[bytes]:
    position, values = chunk.dictionary_page_offset, None
    end, left = position + chunk.total_compressed_size, chunk.num_values
    while left > 0:
        if position >= end:
            raise UnreadableError
        header, body = struct_at(content, position)
        kind, size = header[1], header[3]
        if size < 0:
            raise UnreadableError
        if kind == _DICTIONARY and values is None and header[7][2] in _PLAIN and header[2] <= _MOST_BYTES:
            values = _plain(_unpacked(content[body : body + size], chunk.compression, header[2]), header[7][1])
        elif kind == _DATA and header[5][2] in _NUMBERS:
            left -= header[5][1]
        elif kind == _DATA_V2 and header[8][4] in _NUMBERS:
            left -= header[8][1]
        else:
            raise UnreadableError
        position = body + size
    if values is None:
        raise UnreadableError
    return values


def _unpacked(page: bytes, codec: str, size: int) -> bytes:
    if codec == "UNCOMPRESSED":
        return page
    if codec not in _CODECS:
        raise UnreadableError
    return bytes(pa.Codec(codec.lower()).decompress(page, decompressed_size=size, asbytes=True))


def _plain(page: bytes, number: int) -> list[bytes]:
    """Give texts that stand one after the other, each behind its length in four bytes."""
    values, position = [], 0
    for _ in range(number):
        start = position + 4
        position = start + int.from_bytes(page[position:start], "little")
        if position > len(page) or start > len(page):
            raise UnreadableError
        values.append(page[start:position])
    return values
