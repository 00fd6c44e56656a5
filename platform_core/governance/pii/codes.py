"""Pieces with letters: codes told by their own structure, and dates of birth in words."""

from __future__ import annotations

import polars as pl

from platform_core.governance.pii import checksums, shapes
from platform_core.governance.pii.context import glued, other, said
from platform_core.governance.pii.cutting import Pieces

_AREAS = (
    "AB|AL|B|BA|BB|BD|BF|BH|BL|BN|BR|BS|BT|BX|CA|CB|CF|CH|CM|CO|CR|CT|CV|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|E|EC|EH|EN|EX|FK|FY|G|GL|GU|GY|HA|HD|HG|HP|HR|HS|HU|HX"
    "|IG|IM|IP|IV|JE|KA|KT|KW|KY|L|LA|LD|LE|LL|LN|LS|LU|M|ME|MK|ML|N|NE|NG|NN|NP|NR|NW|OL|OX|PA|PE|PH|PL|PO|PR|RG|RH|RM|S|SA|SE|SG|SK|SL|SM|SN|SO|SP|SR|SS"
    "|ST|SW|SY|TA|TD|TF|TN|TQ|TR|TS|TW|UB|W|WA|WC|WD|WF|WN|WR|WS|WV|XX|YO|ZE"
).replace("|XX", "")
# A letter after the district only where the area has such
POSTCODE = (
    rf"^(?:(?:{_AREAS})[0-9]{{1,2}}|(?:E1|N1|NW1|SE1|SW1|W1|EC[1-4]|WC[12])[A-HJKMNPR-Y])[0-9][ABD-HJLNP-UW-Z]{{2}}$"
    r"|^GIR0AA$|^BFPO(?:CO)?[1-9][0-9]{0,3}$|^(?:ASCN|STHL|TDCU|BBND|BIQQ|FIQQ|PCRN|SIQQ|TKCA)1ZZ$|^GX111AA$"
)
NI = r"^(?:[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z])[0-9]{6}[A-D]?$"
_NI_NEVER = r"^(?:BG|GB|NK|KN|TN|NT|ZZ)"
LICENCE = r"^(?:[A-Z]{5}|[A-Z]{4}9|[A-Z]{3}99|[A-Z]{2}999|[A-Z]9999)[0-9](?:0[1-9]|1[0-2]|5[1-9]|6[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9][A-Z][A-Z9][0-9][A-Z]{2}(?:[0-9]{2})?$"
_CURRENT = r"^[A-HJ-PR-Y][A-HJ-PR-Y](?:0[1-9]|[12][0-9]|5[0-9]|[67][0-9])[A-HJ-PR-Z]{3}$"
_PREFIX = r"^[A-HJ-NPQR-TV-Y][1-9][0-9]{0,2}[A-HJ-PR-Y][A-HJ-PR-Y]{2}$"
_SUFFIX = r"^[A-HJ-PR-Y]{3}[1-9][0-9]{0,2}[A-HJ-NPR-TV-Y]$"
_IRISH = r"^[A-HJ-PR-Z](?:IA|[DKR]Z|IB|[LX]Z|IJ|[BJS]Z|I[LW]|[NY]Z|UI|JI|[HV]Z|OI|XI|[ACEFGMOPTUW]Z)[1-9][0-9]{0,3}$"
_WORDS_NOT_MARKS = r"^(?:LOT|BOX|THE|AND|FOR|VIA|BLK|ISO|PLOT|OFF|NOT|USE|DAY|TOP|REF|FIG|MAX|MIN|BIZ|GIZ)"
_IPV6 = (
    r"^(?:(?:[0-9A-F]{1,4}:){7}[0-9A-F]{1,4}|(?:[0-9A-F]{1,4}:){1,7}:|(?:[0-9A-F]{1,4}:){1,6}:[0-9A-F]{1,4}|(?:[0-9A-F]{1,4}:){1,5}(?::[0-9A-F]{1,4}){1,2}"
    r"|(?:[0-9A-F]{1,4}:){1,4}(?::[0-9A-F]{1,4}){1,3}|(?:[0-9A-F]{1,4}:){1,3}(?::[0-9A-F]{1,4}){1,4}|(?:[0-9A-F]{1,4}:){1,2}(?::[0-9A-F]{1,4}){1,5}"
    r"|[0-9A-F]{1,4}:(?::[0-9A-F]{1,4}){1,6}|:(?::[0-9A-F]{1,4}){1,7}|(?:[0-9A-F]{1,4}:){6}[0-9]{1,3}(?:[.][0-9]{1,3}){3}"
    r"|(?:(?:[0-9A-F]{1,4}:){1,5}|:):(?:[0-9A-F]{1,4}:){0,5}[0-9]{1,3}(?:[.][0-9]{1,3}){3})(?:%[0-9A-Z]+)?(?:/[0-9]{1,3})?$"
)
_LENGTHS = {
    15: "NO",
    16: "BE",
    18: "DK|FI|FK|FO|GL|NL|SD",
    19: "MK|SI",
    20: "AT|BA|EE|KZ|LT|LU|MN|XK",
    21: "CH|HR|LI|LV",
    22: "BG|BH|CR|DE|GB|GE|IE|ME|RS|VA",
    23: "AE|GI|IL|IQ|OM|SO|TL",
    24: "AD|CZ|ES|MD|PK|RO|SA|SE|SK|TN|VG",
    25: "LY|PT|ST",
    26: "IS|TR",
    27: "BI|DJ|FR|GR|IT|MC|MR|SM",
    28: "AL|AZ|BY|CY|DO|GT|HU|LB|NI|PL|SV",
    29: "BR|EG|PS|QA|UA",
    30: "JO|KW|MU|YE",
    31: "MT|SC",
    32: "LC",
    33: "RU",
}


