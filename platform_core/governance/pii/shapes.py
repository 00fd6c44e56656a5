"""Shapes that are told from a piece alone: dates, networks, telephone numbers, cards."""

from __future__ import annotations

import polars as pl

from platform_core.governance.pii.patterns import MONTH

_DAY, _MON = "(?:0?[1-9]|[12][0-9]|3[01])", "(?:0?[1-9]|1[0-2])"
_YEAR = "(?:(?:18|19|20)[0-9]{2}|[0-9]{2})"
_LATER = r"(?:[T ][0-9]{2}:[0-9]{2}.*)?"
DATE = rf"^(?:{'|'.join(f'{_DAY}{by}{_MON}{by}{_YEAR}|{_MON}{by}{_DAY}{by}{_YEAR}' for by in ('/', '-', '[.]', ' ', ' / '))}|(?:18|19|20)[0-9]{{2}}[-/.]{_MON}[-/.]{_DAY}){_LATER}$"
SORT_AS_DATE = rf"^(?:{_DAY}.{_MON}.[0-9]{{2}}|[0-9]{{2}}.{_MON}.{_DAY})$"
DATE_IN_WORDS = rf"^(?:[0-9].*)?{MONTH}"
COMPACT_DATE = r"^(?:(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])|(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])(?:19|20)[0-9]{2})$"
SORT = r"^(?:[0-9]{2}-[0-9]{2}-[0-9]{2}|[0-9]{2} [0-9]{2} [0-9]{2}|[0-9]{2}[.][0-9]{2}[.][0-9]{2}|[0-9]{2}/[0-9]{2}/[0-9]{2})$"

_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
IPV4 = rf"^{_OCTET}(?:[.]{_OCTET}){{3}}(?:/(?:3[0-2]|[12]?[0-9]))?$"
# What the country's plan gives out, as digits without spaces
NATIONAL = r"^0(?:1[1-9][0-9]{7,8}|1[0-9]{8,9}|2[0-9]{9}|3[0347][0-9]{8}|5[56][0-9]{8}|7[0-9]{9}|80[08][0-9]{6,7}|8[047][0-9]{8}|9[0189][0-9]{8}|8001111|8454[67][0-9]{1,3})$"
_CARDS = {  # the first digits of an issuer and the lengths of its numbers, ISO/IEC 7812
    "^4": (13, 16, 19),
    "^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)": (16,),
    "^3[47]": (15,),
    "^(?:6011|64[4-9]|65)": (16, 17, 18, 19),
    "^(?:30[0-5]|3095|36|38|39)": (14, 15, 16, 17, 18, 19),
    "^35(?:2[89]|[3-8])": (16, 17, 18, 19),
    "^(?:50|5[6-9]|6)": (16, 17, 18, 19),
    "^220[0-4]": (16, 17, 18, 19),
    "^(?:5018|5020|5038|5893|6304|6759|676[1-3]|6767[0-9])": (13, 14, 15),
}
# The squares of the National Grid that have land
GRID = "(?:H[PTUWXYZ]|N[A-DF-HJ-ORSTUW-Z]|S[CDEHJKMNOPRSTUV-Z]|T[AFGLMQRV])"


def is_issued(digits: pl.Expr) -> pl.Expr:
    """Say which texts of digits begin and are as long as an issuer's cards.

    >>> pl.select(is_issued(pl.lit("4111111111111111")), no=is_issued(pl.lit("411111111111111"))).row(0)
    (True, False)
    """
    length = digits.str.len_bytes()
    return pl.any_horizontal(digits.str.contains(start) & length.is_in(list(sizes)) for start, sizes in _CARDS.items())
