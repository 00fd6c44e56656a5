"""Findings in the texts of some columns: cut, judge, and let the surest of what overlaps stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from platform_core.governance.pii import codes, emails, names, numbers, patterns, relaxed
from platform_core.governance.pii.characters import foreign, plain
from platform_core.governance.pii.context import beside
from platform_core.governance.pii.cutting import Cells, Pieces, cut
from platform_core.governance.pii.kinds import Named
from platform_core.governance.pii.saying import Saying

SCHEMA = pl.Schema(
    {
        "row": pl.UInt64,
        "kind": pl.String,
        "start": pl.UInt32,
        "end": pl.UInt32,
        "score": pl.Float64,
        "chance": pl.Boolean,
        "ten": pl.Boolean,
    }
)


_EXTENDED = r"(?i)^(.*[0-9])[ ,;]{0,2}(?:ext(?:ension|n)?\.?:?|x|#) ?[0-9]+$"
_LABELS = {
    "utr": "UTR",
    "nhs_number": "NHS",
    "card": "card",
    "phone": "tel",
    "national_insurance": "NI",
    "vehicle_registration": "reg",
    "sort_code": "sort code",
    "account_number": "account",
    "date_of_birth": "born",
    "passport": "passport",
    "driving_licence": "licence",
    "uprn": "UPRN",
}


def find(cells: Cells, about: Sequence[Named], height: int) -> pl.DataFrame:
    """Give the findings of some texts, of the columns of `SCHEMA`, by row and start.

    Args:
        cells: `row` and `text`, without nulls, of one column after the other: `row // height` is the column's number.
        about: What each column's name says.
        height: How many rows a column has.
    """
    saying = Saying.of(cells, about, height)
    text = pl.col("text")
    wide = cells.select(foreign(text)).to_series()
    if wide.any():
        cells = pl.concat([cells.filter(~wide), cells.filter(wide).with_columns(plain(text))]).sort("row")
    found = [_coded(cells, saying), emails.find(cells), *relaxed.find(cells, saying)]
    in_prose = saying.only(cells, lambda name: not name.says("name") and not name.other)
    named = names.find(in_prose)
    little = saying.only(named.filter(pl.col("score") < 0.95), lambda name: name.people)
    found += [
        named.filter(pl.col("score") >= 0.95),
        little,
        names.small(saying.only(in_prose, lambda name: name.people)),
    ]
    whole = [_spanned(part) for part in found if part.height]
    if not whole:
        return pl.DataFrame(schema=SCHEMA)
    every = pl.concat(whole)
    sure = (pl.col("score") >= 0.9) & ~pl.col("chance") & (pl.col("kind") != "phone") | (pl.col("kind") == "email")
    every = every.filter(~saying.each(lambda name: name.other) | sure)
    return apart(every.select(pl.col(name).cast(dtype) for name, dtype in SCHEMA.items()))


def _coded(cells: Cells, saying: Saying) -> pl.DataFrame:
    some = cells.filter(pl.col("text").str.contains("[0-9:]"))
    pieces = _told(cut(some, patterns.CODES), saying)
    if pieces.is_empty():
        return pieces
    found = _judged(pieces)
    # A word before a number may have been taken for the first part of a code: what is left is cut once more
    missed = pieces.filter(pl.col("piece").str.contains(r"^[A-Za-z]+[ ,/\-].*[0-9]"))
    missed = missed.join(found.select("row", start="begin"), on=["row", "start"], how="anti")
    if missed.height:
        again = _again(missed)
        if again.height:
            found = pl.concat([found, _judged(again)], how="diagonal")
    return found


def _told(pieces: Pieces, saying: Saying) -> Pieces:
    """Put what the column's name says before each cell, as if it had been written there."""
    label, left = saying.each(_label), pl.col("left")
    return pieces.with_columns(left=pl.when("first").then(label + left).otherwise(left))


def _label(name: Named) -> str:
    said = "".join(f"{label} " for kind, label in _LABELS.items() if kind in name.kinds)
    return said or ("ref " if name.other else "")


def _again(missed: Pieces) -> Pieces:
    head = pl.col("piece").str.extract(r"^([A-Za-z0-9]+[ ,/\-]+)", 1)
    rest = missed.with_columns(head=head).with_row_index("id")
    cells = rest.select(row="id", text=pl.col("piece").str.slice(pl.col("head").str.len_chars()))
    pieces = cut(cells, patterns.CODES)
    joined = pieces.join(
        rest.select(row="id", owner="row", before="left", head="head", begun="start", after="right"),
        on="row",
        how="left",
        maintain_order="left",
    )
    return joined.select(
        row="owner",
        piece="piece",
        start=pl.col("start") + pl.col("begun") + pl.col("head").str.len_chars().cast(pl.Int64),
        left=pl.when("first").then(pl.concat_str("before", "head", "left")).otherwise("left"),
        right=pl.when("last").then(pl.concat_str("right", "after")).otherwise("right"),
        first="first",
        last="last",
    )


