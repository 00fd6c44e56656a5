"""The evidence file: what goes in comes out, and what is not ours counts as none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from platform_core.values import replace
from promote.evidence import (
    Facts,
    code_version_of,
    evidence_path,
    input_kinds,
    read_evidence,
    render_evidence,
    since_of,
    what_was_shown,
)
from promote.frame_facts import FrameFacts
from promote.model import GeneratedFile
from promote.plan import plan
from promote.render.kinds import Kinds
from promote.render.module import render_module
from tests.promote.graph import chosen

CELLS = (
    ("", "import polars as pl"),
    ("helpers", "LEAST = 1"),
    ("bronze:a", "a = pl.LazyFrame({'n': [1]})"),
    ("silver:b", "b = (\n    a\n    .filter(pl.col('n') > LEAST)\n)"),
)
FACTS = Facts(
    inputs={"a": FrameFacts("lazy", (("n", "Int64"),), 1, since="l1")},
    output=FrameFacts(
        "polars", (("n", "Int64"),), 50, {"n": "<10"}, ("n",), 12, since="l2", columns={"n": "l1"}, root="l1"
    ),
    upstream={"a": "v1"},
    partition="2024",
    order="compared",
    checks=(("no_nulls", True, "error"),),
    tests=5,
    tools={"polars": "2.1"},
)


def written(root: Path, facts: Facts | None = FACTS) -> dict[str, Any]:
    selection = chosen(CELLS)
    made = plan(selection).plans[1]
    module = render_module(made, Kinds({"a": "lazy"}, "polars", guessed=False), "p", {}, verified=True)
    file = render_evidence(
        made, selection.notebook, facts, [GeneratedFile("tests/assets/test_b.py", "x = 1\n", "")], module
    )
    path = root / file.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(file.text, encoding="utf-8")
    (root / "module.py").write_text(module.text)
    assert file.path == evidence_path(made) == "evidence/silver/b.json"
    content: dict[str, Any] = json.loads(file.text)
    return content


def test_tests_that_have_no_data_are_told_of() -> None:
    made = plan(chosen(CELLS)).plans[1]
    hollow = "equal to the notebook, order compared; its tests have no data, tests/assets/test_b.py says why"
    assert what_was_shown(FACTS, made) == hollow
    noticing = replace(FACTS, mutants={"killed": 2, "survived": []})
    whole = "equal to the notebook, order compared; tests notice 2 of 2 planted mistakes"
    assert what_was_shown(noticing, made) == whole
    missed = replace(FACTS, mutants={"killed": 0, "survived": [{"cell": 2, "line": 1, "operator": "call-dropped"}]})
    assert missed.noticed == "tests notice 0 of 1 planted mistakes, missed: cell 2 line 1 (call-dropped)"
    slow = replace(FACTS, mutants={"killed": 3, "survived": [], "untried": missed.mutants["survived"]})
    said = "tests notice 3 of 3 planted mistakes; 1 more were not tried, since the step takes long: cell 2 line 1"
    assert slow.noticed == f"{said} (call-dropped)"


def test_an_empty_frame_that_equals_an_empty_frame_is_told_as_such() -> None:
    made = plan(chosen(CELLS)).plans[1]
    empty = replace(FACTS, output=replace(FACTS.output, rows=0), mutants={"killed": 2, "survived": []})
    assert what_was_shown(empty, made).startswith("both without rows, which shows little: look at what the notebook")


@pytest.mark.parametrize("facts", [FACTS, None])
def test_what_was_shown_is_read_back(tmp_path: Path, facts: Facts | None) -> None:
    content = written(tmp_path, facts)
    evidence = read_evidence(tmp_path, "evidence/silver/b.json")
    assert evidence is not None
    assert (evidence.facts, evidence.verified) == (facts, facts is not None)
    assert evidence.source == content["source"]
    assert list(evidence.files) == ["tests/assets/test_b.py"]
    assert code_version_of(tmp_path, "b", ("bronze", "silver")) == content["code_version"]
    assert code_version_of(tmp_path, "c", ("bronze", "silver")) == ""


def test_every_cell_is_mapped_to_the_lines_of_the_module(tmp_path: Path) -> None:
    content = written(tmp_path)
    lines = (tmp_path / "module.py").read_text().split("\n")
    for cell in content["cells"]:
        first, last = cell["module_lines"]
        assert [line.strip() for line in lines[first - 1 : last]] == [line.strip() for line in cell["source"]]
    assert [(c["cell"], c["origin"]) for c in content["cells"]] == [(2, "definition"), (4, "step")]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "null", '{"version": 2}', '{"version": 1, "verified": true}', "\ud800"]
)
def test_a_file_that_is_not_ours_counts_as_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "evidence/silver/b.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    assert read_evidence(tmp_path, "evidence/silver/b.json") is None


def test_a_kind_that_nobody_knows_counts_as_none(tmp_path: Path) -> None:
    content = written(tmp_path)
    content["output"]["kind"] = "__import__('os')"
    (tmp_path / "evidence/silver/b.json").write_text(json.dumps(content))
    assert read_evidence(tmp_path, "evidence/silver/b.json") is None


def test_evidence_from_before_the_labels_is_still_read(tmp_path: Path) -> None:
    content = written(tmp_path)
    for frame in (content["output"], content["inputs"]["a"]):
        frame["digest"] = "ab" * 32
        for word in ("since", "columns", "key", "root"):
            frame.pop(word, None)
    (tmp_path / "evidence/silver/b.json").write_text(json.dumps(content))
    evidence = read_evidence(tmp_path, "evidence/silver/b.json")
    assert evidence is not None
    assert evidence.facts is not None
    assert evidence.facts.output == FrameFacts("polars", (("n", "Int64"),), 50)
    assert since_of(tmp_path, "b", ("bronze", "silver")) == since_of(tmp_path, "c", ("bronze",)) == ""


def test_kinds_of_inputs_are_by_asset() -> None:
    assert input_kinds(FACTS) == {"a": "lazy"}
