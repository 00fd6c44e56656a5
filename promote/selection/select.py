"""Select what was tagged: every code cell gets its role, and the cells of one tag form a step.

The result says everything that data flow needs of a notebook; what is wrong with tags and options is told in its
findings, all at once.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from platform_core.values import dataclass, replace
from promote.findings import order
from promote.ipython.translate import Translated, translate
from promote.model import Cell, CodeCell, Finding, Location, Notebook, Options, Role, Selection, Step
from promote.selection.options import read_options, stray_options
from promote.selection.tags import name_problem, role_of, shown
from promote.trees import TYPE_ALIASES, parse
from promote.vocabulary import nearest

_EXPLORE = Role("explore")
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, *TYPE_ALIASES)


@dataclass(frozen=True, slots=True)
class _Read:
    """A code cell with what was read from it."""

    cell: Cell
    role: Role
    translated: Translated


def select(notebook: Notebook) -> Selection:
    """Give the roles of a notebook's code cells and its steps, with all that is wrong with them."""
    cells, findings = _cells(notebook)
    members = _members(notebook, cells, findings)
    by_name: dict[str, list[_Read]] = {}
    for item in cells:
        by_name.setdefault(item.role.name, []).append(item)
    steps = tuple(_step(notebook, name, group, by_name[name], findings) for name, group in members.items())
    findings += _dangling(notebook, cells, members)
    findings += _others(notebook, cells)
    findings += notebook.told
    if not steps and not any(finding.severity == "error" for finding in findings):
        hint = "Tag the cells worth keeping, such as silver:NAME."
        message = "Nothing to promote: no cell has a layer's tag."
        findings.append(Finding("PR213", "note", message, Location(notebook.path), hint))
    code = tuple(
        CodeCell(item.cell.position, item.role, item.translated.python, item.translated.dropped) for item in cells
    )
    return Selection(notebook, code, steps, tuple(sorted(findings, key=order)))


def names(notebook: Notebook) -> tuple[tuple[str, str, int], ...]:
    """Give layer, name and first cell of every step, and nothing else: the quick way to look at other notebooks."""
    found: dict[tuple[str, str], int] = {}
    for cell in notebook.cells:
        if cell.kind == "code" and cell.tags:
            role, _ = role_of(notebook, cell)
            if role is not None and role.kind == "step":
                name = role.name or _bare_name(translate(notebook, cell.position, step=True))[0]
                if name:
                    found.setdefault((role.layer, name), cell.position)
    return tuple((layer, name, position) for (layer, name), position in found.items())


def assigned(source: str) -> tuple[str, ...]:
    r"""Give the variables that a cell's own statements bind, in order; imports and definitions are none.

    >>> assigned("import polars as pl\ndef f(): x = 1\nissues = f()\nissues = [i for i in issues]")
    ('issues',)
    """
    found: dict[str, None] = {}
    waiting: list[ast.AST] = list(reversed(parse(source).body))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found[node.id] = None
        elif isinstance(node, _COMPREHENSIONS):  # its own variables stay inside, one bound by := does not
            found |= {item.target.id: None for item in ast.walk(node) if isinstance(item, ast.NamedExpr)}
        elif not isinstance(node, _DEFINITIONS):
            waiting.extend(reversed(list(ast.iter_child_nodes(node))))
    return tuple(found)


def _cells(notebook: Notebook) -> tuple[list[_Read], list[Finding]]:
    cells: list[_Read] = []
    findings: list[Finding] = []
    for cell in notebook.cells:
        role, wrong = role_of(notebook, cell)
        findings += wrong
        if cell.kind != "code":
            continue
        role = role or _EXPLORE
        ours = role.kind not in ("explore", "injected")
        translated = translate(notebook, cell.position, step=ours, tag=role.tag if role.name else None)
        findings += translated.findings
        if role.kind == "step" and not role.name:
            role = _named(notebook, cell, role, translated, findings)
        cells.append(_Read(cell, role, translated))
    return cells, findings


def _named(notebook: Notebook, cell: Cell, role: Role, translated: Translated, findings: list[Finding]) -> Role:
    """Give a bare layer tag the name of the one variable that its cell assigns."""
    name, candidates = _bare_name(translated)
    if name:
        return replace(role, name=name)
    if not translated.broken:
        at = notebook.at(cell.position, tag=role.layer)
        if len(candidates) == 1:
            message = f"The step cannot take the name of the variable {shown(candidates[0])}."
        else:
            which = f"{len(candidates)} ({', '.join(candidates[:6])})" if candidates else "none"
            message = f"The tag {role.layer} names no asset, and the cell assigns not one variable but {which}."
        hint = f"Write {role.layer}:{candidates[-1] if len(candidates) > 1 else 'NAME'}."
        findings.append(Finding("PR209", "error", message, at, hint))
    return _EXPLORE


def _bare_name(translated: Translated) -> tuple[str, tuple[str, ...]]:
    candidates = () if translated.broken else assigned(translated.python)
    good = len(candidates) == 1 and name_problem(candidates[0]) is None
    return (candidates[0] if good else ""), candidates


