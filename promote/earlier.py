"""The versions of before, run on the data of this promotion, so that a reviewer learns what a change of code does.

Before the new modules of a notebook run, those that are promoted now run once more, on the same recordings and
upstreams. What they give is compared column by column with what the new ones give, and goes with the stage: evidence
keeps labels, see `promote.frame_facts`. Where the version of before is not what its evidence proves, or reads something
else than then, nothing is compared and nothing is said. A notebook that was never promoted costs nothing here.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence, Set
from pathlib import Path
from typing import Any, Literal

from platform_core.canonical import digest
from platform_core.errors import UserError
from platform_core.lake import Lake
from platform_core.values import replace
from promote.evidence import since_of
from promote.frame_facts import FrameFacts
from promote.hashing import body_hash
from promote.model import GeneratedFile, Plan
from promote.prepare import Standing
from promote.project import Project
from promote.render.header import hashes_of, without_header
from promote.render.names import module_path
from promote.verify.columns import agreement
from promote.verify.stage import Stage
from promote.verify.values import Agreement
from promote.vocabulary import layers


class Earlier:
    """The versions of before of the steps of one notebook.

    Args:
        project: The project.
        stage: Where they run.
        plans: The steps as they are now, each after those it reads.
        stands: How they stand, by tag.
        since: The labels of the assets that this run has proven already, by asset; those of these steps are added.
    """

    def __init__(
        self,
        project: Project,
        stage: Stage,
        plans: Sequence[Plan],
        stands: Mapping[str, Standing],
        since: dict[str, str],
    ) -> None:
        self.project, self.stage, self.plans, self.since = project, stage, plans, since
        self.stands = {p.step.name: stands[p.step.tag] for p in plans}
        self.lake: Path | None = None
        self._settled: set[str] = set()  # what gives the same, by its code and by the labels of what it reads
        self._known: dict[str, FrameFacts] = {}  # what evidence says of the versions that can be compared

    def run(self, partitions: Mapping[str, str], config: Mapping[str, Any]) -> None:
        """Run the versions of before where they differ from those of now. The stage's files are put back.

        Args:
            partitions: The partition that each asset is proven on, by asset.
            config: Values for their parameters.
        """
        self._known = {}
        for plan in self.plans:
            facts = self._comparable(plan, partitions.get(plan.step.name))
            if facts is not None:
                self._known[plan.step.name] = facts
                self._settle(plan)
        names = self._with_ancestors(self._known.keys() - self._settled)
        if not names:
            return
        files = self._files(names)
        now = {path: (self.stage.root / path).read_bytes() for path in files if (self.stage.root / path).is_file()}
        self.stage.write([GeneratedFile.of(path, content, "") for path, content in files.items()])
        keys = {name: partitions[name] for name in names if name in partitions}
        made = self.stage.materialise(names, partitions=keys, parameters=config, replay=True)
        self.stage.remove(files.keys() - now.keys())
        self.stage.write([GeneratedFile.of(path, content, "") for path, content in now.items()])
        ran = {name for name, outcome in made.assets.items() if outcome.ok}
        self._known = {name: facts for name, facts in self._known.items() if name in ran | self._settled}
        self.lake = self.stage.lake.parent / f"earlier-{self.plans[0].step.name}"
        self._put_aside(self.lake, ran)

    def labelled(self, plan: Plan, facts: FrameFacts, inputs: Mapping[str, str], partition: str | None) -> FrameFacts:
        """Give facts of a step's output with their labels, once its new version has run.

        Args:
            plan: The step.
            facts: What is known of its output without them.
            inputs: The labels of what it reads, by asset.
            partition: The partition it was proven on.
        """
        name, columns = plan.step.name, [column for column, _ in facts.schema]
        own = "" if "" in inputs.values() else digest(plan.code_version, partition or "", *_pairs(inputs))
        last = self._known.get(name)
        if last is None or not own:
            self.since[name] = own
            return replace(facts, since=own, columns=dict.fromkeys(columns, own) if own else {}, root=own)
        found = self._agreement(plan, partition, last, facts)
        since = last.since if found.rows else own
        self.since[name] = since
        labels = {column: last.columns[column] if column in found.columns else own for column in columns}
        return replace(facts, since=since, columns=labels, root=last.root)

    def of_input(self, asset: str) -> str:
        """Give the label of an asset as it is now."""
        if asset not in self.since:
            self.since[asset] = since_of(self.project.root, asset, layers())
        return self.since[asset]

    def _agreement(self, plan: Plan, partition: str | None, last: FrameFacts, facts: FrameFacts) -> Agreement:
        if plan.step.name in self._settled or self.lake is None:
            same = last.schema == facts.schema
            return Agreement(frozenset(last.columns) if same else frozenset(), same)
        kind: Literal["pandas", "polars"] = "pandas" if facts.kind == "pandas" else "polars"
        try:
            before, after = (Lake(lake).read(plan.step.name, kind, partition) for lake in (self.lake, self.stage.lake))
            found = agreement(before, after)
        except UserError:  # a value of a kind that cannot be compared; the promotion itself stands
            return Agreement()
        return Agreement(found.columns & last.columns.keys(), found.rows)

    def _comparable(self, plan: Plan, partition: str | None) -> FrameFacts | None:
        """Give what evidence says of the version of before, if that version is still what it was proven to be."""
        stand = self.stands[plan.step.name]
        last, facts = stand.last, stand.last.facts if stand.last else None
        if last is None or facts is None or not facts.output.since or facts.partition != partition:
            return None
        header = hashes_of(stand.module or "")
        if header is None or header[0] != last.source or body_hash(without_header(stand.module or "")) != header[1]:
            return None
        for asset, read in facts.inputs.items():
            known = self._known.get(asset)
            now = known.since if known is not None else "" if asset in self.stands else self.of_input(asset)
            if not read.since or now != read.since:
                return None
        return facts.output

    def _settle(self, plan: Plan) -> None:
        """Note a step whose logic is what it was, and whose inputs of this notebook are settled too."""
        stand = self.stands[plan.step.name]
        own = {i.asset for i in plan.function.inputs} & self.stands.keys()
        if stand.last is not None and stand.last.code_version == plan.code_version and own <= self._settled:
            self._settled.add(plan.step.name)

    def _with_ancestors(self, names: Set[str]) -> list[str]:
        """Give steps with those of this notebook that they read, which their data are made from."""
        wanted = set(names)
        for plan in reversed(self.plans):
            last = self.stands[plan.step.name].last
            if plan.step.name in wanted and last is not None and last.facts is not None:
                wanted |= last.facts.inputs.keys() & self.stands.keys()
        return [plan.step.name for plan in self.plans if plan.step.name in wanted]

    def _files(self, names: Sequence[str]) -> dict[str, bytes]:
        """Give the files of the versions of before: their modules, and what these share."""
        paths = [module_path(self.stands[name].plan, self.project.package) for name in names]
        for name in names:
            last = self.stands[name].last
            paths += [path for path in (last.files if last else ()) if "/helpers/" in path]
        found = {path: self.project.root / path for path in paths}
        return {path: file.read_bytes() for path, file in found.items() if file.is_file()}

    def _put_aside(self, lake: Path, names: Iterable[str]) -> None:
        """Move what the versions of before have made into a lake of its own."""
        for name in names:
            files = Lake(self.stage.lake).find(name)
            for file in files.paths if files else ():
                target = lake / file.relative_to(self.stage.lake)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(file, target)


def _pairs(inputs: Mapping[str, str]) -> list[str]:
    return [f"{asset}={label}" for asset, label in sorted(inputs.items())]
