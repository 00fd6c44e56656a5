"""What an asset lacks by one rule, and every rule in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from platform_core.governance.classification import LEVELS, Classified
from platform_core.governance.policies.model import AssetFacts
from platform_core.governance.policies.rule import Rule

Lack = tuple[str, str, str]

_SHOWN = {
    "owner": "owner", "description": "description", "classification": "classification", "retention": "retention period",
    "key": "key", "checks": "check", "lawful_basis": "lawful basis", "dpia": "reference of an impact assessment (DPIA)",
    "subject_key": "column that says whose a row is",
}  # fmt: skip
_DO = {
    "owner": "Write `#| owner: team:NAME` at the top of the step's first cell.",
    "description": "Write `#| description: …`, or a markdown cell above the step.",
    "classification": "Write `#| classification: OFFICIAL` (or OFFICIAL-SENSITIVE).",
    "retention": "Write `#| retention_days: 365`, with the days that the data is kept.",
    "key": "Write `#| key: [column]`, with the columns that tell one row from another.",
    "checks": "Write `#| checks: [no_nulls, unique_values]`, or assert in a cell tagged check:NAME.",
    "lawful_basis": "Give the activity under `processing:` in policies/ that the asset belongs to a lawful_basis.",
    "dpia": "Give the activity under `processing:` in policies/ that the asset belongs to a dpia.",
    "subject_key": "Give the activity under `processing:` in policies/ that the asset belongs to a subject_key.",
}
_OF_A_MODEL = "Write `{}` under `config: meta:` of the model, in the YAML that describes it."
_DO_IN_DBT = {
    "owner": _OF_A_MODEL.format('dagster: {owners: ["team:NAME"]}'),
    "description": "Write a `description:` of the model, in the YAML that describes it.",
    "classification": _OF_A_MODEL.format("classification: OFFICIAL"),
    "retention": _OF_A_MODEL.format("retention_days: 365"),
    "retention_days": _OF_A_MODEL.format("retention_days: 365"),
    "key": "Give the column that tells one row from another the tests `not_null` and `unique`, or write `key: [column]`"
    " under `config: meta:` of the model.",
    "checks": "Write `data_tests: [not_null, unique]` under a column of the model.",
}


def matches(patterns: Iterable[str], name: str) -> bool:
    """Whether one of some patterns is of a name.

    >>> matches(["raw_*"], "raw_rents"), matches([], "raw_rents")
    (True, False)
    """
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def lacks(rule: Rule, asset: AssetFacts, level: Classified, met: frozenset[str], cost: float | None) -> Iterator[Lack]:
    """Give what an asset lacks by a rule: the sentence, what to do, what it is about.

    Args:
        rule: The rule, which is of this asset.
        asset: The asset.
        level: How it is classified.
        met: What its processing activities say of `lawful_basis`, `dpia` and `subject_key`.
        cost: What a run of it costs, where that is known.
    """
    if rule.rule == "requires":
        found = _requires(rule, asset, level, met)
    elif rule.rule == "classification":
        found = _level(rule, asset, level)
    elif rule.rule == "cost":
        found = _cost(rule, asset, cost)
    else:
        found = _PLAIN[rule.rule](rule, asset)
    for said, do, about in found:
        yield said, _DO_IN_DBT.get(about, do) if asset.model and rule.rule != "classification" else do, about


def _requires(rule: Rule, asset: AssetFacts, level: Classified, met: frozenset[str]) -> Iterator[Lack]:
    has = {
        "owner": bool(asset.owners),
        "description": bool(asset.description.strip()),
        "classification": level.level is not None,
        "retention": asset.retention_days is not None,
        "key": bool(asset.key),
        "checks": asset.checks != (),
        **{need: need in met for need in ("lawful_basis", "dpia", "subject_key")},
    }
    for need in rule.what:
        # What is given out is kept, checked and keyed where it was made
        if not has[need] and not (asset.outside and need in {"retention", "key", "checks"}):
            yield f"{asset.shown} has no {_SHOWN[need]}.", _DO[need], need


def _naming(rule: Rule, asset: AssetFacts) -> Iterator[Lack]:
    if not re.fullmatch(rule.pattern or "", asset.name):
        do = "Give the output a name: {…, name: fees}." if asset.outside else "Give the step another name."
        yield f"{asset.shown} is not named as the pattern {rule.pattern} asks.", do, ""


def _no_sources(_: Rule, asset: AssetFacts) -> Iterator[Lack]:
    if asset.sources:
        said = f"{asset.shown} reads the source {asset.sources[0]}, which only bronze may."
        yield said, "Harvest it in a bronze step and read that with load_asset.", ""


def _checks(rule: Rule, asset: AssetFacts) -> Iterator[Lack]:
    if asset.checks is not None and not any(matches(rule.checks, name) for name in asset.checks):
        said = f"{asset.shown} has none of the checks {', '.join(rule.checks)}."
        yield said, f"Write `#| checks: [{rule.checks[0]}]`.", "checks"


def _level(rule: Rule, asset: AssetFacts, level: Classified) -> Iterator[Lack]:
    if level.level is not None and LEVELS.index(level.level) > LEVELS.index(rule.level or LEVELS[0]):
        said = f"{asset.shown} is {level.level}; at most {rule.level} is allowed here."
        yield said, "Keep it in a project for such data, or record a downgrade with its reason.", "classification"


def _retention(rule: Rule, asset: AssetFacts) -> Iterator[Lack]:
    if asset.retention_days is not None and rule.most is not None and asset.retention_days > rule.most:
        said = f"{asset.shown} is kept for {asset.retention_days} days, above the {rule.most} that are allowed."
        yield said, f"Write `#| retention_days: {rule.most}` or fewer.", "retention_days"


def _cost(rule: Rule, asset: AssetFacts, cost: float | None) -> Iterator[Lack]:
    if rule.of == "run" and cost is not None and rule.most is not None and cost > rule.most:
        said = f"A run of {asset.name} costs {cost:.2f} US dollars, above the {rule.most:.2f} that are allowed."
        yield said, "Choose smaller compute, or agree an exception with its reason.", "cost"


def _approval(rule: Rule, asset: AssetFacts) -> Iterator[Lack]:
    if asset.approved_by is not None and not any(_approves(rule.by, one) for one in asset.approved_by):
        said = f"{asset.shown} is not approved by {_approvers(rule)}."
        if asset.notebook:
            yield said, f"Who approves runs `workbench assure {asset.shown} --approve`, and is not its analyst.", ""
        else:
            do = "No notebook makes it, so it has no record to sign: write an exception with who looked at it."
            yield said, do, ""


def _compute(rule: Rule, asset: AssetFacts) -> Iterator[Lack]:
    spec = asset.compute or {}
    kind, memory, seconds = spec.get("kind", "local"), spec.get("memory_mb"), spec.get("timeout_seconds")
    if rule.kinds and kind not in rule.kinds:
        said = f"{asset.shown} runs on {kind}; allowed are {', '.join(rule.kinds)}."
        yield said, f"Write `#| compute: {{kind: {rule.kinds[0]}}}`.", "compute"
    if rule.memory_mb is not None and isinstance(memory, int | float) and memory > rule.memory_mb:
        said = f"{asset.shown} asks for {memory} MB, above the {rule.memory_mb} that are allowed."
        yield said, f"Ask for at most {rule.memory_mb} MB.", "compute"
    if rule.minutes is not None and isinstance(seconds, int | float) and seconds > rule.minutes * 60:
        said = f"{asset.shown} may run for {seconds} seconds, above the {rule.minutes} minutes that are allowed."
        yield said, f"Ask for at most {rule.minutes * 60} seconds.", "compute"


_PLAIN: Mapping[str, Callable[[Rule, AssetFacts], Iterator[Lack]]] = {
    "naming": _naming,
    "no_sources": _no_sources,
    "checks": _checks,
    "retention": _retention,
    "compute": _compute,
    "approval": _approval,
}
_WHOLE = {"run": "an asset", "project": "all assets"}


def _approvers(rule: Rule) -> str:
    return "somebody other than its analyst" if "*" in rule.by else " or ".join(rule.by)


def _approves(wanted: Sequence[str], who: str) -> bool:
    name, _, address = who.rstrip(">").rpartition("<")
    shown = [part.strip().casefold() for part in (who, name, address)]
    return any(fnmatchcase(one, pattern.casefold()) for pattern in wanted for one in shown if one)


def told(rule: Rule) -> str:
    """Say in a sentence what a rule asks for."""
    said = {
        "requires": f"An asset has {_listed([_with_article(_SHOWN[need]) for need in rule.what])}",
        "naming": f"An asset's name is as the pattern {rule.pattern} asks",
        "no_sources": "An asset reads no source",
        "checks": f"An asset has one of the checks {', '.join(rule.checks)}",
        "classification": f"An asset is at most {rule.level}",
        "retention": f"Data is kept for at most {rule.most} days",
        "compute": "An asset runs within " + ", ".join(_limits(rule)),
        "cost": f"A run of {_WHOLE[rule.of]} costs at most {rule.most or 0:.2f} US dollars",
        "personal_columns": "A column that looks personal is declared as personal",
        "approval": f"An asset is approved by {_approvers(rule)}",
    }[rule.rule]
    where = [f"in {_listed(rule.layers)}"] if rule.layers else []
    where += [f"of {_listed(rule.assets)}"] if rule.assets else []
    where += ["where data is personal"] if rule.personal else []
    return f"{said}{', ' + ', '.join(where) if where else ''}{' (a warning)' if rule.severity == 'warning' else ''}."


def _with_article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _limits(rule: Rule) -> Iterator[str]:
    if rule.kinds:
        yield f"the kinds {_listed(rule.kinds)}"
    if rule.memory_mb is not None:
        yield f"{rule.memory_mb} MB"
    if rule.minutes is not None:
        yield f"{rule.minutes} minutes"


def _listed(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)
