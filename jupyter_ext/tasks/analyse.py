"""The panel's question: what the notebook would become, what stands in its way, and how it stands to its modules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jupyter_ext.tasks.lineage import lineage
from jupyter_ext.tasks.opened import Opened, opened
from platform_core.costs.remembered import remembered
from promote.model import Plan, Step
from promote.reports.report import finding_values

Tell = Any
_WORST = {"error": 0, "warning": 1, "note": 2}
_Costs = Mapping[str, tuple[float, str]]


def run(question: Mapping[str, Any], _: Tell) -> dict[str, Any]:
    """Give steps, findings and lineage of a notebook as it is in the editor."""
    found = opened(question)
    plans = {plan.step.tag: plan for plan in found.prepared.plans} if found.prepared else {}
    steps = found.prepared.selection.steps if found.prepared else ()
    costs = remembered(found.project.root)
    return {
        "notebook": found.notebook.path,
        "package": found.project.package,
        "steps": [_step(found, step, plans.get(step.tag), costs) for step in steps],
        "findings": [finding_values(one) for one in sorted(found.findings, key=lambda one: _WORST[one.severity])],
        "lineage": lineage(found),
        "names": sorted(f"{layer}:{name}" for made in found.rows.values() for layer, name, _ in made),
    }


def _step(found: Opened, step: Step, plan: Plan | None, costs: _Costs) -> dict[str, Any]:
    options = {key: value for key, value in step.options.values.items() if key != "checks"}
    state, said = found.drift(step.tag) if plan is not None else ("refused", None)
    stand = found.work.stands.get(step.tag)
    facts = stand.evidence.facts if stand is not None and stand.evidence is not None else None
    function = plan.function if plan is not None else None
    return {
        "tag": step.tag,
        "layer": step.layer,
        "name": step.name,
        "cells": list(step.cells),
        "described": {"checks": list(step.checks), "tests": list(step.tests), "charts": list(step.charts)},
        "inputs": [
            {"asset": given.asset, "kind": stand.kinds.inputs.get(given.parameter, "unknown") if stand else "unknown"}
            for given in (function.inputs if function else ())
        ],
        "parameters": [f"{one.name}: {one.type}" for one in (function.parameters if function else ())],
        "resources": [one.name for one in (function.resources if function else ())],
        "output": {"name": function.output, "kind": stand.kinds.output} if function and stand else None,
        "checks": [_check(one) for one in step.options.get("checks", ())]
        + [one.name for one in (plan.checks if plan else ())],
        "compute": step.options.get("compute"),
        "options": options | ({"checks": step.options.get("checks")} if step.options.get("checks") else {}),
        "cost": _cost(costs, step),
        "state": state,
        "said": said.message if said else "",
        "hint": said.hint if said else "",
        "verified": facts is not None,
        "rows": facts.output.rows if facts else None,
    }


def _cost(costs: _Costs, step: Step) -> float | None:
    """Give what a run costs, as an estimate: what such runs did cost, else what the notebook says."""
    known = costs.get(step.name)
    said = step.options.get("cost")
    return said if known is None else float(f"{known[0]:.3g}")


def _check(one: Any) -> str:
    return one if isinstance(one, str) else next(iter(one), "")
