"""Masking: hashes against hashlib, pseudonyms that keep joins, dates by person, policies and the decorator's option."""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import hmac
import pickle
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.errors import UserError
from platform_core.governance import masking as mask
from platform_core.governance import pii
from platform_core.io_managers import PolarsParquetIOManager
from platform_core.sdk import silver_asset

SECRET = "0123456789abcdef0123456789abcdef"  # noqa: S105 - made up
KEY = mask.Key(SECRET)


@given(st.lists(st.one_of(st.none(), st.text(max_size=100)), max_size=8))
def test_hashes_are_those_of_hashlib(texts: list[str | None]) -> None:
    made = pl.DataFrame({"t": texts}, schema={"t": pl.String}).select(mask.hashed("t", key=KEY))["t"].to_list()
    wanted = [
        text if text is None else "v1:" + hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
        for text in texts
    ]
    assert made == wanted


def test_a_long_key_and_other_types_are_hashed_too() -> None:
    key = mask.Key(SECRET * 4, version="2b")
    frame = pl.DataFrame({"n": [7], "d": [dt.date(2024, 1, 31)]})
    made = frame.select(mask.hashed("n", key=key), mask.hashed("d", key=key, length=20)).row(0)
    wanted = [hmac.new(key.secret.encode(), text, hashlib.sha256).hexdigest() for text in (b"7", b"2024-01-31")]
    assert made == ("v2b:" + wanted[0], "v2b:" + wanted[1][:20])


@given(st.lists(st.text(max_size=40), unique=True, max_size=20))
def test_different_texts_get_different_pseudonyms_of_the_same_form(texts: list[str]) -> None:
    made = pl.DataFrame({"t": texts}, schema={"t": pl.String}).select(mask.pseudonym("t", key=KEY))["t"].to_list()
    assert len(set(made)) == len(texts)
    for before, after in zip(texts, made, strict=True):
        assert len(before) == len(after)
        for a, b in zip(before, after, strict=True):
            assert (a.isascii() and a.isdigit()) == (b.isascii() and b.isdigit())
            assert a == b or ord(a) >= 0x80 or a.isalnum()


def test_pseudonyms_fill_a_small_space_once_and_keep_joins() -> None:
    every = pl.DataFrame({"k": [f"{n:04}" for n in range(10_000)]})
    masked = every.select(mask.pseudonym("k", key=KEY))
    assert masked["k"].n_unique() == 10_000
    assert sorted(masked["k"]) == every["k"].to_list()
    assert (masked["k"] != every["k"]).sum() > 9900
    left = pl.DataFrame({"nhs": ["9434765919", "9434765870", None], "a": [1, 2, 3]})
    right = pl.DataFrame({"nhs": ["9434765870", "9434765919"], "b": [4, 5]})
    joined = left.join(right, on="nhs").select("a", "b").sort("a")
    hidden = left.with_columns(mask.pseudonym("nhs", key=KEY)).join(
        right.with_columns(mask.pseudonym("nhs", key=KEY)), on="nhs"
    )
    assert hidden.select("a", "b").sort("a").equals(joined)
    other = left.select(mask.pseudonym("nhs", key=mask.Key(SECRET[::-1])))
    assert other["nhs"][0] != hidden["nhs"][0]


