"""The assets' own process, run here in this one, on a project with a package name of its own for each test."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl
import pytest
from verify_project import make_project

from platform_core.lake import Lake
from promote.verify.worker import Request, handle, materialise


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    project = make_project(tmp_path / "project")
    monkeypatch.setenv("WORKBENCH_PROJECT", str(project))
    monkeypatch.setenv("WORKBENCH_LAKE", str(tmp_path / "lake"))
    monkeypatch.delenv("WORKBENCH_REPLAY", raising=False)
    monkeypatch.setenv("WORKBENCH_REPLAY", "")  # so that it is put back, whatever the worker sets
    monkeypatch.syspath_prepend(str(project / "src"))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    for name in [name for name in sys.modules if name.partition(".")[0] == "mini"]:
        del sys.modules[name]
    return project


def request(project: Path, *assets: str, **named: object) -> Request:
    return Request(str(project), "mini", assets, **named)  # type: ignore[arg-type]  # as a test names them


def rows(project: Path, asset: str, partition: str | None = None) -> pl.DataFrame:
    frame: pl.DataFrame = Lake(project.parent / "lake").read(asset, "polars", partition)
    return frame


def test_assets_are_made_after_their_upstreams_and_their_checks_told(project: Path):
    told: list[object] = []
    made = materialise(request(project, "rents", "total"), told.append)
    assert made.ok
    assert list(made.assets) == ["rents", "total"]
    assert [(c.name, c.passed, c.severity) for c in made.assets["rents"].checks] == [
        ("few", False, "error"),
        ("some", True, "warning"),
    ]
    assert made.upstreams["years"].partitions == ("2024", "2025")
    assert made.assets["total"].partitions == ()
    assert made.assets["total"].cut == {"years": False}
    assert rows(project, "total")["n"].to_list() == [13]
    assert told[0] == {"asset": "years", "partition": "2024", "at": 1, "of": 2}


def test_an_upstream_that_the_lake_holds_is_not_made_again(project: Path):
    Lake(project.parent / "lake").write("bronze", "years", pl.DataFrame({"n": [5]}), "2024")
    made = materialise(request(project, "total", made={"years": ["2024", "2025"]}))
    assert made.upstreams == {}
    assert rows(project, "total")["n"].to_list() == [5]
    made = materialise(request(project, "total", made={"years": ["2024"]}))
    assert made.upstreams["years"].ok
    assert rows(project, "total")["n"].to_list() == [13]


@pytest.mark.parametrize("named", [{"partition": "2025"}, {"partition": "x", "partitions": {"years": "2025"}}])
def test_one_partition_is_made_where_one_is_named(project: Path, named: dict[str, object]):
    made = materialise(request(project, "years", **named))
    assert made.assets["years"].partitions == ("2025",)
    assert list(Lake(project.parent / "lake").find("years").partitions) == ["2025"]  # type: ignore[union-attr]


def test_parameters_reach_the_config_that_has_them(project: Path):
    made = materialise(request(project, "rents", parameters={"minimum": 3, "other": 1}))
    assert made.ok
    assert rows(project, "rents")["id"].to_list() == [3]
    assert [check.passed for check in made.assets["rents"].checks] == [True, True]


def test_only_the_assets_asked_for_read_the_recording(project: Path, tmp_path: Path):
    recorded = tmp_path / "recorded"
    (recorded / "sheets").mkdir(parents=True)
    (recorded / "sheets" / "2024.csv").write_text("n\n100\n")
    (recorded / "sheets" / "2025.csv").write_text("n\n200\n")
    assert materialise(request(project, "total", replay=str(recorded))).ok
    assert rows(project, "total")["n"].to_list() == [13]
    made = materialise(request(project, "years", replay=str(recorded)))
    assert made.ok
    assert rows(project, "years")["n"].to_list() == [100, 200]


def write_step(project: Path, body: str) -> None:
    (project / "src/mini/defs/step.py").write_text(
        "import dagster as dg\nimport polars as pl\nfrom platform_core.errors import UserError\n\n" + body
    )


@pytest.mark.parametrize(
    ("body", "said", "line"),
    [
        ("@dg.asset\ndef step():\n    return int('Winifred')\n", "ValueError", 7),
        ("def f():\n    return {}['fee']\n\n@dg.asset\ndef step():\n    return f()\n", "KeyError: 'fee'", 6),
        ("@dg.asset\ndef step():\n    raise UserError('No source.', hint='Add it.')\n", "No source. Add it.", 7),
        ("@dg.asset\ndef step():\n    raise SystemExit(1)\n", "SystemExit", 7),
        (
            "@dg.asset\ndef step():\n    return pl.DataFrame({'a': [1]})\n\n"
            "@dg.asset_check(asset=step)\ndef fails(step):\n    raise ValueError('in the check')\n",
            "ValueError: in the check",
            11,
        ),
    ],
)
def test_an_error_names_its_line_in_the_module_and_no_value(project: Path, body: str, said: str, line: int):
    write_step(project, body)
    made = materialise(request(project, "step", "rents"))
    outcome = made.assets["step"]
    assert not made.ok
    assert made.assets["rents"].ok
    assert (outcome.ok, outcome.error, outcome.location) == (False, said, f"src/mini/defs/step.py:{line}")


def test_an_error_in_a_partition_names_the_partition(project: Path):
    (project / "sources" / "2025.csv").unlink()
    made = materialise(request(project, "years", "total"))
    assert made.assets["years"].error.endswith("(partition 2025)")
    assert made.assets["years"].partitions == ("2024",)
    assert made.assets["total"].error == "It was not run, since its upstream 'years' failed."


def test_an_asset_that_no_module_defines_is_told(project: Path):
    made = materialise(request(project, "rentz", "rents"))
    assert made.assets["rentz"].error == "No module of the project defines asset 'rentz'."
    assert made.assets["rents"].ok
    assert not made.ok


def test_an_upstream_that_lies_outside_the_project_is_left_alone(project: Path):
    write_step(
        project,
        "outside = dg.AssetSpec('outside')\n\n"
        "@dg.asset(deps=[outside])\ndef step():\n    return pl.DataFrame({'a': [1]})\n",
    )
    made = materialise(request(project, "step"))
    assert made.ok
    assert made.upstreams == {}


@pytest.mark.parametrize(
    ("body", "said", "location"),
    [
        ("x = = 1\n", "not valid Python: invalid syntax", "src/mini/defs/step.py:5"),
        ("import no_such_module\n", "No module named 'no_such_module'", "src/mini/defs/step.py:5"),
        ("raise SystemExit\n", "SystemExit", "src/mini/defs/step.py:5"),
        ("@dg.asset\ndef rents(): ...\n", "Duplicate asset key", "src/mini/definitions.py:4"),
    ],
)
def test_a_code_location_that_does_not_load_is_told(project: Path, body: str, said: str, location: str):
    write_step(project, body)
    made = materialise(request(project, "rents"))
    assert said in made.error
    assert (made.ok, made.assets, made.location) == (False, {}, location)


def test_definitions_that_are_made_by_a_function_are_called(project: Path):
    (project / "src/mini/definitions.py").write_text(
        "import dagster as dg\n\ndef defs():\n    return dg.Definitions()\n"
    )
    made = materialise(request(project, "rents"))
    assert made.assets["rents"].error == "No module of the project defines asset 'rents'."


def test_a_request_is_answered_as_json(project: Path):
    answer = handle(
        {
            "project": str(project),
            "package": "mini",
            "assets": ["rents"],
            "partition": None,
            "partitions": {},
            "parameters": {},
            "replay": None,
            "made": {},
        },
        lambda message: None,
    )
    assert answer["assets"]["rents"]["ok"]
    assert answer["error"] == ""
