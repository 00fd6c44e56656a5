"""Files that bronze steps read by a path of their own: where they lie in the project, and the resource to read through.

What the analysis offers is settled here, where the project's files and configuration can be looked at.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from platform_core.values import replace
from promote.edits import Edit, ReadEdit
from promote.model import Finding, Fix
from promote.outside.roots import resource_name
from promote.vocabulary import layers

CONFIG = "config/base.yaml"


def settled(root: Path, notebook: str, fix: Fix) -> tuple[Fix, bytes | None] | None:
    """Give a fix whose reads through a resource are written out, and what `config/base.yaml` holds with it.

    The second is None where that file stays as it is. Nothing at all is given where a file is not there to be read, or
    where the configuration cannot be added to.

    Args:
        root: The project.
        notebook: The notebook's path in it.
        fix: What a finding offers.

    Raises:
        UserError: A file of the configuration is not the YAML that it is written in.
    """
    if not any(isinstance(edit, ReadEdit) for edit in fix.edits):
        return fix, None
    file = root / CONFIG
    text = file.read_bytes().decode("utf-8") if file.is_file() else ""
    before, edits = text, []
    for edit in fix.edits:
        if not isinstance(edit, ReadEdit):
            edits.append(edit)
            continue
        found = _placed(root, notebook, edit)
        named = _named(root, notebook, text, found[0]) if found else None
        if found is None or named is None:
            return None
        name, text = named
        words = f'resource("{name}").path({found[1]})'
        if edit.inside:
            words = f"{{{words.replace(chr(34), chr(39)) if chr(34) in edit.inside else words}}}"
        elif edit.pattern:
            words = f"str({words})"
        edits.append(Edit(edit.cell, edit.line, edit.column, edit.end_line, edit.end_column, words))
    return replace(fix, edits=tuple(edits)), text.encode("utf-8") if text != before else None


def feasible(root: Path, finding: Finding) -> Finding:
    """Give a finding, without a fix that reads a file through a resource where `settled` gives nothing."""
    reads = finding.fix is not None and any(isinstance(edit, ReadEdit) for edit in finding.fix.edits)
    if not reads or finding.fix is None or settled(root, finding.location.path, finding.fix) is not None:
        return finding
    return replace(finding, fix=None)


def surely_failing(root: Path, findings: Sequence[Finding], notebooks: Collection[str]) -> list[Finding]:
    """Make errors of the warnings about files that are not where the promoted step looks for them.

    A step runs in the project's folder; a file that lies beside the notebook alone is missed there, whatever else the
    step does. A file that is nowhere is missed by the notebook too, which says so better.

    Args:
        root: The project.
        findings: What was found.
        notebooks: Paths of the notebooks that are about to be verified.
    """
    return [_raised(root, feasible(root, one)) if one.location.path in notebooks else one for one in findings]


def _raised(root: Path, finding: Finding) -> Finding:
    edits = finding.fix.edits if finding.fix else ()
    for edit in edits:
        if isinstance(edit, ReadEdit) and edit.sure and edit.path:
            beside = posixpath.join(posixpath.dirname(finding.location.path), edit.path)
            if _is_there(root, beside, edit) and not _is_there(root, edit.path, edit):
                lies = "What matches " + edit.path if edit.pattern else edit.path
                said = f"{lies} lies beside the notebook, and the step runs in the project's folder."
                return replace(finding, severity="error", message=said)
    return finding


def _placed(root: Path, notebook: str, edit: ReadEdit) -> tuple[str, str] | None:
    """Give the folder in the project to read from, and the text of the path below it; None where no file is there."""
    folder = posixpath.dirname(notebook)
    if not edit.path:
        return folder or ".", edit.text
    for start in (folder, ""):
        place = posixpath.normpath(posixpath.join(start, edit.path))
        if place != "." and not place.startswith(("..", "/")) and _is_there(root, place, edit):
            plain = re.match(r"[^*?\[]*", place)[0] if edit.pattern else place  # type: ignore[index]  # it matches always
            above = plain.rpartition("/")[0]
            return above or ".", f'"{place[len(above) :].lstrip("/")}"'
    return None


def _is_there(root: Path, place: str, edit: ReadEdit) -> bool:
    """Whether a file or folder is there, for a pattern a file that matches it."""
    if not edit.pattern:
        return (root / place).exists()
    return any(one.is_file() for one in root.glob(place))


def _named(root: Path, notebook: str, text: str, folder: str) -> tuple[str, str] | None:
    """Give the name of a resource of a folder's files, and the configuration that declares it.

    It is the name of no asset, since an asset that takes both has each under its name.
    """
    from promote.fixes.declare import declared_in, with_resource  # noqa: PLC0415 - YAML costs what most runs can spare

    taken: dict[str, object] = {}
    for path in sorted((root / "config").glob("*.yaml")):
        if path.name != posixpath.basename(CONFIG):
            taken |= declared_in(path.read_text(encoding="utf-8"), f"config/{path.name}")
    own = declared_in(text, CONFIG)
    assets = _assets(root, notebook)
    for name, given in own.items():
        if _is_of(given, folder) and name not in assets:
            return name, text
    wanted = resource_name(folder)
    wanted = f"{wanted}_files" if wanted in assets else wanted
    number, name = 1, wanted
    while name in taken or name in own or name in assets:
        number += 1
        name = f"{wanted}_{number}"
    added = with_resource(text, name, folder)
    return None if added is None else (name, added)


def _assets(root: Path, notebook: str) -> set[str]:
    """Give the names of the assets that a notebook makes, and of those whose modules stand in the project."""
    known = "|".join(layers())
    text = (root / notebook).read_text(encoding="utf-8", errors="replace")
    made = set(re.findall(rf'"(?:{known}):(\w+)"', text))
    return made | {file.stem for layer in layers() for file in (root / "src").glob(f"**/defs/{layer}/*.py")}


def _is_of(given: object, folder: str) -> bool:
    if not isinstance(given, Mapping) or given.keys() != {"type", "root"} or given["type"] != "files":
        return False
    return isinstance(given["root"], str) and posixpath.normpath(given["root"]) == folder
