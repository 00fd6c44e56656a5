"""Pseudonyms of the same form: a Feistel network over the characters of a text, so that no two texts become one.

Every other letter or digit is moved on within its alphabet, by as much as a keyed hash of all the rest says; then the
ones between them; ten times in turn. Each of these moves can be taken back, so different texts stay different.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import polars as pl

from platform_core.governance.masking.keys import Key
from platform_core.needed import needed

if TYPE_CHECKING:
    import numpy as np

_ROUNDS = 10
_BLOCK = 32  # bytes of one hash
# Alphabets: first character and size. Beyond ASCII a character moves within the block of its script
_ALPHABETS = (
    (0x30, 10),
    (0x41, 26),
    (0x61, 26),
    (0xC0, 0x190),
    (0x250, 0x1DB0),
    (0x2070, 0xB790),
    (0xE000, 0x2000),
    (0x10000, 0x10000),
    (0x20000, 0xF0000),
)


def pseudonyms(values: pl.Series, key: Key) -> pl.Series:
    """Give the pseudonyms of texts; null stays null.

    >>> key = Key("0123456789abcdef0123456789abcdef")
    >>> pseudonyms(pl.Series([f"{n:02}" for n in range(100)]), key).n_unique()
    100
    """
    different = values.unique(maintain_order=True).drop_nulls()
    if different.is_empty():
        return values
    made = [_moved(different.filter(part), key) for part in _by_length(different)]
    masked = pl.concat([pl.DataFrame({"from": before, "to": after}) for before, after in made])
    return values.replace_strict(masked["from"], masked["to"], return_dtype=pl.String).alias(values.name)


def _by_length(texts: pl.Series) -> list[pl.Series]:
    """Part texts so that no short one is padded to a long one."""
    size = texts.str.len_chars()
    edges = [0, 16, 64, 256, 1024, 8192, 2**32 - 1]
    parts = [(size >= low) & (size < high) for low, high in pairwise(edges)]
    return [part for part in parts if part.any()]


def _moved(texts: pl.Series, key: Key) -> tuple[pl.Series, pl.Series]:
    import numpy as np  # noqa: PLC0415 - only where something is masked so

    width = int(texts.str.len_chars().max() or 1) + 1  # type: ignore[arg-type]  # a whole number; the mark at the end keeps a NUL
    codes = (
        np.array([text + "|" for text in texts.to_list()], f"<U{width}")
        .view(np.uint32)
        .reshape(len(texts), width)
        .astype(np.int64)
    )
    first, size = np.zeros_like(codes), np.ones_like(codes)
    for start, count in _ALPHABETS:
        inside = (codes >= start) & (codes < start + count)
        first[inside], size[inside] = start, count
    moves = size > 1
    order = np.cumsum(moves, axis=1) - 1
    for number in range(_ROUNDS):
        turn = moves & (order % 2 == number % 2)
        drawn = _drawn(np.where(turn, first, codes), number, (width + 1) // 2, key)
        step = np.take_along_axis(drawn, np.minimum(order // 2, drawn.shape[1] - 1).clip(0), axis=1)
        codes = np.where(turn, first + (codes - first + step) % size, codes)
    masked = codes.astype(np.uint32).view(f"<U{width}").reshape(len(texts))
    return texts, pl.Series([text[:-1] for text in masked.tolist()], dtype=pl.String)


def _drawn(codes: np.ndarray[Any, Any], number: int, count: int, key: Key) -> np.ndarray[Any, Any]:
    """Give two bytes for each place from the keyed hash of a text, and from its further blocks where it is long."""
    import numpy as np  # noqa: PLC0415 - as above

    width = codes.shape[1]
    texts = pl.Series("text", codes.astype(np.uint32).view(f"<U{width}").reshape(len(codes)).tolist(), dtype=pl.String)
    chash = needed("polars_hash", "masking").CryptographicHashingNameSpace
    blocks = []
    for block in range(-(-count * 2 // _BLOCK)):
        salted = pl.concat_str(pl.lit(f"{number}:{block}:"), pl.col("text"))
        digest = texts.to_frame().select(chash(salted).hmac_sha256(key=key.secret)).to_series()
        raw = np.frombuffer(bytes.fromhex(digest.str.join("").item()), np.dtype(">u2"))
        blocks.append(raw.reshape(len(codes), _BLOCK // 2))
    return np.concatenate(blocks, axis=1).astype(np.int64)
