"""Prove that promoted modules give what their notebooks gave, on a stage, before anything is written.

For each notebook, in the order in which data flows: its upstreams are materialised from their promoted modules, the
notebook runs once, its steps' modules are materialised by Dagster in a fresh process, and the frames are compared.
"""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from platform_core.dbt.installed import lacking
from promote.earlier import Earlier
from promote.evidence import Facts, Proof
from promote.generated_tests import GeneratedTests, generate_tests
from promote.ipython.queries import runnable
from promote.model import Finding, FrameKind, GeneratedFile, Location, Plan, location_of
from promote.outcome import Settings
from promote.outside.roots import hint_of
from promote.parameters import check_parameters
from promote.patterns import pattern
from promote.prepare import Prepared, Standing
from promote.project import Project
from promote.proven import Keeper
from promote.render.kinds import Kinds, observed_kinds
from promote.render.module import beside, render_module
from promote.render.names import paths_of
from promote.render.tests import test_of_cell
from promote.small_counts import small_of
from promote.verify.stage import AssetOutcome, Capture, Materialised, Observed, Stage

_MISSING = pattern(r"^FileNotFoundError: No such file or directory: ([^\n]+)$")
_NOT_RUN = "since its upstream"
Values = Mapping[str, Any]


def prove(
    project: Project,
    prepared: Sequence[Prepared],
    stands: Mapping[str, Standing],
    stale: frozenset[str],
    versions: Mapping[str, str],
    classes: Mapping[str, str],
    settings: Settings,
    progress: Callable[[str], None],
) -> Proof:
    """Verify the steps whose tags are in `stale`, notebook by notebook.

    After a notebook that fails those are verified that read nothing of it, so that all of them are told at once.

    With `settings.twice`, every asset is made a second time and held against the first.

    Raises:
        UserError: The notebook cannot be run here, or a parameter that was given does not exist.
        Fault: A process of ours ended without an answer.
    """
    facts: dict[str, Facts] = {}
    files: dict[str, tuple[GeneratedFile, ...]] = {}
    findings: list[Finding] = []
    values = check_parameters([p.selection for p in prepared], settings.parameters)
    small = small_of(project.root)
    since: dict[str, str] = {}
    for tag in sorted(stale & stands.keys()):
        if stands[tag].plan.model is not None and (lack := lacking()):
            finding = _without_dbt(prepared, stands[tag].plan, lack)
            return Proof(findings=(finding,), failed=(tag,))
    with Stage(project.root, project.package, progress) as stage:
        # The graph of the notebooks as they are now: a module of before may name assets that are no more
        for stand in stands.values():
            module = render_module(stand.plan, stand.kinds, project.package, classes, verified=True)
            stage.remove(paths_of(project.package, stand.plan.step.layer, stand.plan.step.name))
            stage.write([module, *beside(stand.plan, project.package)])
        plans = [stands[tag].plan for tag in sorted(stale & stands.keys())]
        unloaded = _unloaded(stage.materialise([])) if _may_clash(project.root, plans) else None
        if unloaded and unloaded.location.path.startswith("config/"):
            return Proof(findings=(unloaded,), failed=tuple(plan.step.tag for plan in plans))
        failed: list[str] = []
        lost: set[str] = set()  # assets of notebooks that failed, and of those that read them
        for one in prepared:
            if not lost.isdisjoint(one.loaded | one.read):
                lost |= one.made
                continue
            if not any(p.step.tag in stale for p in one.plans):
                continue
            earlier = Earlier(project, stage, one.plans, stands, since)
            prover = _Prover(project, stage, one, versions, classes, earlier, small=small, twice=settings.twice)
            prover.prove(values[one.notebook.path], stale)
            facts |= prover.facts
            files |= prover.files
            findings += prover.findings
            failed += prover.failed
            lost |= one.made if prover.failed else set()
            if any(finding.code == "PR512" for finding in prover.findings):
                break  # nor does it load for the others
    return Proof(facts, files, tuple(findings), tuple(failed))


