"""Statements that surely change no object, told by their words: the notebooks of frames that are only asked.

To follow objects costs more than all else that is asked of a statement. As long as a notebook has no code of its own
and each call so far is one that neither changes anything nor gives what a later call could change, nothing is followed
(`trace`). Only what stands in the tables here is sure; a word that is missing costs time and nothing else.
"""

from __future__ import annotations

import ast
from functools import lru_cache

from promote.heap.cells import is_unframed
from promote.language.effects import (
    ARGUMENT_MUTATORS,
    BOUND_METHODS,
    COPYING_METHODS,
    FRAME_METHODS,
    MUTATING_METHODS,
    OUT_METHODS,
    STATEFUL_FUNCTIONS,
    STATEFUL_METHODS,
    VIEWING_METHODS,
)
from promote.language.facts import Facts
from promote.language.functions import Functions
from promote.language.showing import DISPLAY_METHODS, DRAWING_METHODS
from promote.language.syntax import dotted_of, names_a_type
from promote.language.uses import Effects

# Packages whose functions change nothing that they are given, and give values and frames alone
_PACKAGES = frozenset(("polars", "pandas", "platform_core", "datetime", "math", "typing", "__future__"))
_BUILTINS = frozenset(
    "print len int float str bool round abs range min max sum any all repr isinstance".split()  # noqa: SIM905 - as `effects` writes its tables
)
_QUESTIONS = frozenset(
    """alias cast over when then otherwise lazy is_null is_not_null is_nan is_in is_between is_first_distinct fill_null
    fill_nan drop_nulls drop_nans replace_strict contains starts_with ends_with to_uppercase to_lowercase strip_chars
    to_date to_datetime to_time to_integer year month day weekday hour minute second len len_chars cum_sum diff shift
    ceil floor sqrt with_row_index unnest unpivot join_asof sort_by arg_max arg_min implode concat_str to_frame
    to_series get_column with_columns group_by_dynamic path load_asset resource""".split()  # noqa: SIM905 - as `effects` writes its tables
)
_MANY = frozenset(("items", "sample", "sql", "query", "style"))  # that do more than to ask
_CHANGING = DRAWING_METHODS | COPYING_METHODS | STATEFUL_METHODS | _MANY
_METHODS = (DISPLAY_METHODS | _QUESTIONS) - _CHANGING
_WORDS = frozenset(("out", "inplace", "in_place", "copy", "chunksize", "iterator"))  # which let a call do more
_CONTAINERS = frozenset((ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Slice))
# Attributes by which more than a part is taken, where nobody calls them
_BOUND = BOUND_METHODS | VIEWING_METHODS | MUTATING_METHODS | {"style"}


_BY_LABEL = frozenset(("loc", "iloc", "at", "iat"))
_CELL = 2  # a column and a row
_GIVING = {"item": _CELL, "row": 1, "take": 1, "squeeze": 1, "xs": 1}  # methods that take items


class Quiet:
    """Tells of the statements of a notebook, in their order, whether they are quiet, as long as all before were."""

    def __init__(self, functions: Functions) -> None:
        self.functions = functions
        told = functions.lambdas or functions.classes or functions.others or functions.defaults or functions.sql
        self.possible = not told and all(path.split(".", 1)[0] in _PACKAGES for path in functions.imports.values())
        self.polars = any(path.split(".", 1)[0] == "polars" for path in functions.imports.values())
        self.containers = False  # whether there may be lists, which change by methods that frames have too

    def holds_for(self, facts: Facts, effects: Effects) -> bool:
        """Whether a statement changes no object, nor gives one that later statements could change by being quiet."""
        if not self.possible:
            return False
        self.containers = self.containers or not _CONTAINERS.isdisjoint(facts.kinds)
        calls: list[ast.Call] = []
        for event in effects.events:
            if event.kind == "call":
                if not self.is_quiet(event.value, alone=event.alone):  # type: ignore[arg-type]  # a call's value is a Call
                    return False
                calls.append(event.value)  # type: ignore[arg-type]  # as above
            elif event.kind not in {"assign", "item"}:
                return False
        if not ARGUMENT_MUTATORS.isdisjoint(effects.plain):
            return False
        if _BOUND.isdisjoint(facts.attributes):
            return True
        called = {id(call.func) for call in calls}
        return all(id(part) in called for part in facts.kinds[ast.Attribute] if part.attr in _BOUND)

    def is_quiet(self, call: ast.Call, *, alone: bool) -> bool:
        """Whether a call is quiet; one that is `alone` is taken to be there for an effect, if it does not show."""
        func, functions = call.func, self.functions
        if call.keywords and not _WORDS.isdisjoint([keyword.arg for keyword in call.keywords]):
            return False
        if isinstance(func, ast.Name):
            known = func.id in functions.imports or func.id in _BUILTINS
            return known and func.id not in functions.variables and is_plain(functions.canonical((func.id,)))
        if not isinstance(func, ast.Attribute) or (alone and func.attr not in DISPLAY_METHODS):
            return False
        if func.attr in functions.attributes or names_a_type(func.value):
            return False
        path = dotted_of(func)
        if path and path[0] in functions.imports and path[0] not in functions.variables:
            return is_plain(functions.canonical(path))
        return func.attr in _METHODS and self.only_asks(func, call)

    def only_asks(self, func: ast.Attribute, call: ast.Call) -> bool:
        """Whether a method asks whatever it is called on; lists have `sort` too, and arrays write into arguments."""
        if func.attr in OUT_METHODS and len(call.args) > 1:
            return False
        return func.attr not in FRAME_METHODS or (self.polars and not self.containers and not accesses(func.value))


def accesses(node: ast.expr) -> int:
    """Count the items that an expression takes on the way from its name; a row and a column at once are two.

    >>> texts = ("df", "df['k']", "df['k'].iloc[0]", "df.at[0, 'k']", "df['k'].tolist()[0]", "df.item()")
    >>> [accesses(ast.parse(text, mode="eval").body) for text in texts]
    [0, 1, 2, 2, 2, 2]
    """
    found = 0
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        if isinstance(node, ast.Subscript):
            labelled = isinstance(node.value, ast.Attribute) and node.value.attr in _BY_LABEL
            found += _CELL if labelled and isinstance(node.slice, ast.Tuple) else 1
        elif isinstance(node, ast.Attribute):
            found += _GIVING.get(node.attr, 0)
        node = node.func if isinstance(node, ast.Call) else node.value
    return found


@lru_cache(maxsize=4096)
def is_plain(path: str) -> bool:
    """Whether a function of a package gives a frame or a value, and nothing that changes by being used.

    >>> [is_plain(path) for path in ("polars.col", "len", "pandas.DataFrame.copy", "datetime.Clock")]
    [True, True, False, False]
    """
    method = path.rpartition(".")[2]
    return path not in STATEFUL_FUNCTIONS and method not in _CHANGING and not is_unframed(path)
