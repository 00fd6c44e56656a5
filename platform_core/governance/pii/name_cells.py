"""Names of people in columns of them: cells that are one and nothing else, and lists of several with what is said of each."""

from __future__ import annotations

from functools import lru_cache

import polars as pl

from platform_core.governance.pii.cutting import Cells, cut
from platform_core.governance.pii.name_words import called_alike, fold, lists, mapping

_L = r"A-Za-z\x{aa}-\x{1fff}\x{2c00}-\x{2fff}\x{3041}-\x{d7ff}\x{f900}-\x{faff}\x{10000}-\x{10ffff}"  # a fraction of what \p{L} costs
_CELL = rf"^[ \t]*(?:[{_L}][{_L}'.\-]*[,.]?[ \t]*(?:\([{_L} ]+\)[ \t]*)?){{1,7}}$"


def whole_cells(cells: Cells, *, strict: bool = False) -> pl.DataFrame:
    """Give the cells of a column of names that hold one: letters alone, and no word of an organisation or a gap.

    Args:
        cells: `row` and `text`.
        strict: Whether any word of a place, of an organisation or of everyday speech makes a cell none.

    >>> cells = pl.DataFrame({"row": [0, 1, 2], "text": ["xiomara quispe", "Acme Ltd", "unknown"]})
    >>> whole_cells(cells).select("row", "piece").rows()
    [(0, 'xiomara quispe')]
    """
    text = pl.col("text")
    never, empty = _no_names(strict)
    shaped = cells.filter(text.str.contains(_CELL))
    word = pl.element().str.strip_chars(".,")
    words = text.str.to_lowercase().str.strip_chars().str.split(" ")
    kept = shaped.filter(
        ~(text.str.to_lowercase().is_in(called_alike()) if strict else pl.lit(value=False))
        & ~words.list.eval(word.is_in(never)).list.any()
        & ~words.list.eval(word.is_in(empty)).list.all()
        & ~text.str.contains(
            r"(?i)^\s*(?:n\.?/?a\.?|none|nil|null|tbc|tba|unknown|redacted|withheld|vacant|various|pool(?: (?:car|vehicle|van))?|agency|hire|spare|unallocated|unassigned|anon(?:ymous)?|deceased|self|private|confidential|(?:not|none|no|see|same|as) .*|x+|male|female|mr|mrs)\s*$"
        )
    )
    piece = text.str.strip_chars()
    return kept.select(
        "row", piece=piece, start=(text.str.len_chars() - text.str.strip_chars_start().str.len_chars()).cast(pl.Int64),
        left=pl.lit(""), right=pl.lit(""), first=pl.lit(value=True), last=pl.lit(value=True), kind=pl.lit("name"), score=pl.lit(0.9), chance=pl.lit(value=False),
    )  # fmt: skip


# `Ada Khan; Bo Ek & Cy Orr`, `Ada Khan - daughter`, `Ada Khan (chair), 07700 900123`
_SEVERAL = r"[;&/+\[\n\r\x{2013}|<0-9]|(?i: and )| - |: |,.*,|\S \S+, ?\S+ \S|\(.*\)\W*$"
_FIRM = r"(?i)(?-u:\b)(?:ltd|limited|plc|llp|llc|inc|gmbh|& ?sons?|and sons?|& ?co|group|partners(?:hip)?|associates|council|trust|homes|holdings|company|solicitors|architects)(?-u:\b)"
_TITLES = r"(?-u:\b)((?i:Mrs?|Ms|Miss|Dr|Prof|Rev|Sir)\.?) (?:(?i:(a)nd)|&) ((?i:Mrs?|Ms|Miss|Dr|Prof|Lady)(?-u:\b))"
_PART = rf"[{_L}][{_L}'.\-]*(?:(?:, ?|[ \t]+)[{_L}][{_L}'.\-]*)*"
# Commas between whole names, each of which has two words
_BY_COMMAS = r"^[^,;+]*[^,;+ ] [^,;+]+(?:, ?[^,;+ ]+ [^,;+]+){2,}(?:[;+]|$)|^[^,;+ ]+ [A-Z]{1,3}, ?[^,;+ ]+ [A-Z]{1,3} *(?:[;+]|$)|^(?:[A-Z](?:\. ?| )){1,3}[^,;+ ]{2,}(?:, ?(?:[A-Z](?:\. ?| )){1,3}[^,;+ ]{2,})+ *(?:[;+]|$)"
_TWO_BY_COMMA = r"^([^,;+ ]+) [^,;+]+, ?([^,;+ ]+) ([^,;+ ]+)[^,;+]*(?:[;+]|$)"
# `Ada Khan, apologies from Bo Ek`
_SAID_OF_NEXT = r"^((?:(?:apologies|from|with|by|also|plus|cc|absent|present|then) )+)"
_BETWEEN = r"^\W*[;/&+\n\x{2013}|]\W*$"


