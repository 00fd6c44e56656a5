"""Starts the services in their order, watches their health, restarts what dies and stops all in the reverse order."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from platform_core.errors import UserError
from workbench.stack.native import NativeService
from workbench.stack.state import Process, State, began, write_state
from workbench.stack.watched import Watched, signal_group

ATTEMPTS = 3  # of a service that never was healthy
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds before a service that died is started again
SETTLED = 60.0  # a service that ran for longer than this starts with the first pause again
STARTING_INTERVAL = 1.0  # seconds between two checks of a service that is not healthy yet
GRACE = 60.0  # seconds that a service has to end in
_STOP = {"postgres": signal.SIGINT}  # PostgreSQL's fast shutdown, as its image says; SIGTERM would wait for its clients


class Supervisor:
    """Watches over the services of one stack.

    Args:
        services: The services; each waits for those that it names.
        users: Who a service runs as, where that is not this user.
        state: What is known of the stack; kept up to date in `folder`.
        folder: Where state and logs are kept.
        say: Called with one line whenever something changes that a person would like to know.
        all_ready: Called once, when every service is healthy.

    `asked` is called when another process sends SIGUSR1; it may start services beside these.
    """

    def __init__(
        self,
        services: Mapping[str, NativeService],
        users: Mapping[str, str],
        state: State,
        folder: Path,
        say: Callable[[str], None],
        all_ready: Callable[[], None],
    ) -> None:
        self._folder, self._state, self._say, self._all_ready = folder, state, say, all_ready
        self.asked: Callable[[], None] = lambda: None
        state.services = {name: state.services.get(name, Process()) for name in services}
        self._watched = {
            name: Watched(service, users.get(name), state.services[name], self._log(name))
            for name, service in services.items()
        }

    async def run(self) -> None:
        """Keep the services running until SIGTERM or SIGINT, then stop them; a second signal kills them.

        Raises:
            UserError: A service ends again and again before it was healthy; all others are stopped.
        """
        loop = asyncio.get_running_loop()
        asked = asyncio.Event()

        def ask() -> None:
            if asked.is_set():
                self._kill_all()
            asked.set()

        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, ask)
        loop.add_signal_handler(signal.SIGUSR1, self.asked)
        failed: asyncio.Future[None] = loop.create_future()
        waiting, announcing = asyncio.create_task(asked.wait()), asyncio.create_task(self._announce())
        try:
            for watched in self._watched.values():
                self._begin(watched, failed)
            watching: set[asyncio.Future[Any]] = {failed, waiting}
            await asyncio.wait(watching, return_when=asyncio.FIRST_COMPLETED)
            if failed.done():
                failed.result()
        finally:
            tasks = [waiting, announcing, *(watched.keeping for watched in self._watched.values() if watched.keeping)]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._stop_all()
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
                loop.remove_signal_handler(number)

    def _begin(self, watched: Watched, failed: asyncio.Future[None]) -> None:
        """Keep a service of the stack's own; where it cannot be started, all of the stack has failed."""
        watched.keeping = asyncio.create_task(self._keep(watched))

        def over(task: asyncio.Task[None]) -> None:
            error = None if task.cancelled() else task.exception()
            if error and not failed.done() and not watched.entry.leaving:
                failed.set_exception(error)

        watched.keeping.add_done_callback(over)

    async def start_beside(self, service: NativeService, entry: Process) -> None:
        """Start one service more and wait until it is healthy.

        Raises:
            UserError: It ended, or was not healthy in its time; nothing is left of it.
        """
        watched = Watched(replace(service, restart=False), None, entry, self._log(service.name))
        self._watched[service.name], self._state.services[service.name] = watched, entry
        watched.keeping = asyncio.create_task(self._keep(watched))
        ready, health = asyncio.create_task(watched.ready.wait()), service.health
        patience = health.start_period + health.retries * (health.interval + health.timeout) if health else None
        try:
            await asyncio.wait({ready, watched.keeping}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            if watched.keeping.done() or not watched.ready.is_set():
                if watched.keeping.done():
                    watched.keeping.result()
                hint = f"Its log is {self._shown(watched.log)}."
                raise UserError(f"The service {service.name} was not healthy after {patience:g} s.", hint=hint)
        except UserError:
            await self.stop(service.name)
            raise
        finally:
            ready.cancel()
        watched.service = service

    def exchange(self, name: str, new: str, old: str) -> None:
        """Let the service `new` be the one called `name` from now on, and what was called so be called `old`."""
        first, second = self._watched.pop(name), self._watched.pop(new)
        first.service, second.service = (
            replace(first.service, name=old),
            replace(second.service, name=name, after=first.service.after),
        )
        self._watched[old], self._watched[name] = first, second
        for watched in (first, second):
            self._state.services[watched.service.name] = watched.entry
        if new != old:
            self._state.services.pop(new, None)
        write_state(self._folder, self._state)

    async def stop(self, name: str) -> None:
        """Stop a service and forget it."""
        watched = self._watched.pop(name)
        if watched.keeping:
            watched.keeping.cancel()
            await asyncio.gather(watched.keeping, return_exceptions=True)
        if watched.process and watched.process.returncode is None:
            await self._stop(watched)
        self._state.services.pop(name, None)
        write_state(self._folder, self._state)

    async def _announce(self) -> None:
        for watched in list(self._watched.values()):
            if not watched.entry.leaving:
                await watched.ready.wait()
        self._all_ready()

    async def _keep(self, watched: Watched) -> None:
        for other, ready in watched.service.after.items():
            await (self._watched[other].ready if ready else self._watched[other].started).wait()
        loop = asyncio.get_running_loop()
        pause = FIRST_PAUSE
        while True:
            started = loop.time()
            code = await self._run_once(watched)
            if not watched.service.restart and code == 0:
                self._tell(watched, "done")
                watched.ready.set()
                return
            watched.entry.restarts += 1
            if not watched.ready.is_set() and (watched.entry.restarts >= ATTEMPTS or not watched.service.restart):
                raise watched.failure(code, self._shown(watched.log))
            if loop.time() - started > SETTLED:
                pause = FIRST_PAUSE
            self._tell(watched, "restarting", f"it ended with {code}; starting it again in {pause:g} s")
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _run_once(self, watched: Watched) -> int:
        """Start a service, watch it until it ends and give its exit code; its children end with it."""
        starting = asyncio.ensure_future(watched.start())
        try:
            process = watched.process = await asyncio.shield(starting)
        except asyncio.CancelledError:  # told to stop at this very moment: what starts is stopped like the others
            watched.process = await starting
            raise
        watched.entry.pid, watched.entry.began = process.pid, began(process.pid)
        watched.started.set()
        self._tell(watched, "starting", said=False)
        checking = asyncio.create_task(self._check_again_and_again(watched))
        try:
            return await process.wait()
        finally:
            checking.cancel()
            if process.returncode is not None:
                signal_group(process.pid, signal.SIGKILL)

    async def _check_again_and_again(self, watched: Watched) -> None:
        health = watched.service.health
        if health is None:
            return
        loop = asyncio.get_running_loop()
        began_at, failed, healthy = loop.time(), 0, False
        while True:
            if await watched.is_healthy():
                failed = 0
                if not healthy:
                    self._tell(watched, "healthy", f"after {loop.time() - began_at:.1f} s")
                    watched.ready.set()
                healthy = True
            elif loop.time() - began_at > health.start_period or healthy:
                failed += 1
                if failed == health.retries:
                    healthy = False
                    self._tell(watched, "unhealthy", f"see {self._shown(watched.log)}")
            await asyncio.sleep(health.interval if healthy else STARTING_INTERVAL)

    async def _stop_all(self) -> None:
        """Stop the services, those first that others do not wait for."""
        left = [watched for watched in self._watched.values() if watched.process and watched.process.returncode is None]
        while left:
            needed = {other for watched in left for other in watched.service.after}
            last = [watched for watched in left if watched.service.name not in needed]
            await asyncio.gather(*(self._stop(watched) for watched in last))
            left = [watched for watched in left if watched not in last]
        self._state.supervisor = Process()
        write_state(self._folder, self._state)

    async def _stop(self, watched: Watched) -> None:
        process = watched.process
        assert process is not None  # noqa: S101 - its only caller has looked
        with suppress(ProcessLookupError):
            process.send_signal(_STOP.get(watched.service.name, signal.SIGTERM))
        try:
            await asyncio.wait_for(process.wait(), GRACE)
        except TimeoutError:
            self._tell(watched, "killed", f"it did not end within {GRACE:g} s")
        signal_group(process.pid, signal.SIGKILL)
        await process.wait()
        self._tell(watched, "stopped")

    def _kill_all(self) -> None:
        for watched in self._watched.values():
            if watched.process and watched.process.returncode is None:
                signal_group(watched.process.pid, signal.SIGKILL)

    def _tell(self, watched: Watched, state: str, more: str = "", *, said: bool = True) -> None:
        watched.entry.state = state
        write_state(self._folder, self._state)
        if said:
            self._say(f"{watched.service.name:<12} {state:<10} {more}".rstrip())

    def _log(self, name: str) -> Path:
        return self._folder / "logs" / f"{name}.log"

    def _shown(self, path: Path) -> str:
        return path.relative_to(self._folder.parents[1]).as_posix()
