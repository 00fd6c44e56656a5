"""A column that looks personal and is declared nowhere: one rule for promotion, CI and the run."""

from __future__ import annotations

import html
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import pandera.polars as pa
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.governance.pii.looking import looked_at
from platform_core.governance.policies.enforcing import governed
from platform_core.governance.policies.engine import judge
from platform_core.governance.policies.facts import FOUND, facts_of_assets
from platform_core.governance.policies.found import Found, coarse, packed, unpacked
from platform_core.governance.policies.holding import HeldBackError, held_back, rules_metadata
from platform_core.governance.policies.model import Activity, AssetFacts, Exemption, Policies
from platform_core.governance.policies.reading import ready
from platform_core.governance.policies.rule import Rule
from platform_core.io_managers import PolarsParquetIOManager
from platform_core.metadata import mask_with
from platform_core.observability.failures import failure_of_stored
from platform_core.sdk import silver_asset

DAY = "2026-11-29"
PLANTED = "pl4nted.person@example.com"
NAMES = ("contact", "tel", "born", "town")
COLUMNS = st.lists(st.sampled_from(NAMES), unique=True)
FRAME = pl.DataFrame({"contact": [PLANTED, None], "town": ["York", "Ely"], "fee": [1.5, 2.0]})
STRICT = Policies(rules={"own": Rule(rule="personal_columns")})


def _excepted(*columns: str, expires: str = DAY) -> Exemption:
    return Exemption(
        rule="own",
        assets=("people",),
        columns=columns,
        owner="team:a",
        reason="It is the council's own.",
        expires=expires,
    )


@given(found=COLUMNS, declared=COLUMNS, by_policy=COLUMNS, excepted=COLUMNS)
def test_declared_is_no_finding_and_undeclared_is_the_same_one_at_a_run(
    found: list[str], declared: list[str], by_policy: list[str], excepted: list[str]
) -> None:
    activity = Activity(assets=("people",), purpose="Rents", columns=tuple(by_policy))
    exceptions = (_excepted(*excepted),) if excepted else ()
    policies = Policies(rules=STRICT.rules, processing={"a": activity}, exceptions=exceptions)
    seen = tuple(Found(name, "name", 1.0) for name in found)
    people = AssetFacts(name="people", layer="silver", personal=tuple(declared), found=seen)
    told = {one.column: one for one in judge(policies, [people], on=DAY)}
    assert told.keys() == set(found) - set(declared) - set(by_policy)
    assert {name for name, one in told.items() if one.stops} == told.keys() - set(excepted)
    metadata: dict[str, Any] = {
        "workbench/personal": declared, "workbench/personal_by_policy": by_policy, **rules_metadata(policies, people)
    }  # fmt: skip
    again = held_back(metadata, AssetFacts(name="people", layer="silver"), unpacked(packed(seen)), on=DAY)
    assert {one.column: (one.said, one.stops) for one in again} == {
        name: (one.said, one.stops) for name, one in told.items()
    }


@pytest.mark.parametrize(
    ("policies", "severities"),
    [
        (Policies(), ["warning"]),
        (ready("minimal"), ["warning"]),
        (ready("official"), ["error"]),
        (ready("official-sensitive"), ["error"]),
        (Policies(rules={"own": Rule(rule="personal_columns", layers=("gold",))}), []),
        (Policies(rules={"own": Rule(rule="personal_columns", layers=("gold",))}, exceptions=(_excepted("tel"),)), []),
    ],
    ids=[
        "no policies",
        "minimal",
        "official",
        "official-sensitive",
        "of gold alone",
        "of gold alone, with an exception",
    ],
)
def test_how_much_it_counts_is_for_the_policies_to_say(policies: Policies, severities: list[str]) -> None:
    people = AssetFacts(name="people", layer="silver", found=(Found("contact", "email", 1.0),))
    at_promotion = [one for one in judge(policies, [people], on=DAY) if one.column]
    at_run = held_back(rules_metadata(policies, people), people, people.found or (), on=DAY)
    assert [one.severity for one in at_promotion] == [one.severity for one in at_run] == severities


