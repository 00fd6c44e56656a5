"""Findings in the texts of some columns: cut, judge, and let the surest of what overlaps stand."""

from __future__ import annotations

import string
from collections.abc import Iterable, Sequence

import polars as pl

from platform_core.governance.pii import (
    codes,
    emails,
    name_cells,
    name_fields,
    name_small,
    names,
    numbers,
    patterns,
    relaxed,
    shapes,
)
from platform_core.governance.pii.characters import foreign, plain
from platform_core.governance.pii.context import Around, beside, happened
from platform_core.governance.pii.cutting import Cells, Pieces, cut, halves, parted
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


_PERSONS_FIELD = r"\p{L}{2,},? \p{L}[\p{L}'. \-]* ?[|\t] ?$"  # two words at least
_NEXT_FIELD = r"^['\"]?(?:, ?|[|\t;] ?)['\"]?$"
_TAXED = r"(?-u:\b)(?i:vat) (?i:reg)"  # `VAT reg GB 218`
_SIGNS = string.punctuation + " "
_FRAME = 2  # characters beside a value that say nothing of it
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
    if any_wide := wide.any():
        cells = cells.filter(~wide).merge_sorted(cells.filter(wide).with_columns(plain(text)), key="row")
    found = [_coded(cells, saying), emails.find(cells), *relaxed.find(cells, saying)]
    in_prose = saying.only(cells, lambda name: not name.says("name") and not name.other)
    in_columns = saying.only(cells, lambda name: name.says("name"))
    with_more = in_columns.filter(name_cells.are_several(in_columns)) if in_columns.height else in_columns
    read = in_prose if with_more.is_empty() else pl.concat([in_prose, with_more]).sort("row")
    named = names.find(read, ascii_only=not any_wide)
    if named.height:
        certain, likely = parted(named, named["score"] >= 0.95)
        found += [certain, saying.only(likely, lambda name: name.people)]
    of_people = saying.only(in_prose, lambda name: name.people)
    found += [name_cells.small(of_people), name_small.find(of_people), name_fields.find(of_people)]
    whole = [_spanned(part) for part in found if part.height]
    if not whole:
        return pl.DataFrame(schema=SCHEMA)
    every = pl.concat(whole)
    if any(saying.all(lambda name: name.other)):
        sure = (pl.col("score") >= 0.9) & ~pl.col("chance") & ~pl.col("kind").is_in(["phone", "ip_address"])
        sure |= pl.col("kind") == "email"
        every = every.filter(~saying.each(lambda name: name.other) | sure)
    return apart(every.select(pl.col(name).cast(dtype) for name, dtype in SCHEMA.items()))


def _coded(cells: Cells, saying: Saying) -> pl.DataFrame:
    some = cells.filter(pl.col("text").str.contains("[0-9:]"))
    whole, within = halves(some, patterns.CODES)
    # What the column's name says stands before each cell, as if it had been written there; beside a whole cell, alone
    label, left = saying.each(_label), pl.col("left")
    found = []
    if whole.height < some.height:
        # A cell that is one number has no words in it
        found.append(_dateless(some if whole.is_empty() else some.filter(~pl.col("row").is_in(whole["row"].implode()))))
    whole = whole.with_columns(start=pl.lit(0, pl.Int64))
    if within.height:
        framed, within = parted(within, within.select(_framed()).to_series())
        if framed.height:
            whole = pl.concat([whole, framed.select(whole.columns)]).sort("row")
    if whole.height:
        alone = whole.with_columns(around=saying.number())
        found.append(_of_pieces(alone, Around(tuple(saying.all(_label)))))
    if within.height:
        labelled = within.with_columns(left=pl.when("first").then(label + left).otherwise(left))
        pieces = _and(beside(labelled))
        cut_out = _of_pieces(pieces, Around())
        found += [cut_out, _born(pieces, cut_out), _of_address(some, pieces, cut_out)]
    found = [part for part in found if part.height]
    return pl.concat(found, how="diagonal") if found else whole.clear()


