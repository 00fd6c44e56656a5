"""The lists of partitions that steps name and the project's configuration must have, told before anything is run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from promote.model import Finding, Notebook, Plan


def unknown_lists(root: Path, plans: Sequence[Plan], notebooks: Mapping[str, Notebook]) -> list[Finding]:
    """Tell the steps whose `partitions:` name a list that stands nowhere under `partitions:` in the configuration.

    Nothing is read where no step names one.

    Args:
        root: The project.
        plans: Of the steps that are about to be promoted.
        notebooks: Their notebooks, by path.

    Raises:
        UserError: The configuration cannot be read.
    """
    named = [(plan, values) for plan in plans if (values := (plan.step.options.get("partitions") or {}).get("values"))]
    if not named:
        return []
    from platform_core.config import load_config  # noqa: PLC0415 - few steps have partitions
    from platform_core.suggest import did_you_mean  # noqa: PLC0415 - as above

    known = load_config(root).partitions
    found = []
    for plan, values in named:
        if values not in known:
            cell, line = plan.step.options.lines.get("partitions", (plan.step.cells[0], 1))
            at = notebooks[plan.notebook].at(cell, line, tag=plan.step.tag)
            add = f"Add `{values}: [{_value(plan)}]` under `partitions:` in config/base.yaml."
            hint = f"{did_you_mean(values, known)} {add}" if known else add
            found.append(Finding("PR222", "error", f"The project has no partitions {values!r}.", at, hint))
    return found


def _value(plan: Plan) -> str:
    """Give the value that the notebook has for the list, as YAML takes it."""
    default = next((p.default for p in plan.function.parameters if p.name == plan.partition_parameter), "")
    return default.replace("'", '"') or "…"
