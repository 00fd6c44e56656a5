"""Check digits, over columns of plain digits as a matrix with a row for each place, so that no text is cut.

A few numbers are worked out one by one: numpy's import costs more than thousands of them.
"""

from __future__ import annotations

import string
import sys
from collections.abc import Callable
from operator import mul
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    import numpy as np

_NHS = (10, 9, 8, 7, 6, 5, 4, 3, 2, 1)
_UTR = (0, 6, 7, 8, 9, 10, 5, 4, 3, 2)
_UTR_FIRST = (2, 1, 9, 8, 7, 6, 5, 4, 3, 2, 1)
_LONGEST_CARD, _LONGEST_IBAN = 19, 34
_FEW = 5000
_VALUES = bytes.maketrans(string.digits.encode(), bytes(range(10)))
_TWICE = bytes(sum(divmod(2 * digit, 10)) if digit < 10 else 0 for digit in range(256))
_AS_NUMBERS = str.maketrans({letter: str(int(letter, 36)) for letter in string.ascii_uppercase})


def modulus_11(numbers: pl.Series) -> pl.Series:
    """Say which texts of ten digits are NHS numbers by their last digit.

    >>> modulus_11(pl.Series(["9434765919", "9434765918"])).to_list()
    [True, False]
    """
    if _are_few(numbers):
        return _each(numbers, lambda digits: sum(map(mul, _NHS, digits)) % 11 == 0)
    return pl.Series(_array(_NHS) @ _digits(numbers, 10) % 11 == 0)


def utr(numbers: pl.Series) -> pl.Series:
    """Say which texts of ten digits are UTRs by their first digit.

    >>> utr(pl.Series(["1123456789", "2123456789"])).to_list()
    [True, False]
    """
    if _are_few(numbers):
        return _each(numbers, lambda digits: _UTR_FIRST[sum(map(mul, _UTR, digits)) % 11] == digits[0])
    digits = _digits(numbers, 10)
    return pl.Series(_array(_UTR_FIRST)[_array(_UTR) @ digits % 11] == digits[0])


def luhn(numbers: pl.Series) -> pl.Series:
    """Say which texts of up to 19 digits have the last digit of a card.

    >>> luhn(pl.Series(["4111111111111111", "378282246310005", "4111111111111112"])).to_list()
    [True, True, False]
    """
    if _are_few(numbers):
        return _each(numbers, lambda digits: (sum(digits[::-2]) + sum(digits[-2::-2].translate(_TWICE))) % 10 == 0)
    digits = _digits(numbers, _LONGEST_CARD)
    twice = digits[1::2] * 2
    return pl.Series((digits[::2].sum(0) + (twice - (twice > 9) * 9).sum(0)) % 10 == 0)


def mod_97(ibans: pl.Series) -> pl.Series:
    """Say which texts of capital letters and digits have the two check digits of an IBAN.

    >>> mod_97(pl.Series(["GB29NWBK60161331926819", "GB30NWBK60161331926819"])).to_list()
    [True, False]
    """
    turned = ibans.str.slice(4) + ibans.str.slice(0, 4)
    if _are_few(turned):
        return pl.Series([int(text.translate(_AS_NUMBERS)) % 97 == 1 for text in turned.to_list()], dtype=pl.Boolean)
    import numpy as np  # noqa: PLC0415 - only where there are many to check

    codes = _matrix(turned, _LONGEST_IBAN)
    values = (codes - 48 - (codes > 57) * 7).astype(np.int64)
    rest = values[0]
    for place in range(1, _LONGEST_IBAN):
        value = values[place]
        rest = rest * (10 + (value > 9) * 90) + value
        if place % 7 == 0:  # of 97 and seven places of up to 100 each nothing runs over 64 bits
            rest %= 97
    rest %= 97
    return pl.Series(rest == 1)


def _are_few(texts: pl.Series) -> bool:
    return len(texts) <= _FEW and "numpy" not in sys.modules


def _each(numbers: pl.Series, proven: Callable[[bytes], bool]) -> pl.Series:
    """Give what is proven of the digits of each number."""
    said = [proven(number.encode().translate(_VALUES)) for number in numbers.to_list()]
    return pl.Series(said, dtype=pl.Boolean)


def _digits(numbers: pl.Series, width: int) -> np.ndarray[Any, Any]:
    return _matrix(numbers, width) - 48


def _matrix(texts: pl.Series, width: int) -> np.ndarray[Any, Any]:
    """Give the codes of ASCII texts: a row for each place, a column for each text, zeros before what is shorter."""
    import numpy as np  # noqa: PLC0415 - as above

    joined = texts.str.pad_start(width, "0").str.join("").item()
    return np.frombuffer(joined.encode(), np.uint8).reshape(-1, width).T.astype(np.int32)


def _array(weights: tuple[int, ...]) -> np.ndarray[Any, Any]:
    import numpy as np  # noqa: PLC0415 - as above

    return np.array(weights, np.int32)
