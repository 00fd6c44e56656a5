"""Names of people: which capitalised words beside each other are one, by lists of names and the words around.

Every word of a run becomes a letter for what it may be (`G` a given name, `F` a family name, `T` a title, …), so that a
run is a short text of such letters, and a handful of patterns over them says where a name begins and ends. Runs that are
equal in letters are judged once.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import cast

import polars as pl

from platform_core.governance.pii import name_alone, name_singles
from platform_core.governance.pii.characters import foreign
from platform_core.governance.pii.cutting import Cells, cut
from platform_core.governance.pii.name_singles import KINS, SAID, SPOKEN_OF
from platform_core.governance.pii.name_surroundings import (
    BY_A_PLACE,
    CUE_AFTER,
    CUE_BEFORE,
    CUE_WITHIN,
    without_namesakes,
    without_things_and_places,
)
from platform_core.governance.pii.name_words import PARTICLES, called_alike, letters_of, lists, mapping

_DOTTED = r"(?:Mrs?|Ms|Mx|Miss|Dr|Prof|Revd?|Cllr|Hon|Capt|Sgt|Lt|Col|Maj|St|Fr)\."
_WORDS = PARTICLES.replace(" ", "|")


def _run(upper: str, letter: str, lower: str) -> str:
    word = rf"(?:(?:[Aa]l|[Ee]l|[Uu]l|[Aa]d)-|h)?{upper}{letter}*(?:['\-]{letter}+)*"
    numbered = rf"(?:W?PC|PCSO|DC|DS|PS|Sgt|Constable|Officer) [0-9]{{1,6}}[A-Z]? {upper}{letter}+"
    pair = r"(?:Mrs?|Ms|Dr|Prof|Rev|Sir|Cllr)\.? (?:&|and) (?:Mrs?|Ms|Miss|Dr|Lady|Prof|Cllr)(?-u:\b)\.?"
    token = rf"(?:{pair}|(?:{upper}\.){{1,4}}(?:{upper}{letter}+(?:['\-]{letter}+)*)?|{_DOTTED}|{word}),?"
    # `Ada (Suki) Khan`
    known_as = rf"\({upper}{letter}+(?:['\-]{letter}+)*\) "
    more = rf"(?: (?:{known_as})?(?:(?:{_WORDS}) ){{0,3}}{token})"
    begun = rf"(?:{SPOKEN_OF}{token}|{upper}{letter}+(?:{KINS}|{SAID})(?: {token})?)"
    return rf"(?:{numbered}|{token}{more}|{begun}){more}*|(?:{upper}\.){{1,3}}{upper}{letter}{{2,}}(?:['\-]{letter}+)*|{upper}{lower}{{2,}}"


_ASCII, _ANY = (
    _run("[A-Z]", "[A-Za-z]", "[a-z]"),
    _run(
        r"[A-Z\x{c0}-\x{de}\x{100}-\x{24f}\x{370}-\x{52f}\x{1e00}-\x{1eff}]",
        r"[A-Za-z\x{c0}-\x{24f}\x{300}-\x{52f}\x{1e00}-\x{1eff}]",
        r"[a-z\x{df}-\x{24f}\x{300}-\x{52f}\x{1e00}-\x{1eff}]",
    ),
)
_RANKS = [
    "DC",
    "DI",
    "EJ",
    "HHJ",
    "DS",
    "DCI",
    "DSI",
    "PS",
    "WPC",
    "PCSO",
    "PO",
    "CPO",
    "SSgt",
    "LCpl",
    "Cpl",
    "Pte",
    "Flt",
    "Wg",
    "Cdr",
    "Brig",
    "Gp",
    "Sqn",
    "Ldr",
]
_PART_OF_A_WORD = r"[\p{L}\p{N}_@]['\-]?$|[@#/]$"
_ENDED = r"^(\p{Lu}\. )"
_SPOKEN_TO = r"(?:^|[\s(])@$"  # `@Ada Khan can you look?`
_DATED = r"[0-9](?:st|nd|rd|th)? $"
_MONTH = r"^((?:January|February|March|April|May|June|July|August|September|October|November|December),? )"
_RUNG = r"^ [+(]?[0-9]"
_DAY_OF_WEEK = r"^((?:Mon|Tue|Tues|Wed|Thu|Thur|Thurs|Fri|Sat|Sun) )\p{Lu}"
# `KEOGH Sinéad`
_CAPITALS_FIRST = r"(?:^| )[A-Z\x{c0}-\x{de}\x{100}-\x{24f}][A-Z\x{c0}-\x{de}\x{100}-\x{24f}'\-]{2,} [A-Z\x{c0}-\x{de}\x{100}-\x{24f}][a-z\x{df}-\x{24f}]"
_ACRONYM = 5  # letters of a word in capitals on no list, from which on it is no short name of an organisation
_FEW_WORDS = 20_000  # below which to build a hash table of the lists costs more than a dictionary asked for each
_BESIDE = 16  # characters of a run beside a word alone
_FOLLOWS = 40  # characters of the next run that say what `of` leads to
# `Chow Wing Kit`: a family name of China comes first
_BY_A_FIRST = 0.58
_COME_FIRST = (
    r"(?i)^(?:au|cai|cao|chan|chang|chau|chen|cheng|cheung|chiu|choi|chow|chu|chui|deng|ding|fang|feng|fong|fung|gao|guo|hoang|huang|huynh|hui|ip|jiang|jin|kong|kwan|kwok|lai|lam|lau|leung"
    r"|li|liang|lin|ling|liu|lo|lui|luo|ma|mak|mok|ng|ngo|nguyen|ong|pan|park|peng|pham|phan|qian|shen|shi|siu|tam|tan|tang|tian|tran|trinh|tsang|tse|tsui|tung|wang|wei|wong|wu|xie|xu|yan|yang|yao"
    r"|yau|ye|yeung|yip|yiu|yu|yuan|yuen|zeng|zhang|zhao|zheng|zhou|zhu) \p{L}{1,8}(?:[ \-]\p{L}{1,5})?$"
)
_RULES: tuple[tuple[str, float], ...] = (
    (r"P{0,2}[fbdvceu]T{1,2}[IJ]{0,2}[GABCDEUgabcdeu](?![A-Za-z])", 0.96),
    # `Khan, Ms L`, `Al Jabouri, Mr M`
    (r"P{0,2}[fbdvceuga]T{1,2}[IJ]{0,2}[IJij](?![A-Za-z])", 0.93),
    (r"T+P{2,3}[LXYlxy]", 0.95),
    (r"[ZR]I[IJ]{0,3}[GABC]?[FBDUVCEfbdu]|Z{1,2}[IJ]{0,3}[GABC]?[FBDfbd]", 0.95),
    (r"T+[IJQ]{0,4}[GABCDEU]?[IJ]{0,2}(?:P{0,3}|Q)[FVBCDEUWYGANfvbcdeuwygan]", 0.95),
    (r"[GBCAE][GABCDEIJ]{0,2}(?:P{1,3}[GABCDEFVUgabcdefvu]|P{2,3}[LXYlxy])", 0.9),
    (r"[GBC][GABC]Q[A-Za-z](?![A-Za-z])", 0.85),
    (r"[UGABCDEFLK][IJ]?Q[A-Za-z](?:[UF](?![A-Za-z]))?", 0.85),
    (r"[IJ]{1,3}Q[FBDUfbdu](?![A-Za-z])", 0.7),
    (r"Q[fbdu][GBCgbc]", 0.85),
    (r"[GBC][GABCDEIJ]{0,3}[FBD]?[FBD]P{1,2}[FBDUfbdu](?![A-Za-z])", 0.92),
    (r"[GBC][GABCDEIJ]{0,3}[FBD]?[FBDfbd]", 0.92),
    (r"[GBC][GABCDEIJ]{0,3}[VCEvce]", 0.8),
    (r"[ADE][GABCDEIJ]{0,2}[FBDfbd]", 0.85),
    (r"[GBC][GBCIJ]{0,2}S[GBCFgbcf]", 0.8),
    (r"[GBC][IJ]{0,2}[UWuw]", 0.65),
    (r"G[IJ]{0,2}[Yy]", BY_A_PLACE),
    (r"[U][IJ]{0,2}P{0,2}[FBDfbd]", 0.55),
    (r"J+P{0,3}[FBDVCEUWYGQfbdvceuwyg]", 0.7),
    (r"I{1,3}P{0,3}[FBfb]", 0.7),
    # but not `SW Ada Khan`
    (r"K(?:[FB](?![FBDfbd])|[fb])", 0.6),
    # `Pettigrew GK`
    (r"P{0,2}F[Kk](?![A-Za-z])", 0.66),
    (r"[fbd](?:[GBCIJ]{0,2}[gbc]|[GBC][GBCIJ]{0,2})", 0.85),
    (r"[fbdvce u][GBCADE](?:[IJ]{0,2})$", 0.7),
    (r"[fbd][IJ]{0,2}[IJij]$", 0.65),
    (r"P{1,2}[fbdu][IJ]{1,2}(?![A-Za-z])", 0.65),
    (r"[fbd]U$", 0.6),
    (r"N", 0.75),
    (r"[GBC][IJ]{0,2}[GBCgbc]", 0.7),
    (r"P{1,3}[fbdu][GBCgbc]", 0.7),
    # `Anita Das`, `Thuy Le`: small, a particle ends no run
    (r"[GBC][GABCDEIJ]{0,2}(?:p|P(?![A-Za-z]))", 0.7),
    (r"(?<=[Rr])[GABCDEU][IJ]{0,2}P{0,3}[FVBCDEUYfvbcdeuy]", 0.6),
    (r"(?<=[Rr])[IJ]{1,3}P{0,3}[FVBCDEUYfvbcdeuy]", 0.6),
    (r"(?<=R)[fbdvceu][GBCgbc]", 0.6),
    (r"(?<=R)(?:[FBGC](?![A-Za-z])|[fbgc])", 0.6),
    (r"(?<=H)[UGABC][IJ]{0,2}[UFVBCDEufvbcde]", 0.7),
    (r"[FBDC][UGBCF]?[UGBCFugbcf]|YG", _BY_A_FIRST),
    (r"[FB]P{1,2}[GBUgbu]", 0.6),
)
# Words that stand on no list, or are everyday ones too, are a name where somebody is spoken of so
_CUED = (
    r"[UGABCDE][IJ]{0,2}(?:P{0,3}[UFVBCDEG])?P{0,3}[UFVBCDEGufvbcdeg]|(?:[IJ]{1,3}|K)P{0,3}[FVBCDEUWYfvbcdeuwy]|[FBD][GBCUFVED]?[GBCUFVEDgbcufved]|[UGABC][IJ]{0,2}[YWyw]|[fbdvceyu][GBCADEUgbcadeu][IJ]{0,2}|[fbd][gbcu]|[GBC][IJ]{0,2}(?:L(?![A-Za-z])|l)|J[UGWLugwl](?![A-Za-z])",
    0.6,
)
# Words of a Chinese name are English ones too: `tenant: Fung Yee Man`
_CUED_FIRST = ("[FBDC][LXYRUGBCFE]?[LXYRUGBCFElxyugbcfe]", _BY_A_FIRST)
_MAY_BE_CUED = "U|[FBDGAC][IJ]*u|g[gbcG]|[GBCJ][IJ]*[Ll]|JG|F[LXYlxy]|[FBD][FBDGCVEfbdgcve]|[IJK][VCDEWYvcdeuwy]|[GABC][IJ]*[YWywu]|[ADE][IJ]*[VCEAvceau]|[vcey][GBCADE]|[fbd][gbcu]"
_WANTED = ("row", "piece", "start", "kind", "score", "chance")
_PLACE_FOLLOWS = "[FBDVCE]?[FBD]?[XxYy]"
_GREETED = r"H([GBCgbc])$|^[LUHh]?O([GgBb])I?$"
_GIVEN_LIST = "g{1,5}[Gg]?$|(?=.*[gG])[gbc]{2,5}[GBCgbc]$"  # `thank you Ada, Bo, Cy`


def find(cells: Cells, *, ascii_only: bool = False) -> pl.DataFrame:
    """Give the names in texts, as `cut` gives pieces, with `kind`, `score` and `chance`.

    Args:
        cells: `row` and `text`.
        ascii_only: Whether they are known to hold nothing beyond ASCII.

    >>> cells = pl.DataFrame({"row": [0, 1], "text": ["Spoke to Mrs Agnieszka O'Neill, Leeds.", "Victoria Road is closed"]})
    >>> find(cells).select("row", "piece", "start").rows()
    [(0, "Mrs Agnieszka O'Neill", 9)]
    """
    if ascii_only:
        runs = cut(cells, _ASCII)
    else:
        wide = cells.select(foreign(pl.col("text"))).to_series()
        runs = pl.concat([cut(cells.filter(~wide), _ASCII), cut(cells.filter(wide), _ANY)])
    if runs.is_empty():  # as of most columns of a table
        return name_singles.find(cells).select(_WANTED)
    # `Lord Lawson of Beamish Academy`: what follows `of` is a run of its own
    on = (pl.col("right") == " of ") & (pl.col("row") == pl.col("row").shift(-1))
    follows = pl.col("right") + pl.col("piece").shift(-1).str.head(_FOLLOWS)
    runs = runs.with_columns(right=pl.when(on).then(follows).otherwise("right"))
    after_another = (pl.col("left") == "/") & ~pl.col("first")  # `Ada Khan/Bo Ek`
    spoken_to = pl.col("left").str.contains(_SPOKEN_TO) & pl.col("piece").str.contains(" ")
    cut_off = runs.select(pl.col("left").str.contains(_PART_OF_A_WORD) & ~after_another & ~spoken_to).to_series()
    if cut_off.any():
        # `Our ref CAS-5-GSVC. Dear Ada`: what the last letter of a word begins
        begun = runs.filter(cut_off).with_columns(ended=pl.col("piece").str.extract(_ENDED, 1))
        begun = name_singles.moved(begun.filter(pl.col("ended").is_not_null()), "ended")
        runs = runs.filter(~cut_off)
        runs = pl.concat([runs, begun]).sort("row", "start") if begun.height else runs
    runs = _without_begun(runs, _MONTH, pl.col("left").str.contains(_DATED))
    runs = _without_begun(runs, _DAY_OF_WEEK, pl.col("right").str.contains(_RUNG))
    words, runs = _apart(runs)
    runs, single = name_singles.parted(runs)
    words = pl.concat([words, runs.filter(~pl.col("piece").str.contains("[ .]"))]).sort("row", "start")
    runs = runs.with_row_index("run")
    alone = pl.concat([name_singles.spoken_of(single), name_singles.find(cells)], how="diagonal")
    found = _in_runs(runs)
    parts = [found, alone, name_alone.alone(words), name_singles.beside(found)]
    return pl.concat([part.select(_WANTED) for part in parts], how="vertical_relaxed")


def _without_begun(runs: pl.DataFrame, begun: str, where: pl.Expr) -> pl.DataFrame:
    """Take what is no name from the beginning of a run: the month of `4 May, Ada Khan wrote`, the day of `Mon Ada 07700 …`."""
    piece = pl.col("piece")
    here = runs.select(piece.str.contains(begun) & where).to_series()
    if not here.any():
        return runs
    moved = name_singles.moved(runs.filter(here).with_columns(begun=piece.str.extract(begun, 1)), "begun")
    return pl.concat([runs.filter(~here), moved]).sort("row", "start")


def _apart(runs: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give the words that stand alone, and the runs of several, beside which stands the text that such words are in."""
    lone = runs.select(~pl.col("piece").str.contains("[ .]")).to_series()
    if not lone.any():
        return runs.clear(), runs
    left, right, piece = pl.col("left"), pl.col("right"), pl.col("piece")
    here, there = (pl.col("row") == pl.col("row").shift(by) for by in (1, -1))
    words = runs.with_columns(
        left=pl.when(here).then(piece.shift(1).str.tail(_BESIDE) + left).otherwise(left),
        right=pl.when(there).then(right + piece.shift(-1).str.head(_BESIDE)).otherwise(right),
    ).filter(lone)
    after, before = here & pl.lit(lone.shift(1)), there & pl.lit(lone.shift(-1))
    runs = runs.with_columns(
        left=pl.when(after).then((left.shift(1) + piece.shift(1) + left).str.tail(_FOLLOWS)).otherwise(left),
        right=pl.when(before).then((right + piece.shift(-1) + right.shift(-1)).str.head(_FOLLOWS)).otherwise(right),
    )
    return words, runs.filter(~lone)


