"""One look at a statement: its calls, loops and comprehensions, for those who judge what code does rather than names.

`outside` and `advice` both ask about calls and loops. The tree of a statement is walked once for both, however many
steps need the statement.
"""

from __future__ import annotations

import ast
from functools import cached_property

from platform_core.hints import Any
from platform_core.values import dataclass, field
from promote.dataflow.program import Program, Statement
from promote.language.facts import Facts
from promote.language.functions import Functions
from promote.language.syntax import dotted_of
from promote.outside.outside_names import FILE_TIMES
from promote.trees import below

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_FUNCTIONS = frozenset((ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
_LOOPS = frozenset((ast.For, ast.AsyncFor, ast.While))
_LEAVES = frozenset((ast.Name, ast.Constant, ast.alias))
_TOLD_ATTRIBUTES = FILE_TIMES.union(
    ("environ", "argv", "stdin", "tzname", "timezone", "altzone"),
    ("executable", "prefix", "base_prefix", "platform", "version"),
)
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Loop = ast.For | ast.AsyncFor | ast.While


@dataclass(slots=True, eq=False)
class SeenCall:
    """A call, its canonical dotted path (empty where it is called on another expression), and where it stands.

    `loop` is the innermost `for` or `while` around it; `function` the name of the innermost function around it.
    """

    node: ast.Call
    path: str
    method: str
    loop: Loop | None
    function: str

    def keyword(self, *names: str) -> ast.expr | None:
        """Give the value of the first keyword that is one of `names`; None where there is none, or it says None."""
        for given in self.node.keywords:
            if given.arg in names and not (isinstance(given.value, ast.Constant) and given.value.value is None):
                return given.value
        return None

    def argument(self, *names: str) -> ast.expr | None:
        """Give the first argument, by place or by one of its names."""
        if self.node.args and not isinstance(self.node.args[0], ast.Starred):
            return self.node.args[0]
        return self.keyword(*names)

    @property
    def words(self) -> str:
        """The first argument in small letters where it is a plain text, else empty."""
        first = self.node.args[0] if self.node.args else None
        return first.value.lower() if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


@dataclass(slots=True)
class Sightings:
    """What one walk over a statement saw, in no order."""

    calls: list[SeenCall] = field(default_factory=list)
    loops: list[Loop] = field(default_factory=list)
    comprehensions: list[Comprehension] = field(default_factory=list)
    attributes: list[tuple[str, ast.Attribute]] = field(default_factory=list)  # canonical path, node
    inward: bool | None = None  # whether `outside` has nothing to tell of it, once that was asked

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing to see."""
        return not (self.calls or self.loops or self.comprehensions or self.attributes)


def sightings(node: ast.AST, functions: Functions) -> Sightings:
    r"""Walk a statement once.

    >>> from promote.model import CodeCell, Role
    >>> from promote.dataflow.program import build
    >>> text = "import pandas as pd\nfor f in files:\n    x = pd.concat([x, f])"
    >>> program = build([CodeCell(1, Role("explore"), text)])
    >>> found = sightings(program.statements[1].node, program.functions)
    >>> found.calls[0].path, found.calls[0].loop is found.loops[0]
    ('pandas.concat', True)
    """
    seen = Sightings()
    stack: list[tuple[Any, Loop | None, str]] = [(node, None, "")]
    while stack:
        current, loop, function = stack.pop()
        kind = current.__class__
        if kind is ast.Call:
            seen.calls.append(_call(current, loop, function, functions))
        elif kind in _LEAVES:
            continue
        elif kind is ast.Attribute:
            if current.attr in _TOLD_ATTRIBUTES:
                path = dotted_of(current) or ("", current.attr)
                seen.attributes.append((functions.canonical(path), current))
            stack.append((current.value, loop, function))
            continue
        elif kind in _LOOPS:
            seen.loops.append(current)
            head = current.test if kind is ast.While else current.iter
            stack.append((head, loop, function))
            stack += [(child, current, function) for child in (*current.body, *current.orelse)]
            continue
        elif kind in _COMPREHENSIONS:
            seen.comprehensions.append(current)
        elif kind in _FUNCTIONS:
            loop, function = None, getattr(current, "name", "") or function
        stack += [(child, loop, function) for child in below(current)]
    return seen


def _call(node: ast.Call, loop: Loop | None, function: str, functions: Functions) -> SeenCall:
    path = dotted_of(node.func)
    method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    return SeenCall(node, functions.canonical(path) if path else "", method, loop, function)


def _of_kinds(facts: Facts, functions: Functions) -> Sightings:
    """Give the sightings of a statement without loops and functions, of which its nodes by class tell as much."""
    kinds = facts.kinds
    told = kinds.get(ast.Attribute, ()) if not _TOLD_ATTRIBUTES.isdisjoint(facts.attributes) else ()
    return Sightings(
        [_call(node, None, "", functions) for node in kinds.get(ast.Call, ())],
        [],
        [node for kind in _COMPREHENSIONS for node in kinds.get(kind, ())],
        [(functions.canonical(dotted_of(n) or ("", n.attr)), n) for n in told if n.attr in _TOLD_ATTRIBUTES],
    )


_NESTING = _LOOPS | _FUNCTIONS  # where none stands, nothing hangs on what is around
_TOLD = frozenset((ast.Call, ast.Attribute, *_COMPREHENSIONS)) | _LOOPS  # where none stands, nothing is seen
_NOTHING = Sightings()


class Looker:
    """Remembers what was seen in each statement of one notebook."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._seen: dict[int, Sightings] = {}

    @cached_property
    def packages(self) -> frozenset[str]:
        """The packages that the notebook imports."""
        return frozenset(path.split(".", 1)[0] for path in self.program.functions.imports.values())

    def at(self, statement: Statement) -> Sightings:
        """Give the sightings of a statement, walked on the first question."""
        found = self._seen.get(statement.index)
        if found is None:
            found = self._seen[statement.index] = self._looked_at(statement)
        return found

    def _looked_at(self, statement: Statement) -> Sightings:
        """See a statement: one of a cell that was seen before, with the same imports, is not walked again."""
        facts, functions = statement.facts, self.program.functions
        if _TOLD.isdisjoint(facts.kinds):
            return _NOTHING
        by = {name: functions.imports[name] for name in facts.names if name in functions.imports}
        if facts.seen is None or facts.seen[0] != by:
            flat = _NESTING.isdisjoint(facts.kinds)
            facts.seen = by, _of_kinds(facts, functions) if flat else sightings(statement.node, functions)
        found: Sightings = facts.seen[1]
        return found

    def value_of(self, name: str, before: int) -> ast.expr | None:
        """Give the expression that a name surely has just before statement `before`, where one assignment gives it."""
        reaching = self.program.reaching(name, before)
        if len(reaching) != 1:
            return None
        node = reaching[0].node
        if isinstance(node, ast.Assign) and all(isinstance(t, ast.Name) for t in node.targets):
            return node.value
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            return node.value
        return None
