"""The models of a project's dbt folder as one Dagster definition, with its tests as checks."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg

from platform_core.config import find_project
from platform_core.dbt.command import dbt_of
from platform_core.dbt.installed import lacking
from platform_core.dbt.needs import needs_of
from platform_core.dbt.preparing import QUIET, prepared_manifest, read_manifest
from platform_core.dbt.problems import problem_of
from platform_core.dbt.translating import NOTEBOOK, translator
from platform_core.dbt.workspace import KEPT, Workspace, layer_of
from platform_core.environment import setting
from platform_core.errors import UserError
from platform_core.governance.audit.running import record_run
from platform_core.governance.classification import CLASSIFICATION, classification_of
from platform_core.governance.days import today
from platform_core.governance.lineage.dagster import lineage_metadata
from platform_core.governance.policies.enforcing import refuse
from platform_core.governance.policies.holding import tell_found
from platform_core.governance.policies.model import AssetFacts
from platform_core.metadata.running import footer_metadata, looked
from platform_core.scratch import Scratch
from platform_core.storage.routes import storage_of_project

_TOLD = ("info", "warn")


def dbt_models(folder: str = "dbt", *, name: str = "dbt_models") -> dg.AssetsDefinition:
    """Make assets of the models of a dbt project, and checks of its tests.

    A model's key is its name alone and its group the folder under `models/` that it stands in, as for promoted assets.
    `source('silver', 'NAME')` is the asset NAME of the silver layer. Each run builds in a database of its own and then
    stores every model as its IO manager's storage stores any asset, so that `load_asset` and assets downstream read it.

    Args:
        folder: The dbt project, from the project's folder.
        name: The name of the step.

    A module under `defs/` holds no more than this, as the template's does:

        models = dbt_models("dbt")

    Raises:
        UserError: dbt is not installed, the folder holds no dbt project, or dbt cannot read it.
    """
    if missing := lacking():
        raise UserError(
            f"The project has dbt models, and dbt is not installed ({missing} is missing).",
            hint="Run `pip install 'notebook-workbench[dbt]'`, or `make setup` in a project of the template.",
        )
    with warnings.catch_warnings():
        # dagster-dbt asks for the extra `rs` of sqlglot, which sqlglot itself has replaced
        warnings.filterwarnings("ignore", r"sqlglot\[rs\] is deprecated", UserWarning)
        from dagster_dbt import dbt_assets  # noqa: PLC0415 - an extra

    place = find_project() / folder
    settings = place / "dbt_project.yml"
    if not settings.is_file():
        raise UserError("There is no dbt project here.", hint="It has a file dbt_project.yml.", location=folder)
    manifest = prepared_manifest(place)

    @dbt_assets(manifest=manifest, dagster_dbt_translator=translator(settings.read_text(encoding="utf-8")), name=name)
    def build(context):  # type: ignore[no-untyped-def] # Dagster refuses an annotation that is a text
        yield from _built(context, place, manifest)

    made: dg.AssetsDefinition = build
    return made


def _built(context: dg.AssetExecutionContext, project: Path, manifest: Mapping[str, Any]) -> Iterator[Any]:
    """Build what is selected, store every model, and give what Dagster records: first the data, then the checks."""
    from platform_core.dbt.columns import lineage_of_model  # noqa: PLC0415 - sqlglot comes with dbt

    selected = {key.to_user_string() for key in context.selected_asset_keys}
    specs = {spec.key.to_user_string(): spec for spec in context.assets_def.specs}
    for asset in sorted(selected):
        refuse(specs[asset].metadata, asset, on=today())
    nodes = {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] in KEPT}
    with Scratch() as scratch:  # it holds data, so what a killed run left of it goes in the end
        work = Workspace(scratch, storage_of_project())
        work.copy(project)
        work.stage(nodes, selected, needs_of(manifest, selected))
        # An error of dbt may quote a row: what it says goes nowhere, but for its lines on what it does
        with setting(QUIET), contextlib.redirect_stdout(io.StringIO()):
            invocation = dbt_of(work.project).cli(
                ["build"], context=context, target_path=work.target, raise_on_error=False
            )
            events: list[Any] = []
            for said in invocation.stream_raw_events():
                info = said.raw_event["info"]
                if info["level"] in _TOLD and info["msg"].strip():
                    context.log.info(info["msg"])
                events += said.to_default_asset_events(
                    invocation.manifest, invocation.dagster_dbt_translator, context, work.target
                )
        ran, tables = read_manifest(work.target), work.tables()
        for event in events:
            if not isinstance(event, dg.Output):
                yield event
                continue
            unique_id = str(event.metadata["unique_id"].value)
            node = manifest["nodes"][unique_id]
            level = classification_of(specs[node["name"]].metadata)
            footer = work.keep(node, level)
            texts = {column["name"]: column["description"] for column in node["columns"].values()}
            lineage = lineage_of_model(ran, unique_id, tables, [name for name, _ in footer.columns])
            told = footer_metadata(footer, texts) | lineage_metadata(lineage)
            told |= {CLASSIFICATION: level} if level is not None else {}
            found, seen = looked(partial(work.stored, node), footer.rows)
            yield dg.Output(None, output_name=event.output_name, metadata={**event.metadata, **told, **seen})
            spec = specs[node["name"]]
            asset = AssetFacts(name=node["name"], layer=layer_of(node), model=NOTEBOOK not in spec.metadata)
            yield from tell_found(context, asset, found or (), on=today(), key=spec.key)
            record_run(context, asset.shown, None, spec.key)
        if not invocation.is_successful():
            raise problem_of(work.target, invocation.get_error())
