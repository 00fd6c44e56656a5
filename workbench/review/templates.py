"""What stands in the templates of dbt, read and never rendered: what they name, and their SQL where it can be told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from platform_core.sql_names import quoted
from platform_core.values import dataclass

_LONGEST = 200_000  # characters of one query that are followed
_CLOSES = {"{{": "}}", "{%": "%}", "{#": "#}"}
_OPENS = re.compile(r"\{[{%#]")
_TEXT = r"""(?:'[^']*'|"[^"]*")"""
_NAMED = re.compile(rf"\b(ref|source)\s*\(\s*({_TEXT})\s*(?:,\s*({_TEXT})\s*)?(?:,\s*\w+\s*=[^)]*)?\)")
_CALLED = re.compile(r"\b(?:ref|source)\s*\(")
_WHOLE = re.compile(r"(?P<name>\w+)\s*\((?P<given>.*)\)", re.DOTALL)
_GIVEN = re.compile(rf"\s*({_TEXT}|-?\d+(?:\.\d+)?)\s*(?:,|$)")
_SETTING = re.compile(rf"\b(\w+)\s*=\s*({_TEXT})")
_MACRO = re.compile(r"macro\s+(\w+)\s*\(([\w\s,]*)\)")

Piece = tuple[str, str]  # what it begins with, empty for plain text, and what stands in it


@dataclass(frozen=True, slots=True)
class Macro:
    """A macro that does no more than put what it is given into a text: its parameters and its pieces."""

    takes: tuple[str, ...]
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """What a template names.

    Attributes:
        models: The models, by `ref`.
        sources: The sources: of which name, and which table.
        settings: What its `config` says in texts.
        hidden: Whether it names something by an expression, which only dbt can tell.
    """

    models: tuple[str, ...]
    sources: tuple[tuple[str, str], ...]
    settings: Mapping[str, str]
    hidden: bool


def pieces_of(text: str) -> Iterator[Piece]:
    """Take a template apart, without its comments; one look at each character, whatever stands there.

    >>> list(pieces_of("select {{ x }}{# why #} {%- if a -%}b"))
    [('', 'select '), ('{{', 'x'), ('', ' '), ('{%', 'if a'), ('', 'b')]
    """
    at = 0
    while (begins := _OPENS.search(text, at)) is not None:
        ends = text.find(_CLOSES[begins[0]], begins.end())
        if ends < 0:
            break
        if begins.start() > at:
            yield "", text[at : begins.start()]
        if begins[0] != "{#":
            yield begins[0], text[begins.end() : ends].strip().removeprefix("-").removesuffix("-").strip()
        at = ends + 2
    if at < len(text):
        yield "", text[at:]


def named_in(text: str) -> Named:
    """Give what a template names.

    >>> found = named_in("{{ config(materialized='view') }} from {{ ref('a') }} join {{ source('silver', 'b') }}")
    >>> found.models, found.sources, dict(found.settings), found.hidden
    (('a',), (('silver', 'b'),), {'materialized': 'view'}, False)
    """
    models: list[str] = []
    sources: list[tuple[str, str]] = []
    settings: dict[str, str] = {}
    hidden = False
    for kind, inside in pieces_of(text):
        if not kind:
            continue
        told = [one.groups() for one in _NAMED.finditer(inside)]
        hidden = hidden or len(told) < len(_CALLED.findall(inside))
        for word, first, second in told:
            if word == "ref":
                models.append((second or first)[1:-1])
            elif second:
                sources.append((first[1:-1], second[1:-1]))
            else:
                hidden = True
        if inside.startswith("config"):
            settings |= {key: value[1:-1] for key, value in _SETTING.findall(inside)}
    return Named(tuple(dict.fromkeys(models)), tuple(dict.fromkeys(sources)), settings, hidden)


def macros_of(texts: Mapping[str, str]) -> dict[str, Macro]:
    """Give the macros of some files that only put what they are given into a text; others cannot be told.

    >>> macros_of({"dbt/macros/share.sql": "{% macro half(a) -%} {{ a }} / 2 {%- endmacro %}"})
    {'half': Macro(takes=('a',), pieces=(('', ' '), ('{{', 'a'), ('', ' / 2 ')))}
    """
    found: dict[str, Macro] = {}
    for text in texts.values():
        name = ""
        takes: tuple[str, ...] = ()
        held: list[Piece] = []
        for kind, inside in pieces_of(text):
            begins = _MACRO.fullmatch(inside) if kind == "{%" else None
            if begins is not None:
                name, held = begins[1], []
                takes = tuple(one.strip() for one in begins[2].split(",") if one.strip())
            elif kind == "{%" and inside == "endmacro":
                if name:
                    found[name] = Macro(takes, tuple(held))
                name = ""
            elif kind == "{%" or (kind == "{{" and inside not in takes):
                name = ""
            else:
                held.append((kind, inside))
    return found


def query_of(text: str, macros: Mapping[str, Macro]) -> str | None:
    """Give the SQL of a model, with what it reads by the names of the assets; None where only dbt can tell.

    Args:
        text: The model.
        macros: The project's own macros.

    >>> share = macros_of({"m.sql": "{% macro share(a, b) %}{{ a }} / {{ b }}{% endmacro %}"})
    >>> query_of("select {{ share('x', 'sum(x)') }} as s from {{ ref('rents') }}", share)
    'select x / sum(x) as s from "rents"'
    >>> query_of("select {{ env_var('HOME') }}", {}) is None
    True
    """
    parts: list[str] = []
    for kind, inside in pieces_of(text):
        put = inside if not kind else _put(inside, macros) if kind == "{{" else None
        if put is None:
            return None
        parts.append(put)
    whole = "".join(parts)
    return whole if len(whole) <= _LONGEST else None


def _put(inside: str, macros: Mapping[str, Macro]) -> str | None:
    """Give what an expression puts into a query, where that is told by what is written."""
    called = _WHOLE.fullmatch(inside)
    if called is None:
        return None
    if called["name"] == "config":
        return ""
    if reads := _NAMED.fullmatch(inside):
        return quoted((reads[3] or reads[2])[1:-1])
    macro, given = macros.get(called["name"]), _given(called["given"])
    if macro is None or given is None or len(given) != len(macro.takes):
        return None
    by_name = dict(zip(macro.takes, given, strict=True))
    return "".join(by_name[text] if kind else text for kind, text in macro.pieces)


def _given(text: str) -> list[str] | None:
    """Give the arguments of a call; None where one is not written out."""
    found: list[str] = []
    at = 0
    while at < len(text):
        one = _GIVEN.match(text, at)
        if one is None:
            return None
        found.append(one[1][1:-1] if one[1][0] in "'\"" else one[1])
        at = one.end()
    return found
