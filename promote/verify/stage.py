"""The stage: a copy of the project where a promotion is tried out, and from where nothing leads back.

Everything that verification runs, it runs here, in processes of its own, on a scratch lake. The stage goes when its
block ends, whether well, by an error or by Ctrl-C; one that a killed process left behind goes when the next begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any, Self

from platform_core import scratch
from platform_core.errors import Fault, UserError
from promote.model import GeneratedFile, Notebook
from promote.verify.copying import copy_project
from promote.verify.environment import child_environment, jupyter_environment
from promote.verify.processes import Processes
from promote.verify.reading import observed, pytest_result, run_request
from promote.verify.values import (
    AssetOutcome,
    Capture,
    Captured,
    CheckOutcome,
    Figures,
    Loaded,
    Materialised,
    Observed,
    Parity,
    TestsResult,
)

__all__ = [
    "AssetOutcome",
    "Capture",
    "Captured",
    "CheckOutcome",
    "Figures",
    "Loaded",
    "Materialised",
    "Observed",
    "Parity",
    "Stage",
    "TestsResult",
]

_PYTEST = (
    "import sys; from promote.verify.processes import watch_parent; watch_parent(); "
    "import pytest; raise SystemExit(pytest.main(sys.argv[1:]))"
)

# Generated tests need no plugin, and loading those that are installed takes longer than the tests
_PYTEST_OPTIONS = ("-q", "-p", "no:cacheprovider", "-o", "addopts=--import-mode=importlib")


class Stage:
    """A copy of a project in a temporary folder, with a scratch lake and a folder for recordings.

    Use it as a context manager: the copy is made on entering and removed at the end.

    Args:
        project: The project's folder; nothing in it is ever written.
        package: The package that holds `definitions.py`.
        progress: Told in a few words what is being done.

    Raises:
        UserError: The disk has no room for a copy.
    """

    root: Path
    lake: Path
    recordings: Path

    def __init__(self, project: Path, package: str, progress: Callable[[str], None]) -> None:
        self._project, self._package, self._progress = project.resolve(), package, progress
        self._made: dict[str, set[str]] = {}
        self._calls = 0

    def __enter__(self) -> Self:
        self._scratch = scratch.Scratch()
        try:
            self._base = self._scratch.path
            self._processes = Processes()
            self.root = self._base / (self._project.name or "project")
            self.lake, self.recordings = self._base / "lake", self._base / "recordings"
            for folder in (self.lake, self.recordings, self._base / "tmp"):
                folder.mkdir()
            self._environment = child_environment(self._project, self.root, self.lake, self._base)
            self._progress("copying the project")
            copy_project(self._project, self.root, lakes=self._lakes(), note=self._progress)
            self._made |= self._of_others()
        except BaseException:
            self._scratch.remove()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._processes.end_all()
        finally:
            self._scratch.remove()

    def write(self, files: Iterable[GeneratedFile]) -> None:
        """Write generated files into the copy, and only there.

        Raises:
            Fault: A path leaves the copy.
        """
        for file in files:
            path = self._inside(file.path)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content)

    def remove(self, paths: Iterable[str]) -> None:
        """Remove files from the copy; what is not there is passed over.

        Raises:
            Fault: A path leaves the copy.
        """
        for path in paths:
            self._inside(path).unlink(missing_ok=True)

    def materialise(
        self,
        assets: Sequence[str],
        *,
        partition: str | None = None,
        partitions: Mapping[str, str] | None = None,
        parameters: Mapping[str, str | int | float | bool] | None = None,
        replay: bool = False,
    ) -> Materialised:
        """Materialise assets of the copy in the scratch lake, in a fresh process.

        Upstreams that the scratch lake lacks are made first, with all their partitions.

        Args:
            assets: Names of assets.
            partition: Key for those that have partitions; without one, all their partitions are made.
            partitions: Keys by asset, which go before `partition`.
            parameters: Values for the fields of the assets' config, where they have them.
            replay: Whether the assets asked for read what was recorded instead of live sources.

        Raises:
            Fault: The process ended without an answer.
        """
        request = {
            "project": str(self.root),
            "package": self._package,
            "assets": list(dict.fromkeys(assets)),
            "partition": partition,
            "partitions": dict(partitions or {}),
            "parameters": dict(parameters or {}),
            "replay": str(self.recordings) if replay else None,
            "made": {name: sorted(keys) for name, keys in self._made.items()},
        }
        # Another hash seed than the notebook's: an output that rests on the order of a set shows itself
        environment = self._environment | {"PYTHONHASHSEED": "1"}
        answer = self._ask(
            "promote.verify.worker", request, environment, "loading the project's definitions", self._tell_asset
        )
        outcomes = {part: {n: _outcome(o) for n, o in answer[part].items()} for part in ("assets", "upstreams")}
        for name, outcome in (outcomes["assets"] | outcomes["upstreams"]).items():
            if outcome.ok:
                self._made.setdefault(name, set()).update(outcome.partitions)
        return Materialised(outcomes["assets"], outcomes["upstreams"], answer["error"], answer["location"])

    def observe(
        self,
        notebook: Notebook,
        captures: Sequence[Capture],
        parameters: Mapping[str, str | int | float | bool] | None = None,
        *,
        timeout: float | None = None,
    ) -> Observed:
        """Run a notebook once in a fresh kernel, in its folder of the copy, and keep what its steps give.

        The notebook is the value given, not the file: its sources and tags. What its resources read is recorded.

        Args:
            notebook: The notebook.
            captures: The outputs to keep.
            parameters: Values for papermill to put behind the `parameters` cell.
            timeout: Seconds that one cell may run; None for no limit.

        Raises:
            UserError: Papermill or ipykernel is not installed.
            Fault: The process ended without an answer.
        """
        missing = [name for name in ("papermill", "ipykernel") if find_spec(name) is None]
        if missing:
            raise UserError(
                f"Running a notebook needs {' and '.join(missing)}.",
                hint="Install notebook-workbench[lab], or promote with --no-run.",
            )
        folder = self._base / f"run-{self._calls + 1}"
        folder.mkdir()
        cwd = self._inside(notebook.path).parent
        cwd.mkdir(parents=True, exist_ok=True)
        request = run_request(notebook, captures, folder, cwd, parameters or {}, timeout=timeout)
        environment = self._environment | jupyter_environment(folder)
        environment |= {"WORKBENCH_RECORD": str(self.recordings), "WORKBENCH_VERIFY": str(folder)}

        def tell(message: dict[str, Any]) -> str:
            if message["cell"] is None:
                return f"running {notebook.path}: parameters"
            tag = notebook.at(message["cell"]).tag
            cell = f"cell {message['cell']} of {len(notebook.cells)}"
            return f"running {notebook.path}: {cell}" + (f" ({tag})" if tag else "")

        start = f"running {notebook.path}: starting the kernel"
        answer = self._ask("promote.verify.observe", request, environment, start, tell, folder)
        return observed(notebook, captures, folder, answer, self.root)

    def compare(
        self,
        captured: Captured,
        asset: str,
        partition: str | None = None,
        *,
        tolerance: float | None = None,
        ordered: bool = False,
    ) -> Parity:
        """Compare a frame of the notebook with what the promoted asset put into the scratch lake.

        Args:
            captured: What `observe` kept.
            asset: The asset's name.
            partition: The partition to compare; None for an asset without partitions.
            tolerance: Share of the larger value by which floats may differ.
            ordered: Whether the rows' order must agree.
        """
        from platform_core.lake import Lake  # noqa: PLC0415 - heavy, and only needed here
        from promote.verify.compare import compare_frames  # noqa: PLC0415
        from promote.verify.frames import read_captured  # noqa: PLC0415

        self._progress(f"comparing {asset}")
        try:
            notebook = read_captured(captured.path)
            given = Lake(self.lake).read(asset, "pandas" if captured.kind == "pandas" else "polars", partition)
            return compare_frames(notebook, given, tolerance=tolerance, ordered=ordered)
        except UserError as error:
            return Parity(False, "not compared", error.message)

    def figures(self, captured: Captured, key: Sequence[str]) -> Figures:
        """Count the nulls of what the notebook held, and the rows that repeat a key."""
        from promote.verify.columns import figures  # noqa: PLC0415 - heavy, and only needed here
        from promote.verify.frames import read_captured  # noqa: PLC0415 - as above

        return figures(read_captured(captured.path), key)

    def kept(self, asset: str, partition: str | None = None) -> Captured:
        """Keep what the scratch lake holds of an asset now, to compare a later run with it."""
        from platform_core.lake import Lake  # noqa: PLC0415 - heavy, and only needed here
        from promote.verify.frames import write_captured  # noqa: PLC0415 - as above

        self._calls += 1
        frame = Lake(self.lake).read(asset, "polars", partition)
        written = write_captured(frame, self._base / f"kept-{self._calls}")
        return Captured(asset, written.kind, written.schema, written.rows, written.path)

    def build_cases(self, requests: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Make the data of generated tests in one fresh process; see `promote.verify.case_values.CaseRequest`.

        Raises:
            Fault: The process ended without an answer.
        """

        def told(message: dict[str, Any]) -> str:
            return f"making up test data for {message['name']} ({message['at']} of {len(requests)})"

        request = {"requests": list(requests)}
        answer = self._ask("promote.verify.cases", request, self._environment, "making up test data", told)
        return list(answer["cases"])

    def run_tests(self, paths: Sequence[str]) -> TestsResult:
        """Run test files of the copy with pytest, in a fresh process in the copy.

        Raises:
            Fault: pytest gave no report.
        """
        self._calls += 1
        report, log = self._base / f"tests-{self._calls}.xml", self._base / f"tests-{self._calls}.log"
        lines: list[str] = []
        self._progress("running the generated tests")
        code = self._processes.run(
            ["-c", _PYTEST, *paths, *_PYTEST_OPTIONS, f"--junitxml={report}"],
            env=self._environment | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            cwd=self.root,
            log=log,
            on_line=lines.append,
            on_silence=lambda: self._progress("running the generated tests"),
        )
        output = "\n".join([*lines[-60:], *log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:]])
        if not report.is_file():
            raise Fault(f"The generated tests ended without a report (exit code {code}).", hint=output[-2000:])
        return pytest_result(report, output)

    def _ask(
        self,
        module: str,
        request: dict[str, Any],
        environment: Mapping[str, str],
        start: str,
        told: Callable[[dict[str, Any]], str],
        folder: Path | None = None,
    ) -> Any:
        """Have a module serve a request in a fresh process, in a folder if it has one, and give its answer.

        `start` says what is done until the process tells more itself.
        """
        self._calls += 1
        stem = f"{module.rpartition('.')[2]}-{self._calls}"
        now = [start]
        self._progress(start)

        def on_message(message: dict[str, Any]) -> None:
            now[0] = told(message)
            self._progress(now[0])

        return self._processes.ask(
            module,
            request,
            env=environment,
            cwd=folder or self.root,
            stem=self._base / stem,
            folder=folder,
            told=on_message,
            on_silence=lambda: self._progress(f"{now[0]} …"),
        )

    def _tell_asset(self, message: dict[str, Any]) -> str:
        count = f" ({message['at']} of {message['of']})" if message["of"] > 1 else ""
        return f"materialising {message['asset']}{count}"

    def _inside(self, path: str) -> Path:
        parts = PurePosixPath(path)
        if parts.is_absolute() or ".." in parts.parts or not (self.root / parts).resolve().is_relative_to(self._base):
            raise Fault(f"{path!r} leads out of the project.")
        return self.root / parts

    def _of_others(self) -> dict[str, set[str]]:
        """Bring what other projects make into the scratch lake, and give what that is."""
        from promote.verify.others import bring_in  # noqa: PLC0415 - Polars

        try:
            return bring_in(self._project, self.lake, self._progress)
        except UserError:  # as below: what is missing is told where it is read
            return {}

    def _lakes(self) -> list[Path]:
        """Give the lake that the project's configuration names, so that it is not copied."""
        from platform_core.config import load_config  # noqa: PLC0415 - pydantic and YAML

        try:
            return [self._project / load_config(self._project).lake]
        except UserError:  # whoever loads the project says so better
            return []


def _outcome(answer: dict[str, Any]) -> AssetOutcome:
    checks = tuple(CheckOutcome(**check) for check in answer.pop("checks"))
    listed = {key: tuple(answer[key]) for key in ("partitions", "declared")}
    return AssetOutcome(**answer | {"checks": checks, **listed})
