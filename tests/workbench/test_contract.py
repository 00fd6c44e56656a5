"""Contracts inferred from data, and data checked by them."""

from __future__ import annotations

import importlib.util
import json
import math
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_core.asset_checks import validate_schema
from platform_core.lake import Lake
from platform_core.storage.routes import storage_of_project
from workbench.cli import main
from workbench.contract.infer import infer
from workbench.contract.render import render

ROWS = 40
FRAME = pl.DataFrame(
    {
        "permit_id": range(ROWS),
        "rent (£)": [900.5, -1.0] * 20,
        "applicantName": ["Ada Lovelace", "Alan Turing"] * 20,
        "reached_at": ["ada@example.org"] * ROWS,
        "sent_to": ["SW1A 1AA", None] * 20,
        "status": ["open", "closed"] * 20,
        'quo"te': ["it's", "x\\y"] * 20,
        "class": [1] * ROWS,
        "l": [[{"x": datetime(2025, 1, 1)}]] * ROWS,
        "at": pl.Series([datetime(2025, 1, 1, tzinfo=UTC)] * ROWS),
        "fee": pl.Series(["1.10"] * ROWS).cast(pl.Decimal(10, 2)),
        "note": [None] * ROWS,
        "validate": [f"free text {n}" for n in range(ROWS)],
        "rare": ["one", *["two"] * (ROWS - 1)],
        "case_notes": ["called Mrs Smith", "no answer"] * 20,
        "wide": pl.Series([1] * ROWS, dtype=pl.Int128),
        "é": [True] * ROWS,
    }
)
EXPECTED = '''\
"""What raw_permits has to hold: a first contract, inferred from its data. Read it, and make it yours."""

from typing import Annotated

import pandera.polars as pa
import polars as pl


class RawPermits(pa.DataFrameModel):
    """What raw_permits has to hold."""

    permit_id: pl.Int64 = pa.Field(unique=True, ge=0)
    rent: pl.Float64 = pa.Field(alias="rent (£)")
    applicant_name: pl.String = pa.Field(alias="applicantName", metadata={"personal": True})
    reached_at: pl.String = pa.Field(metadata={"personal": True})
    sent_to: pl.String = pa.Field(nullable=True, metadata={"personal": True})
    status: pl.String = pa.Field(isin=["closed", "open"])
    quo_te: pl.String = pa.Field(alias='quo"te', isin=["it's", "x\\\\y"])
    column_class: pl.Int64 = pa.Field(alias="class", ge=0)
    column_l: Annotated[pl.List, pl.Struct({"x": pl.Datetime("us", None)})] = pa.Field(alias="l")
    at: Annotated[pl.Datetime, "us", "UTC"]
    fee: Annotated[pl.Decimal, 10, 2] = pa.Field(ge=0)
    # Not checked: note, a Null
    column_validate: pl.String = pa.Field(alias="validate", unique=True)
    rare: pl.String
    case_notes: pl.String = pa.Field(metadata={"personal": True})
    # Not checked: wide, a Int128
    column: pl.Boolean = pa.Field(alias="é")
'''


def loaded(text: str, folder: Path, name: str = "inferred_contract") -> Any:
    path = folder / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def test_what_is_inferred_is_this() -> None:
    assert render("raw_permits", infer(FRAME.lazy())) == EXPECTED


def test_what_is_inferred_holds_of_its_data_and_not_of_other(tmp_path: Path) -> None:
    check = validate_schema(loaded(EXPECTED, tmp_path).RawPermits)
    assert check.run(FRAME).passed
    other = FRAME.with_columns(pl.lit("x").alias("status")).drop("fee").with_columns(pl.lit("y").alias("class"))
    said = check.run(other).description
    assert "no column fee" in said
    assert "column class is String, not Int64" in said
    assert "of status" in said


def test_the_project_tools_take_it(tmp_path: Path) -> None:
    path = tmp_path / "raw_permits.py"
    path.write_text(EXPECTED, encoding="utf-8")
    root = Path(__file__).parents[2]
    style = ["--isolated", "--line-length", "120"]
    for command in (
        ["ruff", "check", *style, "--select", "D,E,F,I,N,UP,B", "--ignore", "D203,D213"],
        ["ruff", "format", *style, "--check"],
        ["mypy", "--strict"],  # from the project's root, whose cache knows Polars and pandera already
    ):
        done = subprocess.run(
            [sys.executable, "-m", *command, str(path)], capture_output=True, text=True, check=False, cwd=root
        )
        assert not done.returncode, done.stdout + done.stderr


def test_odd_data_keeps_to_its_own_contract(tmp_path: Path) -> None:
    odd = pl.DataFrame(
        {
            "pl": [1, 2],
            "pa": ["x", "y"],
            "^p.*$": [1, None],
            "^q$": [1, 1],
            "^r$": [0.5, 1],
            "*": [1, 2],
            "": [1, 2],
            "a": [math.nan, 1.0],
        }
    )
    relation = duckdb.sql("SELECT map{'k': 1} AS m UNION ALL SELECT NULL")
    assert relation is not None
    mapped = relation.pl()
    frame = odd.with_columns(mapped.to_series(), pl.Series("nested", [["k"], None], dtype=pl.List(pl.Enum(["k"]))))
    text = render("odd", infer(frame.lazy()))
    outcome = validate_schema(loaded(text, tmp_path).Odd).run(frame)
    assert outcome.passed, outcome.description
    assert "# Not checked: m, a Map" in text
    assert 'pa.Field(alias="a", nullable=True' in text, "to pandera NaN is null"
    assert validate_schema({"m": "Map"}).run(mapped).passed


