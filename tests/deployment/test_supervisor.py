"""The supervisor, on services that cost nothing: in this process, but where it is killed itself."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from platform_core.errors import UserError
from workbench.stack import supervisor as supervising
from workbench.stack.compose import HealthCheck
from workbench.stack.native import NativeService
from workbench.stack.ports import HeldPorts, listens
from workbench.stack.state import Process, State, alive, began, end_leftovers, read_state
from workbench.stack.supervisor import Supervisor

READY = "all are ready"
NET = 600.0  # seconds until a test gives up; nothing is measured by it
FOREVER = ["tail", "-f", "/dev/null"]
Services = Mapping[str, tuple[list[str], list[str], dict[str, bool], bool]]


def native(folder: Path, services: Services) -> dict[str, NativeService]:
    """Give services: argv, health check, whom they wait for, whether they are started again."""
    return {
        name: NativeService(
            name, tuple(argv), os.environ, folder, tuple(health),
            HealthCheck(tuple(health), 0.01, NET, 2, NET) if health else None, after, restart, (),
        )
        for name, (argv, health, after, restart) in services.items()
    }  # fmt: skip


@dataclass
class Heard:
    """What a supervisor says, and the task that it is."""

    lines: asyncio.Queue[str]
    task: asyncio.Task[None]

    async def until(self, wanted: str) -> list[str]:
        """Read until a line holds some text, and give what was read."""
        seen: list[str] = []
        while not seen or wanted not in seen[-1]:
            line = asyncio.create_task(self.lines.get())
            await asyncio.wait({line, self.task}, timeout=NET, return_when=asyncio.FIRST_COMPLETED)
            assert line.done(), f"{wanted!r} was not said: {seen}"
            seen.append(line.result())
        return seen

    def rest(self) -> list[str]:
        """Give what was said and not read."""
        return [self.lines.get_nowait() for _ in range(self.lines.qsize())]


@asynccontextmanager
async def supervised(folder: Path, services: Services, **known: Process) -> AsyncIterator[Heard]:
    """Run a supervisor beside a block; what it said before it ends with an error is there to be read."""
    heard: asyncio.Queue[str] = asyncio.Queue()
    state = State(Process(os.getpid(), began(os.getpid()), "running"), dict(known))
    supervisor = Supervisor(
        native(folder, services), {}, state, folder, heard.put_nowait, partial(heard.put_nowait, READY)
    )
    task = asyncio.create_task(supervisor.run())
    try:
        yield Heard(heard, task)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder two levels below a project's, as the stack's is; the supervisor pauses for less than in production."""
    for name in ("FIRST_PAUSE", "STARTING_INTERVAL"):
        monkeypatch.setattr(supervising, name, 0.01)
    place = tmp_path / "data" / "stack"
    place.mkdir(parents=True)
    return place


def test_services_start_in_their_order_and_stop_in_the_reverse(folder: Path) -> None:
    services = {
        "last": (FOREVER, ["true"], {"middle": True}, True),
        "middle": (FOREVER, ["true"], {"first": True}, True),
        "first": (["true"], [], {}, False),
    }

    async def scenario() -> None:
        async with supervised(folder, services) as heard:
            begun = await heard.until(READY)
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.wait_for(heard.task, NET)
            stopped = heard.rest()
        assert [line.split()[:2] for line in begun[:-1]] == [
            ["first", "done"],
            ["middle", "healthy"],
            ["last", "healthy"],
        ]
        assert [line.split() for line in stopped] == [["last", "stopped"], ["middle", "stopped"]]

    asyncio.run(scenario())
    assert read_state(folder).supervisor.pid == 0


def test_what_need_not_wait_starts_beside_the_others(folder: Path) -> None:
    """Each is healthy only once the other runs: one after the other, neither would ever be."""
    services = {
        name: (["sh", "-c", f"touch {name}; exec tail -f /dev/null"], ["test", "-e", other], after, True)
        for name, other, after in (("postgres", "code", {}), ("code", "postgres", {}),
                                   ("webserver", "daemon", {"code": True}), ("daemon", "code", {"webserver": False}))
    }  # fmt: skip

    async def scenario() -> None:
        async with supervised(folder, services) as heard:
            said = [line.split()[0] for line in await heard.until(READY)]
        assert said.index("code") < said.index("webserver")

    asyncio.run(scenario())


