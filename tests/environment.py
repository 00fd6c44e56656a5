"""Keeps the list of environment variables where it is, so that a test may set one while native threads read others.

glibc before 2.41 moves the list when a name is added, and frees the old one: a thread of Polars, of an object store or
of the resolver that looks a name up at that moment reads freed memory, and the test process is gone. Tests set
variables all the time; the product does so only where it is alone in its process.
"""

from __future__ import annotations

import ctypes
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import StrOrBytesPath

_ROOM = 1 << 14  # entries: tests set some hundreds of names
_kept: list[object] = []  # whatever was in the list once is never freed: somebody may still read it


class _List:
    """Our own list of `NAME=value`, ended by a null pointer, in place of the C library's."""

    def __init__(self) -> None:
        self._environ = ctypes.c_void_p.in_dll(ctypes.CDLL(None), "environ")
        self._entries = (ctypes.c_void_p * _ROOM)()
        self._adopt()

    def put(self, name: bytes, value: bytes) -> None:
        """Set a variable: one pointer is stored, in the place of the old value or behind the last."""
        self._adopt()
        text = ctypes.create_string_buffer(name + b"=" + value)
        _kept.append(text)
        self._entries[self._place(name)] = ctypes.addressof(text)

    def remove(self, name: bytes) -> None:
        """Take a variable away: the last takes its place, so that no reader finds an end before it."""
        self._adopt()
        place, last = self._place(name), self._count() - 1
        if place <= last:
            self._entries[place] = self._entries[last]
            self._entries[last] = None

    def _adopt(self) -> None:
        """Take over what the C library holds, at first and after a library has set a variable itself."""
        if self._environ.value == ctypes.addressof(self._entries):
            return
        theirs = ctypes.cast(self._environ.value or 0, ctypes.POINTER(ctypes.c_void_p))
        _kept.append(self._entries)
        self._entries = (ctypes.c_void_p * _ROOM)()
        count = 0
        while theirs and theirs[count]:
            self._entries[count] = theirs[count]
            count += 1
        self._environ.value = ctypes.addressof(self._entries)

    def _place(self, name: bytes) -> int:
        count = self._count()
        start = name + b"="
        return next((i for i in range(count) if ctypes.string_at(self._entries[i] or 0).startswith(start)), count)

    def _count(self) -> int:
        return next(i for i in range(_ROOM) if not self._entries[i])


def keep_in_place() -> None:
    """Set and remove variables in a list that does not move, from now on; on Linux only."""
    if sys.platform != "linux":
        return
    ours = _List()

    def put(name: StrOrBytesPath, value: StrOrBytesPath, /) -> None:
        encoded, text = os.fsencode(name), os.fsencode(value)
        if b"=" in encoded[1:] or b"\0" in encoded + text:
            raise ValueError("illegal environment variable name")
        ours.put(encoded, text)

    os.putenv = put
    os.unsetenv = lambda name, /: ours.remove(os.fsencode(name))
