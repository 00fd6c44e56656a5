"""Structs in Thrift's compact form, in which a Parquet file tells of itself and of its pages."""

from __future__ import annotations

import mmap
from typing import Any

_INTEGERS, _TEXT, _LIST, _SET, _STRUCT = range(4, 7), 8, 9, 10, 12


class UnreadableError(ValueError):
    """What was read is no such struct, or holds a map, which nothing that is read here does."""


def struct_at(content: bytes | mmap.mmap, position: int = 0) -> tuple[dict[int, Any], int]:
    r"""Read a struct: its fields by number (texts as bytes, structs as this gives them), and where it ends.

    Args:
        content: Holds the struct.
        position: Where it begins.

    Raises:
        UnreadableError: There is none.

    >>> struct_at(b"\x15\x04\x18\x02hi\x19\x25\x02\x03\x00")
    ({1: 2, 2: b'hi', 3: [1, -2]}, 11)
    """
    try:
        return _struct(content, position)
    except (IndexError, RecursionError):
        raise UnreadableError("It ends too early, or nests too deep.") from None


def _struct(content: bytes | mmap.mmap, position: int) -> tuple[dict[int, Any], int]:
    fields: dict[int, Any] = {}
    number = 0
    while True:
        head = content[position]
        position += 1
        if not head:
            return fields, position
        if head >> 4:
            number += head >> 4
        else:
            number, position = _signed(content, position)
        kind = head & 15
        if kind in {1, 2}:  # a boolean is its own kind
            fields[number] = kind == 1
        else:
            fields[number], position = _value(content, position, kind)


def _value(content: bytes | mmap.mmap, position: int, kind: int) -> tuple[Any, int]:
    if kind in _INTEGERS:
        return _signed(content, position)
    if kind == _TEXT:
        length, position = _unsigned(content, position)
        return content[position : position + length], position + length
    if kind == _STRUCT:
        return _struct(content, position)
    if kind in {_LIST, _SET}:
        return _list(content, position)
    if kind in {1, 2, 3}:  # in a list, a boolean is a byte
        return content[position], position + 1
    if kind == 7:  # a float
        return content[position : position + 8], position + 8
    raise UnreadableError("It holds a value of another kind.")


def _list(content: bytes | mmap.mmap, position: int) -> tuple[list[Any], int]:
    head = content[position]
    position += 1
    length = head >> 4
    if length == 15:
        length, position = _unsigned(content, position)
    values = []
    for _ in range(length):
        value, position = _value(content, position, head & 15)
        values.append(value)
    return values, position


def _unsigned(content: bytes | mmap.mmap, position: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = content[position]
        position += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number, position
        shift += 7
        if shift > 63:
            raise UnreadableError("A number has too many digits.")


def _signed(content: bytes | mmap.mmap, position: int) -> tuple[int, int]:
    number, position = _unsigned(content, position)
    return (number >> 1) ^ -(number & 1), position
