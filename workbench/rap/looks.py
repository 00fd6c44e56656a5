"""One look for each criterion: what was found, and whether it is enough. Nothing is claimed that was not found."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

from promote.assurance.record import LEVELS, same_person
from promote.assurance.standing import approved_by
from promote.values import dataclass
from workbench.lifecycle.settings import texts
from workbench.rap.facts import Facts

Status = Literal["met", "not met", "not checked"]
_MOST = 5  # things that are named one by one
_CLOSED = (".sas", ".sps", ".do", ".xlsm", ".xlsb", ".accdb", ".mdb", ".egp")
_COMMAND = re.compile(r"```[^\n]*\n(?:[^`]*\n)?\s*(?:\$ )?(?:promote|workbench|dagster|make|python|pip|uv)\b[^`]*```")
_LOCKS = ("uv.lock", "poetry.lock", "pixi.lock", "pdm.lock", "conda-lock.yml", "Pipfile.lock", "requirements.lock")
_LINTERS = ("ruff", "flake8", "pylint", "black")
_MACHINE = {"PR702": "the clock", "PR705": "an environment variable", "PR707": "a path of one machine"}
_TRIGGERS = frozenset(("ScheduleDefinition", "SensorDefinition", "AutomationCondition", "schedule", "sensor"))


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at one criterion gave, with what was found for or against it."""

    status: Status
    found: tuple[str, ...]


def open_source(facts: Facts) -> Look:
    """Python modules, and no files of closed tools beside them."""
    closed = [path for path in facts.files if path.lower().endswith(_CLOSED) and not path.startswith("sources/")]
    if closed:
        return _missing(closed, "is of a closed tool")
    if not facts.modules:
        return _none("no Python module under src")
    return _met(f"{len(facts.modules)} Python modules make the data")


def version_control(facts: Facts) -> Look:
    """A repository whose last commit holds every notebook, module and setting."""
    if facts.tracked is None:
        return _none("no git repository with a commit")
    wanted = [path for path in facts.files if path.startswith(("notebooks/", "src/", "config/", "tests/", "evidence/"))]
    loose = [path for path in [*wanted, "pyproject.toml"] if path not in facts.tracked]
    return _missing(loose, "is not committed") if loose else _met(f"git holds all {len(wanted)} files of the pipeline")


def readme(facts: Facts) -> Look:
    """A README with a command in a code block."""
    names = [path for path in facts.files if path.lower() in ("readme.md", "readme.rst", "readme.txt")]
    if not names:
        return _none("no README")
    found = _COMMAND.search(facts.text(names[0]))
    return _met(f"{names[0]} gives commands") if found else _none(f"{names[0]} gives no command in a code block")


def peer_review(facts: Facts) -> Look:
    """Every step was approved by somebody else than its analyst; without records only people know."""
    if not facts.project.assurance and not any(one.record for one in facts.assurance):
        return Look("not checked", ("no records of assurance; a review in a pull request leaves nothing in the files",))
    lacking = [stand.tag for stand in facts.assurance if stand.lacks or not _peer(stand.record)]
    lacking += [tag for tag, one in facts.evidence.items() if not one]
    if lacking or not facts.assurance:
        return _missing(sorted(set(lacking)), "is not approved by a peer as it stands")
    return _met(f"{len(facts.assurance)} steps are approved by somebody else than the analyst")


def published(facts: Facts) -> Look:
    """Without a licence nobody may use it; that it is public is for people to see."""
    names = [path for path in facts.files if re.fullmatch(r"(?i)licen[cs]e(\.\w+)?", path) and facts.text(path).strip()]
    if not names:
        return _none("no LICENCE, so nobody may use the code")
    return Look("not checked", (f"{names[0]} is there; whether the repository is public, only a look at it tells",))


def code_of_practice(_: Facts) -> Look:
    """No file tells it."""
    return Look("not checked", ("a judgement on trustworthiness, quality and value is for people",))


def manual_steps(facts: Facts) -> Look:
    """Every tagged step is promoted, proven and in step."""
    loose = [tag for tag, one in facts.evidence.items() if not one]
    if not facts.evidence:
        return _none("no step is tagged in a notebook")
    return (
        _missing(loose, "is not promoted and proven as it stands")
        if loose
        else _met(f"{len(facts.evidence)} steps are made by promoted code, proven by a run")
    )


def documentation(facts: Facts) -> Look:
    """A docstring on each module and public function, and a README that says what stands where."""
    bare = list(_undocumented(facts.modules))
    if not facts.modules:
        return _none("no Python module under src")
    headings = len(re.findall(r"(?m)^#{1,6} ", facts.text("README.md")))
    if headings < 2:
        bare.append("README.md without sections")
    return (
        _missing(bare, "has no docstring" if headings > 1 else "")
        if bare
        else _met(
            f"each of {len(facts.modules)} modules and its public functions has a docstring",
            f"README.md has {headings} sections",
        )
    )


