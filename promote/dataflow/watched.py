"""What serves only those who watch a notebook run: progress bars, and controls for a function's parameters.

`for row in tqdm(rows)` is promoted as `for row in rows`, and a function under `@interact` without it. Nothing is taken
out where it may do more: where a bar has a name, where a control would call a function that changes something.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from platform_core.values import dataclass
from promote.dataflow.displays import is_quiet
from promote.dataflow.excerpt import Edit, cell_offsets
from promote.dataflow.program import Program, Statement
from promote.language.functions import Functions
from promote.language.syntax import dotted_of
from promote.trees import below, walk

_MODULES = ("tqdm", "tqdm.auto", "tqdm.autonotebook", "tqdm.notebook", "tqdm.std")
_BARS = frozenset((*(f"{module}.tqdm" for module in _MODULES), "tqdm.tqdm_notebook"))
_RANGES = frozenset((*(f"{module}.trange" for module in _MODULES), "tqdm.tnrange"))
_CONTROLS = frozenset(
    f"ipywidgets{part}.{name}" for part in ("", ".widgets") for name in ("interact", "interact_manual")
)
_TAKERS = frozenset(("enumerate", "zip", "list", "set", "frozenset", "sorted", "sum", "any", "all"))
_BRACKETED = (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_PLAIN = (*_BRACKETED, ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant)
_WRITING = frozenset("open write write_text write_bytes mkdir unlink savefig dump".split())  # noqa: SIM905 - words read best as text


@dataclass(frozen=True, slots=True)
class Trimmed:
    """What is left out of a statement: the edits of its cell, the ids of the nodes that go, and what to say of it."""

    edits: tuple[Edit, ...]
    gone: frozenset[int]
    said: str


def trimmed(program: Program, statement: Statement, source: str) -> list[Trimmed]:
    """Give what is left out of a statement of the cell with this source."""
    found = list(_bars(program, statement, source))
    node = statement.node
    if isinstance(node, ast.FunctionDef) and not (statement.changes or statement.writes):
        found += [
            _without(one, source)
            for one in node.decorator_list
            if _canonical(one.func if isinstance(one, ast.Call) else one, program.functions) in _CONTROLS
            and _may_go(program, node.name)
        ]
    return found


def only_controls(call: ast.Call, functions: Functions) -> bool:
    """Whether a call that changes nothing makes controls for a function of the notebook: `interact(show, n=(1, 9))`."""
    first = call.args[0] if call.args else None
    return (
        isinstance(first, ast.Name)
        and _canonical(call.func, functions) in _CONTROLS
        and bool(functions.infos(first.id))
        and not _writes(functions, first.id)
    )


def _may_go(program: Program, name: str) -> bool:
    """Whether nobody asks for the widget that the decorator leaves on the function, which writes nothing."""
    asked = any("widget" in s.facts.attributes for s in program.statements)
    return not asked and not _writes(program.functions, name)


def _writes(functions: Functions, name: str) -> bool:
    paths = (used.path[-1] for info in functions.infos(name) for used in info.dotted)
    return any(word in _WRITING or word.startswith(("to_", "write_", "sink_")) for word in paths)


def _without(decorator: ast.expr, source: str) -> Trimmed:
    start, end = cell_offsets(source, decorator)
    first, last = source.rfind("\n", 0, start) + 1, source.find("\n", end) + 1
    gone = frozenset(map(id, walk(decorator)))
    return Trimmed((Edit(first, last, ""),), gone, "`@interact` is left out: it only makes controls for the function.")


def _bars(program: Program, statement: Statement, source: str) -> Iterator[Trimmed]:
    functions = program.functions
    calls = [
        (call, path)
        for call in statement.facts.kinds.get(ast.Call, ())
        if (path := _canonical(call.func, functions)) in _BARS or path in _RANGES
    ]
    if not calls or ast.JoinedStr in statement.facts.kinds:  # whose parts have no true places before Python 3.12
        return
    own = {part.arg for part in walk(statement.node) if isinstance(part, ast.arg)}
    above = {id(child): parent for parent in walk(statement.node) for child in below(parent)}
    for call, path in calls:
        name = (dotted_of(call.func) or ("",))[0]
        if own.isdisjoint((name, "range")) and _is_gone_through(call, above, program) and _says_little(call, functions):
            made = _unwrapped(call, source) if path in _BARS else _ranged(call, source, program)
            if made is not None:
                yield made


def _says_little(call: ast.Call, functions: Functions) -> bool:
    """Whether the arguments that only say how a bar looks surely do no more when they are evaluated."""
    if not call.args or any(k.arg in (None, "iterable", "file", "gui") for k in call.keywords):
        return False
    return all(is_quiet(part, functions) for k in call.keywords for part in walk(k.value))


def _canonical(node: ast.expr, functions: Functions) -> str:
    """Give the path of an imported name that is bound to nothing else; empty where there is none."""
    path = dotted_of(node)
    if path is None or path[0] not in functions.imports or path[0] in functions.others:
        return ""
    if path[0] in functions.variables or functions.infos(path[0]):
        return ""
    return functions.canonical(path)


def _is_gone_through(call: ast.Call, above: Mapping[int, ast.AST], program: Program) -> bool:
    """Whether all that is done with a bar is to go through it once."""
    parent = above.get(id(call))
    if isinstance(parent, (ast.For, ast.comprehension)):
        return parent.iter is call
    taker = parent.func.id if isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name) else ""
    return taker in _TAKERS and not program.touches.get(taker)


def _unwrapped(call: ast.Call, source: str) -> Trimmed | None:
    kept = call.args[0]
    if isinstance(kept, ast.Starred) or not all(isinstance(one, ast.Constant) for one in call.args[1:]):
        return None
    (start, end), (first, last) = cell_offsets(source, call), cell_offsets(source, kept)
    inner = source[first:last]
    bare = isinstance(kept, _BRACKETED) or (isinstance(kept, _PLAIN) and "\n" not in inner)
    text = inner if bare else f"({inner})"
    if not _reads_as(text, kept) or _holds_comment(call, source, (first, last)):
        return None
    before, behind = ("", "") if bare else ("(", ")")
    kept_ids = set(map(id, walk(kept)))
    gone = frozenset(id(part) for part in walk(call) if id(part) not in kept_ids)
    said = "The progress bar is left out; what it goes through stays."
    return Trimmed((Edit(start, first, before), Edit(last, end, behind)), gone, said)


def _ranged(call: ast.Call, source: str, program: Program) -> Trimmed | None:
    (start, end), (_, named) = cell_offsets(source, call), cell_offsets(source, call.func)
    last = max(cell_offsets(source, one)[1] for one in call.args)
    cut = Edit(last, end - 1, "")
    made = ast.Call(ast.Name("range", ast.Load()), call.args, [])
    text = f"range{source[named:last]})"
    if program.touches.get("range") or not _reads_as(text, made) or _holds_comment(call, source, (named, last)):
        return None
    gone = frozenset(id(part) for one in (call.func, *call.keywords) for part in walk(one))
    edits = (Edit(start, named, "range"), *([cut] if call.keywords else ()))
    return Trimmed(edits, gone, "The progress bar is left out; `range` stays.")


def _reads_as(text: str, node: ast.expr) -> bool:
    """Whether a text is an expression that stands at a node, so that the node's place is true."""
    try:
        return ast.dump(ast.parse(text.strip(), mode="eval").body) == ast.dump(node)
    except SyntaxError:
        return False


def _holds_comment(call: ast.Call, source: str, kept: tuple[int, int]) -> bool:
    """Whether a comment stands in a call, beside what is kept and its other arguments."""
    start, end = cell_offsets(source, call)
    spans = [kept, *(cell_offsets(source, one) for one in (*call.args, *(k.value for k in call.keywords)))]
    return any(source[at] == "#" and not any(first <= at < last for first, last in spans) for at in range(start, end))
