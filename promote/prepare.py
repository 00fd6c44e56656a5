"""From notebooks on disk to plans: read, select, plan and order, without running anything."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache

from platform_core.errors import UsageError
from platform_core.hints import StrPath
from platform_core.values import dataclass
from promote.drift import Drift, drift
from promote.evidence import Evidence, evidence_path, read_evidence, took_needed
from promote.findings import FindingError
from promote.garbage import seldom_collected
from promote.memory import Files
from promote.model import Finding, Location, Notebook, Plan, Selection
from promote.notebook.read import NoNotebookError, read
from promote.outside.secret_values import secret_findings
from promote.plan import Planned, plan
from promote.project import Project
from promote.register import Rows, clashes, places, rows
from promote.render.kinds import Kinds, Told
from promote.render.names import module_path
from promote.selection.select import select
from promote.vocabulary import nearest


@dataclass(frozen=True, slots=True)
class Prepared:
    """One notebook, ready to be rendered: its plans in the order in which data flows, and what was found.

    `refused` holds the tags of the steps that cannot be promoted. `read` are the assets that the notebook's steps load,
    those that were not chosen too: the notebook runs as a whole.
    """

    notebook: Notebook
    selection: Selection
    plans: tuple[Plan, ...]
    refused: tuple[str, ...]
    read: frozenset[str] = frozenset()

    @property
    def made(self) -> frozenset[str]:
        """The names of the assets that this notebook makes."""
        return frozenset(step.name for step in self.selection.steps)

    @property
    def loaded(self) -> frozenset[str]:
        """The names of the assets that it reads from other notebooks."""
        return frozenset(i.asset for p in self.plans for i in p.function.inputs) - self.made


@dataclass(frozen=True, slots=True)
class Standing:
    """How a step stands: its evidence where that still fits, and how the module on disk compares.

    `kinds` come from fitting evidence, else they are guessed; few of those who look at a step ask for them.
    """

    plan: Plan
    evidence: Evidence | None
    drift: Drift
    told: Callable[[], Kinds]
    module: str | None  # the module's text on disk
    last: Evidence | None = None  # the evidence on disk, whatever it is of

    @property
    def kinds(self) -> Kinds:
        """The kinds of its inputs and of its output."""
        return self.told()


@seldom_collected()
def prepare(
    project: Project,
    notebooks: Sequence[StrPath],
    chosen: Sequence[str],
    *,
    include_needed: bool,
    known: Rows | None = None,
    unsaved: Mapping[StrPath, Notebook] | None = None,
) -> tuple[list[Prepared], list[Finding], Rows]:
    """Read, select and plan notebooks, in an order in which each comes after those it loads from.

    Args:
        project: The project they belong to.
        notebooks: Paths as the person named them.
        chosen: Tags of the only steps to promote; empty for all.
        include_needed: Whether steps take the untagged statements they need.
        known: What every notebook of the project makes, where that is known.
        unsaved: Notebooks as an editor has them, by path: their files are not read.

    Gives the notebooks, what was found, and what every notebook of the project makes.

    Raises:
        NoNotebookError: A path that was named is no file.
    """
    looked_at, findings = _looked_at(project, notebooks, unsaved or {}, chosen, include_needed=include_needed)
    selections = [selection for selection, _ in looked_at]
    made = known if known is not None else rows(project, {s.notebook.path: s.notebook for s in selections})
    where = places(made)
    findings += clashes(where, selections)
    models = None
    if any(step.by_dbt for one in selections for step in one.steps):
        from promote.dbt.reading import known_of, modelled  # noqa: PLC0415 - most projects have no models

        models = known_of(selections, {name: found[0].layer for name, found in where.items()})
    prepared = []
    every: list[tuple[Notebook, Plan]] = []

    @cache
    def near_to(asset: str) -> str | None:
        return nearest(asset, where)

    for selection, planned in looked_at:
        if models is not None:
            planned = modelled(project, selection.notebook, planned, models)  # noqa: PLW2901 - the same, with more
        findings += planned.about(chosen) if chosen else planned.findings
        plans = tuple(p for p in planned.plans if not chosen or p.step.tag in chosen)
        refused = tuple(t for t in planned.refused if not chosen or t in chosen)
        read_by_all = frozenset(i.asset for p in planned.plans for i in p.function.inputs if i.external)
        prepared.append(Prepared(selection.notebook, selection, plans, refused, read_by_all))
        findings += _upstreams(selection, plans, where, near_to)
        findings += secret_findings(selection, plans)
        every += [(selection.notebook, one) for one in planned.plans]
    tags = {step.tag for s in selections for step in s.steps}
    for tag in chosen:
        if tag not in tags:
            from platform_core.suggest import meant  # noqa: PLC0415 - only a mistake needs it

            near = nearest(tag, tags)
            raise UsageError(f"No step of these notebooks is tagged {tag!a}.", hint=meant(near) if near else None)
    if is_governed(project, (one for _, one in every)):
        from promote.policy import policy_findings  # noqa: PLC0415 - a project without policies does not pay for them

        findings += policy_findings(project, every, chosen)
    ordered, circle = _in_order(prepared)
    for one in circle:
        place = Location(one.notebook.path)
        findings.append(
            Finding(
                "PR325",
                "error",
                "This notebook and another need one another.",
                place,
                "Move the steps that both need into a notebook of their own.",
            )
        )
    return ordered, findings, made


def planned_again(
    root: StrPath, selection: Selection, *, include_needed: bool, chosen: Collection[str] = ()
) -> Planned:
    """Plan a notebook of a project: steps that were promoted with untagged statements take them again.

    Where only some steps are `chosen`, these share no statements with one that may never be promoted with any.
    """
    if include_needed and not chosen:
        return plan(selection, include_needed=True)
    found = plan(selection)
    granted = [tag for tag in found.refused if took_needed(root, tag)]
    if include_needed:
        return plan(selection, include_needed=True, apart={*found.refused}.difference(granted, chosen))
    return plan(selection, granted=granted) if granted else found


def is_governed(project: Project, plans: Iterable[Plan]) -> bool:
    """Whether there is anything to hold steps against: the project's policies, or a classification that may fall."""
    return any("classification" in one.step.options.values for one in plans) or os.path.isdir(project.at("policies"))


