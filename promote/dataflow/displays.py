"""Which statements of a step only show something, so that the promoted function leaves them out.

`print` stays. A bare expression that changes nothing, `display(...)` and plots that nothing uses are dropped; whoever
drops them says so in a note.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from promote.dataflow.program import Program, Statement
from promote.heap.state import PREFIX
from promote.language.functions import Functions
from promote.language.showing import DISPLAY_METHODS, PLOTTING_MODULES, is_drawing
from promote.language.syntax import dotted_of, root_of
from promote.patterns import pattern
from promote.trees import statements as statements_below
from promote.trees import walk

_PURE_BUILTINS = frozenset(
    """len type dir id repr str int float bool min max sum sorted round abs any all isinstance help hex list tuple
    set""".split()
)

# A widget or a thing to show; `interact` is none, since it calls the function that it is given at once
_WIDGET = pattern(r"ipywidgets\.(?:widgets\.)?(?:[A-Z]\w*|interactive)$|IPython\.display\.(?:[A-Z]\w*|clear_output)$")
_PLOTTING = frozenset(("plot", "hist", "boxplot"))
_STYLING = frozenset(
    """set_properties set_caption set_table_styles set_table_attributes background_gradient text_gradient bar hide
    highlight_max highlight_min highlight_null highlight_between highlight_quantile format format_index""".split()
)
_GENERATORS = f"{PREFIX}the generator of "
_DRAWING = PLOTTING_MODULES | {"ipywidgets", "IPython"}
_QUIET_BUILTINS = frozenset("len type id repr str int float bool round abs isinstance".split())
_WITHOUT_BLOCKS = frozenset(
    (
        ast.Assign,
        ast.AugAssign,
        ast.AnnAssign,
        ast.Expr,
        ast.Import,
        ast.ImportFrom,
        ast.Assert,
        ast.Delete,
    )
)
_CONSUMING = frozenset("sample fetchone fetchall fetchdf fetch apply map applymap pipe transform agg aggregate".split())


def dropped(statements: Sequence[Statement], functions: Functions, wanted: Sequence[str]) -> set[int]:
    """Give the indices of the statements of one step that only show something; `wanted` are names it gives."""
    shown = {
        s.index
        for s in statements
        if isinstance(s.node, ast.Expr)
        and not (s.changes or s.effects.touched or s.writes)
        and _only_shows(s.node.value, functions)
    }
    return shown | _plots([s for s in statements if s.index not in shown], functions, wanted)


def idle_draws(program: Program, own: Sequence[Statement]) -> set[int]:
    """Give the indices of a step's statements that show a sample, where nothing of the step draws after them.

    A sample moves the generator on, and what draws afterwards gets other numbers. Where no statement of the notebook
    asks the generator between such a display and the step's end but to show something too, none of the step's does.
    """
    found = {s.index for s in own if _draws_to_show(s, program.functions)}
    for index in sorted(found):
        states = program.statements[index].changes.keys()
        for later in program.statements[index + 1 : own[-1].index + 1]:
            asked = {*later.reads, *later.effects.late, *(name for names in later.late.values() for name in names)}
            if not states.isdisjoint(asked) and not _draws_to_show(later, program.functions):
                found.discard(index)
                break
    return found


def _draws_to_show(statement: Statement, functions: Functions) -> bool:
    changed, node = statement.changes, statement.node
    return (
        bool(changed)
        and isinstance(node, ast.Expr)
        and all(name.startswith(_GENERATORS) for name in changed)
        and not (statement.effects.touched or statement.writes)
        and _only_shows(node.value, functions)
    )


def is_display_call(node: ast.expr, functions: Functions) -> bool:
    """Whether an expression is a call of IPython's `display`."""
    if not isinstance(node, ast.Call):
        return False
    path = dotted_of(node.func)
    if path is None or functions.infos(path[0]) or path[0] in functions.variables:
        return False
    return functions.canonical(path) in {"display", "IPython.display.display"}


def inner_displays(node: ast.stmt, functions: Functions) -> list[tuple[ast.Expr, bool]]:
    """Give the displays within a block or function that can be left out, each with whether its block holds no more."""
    found: list[tuple[ast.Expr, bool]] = []
    if node.__class__ in _WITHOUT_BLOCKS:
        return found
    for part in (node, *statements_below(node)):
        for block in (getattr(part, name, None) for name in ("body", "orelse", "finalbody")):
            if isinstance(block, list):
                shown = [inner for inner in block if _can_go(inner, functions)]
                found += [(inner, len(shown) == len(block)) for inner in shown]
    return found


def _can_go(node: ast.stmt, functions: Functions) -> bool:
    return (
        isinstance(node, ast.Expr)
        and is_display_call(node.value, functions)
        and all(is_quiet(part, functions) for part in walk(node.value) if part is not node.value)
    )


