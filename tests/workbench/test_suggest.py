"""`workbench suggest`: the table, the JSON, the tags in the file, and what cannot be proposed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from promote.cli import main as promote
from promote.notebook.read import read
from promote.plan import plan
from promote.selection.select import select
from workbench.cli import main

CASES = Path(__file__).parents[1] / "data" / "suggest"
SOURCES = [
    "import pandas as pd",
    "df = pd.read_csv('rents.csv')",
    "df = df.dropna()",
    "# Mean rents\nout = df.groupby('town').mean()",
]


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text('[tool.workbench]\npackage = "planning"\n')
    path = tmp_path / "notebooks" / "a.ipynb"
    path.parent.mkdir()
    cells: list[dict[str, object]] = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": [source]}
        for source in SOURCES
    ]
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}, indent=1))
    path.chmod(0o640)
    return path


def test_it_prints_a_table_and_what_comes_next(notebook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = notebook.read_bytes()
    assert main(["suggest", str(notebook)]) == 0
    said = capsys.readouterr().out
    assert [line.split("  ")[0].strip() for line in said.split("\n")[:4]] == ["cells", "2", "3", "4"]
    assert "silver:rents_prepared" in said
    assert "PR707 (warning)" in said
    assert said.rstrip().endswith("With --write, then: promote --fix notebooks/a.ipynb, then promote notebooks/a.ipynb")
    assert notebook.read_bytes() == before


def test_a_step_that_draws_without_a_seed_is_to_be_mended_first(
    notebook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = json.loads(notebook.read_text())
    content["cells"][1]["source"] = ["df = pd.DataFrame({'town': list('abc'), 'n': [1, 2, 3]})"]
    content["cells"][2]["source"] = ["df = df.sample(2)"]
    notebook.write_text(json.dumps(content))
    assert main(["suggest", str(notebook)]) == 0
    assert "then: promote --fix notebooks/a.ipynb, then promote" in capsys.readouterr().out


def test_it_prints_json(notebook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["suggest", "--json", str(notebook)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [step["tag"] for step in said["steps"]] == ["bronze:rents", "silver:rents_prepared", "gold:a_out"]
    assert (said["notebook"], said["include_needed"], said["stopped"]) == ("notebooks/a.ipynb", False, [])


@pytest.fixture
def governed(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a notebook of a project whose policies ask for owner and description, where git knows of nobody."""
    (notebook.parents[1] / "policies").mkdir()
    (notebook.parents[1] / "policies/project.yaml").write_text("use: minimal\n")
    for variable in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(variable, os.devnull)
    return notebook


