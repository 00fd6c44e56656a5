"""Random frames of every type, in memory and as files of several writers: each check against a loop of plain Python."""

from __future__ import annotations

import random
import shutil
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
from tests.platform_core.asset_checks.naive import MAP, Case, random_case, random_frame

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
    for place in [place for place, dtype in enumerate(frame.dtypes) if dtype == MAP]:
        maps = table.column(place).cast(
            pa.list_(pa.struct([pa.field("key", pa.string(), False), ("value", pa.int64())]))
        )
        table = table.set_column(place, table.column_names[place], maps.cast(pa.map_(pa.string(), pa.int64())))
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
HIVE_KEYS = {
    "numbers": ["1", "-7", "10", "007"],
    "days": ["2025-01-01", "2025-03-30", "1969-12-31"],
    "texts": ["a", "A", "%C3%A9", "a%2Fb", "a b", "__HIVE_DEFAULT_PARTITION__", "%5Eq%24"],
    "mixed": ["1", "a", "1.5", "true"],
}
REFUSALS = (  # what a writer does not know, or Polars cannot read again
    pa.ArrowException,
    duckdb.Error,
    pl.exceptions.PolarsError,
    pl.exceptions.PanicException,
    NotImplementedError,
    TypeError,
    ValueError,
)


def judged(given: Any, cases: list[Case], frame: pl.DataFrame, said: str, sample: int = 10, **more: Any) -> None:
    """Run the checks together and compare verdicts, counts and rows with the loop's."""
    report = run_checks(given, [case.check for case in cases], mask=(), sample_rows=sample, **more)
    for case, outcome in zip(cases, report.outcomes, strict=True):
        told = f"{said}: {case.check}, {case.expected} expected: {outcome.description} {frame.schema}"
        assert (outcome.passed, outcome.failed_count) == (not case.expected, case.expected), told
        if case.rows is not None:
            assert outcome.sample.equals(frame[case.rows[:sample]]), f"{told} {outcome.sample}"


def cases_of(chance: random.Random, frame: pl.DataFrame) -> list[Case]:
    made = (random_case(chance, frame, f"c{number}") for number in range(8))
    return [case for case in made if case is not None]


def in_memory(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - frames to try, no secret
    frame = random_frame(chance)
    cases = cases_of(chance, frame)
    parts = [frame[start : start + 7] for start in range(0, frame.height, 7)] if frame.width else []
    chunked = pl.concat(parts, rechunk=False) if parts else frame
    given = chance.choice([frame, frame.lazy(), chunked, chunked.lazy()])
    judged(given, cases, frame, f"seed {seed}")
    if cases:
        judged(given, cases[:1], frame, f"seed {seed}, alone")


def in_files(seed: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """Judge a frame that stands in one or several files; give how many there were, none where a writer refused it."""
    chance = random.Random(seed)  # noqa: S311 - frames to try, no secret
    name = chance.choice(list(WRITERS))
    types = list(random_frame(chance).schema.values())
    number = chance.choice([1, 1, 2, 3])
    keys = chance.sample(HIVE_KEYS[chance.choice(list(HIVE_KEYS))], number) if chance.random() < 0.3 else None
    folder = folder / str(seed)
    places = [f"k={key}" for key in keys] if keys else [""] * number
    paths = [folder / place / f"{part}.parquet" for part, place in enumerate(places)]
    try:
        for path in paths:
            part = random_frame(chance, types, long=chance.random() < 0.02)
            part.columns = [f"x{place}" for place in range(len(types))]
            if keys and chance.random() < 0.1:
                part = part.with_columns(k=pl.lit("another"))  # what the folder says counts
            path.parent.mkdir(parents=True, exist_ok=True)
            WRITERS[name](part, path, chance)
        scanned = pl.scan_parquet(folder if keys else paths, hive_partitioning=bool(keys))
        frame = scanned.collect()
    except REFUSALS:
        return 0
    given = chance.choice([folder, scanned]) if keys else scanned if len(paths) > 1 else paths[0]
    files = None if given is folder else sorted(paths) if keys else paths
    monkeypatch.setattr("platform_core.asset_checks.running._HEAD", chance.choice([2, 5, 65_536]))
    sample = chance.choice([1, 2, 10])
    judged(given, cases_of(chance, frame), frame, f"seed {seed}, by {name}", sample, files=files)
    return len(paths)


def test_frames_in_memory(full_count: bool) -> None:
    for seed in range(10_000 if full_count else 150):
        in_memory(seed)


def test_frames_in_files(tmp_path: Path, full_count: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    read = 0
    for seed in range(5000 if full_count else 100):
        read += in_files(seed, tmp_path, monkeypatch) > 0
        shutil.rmtree(tmp_path / str(seed), ignore_errors=True)
    assert read > (3500 if full_count else 70), "writers refuse few of them"


def test_the_oracle_makes_every_check_fail_and_pass() -> None:
    """A comparison that only ever met passing checks would show little."""
    met: Counter[tuple[str, bool]] = Counter()
    for seed in range(200):
        chance = random.Random(seed)  # noqa: S311 - as above
        frame = random_frame(chance)
        met.update((type(case.check.rule).__name__, not case.expected) for case in cases_of(chance, frame))
    assert {kind for kind, _ in met} == {kind for kind, passed in met if passed} == {k for k, p in met if not p}
    assert len({kind for kind, _ in met}) == 15


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