def test_what_nobody_has_looked_at_is_not_judged() -> None:
    assert judge(STRICT, [AssetFacts(name="people", found=None)], on=DAY) == ()


def test_an_exception_of_columns_covers_them_alone_and_to_its_last_day() -> None:
    seen = (Found("contact", "email", 1.0), Found("tel_home", "phone", 1.0))
    people = AssetFacts(name="people", found=seen)
    policies = Policies(rules=STRICT.rules, exceptions=(_excepted("tel_*"),))
    assert [one.column for one in judge(policies, [people], on=DAY) if one.stops] == ["contact"]
    assert len([one for one in judge(policies, [people], on="2026-11-30") if one.stops]) == 2
    unnamed = Policies(rules={"own": Rule(rule="naming", pattern="x")}, exceptions=(_excepted("tel_*"),))
    assert judge(unnamed, [people], on=DAY)[0].stops, "a rule that is about no column is not excepted by columns"


class Contract(pa.DataFrameModel):
    contact: str = pa.Field(metadata={"personal": True}, nullable=True)


@contextmanager
def _materialised(folder: Path, policies: Policies | None, frame: object = FRAME, **options: Any) -> Iterator[Any]:
    @silver_asset(name="people", **options)
    def people(context):
        return frame

    @silver_asset(name="after")
    def after(context, people: pl.DataFrame):
        return people.select("fee")

    assets = governed([people, after], [], policies, on=DAY)
    with dg.DagsterInstance.ephemeral() as instance:
        yield dg.materialize(
            assets,
            resources={"io_manager": PolarsParquetIOManager(root=str(folder))},
            instance=instance,
            raise_on_error=False,
        )


def _told(result: Any) -> list[str]:
    observed = [one.event_specific_data.asset_observation for one in result.get_asset_observation_events()]
    return [one.metadata["workbench/policy"].value for one in observed if "workbench/policy" in one.metadata]


