"""What the statements of a step hold that means something else in a function, or that a function cannot hold."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence

from promote.dataflow.global_names import kept
from promote.dataflow.out_of_sight import is_in_sight, out_of_sight
from promote.dataflow.own_places import own_place, tells_no_place
from promote.dataflow.placed_modules import placed_modules
from promote.dataflow.program import Program, Statement
from promote.dataflow.refusals import Context, Refusals
from promote.language.syntax import use_of
from promote.language.uses import Use

_UNSURE = {
    "raises-exception": "it may stop at any line, and the notebook goes on",
    "skip-execution": "Jupyter runs it, papermill does not",
}  # tags of other tools
_SHOWING = ("__repr__", "__str__", "_repr_", "_ipython_")


def tell_bodies(say: Refusals, included: Sequence[Statement]) -> None:
    """Tell what statements hold that means something else in a function, or cannot be followed."""
    for name, statement, message in placed_modules(say.program, included):
        hint = "Put the module into the project's package under src, and import it from there."
        say.say("PR319", name, message, statement, Use(statement.first, 1), hint)
    told = [statement for statement in included if not _is_plain(say.context, statement)]
    if not told:
        return
    for statement, message, hint in out_of_sight(say.program, included, told):
        say.say("PR319", message, message, statement, Use(statement.first, 1), hint)
    local = kept(included)
    recorded = any("catch_warnings" in s.facts.attributes or "catch_warnings" in s.facts.names for s in included)
    for statement in told:
        _body(say, statement, local, recorded=recorded)


def _is_plain(context: Context, statement: Statement) -> bool:
    """Whether nothing is to be told of a statement, whichever step takes it; it is looked at once."""
    found = context.plain.get(statement.index)
    if found is None:
        tags = context.notebook.cells[statement.cell - 1].tags
        found = context.plain[statement.index] = _means_the_same(statement, tags)
    return found


def _means_the_same(statement: Statement, tags: Collection[str]) -> bool:
    effects, kinds = statement.effects, statement.facts.kinds
    if effects.dynamic or effects.global_writes or effects.awaits or len(kinds.get(ast.Tuple, ())) > 1:
        return False
    if ast.AnnAssign in kinds and (statement.writes or ast.NamedExpr in kinds):
        return False
    if ast.ImportFrom in kinds and not isinstance(statement.node, ast.ImportFrom):
        return False
    if any(load.problem for load in statement.loads) or not _UNSURE.keys().isdisjoint(tags):
        return False
    return is_in_sight(statement) and tells_no_place(statement.facts)


def _body(say: Refusals, statement: Statement, local: Collection[str], *, recorded: bool) -> None:
    """Tell what one statement holds that a function cannot."""
    effects = statement.effects
    for tag in _UNSURE.keys() & {*say.context.notebook.cells[statement.cell - 1].tags}:
        message = f"Cell {statement.cell} is tagged {tag}: {_UNSURE[tag]}."
        hint = "Take that tag off, or move what the step needs to another cell."
        say.say("PR311", f"{tag} {statement.cell}", message, statement, Use(statement.first, 1), hint)
    for name, use in effects.dynamic.items():
        if not say.program.bindings(name):
            message = f"`{name}` reads or makes names at run time, which cannot be followed."
            say.say("PR308", name, message, statement, use, "Use a dictionary, or name the variables.")
    for name, use in effects.global_writes.items():
        if name in local or any(told == name for _, told in say.told):
            continue
        message = f"`global {name}` binds a name outside the function, which a promoted function cannot keep."
        say.say("PR312", name, message, statement, use, "Bind the name in the notebook first, or return the value.")
    if statement.changes or statement.writes or ast.NamedExpr in statement.facts.kinds:
        _changing(say, statement)
    if not isinstance(statement.node, ast.ImportFrom):
        _stars_within(say, statement)
    if len(statement.facts.kinds.get(ast.Tuple, ())) > 1:
        _twice(say, statement)
    place = own_place(statement.facts, say.program.functions, recorded=recorded)
    if place is not None:
        name = ast.unparse(place)
        message = f"`{name}` tells where code stands, and in a module that is elsewhere."
        hint = "Use __name__, or write the text that is meant."
        say.say("PR314", name, message, statement, use_of(place), hint)
    if effects.awaits is not None:
        message = "`await` at the top of a cell works in IPython only."
        hint = "Run it in a thread: ThreadPoolExecutor(1).submit(asyncio.run, main()).result() works in both."
        say.say("PR314", "await", message, statement, effects.awaits, hint)
    for load in (one for one in statement.loads if one.problem):
        message = f"This {load.what} cannot be followed: {load.problem}."
        hint = f'Write {load.what}("NAME") with literal arguments.'
        say.say("PR316", load.name or load.what, message, statement, load.use, hint)


def _twice(say: Refusals, statement: Statement) -> None:
    """Tell a name that one assignment stores twice, which not every Python does in order within a function."""
    from promote.language.cell_only import stored_twice  # noqa: PLC0415 - few statements do

    name = stored_twice(statement.node)
    if name is not None:
        message = f"One assignment stores `{name.id}` twice, in a function of Python 3.11.2 in another order."
        say.say("PR314", name.id, message, statement, use_of(name), "Give one of the two another name.")


def _stars_within(say: Refusals, statement: Statement) -> None:
    """Tell a star import within a block: Python has it at the top of a module alone, where the block does not stand."""
    for star in (one for one in statement.facts.kinds.get(ast.ImportFrom, ()) if one.names[0].name == "*"):
        from promote.language.star_imports import star_source  # noqa: PLC0415 - few notebooks have one

        source = star_source(star)
        message = f"The star import from {source} stands in a block, which a function cannot hold."
        hint = f"Import what is used by name: from {source} import …."
        say.say("PR309", source, message, statement, use_of(star), hint)


def _changing(say: Refusals, statement: Statement) -> None:
    """Tell what changes something where only a notebook's cell runs it."""
    from promote.language.cell_only import annotation_that_runs, shown  # noqa: PLC0415 - few statements do

    annotated = annotation_that_runs(statement.node)
    changed = min(statement.changes or statement.writes or statement.effects.touched).removeprefix("~")
    if annotated is not None:
        message = f"The annotation may change {changed} when it is evaluated, which a function's is not."
        say.say("PR314", changed, message, statement, use_of(annotated), "Run that code in a line of its own.")
    value = shown(statement.node) if _ends_cell(say, statement) else None
    if value is not None and (getattr(value, "id", "") in statement.changes or _shows_with_effect(say.program)):
        message = f"Showing `{ast.unparse(value)}` may change `{changed}`, and only IPython shows what a line gives."
        hint = "Write print(…) around it, or leave the line out of the step."
        say.say("PR314", changed, message, statement, use_of(value), hint)


def _ends_cell(say: Refusals, statement: Statement) -> bool:
    """Whether a statement is its cell's last, which alone IPython shows where nobody told it to show others."""
    last = say.program.by_cell[statement.cell][-1]
    return statement is last or any("ast_node_interactivity" in c.source for c in say.context.notebook.cells)


def _shows_with_effect(program: Program) -> bool:
    """Whether a class has a method by which IPython shows an instance and that changes something."""
    from promote.language.cell_only import changes_when_shown  # noqa: PLC0415 - few statements are asked

    every = (cls.methods for group in program.functions.classes.values() for cls in group)
    named = (info for methods in every for name, info in methods.items() if name.startswith(_SHOWING))
    return any(changes_when_shown(info.node) for info in named)
