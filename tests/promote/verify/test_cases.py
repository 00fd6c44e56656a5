"""Cases: made-up inputs, and what the notebook's own cells give for them."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

from platform_core.testing import read_frame
from promote.verify import budget, cases
from promote.verify.case_values import CaseAnswer, CaseRequest
from promote.verify.cases import build
from promote.verify.frames import write_captured
from promote.verify.processes import Processes

PERMITS = pl.DataFrame(
    {
        "authority": [f"Council {n % 9}" for n in range(90)],
        "state": [["open", "shut", None][n % 3] for n in range(90)],
        "fee": [float(n * 7 % 400) for n in range(90)],
    }
)
PANDAS = "import pandas as pd\nfees = permits[permits['fee'] > 100].groupby('authority', as_index=False)['fee'].sum()"


def made(folder: Path, program: list[str], frame: Any = PERMITS, kind: str = "lazy", **more: Any) -> CaseAnswer:
    folder.mkdir(exist_ok=True)
    path = write_captured(frame, folder / "permits").path
    inputs = [{"parameter": "permits", "asset": "raw_permits", "kind": kind, "path": str(path), "external": False}]
    return build(CaseRequest("fees", str(folder / "project"), program, "fees", inputs=inputs, **more))


def data(folder: Path, answer: CaseAnswer, name: str) -> Any:
    [file] = [file for file in answer.files if file.endswith(f"/{name}")]
    return read_frame(folder / "project" / file)


def test_expected_rows_come_from_the_cells(tmp_path: Path) -> None:
    answer = made(
        tmp_path,
        ["import polars as pl", "fees = permits.filter(pl.col('state') == 'open').filter(pl.col('fee') >= 50)"],
    )
    assert (answer.ok, answer.kind) == (True, "lazy")
    given, expected = data(tmp_path, answer, "raw_permits.json"), data(tmp_path, answer, "expected.json")
    assert expected.height == answer.rows > 0
    assert expected.equals(given.filter(pl.col("state") == "open", pl.col("fee") >= 50))
    assert not set(given["authority"]) & set(PERMITS["authority"])
    assert answer.schema == {"authority": "String", "state": "String", "fee": "Float64"}
    assert answer.inputs == [
        {"parameter": "permits", "asset": "raw_permits", "kind": "lazy", "file": "raw_permits.json"}
    ]


def test_what_is_expected_is_of_the_inputs_as_the_test_reads_them(tmp_path: Path) -> None:
    """JSON has no form for every detail of a frame; what the cells see of one must be what the function will see."""
    frame = pd.DataFrame({"fee": [1, 2]}, index=pd.RangeIndex(5, 9, 2))
    program = ["import pandas as pd", "fees = pd.DataFrame({'seen': [repr(permits.index)]})"]
    answer = made(tmp_path, program, frame, "pandas")
    given, expected = data(tmp_path, answer, "raw_permits.json"), data(tmp_path, answer, "expected.json")
    assert expected["seen"].tolist() == [repr(given.index)]


def test_the_same_request_gives_the_same_files(tmp_path: Path) -> None:
    both = [tmp_path / name for name in ("one", "two")]
    answers = [made(folder, ["fees = permits.unique().sort('fee')"]) for folder in both]
    assert answers[0] == answers[1]
    for file in answers[0].files:
        assert (both[0] / "project" / file).read_bytes() == (both[1] / "project" / file).read_bytes()


def test_pandas_frames_and_changes_in_place(tmp_path: Path) -> None:
    program = ["permits['fee'] = permits['fee'] + 1", PANDAS]
    answer = made(tmp_path, program, PERMITS.to_pandas(), "pandas")
    assert (answer.ok, answer.kind) == (True, "pandas")
    expected = data(tmp_path, answer, "expected.json")
    assert isinstance(expected, pd.DataFrame)
    given = data(tmp_path, answer, "raw_permits.json")
    given["fee"] += 1
    pd.testing.assert_frame_equal(expected, given[given["fee"] > 100].groupby("authority", as_index=False)["fee"].sum())


def test_duckdb_relations(tmp_path: Path) -> None:
    program = [
        "import duckdb",
        "fees = duckdb.sql(\"SELECT authority, sum(fee) AS fee FROM permits WHERE state = 'open' GROUP BY 1\")",
    ]
    answer = made(tmp_path, program, kind="duckdb")
    assert (answer.ok, answer.kind) == (True, "duckdb"), answer.reason
    assert answer.rows > 0


def test_external_inputs_come_through_load_asset(tmp_path: Path) -> None:
    program = ["from platform_core.sdk import load_asset", "fees = load_asset('raw_permits', as_='polars').head(3)"]
    answer = made(tmp_path, program)
    assert (answer.ok, answer.kind, answer.rows) == (True, "polars", 3)


def test_checks_and_assertions_are_decided_on_the_result(tmp_path: Path) -> None:
    answer = made(
        tmp_path,
        ["fees = permits.sort('fee')"],
        checks={"items": ["no_nulls", {"row_count": {"min": 10_000}}], "key": ["fee"], "schema": None},
        assertions=[
            {"name": "check_fees", "program": ["rows = fees.collect()", "assert rows.height"]},
            {"name": "check_fees_2", "program": ["assert fees.collect().height > 10_000"]},
        ],
    )
    assert answer.checks == {"no_nulls": True, "row_count": False}
    assert answer.assertions == {"check_fees": True, "check_fees_2": False}


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        (
            ["x = 1", "y = 2\nraise ValueError('Council 1')"],
            "ValueError in line 2 of part 2 of the step, on made-up data",
        ),
        (["fees = 3"], "the cells bind no frame to 'fees'"),
        (["pass"], "the cells bind no frame to 'fees'"),
        (["raise SystemExit"], "SystemExit in line 1 of part 1 of the step, on made-up data"),
        (
            ["import polars as pl", "fees = permits.select(pl.col('no'))"],
            "ColumnNotFoundError when the result is collected",
        ),
        (
            ["import polars as pl, random", "fees = pl.DataFrame({'a': [random.random()]})"],
            "the cells give other rows each time they are run",
        ),
    ],
)
def test_why_there_is_no_case_is_said_without_data(tmp_path: Path, program: list[str], reason: str) -> None:
    answer = made(tmp_path, program)
    assert (answer.ok, answer.reason) == (False, reason)
    assert not (tmp_path / "project" / "tests").exists()


def test_more_rows_are_tried_until_mistakes_are_noticed(tmp_path: Path) -> None:
    rare = pl.DataFrame({"authority": [f"Council {n}" for n in range(500)], "a": [n % 23 for n in range(500)]})
    program = ["import polars as pl", "fees = rare.filter((pl.col('a') * 2) % 11 == 0)".replace("rare", "permits")]
    answer = made(tmp_path, program, rare)
    assert answer.ok
    assert answer.rows > 0


@pytest.mark.parametrize("seconds", [0, 1e9])
def test_mistakes_that_the_time_is_too_short_for_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    monkeypatch.setattr(budget, "SECONDS", seconds)
    answer = made(tmp_path, [PANDAS], kind="pandas")
    counts = answer.mutants
    untried = counts.get("untried", [])
    assert answer.ok
    assert counts["made"] == counts["killed"] + len(counts["survived"]) + len(counts["equivalent"]) + len(untried)
    assert len(untried) == (0 if seconds else counts["made"])
    assert all(one["line"] == 2 and one["operator"] for one in untried)


def test_files_are_made_up_in_their_own_form(tmp_path: Path) -> None:
    root = tmp_path / "live"
    root.mkdir()
    rows = "".join(f"Council {n};{n * 31};\r\n" for n in range(1, 40))
    (root / "a.csv").write_text("authority;fee;note\r\n" + rows, newline="")
    (root / "b.jsonl").write_text("".join(f'{{"authority": "Council {n}", "tags": ["x{n}"]}}\n' for n in range(1, 40)))
    PERMITS.write_parquet(root / "c.parquet")
    program = [
        "import polars as pl\nfrom platform_core.sdk import resource\nsource = resource('register')",
        "fees = pl.scan_csv(source.path('a.csv'), separator=';').join("
        "pl.read_ndjson(source.path('b.jsonl')).lazy(), on='authority', how='left')",
    ]
    request = CaseRequest(
        "fees",
        str(tmp_path / "project"),
        program,
        "fees",
        resources={"register": {"root": str(root), "files": ["a.csv", "b.jsonl", "c.parquet"]}},
    )
    answer = build(request)
    assert answer.ok, answer.reason
    folder = tmp_path / "project" / "tests" / "assets" / "data" / "fees"
    text = (folder / "register" / "a.csv").read_bytes().decode()
    assert text.startswith("authority;fee;note\r\n")
    assert "Council" not in text
    assert answer.resources == {"register": "FilesResource"}
    assert sorted(answer.files) == [
        f"tests/assets/data/fees/{name}"
        for name in ("expected.json", "register/a.csv", "register/b.jsonl")  # the step does not read c.parquet
    ]
    expected = read_frame(folder / "expected.json")
    assert expected.columns == ["authority", "fee", "note", "tags"]
    assert expected["tags"].drop_nulls().len() > 0


def test_files_of_other_forms_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK")
    request = CaseRequest(
        "fees",
        str(tmp_path / "project"),
        ["fees = 1"],
        "fees",
        resources={"r": {"root": str(tmp_path), "files": ["a.xlsx"]}},
    )
    assert build(request).reason == "No test data can be made up for a file of type .xlsx."


def test_a_file_of_another_form_that_only_another_step_reads_is_left_out(tmp_path: Path) -> None:
    root = tmp_path / "live"
    root.mkdir()
    PERMITS.select("authority", "fee").write_csv(root / "a.csv")
    (root / "b.xlsx").write_bytes(b"PK")
    head = "import polars as pl\nfrom platform_core.sdk import resource\nsource = resource('register')"
    resources = {"register": {"root": str(root), "files": ["a.csv", "b.xlsx"]}}

    def asked(name: str, cell: str) -> CaseAnswer:
        return build(CaseRequest(name, str(tmp_path / "project"), [head, cell], name, resources=resources))

    answer = asked("fees", "fees = pl.read_csv(source.path('a.csv')).filter(pl.col('fee') > 100)")
    assert answer.ok, answer.reason
    assert [file for file in answer.files if "register" in file] == ["tests/assets/data/fees/register/a.csv"]
    both = "rest = pl.read_csv(source.path('a.csv')); pl.read_excel(source.path('b.xlsx'))"
    assert asked("rest", both).reason == "No test data can be made up for a file of type .xlsx."


def test_the_process_answers_a_request(tmp_path: Path) -> None:
    path = write_captured(PERMITS, tmp_path / "permits").path
    item = {"parameter": "permits", "asset": "permits", "kind": "lazy", "path": str(path), "external": False}
    request = CaseRequest("fees", str(tmp_path / "project"), ["print('said')\nfees = permits.head(2)"], "fees", [item])
    (tmp_path / "request.json").write_text(
        json.dumps({"requests": [asdict(request)], "answer": str(tmp_path / "answer.json")})
    )
    lines: list[str] = []
    code = Processes().run(
        ["-m", "promote.verify.cases", str(tmp_path / "request.json")],
        env={**os.environ, "POLARS_MAX_THREADS": "1"},
        cwd=tmp_path,
        log=tmp_path / "log",
        on_line=lines.append,
    )
    told = [json.loads(line) for line in lines]
    assert (code, told) == (0, [{"name": "fees", "at": 1}]), (tmp_path / "log").read_text()
    (answer,) = json.loads((tmp_path / "answer.json").read_text())["cases"]
    assert (answer["ok"], answer["rows"]) == (True, 2)


SCHEMA = """\
import pandera.polars as pa
class Fees(pa.DataFrameModel):
    authority: str
    fee: float = pa.Field(ge=0, nullable=False)