def test_a_run_warns_and_goes_on(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with _materialised(tmp_path, None, classification="OFFICIAL") as result:
        assert result.success
        (told,) = _told(result)
        facts = AssetFacts(name="people", layer="silver", found=(Found("contact", "email", 1.0),))
        assert judge(Policies(), [facts], on=DAY)[0].said in html.unescape(told)
        (event,) = result.asset_materializations_for_node("people")
        assert event.metadata[FOUND].value == {"contact": {"kind": "email", "share": 1.0}}
        everything = repr([*event.metadata.values(), told, capfd.readouterr().err])
    assert "masked" in everything
    assert PLANTED not in everything


def test_a_run_stops_before_anything_is_made_of_it(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with _materialised(tmp_path, STRICT) as result:
        assert not result.success
        assert result.asset_materializations_for_node("people"), "it is stored, so that it can be looked at"
        assert not result.asset_materializations_for_node("after")
        (failed,) = result.get_step_failure_events()
        cause = failed.step_failure_data.error.cause or failed.step_failure_data.error
        assert cause.cls_name == HeldBackError.__name__
        assert "looks personal (e-mail address) and is declared nowhere: contact." in cause.message
        alert = failure_of_stored(failed.step_failure_data.error, step="people")
        assert "people has a column that looks personal (e-mail address) and" in alert.message
        assert _told(result)
    assert PLANTED not in capfd.readouterr().err


@pytest.mark.parametrize(
    "given",
    [
        {"personal": ["contact"]},
        {"schema": Contract},
        {"masking": {"contact": "redact"}},
        {"policies": Policies(rules=STRICT.rules, exceptions=(_excepted("contact", expires="9999-12-31"),))},
        {
            "policies": Policies(
                rules=STRICT.rules,
                processing={"rents": Activity(assets=("people",), purpose="Rents", columns=("contact",))},
            )
        },
    ],
    ids=["option", "contract", "masking", "exception", "activity"],
)
def test_a_run_goes_on_where_it_is_declared(given: dict[str, Any], tmp_path: Path) -> None:
    options = dict(given)
    policies = options.pop("policies", STRICT)
    with _materialised(tmp_path, policies, **options) as result:
        assert result.success
        assert _told(result) == []


def test_what_was_found_is_masked_in_previews_and_samples_where_ten_rows_do_not_show_it(tmp_path: Path) -> None:
    """The first rows alone look like nothing: only the whole column does."""
    notes = ["ref A", "ref B", *["ref C"] * 18, *[PLANTED] * 10]
    frame = pl.DataFrame({"note": notes, "fee": [None, *range(1, 30)]})
    checks = ["no_nulls"]
    options = {"classification": "OFFICIAL", "data_quality_checks": checks, "severity": "warn", "key": ["fee"]}
    with _materialised(tmp_path, None, frame, **options) as result:
        (event,) = result.asset_materializations_for_node("people")
        assert "ref A" not in repr(event.metadata["workbench/preview"])
        (check,) = [one for one in result.get_asset_check_evaluations() if one.asset_key == dg.AssetKey("people")]
        assert not check.passed
        assert "ref A" not in repr(check.metadata)
        assert "•••" in repr(check.metadata)


def test_a_detector_that_fails_fails_no_run_and_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError(PLANTED)

    monkeypatch.setattr("platform_core.governance.pii.looking.columns", broken)
    with _materialised(tmp_path, STRICT, personal=["contact"]) as result:
        assert result.success
        (event,) = result.asset_materializations_for_node("people")
        assert event.metadata["workbench/personal_unknown"].value.endswith("failed: ValueError.")


def test_the_sample_is_bounded_and_reaches_the_end() -> None:
    rows = 100_000
    late = pl.LazyFrame({"note": [""] * (rows - 2_000) + [PLANTED] * 2_000})
    assert looked_at(late) == ()
    assert looked_at(late, rows) == (Found("note", "email", 0.2),)


@pytest.mark.parametrize("held", [1, 9, 99, 100, 101, 109, 250, 999])
def test_no_share_points_at_a_few_cells(held: int) -> None:
    shares = [coarse(cells, held, 10) for cells in range(held + 1)]
    for share in {one for one in shares if one not in (0.0, None)}:
        alike = [cells for cells, one in enumerate(shares) if one == share and cells not in (0, held)]
        assert not alike or len(alike) >= 9


def test_the_facts_of_a_code_location_say_what_is_declared_and_that_nobody_looked() -> None:
    @silver_asset(personal=["contact"])
    def people(context):
        return FRAME

    (facts,) = facts_of_assets([people])
    assert (facts.personal, facts.found) == (("contact",), None)


def test_other_detectors_mask_and_declare_nothing() -> None:
    taken_back = mask_with(lambda head: ["town"])
    try:
        assert [one.column for one in looked_at(FRAME.lazy(), 2)] == ["contact"]
    finally:
        taken_back()


def test_a_hostile_name_of_a_column_stays_text(tmp_path: Path) -> None:
    frame = pl.DataFrame({"![x](http://a.example)\n\x1b[1m": [PLANTED]})
    with _materialised(tmp_path, None, frame.with_columns(fee=1.0)) as result:
        (told,) = _told(result)
    assert "![" not in told
    assert told.isprintable()


@pytest.mark.parametrize(
    ("frame", "found"),
    [
        (pl.DataFrame({"author": ["Leeds City Council"] * 25}), {}),
        (pl.DataFrame({"author": ["Leeds City Council"] * 5}), {"author": "name"}),
        (pl.DataFrame({"name": ["Leeds City Council"] * 5}), {}),
        (pl.DataFrame({"ethnicity": ["x"] * 25}), {"ethnicity": "special_category"}),
        (pl.DataFrame({"email": []}, schema={"email": pl.String}), {"email": "email"}),
        (pl.DataFrame({"a": [[1]], "b": [{"x": PLANTED}], "c": [b"x"]}), {}),
        (pl.DataFrame(), {}),
    ],
    ids=["gainsaid by values", "too few", "not whose name", "by name alone", "no rows", "nested", "no columns"],
)
def test_a_name_counts_until_enough_values_gainsay_it(frame: pl.DataFrame, found: dict[str, str]) -> None:
    assert {one.column: one.kind for one in looked_at(frame.lazy(), frame.height)} == found
