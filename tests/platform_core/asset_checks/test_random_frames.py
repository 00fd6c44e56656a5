"""Random frames of every type, in memory and as files of several writers: each check against a loop of plain Python."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from platform_core.asset_checks import check_accepted_values, check_row_count, run_checks
from platform_core.errors import UserError
from tests.platform_core.asset_checks.naive import Case, random_case, random_frame

Write = Callable[[pl.DataFrame, Path, random.Random], None]


def by_polars(frame: pl.DataFrame, path: Path, chance: random.Random) -> None:
    statistics: list[bool | str] = [True, False, "full"]
    frame.write_parquet(
        path,
        row_group_size=chance.choice([1, 3, 7, 100]),
        statistics=chance.choice(statistics),
        compression=chance.choice(["zstd", "snappy", "gzip", "lz4", "uncompressed"]),
        data_page_size=chance.choice([None, 8]),
    )


def by_arrow(frame: pl.DataFrame, path: Path, chance: random.Random) -> None:
    table = frame.to_arrow()
    pq.write_table(
        table,
        path,
        row_group_size=chance.choice([1, 3, 7, 100]),
        version=chance.choice(["1.0", "2.4", "2.6"]),
        data_page_version=chance.choice(["1.0", "2.0"]),
        write_statistics=chance.choice([True, False, table.column_names[:1]]),
        use_dictionary=chance.choice([True, False]),
        dictionary_pagesize_limit=chance.choice([1, 50, 2**20]),
        data_page_size=chance.choice([1, 2**20]),
        write_batch_size=chance.choice([1, 1024]),
        compression=chance.choice(["zstd", "snappy", "none"]),
    )


def by_pandas(frame: pl.DataFrame, path: Path, chance: random.Random) -> None:
    frame.to_pandas(use_pyarrow_extension_array=chance.random() < 0.5).to_parquet(path)


def by_duckdb(frame: pl.DataFrame, path: Path, chance: random.Random) -> None:
    table = frame.to_arrow()
    version = chance.choice(["V1", "V2"])
    with duckdb.connect() as connection:
        connection.register("given", table)
        connection.execute(f"COPY given TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 2048, PARQUET_VERSION {version})")


WRITERS: dict[str, Write] = {"polars": by_polars, "arrow": by_arrow, "pandas": by_pandas, "duckdb": by_duckdb}
REFUSALS = (  # what a writer does not know, or Polars cannot read again
    pa.ArrowException,
    duckdb.Error,
    pl.exceptions.PolarsError,
    pl.exceptions.PanicException,
    NotImplementedError,
    TypeError,
    ValueError,
)


def judged(given: Any, cases: list[Case], frame: pl.DataFrame, said: str, **more: Any) -> None:
    """Run the checks together and compare verdicts, counts and rows with the loop's."""
    report = run_checks(given, [case.check for case in cases], mask=(), **more)
    for case, outcome in zip(cases, report.outcomes, strict=True):
        told = f"{said}: {case.check}, {case.expected} expected: {outcome.description} {frame.schema}"
        assert (outcome.passed, outcome.failed_count) == (not case.expected, case.expected), told
        if case.rows is not None:
            assert outcome.sample.equals(frame[case.rows[:10]]), f"{told} {outcome.sample}"


def cases_of(chance: random.Random, frame: pl.DataFrame) -> list[Case]:
    made = (random_case(chance, frame, f"c{number}") for number in range(8))
    return [case for case in made if case is not None]


def in_memory(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - frames to try, no secret
    frame = random_frame(chance)
    cases = cases_of(chance, frame)
    given = chance.choice([frame, frame.lazy()])
    judged(given, cases, frame, f"seed {seed}")
    if cases:
        judged(given, cases[:1], frame, f"seed {seed}, alone")


def in_files(seed: int, folder: Path) -> int:
    """Judge a frame that stands in one or several files; give how many there were, none where a writer refused it."""
    chance = random.Random(seed)  # noqa: S311 - frames to try, no secret
    name = chance.choice(list(WRITERS))
    types = list(random_frame(chance).schema.values())
    paths = [folder / f"{seed}-{number}.parquet" for number in range(chance.choice([1, 1, 2, 3]))]
    try:
        for path in paths:
            part = random_frame(chance, types)
            part.columns = [f"x{place}" for place in range(len(types))]
            WRITERS[name](part, path, chance)
        frame = pl.read_parquet(paths)
    except REFUSALS:
        return 0
    given = pl.scan_parquet(paths) if len(paths) > 1 else paths[0]
    judged(given, cases_of(chance, frame), frame, f"seed {seed}, by {name}", files=paths)
    return len(paths)


def test_frames_in_memory(full_count: bool) -> None:
    for seed in range(10_000 if full_count else 150):
        in_memory(seed)


def test_frames_in_files(tmp_path: Path, full_count: bool) -> None:
    read = 0
    for seed in range(5000 if full_count else 100):
        read += in_files(seed, tmp_path) > 0
        for path in tmp_path.iterdir():
            path.unlink()
    assert read > (3500 if full_count else 70), "writers refuse few of them"


def test_the_oracle_makes_every_check_fail_and_pass() -> None:
    """A comparison that only ever met passing checks would show little."""
    met: Counter[tuple[str, bool]] = Counter()
    for seed in range(200):
        chance = random.Random(seed)  # noqa: S311 - as above
        frame = random_frame(chance)
        met.update((type(case.check.rule).__name__, not case.expected) for case in cases_of(chance, frame))
    assert {kind for kind, _ in met} == {kind for kind, passed in met if passed} == {k for k, p in met if not p}
    assert len({kind for kind, _ in met}) == 14


def test_a_file_with_a_type_that_polars_cannot_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT INTERVAL 1 DAY AS i) TO '{path}' (FORMAT parquet)")
    with pytest.raises(UserError, match="cannot be read as Parquet"):
        run_checks(path, [check_row_count()])


def test_an_accepted_value_that_is_no_unicode_is_held_by_no_column() -> None:
    frame = pl.DataFrame({"t": ["?", None]})
    assert check_accepted_values({"t": ["\ud800"]}).run(frame).failed_count == 1
    assert check_accepted_values({"t": ["\ud800", "?"]}).run(frame).passed
