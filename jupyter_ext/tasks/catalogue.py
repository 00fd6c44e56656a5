"""The project's assets, for who explores: what each is called, what it holds, how fresh it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jupyter_ext.confine import inside_project, notebook_path, project_of
from platform_core.errors import UserError
from platform_core.lake import AssetFiles, Lake
from promote.evidence import read_evidence
from promote.frame_facts import FrameFacts
from promote.model import Options, Step
from promote.notebook.read import NotebookError, read
from promote.project import Project
from promote.selection.select import select
from promote.vocabulary import vocabulary

Tell = Any
_steps: dict[Path, tuple[tuple[int, int], tuple[Step, ...]]] = {}


def run(question: Mapping[str, Any], _: Tell) -> dict[str, Any]:
    """Give every asset that a notebook of the project makes, and every other that stands in its lake."""
    root = Path(question["root"])
    project = project_of(root, notebook_path(root, question["path"]))
    lake = lake_of(project)
    assets = [_asset(project, lake, step, notebook) for notebook, step in steps_of(project)]
    known = {asset["name"] for asset in assets}
    for layer in sorted(path.name for path in lake.root.iterdir() if path.is_dir()) if lake.root.is_dir() else ():
        for path in sorted((lake.root / layer).iterdir()):
            name = path.name.removesuffix(".parquet")
            if not name.startswith(".") and name not in known:
                known.add(name)
                assets.append(_asset(project, lake, Step(layer, name, (), Options()), ""))
    return {"assets": sorted(assets, key=lambda asset: str(asset["name"]))}


def steps_of(project: Project) -> list[tuple[str, Step]]:
    """Give every step of every notebook of a project with its notebook, reading only notebooks that changed."""
    found: list[tuple[str, Step]] = []
    for path in project.notebooks:
        try:
            status = path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            known = _steps.get(path)
            if known is None or known[0] != stamp:
                known = _steps[path] = (stamp, select(read(path, project.root)).steps)
        except (OSError, NotebookError):  # it is told where it is open
            continue
        found += [(path.relative_to(project.root).as_posix(), step) for step in known[1]]
    return found


def lake_of(project: Project) -> Lake:
    """Give the lake of a project.

    Raises:
        UserError: The project's configuration cannot be read.
    """
    return Lake.of_project(project.root)


def may_be_shown(step: Step) -> bool:
    """Say whether rows of an asset may be shown: only of what is declared OFFICIAL, as in Dagster's metadata."""
    official: str = vocabulary()["options"]["classification"]["choices"][0]
    return bool(step.options.get("classification") == official)


def known_personal(project: Project, step: Step) -> frozenset[str]:
    """Name the columns that a step declares as personal, and those that its last promotion found."""
    facts = _facts(project, step)
    return frozenset(step.options.get("personal") or ()).union(facts.personal if facts is not None else ())


def _facts(project: Project, step: Step) -> FrameFacts | None:
    relative = f"evidence/{step.layer}/{step.name}.json"
    inside_project(project, relative)
    evidence = read_evidence(project.root, relative)
    return evidence.facts.output if evidence is not None and evidence.facts is not None else None


def _asset(project: Project, lake: Lake, step: Step, notebook: str) -> dict[str, Any]:
    facts = _facts(project, step)
    owner = step.options.get("owner")
    shown = {
        "name": step.name,
        "layer": step.layer,
        "notebook": notebook,
        "description": step.options.get("description") or step.markdown.strip().lstrip("# ").partition("\n")[0],
        "classification": step.options.get("classification", ""),
        "owner": owner if isinstance(owner, str) else ", ".join(owner or ()),
        "verified": facts is not None,
        "peek": may_be_shown(step),
    }
    try:
        files = lake.find(step.name, step.layer)
    except UserError:
        files = None
    return shown | _stored(files, facts)


def _stored(files: AssetFiles | None, facts: FrameFacts | None) -> dict[str, Any]:
    """Say what stands in the lake, else what the evidence knows."""
    columns = list(facts.schema) if facts is not None else []
    rows = facts.rows if facts is not None else None
    if files is None or not files.paths:
        return {"made": False, "rows": rows, "columns": columns, "written": None, "partitions": None}
    from platform_core.parquet_read import read_footer  # noqa: PLC0415 - Polars, where there is something to read

    footers = [read_footer(path) for path in files.paths]
    newest = max(path.stat().st_mtime for path in files.paths)
    return {
        "made": True,
        "rows": sum(footer.rows for footer in footers),
        "columns": [list(column) for column in footers[-1].columns],
        "written": datetime.fromtimestamp(newest, UTC).isoformat(timespec="seconds"),
        "partitions": len(files.partitions) or None,
    }
