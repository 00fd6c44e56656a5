"""Modules and classes of packages that are handed on: `add_method(pd.DataFrame, …)`, `for m in (random, np.random):`.

Code that stores into its parameters, or calls a method of theirs that sets a state, does so to whatever it is given.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from promote.heap.aliases import Happening
from promote.heap.state import states_through
from promote.language.facts import Facts
from promote.language.functions import Functions
from promote.language.states import STORING_FUNCTIONS
from promote.language.syntax import IMPORTED, chain_of, dotted_of, names_a_type
from promote.language.uses import Effects, FunctionInfo, Use
from promote.trees import walk

_LOOKING = frozenset("isinstance issubclass print type dir help hasattr display repr str id cast reload".split())  # noqa: SIM905 - as `effects` writes its tables
_BY_NAME = frozenset(("getattr", "methodcaller", "attrgetter"))
_STORE = "="
_CHAINS = frozenset((ast.Name, ast.Attribute, ast.Call, ast.Subscript))


class Handed:
    """The names that hold modules and classes of packages, as far as statements were fed."""

    def __init__(self, functions: Functions) -> None:
        self.functions = functions
        self.modules = _MODULES.union([functions.imports[name] for name in functions.modules])
        self.holding: dict[str, set[str]] = {}
        self.seen: dict[FunctionInfo, frozenset[str]] = {}

    def take(self, facts: Facts, effects: Effects, happening: Happening) -> dict[str, Use]:
        """Take a statement; give the states that it may change through what is handed on."""
        imports, holding = self.functions.imports, self.holding
        names: Collection[str] = effects.reads
        if happening.late:
            names = {*names, *(name for looked_up in happening.late.values() for name in looked_up)}
        paths = {path for name in names if name in holding for path in holding[name]} if holding else set()
        if any(name in imports for name in names):
            own = set(self._handed(facts.kinds))
            for name in effects.touched if own else ():
                holding.setdefault(name, set()).update(own)
            paths |= own
        if not paths:
            return {}
        node, parts = facts.node, facts.parts
        done = _done_to_parameters(parts).union(*(self._done_by(info) for info in happening.code))
        found = {state for path in paths for state in states_through(path, done, self.functions)} if done else set()
        return dict.fromkeys(sorted(found), Use(node.lineno, 1))

    def _handed(self, kinds: Mapping[type[ast.AST], Sequence[Any]]) -> Iterator[str]:
        """The dotted paths of modules and classes that stand as arguments and in displays."""
        for call in kinds.get(ast.Call, ()):
            values = [*call.args, *[k.value for k in call.keywords]]
            if values and (dotted_of(call.func) or ("",))[-1] not in _LOOKING:
                yield from self._paths(values)
        for kind in (ast.Tuple, ast.List, ast.Set):
            for display in kinds.get(kind, ()):
                yield from self._paths(display.elts)
        for display in kinds.get(ast.Dict, ()):
            yield from self._paths(display.values)

    def _paths(self, values: Iterable[ast.expr]) -> Iterator[str]:
        for value in values:
            if value.__class__ in _CHAINS:
                chain = chain_of(value)
                if chain and chain[0] in self.functions.imports:
                    path = self.functions.canonical(chain)
                    if names_a_type(value) or path in self.modules or chain[0].startswith(IMPORTED):
                        yield path

    def _done_by(self, info: FunctionInfo) -> frozenset[str]:
        if info not in self.seen:
            self.seen[info] = _done_to_parameters(walk(info.node)) if info.node is not None else frozenset()
        return self.seen[info]


_MODULES = frozenset(("numpy.random", "random", "pandas.options", "os.environ"))


def _done_to_parameters(parts: Sequence[ast.AST]) -> frozenset[str]:
    r"""The methods that code calls of its parameters and of what it loops over, and `=` where it stores into them.

    >>> sorted(_done_to_parameters(walk(ast.parse("def f(m, n):\n    m.x = n\n    n.seed(1)"))))
    ['=', 'seed']
    """
    given = {part.arg for part in parts if isinstance(part, ast.arg)}
    for part in parts:
        if isinstance(part, (ast.For, ast.comprehension)):
            given |= {name.id for name in walk(part.target) if isinstance(name, ast.Name)}
    found: set[str] = set()
    for part in parts:
        if isinstance(part, ast.Call):
            chain = dotted_of(part.func) or ("",)
            if chain[0] in given and len(chain) > 1:
                found.add(chain[-1])
            first = part.args[0] if part.args else None
            if ".".join(chain) in STORING_FUNCTIONS and isinstance(first, ast.Name) and first.id in given:
                found.add(_STORE)
            if chain[-1] in _BY_NAME:
                found |= {a.value for a in part.args if isinstance(a, ast.Constant) and isinstance(a.value, str)}
        elif isinstance(part, ast.Attribute) and not isinstance(part.ctx, ast.Load):
            chain = dotted_of(part) or ("",)
            if chain[0] in given:
                found.add(_STORE)
    return frozenset(found - {""})
