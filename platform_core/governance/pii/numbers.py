"""Pieces of nothing but digits: which of them are somebody's, by their check digits, their forms and the words beside them."""

from __future__ import annotations

import polars as pl

from platform_core.governance.pii import checksums, shapes
from platform_core.governance.pii.context import Around, glued, other, part_of_document, said
from platform_core.governance.pii.cutting import Pieces

# Bare digits without a word beside them: issued by the NHS (England, Northern Ireland, Scotland by birth date, tests)
_NHS_RANGE = r"^(?:4|6|7|3[2-9]|999|943|(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])[0-9]{6})"
_GROUPED_RANGE = r"^(?:[3-9]|(?:0[1-9]|[12][0-9])(?:0[1-9]|1[0-2]))"
_SAME = r"^(?:0+|1+|2+|3+|4+|5+|6+|7+|8+|9+)$"
_GROUPED_10 = r"^[0-9]{3}[ \-.]{1,2}[0-9]{3}[ \-.]{1,2}[0-9]{4}$|^[0-9]{3} [0-9]{3} [0-9]{2} [0-9]{2}$"
_TOLD = ("sort_code", "account_number", "date_of_birth", "uprn", "passport", "driving_licence")
_EIGHT = "^[0-9]{8}$|^[0-9]{4}[ -][0-9]{4}$"
_IN_THREES = "^[0-9]{2} [0-9]{3} [0-9]{3}$"
_DECIMAL = r"^0\.[0-9]+$"
_ISBN = "^0-[0-9]+-[0-9]+-[0-9]$"
_SHORT = 24  # characters between a sort code and its account
_LIKE_UPRN = "^(?:0?100[0-9]{8,9}|200[0-9]{9}|10[0-9]{9,10})$"
_WITH_HOUSE = "^[0-9]{9,12} [0-9]{1,3}$"
_ADDRESS_AFTER = r"^[,:;\- ]{1,4}(?:flat [0-9a-z]+,? )?[0-9]*[a-z]?,? ?[a-z' ]{2,24}(?:street|road|lane|avenue|close|drive|way|court|st|rd)(?-u:\b)"
_ADDRESS_BEFORE = r"(?:street|road|lane|avenue|close|drive|way|court)(?-u:\b)[^0-9]{0,30}$"


def judge(pieces: Pieces, around: Around) -> pl.DataFrame:
    """Give the pieces that are a finding, with `kind`, `score` and whether chance alone may make one like it.

    Args:
        pieces: With `digits` and `size`, their number, beside what `cut` gives.
        around: What stands around them.
    """
    piece, size = pl.col("piece"), pl.col("size")
    # All in one query: of most kinds there is none
    flags = pieces.select(
        (size.is_between(4, 14) & piece.str.contains(shapes.IPV4)).alias("networks"),
        (size.is_between(8, 16) & piece.str.contains(r"^[(+]?[+]?[04]|^[(]?[+]")).alias("phones"),
        (size.is_between(13, 22) & ~piece.str.contains(r"^[+(]")).alias("cards"),
        (size == 10).alias("tens"),
        # Beside nothing, what is told by words is none but the pairs of a sort code
        (size.is_between(4, 20) & (around.some | piece.str.contains("-", literal=True))).alias("by_words"),
    )
    judges = (_networks, _phones, _cards, _tens, _by_words)
    asked = [(judge, flag) for judge, flag in zip(judges, flags, strict=True) if flag.any()]
    if not asked:
        return pieces.with_columns(kind=pl.lit(None, pl.String), score=pl.lit(0.0), chance=pl.lit(value=False)).clear()
    known = pieces.with_columns(
        glued=around.of(glued()),
        other=around.of(other()),
        bare=piece.str.len_bytes() == size,
        checked=pl.lit(value=False),
    )
    found = [part for part in (judge(known.filter(flag), around) for judge, flag in asked) if part.height]
    return pl.concat(found, how="diagonal") if found else known.clear()


