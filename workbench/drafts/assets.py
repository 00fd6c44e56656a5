"""Drafts as Dagster assets: one for each step, made together by running their notebook, stored as promotion will store.

dagstermill gives the executed notebook as one asset and refuses outputs of single steps; these are the steps' frames,
under the keys, groups, partitions, owners and inputs that the promoted assets will have. Promotion puts its own asset
in a draft's place, and lineage and history stay.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from platform_core import partitions as ways
from platform_core.governance.classification import CLASSIFICATION, classification_of, highest
from workbench.drafts.finding import Draft, Drafts, DraftStep, find_drafts
from workbench.drafts.running import DraftFailed, parameters_of, run_draft
from workbench.project import Project

TAG = "workbench/draft"
KIND = "draft"
_LOG = logging.getLogger("workbench.drafts")
_SHOWN = {None, "OFFICIAL"}  # of which an executed notebook may be kept, as it shows values


def draft_assets(project: Project) -> list[dg.AssetsDefinition]:
    """Give the assets of every step of a project that is tagged and not promoted."""
    from promote.project import find  # noqa: PLC0415 - only who asks for drafts reads notebooks here

    found: Drafts = find_drafts(find(named=project.root))
    for sentence in found.left:
        _LOG.warning("No draft of it is made: %s", sentence)
    return [_asset(project, draft) for draft in found.drafts]


def _asset(project: Project, draft: Draft) -> dg.AssetsDefinition:
    own = {step.name: step for step in draft.steps}
    outside = sorted({name for step in draft.steps for name in step.inputs} - set(own))

    made = dg.multi_asset(
        name=_op_name(draft),
        outs={step.name: _out(project, draft, step) for step in draft.steps},
        internal_asset_deps={step.name: {dg.AssetKey(name) for name in step.inputs} for step in draft.steps},
        deps=[dg.AssetKey(name) for name in outside],
        partitions_def=_partitions(draft.partitions),
        can_subset=True,
        op_tags={"workbench/notebook": draft.path},
    )

    def run(context: dg.AssetExecutionContext) -> Iterator[dg.Output[Any]]:
        partition = context.partition_key if context.has_partition_key else None
        wanted = [step for step in draft.steps if step.name in context.op_execution_context.selected_output_names]
        levels = [classification_of(spec.metadata) for spec in context.assets_def.specs_by_key.values()]
        output = _executed(project, draft, partition, highest(levels))
        given = parameters_of(draft.steps, partition)
        try:
            with run_draft(project, draft, given, context.log.info, output) as frames:
                for step in wanted:
                    yield dg.Output(frames[step.name], output_name=step.name, metadata=_link(output))
        except DraftFailed as error:
            raise dg.Failure(str(error), metadata=_link(output), allow_retries=True) from None

    run.__annotations__ = {"context": dg.AssetExecutionContext}  # Dagster reads the class, not its name
    return made(run)


def _out(project: Project, draft: Draft, step: DraftStep) -> dg.AssetOut:
    options = step.options
    owners = options.get("owner") or ()
    level = options.get("classification")
    known = {} if level is None else {CLASSIFICATION: level}
    return dg.AssetOut(
        key=dg.AssetKey(step.name),
        group_name=step.layer,
        description=f"Draft: {step.description} Made by running {draft.path}, which is not promoted yet.",
        is_required=False,
        code_version=step.code_version,
        owners=[owners] if isinstance(owners, str) else list(owners),
        tags={**(options.get("tags") or {}), TAG: "true"},
        kinds={KIND, "jupyter"},
        metadata={
            **known,
            "workbench/layer": step.layer,
            "workbench/notebook": draft.path,
        },
    )


def _partitions(asked: Mapping[str, Any] | None) -> dg.PartitionsDefinition[Any] | None:
    if asked is None:
        return None
    made: dg.PartitionsDefinition[Any] = getattr(ways, f"{asked['by']}_partitions")(
        asked["values"] if "values" in asked else asked["start"]
    )
    return made


def _op_name(draft: Draft) -> str:
    """Give a name that no other draft has: of the notebook's path, and of its first step where it is cut."""
    stem = draft.path.removeprefix("notebooks/").rsplit(".", 1)[0]
    return f"draft__{re.sub(r'[^A-Za-z0-9_]', '_', stem)}__{draft.steps[0].name}"


def _executed(project: Project, draft: Draft, partition: str | None, level: str | None) -> Path | None:
    """Give the place of the executed notebook below `data/runs`.

    None where the classification of a step forbids it, or that of what one is made of, which code locations tell it.
    """
    if level not in _SHOWN or any(step.options.get("classification") not in _SHOWN for step in draft.steps):
        return None
    stem = Path(draft.path.removeprefix("notebooks/")).with_suffix("")
    name = stem if partition is None else stem.with_name(f"{stem.name}-{re.sub(r'[^A-Za-z0-9_.-]', '_', partition)}")
    return project.runs / "drafts" / name.with_suffix(".ipynb")


def _link(output: Path | None) -> Mapping[str, dg.MetadataValue[Any]]:
    if output is None or not output.is_file():
        return {}
    return {"executed notebook": dg.MetadataValue.notebook(str(output))}
