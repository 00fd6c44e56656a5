"""The data of a generated test: made-up inputs, and what the notebook's own cells give for them.

Run as `python -P -m promote.verify.cases REQUEST.json`, in a process of its own with one thread. What a test expects
never comes from the rendered function: the cells are run as the notebook has them.
"""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from platform_core.errors import UserError
from platform_core.resource_types import FILES
from platform_core.testing import frame_schema, read_frame, write_frame
from promote.verify.behind import parts_behind
from promote.verify.boundaries import Code, with_boundaries
from promote.verify.case_values import CaseAnswer, CaseRequest
from promote.verify.fabricate import chooser, disguised, real_text
from promote.verify.frames import read_captured
from promote.verify.judged import asserted, declared
from promote.verify.literals import literals_of
from promote.verify.mutants import Mutant, mutants, other_columns
from promote.verify.processes import serve
from promote.verify.replace import take_rows
from promote.verify.search import Chosen, Goal, Search
from promote.verify.tables import Table, read_table
from promote.verify.threads import limit_duckdb
from promote.verify.trial import NoCaseError, Run, Trial

if TYPE_CHECKING:
    from promote.verify.exam import Examples

_LEVELS = ((8, 0), (8, 1), (16, 0))  # most rows and which are preferred: the first that the cells run on is the start
_MORE_LEVELS = ((40, 0), (40, 1))  # where the cells run on none of those
_SALTS = 3
_REAL_ROWS = 5_000  # of real frames, to see which lines they reach
_BRANCHES = (ast.If, ast.For, ast.While, ast.Try, ast.Match)


@dataclass(frozen=True, slots=True)
class _Made:
    """A case that was found: the frames, what the cells gave for them, and the mistakes that it lets pass."""

    run: Run
    small: dict[str, Any]
    survived: frozenset[Mutant]
    untried: frozenset[Mutant] = frozenset()


def build(request: CaseRequest) -> CaseAnswer:
    """Make up inputs, run the notebook's cells on them, write both as test data.

    Rows are chosen by `promote.verify.search`: those that notice the mistakes of `promote.verify.mutants`.
    """
    target = Path(request.out, "tests", "assets", "data", request.name)
    try:
        return _Builder(request, target).build()
    except (NoCaseError, UserError) as problem:
        return CaseAnswer(False, problem.message if isinstance(problem, UserError) else str(problem))