def _in_runs(runs: pl.DataFrame) -> pl.DataFrame:
    if runs.is_empty():
        return _none(runs)
    words = _words(runs)
    words = _families_first(words, runs)
    # Runs are numbered from nought and their words lie one after the other, so places are looked up and not joined
    base = words["first"].arg_true().cast(pl.Int64)
    lettered = pl.DataFrame({"run": runs["run"], "base": base, "letter": _joined(words["letter"], base)})
    lettered = _cued(lettered, runs)
    judged = _judged(lettered["letter"].unique(maintain_order=True).to_list())
    spans = lettered.join(judged, on="letter", how="inner", maintain_order="left")
    if spans.is_empty():
        return _none(runs)
    ends = spans["base"] + spans["last_word"]
    # `Sarah's Law`: none but the last word of a name has an `'s`
    begins, owned = spans["base"] + spans["first_word"], words["owned"].cast(pl.Int64)
    before = owned.cum_sum() - owned
    kept = before.gather(ends) == before.gather(begins)
    if not kept.any():
        return _none(runs)
    spans, ends = spans.filter(kept), ends.filter(kept)
    found = runs[spans["run"]].with_columns(
        spans["score"],
        words["at"].gather(begins.filter(kept)).alias("begin"),
        (words["at"].gather(ends) + words["kept"].gather(ends)).alias("end"),
    )
    begin, length = pl.col("begin"), pl.col("end") - pl.col("begin")
    found = found.with_columns(
        at_begin=begin == 0, at_end=pl.col("end") >= pl.col("piece").str.len_chars().cast(pl.Int64)
    )
    found = without_things_and_places(found)
    found = found.with_columns(
        piece=pl.col("piece").str.slice(begin, length),
        start=pl.col("start") + begin,
        kind=pl.lit("name"),
        chance=pl.lit(value=False),
    )
    found = without_namesakes(found).filter(
        ~pl.col("piece").str.to_lowercase().str.replace_all(".", "", literal=True).is_in(called_alike())
    )
    # `PO ORD123`: its last word goes on
    goes_on = pl.col("at_end") & pl.col("right").str.contains("^[0-9]")
    found = found.filter(~goes_on & ((pl.col("score") != _BY_A_FIRST) | pl.col("piece").str.contains(_COME_FIRST)))
    return found.select(
        "row", "piece", "start", "left", "right", "first", "last", "kind", "score", "chance", "at_begin", "at_end"
    )