def judge(pieces: Pieces) -> pl.DataFrame:
    """Give the pieces that are a finding, with `kind`, `score` and `chance`.

    Args:
        pieces: With `code`, the piece's letters and digits in capitals, beside what `cut` gives.
    """
    if pieces.is_empty():
        return pieces.with_columns(kind=pl.lit(None, pl.String), score=pl.lit(0.0), chance=pl.lit(value=False)).clear()
    piece, code = pl.col("piece"), pl.col("code")
    colons = piece.str.contains(":", literal=True)
    pieces = pieces.filter(~piece.str.contains(r"^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-"))
    plain = pieces.filter(~colons)
    return pl.concat(
        [
            _addresses(pieces.filter(colons)),
            _ibans(plain.filter(code.str.contains("^(?:IBAN)?[A-Z]{2}[0-9]{2}[0-9A-Z]{11,32}$"))),
            _births(plain.filter(piece.str.contains(shapes.DATE_IN_WORDS))),
            _coded(plain.filter(pl.col("code").str.len_bytes().is_between(5, 18))),
        ],
        how="diagonal_relaxed",
    )


def _addresses(pieces: pl.DataFrame) -> pl.DataFrame:
    good = pieces.filter(
        pl.col("piece").str.to_uppercase().str.contains(_IPV6)
        & pl.col("piece").str.contains("[0-9]")
        & ~pl.col("left").str.contains(r"[0-9A-Za-z_:.]$")
        & ~pl.col("right").str.contains(r"^[:_][A-Za-z0-9]")
    )
    return _found(good, "ip_address", pl.lit(0.97))


