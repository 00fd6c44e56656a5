"""OpenLineage events of each step: that it began, and what it made from what or that it failed.

They are sent by OpenLineage's own client, and configured as that client is: by `OPENLINEAGE_URL` (with
`OPENLINEAGE_API_KEY`), by the file that `OPENLINEAGE_CONFIG` names, or by `OPENLINEAGE__TRANSPORT__…`. Without any of
these nothing is sent and the client is not even imported. `OPENLINEAGE_NAMESPACE` names the project. A receiver that
cannot be reached is a warning in the log and never a failed step, and is left alone for a minute then: the client tries
for some ten seconds. No value of the data is sent.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any

from platform_core.governance.lineage.model import ColumnLineage, Dependency
from platform_core.values import dataclass

PRODUCER = "urn:notebook-workbench"
NAMESPACE = "workbench"

REST_SECONDS = 60.0  # that a receiver which did not answer is left alone by this process
_AWAY = [0.0]  # until when, by the clock of this process
_SWITCHES = ("OPENLINEAGE_URL", "OPENLINEAGE_CONFIG", "OPENLINEAGE__TRANSPORT__TYPE")


@dataclass(slots=True)
class StepEvents:
    """What is told of a step when it has ended.

    Attributes:
        lineage: The lineage of what it made.
        schema: Gives the columns that it stored, with their types.
    """

    lineage: ColumnLineage | None = None
    schema: Callable[[], Mapping[str, Any]] | None = None


def is_on() -> bool:
    """Say whether events are to be sent.

    >>> is_on()
    False
    """
    off = os.environ.get("OPENLINEAGE_DISABLED", "").strip().lower() == "true"
    return not off and any(os.environ.get(name) for name in _SWITCHES)


@contextmanager
def events_of(run_id: str, asset: str, upstream: Iterable[str], warn: Callable[[str], object]) -> Iterator[StepEvents]:
    """Send that a step began, and at the end of the block how it ended.

    Args:
        run_id: Dagster's id of the run.
        asset: What the step makes.
        upstream: The assets that it reads.
        warn: Told where an event could not be sent.
    """
    events = StepEvents()
    if not is_on():
        yield events
        return
    inputs = tuple(upstream)
    step = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{run_id}/{asset}"))

    def send(state: str, error: BaseException | None = None) -> None:
        if time.monotonic() < _AWAY[0]:
            warn(f"The OpenLineage event {state} of {asset} was not sent: the receiver did not answer a moment ago.")
            return
        try:
            _client().emit(event(state, step, run_id, asset, inputs, events, type(error).__name__ if error else ""))
        except Exception as problem:  # noqa: BLE001 - a receiver may fail in any way, and the step goes on
            if isinstance(problem, OSError) and getattr(problem, "response", None) is None:
                _AWAY[0] = time.monotonic() + REST_SECONDS
            warn(f"The OpenLineage event {state} of {asset} was not sent ({type(problem).__name__}).")

    send("START")
    try:
        yield events
    except BaseException as error:
        send("FAIL", error)
        raise
    send("COMPLETE")


def event(
    state: str, step: str, run_id: str, asset: str, upstream: Iterable[str], told: StepEvents, error: str = ""
) -> Any:
    """Give one OpenLineage run event.

    Args:
        state: `START`, `COMPLETE` or `FAIL`.
        step: The id of the step's own run, a UUID.
        run_id: Dagster's id of the run that it is part of.
        asset: What the step makes; its job is called the same.
        upstream: The assets that it reads.
        told: The lineage and the columns of what it made, where it did.
        error: The kind of the error, where it failed.
    """
    from openlineage.client import event_v2 as v2  # noqa: PLC0415 - only where events are sent
    from openlineage.client import facet_v2 as facets  # noqa: PLC0415 - as above

    namespace = os.environ.get("OPENLINEAGE_NAMESPACE", NAMESPACE)
    run_facets: dict[str, Any] = {
        "parent": facets.parent_run.ParentRunFacet(
            run=facets.parent_run.Run(runId=run_id), job=facets.parent_run.Job(namespace=namespace, name="dagster")
        )
    }
    if error:
        run_facets["errorMessage"] = facets.error_message_run.ErrorMessageRunFacet(
            message=error, programmingLanguage="Python"
        )
    names = dict.fromkeys(upstream)
    made: dict[str, Any] = {}
    if state == "COMPLETE":
        if told.lineage is not None:
            names.update(dict.fromkeys(told.lineage.assets()))
            made["columnLineage"] = column_facet(told.lineage)
        if told.schema is not None:
            fields = [
                facets.schema_dataset.SchemaDatasetFacetFields(name=name, type=str(dtype))
                for name, dtype in told.schema().items()
            ]
            made["schema"] = facets.schema_dataset.SchemaDatasetFacet(fields=fields)
    return v2.RunEvent(
        eventTime=datetime.now(UTC).isoformat(),
        producer=PRODUCER,
        run=v2.Run(runId=step, facets=run_facets),
        job=v2.Job(namespace=namespace, name=asset),
        eventType=v2.RunState[state],
        inputs=[v2.InputDataset(*dataset(name)) for name in names],
        outputs=[v2.OutputDataset(*dataset(asset), facets=made)],
    )


def column_facet(found: ColumnLineage) -> Any:
    """Give lineage as OpenLineage's column lineage facet, what shapes the rows under the dataset as a whole."""
    from openlineage.client import facet_v2 as facets  # noqa: PLC0415 - only where events are sent

    kinds = facets.column_lineage_dataset

    def inputs(items: Iterable[Dependency]) -> list[Any]:
        by_column: dict[tuple[str, str], list[Any]] = {}
        for item in items:
            kind, subtype = ("DIRECT" if item.kind == "direct" else "INDIRECT"), item.way.upper()
            words = "cannot be looked into" if item.way == "opaque" else None
            by_column.setdefault((item.asset, item.column), []).append(
                kinds.Transformation(
                    type=kind,
                    subtype="TRANSFORMATION" if item.way == "opaque" else subtype,
                    description=words,
                    masking=False,
                )
            )
        return [
            kinds.InputField(*dataset(asset), field=column, transformations=ways)
            for (asset, column), ways in by_column.items()
        ]

    fields = {name: kinds.Fields(inputFields=inputs(items)) for name, items in found.columns.items()}
    return kinds.ColumnLineageDatasetFacet(fields=fields, dataset=inputs(found.rows))


def dataset(name: str) -> tuple[str, str]:
    """Give the namespace and name that OpenLineage has for an asset or another source.

    >>> dataset("rents"), dataset("postgres:planning.permits")
    (('workbench', 'rents'), ('postgres', 'planning.permits'))
    """
    kind, colon, rest = name.partition(":")
    return (kind, rest) if colon else (os.environ.get("OPENLINEAGE_NAMESPACE", NAMESPACE), name)


@cache
def _client() -> Any:
    from openlineage.client import OpenLineageClient  # noqa: PLC0415 - only where events are sent

    return OpenLineageClient()