def _words(runs: pl.DataFrame) -> pl.DataFrame:
    """Give the words of runs with their letters and their places in characters."""
    words = runs.select("run", word=pl.col("piece").str.split(" ")).explode(
        "word", keep_nulls=False, empty_as_null=False
    )
    word = pl.col("word")
    words = words.with_columns(size=word.str.len_chars().cast(pl.Int64), comma=word.str.ends_with(","))
    first = pl.col("run").ne_missing(pl.col("run").shift(1))
    reached = (pl.col("size") + 1).cum_sum() - pl.col("size") - 1
    base = pl.when(first).then(reached).forward_fill()
    bare = word.str.strip_suffix(",")
    if runs["piece"].str.contains("(", literal=True).any():
        bare = bare.str.strip_chars("()")
    owned = bare.str.ends_with("'s")
    words = words.with_columns(
        first=first, at=reached - base, bare=pl.when(owned).then(bare.str.head(-2)).otherwise(bare), owned=owned
    ).with_columns(
        letter=pl.when(pl.col("bare") == "Ben")  # no particle with a capital
        .then(pl.lit("G"))
        .when(pl.col("bare").is_in(["Nic", "Mac"]) & ~pl.col("first"))  # of Irish families
        .then(pl.lit("Q"))
        .when(pl.col("bare").shift(1).is_in(["Ap", "ap", "Ab", "ab"]) & ~pl.col("first"))  # of Welsh families
        .then(pl.lit("F"))
        .when(pl.col("bare") == "y")  # no initial in small
        .then(pl.lit("P"))
        .when(pl.col("bare").is_in(["&", "and"]))  # only between titles
        .then(pl.lit("T"))
        .when(pl.col("bare").str.contains("^[0-9]"))  # of a constable
        .then(pl.lit("I"))
        .when(pl.col("bare").is_in(_RANKS))
        .then(pl.lit("Z"))
        .otherwise(pl.col("bare").str.to_lowercase().map_batches(_looked_up, return_dtype=pl.String))
    )
    unknown = words.filter(pl.col("letter").is_null()).select("bare").unique()
    if unknown.height:
        unknown = unknown.with_columns(guess=letters_of(unknown["bare"]))
        words = words.join(unknown, on="bare", how="left", maintain_order="left").with_columns(
            letter=pl.coalesce("letter", "guess")
        )
    letter = pl.when("comma").then(pl.col("letter").str.to_lowercase()).otherwise(pl.col("letter"))
    return words.with_columns(
        letter=letter, kept=pl.col("size") - pl.col("comma").cast(pl.Int64) - pl.col("owned").cast(pl.Int64) * 2
    )


