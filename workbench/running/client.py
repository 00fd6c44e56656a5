"""The kernel side of one run: papermill's own engine and client, which tell of what happens and keep what is to stay.

Imports papermill, which costs a second: whoever finds mistakes before a run does so without this module.
"""

from __future__ import annotations

import logging
import os
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient  # type: ignore[import-untyped] # it ships no types
from papermill.engines import Engine, papermill_engines  # type: ignore[import-untyped] # as above

from promote.verify.processes import kill_group

ENGINE = "workbench-run"
_LOG = logging.getLogger(__name__)
_LOG.setLevel(logging.CRITICAL)  # what it would tell is told by the run's own failure
_STARTUP_SECONDS = 300
_SIDE = "__import__('workbench.running.kernel_side', fromlist=['keep'])"


@dataclass(frozen=True, slots=True)
class Earlier:
    """A run that failed and whose kernel waits: what its cells gave, as many as are not run again."""

    connection: Path
    cells: Sequence[Mapping[str, Any]]


@dataclass
class Live:
    """One run while it goes on, seen from the threads that start, watch and stop it.

    Attributes:
        cwd: The kernel's working folder.
        keep: How many seconds the kernel waits after a failure; None where it ends at once.
        tell: Called with the number of cells that were begun and a text the notebook printed, empty at a cell's start.
        earlier: The run to go on with.
        stopping: Set once the run is to end as soon as it can.
        kernel: The kernel's process, 0 before there is one.
        cell: The index of the cell that runs or ran last, None before the first.
        kept: Whether the kernel waits now.
        connection: The text of its connection file then.
    """

    cwd: Path
    keep: float | None = None
    tell: Callable[[int, str], None] = lambda cells, text: None
    earlier: Earlier | None = None
    stopping: threading.Event = field(default_factory=threading.Event)
    kernel: int = 0
    cell: int | None = None
    kept: bool = False
    connection: str = ""

    def stop(self) -> None:
        """Kill the kernel and what it started; whoever waits for it sees that it is gone."""
        self.stopping.set()
        if self.kernel:
            kill_group(self.kernel)


class _Client(PapermillNotebookClient):  # type: ignore[misc] # papermill has no types
    def __init__(self, nb_man: Any, live: Live, **named: Any) -> None:
        super().__init__(nb_man, **named)
        self.live = live

    def start_new_kernel(self, **named: Any) -> None:
        live = self.live
        if live.keep is not None:  # it outlives us, so it must not hold a pipe open that others wait for the end of
            named |= {"independent": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        super().start_new_kernel(cwd=str(live.cwd), **named)
        live.kernel = self.km.provisioner.pid
        if live.stopping.is_set():  # it was stopped while the kernel had no number yet
            live.stop()

    @contextmanager
    def setup_kernel(self, **named: Any) -> Iterator[None]:
        with self._taken_over() if self.live.earlier is not None else super().setup_kernel(**named):
            if self.live.keep is not None and self.live.earlier is None:
                self.ask(f"guard({os.getpid()})")
            yield

    @contextmanager
    def _taken_over(self) -> Iterator[None]:
        assert self.live.earlier is not None  # noqa: S101 - asked by the caller
        self.kc = AsyncKernelClient(connection_file=str(self.live.earlier.connection))
        self.kc.load_connection_file()
        self.kc.start_channels()
        self._wait_until_ready()
        self.live.kernel = self.ask(f"take_over({os.getpid()})")
        self.kc.allow_stdin = False
        try:
            yield
        finally:
            self.kc.stop_channels()
            if not self.live.kept:
                kill_group(self.live.kernel)

    def papermill_execute_cells(self) -> None:
        done = () if self.live.earlier is None else self.live.earlier.cells
        for cell, earlier in zip(self.nb.cells, done, strict=False):
            if cell.cell_type == "code":
                cell.outputs = earlier["outputs"]
                cell.execution_count = earlier["execution_count"]
            cell.metadata.papermill = earlier["metadata"]["papermill"]
        whole = self.nb.cells
        for index in range(len(done), len(whole)):
            cell = whole[index]
            try:
                self.nb_man.cell_start(cell, index)
                self.execute_cell(cell, index)
            except CellExecutionError as error:
                self.nb_man.cell_exception(cell, cell_index=index, exception=error)
                break
            finally:
                self.nb_man.cell_complete(cell, cell_index=index)

    def execute_cell(self, cell: Any, cell_index: int, **named: Any) -> None:
        live = self.live
        live.cell = cell_index
        live.tell(cell_index, "")
        if live.keep is not None and cell.cell_type == "code":
            self.ask("remember()")
        try:
            super().execute_cell(cell, cell_index, **named)
        except CellExecutionError as error:
            if live.keep is not None and not (error.ename == "SystemExit" and error.evalue in {"", "0"}):
                self._keep(live.keep)
            raise

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        if msg["msg_type"] == "stream":
            self.live.tell(cell_index, msg["content"]["text"])
        return super().process_message(msg, cell, cell_index)

    def ask(self, call: str) -> int:
        """Have the kernel do something of ours, unseen by the notebook, and give the number of its process."""
        asked = self.kc.execute(
            f"{_SIDE}.{call}",
            silent=True,
            store_history=False,
            allow_stdin=False,
            stop_on_error=False,
            user_expressions={"pid": "__import__('os').getpid()"},
        )
        content = self.wait_for_reply(asked)["content"]
        if content["status"] != "ok":
            raise DeadKernelError(f"The kernel does not do what keeping its state takes: {content.get('ename')}")
        return int(content["user_expressions"]["pid"]["data"]["text/plain"])

    def _keep(self, seconds: float) -> None:
        self.ask(f"keep({seconds!r})")
        self.live.connection = Path(self.kc.connection_file).read_text(encoding="utf-8")
        self.live.kept = True

    def _cleanup_kernel(self) -> None:
        if not self.live.kept:
            super()._cleanup_kernel()
        elif self.kc is not None:
            self.kc.stop_channels()

    def _wait_until_ready(self) -> None:
        from jupyter_core.utils import run_sync  # noqa: PLC0415 - only a run that goes on needs it

        run_sync(self.kc.wait_for_ready)(timeout=_STARTUP_SECONDS)


class _Engine(Engine):  # type: ignore[misc] # papermill has no types
    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, *, live: Live, **named: Any) -> None:
        _Client(
            nb_man,
            live,
            kernel_name=kernel_name,
            startup_timeout=_STARTUP_SECONDS,
            shell_timeout_interval=1,  # seconds until the death of a silent kernel is seen
            log=_LOG,
        ).execute()


papermill_engines.register(ENGINE, _Engine)