def _judged(pieces: Pieces) -> pl.DataFrame:
    piece = pl.col("piece")
    opened = piece.str.starts_with("(") & ~piece.str.contains(")", literal=True)
    pieces = beside(pieces).with_columns(
        begin="start",
        piece=pl.when(opened).then(piece.str.slice(1)).otherwise(piece),
        start=pl.col("start") + opened.cast(pl.Int64),
        left=pl.when(opened).then(pl.lit("(")).otherwise("left"),
        code=piece.str.replace_all("[^A-Za-z0-9]+", ""),
    )
    code = pl.col("code")
    plain = pieces["code"].str.contains("^[0-9]+$")
    colon = pieces["piece"].str.contains(":", literal=True)
    of_digits = pieces.filter(plain & ~colon).with_columns(digits=code)
    rest = pieces.filter(~plain | colon)
    if rest.height:
        # What stands before an extension is the number; so is what stands before the K of a UTR or the time of a date
        extended = piece.str.contains(_EXTENDED)
        numeric = extended | code.str.contains("^[0-9]{10}[Kk]$") | piece.str.contains(r"[0-9][T ][0-9]{2}:[0-9]{2}")
        digits = (
            pl.when(extended)
            .then(piece.str.extract(_EXTENDED, 1).str.replace_all("[^0-9]+", ""))
            .otherwise(code.str.strip_chars_end("Kk"))
        )
        rest = rest.with_columns(numeric=numeric, digits=digits)
        of_digits = pl.concat([of_digits, rest.filter("numeric").drop("numeric")]).sort("row", "start")
        rest = rest.filter(~pl.col("numeric")).with_columns(code=code.str.to_uppercase())
    of_digits = of_digits.with_columns(size=pl.col("digits").str.len_bytes())
    lettered = rest
    found = [part for part in (numbers.judge(of_digits), codes.judge(lettered)) if part.height]
    if not found:
        return pieces.clear().with_columns(kind=pl.lit(""), score=pl.lit(0.0), chance=pl.lit(value=False))
    wanted = ["row", "piece", "start", "begin", "kind", "score", "chance", "size"]
    every = pl.concat([part.select(name for name in wanted if name in part.columns) for part in found], how="diagonal")
    return (
        every.with_columns(ten=pl.col("size").eq_missing(10) & pl.col("chance"))
        if "size" in every.columns
        else every.with_columns(ten=pl.lit(value=False))
    )


def _spanned(found: pl.DataFrame) -> pl.DataFrame:
    start = pl.col("start").cast(pl.Int64)
    ten = pl.col("ten") if "ten" in found.columns else pl.lit(value=False)
    return found.select(
        "row",
        "kind",
        "score",
        "chance",
        start=start,
        end=start + pl.col("piece").str.len_chars().cast(pl.Int64),
        ten=ten,
    )


def apart(found: pl.DataFrame) -> pl.DataFrame:
    """Give the findings of which no two overlap: the surest, then the longest, then the first of those that do.

    >>> found = pl.DataFrame({"row": [0, 0], "kind": ["phone", "card"], "start": [0, 0], "end": [9, 16]})
    >>> found = found.with_columns(score=pl.Series([0.8, 0.99]))
    >>> apart(found)["kind"].to_list()
    ['card']
    """
    ordered = found.sort("row", "start", "end", "kind")
    row = pl.col("row")
    meets = (row == row.shift(1)) & (pl.col("start") < pl.col("end").shift(1))
    crowded = ordered.filter(meets)["row"].unique()
    if crowded.is_empty():
        return ordered
    here = row.is_in(crowded.implode())
    ranked = (
        ordered.filter(here)
        .with_columns(length=pl.col("end") - pl.col("start"))
        .sort("row", "score", "length", "start", "kind", descending=[False, True, True, False, False])
        .drop("length")
        .unique(["row", "start", "end"], keep="first", maintain_order=True)  # what most of them differ in is the kind
    )
    single = ranked.filter(~row.is_duplicated())
    ranked = ranked.filter(row.is_duplicated())
    keep = pl.Series(_standing(ranked.select("row", "start", "end").iter_rows()), dtype=pl.Boolean)
    return pl.concat([ordered.filter(~here), single, ranked.filter(keep)]).sort("row", "start", "end")


def _standing(ranked: Iterable[tuple[int, int, int]]) -> list[bool]:
    kept: list[bool] = []
    taken: list[tuple[int, int]] = []
    present = None
    for group, start, end in ranked:
        if group != present:
            present, taken = group, []
        free = all(end <= a or start >= b for a, b in taken)
        if free:
            taken.append((start, end))
        kept.append(free)
    return kept
