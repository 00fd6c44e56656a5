"""Which code server the webserver and the daemon ask: the workspace file of a stack, and how both take up a change.

The file is the platform's with the port of the code server that serves written into it. The webserver reads it anew
when it is told, the daemon by itself, within a second (`follow`); it then notes which content it has taken up.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import urllib.request
from pathlib import Path
from typing import Any, Protocol

from platform_core.atomic import replacing
from workbench.stack.compose import compose_file

PATIENCE = 120.0  # seconds: the webserver loads every code server anew before it answers
LOOK = 1.0  # seconds between two looks of the daemon at the file
_RELOAD = """mutation { reloadWorkspace { __typename ... on PythonError { message } ... on Workspace { locationEntries {
  name locationOrLoadError { __typename ... on PythonError { message } } } } } }"""
_PORT = {"env": "CODE_PORT"}


class Context(Protocol):
    """What of Dagster's workspace is used here."""

    def refresh_workspace(self) -> None:
        """Read the file and ask the code servers that it names."""


def write_workspace(target: Path, port: int) -> list[str]:
    """Write the workspace file with a port in place of the project's variable; give the locations that are there."""
    import yaml  # noqa: PLC0415 - only who writes the file pays for it

    document = yaml.safe_load(compose_file().with_name("workspace.yaml").read_text(encoding="utf-8"))
    ours = [entry["grpc_server"] for entry in document["load_from"] if entry["grpc_server"].get("port") == _PORT]
    for server in ours:
        server["port"] = port
    with replacing(target) as path:
        path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return [server["location_name"] for server in ours]


def told(webserver: str, locations: list[str]) -> str:
    """Have a webserver read its workspace anew, and say what it cannot load of some locations; empty where all is well.

    Raises:
        OSError: It does not answer.
    """
    body = json.dumps({"query": _RELOAD}).encode()
    request = urllib.request.Request(f"{webserver}/graphql", body, {"Content-Type": "application/json"})  # noqa: S310 - our own
    directly = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with directly.open(request, timeout=PATIENCE) as answer:
        found: dict[str, Any] = json.load(answer)["data"]["reloadWorkspace"]
    entries = {entry["name"]: entry["locationOrLoadError"] or {} for entry in found.get("locationEntries", ())}
    missing = [name for name in locations if name not in entries]
    errors = [entries[name]["message"] for name in locations if "message" in entries.get(name, {})]
    return "\n".join([*errors, *(f"it knows no location {name}" for name in missing)])


def digest_of(workspace: Path) -> str:
    """Give a digest of a workspace file, empty where there is none."""
    try:
        return hashlib.sha256(workspace.read_bytes()).hexdigest()
    except OSError:
        return ""


def note_of(home: Path) -> Path:
    """Give the file below Dagster's home that holds the digest of the workspace which the daemon has taken up."""
    return home / "workspace.taken-up"


def follow(context: Context, workspace: Path, home: Path, over: threading.Event) -> None:
    """Take up each change of a workspace file and note it below Dagster's home, until `over` is set."""
    taken = None
    while True:
        digest = digest_of(workspace)
        if digest != taken:
            try:
                context.refresh_workspace()
                with replacing(note_of(home)) as path:
                    path.write_text(digest, encoding="utf-8")
                taken = digest
            except Exception:
                logging.getLogger("dagster.daemon").exception("The workspace cannot be taken up; trying again")
        if over.wait(LOOK):
            return
