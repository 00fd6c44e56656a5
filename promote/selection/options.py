"""Read the options of a step: `#|` lines at the top of its first cell, and the cell's metadata key `workbench`.

Each value is typed by the vocabulary. Quarto's and nbdev's own `#|` keys are passed over; the same key in both places
is an error.
"""

from __future__ import annotations

from collections.abc import Mapping

from platform_core.hints import TYPE_CHECKING, Any
from promote.model import Finding, Fix, Notebook, Options
from promote.patterns import pattern
from promote.selection.option_text import from_text
from promote.selection.option_tree import Node, TreeError, from_json
from promote.selection.option_types import Problem, convert, unknown
from promote.trees import kept_by_text
from promote.vocabulary import is_foreign, vocabulary

if TYPE_CHECKING:
    from promote.edits import Edit

_DIRECTIVE = pattern(r"\s*[\w-]+(?:\s+[\w.*-]+)*\s*")
_KEY = pattern(r"#\|\s*([\w-]+)\s*:")
_DEEPER = pattern(r"#\|(?:\s{2,}|\s*-\s)\s*\S")  # what goes on with the option of the line above


def header(source: str) -> tuple[int, ...]:
    r"""Give the numbers (from 1) of the `#|` lines at the top of a cell, under a cell magic where there is one.

    >>> header("#| key: [a]\n#| owner: team:b\nx = 1\n#| late: true")
    (1, 2)
    >>> header("%%time\n\n#| key: [a]\nx = 1")
    (3,)
    """
    found: list[int] = []
    for number, line in enumerate(source.split("\n"), 1):
        if line.startswith("#|"):
            found.append(number)
        elif found or not (line.isspace() or not line or line.startswith("%%")):
            break
    return tuple(found)


def emptied(source: str, numbers: tuple[int, ...]) -> str:
    r"""Give a cell's code with some of its lines, from 1, emptied: options are read, and no part of the code.

    >>> emptied("#| key: [a]\nx = 1", (1,))
    '\nx = 1'
    """
    if not numbers:
        return source
    lines = source.split("\n")
    for number in numbers:
        lines[number - 1] = ""
    return "\n".join(lines)


def read_options(notebook: Notebook, position: int, tag: str, role: str = "step") -> tuple[Options, list[Finding]]:
    """Read the options of the cell at `position` (from 1), whose tag is `tag`, for a step or a check.

    Gives the options that could be read and a finding for everything wrong.
    """
    cell = notebook.cells[position - 1]
    values: dict[str, Any] = {}
    lines: dict[str, tuple[int, int]] = {}
    numbers = header(cell.source)
    if not cell.options:
        entries, told = _read(_text(cell.source, numbers), role)
        for raw, value, line in entries:
            values[raw] = value
            lines[raw] = (position, numbers[0] + line - 1)
        findings = [_finding(notebook, position, tag, numbers, problem) for problem in told]
        findings.extend(_misplaced(notebook, position, tag, numbers, first=position))
        return Options(values, lines), findings
    written, problems = _written(_text(cell.source, numbers))
    panel, more = _tree(from_json, cell.options, "written by the Lab panel ")
    in_panel = {key.raw for key, _ in panel.entries}
    for key, _ in written.entries:
        if key.raw in in_panel:
            message = f"The option {key.raw!r} stands both in a `#|` line and in the cell's metadata."
            hint = "Keep one: delete the line, or clear the field in the Lab panel."
            problems.append(Problem("PR223", message, hint, key))
    # A key in both places is told once: the panel's twin is passed over
    in_lines = {key.raw for key, _ in written.entries}
    for key, node in (*written.entries, *(pair for pair in panel.entries if pair[0].raw not in in_lines)):
        value = _option(key, node, role, problems, panel=not key.line)
        if value is not None:
            values[key.raw] = value
            lines[key.raw] = (position, numbers[0] + key.line - 1 if key.line else 1)
    findings = [_finding(notebook, position, tag, numbers, problem) for problem in (*problems, *more)]
    findings.extend(_misplaced(notebook, position, tag, numbers, first=position))
    return Options(values, lines), findings


def stray_options(notebook: Notebook, position: int, tag: str, why: str, first: int = 0) -> list[Finding]:
    """Give a finding for every option of ours in a cell that is not the place for options.

    `first` is the cell that is, where the cell at `position` is a later one of the same step.
    """
    cell = notebook.cells[position - 1]
    findings = _misplaced(notebook, position, tag, (), why, first)
    if any(key in vocabulary()["options"] for key in cell.options):
        message = f"The cell's metadata holds options, but {why}."
        at = notebook.at(position, tag=tag)
        findings.append(Finding("PR226", "error", message, at, "Set them on the step's first cell."))
    return findings


@kept_by_text
def _read(text: str, role: str) -> tuple[list[tuple[str, Any, int]], list[Problem]]:
    """Read the options of a cell that the panel wrote none of: each with its value and its line in the text."""
    written, problems = _written(text)
    found = [(key.raw, _option(key, node, role, problems, panel=False), key.line) for key, node in written.entries]
    return [entry for entry in found if entry[1] is not None], problems


def _text(source: str, numbers: tuple[int, ...]) -> str:
    """Give what stands behind the `#|` of a cell, other tools' directives left out."""
    if not numbers:
        return ""
    lines = source.split("\n")
    kept = []
    for number in numbers:
        text = lines[number - 1][2:]
        text = text[1:] if text.startswith((" ", "\t")) else text
        words = text.split(maxsplit=1)
        directive = bool(words) and is_foreign(words[0]) and _DIRECTIVE.fullmatch(text) is not None
        kept.append("" if directive else text)
    return "\n".join(kept)


