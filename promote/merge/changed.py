"""`promote --check --changed BASE`: the notebooks that a change since a git revision can have put out of step."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from platform_core.values import dataclass
from promote.dataflow.shared import helpers_name
from promote.evidence import read_evidence
from promote.merge.git import changed_since
from promote.merge.left_over import Rows
from promote.project import Project
from promote.register import rows
from promote.vocabulary import layers

_EVERYTHING = re.compile(r"config/[^/]*\.yaml|pyproject\.toml")


@dataclass(frozen=True, slots=True)
class Changed:
    """The notebooks to check, and the layers and names whose own files were touched."""

    notebooks: tuple[Path, ...]
    touched: frozenset[tuple[str, str]]
    gone: frozenset[str]  # notebooks that were removed


def changed(project: Project, base: str) -> Changed:
    """Give what differs from a git revision: notebooks, modules, tests and evidence, and who reads what these give.

    Raises:
        UsageError: There is no repository, or no such revision.
    """
    paths = changed_since(project.root, base)
    made = rows(project)
    shown = {path.relative_to(project.root).as_posix(): path for path in project.notebooks}
    touched = frozenset(_touched(paths, project, made))
    if any(_EVERYTHING.fullmatch(path) for path in paths):
        found = set(shown)
    else:
        found = {name for name in shown if not paths.isdisjoint(_pair(name))}
        found |= {name for name, each in made.items() if any((layer, step) in touched for layer, step, _ in each)}
        helpers = f"src/{project.package.replace('.', '/')}/helpers/"
        found |= {name for name in shown if f"{helpers}{helpers_name(name)}.py" in paths}
        found |= _readers(project, made, found)
    gone = frozenset(path for path in paths if path.startswith("notebooks/") and not (project.root / path).exists())
    return Changed(tuple(shown[name] for name in sorted(found & shown.keys())), touched, gone)


def _pair(name: str) -> Sequence[str]:
    path = Path(name)
    return name, path.with_suffix(".py" if path.suffix == ".ipynb" else ".ipynb").as_posix()


def _touched(paths: Iterable[str], project: Project, made: Rows) -> Iterable[tuple[str, str]]:
    """Give layer and name of the steps whose files differ."""
    of_step = re.compile(
        rf"(?:evidence|assurance|src/{re.escape(project.package.replace('.', '/'))}/defs)/(\w+)/(\w+)\.(?:json|py)"
    )
    of_test = re.compile(r"tests/assets/(?:test_(\w+)\.py|data/(\w+)/.*)")
    named = {name: (layer, name) for each in made.values() for layer, name, _ in each}
    for path in paths:
        if step := of_step.fullmatch(path):
            yield step[1], step[2]
        elif (test := of_test.fullmatch(path)) and (test[1] or test[2]) in named:
            yield named[test[1] or test[2]]


def _readers(project: Project, made: Rows, found: Iterable[str]) -> set[str]:
    """Give the notebooks with a step that was proven on what a changed notebook makes."""
    names = {name for notebook in found for _, name, _ in made.get(notebook, ())}
    readers: set[str] = set()
    for layer in layers() if names else ():
        for path in (project.root / "evidence" / layer).glob("*.json"):
            last = read_evidence(project.root, f"evidence/{layer}/{path.name}")
            if last is not None and last.kinds is not None and not names.isdisjoint(last.kinds[0]):
                readers.add(last.notebook)
    return readers
