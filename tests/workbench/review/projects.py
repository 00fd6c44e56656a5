"""Projects in real git repositories, built of small modules and evidence that belong together."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from platform_core.canonical import digest
from promote.hashing import body_hash
from workbench.review.review import review
from workbench.review.values import AssetChange, Review

PACKAGE = "rents"
GIT = shutil.which("git") or "git"
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    **{f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    **{f"GIT_{who}_DATE": "2025-01-01T00:00:00Z" for who in ("AUTHOR", "COMMITTER")},
}
CONFIG = (
    'lake: data/lake\nresources:\n  towns: {type: files, root: sources/towns}\npartitions:\n  years: ["2023", "2024"]\n'
)
BASE = {"pyproject.toml": f'[tool.workbench]\npackage = "{PACKAGE}"\n', "config/base.yaml": CONFIG}


@dataclass(frozen=True)
class Step:
    """A promoted step: what its module says, and what its evidence holds. `said` are keywords of its decorator."""

    name: str
    layer: str = "silver"
    inputs: tuple[str, ...] = ()
    said: Mapping[str, str] = field(default_factory=dict)
    body: str = "pass"
    parameters: str = ""
    compute: str = ""
    imports: str = ""
    above: str = ""  # definitions over the function
    below: str = ""  # checks under it
    resource: str = ""
    verified: bool = True
    rows: int | None = 1891
    digest: str = "d1"
    schema: Mapping[str, str] = field(default_factory=lambda: {"town": "String", "rent": "Int64"})
    read: int = 2000
    facts: Mapping[str, Any] = field(default_factory=dict)  # put over what the evidence holds
    helpers: Mapping[str, str] = field(default_factory=dict)

    @property
    def notebook(self) -> str:
        return f"notebooks/{self.layer}.ipynb"

    @property
    def path(self) -> str:
        return f"src/{PACKAGE}/defs/{self.layer}/{self.name}.py"

    @property
    def evidence(self) -> str:
        return f"evidence/{self.layer}/{self.name}.json"

    @property
    def code_version(self) -> str:
        return digest(self.body, self.parameters, *self.inputs)

    @property
    def source(self) -> str:
        return digest("source", self.body, repr(sorted(self.said.items())), self.parameters, self.compute)

    def module(self) -> str:
        """Give the module, with a header that belongs to it."""
        words = {"name": repr(self.name), **self.said, "code_version": repr(self.code_version)}
        given = ", ".join(f"{word}={value}" for word, value in words.items())
        taken = [f"{one}: pl.LazyFrame" for one in self.inputs]
        resource = [f"{self.resource}: FilesResource"] if self.resource else []
        pure = [*taken, *resource, *(["*", self.parameters] if self.parameters else [])]
        rest = [
            f"import polars as pl\n{self.imports}\n{self.above}",
            f"def {self.name}({', '.join(pure)}) -> pl.LazyFrame:\n    {self.body}\n\n",
            f'@{self.layer}_asset({given}, notebook="{self.notebook}")\n{self.compute}\n',
            f"def {self.name}_asset({', '.join(['context', *taken, *resource])}) -> pl.LazyFrame:",
            f"    return {self.name}({', '.join(self.inputs)})\n{self.below}",
        ]
        text = f'"""{self.name}."""\n\n' + "\n".join(rest)
        header = [
            f"# Promoted from {self.notebook}, step {self.layer}:{self.name}. Change the notebook and run `promote`.",
            f"# source={self.source} body={body_hash(text)}",
            *(
                []
                if self.verified
                else ["# UNVERIFIED: no run has shown that this module gives what the notebook gives."]
            ),
        ]
        first, _, after = text.partition("\n\n")
        return "\n".join([first, "", *header, "", after])

    def files(self, versions: Mapping[str, str]) -> dict[str, str]:
        """Give the step's files by path; `versions` are the code versions of what it may read."""
        test = f"tests/assets/test_{self.name}.py"
        made = {test: f"def test_{self.name}() -> None:\n    assert True\n", **self.helpers}
        frame = {"kind": "lazy", "digest": "", "schema": dict(self.schema)}
        told: dict[str, Any] = {
            "version": 1,
            "step": f"{self.layer}:{self.name}",
            "notebook": self.notebook,
            "source": self.source,
            "code_version": self.code_version,
            "verified": self.verified,
            "files": {path: body_hash(text) for path, text in sorted(made.items())},
            "cells": [
                {
                    "cell": 4,
                    "id": "cell-4",
                    "origin": "step",
                    "lines": [1, 2],
                    "module_lines": [11, 11],
                    "source": [self.body],
                }
            ],
        }
        if self.verified:
            told |= {
                "partition": None,
                "inputs": {
                    one: {**frame, "rows": self.read, "code_version": versions.get(one, "")} for one in self.inputs
                },
                "output": {**frame, "rows": self.rows, "digest": self.digest},
                "parity": {"verdict": "equal", "order": "compared", "tolerance": None},
                "checks": [{"name": "no_nulls", "passed": True, "severity": "error"}],
                "tests": {"passed": 7, "mutants": {"made": 9, "killed": 9, "survived": [], "equivalent": []}},
                "tools": {},
            }
        return {self.path: self.module(), self.evidence: json.dumps({**told, **self.facts}, indent=2), **made}


def files(*steps: Step) -> dict[str, str]:
    """Give the files of a project of these steps."""
    versions = {step.name: step.code_version for step in steps}
    found = dict(BASE)
    for step in steps:
        found |= step.files(versions)
    return found


class Repo:
    """A git repository that a test commits into."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> str:
        """Run git and give what it says."""
        done = subprocess.run(
            [GIT, *arguments], cwd=self.root, env=ENVIRONMENT, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def write(self, content: Mapping[str, str | bytes]) -> None:
        """Write files, and take away all others."""
        for old in sorted(self.root.rglob("*")):
            if old.is_file() and ".git" not in old.relative_to(self.root).parts:
                old.unlink()
        self.add(content)

    def add(self, content: Mapping[str, str | bytes]) -> None:
        """Write files beside those that are there."""
        for name, text in content.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))

    def commit(self, content: Mapping[str, str | bytes]) -> str:
        """Commit exactly these files and give the commit."""
        self.write(content)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "files")
        return self.git("rev-parse", "HEAD")

    def review(self, before: Mapping[str, str | bytes], after: Mapping[str, str | bytes]) -> Review:
        """Review the change from one set of files to another."""
        first, second = self.commit(before), self.commit(after)
        return review(self.root, PACKAGE, f"{first}..{second}")


def change_of(found: Review, name: str) -> AssetChange:
    """Give what a review found of one asset."""
    return next(change for change in found.changes if change.name == name)


def words(found: Review) -> dict[str, tuple[str, ...]]:
    """Give Dagster's words of every asset that a review shows."""
    return {change.name: change.words for change in found.changes}


def without(content: Mapping[str, str], *paths: Iterable[str] | str) -> dict[str, str]:
    """Give files but for some."""
    return {path: text for path, text in content.items() if path not in paths}
