"""Running a draft's notebook once, as papermill runs it, and keeping what its steps give."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from promote.findings import place
from promote.verify.environment import jupyter_environment
from promote.verify.frames import read_captured
from promote.verify.processes import Processes
from promote.verify.reading import observed, run_request
from workbench.drafts.finding import Draft, DraftStep
from workbench.project import Project


class DraftFailed(Exception):  # noqa: N818 - it says what happened
    """A cell of a draft's notebook failed: which, where, and what to do."""


@contextmanager
def run_draft(
    project: Project, draft: Draft, parameters: Mapping[str, Any], say: Callable[[str], None], output: Path | None
) -> Iterator[Mapping[str, Any]]:
    """Run the notebook of a draft in a fresh kernel, in its own folder, and give the frame of each step by name.

    The frames stand in a folder that goes when the block ends.

    Args:
        project: The project.
        draft: What to run.
        parameters: Values for papermill to put behind the `parameters` cell.
        say: Is told of each cell.
        output: Where the executed notebook goes; None where it must not be kept.

    Raises:
        DraftFailed: A cell fails, or a step gives no frame.
    """
    with tempfile.TemporaryDirectory(prefix="workbench-draft-") as scratch:
        folder = Path(scratch)
        answer = _run(project, draft, parameters, say, folder, output)
        captures = [step.capture for step in draft.steps]
        seen = observed(draft.notebook, captures, folder, answer, project.root)
        if seen.findings:
            raise DraftFailed("\n".join(_told(finding) for finding in seen.findings))
        yield {name: read_captured(captured.path) for name, captured in seen.captures.items()}


def _run(
    project: Project,
    draft: Draft,
    parameters: Mapping[str, Any],
    say: Callable[[str], None],
    folder: Path,
    output: Path | None,
) -> Mapping[str, Any]:
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
    captures = [step.capture for step in draft.steps]
    cwd = (project.root / draft.path).parent
    request = run_request(draft.notebook, captures, folder, cwd, parameters, output=output)

    def told(message: Mapping[str, Any]) -> None:
        if message["cell"] is not None:
            say(f"{draft.path}: cell {message['cell']}")

    environment = project.environment() | jupyter_environment(folder) | {"WORKBENCH_VERIFY": str(folder)}
    answer: Mapping[str, Any] = Processes().ask(
        "promote.verify.observe", request, env=environment, cwd=folder, stem=folder / "ask", folder=folder, told=told
    )
    return answer


def parameters_of(steps: Sequence[DraftStep], partition: str | None) -> Mapping[str, str]:
    """Give what a partition sets of a notebook's parameters."""
    names = {step.parameter for step in steps if step.parameter is not None}
    return dict.fromkeys(sorted(names), partition) if partition is not None else {}


def _told(finding: Any) -> str:
    hint = f"\nhint: {finding.hint}" if finding.hint else ""
    return f"{place(finding.location)}: {finding.message}{hint}"
