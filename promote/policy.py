"""The project's policies at promotion: what a rule finds, told at the cell and line that it is about.

The engine is that of `platform_core.governance.policies`, which continuous integration and the run use too. What other
notebooks make is read from promoted modules and evidence: an asset takes the highest classification of its inputs.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from platform_core.errors import UserError
from platform_core.governance.days import today
from platform_core.governance.policies.engine import Breach, covers, judge
from platform_core.governance.policies.found import unpacked
from platform_core.governance.policies.model import AssetFacts, Exemption, Policies
from platform_core.governance.policies.reading import read_policies
from platform_core.values import replace
from promote.evidence import read_evidence
from promote.findings import FindingError
from promote.model import Finding, Fix, Notebook, Plan, location_of
from promote.project import Project
from promote.render.header import CLASSIFIED
from promote.render.names import paths_of
from promote.trees import parse
from promote.vocabulary import layers

CODES = {
    "requires": "PR952",
    "personal": "PR953",
    "naming": "PR954",
    "no_sources": "PR955",
    "checks": "PR956",
    "classification": "PR957",
    "retention": "PR958",
    "compute": "PR959",
    "cost": "PR959",
    "approval": "PR960",
    "exception": "PR961",
    "personal_columns": "PR963",
}


def policy_findings(
    project: Project, plans: Sequence[tuple[Notebook, Plan]], chosen: Collection[str], day: str | None = None
) -> list[Finding]:
    """Hold the steps of notebooks against the project's policies.

    Args:
        project: The project.
        plans: Every step that could be planned, with its notebook.
        chosen: Tags of the steps to tell of; all where it is empty.
        day: The day; today where it is not given.

    Raises:
        FindingError: The policies themselves cannot be used.
    """
    return _judged(project, plans, {}, chosen, day)


def undeclared(project: Project, plans: Sequence[tuple[Notebook, Plan]]) -> dict[str, list[str]]:
    """Give the options that the project's policies ask for and steps do not have, by the steps' tags.

    Raises:
        FindingError: The policies themselves cannot be used.
    """
    own = {plan.step.name: plan.step.tag for _, plan in plans}
    facts = [_facts(plan, {}) for _, plan in plans]
    found: dict[str, list[str]] = {}
    for breach in judge(_policies(project), facts, on=today()):
        if breach.kind == "requires" and breach.exemption is None and breach.severity == "error":
            found.setdefault(own[breach.asset], []).append(breach.option)
    return found


def personal_findings(
    project: Project,
    plans: Sequence[tuple[Notebook, Plan]],
    found: Mapping[str, Mapping[str, Mapping[str, Any]]],
    day: str | None = None,
) -> list[Finding]:
    """Tell the columns that a run of steps has shown to look personal, and that nothing declares so.

    Args:
        project: The project.
        plans: Every step that could be planned, with its notebook.
        found: What evidence says of such columns, by tag.
        day: The day; today where it is not given.

    Raises:
        FindingError: The policies themselves cannot be used.
    """
    chosen = [tag for tag, columns in found.items() if columns]
    told = _judged(project, plans, found, chosen, day) if chosen else []
    return [one for one in told if one.code == CODES["personal_columns"]]


def _judged(
    project: Project,
    plans: Sequence[tuple[Notebook, Plan]],
    found: Mapping[str, Mapping[str, Mapping[str, Any]]],
    chosen: Collection[str],
    day: str | None,
) -> list[Finding]:
    on = day or today()
    policies = _policies(project)
    own = {plan.step.name: (notebook, plan) for notebook, plan in plans}
    facts = {name: _facts(plan, found.get(plan.step.tag, {})) for name, (_, plan) in own.items()}
    behind = known_behind(project, {one for fact in facts.values() for one in fact.inputs} - own.keys())
    given_out = {one.name: one for _, plan in plans for one in _outputs(plan)}
    own |= {name: own[one.inputs[0]] for name, one in given_out.items()}
    # Who declares the rest is judged where it is promoted, so it is here for its classification alone
    breaches = judge(policies, [*facts.values(), *given_out.values(), *behind.values()], on=on)
    stopping = {(one.asset, one.rule, one.option) for one in breaches if one.stops or one.severity == "warning"}
    findings: list[Finding] = []
    for breach in breaches:
        of = given_out.get(breach.asset)
        if of is not None and breach.kind != "naming" and (of.inputs[0], breach.rule, breach.option) in stopping:
            continue  # told of the step, and mended there
        if breach.asset not in own or (chosen and own[breach.asset][1].step.tag not in chosen):
            continue
        notebook, plan = own[breach.asset]
        told = list(_told(notebook, plan, breach, policies, on, option="publish" if of is not None else ""))
        if breach.kind == "requires" and of is None and breach.exemption is None:
            told[0] = replace(told[0], fix=_answer(project, notebook, plan, breach.option, [one for _, one in plans]))
        findings += told
    return findings


def _answer(project: Project, notebook: Notebook, plan: Plan, option: str, others: Sequence[Plan]) -> Fix | None:
    from promote.suggest.answers import answered  # noqa: PLC0415 - only where something is lacking

    return answered(notebook, plan, option, project.root, others) if not plan.step.by_dbt else None


def known_behind(project: Project, names: Iterable[str]) -> dict[str, AssetFacts]:
    """Give the assets of other notebooks that some assets are made of, as far as their modules tell."""
    found: dict[str, AssetFacts] = {}
    waiting = sorted(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = _promoted(project, name)
            waiting += found[name].inputs
    return found


def files_behind(project: Project, names: Iterable[str]) -> list[str]:
    """Give the files that `known_behind` reads, whether they are there or not."""
    found = sorted({*names, *known_behind(project, names)})
    return [path for name in found for layer in layers() for path in _files(project, layer, name)]


def _files(project: Project, layer: str, name: str) -> tuple[str, str, str]:
    return *paths_of(project.package, layer, name), f"evidence/{layer}/{name}.json"


def _promoted(project: Project, name: str) -> AssetFacts:
    for layer in layers():
        module, model, evidence = _files(project, layer, name)
        try:
            if (project.root / model).is_file():
                level = _said_by_model((project.root / model).read_text(encoding="utf-8"))
            else:
                level = _declared(parse((project.root / module).read_text(encoding="utf-8")), name)
        except (OSError, ValueError, SyntaxError, RecursionError):
            continue
        last = read_evidence(project.root, evidence)
        inputs = tuple(sorted(last.facts.inputs)) if last is not None and last.facts is not None else ()
        return AssetFacts(name=name, layer=layer, inputs=inputs, classification=level)
    return AssetFacts(name=name)


def _said_by_model(text: str) -> str | None:
    """Give the classification that the head of a promoted model of dbt says."""
    head = f"--{CLASSIFIED[1:]}"
    return next((line.removeprefix(head) for line in text.split("\n") if line.startswith(head)), None)


def _declared(tree: ast.Module, name: str) -> str | None:
    """Give the classification that the decorator of an asset says."""
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef):
            continue
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call):
                said = {one.arg: one.value.value for one in decorator.keywords if isinstance(one.value, ast.Constant)}
                if said.get("name", node.name) == name and "classification" in said:
                    return str(said["classification"])
    return None


def _policies(project: Project) -> Policies:
    try:
        return read_policies(project.root) or Policies()
    except UserError as error:
        problem = error
    except (TypeError, ValueError):
        problem = _said_by_pydantic(project)
    at = location_of(problem.location or "policies")
    said, *others = problem.message.split("\n")
    if others:
        said += f" `workbench policy check` tells {len(others)} more."
    raise FindingError(Finding("PR951", "error", said, at, problem.hint or ""))


def _said_by_pydantic(project: Project) -> UserError:
    """Let the validation that names every mistake look at the files: this run verifies nothing, so it may cost."""
    from platform_core.governance.policies.loading import load_policies  # noqa: PLC0415 - only where something is wrong

    try:
        load_policies(project.root)
    except UserError as error:
        return error
    return UserError("A file of policies cannot be read.", location="policies")


def _outputs(plan: Plan) -> Iterator[AssetFacts]:
    """Give the assets that give a step's asset out, as the module's own lines make them."""
    outputs = plan.step.options.get("publish") or ()
    if outputs:
        from promote.selection.publish_option import asset_name  # noqa: PLC0415 - few steps give anything out

        for output in outputs:
            yield AssetFacts(
                name=asset_name(plan.step.name, output),
                layer="outputs",
                inputs=(plan.step.name,),
                owners=_owners(plan),
                description=f"What is given out of {plan.step.name}.",
                outside=True,
            )


def _owners(plan: Plan) -> tuple[str, ...]:
    owner = plan.step.options.get("owner")
    return (owner,) if isinstance(owner, str) else tuple(owner or ())


def _facts(plan: Plan, found: Mapping[str, Mapping[str, Any]]) -> AssetFacts:
    options = plan.step.options
    declared = {name for name, one in found.items() if one["declared"]}
    checks = [one if isinstance(one, str) else next(iter(one), "") for one in options.get("checks", ())]
    checks += ["schema_validation"] if options.get("schema") else []
    return AssetFacts(
        name=plan.step.name,
        layer=plan.step.layer,
        inputs=tuple(sorted({one.asset for one in plan.function.inputs})),
        sources=tuple(one.name for one in plan.function.resources),
        owners=_owners(plan),
        description=str(options.get("description") or plan.step.markdown),
        classification=options.get("classification"),
        retention_days=options.get("retention_days"),
        key=tuple(options.get("key") or ()),
        personal=tuple(sorted({*(options.get("personal") or ()), *declared})),
        found=unpacked(found),
        checks=(*checks, *(check.name for check in plan.checks)),
        compute=options.get("compute"),
        cost=options.get("cost"),
        partitioned=bool(options.get("partitions")),
        notebook=plan.notebook,
    )


def _told(
    notebook: Notebook, plan: Plan, breach: Breach, policies: Policies, on: str, *, option: str = ""
) -> Iterator[Finding]:
    cell, line = plan.step.options.lines.get(option or breach.option, (plan.step.cells[0], 1))
    at = notebook.at(cell, line, tag=plan.step.tag)
    place = f", {breach.place}" if breach.place else ""
    message = f"{breach.said[:-1]} (rule {breach.rule}{place})."
    if breach.exemption is not None:
        covered = f"Excepted until {breach.exemption.expires}; {breach.exemption.owner} answers for it."
        yield Finding(CODES[breach.kind], "note", message, at, covered)
        return
    yield Finding(CODES[breach.kind], breach.severity, message, at, breach.hint)
    for position, one in enumerate(policies.exceptions):
        if _expired(one, breach, on):
            place = policies.places.get(("exceptions", position), "")
            said = f"The exception of {breach.asset} from the rule {one.rule} expired on {one.expires} ({place})."
            hint = f"Keep the rule, or let {one.owner} agree a new date with a reason."
            yield Finding("PR961", breach.severity, said, at, hint)


def _expired(one: Exemption, breach: Breach, on: str) -> bool:
    return one.expires < on and covers(one, breach)
