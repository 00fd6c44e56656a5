"""Policies as files and as rules: read alike with and without Pydantic, judged as pure data."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.errors import UserError
from platform_core.governance.policies import (
    Activity,
    AssetFacts,
    Exemption,
    Hold,
    Policies,
    Rule,
    explain,
    judge,
    load_policies,
    ready,
)
from platform_core.governance.policies.engine import Breach, held
from platform_core.governance.policies.found import Found
from platform_core.governance.policies.reading import SETS, read_policies
from platform_core.governance.policies.rule import KEYS
from platform_core.governance.policies.staleness import stale

ON = "2026-11-29"
FINE: dict[str, dict[str, Any]] = {
    "requires": {"what": ["owner"]},
    "naming": {"pattern": "[a-z]+"},
    "checks": {"checks": ["no_nulls"]},
    "classification": {"level": "OFFICIAL"},
    "retention": {"most": 30},
    "compute": {"kinds": ["fargate"]},
    "cost": {"most": 2.5},
    "approval": {"by": ["ana@example.gov.uk"]},
}
# JSON is YAML: any of it may stand where a policy is expected
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 9),
    st.floats(0, 2),
    st.sampled_from(["", "a", "owner", "error", "OFFICIAL"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "rule", "what"]), inner, max_size=2)
    ),
    max_leaves=4,
)
KEYS_OF_RULES = st.sampled_from(
    [
        "rule",
        "layers",
        "assets",
        "personal",
        "severity",
        "hint",
        *sorted({key for keys in KEYS.values() for key in keys}),
        "patern",
    ]
)


def _write(folder: Path, **files: str) -> Path:
    (folder / "policies").mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"policies/{name}.yaml").write_text(text)
    return folder


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Files that are nearly right: a rule of a kind with its keys, and some that may not belong there."""
    kind = draw(st.sampled_from([*sorted(KEYS), "nameing"]))
    rule = {"rule": kind, **FINE.get(kind, {}), **draw(st.dictionaries(KEYS_OF_RULES, VALUES, max_size=2))}
    content: dict[str, Any] = {"rules": {"r": rule}}
    content |= draw(
        st.dictionaries(
            st.sampled_from(["use", "exceptions", "holds", "processing", "roles", "organisation", "rulez"]),
            VALUES,
            max_size=1,
        )
    )
    return content


