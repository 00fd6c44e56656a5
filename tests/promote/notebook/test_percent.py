"""Notebooks kept as scripts: percent cells, jupytext's header and hidden magics, Databricks exports, pairs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promote.notebook import percent
from promote.notebook.read import NotebookError, parse, read
from promote.prepare import prepare
from promote.project import find
from promote.selection.select import select

HEADER = """\
# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

"""


def script(text: str) -> list[tuple[str, str, tuple[str, ...]]]:
    made = parse(text.encode(), "notebooks/a.py")
    return [(cell.kind, cell.source, cell.tags) for cell in made.cells]


@pytest.mark.parametrize(
    ("marker", "kind", "tags"),
    [
        ("# %%", "code", ()),
        ("#%%", "code", ()),
        ("# %% Read the rents", "code", ()),
        ("# %% [markdown]", "markdown", ()),
        ("# %% [md] About", "markdown", ()),
        ("# %% [raw]", "raw", ()),
        ('# %% tags=["silver:rents"]', "code", ("silver:rents",)),
        ('# %% Title [code] tags=["a", "b=c"] id="x"', "code", ("a", "b=c")),
        ("# %% tags=['silver:rents']", "code", ("silver:rents",)),
        ('# %% {"tags": ["silver:rents"]}', "code", ("silver:rents",)),
        ('# %% editable=true slideshow={"slide_type": ""} tags=["parameters"]', "code", ("parameters",)),
        ("# %% x=unreadable", "code", ()),
    ],
)
def test_a_marker_tells_kind_and_tags(marker: str, kind: str, tags: tuple[str, ...]) -> None:
    assert script(f"{marker}\n# x\n") == [(kind, "# x" if kind == "code" else "x", tags)]


def test_the_header_is_no_cell_and_code_above_the_first_marker_is_one() -> None:
    assert script(HEADER + "# %%\nx = 1\n") == [("code", "x = 1", ())]
    assert script("import polars as pl\n\n# %%\nx = 1\n") == [
        ("code", "import polars as pl", ()),
        ("code", "x = 1", ()),
    ]


def test_what_jupytext_hides_is_shown_again_and_other_comments_stay() -> None:
    hidden = "# %%\n# %matplotlib inline\n# !pip install x\n# # %time\n# %s is the rate\n# 100 % sure\nx = 1\n# y = !ls"
    shown = "%matplotlib inline\n!pip install x\n# %time\n# %s is the rate\n# 100 % sure\nx = 1\ny = !ls"
    assert script(HEADER + hidden) == [("code", shown, ())]
    assert script(hidden) == [("code", shown.replace("!pip", "# !pip").replace("y =", "# y ="), ())]


def test_a_cell_of_another_language_is_shown_whole() -> None:
    assert script("# %%\n# %%bash\n# ls\n#\n# pwd\n# %%\ny = 2") == [
        ("code", "%%bash\nls\n\npwd", ()),
        ("code", "y = 2", ()),
    ]


def test_markdown_may_stand_in_a_text() -> None:
    assert script('# %% [markdown]\n"""\n# Rents\n"""\n') == [("markdown", "# Rents", ())]


def test_options_of_a_marker_reach_the_step() -> None:
    made = parse(b'# %% tags=["silver:rents"] workbench={"key": ["town"]}\nrents = f()', "a.py")
    assert select(made).steps[0].options.values["key"] == ("town",)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("x = 1\n", "PR112", None),
        (HEADER.replace("percent", "light") + "# +\nx = 1\n# %%\n", "PR112", None),
        ("# %%\nx = 1\n# %% tags=[silver:rents]\ny = 1", "PR113", 3),
        ('# %% {"tags": [}\ny = 1', "PR113", 1),
        (HEADER.replace("language: python", "language: R") + "# %%\nx = 1\n", "PR106", None),
        ("# %%\nx = '\udcff'", "PR102", 2),
    ],
)
def test_a_script_that_is_no_notebook_of_ours_is_refused(text: str, code: str, line: int | None) -> None:
    with pytest.raises(NotebookError) as caught:
        parse(text.encode(errors="surrogateescape"), "notebooks/a.py")
    assert (caught.value.finding.code, caught.value.finding.location.line) == (code, line)
    assert caught.value.finding.hint


def test_what_nbconvert_made_is_told_so() -> None:
    with pytest.raises(NotebookError) as caught:
        parse(b"#!/usr/bin/env python\n# coding: utf-8\n\n# In[ ]:\n\n\nx = 1\n", "notebooks/a.py")
    assert "write `# %%` in place of each line `# In[…]:`" in caught.value.finding.hint


def test_line_ends_and_a_byte_order_mark_do_not_matter() -> None:
    text = "# %% [markdown]\n# Rents\n\n# %%\nx = 1\n"
    assert script("\ufeff" + text.replace("\n", "\r\n")) == script(text)


DATABRICKS = """\
# Databricks notebook source
# MAGIC %md
# MAGIC # Rents
# MAGIC Of towns

# COMMAND ----------

# DBTITLE 1,Read
rents = 1

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT * FROM rents

# COMMAND ----------

# MAGIC %scala
# MAGIC val x = 1
"""


