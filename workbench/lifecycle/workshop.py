"""A copy of the project in which files are changed and promoted anew, to be brought back in one write or not at all."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from platform_core.scratch import Scratch
from platform_core.values import replace
from promote.examine import examine
from promote.merge.prune import prune_project, tidy
from promote.model import Finding, GeneratedFile, Location
from promote.outcome import Outcome, Settings, StepOutcome
from promote.pipeline import promote
from promote.project import Project
from promote.steps import bytes_of
from promote.verify.copying import copy_project
from promote.writing.write import commit
from workbench.project import Project as Environment

_OURS = ("notebooks", "src", "tests", "evidence", "assurance", "retired", "config")
_LOADS = (
    "from workbench.graph import load_project; from workbench.project import find_project; load_project(find_project())"
)


class Workshop:
    """A copy of a project. Use it as a context manager: the copy goes at the end, and the project stays untouched.

    Args:
        project: The project.
        lake: The folder of its data, which is not copied.
    """

    def __init__(self, project: Project, lake: Path) -> None:
        self.original = project
        self._lake = lake

    def __enter__(self) -> Self:
        self._scratch = Scratch()
        try:
            root = self._scratch.path / (self.original.root.name or "project")
            copy_project(self.original.root, root, lakes=[self._lake])
        except BaseException:
            self._scratch.remove()
            raise
        notebooks = (root / path.relative_to(self.original.root) for path in self.original.notebooks)
        files = tuple(str(path) for path in notebooks if path.exists())
        self.copy = replace(self.original, folder=str(root), files=files)
        self._before = self._contents()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._scratch.remove()

    def write(self, path: str, content: bytes) -> None:
        """Write a file into the copy."""
        target = self.copy.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)

    def remove(self, path: str) -> None:
        """Remove a file from the copy."""
        (self.copy.root / path).unlink(missing_ok=True)

    def stands(self) -> dict[str, StepOutcome]:
        """Tell how every step of the copy stands to its files, by tag."""
        outcome = examine(self.copy, self.copy.notebooks, Settings(check=True)).outcome
        return {step.tag: step for step in outcome.steps}

    def prune(self, tags: Sequence[str], *, force: bool) -> list[Finding]:
        """Remove what was made of steps that the notebooks of the copy have no more; give what stands in the way."""
        settings = Settings(prune=True, force=force, select=tuple(tags))
        return list(prune_project(self.copy, [], settings).findings)

    def promote(
        self,
        tags: Collection[str],
        stands: Mapping[str, StepOutcome],
        *,
        run: bool,
        progress: Callable[[str], None],
        renamed: Mapping[str, str] | None = None,
    ) -> Outcome:
        """Promote these steps of the copy, as `promote --select` does, and verify them where `run` is true."""
        names = sorted({stands[tag].notebook for tag in tags if tag in stands})
        settings = Settings(run=run, select=tuple(sorted(tags)))
        return promote(self.copy, [self.copy.root / name for name in names], settings, progress, renamed)

    def loading(self, *, forced: bool) -> list[Finding]:
        """Tell why Dagster could not load the copy, jobs and schedules with it; a warning where it is forced."""
        problem = self.problem()
        if not problem:
            return []
        said = f"With these changes the code location does not load: {problem}"
        hint = "Look at the places named above."
        return [Finding("PR634", "warning" if forced else "error", said, Location(""), hint)]

    def problem(self) -> str:
        """Give the words of Dagster or of the project on why it does not load, empty where it does."""
        environment = Environment(self.copy.root, self.copy.package).environment()
        command = [sys.executable, "-c", _LOADS]
        done = subprocess.run(  # noqa: S603 - this very Python, and no word of a person's in it
            command, env=environment, cwd=self.copy.root, capture_output=True, text=True, check=False
        )
        if done.returncode == 0:
            return ""
        last = [line for line in done.stderr.strip().split("\n") if line.strip()][-1:]
        said = last[0].rpartition("UserError: ")[2] if last else "it cannot be loaded"
        return said.replace(str(self.copy.root), self.original.root.name)

    def changes(self) -> dict[str, bytes | None]:
        """Give what differs from the project: contents by path, None for a file that goes."""
        after = self._contents()
        paths = sorted(self._before.keys() | after.keys())
        return {path: after.get(path) for path in paths if self._before.get(path) != after.get(path)}

    def commit(self, moves: Sequence[tuple[str, str]] = ()) -> None:
        """Bring all that changed into the project, with renames of data, all or nothing.

        Raises:
            WriteError: A file was edited meanwhile, or cannot be written; the project is as it was.
        """
        changed = self.changes()
        files = [GeneratedFile.of(path, content, "") for path, content in changed.items() if content is not None]
        gone = [path for path, content in changed.items() if content is None]
        seen = {path: self._before.get(path) for path in changed}
        commit(self.original.root, files, gone, moves=moves, seen=seen)
        tidy(self.original, gone)

    def _contents(self) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for name in _OURS:
            for path in sorted((self.copy.root / name).rglob("*")):
                content = bytes_of(path) if path.is_file() and "__pycache__" not in path.parts else None
                if content is not None:
                    found[path.relative_to(self.copy.root).as_posix()] = content
        return found
