"""Running a notebook once, in a fresh kernel through papermill, and keeping what its steps give.

Run as `python -P -m promote.verify.observe REQUEST.json`, in a process of its own. Progress goes to standard output
as one JSON object a line, the result to the file that the request names. Cells are known by ids of ours,
`cell-<position>`, so the cell that papermill injects shifts nothing. Outputs are thrown away: nobody reads them, and
they may be large - unless the request names a file in which the executed notebook is wanted.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from papermill import execute_notebook  # type: ignore[import-untyped]  # no stubs
from papermill.clientwrap import PapermillNotebookClient  # type: ignore[import-untyped]  # no stubs
from papermill.engines import Engine, papermill_engines  # type: ignore[import-untyped]  # no stubs
from papermill.exceptions import PapermillExecutionError  # type: ignore[import-untyped]  # no stubs

from platform_core.metadata.text import uncoloured
from promote.verify.processes import KERNEL_FILE, kill_kernel, serve

ENGINE = KERNEL = "promote-verify"
_LINE = re.compile(r"Cell In\[\d+\](?:, line |:)(\d+)")
_QUIET = {"stream", "display_data", "execute_result", "update_display_data", "clear_output"}


@dataclass
class Run:
    """One run: what to keep after which cell, whom to tell, and what went wrong (None while nothing did)."""

    captures: Sequence[Mapping[str, Any]]
    folder: Path
    timeout: float | None = None
    tell: Callable[[dict[str, Any]], None] = lambda message: None
    output: str | None = None
    failure: dict[str, Any] | None = None
    reached: list[int] = field(default_factory=list)

    def fail(self, kind: str, name: str = "", message: str = "", line: int | None = None) -> None:
        """Note the first thing that went wrong, at the cell that was reached last."""
        if self.failure is None:
            cell = self.reached[-1] if self.reached else None
            self.failure = {"kind": kind, "cell": cell, "name": name, "message": message, "line": line}


class _Client(PapermillNotebookClient):  # type: ignore[misc]  # papermill has no types
    """Papermill's client, which keeps outputs after their cells and notes how a cell failed."""

    def __init__(self, nb_man: Any, run: Run, **named: Any) -> None:
        super().__init__(nb_man, **named)
        self._run = run

    def start_new_kernel(self, **named: Any) -> None:
        super().start_new_kernel(**named)
        (self._run.folder / KERNEL_FILE).write_text(str(self.km.provisioner.pid), encoding="ascii")

    def execute_cell(self, cell: Any, cell_index: int, **named: Any) -> None:
        position = _position(cell)
        run = self._run
        if position is not None:
            run.reached.append(position)
        run.tell({"cell": position})
        try:
            super().execute_cell(cell, cell_index, **named)
            for number, capture in enumerate(run.captures):
                if capture["cell"] == position:
                    self._keep(number, capture["variable"])
        except CellExecutionError as error:
            run.fail("error", error.ename, error.evalue, _failing_line(error.traceback))
            raise
        except CellTimeoutError:
            run.fail("timeout")
            raise
        except DeadKernelError:
            run.fail("died")
            raise
        finally:
            if run.output is None:
                cell.outputs = []

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        unread = self._run.output is None and msg["msg_type"] in _QUIET
        return None if unread else super().process_message(msg, cell, cell_index)

    def _keep(self, number: int, variable: str) -> None:
        """Have the kernel keep a frame, by a silent request that leaves `_`, `Out` and the counts alone."""
        call = f"keep({number}, {variable!r}, {str(self._run.folder)!r})"
        code = f"__import__('promote.verify.capture', fromlist=['keep']).{call}"
        self.wait_for_reply(
            self.kc.execute(code, silent=True, store_history=False, allow_stdin=False, stop_on_error=False)
        )


class _Engine(Engine):  # type: ignore[misc]  # papermill has no types
    """The papermill engine that runs a notebook with our client."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, *, run: Run, **named: Any) -> None:
        client = _Client(
            nb_man,
            run,
            kernel_name=kernel_name,
            timeout=run.timeout,
            startup_timeout=300,
            shell_timeout_interval=1,  # seconds until the death of a silent kernel is seen
            shutdown_kernel="immediate",
            log=logging.getLogger(__name__),
        )
        client.execute()


def observe(notebook: str, cwd: str, parameters: Mapping[str, Any], run: Run) -> bool:
    """Run a notebook file and say whether every cell ran; else `run.failure` says why not.

    Args:
        notebook: The file, with cell ids of ours; its kernel is the kernelspec `promote-verify`.
        cwd: The working folder of the kernel.
        parameters: Values for papermill to inject.
        run: What to keep, and whom to tell.
    """
    papermill_engines.register(ENGINE, _Engine)
    try:
        execute_notebook(
            notebook,
            run.output,
            parameters=dict(parameters),
            engine_name=ENGINE,
            kernel_name=KERNEL,
            cwd=cwd,
            progress_bar=False,
            log_output=False,
            run=run,
        )
    except (PapermillExecutionError, CellTimeoutError, DeadKernelError):
        run.fail("died")  # unless the cell's own failure was noted
    except RuntimeError:  # jupyter_client's word for a kernel that never answered
        run.fail("unstarted")
    finally:
        kill_kernel(run.folder)  # what the notebook started and left behind goes with it
    return run.failure is None


def _position(cell: Any) -> int | None:
    found = re.fullmatch(r"cell-(\d+)", cell.get("id", ""))
    return int(found[1]) if found else None


def _failing_line(traceback: str) -> int | None:
    found = _LINE.search(uncoloured(traceback))
    return int(found[1]) if found else None


def handle(request: dict[str, Any], tell: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Run the notebook of a request, and give whether it ran and, if not, how it failed."""
    run = Run(request["captures"], Path(request["folder"]), request["timeout"], tell, request.get("output"))
    ran = observe(request["notebook"], request["cwd"], request["parameters"], run)
    return {"ran": ran, "failure": run.failure}


if __name__ == "__main__":
    raise SystemExit(serve(sys.argv[1:], handle))
