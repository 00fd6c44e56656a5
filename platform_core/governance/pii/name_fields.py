"""Names in fields: of messages (`KHAN^ADA^M` of HL7), behind keys of JSON, tags and labels, below heads of a table."""

from __future__ import annotations

import re

import polars as pl

from platform_core.governance.pii.cutting import Cells, cut
from platform_core.governance.pii.name_singles import nothing
from platform_core.governance.pii.name_words import fold, lists

_UPPER, _LETTER = r"[A-Z\x{c0}-\x{de}\x{100}-\x{24f}]", r"[A-Za-z\x{c0}-\x{24f}'\-]"
_PERSON = rf"{_UPPER}[A-Za-z\x{{c0}}-\x{{24f}}'\- ]+(?:\^{_UPPER}{_LETTER}*)+"
# The values of keys that say one name of a person; where it is whole, the lists of names tell it
_KEYS = r"(?i)\"(?:family|given|(?:sur|fore|first|last|family|given|middle|maiden)_?name)\" ?: ?\[? ?\"(\p{L}[\p{L}'\- ]+)\""
_TAGS = r"(?i)<(?:sur|fore|first|last|family|given|middle|maiden)_?names?>(\p{L}[\p{L}'\- ]+)</"
# `Surname: Khan Given names: Ada Date of birth: 1.2.80`: the one and the other, each up to the next label
_SURNAME = rf"(?:[Ss]ur|[Ff]amily |[Ll]ast )name:? ({_UPPER}{_LETTER}+(?: {_UPPER}{_LETTER}+){{0,2}})"
_GIVEN = rf"(?:[Ff]ore|[Gg]iven |[Ff]irst )names?:? ({_UPPER}{_LETTER}+(?: {_UPPER}{_LETTER}+){{0,2}})"
_NEXT_LABEL = r" (?:Given|First|Forenames?|Surname|Family|Last|Middle|Date|DOB|Sex|Gender|Nationality|Address|Place|Passport|NHS|NI|NINO|Title|Postcode)(?-u:\b).*$"
_ON_TRIAL = rf"(?-u:\b)(?:R|Rex|Regina) v\.? ((?:(?:A[bp]|Mac|De|Al|El|Van) )?{_UPPER}{_LETTER}+)"
# `['Ada', 'Khan', …]`: a row as Python writes it
_ROW = rf"[\[(]['\"]{_UPPER}{_LETTER}+['\"], ?['\"]{_UPPER}{_LETTER}+['\"]"
_HEADS = r"^[A-Za-z_ ]+(?:,[A-Za-z_ ]+)+\r?\n"
_HEAD = re.compile(r"(?i)(?:sur|fore|first|last|family|given|middle|full)?[_ ]?name")
_FIELD = re.compile(r"[^\W\d_][\w' .\-]+")
_BY_SIGN = {
    "keys": ['":', '" :'],
    "tags": ["ame>", "ames>"],
    "labels": ["name:", "name ", "names:", "names "],
    "trials": ["R v ", "R v. ", "Rex v", "Regina v"],
    "rows": ["['", '["', "('", '("'],
    "heads": ["name,", "name\n", "name\r"],
    "hl7": ["^"],
}
_SIGNS = [sign for signs in _BY_SIGN.values() for sign in signs]
# with how many characters stand behind the name
_BEHIND = {
    "keys": ((_KEYS, 1),),
    "tags": ((_TAGS, 2),),
    "labels": ((_SURNAME, 0), (_GIVEN, 0)),
    "trials": ((_ON_TRIAL, 0),),
}


def find(cells: Cells) -> pl.DataFrame:
    """Give the names, as `cut` gives pieces, with `kind`, `score` and `chance`.

    >>> texts = ["PID|1||KHAN^ADA||F", "x^y", '{"family": "Quispe"}', "Surname: Khan Given names: Ada DOB: 1.2.80"]
    >>> find(pl.DataFrame({"row": range(4), "text": texts})).select("piece", "start").rows()
    [('Quispe', 12), ('Khan', 9), ('Ada', 27), ('KHAN^ADA', 7)]
    """
    # Most cells have none of the signs, which one pass tells
    text = pl.col("text")
    some = cells.filter(text.str.contains_any(_SIGNS))
    if some.is_empty():
        return nothing(cells)
    held = some.select(**{way: text.str.contains_any(signs) for way, signs in _BY_SIGN.items()})
    parts = []
    for way in _BY_SIGN:
        here = some.filter(held[way]) if held[way].any() else some.clear()
        if here.is_empty():
            continue
        if way == "hl7":
            parts.append(_of_signs(here))
        elif way == "rows":
            parts.append(_of_rows(here))
        elif way == "heads":
            parts.append(_of_heads(here))
        else:
            parts += [_behind(here, pattern, end) for pattern, end in _BEHIND[way]]
    return pl.concat(part.select(nothing(cells).columns) for part in parts)


def _said(found: pl.DataFrame) -> pl.DataFrame:
    return found.with_columns(kind=pl.lit("name"), score=pl.lit(0.85), chance=pl.lit(value=False))


def _behind(some: Cells, pattern: str, end: int) -> pl.DataFrame:
    """Give what the group of a pattern takes, behind which so many characters of the match stand."""
    # `R v Brown` and nothing else is what a case is called
    found = cut(some, pattern).filter(~(pl.col("first") & pl.col("last") & (pl.col("left") + pl.col("right") == "")))
    value = pl.col("piece").str.extract(pattern, 1)
    before = pl.col("piece").str.len_chars().cast(pl.Int64) - value.str.len_chars().cast(pl.Int64) - end
    return _said(found.with_columns(piece=value.str.replace(_NEXT_LABEL, ""), start=pl.col("start") + before))


def _of_signs(some: Cells) -> pl.DataFrame:
    found, known = cut(some, _PERSON), lists()[0]
    words = found.select(fold(pl.col("piece")).str.split("^")).to_series().to_list()
    # A code with its meaning is written so too: `L^Left`
    people = [any(known.get(word, "") in set("GFBD") for word in parts if word) for parts in words]
    return _said(found.filter(pl.Series(people, dtype=pl.Boolean)))


def _of_rows(some: Cells) -> pl.DataFrame:
    found, known = cut(some, _ROW), lists()[0]
    rows = []
    for row, piece, start in found.select("row", "piece", "start").iter_rows():
        given, family = re.findall(r"[^\W\d_][\w'\-]*(?=['\"])", piece)[:2]
        if known.get(given.lower(), "") in set("GBC") and known.get(family.lower(), "") in set("FBD"):
            rows += [(row, name, start + piece.index(name)) for name in (given, family)]
    return _said(pl.DataFrame(rows, schema=found.select("row", "piece", "start").schema, orient="row"))


def _of_heads(some: Cells) -> pl.DataFrame:
    """Give the fields below heads that say a name, of tables that a text holds as lines with commas."""
    known, rows = lists()[0], []
    for row, text in some.filter(pl.col("text").str.contains(_HEADS)).select("row", "text").iter_rows():
        heads, *lines = text.split("\n")
        named = [bool(_HEAD.fullmatch(head.strip())) for head in heads.split(",")]
        at = len(heads) + 1
        for line in lines:
            fields = line.split(",")
            for number, field in enumerate(fields if len(fields) == len(named) else ()):
                words = field.lower().split()
                if named[number] and _FIELD.fullmatch(field) and any(known.get(w, "") in set("GFBDC") for w in words):
                    rows.append((row, field, at + sum(map(len, fields[:number])) + number))
            at += len(line) + 1
    return _said(pl.DataFrame(rows, schema=nothing(some).select("row", "piece", "start").schema, orient="row"))
