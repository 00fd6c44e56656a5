"""The topology of the Compose file, run as processes: its commands, environments and health checks are the file's."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import polars as pl

from tests.deployment.stacks import FIRST_CODE, SECOND_CODE, Stack, ticking
from workbench.project import Project
from workbench.stack.compose import compose_file, read_services
from workbench.stack.native import Ports, variables
from workbench.stack.state import read_state

BRONZE_AND_SILVER = ("odp_issues", "odp_status", "odp_conformance", "issues", "status", "conformance")
DATE = "2025-03-19"
LAUNCHED = "LAUNCHED"  # no event: the code server is told of the run, whose process then takes seconds to begin
WORST = (("code", LAUNCHED), ("postgres", "STEP_START"), ("daemon", "PIPELINE_ENQUEUED"), ("code", "STEP_START"),
         ("webserver", "PIPELINE_START"))  # fmt: skip
SHARE = 2  # of the worst, in the suite: each costs five seconds of CPU
MOMENTS = ("PIPELINE_ENQUEUED", "PIPELINE_STARTING", LAUNCHED, "PIPELINE_START", "STEP_START", "ASSET_MATERIALIZATION",
           "STEP_SUCCESS")  # fmt: skip


def test_each_service_runs_the_command_of_the_compose_file(stack: Stack) -> None:
    """What the kernel says of the running processes is what the Compose file says of the containers."""
    state = read_state(stack.folder)
    known = variables(Project(stack.project, "odp"), Ports(**state.ports), {})
    services = read_services(compose_file(), known)
    for name in ("code", "webserver", "daemon", "postgres"):
        running = Path(f"/proc/{state.services[name].pid}/cmdline").read_bytes().decode().split("\0")
        # The volumes' places differ, everything else stands there word by word
        for word in services[name].command:
            if word == "python3":
                assert running[0] == sys.executable
                continue
            moved = word.startswith(("/project", "/dagster"))
            wanted = word.rpartition("/")[2] if moved else word
            assert any(part.rpartition("/")[2] == wanted if moved else part.endswith(wanted) for part in running), word


def test_a_run_launched_over_graphql_makes_the_example(stack: Stack) -> None:
    run = stack.launch(*BRONZE_AND_SILVER, partition=DATE)
    assert stack.finished(run) == "SUCCESS"
    lake = stack.folder / "volumes" / "lake"
    made = pl.read_parquet(lake / "bronze" / "odp_status" / f"{DATE}.parquet")
    given = pl.read_csv(stack.project / "sources" / "odp" / f"odp-status_{DATE}.csv", infer_schema=False)
    assert made.height == given.height
    assets = stack.rows(
        "SELECT asset_key FROM event_logs WHERE run_id = %s AND dagster_event_type = 'ASSET_MATERIALIZATION'", run
    )
    assert sorted(key for (key,) in assets) == sorted(f'["{name}"]' for name in BRONZE_AND_SILVER)


def test_a_sensor_fires_and_a_schedule_ticks(stack: Stack, full_count: bool) -> None:
    stack.arrive("first")
    query = "SELECT run_id FROM run_tags WHERE key = %s"
    for tag in ("workbench/file", ".dagster/scheduled_execution_time"):
        stack.until(lambda tag=tag: stack.rows(query, tag), f"a run with the tag {tag}")
        assert stack.finished(stack.rows(query, tag)[0][0]) == "SUCCESS"
    if not full_count:  # the schedule ticks on, and asks for no more runs: each costs five seconds of CPU
        (stack.project / "sources" / "quiet").touch()
    daemons = stack.ask("{instance{daemonHealth{allDaemonStatuses{daemonType healthy required}}}}")
    statuses = daemons["instance"]["daemonHealth"]["allDaemonStatuses"]
    assert all(one["healthy"] for one in statuses if one["required"])


def test_what_dies_comes_back_and_nothing_is_lost_or_doubled(stack: Stack, full_count: bool) -> None:
    """Each service is killed at the worst moment of a run; at night chance then says which, for ten minutes."""
    chance = random.Random(20261129)  # noqa: S311 - which service dies and when, no secret
    began = time.monotonic()
    events = "SELECT 1 FROM event_logs WHERE run_id = %s AND dagster_event_type = %s"
    launched_at = "SELECT 1 FROM run_tags WHERE run_id = %s AND key = '.dagster/grpc_info' AND %s <> ''"
    order, launched = [*WORST][: None if full_count else SHARE], []
    assets = ("odp_status", "status") if full_count else ("clock",)  # which imports no data-frame library
    while order:
        victim, moment = order.pop(0)
        run = stack.launch(*assets, partition=DATE if full_count else "")
        launched.append(run)
        if full_count or len(launched) == 1:
            stack.arrive(f"file-{len(launched)}")
        query = launched_at if moment == LAUNCHED else events
        stack.until(lambda asked=(query, run, moment): stack.rows(*asked), f"{moment} of {run}")
        stack.settled(victim, stack.kill(victim) + 1)
        if not order and full_count and time.monotonic() - began < 600:
            order = [(chance.choice(WORST)[0], chance.choice(MOMENTS)) for _ in range(4)]
    stack.settle()
    for run in launched:
        assert stack.finished(run) == "SUCCESS" or len(stack.attempts(run)) == 3
    # Something had to be done again: queued anew where its server was away, or tried again where it was lost with it
    queued = (
        "SELECT 1 FROM event_logs WHERE dagster_event_type = 'PIPELINE_ENQUEUED' GROUP BY run_id HAVING count(*) > 1"
    )
    tried = "SELECT 1 FROM run_tags WHERE key = 'dagster/retry_number'"
    assert stack.rows(queued) or stack.rows(tried)
    assert stack.doubled_or_lost() == []


def test_a_second_stack_of_the_project_is_refused_and_the_first_shows_its_services(stack: Stack) -> None:
    command = [sys.executable, "-m", "workbench", "up"]
    second = subprocess.run(command, cwd=stack.project, capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert "runs already" in second.stderr
    status = subprocess.run([*command, "--status"], cwd=stack.project, capture_output=True, text=True, check=False)
    assert status.returncode == 0, status.stdout
    told = subprocess.check_output([*command, "--status", "--json"], cwd=stack.project, text=True)
    shown = [f"{one['service']:<12} {one['state']:<10}" for one in json.loads(told)]
    assert shown == [line[:23].ljust(23) for line in status.stdout.splitlines()]
    assert {line.split()[0]: line.split()[1] for line in status.stdout.splitlines()} == {
        "secrets": "done", "postgres": "healthy", "code": "healthy", "webserver": "healthy", "daemon": "healthy",
    }  # fmt: skip


def test_health_and_costs_are_those_of_the_running_stack(stack: Stack) -> None:
    told = {}
    for name in ("health", "costs"):
        command = [sys.executable, "-m", "workbench", name, "--json"]
        done = subprocess.run(command, cwd=stack.project, capture_output=True, text=True, check=False)
        assert "By the records of what serves, in PostgreSQL at 127.0.0.1:" in done.stderr
        told[name] = json.loads(done.stdout)
    assert {one["name"] for one in told["health"]["daemons"]} >= {"SENSOR", "SCHEDULER"}
    assert stack.rows("SELECT 1 FROM runs") == [] or told["costs"]["lines"] != []


def test_new_code_takes_over_without_a_gap_and_goes_back(stack: Stack, full_count: bool) -> None:
    """Under load: a run is under way throughout, the schedule ticks, a file arrives, and the webserver is asked.

    At night a run also tells, each time, which code it was done with; here it is the webserver, and two runs.
    """
    module = ticking(stack.project)
    first = module.read_text(encoding="utf-8")
    runs = dict[str, str]()

    def expect(code: str, *, run: bool = False) -> None:
        assert stack.serves() == code
        if run or full_count:
            runs[launched := stack.launch("clock")] = code
            assert stack.finished(launched) == "SUCCESS"

    module.write_text(first.replace(FIRST_CODE, SECOND_CODE), encoding="utf-8")
    under_way = stack.launch("held")  # the project is another already, what serves is not
    started = "SELECT 1 FROM event_logs WHERE run_id = %s AND dagster_event_type = 'STEP_START'"
    stack.until(lambda: stack.rows(started, under_way), f"the start of {under_way}")
    with stack.asked_all_the_time() as wrong:
        expect(FIRST_CODE)
        stack.arrive("meanwhile")
        deployed = stack.deploy("--json")
        assert deployed.returncode == 0, deployed.stderr
        told = json.loads(deployed.stdout)
        assert (told["release"], told["changed"]) == (2, True)
        assert [line.split()[1] for line in told["steps"][:3]] == ["healthy", "switched", "switched"]
        expect(SECOND_CODE, run=True)
        assert stack.deploy().stdout.startswith("release 2 serves already")
        module.write_text("import nothing_of_this_name\n", encoding="utf-8")
        refused = stack.deploy()
        assert refused.returncode == 1
        assert "No module named 'nothing_of_this_name'" in refused.stderr
        expect(SECOND_CODE)
        back = stack.deploy("--rollback")
        assert back.returncode == 0, back.stderr
        assert "release 1 serves" in back.stdout
        expect(FIRST_CODE)
    assert wrong == []
    assert stack.status(under_way) == "STARTED"
    (stack.project / "sources" / "hold").write_text("now", encoding="utf-8")
    assert stack.finished(under_way) == "SUCCESS"
    runs[under_way] = FIRST_CODE
    assert {run: stack.code_of(run) for run in runs} == runs
    module.write_text(first, encoding="utf-8")
    if full_count:  # it goes on answering for a minute
        stack.until(lambda: "code-2" not in read_state(stack.folder).services, "the end of the second code server")
    stack.settle()
    tried = "SELECT run_id FROM run_tags WHERE key = 'dagster/retry_number' AND run_id = ANY(%s)"
    assert stack.rows(tried, [*runs]) == []
    assert stack.doubled_or_lost() == []
