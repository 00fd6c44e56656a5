"""What a column as a whole says of what was found in its cells, and what it lets be found beside that."""

from __future__ import annotations

import math

import polars as pl

from platform_core.governance.pii import checksums, name_cells, relaxed
from platform_core.governance.pii.kinds import Named
from platform_core.governance.pii.shapes import is_issued

_LIKE_PEOPLE = 1 / 3  # of the different cells of a column `name`, from which on it is one of people
_ENOUGH = 300  # different names of a column that tell whether they are of people
_MOST = 0.6  # of the cells of a column that look like a name, from which on the others are taken for one too
_LEAST, _MOST_KNOWN = 0.3, 0.8  # or nearly all of those that are not two unheard of words, and so many of all
_MOST_IN_FULL = 0.6  # of the cells of a column of names, from which on what is none of them is left out
_FEW_ALIKE, _SURE_NI = 3, 0.8
_MOST_NI = 0.85  # of the cells of two letters and six digits, below which chance made them
_FEW_NUMBERS = 5  # cells of numbers below which their share says nothing
_FEW = 20  # cells below which a column says nothing of its own
_UPPER = r"[A-Z\x{c0}-\x{de}\x{100}-\x{24f}\x{370}-\x{52f}\x{1e00}-\x{1eff}]"
_LETTER = r"A-Za-z\x{80}-\x{1fff}'\-"
_LIKE_A_NAME = rf"^{_UPPER}[{_LETTER}]+,?(?: (?:{_UPPER}[{_LETTER}.]*|van|de|der|al|bin)){{1,3}}$"
_NEARLY_ALL = 0.9  # a share of valid check digits that leaves no doubt
_BY_CHANCE = 0.35  # a share of valid check digits that few numbers drawn at random stay below
_OF_TENS, _OF_CARDS, _OF_ONE = 0.18, 0.1, 0.1  # of any such numbers those that have the check digit of a kind


def as_column(found: pl.DataFrame, column: pl.Series, about: Named) -> pl.DataFrame:
    """Leave out what chance alone would find: a tenth of any numbers have the check digit of some kind."""
    if not about.says("nhs_number", "utr", "card") and found["chance"].any():
        cells = column.alias("").cast(pl.String)
        for ten in (True, False):
            found = _without_chance(found, cells, ten=ten)
    if found["kind"].eq("nhs_number").any() and not about.other:
        found = _with_nhs_numbers(found, column)
    if found["kind"].eq("vehicle_registration").any() and not about.other and not about.kinds:
        found = _with_marks(found, column)
    if about.loose and (found["kind"] == "name").any() and not _called_as_people(found, column):
        found = found.filter(pl.col("kind") != "name")
    if about.says("name") and (found["kind"] == "name").sum() >= _FEW:
        found = _without_strangers(found, column)
    if found["kind"].eq("national_insurance").any():
        found = _without_series(found, column)
    if about.people and not about.other and not about.kinds and (found["kind"] == "name").any():
        found = _with_names(found, column)
    return found


def _without_chance(found: pl.DataFrame, cells: pl.Series, *, ten: bool) -> pl.DataFrame:
    """Leave out bare numbers of ten digits, or of a card's length, where so few are valid as of any numbers."""
    by_chance = pl.col("chance") & (pl.col("ten") == ten)
    if found.filter(by_chance).is_empty():
        return found
    alike = cells.str.contains(rf"^[\s(]*[0-9]{{{10 if ten else '13,19'}}}[\s.,;)]*$").fill_null(value=False)
    if not ten:
        # What no issuer begins with could not have been taken for a card: an epoch, a barcode
        rows = alike.arg_true()
        numbers = cells.gather(rows).str.extract("([0-9]+)", 1).alias("number").to_frame()
        alike = alike.scatter(rows, numbers.select(is_issued(pl.col("number"))).to_series())
    by_chance &= pl.col("row").is_in(alike.arg_true().implode())
    count, of_any = int(alike.sum()), _OF_TENS if ten else _OF_CARDS
    # Numbers drawn at random stay below four times what their share varies by
    least = min(_BY_CHANCE, of_any + 4 * math.sqrt(of_any * (1 - of_any) / max(count, 1)))
    if count >= _FEW_NUMBERS and found.filter(by_chance).height < least * count:
        # Of numbers that begin as those of the NHS a tenth has its digit
        of_one = min(_BY_CHANCE, _OF_ONE + 4 * math.sqrt(_OF_ONE * (1 - _OF_ONE) / count))
        of_nhs = pl.col("kind") == "nhs_number"
        sure = ten and found.filter(by_chance & of_nhs).height >= of_one * count
        return found.filter(~by_chance | (of_nhs if sure else pl.lit(value=False)))
    return found


def _with_nhs_numbers(found: pl.DataFrame, column: pl.Series) -> pl.DataFrame:
    """Add numbers outside the issued ranges (made-up ones are), where nearly all of a column's have the check digit."""
    cells = column.cast(pl.String).str.strip_chars().alias("text").to_frame().with_row_index("row")
    cells = cells.with_columns(bare=pl.col("text").str.replace_all("[ -]", ""))
    tens = cells.filter(pl.col("bare").str.contains("^[0-9]{10}$"))
    if tens.height < _FEW:
        return found
    valid = checksums.modulus_11(tens["bare"])
    if valid.mean() < _NEARLY_ALL:  # type: ignore[operator]  # a number, since there are rows
        return found
    tens = tens.filter(valid)
    by_chance = (pl.col("kind") == "utr") & pl.col("chance") & pl.col("row").is_in(tens["row"].implode())
    found = found.filter(~by_chance)
    tens = tens.filter(pl.col("text") == pl.col("bare"))  # the grouped are found anyway
    others = tens.filter(~pl.col("row").is_in(found["row"].implode()))
    begin = column.gather(others["row"]).cast(pl.String).str.find("[0-9]").cast(pl.Int64)
    added = others.with_columns(
        kind=pl.lit("nhs_number"), start=begin, end=begin + 10, score=pl.lit(0.9),
        chance=pl.lit(value=False), ten=pl.lit(value=True),
    )  # fmt: skip
    return _with(found, added)