def _networks(pieces: pl.DataFrame, around: Around) -> pl.DataFrame:
    if pieces.is_empty():
        return pieces
    joined = pl.col("right").str.contains(r"^[.\-_][A-Za-z0-9]") | pl.col("left").str.contains(
        r"[0-9A-Za-z][.\-_]$|[A-Za-z]/$"
    )
    # `see 5.4.3.2`: of single digits alone it is more often a paragraph
    paragraph = pl.col("piece").str.contains(r"^[0-9](?:[.][0-9]){3}$") & ~around.of(said("ip_address"))
    paragraph &= pl.lit(around.shared is None)
    return _found(pieces.filter(~around.of(part_of_document() | joined) & ~paragraph), "ip_address", pl.lit(0.9))


def _phones(pieces: pl.DataFrame, around: Around) -> pl.DataFrame:
    if pieces.is_empty():
        return pieces
    digits, piece, size = pl.col("digits"), pl.col("piece"), pl.col("size")
    abroad = piece.str.contains(r"^[(]?[+]|^[(]?0(?:0|11)[ \-]?[1-9]")
    home = digits.str.replace(r"^(?:0?0|011)?44(?:0)?", "0")
    # A number of the country in the form of others is held to the country's plan
    british = (
        pl.when(digits.str.contains(r"^(?:0?0)?44") & (abroad | ~piece.str.contains("^[(]?0")))
        .then(home)
        .otherwise(digits)
    )
    pieces = pieces.with_columns(abroad=abroad, home=british, said=around.of(said("phone")))
    plan = pl.col("home").str.contains(shapes.NATIONAL)
    foreign = pl.col("abroad") & ~pl.col("home").str.starts_with("0") & size.is_between(8, 15)
    long_00 = (
        pl.col("abroad") & piece.str.contains(r"^[(]?00") & ~digits.str.contains("^0044") & size.is_between(10, 17)
    )
    sure = (piece.str.len_bytes() > size) | pl.col("said")
    enough = sure | (pl.col("home").str.len_bytes() == 11)
    tested = (
        (plan | foreign | (long_00 & (pl.col("said") | piece.str.contains(r"(?:[ .\-][0-9]+){3}"))))
        & enough
        & (
            ~pl.col("glued")
            | (pl.col("said") & ~around.of(pl.col("left").str.contains(r"[0-9][\-/]$")))
            | around.of(pl.col("right").str.contains(r"^/[0-9]{1,2}(?-u:\b)"))
        )
        & (~pl.col("other") | pl.col("said") | piece.str.starts_with("+"))
    )
    dated = piece.str.contains(shapes.DATE) | piece.str.contains(_ISBN) | piece.str.contains(_DECIMAL)
    return _found(
        pieces.filter(tested & ~dated), "phone", pl.when("said").then(0.95).when(sure).then(0.9).otherwise(0.75)
    )


def _cards(pieces: pl.DataFrame, around: Around) -> pl.DataFrame:
    if pieces.is_empty():
        return pieces
    # One group too many may stand behind the number
    behind = r"[ .\-]+[0-9]{1,3}$"
    long_already = pl.col("digits").str.contains("^[56]") & (pl.col("size") == 19)  # as many as these issuers give
    shorter = pieces.filter(pl.col("piece").str.contains(behind) & ~long_already).with_columns(
        piece=pl.col("piece").str.replace(behind, "")
    )
    if around.shared is None:
        # `6759 2259 2387 2645 04/28`: the month that it expires in
        shorter = shorter.with_columns(glued=pl.col("glued") & ~pl.col("right").str.contains("^/[0-9]{2}(?-u:\\b)"))
    shorter = shorter.with_columns(digits=pl.col("piece").str.replace_all("[^0-9]", ""))
    tried = pl.concat([pieces, shorter]).with_columns(size=pl.col("digits").str.len_bytes())
    tried = tried.filter(
        pl.col("size").is_between(13, 19) & shapes.is_issued(pl.col("digits")) & ~pl.col("digits").str.contains(_SAME)
    )
    if tried.is_empty():
        return tried
    proven = tried.filter(checksums.luhn(tried["digits"])).with_columns(said=around.of(said("card")))
    proven = proven.filter(~pl.col("glued") & (~pl.col("other") | pl.col("said")))
    return _found(
        proven,
        "card",
        pl.when(~pl.col("bare") | pl.col("said")).then(0.99).otherwise(0.9),
        chance=pl.col("bare") & ~pl.col("said"),
    )


