"""What `workbench up`, `workbench up --detach`, `workbench up --status` and `workbench down` do."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

from platform_core.errors import UserError
from workbench.project import Project
from workbench.stack.native import LOOPBACK, NativeService, Ports, native_services, prepare, stack_folder
from workbench.stack.state import (
    Process,
    State,
    alive,
    began,
    choose_ports,
    end_leftovers,
    held,
    read_state,
    wait_for_end,
    write_state,
)
from workbench.stack.supervisor import Supervisor

READY_VARIABLE = "WORKBENCH_STACK_READY"  # the number of the pipe that a detached stack tells its start through


def stay_up(project: Project, port: int) -> int:
    """Start the stack and watch over it until a signal stops it.

    Raises:
        UserError: It runs already, the port is taken, or a service does not start.
    """
    folder = stack_folder(project)
    say, close = _voice()
    with held(folder) as free:
        if not free:
            raise UserError("The stack of this project runs already.", hint="`workbench down` stops it.")
        state = read_state(folder)
        for name in end_leftovers(state):
            say(f"{name:<12} ended      a supervisor that was killed had left it")
        try:
            ports = choose_ports(port, state)
        except OSError:
            hint = "Name another one with --port."
            raise UserError(f"Something else listens on port {port}.", hint=hint) from None
        state = State(Process(os.getpid(), began(os.getpid()), "running"), ports=asdict(ports))
        services, users = _prepared(project, ports)

        def ready() -> None:
            say(f"Dagster is on http://{LOOPBACK}:{ports.webserver}; `workbench down` or Ctrl-C stops it")
            close()

        try:
            asyncio.run(Supervisor(services, users, state, folder, say, ready).run())
        finally:
            close()
    return 0


def detach(project: Project, port: int) -> int:
    """Start the stack in the background, show its lines until it is ready, and give the exit code of its start."""
    folder = stack_folder(project)
    (folder / "logs").mkdir(parents=True, exist_ok=True)
    reading, writing = os.pipe()
    command = [sys.executable, "-m", "workbench", "up", "--port", str(port)]
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


def take_down(project: Project) -> int:
    """Stop the stack and wait until it has ended; what a killed supervisor left is ended too."""
    folder = stack_folder(project)
    with held(folder) as free:
        if free:
            left = end_leftovers(read_state(folder))
            write_state(folder, replace(read_state(folder), supervisor=Process(), services={}))
            sys.stdout.write(f"ended what was left: {', '.join(left)}\n" if left else "nothing was running\n")
            return 0
    supervisor = read_state(folder).supervisor
    if alive(supervisor):
        with suppress(ProcessLookupError):
            os.kill(supervisor.pid, signal.SIGTERM)
    wait_for_end(folder)
    sys.stdout.write("stopped\n")
    return 0


def show_status(project: Project) -> int:
    """Print a line for each service and give 0 where all are healthy, else 1."""
    state = read_state(stack_folder(project))
    runs = alive(state.supervisor)
    for name, entry in state.services.items():
        up = entry.state == "done" or alive(entry)
        shown = entry.state if up and runs else "stopped" if not up else "unwatched"
        restarts = f"restarted {entry.restarts} times" if entry.restarts else ""
        sys.stdout.write(f"{name:<12} {shown:<10} {restarts}".rstrip() + "\n")
    if not state.services:
        sys.stdout.write("nothing was started\n")
    well = {entry.state for entry in state.services.values()} <= {"healthy", "done"}
    return 0 if runs and state.services and well else 1


def _prepared(project: Project, ports: Ports) -> tuple[dict[str, NativeService], dict[str, str]]:
    """Give the services, ready to be started: their folders made, their files in place, PostgreSQL's data there."""
    from workbench.stack.postgres import embedded  # noqa: PLC0415 - only starting needs it
    from workbench.stack.secret_files import make_secrets  # noqa: PLC0415 - as above

    services = native_services(project, ports)
    for service in services.values():
        prepare(service)
    secrets = next(source for source, target in services["postgres"].mounts if target == Path("/run/secrets"))
    make_secrets(secrets, ["postgres_password"])
    secrets.chmod(0o700)  # in a container each service's user must read them, here all are one
    services["postgres"], user = embedded(services["postgres"], ports.postgres)
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
