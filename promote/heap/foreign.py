"""What a call whose value is taken may change of a library's object, and of a table that makes what it lacks.

The methods of frames, arrays, texts, dates and containers stand in tables. Those of other objects do not: a queue, a
parser or a tree may change by any of its methods that is not plainly a question.
"""

from __future__ import annotations

import ast
import sys

from platform_core.hints import TYPE_CHECKING
from promote.heap.heap import NONE, Objects
from promote.language.effects import (
    BUILDING_PACKAGES,
    COPYING_METHODS,
    EAGER_METHODS,
    FRAME_METHODS,
    METHOD_CALLERS,
    PART_GETTERS,
    RENDERING_METHODS,
    STATEFUL_METHODS,
    STORING_METHODS,
    VALUE_PACKAGES,
    VIEWING_METHODS,
)
from promote.language.functions import is_known
from promote.language.showing import DISPLAY_METHODS
from promote.language.uses import Use
from promote.patterns import pattern

if TYPE_CHECKING:
    from promote.heap.calls import Calls
    from promote.heap.library_changes import Target

# Methods that only ask, by their names, and by how these begin
_ASKING = frozenset(dir(str)).union(
    DISPLAY_METHODS, COPYING_METHODS, VIEWING_METHODS, EAGER_METHODS, STATEFUL_METHODS, STORING_METHODS
)
# Methods that give something new: of texts, and those that say so by how they begin
_OF_TEXTS = frozenset(dir(str))
_NEW = (
    *("to", "as", "is", "has", "num", "number", "count", "len"),
    *("describe", "summary", "dump", "json", "encode", "digest", "hexdigest"),
)
# Methods that change whatever they are called on, but for Polars' frames and columns
_OF_LISTS = frozenset(("sort", "reverse", "clear", "update"))
_QUESTION = pattern(
    r"_*(most|elements|total|get|find|is|has|to|as|predict|score|transform|describe|summary|select|list|count|num|number|json|dump|decode"
    r"|encode|match|search|test|contains|inverse|iter|walk|render|digest|hexdigest|read_text|read_bytes|exists)"
    r"(?![a-z])"
)
# Calls that go through a table and ask it for nothing that it lacks
_GOING_THROUGH = frozenset("extend write writelines to_csv update_from from_dict DataFrame Series".split())  # noqa: SIM905 - as `effects` writes its tables


def is_foreign(path: str, method: str) -> bool:
    """Whether what a call gives may change by methods that no table tells.

    >>> calls = ("queue.LifoQueue", "array.array", "networkx.path_graph", "sklearn.clone", "pandas.DataFrame", "len")
    >>> [is_foreign(path, path.rpartition(".")[2]) for path in calls]
    [True, True, True, False, False, False]
    """
    package = path.split(".", 1)[0]
    if not package or package == path or package in VALUE_PACKAGES:
        return path in {"decimal.Context", "collections.Counter"}
    return package in sys.stdlib_module_names or package in BUILDING_PACKAGES or path.rpartition(".")[2][:1].isupper()


def shares_unseen(path: str) -> bool:
    """Whether a function may give what it was given, or what holds that: one of a package that no table tells of.

    >>> [shares_unseen(path) for path in ("attrs.evolve", "networkx.reverse_view", "pandas.concat", ".rents.head")]
    [True, True, False, False]
    """
    package = path.split(".", 1)[0]
    return package not in {"", path} and (package in BUILDING_PACKAGES or not is_known(path))


def gives_parts(method: str) -> bool:
    """Whether a method of an object that no table tells of may give a part of it, or the object itself.

    >>> [gives_parts(method) for method in ("get_node", "child", "find_best", "upper", "to_list", "is_open", "count")]
    [True, True, True, False, False, False, False]
    """
    name = method.lstrip("_")
    if not method or method in _OF_TEXTS or not name.startswith(_NEW):
        return bool(method) and method not in _OF_TEXTS
    return all("a" <= name[len(word) : len(word) + 1] <= "z" for word in _NEW if name.startswith(word))


