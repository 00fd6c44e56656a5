"""Other sizes put into notebooks and modules: in a copy of the project, promoted there, brought back in one write."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from platform_core.compute_kinds import ComputeSpec, limits
from promote.merge.cell_edits import LineEdit
from promote.merge.notebook_text import with_edits
from promote.model import Finding, Location, Notebook
from promote.outcome import FINDINGS, FINE
from promote.project import Project
from promote.register import places, rows
from promote.selection.option_text import from_text
from promote.selection.option_tree import TreeError
from promote.selection.options import header
from promote.writing.leftovers import make_good
from workbench.lifecycle.data import stored
from workbench.lifecycle.notebooks import read_raw, with_line
from workbench.lifecycle.values import Edited, Report
from workbench.lifecycle.workshop import Workshop

Progress = Callable[[str], None]


def rewrite(
    project: Project, wanted: Mapping[str, ComputeSpec], progress: Progress, *, run: bool, dry_run: bool
) -> Report:
    """Write the compute of steps into their notebooks and promote those steps anew.

    A step that is out of step with its module is left alone: what is open there is somebody's to settle first.

    Args:
        project: The project.
        wanted: The compute by asset.
        progress: Told what is being done.
        run: Whether the steps are verified; else they are marked UNVERIFIED.
        dry_run: Whether nothing is written in the end.

    Raises:
        UserError: Files could not be read or written.
    """
    recovered = list(make_good(project.root))
    made = places(rows(project))
    findings: list[Finding] = [*recovered]
    edits: list[Edited] = []
    progress("copying the project")
    with Workshop(project, stored(project.root, "none", "none").lake) as shop:
        before = shop.stands()
        tags: set[str] = set()
        for asset, spec in sorted(wanted.items()):
            where = made.get(asset, ())
            tag = f"{where[0].layer}:{asset}" if where else ""
            if not where or tag not in before:
                findings.append(_left(asset, "is written by hand", "Change the decorator in its module."))
                continue
            if before[tag].drift not in {"", "unverified"}:
                findings.append(_left(asset, "and its module are not in step", "Promote or pull first."))
                continue
            for place in where:
                done = _edited(shop, place.notebook, tag, spec)
                if done is None:
                    hint = "Change it there: the option is written in the panel, or in a form that is not edited here."
                    findings.append(_left(asset, f"has its compute in {place.notebook}", hint))
                    continue
                edits.append(done)
                tags.add(tag)
        code = FINE
        if tags:
            outcome = shop.promote(tags, shop.stands(), run=run and not dry_run, progress=progress)
            findings += [one for one in outcome.findings if run or one.code != "PR322"]
            code = outcome.exit_code
        if code == FINE and tags and run and not dry_run:
            progress("loading the code location")
            findings += shop.loading(forced=False)
        bad = any(one.severity == "error" for one in findings)
        code = code or (FINDINGS if bad else FINE)
        changed = shop.changes() if code == FINE else {}
        done_now = bool(changed) and not dry_run and code == FINE
        if done_now:
            shop.commit()
    files = tuple(path for path, content in changed.items() if content is not None)
    return Report(
        "rightsize", "Sizes of compute", dry_run, done_now, code, tuple(edits), files, findings=tuple(findings)
    )


def _left(asset: str, why: str, hint: str) -> Finding:
    return Finding("PR635", "warning", f"{asset} {why}, so its size was not changed.", Location(""), hint)


def _edited(shop: Workshop, path: str, tag: str, spec: ComputeSpec) -> Edited | None:
    """Write the compute of a step into its notebook in the copy; None where it stands in a form that is not edited."""
    read = read_raw(shop.copy.root / path, path)
    if read is None:
        return None
    raw, notebook = read
    cells = [cell.position for cell in notebook.cells if tag in cell.tags or tag.partition(":")[0] in cell.tags]
    own = [number for number in cells if tag in notebook.cells[number - 1].tags] or cells
    if not own:
        return None
    place = _written(notebook, own[0])
    if place is None:
        return None
    first, last, before = place
    text = f"#| compute: {option_text(spec, before)}"
    try:
        if first == 0:
            content = with_line(raw, path, notebook, own[0], text)
        else:
            content = with_edits(raw, path, notebook, [LineEdit(own[0], first, last + 1, (text,))])
    except (ValueError, LookupError):
        return None
    shop.write(path, content)
    source = notebook.cells[own[0] - 1].source.split("\n")
    said = "\n".join(source[first - 1 : last]) if first else ""
    return Edited(notebook.at(own[0], first or 1, tag=tag), "compute", said, text)


def _written(notebook: Notebook, position: int) -> tuple[int, int, dict[str, Any]] | None:
    """Give first and last line of the option in a cell with what it says, 0 where there is none; None where unclear."""
    cell = notebook.cells[position - 1]
    if "compute" in cell.options:
        return None
    numbers = header(cell.source)
    source = cell.source.split("\n")
    if not numbers:
        return 0, 0, {}
    try:
        tree = from_text("\n".join(source[number - 1][2:].removeprefix(" ") for number in numbers))
    except TreeError:
        return None
    keys = [(key.raw, key.line, value) for key, value in tree.entries]
    for index, (name, line, value) in enumerate(keys):
        if name == "compute":
            end = keys[index + 1][1] - 1 if index + 1 < len(keys) else len(numbers)
            plain = value.plain()
            return numbers[line - 1], numbers[end - 1], plain if isinstance(plain, dict) else {}
    return 0, 0, {}


def option_text(spec: ComputeSpec, written: Mapping[str, Any] | None = None) -> str:
    """Give a spec as the option of a notebook: defaults are left out, unless they were written before.

    >>> option_text(ComputeSpec("lambda", {"memory_mb": 300}))
    '{kind: lambda, memory_mb: 300}'
    >>> option_text(ComputeSpec("eks", {"node_type": "m5.xlarge"}), {"kind": "eks", "min_nodes": 1})
    '{kind: eks, node_type: m5.xlarge, min_nodes: 1}'
    """
    fields = limits(spec.kind)["fields"]
    named = [
        f"{name}: {_yaml(value)}"
        for name, value in spec.options.items()
        if value != fields[name]["default"] or name in (written or {})
    ]
    return f"{{{', '.join([f'kind: {spec.kind}', *named])}}}"


def _yaml(value: Any) -> str:
    if isinstance(value, str) and value.replace(".", "").replace("-", "").isalnum():
        return value
    return json.dumps(dict(value) if isinstance(value, Mapping) else value)  # JSON is YAML