def in_column(cells: Cells) -> pl.DataFrame:
    """Give the names in cells of a column of names, as `whole_cells` does: also of several, and beside what is said of them.

    >>> cells = pl.DataFrame({"row": [0, 1, 2], "text": ["Ada Khan & Bo Quispe", "Bo Quispe - brother", "Khan, Ada"]})
    >>> in_column(cells).select("row", "piece").sort("row").rows()
    [(0, 'Ada Khan'), (0, 'Bo Quispe'), (1, 'Bo Quispe'), (2, 'Khan, Ada')]
    """
    several = are_several(cells)
    if not several.any():
        return whole_cells(cells)
    return pl.concat([whole_cells(cells.filter(~several)), _parts(cells.filter(several))])


def are_several(cells: Cells) -> pl.Series:
    """Say which cells hold signs or words that stand between names, or between a name and something else."""
    return cells.select(pl.col("text").str.contains(_SEVERAL)).to_series()


def _parts(cells: Cells) -> pl.DataFrame:
    text = pl.col("text")
    # What is put in the place of signs is as long, so that places stay what they are
    marked = (
        text.str.replace_all(_TITLES, "$1 \N{LATIN SMALL LETTER A WITH GRAVE}$2$2 $3")
        .str.replace_all("(?i) and ", " +++ ")
        .str.replace_all(" & ", " + ", literal=True)
    )
    firm = text.str.contains(_FIRM)
    cells = cells.filter(~firm).with_columns(text=marked, whole=text)
    letters = lists()[0]
    begun = cells.select(fold(text.str.extract(_TWO_BY_COMMA, part)).alias(str(part)) for part in (1, 2, 3))
    told = [[letters.get(word or "", "U") for word in words] for words in begun.iter_rows()]
    # `Xoan Khan, Ada Quispe`, but not `Khan Quispe, Ada Rose`
    given = pl.Series(
        [first in "GABC" or (first == "U" and then == "G" and last not in "GABC") for first, then, last in told],
        dtype=pl.Boolean,
    )
    listed = text.str.contains(_BY_COMMAS) | given
    cells = cells.with_columns(text=pl.when(listed).then(text.str.replace_all(",", ";", literal=True)).otherwise(text))
    pieces = cut(cells, _PART).with_row_index("part")
    head = pl.col("piece").str.extract(_SAID_OF_NEXT, 1).fill_null("").str.len_chars().cast(pl.Int64)
    pieces = pieces.with_columns(start=pl.col("start") + head, piece=pl.col("piece").str.slice(head))
    if pieces.is_empty():
        return whole_cells(cells.select("row", "text").clear())
    piece, left = pl.col("piece"), pl.col("left")
    several = piece.str.contains("[ ,]")
    known = several & pl.lit(alike(pieces["piece"]))
    between = left.str.contains(_BETWEEN)
    # `Marks & Spencer` are none, `Harold & Edna Khan` two
    whole = several | ~pl.col("right").str.contains(r"^ ?[;&/+]") | several.shift(-1, fill_value=False)
    behind = known | (between & (several | left.str.contains(r"[;\n]")))
    kept = pieces.filter(pl.when("first").then(known | (whole & ~left.str.contains("[0-9]"))).otherwise(behind))
    found = whole_cells(kept.select(row="part", text="piece")).select("kind", "score", "chance", part="row")
    found = found.join(kept.select("part", "row", "start", "piece", "left", "right", "first", "last"), on="part")
    # The text as it was written
    found = found.join(cells.select("row", "whole"), on="row", maintain_order="left")
    found = found.with_columns(piece=pl.col("whole").str.slice("start", piece.str.len_chars()))
    return found.select(whole_cells(cells.clear().select("row", "text")).columns)


_FEW_TEXTS = 5000  # below which to build a hash table of the lists costs more than a dictionary asked for each word


