"""What `workbench policy` says: breaches with what to do, the rules in words, access by role."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from platform_core.errors import UsageError, UserError
from platform_core.governance.policies.engine import Breach, explain, judge
from platform_core.governance.policies.lacks import matches
from platform_core.governance.policies.model import Policies
from platform_core.governance.policies.staleness import stale
from platform_core.suggest import did_you_mean
from promote.reports.report import clean
from workbench.governance.loading import Governed
from workbench.governance.recorded import cell_of


def breaches(found: Governed, on: str, costs: Mapping[str, float] | None = None) -> tuple[Breach, ...]:
    """Give all that is wrong: what assets lack, and what of the policies is out of date."""
    return (*judge(found.policies, found.assets, on=on, costs=costs), *stale(found.policies, found.assets, on=on))


def read_costs(path: Path) -> dict[str, float]:
    """Read what a run of each asset costs, in US dollars, from a JSON file of asset to number.

    Raises:
        UserError: It cannot be read, or holds something else.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): float(cost) for name, cost in content.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        hint = 'Write {"ASSET": 1.25, …}, in US dollars.'
        raise UserError("The costs cannot be read.", hint=hint, location=str(path)) from None


def as_text(found: Governed, told: Sequence[Breach]) -> str:
    """Give breaches as text: what stops first, then warnings, then what is excepted."""
    if not found.policies.rules and not told:
        return "The project has no policies. Write policies/own.yaml with `use: minimal` to have some.\n"
    counted = [_blocks(found, told, word, wanted) for word, wanted in _KINDS.items()]
    lines = [line for block in counted for line in block]
    stops = sum(one.stops for one in told)
    said = f"{len(found.assets)} assets, {len(found.policies.rules)} rules: "
    said += (
        "nothing stands in the way"
        if not stops
        else f"{stops} {'thing stands' if stops == 1 else 'things stand'} in the way"
    )
    return "\n".join([*lines, f"{said}."]) + "\n"


_KINDS: Mapping[str, Any] = {
    "error": lambda one: one.stops,
    "warning": lambda one: one.severity == "warning" and one.exemption is None,
    "excepted": lambda one: one.exemption is not None,
}


def _blocks(found: Governed, told: Sequence[Breach], word: str, wanted: Any) -> Iterator[str]:
    modules = {asset.name: asset.module or asset.notebook for asset in found.assets}
    for one in told:
        if wanted(one):
            at = _cell(found, one) or modules.get(one.asset, one.place)
            yield clean(f"{word}: {f'{at}: ' if at else ''}{one.said}")
            place = f"  rule: {one.rule}" + (f", {one.place}" if one.place else "")
            yield clean(place)
            if one.exemption is not None:
                until = f"until {one.exemption.expires}, {one.exemption.owner}: {one.exemption.reason}"
                yield clean(f"  excepted {until}")
            elif one.hint:
                yield clean(f"  do: {one.hint}")


def _cell(found: Governed, breach: Breach) -> str:
    """Give the cell of the step that a breach is of, where it is about a column that the step's run has shown."""
    return cell_of(found.project.root, found.by_name[breach.asset]) if breach.column else ""


def as_json(found: Governed, told: Sequence[Breach], on: str) -> str:
    """Give breaches as JSON."""
    modules = {asset.name: asset for asset in found.assets}
    content = [
        {
            "rule": one.rule,
            "kind": one.kind,
            "asset": one.asset,
            "severity": one.severity,
            "stops": one.stops,
            "said": one.said,
            "hint": one.hint,
            "column": one.column,
            "cell": _cell(found, one),
            "place": one.place,
            "module": modules[one.asset].module if one.asset in modules else "",
            "notebook": modules[one.asset].notebook if one.asset in modules else "",
            "excepted_until": one.exemption.expires if one.exemption else None,
        }
        for one in told
    ]
    return json.dumps({"version": 1, "on": on, "assets": len(found.assets), "breaches": content}, indent=2) + "\n"


def explained(policies: Policies, names: Sequence[str]) -> list[dict[str, Any]]:
    """Give every rule, or those named, in words, with where it stands and who is excepted.

    Raises:
        UsageError: There is no rule of a name.
    """
    rules = explain(policies)
    known = [rule for rule, _, _ in rules]
    for name in names:
        if name not in known:
            raise UsageError(f"There is no rule {name!r}.", hint=did_you_mean(name, known))
    return [
        {
            "rule": rule,
            "said": said,
            "place": place,
            "exceptions": [
                {"assets": list(one.assets), "owner": one.owner, "reason": one.reason, "expires": one.expires}
                for one in policies.exceptions
                if one.rule == rule
            ],
        }
        for rule, said, place in rules
        if not names or matches(names, rule)
    ]


def explained_text(rules: Sequence[Mapping[str, Any]]) -> str:
    """Give the same as text."""
    lines: list[str] = []
    for one in rules:
        lines += [f"{one['rule']}: {one['said']}", f"    {one['place']}"]
        lines += [
            f"    excepted: {', '.join(each['assets'])}, until {each['expires']} ({each['owner']}): {each['reason']}"
            for each in one["exceptions"]
        ]
    return "\n".join(map(clean, lines)) + "\n"
