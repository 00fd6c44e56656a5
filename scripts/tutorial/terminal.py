"""The reader's terminal: a shell that keeps its folder and its environment from one block to the next."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

_KEEP = 'trap \'export -p > {state}; printf "cd %q\\n" "$PWD" >> {state}\' EXIT'


class StoppedError(Exception):
    """What a page says did not come about; the text says where and what came instead."""


class Terminal:
    """Types commands into bash, in a folder and with an environment that hold nothing but what is given.

    Args:
        folder: Where the reader begins.
        environment: All that is set there.
        state: A file outside of the reader's folders for what the shell knows between two blocks.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str], state: Path) -> None:
        self.environment = dict(environment)
        self.state = state
        self.servers: dict[str, subprocess.Popen[bytes]] = {}
        if not state.exists():
            state.write_text(f"cd {shlex.quote(str(folder))}\n", encoding="utf-8")

    @property
    def folder(self) -> Path:
        """The folder that the shell is in."""
        return Path(shlex.split(self.state.read_text(encoding="utf-8").splitlines()[-1])[1])

    def run(self, text: str) -> str:
        """Run a block and give what was said, on both streams.

        Raises:
            StoppedError: It ended with an error.
        """
        done = subprocess.run(
            self._command(text), env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL, text=True, encoding="utf-8", check=False,
        )  # fmt: skip
        if done.returncode:
            raise StoppedError(f"{text}\nended with {done.returncode}:\n{done.stdout[-4000:]}")
        return done.stdout

    def serve(self, text: str) -> None:
        """Start a server, in the place of one that the same command started before."""
        self.stop(text)
        log = self.state.with_name(re.sub(r"\W+", "-", text) + ".log").open("wb")
        with log:
            self.servers[text] = subprocess.Popen(
                self._command("exec " + text), env=self.environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip

    def stop(self, text: str) -> None:
        """Press Ctrl+C in the terminal of a server, if it runs."""
        if server := self.servers.pop(text, None):
            os.killpg(server.pid, signal.SIGTERM)  # all that it started, as a terminal does
            try:
                server.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)

    def _command(self, text: str) -> list[str]:
        state = shlex.quote(str(self.state))
        keep = "" if text.startswith("exec ") else _KEEP.format(state=state)
        return ["bash", "-c", f"source {state}\nset -euo pipefail\n{keep}\n{text}\n"]


def expect(said: str, wanted: str, place: str) -> None:
    r"""Hold what was said to the lines that a page shows: all of them, in their order, other lines between them.

    Raises:
        StoppedError: A line is not there.

    >>> expect("making\nmade 3 files in 0.2 s", "made 3 files in … s", "here")
    """
    rest = [" ".join(line.split()) for line in said.splitlines()]
    for line in filter(lambda one: one.strip() != "…", wanted.splitlines()):
        pattern = ".*".join(map(re.escape, re.split(r"\s*…\s*", " ".join(line.split()))))
        at = next((at for at, one in enumerate(rest) if re.fullmatch(pattern, one)), None)
        if at is None:
            raise StoppedError(f"{place}: nothing says {line!r}; what was said:\n{said[-4000:]}")
        del rest[: at + 1]


def change(text: str, diff: str, place: str) -> str:
    r"""Give a text with a change as a page shows it: lines that stay, that go (`-`) and that come (`+`).

    Raises:
        StoppedError: The lines that stay and go do not stand in the text, once and together.

    >>> change("a\nb\n", " a\n+c", "here")
    'a\nc\nb\n'
    """
    lines = diff.splitlines()
    before, after = ("".join(f"{one[1:]}\n" for one in lines if one[:1] not in sign) for sign in ("+", "-"))
    if text.count(before) != 1:
        raise StoppedError(f"{place}: these lines stand {text.count(before)} times in the file:\n{before}")
    return text.replace(before, after)
