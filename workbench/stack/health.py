"""Whether a service does its work, for the health checks of containers and of `workbench up`.

    python3 -m workbench.stack.health http URL        answers without an error
    python3 -m workbench.stack.health grpc HOST:PORT  a code server serves its definitions
    python3 -m workbench.stack.health daemon          every daemon reported to PostgreSQL lately, since it was started

Dagster's own commands for this cost two seconds of CPU each time, since they import all of it; these cost a tenth.
"""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from workbench.stack.database import connected

BEGAN_VARIABLE = "WORKBENCH_SERVICE_BEGAN"  # seconds since 1970; `workbench up` sets it
WAIT_SECONDS = 5.0
STALE_SECONDS = 120  # a daemon reports every 30 seconds
CLOCK_SECONDS = 1.0  # by which the start of a process may seem to be later than it was
# Those of the process that reported last: what an earlier one reported does not count, and nobody knows of one that was
# killed just before. A report holds the time of the machine that the daemon runs on, as the start does
_REPORTS = """
    SELECT count(*), coalesce(max(extract(epoch FROM (now() AT TIME ZONE 'UTC') - timestamp)), 0)
    FROM daemon_heartbeats
    WHERE daemon_id = (SELECT daemon_id FROM daemon_heartbeats ORDER BY timestamp DESC LIMIT 1)
    AND extract(epoch FROM timestamp) >= %s
"""


def http_problem(url: str) -> str:
    """Say why an address does not answer as it should; empty where it does.

    >>> http_problem("file:///etc/hostname")
    'not an address of the web'
    """
    if urlsplit(url).scheme not in {"http", "https"}:
        return "not an address of the web"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # never by way of a proxy
    try:
        with opener.open(url, timeout=WAIT_SECONDS):
            return ""
    except (urllib.error.URLError, OSError) as error:
        return str(error)


def grpc_problem(address: str) -> str:
    """Say why a code server does not serve; empty where it does.

    >>> grpc_problem("127.0.0.1:1").split()[0]
    'UNAVAILABLE'
    """
    import grpc  # type: ignore[import-untyped]  # noqa: PLC0415 - only this check needs it; no types
    from grpc_health.v1 import (  # type: ignore[import-untyped] # noqa: PLC0415 - as above
        health_pb2,
        health_pb2_grpc,
    )

    with grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)]) as channel:
        try:
            reply = health_pb2_grpc.HealthStub(channel).Check(
                health_pb2.HealthCheckRequest(service="DagsterApi"), timeout=WAIT_SECONDS
            )
        except grpc.RpcError as error:
            return f"{error.code().name} {error.details()}"
    serving = health_pb2.HealthCheckResponse.SERVING
    return "" if reply.status == serving else "it does not serve"


def began(environ: Mapping[str, str]) -> float:
    """Give when the service that is asked about was started, in seconds since 1970: in a container, the container.

    >>> began({"WORKBENCH_SERVICE_BEGAN": "1795906579.5"})
    1795906579.5
    """
    if BEGAN_VARIABLE in environ:
        return float(environ[BEGAN_VARIABLE])
    try:  # by hand, since an image holds no library for it
        ticks = int(Path("/proc/1/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19])
        lines = Path("/proc/stat").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    boot = next(float(line.split()[1]) for line in lines if line.startswith("btime"))
    return boot + ticks / os.sysconf("SC_CLK_TCK")


def daemon_problem(environ: Mapping[str, str]) -> str:
    """Say which reports of the daemon are missing from PostgreSQL; empty where all are fresh."""
    import psycopg2  # type: ignore[import-untyped]  # noqa: PLC0415 - as above

    try:
        connection = connected(environ)
    except KeyError as error:
        return f"the environment has no {error.args[0]}"
    except psycopg2.Error as error:
        return str(error).strip()
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(_REPORTS, [began(environ) - CLOCK_SECONDS])
            number, oldest = cursor.fetchone() or (0, 0)
    except psycopg2.Error as error:
        return str(error).strip()
    finally:
        connection.close()
    if not number:
        return "no daemon has reported yet"
    return "" if oldest < STALE_SECONDS else f"a daemon reported {int(oldest)} seconds ago"


def main(arguments: Sequence[str]) -> int:
    """Check, say what is wrong on stderr, and give 0 where nothing is."""
    match list(arguments):
        case ["http", url]:
            problem = http_problem(url)
        case ["grpc", address]:
            problem = grpc_problem(address)
        case ["daemon"]:
            problem = daemon_problem(os.environ)
        case _:
            sys.stderr.write("usage: health http URL | grpc HOST:PORT | daemon\n")
            return 2
    if problem:
        sys.stderr.write(problem + "\n")
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