@given(content=documents())
def test_both_ways_of_reading_agree(content: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    root = _write(tmp_path_factory.mktemp("p"), own=json.dumps(content))
    try:
        strict = load_policies(root)
    except UserError:
        with pytest.raises((UserError, ValueError, TypeError)):
            read_policies(root)
        return
    assert read_policies(root) == strict


def test_a_project_without_policies_has_none(tmp_path: Path) -> None:
    assert load_policies(tmp_path) is None
    assert read_policies(tmp_path) is None


def test_every_mistake_is_told_with_its_line(tmp_path: Path) -> None:
    text = (
        "use: minmal\nrules:\n  a: {rule: naming, patern: x}\n  b: {rule: cost}\nexceptions:\n"
        "- {rule: a, assets: x, owner: me, reason: a b c, expires: soon}\n"
        "holds: [{id: H, reason: A case, assets: []}]\n"
        "downgrades: [{asset: a, inputs: [b], to: OFFICIAL, by: Ana, reason: a b c, on: 2026-02-01, "
        "expires: 2026-01-31}]\nprocesing: {}\n"
    )
    small = "rules: {d: {rule: compute, minutes: -5}, e: {rule: compute, kinds: [lamda]}, f: {rule: cost, most: a}}\n"
    with pytest.raises(UserError) as caught:
        load_policies(_write(tmp_path, own=text, other="rules: {c: {rule: naming, pattern: 5}}\n", small=small))
    said = str(caught.value)
    for part in (
        "policies/other.yaml:1: rules.c.pattern must be text.",
        "policies/own.yaml:3: The key 'patern' is not known in rules.a.",
        "policies/own.yaml:9: The key 'procesing' is not known. Did you mean 'processing'?",
        "policies/own.yaml:1: use.0: this should be 'minimal', 'official' or 'official-sensitive'. "
        "Did you mean 'minimal'?",
        "policies/own.yaml:4: rules.b: the rule cost needs the key most.",
        "policies/own.yaml:6: exceptions.0: the owner is team:NAME or an e-mail address.",
        "policies/own.yaml:7: holds.0: a hold names assets, or leaves assets out where it is of all.",
        "policies/own.yaml:8: downgrades.0: it expires before it was decided.",
        "policies/small.yaml:1: rules.d: memory_mb and minutes are whole numbers from 1 on.",
        "policies/small.yaml:1: rules.e: there is no kind of compute 'lamda'. Did you mean 'lambda'?",
        "policies/small.yaml:1: rules.f.most: this should be a valid number.",
    ):
        assert part in said
    assert "integer" not in said
    other = tmp_path / "other"
    other.mkdir()
    about = "assets: x, owner: 'team:a', reason: a b c, expires: 2026-12-31"
    lost = _write(other, own=f"exceptions:\n- {{rule: nams, {about}}}\n- {{rule: ownr, {about}}}\nuse: minimal\n")
    with pytest.raises(UserError) as caught:
        load_policies(lost)
    assert caught.value.location == "policies/own.yaml:2"
    assert "policies/own.yaml:3: There is no rule 'ownr' to except from. Did you mean 'owner'?" in str(caught.value)


def test_files_are_joined_over_the_ready_sets(tmp_path: Path) -> None:
    found = load_policies(
        _write(
            tmp_path,
            a="use: official\nrules:\n  owner: {rule: requires, what: owner, layers: gold}\n",
            b="roles: {analyst: {read: gold}}\n",
        )
    )
    assert found is not None
    assert found.rules["owner"].layers == ("gold",), "the project's own goes before the set's"
    assert found.places["rules", "owner"] == "policies/a.yaml:3"
    assert found.places["rules", "key"] == "the ready set official"
    assert found.roles["analyst"].read == ("gold",)
    twice = "rules:\n  owner: {rule: requires, what: owner}\n"
    with pytest.raises(UserError, match=r"second time; the first stands at policies/a\.yaml:3"):
        load_policies(_write(tmp_path, c=twice))


@pytest.mark.parametrize("name", SETS)
def test_a_ready_set_takes_an_asset_that_has_everything(name: str) -> None:
    policies = ready(name)
    full = AssetFacts(
        name="rents", layer="gold", owners=("team:a",), description="Rents.", classification="OFFICIAL", key=("id",),
        retention_days=30, checks=("unique_values",), approved_by=("Ana Lyst",),
    )  # fmt: skip
    assert judge(policies, [full], on=ON) == ()
    bare = AssetFacts(name="Rents", layer="gold", sources=("db",), approved_by=())
    lacks = {one.rule for one in judge(policies, [bare], on=ON)}
    assert {"owner", "description", "names", "sources", "checks"} <= lacks
    assert len(explain(policies)) == len(policies.rules) + 1


def test_what_nobody_knows_is_not_judged() -> None:
    rules = {
        "c": Rule(rule="checks", checks=("a",)),
        "s": Rule(rule="no_sources"),
        "b": Rule(rule="approval", by=("x",)),
    }
    assert judge(Policies(rules=rules), [AssetFacts(name="a", checks=None, sources=None)], on=ON) == ()


CASES: list[tuple[Rule, dict[str, Any], str]] = [
    (Rule(rule="compute", kinds=("lambda",)), {"compute": {"kind": "eks"}}, "runs on eks"),
    (Rule(rule="compute", kinds=("lambda",)), {}, "runs on local"),
    (Rule(rule="compute", memory_mb=512), {"compute": {"kind": "lambda", "memory_mb": 1024}}, "1024 MB"),
    (Rule(rule="compute", minutes=5), {"compute": {"kind": "lambda", "timeout_seconds": 301}}, "301 seconds"),
    (Rule(rule="retention", most=30), {"retention_days": 31}, "above the 30"),
    (Rule(rule="classification", level="OFFICIAL"), {"classification": "OFFICIAL-SENSITIVE"}, "at most OFFICIAL"),
    (Rule(rule="approval", by=("*@audit.gov.uk",)), {"approved_by": ("Bo <bo@example.gov.uk>",)}, "not approved"),
    (Rule(rule="cost", most=1), {"cost": 1.01}, "1.01"),
]


@pytest.mark.parametrize(("rule", "facts", "said"), CASES, ids=[said for _, _, said in CASES])
def test_a_rule_finds_what_it_is_for(rule: Rule, facts: dict[str, Any], said: str) -> None:
    (found,) = judge(Policies(rules={"r": rule}), [AssetFacts(name="a", **facts)], on=ON)
    assert said in found.said
    assert found.stops


@pytest.mark.parametrize("by", ["BO@example.gov.uk", "bo watcher", "bo w*", "*@example.gov.uk"])
def test_who_approves_is_known_by_name_or_address(by: str) -> None:
    rule = Policies(rules={"r": Rule(rule="approval", by=(by,))})
    assert judge(rule, [AssetFacts(name="a", approved_by=("Bo Watcher <bo@Example.gov.uk>",))], on=ON) == ()
    (found,) = judge(rule, [AssetFacts(name="a", approved_by=("Cy <cy@example.org>",))], on=ON)
    assert found.stops


def test_personal_data_is_followed_downstream() -> None:
    lawful = {"lawful": Rule(rule="requires", what=("lawful_basis", "dpia"), personal=True)}
    people = AssetFacts(name="people", layer="bronze")
    rents = AssetFacts(name="rents", layer="silver", inputs=("people",))
    other = AssetFacts(name="other", layer="silver")

    def found(**activity: str) -> list[tuple[str, str]]:
        own = {"p": Activity(assets=("people",), purpose="Rents", **activity)}  # type: ignore[arg-type]  # texts alone
        told = judge(Policies(rules=lawful, processing=own), [people, rents, other], on=ON)
        return [(one.asset, one.option) for one in told]

    assert found() == [(name, need) for name in ("people", "rents") for need in ("lawful_basis", "dpia")]
    assert found(lawful_basis="public task", dpia="DPIA-1") == []
    (declared,) = {
        one.asset for one in judge(Policies(rules=lawful), [AssetFacts(name="x", personal=("name",))], on=ON)
    }
    assert declared == "x", "columns that a step declares personal need an activity"


def test_an_exception_covers_until_its_last_day_and_is_then_a_finding() -> None:
    own = Exemption(rule="owner", assets=("r*",), owner="team:a", reason="It is being agreed.", expires="2026-11-29")
    policies = Policies(rules={"owner": Rule(rule="requires", what=("owner",))}, exceptions=(own,))
    assets = [AssetFacts(name="rents")]
    (covered,) = judge(policies, assets, on="2026-11-29")
    assert (covered.exemption, covered.stops) == (own, False)
    (open_,) = judge(policies, assets, on="2026-11-30")
    assert open_.stops
    (expired,) = stale(policies, assets, on="2026-11-30")
    assert "expired on 2026-11-29" in expired.said
    assert expired.stops
    (idle,) = stale(policies, [AssetFacts(name="x")], on=ON)
    assert (idle.severity, "no such asset" in idle.said) == ("warning", True)


def test_rules_and_holds_that_are_of_no_asset_are_told() -> None:
    hold = Hold(id="CASE-7", reason="An inquiry", assets=("people", "paymnts", "old_*"), until=ON)
    own = Rule(rule="cost", most=5, assets=("rent*",))
    policies = Policies(rules={"dear": own}, holds=(hold, Hold(id="CASE-8", reason="All", assets=("*",))))
    assets = [AssetFacts(name="payments"), AssetFacts(name="people")]
    told = [(one.severity, one.said, one.hint) for one in stale(policies, assets, on=ON)]
    correct = "Correct the name, or take it out."
    assert told == [
        ("warning", "The rule dear is of rent*, and there is no such asset.", correct),
        (
            "error",
            "The legal hold CASE-7 is of paymnts, and there is no such asset.",
            f"Did you mean 'payments'? {correct}",
        ),
        ("warning", "The legal hold CASE-7 is of old_*, and there is no such asset.", correct),
    ]
    assert len(stale(policies, assets, on="2100-01-01")) == 1, "a hold that has ended keeps nothing"


def test_records_of_columns_that_are_not_there_are_told() -> None:
    about = {"owner": "team:a", "reason": "It is being agreed.", "expires": ON}
    excepted = Exemption(rule="personal", assets=("rents",), columns=("payee", "ten*"), **about)
    let = Activity(assets=("rents",), purpose="Letting.", columns=("tenant", "band", "gone"), subject_key="who")
    lost = Activity(assets=("no_*",), purpose="None.", subject_keys={"rents": "who", "other": "x"})
    policies = Policies(exceptions=(excepted,), processing={"let": let, "lost": lost})
    assets = [
        AssetFacts(name="rents", columns=("tenant", "who_id")),
        AssetFacts(name="bands", inputs=("rents",), columns=("band",)),
    ]
    told = [one.said for one in stale(policies, assets, on=ON)]
    assert told == [
        "The exception from the rule personal is of the column payee, and rents has none such.",
        "The activity let is of the column gone, and no asset that it is of has one.",
        "The activity let is of the column who, and no asset that it is of has one.",
        "The activity lost is of no_*, and there is no such asset.",
        "The activity lost names the subject key who of rents, which has no such column.",
        "The activity lost names a subject key of other, and there is no such asset.",
    ]
    unknown = [AssetFacts(name="rents"), *assets[1:]]
    assert [one.said for one in stale(policies, unknown, on=ON)] == [told[3], told[5]]


def test_a_fall_without_a_record_is_no_rule_that_could_be_excepted(tmp_path: Path) -> None:
    assets = [
        AssetFacts(name="a", classification="OFFICIAL-SENSITIVE"),
        AssetFacts(name="b", inputs=("a",), classification="OFFICIAL"),
    ]
    (found,) = judge(Policies(), assets, on=ON)
    assert (found.rule, found.stops) == ("classification", True)
    text = "exceptions: [{rule: classification, assets: b, owner: team:a, reason: we want it, expires: 2030-01-01}]\n"
    with pytest.raises(UserError, match="There is no rule 'classification'"):
        load_policies(_write(tmp_path, own=text))


def test_a_hold_is_of_assets_or_of_people() -> None:
    token = "person_id:" + "0" * 32
    holds = Policies(holds=(Hold(id="H1", reason="A case", assets=("p*",), subjects=(token,), until="2026-12-31"),))
    assert held(holds, "people", ON, token) is not None
    assert held(holds, "people", ON, "person_id:" + "1" * 32) is None
    assert held(holds, "people", ON) is not None, "whoever deletes the whole deletes that person too"
    assert held(holds, "rents", ON, token) is None
    assert held(holds, "people", "2027-01-01", token) is None
    with pytest.raises(ValueError, match="a subject is a token"):
        Hold(id="H", reason="x", subjects=("person_id=7",))


def test_costs_that_were_found_go_before_those_declared() -> None:
    rules = {"run": Rule(rule="cost", most=5), "all": Rule(rule="cost", most=8, of="project")}
    assets = [AssetFacts(name="a", cost=1), AssetFacts(name="b", cost=4)]
    assert judge(Policies(rules=rules), assets, on=ON) == ()
    told = judge(Policies(rules=rules), assets, on=ON, costs={"a": 6.0})
    assert [(one.asset, one.rule) for one in told] == [("", "all"), ("a", "run")]


def test_the_engine_costs_neither_pydantic_nor_dagster_nor_a_frame() -> None:
    program = (
        "import sys; from platform_core.governance import policies, compliance, audit; "
        "policies.judge; compliance.quality; policies.ready('minimal'); "
        "sys.exit(str({'dagster', 'polars', 'pydantic', 'numpy'} & {m.split('.')[0] for m in sys.modules} or 0))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == "0"


def test_breaches_are_sorted_and_plain() -> None:
    found = judge(ready("minimal"), [AssetFacts(name="b", layer="gold"), AssetFacts(name="a", layer="gold")], on=ON)
    assert [one.asset for one in found] == sorted(one.asset for one in found)
    assert all(isinstance(one, Breach) and one.said.endswith(".") and one.hint for one in found)


def test_what_a_model_of_dbt_lacks_is_mended_in_its_own_files() -> None:
    rules = {
        "r": Rule(rule="requires", what=("owner", "description", "retention", "key", "checks")),
        "c": Rule(rule="checks", checks=("unique_values",)),
        "a": Rule(rule="approval", by=("*",)),
        "p": Rule(rule="personal_columns"),
    }
    facts = AssetFacts(name="rents", layer="gold", found=(Found("tel", "phone"),), approved_by=(), model=True)
    hints = [one.hint for one in judge(Policies(rules=rules), [facts], on="2026-11-29")]
    assert len(hints) == 8
    assert not [hint for hint in hints if "#|" in hint or "assure" in hint]
    ours = [one.hint for one in judge(Policies(rules=rules), [replace(facts, model=False)], on="2026-11-29")]
    assert len([hint for hint in ours if "#|" in hint]) == 7


def test_a_file_in_another_encoding_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "own.yaml").write_bytes(b"use: minimal # caf\xe9\n")
    with pytest.raises(UserError, match="not UTF-8 text") as caught:
        read_policies(tmp_path)
    assert (caught.value.location, bool(caught.value.hint)) == ("policies/own.yaml", True)
