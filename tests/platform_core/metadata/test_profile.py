"""Profiles: what the footer says against what the rows say, nasty types, and figures in bounded error."""

from __future__ import annotations

import datetime as dt
import math
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

from platform_core.errors import UserError
from platform_core.metadata import column_statistics, preview, profile
from platform_core.metadata.bounds import frame_statistics
from platform_core.metadata.nulls import completeness
from platform_core.metadata.profiling import SCHEMA
from tests.platform_core.asset_checks.naive import random_frame
from tests.platform_core.asset_checks.test_random_frames import REFUSALS, WRITERS

ZONED = pl.Datetime("us", "Europe/London")
NASTY = pl.DataFrame(
    {
        "number": [3, None, -1],
        "float": [1.5, math.nan, -math.inf],
        "zero": [0.0, -0.0, None],
        "small": pl.Series([1, 2, 3], dtype=pl.UInt8),
        "decimal": pl.Series([Decimal("1.50"), None, Decimal("-2.25")], dtype=pl.Decimal(38, 2)),
        "date": [dt.date(2024, 2, 29), None, dt.date(1999, 12, 31)],
        "zoned": pl.Series([dt.datetime(2025, 6, 1, 12), None, dt.datetime(2025, 1, 1)]).dt.replace_time_zone(
            "Europe/London"
        ),
        "time": [dt.time(1), dt.time(2), None],
        "span": [dt.timedelta(days=1), None, dt.timedelta(0)],
        "text": ["b", "é" * 300, None],
        "kind": pl.Series(["x", None, "y"], dtype=pl.Categorical),
        "level": pl.Series(["low", "high", None], dtype=pl.Enum(["low", "high"])),
        "flag": [True, None, False],
        "bytes": [b"\xff", None, b"a"],
        "list": [[1], None, []],
        "struct": [{"a": 1}, None, {"a": None}],
        "void": pl.Series([None, None, None], dtype=pl.Null),
        "all_null": pl.Series([None, None, None], dtype=pl.Int64),
    }
)


def rows(table: pl.DataFrame) -> dict[str, dict[str, Any]]:
    return {row["column"]: row for row in table.iter_rows(named=True)}


def test_every_type_has_a_line_and_nulls_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "nasty.parquet"
    NASTY.write_parquet(path)
    for source in (NASTY, NASTY.lazy(), path):
        found = rows(profile(source))
        assert list(found) == NASTY.columns
        assert {name: line["nulls"] for name, line in found.items()} == {
            name: NASTY[name].null_count() for name in NASTY.columns
        }
        assert found["number"]["null_share"] == pytest.approx(1 / 3)


def test_values_are_those_of_the_rows(tmp_path: Path) -> None:
    path = tmp_path / "nasty.parquet"
    NASTY.write_parquet(path)
    for source in (NASTY, path):
        found = rows(profile(source))
        bounds = {name: (line["least"], line["greatest"]) for name, line in found.items()}
        assert bounds["number"] == ("-1", "3")
        assert bounds["decimal"] == ("-2.25", "1.50")
        assert bounds["date"] == ("1999-12-31", "2024-02-29")
        assert bounds["flag"] in {("False", "True"), ("false", "true")}
        assert bounds["all_null"] == bounds["void"] == (None, None)
        assert found["number"]["mean"] == "1"
        assert found["small"]["median"] == "2"
        assert {name: found[name]["distinct"] for name in ("number", "text", "kind", "flag", "all_null")} == {
            "number": 2,
            "text": 2,
            "kind": 2,
            "flag": 2,
            "all_null": 0,
        }
        for nested in ("list", "struct", "bytes"):
            assert found[nested]["distinct"] is None
            assert found[nested]["least"] is None


