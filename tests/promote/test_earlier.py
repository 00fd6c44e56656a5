"""What evidence says of data: where versions agree, by labels and counts, and never by anything made of values."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from promote.outcome import Settings
from promote.pipeline import run
from tests.promote.small_project import make_project, write_notebook

DOUBLE, TRIPLE = "pl.col('rent') * 2", "pl.col('rent') * 3"


def cells(more: str, kept: str = "town != 'x'") -> tuple[tuple[str, str], ...]:
    return (
        ("", "import polars as pl\n\nfrom platform_core.sdk import resource"),
        ("bronze:raw", '#| key: town\nraw = pl.scan_csv(resource("towns").path("2024.csv"))'),
        ("silver:rents", f"#| key: town\nrents = raw.with_columns(more={more})"),
        ("gold:towns", f'towns = rents.filter(pl.sql_expr("{kept}")).select("town", "more")'),
    )


def promote(root: Path, *steps: str) -> dict[str, Any]:
    outcome = run([root / "notebooks/rents.ipynb"], Settings(project=root, select=steps), lambda _: None)
    assert outcome.exit_code == 0, outcome.findings
    return {path.stem: json.loads(path.read_text()) for path in root.glob("evidence/*/*.json")}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    root = make_project(tmp_path_factory.mktemp("one"), {"rents.ipynb": cells(DOUBLE)})
    towns = "".join(f"town{n},{n * 10 if n % 4 else ''}\n" for n in range(50)) + "town1,10\n" * 12
    (root / "sources/towns/2024.csv").write_text(f"town,rent\n{towns}")
    return root, promote(root)


def test_nulls_and_rows_that_repeat_the_key_are_counted(first: tuple[Path, dict[str, Any]]) -> None:
    output = first[1]["rents"]["output"]
    assert {name: one["nulls"] for name, one in output["columns"].items()} == {"town": 0, "rent": 13, "more": 13}
    assert output["key"] == {"columns": ["town"], "repeats": 12}
    assert "key" not in first[1]["towns"]["output"]


def test_two_versions_are_compared_on_the_same_data(first: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(first[0], root)
    before = first[1]
    # another factor, and a filter that keeps the same rows
    write_notebook(root / "notebooks/rents.ipynb", cells(TRIPLE, "town != 'y'"))
    after = promote(root)
    rents, towns = after["rents"]["output"], after["towns"]["output"]
    old = before["rents"]["output"]
    assert {name for name, one in rents["columns"].items() if one["since"] == old["since"]} == {"town", "rent"}
    assert rents["since"] == rents["columns"]["more"]["since"] != old["since"]
    assert rents["root"] == old["root"]
    assert towns["columns"]["town"]["since"] == before["towns"]["output"]["since"] != towns["since"]
    assert after["rents"]["inputs"]["raw"]["since"] == before["raw"]["output"]["since"]


def test_other_values_of_the_same_shape_give_the_same_bytes(first: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    root = make_project(tmp_path, {"rents.ipynb": cells(DOUBLE)})
    towns = "".join(f"other{n},{n + 7 if n % 4 else ''}\n" for n in range(50)) + "other1,8\n" * 12
    (root / "sources/towns/2024.csv").write_text(f"town,rent\n{towns}")
    found = promote(root, "bronze:raw")["raw"]
    told = ("inputs", "output", "parity", "checks", "source", "code_version")
    assert found["output"]["key"]["repeats"] == 12
    assert {word: found[word] for word in told} == {word: first[1]["raw"][word] for word in told}
