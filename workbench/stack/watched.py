"""One service of a stack as its supervisor sees it: how it is started, how it is asked whether it works."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from platform_core.errors import UserError
from workbench.stack.health import BEGAN_VARIABLE
from workbench.stack.native import NativeService, environment_of
from workbench.stack.ports import listens
from workbench.stack.said import last_words
from workbench.stack.state import Process

LARGEST_LOG = 10_000_000  # bytes; what was logged before that stands in one file more


@dataclass(slots=True)
class Watched:
    """A service, its process where it has one, and the task that keeps it running."""

    service: NativeService
    user: str | None
    entry: Process
    log: Path
    started: asyncio.Event = field(default_factory=asyncio.Event)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    keeping: asyncio.Task[None] | None = None
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> asyncio.subprocess.Process:
        """Start its process, which logs into its file."""
        log = self.log
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as output:
            return await asyncio.create_subprocess_exec(
                *self.service.argv,
                cwd=self.service.folder if self.user is None else "/",
                env=environment_of(self.service),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C is for us alone, and its children are of its group
                user=self.user,
            )

    async def is_healthy(self) -> bool:
        """Ask it by its own check, within its time; it must be this very process that answers."""
        return await self._answers() and (not self.entry.port or listens(self.entry.pid, self.entry.port))

    async def _answers(self) -> bool:
        assert self.service.health is not None  # noqa: S101 - its only caller has looked
        process = await asyncio.create_subprocess_exec(
            *self.service.health_argv,
            cwd=self.service.folder,
            env={**self.service.environment, BEGAN_VARIABLE: repr(self.entry.began)},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            return await asyncio.wait_for(process.wait(), self.service.health.timeout) == 0
        except TimeoutError:
            return False
        finally:
            if process.returncode is None:
                signal_group(process.pid, signal.SIGKILL)

    def failure(self, code: int, shown: str) -> UserError:
        """Give the error that says why it ended before it was healthy; `shown` is its log's path, for people."""
        said = "".join(f"\n    {line}" for line in last_words(self.log.read_text(encoding="utf-8", errors="replace")))
        return UserError(
            f"The service {self.service.name} ended with {code} before it was healthy. Its last lines:{said}",
            hint=f"All of it stands in {shown}.",
        )


def signal_group(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process and all that it started, where they are there."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
