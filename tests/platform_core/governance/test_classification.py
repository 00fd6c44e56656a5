"""Classifications along the graph: an output takes the highest of its inputs, and never falls without a record."""

from __future__ import annotations

import dagster as dg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.errors import UserError
from platform_core.governance.classification import CLASSIFICATION, LEVELS, Downgrade, checked_level, classify, highest
from platform_core.governance.policies import AssetFacts, Policies, judge
from platform_core.governance.policies.enforcing import attributes, governed, refuse
from platform_core.governance.policies.engine import classes_of
from platform_core.governance.policies.staleness import stale

OFFICIAL, SENSITIVE = LEVELS
SAID = {"by": "Ana Lyst <ana@example.gov.uk>", "reason": "Only counts are kept.", "on": "2026-11-02"}


@st.composite
def graphs(draw: st.DrawFn) -> tuple[dict[str, list[str]], dict[str, str | None], list[Downgrade]]:
    """Graphs in which each asset reads some of those before it, with what assets declare, and with records."""
    names = [f"a{number}" for number in range(draw(st.integers(1, 12)))]
    inputs = {
        name: draw(st.lists(st.sampled_from(names[:at]), unique=True)) if at else [] for at, name in enumerate(names)
    }
    declared = {name: draw(st.sampled_from([None, *LEVELS])) for name in names}
    records = []
    for name in draw(st.lists(st.sampled_from(names), max_size=4)):
        covered = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3))
        records.append(Downgrade(asset=name, inputs=tuple(covered), to=draw(st.sampled_from(LEVELS)), **SAID))
    return inputs, declared, records


@given(graphs())
def test_it_never_falls_without_a_record(
    graph: tuple[dict[str, list[str]], dict[str, str | None], list[Downgrade]],
) -> None:
    inputs, declared, records = graph
    found = classify(inputs, declared, records)
    covered = {(one.asset, source) for one in records for source in one.inputs}
    for name, sources in inputs.items():
        level = found[name].level
        assert highest([level, declared[name]]) == level, "no asset is less than it says of itself"
        for source in sources:
            if highest([level, found[source].level]) != level:
                assert (name, source) in covered, "an input counts, unless a record covers that very input"
                assert found[name].downgrade is not None, "and the record is told"
        if found[name].downgrade is not None:
            assert highest([level, *(found[one].level for one in sources)]) != level
        falls = declared[name] is not None and declared[name] != level
        assert (found[name].falls_from is not None) == falls


@given(graphs())
def test_without_records_it_is_the_highest_of_everything_behind(
    graph: tuple[dict[str, list[str]], dict[str, str | None], list[Downgrade]],
) -> None:
    inputs, declared, _ = graph

    def behind(name: str) -> set[str]:
        return {name}.union(*map(behind, inputs[name]))

    found = classify(inputs, declared)
    assert {n: one.level for n, one in found.items()} == {n: highest(declared[b] for b in behind(n)) for n in inputs}


def test_a_record_covers_its_inputs_and_no_other() -> None:
    record = Downgrade(asset="c", inputs=("a",), to=OFFICIAL, **SAID)
    graph = {"c": ["a", "b"], "a": [], "b": []}
    said = {"a": SENSITIVE, "b": OFFICIAL, "c": OFFICIAL}
    assert classify(graph, said, [record])["c"].level == OFFICIAL
    found = classify(graph, {**said, "b": SENSITIVE}, [record])["c"]
    assert (found.level, found.falls_from, found.downgrade) == (SENSITIVE, SENSITIVE, None)


def test_a_record_that_expired_covers_nothing() -> None:
    record = Downgrade(asset="c", inputs=("a",), to=OFFICIAL, expires="2026-11-29", **SAID)
    own = Policies(downgrades=(record,))
    facts = [
        AssetFacts(name="a", classification=SENSITIVE),
        AssetFacts(name="c", inputs=("a",), classification=OFFICIAL),
    ]
    assert classes_of(own, facts, on="2026-11-29")["c"].level == OFFICIAL
    assert classes_of(own, facts, on="2026-11-30")["c"].level == SENSITIVE
    assert [one.rule for one in judge(own, facts, on="2026-11-30")] == ["classification"]
    assert [one.said for one in stale(own, facts, on="2026-11-30")] == [
        f"The downgrade of c expired on 2026-11-29; {SAID['by']} decided it."
    ]
    # Nor does one that nobody has decided yet
    early = Policies(downgrades=(Downgrade(asset="c", inputs=("a",), to=OFFICIAL, **{**SAID, "on": "2026-12-01"}),))
    assert classes_of(early, facts, on="2026-11-30")["c"].level == SENSITIVE
    assert classes_of(early, facts, on="2026-12-01")["c"].level == OFFICIAL
    assert [one.said for one in stale(early, facts, on="2026-11-30")] == [
        f"The downgrade of c counts from 2026-12-01 on; {SAID['by']} decided it."
    ]
    # A code location that was loaded before refuses all the same
    told = attributes(classes_of(own, facts, on="2026-11-29")["c"], [])
    refuse(told, "c", on="2026-11-29")
    with pytest.raises(UserError, match="The downgrade of c expired"):
        refuse(told, "c", on="2026-11-30")


def test_what_is_made_elsewhere_counts_by_what_it_is_said_to_be() -> None:
    """A spec or a source that nobody makes here may be classified all the same."""
    metadata = {CLASSIFICATION: SENSITIVE}

    @dg.asset(deps=["people"], metadata={CLASSIFICATION: OFFICIAL})
    def counts() -> None: ...

    @dg.multi_asset(specs=[dg.AssetSpec("below", deps=["counts"]), dg.AssetSpec("beside")])
    def several(): ...

    spec = dg.AssetSpec("people", metadata=metadata)
    for others in ([spec], [dg.AssetsDefinition(specs=[spec])]):
        made = {
            key.to_user_string(): spec.metadata
            for one in governed([*others, counts, several], [], None, on="2026-11-29")
            if isinstance(one, dg.AssetsDefinition)
            for key, spec in one.specs_by_key.items()
        }
        assert made["counts"][CLASSIFICATION] == made["below"][CLASSIFICATION] == SENSITIVE
        assert CLASSIFICATION not in made["beside"]
        with pytest.raises(UserError, match="made of what is OFFICIAL-SENSITIVE"):
            refuse(made["counts"], "counts", on="2026-11-29")


def test_long_chains_and_own_partitions_are_no_trouble() -> None:
    chain = {f"a{n}": [f"a{n - 1}"] if n else [] for n in range(5000)}
    assert classify(chain, {"a0": SENSITIVE})["a4999"].level == SENSITIVE
    assert classify({"a": ["a"]}, {"a": OFFICIAL})["a"].level == OFFICIAL
    with pytest.raises(UserError, match="reads itself"):
        classify({"a": ["b"], "b": ["a"]}, {})


@pytest.mark.parametrize("word", ["SECRET", "TOP SECRET", "top_secret", "official", "", "PUBLIC"])
def test_no_other_classification_is_taken(word: str) -> None:
    with pytest.raises(UserError, match="is not allowed"):
        checked_level(word, "rents")


@pytest.mark.parametrize(
    "wrong", [{"inputs": ()}, {"to": "SECRET"}, {"by": " "}, {"reason": "because"}, {"on": "2026-02-30"}]
)
def test_a_record_says_enough(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Downgrade(**{"asset": "c", "inputs": ("a",), "to": OFFICIAL, **SAID, **wrong})  # type: ignore[arg-type]  # on purpose
