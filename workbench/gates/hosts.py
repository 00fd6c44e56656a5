"""What continuous integration is told beside the exit code: foldable parts of the log, and on GitHub a summary."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

Host = Literal["github", "gitlab", ""]
Write = Callable[[str], None]


def host_of(environment: Mapping[str, str]) -> Host:
    """Give whose continuous integration this is; empty on a person's machine.

    >>> host_of({"GITHUB_ACTIONS": "true"}), host_of({"GITLAB_CI": "true"}), host_of({"CI": "true"})
    ('github', 'gitlab', '')
    """
    if environment.get("GITHUB_ACTIONS") == "true":
        return "github"
    return "gitlab" if environment.get("GITLAB_CI") == "true" else ""


@contextmanager
def section(host: Host, name: str, write: Write) -> Iterator[None]:
    """Fold what is written in the block away under a name, where the host's log can."""
    if host == "github":
        write(f"::group::{name}\n")
    elif host == "gitlab":
        write(f"\x1b[0Ksection_start:{int(time.time())}:{name}\r\x1b[0K{name}\n")
    else:
        write(f"== {name}\n")
    try:
        yield
    finally:
        if host == "github":
            write("::endgroup::\n")
        elif host == "gitlab":
            write(f"\x1b[0Ksection_end:{int(time.time())}:{name}\r\x1b[0K")


def summarise(host: Host, rows: Sequence[tuple[str, bool, str]], environment: Mapping[str, str]) -> None:
    """Add a table of the gates to the page of GitHub's run; elsewhere the log has it.

    Args:
        host: Whose continuous integration this is.
        rows: Name, whether it is green, and the command that was red, of each gate.
        environment: The process's environment.
    """
    page = environment.get("GITHUB_STEP_SUMMARY")
    if host != "github" or not page:
        return
    lines = ["| gate | | what was red |", "|---|---|---|"]
    lines += [f"| {name} | {'green' if green else '**red**'} | {_code(command)} |" for name, green, command in rows]
    with Path(page).open("a", encoding="utf-8") as stream:
        stream.write("\n".join(lines) + "\n")


def flush_to(descriptor: int) -> Write:
    """Give a way to write that keeps its order with what started programs write to the same descriptor."""

    def write(text: str) -> None:
        os.write(descriptor, text.encode("utf-8", "replace"))

    return write


def _code(command: str) -> str:
    shown = command.replace("|", "\\|").replace("\n", " ")
    return f"`` {shown} ``" if shown else ""
