"""Personal data in samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandera.polars as pa
import polars as pl

from platform_core.asset_checks import check_no_nulls, check_range, check_unique_values, run_checks, validate_schema
from platform_core.governance import pii
from platform_core.governance.pii import personal_in_each

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest


class Tenant(pa.DataFrameModel):
    """Who rents."""

    name: str = pa.Field(nullable=True, metadata={"personal": True})
    rent: int = pa.Field(lt=1000)


FRAME = pl.DataFrame({"name": ["Ada", None, "Ada"], "rent": [900, 1200, 1500]})


def test_what_the_contract_calls_personal_is_hidden_in_every_sample() -> None:
    checks = [
        validate_schema(Tenant),
        check_range("rent", max=1000),
        check_no_nulls("name"),
        check_unique_values("name"),
    ]
    report = run_checks(FRAME, checks)
    assert [outcome.failed_count for outcome in report.outcomes] == [2, 2, 1, 2]
    assert [outcome.sample["name"].to_list() for outcome in report.outcomes] == [
        [None, "•••"],
        [None, "•••"],
        [None],
        ["•••", "•••"],
    ]
    assert report.outcomes[1].sample["rent"].to_list() == [1200, 1500]


def test_a_mask_of_ones_own_takes_its_place() -> None:
    check = check_range("rent", max=1000)
    by_name = run_checks(FRAME, [check], mask=["name", "gone"]).outcomes[0].sample
    assert by_name["name"].to_list() == [None, "•••"]
    hook = run_checks(FRAME, [check], mask=lambda sample: sample.drop("name")).outcomes[0].sample
    assert hook.columns == ["rent"]
    bare = run_checks(FRAME, [check, validate_schema(Tenant)], mask=()).outcomes[0].sample
    assert bare["name"].to_list() == [None, "Ada"]


def test_a_sample_is_as_long_as_asked() -> None:
    assert run_checks(FRAME, [check_range("rent", max=0)], sample_rows=2).outcomes[0].sample.height == 2


def test_dagster_is_given_a_sample_only_where_it_may_show_it() -> None:
    outcome = run_checks(FRAME, [check_range("rent", max=1000), validate_schema(Tenant)]).outcomes[0]
    assert "sample" not in outcome.to_result().metadata
    shown = str(outcome.to_result(show_sample=True).metadata["sample"].value)
    assert "1500" in shown
    assert "Ada" not in shown


def test_all_samples_are_read_together_and_each_is_hidden_as_if_it_were_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def counted(frames: Sequence[pl.DataFrame]) -> list[frozenset[str]]:
        asked.append(len(frames))
        return personal_in_each(frames)

    monkeypatch.setattr(pii, "personal_in_each", counted)
    frame = pl.DataFrame(
        {"note": ["ring 07700 900123", *["granted"] * 40], "n": range(41), "email": ["x", *[None] * 40]}
    )
    checks = [check_range("n", min=1), check_range("n", max=30), check_range("n", max=20)]
    report = run_checks(frame, checks)
    assert asked == [3]
    assert [outcome.sample["note"][0] for outcome in report.outcomes] == ["•••", "granted", "granted"]
    for check, outcome in zip(checks, report.outcomes, strict=True):
        assert outcome.sample.equals(run_checks(frame, [check]).outcomes[0].sample)


def test_a_detector_that_fails_on_one_sample_shows_no_value_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(frames: Sequence[pl.DataFrame]) -> list[frozenset[str]]:
        if any(0 in frame["n"] for frame in frames):
            raise ValueError
        return personal_in_each(frames)

    monkeypatch.setattr(pii, "personal_in_each", failing)
    monkeypatch.setattr(pii, "personal", lambda frame: failing([frame])[0])
    report = run_checks(pl.DataFrame({"n": range(5)}), [check_range("n", min=1), check_range("n", max=3)])
    assert [outcome.sample["n"].to_list() for outcome in report.outcomes] == [["•••"], [4]]
