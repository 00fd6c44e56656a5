"""Pieces with letters: codes told by their own structure, and dates of birth in words."""

from __future__ import annotations

import polars as pl

from platform_core.governance.pii import checksums, shapes
from platform_core.governance.pii.context import Around, glued, other, said
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
# Letters after the district that the standard allows, whether or not the area has such yet
_POSTCODE_LIKE = rf"^(?:[BEGLMNSW][0-9][ABCDEFGHJKPSTUW]|(?:{_AREAS})[0-9][ABEHMNPRVWXY])[0-9][ABD-HJLNP-UW-Z]{{2}}$"
NI = r"^(?:[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z])[0-9]{6}[A-D]?$"
_NI_NEVER = r"^(?:BG|GB|NK|KN|TN|NT|ZZ)"
# Two letters and six digits are a company's number, a credit note's (`CN`) or a place on the National Grid too, by their first letters
_NO_PERSONS = rf"^(?:AC|BR|C[ENS]|ES|FC|G[ENS]|LP|N[CLP]|O[CE]|PC|R[CS]|S[GLPZ]|ZC|{shapes.GRID})[0-9]{{6}}$"
# `SC 20-30-40` is a sort code, `WM-112596` a reference
_UNLIKE_NI = r"/|^[A-Z]{2} [0-9]{2}-|^[A-Z]{2}-[0-9]{6}$"
# Letters about benefits and tax give the number as their reference
_REF = r"(?-u:\b)(?:refs?|reference)(?: ?(?:no|number))?[.:# =(]{0,3}$"
_REF_OF_A_THING = (
    r"(?:order|part|product|invoice|booking|model|stock|batch|parcel|delivery|asset|drawing) (?:refs?|reference)"
)
# What has such a number and is no person
_TAGGED = r"(?:licen[cs]e|title|drawing|badge|locker|tag|keys?|plate|warrant|certificate|device|laptop|engine|chassis)(?: (?:no|number|id))?[.:# ]{0,3}$"
_PLACED = r"(?-u:\b)(?:gate|bay|plot|room|unit|stop|stand|platform|zone|block|desk|seat|row)[:# ]{0,3}$"
LICENCE = r"^(?:[A-Z]{5}|[A-Z]{4}9|[A-Z]{3}99|[A-Z]{2}999|[A-Z]9999)[0-9](?:0[1-9]|1[0-2]|5[1-9]|6[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9][A-Z][A-Z9][0-9][A-Z]{2}(?:[0-9]{2})?$"
_CURRENT = r"^[A-HJ-PR-Y][A-HJ-PR-Y](?:0[2-9]|[12][0-9]|5[1-9]|[67][0-9])[A-HJ-PR-Z]{3}$"
_PREFIX = r"^[A-HJ-NPQR-TV-Y][1-9][0-9]{0,2}[A-HJ-PR-Y][A-HJ-PR-Y]{2}$"
_SUFFIX = r"^[A-HJ-PR-Y]{3}[1-9][0-9]{0,2}[A-HJ-NPR-TV-Y]$"
_IRISH = r"^[A-HJ-PR-Z](?:IA|[DKR]Z|IB|[LX]Z|IJ|[BJS]Z|I[GLWZ]|[NY]Z|UI|JI|[HV]Z|OI|XI|[ACEFGMOPTUW]Z)[1-9][0-9]{0,3}$"
_PASSPORT = "^(?:[A-Z]{1,2}[0-9]{6,8}|[0-9]{9}|[A-Z][0-9]{2}[A-Z]{2}[0-9]{4}|[0-9]{2}[A-Z]{2}[0-9]{5}|[A-Z][0-9]{2}[A-Z][0-9]{4}[A-Z0-9]|[CFGHJK][0-9CFGHJKLMNPRTVWXYZ]{8})$"  # Germany's come last
_SHAPES = (
    ("postcode", POSTCODE, ""),
    ("current", _CURRENT, ""),
    ("ni", NI, _NI_NEVER),
    ("licence", LICENCE, ""),
    ("older", f"{_PREFIX}|{_SUFFIX}", ""),
    ("irish", _IRISH, ""),
    ("passport", _PASSPORT, ""),
    ("like_postcode", _POSTCODE_LIKE, ""),
)
_WORDS_NOT_MARKS = r"^(?:LOT|BOX|THE|AND|FOR|VIA|BLK|ISO|PLOT|OFF|NOT|USE|DAY|TOP|REF|FIG|MAX|MIN|ADZ|BIZ|COZ|CUZ|DOZ|FEZ|GAZ|GIZ|VIZ|WIZ|FOI)"
NO_MARK = r"(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|AM|PM|OF|THE|AND|NO)(?-u:\b)|^(?:NO|ISO|SC|OC|NI) ?[0-9]"
_SMALL_WORDS = (
    r"^(?:was|the|and|for|has|had|are|but|not|you|all|can|her|his|one|our|out|get|him|how|man|new|now|old|see|two|way|who|did|its|let|put"
    r"|say|she|too|per|hit|ran|got|due|any|may|six|ten) "
)
_MARK_NEXT = r"(?:(?:car|van|lorry|truck|taxi|motorbike|tipper|tractor)|reg[a-z]*|vrm|vrn|plates?|vehicle|number|no|mark)\.?(?: is| was)?[:#=(\s]*$"
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
_LENGTH_OF = {country: length for length, countries in _LENGTHS.items() for country in countries.split("|")}


