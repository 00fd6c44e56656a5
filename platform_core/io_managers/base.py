"""Frames to a storage and back, in the kind that each input is annotated with."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from types import NoneType, UnionType
from typing import Any, Union, cast, get_args, get_origin

import dagster as dg

from platform_core.errors import UserError
from platform_core.fields import fields_of
from platform_core.frames import KINDS, FrameKind, annotation_kind
from platform_core.governance.classification import CLASSIFICATION, classification_of
from platform_core.lake import Lake
from platform_core.metadata.failing import tell_failed
from platform_core.metadata.running import footer_metadata, loading, merged, running_metadata, running_step
from platform_core.metadata.versions import Unchanged, version_metadata
from platform_core.origins import tell_query
from platform_core.parquet_read import read_footer
from platform_core.partitions.static import list_of
from platform_core.storage.stored import Storage, name_of

OF_PROJECT = "workbench/project"  # in the metadata of an asset that another project makes: which one
_DEFAULT_LAYER = "default"


class FrameIOManager(dg.ConfigurableIOManager):
    """What every IO manager of frames has in common; what differs is the storage.

    A partitioned asset is stored by partition, and an unpartitioned asset downstream gets all that are declared and
    stored as one frame, or as a `dict` of partition key to frame where it is annotated so. What was stored for a
    partition that is declared no more is not read.
    """

    def __init__(self, **data: Any) -> None:
        with fields_of(type(self), data):  # Dagster passes over what it does not know
            super().__init__(**data)

    @property
    @abstractmethod
    def storage(self) -> Storage:
        """Where assets are stored."""

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:
        """Store what an asset gives, whole or not at all, and tell its rows, columns, time and memory.

        Raises:
            UserError: It is no frame, computing it fails, the disk is full, or one run makes several partitions.
        """
        name, layer = _name(context), _layer(context)
        partition = _partition(context, name)
        storage = self.storage
        listed = list_of(context.asset_partitions_def) if partition is not None else None
        running = running_step(context.run_id, name)
        level = classification_of(context.definition_metadata)
        file = storage.path(layer, name, partition) if isinstance(storage, Lake) else None
        try:
            if isinstance(obj, Unchanged) and file is not None:
                footer = read_footer(file, few=True)
            else:
                footer = storage.write(layer, name, obj, partition, listed, level)
        except BaseException as error:  # a panic of Polars is no Exception
            if running is not None and running.function is not None:
                tell_query(error, running.function)
                tell_failed(context, running)
            raise

        def stored() -> Any:
            return storage.read(name, "lazy", partition, layer)

        told = footer_metadata(footer) | ({CLASSIFICATION: level} if level is not None else {})
        if running is not None:
            running.stored, running.file = stored, file
            if file is not None:
                told = merged(told, version_metadata(running, obj, file))
            told = merged(told, running_metadata(running, stored, footer, file))
        # An output's own metadata would stand in two events
        (context.add_output_metadata if running is None else context.step_context.add_asset_metadata)(told)

    def load_input(self, context: dg.InputContext) -> Any:
        """Load an asset as the input's annotation asks.

        Raises:
            UserError: It, or a partition that is asked for, was never stored, or the annotation is of no frame.
        """
        upstream = context.upstream_output
        name = _name(upstream if upstream is not None else context)
        ours = upstream is not None and OF_PROJECT not in (upstream.definition_metadata or {})
        layer = _layer(upstream) if upstream is not None and ours else None
        kind, by_partition = _wanted(context)
        _note_loading(context)
        if not context.has_asset_partitions:
            return self.storage.read(name, kind, None, layer)
        keys = self._stored_keys(context, name, layer)
        if by_partition:
            return {key: self.storage.read(name, kind, key, layer) for key in keys}
        return self.storage.read(name, kind, keys, layer)

    def _stored_keys(self, context: dg.InputContext, name: str, layer: str | None) -> Sequence[str]:
        """Give the partitions to load. Where all are wanted, those never stored yet are left out, and it is logged."""
        wanted = sorted(context.asset_partition_keys)
        every = set(context.asset_partitions_def.get_partition_keys(dynamic_partitions_store=context.instance))
        files = self.storage.find(name, layer)
        if len(wanted) == 1 or files is None or set(wanted) != every:
            return wanted
        missing = [key for key in wanted if key not in files.partitions]
        if missing:
            context.log.warning(f"{len(missing)} of {len(wanted)} partitions of {name} are not stored yet: left out.")
        return [key for key in wanted if key in files.partitions]


def _note_loading(context: dg.InputContext) -> None:
    """Let the meter of the step run from here: inputs that come whole are read before its function is called."""
    step = context.step_context if context._step_context is not None else None
    if step is not None:
        loading(step.run_id, step.step.key)


def _name(context: dg.OutputContext | dg.InputContext) -> str:
    if not context.has_asset_key:
        raise UserError("This IO manager stores assets only.", hint="Give an op's output another IO manager.")
    return name_of(context.asset_key.path)


def _layer(context: dg.OutputContext) -> str:
    return str((context.definition_metadata or {}).get("workbench/layer", _DEFAULT_LAYER))


def _partition(context: dg.OutputContext, name: str) -> str | None:
    if not context.has_asset_partitions:
        return None
    keys = context.asset_partition_keys
    if len(keys) != 1:
        raise UserError(
            f"One run makes {len(keys)} partitions of {name!r} at once, but each is stored by itself.",
            hint="Run one partition at a time: a backfill with BackfillPolicy.multi_run().",
        )
    return keys[0]


def _wanted(context: dg.InputContext) -> tuple[FrameKind, bool]:
    """Say which kind of frame an input wants, and whether as a `dict` of partitions."""
    told = context.definition_metadata or {}
    if told.get("workbench/kind") in KINDS:
        return cast("FrameKind", told["workbench/kind"]), bool(told.get("workbench/by_partition"))
    annotation = context.dagster_type.typing_type
    if get_origin(annotation) in {Union, UnionType}:  # a frame or None
        present = [one for one in get_args(annotation) if one is not NoneType]
        annotation = present[0] if len(present) == 1 else annotation
    by_partition = dict in {annotation, get_origin(annotation)}
    held = (get_args(annotation) or (Any,))[-1] if by_partition else annotation
    kind = "lazy" if held is object else annotation_kind(held)
    if kind is None:
        raise UserError(
            f"An input is annotated {getattr(annotation, '__name__', annotation)}, as which no asset is loaded.",
            hint="Annotate it pl.LazyFrame, pl.DataFrame, pd.DataFrame or duckdb.DuckDBPyRelation, or a dict of one.",
        )
    return kind, by_partition
