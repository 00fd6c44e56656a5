"""The processes that do the work, so that one slow notebook never keeps the server from answering.

Short questions go to a few warm processes, each with one at a time; one that takes too long is killed and replaced. A
question that nobody waits for any more is dropped if it has not begun, and killed if it does not end at once. Promotion
and its like get a process of their own, which is told to stop by the end of its input and cleans up after itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

from platform_core.errors import Fault, UserError

Tell = Callable[[Mapping[str, Any]], None]
_COMMAND = ("-P", "-m", "jupyter_ext.process")  # -P: no file of a working folder can take a module's place
_LONGEST = 64 * 2**20  # bytes of one answer
_GRACE = 1.0  # seconds that an abandoned question may still take before its process is killed
_STOPPING = 20.0  # seconds that a job may take to clean up
_MOST_TASKS = 2_000  # after which a process is replaced, so that none grows for ever


class StaleError(Exception):
    """Nobody waits for the answer any more: the same asker has asked anew."""


class Pool:
    """The processes of one server.

    Args:
        size: How many questions are worked on at once.
    """

    def __init__(self, size: int) -> None:
        self._slots = asyncio.Semaphore(size)
        self._idle: list[_Worker] = []
        self._latest: dict[str, asyncio.Task[Any]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    async def ask(self, question: Mapping[str, Any], seconds: float, asker: str = "") -> Any:
        """Have a warm process answer.

        Args:
            question: Its `task` names what to do; see `jupyter_ext.tasks`.
            seconds: How long it may take once it has begun.
            asker: Who asks. An earlier question of the same asker, if it is still open, is abandoned.

        Raises:
            StaleError: The same asker has asked anew meanwhile.
            TimeoutError: It took too long.
            UserError: What the task refused with.
            Fault: A mistake of ours.
        """
        begun = asyncio.Event()
        task = asyncio.create_task(self._answer(question, seconds, begun))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        if asker:
            earlier = self._latest.get(asker)
            if earlier is not None:
                earlier.cancel()
        waiting = asyncio.create_task(_wait(task))
        if asker:
            self._latest[asker] = waiting
        try:
            return await waiting
        except asyncio.CancelledError:
            self._abandon(task, begun)
            current = asyncio.current_task()
            if current is not None and current.cancelling():
                raise
            raise StaleError from None
        finally:
            waiting.cancel()
            if self._latest.get(asker) is waiting:
                del self._latest[asker]

    async def work(self, question: Mapping[str, Any], tell: Tell) -> Any:
        """Do a long job in a process of its own; `tell` is called with what it says on its way.

        Cancel the task that awaits this to stop the job.

        Raises:
            UserError: What the job refused with.
            Fault: A mistake of ours.
        """
        worker = await _Worker.start()
        try:
            return await worker.ask({**question, "alone": True}, tell)
        except asyncio.CancelledError:
            await asyncio.shield(worker.stop())
            raise
        finally:
            await asyncio.shield(worker.end())

    async def close(self) -> None:
        """End every process."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        idle, self._idle = self._idle, []
        await asyncio.gather(*(worker.end() for worker in idle))

    def _abandon(self, task: asyncio.Task[Any], begun: asyncio.Event) -> None:
        task.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody asks what became of it
        if begun.is_set():
            asyncio.get_running_loop().call_later(_GRACE, task.cancel)
        else:
            task.cancel()

    async def _answer(self, question: Mapping[str, Any], seconds: float, begun: asyncio.Event) -> Any:
        async with self._slots:
            begun.set()
            worker = self._idle.pop() if self._idle else await _Worker.start()
            try:
                async with asyncio.timeout(seconds):
                    return await worker.ask(question)
            finally:
                if worker.ready and worker.asked < _MOST_TASKS:
                    self._idle.append(worker)
                else:
                    await asyncio.shield(worker.end())


async def _wait(task: asyncio.Task[Any]) -> Any:
    return await asyncio.shield(task)


class _Worker:
    """One process; `ready` while it waits for a question."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.ready = True
        self.asked = 0

    @classmethod
    async def start(cls) -> _Worker:
        pipe = asyncio.subprocess.PIPE
        started = await asyncio.create_subprocess_exec(
            sys.executable, *_COMMAND, stdin=pipe, stdout=pipe, limit=_LONGEST, start_new_session=True
        )
        return cls(started)

    async def ask(self, question: Mapping[str, Any], tell: Tell | None = None) -> Any:
        """Give the answer; the worker is not ready after a question that was interrupted."""
        self.ready = False
        self.asked += 1
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None  # noqa: S101 - it was started with pipes
        assert stdout is not None  # noqa: S101 - as above
        stdin.write(json.dumps(question).encode() + b"\n")
        with contextlib.suppress(ConnectionError):  # a process that is gone says so by its output
            await stdin.drain()
        while line := await stdout.readline():
            message = json.loads(line)
            if "told" in message:
                if tell is not None:
                    tell(message["told"])
                continue
            self.ready = True
            if "answer" in message:
                return message["answer"]
            refused = message["refused"]
            kind = Fault if refused["fault"] else UserError
            raise kind(refused["message"], hint=refused["hint"], location=refused["location"])
        raise Fault("A process of the workbench ended without an answer.")

    async def stop(self) -> None:
        """Ask the process to end what it does, and wait a little until it has cleaned up."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), _STOPPING)

    async def end(self) -> None:
        """Kill the process, whatever it does, and wait until it is gone."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        if self._process.stdin is not None:
            self._process.stdin.close()
        await self._process.wait()
