"""What is not proven is shown on the generated module's line, with its cell named, under a mark that moves with it."""

from __future__ import annotations

import json
from dataclasses import replace

from tests.workbench.review.projects import Repo, Step, files
from workbench.review.annotations import render_annotations

RAW = Step("raw", "bronze")
RENTS = Step("rents", inputs=("raw",), verified=False)


def test_an_unverified_step_is_an_error_on_its_asset_with_the_cell_named(repo: Repo) -> None:
    found = repo.review(files(RAW), files(RAW, RENTS))
    lines = RENTS.module().splitlines()
    line = next(number for number, text in enumerate(lines, 1) if text.startswith("def rents_asset"))
    assert render_annotations(found, "github") == (
        f"::error file={RENTS.path},line={line},title=PR605::silver:rents (notebooks/silver.ipynb, cell 4): "
        "UNVERIFIED: no run has shown that this module gives what the notebook gives. Run `promote "
        "notebooks/silver.ipynb` and commit what it writes.\n"
    )


def test_the_mark_stays_when_lines_move(repo: Repo) -> None:
    marks = set()
    places = set()
    for above in ("", "\n\n\nLEAST = 3\n"):
        (issue,) = json.loads(
            render_annotations(repo.review(files(RAW), files(RAW, replace(RENTS, above=above))), "gitlab")
        )
        marks.add(issue["fingerprint"])
        places.add(issue["location"]["lines"]["begin"])
    assert (len(marks), len(places)) == (1, 2)


def test_sarif_says_what_each_code_means(repo: Repo) -> None:
    before = files(RAW)
    found = repo.review(before, {**before, RAW.evidence: "{"})
    (run,) = json.loads(render_annotations(found, "sarif"))["runs"]
    (result,) = run["results"]
    assert result["ruleId"] == "PR606"
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == RAW.path
    assert run["tool"]["driver"]["rules"][0]["shortDescription"]["text"].startswith("The evidence is missing")


def test_what_is_proven_gives_no_annotation(repo: Repo) -> None:
    found = repo.review(files(RAW), files(RAW, replace(RENTS, verified=True)))
    assert render_annotations(found, "github") == ""


def test_a_name_of_a_branch_cannot_begin_another_annotation(repo: Repo) -> None:
    module = '@gold_asset(name="a\\n::error file=x::y", notebook="n\\n::warning::z")\ndef a(): ...\n'
    header = f"# source={'0' * 16} body={'0' * 16}\n"
    before = files(RAW)
    found = repo.review(before, {**before, "src/rents/defs/gold/a.py": header + module})
    assert len(render_annotations(found, "github").splitlines()) == 1