class _Builder:
    def __init__(self, request: CaseRequest, target: Path) -> None:
        self._request = request
        self._target = target
        self._frames: dict[str, Any] = {}
        self._types = {name: described.get("type", FILES) for name, described in request.resources.items()}
        tables: dict[str, Table] = {}
        unmade: UserError | None = None  # why no data can be made up for a file, which another step may read
        for item in request.inputs:
            self._frames.setdefault(f"asset {item['asset']}", read_captured(Path(item["path"])))
        for name, described in request.resources.items():
            for file in described["files"]:
                try:
                    table = read_table(Path(described["root"], file))
                except UserError as problem:
                    unmade = unmade or problem
                    continue
                tables[f"file {name}/{file}"] = table
                self._frames[f"file {name}/{file}"] = table.frame
        self._trial = Trial(
            program=request.program,
            output=request.output,
            inputs=request.inputs,
            preset=request.preset,
            parameters={name: described.get("parameter", name) for name, described in request.resources.items()},
            types=self._types,
            tables=tables,
            folder=Path(request.out),
            ordered=request.ordered,
            tolerance=request.tolerance,
            disturbs=request.disturbs,
        )
        self._leave_out_unread(unmade)
        self._literals = frozenset(request.literals) | {
            value for value in request.preset.values() if isinstance(value, str | int | float)
        }
        for text in [*request.program, *(text for item in request.assertions for text in item["program"])]:
            self._literals |= literals_of(text)
        self._real = real_text(self._frames.values(), self._literals)
        self._shown = self._real.but({name for names in self._columns() for name in names})
        self._chooser = chooser(self._frames, self._literals)
        self._mutants = list(mutants(request.program, spans=request.spans, columns=other_columns(self._kinds())))
        self._behind = parts_behind(request.program, request.output)
        self._examples: Examples | None = None

    def build(self) -> CaseAnswer:
        best = self._as_read(self._best())
        for salt in range(1, _SALTS + 1):
            self._examples = self._examined(best)
            files = self._write(best)
            if not any(self._tells(file) for file in files):
                break
            for file in files:
                file.unlink()
            if salt == _SALTS:
                raise NoCaseError("made-up values cannot be kept apart from real ones")
            best = self._as_read(self._best(salt))
        root = Path(self._request.out)
        request = self._request
        return CaseAnswer(
            ok=True,
            kind=best.run.kind,
            rows=best.run.rows,
            ordered=request.ordered,
            tolerance=request.tolerance,
            schema=frame_schema(best.run.value),
            inputs=[
                {**{key: item[key] for key in ("parameter", "asset", "kind")}, "file": _file_of(item["asset"])}
                for item in request.inputs
            ],
            resources=self._types,
            preset=request.preset,
            checks=declared(best.run, request.checks),
            assertions=asserted(best.run, request.assertions),
            files=sorted(file.relative_to(root).as_posix() for file in files),
            mutants=self._score(best),
            examples=self._shown_examples(),
        )

    def _as_read(self, best: _Made) -> _Made:
        """Run the cells once more on the inputs as the test will read them: not every detail of a frame has a form."""
        assets = [name for name in best.small if name.startswith("asset ")]
        with TemporaryDirectory() as folder:
            read = {name: read_frame(write_frame(best.small[name], Path(folder, "frame.json"))) for name in assets}
        small = {**best.small, **read}
        return replace(best, run=self._trial.run(small), small=small) if assets else best

    def _examined(self, best: _Made) -> Examples | None:
        """Examine the schema that the step declares, with the mistakes made in it."""
        schema = self._request.checks.get("schema")
        if not schema or not self._request.checks.get("items"):
            return None
        from promote.verify.exam import examine  # noqa: PLC0415 -- Dagster only where a schema is declared

        mistakes = [mutant for mutant in self._mutants if not mutant.proof and mutant.part not in self._behind]
        request = self._request
        return examine(best.run.value, request.program, schema, request.preset, mistakes, self._code())

    def _shown_examples(self) -> dict[str, Any]:
        found = self._examples
        return {"accepted": found.accepted, "columns": list(found.columns)} if found is not None else {}

    def _leave_out_unread(self, unmade: UserError | None) -> None:
        """Leave out the files that other steps read from the same resource: a recording of one run shows which.

        Raises:
            UserError: No data can be made up for one of them, and the cells do not run without it.
        """
        tables = self._trial.tables
        if len(tables) < 2 and unmade is None:
            return
        try:
            read = self._trial.files_read(self._heads(50))
        except NoCaseError:
            if unmade is not None:
                raise unmade from None
            return  # it may want another choice of rows before it reads on
        for name in tables.keys() - read:
            del tables[name], self._frames[name]

    def _heads(self, rows: int) -> dict[str, Any]:
        return {name: take_rows(frame, range(min(rows, len(frame)))) for name, frame in self._frames.items()}

    def _columns(self) -> list[list[str]]:
        """Give the names of the columns of each input as the code knows them."""
        tables = self._trial.tables
        return [
            list(tables[name].header) if name in tables and tables[name].header else [str(c) for c in frame.columns]
            for name, frame in self._frames.items()
        ]

    def _kinds(self) -> list[dict[str, str]]:
        return [
            dict(zip(names, map(str, frame.dtypes), strict=True))
            for names, frame in zip(self._columns(), self._frames.values(), strict=True)
        ]

    def _best(self, salt: int = 0) -> _Made:
        """Find the rows of a case; `salt` gives them other values."""
        problem = NoCaseError("the step has no input that data can be made up for")
        empty: _Made | None = None
        for levels in (_LEVELS, _MORE_LEVELS) if self._frames else (_LEVELS[:1],):
            pool, starts = self._pool(levels, salt)
            search = Search(self._trial, pool, [], self._passing)
            for start in starts:
                try:
                    run = search.start(start)
                except NoCaseError as raised:
                    problem = raised
                    continue
                if run.rows or not self._frames:
                    return self._searched(pool, start, run)
                empty = empty or _Made(run, search.frames(start), frozenset(self._open()))
        if empty is None:
            raise problem
        return empty

    def _pool(self, levels: Sequence[tuple[int, int]], salt: int) -> tuple[dict[str, Any], list[Chosen]]:
        """Give made-up frames, and which rows of them to start from, the most promising first."""
        chosen = [self._chooser.choose(rows, variant) for rows, variant in levels]
        order = {name: _mixed(sorted({row for one in chosen for row in one[name]})) for name in self._frames}
        pool = disguised(self._frames, order, self._literals, self._real, salt=salt)
        starts = [
            {name: tuple(place for place, row in enumerate(order[name]) if row in one[name]) for name in order}
            for one in chosen
        ]
        # Some code wants the rows in the order in which they came
        natural = [
            {name: tuple(sorted(taken, key=order[name].__getitem__)) for name, taken in one.items()} for one in starts
        ]
        whole = {name: tuple(range(len(rows))) for name, rows in order.items()}
        return pool, [*starts, *natural, whole]

    def _open(self) -> list[Mutant]:
        return [mutant for mutant in self._mutants if not mutant.proof and mutant.part in self._behind]

    def _code(self) -> Code:
        return Code("\n".join(self._request.program), self._literals, self._real.inside)

    def _searched(self, pool: dict[str, Any], start: Chosen, run: Run) -> _Made:
        rest = [
            (name, place) for name, frame in pool.items() for place in range(len(frame)) if place not in start[name]
        ]
        batches: dict[str, list[tuple[str, int]]] = {"pool": rest}
        goals = [*map(Goal, self._open()), *(Goal(line=line) for line in self._lines())]
        search = Search(self._trial, pool, goals, self._passing)
        search.start(start)
        missed = search.missed(start, run, goals)
        made = _made(search, start, run, missed)
        if made.untried:
            return made
        met = [goal for goal in goals if goal not in missed]
        chosen = start
        if missed:
            for name, frame in list(pool.items()):
                pool[name], more = with_boundaries(frame, start[name], self._code())
                for why, rows in more:
                    batches.setdefault(why, []).extend((name, row) for row in rows)
            chosen, left = search.grow(start, missed, list(batches.values()))
            met += [goal for goal in missed if goal not in left]
        chosen = search.shrink(chosen, met)
        if chosen == start:
            return made
        run = search.start(chosen)
        other = _made(search, chosen, run, search.missed(chosen, run, goals))
        return made if other.untried else other

    def _lines(self) -> frozenset[tuple[int, int]]:
        """Give the lines that the real data reaches, where the code has branches."""
        trees = [ast.parse(text) for text in self._request.program]
        if not any(isinstance(node, _BRANCHES) for tree in trees for node in ast.walk(tree)):
            return frozenset()
        return self._trial.lines(self._heads(_REAL_ROWS))

    def _passing(self, run: Run) -> frozenset[str]:
        """Give the checks and the check cells that pass on a result."""
        request = self._request
        found = declared(run, request.checks) | asserted(run, request.assertions)
        return frozenset(name for name, passed in found.items() if passed)

    def _score(self, best: _Made) -> dict[str, Any]:
        proven = [mutant for mutant in self._mutants if mutant.proof]
        untried = [mutant for mutant in self._mutants if mutant in best.untried]
        elsewhere = self._examples.killed if self._examples is not None else frozenset()
        survived = [
            mutant
            for mutant in self._mutants
            if mutant in best.survived
            or (mutant.part not in self._behind and not mutant.proof and mutant not in elsewhere)
        ]
        return {
            "made": len(self._mutants),
            "killed": len(self._mutants) - len(proven) - len(survived) - len(untried),
            "survived": [self._placed(mutant) for mutant in survived],
            "equivalent": [self._placed(mutant) | {"proof": mutant.proof} for mutant in proven],
            **({"untried": [self._placed(mutant) for mutant in untried]} if untried else {}),
        }

    def _placed(self, mutant: Mutant) -> dict[str, Any]:
        cell, first = self._request.places[mutant.part] if self._request.places else (mutant.part + 1, 1)
        return {"cell": cell, "line": first + mutant.line - 1, "operator": mutant.operator}

    def _write(self, best: _Made) -> list[Path]:
        written = [
            write_frame(best.small[f"asset {asset}"], self._target / _file_of(asset))
            for asset in dict.fromkeys(item["asset"] for item in self._request.inputs)
        ]
        written.append(write_frame(best.run.value, self._target / "expected.json"))
        if self._examples is not None:
            written.append(write_frame(self._examples.frame, self._target / "schema_examples.json"))
        return [*written, *self._trial.write_files(best.small, self._target)]

    def _tells(self, file: Path) -> bool:
        """Say whether a written file holds a real text in its rows."""
        if file.suffix == ".parquet":
            return False  # compressed; its values are those of the frame, which were made up one by one
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        start = next((place for place, line in enumerate(lines) if line.strip() == '"rows": ['), 0)
        return any(self._shown.inside(line) for line in lines[start + 1 :])


def _made(search: Search, chosen: Chosen, run: Run, unmet: Sequence[Goal]) -> _Made:
    passed = frozenset(goal.mutant for goal in unmet if goal.mutant is not None)
    return _Made(run, search.frames(chosen), passed - search.untried, frozenset(search.untried))


def _mixed(rows: Sequence[int]) -> list[int]:
    """Give numbers out of their order, so that a sort left out is noticed."""
    return [*rows[1::2], *rows[0::2]]


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
