"""Who still needs assets that are to be retired: steps, jobs, hand-written code, cells that explore."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from promote.model import Finding, Plan, Severity
from promote.project import Project
from workbench.lifecycle.gathering import Gathered
from workbench.lifecycle.selections import named
from workbench.lifecycle.settings import selections, texts, without
from workbench.lifecycle.uses import Use, left_by_hand, mentioned
from workbench.lifecycle.values import Subject

_READS = frozenset(("load", "argument", "option", "parameter", "import", "reader", "unclear"))


class Readers:
    """The readers of some assets.

    Args:
        project: The project.
        assets: The assets that are to go.
        uses: What names each of them, by name.
        plans: The steps of the project, by tag.
        severity: How grave it is that something needs what goes.
    """

    def __init__(
        self,
        project: Project,
        assets: Sequence[Subject],
        uses: Mapping[str, Gathered],
        plans: Mapping[str, Plan],
        severity: Severity,
    ) -> None:
        self.project, self.assets, self.uses, self.plans, self.severity = project, assets, uses, plans, severity
        self.names = {asset.name for asset in assets}

    def findings(self) -> list[Finding]:
        """Tell all of them."""
        return [one for asset in self.assets for one in self.told(asset, self.uses[asset.name])] + self.readers()

    def told(self, asset: Subject, uses: Gathered) -> list[Finding]:
        """Tell who reads an asset outside notebooks, what selects it, and where it is mentioned."""
        found: list[Finding] = []
        own = {one.tag for one in self.assets}
        for use in uses.every:
            if use.kind == "mention":
                found.append(mentioned(use, asset.name))
            elif use.kind in {"pattern", "definition"}:
                found.append(left_by_hand(use, asset.name, forced=True))
            elif use.kind == "selection":
                found += self.selected(use, asset)
            elif use.kind in _READS and not (use.kind == "load" and use.at.cell) and use.at.tag not in own:
                said = f"{use.at.tag or 'This code'} still reads {asset.name}, in {use.said}."
                found.append(Finding("PR633", self.severity, said, use.at, use.hint or _first(asset.name)))
        return found

    def selected(self, use: Use, asset: Subject) -> list[Finding]:
        """Tell a job that would be left with nothing to do, or a selection that cannot be changed."""
        text = texts(self.project.root).get(use.at.path, "")
        for name in self.names:
            text = without(text, name)
        kept = [one.text for one in selections(text) if use.where == f"job {one.job}"]
        if kept and not any(named(one, name) for one in kept for name in self.names):
            return []
        said = f"{use.where or 'this selection'} selects {asset.name}, and cannot be changed for you."
        hint = f"Take {asset.name} out of the selection, or the job and its schedules out of the file."
        return [Finding("PR631", self.severity, said[:1].upper() + said[1:], use.at, hint)]

    def readers(self) -> list[Finding]:
        """Tell the steps that take an asset as their input, and the cells that only explore it."""
        found: list[Finding] = []
        for asset in self.assets:
            reading = {plan.step.tag: plan for plan in self.plans.values() if self.reads(plan, asset.name)}
            for path, (_, notebook, uses) in self.uses[asset.name].notebooks.items():
                loads = [use for use in uses if use.kind == "load"]
                tags = sorted(tag for tag, plan in reading.items() if plan.notebook == path)
                for tag in tags:
                    own = [use.at for use in loads if use.at.tag == tag] or [use.at for use in loads if not use.where]
                    at = own[0] if own else notebook.at(reading[tag].step.cells[0], tag=tag)
                    said = f"{tag} still reads {asset.name}."
                    found.append(Finding("PR633", self.severity, said, at, _first(asset.name, reading[tag].step.name)))
                if not tags:
                    said = f"This cell still loads {asset.name}, and fails when it is run."
                    hint = "Take it out, or keep the data for as long as somebody explores it."
                    found += [Finding("PR633", "warning", said, use.at, hint) for use in loads if not use.where]
        return found

    def reads(self, plan: Plan, name: str) -> bool:
        """Whether a step that stays takes an asset's data."""
        taken = {given.asset for one in plan.functions for given in one.inputs}
        return plan.step.name not in self.names and name in taken


def _first(name: str, *readers: str) -> str:
    return f"Change it first, or retire both at once: `workbench retire {name} {' '.join(readers) or '…'}`."
