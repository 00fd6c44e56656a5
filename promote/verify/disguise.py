"""Text that stands in for real text: the same shape, the same joins, and none of the words.

Words are replaced letter by letter along a tree of prefixes, so that equal words stay equal, a prefix stays a prefix
and case can be folded before or after. Numbers and days inside text go through the same tables as numbers and days in
other columns. Which letter stands for which comes from counters alone, never from the value.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import count
from typing import Protocol

from promote.verify.numerals import noise

FORMAT_WORDS = frozenset(
    {"true", "false", "yes", "no", "null", "none", "nan", "na", "n/a", "http", "https", "ftp", "s3", "www", "mailto"}
)
_LONG = 4  # a real text this long or longer may occur nowhere
_ATTEMPTS = 60
_TOKEN = re.compile(
    r"(?P<hex>[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
    r"|(?<![^\W_])(?=[0-9]*[a-fA-F])(?=[a-fA-F]*[0-9])(?:[0-9a-f]{8,}|[0-9A-F]{8,})(?![^\W_]))"
    r"|(?P<digits>[0-9]+)|(?P<letters>[^\W0-9_]+)|(?P<other>[\W_]+)"
)
_NUMBER = re.compile(r"\s*[+-]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?\s*|\s*[+-]?\.[0-9]+\s*")
_EXPONENT = re.compile(r"[eE][+-]?[0-9]+\s*$")
_ISO = re.compile(
    r"(?P<year>[0-9]{4})(?P<dash>[-/.]?)(?P<month>[0-9]{2})(?P=dash)(?P<day>[0-9]{2})(?P<rest>(?:[T ][0-9].*)?)"
)
_UK = re.compile(
    r"(?P<day>[0-9]{1,2})(?P<dash>[/.-])(?P<month>[0-9]{1,2})(?P=dash)(?P<year>[0-9]{4}|[0-9]{2})"
    r"(?P<rest>(?: [0-9].*)?)"
)
_NAMED = re.compile(
    r"(?P<head>.*\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[ ,-]+)(?P<year>[0-9]{4}|[0-9]{2})",
    re.IGNORECASE,
)
_DAY_FIRST = re.compile(r"[0-9]{1,2}[ -]")
_MONTH_FORMAT = re.compile(r"%-?m\W?%-?d\W?%[yY]")
_CENTURY = 69  # as Python and pandas read a year of two digits: 68 is 2068, 69 is 1969
_MONTH = re.compile(r"(?P<year>[12][0-9]{3})(?P<rest>[-/](?:0[1-9]|1[0-2]))")
_CLOCK = re.compile(r"(?P<hour>[01][0-9]|2[0-3]):(?P<minute>[0-5][0-9])(?P<rest>(?::[0-5][0-9].*)?)")
_SCHEME = re.compile(r"(?:https?|ftps?|s3|gs|mailto):", re.IGNORECASE)
_MAIL = re.compile(r"(?P<who>[^@\s]+)@(?P<host>[\w-]+(?:\.[\w-]+)+)")


class Tables(Protocol):
    """Where numbers and days inside text go: one table for the whole case, or a list while they are gathered."""

    def number(self, value: Fraction) -> Fraction:
        """Give the number that stands in for another."""

    def day(self, ordinal: int) -> int:
        """Give the day that stands in for another."""

    def year(self, year: int) -> int:
        """Give the year that stands in for another."""

    def side(self, value: Fraction) -> object:
        """Say between which literals of the code a number lies."""


class RealText:
    """The texts that may occur nowhere: four characters or more, in no literal of the code, and no format word.

    >>> real = RealText(["Camden", "N/A", "open", "----"], literals=["open"])
    >>> [real.inside(text) for text in ("in Camden today", "Camd", "open", "----")]
    [True, False, False, False]
    """

    def __init__(self, texts: Iterable[str], literals: Iterable[object]) -> None:
        """Index the texts by their first characters."""
        # What stands in a literal stands in the code, and comes along where that literal is kept
        literal = "\x00".join(sorted(text for text in literals if isinstance(text, str)))
        self._by_start: defaultdict[str, set[str]] = defaultdict(set)
        for text in texts:
            if len(text) >= _LONG and text not in literal and not is_format(text):
                self._by_start[text[:_LONG]].add(text)

    def but(self, allowed: Iterable[str]) -> RealText:
        """Give the same without texts that stand in some that are known, such as names of columns."""
        return RealText((text for texts in self._by_start.values() for text in texts), allowed)

    def inside(self, text: str) -> bool:
        """Say whether a real text stands in this one."""
        return any(
            text.startswith(real, place)
            for place in range(len(text) - _LONG + 1)
            for real in self._by_start.get(text[place : place + _LONG], ())
        )


def is_format(text: str) -> bool:
    """Say whether a text tells of nobody: a word for true, false or nothing, or no letter and no digit at all.

    >>> [is_format(text) for text in ("Yes", " - ", "", "Camden")]
    [True, True, True, False]
    """
    return text.strip().lower() in FORMAT_WORDS or not any(character.isalnum() for character in text)


class Disguise:
    """One injective mapping of text for a whole case.

    Args:
        literals: The texts of the code: they stay, whole or inside a longer text.
        real: What may not occur.
        tables: Where numbers and days inside text go.
        salt: Another number gives another mapping.
    """

    def __init__(self, literals: Iterable[object], real: RealText, tables: Tables, *, salt: int = 0) -> None:
        texts = {text for text in literals if isinstance(text, str) and text.strip()}
        self._literals = texts
        spelled = sorted(
            {text.lower() for text in texts if any(map(str.isalnum, text))}, key=lambda text: (-len(text), text)
        )
        self._inside = [text for text in spelled if len(text) >= 3]
        self._ends = [text for text in spelled if len(text) < 3]
        self._real = real
        self._tables = tables
        self._salt = salt
        self._month_first = any(_MONTH_FORMAT.search(text) for text in texts)
        self._short_years = any("%y" in text for text in texts)
        self._made: dict[str, str] = {}
        self._used: set[str] = set()
        self._nodes: dict[tuple[str, str], dict[str, str]] = {}
        self._hex: dict[str, str] = {}

    def text(self, real: str) -> str:
        """Give the text that stands in for a real one: the same for the same, another for another."""
        if real in self._made:
            return self._made[real]
        if real in self._literals or is_format(real):
            return real
        made = next((candidate for candidate in self._candidates(real) if self._fits(candidate, real)), None)
        if made is None:
            made = next(last for last in self._last(real) if last not in self._used and not self._real.inside(last))
        self._made[real] = made
        self._used.add(made)
        return made

    def gather(self, real: str) -> None:
        """Hand every number and day inside a text to the tables, and give nothing."""
        if real not in self._literals and not is_format(real):
            self._form(real)
            self._words(real, self._spans(real), self._token)
            self._words(real, self._form_spans(real), self._token)

    def _fits(self, made: str, real: str) -> bool:
        """Say whether a text may stand in: only a number that stays, such as 1, may stand in for itself."""
        return (
            (made != real or self._stays(real))
            and made not in self._used
            and made not in self._literals
            and not is_format(made)
            and not self._real.inside(made)
            and self._held(made) == self._held(real)
            and self._same_number(made, real)
        )

    def _stays(self, real: str) -> bool:
        return (
            not any(character.isalpha() for character in real)
            and self._words(real, self._form_spans(real), self._token) == real
        )

    def _held(self, text: str) -> set[str]:
        lowered = text.lower()
        return {literal for literal in self._inside if literal in lowered}

    def _same_number(self, made: str, real: str) -> bool:
        if not _NUMBER.fullmatch(real):
            return True
        sides = [self._tables.side(Fraction(Decimal(text.strip()))) for text in (made, real) if _NUMBER.fullmatch(text)]
        return len(sides) == 2 and sides[0] == sides[1]

    def _candidates(self, real: str) -> Iterator[str]:
        formed = self._form(real)
        if formed is not None:
            yield from formed
        yield self._words(real, self._spans(real), self._token)
        yield self._words(real, self._form_spans(real), self._token)
        for attempt in range(_ATTEMPTS):
            spans = self._spans(real) if attempt < _ATTEMPTS // 2 else self._form_spans(real)
            turn = len(self._made), attempt
            yield self._words(real, spans, lambda kind, word, turn=turn: self._draw(kind, word, turn))  # type: ignore[misc]  # a default binds the loop's value

    def _last(self, real: str) -> Iterator[str]:
        """Give candidates for a crowded shape: the length is given up, then the letters, never the promise."""
        for attempt in count():
            number = noise("last", self._salt, len(self._made), attempt)
            if attempt < 2_000 and _NUMBER.fullmatch(real):
                yield str(2 + number % 998)
            else:
                yield "".join(chr(ord("a") + number // 26**place % 26) for place in range(3 + attempt % 17))

    def _form(self, real: str) -> list[str] | None:  # noqa: PLR0911 -- one return for each form
        """Give candidates for text in a form of its own: days, times, mail addresses."""
        for pattern in (_ISO, _UK):
            match = pattern.fullmatch(real)
            if match is None:
                continue
            first = self._month_first
            moved = self._moved_day(match, swapped=first) or self._moved_day(match, swapped=not first)
            if moved is not None:
                return [moved + rest for rest in _clocks(match["rest"])]
        if real.lower() in self._inside:
            return [real.swapcase(), real.upper(), real.capitalize(), real.title(), real.lower()]
        match = _NAMED.fullmatch(real)
        if match and (len(match["year"]) > 2 or self._short_years or _DAY_FIRST.match(real)):  # not the day of "May 12"
            year = _written(self._tables.year(_read(match["year"])), match["year"])
            return [match["head"] + year] if year else None
        if match := _MONTH.fullmatch(real):
            return [f"{self._tables.year(int(match['year'])):04d}{match['rest']}"]
        if _CLOCK.fullmatch(real):
            return _clocks(real)[1:]
        if match := _MAIL.fullmatch(real):
            parts = [self._words(part, self._spans(part), self._token) for part in (match["who"], match["host"])]
            return [f"{parts[0]}@{parts[1]}.example"]
        return None

    def _moved_day(self, match: re.Match[str], *, swapped: bool) -> str | None:
        month, day = ("day", "month") if swapped else ("month", "day")
        if (swapped and match.re is _ISO) or (len(match["year"]) == 2 and not self._short_years):
            return None
        try:
            real = dt.date(_read(match["year"]), int(match[month]), int(match[day]))
        except ValueError:
            return None
        if not match["dash"] and not 1900 <= real.year < 2100:
            return None
        made = dt.date.fromordinal(self._tables.day(real.toordinal()))
        parts = {"year": _written(made.year, match["year"])}
        if not parts["year"]:
            return None
        for name, number in ((month, made.month), (day, made.day)):
            parts[name] = f"{number:0{len(match[name])}d}"
        order = sorted(parts, key=match.start)
        return match["dash"].join(parts[name] for name in order)

    def _spans(self, real: str) -> list[tuple[int, int]]:
        """Find where literals of the code stand in a text: longest first, none over another."""
        lowered = real.lower()
        if len(lowered) != len(real):
            return []
        taken: list[tuple[int, int]] = []

        def take(start: int, end: int) -> None:
            if all(end <= first or start >= last for first, last in taken):
                taken.append((start, end))

        for start, end in self._form_spans(real):
            take(start, end)
        for literal in self._inside:
            place = lowered.find(literal)
            while place >= 0:
                take(place, place + len(literal))
                place = lowered.find(literal, place + 1)
        for literal in self._ends:
            if lowered.startswith(literal):
                take(0, len(literal))
            if lowered.endswith(literal):
                take(len(real) - len(literal), len(real))
        return sorted(taken)

    def _form_spans(self, real: str) -> list[tuple[int, int]]:
        scheme = _SCHEME.match(real)
        return [scheme.span()] if scheme else []

    def _words(self, real: str, kept: list[tuple[int, int]], replace: Callable[[str, str], str]) -> str:
        exponent = _EXPONENT.search(real) if _NUMBER.fullmatch(real) else None
        if exponent is not None:
            kept = [span for span in kept if span[1] <= exponent.start()] + [exponent.span()]
        pieces: list[str] = []
        place = 0
        for start, end in [*kept, (len(real), len(real))]:
            for match in _TOKEN.finditer(real[place:start]):
                kind = match.lastgroup or "other"
                word = match[0]
                pieces.append(word if kind == "other" or word.lower() in FORMAT_WORDS else replace(kind, word))
            pieces.append(real[start:end])
            place = end
        return "".join(pieces)

    def _token(self, kind: str, word: str) -> str:
        if kind == "digits":
            bare = word.lstrip("0")
            zeros = "0" * (len(word) - len(bare))
            return zeros + (str(int(self._tables.number(Fraction(bare)))) if bare else "")
        if kind == "hex":
            key = word.lower()
            if key not in self._hex:
                self._hex[key] = _hex_like(key, ("hex", self._salt, len(self._hex)))
            return self._hex[key].upper() if word.isupper() else self._hex[key]
        prefix, made = "", []
        for character in word:
            lowered = character.lower() if len(character.lower()) == 1 else character
            made.append(_in_case(self._branch(("tree", prefix), lowered), character))
            prefix += lowered
        return "".join(made)

    def _draw(self, kind: str, word: str, turn: tuple[int, int]) -> str:
        if kind == "hex":
            return _hex_like(word, ("draw", self._salt, *turn))
        if not word.strip("0"):
            return word
        made = []
        for place, character in enumerate(word):
            number = noise("draw", self._salt, kind, place, *turn)
            if kind == "digits":
                leading = place == 0 and character != "0" and len(word) > 1
                made.append(str(1 + number % 9 if leading else number % 10))
            else:
                letters = _letters(character.lower())
                made.append(_in_case(letters[number % len(letters)], character))
        return "".join(made)

    def _branch(self, node: tuple[str, str], character: str) -> str:
        branches = self._nodes.setdefault(node, {})
        if character not in branches:
            letters = _letters(character)
            taken = set(branches.values())
            start = noise("branch", self._salt, len(self._nodes), len(branches)) % len(letters)
            free = [letter for letter in letters[start:] + letters[:start] if letter not in taken]
            other = [letter for letter in free if letter != character]
            branches[character] = (other or free or [chr(0x4E00 + len(branches))])[0]
        return branches[character]


def _letters(character: str) -> str:
    if "a" <= character <= "z":
        return "abcdefghijklmnopqrstuvwxyz"
    base = ord(character) & ~31
    near = [chr(base + step) for step in range(32)]
    alike = [
        letter
        for letter in near
        if letter.isalnum() and letter.lower() == letter and letter.isdecimal() == character.isdecimal()
    ]
    return "".join(alike) if len(alike) > 4 else "àáâãäåæçèéêëìíîïðñòóôõöøùúûüý"


def _in_case(letter: str, like: str) -> str:
    upper = letter.upper()
    return upper if like.isupper() and len(upper) == 1 else letter


def _hex_like(word: str, seed: tuple[object, ...]) -> str:
    number = noise(*seed, len(word))
    made = []
    for place, character in enumerate(word):
        digit = number // 16 ** (place % 60) % 16 if place % 60 else noise(*seed, len(word), place) % 16
        letters = "ABCDEF" if character.isupper() or word.isupper() else "abcdef"
        made.append(character if character == "-" else str(digit) if digit < 10 else letters[digit - 10])
    return "".join(made)


def _clocks(rest: str) -> list[str]:
    """Give a time of day as it is, then with other minutes."""
    match = re.search(r"(?<=:)[0-5][0-9]", rest)
    if match is None:
        return [rest]
    minutes = [(int(match[0]) + step) % 60 for step in range(0, 60, 7)]
    return [f"{rest[: match.start()]}{minute:02d}{rest[match.end() :]}" for minute in minutes]


def _read(year: str) -> int:
    if len(year) > 2:
        return int(year)
    return int(year) + (2000 if int(year) < _CENTURY else 1900)


def _written(year: int, like: str) -> str:
    """Give a year with as many digits as another; nothing where two digits would be read as another year."""
    if len(like) > 2:
        return f"{year:04d}"
    return f"{year % 100:02d}" if _read(f"{year % 100:02d}") == year else ""