@lru_cache(2)
def _no_names(strict: bool) -> tuple[pl.Series, pl.Series]:
    """Give the words that no name holds, and those of which it cannot be made alone."""
    letters, called = lists()
    never = [
        word
        for word, letter in letters.items()
        if len(word) > 1 and (letter in "XYLOHSR" if strict else letter == "X" and word not in called)
    ]
    empty = [word for word, letter in letters.items() if letter in "XLOHR" and word not in called]
    return pl.Series(never).implode(), pl.Series(empty).implode()


def alike(texts: pl.Series) -> pl.Series:
    """Say which texts are made as a person's name is: of words of which one is a given or a family name, or all unheard of.

    >>> alike(pl.Series(["Ada Khan", "xiomara quispe", "Listed building", "Gamma"])).to_list()
    [True, True, False, False]
    """
    return alike_by(lettered(texts))


def alike_by(letters: pl.Series) -> pl.Series:
    """Say of the letters of texts, as `lettered` gives them, what `alike` says of the texts."""
    return letters.str.contains(
        "^(?:[TI]*[GBCF]|GI*Y|[TIP]*[GABCDEFIUP]*[GABCF][GABCDEFVIUP]*|[FBD][GABCI]+|[TU]U{1,3})$"
    )


def strangers(texts: pl.Series, letters: pl.Series) -> pl.Series:
    """Say which texts speak of nobody where they stand among names in full: a word on no list, in small letters, everyday words.

    Args:
        texts: The texts.
        letters: What `lettered` gives of them.

    >>> texts = pl.Series(["Ofsted", "noreply", "Anglian Water", "Xiomara Quispe", "Ada"])
    >>> strangers(texts, lettered(texts)).to_list()
    [True, True, True, False, False]
    """
    known = letters.str.contains("[GABCDEFVTIJN]")
    odd = (letters.str.len_bytes() == 1) | letters.str.contains("[LXOHR]") | ~texts.str.contains(r"\p{Lu}")
    return odd & ~known


def lettered(texts: pl.Series) -> pl.Series:
    """Give the letters of the words of texts, `U` for those on no list.

    >>> lettered(pl.Series(["Ada Khan", "Xiomara Zz"])).to_list()
    ['GB', 'UU']
    """
    # `H.I.Nasser` is known by its last part
    plain = fold(pl.col("text")).str.strip_chars()
    if texts.str.contains(".", literal=True).any():
        plain = plain.str.replace_all(r"(?-u:\b)(?:[a-z]\.)+([a-z]{2})", "$1")
    folded = texts.to_frame("text").select(plain.str.split(" ")).to_series()
    if len(texts) <= _FEW_TEXTS:
        letters = lists()[0]
        written = [
            None if words is None else "".join([letters.get(word.strip(".,"), "U") for word in words])
            for words in folded.to_list()
        ]
        joined = pl.Series(written, dtype=pl.String)
    else:
        word = pl.element().str.strip_chars(".,").replace_strict(*mapping(), default="U")
        joined = folded.list.eval(word).list.join("")
    return joined


def unheard(texts: pl.Series) -> pl.Series:
    """Say which texts are words of which at most one stands on a list.

    >>> unheard(pl.Series(["Xiomara Quispe", "Listed Building", "Ada Khan"])).to_list()
    [True, False, False]
    """
    word = pl.element().replace_strict(*mapping(), default="U")
    letters = texts.to_frame("text").select(fold(pl.col("text")).str.strip_chars().str.split(" ").list.eval(word))
    return letters.to_series().list.join("").str.contains("^(?:[GABCDEFVPT]?U+|U+[GABCDEFV])$")


def small(cells: Cells) -> pl.DataFrame:
    """Give the cells that are a name in small letters and nothing else: a given name and a family name, both on the lists."""
    text = pl.col("text")
    shaped = cells.filter(text.str.contains(r"^[a-z\x{80}-\x{2ff}'\-]{2,20}(?: [a-z\x{80}-\x{2ff}'\-]{1,20}){1,3}$"))
    if shaped.is_empty():
        return shaped
    word = pl.element().replace_strict(*mapping(), default="U")
    letters = shaped.select(fold(text).str.split(" ").list.eval(word).list.join("")).to_series()
    kept = shaped.filter(letters.str.contains("^(?:T?[GBC][GBCADE]?I?P{0,2}[FBD]|T[FBDVU])$"))
    return whole_cells(kept).with_columns(score=pl.lit(0.65)) if kept.height else kept