def _families_first(words: pl.DataFrame, runs: pl.DataFrame) -> pl.DataFrame:
    """Take a family name in capitals before a given name for one with a comma behind it: `MACBETH Mhairi`."""
    shaped = runs.select(pl.col("piece").str.contains(_CAPITALS_FIRST)).to_series()
    if not shaped.any():
        return words
    of_them = pl.col("run").is_in(runs["run"].filter(shaped).implode())
    word, letter, then = pl.col("bare"), pl.col("letter"), pl.col("letter").shift(-1)
    here = pl.col("run") == pl.col("run").shift(-1)
    given = then.is_in(["G", "g"]) | (letter.is_in(["F", "B", "D", "V"]) & then.is_in(["B", "b", "C", "c"]))
    known = letter.is_in(["F", "B", "D", "V"]) | (letter.is_in(["U", "C"]) & (word.str.len_chars() > _ACRONYM))
    small_after = word.shift(-1).str.contains(r"^\p{Lu}\p{Ll}")
    first = of_them & here & known & given & small_after & word.str.contains(r"^\p{Lu}[\p{Lu}'\-]+$")
    return words.with_columns(letter=pl.when(first).then(pl.lit("f")).otherwise("letter"))


def _looked_up(words: pl.Series) -> pl.Series:
    """Give the letters of words on the lists: by the dictionary that stands where they are few, else by one of Polars."""
    if len(words) > _FEW_WORDS:
        return words.replace_strict(*mapping(), default=None, return_dtype=pl.String)
    letters = lists()[0]
    return pl.Series([letters.get(word) for word in words], dtype=pl.String)