def test_no_value_of_personal_data_or_of_few_rows_stands_in_it() -> None:
    for word in ("Ada", "Smith", "Turing", "example.org", "SW1A", "free text", '"one"', "900"):
        assert word not in EXPECTED


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=5, unique=True))
def test_every_name_of_a_column_is_taken(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    usable = [name for name in names if name.encode("utf-8", "ignore").decode() == name]
    frame = pl.DataFrame({name: [1, 2] for name in usable})
    if not frame.width:
        return
    text = render("x", infer(frame.lazy()))
    module = loaded(text, tmp_path_factory.mktemp("contract"))
    outcome = validate_schema(module.X).run(frame)
    assert outcome.passed, outcome.description
    assert "unexpected_columns" not in outcome.metadata


class TestCommand:
    @pytest.fixture
    def project(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        (tmp_path / "pyproject.toml").write_text('[tool.workbench]\npackage = "planning"\n')
        (tmp_path / "config").mkdir()
        (tmp_path / "config/base.yaml").write_text("lake: data/lake\n")
        (tmp_path / "src/planning").mkdir(parents=True)
        monkeypatch.chdir(tmp_path)
        monkeypatch.delenv("WORKBENCH_LAKE", raising=False)
        monkeypatch.delenv("WORKBENCH_PROJECT", raising=False)
        Lake.of_project(tmp_path).write("bronze", "raw_permits", FRAME)
        return tmp_path

    def test_a_contract_is_written_and_checked(self, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["contract", "infer", "raw_permits"]) == 0
        assert (project / "src/planning/contracts/raw_permits.py").read_text() == EXPECTED
        said = capsys.readouterr().out
        assert "from planning.contracts.raw_permits import RawPermits" in said
        assert "hidden in samples: applicantName, reached_at, sent_to" in said
        assert main(["contract", "check"]) == 0
        Lake.of_project(project).write("bronze", "raw_permits", FRAME.drop("fee").with_columns(extra=pl.lit(1)))
        capsys.readouterr()
        assert main(["contract", "check", "raw_permits"]) == 1
        assert capsys.readouterr().out == (
            "FAIL  raw_permits: The data breaks the schema: no column fee.\n"
            "warn  raw_permits: not in the contract: note, wide, extra.\n"
        )
        assert main(["contract", "check", "--json"]) == 1
        (told,) = json.loads(capsys.readouterr().out)
        assert (told["asset"], told["passed"], told["failed_count"]) == ("raw_permits", False, 1)
        assert told["unexpected_columns"] == ["note", "wide", "extra"]

    def test_one_made_ones_own_is_not_replaced(self, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["contract", "infer", "raw_permits"]) == 0
        path = project / "src/planning/contracts/raw_permits.py"
        path.write_text("mine")
        assert main(["contract", "infer", "raw_permits"]) == 1
        assert path.read_text() == "mine"
        assert main(["contract", "infer", "raw_permits", "--stdout"]) == 0
        assert capsys.readouterr().out.endswith(EXPECTED)
        assert main(["contract", "infer", "raw_permits", "--force"]) == 0
        assert path.read_text() == EXPECTED

    @pytest.mark.parametrize(
        ("arguments", "code", "said"),
        [
            (["infer"], 2, "needs an asset"),
            (["infer", "raw_permits", "--json"], 2, "writes Python"),
            (["infer", "gone"], 1, "has not been materialised"),
            (["infer", "raw_permit"], 1, "Did you mean 'raw_permits'? Else run `workbench materialize raw_permit`."),
            (["infer", "../x"], 1, "no asset name"),
            (["check"], 1, "has no contracts"),
            (["check", "raw_permits"], 1, "has no contract"),
        ],
    )
    def test_what_is_wrong_is_said(
        self, project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, said: str
    ) -> None:
        assert main(["contract", *arguments]) == code
        assert said in capsys.readouterr().err

    def test_one_is_found_where_the_project_keeps_it(self, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (project / "config/base.yaml").write_text("lake: data/lake\nio: duckdb\n")
        storage_of_project(project).write("silver", "permits", pl.DataFrame({"permit_id": [1, 2]}))
        assert main(["contract", "infer", "permits"]) == 0
        assert main(["contract", "check"]) == 0
        capsys.readouterr()
        assert main(["contract", "infer", "permit"]) == 1
        assert main(["contract", "check", "permit"]) == 1
        assert capsys.readouterr().err.count("Did you mean 'permits'?") == 2

    def test_a_contract_that_cannot_be_loaded_is_named(self, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
        folder = project / "src/planning/contracts"
        folder.mkdir()
        (folder / "raw_permits.py").write_text("1 / 0")
        assert main(["contract", "check"]) == 1
        assert "cannot be loaded: ZeroDivisionError" in capsys.readouterr().err
        (folder / "raw_permits.py").write_text("other = 1")  # of another length: Python knows a file by size and second
        assert main(["contract", "check"]) == 1
        assert "holds no pandera model called RawPermits" in capsys.readouterr().err