def judge(pieces: Pieces, around: Around) -> pl.DataFrame:
    """Give the pieces that are a finding, with `kind`, `score` and `chance`.

    Args:
        pieces: With `code`, the piece's letters and digits in capitals, beside what `cut` gives.
        around: What stands around them.
    """
    if pieces.is_empty():
        return pieces.with_columns(kind=pl.lit(None, pl.String), score=pl.lit(0.0), chance=pl.lit(value=False)).clear()
    piece, code = pl.col("piece"), pl.col("code")
    colons = piece.str.contains(":", literal=True)
    pieces = pieces.filter(~piece.str.contains(r"^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-"))
    plain = pieces.filter(~colons)
    return pl.concat(
        [
            _addresses(pieces.filter(colons), around),
            _ibans(plain.filter(code.str.contains("^(?:IBAN)?[A-Z]{2}[0-9]{2}[0-9A-Z]{11,32}$"))),
            _births(plain.filter(piece.str.contains(shapes.DATE_IN_WORDS)), around),
            _coded(plain.filter(pl.col("code").str.len_bytes().is_between(5, 18)), around),
        ],
        how="diagonal_relaxed",
    )


def _addresses(pieces: pl.DataFrame, around: Around) -> pl.DataFrame:
    if pieces.is_empty():
        return pieces
    good = pieces.filter(
        pl.col("piece").str.to_uppercase().str.contains(_IPV6)
        & pl.col("piece").str.contains("[0-9]")
        & ~around.of(
            (pl.col("left").str.contains(r"[0-9A-Za-z_:.]$") & ~pl.col("left").str.contains(r"(?i)(?-u:\b)ip(?:v6)?:$"))
            | pl.col("right").str.contains(r"^[:_]?[A-Za-z0-9]")
        )
    )
    return _found(good, "ip_address", pl.lit(0.97))


def _ibans(pieces: pl.DataFrame) -> pl.DataFrame:
    """Hold each to its country's length: words of four letters behind a number look like groups of it."""
    if pieces.is_empty():
        return pieces
    labelled = pl.col("code").str.starts_with("IBAN")
    pieces = pieces.with_columns(
        piece=pl.when(labelled).then(pl.col("piece").str.slice(4)).otherwise("piece"),
        start=pl.col("start") + labelled.cast(pl.Int64) * 4,
        code=pl.col("code").str.strip_prefix("IBAN"),
    )
    code = pl.col("code")
    length = code.str.head(2).replace_strict(_LENGTH_OF, default=99, return_dtype=pl.UInt8)
    pieces = pieces.with_columns(length=length).filter(code.str.len_bytes() >= pl.col("length"))
    # A word behind it may have been taken for a group of it
    longer = pieces.filter(code.str.len_bytes() > pl.col("length"))
    kept = [pieces if longer.is_empty() else pieces.filter(code.str.len_bytes() == pl.col("length"))]
    for (length,), some in longer.partition_by("length", maintain_order=True, as_dict=True).items():
        whole = rf"^((?:[0-9A-Za-z][ .\-]?){{{length - 1}}}[0-9A-Za-z])(?-u:\b)"
        cut = some.with_columns(piece=pl.col("piece").str.extract(whole, 1), code=code.str.head(length))
        kept.append(cut.filter(pl.col("piece").is_not_null()))
    tried = pl.concat(kept)
    return _found(tried.filter(checksums.mod_97(tried["code"])), "iban", pl.lit(1.0)) if tried.height else tried


def _births(pieces: pl.DataFrame, around: Around) -> pl.DataFrame:
    if pieces.is_empty():
        return pieces
    return _found(pieces.filter(around.of(said("date_of_birth"))), "date_of_birth", pl.lit(0.92))


