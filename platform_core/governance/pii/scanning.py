"""Scanning a frame: every column made text, read in parts on all cores, and judged once more as a column."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import polars as pl

from platform_core.columns import TEXT
from platform_core.errors import UserError
from platform_core.frames import to_polars
from platform_core.governance.pii import checksums, name_cells, prose, relaxed, repeating, texts
from platform_core.governance.pii.cutting import are_long
from platform_core.governance.pii.kinds import Named, named
from platform_core.governance.pii.shapes import is_issued
from platform_core.suggest import did_you_mean

FINDINGS = pl.Schema(
    {
        "row": pl.UInt32,
        "column": pl.String,
        "kind": pl.String,
        "start": pl.UInt32,
        "end": pl.UInt32,
        "score": pl.Float64,
    }
)
_PART_BYTES, _PART_ROWS = 32 << 20, 1 << 20  # of a part at most: each costs the making of every pattern once more
_FEW_ROWS = 20_000  # of different texts, which are not worth a second core
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
_OF_TENS, _OF_CARDS = 0.18, 0.1  # of any such numbers those that have the check digit of a kind


def scan(
    frame: Any, columns: str | Iterable[str] | None = None, *, engine: str = "own", least: float = 0.5
) -> pl.DataFrame:
    """Find personal data in the cells of a frame.

    Args:
        frame: A Polars DataFrame or LazyFrame (which is collected), a pandas DataFrame, a DuckDB relation or Arrow.
        columns: The columns to look at; all of them where it is None. Texts, categories, numbers and dates are read as
            they are written; booleans, times, durations and bytes hold nothing; lists and structs are left out (flatten
            them first; naming one is an error).
        engine: `own`, or `presidio` to add the names that Presidio's language model finds in prose (the package
            `presidio-analyzer` and a model of spaCy have to be installed).
        least: The score below which a finding is left out.

    Returns:
        A row for each finding, by column, row and start: `row` (from 0), `column`, `kind` (of `pii.KINDS`), `start` and
        `end` (characters, not bytes; the end is after the last) and `score` (0 to 1; above 0.95 something proves it).
        Findings of a cell do not overlap: what is surer stands.

    Raises:
        UserError: A column is not there or is nested, the value is no frame, or there is no such engine.

    >>> from platform_core.governance import pii
    >>> frame = pl.DataFrame({"note": ["Mrs Ada Khan, 07700 900123", None], "nhs": [9434765919, 9434765918]})
    >>> for row in pii.scan(frame).rows():
    ...     print(row)
    (0, 'note', 'name', 0, 12, 0.95)
    (0, 'note', 'phone', 14, 26, 0.9)
    (0, 'nhs', 'nhs_number', 0, 10, 0.98)
    """
    if engine not in {"own", "presidio"}:
        raise UserError(f"There is no engine {engine!r}.", hint="Write engine='own' or engine='presidio'.")
    whole = _frame(frame)
    chosen = _chosen(whole.schema, columns)
    extra = prose.finder() if engine == "presidio" else None
    judged = [
        part.with_columns(column=pl.lit(chosen[place])).select(
            pl.col(key).cast(dtype) for key, dtype in FINDINGS.items()
        )
        for place, part in found_in([whole[name] for name in chosen], least, extra)
    ]
    return pl.concat(judged) if judged else pl.DataFrame(schema=FINDINGS)


def found_in(
    columns: Sequence[pl.Series],
    least: float = 0.5,
    extra: Callable[[pl.DataFrame], pl.DataFrame] | None = None,
) -> list[tuple[int, pl.DataFrame]]:
    """Give what is found in columns, of one frame or of several, each judged by its own name and cells alone.

    They are read together: making the patterns costs more than reading a few cells with them.

    Args:
        columns: The columns; they may differ in length.
        least: The score below which a finding is left out.
        extra: Finds more in cells.

    Returns:
        The place among the columns, ascending, and the findings of each in which there are some, by row and start.

    >>> [(place, part["kind"].to_list()) for place, part in found_in([pl.Series(["x"]), pl.Series(["a@b.org", "x"])])]
    [(1, ['email'])]
    """
    height = max((len(column) for column in columns), default=1) or 1
    about = [named(column.name) for column in columns]
    again: dict[int, pl.DataFrame] = {}
    parts = list(_parts(columns, height, again))
    if len(parts) < 2:
        done = [_found(part, about, height, extra) for part in parts]
    else:
        with ThreadPoolExecutor(max_workers=min(len(parts), os.cpu_count() or 1)) as pool:
            done = list(pool.map(lambda part: _found(part, about, height, extra), parts))
    every = pl.concat([part for part in done if part.height] or [pl.DataFrame(schema=texts.SCHEMA)])
    if every.is_empty():
        return []
    every = repeating.everywhere(every, again, height)
    # Cells are numbered through all columns, in the order of the columns
    places = every.select(pl.col("row") // height).to_series().rle()
    every = every.with_columns(row=pl.col("row") % height)
    begun, judged = 0, []
    for count, place in zip(places.struct.field("len"), places.struct.field("value"), strict=True):
        part, begun = every.slice(begun, count), begun + count
        part = _as_column(part, columns[place], about[place])
        judged.append((place, part if (part["score"] >= least).all() else part.filter(pl.col("score") >= least)))
    return sorted(judged, key=lambda item: item[0])


def written(column: pl.Series, begin: int = 0) -> pl.DataFrame | None:
    """Give the cells of a column as they are written, without nulls, with their rows; None where it has no text.

    Args:
        column: The column.
        begin: The number of its first row.
    """
    dtype = column.dtype
    about = named(column.name)
    column = column.alias("")  # Polars takes `^a$` for a pattern in a Series' own methods too
    if isinstance(dtype, pl.Float32 | pl.Float64):
        finite = column.is_finite().fill_null(value=False)
        held = column.filter(finite)
        if held.is_empty() or not (held == held.floor()).all() or (held.abs() > 2.0**53).any():
            return None
        # Whole numbers with a gap among them, as pandas holds them
        column, dtype = column.set(~finite, None).cast(pl.Int64), pl.Int64()
    if dtype.is_integer():
        most = column.max()
        if not about.kinds and (not isinstance(most, int) or most < 10**5):
            return None
    elif isinstance(dtype, pl.Date | pl.Datetime):
        if not about.says("date_of_birth"):
            return None
        column = column.dt.date().cast(pl.String)
    elif not isinstance(dtype, (*TEXT, pl.Decimal)):
        return None
    rows = pl.int_range(begin, begin + len(column), dtype=pl.UInt64, eager=True)
    cells = pl.DataFrame({"row": rows, "text": column.cast(pl.String)})
    return cells.drop_nulls("text") if column.null_count() else cells


def _frame(frame: Any) -> pl.DataFrame:
    if isinstance(frame, pl.Series):
        return frame.to_frame()
    return to_polars(frame)


def _chosen(schema: pl.Schema, columns: str | Iterable[str] | None) -> list[str]:
    if columns is None:
        return list(schema)
    wanted = [columns] if isinstance(columns, str) else list(columns)
    for name in wanted:
        if name not in schema:
            raise UserError(f"There is no column {name!r} to scan.", hint=did_you_mean(name, schema))
        if schema[name].is_nested() or isinstance(schema[name], pl.Object):
            raise UserError(
                f"The column {name!r} is nested ({schema[name].base_type()}).", hint="Explode or unnest it first."
            )
    return wanted


def _parts(columns: Sequence[pl.Series], height: int, again: dict[int, pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Give the cells in parts that one thread reads at a time, short columns together; tell where texts stand again."""
    alike: dict[bool, list[pl.DataFrame]] = {False: [], True: []}
    for place, column in enumerate(columns):
        cells = written(column, place * height)
        if cells is None or cells.is_empty():
            continue
        cells, rows = repeating.once(cells)
        if rows is not None:
            again[place] = rows
        alike[are_long(cells)].append(cells)
    for together in filter(None, alike.values()):
        cells = pl.concat(together, rechunk=True)
        least = max(int(cells["text"].str.len_bytes().sum()) / _PART_BYTES, cells.height / _PART_ROWS)
        cores = min(os.cpu_count() or 1, -(-cells.height // _FEW_ROWS))
        # As many parts for one core as for the other
        yield from cells.iter_slices(-(-cells.height // (math.ceil(least / cores) * cores)))


def _found(
    cells: pl.DataFrame,
    about: Sequence[Named],
    height: int,
    extra: Callable[[pl.DataFrame], pl.DataFrame] | None,
) -> pl.DataFrame:
    found = texts.find(cells, about, height)
    return (
        found if extra is None else texts.apart(pl.concat([found, extra(cells)], how="diagonal").select(found.columns))
    )


def _as_column(found: pl.DataFrame, column: pl.Series, about: Named) -> pl.DataFrame:
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
        return found.filter(~by_chance)
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
