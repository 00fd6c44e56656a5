"""Running a step's cells on small frames, many times over: as they stand, and with a mistake in them.

The cells find what they find in the notebook: their inputs by name, `load_asset` and `resource`. What they print or
display goes nowhere. A `while` may turn only so often, since a mistake in it might never end.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import io
import os
import sys
import tempfile
import traceback
import types
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from platform_core.frames import FrameKind, convert, kind_of, to_polars
from platform_core.sdk.process_state import put_back
from platform_core.testing import assert_frames_equal
from promote.verify.tables import Table, visible_files

_MODULE = "__promoted_step__"
_TURNS = 20_000  # of all `while` loops of one run
_TICK = "__turn_of_a_loop__"
Frames = Mapping[str, Any]


class NoCaseError(Exception):
    """No case can be made; the message says why, without a value of the data."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of the cells gave."""

    value: Any
    kind: FrameKind
    names: dict[str, Any]
    rows: int


@dataclass(frozen=True, slots=True)
class Trial:
    """A step's cells and what they find.

    Attributes:
        program: Source texts to run in order.
        output: The variable that holds what the step gives.
        inputs: `{parameter, asset, kind}` each.
        preset: Values of parameters by name.
        parameters: The variable that holds each resource, by the resource's name.
        types: The class of each resource.
        tables: The files that resources give, by `file <resource>/<path>`.
        folder: Where files may stand while the cells run.
        ordered: Whether the order of rows counts.
        tolerance: How far floats may lie apart.
        disturbs: What the cells change of the process; it is put back after each run, as the step does.
    """

    program: Sequence[str]
    output: str
    inputs: Sequence[Mapping[str, Any]]
    preset: Mapping[str, Any]
    parameters: Mapping[str, str]
    types: Mapping[str, str]
    tables: dict[str, Table]
    folder: Path
    ordered: bool = False
    tolerance: float | None = None
    disturbs: Sequence[str] = ()
    _turns: list[int] = field(default_factory=list)  # of the unchanged runs so far

    def run(self, small: Frames, *, changed: tuple[int, str] | None = None) -> Run:
        """Run the cells, or cells one text of which is changed, on frames by `asset <name>` and `file <path>`.

        Raises:
            NoCaseError: They fail, or bind no frame.
        """
        # A mistake may turn a few times as often as the true code, and no more
        turns = _Turns(4 * max(self._turns, default=0) + 20 if changed else _TURNS)
        with self._given(small) as names, put_back(*self.disturbs), _quietly():
            names[_TICK] = turns
            for place, text in enumerate(self.program):
                execute(changed[1] if changed and changed[0] == place else text, names, f"part {place + 1} of the step")
            run = self._result(names)
        if changed is None and turns.count:
            self._turns.append(turns.count)
        return run

    def run_twice(self, small: Frames) -> Run:
        """Run the cells twice.

        Raises:
            NoCaseError: As `run` does, or the second time gives something else.
        """
        first, second = self.run(small), self.run(small)
        if self.differs(second, first):
            raise NoCaseError("the cells give other rows each time they are run")
        return first

    def differs(self, got: Run, expected: Run) -> bool:
        """Say whether a generated test would tell two results apart."""
        one, other = got.value, expected.value
        if isinstance(one, pl.DataFrame) and isinstance(other, pl.DataFrame) and self.tolerance is None:
            if one.schema != other.schema or one.columns != other.columns or one.height != other.height:
                return True
            if one.equals(other):
                return False
            if self.ordered:
                return True
        try:
            assert_frames_equal(one, other, ordered=self.ordered, tolerance=self.tolerance)
        except Exception:  # noqa: BLE001 -- a frame that cannot even be compared is told apart by the test too
            return True
        return False

    def lines(self, small: Frames) -> frozenset[tuple[int, int]]:
        """Give the lines that a run of the cells reaches: text (from 0) and line (from 1), as far as it goes."""
        names = {f"<part {place + 1} of the step>": place for place in range(len(self.program))}
        found: set[tuple[int, int]] = set()

        def trace(frame: types.FrameType, event: str, _: object) -> Any:
            place = names.get(frame.f_code.co_filename)
            if place is None:
                return None
            if event == "line":
                found.add((place, frame.f_lineno))
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            with contextlib.suppress(NoCaseError):
                self.run(small)
        finally:
            sys.settrace(before)
        return frozenset(found)

    def files_read(self, small: Frames) -> set[str]:
        """Give the files that the cells read, as a recording of one run shows.

        Raises:
            NoCaseError: The cells fail.
        """
        with tempfile.TemporaryDirectory() as folder:
            os.environ["WORKBENCH_RECORD"] = folder
            try:
                self.run(small)
            finally:
                del os.environ["WORKBENCH_RECORD"]
            return {f"file {path}" for path in visible_files(Path(folder))}

    def write_files(self, small: Frames, folder: Path) -> list[Path]:
        """Write the files that resources give, below a folder, and give their paths."""
        written = []
        for key, table in self.tables.items():
            path = folder / key.removeprefix("file ")
            path.parent.mkdir(parents=True, exist_ok=True)
            table.write(small[key], path)
            written.append(path)
        return written

    def _result(self, names: dict[str, Any]) -> Run:
        value = names.get(self.output)
        kind = kind_of(value)
        if kind is None:
            raise NoCaseError(f"the cells bind no frame to {self.output!r}")
        try:
            kept = value.copy(deep=True) if kind == "pandas" else to_polars(value).clone()  # type: ignore[union-attr]  # a frame, as kind_of said
        except BaseException as error:  # collecting runs the analyst's own expressions; Polars panics past Exception
            if isinstance(error, KeyboardInterrupt):
                raise
            raise NoCaseError(f"{type(error).__name__} when the result is collected") from error
        return Run(kept, kind, {**names, self.output: convert(kept, kind)}, len(kept))

    @contextlib.contextmanager
    def _given(self, small: Frames) -> Iterator[dict[str, Any]]:
        """Give the names that the cells find, with `load_asset` and `resource` giving made-up data."""
        from platform_core.sdk.loading import overrides  # noqa: PLC0415 -- Dagster only where a case is run

        module = types.ModuleType(_MODULE)
        sys.modules[_MODULE] = module  # classes of the cells look their module up
        names = module.__dict__
        names.update(self.preset)
        frames = {item["asset"]: _copied(small[f"asset {item['asset']}"]) for item in self.inputs}
        for item in self.inputs:
            names[item["parameter"]] = convert(_copied(small[f"asset {item['asset']}"]), item["kind"])
        try:
            with self._resources(small) as resources:
                for name, parameter in self.parameters.items():
                    names[parameter] = resources[name]
                with overrides(assets=frames, resources=resources):
                    yield names
        finally:
            sys.modules.pop(_MODULE, None)

    @contextlib.contextmanager
    def _resources(self, small: Frames) -> Iterator[dict[str, Any]]:
        if not self.parameters:
            yield {}
            return
        from platform_core import resources  # noqa: PLC0415 -- as above

        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            self.write_files(small, Path(folder))
            yield {
                name: getattr(resources, self.types[name]).replaying(Path(folder, name), name)
                for name in self.parameters
            }


