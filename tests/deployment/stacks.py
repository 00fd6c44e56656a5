"""A stack that runs: asked over GraphQL and over SQL, its processes killed, its records held to what must be so."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg2  # type: ignore[import-untyped] # it ships no types

from workbench.stack.ports import HeldPorts
from workbench.stack.state import Process, alive, read_state

DEADLINE = 900.0  # seconds until a test gives a stack up; nothing is measured by it
_NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"  # each process of the stack would compile Dagster anew, for eight seconds
FINISHED = ("SUCCESS", "FAILURE", "CANCELED")
_LAUNCH = """mutation($p: ExecutionParams!) { launchRun(executionParams: $p) { __typename
  ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""

FIRST_CODE, SECOND_CODE = "the first code", "the second code"
TICKING = f'''\
"""What the schedule and the sensor of the test ask for, and which code it is."""

import os
from pathlib import Path

import dagster as dg

CODE = "{FIRST_CODE}"


@dg.asset(group_name="gold", description=CODE)
def clock() -> dg.MaterializeResult:
    # Nothing but an event
    return dg.MaterializeResult(metadata={{"rows": 1, "code": CODE}})


@dg.schedule(target=clock, cron_schedule="* * * * *", default_status=dg.DefaultScheduleStatus.RUNNING)
def every_minute() -> dg.RunRequest | dg.SkipReason:
    """Ask for a run, until a file says that no more are wanted; the ticks go on."""
    if Path(os.environ["WORKBENCH_PROJECT"], "sources", "quiet").exists():
        return dg.SkipReason("no more are wanted")
    return dg.RunRequest()


@dg.asset(group_name="gold")
def held() -> dg.MaterializeResult:
    """An event, once somebody has written into a pipe."""
    Path(os.environ["WORKBENCH_PROJECT"], "sources", "hold").read_text(encoding="utf-8")
    return dg.MaterializeResult(metadata={{"code": CODE}})


@dg.asset(group_name="gold")
def arrival() -> dg.MaterializeResult:
    """Nothing but an event."""
    return dg.MaterializeResult(metadata={{"rows": 1}})
'''
CONFIG = """
resources:
  inbox: {type: files, root: sources/inbox}
jobs:
  receive: {selection: arrival}
sensors:
  arrivals: {type: file, job: receive, resource: inbox, pattern: "*.txt", interval_seconds: 5, status: running}
"""
IN_PROCESS = """
compute: {executor: in_process}
"""


def odp_project(folder: Path, *, warm: bool) -> Path:
    """Make the project of the ODP example, promoted, with a schedule and a sensor that run.

    Its steps run in workers of their own, as they do if nothing is said, or in the process of their run, which costs a
    third.
    """
    notebooks = [f"notebooks/{name}.ipynb" for name in ("bronze/harvest", "silver/clean", "gold/quality")]
    for command in (
        ["workbench", "new", str(folder), "--example", "odp", "--no-input"],
        ["promote", "--no-run", *notebooks],
    ):
        program = [sys.executable, "-m", *command] if command[0] == "workbench" else [_script(command[0]), *command[1:]]
        where = folder.parent if command[0] == "workbench" else folder
        subprocess.run(program, cwd=where, check=True, capture_output=True)
    (folder / "sources" / "inbox").mkdir()
    os.mkfifo(folder / "sources" / "hold")
    ticking(folder).write_text(TICKING, encoding="utf-8")
    settings = folder / "config" / "dev.yaml"  # what it says is merged into base.yaml
    settings.write_text(settings.read_text(encoding="utf-8") + CONFIG + ("" if warm else IN_PROCESS), encoding="utf-8")
    return folder


def ticking(project: Path) -> Path:
    """Give the module of the test's own assets."""
    return project / "src" / project.name / "defs" / "gold" / "ticking.py"


def _script(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


@dataclass
class Stack:
    """A stack of a project, and the port of its webserver."""

    project: Path
    port: int
    launched: list[str] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.project / "data" / "stack"

    def service(self, name: str) -> Process:
        return read_state(self.folder).services[name]

    def kill(self, name: str) -> int:
        """Kill the process of a service, as a machine that runs out of memory does; give its restarts by then."""
        self.until(lambda: alive(self.service(name)), f"a process of {name}")
        process = self.service(name)
        os.kill(process.pid, signal.SIGKILL)
        return process.restarts

    def settled(self, name: str, restarts: int) -> None:
        """Wait until a service was restarted at least so many times, and is healthy."""
        self.until(
            lambda: self.service(name).restarts >= restarts and self.service(name).state == "healthy",
            f"{name} healthy again",
        )
        # The webserver sees for itself that its code server is another, and refuses launches until it has loaded that
        self.until(self._loaded, "the webserver's loading of the project")

    def _loaded(self) -> bool:
        try:
            return bool(self.serves())
        except (OSError, ValueError, KeyError, TypeError):  # it is being started again, or has not loaded it
            return False

    def until(self, happened: Any, what: str) -> None:
        """Wait for something: asked again whenever PostgreSQL tells of an event, and at least every two seconds."""
        deadline = time.monotonic() + DEADLINE
        while not happened():
            assert time.monotonic() < deadline, f"{what} did not happen; {self.logs()}\n\n{self.troubles()}"
            try:
                with self.connected() as connection:
                    connection.autocommit = True
                    connection.cursor().execute("LISTEN run_events")
                    select.select([connection], [], [], 2)
            except psycopg2.Error:  # it is being restarted
                select.select([], [], [], 0.5)

    @contextmanager
    def asked_all_the_time(self) -> Iterator[list[str]]:
        """Ask the webserver for the project's assets without a pause, for a block; give what it had against it."""
        over, wrong, answers = threading.Event(), list[str](), 0

        def asking() -> None:
            nonlocal answers
            while not over.is_set():
                try:
                    asset = self.ask('{assetNodeOrError(assetKey: {path: ["clock"]}) {__typename}}')["assetNodeOrError"]
                    if asset["__typename"] != "AssetNode":
                        wrong.append(str(asset))
                except (OSError, ValueError, KeyError, TypeError) as error:
                    wrong.append(repr(error))
                answers += 1
                over.wait(0.3)  # so that it leaves others some of the processor

        thread = threading.Thread(target=asking)
        thread.start()
        try:
            yield wrong
        finally:
            over.set()
            thread.join()
        assert answers > 1

    @contextmanager
    def connected(self) -> Iterator[Any]:
        state = read_state(self.folder)
        secret = (self.folder / "volumes" / "secrets" / "postgres_password").read_text(encoding="utf-8")
        where = {"host": "127.0.0.1", "port": state.ports["postgres"], "user": "dagster", "dbname": "dagster"}
        connection = psycopg2.connect(**where, password=secret, connect_timeout=120)
        try:
            yield connection
        finally:
            connection.close()

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.connected() as connection, connection.cursor() as cursor:
            cursor.execute(query, values)
            return list(cursor.fetchall())

    def ask(self, query: str, **values: Any) -> Any:
        body = json.dumps({"query": query, "variables": values}).encode()
        address = f"http://127.0.0.1:{self.port}/graphql"
        request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - our own server
            return json.load(answer)["data"]

    def launch(self, *assets: str, partition: str = "") -> str:
        """Ask the webserver for a run of assets and give its id."""
        tags = [{"key": "dagster/priority", "value": "1"}]  # before what the schedule asked for meanwhile
        tags += [{"key": "dagster/partition", "value": partition}] if partition else []
        selector = {"repositoryName": "__repository__", "repositoryLocationName": "project", "jobName": "__ASSET_JOB"}
        selector["assetSelection"] = [{"path": [name]} for name in assets]  # type: ignore[assignment]
        parameters = {"selector": selector, "mode": "default", "executionMetadata": {"tags": tags}}
        answer = self.ask(_LAUNCH, p=parameters)["launchRun"]
        assert answer["__typename"] == "LaunchRunSuccess", answer
        self.launched.append(answer["run"]["runId"])
        return self.launched[-1]

    def status(self, run: str) -> str:
        """Give the status of a run, or that of the last run that tried it again."""
        return str(self.attempts(run)[-1][1])

    def attempts(self, run: str) -> list[tuple[str, str]]:
        """Give id and status of a run and of those that tried it again, in their order."""
        return [
            (found, status)
            for found, status in self.rows(
                "SELECT run_id, status FROM runs WHERE run_id = %s OR run_id IN"
                " (SELECT run_id FROM run_tags WHERE key = 'dagster/root_run_id' AND value = %s) ORDER BY id",
                run,
                run,
            )
        ]

    def finished(self, run: str) -> str:
        """Wait until a run has succeeded, or failed for as often as runs are tried; give its status."""

        def ended() -> bool:
            found = self.attempts(run)
            return found[-1][1] == "SUCCESS" or (len(found) > 2 and found[-1][1] in FINISHED)

        self.until(ended, f"the end of run {run}")
        return self.status(run)

    def deploy(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Do `workbench deploy`."""
        command = [sys.executable, "-m", "workbench", "deploy", *options]
        return subprocess.run(command, cwd=self.project, capture_output=True, text=True, check=False)

    def serves(self) -> str:
        """Give the code that the webserver knows."""
        query = '{assetNodeOrError(assetKey: {path: ["clock"]}) {... on AssetNode {description}}}'
        return str(self.ask(query)["assetNodeOrError"]["description"])

    def code_of(self, run: str) -> str:
        """Give the code that a run was done with, as its materialisation says."""
        query = "SELECT event FROM event_logs WHERE run_id = %s AND dagster_event_type = 'ASSET_MATERIALIZATION'"
        ((event,),) = self.rows(query, run)
        return next(code for code in (FIRST_CODE, SECOND_CODE) if code in event)

    def arrive(self, name: str) -> None:
        """Put a file where the sensor looks."""
        (self.project / "sources" / "inbox" / f"{name}.txt").write_text(name, encoding="utf-8")

    def logs(self) -> str:
        parts = [f"{path.name}:\n" + "\n".join(_last(path)) for path in sorted((self.folder / "logs").glob("*.log"))]
        return "\n\n".join(parts)

    def troubles(self) -> str:
        """Give the runs that did not succeed, with their tags and the last of their events that tell of a failure."""
        runs = self.rows("SELECT run_id, status FROM runs WHERE status <> 'SUCCESS' ORDER BY id DESC LIMIT 10")
        told = "SELECT event FROM event_logs WHERE run_id = %s AND dagster_event_type LIKE '%%FAILURE' ORDER BY id"
        tags = "SELECT key || '=' || value FROM run_tags WHERE run_id = %s AND key LIKE 'dagster/%%' ORDER BY key"
        return "\n\n".join(
            f"{run} {status} {[tag for (tag,) in self.rows(tags, run)]}\n"
            + "\n".join(event[:3000] for (event,) in self.rows(told, run))
            for run, status in runs
        )

    def unfinished(self) -> list[str]:
        return [run for (run,) in self.rows("SELECT run_id FROM runs WHERE NOT status = ANY(%s)", list(FINISHED))]

    def untried(self) -> list[str]:
        """Give the runs that failed, were not tried again and had tries left."""
        failed = self.rows("SELECT run_id, status FROM runs WHERE status = 'FAILURE' AND run_id NOT IN"
                           " (SELECT value FROM run_tags WHERE key = 'dagster/parent_run_id')")  # fmt: skip
        tries = dict(self.rows("SELECT run_id, value FROM run_tags WHERE key = 'dagster/retry_number'"))
        return [run for run, _ in failed if int(tries.get(run, 0)) < 2]

    def settle(self) -> None:
        """Wait until all that is under way now has ended, and what of it crashed was tried again.

        The schedule goes on meanwhile: what it asks for later is left out.
        """
        now = {run for (run,) in self.rows("SELECT run_id FROM runs")}

        def settled() -> bool:
            later = {run for (run,) in self.rows("SELECT run_id FROM run_tags WHERE key = 'dagster/parent_run_id'")}
            return not (now | later) & {*self.unfinished(), *self.untried()}

        self.until(settled, "the end of all runs")

    def doubled_or_lost(self) -> list[str]:
        """Say which events, ticks and runs stand in PostgreSQL twice, or not at all."""
        found = []
        succeeded = [run for (run,) in self.rows("SELECT run_id FROM runs WHERE status = 'SUCCESS'")]
        events = self.rows(
            "SELECT run_id, dagster_event_type, coalesce(step_key, ''), coalesce(asset_key, ''), count(*)"
            " FROM event_logs WHERE dagster_event_type = ANY(%s) GROUP BY 1, 2, 3, 4",
            ["PIPELINE_START", "PIPELINE_SUCCESS", "STEP_START", "STEP_SUCCESS", "ASSET_MATERIALIZATION"],
        )
        of_run: dict[str, Counter[tuple[str, str, str]]] = {run: Counter() for run in succeeded}
        for run, kind, step, asset, number in events:
            if run in of_run:
                of_run[run][kind, step, asset] = number
        for run, counted in of_run.items():
            found += [f"{run}: {event} {number} times" for event, number in counted.items() if number != 1]
            steps = {kind: {step for found_kind, step, _ in counted if found_kind == kind} for kind, _, _ in counted}
            if steps.get("STEP_START", set()) != steps.get("STEP_SUCCESS", set()):
                found.append(f"{run}: steps began and ended differently: {steps}")
            wanted = {"PIPELINE_START", "PIPELINE_SUCCESS", "STEP_SUCCESS", "ASSET_MATERIALIZATION"}
            found += [f"{run}: no {kind}" for kind in wanted - steps.keys()]
        return found + self._ticks() + self._arrivals()

    def _ticks(self) -> list[str]:
        # The last one may be at work just now
        ticks = self.rows(
            "SELECT extract(epoch FROM timestamp)::bigint / 60, status FROM job_ticks"
            " WHERE type = 'SCHEDULE' ORDER BY timestamp"
        )[:-1]
        minutes = Counter(minute for minute, status in ticks if status != "STARTED")
        found = [f"tick of minute {minute}: {number} times" for minute, number in minutes.items() if number != 1]
        # What was due while a service was away or stood still is made up by the next tick, as the daemon then says.
        # Before any other no minute may be missing
        there, made_up = sorted(minutes), self._made_up()
        found += [
            f"no tick between the minutes {before} and {after}"
            for before, after in pairwise(there)
            if after - before > 1 and after not in made_up
        ]
        runs = self.rows(
            "SELECT t.value, count(*) FROM run_tags t WHERE t.key = '.dagster/scheduled_execution_time' AND t.run_id"
            " NOT IN (SELECT run_id FROM run_tags WHERE key = 'dagster/parent_run_id') GROUP BY 1"
        )
        runs = [(when, number) for when, number in runs if _minute(when) in minutes]
        found += [f"runs for the tick {when}: {number}" for when, number in runs if number != 1]
        asked = sum(status == "SUCCESS" for _, status in ticks)
        if asked != len(runs):
            found.append(f"{asked} ticks asked for a run, {len(runs)} runs are there")
        return found

    def _made_up(self) -> set[int]:
        """Give the minutes whose ticks stand for those before, as the daemon has said."""
        text, found, skipping = (self.folder / "logs" / "daemon.log").read_text(encoding="utf-8"), set(), False
        for line in text.splitlines():
            if "SchedulerDaemon" in line and "not trying to catch up" in line:
                skipping = True
            elif "SchedulerDaemon" in line and "Evaluating schedule" in line:
                found |= {_minute(line.rpartition("` at ")[2])} if skipping else set()
                skipping = False
        return found

    def _arrivals(self) -> list[str]:
        runs = Counter(
            key
            for (key,) in self.rows(
                "SELECT value FROM run_tags WHERE key = 'workbench/file' AND run_id"
                " NOT IN (SELECT run_id FROM run_tags WHERE key = 'dagster/parent_run_id')"
            )
        )
        files = sorted(path.name for path in (self.project / "sources" / "inbox").iterdir())
        return [f"{runs[name]} runs for the file {name}" for name in files if runs[name] != 1]


def _minute(when: str) -> int:
    """Give the minute of a time as Dagster writes it: into a tag as ISO says, into its log with a space more.

    >>> _minute("2026-11-29 17:42:00 +0000") == _minute("2026-11-29T17:42:00+00:00")
    True
    """
    return int(datetime.fromisoformat(when.replace(" +", "+")).timestamp()) // 60


def _last(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]


@contextmanager
def running(project: Path, environ: dict[str, str]) -> Iterator[Stack]:
    """Start the stack of a project, give it when it is healthy, and stop it at the end."""
    with HeldPorts() as kept:
        port = kept.any()
        with subprocess.Popen(
            [sys.executable, "-m", "workbench", "up", "--port", str(port)],
            cwd=project,
            env={name: value for name, value in {**os.environ, **environ}.items() if name != _NO_BYTECODE},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            assert process.stdout is not None
            seen = []
            try:
                for line in process.stdout:
                    seen.append(line)
                    if "Dagster is on" in line:
                        break
                else:
                    raise AssertionError("".join(seen))
                yield Stack(project, port)
                process.send_signal(signal.SIGTERM)
                process.communicate(timeout=DEADLINE)
                assert process.returncode == 0
            finally:
                if process.poll() is None:
                    with suppress(ProcessLookupError):
                        process.send_signal(signal.SIGTERM)
                        process.wait(timeout=DEADLINE)
