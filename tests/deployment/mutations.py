"""Every mutation of Dagster's API, asked for what there is, and the webservers that they are sent to."""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
from graphql import GraphQLInputObjectType, GraphQLList, GraphQLNonNull, GraphQLScalarType, get_named_type

PAGE = """
import dagster as dg
@dg.asset
def made(): ...
defs = dg.Definitions(assets=[made], jobs=[dg.define_asset_job("job", [made])], schedules=[
    dg.ScheduleDefinition(name="daily", job_name="job", cron_schedule="0 0 * * *")], sensors=[
    dg.SensorDefinition(name="watching", job_name="job", evaluation_fn=lambda context: dg.SkipReason("no"))])
"""
# They change nothing that is anybody's: a message in a log, and what a page remembers of itself
HARMLESS = {"logTelemetry", "setNuxSeen"}
REFUSED = {"UnauthorizedError", "PythonError"}
LISTS = {"launchMultipleRuns", "terminateRuns"}


@dataclass(frozen=True)
class Webservers:
    """The applications of two webservers on one instance, as `dagster-webserver` makes them, and where it is kept."""

    viewers: Any
    launchers: Any
    folder: Path


@contextmanager
def two_webservers() -> Iterator[Webservers]:
    """Give the read-only webserver of viewers and the one of launchers, which stands below `/launch`."""
    from dagster._core.instance import DagsterInstance
    from dagster._core.remote_origin import InProcessCodeLocationOrigin
    from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
    from dagster._core.workspace.context import WorkspaceProcessContext
    from dagster._core.workspace.load_target import InProcessWorkspaceLoadTarget
    from dagster_webserver.webserver import DagsterWebserver

    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        file = Path(folder, "page.py")
        file.write_text(PAGE, encoding="utf-8")
        instance = stack.enter_context(DagsterInstance.local_temp(folder))
        dg.materialize([dg.asset(name="made")(lambda: None)], instance=instance)
        # In this process: a code server would cost four seconds of CPU, and no mutation of a viewer gets so far
        code = LoadableTargetOrigin(executable_path=sys.executable, python_file=str(file), working_directory=folder)
        target = InProcessWorkspaceLoadTarget(InProcessCodeLocationOrigin(code, location_name="page"))
        context = stack.enter_context(WorkspaceProcessContext(instance, target, read_only=True))
        may_launch = stack.enter_context(WorkspaceProcessContext(instance, target))
        yield Webservers(
            DagsterWebserver(context).create_asgi_app(),
            DagsterWebserver(may_launch, app_path_prefix="/launch").create_asgi_app(),
            Path(folder),
        )


def mutations() -> dict[str, Any]:
    from dagster_graphql.schema import create_schema

    kind = create_schema().graphql_schema.mutation_type
    assert kind is not None
    return dict(kind.fields)


REAL = {
    "repositoryName": "__repository__", "repositoryLocationName": "page", "jobName": "job", "pipelineName": "job",
    "scheduleName": "daily", "sensorName": "watching", "partitionSetName": "job_partition_set",
}  # fmt: skip


def made_up(kind: Any, name: str = "") -> Any:
    """Give a value of a type, names of what there is: a mutation is to be refused for who asks and not for what."""
    if name in REAL:
        return REAL[name]
    if isinstance(kind, GraphQLNonNull):
        return made_up(kind.of_type, name)
    if isinstance(kind, GraphQLList):
        return [made_up(kind.of_type)]
    if isinstance(kind, GraphQLInputObjectType):
        return {
            key: made_up(field.type) for key, field in kind.fields.items() if isinstance(field.type, GraphQLNonNull)
        }
    if isinstance(kind, GraphQLScalarType):
        return {"Boolean": False, "Int": 1, "Float": 1.0, "RunConfigData": {}, "JSONString": "{}"}.get(
            kind.name, "page"
        )
    return next(iter(get_named_type(kind).values))


def request(name: str, field: Any) -> dict[str, Any]:
    """Give the body of a request for a mutation."""
    required = {key: one.type for key, one in field.args.items() if isinstance(one.type, GraphQLNonNull)}
    head = f"({', '.join(f'${key}: {kind}' for key, kind in required.items())})" if required else ""
    inner = f"({', '.join(f'{key}: ${key}' for key in required)})" if required else ""
    leaf = isinstance(get_named_type(field.type), GraphQLScalarType)
    query = f"mutation{head} {{ {name}{inner} {'' if leaf else '{ __typename }'} }}"
    values = {key: made_up(kind, key) for key, kind in required.items()}
    return {"query": query, "variables": values}


def granted(ask: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    """Ask for every mutation and give the answers of those that were not refused."""
    found = {}
    for name, field in sorted(mutations().items()):
        if name in HARMLESS:
            continue
        answer = ask(request(name, field))
        given = (answer.get("data") or {}).get(name)
        if given is not None and given["__typename"] not in REFUSED:
            found[name] = answer
    return found


def stored(folder: Path) -> dict[str, list[str]]:
    """Give all that the instance holds: every row of every table."""
    found = {}
    for file in sorted(folder.rglob("*.db")):
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            found[file.name] = sorted(connection.iterdump())
    return found