def _tens(pieces: pl.DataFrame, around: Around) -> pl.DataFrame:
    if pieces.is_empty():
        return pieces
    proven = pieces.with_columns(nhs=checksums.modulus_11(pieces["digits"]), utr=checksums.utr(pieces["digits"]))
    proven = proven.filter((pl.col("nhs") | pl.col("utr")) & ~pl.col("digits").str.contains(_SAME))
    if proven.is_empty():
        return proven
    digits, piece = pl.col("digits"), pl.col("piece")
    said_utr, said_nhs = around.of(said("utr")), around.of(said("nhs_number"))
    proven = proven.with_columns(
        said_utr=said_utr | piece.str.contains("[Kk]$"), said_nhs=said_nhs, said_phone=around.of(said("phone"))
    )
    grouped = piece.str.contains(_GROUPED_10)
    # One of eleven numbers has the digit of a UTR: without a word only a column of them is one
    alone = pl.lit(around.shared is not None)
    # `TQ 38000 80400` is a place on the National Grid, `H 57935 69435` on that of Ireland
    on_grid = around.of(pl.col("left").str.contains(rf"(?:^|[^A-Za-z])(?:{shapes.GRID}|[A-HJ-Z]) ?$"))
    plain = ~pl.col("glued") & ~pl.col("other") & ~pl.col("said_phone") & ~on_grid
    kind = (
        pl.when(pl.col("said_utr") & pl.col("utr")).then(pl.lit("utr"))
        .when(pl.col("said_nhs") & pl.col("nhs")).then(pl.lit("nhs_number"))
        .when(pl.col("said_utr") | pl.col("said_nhs")).then(None)
        .when(plain & pl.col("nhs") & grouped & digits.str.contains(_GROUPED_RANGE)).then(pl.lit("nhs_number"))
        .when(plain & pl.col("nhs") & digits.str.contains(_NHS_RANGE) & pl.col("bare")).then(pl.lit("nhs_number"))
        .when(plain & pl.col("utr") & ((pl.col("bare") & alone) | piece.str.contains(r"^[0-9]{5}[ \-]"))).then(pl.lit("utr"))
    )  # fmt: skip
    sure = (pl.col("said_utr") & pl.col("utr")) | (pl.col("said_nhs") & pl.col("nhs"))
    score = pl.when(sure).then(0.98).when(grouped | ~pl.col("bare")).then(0.9).otherwise(0.65)
    made = proven.with_columns(kind=kind, score=score, chance=pl.col("bare") & ~sure)
    return made.filter(pl.col("kind").is_not_null())