def _written(text: str) -> tuple[Node, list[Problem]]:
    return _tree(from_text, text, "") if text else (Node("map"), [])


def _tree(parse: Any, content: Any, where: str) -> tuple[Node, list[Problem]]:
    try:
        node: Node = parse(content)
    except TreeError as error:
        return Node("map"), [Problem(error.code, error.message, error.hint, Node("map", error.line, error.column))]
    if node.kind != "map":
        message = f"The options {where}are not keys with values."
        return Node("map"), [Problem("PR220", message, "Write `#| key: value`, one to a line.", node)]
    return node, []


def _option(key: Node, node: Node, role: str, problems: list[Problem], *, panel: bool) -> Any:
    known: Mapping[str, Any] = vocabulary()["options"]
    if not panel and is_foreign(key.raw, node.raw):
        return None
    if key.raw not in known:
        problems.append(unknown(key.raw, known, "option", key, "PR221"))
        return None
    spec = known[key.raw]
    if role not in spec.get("roles", ["step"]):
        message = f"The option {key.raw!r} belongs to a step, not to a {role}."
        problems.append(Problem("PR226", message, "Move it to the step's first cell.", key))
        return None
    return convert(key.raw, node, problems)


def _finding(notebook: Notebook, position: int, tag: str, numbers: tuple[int, ...], problem: Problem) -> Finding:
    from promote.edits import Edit, KeyEdit  # noqa: PLC0415 - only a mistake is mended

    node = problem.node
    meant = problem.meant
    what = f"Write {meant} for {node.raw}."
    if not node.line:
        in_panel = meant and problem.code == "PR221" and node.raw in notebook.cells[position - 1].options
        fix = Fix(what, (KeyEdit(position, node.raw, meant),)) if in_panel else None
        return Finding(problem.code, "error", problem.message, notebook.at(position, tag=tag), problem.hint, fix)
    line = min(numbers[0] + node.line - 1, numbers[-1])
    text = notebook.cells[position - 1].source.split("\n")[line - 1]
    column = node.column + (3 if text[2:3] in (" ", "\t") else 2)
    at = notebook.at(position, line, min(column, len(text) + 1), tag=tag)
    there = meant and text[column - 1 : column - 1 + len(node.raw)] == node.raw
    fix = Fix(what, (Edit(position, line, column, line, column + len(node.raw), meant),)) if meant and there else None
    return Finding(problem.code, "error", problem.message, at, problem.hint, fix)


def _misplaced(
    notebook: Notebook,
    position: int,
    tag: str,
    numbers: tuple[int, ...],
    why: str = "options stand at the top of the step's first cell",
    first: int = 0,
) -> list[Finding]:
    findings: list[Finding] = []
    source = notebook.cells[position - 1].source
    if "#|" not in source:
        return findings
    lines = source.split("\n")
    for number, line in enumerate(lines, 1):
        match = _KEY.match(line) if line.startswith("#|") and number not in numbers else None
        if match and match[1] in vocabulary()["options"] and not is_foreign(match[1]):
            message = f"The option {match[1]!r} is not read here: {why}."
            at = notebook.at(position, number, match.start(1) + 1, tag=tag)
            goes_on = number < len(lines) and _DEEPER.match(lines[number])
            above = "\n".join(lines[: number - 1])
            inside = above.count('"""') % 2 or above.count("'''") % 2  # of a text, of which the line is a part
            fix = None if goes_on or inside or not first else _moved(notebook, position, number, first, match[1])
            hint = "Move the line to the top of the step's first cell."
            findings.append(Finding("PR226", "error", message, at, hint, fix))
    return findings


def placed(notebook: Notebook, position: int, text: str) -> Edit:
    """Give the edit that puts a line of options under those that stand at the top of a cell."""
    from promote.edits import Edit  # noqa: PLC0415 - as above

    source = notebook.cells[position - 1].source
    lines, numbers = source.split("\n"), header(source)
    magics = next((n for n, line in enumerate(lines) if not line.startswith("%%")), len(lines))
    below = numbers[-1] if numbers else magics
    if below == len(lines):  # nothing but options, so that no line is left to stand above
        return Edit(position, below, len(lines[-1]) + 1, below, len(lines[-1]) + 1, f"\n{text}")
    return Edit(position, below + 1, 1, below + 1, 1, f"{text}\n")


def _moved(notebook: Notebook, position: int, number: int, first: int, key: str) -> Fix | None:
    """Move a line with an option to the others of its step; None where the step has the option already."""
    from promote.edits import Edit  # noqa: PLC0415 - as above

    source = notebook.cells[first - 1].source
    lines, numbers = source.split("\n"), header(source)
    there = [_KEY.match(lines[one - 1]) for one in numbers]
    if key in notebook.cells[first - 1].options or any(one and one[1] == key for one in there):
        return None
    old = notebook.cells[position - 1].source.split("\n")
    text = old[number - 1]
    added = placed(notebook, first, text)
    if number < len(old):
        gone = Edit(position, number, 1, number + 1, 1, "")
    else:
        start = (number - 1, len(old[number - 2]) + 1) if number > 1 else (1, 1)
        gone = Edit(position, *start, number, len(text) + 1, "")
    return Fix(f"Move the option {key!r} to the top of the step's first cell.", (added, gone))
