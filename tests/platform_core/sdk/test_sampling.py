"""Masked samples of another environment."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

from platform_core.errors import UsageError, UserError
from platform_core.lake import Lake
from platform_core.sdk import load_asset
from platform_core.sdk.sampling import SampleWarning

PEOPLE = pl.DataFrame(
    {
        "id": range(1000),
        "name": ["Ada Khan"] * 1000,
        "email": [f"person{n}@example.com" for n in range(1000)],
        "nhs_number": ["943 476 5919"] * 1000,
        "note": ["from the old register"] * 1000,
    }
)
RULE = "samples: {prod: {assets: [people, ward_*], most: 50, masking: {note: drop}}}\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    files = {
        "pyproject.toml": "[tool.workbench]\n",
        "config/base.yaml": "lake: data/dev\n",
        "config/prod.yaml": "lake: data/prod\n",
        "policies/own.yaml": RULE,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    Lake(tmp_path / "data/prod").write("silver", "people", PEOPLE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WORKBENCH_MASKING_KEY", raising=False)
    return tmp_path


def read(**given: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SampleWarning)
        return load_asset("people", **{"as_": "polars", "from_env": "prod", **given})


@pytest.mark.usefixtures("project")
def test_a_sample_is_masked_and_the_same_every_time() -> None:
    first, again = read(sample=20), read(sample=20, as_="lazy").collect()
    assert first.equals(again)
    assert first["id"].to_list() == list(range(49, 1000, 50))  # over the whole table, not its head
    assert first["name"].unique().to_list() == ["•••"]
    assert first["nhs_number"].unique().to_list() == ["•••"]  # as there is no key for pseudonyms
    assert "person" not in "".join(first["email"])
    assert "note" not in first.columns
    assert isinstance(read(sample=2, as_="pandas"), pd.DataFrame)
    assert read().height == 50


@pytest.mark.usefixtures("project")
def test_it_says_that_it_is_a_sample_and_the_audit_log_keeps_it(project: Path) -> None:
    said = r"sample of prod's people: 10 of 1,000 rows\. Masked: email \(partial\), name \(redact\)"
    with pytest.warns(SampleWarning, match=said) as caught:
        load_asset("people", from_env="prod", sample=10)
    assert caught[0].filename == __file__
    (entry,) = [json.loads(line) for line in (project / "data/audit/audit.jsonl").read_text().splitlines()]
    assert entry["about"]["environment"] == "prod"
    assert "Ada" not in json.dumps(entry)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("", "policies let no sample of 'people' be read from 'prod'"),
        ("samples: {staging: {assets: ['*']}}\n", "policies let no sample of 'people' be read from 'prod'"),
        ("samples: {prod: {assets: [rents]}}\n", "policies let no sample of 'people' be read from 'prod'"),
        ("samples: {prod: {assets: [people], masking: {note: hide}}}\n", "'note' has no method 'hide'"),
        ("samples: {prod: {assets: [people], moste: 5}}\n", "The key 'moste' is not known"),
        ("samples: {prod: {assets: []}}\n", "samples name assets"),
    ],
)
def test_what_no_policy_allows_is_refused(project: Path, rule: str, said: str) -> None:
    (project / "policies/own.yaml").write_text(rule)
    with pytest.raises(UserError) as raised:
        read()
    assert said in str(raised.value)


def test_a_project_without_policies_allows_nothing(project: Path) -> None:
    (project / "policies/own.yaml").unlink()
    with pytest.raises(UserError, match="let no sample"):
        read()


def test_sensitive_data_needs_a_rule_that_says_so(project: Path) -> None:
    Lake(project / "data/prod").write("silver", "people", PEOPLE, classification="OFFICIAL-SENSITIVE")
    with pytest.raises(UserError, match="is OFFICIAL-SENSITIVE"):
        read()
    (project / "policies/own.yaml").write_text("samples: {prod: {assets: [people], sensitive: true}}\n")
    assert read(sample=1).height == 1


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("rows", [0, -1, 51, True, 0.5])
def test_a_number_of_rows_beyond_the_policy_is_refused(rows: Any) -> None:
    with pytest.raises(UsageError, match="takes 1 to 50 rows"):
        read(sample=rows)


def test_what_a_processing_activity_declares_is_masked_though_nothing_is_found_in_it(project: Path) -> None:
    assert read(sample=1)["id"].to_list() == [999]
    activity = "processing: {p: {assets: [claims], purpose: Rents, columns: [note], subject_key: id}}\n"
    (project / "policies/own.yaml").write_text(RULE.replace(", masking: {note: drop}", "") + activity)
    assert read(sample=1).select("id", "note").row(0) == ("•••", "•••")
    (project / "policies/own.yaml").write_text(RULE.replace("note: drop", "note: keep") + activity)
    assert read(sample=1).select("id", "note").row(0) == ("•••", "from the old register")


@pytest.mark.usefixtures("project")
def test_what_cannot_be_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="Write from_env="):
        load_asset("people", sample=3)
    with pytest.raises(UserError, match="has not been materialised in 'prod'"):
        load_asset("ward_counts", from_env="prod")
    monkeypatch.setenv("WORKBENCH_LAKE", "/nowhere")  # as in the proof of a promotion
    with pytest.raises(UserError, match="while WORKBENCH_LAKE names the lake"):
        read()
