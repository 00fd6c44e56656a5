"""Plan each step of a notebook: which variable it gives, which function it becomes, what checks and draws it.

Takes a `Selection`, gives a `Plan` for every step that can be promoted and a finding for whatever stands in the way.
Nothing is run and nothing but the selection is looked at.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence

from platform_core.canonical import digest
from platform_core.values import dataclass, field, replace
from promote import __version__
from promote.dataflow.assemble import Assembly
from promote.dataflow.bodies import Body, InCommon
from promote.dataflow.closure import Closure, resolve
from promote.dataflow.excerpt import cell_offsets
from promote.dataflow.outputs import Output, output_of
from promote.dataflow.program import Program, Statement, build
from promote.dataflow.refusals import Context
from promote.dataflow.repeats import lines, repeats
from promote.dataflow.shared import bound_names, share
from promote.dataflow.sorting import ends_in_sort
from promote.dataflow.step_findings import step_findings
from promote.hashing import logic
from promote.model import CodeCell, Finding, Fragment, Function, Plan, Role, Selection, Severity, Step
from promote.outside.advice import advice, advice_on_size
from promote.outside.outside import hangs_on_more, outside_world
from promote.outside.sightings import Looker
from promote.render.names import reserved_names


@dataclass(frozen=True, slots=True)
class Planned:
    """The plans of a notebook in the order in which data flows, and every finding about its steps."""

    plans: tuple[Plan, ...]
    findings: tuple[Finding, ...]
    refused: tuple[str, ...]  # tags of the steps that cannot be promoted
    told: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)  # by step: what was found in planning it

    def about(self, tags: Collection[str]) -> tuple[Finding, ...]:
        """Give the findings of some steps, wherever in the notebook their reasons stand."""
        own = {found for tag in tags for found in self.told.get(tag, ())}
        return tuple(found for found in self.findings if found in own or found.location.tag in tags)


def plan(
    selection: Selection,
    *,
    include_needed: bool = False,
    granted: Collection[str] = (),
    apart: Collection[str] = (),
) -> Planned:
    """Plan every step of a notebook.

    Args:
        selection: What the notebook's cells are.
        include_needed: Whether steps take the untagged statements that they need.
        granted: Tags of steps that do so in any case.
        apart: Tags of steps that share none of those with others.
    """
    program = build(selection.cells)
    told: dict[str, list[Finding]] = {step.tag: [] for step in selection.steps}
    outputs: dict[str, Output] = {}
    for step in selection.steps:
        output = output_of(step, program, selection.notebook)
        if isinstance(output, Finding):
            told[step.tag].append(output)
        elif output is not None:
            outputs[step.tag] = output
    including = frozenset(told) if include_needed else frozenset(granted)
    planner = _Planner(selection, program, outputs, including)
    plans: list[Plan] = []
    refused: list[str] = []
    for step in selection.steps:
        found, more = planner.plan(step) if step.tag in outputs else (None, [])
        told[step.tag] += more
        if found is None or any(f.severity == "error" for f in more) or not planner.broken.isdisjoint(step.cells):
            refused.append(step.tag)
        else:
            plans.append(found)
    findings = list(dict.fromkeys(found for of_step in told.values() for found in of_step))
    common = planner.in_common(plans, apart)
    shared = share(plans, program, [maker for maker, _ in common.makers])
    ordered, cyclic = _in_order([hashed(p) for p in shared])
    for one in cyclic:
        place = selection.notebook.at(one.step.cells[0], 1, tag=one.step.tag)
        others = ", ".join(c.step.tag for c in cyclic if c is not one) or "itself"
        findings.append(
            Finding(
                "PR325",
                "error",
                f"{one.step.tag} and {others} need one another.",
                place,
                "Cut the circle: let one of them work without the other.",
            )
        )
        refused.append(one.step.tag)
    findings += repeats(planner.context, planner.takers, common, shared)
    findings += advice_on_size(selection)
    if any(cell.count is not None for cell in selection.notebook.cells):
        from promote.selection.run_order import told_of_order  # noqa: PLC0415 - what was never run was in no order

        findings += told_of_order(selection)
    by_step = {tag: tuple(found) for tag, found in told.items()}
    return Planned(tuple(ordered), tuple(findings), tuple(refused), by_step)


class _Planner:
    def __init__(
        self, selection: Selection, program: Program, outputs: Mapping[str, Output], including: frozenset[str]
    ) -> None:
        self.selection = selection
        self.program = program
        self.outputs = outputs
        self.including = including  # tags of the steps that take the untagged statements they need
        errors = (f.location.cell for f in selection.findings if f.severity == "error")
        self.broken = frozenset(cell for cell in errors if cell is not None)
        session = tuple(f for f in selection.findings if f.code == "PR127")
        self.context = Context(selection.notebook, program, outputs, self.broken, session)
        self.looker = Looker(program)
        self.takers: dict[int, list[str]] = {}  # statements taken because they are needed, and by which steps
        self.bodies: dict[str, Body] = {}  # of the steps that take any
        self.cells: dict[int, CodeCell] = {c.position: c for c in selection.cells}
        self.futures = tuple(
            dict.fromkeys(
                f"from __future__ import {alias.name}"
                for s in program.statements
                if isinstance(s.node, ast.ImportFrom) and s.node.module == "__future__"
                for alias in s.node.names
            )
        )

    def plan(self, step: Step) -> tuple[Plan | None, list[Finding]]:
        """Plan one step with its checks, tests and charts."""
        output = self.outputs[step.tag]
        role = Role("step", step.layer, step.name)
        schema = step.options.get("schema")
        closure = resolve(
            self.context,
            role,
            step.cells,
            include_needed=step.tag in self.including,
            wanted=[output.variable, *([schema] if schema else [])],
        )
        outside = outside_world(self.context, step, closure, self.looker)
        findings = [*closure.findings, *outside]
        findings += advice(self.context, step, closure, self.looker)
        if closure.refused or any(f.severity == "error" for f in closure.findings):
            return None, findings
        for index, origin in closure.included.items():
            if origin == "needed":
                self.takers.setdefault(index, []).append(step.tag)
        reserved = reserved_names(step)
        function, told = self.function(closure, step.name, output.variable, reserved, {}, keep=schema, of=step)
        findings += told + self.notes(step, closure) + step_findings(self.context, step, function, closure)
        beside = step.checks or step.charts or step.tests
        taken = {n: (f.cell, f.first) for f in function.definitions for n in bound_names(f.text)} if beside else {}
        checks: list[Function] = []
        charts: list[Function] = []
        tests: list[Function] = []
        for kind, positions, into in (
            ("check", step.checks, checks),
            ("chart", step.charts, charts),
            ("test", step.tests, tests),
        ):
            for number, position in enumerate(positions, 1):
                name = f"{kind}_{step.name}" + (f"_{number}" if number > 1 else "")
                made, told = self.companion(step, Role(kind, "", step.name), position, name, reserved, taken)  # type: ignore[arg-type]  # the three kinds above
                findings += told
                if made is not None:
                    into.append(made)
                    taken.update({n: (f.cell, f.first) for f in made.definitions for n in bound_names(f.text)})
        if any(f.severity == "error" for f in findings):
            return None, findings
        partitions = step.options.get("partitions") or {}
        finished = Plan(
            step,
            self.selection.notebook.path,
            function,
            tuple(checks),
            tuple(charts),
            tuple(tests),
            ordered=bool(step.options.get("ordered", ends_in_sort(self.program, step, output))),
            renewed=hangs_on_more(outside, function),
            partition_parameter=partitions.get("parameter"),
        )
        return finished, findings

    def function(
        self,
        closure: Closure,
        name: str,
        output: str,
        reserved: frozenset[str],
        taken: Mapping[str, tuple[int, int]],
        *,
        keep: str | None = None,
        of: Step | None = None,
    ) -> tuple[Function, list[Finding]]:
        """Assemble a function, maybe that `of` a step; `keep` is a definition that must stand at module level."""
        assembly = Assembly(self.context, self.cells, closure, reserved=reserved, taken=taken)
        made = assembly.build(name, output, keep)
        if of is not None and not of.by_dbt and any(f.origin == "needed" for f in made.body):
            self.bodies[of.tag] = assembly.as_body(of.tag)
        future = tuple(Fragment(0, 0, 0, line, "import") for line in self.futures)
        findings = list(assembly.findings)
        if keep and not any(keep in bound_names(f.text) for f in (*made.definitions, *made.imports)):
            place = closure.own[0]
            findings.append(
                self.context.finding(
                    "PR402",
                    f"The schema `{keep}` depends on something in the step, so it cannot stand beside it.",
                    place,
                    None,
                    "Define the model in a cell tagged `helpers`, from imports and constants.",
                )
            )
        return (replace(made, imports=future + made.imports) if future else made), findings

    def in_common(self, plans: Sequence[Plan], apart: Collection[str]) -> InCommon:
        """Give what the functions of steps have in common of the statements that they need."""
        if not any(len(takers) > 1 for takers in self.takers.values()):
            return InCommon((), {})
        from promote.dataflow.in_common import in_common  # noqa: PLC0415 - few notebooks have steps that share any

        sharing = [p for p in plans if p.step.tag in self.bodies and p.step.tag not in apart]
        return in_common([self.bodies[p.step.tag] for p in sharing], self.program, plans)

    def companion(
        self,
        step: Step,
        role: Role,
        position: int,
        name: str,
        reserved: frozenset[str],
        taken: Mapping[str, tuple[int, int]],
    ) -> tuple[Function | None, list[Finding]]:
        """Plan a check, chart or test cell of a step."""
        closure = resolve(self.context, role, [position], include_needed=step.tag in self.including)
        if not closure.own or closure.refused or any(f.severity == "error" for f in closure.findings):
            return None, closure.findings
        output = self.figure(closure) if role.kind == "chart" else ""
        function, findings = self.function(closure, name, output, reserved, taken)
        if role.kind == "chart" and not output:
            function = _returning_last(function, closure.own[-1], self.cells[position])
        asset = self.outputs[step.tag].variable
        for given in function.inputs:
            if given.asset != step.name or role.kind == "test":
                findings.append(
                    self.context.finding(
                        "PR328",
                        f"A {role.kind} of {step.name} reads {given.asset}.",
                        closure.own[0],
                        None,
                        "A test builds its own frames from literals."
                        if role.kind == "test"
                        else f"It may read `{asset}`, definitions and parameters only.",
                    )
                )
        for parameter in function.parameters if role.kind == "chart" else ():
            message = f"A chart of {step.name} reads `{parameter.name}`, and is drawn with the notebook's value always."
            hint = "Draw what stands in the asset's own columns."
            findings.append(self.context.finding("PR328", message, closure.own[0], None, hint, "warning"))
        if function.resources:
            findings.append(
                self.context.finding(
                    "PR328",
                    f"A {role.kind} of {step.name} uses a resource.",
                    closure.own[0],
                    None,
                    "Read the source in a bronze step.",
                )
            )
        return function, [*closure.findings, *findings]

    def figure(self, closure: Closure) -> str:
        """The variable that holds a chart cell's figure, empty where the last expression is the figure."""
        last = closure.own[-1]
        if isinstance(last.node, ast.Assign) and len(last.binds) == 1:
            return next(iter(last.binds))
        if isinstance(last.node, ast.Expr) and self.draws_with_pyplot(closure):
            return "plt.gcf()"
        return ""

    def draws_with_pyplot(self, closure: Closure) -> bool:
        paths = self.program.functions.imports
        return paths.get("plt") == "matplotlib.pyplot" and any("plt" in s.reads for s in closure.own)

    def notes(self, step: Step, closure: Closure) -> list[Finding]:
        """Say what was dropped and what was taken."""

        def note(code: str, message: str, statement: Statement) -> Finding:
            return self.context.finding(code, message, statement, None, "", "note")

        shown = "This line only shows something, so the asset leaves it out."
        dropped = [note("PR318", shown, s) for s in closure.own if s.index in closure.dropped]
        inner = "The display within this block or function is left out."
        included = [self.program.statements[i] for i in sorted(closure.included)]
        dropped += [note("PR318", inner, s) for s in included if self.context.inner_displays(s)]
        for s in included if self.context.is_watched else ():
            if s.index not in closure.dropped:
                said = dict.fromkeys(one.said for one in self.context.trimmed(s, self.cells[s.cell].python))
                dropped += [note("PR318", one, s) for one in said]
        taken = []
        needed = [s for s in included if closure.included[s.index] == "needed"]
        for cell in dict.fromkeys(s.cell for s in needed):
            here = [s for s in needed if s.cell == cell]
            what, it = ("this statement", "it") if len(here) == 1 else (f"{lines(here)} of this cell", "them")
            taken.append(note("PR323", f"{step.tag} needs {what}, so its function runs {it} too.", here[0]))
        return dropped + taken + list(self.fixed_parameters(step, closure, included))

    def fixed_parameters(self, step: Step, closure: Closure, included: Sequence[Statement]) -> Iterator[Finding]:
        """Tell the values of the parameters cell that no run can set, and those that hang on one that a run does set.

        Papermill sets values below the cell, where what was worked out of them in the cell stays as it was. That
        is an error where every partition sets the parameter.
        """
        by_key = (step.options.get("partitions") or {}).get("parameter")
        hanging: dict[str, str] = {}  # names of the cell, each with the parameter that it is worked out from
        for statement in included:
            if statement.role.kind != "parameters" or isinstance(statement.node, (ast.Import, ast.ImportFrom)):
                continue
            changed = statement.changes.keys() & closure.parameters
            if not (statement.binds or changed):
                continue
            names = ", ".join(f"`{name}`" for name in sorted(statement.binds or changed))
            read = statement.reads.keys() - statement.effects.late.keys()
            of = sorted(name for name in read & closure.parameters if self.is_bound_first_in(name, statement.cell))
            of += sorted(hanging[name] for name in read & hanging.keys())
            if of:
                hanging |= dict.fromkeys(statement.binds, of[0])
                told = (
                    f"{names} is worked out from `{of[0]}` in the parameters cell: where papermill sets `{of[0]}`, it "
                    "stays as it is here; production works it out anew."
                )
                if not statement.binds:
                    told = (
                        f"{names} is changed in the parameters cell: the value that papermill sets is not; production "
                        "changes that too."
                    )
                hint = "Move the line to a cell below, so that both do the same."
                severity: Severity = "error" if by_key in of else "warning"
                yield self.context.finding("PR215", told, statement, None, hint, severity)
            elif statement.binds:
                told = f"A run cannot set {names}: the value here is always used."
                yield self.context.finding("PR214", told, statement, None, "", "note")

    def is_bound_first_in(self, name: str, cell: int) -> bool:
        """Whether a cell is the first that binds a name."""
        return self.program.bindings(name)[0].cell == cell


