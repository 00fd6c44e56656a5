"""Made-up frames: no real text, the same formats, joins, types and sides of literals."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing.parametric import dataframes

from platform_core.errors import UserError
from platform_core.testing import assert_frames_equal, write_frame
from promote.verify.disguise import is_format
from promote.verify.fabricate import fabricate


def shape(text: str) -> str:
    return re.sub(r"\d", "9", re.sub(r"[a-z]", "a", re.sub(r"[A-Z]", "A", text)))


def one(values: list[Any], literals: list[Any] | None = None, **more: Any) -> list[Any]:
    made = fabricate({"f": pl.DataFrame({"v": values})}, literals or [], rows=40, **more)["f"]
    return made["v"].to_list()


def replaced(values: list[Any], literals: list[Any] | None = None) -> list[Any]:
    made = one(values, literals)
    assert len(made) == len(values)
    return made


WORDS = st.text("abcdeXYZ0123456789 -_./:@é£", max_size=14) | st.sampled_from(
    ["2025-03-19", "19/03/2025", "a.person@council.gov.uk", "https://www.camden.gov.uk/a?b=1", "true", "", "12.50"]
)
LITERALS = st.lists(st.sampled_from(["abc", "gov", "2025-03-19", "open", "X", 3, 50, 0.5]), max_size=4)


@given(left=st.lists(WORDS | st.none(), min_size=1, max_size=12), right=st.lists(WORDS, max_size=6), literals=LITERALS)
def test_no_real_text_survives(left: list[str | None], right: list[str], literals: list[Any]) -> None:
    frames = {
        "left": pl.DataFrame({"k": left}, schema={"k": pl.String}),
        "right": pl.DataFrame(
            {"k": right, "n": [[text] for text in right]}, schema={"k": pl.String, "n": pl.List(pl.String)}
        ),
    }
    made = fabricate(frames, literals)
    texts = [text for text in (*made["left"]["k"], *made["right"]["k"]) if text is not None]
    real = {text for text in (*left, *right) if text is not None and len(text) >= 4 and not is_format(text)}
    in_code = {secret for secret in real if any(secret in literal for literal in literals if isinstance(literal, str))}
    for secret in real - in_code:
        assert not any(secret in text for text in texts), secret
    written = json.dumps([made["right"].rows(), made["left"].rows()], ensure_ascii=False, separators=(",\n", ":"))
    for secret in real - in_code:
        assert secret not in written


@given(values=st.lists(WORDS, min_size=1, max_size=20), literals=LITERALS)
def test_equal_stays_equal_and_different_stays_different(values: list[str], literals: list[Any]) -> None:
    made = replaced(values, literals)
    pairs = set(zip(values, made, strict=True))
    assert len(pairs) == len({real for real, _ in pairs}) == len({fake for _, fake in pairs})


@pytest.mark.parametrize(
    "text",
    [
        "local-authority:BUC",
        "SW1A 2AA",
        "Buckinghamshire Council",
        "cef4c02dacb006498d1c48729d2a18f3",
        "8d1c4872-9d2a-18f3-cef4-c02dacb00649",
        "https://services7.arcgis.com/uZqSSlRPLgqdItQE/rest?where=1%3D1&f=geojson",
        "£1,234.50",
        "ÉCOLE d'été",
        "Москва",
        "東京都庁",
    ],
)
def test_shapes_are_kept(text: str) -> None:
    [made] = replaced([text])
    assert made != text
    assert len(made) == len(text)
    if text.isascii() and not re.search("[0-9a-f]{8}", text):
        assert shape(made) == shape(text)
    assert [c for c in made if not c.isalnum()] == [c for c in text if not c.isalnum()]
    assert (made.isascii(), made.islower(), made.isupper()) == (text.isascii(), text.islower(), text.isupper())


def test_hexadecimal_stays_hexadecimal() -> None:
    made = replaced(["cef4c02dacb006498d1c", "CEF4C02DACB006498D1C"])
    assert re.fullmatch("[0-9a-f]{20}", made[0])
    assert made[1] == made[0].upper()


@pytest.mark.parametrize(
    ("real", "form", "literals"),
    [
        (["2021/08/01", "2021/12/31"], "%Y/%m/%d", []),
        (["2021.08.01", "2021.08.31"], "%Y.%m.%d", []),
        (["01-Dec-21", "28-Feb-22"], "%d-%b-%y", []),
        (["03/04/2020", "12/11/2020"], "%m/%d/%Y", ["%m/%d/%Y"]),
        (["3/4/20", "12/11/20"], "%m/%d/%y", ["%m/%d/%y"]),
        (["13/04/20 10:00", "12/11/20 11:30"], "%d/%m/%y %H:%M", ["%d/%m/%y %H:%M"]),
        (["31/12/1969", "01/01/1970"], "%d/%m/%Y", []),
    ],
)
def test_days_written_otherwise_stay_days_in_their_order(real: list[str], form: str, literals: list[Any]) -> None:
    made = replaced(real, literals)
    assert not set(made) & set(real)
    days = [dt.datetime.strptime(text, form).replace(tzinfo=dt.UTC) for text in made]
    assert days == sorted(days)


def test_what_only_looks_like_a_day_of_two_digits_is_none() -> None:
    assert all(re.fullmatch(r"\d\d-\d\d-\d\d", text) for text in replaced(["12-10-40", "11-09-41"]))
    assert "May 12" not in replaced(["May 12", "May 31"])


def test_dates_in_text_stay_dates_in_order() -> None:
    real = ["2025-03-19", "2025-03-21", "2025-03-20T10:00:00Z", "2024-12-31 23:59:59"]
    made = replaced(real)
    moments = [dt.datetime.fromisoformat(text).replace(tzinfo=None) for text in made]
    assert moments[3] < moments[0] < moments[2] < moments[1]
    assert not set(made) & set(real)
    assert dt.date.fromisoformat(made[1]) - dt.date.fromisoformat(made[0]) == dt.timedelta(days=2)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("19/03/2025", "%d/%m/%Y"),
        ("03/19/2025", "%m/%d/%Y"),
        ("20250319", "%Y%m%d"),
        ("19 March 2025", "%d %B %Y"),
        ("Mar 2025", "%b %Y"),
        ("2025-03", "%Y-%m"),
        ("14:25", "%H:%M"),
        ("14:25:59", "%H:%M:%S"),
    ],
)
def test_dates_and_times_in_other_forms_stay_valid(text: str, form: str) -> None:
    [made] = replaced([text])
    assert made != text
    assert dt.datetime.strptime(made, form).strftime(form) == made


def test_mail_goes_to_an_example_domain() -> None:
    made = replaced(["jo@camden.gov.uk", "al@camden.gov.uk"])
    assert all(text.endswith(".example") and text.count("@") == 1 for text in made)
    assert made[0].split("@")[1] == made[1].split("@")[1]


@pytest.mark.parametrize("word", ["true", "No", "N/A", "", "  ", "-", "null"])
def test_format_words_stay(word: str) -> None:
    assert replaced([word]) == [word]


def test_what_stands_in_a_literal_may_stand_with_it() -> None:
    made = replaced(["listed-building-outline", "listed-building", "listed"], ["listed-building-outline"])
    assert made[0] == "listed-building-outline"
    assert made[1] != "listed-building"


def test_addresses_keep_their_scheme() -> None:
    made = replaced(["https://camden.gov.uk/a", "HTTP://camden.gov.uk/b", "s3://camden/c"], ["http", "gov"])
    assert [text.split("://")[0] for text in made] == ["https", "HTTP", "s3"]
    assert all("camden" not in text for text in made)
    assert made[0].split("/")[2] == made[1].split("/")[2]


def test_literals_stay_whole_and_inside() -> None:
    made = replaced(
        ["No endpoint added", "status: open", "Open", "E06000047", "reopen"], ["No endpoint added", "open", "E"]
    )
    assert made[0] == "No endpoint added"
    assert made[1].endswith(": open")
    assert made[2].lower() == "open" != made[2] != "Open"
    assert made[3].startswith("E")
    assert made[4].endswith("open")


def test_parts_of_text_join_with_other_columns() -> None:
    real = {
        "a": pl.DataFrame({"organisation": ["local-authority:BUC", "local-authority:CMD"], "entity": ["471", "82"]}),
        "b": pl.DataFrame(
            {"code": ["BUC", "CMD"], "number": [471, 82], "lower": ["buc", "cmd"], "start": ["local", ""]}
        ),
    }
    made = fabricate(real, [])
    assert [text.split(":")[1] for text in made["a"]["organisation"]] == made["b"]["code"].to_list()
    assert made["b"]["code"].str.to_lowercase().to_list() == made["b"]["lower"].to_list()
    assert [int(text) for text in made["a"]["entity"]] == made["b"]["number"].to_list()
    assert made["a"]["organisation"][0].startswith(made["b"]["start"][0])


NUMBERS = st.integers(-(10**6), 10**6) | st.integers(-(2**63), 2**63 - 1) | st.integers(-12, 12)
FLOATS = st.floats(allow_infinity=False, allow_nan=False, min_value=-1e15, max_value=1e15)


@given(values=st.lists(NUMBERS, min_size=1, max_size=20), walls=st.lists(st.integers(-200, 2000), max_size=4))
def test_whole_numbers_keep_size_order_and_side(values: list[int], walls: list[int]) -> None:
    made = replaced(values, walls)
    for real, fake in zip(values, made, strict=True):
        assert len(str(real)) == len(str(fake))
        assert real not in (0, 1, -1, *walls) or fake == real
        assert all((real < wall, real == wall) == (fake < wall, fake == wall) for wall in walls)
    assert [fake for _, fake in sorted(zip(values, made, strict=True))] == sorted(made)


@given(values=st.lists(FLOATS, min_size=1, max_size=12), walls=st.lists(st.sampled_from([0.5, 10, 99.5]), max_size=3))
def test_floats_keep_sign_integrality_and_side(values: list[float], walls: list[float]) -> None:
    made = replaced(values, walls)
    for real, fake in zip(values, made, strict=True):
        assert math.copysign(1, real) == math.copysign(1, fake)
        assert real.is_integer() == fake.is_integer() or abs(real) < 1e-10
        assert all((real < wall, real == wall) == (fake < wall, fake == wall) for wall in walls)


def test_odd_numbers_stay() -> None:
    made = one([math.nan, math.inf, -math.inf, 0.0, -0.0, 1.0, None])
    assert math.isnan(made[0])
    assert made[1:] == [math.inf, -math.inf, 0.0, -0.0, 1.0, None]
    assert math.copysign(1, made[4]) == -1


def test_fractions_have_few_digits_and_sum_exactly() -> None:
    made = replaced([12.3456789, 98.7654321, 0.36363636363636365])
    assert all(len(repr(value)) <= 7 for value in made)
    assert sum(made) == sum(reversed(made))


@pytest.mark.parametrize("text", ["12.5", "-7.25", "25e5", "0.3", "1,234", "45%", "00712", "250.00"])
def test_numeric_text_stays_numeric_on_its_side(text: str) -> None:
    [made] = replaced([text], [12.25, 0.5])
    assert made != text
    assert shape(made).replace("a", "e") == shape(text).replace("a", "e")
    if not set(text) & set(",%"):
        assert [(float(text) < wall) == (float(made) < wall) for wall in (12.25, 0.5, 0)] == [True] * 3


def test_days_keep_the_side_of_literals() -> None:
    days = [dt.date(2025, 1, 1), dt.date(2024, 12, 31), dt.date(2025, 1, 2), dt.date(2025, 6, 1)]
    made = replaced(days, [dt.date(2025, 1, 1), "2025-05-31"])
    assert made[0] == days[0]
    assert made[1] < days[0] < made[2] < dt.date(2025, 5, 31) < made[3]
    assert set(made[1:]).isdisjoint(days)
    assert all(day.year == 2024 for day in replaced([dt.date(2024, 2, 29), dt.date(2024, 7, 1)], [2024]))


@pytest.mark.parametrize("last", [pd.Timestamp.max, pd.Timestamp.min, pd.Timestamp("2250-01-02 23:59")])
def test_moments_in_nanoseconds_stay_where_nanoseconds_reach(last: pd.Timestamp) -> None:
    real = pd.DataFrame({"v": [last, pd.Timestamp("2020-05-06"), pd.NaT]}).astype("datetime64[ns]")
    for frame in (real, pl.from_pandas(real)):
        for salt in range(3):
            made = fabricate({"f": frame}, [], rows=9, salt=salt)["f"]
            values = made["v"].tolist() if frame is real else made["v"].cast(pl.Int64).to_list()
            assert values[0] != (last if frame is real else last.value)
            assert (values[0] > values[1]) == (last.year > 2020)


@given(
    frame=dataframes(
        max_cols=5,
        max_size=9,
        excluded_dtypes=[pl.Object, pl.Extension],
        allow_null=True,
        allow_time_zones=True,
        allow_infinity=True,
    ),
    rows=st.integers(1, 12),
)
def test_types_nulls_and_heights_are_kept(frame: pl.DataFrame, rows: int) -> None:
    made = fabricate({"f": frame}, [], rows=rows)["f"]
    assert made.height == min(frame.height, rows)
    assert made.columns == frame.columns
    for name, dtype in frame.schema.items():
        if not isinstance(dtype, pl.Enum) and not dtype.is_nested():
            assert made.schema[name] == dtype
    if rows >= frame.height:
        assert made.null_count().rows() == frame.null_count().rows()


def test_labels_and_nested_values_are_replaced() -> None:
    real = pl.DataFrame(
        {
            "level": pl.Series(["Camden", "open"], dtype=pl.Enum(["Camden", "open"])),
            "label": pl.Series(["Camden", None], dtype=pl.Categorical),
            "many": [["Camden", "Leeds"], []],
            "pair": pl.Series([["Camden", "York"], None], dtype=pl.Array(pl.String, 2)),
            "record": [{"name": "Camden", "fee": Decimal("12.50")}, None],
            "raw": [b"Camden", b""],
            "clock": [dt.time(14, 25), None],
            "span": [dt.timedelta(days=30), dt.timedelta(seconds=90)],
            "zoned": [dt.datetime(2025, 3, 19, 10, tzinfo=dt.UTC), None],
        }
    )
    made = fabricate({"f": real}, ["open", 30])["f"]
    assert "Camden" not in str(made.rows())
    assert "Leeds" not in str(made.rows())
    name = made["label"][0]
    assert name == made["level"][0] == made["many"][0][0] == made["pair"][0][0] == made["record"][0]["name"]
    assert made["level"].dtype.categories.to_list() == [name, "open"]
    assert {key: dtype for key, dtype in made.schema.items() if key != "level"} == {
        key: dtype for key, dtype in real.schema.items() if key != "level"
    }
    assert made["span"][0] == dt.timedelta(days=30)
    assert made["raw"][0] != b"Camden"
    assert len(made["raw"][0]) == 6


def test_pandas_frames_keep_types_and_index() -> None:
    real = pd.DataFrame(
        {
            "object": pd.Series(["Camden", None, Decimal("12.50"), {"Leeds": ["Camden"]}], dtype=object),
            "name": ["Camden", "Leeds", None, "Camden"],
            "masked": pd.Series([1, None, 250, 7], dtype="Int64"),
            "label": pd.Categorical(["Camden", None, "Leeds", "Camden"], ordered=True),
            "zoned": pd.DatetimeIndex(["2025-01-01", None, "2025-07-01", "2025-07-02"], tz="Europe/London"),
            "span": pd.to_timedelta([1, 2, 3, 4], unit="D"),
            "arrow": pd.array(["Camden", None, "York", "York"], dtype="string[pyarrow]"),
            "month": pd.period_range("2025-01", periods=4, freq="M"),
        }
    ).set_axis(pd.Index(["Camden", "Leeds", "York", "Camden"], name="place"))
    made = fabricate({"f": real}, [], rows=8)["f"]
    assert made.drop(columns="label").dtypes.equals(real.drop(columns="label").dtypes)
    assert made.index.name == "place"
    assert made.index[0] == made["name"].iloc[0] == made["object"].iloc[0] == made["label"].iloc[0]
    assert not {"Camden", "Leeds", "York"} & set(re.findall(r"\w+", str(made.to_dict())))
    assert made.isna().equals(real.set_axis(made.index).isna())
    assert made["label"].cat.ordered


def test_row_numbers_of_pandas_start_again() -> None:
    real = pd.DataFrame({"n": range(100)})
    assert fabricate({"f": real}, [50])["f"].index.equals(pd.RangeIndex(8))


def test_rows_meet_literals_and_straddle_numbers() -> None:
    real = pl.DataFrame(
        {
            "state": ["shut"] * 500 + ["open", "half open", None, " "] + ["shut"] * 500,
            "fee": [*range(1004)],
        }
    )
    made = fabricate({"f": real}, ["open", 700])["f"]
    assert {"open", None, " "} <= set(made["state"])
    assert any(text.endswith(" open") for text in made["state"] if text)
    assert (made["fee"] < 700).any()
    assert (made["fee"] == 700).any()
    assert (made["fee"] > 700).any()


def test_joins_match_and_miss_and_duplicates_stay() -> None:
    left = pl.DataFrame({"key": [f"place-{n}" for n in range(60)], "value": [*range(60)]})
    right = pl.DataFrame({"key": [f"place-{n}" for n in range(30, 90)], "other": [n % 7 for n in range(60)]})
    made = fabricate({"left": pl.concat([left, left[[40]]]), "right": right}, [])
    joined = made["left"].join(made["right"], on="key", how="inner")
    assert joined.height
    assert made["left"].join(made["right"], on="key", how="anti").height
    assert made["right"].join(made["left"], on="key", how="anti").height
    assert made["left"].is_duplicated().any()


def test_groups_have_more_than_one_row() -> None:
    real = pl.DataFrame({"place": [f"place-{n // 20}" for n in range(400)], "n": [*range(400)], "m": [*range(400)]})
    made = fabricate({"f": real}, [])["f"]
    assert made["place"].is_duplicated().any()
    assert made["place"].n_unique() > 1


def test_the_same_frames_give_the_same_and_values_do_not_steer_it() -> None:
    real = {"f": pl.DataFrame({"name": ["Camden", "Barnet", "Camden"], "fee": [10.5, 20.5, 10.5]})}
    other = {"f": pl.DataFrame({"name": ["Harlow", "Oldham", "Harlow"], "fee": [30.5, 60.5, 30.5]})}
    assert_frames_equal(fabricate(real, [])["f"], fabricate(real, [])["f"])
    assert_frames_equal(fabricate(real, [])["f"], fabricate(other, [])["f"])
    with pytest.raises(AssertionError):
        assert_frames_equal(fabricate(real, [], salt=1)["f"], fabricate(real, [])["f"])


def test_crowded_shapes_still_hold_the_promise() -> None:
    real = [str(number) for number in range(1000, 10_000)]
    made = fabricate({"f": pl.DataFrame({"v": real})}, [])["f"]["v"].to_list()
    assert len(set(made)) == 8
    assert not set(made) & set(real)
    assert all(text.isdigit() for text in made)


def test_wide_empty_and_odd_frames() -> None:
    wide = pl.DataFrame({f"c{n}": [f"name {n}", None] for n in range(300)})
    made = fabricate(
        {"wide": wide, "empty": wide.clear(), "none": pl.DataFrame(), "null": pl.DataFrame({"a": [None]})}, []
    )
    assert made["wide"].shape == (2, 300)
    assert made["empty"].schema == wide.schema
    assert made["null"].rows() == [(None,)]


def test_other_values_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="only eager frames"):
        fabricate({"f": pl.LazyFrame({"a": [1]})}, [])
    with pytest.raises(UserError, match="cannot be made up"):
        fabricate({"f": pl.DataFrame({"a": pl.Series([object()], dtype=pl.Object)})}, [])
    with pytest.raises(UserError, match="cannot be made up"):
        fabricate({"f": pd.DataFrame({"a": pd.Series([object()], dtype=object)})}, [])
    assert write_frame(fabricate({"f": pl.DataFrame({"a": ["x"]})}, [])["f"], tmp_path / "a.json").exists()


def test_decimals_keep_their_scale_their_whole_numbers_and_nothing() -> None:
    real = [Decimal("12.50"), Decimal("300.00"), Decimal("0.00"), None, Decimal("12.50"), Decimal("-7.25")]
    made = one(real)
    assert [made[place] is None for place in range(6)] == [value is None for value in real]
    assert made[0] == made[4] != real[0]
    assert made[2] == 0
    assert made[1] == made[1].to_integral_value() != real[1]
    assert made[5] < 0
    [text, whole] = fabricate({"f": pd.DataFrame({"v": [Decimal("NaN"), Decimal(300)]})}, [], rows=9)["f"]["v"]
    assert text.is_nan()
    assert (whole.as_tuple().exponent, whole != 300) == (0, True)


@pytest.mark.parametrize("text", ["18000319", "2025-13-19", "İstanbul Beşiktaş", "20251340"])
def test_what_only_looks_like_a_day_or_changes_its_length_is_made_up_all_the_same(text: str) -> None:
    [made] = replaced([text], ["open", "2025"])
    assert made != text
    assert len(made) == len(text)


def test_crowded_shapes_are_drawn_from_their_letters_and_then_given_up() -> None:
    letters = [a + b for a in "abcdefghijklmnopqrstuvwxyz" for b in "abcdefghijklmnopqrstuvwxyz"]
    made = one(letters[:40], ["a"])
    assert len(set(made)) == len(set(letters[:40])) == len(made)
    hexes = [f"abcdef0{n:x}" for n in range(16)]
    made = one(hexes)
    assert len(set(made)) == 16
    assert not set(made) & set(hexes)