def _joined(letters: pl.Series, base: pl.Series) -> pl.Series:
    """Give the letters from each base to the next as one text: a view of all of them, since a letter is a byte."""
    if len(letters) <= _FEW_WORDS:
        text = "".join(letters)
        return pl.Series([text[begin:end] for begin, end in pairwise([*base, len(text)])], dtype=pl.String)
    import pyarrow as pa  # noqa: PLC0415 - its import costs more than to look at a few thousand cells

    starts = pl.concat([base, pl.Series([len(letters)], dtype=pl.Int64)], rechunk=True).to_arrow()
    written = letters.str.join("").item().encode()
    array = pa.LargeStringArray.from_buffers(len(starts) - 1, starts.buffers()[1], pa.py_buffer(written))
    return cast("pl.Series", pl.from_arrow(array))


def _cued(lettered: pl.DataFrame, runs: pl.DataFrame) -> pl.DataFrame:
    """Mark (`!`) the runs of words on no list, or everyday ones, beside words that people are spoken of with."""
    open_ = lettered["letter"].str.contains(_MAY_BE_CUED)
    # `seen by Ama Frick and Lotte Quist`: who stands behind one that is spoken of is spoken of too
    joined = runs.select(
        pl.col("left").is_in([" and ", ", and ", " & "])
        & (pl.col("row") == pl.col("row").shift(1)).fill_null(value=False)
    ).to_series()
    asked = open_ | joined.shift(-1, fill_value=False)
    spoken = runs.filter(asked).select(
        pl.col("left").str.contains(CUE_BEFORE)
        | pl.col("right").str.contains(CUE_AFTER)
        | pl.col("piece").str.contains(CUE_WITHIN)
    )
    marked = asked.scatter(asked.arg_true(), spoken.to_series())
    beside = lettered["letter"].str.contains("^[GBC][IJ]*[FBDVCEU]$").shift(1, fill_value=False)
    marked = open_ & (marked | (joined & (marked.shift(1, fill_value=False) | beside)))
    return lettered.with_columns(letter=pl.when(marked).then(pl.col("letter") + "!").otherwise("letter"))


