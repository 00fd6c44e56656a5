"""The parts of a deployment, each by itself: releases, a service beside the others, the workspace that is followed."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from pathlib import Path

import pytest

from platform_core.errors import UserError
from workbench.project import Project
from workbench.stack.compose import HealthCheck
from workbench.stack.deploying import leaving_of
from workbench.stack.native import NativeService, Ports, stack_folder
from workbench.stack.ports import HeldPorts
from workbench.stack.releases import KEPT, read_releases
from workbench.stack.showing import show_releases, show_status
from workbench.stack.state import Process, State, read_state
from workbench.stack.supervisor import Supervisor
from workbench.stack.workspace import digest_of, follow, note_of, write_workspace


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with some code and some data."""
    (tmp_path / "src" / "rents").mkdir(parents=True)
    (tmp_path / "sources").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    (tmp_path / "src" / "rents" / "a.py").write_text("A = 1\n", encoding="utf-8")
    return Project(tmp_path, "rents")


def change(project: Project, text: str) -> None:
    (project.root / "src" / "rents" / "a.py").write_text(text, encoding="utf-8")


def test_a_release_stays_as_it_was_and_sees_the_data_of_now(project: Project) -> None:
    releases = read_releases(stack_folder(project))
    first = releases.take(project)
    assert releases.take(project) == first
    change(project, "A = 2\n")
    (project.root / "sources" / "late.csv").write_text("x\n", encoding="utf-8")
    second = releases.take(project)
    assert (first.number, second.number) == (1, 2)
    assert (first.root / "src" / "rents" / "a.py").read_text(encoding="utf-8") == "A = 1\n"
    assert (first.root / "sources" / "late.csv").is_file()
    assert not (first.root / ".git").exists()
    assert read_releases(stack_folder(project)).kept == [first, second]


def test_what_served_before_is_known_and_old_releases_go(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    stack = stack_folder(project)
    assert read_releases(stack).serving is None
    for number in range(1, KEPT + 4):
        change(project, f"A = {number}\n")
        releases = read_releases(stack)
        releases.note(releases.take(project), used=[1])
    releases = read_releases(stack)
    assert [release.number for release in releases.kept] == [1, *range(4, KEPT + 4)]
    assert show_releases(project) == 0
    assert capsys.readouterr().out.splitlines()[-1].split()[::2] == [str(KEPT + 3), "serves"]
    assert show_releases(project, as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["release"] for one in told if one["serves"]] == [KEPT + 3]
    assert (releases.serving, releases.before) == (releases.kept[-1], releases.kept[-2])
    releases.note(releases.kept[-2])
    assert read_releases(stack).before == releases.kept[-1]
    with pytest.raises(UserError, match="no release 2"):
        releases.get(2)
    (stack / "releases" / "releases.json").write_text("{", encoding="utf-8")
    assert read_releases(stack).kept == []


def test_a_stack_that_never_ran_shows_nothing(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert show_status(project, as_json=True) == 1
    assert json.loads(capsys.readouterr().out) == []
    assert show_status(project) == 1
    assert capsys.readouterr().out == "nothing was started\n"


def service(name: str, folder: Path, *argv: str, check: str = "true") -> NativeService:
    health = HealthCheck((check,), 0.05, 600, 2, 600)
    return NativeService(name, argv, os.environ, folder, (check,), health, {}, True, ())


def test_a_service_beside_the_others_takes_a_name_over_or_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "stack"
    folder.mkdir(parents=True)
    forever, broken = ("tail", "-f", "/dev/null"), ("sh", "-c", "echo ValueError: no; seq 20; exit 3")
    said: list[str] = []

    async def scenario() -> None:
        ready = asyncio.Event()
        supervisor = Supervisor(
            {"code": service("code", folder, *forever)}, {}, State(), folder, said.append, ready.set
        )
        running = asyncio.create_task(supervisor.run())
        await ready.wait()
        first = read_state(folder).services["code"].pid
        unhealthy = service("code-2", folder, *broken, check="false")
        with pytest.raises(UserError, match=r"(?s)ended with 3.*ValueError: no.*\b20\b"):
            await supervisor.start_beside(unhealthy, Process())
        assert list(read_state(folder).services) == ["code"]
        await supervisor.start_beside(service("code-3", folder, *forever), Process(release=3))
        supervisor.exchange("code", "code-3", "code-1")
        after = read_state(folder).services
        assert after["code"].release == 3
        assert after["code-1"].pid == first
        os.kill(after["code"].pid, 9)  # what serves now is started again, as what served before was
        while (again := read_state(folder).services["code"]).restarts != 1 or again.state != "healthy":
            await asyncio.sleep(0.05)
        await supervisor.stop("code-1")
        assert list(read_state(folder).services) == ["code"]
        os.kill(os.getpid(), 15)
        await asyncio.wait_for(running, 600)

    asyncio.run(scenario())
    assert not Path(f"/proc/{read_state(folder).services['code'].pid}").exists()


def test_a_server_that_had_not_gone_comes_back_with_the_stack_on_its_port(project: Project) -> None:
    """Its runs ended with it: who asks for one has to hear so."""
    releases = read_releases(stack_folder(project))
    release = releases.take(project)
    with HeldPorts() as kept:
        port, serving, gone = (kept.any() for _ in range(3))
        services = {
            "code": Process(port=serving, release=2),
            "code-1": Process(port=port, release=release.number, leaving=True),
            "code-7": Process(port=gone, release=7, leaving=True),  # whose release is not there any more
        }
        found = leaving_of(project, Ports(1, 2, 3), State(services=services), kept)
    assert list(found) == ["code-1"]
    again, entry = found["code-1"]
    assert str(port) in again.argv
    assert str(release.root / "src") in again.argv
    assert entry.leaving


def test_the_daemon_takes_a_changed_workspace_up_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it could not be loaded at first."""
    monkeypatch.setattr("workbench.stack.workspace.LOOK", 0.01)
    file, over, loaded, broken = tmp_path / "workspace.yaml", threading.Event(), threading.Semaphore(0), [True]

    class Context:
        def refresh_workspace(self) -> None:
            if broken:
                broken.pop()
                raise OSError("away")
            loaded.release()

    assert write_workspace(file, 4001) == ["project"]
    thread = threading.Thread(target=follow, args=(Context(), file, tmp_path, over))
    thread.start()
    try:
        for port in (4001, 4002):
            write_workspace(file, port)
            assert loaded.acquire(timeout=600)
            while not (note_of(tmp_path).exists() and note_of(tmp_path).read_text() == digest_of(file)):
                over.wait(0.01)
    finally:
        over.set()
        thread.join()
    assert "port: 4002" in file.read_text(encoding="utf-8")
    assert not loaded.acquire(blocking=False)