def _with_marks(found: pl.DataFrame, column: pl.Series) -> pl.DataFrame:
    """Add marks without a date (`ABC 1`), which might be anything elsewhere, where most cells of a column are marks."""
    rows = found.filter(pl.col("kind") == "vehicle_registration")["row"].unique()
    held = len(column) - column.null_count()
    if len(rows) == held or len(rows) < max(_FEW, _MOST * held):
        return found
    cells = column.alias("text").cast(pl.String).to_frame().with_row_index("row").drop_nulls("text")
    others = cells.filter(~pl.col("row").is_in(found["row"].unique().implode()))
    added = relaxed.of_kind(others, "vehicle_registration").with_columns(score=pl.lit(0.6), ten=pl.lit(value=False))
    return _with(found, added.with_columns(end=pl.col("start") + pl.col("piece").str.len_chars().cast(pl.Int64)))


def _some(texts: pl.Series) -> pl.Series:
    """Give enough of the texts of a column, from all over it, to tell as much as all of them."""
    return texts.gather_every(-(-len(texts) // _ENOUGH) or 1)


def _called_as_people(found: pl.DataFrame, column: pl.Series) -> bool:
    """Say whether enough of the different names that were found in a column are made as a person's name is."""
    named = found.filter(pl.col("kind") == "name").select(
        text=column.gather(found.filter(pl.col("kind") == "name")["row"]).cast(pl.String), at="start", to="end"
    )
    texts = named.select(pl.col("text").str.slice(pl.col("at"), pl.col("to") - pl.col("at"))).to_series()
    texts = texts.unique(maintain_order=True)
    some = _some(texts)
    alike = name_cells.alike(some).sum() / max(len(some), 1) * len(texts)
    return bool(alike >= _LIKE_PEOPLE * column.drop_nulls().n_unique())


def _without_strangers(found: pl.DataFrame, column: pl.Series) -> pl.DataFrame:
    """Leave out cells that are no name as the others are, where most of a column of names are known names in full."""
    names = found.filter(pl.col("kind") == "name")
    cells = column.gather(names["row"]).cast(pl.String)
    whole = pl.Series(names["end"] - names["start"] == cells.str.len_chars())
    rows, texts = names["row"].filter(whole), cells.filter(whole)
    letters = name_cells.lettered(texts)
    some = _some(texts)
    in_full = some.str.strip_chars().str.contains(" ") & name_cells.alike_by(_some(letters))
    if in_full.sum() < _MOST_IN_FULL * len(some):
        return found
    others = rows.filter(name_cells.strangers(texts, letters))
    return found.filter((pl.col("kind") != "name") | ~pl.col("row").is_in(others.implode()))


def _without_series(found: pl.DataFrame, column: pl.Series) -> pl.DataFrame:
    """Leave out numbers without a last letter that begin alike in most cells, or of which many could be none.

    The first are the tags of one series; of any two letters two in five begin no number.
    """
    unsure = (pl.col("kind") == "national_insurance") & (pl.col("score") < _SURE_NI) & (pl.col("start") == 0)
    rows = found.filter(unsure)["row"]
    if rows.is_empty():
        return found
    shaped = int(column.alias("").cast(pl.String).str.contains("^[A-Z]{2}[0-9]{6}$").sum())
    if shaped >= _FEW_NUMBERS and len(rows) < _MOST_NI * shaped:
        return found.filter(~unsure)
    begun = column.gather(rows).cast(pl.String).str.head(2).unique_counts()
    if len(rows) < _FEW_ALIKE or begun.max() < len(rows) / 2:  # type: ignore[operator]  # a number, since there are rows
        return found
    return found.filter(~unsure)


def _with_names(found: pl.DataFrame, column: pl.Series) -> pl.DataFrame:
    """Add the names that are on no list, where many of the cells that look like a whole name are found to be one."""
    rows = (
        column.cast(pl.String)
        .alias("text")
        .to_frame()
        .with_row_index("row")
        .with_columns(pl.col("row").cast(pl.UInt64))
    )
    shaped = rows.filter(pl.col("text").str.contains(_LIKE_A_NAME))
    named_rows = found.filter((pl.col("kind") == "name") & (pl.col("start") == 0))["row"].unique()
    held = shaped["row"].is_in(named_rows.implode())
    share = held.mean() if shaped.height >= _FEW else 0.0
    if not isinstance(share, float) or share < _LEAST:
        return found
    # Words that nobody has heard of speak neither for people nor against them
    if share < _MOST:
        heard = int((held | ~name_cells.unheard(shaped["text"])).sum())
        if int(held.sum()) < _MOST_KNOWN * heard:
            return found
    others = name_cells.whole_cells(shaped.filter(~pl.col("row").is_in(found["row"].implode())), strict=True)
    spans = others.select(
        "row", "kind", "start", end=pl.col("start") + pl.col("piece").str.len_chars().cast(pl.Int64), score=pl.lit(0.6)
    )
    added = spans.with_columns(chance=pl.lit(value=False), ten=pl.lit(value=False))
    return _with(found, added)


def _with(found: pl.DataFrame, added: pl.DataFrame) -> pl.DataFrame:
    """Put more findings of a column where they belong."""
    alike = added.select(pl.col(name).cast(dtype) for name, dtype in found.schema.items())
    return pl.concat([found, alike]).sort("row", "start")
