"""The notebooks of the template: their form, what their steps promise, and what they give on the real data."""

from __future__ import annotations

import ast
import datetime as dt
import json
import re
from pathlib import Path

import nbformat
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from platform_core.asset_checks import resolve_checks
from tests.template.execute import execute
from tests.template.support import TEMPLATE, cells, notebooks, steps, tags

FOLDER = TEMPLATE / "{{cookiecutter.project_slug}}/examples"
NOTEBOOKS = sorted(FOLDER.rglob("*.ipynb"))
COMPUTE = {
    "harvest": {"kind": "lambda", "timeout_seconds": 300, "memory_mb": 512},
    "clean": {"kind": "fargate", "cpu_units": 512, "memory_mb": 1024},
    "coverage": {"kind": "lambda", "timeout_seconds": 300, "memory_mb": 512},
    "quality": {"kind": "eks", "node_type": "m5.large", "min_nodes": 1, "max_nodes": 3, "spot_instances": True},
}


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_the_form_of_a_notebook(notebook: Path) -> None:
    content = json.loads(notebook.read_text(encoding="utf-8"))
    nbformat.validate(content)
    assert (content["nbformat"], content["nbformat_minor"]) == (4, 5)
    assert all(re.fullmatch(r"[a-z][a-z-]+", cell["id"]) for cell in cells(notebook))
    assert json.dumps(content["metadata"]) == json.dumps(content["metadata"], sort_keys=True), (
        "as git's filter writes it"
    )
    code = [cell for cell in cells(notebook) if cell["cell_type"] == "code"]
    for count, cell in enumerate(code, start=1):
        compared = {"keep_output", "nbval-check-output"} & set(tags(cell))
        assert len(compared) in {0, 2}
        assert bool(cell["outputs"]) == bool(compared)
        # nbval passes over an output whose cell has no count
        assert cell["execution_count"] == (count if compared else None)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_every_step_says_what_it_is_whose_and_where_it_runs(notebook: Path) -> None:
    options = steps(notebook)
    assert options
    for tag, option in options.items():
        assert option["description"], tag
        assert option["owner"].startswith("team:"), tag
        assert option["classification"] == "OFFICIAL", tag
        assert option["key"], tag
        assert option["compute"] == COMPUTE[notebook.stem], tag


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_every_step_ends_in_a_sort(notebook: Path) -> None:
    for cell in cells(notebook):
        for tag in tags(cell):
            if tag in steps(notebook):
                last = ast.parse(cell["source"]).body[-1]
                assert isinstance(last, ast.Assign)
                assert isinstance(last.value, ast.Call)
                assert ast.unparse(last.value.func).endswith(".sort"), tag


def test_every_exploration_and_every_kept_output_is_untagged_or_ours(odp: Path) -> None:
    ours = re.compile(
        r"parameters|helpers|keep_output|nbval-check-output|(bronze|silver|gold|check|test|chart):[a-z_]+"
    )
    for notebook in notebooks(odp):
        assert [tag for cell in cells(notebook) for tag in tags(cell) if not ours.fullmatch(tag)] == []
        assert any(not tags(cell) for cell in cells(notebook) if cell["cell_type"] == "code")


def test_the_declared_checks_pass_on_all_dates(filled: Path, frames: dict[str, pl.DataFrame]) -> None:
    for notebook in notebooks(filled):
        names, _ = execute(notebook)
        for tag, option in steps(notebook).items():
            frame = frames[tag.partition(":")[2]]
            checks = resolve_checks(option["checks"], key=option["key"], schema=names.get(option.get("schema", "")))
            assert len(checks) == len(option["checks"]) >= 2
            assert [check.name for check in checks if not check.run(frame).passed] == [], tag
            assert not all(check.run(pl.concat([frame, frame])).passed for check in checks), tag


