"""How a command asks the supervisor of a stack for a release, and hears what comes of it.

The command makes a pipe in the stack's folder, writes down what it wants and sends SIGUSR1; the supervisor writes lines
into the pipe, and last how it ended, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from platform_core.atomic import replacing
from platform_core.errors import Fault, UserError
from workbench.stack.deploying import Deployer
from workbench.stack.releases import read_releases
from workbench.stack.state import alive, read_state

LOOK = 1.0  # seconds between two looks whether the supervisor still lives
_WISH, _PIPE = "deploy.json", "deploy.pipe"


def ask(folder: Path, number: int, show: Callable[[str], None]) -> None:
    """Ask the supervisor of a running stack to let a release serve; each of its lines is shown as it comes.

    One command at a time: the caller holds the lock for it.

    Raises:
        UserError: It was refused, or the supervisor ended.
    """
    supervisor, pipe = read_state(folder).supervisor, folder / _PIPE
    pipe.unlink(missing_ok=True)
    os.mkfifo(pipe, 0o600)
    reading = os.open(pipe, os.O_RDWR)  # both ends, so that it is open before the other side is
    try:
        with replacing(folder / _WISH) as path:
            path.write_text(json.dumps({"release": number}), encoding="utf-8")
        os.kill(supervisor.pid, signal.SIGUSR1)
        text = b""
        while True:
            while b"\n" in text:
                line, _, text = text.partition(b"\n")
                if line.startswith(b"{"):
                    return _ended(json.loads(line))
                show(line.decode())
            if select.select([reading], [], [], LOOK)[0]:
                text += os.read(reading, 65_536)
            elif not alive(supervisor):
                raise UserError("The supervisor of the stack ended meanwhile.", hint="`workbench up` starts it.")
    finally:
        os.close(reading)
        pipe.unlink(missing_ok=True)


def _ended(outcome: dict[str, str]) -> None:
    if "refused" in outcome:
        raise UserError(outcome["refused"], hint=outcome["hint"] or None)
    if "fault" in outcome:
        raise Fault(outcome["fault"])


class Listener:
    """Hears what commands ask for, on the supervisor's side; `heard` is what the signal calls."""

    def __init__(self, folder: Path, deployer: Deployer) -> None:
        """Remember the stack's folder and who deploys."""
        self._folder, self._deployer = folder, deployer
        self._working: asyncio.Task[None] | None = None

    def heard(self) -> None:
        """Do what is asked for, beside everything else."""
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._answer())

    async def _answer(self) -> None:
        try:
            writing = os.open(self._folder / _PIPE, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:  # whoever asked has gone
            return

        def tell(line: str) -> None:
            with suppress(OSError):
                os.write(writing, (line + "\n").encode())

        try:
            number = int(json.loads((self._folder / _WISH).read_text(encoding="utf-8"))["release"])
            await self._deployer.deploy(read_releases(self._folder).get(number), tell)
            outcome = {}
        except UserError as error:
            outcome = {"refused": error.message, "hint": error.hint or ""}
        except Exception as error:  # noqa: BLE001 - a deployment that fails must not end the stack
            outcome = {"fault": f"{type(error).__name__}: {error}"}
        tell(json.dumps(outcome))
        os.close(writing)
