"""The data of an asset that is renamed: taken along in this environment, and told of the others."""

from __future__ import annotations

from platform_core.values import dataclass
from promote.model import Finding, Location
from promote.outcome import FINDINGS, FINE
from promote.project import Project
from promote.writing.write import commit
from workbench.lifecycle.data import Stored, moves, others, shown, stored
from workbench.lifecycle.values import Report, Subject


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person asked for: `run` to verify, `force` to go on although something is left to do by hand."""

    run: bool = True
    dry_run: bool = False
    force: bool = False


def taken(project: Project, data: Stored, new: Subject) -> list[Finding]:
    """Refuse where data of the new name lies in the lake already."""
    there = stored(project.root, new.name, new.layer)
    if not (there.paths and data.paths):
        return []
    said = f"The lake holds data of {new.name} already, so nothing is put over it."
    hint = "Look whose it is, and move one of the two away."
    return [Finding("PR631", "error", said, Location(shown(project.root, there.paths[0])), hint)]


def data_only(project: Project, old: Subject, new: Subject, asked: Asked) -> Report:
    """Take along the data of an asset that was renamed elsewhere: what a deployment does in its own environment."""
    data = stored(project.root, old.name, old.layer)
    findings = taken(project, data, new)
    told = tuple(of_data(project, data, old, new))
    if data.paths and data.inside and not findings and not asked.dry_run:
        commit(project.root, [], moves=moves(project.root, data, old.name, new.name))
    code = FINDINGS if findings else FINE
    notes = (("code", f"{old.tag} was renamed before; only data is left to move."),)
    done = code == FINE and not asked.dry_run
    title = f"{old.tag} became {new.tag}"
    return Report("rename", title, asked.dry_run, done, code, data=told, notes=notes, findings=tuple(findings))


def of_data(project: Project, data: Stored, old: Subject, new: Subject) -> list[str]:
    """Say what becomes of the data of an asset that is renamed, here and in other environments."""
    said = []
    for path in data.paths:
        target = path.with_name(path.name.replace(old.name, new.name, 1))
        if data.inside:
            said.append(f"{shown(project.root, path)} becomes {target.name}{'/' if path.is_dir() else ''}.")
        else:
            said.append(f"The lake lies outside the project, so move it yourself: mv {path} {target}")
    if not data.paths:
        said.append(f"The lake of {data.environment} holds no data of {old.name}.")
    for name in others(project.root, data):
        command = f"WORKBENCH_ENV={name} workbench rename {old.name} {new.name}"
        said.append(f"In {name}, when this is deployed: {command}")
    return said
