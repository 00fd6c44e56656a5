"""`workbench policy`, and an asset that a policy does not let run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import polars as pl
import pytest

from platform_core.errors import UserError
from platform_core.governance.access import bucket_policy, grants
from platform_core.governance.policies import Role
from workbench.cli import main

if TYPE_CHECKING:
    from tests.servers.postgres import PostgresServer


def _told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    capsys.readouterr()
    code = main([*words, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_the_project_keeps_to_its_policies(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = _told(capsys, "policy", "check", "--on", "2026-11-29")
    assert (code, told["assets"]) == (0, 6)
    assert {(one["asset"], one["rule"]) for one in told["breaches"] if one["excepted_until"]} == {
        ("renamed", "key"),
        ("renamed", "checks"),
        ("clean_people", "checks"),
    }
    assert main(["policy", "check", "--on", "2026-11-29"]) == 0
    assert capsys.readouterr().out.endswith("6 assets, 13 rules: nothing stands in the way.\n")


def test_an_exception_that_expired_is_red(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = _told(capsys, "policy", "check", "--on", "2027-01-01")
    assert code == 1
    stops = [one["said"] for one in told["breaches"] if one["stops"]]
    assert stops[0] == "silver:renamed has no key."
    assert stops[1].startswith("The exception of renamed from the rule key expired on 2026-12-31; team:benefits")
    assert main(["policy", "check", "--on", "soon"]) == 2


def test_costs_come_from_a_file(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "policies/costs.yaml").write_text("rules: {dear: {rule: cost, most: 5}}\n")
    (project / "costs.json").write_text('{"people": 6.5}')
    code, told = _told(capsys, "policy", "check", "--on", "2026-11-29", "--costs", "costs.json")
    assert (code, [one["asset"] for one in told["breaches"] if one["stops"]]) == (1, ["people"])


def test_rules_are_said_in_words(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, told = _told(capsys, "policy", "explain", "key")
    (rule,) = told["rules"]
    assert rule["said"] == "An asset has a key, in silver and gold."
    assert rule["exceptions"][0]["owner"] == "team:benefits"
    assert main(["policy", "explain", "keyy"]) == 2
    assert "Did you mean 'key'?" in capsys.readouterr().err


def test_an_asset_is_refused_before_it_runs(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (project / "data/lake/gold/counts.parquet").stat().st_mtime_ns
    (project / "policies/short.yaml").write_text("rules: {short: {rule: retention, most: 365}}\n")
    assert main(["materialize", "counts", "--force"]) == 1
    said = " ".join("".join(capsys.readouterr()).split())
    assert "a policy of the project stands in the way. gold:counts is kept for 3650 days" in said
    assert (project / "data/lake/gold/counts.parquet").stat().st_mtime_ns == before


def test_a_classification_stands_in_the_file_and_hides_values(project: Path) -> None:
    lake = project / "data/lake"
    told = {
        path.stem: pl.read_parquet_metadata(path).get("workbench.classification") for path in lake.glob("*/*.parquet")
    }
    assert told == {
        "people": "OFFICIAL-SENSITIVE",
        "clean_people": "OFFICIAL-SENSITIVE",
        "renamed": "OFFICIAL-SENSITIVE",  # which says nothing itself
        "counts": "OFFICIAL",  # by a recorded downgrade
    }


def test_a_fall_without_a_record_is_refused_everywhere(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (project / "policies/own.yaml").read_text()
    start, end = text.index("downgrades:"), text.index("exceptions:")
    (project / "policies/own.yaml").write_text(text[:start] + text[end:])
    code, told = _told(capsys, "policy", "check", "--on", "2026-11-29")
    assert (code, [(one["asset"], one["rule"]) for one in told["breaches"] if one["stops"]]) == (
        1,
        [("counts", "classification")],
    )
    assert main(["materialize", "clean_people", "counts"]) == 1, "though neither code nor inputs changed"
    shown = capsys.readouterr()
    assert "unchanged" in shown.out, "of which the policies say nothing else"
    said = " ".join("".join(shown).split())
    assert "gold:counts is declared OFFICIAL, but it is made of what is OFFICIAL-SENSITIVE" in said


ROLES = {
    "analyst": Role(read=("gold",), principals=("arn:aws:iam::123456789012:role/analyst",), members=("ana",)),
    "engineer": Role(
        write=("silver", "gold"), read=("bronze",), principals=("arn:aws:iam::123456789012:role/engineer",)
    ),
}


def test_grants_let_in_and_keep_out(postgres: PostgresServer) -> None:
    """PostgreSQL itself says who gets in; the script may run twice, and covers tables made later."""
    name = postgres.new_database()
    run: Callable[..., Any] = lambda *said: postgres.execute(*said, database=name)  # noqa: E731 - short, and used often
    run("CREATE ROLE ana LOGIN", "CREATE ROLE bea LOGIN")
    for _ in range(2):
        run(*grants(ROLES).splitlines()[1:])
        run(
            "CREATE TABLE IF NOT EXISTS gold.fees AS SELECT 1 AS fee",
            "CREATE TABLE IF NOT EXISTS silver.permits AS SELECT 1 AS id",
            "CREATE TABLE IF NOT EXISTS silver.counted (n serial, id int)",
        )
    assert run("SET ROLE ana", "SELECT fee FROM gold.fees") == [(1,)]
    for wrong in ("SELECT id FROM silver.permits", "INSERT INTO gold.fees VALUES (2)", "CREATE TABLE gold.own (a int)"):
        with pytest.raises(Exception, match="permission denied"):
            run("SET ROLE ana", wrong)
    assert run("SET ROLE engineer", "INSERT INTO silver.permits VALUES (2)", "SELECT count(*) FROM silver.permits") == [
        (2,)
    ]
    run("SET ROLE engineer", "INSERT INTO silver.counted (id) VALUES (2)", "CREATE TABLE gold.made AS SELECT 7 AS fee")
    assert run("SET ROLE ana", "SELECT fee FROM gold.made") == [(7,)], (
        "whoever writes there makes tables for its readers"
    )
    run(*grants({**ROLES, "analyst": Role(read=("gold",), members=("bea",))}).splitlines()[1:])
    assert run("SET ROLE bea", "SELECT fee FROM gold.fees") == [(1,)]
    with pytest.raises(Exception, match="permission denied"):  # who is no member any more
        run("SET ROLE ana", "SELECT fee FROM gold.fees")
    run(*grants({**ROLES, "analyst": Role(members=("ana",))}).splitlines()[1:])
    run("SET ROLE engineer", "CREATE TABLE gold.later AS SELECT 8 AS fee")
    run('GRANT USAGE ON SCHEMA "gold" TO "ana"')
    for table in ("fees", "made", "later"):
        with pytest.raises(Exception, match="permission denied for table"):
            run("SET ROLE ana", f"TABLE gold.{table}")


def test_a_bucket_takes_its_policy(aws: str) -> None:
    client = boto3.client("s3", endpoint_url=aws, region_name="eu-west-2")
    client.create_bucket(Bucket="planning", CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
    policy = bucket_policy(ROLES, "planning", "lake")
    client.put_bucket_policy(Bucket="planning", Policy=json.dumps(policy))
    assert json.loads(client.get_bucket_policy(Bucket="planning")["Policy"]) == policy
    by_id = {one["Sid"]: one for one in policy["Statement"]}
    assert len(by_id) == len(policy["Statement"])
    assert by_id["OnlyTheseWriteGold"]["Condition"]["ArnNotEquals"]["aws:PrincipalArn"] == [
        ROLES["engineer"].principals[0]
    ]
    assert "Condition" not in by_id["OnlyTheseWriteBronze"], "nobody writes there"
    assert by_id["OnlyTheseReadGold"]["Action"] == ["s3:GetObject*"], "older versions too"


def test_names_that_could_be_code_are_refused() -> None:
    for name in ('a"; DROP TABLE x', "A", "a-b", ""):
        with pytest.raises(UserError, match="no name of a role"):
            grants({name: Role(read=("gold",))})
    with pytest.raises(UserError, match="no name of a role"):
        grants({"a": Role(members=("x; y",))})
    with pytest.raises(UserError, match="no ARN"):
        bucket_policy({"a": Role(read=("gold",), principals=("*",))}, "planning")
    with pytest.raises(UserError, match="names no principal"):
        bucket_policy({"a": Role(read=("gold",))}, "planning")
    with pytest.raises(UserError, match="no name that can be"):
        bucket_policy({}, "planning/*")


def test_access_is_written_from_the_policies(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "access", "--bucket", "planning-lake"]) == 0
    assert json.loads(capsys.readouterr().out)["Version"] == "2012-10-17"
    assert main(["policy", "access"]) == 2
    assert main(["policy", "access", "--format", "sql"]) == 0
    assert 'GRANT SELECT ON ALL TABLES IN SCHEMA "gold" TO "analyst";' in capsys.readouterr().out
