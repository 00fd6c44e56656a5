"""`workbench retire`: assets go from production, and nothing that still needs them is left to fail.

Their cells stay in the notebook as exploration; module, tests and evidence go; a record says what they were and how
long their data is to be kept. Data goes only where that was asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from platform_core.errors import UsageError
from platform_core.governance.audit import note
from platform_core.governance.retention import refuse_held
from platform_core.values import dataclass, replace
from promote.evidence import read_evidence
from promote.examine import examine
from promote.model import Finding, Plan, Severity
from promote.outcome import FINDINGS, FINE, Settings, StepOutcome
from promote.project import Project
from promote.register import rows
from promote.writing.leftovers import make_good
from workbench.lifecycle.data import Stored, delete, others, shown, stored
from workbench.lifecycle.gathering import edited, gather, notebook_changes
from workbench.lifecycle.readers import Readers
from workbench.lifecycle.settings import texts, without
from workbench.lifecycle.values import Report, Subject, subject, unknown
from workbench.lifecycle.workshop import Workshop

Progress = Callable[[str], None]
EXPLORE = "explore"
_TAGS = frozenset(("tag",))


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person asked for: `run` to verify what has to be made anew, `force` to leave readers to fail."""

    run: bool = True
    dry_run: bool = False
    force: bool = False
    delete_data: bool = False


def retire(project: Project, names: Sequence[str], asked: Asked, progress: Progress) -> Report:
    """Retire assets of a project, all of them or none.

    Raises:
        UsageError: There is no such asset.
        UserError: Files could not be read or written.
    """
    recovered = make_good(project.root)
    made = rows(project)
    assets = [subject(project, made, name) or _retired(project, name) for name in dict.fromkeys(names)]
    found = [asset for asset in assets if asset is not None]
    if len(found) < len(assets):
        raise unknown(project, made, names[assets.index(None)])
    return _Retiring(project, found, asked, recovered).retire(progress)