def standing(project: Project, prepared: Sequence[Prepared], versions: Mapping[str, str]) -> dict[str, Standing]:
    """Give how each step stands, by tag. `versions` are the code versions of assets by name."""
    found: dict[str, Standing] = {}
    told, files = Told(), Files()

    def may_be_there(path: str) -> bool:
        folder, _, name = path.rpartition("/")
        return files.may_have(f"{project.folder}/{folder}", name)

    for one in prepared:
        for made in one.plans:
            path, beside = module_path(made, project.package), evidence_path(made)
            module = _text(project.at(path)) if may_be_there(path) else None
            last = read_evidence(project.folder, beside) if may_be_there(beside) else None
            evidence = last if last is not None and _fits(made, last, versions) else None
            kinds = told.add(made, evidence.kinds if evidence is not None else None)
            found[made.step.tag] = Standing(made, evidence, drift(made, path, module, last), kinds, module, last)
    return found


def _fits(made: Plan, evidence: Evidence, versions: Mapping[str, str]) -> bool:
    """Whether evidence is of this step, and of its inputs in these versions."""
    if (evidence.source, evidence.code_version) != (made.source, made.code_version):
        return False
    if evidence.facts is None:
        return True
    assets = {i.asset for i in made.function.inputs}
    return evidence.facts.inputs.keys() == assets and all(
        evidence.facts.upstream.get(a) == versions.get(a, "") for a in assets
    )


def _text(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8") as stream:
            return stream.read()
    except OSError:
        return None
    except UnicodeDecodeError:
        return ""  # no module of ours


def _looked_at(
    project: Project,
    notebooks: Sequence[StrPath],
    unsaved: Mapping[StrPath, Notebook],
    chosen: Sequence[str],
    *,
    include_needed: bool,
) -> tuple[list[tuple[Selection, Planned]], list[Finding]]:
    """Read and plan each notebook once, however often it was named; give what they hold, and what was found.

    One is planned as soon as it is read, while its trees are known: of a thousand notebooks they cannot all be kept.
    """
    findings: list[Finding] = []
    looked_at: list[tuple[Selection, Planned]] = []
    named: dict[str, StrPath] = {}
    for path in notebooks:
        named.setdefault(os.path.realpath(path), path)
    for real, path in named.items():
        try:
            selection = select(unsaved.get(path) or read(path, project.folder, real))
        except NoNotebookError:
            raise
        except FindingError as error:
            findings.append(error.finding)
            continue
        planned = planned_again(project.folder, selection, include_needed=include_needed, chosen=chosen)
        looked_at.append((selection, planned))
        findings += selection.findings
    return looked_at, findings


def _upstreams(
    selection: Selection, plans: Sequence[Plan], places: Mapping[str, object], near_to: Callable[[str], str | None]
) -> list[Finding]:
    """Tell the assets that are loaded and that no notebook makes; they may be code, so a near name makes a warning."""
    found: list[Finding] = []
    own = {step.name for step in selection.steps}
    for made in plans:
        for given in made.function.inputs:
            if given.external and given.asset in own:
                at = selection.notebook.at(made.step.cells[0], 1, tag=made.step.tag)
                found.append(
                    Finding(
                        "PR327",
                        "error",
                        f"{given.asset} is made in this notebook, so loading it here reads an older one.",
                        at,
                        f"Use the variable of its step, or move {made.step.tag} to a notebook of its own.",
                    )
                )
            elif given.external and given.asset not in places and (near := near_to(given.asset)):
                from platform_core.suggest import meant  # noqa: PLC0415 - only a mistake needs it

                at = selection.notebook.at(made.step.cells[0], 1, tag=made.step.tag)
                found.append(
                    Finding(
                        "PR329",
                        "warning",
                        f"No notebook of the project makes {given.asset}.",
                        at,
                        meant(near) + (" It is made in this notebook: use its variable." if near in own else ""),
                    )
                )
    return found


def _in_order(prepared: Sequence[Prepared]) -> tuple[list[Prepared], list[Prepared]]:
    waiting = dict(sorted({p.notebook.path: p for p in prepared}.items()))
    makers: dict[str, set[str]] = {}
    for path, one in waiting.items():
        for asset in one.made:
            makers.setdefault(asset, set()).add(path)
    after = {path: {m for a in one.loaded for m in makers.get(a, ())} - {path} for path, one in waiting.items()}
    ordered: list[Prepared] = []
    while waiting:
        ready = [path for path in waiting if after[path].isdisjoint(waiting)]
        if not ready:
            break
        ordered += [waiting.pop(path) for path in ready]
    return ordered, list(waiting.values())
