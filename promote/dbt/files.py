"""The files of a step that dbt makes: which are its own, and what is left where it is dbt's now or is no more."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from promote.dbt.sources import DECLARED
from promote.evidence import read_evidence
from promote.hashing import body_hash
from promote.model import Finding, Location
from promote.prepare import Standing
from promote.project import Project
from promote.render.header import hashes_of, without_header
from promote.render.names import paths_of
from promote.steps import text_of
from promote.vocabulary import layers


def own_files(root: Path, layer: str, name: str, files: Iterable[str]) -> set[str]:
    """Give those of the files generated for a step that dbt reads and no other step needs.

    Args:
        root: The project.
        layer: The step's layer.
        name: The step's name.
        files: What its evidence says was generated for it.

    >>> sorted(own_files(Path("/nowhere"), "gold", "fees", ["dbt/models/gold/fees.yml", "tests/assets/test_fees.py"]))
    ['dbt/models/gold/fees.yml']
    """
    found = {path for path in files if path.startswith("dbt/")}
    shared = {path for path in found if path.startswith(f"{DECLARED}/")}
    return found - _needed(root, f"evidence/{layer}/{name}.json") if shared else found


def replaced(project: Project, stand: Standing, written: Collection[str]) -> list[str]:
    """Give what was made of a step and is not any more: the module of one that is a model now, and the other way round.

    Args:
        project: The project.
        stand: How the step stands.
        written: The paths of the files that are made of it now.
    """
    step, last = stand.plan.step, stand.last
    other = _other(project, stand)
    found = [other] if text_of(project.root / other) is not None else []
    if last is not None:
        own = own_files(project.root, step.layer, step.name, last.files)
        found += sorted(own if stand.plan.model is None else own | _tests(step.name, last.files))
    return [path for path in found if path not in written and not _is_edited(project, stand, path)]


def of_other_engine(project: Project, stand: Standing) -> list[Finding]:
    """Tell that a person edited, or wrote, the module or model that the step would no longer be made by."""
    path = _other(project, stand)
    if text_of(project.root / path) is None or not _is_edited(project, stand, path):
        return []
    said = f"{stand.plan.step.tag} would be made twice: {path} was edited or written by hand."
    return [Finding("PR401", "error", said, Location(path, line=1), "Move that file away, or take engine out.")]


def _other(project: Project, stand: Standing) -> str:
    module, model = paths_of(project.package, stand.plan.step.layer, stand.plan.step.name)
    return model if stand.plan.model is None else module


def _tests(name: str, files: Iterable[str]) -> set[str]:
    own = (f"tests/assets/test_{name}.py", f"tests/assets/data/{name}/")
    return {path for path in files if path.startswith(own)}


def _is_edited(project: Project, stand: Standing, path: str) -> bool:
    text = text_of(project.root / path) or ""
    if path == _other(project, stand):
        header = hashes_of(text)
        return header is None or body_hash(without_header(text)) != header[1]
    return stand.last is None or body_hash(text) != stand.last.files.get(path)


def _needed(root: Path, but: str) -> set[str]:
    """Give every file of dbt's that a step other than one rests on, by its evidence."""
    paths = [
        f"evidence/{layer}/{file.name}" for layer in layers() for file in (root / "evidence" / layer).glob("*.json")
    ]
    found = [read_evidence(root, path) for path in paths if path != but]
    return {path for one in found if one is not None for path in one.files if path.startswith("dbt/")}
