"""The tests of a step: made-up inputs, what the notebook's own cells give for them, and a test file over both.

A case is made in a process of the stage (`promote.verify.cases`); the text of the test file is `promote.render.tests`.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from platform_core.resource_types import FILES
from promote.dataflow.excerpt import cell_offsets
from promote.dataflow.loads import SDK
from promote.model import CodeCell, Fragment, Function, GeneratedFile, Plan
from promote.prepare import Prepared
from promote.project import Project
from promote.render.kinds import Kinds
from promote.render.tests import Case, render_tests, tests_path
from promote.resources import resource_classes
from promote.verify.stage import Observed, Stage
from promote.verify.tables import visible_files

_WORD = re.compile(r"\w+")
_DISPLAY = "from IPython.display import display"


@dataclass(frozen=True, slots=True)
class GeneratedTests:
    """The files of a step's tests: the test file first, then its data. `reason` says why there is no data.

    `mutants` says how many mistakes were made in the step's code and which its tests let pass; see
    `promote.verify.case_values.CaseAnswer`.
    """

    files: tuple[GeneratedFile, ...]
    reason: str = ""
    mutants: Mapping[str, Any] = field(default_factory=dict)

    @property
    def module(self) -> str:
        """The dotted name of the test file, as pytest reports it."""
        return self.files[0].path.removesuffix(".py").replace("/", ".")


def generate_tests(
    stage: Stage,
    project: Project,
    prepared: Prepared,
    plans: Sequence[Plan],
    kinds: Mapping[str, Kinds],
    observed: Observed,
    values: Mapping[str, str | int | float | bool],
) -> dict[str, GeneratedTests]:
    """Make the tests of steps of a notebook that was run on the stage, by tag.

    Args:
        stage: Where the notebook ran.
        project: The project.
        prepared: The notebook.
        plans: Its steps that are to have tests.
        kinds: The kinds of each step's frames, by tag.
        observed: What the run showed.
        values: Parameters that the run was given.
    """
    cells = {c.position: c for c in prepared.selection.cells}
    classes = resource_classes(project.root, plans)
    requests = [_request(stage, p, kinds[p.step.tag], cells, observed, values, classes) for p in plans]
    answers = stage.build_cases(requests)
    found: dict[str, GeneratedTests] = {}
    for plan, answer in zip(plans, answers, strict=True):
        case = Case.of(answer)
        text = render_tests(plan, project.package, case, kinds[plan.step.tag])
        paths = case.files if case.ok else ()
        data = [GeneratedFile.of(p, (stage.root / p).read_bytes(), plan.step.tag) for p in paths]
        test = GeneratedFile(tests_path(plan), text, plan.step.tag)
        found[plan.step.tag] = GeneratedTests((test, *data), case.reason, answer["mutants"])
    return found


def _request(
    stage: Stage,
    plan: Plan,
    kinds: Kinds,
    cells: Mapping[int, CodeCell],
    observed: Observed,
    values: Mapping[str, str | int | float | bool],
    classes: Mapping[str, str],
) -> dict[str, Any]:
    """What the making of one case needs to know; see `promote.verify.case_values.CaseRequest`."""
    options = plan.step.options
    parts = pieces(plan.function, plan, cells)
    return {
        "name": plan.step.name,
        "out": str(stage.root),
        "program": [part.text for part in parts],
        "places": [(part.cell, part.first) for part in parts],
        "spans": [part.spans for part in parts],
        "output": plan.function.output,
        "inputs": [
            {
                "parameter": given.parameter,
                "asset": given.asset,
                "kind": kinds.inputs[given.parameter],
                "path": str(_frame(stage, observed, given.asset, kinds.inputs[given.parameter])),
                "external": given.external,
            }
            for given in plan.function.inputs
        ],
        "preset": {p.name: values.get(p.name, _default(p.default)) for p in plan.function.parameters},
        "resources": {
            r.name: {"type": classes.get(r.name, FILES), **_recorded(stage.recordings / r.name, r.parameter)}
            for r in plan.function.resources
        },
        "ordered": plan.ordered,
        "tolerance": options.get("tolerance"),
        "disturbs": plan.function.disturbs,
        "checks": {
            "items": _plain(options.get("checks") or []),
            "key": _plain(options.get("key")),
            "schema": options.get("schema"),
        },
        "assertions": [
            {"name": check.name, "program": program(check, plan, cells, own=(position,))}
            for check, position in zip(plan.checks, plan.step.checks, strict=True)
        ],
    }


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the notebook's own source.

    Attributes:
        text: The source.
        cell: The cell that it stands in.
        first: Which line of that cell its first line is.
        spans: The lines of it, first and last, that the step's function has too.
    """

    text: str
    cell: int = 0
    first: int = 1
    spans: tuple[tuple[int, int], ...] = ()


def program(function: Function, plan: Plan, cells: Mapping[int, CodeCell], own: tuple[int, ...] = ()) -> list[str]:
    """Give the notebook's own source for a function, piece by piece in the notebook's order."""
    return [piece.text for piece in pieces(function, plan, cells, own)]


