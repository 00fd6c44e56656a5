"""The texts of a notebook that may name its variables: SQL, and pandas' `query` and `eval`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from promote.language.facts import Facts
from promote.language.syntax import leading_name, sql_names
from promote.language.uses import Query, Use
from promote.patterns import pattern


class Texts:
    """The texts of a notebook that may name its variables: SQL, and pandas' `query` and `eval`."""

    def __init__(self, statements: Sequence[Facts]) -> None:
        self.statements = statements
        self.viewed: set[str] = set()  # what views looked at, so far

    def of_views(self, queries: Iterable[Query]) -> dict[str, Use]:
        """Give the names that a view may look at when it is queried: it looks them up anew each time."""
        queries = list(queries)
        asked = next((query.use for query in queries if query.sql), None)
        found = dict.fromkeys(sorted(self.viewed), asked) if asked else {}
        for query in queries:
            if query.sql and any(_VIEW.search(text) for text in self.every(query)):
                self.viewed |= self.names([query]).keys()
        return found

    def names(self, queries: Iterable[Query]) -> dict[str, Use]:
        """Give the names that texts use, each with the place of the call."""
        found: dict[str, Use] = {}
        for query in queries:
            for text in self.every(query):
                names = [leading_name(part) for part in text.split("@")[1:]]
                for name in names + (sql_names(text) if query.sql else []):
                    found.setdefault(name, query.use)
            found |= {n: query.use for n in self.filled_in(query) if n not in found}
        return found

    def every(self, query: Query) -> Iterator[str]:
        """Give the texts of a query: its literal parts, and what the variables in it may hold."""
        yield from query.texts
        for name in query.names:
            yield from self.of_variable(name)

    def filled_in(self, query: Query) -> list[str]:
        """Give what may stand where a text leaves the name of a table open: texts that are names."""
        told = {name: self.of_variable(name) for name in query.names}
        if any(text.endswith(("@", "@{")) for text in (*query.texts, *chain(*told.values()))):
            return [text for text in _strings(self.statements) if text.isidentifier()]
        if not query.sql:
            return []
        begun = {begins for text in query.texts if (match := _BEGUN.search(text)) and (begins := match.group(1))}
        if begun:  # `f"from rents_{year}"`
            variables = sorted(set().union(*(s.effects.touched for s in self.statements)))
            return [name for name in variables if name.startswith(tuple(begun))]
        if any(_OPEN.search(text) for text in query.texts):
            return [text for texts in told.values() for text in texts if text.isidentifier()]
        if any(_OPEN.search(text) for texts in told.values() for text in texts):  # what fills it is not told by names
            return [text for text in _strings(self.statements) if text.isidentifier()]
        return [text for texts in told.values() for text in texts if text.isidentifier()]  # `text.replace("x", "y")`

    def of_variable(self, name: str) -> list[str]:
        """Give the texts that a variable may hold: those of the statements that bind it, else all there are."""
        return _strings(s for s in self.statements if name in s.effects.touched) or _strings(self.statements)


_OPEN = pattern(r"\b(?:from|join)\s+\"?(?:\{|%\(?\w|$)", re.IGNORECASE)
_BEGUN = pattern(r"\b(?:from|join)\s+\"?(\w+)\{$", re.IGNORECASE)
_VIEW = pattern(r"\bcreate\b.*\b(view|macro)\b", re.IGNORECASE | re.DOTALL)


def _strings(statements: Iterable[Facts]) -> list[str]:
    return [part.value for s in statements for part in s.kinds.get(ast.Constant, ()) if isinstance(part.value, str)]
