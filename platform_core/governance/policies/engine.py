"""Holding assets against policies: a pure function of policies, assets and a day. Standard library only.

What it gives is data: each breach names the rule, the asset, where the rule stands and what to do, so that promotion,
continuous integration and the run can each tell it in their own way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from platform_core.governance.classification import Classified, classify
from platform_core.governance.policies.lacks import lacks, matches, told
from platform_core.governance.policies.model import Activity, AssetFacts, Exemption, Hold, Policies
from platform_core.governance.policies.rule import Rule, Severity
from platform_core.governance.policies.undeclared import rules_of, undeclared
from platform_core.values import dataclass, replace

FALLS = "classification"  # the rule that stands in no file: a classification never falls without a record

BreachKind = Literal[
    "requires", "personal", "naming", "no_sources", "checks", "classification", "retention", "compute", "cost",
    "approval", "personal_columns", "exception",
]  # fmt: skip

LEGAL = ("lawful_basis", "dpia", "subject_key")

_OPTIONS = {"retention": "retention_days"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """Something that an asset lacks by a rule.

    Attributes:
        rule: The rule's id.
        kind: What kind of thing it is.
        asset: The asset, empty where the policies themselves are meant.
        severity: `error` or `warning`.
        said: One sentence.
        hint: What to do.
        option: The option of the step that it is about, where it is about one.
        column: The column that it is about, where it is about one.
        place: Where the rule, or what is wrong, stands.
        exemption: The exception that covers it; it stands in no way then.
    """

    rule: str
    kind: BreachKind
    asset: str
    severity: Severity
    said: str
    hint: str = ""
    option: str = ""
    column: str = ""
    place: str = ""
    exemption: Exemption | None = None

    @property
    def stops(self) -> bool:
        """Whether it stops promotion, continuous integration and the run."""
        return self.severity == "error" and self.exemption is None


def judge(
    policies: Policies, assets: Sequence[AssetFacts], *, on: str, costs: Mapping[str, float] | None = None
) -> tuple[Breach, ...]:
    """Hold assets against policies.

    Args:
        policies: The policies.
        assets: The assets, with what they read, so that classification and personal data are followed along the graph.
        on: The day, such as `2026-11-29`, on which exceptions hold or have expired.
        costs: What a run of each asset was found to cost, in US dollars; it goes before what the assets declare.

    Returns:
        Every breach, those that an exception covers too, by asset and rule.

    >>> rules = {"dear": Rule(rule="cost", most=5)}
    >>> [one.said for one in judge(Policies(rules=rules), [AssetFacts(name="rents")], on="2026-11-29",
    ...                            costs={"rents": 7.5})]
    ['A run of rents costs 7.50 US dollars, above the 5.00 that are allowed.']
    """
    known = {asset.name: asset for asset in assets}
    classes = classes_of(policies, assets, on=on)
    activities = {
        name: [policies.processing[key] for key in keys] for name, keys in activities_of(policies, assets).items()
    }
    spent = {name: asset.cost for name, asset in known.items()} | dict(costs or {})
    found = [one for name in sorted(known) for one in _falls(known[name], classes[name])]
    for rule_id, rule in sorted(rules_of(policies).items()):
        place = policies.places.get(("rules", rule_id), "")
        said = [one for name in sorted(known) for one in _held(rule, known[name], classes, activities, spent)]
        if rule.rule == "cost" and rule.of == "project":
            said = list(_total(rule, spent))
        found += [
            replace(one, rule=rule_id, severity=rule.severity, place=place, hint=rule.hint or one.hint) for one in said
        ]
    covered = [replace(one, exemption=exemption_of(policies, one, on)) for one in found]
    return tuple(sorted(covered, key=lambda one: (one.asset, one.rule, one.said)))


def classes_of(policies: Policies | None, assets: Sequence[AssetFacts], *, on: str) -> dict[str, Classified]:
    """Classify every asset, with the downgrades that the policies record and that hold on a day."""
    records = [one for one in policies.downgrades if one.holds(on)] if policies is not None else []
    inputs = {asset.name: asset.inputs for asset in assets}
    beyond = {name: level for asset in assets for name, level in asset.beyond.items()}
    return classify(inputs, {**beyond, **{asset.name: asset.classification for asset in assets}}, records)


def activities_of(policies: Policies, assets: Sequence[AssetFacts]) -> dict[str, tuple[str, ...]]:
    """Give the processing activities that each asset belongs to: those that name it, and those of what it is made of.

    >>> own = Policies(processing={"p": Activity(assets=("people",), purpose="Rents")})
    >>> activities_of(own, [AssetFacts(name="people"), AssetFacts(name="rents", inputs=("people",))])["rents"]
    ('p',)
    """
    own = {
        asset.name: {key for key, one in policies.processing.items() if matches(one.assets, asset.name)}
        for asset in assets
    }
    below: dict[str, list[str]] = {}
    for asset in assets:
        for one in asset.inputs:
            below.setdefault(one, []).append(asset.name)
    found: dict[str, set[str]] = {name: set() for name in own}
    for name, keys in own.items():
        waiting = [name] if keys else []
        while waiting:
            here = waiting.pop()
            if not keys <= found[here]:
                found[here] |= keys
                waiting += below.get(here, [])
    return {name: tuple(sorted(keys)) for name, keys in found.items()}


def exemption_of(policies: Policies, breach: Breach, on: str) -> Exemption | None:
    """Give the exception that covers a breach on a day; what expired covers nothing."""
    return next(
        (one for one in policies.exceptions if on <= one.expires and covers(one, breach)),
        None,
    )


def covers(one: Exemption, breach: Breach) -> bool:
    """Whether an exception is of what was found, whatever the day."""
    if one.rule != breach.rule or not breach.asset or not matches(one.assets, breach.asset):
        return False
    return not one.columns or bool(breach.column and matches(one.columns, breach.column))


def held(policies: Policies, asset: str, on: str, subject: str | None = None) -> Hold | None:
    """Give the legal hold that keeps an asset's data, or a person's, from being deleted.

    Args:
        policies: The policies.
        asset: The asset.
        on: The day.
        subject: The person's token where one person is meant; else every hold of the asset counts.
    """
    return next(
        (
            hold
            for hold in policies.holds
            if matches(hold.assets, asset)
            and (hold.until is None or on <= hold.until)
            and (subject is None or not hold.subjects or subject in {one.partition("-")[0] for one in hold.subjects})
        ),
        None,
    )


def explain(policies: Policies) -> tuple[tuple[str, str, str], ...]:
    """Say every rule in words: its id, what it asks for, where it stands.

    >>> explain(Policies(rules={"dear": Rule(rule="cost", most=5, layers=("gold",))}))[0][1]
    'A run of an asset costs at most 5.00 US dollars, in gold.'
    """
    rules = sorted(rules_of(policies).items())
    every = [(key, told(rule), policies.places.get(("rules", key), "every project")) for key, rule in rules]
    falls = "An asset is classified as high as what it is made of, unless a downgrade is recorded."
    return (*every, (FALLS, falls, "every project"))


def _held(
    rule: Rule,
    asset: AssetFacts,
    classes: Mapping[str, Classified],
    activities: Mapping[str, Sequence[Activity]],
    spent: Mapping[str, float | None],
) -> Iterator[Breach]:
    of_layer = not rule.layers or asset.layer in rule.layers
    if not of_layer or (rule.assets and not matches(rule.assets, asset.name)):
        return
    own = activities[asset.name]
    if rule.rule == "personal_columns":
        for said, hint, column in undeclared(asset, own):
            yield Breach(
                rule="", kind="personal_columns", asset=asset.name, severity="error", said=said, hint=hint,
                option="personal", column=column,
            )  # fmt: skip
        return
    if rule.personal and not (asset.personal or own):
        return
    met = frozenset(need for need in LEGAL if own and all(_says(one, need, asset.name) for one in own))
    for said, hint, option in lacks(rule, asset, classes[asset.name], met, spent[asset.name]):
        kind: BreachKind = "personal" if option in LEGAL else rule.rule
        yield Breach(
            rule="",
            kind=kind,
            asset=asset.name,
            severity="error",
            said=said,
            hint=hint,
            option=_OPTIONS.get(option, option),
        )


def _says(activity: Activity, need: str, asset: str) -> bool:
    return bool(getattr(activity, need)) or (need == "subject_key" and asset in activity.subject_keys)


def _total(rule: Rule, spent: Mapping[str, float | None]) -> Iterator[Breach]:
    total = sum(cost for cost in spent.values() if cost is not None)
    if rule.most is not None and total > rule.most:
        said = f"A run of all assets costs {total:.2f} US dollars, above the {rule.most:.2f} that are allowed."
        hint = "Look with `workbench costs` where it goes."
        yield Breach(rule="", kind="cost", asset="", severity="error", said=said, hint=hint)


def _falls(asset: AssetFacts, level: Classified) -> Iterator[Breach]:
    if level.falls_from is not None:
        said = f"{asset.shown} is declared {level.declared}, but it is made of what is {level.falls_from}."
        do = f"`classification: {level.falls_from}` under `config: meta:` of the model"
        do = do if asset.model else f"`#| classification: {level.falls_from}`"
        hint = f"Write {do}, or record a downgrade under `downgrades:` in policies/."
        yield Breach(
            rule=FALLS, kind="classification", asset=asset.name, severity="error", said=said, hint=hint,
            option="classification",
        )  # fmt: skip
