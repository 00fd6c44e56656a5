"""Beside `workbench dev`: Dagster's page takes up a changed module by itself, such as one that was just promoted.

Dagster loads a code location once and waits to be told. This process watches the project's code and configuration and
tells it, by the mutation that the page's own Reload button sends. In a terminal it also opens the project's graph once
the server listens. It ends with the process that started it.

Run as `python -P -m workbench.hot_reload ADDRESS PROJECT [open]`; standard input is a pipe whose other end the server
holds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path

_MUTATION = "mutation { reloadWorkspace { __typename } }"
GRAPH = "/asset-groups"  # Dagster's page of all assets and what they are made from
_WATCHED = {"src": (".py",), "config": (".yaml",), "policies": (".yaml",), "dbt": (".sql", ".yml")}
_PATIENCE = 600.0  # seconds: a location of thousands of modules loads slowly
_AGAIN = 0.5  # seconds until a server that does not listen yet is asked again


def beside(address: str, project: Path, environment: Mapping[str, str], *, show: bool) -> None:
    """Start watching for the server that this process is about to become.

    The server holds one end of a pipe for as long as it lives, and its children get no part of it.

    Args:
        address: Where the server will listen, such as `http://127.0.0.1:3001`.
        project: The project's folder.
        environment: The environment of both.
        show: Whether the project's graph is opened in the person's browser.
    """
    if find_spec("watchfiles") is None:  # it comes with dagster-webserver, and nothing else needs it
        return
    reading, writing = os.pipe()
    command = [sys.executable, "-P", "-m", "workbench.hot_reload", address, str(project), *(["open"] if show else [])]
    subprocess.Popen(command, stdin=reading, env=dict(environment))  # noqa: S603 - our own module, no shell
    os.close(reading)
    os.set_inheritable(writing, True)


def watch(address: str, project: Path, over: threading.Event) -> None:
    """Tell the server of every change, until `over` is set."""
    from watchfiles import watch as changes_in  # noqa: PLC0415 - the starter does not need it

    folders = [project / name for name in _WATCHED if (project / name).is_dir()]
    for changes in changes_in(*folders, stop_event=over, watch_filter=None, raise_interrupt=False):
        names = told(project, (path for _, path in changes))
        if names and _reload(address, over):
            sys.stdout.write(f"workbench dev: loaded anew after a change of {', '.join(names)}\n")
            sys.stdout.flush()


def told(project: Path, paths: Iterable[str]) -> list[str]:
    """Give those of some paths that a code location is made of, from the project's folder.

    >>> told(Path("/p"), ["/p/src/a/b.py", "/p/src/a/__pycache__/b.pyc", "/p/config/dev.yaml", "/p/src/.write-1.part"])
    ['config/dev.yaml', 'src/a/b.py']
    >>> told(Path("/p"), ["/p/dbt/models/gold/fees.sql", "/p/dbt/target/compiled/fees.sql", "/p/dbt/logs/dbt.log"])
    ['dbt/models/gold/fees.sql']
    """
    found = (Path(path).relative_to(project) for path in paths)
    made = ("dbt", "target")  # what dbt writes itself
    watched = (path for path in found if path.suffix in _WATCHED.get(path.parts[0], ()) and path.parts[:2] != made)
    return sorted({path.as_posix() for path in watched})


def _reload(address: str, over: threading.Event) -> bool:
    """Have the server load its code anew, as soon as it listens; false where it does not do so."""
    content = json.dumps({"query": _MUTATION}).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{address}/graphql", content, headers)  # noqa: S310 - our own server
    directly = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while not over.is_set():
        try:
            with directly.open(request, timeout=_PATIENCE) as answer:
                return "errors" not in json.load(answer)
        except (urllib.error.HTTPError, ValueError):
            return False
        except OSError:
            over.wait(_AGAIN)  # it is starting, perhaps with the code of before
    return False


def show_graph(address: str, over: threading.Event) -> None:
    """Open the project's graph in the person's browser, as soon as the server listens."""
    directly = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while not over.is_set():
        try:
            with directly.open(f"{address}/server_info", timeout=_PATIENCE):
                webbrowser.open(address + GRAPH)
                return
        except OSError:
            over.wait(_AGAIN)


def main(address: str, project: Path, *, show: bool = False) -> None:
    """Watch until standard input ends."""
    over = threading.Event()

    def wait_for_the_end() -> None:
        while os.read(0, 4096):
            pass
        over.set()

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    if show:
        threading.Thread(target=show_graph, args=(address, over), daemon=True).start()
    watch(address, project, over)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), show=sys.argv[3:] == ["open"])
