"""The data of a generated test: made-up inputs, and what the notebook's own cells give for them.

Run as `python -P -m promote.verify.cases REQUEST.json`, in a process of its own with one thread. What a test expects
never comes from the rendered function: the cells are run as the notebook has them.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import traceback
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import polars as pl

from platform_core.errors import UserError
from platform_core.frames import FrameKind, convert, kind_of, to_polars
from platform_core.testing import assert_frames_equal, frame_schema, write_frame
from promote.verify.fabricate import fabricate, real_text
from promote.verify.frames import read_captured
from promote.verify.literals import literals_of
from promote.verify.mutants import mutants
from promote.verify.processes import serve
from promote.verify.replace import take_rows
from promote.verify.tables import Table, read_table
from promote.verify.threads import limit_duckdb

# most rows, which are preferred, and whether each frame gets some of its rows a second time
_ATTEMPTS = ((8, 0, False), (8, 1, False), (8, 0, True), (16, 0, False), (16, 1, True), (24, 0, True), (40, 1, True))
_SALTS = 3
_MODULE = "__promoted_step__"


@dataclass(frozen=True, slots=True)
class CaseRequest:
    """What to make a case of.

    Attributes:
        name: The asset's name.
        out: The project's folder, or a copy of it; data goes to `tests/assets/data/<name>` under it.
        program: Source texts to run in order: imports, definitions, the step's cells, without IPython syntax.
        output: The variable that holds what the step gives.
        inputs: `{parameter, asset, kind, path, external}` each; `path` is a captured frame.
        preset: Values of parameters by name.
        resources: `{root, files}` by resource name, `files` relative to the root; `parameter` where the variable has
            another name.
        ordered: Whether the order of rows counts.
        tolerance: How far floats may lie apart.
        literals: More values that may stand as they are, beside those of the program.
        checks: `{items, key, schema}` as the step declares them; `schema` names a variable of the program.
        assertions: `{name, program}` for each check cell.
    """

    name: str
    out: str
    program: Sequence[str]
    output: str
    inputs: Sequence[Mapping[str, Any]] = ()
    preset: Mapping[str, Any] = field(default_factory=dict)
    resources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    ordered: bool = False
    tolerance: float | None = None
    literals: Sequence[Any] = ()
    checks: Mapping[str, Any] = field(default_factory=dict)
    assertions: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class CaseAnswer:
    """What became of a case. `reason` says why there is none; `files` are relative to `out`.

    `checks` and `assertions` say which passed on what the notebook gave for the made-up inputs.
    """

    ok: bool
    reason: str = ""
    kind: FrameKind | Literal[""] = ""
    rows: int = 0
    ordered: bool = False
    tolerance: float | None = None
    schema: Mapping[str, str] = field(default_factory=dict)
    inputs: Sequence[Mapping[str, str]] = ()
    resources: Sequence[str] = ()
    preset: Mapping[str, Any] = field(default_factory=dict)
    checks: Mapping[str, bool] = field(default_factory=dict)
    assertions: Mapping[str, bool] = field(default_factory=dict)
    files: Sequence[str] = ()


class _NoCaseError(Exception):
    """No case can be made; the message says why, without a value of the data."""


@dataclass(frozen=True, slots=True)
class _Run:
    """What one run of the cells gave."""

    value: Any
    kind: FrameKind
    names: dict[str, Any]
    rows: int


def build(request: CaseRequest) -> CaseAnswer:
    """Make up inputs, run the notebook's cells on them, write both as test data.

    Several choices of rows are tried. Kept is the one that notices the most of the deliberate mistakes of
    `promote.verify.mutants`, and of those the smallest.
    """
    target = Path(request.out, "tests", "assets", "data", request.name)
    try:
        return _Builder(request, target).build()
    except (_NoCaseError, UserError) as problem:
        return CaseAnswer(False, problem.message if isinstance(problem, UserError) else str(problem))


class _Builder:
    def __init__(self, request: CaseRequest, target: Path) -> None:
        self._request = request
        self._target = target
        self._frames: dict[str, Any] = {}
        self._tables: dict[str, Table] = {}
        for item in request.inputs:
            self._frames.setdefault(f"asset {item['asset']}", read_captured(Path(item["path"])))
        for name, described in request.resources.items():
            for file in described["files"]:
                table = read_table(Path(described["root"], file))
                self._tables[f"file {name}/{file}"] = table
                self._frames[f"file {name}/{file}"] = table.frame
        self._literals = frozenset(request.literals) | {
            value for value in request.preset.values() if isinstance(value, str | int | float)
        }
        for text in [*request.program, *(text for item in request.assertions for text in item["program"])]:
            self._literals |= literals_of(text)
        columns = {str(name) for frame in self._frames.values() for name in frame.columns}
        self._real = real_text(self._frames.values(), self._literals | columns)

    def build(self) -> CaseAnswer:
        self._leave_out_unread()
        best, small = self._best()
        for salt in range(1, _SALTS + 1):
            files = self._write(small, best)
            if not any(self._tells(file) for file in files):
                break
            for file in files:
                file.unlink()
            if salt == _SALTS:
                raise _NoCaseError("made-up values cannot be kept apart from real ones")
            best, small = self._best(salt)
        root = Path(self._request.out)
        request = self._request
        return CaseAnswer(
            ok=True,
            kind=best.kind,
            rows=best.rows,
            ordered=request.ordered,
            tolerance=request.tolerance,
            schema=frame_schema(best.value),
            inputs=[
                {**{key: item[key] for key in ("parameter", "asset", "kind")}, "file": _file_of(item["asset"])}
                for item in request.inputs
            ],
            resources=sorted(request.resources),
            preset=request.preset,
            checks=self._checks(best),
            assertions=self._assertions(best),
            files=sorted(file.relative_to(root).as_posix() for file in files),
        )

    def _leave_out_unread(self) -> None:
        """Leave out the files that other steps read from the same resource: a recording of one run shows which."""
        if len(self._tables) < 2:
            return
        with tempfile.TemporaryDirectory() as folder:
            os.environ["WORKBENCH_RECORD"] = folder
            try:
                self._run(fabricate(self._frames, self._literals), self._request.program)
            except _NoCaseError:
                return  # it may want another choice of rows before it reads on
            finally:
                del os.environ["WORKBENCH_RECORD"]
            read = {f"file {path.relative_to(folder).as_posix()}" for path in Path(folder).rglob("*") if path.is_file()}
        for name in self._tables.keys() - read:
            del self._tables[name], self._frames[name]

    def _best(self, salt: int = 0) -> tuple[_Run, dict[str, Any]]:
        best: tuple[_Run, dict[str, Any]] | None = None
        problem = _NoCaseError("the step has no input that data can be made up for")
        most = -1
        wrong = list(mutants(self._request.program))
        for rows, variant, doubled in _ATTEMPTS if self._frames else _ATTEMPTS[:1]:
            small = fabricate(self._frames, self._literals, rows=rows, variant=variant, salt=salt)
            if doubled:
                small = {name: _with_twins(frame) for name, frame in small.items()}
            try:
                run = self._run_twice(small)
            except _NoCaseError as raised:
                problem = raised
                continue
            noticed = sum(self._notices(small, run, program) for program in wrong) if run.rows else 0
            if noticed > most or (best is not None and run.rows and not best[0].rows):
                best, most = (run, small), noticed
            if run.rows and most == len(wrong):
                break
        if best is None:
            raise problem
        return best

    def _notices(self, small: Mapping[str, Any], run: _Run, program: Sequence[str]) -> bool:
        """Say whether a mistaken program gives something else for this data."""
        try:
            self._same(self._run(small, program), run)
        except (_NoCaseError, UserError, AssertionError):
            return True
        return False

    def _run_twice(self, small: Mapping[str, Any]) -> _Run:
        first, second = (self._run(small, self._request.program) for _ in range(2))
        try:
            self._same(second, first)
        except AssertionError:
            raise _NoCaseError("the cells give other rows each time they are run") from None
        return first

    def _same(self, got: _Run, expected: _Run) -> None:
        request = self._request
        assert_frames_equal(got.value, expected.value, ordered=request.ordered, tolerance=request.tolerance)

    def _run(self, small: Mapping[str, Any], program: Sequence[str]) -> _Run:
        request = self._request
        with self._given(small) as names:
            for place, text in enumerate(program, start=1):
                _execute(text, names, f"part {place} of the step")
            value = names.get(request.output)
            kind = kind_of(value)
            if kind is None:
                raise _NoCaseError(f"the cells bind no frame to {request.output!r}")
            try:
                kept = value.copy(deep=True) if kind == "pandas" else to_polars(value).clone()  # type: ignore[union-attr]  # a frame, as kind_of said
            except Exception as error:  # collecting runs the analyst's own expressions, which may raise anything
                raise _NoCaseError(f"{type(error).__name__} when the result is collected") from error
        return _Run(kept, kind, {**names, request.output: convert(kept, kind)}, len(kept))

    @contextlib.contextmanager
    def _given(self, small: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Give the names that the cells find, with `load_asset` and `resource` giving made-up data."""
        from platform_core.resources import FilesResource  # noqa: PLC0415 -- Dagster only where a case is run
        from platform_core.sdk.loading import overrides  # noqa: PLC0415

        module = types.ModuleType(_MODULE)
        sys.modules[_MODULE] = module  # classes of the cells look their module up
        names = module.__dict__
        names.update(self._request.preset)
        frames = {item["asset"]: _copied(small[f"asset {item['asset']}"]) for item in self._request.inputs}
        for item in self._request.inputs:
            names[item["parameter"]] = convert(_copied(small[f"asset {item['asset']}"]), item["kind"])
        Path(self._request.out).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._request.out) as folder:
            resources = {
                name: FilesResource(root=str(Path(folder, name)), name=name) for name in self._request.resources
            }
            self._write_files(small, Path(folder))
            for name, described in self._request.resources.items():
                names[described.get("parameter", name)] = resources[name]
            try:
                with overrides(assets=frames, resources=resources):
                    yield names
            finally:
                sys.modules.pop(_MODULE, None)

    def _write(self, small: Mapping[str, Any], best: _Run) -> list[Path]:
        written = [
            write_frame(small[f"asset {asset}"], self._target / _file_of(asset))
            for asset in dict.fromkeys(item["asset"] for item in self._request.inputs)
        ]
        written.append(write_frame(best.value, self._target / "expected.json"))
        return [*written, *self._write_files(small, self._target)]

    def _write_files(self, small: Mapping[str, Any], folder: Path) -> list[Path]:
        written = []
        for key, table in self._tables.items():
            path = folder / key.removeprefix("file ")
            path.parent.mkdir(parents=True, exist_ok=True)
            table.write(small[key], path)
            written.append(path)
        return written

    def _tells(self, file: Path) -> bool:
        """Say whether a written file holds a real text in its rows."""
        if file.suffix == ".parquet":
            return False  # compressed; its values are those of the frame, which were made up one by one
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        start = next((place for place, line in enumerate(lines) if line.strip() == '"rows": ['), 0)
        return any(self._real.inside(line) for line in lines[start + 1 :])

    def _checks(self, best: _Run) -> dict[str, bool]:
        """Say which declared checks pass on what the cells gave; one that cannot be run here is left out."""
        declared = self._request.checks
        if not declared.get("items"):
            return {}
        from platform_core.asset_checks import resolve_checks  # noqa: PLC0415 -- Dagster only where checks are declared

        schema = best.names.get(declared["schema"]) if declared.get("schema") else None
        found = resolve_checks(declared["items"], key=declared.get("key"), schema=schema)
        passed = {}
        for check in found:
            with contextlib.suppress(UserError):
                passed[check.name] = bool(check.run(best.value).passed)
        return passed

    def _assertions(self, best: _Run) -> dict[str, bool]:
        passed = {}
        for item in self._request.assertions:
            names = dict(best.names)
            try:
                for text in item["program"]:
                    _execute(text, names, item["name"])
                passed[item["name"]] = True
            except _NoCaseError:
                passed[item["name"]] = False
        return passed