class _Prover:
    """Verifies one notebook."""

    def __init__(
        self,
        project: Project,
        stage: Stage,
        prepared: Prepared,
        versions: Mapping[str, str],
        classes: Mapping[str, str],
        earlier: Earlier,
        *,
        small: int,
        twice: bool,
    ) -> None:
        self.project = project
        self.stage = stage
        self.one = prepared
        self.versions = versions
        self.classes = classes
        self.earlier = earlier
        self.small = small
        self.twice = twice
        self.facts: dict[str, Facts] = {}
        self.files: dict[str, tuple[GeneratedFile, ...]] = {}
        self.findings: list[Finding] = []
        self.failed: list[str] = []

    def prove(self, values: Values, stale: frozenset[str]) -> None:
        """Run the notebook and hold every promoted step against it; those in `stale` get new tests."""
        plans = self.one.plans
        if not self.make_upstreams(plans):
            return
        captures = [Capture(p.step.tag, p.step.name, p.function.output, p.step.cells[-1]) for p in plans]
        observed = self.stage.observe(runnable(self.one.selection), captures, values)
        self.findings += observed.findings
        lost = [p.step.tag for p in plans if not observed.ran or p.step.name not in observed.captures]
        if lost:
            self.failed += lost
            return
        kinds = self.kinds(plans, observed)
        self.earlier.run(self.partitions(plans, values), self.config(plans, values))
        modules = [self.module(p, kinds[p.step.tag]) for p in plans]
        self.stage.write(modules)
        made = self.materialise(plans, values)
        if unloaded := _unloaded(made):
            self.failed += [p.step.tag for p in plans]
            self.findings.append(unloaded)
            return
        for plan in plans:
            self.compare(plan, observed, made, values)
        if self.failed:
            return
        asked = [plan for plan in plans if plan.step.tag in stale]
        written = [plan for plan in asked if plan.model is None]  # dbt's tests have run with their model
        tests: Mapping[str, GeneratedTests] = {}
        if written:
            tests = generate_tests(self.stage, self.project, self.one, written, kinds, observed, values)
        passed = self.run_tests(tests) if tests else {}
        keeper = Keeper(self.stage, self.earlier, self.versions, self.small, values)
        for plan in plans:
            tag, asset, key = plan.step.tag, made.assets[plan.step.name], self.partition(plan, values)
            inputs = keeper.inputs(plan, kinds[tag], observed)
            output = keeper.output(plan, observed, asset, inputs, key)
            if plan in asked:
                self.files[tag] = tests[tag].files if tag in tests else ()
                self.facts[tag] = keeper.facts(plan, inputs, output, asset, key, tests.get(tag), passed)

    def make_upstreams(self, plans: Sequence[Plan]) -> bool:
        """Materialise what the notebook loads from other notebooks."""
        made = {p.step.name for p in plans}
        taken = {i.asset for p in plans for i in p.function.inputs}
        wanted = sorted((taken | self.one.read) - made)
        if not wanted:
            return True
        result = self.stage.materialise(wanted)
        if result.ok:
            return True
        self.failed += [p.step.tag for p in plans]
        unloaded = _unloaded(result)
        if unloaded and not any(f'"{name}"' in result.error for name in wanted):
            self.findings.append(unloaded)
            return False
        outcomes = (*result.upstreams.values(), *result.assets.values())
        said = [error for error in (result.error, *(o.error for o in outcomes)) if error]
        for message in dict.fromkeys(said):
            self.tell(
                "PR504",
                plans[0],
                f"What {self.one.notebook.path} reads could not be made: {message}",
                "Promote the notebook that makes it first.",
            )
        return False

    def kinds(self, plans: Sequence[Plan], observed: Observed) -> dict[str, Kinds]:
        shown: dict[str, FrameKind] = {name: captured.kind for name, captured in observed.captures.items()}
        shown |= {name: loaded.kind for name, loaded in observed.loads.items() if name not in shown}
        return {p.step.tag: observed_kinds(p, shown, observed.captures[p.step.name].kind) for p in plans}

    def module(self, plan: Plan, kinds: Kinds) -> GeneratedFile:
        return render_module(plan, kinds, self.project.package, self.classes, verified=True)

    def partition(self, plan: Plan, values: Values) -> str | None:
        """The partition key that the notebook stood for: the value of the partition's parameter."""
        if plan.partition_parameter is None:
            return None
        if plan.partition_parameter in values:
            return str(values[plan.partition_parameter])
        default = next(p.default for p in plan.function.parameters if p.name == plan.partition_parameter)
        return str(ast.literal_eval(default))

    def materialise(self, plans: Sequence[Plan], values: Values) -> Materialised:
        keys, config = self.partitions(plans, values), self.config(plans, values)
        return self.stage.materialise([p.step.name for p in plans], partitions=keys, parameters=config, replay=True)

    def partitions(self, plans: Sequence[Plan], values: Values) -> dict[str, str]:
        return {p.step.name: key for p in plans if (key := self.partition(p, values)) is not None}

    def config(self, plans: Sequence[Plan], values: Values) -> dict[str, Any]:
        return {k: v for k, v in values.items() if k not in {p.partition_parameter for p in plans}}

    def compare(self, plan: Plan, observed: Observed, made: Materialised, values: Values) -> None:
        """Hold one asset against the notebook."""
        tag = plan.step.tag
        outcome = made.assets.get(plan.step.name)
        if outcome is not None and self.of_other_partitions(plan, outcome):
            return
        if outcome is None or not outcome.ok:
            message = outcome.error if outcome else "it was not reached"
            where = outcome.location if outcome else ""
            self.failed.append(tag)
            if _NOT_RUN in message and any(one.code == "PR504" for one in self.findings):
                return  # the step that it stands on has been told
            self.tell(
                "PR504",
                plan,
                f"The promoted {tag} failed: {message}" + (f" ({where})" if where else ""),
                _way_out(message, plan, self.project.root),
            )
            return
        parity = self.stage.compare(
            observed.captures[plan.step.name],
            plan.step.name,
            self.partition(plan, values),
            tolerance=plan.step.options.get("tolerance"),
            ordered=plan.ordered,
        )
        if (not parity.equal or self.twice) and (unstable := self.unstable(plan, values)):
            self.failed.append(tag)
            self.tell(
                "PR507",
                plan,
                f"{tag} gives something else each time it runs: {unstable}.",
                "Seed the generator, take the clock as a parameter, or sort before you keep the first.",
            )
            return
        if not parity.equal:
            self.failed.append(tag)
            self.tell(
                "PR503",
                plan,
                f"The promoted {tag} does not give what the notebook gave: {parity.difference}.",
                "Look for state that the code does not show: a seed, an option, the environment, the order of a "
                "group. Sort the result, seed the generator, or give a tolerance.",
            )
            return
        for check in outcome.checks:
            if not check.passed and check.severity == "error":
                self.failed.append(tag)
                self.tell(
                    "PR506",
                    plan,
                    f"The check {check.name} of {plan.step.name} fails on the notebook's data.",
                    "Mend the data or the check, or let it warn with `#| severity: warn`.",
                )

    def of_other_partitions(self, plan: Plan, outcome: AssetOutcome) -> bool:
        """Tell of what a step with partitions loads where it would get other ones, even if today both are the same."""
        if plan.partition_parameter is None:
            return False
        for given in plan.function.inputs:
            same = outcome.cut.get(given.asset)
            if same is None or not given.external or (same and given.partition is not None):
                continue
            holds = "all of them" if given.partition is None else "one that is cut otherwise"
            self.failed.append(plan.step.tag)
            self.tell(
                "PR326",
                plan,
                f"{plan.step.tag} would get its own partition of {given.asset}, where the notebook has {holds}.",
                f'Load its own, load_asset("{given.asset}", partition={plan.partition_parameter}), where both are cut '
                "alike; else make the step without partitions.",
            )
            return True
        return False

    def unstable(self, plan: Plan, values: Values) -> str:
        """Make the asset once more and say how it differs from the first time, nothing where it does not."""
        name, key = plan.step.name, self.partition(plan, values)
        first = self.stage.kept(name, key)
        again = self.materialise([plan], values).assets.get(name)
        if again is None or not again.ok:
            return "the second run failed"
        tolerance = plan.step.options.get("tolerance")
        parity = self.stage.compare(first, name, key, tolerance=tolerance, ordered=plan.ordered)
        return "" if parity.equal else parity.difference

    def run_tests(self, tests: Mapping[str, GeneratedTests]) -> Mapping[str, int]:
        """Run the generated tests of all steps on the stage; give how many passed by module."""
        for one in tests.values():
            self.stage.write(one.files)
        result = self.stage.run_tests([one.files[0].path for one in tests.values()])
        for plan in [plan for plan in self.one.plans if plan.step.tag in tests]:
            module = tests[plan.step.tag].module
            failed = [name.rpartition("::") for name in result.failures]
            failures = {t: result.said.get(m + sep + t, "") for m, sep, t in failed if m == module}
            if failures or not result.passed_in.get(module):
                self.failed.append(plan.step.tag)
                self.tell_failures(plan, failures)
        return result.passed_in

    def tell_failures(self, plan: Plan, failures: Mapping[str, str]) -> None:
        """Tell which tests of a step fail: a test cell of the notebook where it stands, all others together."""
        others = dict(failures)
        for number, position in enumerate(plan.step.tests, 1):
            said = others.pop(test_of_cell(plan, number), None)
            if said is not None:
                self.tell(
                    "PR505",
                    plan,
                    f"The test cell of {plan.step.tag} fails{': ' * bool(said)}{said.removesuffix('.')}.",
                    f"Where the step is right, write into the cell's `expected` what {plan.step.name} gives now; else "
                    "mend the step.",
                    self.one.notebook.at(position),
                )
        if others or not failures:
            said = ", ".join(f"{test} ({why})" if why else test for test, why in others.items()) or "none ran"
            self.tell(
                "PR505",
                plan,
                f"The generated tests of {plan.step.tag} fail: {said}.",
                "The step gives another result on the same input: look for state that a run leaves behind.",
            )

    def tell(self, code: str, plan: Plan, message: str, hint: str, at: Location | None = None) -> None:
        at = at or self.one.notebook.at(plan.step.cells[-1], tag=plan.step.tag)
        self.findings.append(Finding(code, "error", message, at, hint))