def shows_only(node: ast.stmt, functions: Functions) -> bool:
    """Whether `display`, where a statement or a function of the notebook uses it, can be left out everywhere."""
    for place in [node, *(info.node for info in functions.lambdas.values() if "display" in info.free)]:
        if isinstance(place, ast.stmt):
            named = sum(isinstance(n, ast.Name) and n.id == "display" for n in ast.walk(place))
            if named != len(inner_displays(place, functions)):
                return False
    return True


def is_quiet(node: ast.AST, functions: Functions) -> bool:
    """Whether evaluating a part of an expression surely changes nothing."""
    if isinstance(node, (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom, ast.Lambda, ast.GeneratorExp)):
        return False
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute):
            return node.func.attr in DISPLAY_METHODS - _CONSUMING
        return isinstance(node.func, ast.Name) and node.func.id in _QUIET_BUILTINS - functions.by_name.keys()
    return True


def _only_shows(node: ast.expr, functions: Functions) -> bool:
    if is_display_call(node, functions):
        return True
    if isinstance(node, ast.Call):
        path = dotted_of(node.func)
        if path and functions.imports.get(path[0], "").startswith("ipywidgets"):
            from promote.dataflow.watched import only_controls  # noqa: PLC0415 - few notebooks have controls

            return only_controls(node, functions)
        if isinstance(node.func, ast.Name):
            return node.func.id in _PURE_BUILTINS and not functions.infos(node.func.id)
        attribute = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        return (attribute in DISPLAY_METHODS or _styles(node)) and not functions.methods(attribute)
    return isinstance(
        node,
        ast.Name
        | ast.Attribute
        | ast.Subscript
        | ast.Constant
        | ast.JoinedStr
        | ast.Tuple
        | ast.List
        | ast.Dict
        | ast.Set
        | ast.Compare
        | ast.BinOp
        | ast.UnaryOp
        | ast.BoolOp
        | ast.Lambda,
    ) and not any(isinstance(n, (ast.Call, ast.NamedExpr, ast.Await)) for n in ast.walk(node))


def _styles(node: ast.Call) -> bool:
    """Whether a call sets how a frame is shown: methods of pandas' `frame.style`, which each frame makes anew."""
    while isinstance(node.func, ast.Attribute) and node.func.attr in _STYLING:
        below = node.func.value
        if isinstance(below, ast.Attribute):
            return below.attr == "style"
        if not isinstance(below, ast.Call):
            return False
        node = below
    return False


def _plots(statements: Sequence[Statement], functions: Functions, wanted: Sequence[str]) -> set[int]:
    """Statements that only draw: calls of plotting modules, and of names that such calls alone have bound."""
    drawn: set[str] = set()
    found: set[int] = set()
    if not _may_plot(statements, functions):
        return found
    for s in statements:
        if _draws(s, drawn, functions):
            found.add(s.index)
            drawn |= s.binds
    while True:  # what a kept statement reads must stay
        kept = [s for s in statements if s.index not in found]
        needed = {*wanted, *(name for s in kept for name in (*s.reads, *s.effects.late))}
        needed |= {name for s in kept for names in s.late.values() for name in names}
        back = {s.index for s in statements if s.index in found and s.binds & needed}
        if not back:
            return found
        found -= back
        bound = {name for s in statements if s.index in found for name in s.binds}
        found = {i for i in found if any(s.index == i and _draws(s, bound, functions) for s in statements)}


def _may_plot(statements: Sequence[Statement], functions: Functions) -> bool:
    """Whether anything of some statements can begin a drawing: an import that draws, or a method of such a name."""
    drawing = any(path.split(".", 1)[0] in _DRAWING for path in functions.imports.values())
    return drawing or any(not _PLOTTING.isdisjoint(s.facts.attributes) for s in statements)


def _draws(statement: Statement, drawn: set[str], functions: Functions) -> bool:
    node = statement.node
    if not isinstance(node, (ast.Expr, ast.Assign)) or statement.writes:
        return False
    if not statement.changes.keys() <= drawn | statement.binds:
        return False  # it changes more than a figure
    if isinstance(node, ast.Assign):
        targets_are_names = all(isinstance(n, (ast.Name, ast.Tuple, ast.List)) for n in node.targets)
        roots = [root_of(t) for t in node.targets]
        on_figures = all(r is not None and r[0] in drawn for r in roots)
        if not targets_are_names and not on_figures:
            return False
    return _draws_value(node.value, drawn, functions)


def _draws_value(value: ast.expr, drawn: set[str], functions: Functions) -> bool:
    while isinstance(value, (ast.Attribute, ast.Subscript, ast.Call)):
        if isinstance(value, ast.Call) and (path := dotted_of(value.func)):
            name = functions.canonical(path)
            if path[0] in functions.imports and (is_drawing(name) or _WIDGET.match(name)):
                return True
            if path[-1] in _PLOTTING and len(path) > 1 and not functions.methods(path[-1]):
                return True
            if len(path) > 2 and path[-2] in {"plot", "hist"} and not functions.methods(path[-2]):
                return True
        value = value.func if isinstance(value, ast.Call) else value.value
    return isinstance(value, ast.Name) and value.id in drawn