def _execute(text: str, names: dict[str, Any], where: str) -> None:
    shown = f"<{where}>"
    try:
        exec(compile(text, shown, "exec", dont_inherit=True), names)  # noqa: S102 -- the analyst's own cells are what is to be run
    except (Exception, SystemExit) as error:  # noqa: BLE001 -- the analyst's cells may raise anything on made-up data
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == shown]
        place = f" in line {lines[-1]}" if lines else ""
        raise _NoCaseError(f"{type(error).__name__}{place} of {where}, on made-up data") from None


def _with_twins(frame: Any) -> Any:
    """Give a frame with every third row once more at the end."""
    return take_rows(frame, [*range(len(frame)), *range(0, len(frame), 3)])


def _copied(frame: Any) -> Any:
    return frame.clone() if isinstance(frame, pl.DataFrame) else frame.copy(deep=True)


def _file_of(asset: str) -> str:
    return "input_expected.json" if asset == "expected" else f"{asset}.json"


def handle(request: dict[str, Any], tell: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Build the cases that a request asks for, with one DuckDB thread and no project's recordings."""
    limit_duckdb()
    for name in ("WORKBENCH_RECORD", "WORKBENCH_REPLAY"):
        os.environ.pop(name, None)
    os.environ.setdefault("MPLBACKEND", "Agg")
    answers = []
    for at, one in enumerate(request["requests"], start=1):
        tell({"name": one["name"], "at": at})
        answers.append(asdict(build(CaseRequest(**one))))
    return {"cases": answers}


if __name__ == "__main__":
    raise SystemExit(serve(sys.argv[1:], handle))