class _Retiring:
    """One retirement of one or several assets, and the ways it can end."""

    def __init__(
        self, project: Project, assets: Sequence[Subject], asked: Asked, recovered: tuple[Finding, ...]
    ) -> None:
        self.project, self.assets, self.asked = project, assets, asked
        self.names = {asset.name for asset in assets}
        self.uses = {asset.name: gather(project, asset) for asset in assets}
        self.data = {asset.name: stored(project.root, asset.name, asset.layer) for asset in assets}
        self.findings: list[Finding] = [*recovered]
        self.plans: dict[str, Plan] = {}

    def retire(self, progress: Progress) -> Report:
        """Do it in a copy, and bring it back."""
        if self.asked.delete_data:
            refuse_held(self.project.root, sorted(self.names))
        progress("copying the project")
        with Workshop(self.project, next(iter(self.data.values())).lake) as shop:
            looked = examine(shop.copy, shop.copy.notebooks, Settings(check=True))
            self.plans = {plan.step.tag: plan for each in looked.plans.values() for plan in each}
            before = {step.tag: step for step in looked.outcome.steps}
            self.findings += Readers(self.project, self.assets, self.uses, self.plans, self.severity).findings()
            if self.errors():
                return self.report(FINDINGS)
            self.change(shop)
            gone = [asset.tag for asset in self.assets]
            hint = "Look at it; --force removes it all the same."
            pruned = [one for one in shop.prune(gone, force=self.asked.force) if one.code != "PR621"]
            self.findings += [replace(one, hint=hint) if one.code == "PR620" else one for one in pruned]
            code = FINDINGS if self.errors() else self.settle(shop, before, progress)
            if code == FINE and self.asked.run and not self.asked.dry_run:
                progress("loading the code location")
                self.findings += shop.loading(forced=self.asked.force)
            if code != FINE or self.errors():
                return self.report(code or FINDINGS)
            return self.report(FINE, shop)

    @property
    def severity(self) -> Severity:
        """How grave it is that something needs what goes."""
        return "warning" if self.asked.force else "error"

    def change(self, shop: Workshop) -> None:
        """Take tags and selections away, and write the records."""
        for asset in self.assets:
            uses = gather(shop.copy, asset)
            for path, content in notebook_changes(uses, _TAGS, lambda _: EXPLORE).items():
                shop.write(path, content)
        for path, text in texts(shop.copy.root).items():
            changed = text
            for asset in self.assets:
                changed = without(changed, asset.name)
            if changed != text:
                shop.write(path, changed.encode())
        for asset in self.assets:
            shop.remove(f"assurance/{asset.layer}/{asset.name}.json")
            shop.write(record_path(asset), json.dumps(self.record(asset), indent=2).encode() + b"\n")

    def record(self, asset: Subject) -> dict[str, object]:
        """Give what is kept of an asset that is gone: what it was, and how long its data is to be kept."""
        kept = self.project.root / record_path(asset)
        if asset.tag not in self.plans and kept.is_file():
            known: dict[str, object] = json.loads(kept.read_text(encoding="utf-8"))
            return known
        plan = self.plans.get(asset.tag)
        last = read_evidence(self.project.root, f"evidence/{asset.layer}/{asset.name}.json")
        options = plan.step.options if plan else None
        return {
            "version": 1,
            "step": asset.tag,
            "notebook": plan.notebook if plan else last.notebook if last else "",
            "code_version": last.code_version if last else "",
            "retention_days": options.get("retention_days") if options else None,
            "classification": options.get("classification") if options else None,
            "history": [dict(one) for one in last.history] if last else [],
        }

    def settle(self, shop: Workshop, before: dict[str, StepOutcome], progress: Progress) -> int:
        """Promote anew what stood well and does not any more, such as a step that shared helpers."""
        after = shop.stands()
        tags = {tag for tag, step in after.items() if tag in before and not before[tag].drift and step.drift}
        if not tags:
            return FINE
        run = self.asked.run and not self.asked.dry_run
        outcome = shop.promote(tags, after, run=run, progress=progress)
        self.findings += [one for one in outcome.findings if run or one.code != "PR322"]
        return outcome.exit_code

    def errors(self) -> bool:
        """Whether anything stands in the way."""
        return any(one.severity == "error" for one in self.findings)

    def report(self, code: int, shop: Workshop | None = None) -> Report:
        """Write what was made, unless it is to be shown alone, and say it."""
        changed = shop.changes() if shop else {}
        done = shop is not None and code == FINE and not self.asked.dry_run
        if shop is not None and done:
            shop.commit()
            if self.asked.delete_data:
                for asset in self.assets:
                    data = self.data[asset.name]
                    delete(data)
                    about = {"why": "retired", "files": data.files, "environment": data.environment}
                    note("deleted", asset.tag, about, project=self.project.root)
        uses = [use for asset in self.assets for use in self.uses[asset.name].every if use.kind in ("tag", "selection")]
        return Report(
            "retire",
            f"{' and '.join(asset.tag for asset in self.assets)}: from production to the archive",
            self.asked.dry_run,
            done,
            code,
            tuple(edited(uses, lambda use: EXPLORE if use.kind == "tag" else "taken out")) if shop else (),
            tuple(path for path, content in changed.items() if content is not None),
            tuple(path for path, content in changed.items() if content is None),
            tuple(line for asset in self.assets for line in self.of_data(asset)) if shop else (),
            tuple(self.notes()) if shop else (),
            tuple(self.findings),
        )

    def of_data(self, asset: Subject) -> list[str]:
        """Say what becomes of the data."""
        data: Stored = self.data[asset.name]
        said: list[str] = []
        days = self.record(asset)["retention_days"]
        again = f"`workbench retire {asset.name} --delete-data`"
        for path in data.paths:
            where = shown(self.project.root, path)
            if self.asked.delete_data:
                said.append(f"{where} is deleted.")
            elif days:
                said.append(f"{where} stays. It is to be kept for {days} days from now; then: {again}")
            else:
                said.append(f"{where} stays; no retention_days says for how long. When it may go: {again}")
        if not data.paths:
            said.append(f"The lake of {data.environment} holds no data of {asset.name}.")
        names = others(self.project.root, data)
        if names:
            said.append(f"In {' and '.join(names)} too: the same with WORKBENCH_ENV set.")
        return said

    def notes(self) -> list[tuple[str, str]]:
        """Say what the command cannot see or do."""
        names = " ".join(sorted(self.names))
        return [
            (
                "history",
                f"Dagster keeps the materialisations under the asset's key; `dagster asset wipe {names}` removes them, "
                "where your retention rules allow it.",
            ),
            (
                "cells",
                f"They stay in the notebook, tagged {EXPLORE}. To bring an asset back, tag them again and promote.",
            ),
            ("outside", "Readers outside this project (other code locations, dashboards, exports) are not seen here."),
        ]


def record_path(asset: Subject) -> str:
    """Give the place of the record of a retired asset."""
    return f"retired/{asset.layer}/{asset.name}.json"


def _retired(project: Project, named: str) -> Subject | None:
    """Find an asset that was retired before, whose data may still be there."""
    layer, colon, name = named.rpartition(":")
    for path in sorted((project.root / "retired").glob("*/*.json")):
        if path.stem == name and (not colon or path.parent.name == layer):
            return Subject(name, path.parent.name)
    return None


def check_names(names: Sequence[str]) -> None:
    """Refuse names that could be paths.

    Raises:
        UsageError: A name holds more than letters, digits, underscores and the colon of a tag.
    """
    for name in names:
        if not all(part.isidentifier() for part in name.split(":")) or name.count(":") > 1:
            raise UsageError(f"{name!a} is no name of an asset.", hint="Write it as in issues or silver:issues.")