def _judged(lettered: list[str]) -> pl.DataFrame:
    """Give the names in runs of letters: the first and the last word of each, and a score."""
    rows = [(letters, number, *span) for letters in lettered for number, span in enumerate(_names_in(letters))]
    schema = {"letter": pl.String, "name": pl.Int64, "first_word": pl.Int64, "last_word": pl.Int64, "score": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


@lru_cache(2)
def _rules(*, cued: bool) -> list[tuple[re.Pattern[str], float]]:
    """Give the patterns over letters in the order in which they are tried: made when the first run is judged."""
    rules: list[tuple[str, float]] = list(_RULES)
    if cued:
        last = [rule for rule in rules if rule[1] == _BY_A_FIRST]
        rules = [*(rule for rule in rules if rule[1] != _BY_A_FIRST), _CUED, *last, _CUED_FIRST]
    return [(re.compile(pattern), score) for pattern, score in rules]


@lru_cache(65536)
def _names_in(letters: str) -> tuple[tuple[int, int, float], ...]:
    found: list[tuple[int, int, float]] = []
    cued = letters.endswith("!")
    rules = _rules(cued=cued)
    letters = letters.removesuffix("!")
    if cued and len(letters) > 2 and re.match(_GIVEN_LIST, letters):
        return tuple((at, at, 0.6) for at in range(len(letters)))
    at = 0
    while at < len(letters):
        match, score = next(((m, s) for rule, s in rules if (m := rule.match(letters, at))), (None, 0.0))
        if match is None:
            at += 1
            continue
        end = match.end()
        # `Garrett Anderson Building`: a family name may stand between
        followed = bool(re.match(_PLACE_FOLLOWS, letters[end:])) and letters[end - 1].isupper() and score < 0.95
        after_saint = at > 0 and letters[at - 1] == "S"
        if not followed and not after_saint:
            found.append((at, end - 1, score))
        at = end
    if not found and (greeted := re.search(_GREETED, letters)):
        at = greeted.start(greeted.lastindex or 0)
        found.append((at, at, 0.7))
    if not found and cued and len(letters) > 1 and re.match(_GIVEN_LIST, letters):
        found += [(at, at, 0.6) for at in range(len(letters))]
    return tuple(found)


def _none(runs: pl.DataFrame) -> pl.DataFrame:
    return runs.select(
        "row",
        "piece",
        "start",
        "left",
        "right",
        "first",
        "last",
        kind=pl.lit("name"),
        score=pl.lit(0.0),
        chance=pl.lit(value=False),
        at_begin=pl.lit(value=False),
        at_end=pl.lit(value=False),
    ).clear()