def _members(notebook: Notebook, cells: Sequence[_Read], findings: list[Finding]) -> dict[str, list[_Read]]:
    """Group the cells of steps by name; a name in a second layer is told and left out."""
    members: dict[str, list[_Read]] = {}
    told: set[Role] = set()
    for item in cells:
        if item.role.kind != "step":
            continue
        group = members.setdefault(item.role.name, [item])
        first = group[0]
        if first is item:
            continue
        if first.role.layer == item.role.layer:
            group.append(item)
        elif item.role not in told:
            told.add(item.role)
            message = f"{item.role.name} stands in two layers: {first.role.tag} in cell {first.cell.position} and here."
            at = notebook.at(item.cell.position, tag=item.role.tag)
            findings.append(Finding("PR205", "error", message, at, "Give one of the two another name."))
    return members


def _step(notebook: Notebook, name: str, group: Sequence[_Read], own: Sequence[_Read], findings: list[Finding]) -> Step:
    """Give a step of the cells `group`; `own` are all the cells of its name, checks, tests and charts too."""
    first = group[0]
    options, wrong = read_options(notebook, first.cell.position, first.role.tag)
    findings += wrong
    why = f"the options of {first.role.tag} stand in its first cell, cell {first.cell.position}"
    for item in group[1:]:
        findings += stray_options(notebook, item.cell.position, item.role.tag, why, first.cell.position)
    if all(_is_empty(item) for item in group):
        at = notebook.at(first.cell.position, 1, tag=first.role.tag)
        hint = "Write the code that makes the asset, or take the tag off."
        findings.append(Finding("PR208", "error", f"The step {first.role.tag} has no statement.", at, hint))
    return Step(
        first.role.layer,
        name,
        tuple(item.cell.position for item in group),
        _with_severities(notebook, options, own, findings),
        _markdown(notebook, first.cell.position),
        *(tuple(item.cell.position for item in own if item.role.kind == kind) for kind in ("check", "test", "chart")),
    )


def _with_severities(notebook: Notebook, options: Options, own: Sequence[_Read], findings: list[Finding]) -> Options:
    """Add what the step's check cells say: the option `check_severity` maps a cell's position to its severity."""
    severities: dict[int, str] = {}
    for item in own:
        if item.role.kind == "check":
            said, wrong = read_options(notebook, item.cell.position, item.role.tag, "check")
            findings += wrong
            if "severity" in said.values:
                severities[item.cell.position] = said.values["severity"]
    return Options({**options.values, "check_severity": severities}, options.lines) if severities else options


def _dangling(notebook: Notebook, cells: Sequence[_Read], members: Mapping[str, object]) -> list[Finding]:
    """Tell the checks, tests and charts of a NAME that no step of this notebook makes, and those that are empty."""
    findings: list[Finding] = []
    for item in cells:
        role = item.role
        if role.kind not in ("check", "test", "chart"):
            continue
        at = notebook.at(item.cell.position, tag=role.tag)
        if role.name not in members:
            from platform_core.suggest import meant  # noqa: PLC0415 - only a mistake needs it

            near = nearest(role.name, members)
            hint = meant(f"{role.kind}:{near}") if near else "Put the cell into the notebook that makes the asset."
            message = f"No step of this notebook makes {role.name}."
            findings.append(Finding("PR207", "error", message, at, hint))
        elif _is_empty(item):
            hint = "Write its code, or take the tag off."
            findings.append(Finding("PR208", "error", f"The cell {role.tag} has no statement.", at, hint))
    return findings


def _others(notebook: Notebook, cells: Sequence[_Read]) -> list[Finding]:
    """Tell a second parameters cell, papermill's own cell, and options where no step begins."""
    findings: list[Finding] = []
    parameters = 0
    for item in cells:
        kind, position = item.role.kind, item.cell.position
        if kind in ("parameters", "helpers", "test", "chart"):
            why = f"a {kind} cell has no options"
            findings += stray_options(notebook, position, item.role.tag, why)
        if kind == "injected":
            message = "The cell that papermill injected was passed over."
            at = notebook.at(position, tag="injected-parameters")
            findings.append(Finding("PR212", "note", message, at, "Delete it before you save the notebook."))
        if kind == "parameters":
            parameters = parameters or position
            if parameters != position:
                message = f"A second cell is tagged parameters; the first is cell {parameters}."
                at = notebook.at(position, tag="parameters")
                findings.append(Finding("PR211", "error", message, at, "Put all parameters into one cell."))
    return findings


def _is_empty(item: _Read) -> bool:
    """Tell whether a cell has no statement but `pass` and texts; a cell with an error of its own is not told again."""
    if item.translated.broken or any(finding.severity == "error" for finding in item.translated.findings):
        return False
    told = [line for line in item.translated.python.split("\n") if line.strip() and not line.lstrip().startswith("#")]
    if len(told) > 3:  # a docstring over many lines is nobody's step; a parse for each is felt
        return False
    body = parse(item.translated.python).body
    return all(
        isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for node in body
    )


def _markdown(notebook: Notebook, position: int) -> str:
    """Give the text of the markdown cells directly above the cell at `position`."""
    texts: list[str] = []
    above = position - 1
    while above and notebook.cells[above - 1].kind == "markdown":
        above -= 1
        texts.append(notebook.cells[above].source.strip())
    return "\n\n".join(text for text in reversed(texts) if text)
