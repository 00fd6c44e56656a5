"""Running a step's cells on small frames, with and without a mistake in them."""

from __future__ import annotations

from decimal import getcontext, localcontext
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

from promote.verify.tables import read_table
from promote.verify.trial import NoCaseError, Run, Trial, execute

FEES = pl.DataFrame({"fee": [1, 2, 3]})
INPUT = {"parameter": "fees", "asset": "fees", "kind": "polars"}


def trial(*program: str, **more: Any) -> Trial:
    """Give the trial of cells that read `fees` and bind `out`."""
    chosen: dict[str, Any] = {"inputs": [INPUT], "preset": {}, "parameters": {}, "types": {}, "tables": {}}
    return Trial(program, "out", **chosen | {"folder": Path()} | more)


def run(one: Trial, changed: tuple[int, str] | None = None) -> Run:
    return one.run({"asset fees": FEES}, changed=changed)


def test_cells_find_their_inputs_and_parameters_and_leave_the_frames_as_they_were() -> None:
    made = run(trial("fees[0, 'fee'] = 9", "out = fees.head(least)", preset={"least": 2}))
    assert (made.kind, made.rows, made.value["fee"].to_list()) == ("polars", 2, [9, 2])
    assert FEES["fee"].to_list() == [1, 2, 3]


def test_what_the_cells_change_of_the_process_is_put_back_after_each_run() -> None:
    cells = (
        "import decimal\nimport polars as pl",
        "out = fees.with_columns(x=pl.lit(str(decimal.Decimal(1) / 3)))\ndecimal.getcontext().prec -= 1",
    )
    before = getcontext().prec
    kept = trial(*cells, disturbs=("the decimal context",))
    assert not kept.differs(run(kept), run(kept))
    assert getcontext().prec == before
    with localcontext():
        assert trial(*cells).differs(run(trial(*cells)), run(trial(*cells)))


def test_a_mistake_stands_in_for_one_text() -> None:
    one = trial("import polars as pl", "out = fees.filter(pl.col('fee') > 1)")
    changed = run(one, changed=(1, "out = fees.filter(pl.col('fee') >= 1)"))
    assert (run(one).rows, changed.rows) == (2, 3)
    assert one.differs(changed, run(one))


def test_a_mistake_may_turn_a_loop_a_few_times_as_often_and_no_more() -> None:
    one = trial("n = 0\nwhile n < 10:\n    n += 1", "out = fees")
    assert run(one).rows == 3
    assert run(one, changed=(0, "n = 0\nwhile n < 60:\n    n += 1")).rows == 3
    with pytest.raises(NoCaseError, match=r"^TimeoutError in line 2 of part 1 of the step, on made-up data$"):
        run(one, changed=(0, "n = 0\nwhile True:\n    n += 1"))
    with pytest.raises(NoCaseError, match="TimeoutError"):
        run(trial("while True:\n    pass"))


def test_cells_with_await_at_the_top_are_run_as_far_as_they_go() -> None:
    with pytest.raises(NoCaseError, match="the cells bind no frame to 'out'"):
        run(trial("async def f():\n    return fees\nout = await f()"))


@pytest.mark.parametrize(
    ("one", "other", "ordered", "tolerance", "differ"),
    [
        ([1, 2], [1, 2], False, None, False),
        ([1, 2], [2, 1], False, None, False),
        ([1, 2], [2, 1], True, None, True),
        ([1, 2], [1, 2, 2], False, None, True),
        ([1, 2], [1.0, 2.0], False, None, True),
        ([1.0], [1.0 + 1e-9], False, None, True),
        ([1.0], [1.0 + 1e-9], False, 1e-6, False),
    ],
)
def test_what_a_generated_test_would_tell_apart(
    one: list[float], other: list[float], ordered: bool, tolerance: float | None, differ: bool
) -> None:
    made = trial("", ordered=ordered, tolerance=tolerance)
    for kind in ("polars", "pandas"):
        frames = [pl.DataFrame({"a": values}) for values in (one, other)]
        values = frames if kind == "polars" else [f.to_pandas().set_index("a", drop=False) for f in frames]
        runs = [Run(value, "polars" if kind == "polars" else "pandas", {}, len(value)) for value in values]
        assert made.differs(runs[0], runs[1]) is differ


def test_frames_that_cannot_be_compared_are_told_apart() -> None:
    one, other = Run(FEES, "polars", {}, 3), Run(pd.DataFrame({"a": [1]}), "pandas", {}, 1)
    assert trial("").differs(one, other)


def test_cells_that_give_other_rows_each_time_make_no_case() -> None:
    small = {"asset fees": FEES}
    assert trial("out = fees.head(2)").run_twice(small).rows == 2
    with pytest.raises(NoCaseError, match="the cells give other rows each time they are run"):
        trial("import polars as pl, random\nout = pl.DataFrame({'a': [random.random()]})").run_twice(small)


def test_a_frame_that_cannot_be_collected_makes_no_case() -> None:
    with pytest.raises(NoCaseError, match=r"^ColumnNotFoundError when the result is collected$"):
        run(trial("import polars as pl\nout = fees.lazy().select(pl.col('no'))"))


def test_the_lines_that_the_cells_reach_are_told_up_to_where_they_fail() -> None:
    cell = "if len(fees) > 9:\n    x = 1\nelse:\n    x = 2"
    assert trial(cell, "out = fees").lines({"asset fees": FEES}) == {(0, 1), (0, 4), (1, 1)}
    failing = trial(cell, "y = x\nraise ValueError\nout = fees")
    assert failing.lines({"asset fees": FEES}) == {(0, 1), (0, 4), (1, 1), (1, 2)}


def test_the_user_may_stop_the_cells_and_the_collecting() -> None:
    with pytest.raises(KeyboardInterrupt):
        execute("raise KeyboardInterrupt", {}, "a part")
    stopping = "import polars as pl\ndef stop(frame):\n    raise KeyboardInterrupt\n"
    with pytest.raises(KeyboardInterrupt):
        run(trial(stopping + "class F(pl.LazyFrame):\n    collect = stop\nout = F({'a': [1]})"))


def test_files_of_a_resource_stand_where_the_cells_look(tmp_path: Path) -> None:
    (tmp_path / "live" / "deep").mkdir(parents=True)
    (tmp_path / "live" / "deep" / "a.csv").write_text("fee\n7\n")
    (tmp_path / "live" / "b.csv").write_text("fee\n8\n")
    tables = {f"file towns/{name}": read_table(tmp_path / "live" / name) for name in ("deep/a.csv", "b.csv")}
    one = trial(
        "import polars as pl\nout = pl.read_csv(towns.path('deep/a.csv'))",
        inputs=[],
        parameters={"towns": "towns"},
        types={"towns": "FilesResource"},
        tables=tables,
        folder=tmp_path / "made" / "here",
    )
    small = {name: table.frame.with_columns(pl.lit("5").alias("0")) for name, table in tables.items()}
    assert one.run(small).value["fee"].to_list() == [5]
    assert one.files_read(small) == {"file towns/deep/a.csv"}
    written = one.write_files(small, tmp_path / "kept")
    assert [path.relative_to(tmp_path / "kept").as_posix() for path in written] == ["towns/deep/a.csv", "towns/b.csv"]
    assert not list((tmp_path / "made" / "here").iterdir()), "what stood there for the run is gone"