def by_its_object(run: Calls, call: ast.Call, target: Target, given: Objects, use: Use, *, alone: bool) -> None:
    """Take what a call may do to what it is called on, and to tables that it is given."""
    if run.heap.defaulting or run.functions.defaults:
        _table_asked(run, call, target, given, use)
    if not alone:
        _taken(run, target, given, use)
    if target.method in RENDERING_METHODS and _renders(run, target):
        run.touch(run.deep(given), use)
    if target.infos and run.inside is not None and may_change(target.method):  # what a parameter is, its caller knows
        run.used |= target.receiver
    for argument in [*call.args, *(k.value for k in call.keywords)]:
        if isinstance(argument, ast.Attribute) and may_change(argument.attr):  # `map(parser.feed, pages)`
            _used(run, run.value(argument.value), NONE, use)


def _taken(run: Calls, target: Target, given: Objects, use: Use) -> None:
    """Take that a method is called for its value: it may change a library's object, and those it is given."""
    if target.method in FRAME_METHODS and (
        target.receiver <= run.heap.exact | run.heap.unframed | run.heap.foreign or _of_lists(run, target)
    ):
        run.touch(target.receiver, use)  # `said = rows.sort()`
    styled = target.method == "format" and not target.receiver.isdisjoint(run.heap.stylers)
    if target.receiver and not target.own and (styled or may_change(target.method)):
        _used(run, target.receiver, given, use)


def _renders(run: Calls, target: Target) -> bool:
    """Whether a method may be one of a template of Jinja whose text may change what it is given."""
    jinja = any(path.split(".", 1)[0] == "jinja2" for path in run.functions.imports.values())
    return jinja and not (target.receiver and target.receiver <= run.heap.templates)


def _of_lists(run: Calls, target: Target) -> bool:
    """Whether a method changes whatever it is called on, by the packages that the notebook imports."""
    if target.method not in _OF_LISTS and target.method != "append":
        return False
    polars = any(path.split(".", 1)[0] == "polars" for path in run.functions.imports.values())
    return polars == (target.method == "append")  # which gives another index in pandas, and Polars' own column


def _used(run: Calls, receiver: Objects, given: Objects, use: Use) -> None:
    run.used |= receiver
    foreign = run.heap.foreign
    if foreign and not receiver.isdisjoint(foreign):
        run.touch((receiver | given) & foreign, use)
        run.heap.hold(receiver & foreign, given - run.heap.plain_code)  # it may keep what it is given


def may_change(method: str) -> bool:
    """Whether a method of an object that no table tells of may be more than a question.

    >>> [method for method in ("set", "append_child", "get_text", "is_alive", "issue", "upper") if may_change(method)]
    ['set', 'append_child', 'issue']
    """
    return bool(method) and method not in _ASKING and _QUESTION.match(method) is None


def _table_asked(run: Calls, call: ast.Call, target: Target, given: Objects, use: Use) -> None:
    """Take that a table which makes what it lacks may be asked by what it is given to: `column.map(table)`."""
    if target.own or target.method in STORING_METHODS or target.method in _GOING_THROUGH:
        return
    asked = NONE
    for argument in [*call.args, *(k.value for k in call.keywords)]:
        if isinstance(argument, ast.Attribute) and argument.attr in {"__getitem__", "__missing__"}:
            asked |= run.value(argument.value)
    method = isinstance(call.func, ast.Attribute) and (target.receiver or not target.name)
    getter = target.name in {"operator.getitem", "operator.__getitem__"} or run.heap.getters & run.heap.reach(
        given | target.callee
    )
    if method or getter or target.name in PART_GETTERS | METHOD_CALLERS:
        asked |= given
    if isinstance(call.func, ast.Attribute) and call.func.attr in {"__getitem__", "__missing__"}:
        asked |= target.receiver
    if asked:
        run.asked_for_item(asked, use)
