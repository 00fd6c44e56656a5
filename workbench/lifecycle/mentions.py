"""What names an asset in the other texts of a project: hand-written Python, dbt's models, documents."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from platform_core.places import step_header
from promote.project import Project
from promote.steps import text_of
from workbench.lifecycle.code import code_uses
from workbench.lifecycle.notebooks import place
from workbench.lifecycle.uses import Use

_PASSED = frozenset(("node_modules", "__pycache__", "notebooks", "data", "sources", "evidence", "assurance", "build"))
_LARGEST = 1_000_000  # bytes; what is larger is no text that a person wrote
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


def python_uses(project: Project, name: str, layer: str) -> Iterator[Use]:
    """Give the places of hand-written Python under src and tests that name an asset; other files are made anew."""
    for path in _files(project.root, (".py",), ("src", "tests")):
        text = text_of(project.root / path) or ""
        if name not in text or step_header().search(text) or "# Promoted from " in text:
            continue
        try:
            found = code_uses(text, name, layer)
        except _UNREADABLE:
            continue
        lines = text.split("\n")
        for one in found:
            at = place(path, one.line, one.column, lines[one.line - 1])
            yield Use(one.kind, at, one.text, one.hint)


def text_uses(project: Project, name: str) -> Iterator[Use]:
    """Give the places of dbt's models, which break, and of documents, which are only wrong, that name an asset."""
    word = re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w-])")
    in_sql = re.compile(rf"\b(?:source|ref)\s*\([^)]*[\"']{re.escape(name)}[\"']\s*\)")
    in_yaml = re.compile(rf"\bname\s*:\s*[\"']?{re.escape(name)}[\"']?\s*(?:#.*)?$")
    in_prose = re.compile(rf"`(?:\w+:)?{re.escape(name)}`|[/`]{re.escape(name)}\.(?:parquet|py|json)\b")
    for path in _files(project.root, (".sql", ".yml", ".yaml", ".md", ".toml")):
        if path.startswith("config/"):
            continue
        text = text_of(project.root / path) or ""
        if name not in text:
            continue
        pattern = {".sql": in_sql, ".md": in_prose}.get(Path(path).suffix, in_yaml if "dbt" in path else word)
        for number, line in enumerate(text.split("\n"), 1):
            found = pattern.search(line)
            if found is None:
                continue
            at = place(path, number, found.start() + 1, line)
            if Path(path).suffix == ".sql" or (pattern is in_yaml):
                yield Use("reader", at, name, "dbt finds the table by this name: change the source or the model there.")
            else:
                yield Use("mention", at, name, "Look whether it is right.")


def with_python(text: str, uses: list[Use], new: dict[int, str]) -> str:
    """Give Python with places changed, each to what `new` has for it by its identity."""
    lines = text.split("\n")
    for use in sorted(uses, key=lambda one: (one.at.line or 0, one.at.column or 0), reverse=True):
        line, start = (use.at.line or 1) - 1, (use.at.column or 1) - 1
        lines[line] = lines[line][:start] + new[id(use)] + lines[line][start + len(use.old) :]
    return "\n".join(lines)


def _files(root: Path, endings: tuple[str, ...], below: tuple[str, ...] = ("",)) -> Iterator[str]:
    for start in below:
        for base, folders, files in os.walk(root / start):
            kept = sorted(name for name in folders if not name.startswith(".") and name not in _PASSED)
            folders[:] = [name for name in kept if not (Path(base) / name / "pyvenv.cfg").exists()]
            for name in sorted(files):
                path = Path(base) / name
                if name.endswith(endings) and not path.is_symlink() and path.stat().st_size <= _LARGEST:
                    yield path.relative_to(root).as_posix()
