"""A project as its policies look at it: the assets of its code location, with who has approved them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from platform_core.governance.policies.facts import facts_of
from platform_core.governance.policies.loading import load_policies
from platform_core.governance.policies.model import AssetFacts, Policies
from promote.assurance.checking import standing
from promote.assurance.record import differing, same_person
from promote.assurance.standing import approved_by
from promote.outcome import StepOutcome
from promote.project import find
from promote.steps import promoted_path
from workbench.governance.recorded import recorded
from workbench.graph import load_project
from workbench.project import Project

if TYPE_CHECKING:
    import dagster as dg


@dataclass(frozen=True, slots=True)
class Governed:
    """A project with its policies (empty where it has none) and its assets by name."""

    project: Project
    policies: Policies
    assets: tuple[AssetFacts, ...]
    definitions: dg.Definitions

    @property
    def by_name(self) -> dict[str, AssetFacts]:
        """The assets by name."""
        return {asset.name: asset for asset in self.assets}


def governed(project: Project) -> Governed:
    """Open a project.

    Raises:
        UserError: Its policies or its definitions are wrong.
    """
    policies = load_policies(project.root)
    definitions = load_project(project)
    facts = facts_of(definitions)
    theirs = find(named=project.root)
    there = {one.name: promoted_path(theirs, one.layer, one.name) for one in facts}
    approved = _approved(project.root, [one for one in facts if one.notebook])
    assets = tuple(
        replace(recorded(project.root, one), module=there.get(one.name, ""), approved_by=approved.get(one.name, ()))
        for one in facts
    )
    return Governed(project, policies or Policies(), assets, definitions)


def _approved(root: Path, promoted: list[AssetFacts]) -> dict[str, tuple[str, ...]]:
    """Give who has signed the record of each asset as it stands, its analyst aside.

    A record of another version counts for nothing, and neither does whoever signs their own work.
    """
    steps = [StepOutcome(one.shown, one.notebook, "unchanged") for one in promoted]
    stands = standing(find(named=root), steps)
    return {
        stand.tag.partition(":")[2]: tuple(
            one for one in approved_by(stand.record) if not same_person(one, stand.record.analyst)
        )
        for stand in stands
        if stand.record is not None and not differing(stand.record, stand.now)
    }
