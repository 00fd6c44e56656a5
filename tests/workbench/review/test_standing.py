"""Evidence counts only for the module that it was written with; whatever else is there gives a sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.workbench.review.projects import Repo, Step, change_of, files, without
from workbench.review.wording import said

RAW = Step("raw", "bronze", body="return towns")
RENTS = Step(
    "rents",
    inputs=("raw",),
    imports="from rents.helpers.clean import tidy",
    helpers={"src/rents/helpers/clean.py": "tidy = 1\n"},
)
Files = dict[str, str]


def evidence(**changes: Any) -> Callable[[Files], Files]:
    """Give what puts something over the evidence of rents."""

    def change(content: Files) -> Files:
        return {**content, RENTS.evidence: json.dumps({**json.loads(content[RENTS.evidence]), **changes})}

    return change


def text(path: str, old: str, new: str) -> Callable[[Files], Files]:
    """Give what replaces a piece of a file."""

    def change(content: Files) -> Files:
        assert old in content[path]
        return {**content, path: content[path].replace(old, new)}

    return change


def written(path: str, content: str) -> Callable[[Files], Files]:
    """Give what writes a file anew."""
    return lambda before: {**before, path: content}


TEST = "tests/assets/test_rents.py"
CASES = [
    (lambda f: without(f, RENTS.evidence), "missing", "The evidence of its promotion is missing."),
    (written(RENTS.evidence, "{"), "broken", "The evidence is no JSON that can be read."),
    (written(RENTS.evidence, "[1]"), "broken", "The evidence is not what promote writes: 'the file' is no table."),
    (written(RENTS.evidence, '{"version": NaN}'), "broken", "The evidence is not what promote writes: it holds NaN."),
    (written(RENTS.evidence, "[" * 100_000), "broken", "The evidence is nested too deeply to be read."),
    (evidence(version=2), "broken", "The evidence is not what promote writes: its version is not 1."),
    (evidence(version=True), "broken", "The evidence is not what promote writes: its version is not 1."),
    (
        evidence(verified="yes"),
        "broken",
        "The evidence is not what promote writes: 'verified' is neither true nor false.",
    ),
    (
        evidence(output={"rows": -1, "schema": {}}),
        "broken",
        "The evidence is not what promote writes: 'rows' is no count.",
    ),
    (
        evidence(output={"rows": True, "schema": {}}),
        "broken",
        "The evidence is not what promote writes: 'rows' is no count.",
    ),
    (evidence(output={"rows": 1}), "broken", "The evidence is not what promote writes: 'schema' is no table."),
    (evidence(output=None), "broken", "The evidence is not what promote writes: 'output' is no table."),
    (evidence(checks={}), "broken", "The evidence is not what promote writes: 'checks' is no list."),
    (evidence(checks=[1]), "broken", "The evidence is not what promote writes: 'checks' is no table."),
    (evidence(step=["a"]), "broken", "The evidence is not what promote writes: 'step' is no text."),
    (
        evidence(cells=[{"lines": [1]}]),
        "broken",
        "The evidence is not what promote writes: 'lines' is no pair of lines.",
    ),
    (evidence(step="gold:rents"), "stale", "Its evidence says that it is of another step, gold:rents."),
    (evidence(source="0" * 16), "stale", "Its evidence is of another version of the notebook's step than the module."),
    (evidence(code_version="0" * 16), "stale", "Its evidence is of another code version than the module."),
    (evidence(notebook="notebooks/b.ipynb"), "stale", "Its evidence is of another notebook, notebooks/b.ipynb."),
    (evidence(inputs={}), "stale", "It was proven on other inputs than it reads: raw."),
    (text(RENTS.path, "    pass", "    return raw"), "stale", "The module was edited by hand after it was promoted."),
    (
        text(RENTS.path, "body=", "body=0"),
        "stale",
        "There is evidence, but the module has lost the header that says what it was promoted from.",
    ),
    (
        text(
            RENTS.path,
            "# source=",
            "# UNVERIFIED: no run has shown that this module gives what the notebook gives.\n# source=",
        ),
        "stale",
        "Its evidence says verified, its module UNVERIFIED.",
    ),
    (lambda f: without(f, TEST), "stale", f"{TEST}, which was generated for it, is missing."),
    (text(TEST, "True", "1"), "stale", f"{TEST}, which was generated for it, was edited by hand."),
    (
        written("src/rents/helpers/clean.py", "tidy = 2\n"),
        "stale",
        "src/rents/helpers/clean.py, which was generated for it, was edited by hand.",
    ),
    (
        evidence(files={TEST: "0"}),
        "stale",
        "Its evidence does not cover the helpers src/rents/helpers/clean.py.",
    ),
    (
        evidence(parity={"verdict": "close", "order": "compared"}),
        "failed",
        "Its evidence does not say that both sides gave equal data, but close.",
    ),
    (evidence(parity={}), "failed", "Its evidence does not say that both sides gave equal data, but nothing."),
    (
        evidence(checks=[{"name": "no_nulls", "passed": False, "severity": "error"}]),
        "failed",
        "Checks failed: no_nulls.",
    ),
]


@pytest.mark.parametrize(("change", "standing", "sentence"), CASES)
def test_what_does_not_belong_together_stops_the_merge_and_is_said(
    repo: Repo, change: Callable[[Files], Files], standing: str, sentence: str
) -> None:
    before = files(RAW, RENTS)
    found = repo.review(before, change(before))
    rents = change_of(found, "rents")
    assert rents.standing == standing
    assert sentence in [said(one) for one in rents.reasons]
    assert found.verdict == "blocked"
    assert any(sentence in said(reason) for reason in found.reasons)


def test_a_step_that_never_ran_is_shouted(repo: Repo) -> None:
    found = repo.review(files(RAW), files(RAW, replace(RENTS, verified=False)))
    assert change_of(found, "rents").standing == "unverified"
    assert any("UNVERIFIED" in said(reason) for reason in found.reasons)
    assert found.verdict == "blocked"


def test_another_version_of_an_input_makes_the_evidence_of_its_reader_stale(repo: Repo) -> None:
    before = files(RAW, RENTS)
    changed = replace(RAW, body="return towns.other")
    found = repo.review(before, {**before, **changed.files({})})
    assert change_of(found, "raw").standing == "proven"
    assert change_of(found, "rents").reasons == ("It was proven on another version of \x0eraw\x0f.",)
    assert found.verdict == "blocked"


def test_an_asset_that_nobody_changed_and_that_was_unverified_before_is_a_note(repo: Repo) -> None:
    before = files(RAW, replace(RENTS, verified=False))
    found = repo.review(before, {**before, "README.md": "a\n"})
    assert (found.changes, found.verdict) == ((), "clear")
    assert [said(note) for note in found.notes] == ["UNVERIFIED before and after, and not changed here: rents."]


def test_a_check_that_only_warns_asks_for_a_look(repo: Repo) -> None:
    before = files(RAW, RENTS)
    found = repo.review(before, evidence(checks=[{"name": "few", "passed": False, "severity": "warning"}])(before))
    assert found.verdict == "careful"
    assert [said(reason) for reason in found.reasons] == ["rents: checks failed that only warn: few."]


def test_an_asset_written_by_hand_is_said_to_be(repo: Repo) -> None:
    module = '@dg.asset(group_name="gold")\ndef mine(context, rents: pl.LazyFrame): ...\n'
    before = files(RAW, RENTS)
    found = repo.review(before, {**before, "src/rents/defs/gold/mine.py": module})
    change = change_of(found, "mine")
    assert (change.standing, change.shown.layer, change.shown.inputs) == ("by hand", "gold", ("rents",))
    assert found.verdict == "careful"


@pytest.mark.parametrize("broken", ["def (", "x = 1\0", "(" * 5000, "# \udcff"])
def test_a_module_that_cannot_be_read_is_a_problem_and_no_error(repo: Repo, broken: str) -> None:
    before = files(RAW, RENTS)
    repo.commit(before)
    content = broken.encode("utf-8", "surrogateescape")
    after: dict[str, str | bytes] = {**before, "src/rents/defs/gold/bad.py": content}
    found = repo.review(before, after)
    if broken.startswith("#"):  # a comment of broken bytes is nothing to us
        assert found.verdict == "clear"
    else:
        assert found.verdict == "blocked"
        assert "src/rents/defs/gold/bad.py: It is not Python" in said(found.reasons[0])


def test_broken_configuration_and_two_modules_of_one_asset_are_problems(repo: Repo) -> None:
    before = files(RAW)
    found = repo.review(before, {**before, "config/dev.yaml": "a: [", "src/rents/defs/silver/raw.py": RAW.module()})
    problems = [said(reason) for reason in found.reasons]
    assert any(one.startswith("config/dev.yaml: This is not valid YAML") for one in problems)
    assert any("declares an asset that another module declares too" in one for one in problems)
