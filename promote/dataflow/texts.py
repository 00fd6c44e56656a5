"""The texts of a notebook that may name its variables: SQL, and pandas' `query` and `eval`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain

from promote.language.facts import Facts
from promote.language.functions import is_known
from promote.language.syntax import leading_name, sql_names
from promote.language.uses import Query, Use
from promote.patterns import pattern


class Texts:
    """The texts of a notebook that may name its variables: SQL, and pandas' `query` and `eval`."""

    def __init__(self, statements: Sequence[Facts]) -> None:
        self.statements = statements
        self.viewed: set[str] = set()  # what views looked at, so far

    @cached_property
    def looked_up(self) -> bool:
        """Whether a table of SQL may be a variable, as for DuckDB and Polars; other databases look for none.

        What a package gives that is not known may be a connection of DuckDB's.
        """
        if any(not _BY_NAME.isdisjoint(s.names) for s in self.statements):
            return True
        for node in chain.from_iterable(s.kinds.get(ast.Import, ()) for s in self.statements):
            if any(_may_look(alias.name) for alias in node.names):
                return True
        for node in chain.from_iterable(s.kinds.get(ast.ImportFrom, ()) for s in self.statements):
            if node.level or _may_look(node.module or ""):
                return True
        return any("duckdb" in text.lower() for text in _strings(self.statements))

    def of_views(self, queries: Iterable[Query]) -> dict[str, Use]:
        """Give the names that a view may look at when it is queried: it looks them up anew each time."""
        queries = list(queries)
        asked = next((query.use for query in queries if query.sql), None)
        if asked is None or not self.looked_up:
            return {}
        found = dict.fromkeys(sorted(self.viewed), asked)
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
                for name in names + (sql_names(text) if query.sql and self.looked_up else []):
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
        if not query.sql or not self.looked_up:
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


# Packages whose queries may look for variables of the notebook, or that give connections which do
_LOOKING = frozenset(("duckdb", "polars", "platform_core", "ibis", "dask", "importlib", "runpy", "pickle", "joblib"))
_BY_NAME = frozenset(("get_ipython", "__import__", "exec", "eval", "globals", "locals", "load_asset", "resource"))

_OPEN = pattern(r"\b(?:from|join)\s+\"?(?:\{|%\(?\w|$)", re.IGNORECASE)
_BEGUN = pattern(r"\b(?:from|join)\s+\"?(\w+)\{$", re.IGNORECASE)
_VIEW = pattern(r"\bcreate\b.*\b(view|macro)\b", re.IGNORECASE | re.DOTALL)


def _strings(statements: Iterable[Facts]) -> list[str]:
    return [part.value for s in statements for part in s.kinds.get(ast.Constant, ()) if isinstance(part.value, str)]


def _may_look(module: str) -> bool:
    """Whether a module may give a connection whose queries look for variables."""
    return not is_known(module) or module.split(".", 1)[0] in _LOOKING