def layout(facts: Facts) -> Look:
    """The folders that people look for."""
    wanted = {"notebooks/": "notebooks", f"{facts.package}/": "the package", "tests/": "tests", "config/": "settings"}
    lost = [f"{place} ({what})" for place, what in wanted.items() if not any(p.startswith(place) for p in facts.files)]
    return _missing(lost, "is not there") if lost else _met(f"{', '.join(wanted)} are there")


def functions(facts: Facts) -> Look:
    """Functions in the package, and no loops or blocks outside them."""
    count = sum(isinstance(node, ast.FunctionDef) for tree in facts.modules.values() for node in ast.walk(tree))
    kinds = (ast.For, ast.While, ast.With)
    loose = [f"{p}:{node.lineno}" for p, tree in facts.modules.items() for node in tree.body if isinstance(node, kinds)]
    if loose:
        return _missing(loose, "stands outside a function")
    return _met(f"{count} functions under src") if count else _none("no function under src")


def coding_standards(facts: Facts) -> Look:
    """A linter is configured, and something runs it."""
    tools = facts.settings.get("tool", {})
    own = {"ruff.toml": "ruff", ".ruff.toml": "ruff", ".flake8": "flake8", ".pylintrc": "pylint"}
    named = [one for one in _LINTERS if one in tools] + [tool for path, tool in own.items() if path in facts.files]
    if not named:
        return _none("no linter is configured")
    runs = [path for path, text in {**facts.pipelines, **facts.hooks}.items() if re.search(rf"\b{named[0]}\b", text)]
    if not runs:
        return _none(f"{named[0]} is configured, and neither continuous integration nor a hook runs it")
    return _met(f"{named[0]} is configured", f"{runs[0]} runs it")


def tests(facts: Facts) -> Look:
    """Test files, and for every step tests that passed in its verification."""
    files = [p for p in facts.files if re.fullmatch(r"tests/(?:.*/)?test_\w+\.py", p) and "def test_" in facts.text(p)]
    if not files:
        return _none("no test under tests")
    bare = [tag for tag, one in facts.evidence.items() if not _table(one, "tests").get("passed")]
    return (
        _missing(bare, "has no test that passed in its verification")
        if bare
        else _met(f"{len(files)} files of tests", f"tests of {len(facts.evidence)} steps passed when they were proven")
    )


def dependencies(facts: Facts) -> Look:
    """A list of what the project needs."""
    listed = facts.settings.get("project", {}).get("dependencies", [])
    if listed:
        return _met(f"pyproject.toml lists {len(listed)} {'dependency' if len(listed) == 1 else 'dependencies'}")
    other = [p for p in facts.files if re.fullmatch(r"requirements[\w.-]*\.(txt|in)|environment\.ya?ml|Pipfile", p)]
    full = [path for path in other if facts.text(path).strip()]
    return _met(f"{full[0]} lists dependencies") if full else _none("no list of dependencies")


def pinned(facts: Facts) -> Look:
    """A lock with exact versions."""
    names = [path for path in facts.files if path in _LOCKS or re.fullmatch(r"requirements[\w.-]*\.txt", path)]
    for path in names:
        lines = [line for line in facts.text(path).split("\n") if line.strip() and line.lstrip()[0] not in "#-\\"]
        exact = [line for line in lines if "==" in line]
        if (path in _LOCKS and not path.startswith("requirements") and lines) or (exact and len(_loose(lines)) == 0):
            return _met(f"{path} pins versions")
    return _none(f"{names[0]} does not pin every version" if names else "no lock file")


def logs(facts: Facts) -> Look:
    """A code location, by which Dagster records every run and materialisation."""
    path = f"{facts.package}/definitions.py"
    tree = facts.modules.get(path)
    loads = tree is not None and any(_calls(tree) & {"load_definitions", "Definitions", "load_from_defs_folder"})
    return (
        _met(f"{path} gives the assets to Dagster, which records each run")
        if loads
        else _none(f"{path} does not define a code location")
    )


def tidy(facts: Facts) -> Look:
    """A key for every silver and gold asset, shown to be unique in its verification."""
    bare = [tag for tag, one in _cleaned(facts) if not _passed(one, "unique_values")]
    if not _cleaned(facts):
        return _none("no silver or gold step")
    return (
        _missing(bare, "has no key that was shown to be unique")
        if bare
        else _met(f"the keys of {len(_cleaned(facts))} silver and gold assets were unique")
    )


def parameters(facts: Facts) -> Look:
    """Settings in files, and nothing of one machine or moment in the steps."""
    if not any(path.startswith("config/") and path.endswith((".yaml", ".yml")) for path in facts.files):
        return _none("no settings under config")
    bad = [
        f"{one.location.path} cell {one.location.cell} reads {_MACHINE[one.code]}"
        for one in facts.outcome.findings
        if one.code in _MACHINE
    ]
    refused = [step.tag for step in facts.outcome.steps if step.status == "refused"]
    if bad or refused:
        return _missing(bad + [f"{tag} cannot be analysed" for tag in refused], "")
    return _met(
        "settings stand under config", "no step reads the clock, an environment variable or a path of one machine"
    )


