"""Packages that a notebook imports and the environment lacks: told at once, before a run comes to each in its turn."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from promote.model import CodeCell, Finding, Plan, Selection
from promote.project import Project
from promote.trees import parse, walk

_UNRUN = frozenset(("skip-execution", "raises-exception"))  # such cells end the run of none
# Words of notebooks that install packages, write modules, or say where they are looked for
_ELSEWHERE = ("pip install", "conda install", "mamba install", "writefile", "sys.path", "sys.modules", "chdir", "%cd ")


def lacking(project: Project, selection: Selection, plans: Sequence[Plan]) -> list[Finding]:
    """Tell the packages that cells surely import and that cannot be found, each where it is imported first.

    Nothing is told of a notebook that installs packages, writes modules or says itself where they are looked for.

    Args:
        project: The project, whose own modules are found.
        selection: The notebook.
        plans: Its steps.
    """
    notebook = selection.notebook
    told = _beside(project, selection, plans)
    if any(word in cell.source for cell in notebook.cells for word in _ELSEWHERE):
        return told
    folders = [project.root, project.root / "src", project.root / Path(notebook.path).parent]
    return told + _nowhere(selection, plans, folders)


def _beside(project: Project, selection: Selection, plans: Sequence[Plan]) -> list[Finding]:
    """Tell the modules that lie beside the notebook, where it finds them and a module of the project does not."""
    notebook = selection.notebook
    place = project.root / Path(notebook.path).parent
    inside = [place, *(folder for folder in place.parents if folder.is_relative_to(project.root))]
    beside = [folder for folder in inside if folder not in (project.root, project.root / "src")]
    told: dict[str, Finding] = {}
    for cell in selection.cells:
        for node, package, names in _imports(cell):
            found = next((one for folder in beside if (one := folder / f"{package}.py").is_file()), None)
            if found is None or package in told or _is_there(package, [project.root, project.root / "src"]):
                continue
            steps = [p.step.tag for p in plans if _takes(p, names)]
            if steps:
                lies = found.relative_to(project.root).as_posix()
                message = f"{lies} lies beside the notebook, where the module of {steps[0]} does not find it."
                at = notebook.at(cell.position, node.lineno, tag=cell.role.tag)
                told[package] = Finding("PR512", "error", message, at, _moved(project, lies, package, node))
    return list(told.values())


def _moved(project: Project, lies: str, package: str, node: ast.stmt) -> str:
    """Say where a module is to lie and how it is imported then."""
    home = project.root / "src" / Path(*project.package.split("."))
    name = package if not (home / package).exists() and not (home / f"{package}.py").exists() else f"own_{package}"
    whole = f"{project.package}.{name}"
    words = f"from {whole} import …" if isinstance(node, ast.ImportFrom) else f"import {whole} as {package}"
    return f"Move {lies} to {(home / name).relative_to(project.root).as_posix()}.py and write `{words}` here."


def _takes(plan: Plan, names: set[str]) -> bool:
    """Whether a step's module imports one of some names."""
    parts = (plan.function, *plan.checks, *plan.charts)
    taken = [node for f in parts for fragment in f.imports for node in parse(fragment.text).body]
    given = {
        a.asname or a.name.partition(".")[0]
        for n in taken
        if isinstance(n, (ast.Import, ast.ImportFrom))
        for a in n.names
    }
    return not names.isdisjoint(given)


def _nowhere(selection: Selection, plans: Sequence[Plan], folders: Sequence[Path]) -> list[Finding]:
    """Tell the packages that are in none of some folders and not installed."""
    notebook = selection.notebook
    run = [cell for cell in selection.cells if _UNRUN.isdisjoint(notebook.cells[cell.position - 1].tags)]
    told: dict[str, Finding] = {}
    for cell in run:
        for node, package, names in _imports(cell):
            if package not in told and not _is_there(package, folders):
                message = f"No module named '{package}': the notebook's run would end here."
                at = notebook.at(cell.position, node.lineno, tag=cell.role.tag)
                told[package] = Finding("PR501", "error", message, at, _way_out(run, cell, names, plans))
    return list(told.values())


def _imports(cell: CodeCell) -> Iterator[tuple[ast.stmt, str, set[str]]]:
    """Give what a cell imports in any case: the statement, the package, and the names that it binds."""
    for node in parse(cell.python).body:
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node, node.module.partition(".")[0], {a.asname or a.name for a in node.names}
        elif isinstance(node, ast.Import):
            for alias in node.names:
                package = alias.name.partition(".")[0]
                yield node, package, {alias.asname or package}


def _is_there(package: str, folders: Sequence[Path]) -> bool:
    if package in sys.stdlib_module_names or package in sys.modules:
        return True
    if any((folder / package).is_dir() or (folder / f"{package}.py").is_file() for folder in folders):
        return True
    try:
        return find_spec(package) is not None
    except (ImportError, ValueError):  # a finder of somebody's own, or a module without a specification
        return True


def _way_out(cells: Sequence[CodeCell], importing: CodeCell, names: set[str], plans: Sequence[Plan]) -> str:
    """Say what to do about a package, by who uses what is imported of it."""
    install = "Add the package to the dependencies in pyproject.toml and install it"
    if any(_uses(f.text, names) for p in plans for f in (*p.function.definitions, *p.function.body)):
        return f"{install}."
    users = [str(cell.position) for cell in cells if cell is not importing and _uses(cell.python, names)]
    own = f"{install}; or, as no step uses it, put the import into a cell of its own, tagged skip-execution"
    if not users:
        return f"{own}."
    return f"{own}, and tag so what uses it: cell{'s' if len(users) > 1 else ''} {', '.join(users)}."


def _uses(source: str, names: set[str]) -> bool:
    return any(isinstance(node, ast.Name) and node.id in names for node in walk(parse(source)))
