"""Looks at what stands in a project's files and in git."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from platform_core.config.yaml12 import read_yaml
from platform_core.errors import UserError
from workbench.git import no_repository, run_git
from workbench.lifecycle.settings import texts
from workbench.rap.facts import Facts
from workbench.rap.look import Look, calls, met, missing, none

_CLOSED = (".sas", ".sps", ".do", ".xlsm", ".xlsb", ".accdb", ".mdb", ".egp")
_COMMAND = re.compile(r"\s*(?:\$ )?(?:promote|workbench|dagster|make|python3?|pip|uv)\b")
_LOCKS = ("uv.lock", "poetry.lock", "pixi.lock", "pdm.lock", "conda-lock.yml", "Pipfile.lock", "requirements.lock")
_LINTERS = ("ruff", "flake8", "pylint", "black")
_TRIGGERS = frozenset(("ScheduleDefinition", "SensorDefinition", "AutomationCondition", "schedule", "sensor"))


def open_source(facts: Facts) -> Look:
    """Python modules, and no files of closed tools beside them."""
    closed = [path for path in facts.files if path.lower().endswith(_CLOSED) and not path.startswith("sources/")]
    if closed:
        return missing(closed, "is of a closed tool")
    if not facts.modules:
        return none("no Python module under src")
    return met(f"{len(facts.modules)} Python modules make the data")


def version_control(facts: Facts) -> Look:
    """A repository whose last commit holds every notebook, module and setting."""
    if facts.tracked is None:
        if run_git(facts.root, "rev-parse", "--git-dir") is not None:
            return none("its git repository has no commit yet")
        said, mend = no_repository(facts.root)
        return none(f"{said}: {mend}")
    wanted = [path for path in facts.files if path.startswith(("notebooks/", "src/", "config/", "tests/", "evidence/"))]
    loose = [path for path in [*wanted, "pyproject.toml"] if path not in facts.tracked]
    return missing(loose, "is not committed") if loose else met(f"git holds all {len(wanted)} files of the pipeline")


def readme(facts: Facts) -> Look:
    """A README with a command in a code block."""
    names = [path for path in facts.files if path.lower() in ("readme.md", "readme.rst", "readme.txt")]
    if not names:
        return none("no README")
    if not any(_COMMAND.match(line) for line in _fenced(facts.text(names[0]))):
        return none(f"{names[0]} gives no command in a code block")
    return met(f"{names[0]} gives commands")


def published(facts: Facts) -> Look:
    """Without a licence nobody may use it; that it is public is for people to see."""
    names = [path for path in facts.files if re.fullmatch(r"(?i)licen[cs]e(\.\w+)?", path) and facts.text(path).strip()]
    if not names:
        return none("no LICENCE, so nobody may use the code")
    return Look("not checked", (f"{names[0]} is there; whether the repository is public, only a look at it tells",))


def documentation(facts: Facts) -> Look:
    """A docstring on each module and public function, and a README that says what stands where."""
    bare = list(_undocumented(facts.modules))
    if not facts.modules:
        return none("no Python module under src")
    headings = len(re.findall(r"(?m)^#{1,6} ", facts.text("README.md")))
    if headings < 2:
        bare.append("README.md without sections")
    return (
        missing(bare, "has no docstring" if headings > 1 else "")
        if bare
        else met(
            f"each of {len(facts.modules)} modules and its public functions has a docstring",
            f"README.md has {headings} sections",
        )
    )


def layout(facts: Facts) -> Look:
    """The folders that people look for."""
    wanted = {"notebooks/": "notebooks", f"{facts.package}/": "the package", "tests/": "tests", "config/": "settings"}
    lost = [f"{place} ({what})" for place, what in wanted.items() if not any(p.startswith(place) for p in facts.files)]
    return missing(lost, "is not there") if lost else met(f"{', '.join(wanted)} are there")


def functions(facts: Facts) -> Look:
    """Functions in the package, and no loops or blocks outside them."""
    count = sum(isinstance(node, ast.FunctionDef) for tree in facts.modules.values() for node in ast.walk(tree))
    kinds = (ast.For, ast.While, ast.With)
    loose = [f"{p}:{node.lineno}" for p, tree in facts.modules.items() for node in tree.body if isinstance(node, kinds)]
    if loose:
        return missing(loose, "stands outside a function")
    return met(f"{count} functions under src") if count else none("no function under src")


def coding_standards(facts: Facts) -> Look:
    """A linter is configured, and something runs it."""
    tools = facts.settings.get("tool", {})
    own = {"ruff.toml": "ruff", ".ruff.toml": "ruff", ".flake8": "flake8", ".pylintrc": "pylint"}
    named = [one for one in _LINTERS if one in tools] + [tool for path, tool in own.items() if path in facts.files]
    if not named:
        return none("no linter is configured")
    runs = [path for path, text in {**facts.pipelines, **facts.hooks}.items() if re.search(rf"\b{named[0]}\b", text)]
    if not runs:
        return none(f"{named[0]} is configured, and neither continuous integration nor a hook runs it")
    return met(f"{named[0]} is configured", f"{runs[0]} runs it")


def dependencies(facts: Facts) -> Look:
    """A list of what the project needs."""
    listed = facts.settings.get("project", {}).get("dependencies", [])
    if listed:
        return met(f"pyproject.toml lists {len(listed)} {'dependency' if len(listed) == 1 else 'dependencies'}")
    other = [p for p in facts.files if re.fullmatch(r"requirements[\w.-]*\.(txt|in)|environment\.ya?ml|Pipfile", p)]
    full = [path for path in other if facts.text(path).strip()]
    return met(f"{full[0]} lists dependencies") if full else none("no list of dependencies")


def pinned(facts: Facts) -> Look:
    """A lock with exact versions."""
    names = [path for path in facts.files if path in _LOCKS or re.fullmatch(r"requirements[\w.-]*\.txt", path)]
    for path in names:
        lines = [line for line in facts.text(path).split("\n") if line.strip() and line.lstrip()[0] not in "#-\\"]
        exact = [line for line in lines if "==" in line]
        if (path in _LOCKS and not path.startswith("requirements") and lines) or (exact and len(_loose(lines)) == 0):
            return met(f"{path} pins versions")
    return none(f"{names[0]} does not pin every version" if names else "no lock file")


def logs(facts: Facts) -> Look:
    """A code location, by which Dagster records every run and materialisation."""
    path = f"{facts.package}/definitions.py"
    tree = facts.modules.get(path)
    loads = tree is not None and any(calls(tree) & {"load_definitions", "Definitions", "load_from_defs_folder"})
    return (
        met(f"{path} gives the assets to Dagster, which records each run")
        if loads
        else none(f"{path} does not define a code location")
    )


def packaged(facts: Facts) -> Look:
    """What an installer needs."""
    project = facts.settings.get("project", {})
    lost = [
        f"[project] {key}"
        for key in ("name", "version")
        if not project.get(key) and key not in project.get("dynamic", ())
    ]
    lost += [] if facts.settings.get("build-system", {}).get("build-backend") else ["[build-system] build-backend"]
    lost += [] if f"{facts.package}/__init__.py" in facts.files else [f"{facts.package}/__init__.py"]
    return missing(lost, "is not there") if lost else met(f"pyproject.toml builds the package {project.get('name')}")


def ci(facts: Facts) -> Look:
    """A pipeline that runs the tests and the check."""
    for path, text in facts.pipelines.items():
        if re.search(r"\bpytest\b", text) and re.search(r"\bpromote\b.*--check", text):
            return met(f"{path} runs pytest and promote --check")
    return none("no pipeline of continuous integration runs both pytest and promote --check")


def triggers(facts: Facts) -> Look:
    """A schedule in the settings, or a schedule or sensor in code."""
    for path, text in texts(facts.root).items():
        try:
            content = read_yaml(text, path).value
        except (UserError, ValueError, RecursionError):
            continue
        if isinstance(content, dict) and isinstance(content.get("schedules"), dict) and content["schedules"]:
            return met(f"{path} has a schedule")
    used = [path for path, tree in facts.modules.items() if calls(tree) & _TRIGGERS]
    return met(f"{used[0]} defines a schedule or a sensor") if used else none("no schedule and no sensor")


def changelog(facts: Facts) -> Look:
    """A file of changes with headings."""
    names = [path for path in facts.files if re.fullmatch(r"(?i)(changelog|changes|history|news)\.(md|rst|txt)", path)]
    told = [path for path in names if re.search(r"(?m)^(?:#{1,3} .*\d|\[?v?\d+\.\d)", facts.text(path))]
    return met(f"{told[0]} tells changes by version") if told else none("no changelog with versions")


def _fenced(text: str) -> Iterator[str]:
    """Give the lines of a text that stand in code blocks."""
    inside = False
    for line in text.split("\n"):
        if line.lstrip().startswith("```"):
            inside = not inside
        elif inside:
            yield line


def _loose(lines: list[str]) -> list[str]:
    return [line for line in lines if "==" not in line and " @ " not in line]


def _undocumented(modules: Mapping[str, ast.Module]) -> Iterator[str]:
    for path, tree in modules.items():
        if ast.get_docstring(tree) is None:
            yield path
        for node in tree.body:
            public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if public and ast.get_docstring(node) is None:  # type: ignore[arg-type]  # told by the line above
                yield f"{path}:{node.lineno}"
