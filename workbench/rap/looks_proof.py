"""Looks at what was proven and approved, and at what only people know."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from promote.assurance.record import LEVELS, same_person
from promote.assurance.standing import approved_by
from workbench.rap.facts import Facts
from workbench.rap.look import Look, met, missing, none, table

_MACHINE = {"PR702": "the clock", "PR705": "an environment variable", "PR707": "a path of one machine"}


def peer_review(facts: Facts) -> Look:
    """Every step was approved by somebody else than its analyst; without records only people know."""
    if not facts.project.assurance and not any(one.record for one in facts.assurance):
        return Look("not checked", ("no records of assurance; a review in a pull request leaves nothing in the files",))
    lacking = [stand.tag for stand in facts.assurance if stand.lacks or not _peer(stand.record)]
    lacking += [tag for tag, one in facts.evidence.items() if not one]
    if lacking or not facts.assurance:
        return missing(sorted(set(lacking)), "is not approved by a peer as it stands")
    return met(f"{len(facts.assurance)} steps are approved by somebody else than the analyst")


def code_of_practice(_: Facts) -> Look:
    """No file tells it."""
    return Look("not checked", ("a judgement on trustworthiness, quality and value is for people",))


def manual_steps(facts: Facts) -> Look:
    """Every tagged step is promoted, proven and in step."""
    loose = [tag for tag, one in facts.evidence.items() if not one]
    if not facts.evidence:
        return none("no step is tagged in a notebook")
    return (
        missing(loose, "is not promoted and proven as it stands")
        if loose
        else met(f"{len(facts.evidence)} steps are made by promoted code, proven by a run")
    )


def tests(facts: Facts) -> Look:
    """Test files, and for every step tests that passed in its verification."""
    files = [p for p in facts.files if re.fullmatch(r"tests/(?:.*/)?test_\w+\.py", p) and "def test_" in facts.text(p)]
    if not files:
        return none("no test under tests")
    bare = [tag for tag, one in facts.evidence.items() if not table(one, "tests").get("passed")]
    return (
        missing(bare, "has no test that passed in its verification")
        if bare
        else met(f"{len(files)} files of tests", f"tests of {len(facts.evidence)} steps passed when they were proven")
    )


def tidy(facts: Facts) -> Look:
    """A key for every silver and gold asset, shown to be unique in its verification."""
    bare = [tag for tag, one in _cleaned(facts) if not _passed(one, "unique_values")]
    if not _cleaned(facts):
        return none("no silver or gold step")
    return (
        missing(bare, "has no key that was shown to be unique")
        if bare
        else met(f"the keys of {len(_cleaned(facts))} silver and gold assets were unique")
    )


def parameters(facts: Facts) -> Look:
    """Settings in files, and nothing of one machine or moment in the steps."""
    if not any(path.startswith("config/") and path.endswith((".yaml", ".yml")) for path in facts.files):
        return none("no settings under config")
    bad = [
        f"{one.location.path} cell {one.location.cell} reads {_MACHINE[one.code]}"
        for one in facts.outcome.findings
        if one.code in _MACHINE
    ]
    refused = [step.tag for step in facts.outcome.steps if step.status == "refused"]
    if bad or refused:
        return missing(bad + [f"{tag} cannot be analysed" for tag in refused], "")
    return met(
        "settings stand under config", "no step reads the clock, an environment variable or a path of one machine"
    )


def validation(facts: Facts) -> Look:
    """Checks of every silver and gold asset that passed."""
    bare = [tag for tag, one in _cleaned(facts) if not any(_is_passed(each) for each in one.get("checks", ()))]
    if not _cleaned(facts):
        return none("no silver or gold step")
    return (
        missing(bare, "has no check that passed")
        if bare
        else met(f"checks of {len(_cleaned(facts))} silver and gold assets passed when they were proven")
    )


def assurance(facts: Facts) -> Look:
    """The level that the project asks for, and records that are enough for it."""
    level = facts.project.assurance
    if level not in LEVELS:
        return none("the project asks for no level of assurance")
    lacking = [stand.tag for stand in facts.assurance if any(one.severity == "error" for one in stand.lacks)]
    lacking += [tag for tag, one in facts.evidence.items() if not one]
    if lacking or not facts.assurance:
        return missing(sorted(set(lacking)), f"lacks what the level {level} asks for")
    return met(f"{len(facts.assurance)} steps have the record that the level {level} asks for")


def _peer(record: Any) -> bool:
    return record is not None and any(not same_person(one, record.analyst) for one in approved_by(record))


def _cleaned(facts: Facts) -> list[tuple[str, Mapping[str, Any]]]:
    return [(tag, one) for tag, one in facts.evidence.items() if not tag.startswith("bronze:")]


def _is_passed(check: Any) -> bool:
    return isinstance(check, dict) and check.get("passed") is True


def _passed(content: Mapping[str, Any], name: str) -> bool:
    return any(_is_passed(one) and name in str(one.get("name")) for one in content.get("checks", ()))