@pytest.mark.parametrize("frame", [pl.DataFrame(), NASTY.clear(), pl.DataFrame(height=3)])
def test_empty_frames_have_profiles(frame: pl.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "empty.parquet"
    frame.write_parquet(path)
    for source in (frame, path):
        for full in (True, False):
            table = profile(source, full=full)
            assert table.schema == pl.Schema(SCHEMA)
            assert table.height == frame.width


def test_the_footer_says_what_a_scan_would(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    frame = pl.DataFrame(
        {
            "a": rng.integers(-5, 5000, 30_000),
            "b": pl.Series(rng.normal(size=30_000)).scatter(range(0, 30_000, 7), None),
            "t": pl.Series(rng.integers(0, 99, 30_000)).cast(pl.String),
            "d": pl.Series(rng.integers(0, 20_000, 30_000)).cast(pl.Int32).cast(pl.Date),
            "half": pl.Series([None] * 15_000 + list(range(15_000))),  # row groups of nothing but nulls
        }
    )
    frame.write_parquet(tmp_path / "polars.parquet", row_group_size=1000)
    frame.to_pandas().to_parquet(tmp_path / "pandas.parquet", row_group_size=1000)
    for name in ("polars.parquet", "pandas.parquet"):
        said = column_statistics(tmp_path / name)
        for column in frame.columns:
            series = frame[column]
            found = said[column]
            assert found.nulls == series.null_count()
            bounds = (found.least, found.greatest)
            if name == "pandas.parquet" and column == "d":  # pandas stores days as moments
                bounds = (found.least.date(), found.greatest.date())
            assert bounds == (series.min(), series.max())


def test_the_rows_of_a_small_frame_say_what_its_footer_would(tmp_path: Path) -> None:
    first, last = dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31, 23, 59, 59, 999_999)
    frame = NASTY.with_columns(
        pl.lit(math.nan).alias("nan"),
        pl.Series("inf", [math.inf, -math.inf, math.nan], dtype=pl.Float32),
        pl.Series("below_zero", [-0.0, -0.0, None]),
        pl.Series("whole", [2**64 - 1, 0, None], dtype=pl.UInt64),
        pl.Series("milli", [first, None, last], dtype=pl.Datetime("ms")),
        pl.Series("ever", [first, None, last]),
        pl.Series("days", [dt.date.min, None, dt.date.max]),
        pl.Series("nano", [dt.datetime(2025, 1, 1)] * 3, dtype=pl.Datetime("ns")),
        pl.Series("never", [10**9] * 3, dtype=pl.Int32).cast(pl.Date),
        pl.Series("beyond", [2**62] * 3).cast(pl.Datetime("us", "Europe/London")),
        pl.Series("wide", [1, 2, 3], dtype=pl.Int128),
        pl.Series("blank", ["", "\U0010ffff" * 16, "z"]),
    )
    left = set()
    frame = frame.with_columns(frame["date"].alias("^d$"), frame["zoned"].alias("^z$"))  # patterns, to Polars
    for name in frame.columns:
        path = tmp_path / f"{name}.parquet"
        frame[[name]].write_parquet(path)
        told = frame_statistics(pl.read_parquet(path))
        if told is None:
            left.add(name)
        elif name == "text":  # which the footer cuts
            assert told[name].greatest == "é" * 300
        else:
            assert repr(dict(told)) == repr(dict(column_statistics(path)))
    assert left == {"span", "nano", "never", "beyond", "wide"}
    assert frame_statistics(frame.clear()) is None


def read_by_arrow(path: Path) -> dict[str, tuple[Any, ...]]:
    """Give what Arrow reads in a footer: nulls, least and greatest of each flat column, where every chunk tells."""
    footer = pq.read_metadata(path)
    found = {}
    for place in range(footer.num_columns if footer.num_row_groups else 0):
        column = footer.schema.column(place)
        if column.max_repetition_level or column.path not in footer.schema.to_arrow_schema().names:
            continue
        chunks = [footer.row_group(group).column(place) for group in range(footer.num_row_groups)]
        parts = [chunk.statistics if chunk.is_stats_set else None for chunk in chunks]
        counts = [part.null_count if part is not None and part.has_null_count else None for part in parts]
        nulls = None if None in counts else sum(one or 0 for one in counts)
        full = [part for part in parts if part is None or part.num_values]
        known = [part for part in full if part is not None and part.has_min_max]
        bounds: tuple[Any, ...] = (None, None)
        if full and known == full:
            try:
                bounds = (min(part.min for part in known), max(part.max for part in known))
            except (ValueError, OverflowError):  # a text that is cut within a character, a day beyond Python's years
                continue
        if isinstance(bounds[0], float):
            bounds = (bounds[0] + 0.0, bounds[1] + 0.0)  # a writer may write zero as -0.0
        found[column.path] = (nulls, *(None if isinstance(one, bytes) else one for one in bounds))
    return found


def test_the_footer_says_what_arrow_reads_in_it(tmp_path: Path, full_count: bool) -> None:
    path, told = tmp_path / "x.parquet", 0
    for seed in range(10_000 if full_count else 150):
        chance = random.Random(seed)  # noqa: S311 - frames to try, no secret
        frame, writer = random_frame(chance), chance.choice(list(WRITERS))
        try:
            WRITERS[writer](frame, path, chance)
            expected = read_by_arrow(path)
        except REFUSALS:
            continue
        said = {name: (one.nulls, one.least, one.greatest) for name, one in column_statistics(path).items()}
        for name, one in expected.items():
            assert tuple(map(str, said[name])) == tuple(map(str, one)), (seed, writer, name, frame.schema)
        told += any(least is not None for _, least, _ in said.values())
    assert told > (3000 if full_count else 50)


def test_what_arrow_cannot_read_in_a_footer_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    frame = pl.DataFrame(
        {
            "wide": pl.Series([None, 2**100], dtype=pl.Int128),
            "n": [1, 2],
            "s": [{"x": 1}, {"x": 2}],
            "s.x": [8, None],  # not the field of `s`
            "ever": pl.Series([2**62, 1]).cast(pl.Datetime("us")),  # its greatest lies beyond Python's years
        }
    )
    frame.write_parquet(path, row_group_size=1)
    assert {name: (one.nulls, one.least, one.greatest) for name, one in column_statistics(path).items()} == {
        "wide": (1, None, None),
        "n": (0, 1, 2),
        "s.x": (1, 8, 8),
        "ever": (0, dt.datetime(1970, 1, 1, 0, 0, 0, 1), None),
    }
    full = rows(profile(path))
    assert full["wide"]["greatest"] == str(2**100)
    assert full["ever"]["greatest"] == str(2**62), "the number that it is stored as"


@pytest.mark.parametrize(
    ("dtype", "most"),
    [(pl.Date(), 2**31 - 1), *((dtype, 2**62) for dtype in (pl.Datetime("us"), ZONED, pl.Duration("ms")))],
)
def test_times_beyond_pythons_own_have_a_profile(dtype: pl.DataType, most: int) -> None:
    frame = pl.DataFrame({"n": pl.Series([5, None, most]).cast(dtype)})
    line = rows(profile(frame))["n"]
    assert (line["nulls"], line["distinct"]) == (1, 2)
    assert line["least"] == line["median"] == str(frame["n"].min())
    assert line["greatest"] == line["upper_quartile"] == str(most), "the number that it is stored as"


def test_a_damaged_footer_fails_nothing(tmp_path: Path, full_count: bool) -> None:
    path = tmp_path / "x.parquet"
    NASTY.write_parquet(path)
    whole = path.read_bytes()
    length = int.from_bytes(whole[-8:-4], "little")
    for seed in range(10_000 if full_count else 300):
        chance = random.Random(seed)  # noqa: S311 - as above
        footer = bytearray(whole[-8 - length : -8])
        for _ in range(chance.choice([1, 2, 5])):
            begin = chance.randrange(len(footer))
            footer[begin : begin + chance.choice([0, 1, 1, 9])] = chance.randbytes(chance.choice([0, 1, 1, 3]))
        path.write_bytes(whole[: -8 - length] + footer + len(footer).to_bytes(4, "little") + b"PAR1")
        column_statistics(path)  # whatever stands there, no step fails of it


def test_a_footer_too_long_to_look_at_has_no_statistics(tmp_path: Path) -> None:
    pl.DataFrame({"n": [1]}).write_parquet(tmp_path / "long.parquet", metadata={"note": "x" * (3 << 20)})
    assert column_statistics(tmp_path / "long.parquet") == {}


def test_a_file_without_statistics_says_nothing_and_the_full_profile_reads_it(tmp_path: Path) -> None:
    pl.DataFrame({"n": [1, None, 5]}).write_parquet(tmp_path / "bare.parquet", statistics=False)
    assert rows(profile(tmp_path / "bare.parquet", full=False))["n"]["greatest"] is None
    line = rows(profile(tmp_path / "bare.parquet"))["n"]
    assert (line["nulls"], line["least"], line["greatest"]) == (1, "1", "5")


def test_large_frames_are_counted_and_sampled_within_the_error_that_is_told() -> None:
    height = 1_000_000
    rng = np.random.default_rng(7)
    frame = pl.DataFrame(
        {
            "sorted": np.arange(height),
            "periodic": np.arange(height) % 64,
            "skewed": rng.lognormal(0, 3, height),
            "text": pl.Series(rng.integers(0, 40_000, height)).cast(pl.String),
            "holed": pl.Series(np.arange(height)).scatter(range(0, height, 2), None),
            "nan": [math.nan, 1.0] * (height // 2),
        }
    )
    found = rows(profile(frame.lazy()))
    for name in ("sorted", "periodic", "skewed", "holed"):
        values = frame[name].drop_nulls().sort()
        for what, share in {"lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75}.items():
            value = float(found[name][what])
            ranks = [values.search_sorted(value, side) / len(values) for side in ("left", "right")]
            assert ranks[0] - 0.006 <= share <= ranks[1] + 0.006, (name, what)
    assert (found["periodic"]["distinct"], found["text"]["distinct"]) == (64, frame["text"].n_unique())
    for name in ("sorted", "skewed", "holed"):
        assert found[name]["distinct"] == pytest.approx(frame[name].drop_nulls().n_unique(), rel=0.02)
    assert found["nan"]["median"] == "1"
    assert found["holed"]["nulls"] == height // 2
    assert float(found["skewed"]["mean"]) == pytest.approx(frame["skewed"].mean(), rel=1e-9)


def test_a_profile_is_the_same_each_time() -> None:
    frame = pl.DataFrame({"a": np.random.default_rng(3).normal(size=400_000)})
    assert profile(frame)["median"].item() == profile(frame.lazy())["median"].item()


def test_other_kinds_of_frames_and_what_is_none() -> None:
    assert rows(profile(pd.DataFrame({"a": [1.0, None]})))["a"]["nulls"] == 1
    with pytest.raises(UserError, match="is to be profiled"):
        profile([1, 2])
    with pytest.raises(UserError, match="cannot be read as Parquet"):
        profile("no/such.parquet")


def test_personal_columns_are_counted_but_not_shown() -> None:
    frame = pl.DataFrame({"name": ["Agatha Plantedson", None], "fee": [1, 2]})
    line = rows(profile(frame, personal=["name"]))["name"]
    assert (line["nulls"], line["distinct"]) == (1, 1)
    assert not any("Planted" in str(value) for value in line.values())
    assert "Planted" not in preview(frame.lazy(), ["name"])


# --- the picture of the nulls


def test_the_picture_says_in_words_what_it_shows() -> None:
    told = completeness({"fee": 0.25, "town": 0.0, "<b>&": 0.0001})
    picture, _, words = told.partition("\n\n")
    assert picture.startswith("![Share of rows with a value, by column](data:image/svg+xml;base64,")
    assert words == "Nulls: fee 25.0 %, &#60;b&#62;&#38; under 0.1 %. No nulls in the other column."
    assert completeness({"a": 0.0, "b": 0.0}).endswith("No nulls in any of 2 columns.")


def test_the_picture_is_well_formed_and_bounded_whatever_columns_are_called() -> None:
    import base64
    import re
    from xml.etree import ElementTree

    names = {f'"><script>alert({n})</script>\n' * 20: n / 200 for n in range(150)}
    told = completeness(names)
    found = re.match(r"!\[[^\]]+\]\(data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)\)", told)
    assert found
    tree = ElementTree.fromstring(base64.b64decode(found[1]))  # noqa: S314 - our own
    assert not [node for node in tree.iter() if node.tag.endswith("script")]
    assert len(told) < 30_000
    assert "<" not in told