def _by_words(pieces: pl.DataFrame, around: Around) -> pl.DataFrame:
    piece, size, row = pl.col("piece"), pl.col("size"), pl.col("row")
    dashed = (size == 6) & piece.str.contains("-", literal=True)
    # A long number may stand between a sort code and its account; alone it is told by an address beside it
    beside = (row == row.shift(1)) | (row == row.shift(-1))
    worded = around.of((pl.col("after") != "") | (pl.col("before") != ""))
    neighbours = beside & ((size == 6) | ((size == 8) & piece.str.contains(_EIGHT)))
    near_words = (size >= 11) & worded & (beside.fill_null(value=False) | piece.str.contains(_LIKE_UPRN))
    some = pieces.filter(
        (dashed | near_words | neighbours.fill_null(value=False) | around.of(said(*_TOLD))).fill_null(value=False)
    )
    if some.is_empty():
        return some
    # Facts first, each once; what follows from them after that
    known = some.with_columns(
        sort_shape=piece.str.contains(shapes.SORT),
        as_date=piece.str.contains(shapes.SORT_AS_DATE),
        eight=(size == 8) & piece.str.contains(_EIGHT),
        date=piece.str.contains(shapes.DATE),
        numbered=around.of(
            pl.col("before").str.contains(r"(?-u:\b)(?:no|num|number|a/c|acc|acct|account|cyfrif)[^a-z0-9]*$")
        ),
        free=~pl.col("glued") & ~pl.col("other"),
        **{f"said_{kind}": around.of(said(kind)) for kind in _TOLD},
    )
    to_next = (row == row.shift(-1)) & around.of(pl.col("right").str.len_chars() < _SHORT)
    known = known.with_columns(before_account=(pl.col("eight").shift(-1) & to_next).fill_null(value=False))
    said_sort, said_account = pl.col("said_sort_code"), pl.col("said_account_number")
    bare, shaped, before_account = pl.col("bare"), pl.col("sort_shape"), pl.col("before_account")
    # In a sentence three pairs are a sort code where it speaks of a bank
    of_bank, said_bank = pl.lit(value=True), around.of(said("bank"))
    if around.shared is None:
        behind = pl.col("eight").shift(1) & (row == row.shift(1)) & (pl.col("left").str.len_chars() < _SHORT)
        of_bank = said_bank | behind.fill_null(value=False)
    unlike_date = of_bank & ~pl.col("as_date") & piece.str.contains("-", literal=True)
    known = known.with_columns(
        sort=(size == 6)
        & (
            (said_sort & (shaped | bare))
            | (shaped & pl.col("free") & (before_account | unlike_date))
            | (bare & before_account & (said_account | (pl.col("free") & said_bank)))
            # `BACS file: 20-30-40,12345678`
            | ((shaped | bare) & before_account & said_bank & ~pl.col("glued"))
        ),
        birth=(pl.col("date") | piece.str.contains(shapes.COMPACT_DATE)) & pl.col("said_date_of_birth"),
        address=(size >= 11)
        & piece.str.contains(_LIKE_UPRN)
        & around.of(pl.col("after").str.contains(_ADDRESS_AFTER) | pl.col("before").str.contains(_ADDRESS_BEFORE)),
    )
    after_sort = (pl.col("sort").shift(1) & (row == row.shift(1))).fill_null(value=False)
    after_sort &= around.of(pl.col("left").str.len_chars() < _SHORT)
    account = (pl.col("eight") & ((said_account & ~pl.col("glued")) | after_sort)) | (
        said_account
        & (bare | piece.str.contains(_IN_THREES))
        & size.is_between(7, 10)
        & ~pl.col("other")
        & pl.col("numbered")
    )
    passport = (size == 9) & (bare | piece.str.contains("^[0-9]{3}[ -][0-9]{3}[ -][0-9]{3}$"))
    # `UPRN 200003012345 3 Bell Lane`: the number of the house is none of it
    with_house = piece.str.contains(_WITH_HOUSE)
    kind = (
        pl.when("birth").then(pl.lit("date_of_birth"))
        .when("sort").then(pl.lit("sort_code"))
        .when(pl.col("said_uprn") & (bare | with_house)).then(pl.lit("uprn"))
        .when(pl.col("said_passport") & passport).then(pl.lit("passport"))
        .when(account & ~pl.col("date")).then(pl.lit("account_number"))
        .when(pl.col("said_driving_licence") & (size == 8) & bare).then(pl.lit("driving_licence"))
        .when(pl.col("address") & ~pl.col("other")).then(pl.lit("uprn"))
    )  # fmt: skip
    guessed = pl.col("sort") & ~said_sort & ~before_account
    score = pl.when(guessed).then(0.6).when(pl.col("address") & ~pl.col("said_uprn")).then(0.7).otherwise(0.92)
    made = known.with_columns(kind=kind, score=score, chance=pl.lit(value=False))
    made = made.filter(pl.col("kind").is_not_null())
    housed = (pl.col("kind") == "uprn") & with_house
    return made.with_columns(piece=pl.when(housed).then(piece.str.extract("^([0-9]+)", 1)).otherwise(piece))


def _found(pieces: pl.DataFrame, kind: str, score: pl.Expr, chance: pl.Expr | None = None) -> pl.DataFrame:
    return pieces.with_columns(kind=pl.lit(kind), score=score, chance=pl.lit(value=False) if chance is None else chance)
