"""What the files of a project and its git repository say, gathered once for all criteria."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from platform_core.errors import WorkbenchError
from promote.assurance.checking import Stand, standing
from promote.evidence import evidence_of
from promote.merge.git import tracked
from promote.outcome import Outcome, Settings
from promote.project import Project
from promote.recheck import check
from promote.steps import text_of
from workbench.gates.declared import chosen, declared_gates

_PASSED = frozenset((".git", ".venv", "node_modules", "__pycache__", "build", "dist", ".workbench", "data"))


class Facts:
    """The project as the criteria look at it. Each part is read when the first criterion asks for it."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.root = project.root
        self.package = f"src/{project.package.replace('.', '/')}"

    def text(self, path: str) -> str:
        """Give what a file says, empty where there is none."""
        return text_of(self.root / path) or ""

    @cached_property
    def files(self) -> tuple[str, ...]:
        """All files but those that are made anew, of environments and of git."""
        return tuple(self._walk(self.root))

    @cached_property
    def settings(self) -> Mapping[str, Any]:
        """What pyproject.toml says."""
        try:
            return tomllib.loads(self.text("pyproject.toml"))
        except tomllib.TOMLDecodeError:
            return {}

    @cached_property
    def tracked(self) -> frozenset[str] | None:
        """The files that git has committed, None where there is no repository or no commit."""
        return tracked(self.root)

    @cached_property
    def outcome(self) -> Outcome:
        """What `promote --check` says of the project."""
        return check(self.project, (), Settings(check=True))

    @cached_property
    def evidence(self) -> Mapping[str, Mapping[str, Any]]:
        """The evidence of each step that stands in a notebook, by tag; empty where it is missing or unverified."""
        found: dict[str, Mapping[str, Any]] = {}
        for step in self.outcome.steps:
            if step.status != "orphan":
                try:
                    content = json.loads(self.text(evidence_of(step.tag)))
                except ValueError:
                    content = {}
                proven = step.status == "unchanged" and isinstance(content, dict) and content.get("verified") is True
                found[step.tag] = content if proven else {}
        return dict(sorted(found.items()))

    @cached_property
    def assurance(self) -> tuple[Stand, ...]:
        """How the assurance of each step in good standing stands."""
        steps = [step for step in self.outcome.steps if step.status in {"unchanged", "unverified"}]
        return tuple(standing(self.project, steps))

    @cached_property
    def modules(self) -> Mapping[str, ast.Module]:
        """The syntax trees of the package's modules; those without a statement are none."""
        found: dict[str, ast.Module] = {}
        for path in self.files:
            if path.startswith(f"{self.package}/") and path.endswith(".py"):
                try:
                    tree = ast.parse(self.text(path))
                except (SyntaxError, ValueError, RecursionError):
                    continue
                if tree.body:
                    found[path] = tree
        return found

    @cached_property
    def pipelines(self) -> Mapping[str, str]:
        """What continuous integration runs: file and text, without its comments."""
        places = [
            path for path in self.files if path.startswith(".github/workflows/") or path.endswith(".gitlab-ci.yml")
        ]
        return {path: self._runs(path) for path in places if path.endswith((".yml", ".yaml"))}

    @cached_property
    def hooks(self) -> Mapping[str, str]:
        """What runs before a commit: file and text, without its comments."""
        names = ("lefthook.yml", ".pre-commit-config.yaml")
        return {path: self._runs(path) for path in self.files if path in names}

    def _runs(self, path: str) -> str:
        """Give what a file runs, and behind each `workbench ci` the commands of the gates that it runs."""
        lines: list[str] = []
        for line in _code(self.text(path)).split("\n"):
            lines.append(line)
            named = re.search(r"\bworkbench ci\b(?: +--(?:format|output)[ =]\S+)*((?: +[a-z][a-z0-9-]*)*)", line)
            if named:
                with suppress(WorkbenchError, OSError, ValueError, KeyError, TypeError):  # then it runs none
                    lines += [c for gate in chosen(declared_gates(self.root), named[1].split()) for c in gate.commands]
        return "\n".join(lines)

    def _walk(self, folder: Path) -> Iterator[str]:
        try:
            entries = sorted(folder.iterdir())
        except OSError:
            return
        for entry in entries:
            if entry.is_symlink() or entry.name in _PASSED:
                continue
            if entry.is_dir():
                yield from self._walk(entry)
            else:
                yield entry.relative_to(self.root).as_posix()


def _code(text: str) -> str:
    return "\n".join(line.partition(" #")[0] for line in text.split("\n") if not line.lstrip().startswith("#"))