def _coded(pieces: pl.DataFrame, around: Around) -> pl.DataFrame:
    if pieces.is_empty():
        return pieces
    piece, code = pl.col("piece"), pl.col("code")
    long = code.str.len_bytes() >= 6
    told: list[pl.DataFrame] = []
    for called, form, never in _SHAPES:
        # Each form is tried on what none before it took
        matched = pieces.select(code.str.contains(form)).to_series()
        if never and matched.any():
            matched &= ~pieces["code"].str.contains(never)
        if matched.any():
            told.append(pieces.filter(matched).with_columns(shape=pl.lit(called)))
            pieces = pieces.filter(~matched)
    if not told:
        return pieces.clear()
    shaped = pl.concat(told)
    known = shaped.with_columns(
        free=~around.of(glued()),
        other=around.of(other()),
        capitals=~piece.str.contains("[a-z]"),
        mark=pl.col("shape").is_in(["current", "older", "irish"])
        & piece.str.contains(r"^[A-Za-z0-9]{1,4}(?:-| {0,2})[A-Za-z0-9]{1,4}$"),
        said_mark=around.of(said("vehicle_registration")),
        said_ni=around.of(said("national_insurance")),
        said_passport=around.of(said("passport")),
    )
    shape, free, capitals = pl.col("shape"), pl.col("free"), pl.col("capitals")
    unsaid = free & ~pl.col("other")
    short_ni = ~code.str.contains("[A-D]$")
    in_pairs = piece.str.contains(r"[0-9]{2}[ \-][0-9]{2}[ \-][0-9]{2}(?:[ \-][A-Da-d])?$")
    taken = code.str.contains(_NO_PERSONS) & ~in_pairs
    tagged = around.of(pl.col("before").str.contains(_TAGGED))
    unlike_ni = short_ni & (~capitals | piece.str.contains(_UNLIKE_NI) | taken | tagged)
    by_ref = around.of(pl.col("before").str.contains(_REF) & ~pl.col("before").str.contains(_REF_OF_A_THING))
    # `AB 12 34 56 Y` has a last letter, and none that is given out
    ends_otherwise = short_ni & around.of(pl.col("right").str.contains(r"^[ .\-/]?[E-HJ-Z](?-u:\b)"))
    alone = pl.lit(around.shared is not None)
    like_older = long & (capitals | alone | ~piece.str.contains("[ -]"))
    # Alone in its cell a mark of Northern Ireland may be small: few words end in a Z
    small_irish = alone & code.str.contains("Z[0-9]{3,4}$")
    like_irish = (
        long
        & (capitals | small_irish)
        & ~piece.str.contains("-", literal=True)
        & ~code.str.contains("(?:19|20)[0-9]{2}$")
    )
    sure_mark = (shape == "current") | ((shape == "older") & like_older) | ((shape == "irish") & like_irish)
    # `gate G55 RED`
    sure_mark &= ~around.of(pl.col("before").str.contains(_PLACED))
    # `van was 10m away`: small words before a number are more often words; and `E6 4th floor` is no postcode
    spaced = (shape == "older") & piece.str.contains("^[a-z]{3} ")
    small_word = spaced & piece.str.contains(_SMALL_WORDS)
    ordinal = piece.str.contains("^[A-Z].*[0-9](?:st|nd|rd|th)$")
    ordinal &= around.of(pl.col("after").str.contains("^ (?:floor|storey|level|form|year|century)"))
    # `Ada Khan,SW9 0TS,2169`
    in_list = around.of(pl.col("left").str.contains("(?:^|,)$") & pl.col("right").str.contains("^,[0-9]"))
    kind = (
        pl.when((shape == "licence") & free).then(pl.lit("driving_licence"))
        .when(pl.col("said_passport") & code.str.contains(_PASSPORT)).then(pl.lit("passport"))
        .when((shape == "ni") & ~ends_otherwise & (pl.col("said_ni") | (unsaid & ~unlike_ni) | (free & ~short_ni & (in_pairs | by_ref)))).then(pl.lit("national_insurance"))
        .when((shape == "postcode") & (free | in_list) & ~ordinal & ~piece.str.contains(r"[0-9]\.[0-9]") & ~around.of(pl.col("left").str.ends_with("#"))).then(pl.lit("postcode"))
        .when((shape == "like_postcode") & unsaid & capitals & piece.str.contains(" ", literal=True)).then(pl.lit("postcode"))
        .when(pl.col("mark") & pl.col("said_mark") & (~spaced | (~small_word & around.of(pl.col("before").str.contains(_MARK_NEXT))))).then(pl.lit("vehicle_registration"))
        .when(pl.col("mark") & sure_mark & unsaid & ~code.str.contains(_WORDS_NOT_MARKS)).then(pl.lit("vehicle_registration"))
    )  # fmt: skip
    made = known.with_columns(kind=kind, chance=pl.lit(value=False)).filter(pl.col("kind").is_not_null())
    score = (
        pl.when(shape == "like_postcode").then(0.8)
        .when(pl.col("kind").is_in(["driving_licence", "postcode"])).then(0.95)
        .when(pl.col("kind") == "passport").then(0.93)
        .when(shape == "ni").then(pl.when("said_ni").then(0.98).when(short_ni).then(0.75).otherwise(0.95))
        .when("said_mark").then(0.95)
        .otherwise(pl.when(shape == "current").then(0.8).otherwise(0.6))
    )  # fmt: skip
    return made.with_columns(score=score)


def _found(pieces: pl.DataFrame, kind: str, score: pl.Expr) -> pl.DataFrame:
    return pieces.with_columns(kind=pl.lit(kind), score=score, chance=pl.lit(value=False))