def _may_clash(root: Path, plans: Sequence[Plan]) -> bool:
    """Whether a job of the configuration may not take steps for their partitions, which is worth a look at first."""
    if not any("partitions" in plan.step.options.values for plan in plans):
        return False
    from platform_core.config import load_config  # noqa: PLC0415 - few steps have partitions

    return bool(load_config(root).jobs)


def _unloaded(made: Materialised) -> Finding | None:
    """Tell that the project's definitions do not load with the new modules, with the file and line where that shows."""
    if not made.error:
        return None
    return Finding(
        "PR512",
        "error",
        f"The project does not load with the steps as they are now: {made.error}",
        location_of(made.location),
        "Nothing was written. Put that line right, or the step that it is about, and promote again.",
    )


def _way_out(message: str, plan: Plan, root: Path) -> str:  # noqa: PLR0911 - one way out for each kind of failure
    """Say what to do about an asset that failed when it was materialised; the notebook itself has run by then."""
    if _NOT_RUN in message:
        return "Put that step right first: this one may have nothing wrong."
    other = "The asset runs in another folder than the notebook"
    missing = _MISSING.search(message)
    if missing is not None and (root / plan.notebook).parent.joinpath(missing[1]).exists():
        return f"{other}. {hint_of(posixpath.normpath(missing[1]), plan.notebook)}"
    if "FileNotFoundError" in message:
        return f'{other}: read the file through resource("NAME").path("…").'
    if message.startswith(("OSError", "IOException")):  # as pandas and DuckDB say it
        return f'{other}: read files through resource("NAME").path("…"), and write them in a cell without a tag.'
    if message.startswith(("OperationalError", "DatabaseError")):  # as SQLite says it
        return f'{other}: open the database by resource("NAME").path("…"), and fill it in this step or by hand.'
    if plan.model is not None:
        return 'Look at what dbt makes of the model: a project needs a module with `dbt_models("dbt")`, too.'
    return "The notebook ran well, so look at that line: other cells set up something for it that the step lacks."


def _without_dbt(prepared: Sequence[Prepared], plan: Plan, lacking: str) -> Finding:
    notebook = next(one.notebook for one in prepared if one.notebook.path == plan.notebook)
    cell, line = plan.step.options.lines.get("engine", (plan.step.cells[0], 1))
    said = f"{plan.step.tag} cannot be proven: dbt is not installed ({lacking} is missing)."
    hint = "Run `pip install 'notebook-workbench[dbt]'`, or promote with --no-run."
    return Finding("PR228", "error", said, notebook.at(cell, line, 1, tag=plan.step.tag), hint)
