"""Which of several sorts each value of a column is, as text for the metadata of a file."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable

import numpy as np


def packed(codes: Iterable[int], dtype: str = "u1") -> str:
    """Give small whole numbers as text, compressed.

    >>> unpacked(packed([0, 1, 0]))
    [0, 1, 0]
    """
    return base64.b64encode(zlib.compress(np.fromiter(codes, dtype=dtype).tobytes(), 9)).decode("ascii")


def unpacked(text: str, dtype: str = "u1") -> list[int]:
    """Give the numbers that `packed` took."""
    return np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype=dtype).tolist()  # type: ignore[no-any-return]
