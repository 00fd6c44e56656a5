"""What `workbench up`, `workbench deploy` and `workbench down` do."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace

from platform_core.errors import UserError
from workbench.project import Project
from workbench.stack.asking import Listener, ask
from workbench.stack.deploying import Deployer, leaving_of, services_of, workspace_of
from workbench.stack.native import LOOPBACK, NativeService, Ports, prepare, stack_folder
from workbench.stack.ports import HeldPorts
from workbench.stack.releases import Release, Releases, digest_of, read_releases
from workbench.stack.showing import Say
from workbench.stack.state import (
    Process,
    State,
    alive,
    began,
    end_leftovers,
    held,
    read_state,
    wait_for_end,
    write_state,
)
from workbench.stack.supervisor import Supervisor
from workbench.stack.workspace import write_workspace

READY_VARIABLE = "WORKBENCH_STACK_READY"  # the number of the pipe that a detached stack tells its start through


def stay_up(project: Project, port: int, *, redeploy: bool = False) -> int:
    """Start the stack and watch over it until a signal stops it.

    Its code server serves the release that served last; the project as it stands where none did, or `redeploy` says so.

    Raises:
        UserError: It runs already, the port is taken, or a service does not start.
    """
    folder = stack_folder(project)
    say, close = _voice()
    with held(folder) as free, HeldPorts() as kept:
        if not free:
            raise UserError("The stack of this project runs already.", hint="`workbench down` stops it.")
        state = read_state(folder)
        for name in end_leftovers(state):
            say(f"{name:<12} ended      a supervisor that was killed had left it")
        try:
            ports = kept.chosen(port, state.ports)
        except OSError:
            hint = "Name another one with --port."
            raise UserError(f"Something else listens on port {port}.", hint=hint) from None
        releases = read_releases(folder)
        release = None if redeploy else releases.serving
        release = release or releases.take(project)
        leaving = leaving_of(project, ports, state, kept)
        state = State(Process(os.getpid(), began(os.getpid()), "running"), ports=asdict(ports))
        services, users = _prepared(project, ports, release)
        state.services = {name: Process(port=port) for name, port in asdict(ports).items()}
        state.services["code"].release = release.number
        for name, (service, entry) in leaving.items():
            services[name], state.services[name] = service, entry

        def ready() -> None:
            releases.note(release, [entry.release for entry in state.services.values()])
            if digest_of(project.root) != release.digest:
                say(f"release {release.number} is served; the project is another by now: `workbench deploy` takes it")
            say(f"Dagster is on http://{LOOPBACK}:{ports.webserver}; `workbench down` or Ctrl-C stops it")
            close()

        try:
            asyncio.run(_supervised(Supervisor(services, users, state, folder, say, ready), state, project, kept))
        finally:
            close()
    return 0


async def _supervised(supervisor: Supervisor, state: State, project: Project, kept: HeldPorts) -> None:
    """Run the services, and deploy what is asked for meanwhile."""
    deployer = Deployer(supervisor, state, project, kept)
    listener = Listener(stack_folder(project), deployer)
    supervisor.asked = listener.heard
    for name in [name for name, entry in state.services.items() if entry.leaving]:
        deployer.let_go(name)
    await supervisor.run()


def deploy(project: Project, say: Say, *, back: bool = False, number: int | None = None) -> tuple[int, bool]:
    """Let another release serve without a gap: the project as it stands, the one before, or that of a number.

    Args:
        project: The project, whose stack runs.
        say: Called with a line for each step.
        back: Whether the release that served before is wanted.
        number: The number of the release that is wanted.

    Returns:
        The release that serves, and whether another served before.

    Raises:
        UserError: There is no such release, the stack does not run, or the release does not work; what served goes on.
    """
    folder = stack_folder(project)
    with held(folder, "deploy.lock") as free:
        if not free:
            raise UserError("Another release is being deployed.", hint="Wait for it to end.")
        if not alive(read_state(folder).supervisor):
            raise UserError("The stack of this project does not run.", hint="`workbench up` starts it.")
        releases = read_releases(folder)
        release = _wanted(releases, project, back=back, number=number)
        if releases.serving is not None and release.number == releases.serving.number:
            say(f"release {release.number} serves already: nothing has changed since")
            return release.number, False
        ask(folder, release.number, say)
    say(f"release {release.number} serves; `workbench deploy --rollback` goes back")
    return release.number, True


def _wanted(releases: Releases, project: Project, *, back: bool, number: int | None) -> Release:
    if number is not None:
        return releases.get(number)
    if not back:
        return releases.take(project)
    if releases.before is None:
        raise UserError("No release served before this one.", hint="`workbench deploy --list` shows what is kept.")
    return releases.before


def detach(project: Project, port: int, *, redeploy: bool = False) -> int:
    """Start the stack in the background, show its lines until it is ready, and give the exit code of its start."""
    folder = stack_folder(project)
    (folder / "logs").mkdir(parents=True, exist_ok=True)
    reading, writing = os.pipe()
    command = [sys.executable, "-m", "workbench", "up", "--port", str(port), *(["--redeploy"] if redeploy else [])]
    with (folder / "logs" / "up.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own command, no shell
            command,
            cwd=project.root,
            env={**os.environ, READY_VARIABLE: str(writing)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(writing,),
            start_new_session=True,
        )
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as lines:
        for line in lines:
            sys.stdout.write(line)
            sys.stdout.flush()
    started = {entry.state for entry in read_state(folder).services.values()}
    if process.poll() is None and started and started <= {"healthy", "done"}:
        return 0
    process.wait()
    last = (folder / "logs" / "up.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()[-20:]
    sys.stderr.write("\n".join(last) + "\n")
    return process.returncode or 1


def take_down(project: Project) -> tuple[bool, list[str]]:
    """Stop the stack and wait until it has ended; what a killed supervisor left is ended too.

    Returns:
        Whether it ran, and the services that a killed supervisor had left.
    """
    folder = stack_folder(project)
    with held(folder) as free:
        if free:
            left = end_leftovers(read_state(folder))
            state = read_state(folder)
            leaving = {name: entry for name, entry in state.services.items() if entry.leaving}
            write_state(folder, replace(state, supervisor=Process(), services=leaving))
            return False, left
    supervisor = read_state(folder).supervisor
    if alive(supervisor):
        with suppress(ProcessLookupError):
            os.kill(supervisor.pid, signal.SIGTERM)
    wait_for_end(folder)
    return True, []


def _prepared(project: Project, ports: Ports, release: Release) -> tuple[dict[str, NativeService], dict[str, str]]:
    """Give the services, ready to be started: their folders made, their files in place, PostgreSQL's data there."""
    from workbench.stack.postgres import prepared_postgres  # noqa: PLC0415 - only starting needs it

    write_workspace(workspace_of(stack_folder(project)), ports.code)
    services = services_of(project, ports, release)
    for service in services.values():
        prepare(service)
    services["postgres"], user = prepared_postgres(services, ports.postgres)
    return services, {"postgres": user} if user else {}


def _voice() -> tuple[Callable[[str], None], Callable[[], None]]:
    """Give what says a line, to people and to the command that detached us, and what ends the latter."""
    number = os.environ.pop(READY_VARIABLE, "")
    pipe = os.fdopen(int(number), "w", encoding="utf-8") if number.isdecimal() else None

    def say(line: str) -> None:
        for stream in (sys.stdout, pipe):
            if stream is not None and not stream.closed:
                with suppress(BrokenPipeError):
                    stream.write(line + "\n")
                    stream.flush()

    def close() -> None:
        if pipe is not None and not pipe.closed:
            with suppress(BrokenPipeError):
                pipe.close()

    return say, close
