"""Names that stand for hidden state, or for what reaches it: `draw = random.random`, `partial(pd.set_option, …)`.

A name that is given a part of an import is as good as that part (`with_aliases`). Where a function that changes a state
is handed on, whatever it was handed to may change the state whenever it is used (`Carriers`).
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence

from platform_core.values import replace
from promote.heap.heap import Happening
from promote.heap.state import CONNECTION, handed_on
from promote.language.facts import Facts
from promote.language.functions import Functions, is_known
from promote.language.states import PLACING_METHODS, RELATION_ENDS, STATE_HOLDERS
from promote.language.syntax import dotted_of
from promote.language.uses import Effects, FunctionInfo, Use

_LOADERS = frozenset(("importlib.import_module", "__import__"))


_KEEPING = frozenset((ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef))
_BINDING = (ast.Assign, ast.AnnAssign, ast.NamedExpr)


def with_aliases(statements: Sequence[Facts], functions: Functions) -> tuple[Functions, frozenset[str]]:
    """Give the functions with names that stand for parts of imports as imports too, and those names.

    Args:
        statements: The statements of the notebook.
        functions: Its functions and imports.
    """
    if not functions.imports:
        return functions, frozenset()
    given = [
        (target.id, node.value)
        for kind in _BINDING
        for facts in statements
        for node in facts.kinds.get(kind, ())
        if isinstance(node.value, (ast.Attribute, ast.Name, ast.Call, ast.Subscript))
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    ]
    imports = dict(functions.imports)
    found = functions
    for name, value in given:
        path = _stands_for(value, found)
        if path and name not in imports and is_known(path):
            imports[name] = path
            found = replace(functions, imports=imports)
    return found, frozenset(imports.keys() - functions.imports.keys())


def _stands_for(value: ast.expr, functions: Functions) -> str:
    """The dotted path that a value is a part of; empty where it is none."""
    if isinstance(value, ast.Call):
        path = functions.canonical(dotted_of(value.func) or ("",))
        first = value.args[0].value if value.args and isinstance(value.args[0], ast.Constant) else None
        name = value.args[1].value if value.args[1:] and isinstance(value.args[1], ast.Constant) else None
        if path == "getattr" and isinstance(name, str):
            chain = dotted_of(value.args[0])
            return f"{functions.canonical(chain)}.{name}" if chain and chain[0] in functions.imports else ""
        if path in _LOADERS and isinstance(first, str):
            return first
        if path == "duckdb.connect" and first == ":default:":
            return "duckdb"
        return path if path in STATE_HOLDERS else ""
    if isinstance(value, ast.Subscript):
        key = value.slice.value if isinstance(value.slice, ast.Constant) else None
        modules = functions.canonical(dotted_of(value.value) or ("",)) == "sys.modules"
        return key if modules and isinstance(key, str) else ""
    chain = dotted_of(value)
    return functions.canonical(chain) if chain and chain[0] in functions.imports else ""


class Carriers:
    """The names through which states may be changed that no name there shows, as far as statements were fed."""

    def __init__(self, functions: Functions) -> None:
        self.functions = functions
        self.states: dict[str, set[str]] = {}
        self.handing: dict[FunctionInfo, set[str]] = {}  # what each function hands on

    def take(self, node: ast.stmt, effects: Effects, happening: Happening) -> dict[str, Use]:
        """Take a statement; give the states that it may change through names."""
        names: Collection[str] = effects.reads
        if happening.late:
            names = {*names, *(name for looked_up in happening.late.values() for name in looked_up)}
        handed = handed_on(effects.dotted, self.functions) if effects.dotted else set()
        for info in happening.code:
            if info not in self.handing:
                self.handing[info] = handed_on(info.dotted, self.functions)
            handed |= self.handing[info]
        carried = {name: self.states[name] for name in names if name in self.states} if self.states else {}
        if carried or handed:
            given = set(handed)
            for name, states in carried.items():
                if not _only_calls(node, name):
                    given |= states
            bound = effects.touched | (happening.changes.keys() if _stores(node) else set())
            for name in bound - self.functions.imports.keys() if given else ():
                self.states.setdefault(name, set()).update(given)
        changed: dict[str, Use] = {}
        for name, states in carried.items():
            changed |= {state: effects.reads.get(name, Use(node.lineno, 1)) for state in sorted(states)}
        return changed


class Relations:
    """The names of queries on DuckDB's default connection, which run when they are asked, and not where they stand."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.every: set[str] = set()  # with those that mean something else by now

    def take(self, facts: Facts, effects: Effects, states: Collection[str]) -> dict[str, Use]:
        """Take a statement that reads states; give that of the connection where it asks a query made before."""
        asked = next((use for name, use in effects.reads.items() if name in self.names), None)
        if asked is None and CONNECTION not in states:
            return {}
        called = {node.func.attr for node in facts.kinds.get(ast.Call, ()) if isinstance(node.func, ast.Attribute)}
        kept = _KEEPING.intersection(facts.kinds)  # a default value, an attribute of a class: asked where it is used
        if kept or called.isdisjoint(RELATION_ENDS):
            self.names |= effects.touched
            self.every |= effects.touched
        else:
            self.names -= effects.binds
        return {} if asked is None else {CONNECTION: asked}


def _stores(node: ast.stmt) -> bool:
    """Whether a statement puts something into what it changes."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return isinstance(node.value.func, ast.Attribute) and node.value.func.attr in PLACING_METHODS
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return any(isinstance(target, (ast.Attribute, ast.Subscript)) for target in targets)


def _only_calls(node: ast.stmt, name: str) -> bool:
    """Whether a statement does nothing with a name but call it, or a method of it: what that gives carries nothing.

    >>> [_only_calls(ast.parse(text).body[0], "f") for text in ("x = f()", "x = f.draw()", "x = partial(f)", "x = g()")]
    [True, True, False, False]
    """
    called: set[int] = set()
    every: set[int] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Call):
            root = part.func
            while isinstance(root, ast.Attribute):
                root = root.value
            called.add(id(root))
        elif isinstance(part, ast.Name) and part.id == name:
            every.add(id(part))
    return bool(every) and every <= called and not name[:1].isupper()
