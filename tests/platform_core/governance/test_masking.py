"""Masking: hashes against hashlib, pseudonyms that keep joins, dates by person, policies and the decorator's option."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from pathlib import Path

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
        ("redact", "no mapping"),
    ],
)
def test_a_wrong_policy_is_told(policy: object, said: str) -> None:
    with pytest.raises(UserError, match=said):
        mask.apply_policy(pl.DataFrame({"name": ["Ada"]}), policy, key=KEY)  # type: ignore[arg-type]  # wrong on purpose


def test_a_key_is_never_shown_and_never_short() -> None:
    assert SECRET not in repr(KEY) + str(KEY)
    for wrong in ({"secret": "short"}, {"secret": SECRET, "version": "a:b"}):
        with pytest.raises(UserError) as told:
            mask.Key(**wrong)
        assert wrong["secret"] not in str(told.value)


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