class _Turns:
    """Counts the turns of `while` loops in one run, and ends a run that makes too many."""

    def __init__(self, most: int) -> None:
        self.count = 0
        self._most = most

    def __call__(self) -> None:
        self.count += 1
        if self.count > self._most:
            raise TimeoutError


def execute(text: str, names: dict[str, Any], where: str) -> None:
    """Run one source text in a namespace.

    Raises:
        NoCaseError: It fails; the type of the error and the line are named, never its message.
    """
    shown = f"<{where}>"
    try:
        exec(_compiled(text, shown), names)  # noqa: S102 -- the analyst's own cells are what is to be run
    except (
        BaseException
    ) as error:  # the analyst's cells may raise anything on made-up data; Polars panics past Exception
        if isinstance(error, KeyboardInterrupt):
            raise
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == shown]
        place = f" in line {lines[-1]}" if lines else ""
        raise NoCaseError(f"{type(error).__name__}{place} of {where}, on made-up data") from None


@functools.lru_cache(maxsize=4_096)
def _compiled(text: str, shown: str) -> types.CodeType:
    tree = ast.parse(text)
    if "while" in text:
        tree = ast.fix_missing_locations(_Bounded().visit(tree))
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if "await" in text else 0
    code: types.CodeType = compile(tree, shown, "exec", flags=flags, dont_inherit=True)
    return code


class _Bounded(ast.NodeTransformer):
    """Counts the turns of each `while`."""

    def visit_While(self, node: ast.While) -> ast.While:
        self.generic_visit(node)
        tick = ast.copy_location(ast.Expr(ast.Call(ast.Name(_TICK, ast.Load()), [], [])), node)
        node.body = [tick, *node.body]
        return node


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    nowhere = io.StringIO()
    with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _copied(frame: Any) -> Any:
    return frame.clone() if isinstance(frame, pl.DataFrame) else frame.copy(deep=True)
