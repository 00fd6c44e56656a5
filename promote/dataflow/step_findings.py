"""What a step takes, held against what it is: its own asset, an import, other partitions, a source."""

from __future__ import annotations

from collections.abc import Mapping

from promote.dataflow.closure import Closure
from promote.dataflow.refusals import Context
from promote.model import Finding, Function, Input, Step


def step_findings(context: Context, step: Step, function: Function, closure: Closure) -> list[Finding]:
    """Check what a step takes against what it is."""
    found: list[Finding] = []
    first = closure.own[0]
    partitions = step.options.get("partitions")
    if step.name in context.program.functions.imports:
        message = f"{step.tag} has the name of an import, so its module could not hold both."
        found.append(context.finding("PR317", message, first, None, "Give the step another name."))
    for given in function.inputs:
        if given.asset == step.name:
            found.append(
                context.finding("PR317", f"{step.tag} reads its own asset.", first, None, "Give the step another name.")
            )
        if given.partition is not None and not _is_own_key(context, closure, partitions, given):
            found.append(_of_a_partition(context, step, closure, given))
        upstream = context.steps.get(given.asset)
        cut = upstream.options.get("partitions") if upstream is not None and not given.external else None
        if cut and cut != partitions:
            found.append(
                context.finding(
                    "PR326",
                    f"{step.tag} would get every partition of {given.asset}, where the notebook has one.",
                    first,
                    None,
                    f'Read it with load_asset("{given.asset}"), in a notebook of its own.',
                )
            )
    if partitions and (parameter := partitions.get("parameter")) and parameter not in closure.parameters:
        cell, line = step.options.lines.get("partitions", (step.cells[0], 1))
        found.append(
            Finding(
                "PR321",
                "error",
                f"The step does not use the partition parameter `{parameter}`.",
                context.notebook.at(cell, line, tag=step.tag),
                "Give it a value in the cell tagged `parameters`, and read it in the step.",
            )
        )
    for output in step.options.get("publish") or ():
        if partitions is None and any("{partition}" in str(value) for value in output.values()):
            cell, line = step.options.lines.get("publish", (step.cells[0], 1))
            message = f"{step.tag} publishes by partition, and has none."
            hint = "Say how it is cut with partitions:, or take {partition} out of the path."
            found.append(Finding("PR222", "error", message, context.notebook.at(cell, line, tag=step.tag), hint))
    if step.layer != "bronze" and function.resources:
        found.append(
            context.finding(
                "PR324",
                f"{step.tag} reads the source {function.resources[0].name}; only bronze steps touch sources.",
                first,
                None,
                "Harvest it in a bronze step and read that with load_asset.",
                "warning",
            )
        )
    return found


def _is_own_key(context: Context, closure: Closure, partitions: Mapping[str, object] | None, given: Input) -> bool:
    """Whether the partition that is loaded is the step's own: Dagster gives a step that one, and no other."""
    key = str((partitions or {}).get("parameter"))
    if given.partition != f"${key}":
        return False
    from promote.dataflow.fresh import bound_within  # noqa: PLC0415 - few loads name a partition

    above = context.program.statements[: max(closure.included, default=0) + 1]
    loading = [s.node for s in above if any(one.name == given.asset for one in s.loads)]
    rebound = any(s.role.kind != "parameters" and key in s.effects.touched for s in above)
    return not rebound and not any(key in bound_within(node) for node in loading)


def _of_a_partition(context: Context, step: Step, closure: Closure, given: Input) -> Finding:
    """Tell that a step loads a partition that production would not give it."""
    statements = context.program.statements
    at = next((s for s in statements if any(one.name == given.asset for one in s.loads)), closure.own[0])
    use = next((one.use for one in at.loads if one.name == given.asset), None)
    if step.options.get("partitions"):
        message = f"{step.tag} would get its own partition of {given.asset}, where the notebook names another."
        hint = "Name the parameter that holds the step's partition, and bind it in the parameters cell alone."
    else:
        message = f"{step.tag} would get every partition of {given.asset}, where the notebook has one."
        hint = f'Read all, load_asset("{given.asset}"), and keep the rows that you want; or cut the step by partitions.'
    return context.finding("PR326", message, at, use, hint)