def hashed(plan: Plan) -> Plan:
    """Give a plan with its hashes."""
    return replace(plan, source=source_hash(plan), code_version=code_version(plan))


def source_hash(plan: Plan, version: str = __version__) -> str:
    """Hash all that the module is rendered from: code, options, text above, parameters, the renderer's version."""
    functions = (*plan.functions, *plan.tests)
    texts = [f.text for function in functions for f in (*function.imports, *function.definitions, *function.body)]
    shapes = [repr((f.name, f.inputs, f.parameters, f.resources, f.output, f.shadowed)) for f in functions]
    options = [f"{key}={value!r}" for key, value in sorted(plan.step.options.values.items())]
    shared = [plan.helpers.name, *(f.text for f in plan.helpers.definitions)] if plan.helpers else []
    for maker in plan.helpers.makers if plan.helpers else ():
        shared += [repr((maker.name, maker.arguments, maker.outputs)), *(f.text for f in maker.body)]
    shared += [repr(plan.model)] if plan.model else []
    shared += [repr(f.disturbs) for f in functions if f.disturbs]
    shared += ["renewed"] if plan.renewed else []
    return digest(version, plan.step.tag, plan.step.markdown, *texts, *shapes, *options, *shared)


def code_version(plan: Plan) -> str:
    """Hash the logic of a step with everything it reaches."""
    function = plan.function
    shape = [(i.parameter, i.asset, i.partition) for i in function.inputs]
    resources = [(r.parameter, r.name) for r in function.resources]
    imports = sorted(f.text.split("  #")[0] for f in function.imports)
    code = [*imports, *(f.text for f in function.definitions), *(f.text for f in function.body)]
    parameters = [(p.name, logic(f"{p.name} = {p.default}")) for p in function.parameters]
    partitions = repr(plan.step.options.get("partitions"))
    return digest(logic(*code), repr(shape), repr(resources), repr(parameters), function.output, partitions)


def _in_order(plans: list[Plan]) -> tuple[list[Plan], list[Plan]]:
    """Sort plans so that each comes after those it reads; what is left over stands in a circle."""
    waiting = plans
    ordered: list[Plan] = []
    while waiting:
        names = {p.step.name for p in waiting}
        ready: list[Plan] = []
        later: list[Plan] = []
        for p in waiting:
            (later if any(i.asset in names for i in p.function.inputs) else ready).append(p)
        if not ready:
            return ordered, waiting
        ordered += ready
        waiting = later
    return ordered, []


def _returning_last(function: Function, last: Statement, cell: CodeCell) -> Function:
    """Let the last expression of a chart cell be what the function returns."""
    if not isinstance(last.node, ast.Expr) or not function.body:
        return function
    start, end = cell_offsets(cell.python, last.node)
    shown = cell.python[start:end]
    body = function.body[-1]
    at = body.text.rfind(shown)
    text = body.text[:at] + "return " + body.text[at:] if at >= 0 else body.text
    return replace(function, body=(*function.body[:-1], replace(body, text=text)))