def test_contracts_hold_on_all_dates(filled: Path, frames: dict[str, pl.DataFrame]) -> None:
    clean = notebooks(filled)[1]
    names, _ = execute(clean)
    contracts = {tag.partition(":")[2]: option["schema"] for tag, option in steps(clean).items()}
    assert len(contracts) == 3
    for asset, contract in contracts.items():
        names[contract].validate(frames[asset], lazy=True)


def test_bronze_keeps_every_published_value_as_text(filled: Path, frames: dict[str, pl.DataFrame]) -> None:
    for asset, table in (("odp_issues", "issue"), ("odp_status", "status"), ("odp_conformance", "conformance")):
        for (name,), frame in frames[asset].partition_by("source_file", as_dict=True).items():
            published = pl.read_csv(filled / "sources/odp" / str(name), infer_schema=False, empty_string_is_null=False)
            assert str(name).startswith(f"odp-{table}_")
            assert set(frame.select(published.columns).dtypes) == {pl.String}
            assert_frame_equal(frame.select(published.columns), published)
            assert frame["report_date"].unique().to_list() == [str(name)[-14:-4]]


def test_silver_takes_out_repeats_and_counts_them(frames: dict[str, pl.DataFrame]) -> None:
    removed = frames["issues"].group_by("report_date").agg(pl.col("copies").sum() - pl.len()).sort("report_date")
    assert removed["copies"].to_list() == [1, 1, 19, 28, 28]
    for bronze, silver in (("odp_issues", "issues"), ("odp_status", "status"), ("odp_conformance", "conformance")):
        assert frames[silver]["copies"].sum() == frames[bronze].height


def test_silver_gives_the_three_reports_one_language(frames: dict[str, pl.DataFrame]) -> None:
    for asset in ("issues", "status", "conformance"):
        frame = frames[asset]
        assert {"dataset", "organisation_name", "report_date"} <= set(frame.columns)
        assert {"pipeline", "name", "endpoint_no."}.isdisjoint(frame.columns)
        text = frame.select(pl.col(pl.String))
        assert not text.select(pl.any_horizontal(pl.all() == "").any()).item()
    without = frames["status"].filter(~pl.col("has_endpoint"))
    assert without["endpoint"].null_count() == without.height == 792


def test_gold_has_every_provision_that_status_lists(frames: dict[str, pl.DataFrame]) -> None:
    pairs = ["report_date", "organisation", "dataset"]
    quality = frames["provision_quality"]
    assert_frame_equal(quality.select(pairs), frames["status"].select(pairs))
    last = quality.filter(pl.col("report_date") == dt.date(2025, 3, 19))
    assert last["quality_level"].value_counts(sort=False).sort("quality_level").rows() == [
        (0, 136), (1, 9), (2, 97), (3, 81), (4, 70),
    ]  # fmt: skip


def test_the_examples_of_the_test_cells_hold(filled: Path) -> None:
    seen = []
    for notebook in notebooks(filled):
        names, examples = execute(notebook)
        for asset, (given, expected) in examples.items():
            (source,) = (
                cell["source"] for cell in cells(notebook) if set(tags(cell)) & {f"silver:{asset}", f"gold:{asset}"}
            )
            scope = {**names, **given}
            exec(compile(source, asset, "exec"), scope)  # noqa: S102 - the template's own code
            assert_frame_equal(scope[asset].collect(), expected.collect())
            seen.append(asset)
    assert seen == ["issues", "authority_summary"]


def test_the_chart_is_a_chart(filled: Path) -> None:
    names, _ = execute(notebooks(filled)[2])
    chart = names["levels_over_time"].to_dict()
    (rows,) = chart["datasets"].values()
    assert {row["report_date"] for row in rows} == {
        "2025-01-22",
        "2025-01-30",
        "2025-03-05",
        "2025-03-12",
        "2025-03-19",
    }


def test_the_blank_notebook_gives_its_three_rows(blank: Path) -> None:
    names, _ = execute(notebooks(blank)[0])
    frame = names["visits"].collect()
    assert frame.columns == ["library", "visits", "opened", "source_file"]
    assert frame["library"].to_list() == ["Central Library", "Harbour Library", "Meadow Library"]