def _born(pieces: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Give the dates in the field before an NHS number: `Khan, Ada | 1.2.1980 | 943 476 5919`."""
    none = found.clear()
    if "kind" not in found.columns or not (found["kind"] == "nhs_number").any():
        return none
    patients = found.filter(pl.col("kind") == "nhs_number").select("row", begin="start")
    row, left, piece = pl.col("row"), pl.col("left"), pl.col("piece")
    dates = pieces.with_columns(begin=pl.col("start").shift(-1)).filter(
        (row == row.shift(-1))
        & left.str.contains(_PERSONS_FIELD)
        & ~happened()
        & left.shift(-1).str.contains(r"^ ?[|\t] ?$")
        & (piece.str.contains(shapes.DATE) | piece.str.contains(shapes.DATE_IN_WORDS))
    )
    born = dates.join(patients, on=["row", "begin"], how="semi")
    said = {"kind": pl.lit("date_of_birth"), "score": pl.lit(0.85), "chance": pl.lit(value=False)}
    return born.select("row", "piece", "start", **said, ten=pl.lit(value=False)) if born.height else none


def _of_address(cells: Cells, pieces: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Give the numbers in the field behind a postcode where the text says UPRN: `('LS1 4AP', 100055186742)`."""
    none = found.clear()
    if "kind" not in found.columns or not (found["kind"] == "postcode").any():
        return none
    piece, row = pl.col("piece"), pl.col("row")
    fields = pieces.with_columns(begin=pl.col("start").shift(1)).filter(
        (row == row.shift(1)) & piece.str.contains("^[1-9][0-9]{8,11}$") & pl.col("left").str.contains(_NEXT_FIELD)
    )
    if fields.is_empty():
        return none
    said = cells.filter(row.is_in(fields["row"].implode()) & pl.col("text").str.contains("(?i)(?-u:\\b)uprn(?-u:\\b)"))
    postcodes = found.filter(pl.col("kind") == "postcode").select("row", begin="start")
    of_address = fields.filter(row.is_in(said["row"].implode())).join(postcodes, on=["row", "begin"], how="semi")
    known = {"kind": pl.lit("uprn"), "score": pl.lit(0.8), "chance": pl.lit(value=False)}
    return of_address.select("row", "piece", "start", **known, ten=pl.lit(value=False)) if of_address.height else none


def _and(pieces: pl.DataFrame) -> pl.DataFrame:
    """Let what is said before a piece be said before the next one too: `passports 123456789 and 987654321`."""
    joined = pieces.select(pl.col("left").is_in([" and ", " & "]) & ~pl.col("first")).to_series()
    if not joined.any():
        return pieces
    before = pl.col("before")
    return pieces.with_columns(before=pl.when(joined).then(before.shift(1) + before).otherwise(before))


def _dateless(cells: Cells) -> pl.DataFrame:
    """Give registration marks that only the word right before them tells."""
    said = cells.filter(pl.col("text").str.contains(patterns.DATELESS))
    said = said.filter(~pl.col("text").str.contains(_TAXED)) if said.height else said
    if said.is_empty():
        return said.select("row", piece="text", start=pl.lit(0, pl.Int64))
    text = pl.col("text")
    # `vrm=BE15 KDQ` is a mark that nobody has, and no short one
    said = said.filter(text.str.extract(patterns.DATELESS, 2).is_null())
    whole, piece = text.str.extract(patterns.DATELESS, 0), text.str.extract(patterns.DATELESS, 1)
    return said.select(
        "row",
        piece=piece,
        start=text.str.split_exact(whole, 1).struct.field("field_0").str.len_chars().cast(pl.Int64)
        + whole.str.len_chars().cast(pl.Int64)
        - piece.str.len_chars().cast(pl.Int64),
        kind=pl.lit("vehicle_registration"),
        score=pl.lit(0.7),
        chance=pl.lit(value=False),
    ).filter(~pl.col("piece").str.contains(codes.NO_MARK))


def _framed() -> pl.Expr:
    """Say which pieces stand alone but for a full stop, brackets or spaces around them in their cell."""
    left, right = pl.col("left"), pl.col("right")
    short = (left.str.len_bytes() <= _FRAME) & (right.str.len_bytes() <= _FRAME)
    # `5.4.3.2.` counts paragraphs
    dotted = right.str.starts_with(".") & pl.col("piece").str.contains(".", literal=True)
    marks = left.str.contains(r"^[(<\[\"' ]*$") & right.str.contains(r"^[)>\]\"' .,;]*$")
    return pl.col("first") & pl.col("last") & short & ~dotted & marks


def _of_pieces(pieces: pl.DataFrame, around: Around) -> pl.DataFrame:
    pieces = pieces.with_row_index("id")
    found = _judged(pieces, around)
    # A word before a number may have been taken for the first part of a code: what is left is cut once more
    missed = pieces.select(pl.col("piece").str.contains(r"^[A-Za-z]+[ ,/\-].*[0-9]")).to_series()
    if missed.any():
        missed = missed.scatter(found["id"].unique(), False)
    if not missed.any():
        return found
    again = _again(pieces.filter(missed), around)
    return pl.concat([found, _judged(beside(again), Around())], how="diagonal") if again.height else found


def _label(name: Named) -> str:
    said = "".join(f"{label} " for kind, label in _LABELS.items() if kind in name.kinds)
    return said or ("order " if name.other else "")


def _again(missed: pl.DataFrame, around: Around) -> Pieces:
    if around.shared is not None:
        missed = missed.with_columns(left=around.of(pl.col("left")), right=pl.lit(""))
    missed = missed.drop("id")
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


def _judged(pieces: pl.DataFrame, around: Around) -> pl.DataFrame:
    piece = pl.col("piece")
    pieces = pieces.with_columns(begin="start", code=piece.str.replace_many(list(_SIGNS), [""] * len(_SIGNS)))
    code = pl.col("code")
    colon = piece.str.contains("[:#]")
    opened, plain = pieces.select(piece.str.starts_with("("), plain=code.str.contains("^[0-9]+$") & ~colon)
    if opened.any():
        opened &= ~pieces["piece"].str.contains(")", literal=True)
        pieces = pieces.with_columns(
            piece=pl.when(opened).then(piece.str.slice(1)).otherwise(piece), start=pl.col("start") + opened
        )
    of_digits, rest = parted(pieces, plain)
    of_digits = of_digits.with_columns(digits=code)
    maybe = rest
    if rest.height:
        maybe, rest = parted(rest, rest.select(code.str.contains("^[0-9]{3,}[A-Za-z]") | colon).to_series())
    if maybe.height:
        # What stands before an extension is the number; so is what stands before the K of a UTR or the time of a date
        extended = piece.str.contains(_EXTENDED)
        numeric = extended | code.str.contains("^[0-9]{10}[Kk]$") | piece.str.contains(r"[0-9][T ][0-9]{2}:[0-9]{2}")
        digits = (
            pl.when(extended)
            .then(piece.str.extract(_EXTENDED, 1).str.replace_all("[^0-9]+", ""))
            .otherwise(code.str.strip_chars_end("Kk"))
        )
        maybe = maybe.with_columns(numeric=numeric, digits=digits)
        numbers_too = maybe.filter("numeric").drop("numeric")
        if numbers_too.height:
            of_digits = pl.concat([of_digits, numbers_too]).sort("row", "start")
        rest = pl.concat([rest, maybe.filter(~pl.col("numeric")).drop("numeric", "digits")])
    found = []
    if of_digits.height:
        found.append(numbers.judge(of_digits.with_columns(size=pl.col("digits").str.len_bytes()), around))
    if rest.height:
        found.append(codes.judge(rest.with_columns(code=code.str.to_uppercase()), around))
    found = [part for part in found if part.height]
    if not found:
        return pieces.clear().with_columns(kind=pl.lit(""), score=pl.lit(0.0), chance=pl.lit(value=False))
    wanted = ["id", "row", "piece", "start", "begin", "kind", "score", "chance", "size"]
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
    rows = found["row"]
    if not rows.is_sorted():
        found = found.sort("row", maintain_order=True)
        rows = found["row"]
    again = rows[1:] == rows[:-1]
    if not again.any():
        return found
    row = pl.col("row")
    several = (row == row.shift(1)).fill_null(value=False) | (row == row.shift(-1)).fill_null(value=False)
    order = ["row", "start", "end", "score", "kind"]
    crowded = found.filter(several).sort(order, descending=[False, False, False, True, False])
    # What most of them differ in is the kind or the score alone
    alike = pl.all_horizontal(pl.col(name) == pl.col(name).shift(1) for name in order[:3])
    crowded = crowded.filter(~alike.fill_null(value=False))
    meets = crowded.filter((row == row.shift(1)) & (pl.col("start") < pl.col("end").shift(1)))
    if meets.is_empty():
        return found.filter(~several).merge_sorted(crowded, key="row")
    here = row.is_in(meets["row"].unique().implode())
    ranked = (
        crowded.filter(here)
        .with_columns(length=pl.col("end") - pl.col("start"))
        .sort("row", "score", "length", "start", "kind", descending=[False, True, True, False, False])
        .drop("length")
    )
    single, ranked = ranked.filter(~row.is_duplicated()), ranked.filter(row.is_duplicated())
    keep = pl.Series(_standing(ranked.select("row", "start", "end").iter_rows()), dtype=pl.Boolean)
    settled = pl.concat([crowded.filter(~here), single, ranked.filter(keep)]).sort("row", "start", "end", "kind")
    return found.filter(~several).merge_sorted(settled, key="row")


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