def _ibans(pieces: pl.DataFrame) -> pl.DataFrame:
    """Hold each to its country's length: words of four letters behind a number look like groups of it."""
    labelled = pl.col("code").str.starts_with("IBAN")
    pieces = pieces.with_columns(
        piece=pl.when(labelled).then(pl.col("piece").str.slice(4)).otherwise("piece"),
        start=pl.col("start") + labelled.cast(pl.Int64) * 4,
        code=pl.col("code").str.strip_prefix("IBAN"),
    )
    kept = []
    for length, countries in _LENGTHS.items():
        some = pieces.filter(
            pl.col("code").str.contains(f"^(?:{countries})") & (pl.col("code").str.len_bytes() >= length)
        )
        if some.height:
            kept.append(
                some.with_columns(
                    piece=pl.col("piece").str.extract(
                        rf"^((?:[0-9A-Za-z][ .\-]?){{{length - 1}}}[0-9A-Za-z])(?-u:\b)", 1
                    ),
                    code=pl.col("code").str.head(length),
                ).filter(pl.col("piece").is_not_null())
            )
    if not kept:
        return pieces.clear()
    whole = pl.concat(kept)
    return _found(whole.filter(checksums.mod_97(whole["code"])), "iban", pl.lit(1.0)) if whole.height else whole


def _births(pieces: pl.DataFrame) -> pl.DataFrame:
    return _found(pieces.filter(said("date_of_birth")), "date_of_birth", pl.lit(0.92))


def _coded(pieces: pl.DataFrame) -> pl.DataFrame:
    if pieces.is_empty():
        return pieces
    piece, code = pl.col("piece"), pl.col("code")
    known = pieces.with_columns(glued=glued(), other=other())
    free = ~pl.col("glued")
    spaced = piece.str.contains("[ -]")
    capitals = ~piece.str.contains("[a-z]")
    contiguous = ~spaced
    current = code.str.contains(_CURRENT)
    older = (code.str.contains(_PREFIX) & (code.str.len_bytes() >= 6)) | (
        code.str.contains(_SUFFIX) & (code.str.len_bytes() >= 6)
    )
    irish = (
        code.str.contains(_IRISH) & capitals & (code.str.len_bytes() >= 6) & ~code.str.contains("(?:19|20)[0-9]{2}$")
    )
    mark_shape = piece.str.contains(r"^[A-Za-z0-9]{1,4}[ \-]?[A-Za-z0-9]{1,4}$")
    any_mark = code.str.contains(f"{_CURRENT}|{_PREFIX}|{_SUFFIX}|{_IRISH}") & mark_shape
    said_mark = said("vehicle_registration")
    ni = code.str.contains(NI) & ~code.str.contains(_NI_NEVER)
    ni_short = ~code.str.contains("[A-D]$")
    said_ni = said("national_insurance")
    kind = (
        pl.when(code.str.contains(LICENCE) & free).then(pl.lit("driving_licence"))
        .when(said("passport") & code.str.contains("^(?:[A-Z]{1,2}[0-9]{6,8}|[0-9]{9}|[A-Z][0-9]{2}[A-Z]{2}[0-9]{4})$")).then(pl.lit("passport"))
        .when(ni & (said_ni | (free & ~pl.col("other") & (~ni_short | capitals)))).then(pl.lit("national_insurance"))
        .when(code.str.contains(POSTCODE) & free & (~piece.str.contains(r"[0-9]\.[0-9]"))).then(pl.lit("postcode"))
        .when(any_mark & said_mark).then(pl.lit("vehicle_registration"))
        .when((current | ((older | irish) & (capitals | contiguous))) & mark_shape & free & ~pl.col("other") & ~code.str.contains(_WORDS_NOT_MARKS))
        .then(pl.lit("vehicle_registration"))
    )  # fmt: skip
    score = (
        pl.when(pl.col("kind").is_in(["driving_licence", "postcode"])).then(0.95)
        .when(pl.col("kind") == "national_insurance").then(pl.when(said_ni).then(0.98).when(ni_short).then(0.75).otherwise(0.95))
        .when(pl.col("kind") == "passport").then(0.93)
        .otherwise(pl.when(said_mark).then(0.95).when(current).then(0.8).otherwise(0.6))
    )  # fmt: skip
    return (
        known.with_columns(kind=kind, chance=pl.lit(value=False))
        .filter(pl.col("kind").is_not_null())
        .with_columns(score=score)
    )


def _found(pieces: pl.DataFrame, kind: str, score: pl.Expr) -> pl.DataFrame:
    return pieces.with_columns(kind=pl.lit(kind), score=score, chance=pl.lit(value=False))
