"""The processes that verification starts: each leads its own group, and none outlives whoever started it.

A child holds the reading end of a pipe as its standard input; when the parent dies, even by `kill -9`, the pipe ends
and the child's watcher kills the child's group. A kernel leads a group of its own (Jupyter starts it so): its number
stands in a file, so that parent and watcher can both end it.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from platform_core.errors import Fault

KERNEL_FILE = "kernel.pid"


class Processes:
    """The children of one stage."""

    def __init__(self) -> None:
        self._running: dict[subprocess.Popen[str], Path | None] = {}

    def run(
        self,
        arguments: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        log: Path,
        folder: Path | None = None,
        on_line: Callable[[str], None] = lambda line: None,
        on_silence: Callable[[], None] = lambda: None,
        silence: float = 10.0,
    ) -> int:
        """Run the interpreter with arguments and give its exit code; it is killed if the wait is interrupted.

        Args:
            arguments: What follows the interpreter and its `-P`, which keeps the working folder off its path.
            env: The whole environment.
            cwd: The working folder.
            log: Where standard error goes; it may hold data and goes with the stage.
            folder: Where the child leaves the number of the kernel it starts.
            on_line: Called with each line of standard output.
            on_silence: Called after every `silence` seconds without a line.
            silence: See `on_silence`.
        """
        with log.open("ab") as errors:
            child = subprocess.Popen(  # noqa: S603 - our own interpreter and modules, no shell
                [sys.executable, "-P", *arguments],
                env=dict(env),
                cwd=cwd,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )
        self._running[child] = folder
        try:
            _listen(child, on_line, on_silence, silence)
            _ended(child, wait=True)
        finally:
            self._end(child)
        return child.returncode

    def ask(
        self,
        module: str,
        request: Mapping[str, Any],
        *,
        env: Mapping[str, str],
        cwd: Path,
        stem: Path,
        folder: Path | None = None,
        told: Callable[[dict[str, Any]], None] = lambda message: None,
        on_silence: Callable[[], None] = lambda: None,
    ) -> Any:
        """Have a module serve a request in a fresh process (see `serve`) and give its answer.

        Args:
            module: What serves it.
            request: What JSON can hold.
            env: As `run` takes it.
            cwd: As `run` takes it.
            stem: Request, answer and log stand beside each other in files of this name with their endings.
            folder: As `run` takes it.
            told: Called with each message of the module's progress.
            on_silence: As `run` takes it.

        Raises:
            Fault: The process ended without an answer.
        """
        asked, answer = stem.with_name(f"{stem.name}.json"), stem.with_name(f"{stem.name}-answer.json")
        asked.write_text(json.dumps({**request, "answer": str(answer)}), encoding="utf-8")
        code = self.run(
            ["-m", module, str(asked)],
            env=env,
            cwd=cwd,
            log=stem.with_name(f"{stem.name}.log"),
            folder=folder,
            on_line=lambda line: told(json.loads(line)),
            on_silence=on_silence,
        )
        if not answer.is_file():
            raise Fault(f"Verification's process {module} ended without an answer (exit code {code}).")
        return json.loads(answer.read_text(encoding="utf-8"))

    def end_all(self) -> None:
        """Kill every child that still runs, with its group, and the kernel with its own."""
        for child in tuple(self._running):
            self._end(child)

    def _end(self, child: subprocess.Popen[str]) -> None:
        if child not in self._running:
            return
        folder = self._running.pop(child)
        kill_group(child.pid)  # what the child left behind too: its group outlives it
        if folder is not None:
            kill_kernel(folder)
        child.wait()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


def _listen(
    child: subprocess.Popen[str], on_line: Callable[[str], None], on_silence: Callable[[], None], silence: float
) -> None:
    """Hand on the child's lines until its standard output ends, or the child does while others hold that open."""
    assert child.stdout is not None  # noqa: S101 - it was started with a pipe
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def read(stream: object = child.stdout) -> None:
        with contextlib.suppress(ValueError, OSError):  # closed meanwhile: the same as its end
            for line in stream:  # type: ignore[attr-defined]  # a text stream; `object` keeps the closure's type plain
                lines.put(line.rstrip("\n"))
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=silence)
        except queue.Empty:
            if _ended(child):
                return
            on_silence()
            continue
        if line is None:
            return
        on_line(line)


def _ended(child: subprocess.Popen[str], *, wait: bool = False) -> bool:
    """Say whether a child has ended, without reaping it: until then nobody else can be given its group's number."""
    if child.returncode is not None:
        return True
    return os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT | (0 if wait else os.WNOHANG)) is not None


def kill_group(leader: int) -> None:
    """Kill the process group that `leader` leads; that it is gone already is fine."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def kill_kernel(folder: Path) -> None:
    """Kill the kernel whose number stands in the folder, with its group, and forget the number."""
    path = folder / KERNEL_FILE
    with contextlib.suppress(OSError, ValueError):
        kill_group(int(path.read_text(encoding="ascii")))
        path.unlink()


def watch_parent(folder: Path | None = None) -> None:
    """Have this process, its group and its kernel killed as soon as the process that started it is gone.

    Call it once, first, in a child that `Processes.run` started. Standard input is empty from then on.
    """
    parent = os.dup(0)
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - a device, not a path of ours
        os.dup2(nothing.fileno(), 0)

    def watch() -> None:
        while os.read(parent, 4096):
            pass
        if folder is not None:
            kill_kernel(folder)
        kill_group(os.getpid())

    threading.Thread(target=watch, daemon=True, name="watch-parent").start()


def serve(arguments: Sequence[str], handle: Callable[[dict[str, Any], Callable[[dict[str, Any]], None]], Any]) -> int:
    """Serve one request in a child, and end with its parent.

    What is printed meanwhile, by Python or past it, goes to standard error: standard output is for what `handle` tells,
    one JSON object a line.

    Args:
        arguments: The path of the request, a JSON object; its `answer` says where the answer goes.
        handle: Gives the answer to a request, and may tell of progress.
    """
    request = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    answer = Path(request.pop("answer"))
    watch_parent(Path(request["folder"]) if "folder" in request else None)
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as channel:
        os.dup2(2, 1)

        def tell(message: dict[str, Any]) -> None:
            channel.write(json.dumps(message) + "\n")
            channel.flush()

        answer.write_text(json.dumps(handle(request, tell)), encoding="utf-8")
    return 0