def test_dates_move_together_by_person_and_never_stay() -> None:
    start = dt.date(2024, 1, 1)
    frame = pl.DataFrame(
        {"p": [n // 2 for n in range(2000)], "d": [start + dt.timedelta(days=n % 2 * 30) for n in range(2000)]}
    )
    moved = frame.select("p", mask.shift_dates("d", by="p", key=KEY, most=10), before="d")
    days = (moved["d"] - moved["before"]).dt.total_days()
    assert (days.min(), days.max()) == (-10, 10)
    assert not (days == 0).any()
    spans = moved.group_by("p").agg((pl.col("d").max() - pl.col("d").min()).dt.total_days())
    assert set(spans["d"]) == {30}
    assert days.n_unique() == 20


def test_partial_shows_at_most_a_quarter() -> None:
    values = ["AB 12 34 56 C", "x@example.com", "jo@example.com", "12", "", None, "4111-1111-1111-1234", "ünïcödé ñame"]
    made = pl.DataFrame({"v": values}).select(mask.partial("v"))["v"].to_list()
    assert made == [
        "•• •• •• •6 C",
        "•@•••••••.•om",
        "j•@example.com",
        "••",
        "",
        None,
        "••••-••••-••••-1234",
        "••••••• ••me",
    ]


def test_a_value_without_letters_is_hidden_too() -> None:
    values = ["\U0001f469\u200d\U0001f467", "e\u0301", "\u0939\u093f", "+44 7"]
    made = pl.DataFrame({"v": values}).select(mask.partial("v"))["v"].to_list()
    assert made == ["•••", "••", "••", "+•• •"]


def test_one_number_joins_with_itself_whatever_its_type_is() -> None:
    numbers = [7, 9434765919, 4111111111111111, 0]
    whole = pl.DataFrame({"k": numbers})
    kept = [
        whole,
        whole.cast(pl.Float64),
        whole.cast(pl.String),
        whole.cast(pl.String).cast(pl.Categorical),
        whole.cast(pl.Decimal(20, 0)),
        whole.cast(pl.Decimal(20, 2)),
        pl.from_pandas(pd.DataFrame({"k": [*numbers, None]})).drop_nulls(),
        pl.DataFrame({"k": [7.0, 9434765919.0, 4111111111111111.0, -0.0]}),
    ]
    for way in (mask.hashed, mask.pseudonym):
        wanted = whole.select(way("k", key=KEY))
        assert all(frame.select(way("k", key=KEY)).equals(wanted) for frame in kept)
    seen = pl.lit(dt.date(2024, 1, 1)).alias("d")
    moved = [frame.with_columns(seen).select(mask.shift_dates("d", by="k", key=KEY)) for frame in kept]
    assert all(one.equals(moved[0]) for one in moved)
    texts = pl.DataFrame({"k": ["7", "07", "7.0", " 7", "7.50", ""]}).select(mask.hashed("k", key=KEY))["k"]
    fractions = pl.DataFrame({"k": [0.5, 1e300]}).select(mask.hashed("k", key=KEY))["k"]
    assert texts.n_unique() == 6
    assert fractions[0] == pl.DataFrame({"k": ["0.50"]}).cast(pl.Decimal(5, 2)).select(mask.hashed("k", key=KEY)).item()


def test_one_time_joins_with_itself_whichever_unit_it_is_counted_in() -> None:
    for moment in (
        dt.datetime(2024, 1, 31),
        dt.datetime(2024, 1, 31, 9, 30),
        dt.datetime(2024, 1, 31, 9, 30, 0, 120_000),
    ):
        kept = [pl.DataFrame({"k": [moment]}).cast(pl.Datetime(unit)) for unit in ("ms", "us", "ns")]
        kept.append(pl.from_pandas(pd.DataFrame({"k": [moment]})))
        if moment == dt.datetime(2024, 1, 31):
            kept.append(kept[0].cast(pl.Date))
        for way in (mask.hashed, mask.pseudonym):
            assert pl.concat([frame.select(way("k", key=KEY)) for frame in kept])["k"].n_unique() == 1
        zoned = [frame.cast(pl.Datetime(unit, "Europe/London")) for frame in kept[:2] for unit in ("us", "ns")]
        assert pl.concat([frame.select(mask.hashed("k", key=KEY)) for frame in zoned])["k"].n_unique() == 1
    near = [f"2024-01-31 {clock}" for clock in ("00:00:00", "00:00:01", "00:00:00.1", "00:00:00.01", "10:00:00")]
    made = pl.DataFrame({"k": near}).with_columns(pl.col("k").str.to_datetime()).select(mask.hashed("k", key=KEY))
    assert made["k"].n_unique() == len(near)


def test_bands_are_those_that_a_person_would_write() -> None:
    for width, parts in ((0.1, 10), (0.05, 20), (0.25, 4), (0.5, 2)):
        values = [n / 100 for n in range(-500, 501)]
        made = pl.DataFrame({"v": values}).select(mask.band("v", width=width))["v"].to_list()
        assert made == [(n * parts // 100) / parts for n in range(-500, 501)]
    whole = pl.DataFrame({"v": [n * width for width in (41, 49, 82, 98) for n in range(-50, 50)]})
    for width in (41, 49, 82, 98):
        wanted = [float(n // width * width) for n in whole["v"]]
        for frame in (whole, whole.cast(pl.Float64), whole.cast(pl.Float32), whole.cast(pl.Decimal(10, 2))):
            assert frame.select(mask.band("v", width=width))["v"].cast(pl.Float64).to_list() == wanted
    assert pl.DataFrame({"v": [0.3, 7.0]}).select(mask.band("v", width=1e-300)).to_series().null_count() == 0
    dates = pl.DataFrame({"v": [dt.date(1799, 5, 1), dt.date(2101, 5, 1), None]})
    for frame in (dates, dates.cast(pl.Datetime("us", "UTC"))):
        assert frame.select(mask.year_band("v")).to_series().to_list() == ["1795-1799", "2100-2104", None]


def test_no_category_is_told_and_an_arrow_table_is_told_what_to_do() -> None:
    frame = pl.DataFrame({"v": pl.Series(["Ada"], dtype=pl.Enum(["Ada"]))})
    with pytest.raises(UserError, match="'v' holds Enum") as told:
        mask.apply_policy(frame, {"v": {"method": "band", "width": 5}})
    assert "Ada" not in str(told.value)
    with pytest.raises(UserError, match="is a frame of Arrow"):
        mask.apply_policy(frame.to_arrow(), {"v": "redact"})


@pytest.mark.parametrize("column", [3, None, ["v"], pl.col("v")], ids=str)
def test_an_expression_takes_one_name(column: Any) -> None:
    for call in (
        lambda: mask.redact(column),
        lambda: mask.partial(column),
        lambda: mask.hashed(column, key=KEY),
        lambda: mask.pseudonym(column, key=KEY),
        lambda: mask.shift_dates(column, by="v", key=KEY),
        lambda: mask.generalise_postcode(column),
        lambda: mask.year_band(column),
        lambda: mask.band(column, width=1),
    ):
        with pytest.raises(UserError, match="takes the name of one column"):
            call()


@pytest.mark.parametrize("dtype", [pl.Date, pl.Datetime("us"), pl.Datetime("ns"), pl.Datetime("ms", "UTC")])
def test_a_date_at_an_end_of_the_calendar_tells_no_shift(dtype: pl.DataType) -> None:
    ends = ["2262-04-01", "1677-09-30"] if dtype == pl.Datetime("ns") else ["9999-12-31", "9999-07-15", "0001-01-01"]
    people = pl.DataFrame({"p": [*range(50), None]}, schema={"p": pl.Int64})
    frame = people.join(pl.DataFrame({"d": ends}), how="cross").with_columns(pl.col("d").str.to_date().cast(dtype))
    moved = frame.with_columns(mask.shift_dates("d", by="p", key=KEY))
    assert moved.filter(pl.col("p").is_not_null()).equals(frame.filter(pl.col("p").is_not_null()))
    assert moved.filter(pl.col("p").is_null())["d"].null_count() == len(ends)
    assert moved["d"].drop_nulls().to_list()  # Python can take them all
    day = pl.lit("2024-01-01 10:00:00.123456789").str.to_datetime(time_unit="ns").cast(dtype)
    moved = (
        people.drop_nulls().select("p", day.alias("d")).with_columns(mask.shift_dates("d", by="p", key=KEY), was="d")
    )
    assert moved.schema["d"] == dtype
    assert ((moved["d"] - moved["was"]).dt.total_nanoseconds() % 86_400_000_000_000 == 0).all()


@pytest.mark.parametrize("name", ["*", "^a.*$", "^.*$"])
def test_a_column_with_the_name_of_a_pattern_is_masked_alone(name: str) -> None:
    for frame in (
        pl.DataFrame({name: ["SW1A 1AA"], "abc": ["LS1 4AP"]}),
        pl.DataFrame({"abc": ["LS1 4AP"], name: ["SW1A 1AA"]}),
    ):
        plain = frame.rename({name: "plain"})
        for method in ("redact", "partial", "hash", "pseudonym", "generalise_postcode", "year_band", "drop", "keep"):
            masked = mask.apply_policy(frame.lazy(), {name: method}, key=KEY)
            wanted = mask.apply_policy(plain, {"plain": method}, key=KEY).rename({"plain": name}, strict=False)
            assert masked.collect_schema() == wanted.schema
            assert masked.collect().equals(wanted), method
    dates = pl.DataFrame({name: [dt.date(2024, 1, 1)], "abc": [dt.date(2024, 1, 1)], "^p$": ["a"], "p": ["b"]})
    moved = mask.apply_policy(dates, {name: {"method": "shift_dates", "by": "^p$"}}, key=KEY)
    assert moved["abc"][0] == dt.date(2024, 1, 1) != moved[name][0]


@pytest.mark.parametrize(
    ("column", "method", "said"),
    [
        (pl.Series([[1]]), "hash", "List"),
        (pl.Series([{"a": "x"}]), "partial", "Struct"),
        (pl.Series([b"\xff"]), "pseudonym", "Binary"),
        (pl.Series([True]), "partial", "Boolean, which 'partial' does not hide"),
        (pl.Series([True]), "pseudonym", "Boolean"),
        (pl.Series(["7"]), {"method": "band", "width": 5}, "String, which 'band' cannot mask"),
        (pl.Series([7]), "generalise_postcode", "Int64"),
        (pl.Series([dt.timedelta(1)]), {"method": "shift_dates", "by": "v"}, "no dates"),
        (pl.Series([dt.date(2024, 1, 1)]), {"method": "shift_dates", "by": "list"}, "'list' holds List"),
    ],
)
def test_a_type_that_a_way_cannot_mask_is_refused_before_anything_is_read(
    column: pl.Series, method: object, said: str
) -> None:
    frame = pl.DataFrame({"v": column, "list": [[1]]}).lazy()
    with pytest.raises(UserError, match=said):
        mask.apply_policy(frame, {"v": method}, key=KEY)
    for any_type in ("redact", "drop"):
        assert mask.apply_policy(frame, {"v": any_type}, key=KEY).collect().height == 1


def test_a_column_of_nothing_has_nothing_to_hide() -> None:
    frame = pl.LazyFrame({"n": [None], "p": ["a"]})
    settings: dict[str, dict[str, object]] = {"shift_dates": {"by": "p"}, "band": {"width": 5}}
    for method in mask.METHODS:
        made = mask.apply_policy(frame, {"n": {"method": method, **settings.get(method, {})}}, key=KEY)
        assert made.collect_schema() == made.collect().schema
        assert method == "drop" or made.collect()["n"].to_list() == [None]


def test_a_policy_masks_any_frame_and_a_lazy_one_stays_lazy(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = {
        "name": "redact",
        "email": {"method": "partial", "keep": 2},
        "postcode": {"method": "generalise_postcode", "to": "district"},
        "born": {"method": "year_band", "width": 10},
        "rent": {"method": "band", "width": 100},
        "secret": "drop",
        "fee": "keep",
    }
    frame = pl.DataFrame({"name": ["Ada"], "email": ["ada@example.com"], "postcode": ["ls1 4ap"], "born": ["12/03/1983"], "rent": [812], "secret": ["s"], "fee": [3]})  # fmt: skip
    lazy = mask.apply_policy(frame.lazy(), policy)
    assert isinstance(lazy, pl.LazyFrame)
    wanted = ("•••", "a••@example.com", "LS1", "1980-1989", 800.0, 3)
    assert lazy.collect().row(0) == mask.apply_policy(frame, policy).row(0) == wanted
    assert isinstance(mask.apply_policy(frame.to_pandas(), policy), pd.DataFrame)
    monkeypatch.delenv("WORKBENCH_MASKING_KEY", raising=False)
    with pytest.raises(UserError, match="WORKBENCH_MASKING_KEY is not set"):
        mask.apply_policy(frame, {"name": "hash"})
    monkeypatch.setenv("WORKBENCH_MASKING_KEY", f"7:{SECRET}")
    assert mask.apply_policy(frame, {"name": "hash"})["name"][0].startswith("v7:")


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ({"nam": "redact"}, "no column 'nam'"),
        ({"name": "redaxt"}, "no method 'redaxt'"),
        ({"name": {"method": "partial", "kep": 1}}, "no setting 'kep'"),
        ({"name": {"method": "band"}}, "needs width"),
        ({"name": {"method": "shift_dates", "by": "name"}}, "holds no dates"),
        ({"name": {"method": "hash", "length": "16"}}, "length='16' is nothing that 'hash' takes"),
        ({"name": {"method": "redact", "text": None}}, "text=None"),
        ({"name": {"method": "partial", "keep": -1}}, "keep=-1"),
        ({"name": {"method": "band", "width": float("inf")}}, "width=inf"),
        ({"name": {"method": "band", "width": 10**30}}, "width=1000"),
        ({"name": {"method": "year_band", "width": True}}, "width=True"),
        ({"name": {"method": "shift_dates", "by": "name", "most": 0}}, "most=0"),
        ({"name": {"method": "generalise_postcode", "to": ["area"]}}, "to="),
        ({"name": {"method": ["hash"]}}, "no method"),
        ("redact", "no mapping"),
    ],
)
def test_a_wrong_policy_is_told(policy: object, said: str) -> None:
    with pytest.raises(UserError, match=said):
        mask.apply_policy(pl.DataFrame({"name": ["Ada"]}), policy, key=KEY)  # type: ignore[arg-type]  # wrong on purpose


def test_a_key_is_never_shown_and_never_short() -> None:
    assert SECRET not in repr(KEY) + str(KEY)
    for wrong in ({"secret": "short"}, {"secret": SECRET, "version": "a:b"}, {"secret": SECRET, "version": 2}):
        with pytest.raises(UserError) as told:
            mask.Key(**wrong)
        assert str(wrong["secret"]) not in str(told.value)
    with pytest.raises(UserError, match="fewer than 16"):
        mask.Key(" " * 20)
    with pytest.raises(UserError, match="is no Key") as told:
        mask.hashed("a", key=SECRET)  # type: ignore[arg-type]  # wrong on purpose
    assert SECRET not in str(told.value)


def test_a_key_goes_into_no_pickle_and_no_text_of_a_plan() -> None:
    with pytest.raises(UserError, match="no pickle"):
        pickle.dumps({"key": KEY})
    assert copy.deepcopy([KEY]) == [copy.copy(KEY)]
    frame = pl.LazyFrame({"a": ["x"], "d": [dt.date(2024, 1, 1)]})
    for made in (mask.hashed("a", key=KEY), mask.pseudonym("a", key=KEY), mask.shift_dates("d", by="a", key=KEY)):
        plan = frame.with_columns(made)
        assert SECRET not in "".join([str(made), repr(made), plan.explain(), plan.explain(optimized=False), repr(plan)])
    with pytest.raises(pl.exceptions.ComputeError, match="no pickle"):
        frame.with_columns(mask.pseudonym("a", key=KEY)).serialize()


def test_a_key_in_a_file_may_end_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_MASKING_KEY", f"2:{SECRET}\n")
    assert mask.key_from_environment() == mask.Key(SECRET, version="2")


def test_what_is_proposed_leaves_nothing_to_be_found() -> None:
    frame = pl.DataFrame(
        {
            "name": ["Ada Khan", "Bo Li"],
            "phone": ["07700 900123", "020 7946 0958"],
            "postcode": ["LS1 4AP", "SW1A 1AA"],
            "born": ["12/03/1983", "1990-01-31"],
            "email": ["ann@example.com", "bo@example.com"],
            "fee": [1, 2],
        }
    )
    policy = mask.proposed_policy(frame)
    assert set(policy) == {"name", "phone", "postcode", "born", "email"}
    assert pii.scan(mask.apply_policy(frame, policy, key=KEY)).is_empty()


def test_what_is_proposed_can_mask_the_column_that_it_is_for() -> None:
    values = [[12345], [True], [b"x"], [["LS1 4AP"]], [dt.timedelta(1)], [dt.time(1)], [None], [1.5], [{"a": "x"}]]
    for name in ("postcode", "email", "phone", "name", "date_of_birth", "nhs_number", "uprn", "utr", "religion"):
        for value in values:
            frame = pl.DataFrame({name: value}, strict=False)
            mask.apply_policy(frame, mask.proposed_policy(frame), key=KEY)


def test_an_asset_is_stored_masked(tmp_path: Path) -> None:
    @silver_asset(masking={"email": "redact"}, classification="OFFICIAL")
    def people() -> pl.DataFrame:
        return pl.DataFrame({"email": ["ann@example.com"], "fee": [1]})

    lake = PolarsParquetIOManager(root=str(tmp_path))
    result = dg.materialize([people], resources={"io_manager": lake})
    assert result.success
    stored = pl.concat([pl.read_parquet(path) for path in tmp_path.rglob("*.parquet")])
    assert stored.rows() == [("•••", 1)]
    with pytest.raises(UserError, match="no method 'redactt'"):

        @silver_asset(masking={"email": "redactt"})
        def wrong() -> pl.DataFrame:
            return pl.DataFrame()