"""


def test_a_declared_schema_is_examined_with_rows_of_its_own(tmp_path: Path) -> None:
    checks = {"items": ["schema_validation"], "key": None, "schema": "Fees"}
    program = [SCHEMA, "fees = permits.select('authority', 'fee')"]
    answer = made(tmp_path, program, checks=checks)
    assert answer.checks == {"schema_validation": True}
    rows = data(tmp_path, answer, "schema_examples.json")
    accepted, refused = rows[: answer.examples["accepted"]], rows[answer.examples["accepted"] :]
    assert (accepted["fee"] >= 0).all()
    assert (refused["fee"].is_null() | (refused["fee"] < 0)).all()
    assert refused.height > 0
    assert set(answer.examples["columns"]) == {"authority", "fee"}
    without = made(tmp_path / "without", program, checks={**checks, "items": []})
    assert without.examples == {}
    assert len(without.mutants["survived"]) > len(answer.mutants["survived"]), "nobody looks at the schema"


def test_a_case_that_would_tell_a_real_text_gets_other_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = made(tmp_path / "plain", ["fees = permits.head(9)"])
    tells = iter([False, True])
    with monkeypatch.context() as patched:
        patched.setattr(cases._Builder, "_tells", lambda self, file: next(tells, False))
        other = made(tmp_path / "other", ["fees = permits.head(9)"])
    assert (plain.ok, other.ok) == (True, True)
    assert plain.files == other.files
    mine, theirs = data(tmp_path / "plain", plain, "expected.json"), data(tmp_path / "other", other, "expected.json")
    assert mine.schema == theirs.schema
    assert set(mine["authority"]).isdisjoint(set(theirs["authority"]))


def test_a_case_that_always_tells_a_real_text_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases._Builder, "_tells", lambda self, file: True)
    answer = made(tmp_path, ["fees = permits.head(9)"])
    assert (answer.ok, answer.reason) == (False, "made-up values cannot be kept apart from real ones")
    assert not [path for path in (tmp_path / "project").rglob("*") if path.is_file()]


def test_files_are_told_apart_only_where_the_cells_run_on_the_first_rows(tmp_path: Path) -> None:
    root = tmp_path / "live"
    root.mkdir()
    PERMITS.write_parquet(root / "a.parquet")
    PERMITS.write_parquet(root / "b.parquet")
    program = [
        "import polars as pl\nfrom platform_core.sdk import resource\nsource = resource('register')",
        "fees = pl.read_parquet(source.path('a.parquet'))\nassert fees.height < 40",
    ]
    resources = {"register": {"root": str(root), "files": ["a.parquet", "b.parquet"]}}
    answer = build(CaseRequest("fees", str(tmp_path / "project"), program, "fees", resources=resources))
    assert answer.ok, answer.reason
    folder = tmp_path / "project" / "tests" / "assets" / "data" / "fees"
    given = pl.read_parquet(folder / "register" / "a.parquet")
    assert not set(given["authority"]) & set(PERMITS["authority"])
    assert given.height < 40
    assert "tests/assets/data/fees/register/b.parquet" in answer.files


def test_requests_are_answered_in_order_without_the_recordings_of_a_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_RECORD", str(tmp_path / "recorded"))
    monkeypatch.setenv("WORKBENCH_REPLAY", str(tmp_path / "recorded"))
    monkeypatch.setenv("MPLBACKEND", "svg")
    limited: list[int] = []
    monkeypatch.setattr(cases, "limit_duckdb", lambda: limited.append(1))
    path = write_captured(PERMITS, tmp_path / "permits").path
    inputs = [{"parameter": "permits", "asset": "permits", "kind": "lazy", "path": str(path), "external": False}]
    requests = [
        asdict(CaseRequest(name, str(tmp_path / "project"), [f"{name} = permits.head({rows})"], name, inputs))
        for name, rows in (("few", 2), ("more", 5))
    ]
    told: list[dict[str, Any]] = []
    answers = cases.handle({"requests": requests}, told.append)["cases"]
    assert told == [{"name": "few", "at": 1}, {"name": "more", "at": 2}]
    assert [(answer["ok"], answer["rows"]) for answer in answers] == [(True, 2), (True, 5)]
    assert "WORKBENCH_RECORD" not in os.environ
    assert "WORKBENCH_REPLAY" not in os.environ
    assert os.environ["MPLBACKEND"] == "svg", "what the project chose stays"
    assert limited == [1]
