"""What a step takes, held against what it is: its own asset, an import, other partitions, a source."""

from __future__ import annotations

from promote.dataflow.closure import Closure
from promote.dataflow.refusals import Context
from promote.model import Finding, Function, Step


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
