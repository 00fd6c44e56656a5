"""The supervisor, on services that cost nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from workbench.stack.state import State, alive, end_leftovers, read_state

PROGRAM = """\
import asyncio, json, sys
from pathlib import Path
from platform_core.errors import UserError
from workbench.stack.compose import HealthCheck
from workbench.stack.native import NativeService
from workbench.stack.state import Process, State, began
from workbench.stack.supervisor import Supervisor
import os

folder = Path(sys.argv[1])
services = {}
for name, (argv, health, after, restart) in json.loads(sys.argv[2]).items():
    check = HealthCheck(tuple(health), 0.2, 5, 2, 5) if health else None
    services[name] = NativeService(name, tuple(argv), os.environ, folder, tuple(health), check, after, restart, ())
state = State(Process(os.getpid(), began(os.getpid()), "running"))
say = lambda line: print(line, flush=True)
try:
    asyncio.run(Supervisor(services, {}, state, folder, say, lambda: say("all are ready")).run())
except UserError as error:
    say(str(error))
    sys.exit(1)
"""
FOREVER = ["tail", "-f", "/dev/null"]
Services = Mapping[str, tuple[list[str], list[str], dict[str, bool], bool]]


def start(folder: Path, services: Services) -> subprocess.Popen[str]:
    """Start a supervisor over services: argv, health check, whom they wait for, whether they are started again."""
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder), json.dumps(services)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def lines_until(process: subprocess.Popen[str], wanted: str) -> list[str]:
    """Read what a supervisor says until a line holds some text."""
    assert process.stdout is not None
    seen = []
    for line in process.stdout:
        seen.append(line.rstrip())
        if wanted in line:
            return seen
    raise AssertionError(f"{wanted!r} was not said: {seen}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder two levels below a project's, as the stack's is."""
    place = tmp_path / "data" / "stack"
    place.mkdir(parents=True)
    return place


def test_services_start_in_their_order_and_stop_in_the_reverse(folder: Path) -> None:
    services = {
        "last": (FOREVER, ["true"], {"middle": True}, True),
        "middle": (FOREVER, ["true"], {"first": False}, True),
        "first": (["true"], [], {}, False),
    }
    with start(folder, services) as process:
        begun = lines_until(process, "all are ready")
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=60)
    assert [line.split()[:2] for line in begun[:-1]] == [["first", "done"], ["middle", "healthy"], ["last", "healthy"]]
    assert [line.split() for line in rest.splitlines()] == [["last", "stopped"], ["middle", "stopped"]]
    assert process.returncode == 0
    assert read_state(folder).supervisor.pid == 0


def test_what_dies_is_started_again_and_its_children_end_with_it(folder: Path) -> None:
    parent = ["sh", "-c", "tail -f /dev/null & echo $! > child; wait"]
    with start(folder, {"code": (parent, ["test", "-s", "child"], {}, True)}) as process:
        lines_until(process, "all are ready")
        first = read_state(folder).services["code"]
        child = int((folder / "child").read_text())
        os.kill(first.pid, signal.SIGKILL)
        said = lines_until(process, "healthy")
        second = read_state(folder).services["code"]
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert "it ended with -9" in said[0]
    assert second.pid != first.pid
    assert second.restarts == 1
    assert not Path(f"/proc/{child}").exists() or "\nState:\tZ" in Path(f"/proc/{child}/status").read_text()


def test_a_service_that_never_works_ends_the_start_with_its_last_lines(folder: Path) -> None:
    broken = ["sh", "-c", "echo the project cannot be imported; exit 7"]
    with start(folder, {"code": (broken, ["false"], {}, True), "other": (FOREVER, ["true"], {}, True)}) as process:
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "the project cannot be imported" in said
    assert "data/stack/logs/code.log" in said
    assert not alive(read_state(folder).services["other"])


def test_a_service_whose_check_fails_is_called_unhealthy_and_let_run(folder: Path) -> None:
    services: Services = {"webserver": (FOREVER, ["test", "!", "-e", "broken"], {}, True)}
    with start(folder, services) as process:
        lines_until(process, "all are ready")
        (folder / "broken").touch()
        lines_until(process, "unhealthy")
        assert alive(read_state(folder).services["webserver"])
        (folder / "broken").unlink()
        lines_until(process, "healthy")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 0


def test_what_a_killed_supervisor_left_is_found_and_ended(folder: Path) -> None:
    with start(folder, {"code": (FOREVER, ["true"], {}, True)}) as process:
        lines_until(process, "all are ready")
        process.kill()
        process.wait(timeout=60)
        state = read_state(folder)
        assert alive(state.services["code"])
        assert not alive(state.supervisor)
        assert end_leftovers(state) == ["code"]
        assert not alive(state.services["code"])
        assert end_leftovers(state) == []
        process.communicate(timeout=60)


def test_a_damaged_state_counts_as_none(folder: Path) -> None:
    for text in ("", "{", "[]", '{"services": {"a": {"pid": "x", "more": 1}}}', "null"):
        (folder / "state.json").write_text(text)
        assert read_state(folder) == State()


def test_a_number_that_another_process_got_is_left_alone(folder: Path) -> None:
    with start(folder, {"code": (FOREVER, ["true"], {}, True)}) as process:
        lines_until(process, "all are ready")
        state = read_state(folder)
        state.services["code"].began -= 100  # as if the number had belonged to one that began before
        assert end_leftovers(state) == []
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 0