def test_what_dies_is_started_again_and_its_children_end_with_it(folder: Path) -> None:
    parent = ["sh", "-c", "tail -f /dev/null & echo $! > child; wait"]

    async def scenario() -> None:
        async with supervised(folder, {"code": (parent, ["test", "-s", "child"], {}, True)}) as heard:
            await heard.until(READY)
            first = read_state(folder).services["code"]
            child = os.pidfd_open(int((folder / "child").read_text()))
            os.kill(first.pid, signal.SIGKILL)
            said = await heard.until("healthy")
            second = read_state(folder).services["code"]
            assert select.select([child], [], [], NET)[0], "the child of what died goes on"
            os.close(child)
        assert "it ended with -9" in said[0]
        assert second.pid != first.pid
        assert second.restarts == 1

    asyncio.run(scenario())


def test_a_service_that_never_works_ends_the_start_with_its_last_lines(folder: Path) -> None:
    broken = ["sh", "-c", "echo the project cannot be imported; exit 7"]
    services: Services = {"code": (broken, ["false"], {}, True), "other": (FOREVER, ["true"], {}, True)}

    async def scenario() -> None:
        async with supervised(folder, services) as heard:
            with pytest.raises(UserError, match="the project cannot be imported") as caught:
                await asyncio.wait_for(heard.task, NET)
        assert "data/stack/logs/code.log" in str(caught.value.hint)

    asyncio.run(scenario())
    assert not alive(read_state(folder).services["other"])


def test_a_service_whose_check_fails_is_called_unhealthy_and_let_run(folder: Path) -> None:
    async def scenario() -> None:
        services: Services = {"webserver": (FOREVER, ["test", "!", "-e", "broken"], {}, True)}
        async with supervised(folder, services) as heard:
            await heard.until(READY)
            (folder / "broken").touch()
            await heard.until("unhealthy")
            assert alive(read_state(folder).services["webserver"])
            (folder / "broken").unlink()
            await heard.until("healthy")

    asyncio.run(scenario())


def test_another_that_answers_on_its_port_does_not_make_a_service_healthy(folder: Path) -> None:
    """A pipe tells of each check: as the second begins, the first was judged."""
    os.mkfifo(folder / "checks")
    services: Services = {"webserver": (FOREVER, ["sh", "-c", "echo >> checks"], {}, True)}

    async def scenario(port: int) -> None:
        async with supervised(folder, services, webserver=Process(port=port)):
            with os.fdopen(os.open(folder / "checks", os.O_RDWR), "rb", buffering=0) as checks:
                for _ in range(2):
                    await asyncio.to_thread(checks.read, 1)
                assert read_state(folder).services["webserver"].state == "starting"

    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        asyncio.run(scenario(port))
        assert listens(os.getpid(), port)
    assert not listens(os.getpid(), port)


def test_a_port_is_kept_for_the_server_that_is_to_have_it() -> None:
    """Nothing that asks for any port gets it, and nothing that asks for this one strictly; a server of ours does."""
    with HeldPorts() as kept, HeldPorts() as others:
        port = kept.any()
        assert kept.any(port) == port
        with socket.socket() as strict, pytest.raises(OSError, match="in use"):
            strict.bind(("127.0.0.1", port))
        assert port not in {others.any() for _ in range(200)}
        for _ in range(2):  # also a second time: what died is started again
            with socket.create_server(("127.0.0.1", port)), pytest.raises(OSError, match="in use"):
                others.this(port)
        kept.drop(port)
        assert others.any(port) == port


PROGRAM = """\
import asyncio, os, sys
from pathlib import Path
from tests.deployment.test_supervisor import FOREVER, READY, native
from workbench.stack.state import Process, State, began
from workbench.stack.supervisor import Supervisor

folder = Path(sys.argv[1])
services = native(folder, {"code": (FOREVER, ["true"], {}, True)})
state = State(Process(os.getpid(), began(os.getpid()), "running"))
say = lambda line: print(line, flush=True)
asyncio.run(Supervisor(services, {}, state, folder, say, lambda: say(READY)).run())
"""


def test_what_a_killed_supervisor_left_is_found_and_ended_and_another_of_its_number_is_not(folder: Path) -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", PROGRAM, str(folder)]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout is not None
        said = list(iter(process.stdout.readline, f"{READY}\n"))
        assert len(said) == 1, said
        process.kill()
        process.wait()
        state = read_state(folder)
        assert alive(state.services["code"])
        assert not alive(state.supervisor)
        state.services["code"].began -= 100  # as if the number had belonged to one that began before
        assert end_leftovers(state) == []
        state = read_state(folder)
        assert end_leftovers(state) == ["code"]
        assert not alive(state.services["code"])
        assert end_leftovers(state) == []


def test_a_damaged_state_counts_as_none(folder: Path) -> None:
    for text in ("", "{", "[]", '{"services": {"a": {"pid": "x", "more": 1}}}', "null"):
        (folder / "state.json").write_text(text)
        assert read_state(folder) == State()