def pieces(function: Function, plan: Plan, cells: Mapping[int, CodeCell], own: tuple[int, ...] = ()) -> list[Piece]:
    """Give the pieces of the notebook's own source that make what a function gives, in the notebook's order.

    The step's cells stand as written, calls of `load_asset` and all, but for what they only show, which would be drawn
    for every candidate; around them stand the imports of the notebook that these use and the statements that the
    function was given besides.
    """
    whole = own or plan.step.cells
    found: dict[tuple[int, int], Piece] = {}
    kept = [*function.definitions, *function.body]
    for position in whole:
        spans = tuple(span for f in kept if f.cell == position and f.origin != "input" for span in _spans(f))
        kept_lines = {
            n for f in kept if f.cell == position for first, last in _lines(f) for n in range(first, last + 1)
        }
        found[position, 0] = Piece(_without_shown(cells[position].python, kept_lines), position, 1, spans)
    for fragment in kept:
        if fragment.cell not in whole:
            text = _original(fragment, cells)
            spans = () if fragment.origin == "input" else ((1, text.count("\n") + 1),)
            found[fragment.cell, fragment.first] = Piece(text, fragment.cell, fragment.first, spans)
    code = [found[key] for key in sorted(found)]
    imports = dict.fromkeys(_imports(c for c in cells.values() if c.position <= max(whole)))
    words = set(_WORD.findall("\n".join(piece.text for piece in code)))
    used = [Piece(text) for text in imports if _binds(text) & (words | {"*", "__future__"})]
    display = [Piece(_DISPLAY)] if any("display(" in piece.text for piece in code) else []
    return [*used, *display, *code]


def _lines(fragment: Fragment) -> list[tuple[int, int]]:
    """Give the lines that a fragment came from; those of an input are not all in its text."""
    return [(fragment.first, fragment.last)] if fragment.origin == "input" else _spans(fragment)


def _without_shown(source: str, kept: Collection[int]) -> str:
    """Give a cell with empty lines where a statement stood of which the step's function has nothing."""
    lines = source.split("\n")
    spans = [(node, range(node.lineno, (node.end_lineno or node.lineno) + 1)) for node in ast.parse(source).body]
    taken = Counter(n for _, span in spans for n in span)
    for node, span in spans:
        names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        plain = isinstance(node, (ast.Expr, ast.Assign)) and names.isdisjoint(SDK)
        if plain and all(n not in kept and taken[n] == 1 for n in span):
            for n in span:
                lines[n - 1] = ""
    return "\n".join(lines)


def _spans(fragment: Fragment) -> list[tuple[int, int]]:
    """Give the lines of a fragment that stayed: what only showed something was left out, and no test can miss it."""
    if not fragment.at:
        return [(fragment.first, fragment.first + fragment.text.count("\n"))]
    return [(line, line) for line in fragment.at]


def _binds(text: str) -> set[str]:
    """Give the names that an import binds, and `*` where it binds all of a module."""
    node = ast.parse(text.strip()).body[0]
    assert isinstance(node, ast.Import | ast.ImportFrom)  # noqa: S101 -- _imports gives no others
    names = {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    return names | ({"__future__"} if isinstance(node, ast.ImportFrom) and node.module == "__future__" else set())


def _original(fragment: Fragment, cells: Mapping[int, CodeCell]) -> str:
    if fragment.origin == "input":
        return fragment.text
    return "\n".join(cells[fragment.cell].python.split("\n")[fragment.first - 1 : fragment.last])


def _imports(cells: Iterable[CodeCell]) -> Iterable[str]:
    """The top-level imports of cells; a cell that does not parse has none."""
    for cell in cells:
        try:
            body = ast.parse(cell.python).body
        except (SyntaxError, ValueError):
            continue
        for node in body:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                start, end = cell_offsets(cell.python, node)  # another statement may stand on its line
                yield cell.python[start:end]


def _frame(stage: Stage, observed: Observed, asset: str, kind: str) -> Path:
    """The file with the frame that an input had: captured in the notebook, or read from the scratch lake."""
    if asset in observed.captures:
        return observed.captures[asset].path
    from platform_core.lake import Lake  # noqa: PLC0415 - only where a run was made
    from promote.verify.frames import write_captured  # noqa: PLC0415 - as above

    frame = Lake(stage.lake).read(asset, "pandas" if kind == "pandas" else "polars")
    return write_captured(frame, stage.lake.parent / f"input-{asset}").path


def _recorded(folder: Path, parameter: str) -> dict[str, Any]:
    """The files that were read through a resource while the notebook ran."""
    files = sorted(visible_files(folder))
    return {"root": str(folder), "files": files, "parameter": parameter}


def _default(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except ValueError:  # arithmetic of literals, which is what a parameter may also be
        return eval(text, {"__builtins__": {}})  # noqa: S307 - literals only, as the plan has checked


def _plain(value: Any) -> Any:
    """Options as JSON has them."""
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, (list, tuple)) else value
