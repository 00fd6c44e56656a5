"""Which variable a step gives."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from platform_core.values import dataclass
from promote.dataflow.program import Program, is_state
from promote.model import Finding, Notebook, Step
from promote.trees import TYPE_ALIASES


@dataclass(frozen=True, slots=True)
class Output:
    """What a step gives: the variable, and the indices of the step's first and last statement."""

    step: Step
    variable: str
    first: int
    last: int


def output_of(step: Step, program: Program, notebook: Notebook) -> Output | Finding | None:
    """Tell which variable a step gives: as `output:` says, or its own name, or its last cell; or why nobody can tell.

    In the last cell it is the one variable that it binds or changes and that may hold a frame, or the one that it
    binds. None for a step without a statement: where its cells are empty or cannot be read, that was told.
    """
    own = program.of_cells(step.cells)
    if not own:
        return None
    bound = {n for s in own for n in s.binds | s.effects.maybe} | {n for s in own for n in s.changes if not is_state(n)}
    named = step.options.get("output")
    if named is not None:
        if named in bound:
            return Output(step, named, own[0].index, own[-1].index)
        return Finding(
            "PR310",
            "error",
            f"`output: {named}` names a variable that {step.tag} does not bind.",
            notebook.at(step.cells[-1], 1, tag=step.tag),
            f"The step binds {_listed(bound)}.",
        )
    if step.name in bound:
        return Output(step, step.name, own[0].index, own[-1].index)
    last = [s for s in own if s.cell == own[-1].cell]
    defining = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, *TYPE_ALIASES)
    names = {n for s in last if not isinstance(s.node, defining) for n in s.binds}
    from promote.dataflow.holding import frames_of  # noqa: PLC0415 - most steps give the variable of their name

    frames = frames_of(own, program, own[-1].cell)
    if 1 in (len(frames), len(names)):
        return Output(step, frames[0] if len(frames) == 1 else names.pop(), own[0].index, own[-1].index)
    from promote.dataflow.offers import named_output  # noqa: PLC0415 - only where something is refused

    said = f"its last cell binds {_listed(names)}" if names else "its last cell binds no variable"
    likely = frames[-1] if frames else None
    return Finding(
        "PR310",
        "error",
        f"It cannot be told which variable {step.tag} gives: {said}.",
        notebook.at(step.cells[-1], 1, tag=step.tag),
        f"Call the result `{step.name}`, or write `#| output: {likely or 'VARIABLE'}` at the top of the step.",
        named_output(notebook, step.cells[0], likely) if likely else None,
    )


def _listed(names: Iterable[str]) -> str:
    shown = [f"`{n}`" for n in sorted(names)]
    return ", ".join(shown) if shown else "none"