def test_it_says_what_the_policies_ask_for(governed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["suggest", str(governed)]) == 0
    said = capsys.readouterr().out
    tags = "gold:a_out, silver:rents_prepared"
    assert "The project's policies ask for more before these steps promote:\n" in said
    assert f"PR952 Write `#| owner: team:NAME` at the top of the step's first cell. ({tags})\n" in said
    assert main(["suggest", "--json", str(governed)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(one["code"], one["cell"]) for one in told["policies"]] == [("PR952", 4), ("PR952", 3)]
    assert [one.get("options") for one in told["steps"]] == [
        None,
        {"description": "Worked out from rents"},
        {"description": "Mean rents"},
    ]


@pytest.mark.parametrize("known_by", ["pyproject", "git"])
def test_what_it_writes_says_all_that_the_policies_ask_for(
    known_by: str, governed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = governed.parents[1]
    if known_by == "git":
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(root / "gitconfig"))
        (root / "gitconfig").write_text("[user]\n\temail = ana@example.org\n")
    else:
        (root / "pyproject.toml").write_text('[tool.workbench]\npackage = "planning"\nowner = "team:rents"\n')
    owner = "ana@example.org" if known_by == "git" else "team:rents"
    assert main(["suggest", str(governed), "--write"]) == 0
    said = capsys.readouterr().out
    assert f"\nowner: {owner} (another: owner = " in said
    assert "gold:a_out: description: Mean rents\n" in said
    assert "PR952" not in said
    (root / "rents.csv").write_text("town,n\na,1\n")
    assert promote(["--project", str(root), "--no-run", "--dry-run", str(governed)]) == 0
    assert "PR952 (warning) gold:a_out has no check" in capsys.readouterr().out


def test_an_owner_who_is_none_is_told(governed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (governed.parents[1] / "pyproject.toml").write_text('[tool.workbench]\npackage = "planning"\nowner = "me"\n')
    assert main(["suggest", str(governed)]) == 1
    assert "pyproject.toml: The owner that the project names is neither" in capsys.readouterr().err


def test_what_it_writes_promotes_and_the_file_keeps_its_mode(
    notebook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["suggest", "--write", str(notebook)]) == 0
    assert "The tags were written." in capsys.readouterr().out
    chosen = select(read(notebook, notebook.parents[1]))
    assert [step.tag for step in chosen.steps] == ["bronze:rents", "silver:rents_prepared", "gold:a_out"]
    assert not plan(chosen).refused
    assert notebook.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in notebook.parent.iterdir()] == ["a.ipynb"]


def test_it_has_nothing_to_add_a_second_time(notebook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["suggest", "--write", str(notebook)])
    before = notebook.read_bytes()
    assert main(["suggest", "--write", str(notebook)]) == 1
    assert "Nothing can be proposed" in capsys.readouterr().out
    assert notebook.read_bytes() == before


def test_it_writes_into_a_script(notebook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = notebook.with_name("rents_pandas.py")
    text = (CASES / "rents_pandas.py").read_text()
    script.write_text(text)
    assert main(["suggest", "--write", str(script)]) == 0
    assert "notebooks/rents_pandas.py" in capsys.readouterr().out
    assert [step.tag for step in select(read(script, notebook.parents[1])).steps] == [
        "bronze:rents",
        "silver:tidy_up_the_rents",
        "gold:by_town",
    ]
    assert [
        a for a, b in zip(script.read_text().split("\n"), text.split("\n"), strict=True) if a != b and "%%" not in a
    ] == []


def test_names_of_the_projects_other_notebooks_are_not_proposed(
    notebook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = notebook.with_name("b.ipynb")
    other.write_bytes(notebook.read_bytes())
    main(["suggest", "--write", str(other)])
    capsys.readouterr()
    main(["suggest", "--json", str(notebook)])
    assert json.loads(capsys.readouterr().out)["steps"][0]["name"] == "a_source"


def test_it_needs_no_project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "alone.py"
    path.write_text("# %%\nx = 1\n")
    assert main(["suggest", str(path)]) == 1
    assert "Nothing can be proposed for alone.py." in capsys.readouterr().out


def test_a_notebook_that_cannot_be_read_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text("{")
    assert main(["suggest", str(path)]) == 1
    assert "not valid JSON" in capsys.readouterr().err


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_an_export_of_databricks_gets_its_tags_as_titles(
    ending: str, governed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = governed.with_name("export.py")
    cells = [
        "# MAGIC %md\n# MAGIC # Rents",
        "import pandas as pd",
        "# DBTITLE 1,Read\ndf = pd.read_csv('rents.csv')",
        "# By town\nout = df.groupby('town').mean()",
        "# MAGIC %sql\n# MAGIC SELECT 1",
    ]
    parted = "\n\n# COMMAND ----------\n\n"
    text = f"# Databricks notebook source\n{parted.join(cells)}\n".replace("\n", ending)
    path.write_bytes(text.encode())
    governed.unlink()
    assert main(["suggest", str(path), "--write"]) == 0
    cells[2] = "# DBTITLE 1,Read bronze:rents\n#| output: \"df\"\ndf = pd.read_csv('rents.csv')"
    cells[3] = (
        '# DBTITLE 1,gold:rents_summary\n#| output: "out"\n#| description: "By town"\n'
        "# By town\nout = df.groupby('town').mean()"
    )
    made = f"# Databricks notebook source\n{parted.join(cells)}\n".replace("\n", ending)
    assert path.read_bytes().decode() == made
    steps = select(read(path, path.parents[1])).steps
    assert [(one.tag, one.options.get("output")) for one in steps] == [
        ("bronze:rents", "df"),
        ("gold:rents_summary", "out"),
    ]


def test_what_stops_a_step_is_told_once(notebook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = json.loads(notebook.read_text())
    content["cells"][3] |= {"source": ["out = spark.table('a')"], "metadata": {"tags": ["gold:out"]}}
    notebook.write_text(json.dumps(content))
    main(["suggest", str(notebook)])
    assert capsys.readouterr().out.count("PR301") == 1


READS = """\
# the rents
rents = pd.read_csv('rents.csv')
rents = rents.dropna()
rents.head()
FILE = 'towns.csv'
# the towns
towns = pd.read_csv(FILE)
lands = pd.read_csv('lands.csv')"""


@pytest.mark.parametrize("script", [False, True])
def test_a_cell_that_reads_several_frames_is_cut_where_that_is_asked_for(
    script: bool, notebook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = ["import pandas as pd", READS, "joined = rents.merge(towns).merge(lands)", "joined.groupby('town').mean()"]
    if script:
        notebook = notebook.with_suffix(".py")
        notebook.write_text("".join(f"# %%\n{source}\n" for source in cells))
    else:
        content = json.loads(notebook.read_text())
        for cell, source in zip(content["cells"], cells, strict=True):
            cell["source"] = source.splitlines(keepends=True)
        notebook.write_text(json.dumps(content, indent=1))
    before = notebook.read_bytes()
    assert main(["suggest", str(notebook)]) == 0
    assert "Cell 2 reads `rents`, `towns`, `lands`: split it into" in capsys.readouterr().out
    assert main(["suggest", str(notebook), "--split"]) == 0
    assert capsys.readouterr().out.startswith("Cut cell 2 into 3: the numbers of cells here are those of ")
    assert notebook.read_bytes() == before
    assert main(["suggest", str(notebook), "--split", "--write"]) == 0
    written = read(notebook, notebook.parents[1])
    assert [cell.tags for cell in written.cells] == [
        (), ("bronze:rents",), ("bronze:towns",), ("bronze:lands",), ("silver:a_joined",), ()
    ]  # fmt: skip
    assert "\n".join(cell.source for cell in written.cells[1:4]).replace("\n\n", "\n") == READS
    assert [cell.source.split("\n")[0] for cell in written.cells[1:4]] == [
        "# the rents", "FILE = 'towns.csv'", "lands = pd.read_csv('lands.csv')"
    ]  # fmt: skip
    capsys.readouterr()
    assert main(["suggest", str(notebook), "--split"]) == 1  # there is nothing to cut, or to propose, any more


@pytest.mark.parametrize(
    "source",
    [
        "a = pd.read_csv('a.csv')\nb = pd.read_csv('b.csv')\na = a.merge(b)",  # by turns
        "a = pd.read_csv('a.csv'); b = pd.read_csv('b.csv')",
        "b = pd.read_csv('b.csv')",
    ],
)
def test_a_cell_that_cannot_be_cut_is_left(source: str, notebook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = json.loads(notebook.read_text())
    content["cells"][1]["source"] = [source]
    content["cells"][2]["source"] = ["c = a.merge(b)" if "a =" in source else "c = b.dropna()"]
    content["cells"][3]["source"] = ["d = c.merge(b).groupby('town').mean()"]
    notebook.write_text(json.dumps(content))
    assert main(["suggest", str(notebook), "--split"]) == 0
    assert "Cut cell" not in capsys.readouterr().out


def test_cells_are_cut_until_each_makes_one_frame(notebook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = json.loads(notebook.read_text())
    reads = "towns = pd.read_csv('towns.csv')\ndf = pd.read_csv('rents.csv')\nboth = df.merge(towns)"
    for cell, source in zip(content["cells"][1:], [reads, "df = df.dropna()", "few = both.merge(df)"], strict=True):
        cell["source"] = [source]
    notebook.write_text(json.dumps(content))
    assert main(["suggest", str(notebook), "--split"]) == 0
    assert capsys.readouterr().out.startswith("Cut cell 2 into 3: ")