def validation(facts: Facts) -> Look:
    """Checks of every silver and gold asset that passed."""
    bare = [tag for tag, one in _cleaned(facts) if not any(_is_passed(each) for each in one.get("checks", ()))]
    if not _cleaned(facts):
        return _none("no silver or gold step")
    return (
        _missing(bare, "has no check that passed")
        if bare
        else _met(f"checks of {len(_cleaned(facts))} silver and gold assets passed when they were proven")
    )


def assurance(facts: Facts) -> Look:
    """The level that the project asks for, and records that are enough for it."""
    level = facts.project.assurance
    if level not in LEVELS:
        return _none("the project asks for no level of assurance")
    lacking = [stand.tag for stand in facts.assurance if any(one.severity == "error" for one in stand.lacks)]
    lacking += [tag for tag, one in facts.evidence.items() if not one]
    if lacking or not facts.assurance:
        return _missing(sorted(set(lacking)), f"lacks what the level {level} asks for")
    return _met(f"{len(facts.assurance)} steps have the record that the level {level} asks for")


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
    return _missing(lost, "is not there") if lost else _met(f"pyproject.toml builds the package {project.get('name')}")


def ci(facts: Facts) -> Look:
    """A pipeline that runs the tests and the check."""
    for path, text in facts.pipelines.items():
        if re.search(r"\bpytest\b", text) and re.search(r"\bpromote\b.*--check", text):
            return _met(f"{path} runs pytest and promote --check")
    return _none("no pipeline of continuous integration runs both pytest and promote --check")


def triggers(facts: Facts) -> Look:
    """A schedule in the settings, or a schedule or sensor in code."""
    for path, text in texts(facts.root).items():
        if re.search(r"(?m)^schedules:\s*(?:#.*)?\n(?:\s*(?:#.*)?\n)*\s+\w+:", text):
            return _met(f"{path} has a schedule")
    used = [path for path, tree in facts.modules.items() if _calls(tree) & _TRIGGERS]
    return _met(f"{used[0]} defines a schedule or a sensor") if used else _none("no schedule and no sensor")


def changelog(facts: Facts) -> Look:
    """A file of changes with headings."""
    names = [path for path in facts.files if re.fullmatch(r"(?i)(changelog|changes|history|news)\.(md|rst|txt)", path)]
    told = [path for path in names if re.search(r"(?m)^#{1,3} .*\d|^\S*\d+\.\d+.*\n[-=~]{3,}", facts.text(path))]
    return _met(f"{told[0]} tells changes by version") if told else _none("no changelog with versions")


LOOKS: Mapping[str, Callable[[Facts], Look]] = {
    look.__name__: look
    for look in (
        open_source, version_control, readme, peer_review, published, code_of_practice, manual_steps, documentation,
        layout, functions, coding_standards, tests, dependencies, pinned, logs, tidy, parameters, validation, assurance,
        packaged, ci, triggers, changelog,
    )
}  # fmt: skip


def _met(*found: str) -> Look:
    return Look("met", found)


def _none(why: str) -> Look:
    return Look("not met", (why,))


def _missing(things: list[str], what: str) -> Look:
    shown = [f"{one} {what}".rstrip() for one in things[:_MOST]]
    more = [f"and {len(things) - _MOST} more"] if len(things) > _MOST else []
    return Look("not met", tuple(shown + more) or (f"nothing was found that {what.removeprefix('is ')}",))


def _peer(record: Any) -> bool:
    return record is not None and any(not same_person(one, record.analyst) for one in approved_by(record))


def _cleaned(facts: Facts) -> list[tuple[str, Mapping[str, Any]]]:
    return [(tag, one) for tag, one in facts.evidence.items() if not tag.startswith("bronze:")]


def _table(content: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = content.get(key)
    return found if isinstance(found, dict) else {}


def _is_passed(check: Any) -> bool:
    return isinstance(check, dict) and check.get("passed") is True


def _passed(content: Mapping[str, Any], name: str) -> bool:
    return any(_is_passed(one) and name in str(one.get("name")) for one in content.get("checks", ()))


def _loose(lines: list[str]) -> list[str]:
    return [line for line in lines if "==" not in line and " @ " not in line]


def _calls(tree: ast.AST) -> set[str]:
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return names | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def _undocumented(modules: Mapping[str, ast.Module]) -> Iterator[str]:
    for path, tree in modules.items():
        if ast.get_docstring(tree) is None:
            yield path
        for node in tree.body:
            public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if public and ast.get_docstring(node) is None:  # type: ignore[arg-type]  # told by the line above
                yield f"{path}:{node.lineno}"