def test_an_export_of_databricks_is_read() -> None:
    assert script(DATABRICKS) == [
        ("markdown", "# Rents\nOf towns", ()),
        ("code", "rents = 1", ()),
        ("code", "%sql\nSELECT * FROM rents", ()),
        ("code", "%scala\nval x = 1", ()),
    ]


@pytest.mark.parametrize(
    ("title", "tags"),
    [
        ("Read the extract bronze:rents", ("bronze:rents",)),
        ("silver:rents", ("silver:rents",)),
        ("helpers", ("helpers",)),
        ("Our helpers", ()),
        ("Spark skip-execution", ("skip-execution",)),
        ("note: silver", ()),
        ("Rates per 1:1000", ()),
    ],
)
def test_a_title_of_databricks_tags_its_cell(title: str, tags: tuple[str, ...]) -> None:
    text = f"# Databricks notebook source\n# DBTITLE 1,{title}\n#| key: [a]\nrents = 1\n"
    assert script(text) == [("code", "#| key: [a]\nrents = 1", tags)]


def write_pair(folder: Path, source: str, text: str, tags: list[str] | None = None) -> tuple[Path, Path]:
    cell = {"cell_type": "code", "source": source, "metadata": {"tags": tags or []}}
    notebook, paired = folder / "a.ipynb", folder / "a.py"
    notebook.write_text(json.dumps({"nbformat": 4, "metadata": {}, "cells": [cell]}), encoding="utf-8")
    paired.write_text(text, encoding="utf-8")
    return notebook, paired


def test_a_pair_is_one_notebook_by_either_name(data_project: Path) -> None:
    pair = write_pair(data_project / "notebooks", "x = 1", HEADER + '# %% tags=["silver:x"]\nx = 1\n', ["silver:x"])
    assert [read(path, data_project).path for path in pair] == ["notebooks/a.ipynb"] * 2
    assert find(data_project).notebooks == (pair[0],)


def test_a_pair_that_has_come_apart_is_refused(data_project: Path) -> None:
    for path in write_pair(data_project / "notebooks", "x = 1", HEADER + "# %%\nx = 2\n"):
        with pytest.raises(NotebookError) as caught:
            read(path, data_project)
        assert caught.value.finding.code == "PR114"
        assert "jupytext --sync notebooks/a.ipynb" in caught.value.finding.hint


def test_a_pair_that_cannot_be_read_is_told(data_project: Path) -> None:
    notebook, script = write_pair(data_project / "notebooks", "x = 1", HEADER + "# %% tags=[x\nx = 2\n", ["silver:x"])
    found = prepare(find(named=data_project), [notebook], (), include_needed=False)[1]
    [warning] = [finding for finding in found if finding.code == "PR116"]
    assert (warning.severity, warning.location.path) == ("warning", "notebooks/a.py")
    assert warning.message.endswith("a.py, cannot be read: The tags or options on a cell's marker line cannot be read.")
    assert warning.location.line == HEADER.count("\n") + 1
    script.write_text(HEADER + '# %% tags=["silver:x"]\nx = 1\n', encoding="utf-8")
    assert not read(notebook, data_project).told
    notebook.write_text('{"nbformat": 4, "cells": [', encoding="utf-8")
    [warning] = read(script, data_project).told
    assert (warning.code, warning.location.path) == ("PR116", "notebooks/a.ipynb")


def test_a_link_in_a_circle_beside_a_notebook_is_told_and_a_folder_is_no_pair(data_project: Path) -> None:
    notebook, script = write_pair(data_project / "notebooks", "x = 1", "")
    script.unlink()
    script.symlink_to(script)
    [warning] = read(notebook, data_project).told
    assert (warning.code, warning.location.path) == ("PR116", "notebooks/a.py")
    script.unlink()
    script.mkdir()
    assert not read(notebook, data_project).told


def test_a_script_that_only_has_the_name_in_common_is_no_pair(data_project: Path) -> None:
    notebook, other = write_pair(data_project / "notebooks", "x = 1", "# %%\nx = 2\n")
    assert [read(path, data_project).path for path in (notebook, other)] == ["notebooks/a.ipynb", "notebooks/a.py"]


def test_scripts_among_the_notebooks_of_a_project_count_where_they_are_notebooks(data_project: Path) -> None:
    folder = data_project / "notebooks"
    (folder / "kept.py").write_text("# %%\nx = 1\n", encoding="utf-8")
    (folder / "helper.py").write_text("def f(): ...\n", encoding="utf-8")
    assert find(data_project).notebooks == (folder / "kept.py",)


LINES = st.sampled_from(
    [
        "# %%",
        "# %% [markdown]",
        "# %%bash",
        '# %% tags=["a"]',
        "# %% {",
        "# ---",
        "x = 1",
        "# x",
        "",
        "# COMMAND ----------",
    ]
)


@given(st.one_of(st.lists(LINES, max_size=8).map("\n".join), st.text(max_size=60)))
def test_any_text_is_cells_or_an_unreadable_marker(text: str) -> None:
    try:
        kinds = {cell.kind for cell in percent.cells(text)}
        line = 1
    except percent.UnreadableMarkerError as error:
        kinds, line = set(), error.line
    assert kinds <= {"code", "markdown", "raw"}
    assert 1 <= line <= text.count("\n") + 1
