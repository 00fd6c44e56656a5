"""Modules and classes of packages that are handed on: `add_method(pd.DataFrame, …)`, `tools = {"draw": random}`.

Code that stores into what it is given, or calls a method there that sets a state, does so to whatever it is given. So
do statements over names that were given a module: by a display, a function that gives one, a loop over `sys.modules`.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from platform_core.hints import Any
from promote.heap.heap import Happening
from promote.heap.state import states_of, states_through
from promote.language.facts import Facts
from promote.language.functions import Functions
from promote.language.states import ANY_MODULE, LOADING, MODULE_GIVERS, STATE_WORDS, STORING_FUNCTIONS
from promote.language.syntax import IMPORTED, MODULE_WORDS, chain_of, dotted_of, module_text, names_a_type
from promote.language.uses import Effects, FunctionInfo, Use
from promote.trees import walk

_LOOKING = frozenset("isinstance issubclass print type dir help hasattr display repr str id cast reload len".split())  # noqa: SIM905 - as `effects` writes its tables
_BY_NAME = frozenset(("getattr", "methodcaller", "attrgetter"))
_STORE = "="
_CALLED = "()"
_ANY = "?"  # a module that a run alone names
_CHAINS = frozenset((ast.Name, ast.Attribute, ast.Call, ast.Subscript))
_MODULES = frozenset(("numpy.random", "random", "pandas.options", "os.environ"))
_PARTS = frozenset(path.rpartition(".")[2] for path in _MODULES)
_TABLES = frozenset(("modules", "__dict__"))  # words that others than modules have
_ITSELF = frozenset(("self", "cls"))


class Handed:
    """The names that hold modules and classes of packages, as far as statements were fed."""

    def __init__(self, functions: Functions) -> None:
        self.functions = functions
        imports = functions.imports
        self.modules = _MODULES.union([imports[name] for name in functions.modules])
        self.parts = frozenset([path.rpartition(".")[2] for path in self.modules if "." in path])
        written = [name for name in imports if not name.startswith(IMPORTED)]
        self.named = frozenset([name for name in written if imports[name] in self.modules])
        self.loaders = frozenset(["__import__", *(name for name, path in imports.items() if path in LOADING)])
        self.holding: dict[str, set[str]] = {}
        self.given: set[str] = set()  # those of them that were given something, which may be the module itself
        self.seen: dict[FunctionInfo, frozenset[str]] = {}

    def take(self, facts: Facts, effects: Effects, happening: Happening) -> dict[str, Use]:
        """Take a statement; give the states that it may change through what is handed on."""
        imports, holding = self.functions.imports, self.holding
        names: Collection[str] = effects.reads
        if happening.late:
            names = {*names, *(name for looked_up in happening.late.values() for name in looked_up)}
        held = {name for name in names if name in holding} if holding else set()
        paths = {path for name in held for path in holding[name]}
        own: set[str] = set()
        if self._may_have_values(facts, effects):
            own.update(self._handed(facts.kinds), self._values(facts))
        if not (facts.names.isdisjoint(self.loaders) and facts.attributes.isdisjoint(MODULE_GIVERS)):
            own.update(self._loaded(facts))
        paths |= own
        if not paths:
            return {}
        if not isinstance(facts.node, ast.Expr) or happening.changes:
            for name in (*effects.touched, *(n for n in happening.changes if not n.startswith("~"))):
                if name not in imports:
                    self.given |= {name} & effects.touched
                    holding.setdefault(name, set()).update(paths)
        return dict.fromkeys(sorted(self._changed(facts, happening, paths)), Use(facts.node.lineno, 1))

    def _may_have_values(self, facts: Facts, effects: Effects) -> bool:
        """Whether a module or a class of a package may stand as a value in a statement."""
        words = facts.attributes
        if not self.functions.imports.keys().isdisjoint(effects.plain) or not self.parts.isdisjoint(words):
            return True
        named = min(words, default="a") < "["  # a class: capital letters stand before all others
        return (named and not self.functions.imports.keys().isdisjoint(facts.names)) or not (
            MODULE_WORDS.isdisjoint(words) and MODULE_WORDS.isdisjoint(facts.names)
        )

    def _changed(self, facts: Facts, happening: Happening, paths: Collection[str]) -> set[str]:
        """The states that a statement changes which has modules in hand."""
        defines = isinstance(facts.node, (ast.FunctionDef, ast.AsyncFunctionDef))
        done = set() if defines else set(self._done(facts.parts, ()))
        done = done.union(*(self._done_by(info) for info in happening.code))
        stored = {word[1:] for word in done if word[:1] == _STORE and word != _STORE}
        if not stored.isdisjoint(self.given):
            done.add(_STORE)
        done = {word for word in done if word[:1] != _STORE or word == _STORE}
        called = [n.func.id for n in facts.kinds.get(ast.Call, ()) if isinstance(n.func, ast.Name)]
        functions = self.functions
        if any(n in self.holding and n not in functions.by_name and n not in functions.classes for n in called):
            done.add(_CALLED)
        found: set[str] = set()
        for path in sorted(paths) if done else ():
            if path == _ANY:
                found |= {state for one in ANY_MODULE for state in self._through(one, done & STATE_WORDS)}
                found |= states_through(_ANY, {_STORE}, functions) if _STORE in done else set()
            else:
                found |= self._through(path, done - {_CALLED})
            if _CALLED in done:
                found |= states_of(ANY_MODULE if path == _ANY else [path])
        return found

    def _through(self, path: str, done: Collection[str]) -> set[str]:
        """The states that change by methods of a module, and of its parts that have a state."""
        found = states_through(path, done, self.functions)
        for part in _MODULES:
            if part.rpartition(".")[0] == path:
                found |= states_through(part, [word for word in done if word != _STORE], self.functions)
        return found

    def _values(self, facts: Facts) -> Iterator[str]:
        """The dotted paths of modules that stand as values: given to a name, given out, put into something."""
        bases = {id(part.value) for part in facts.kinds.get(ast.Attribute, ())}
        looked_at: set[int] = set()
        for call in facts.kinds.get(ast.Call, ()):
            if isinstance(call.func, ast.Name) and call.func.id in _LOOKING:
                looked_at.update(map(id, call.args))
        for name in facts.kinds.get(ast.Name, ()):
            if name.id in self.named and id(name) not in bases and isinstance(name.ctx, ast.Load):
                path = self.functions.imports[name.id]
                if id(name) not in looked_at:
                    yield _ANY if path in MODULE_GIVERS else path
        for part in facts.kinds.get(ast.Attribute, ()) if not facts.attributes.isdisjoint(_PARTS) else ():
            if part.attr in _PARTS and id(part) not in bases and isinstance(part.ctx, ast.Load):
                chain = dotted_of(part)
                if chain and self.functions.canonical(chain) in _MODULES:
                    yield self.functions.canonical(chain)

    def _loaded(self, facts: Facts) -> Iterator[str]:
        """The modules that a text names, or that stand in a table of modules; `?` where a run alone tells which."""
        told: set[int] = set()
        for node in (*facts.kinds.get(ast.Subscript, ()), *facts.kinds.get(ast.Call, ())):
            named = module_text(node)
            if isinstance(named, ast.Constant) and isinstance(named.value, str):
                told.update(map(id, walk(node.value if isinstance(node, ast.Subscript) else node.func)))
                yield named.value.partition(":")[0]
        for compare in facts.kinds.get(ast.Compare, ()):
            told.update(map(id, compare.comparators))  # `"numpy" in sys.modules`
        for name in facts.kinds.get(ast.Name, ()):
            if name.id in self.loaders and id(name) not in told:
                yield _ANY
        for part in facts.kinds.get(ast.Attribute, ()):
            if part.attr in MODULE_GIVERS and id(part) not in told:
                chain = dotted_of(part)
                if chain is None or part.attr not in _TABLES or self.functions.canonical(chain) in LOADING:
                    yield _ANY

    def _handed(self, kinds: Mapping[type[ast.AST], Sequence[Any]]) -> Iterator[str]:
        """The dotted paths of modules and classes that stand as arguments and in displays."""
        for call in kinds.get(ast.Call, ()):
            values = [*call.args, *[k.value for k in call.keywords]]
            if values and (dotted_of(call.func) or ("",))[-1] not in _LOOKING:
                yield from self._paths(values)
        for display in (*kinds.get(ast.Tuple, ()), *kinds.get(ast.List, ()), *kinds.get(ast.Set, ())):
            yield from self._paths(display.elts)
        for display in kinds.get(ast.Dict, ()):
            yield from self._paths(display.values)
        for kind in (ast.Assign, ast.Return, ast.Yield):
            given = [part.value for part in kinds.get(kind, ())]
            yield from self._paths([value for value in given if isinstance(value, (ast.Name, ast.Attribute))])

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
            parts = walk(info.node) if info.node is not None else ()
            self.seen[info] = self._done(parts, info.local)
        return self.seen[info]

    def _done(self, parts: Sequence[ast.AST], local: Collection[str]) -> frozenset[str]:
        """What code does to what it is given; names of packages of its own notebook are none of that."""
        return _done_to_parameters(parts) | _done_to_others(parts, local, self.functions.imports)


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


def _done_to_others(parts: Iterable[ast.AST], local: Collection[str], imports: Collection[str]) -> frozenset[str]:
    """The words of states that code names of anything but an import, and `=` where it stores into that.

    `=name` is a store into what a name stands for, which may be no module.

    >>> def done(text):
    ...     return sorted(_done_to_others(walk(ast.parse(text)), (), {"random"}))
    >>> done("tools['draw'].seed(1)"), done("random.seed(1)"), done("c.lib.pi = 3"), done("c.pi = 3")
    (['seed'], [], ['='], ['=c'])
    """
    found: set[str] = set()
    for part in parts:
        if isinstance(part, ast.Attribute):
            stores = not isinstance(part.ctx, ast.Load)
            if (stores or part.attr in STATE_WORDS) and (dotted_of(part) or ("",))[0] not in imports:
                found |= {part.attr} & STATE_WORDS
                if stores:
                    name = getattr(part.value, "id", "")
                    found.add(f"{_STORE}{name}" if name and (name not in local or name in _ITSELF) else _STORE)
        elif isinstance(part, ast.Subscript) and not isinstance(part.ctx, ast.Load):
            called = part.value.func if isinstance(part.value, ast.Call) else part.value
            if getattr(called, "id", getattr(called, "attr", "")) in {"vars", "__dict__"}:
                found.add(_STORE)
        elif isinstance(part, ast.Call) and part.args and ".".join(dotted_of(part.func) or ("",)) in STORING_FUNCTIONS:
            name = getattr(part.args[0], "id", "")
            found |= {_STORE} if name not in _ITSELF and name not in imports else set()
    return frozenset(found)
