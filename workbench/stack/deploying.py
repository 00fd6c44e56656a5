"""New code without a gap: another code server is started beside the one that serves, and takes its place once healthy.

The supervisor does it, since the processes are its children (`Deployer`); the command asks it to, over a pipe
(`workbench.stack.asking`). The server that served before starts no new run, and ends once its last run has.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from platform_core.errors import UserError
from workbench.project import Project
from workbench.stack.database import runs_on
from workbench.stack.native import LOOPBACK, NativeService, Ports, native_services, stack_folder
from workbench.stack.ports import HeldPorts
from workbench.stack.releases import Release, read_releases
from workbench.stack.state import Process, State
from workbench.stack.supervisor import Supervisor
from workbench.stack.workspace import digest_of, note_of, told, write_workspace

LINGER = 60.0  # seconds that a server goes on answering those who asked it just before the switch
LOOK = 5.0  # seconds between two looks whether its last run has ended
PATIENCE = 180.0  # seconds until webserver and daemon have taken up the new server

Say = Callable[[str], None]


def code_of(release: Release) -> str:
    """Give the name of the code server of a release, while it is not the one that serves."""
    return f"code-{release.number}"


def workspace_of(folder: Path) -> Path:
    """Give the workspace file of a stack."""
    return folder / "workspace.yaml"


def leaving_of(
    project: Project, ports: Ports, before: State, kept: HeldPorts
) -> dict[str, tuple[NativeService, Process]]:
    """Give the code servers that had not gone yet when a stack stopped, with their ports.

    Their runs ended with them. Who asks for one must hear that it is gone, or it would count as running for good.
    """
    found = {}
    for name, entry in before.services.items():
        release = Release(entry.release, "", stack_folder(project) / "releases" / str(entry.release))
        if entry.leaving and release.root.is_dir() and kept.any(entry.port) == entry.port:
            service = services_of(project, replace(ports, code=entry.port), release)["code"]
            found[name] = replace(service, name=name), Process(port=entry.port, release=entry.release, leaving=True)
    return found


def services_of(project: Project, ports: Ports, release: Release) -> dict[str, NativeService]:
    """Give the services of a stack whose code server has the code of a release."""
    workspace = workspace_of(stack_folder(project))
    mounts = {"/project": release.root, "/dagster/workspace.yaml": workspace}
    return native_services(project, ports, elsewhere=mounts)


class Deployer:
    """Deploys into a running stack, one release at a time."""

    def __init__(self, supervisor: Supervisor, state: State, project: Project, kept: HeldPorts) -> None:
        """Remember the parts of the stack."""
        self._supervisor, self._state, self._project, self._kept = supervisor, state, project, kept
        self._folder = stack_folder(project)
        self._letting_go: dict[str, asyncio.Task[None]] = {}

    async def deploy(self, release: Release, tell: Say) -> None:
        """Let a release serve, and tell of each step.

        Raises:
            UserError: It does not start or cannot be loaded, and what served goes on serving.
        """
        old, name = self._state.services["code"], code_of(release)
        if old.release == release.number:
            raise UserError(f"Release {release.number} serves already.")
        entry = self._state.services.get(name)
        there = entry is not None
        if entry is not None:  # it served before, and has not gone yet
            self._letting_go.pop(name).cancel()
        else:
            entry = Process(port=self._kept.any(), release=release.number)
            service = services_of(self._project, replace(Ports(**self._state.ports), code=entry.port), release)["code"]
            await self._supervisor.start_beside(replace(service, name=name), entry)
            tell(f"{name:<12} healthy    release {release.number} is loaded")
        problem = await self._switched(entry.port, tell)
        if problem:
            await self._switched(old.port, lambda _: None)
            if there:
                self.let_go(name)
            else:
                await self._supervisor.stop(name)
                self._kept.drop(entry.port)
            hint = f"Its log is data/stack/logs/{name}.log."
            raise UserError(f"The webserver cannot use release {release.number}: {problem}", hint=hint)
        before = f"code-{old.release}"
        old.leaving, entry.leaving, self._state.ports["code"] = True, False, entry.port
        self._supervisor.exchange("code", name, before)
        read_releases(self._folder).note(release, [one.release for one in self._state.services.values()])
        self.let_go(before)

    def let_go(self, name: str) -> None:
        """Stop a code server that starts no run any more, once its last one has ended."""
        self._letting_go[name] = asyncio.create_task(self._let_go(name))

    async def _let_go(self, name: str) -> None:
        entry = self._state.services[name]
        environ = services_of(self._project, Ports(**self._state.ports), self._release(entry.release))["daemon"]
        await asyncio.sleep(LINGER)
        while not self._daemon_follows() or await asyncio.to_thread(_in_use, environ.environment, entry.port):
            await asyncio.sleep(LOOK)
        del self._letting_go[name]
        await self._supervisor.stop(name)
        self._kept.drop(entry.port)

    def _release(self, number: int) -> Release:
        return Release(number, "", self._folder / "releases" / str(number))

    async def _switched(self, port: int, tell: Say) -> str:
        """Have webserver and daemon ask the code server on a port, and say what is wrong with it for the webserver."""
        locations = write_workspace(workspace_of(self._folder), port)
        address, loop = f"http://{LOOPBACK}:{self._state.ports['webserver']}", asyncio.get_running_loop()
        deadline = loop.time() + PATIENCE
        while True:
            try:
                problem = await asyncio.to_thread(told, address, locations)
                break
            except (OSError, ValueError, KeyError, TypeError) as error:  # it is being started again
                if loop.time() > deadline:
                    return f"it does not answer ({error})"
                await asyncio.sleep(1)
        if problem:
            return problem
        tell("webserver    switched")
        while not self._daemon_follows():
            if loop.time() > deadline:
                tell("daemon       not yet    it switches once it is back")
                return ""
            await asyncio.sleep(0.2)
        tell("daemon       switched")
        return ""

    def _daemon_follows(self) -> bool:
        try:
            noted = note_of(self._folder / "volumes" / "dagster").read_text(encoding="utf-8")
        except OSError:
            return False
        return noted == digest_of(workspace_of(self._folder))


def _in_use(environ: Mapping[str, str], port: int) -> bool:
    try:
        return runs_on(environ, port) > 0
    except Exception:  # noqa: BLE001 - whatever keeps PostgreSQL from answering: nobody knows, so it stays
        return True
