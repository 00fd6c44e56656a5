"""Which dbt model a step is: its query, with `ref` and `source` for the assets that it names, or why it is none."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from platform_core.values import dataclass, replace
from promote.dbt.rendering import ReadingError, folder_of, tests_of
from promote.dbt.sources import Sources
from promote.ipython.queries import common_tables, tables
from promote.model import DbtModel, Finding, Input, Notebook, Plan, Selection
from promote.plan import Planned, hashed
from promote.project import Project
from promote.render.names import paths_of

_KEPT = frozenset((
    "engine", "output", "key", "description", "owner", "checks", "severity", "classification", "tolerance", "ordered",
    "personal", "retention_days",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """What the notebooks of a project tell of its assets.

    Attributes:
        layers: The layer of every asset that a notebook makes, by name.
        models: The names of the steps at hand that dbt makes.
        parted: Whether a step at hand has partitions, by name.
    """

    layers: Mapping[str, str]
    models: Collection[str]
    parted: Mapping[str, bool]


def known_of(selections: Sequence[Selection], layers: Mapping[str, str]) -> Known:
    """Give what notebooks tell.

    Args:
        selections: The notebooks at hand.
        layers: The layer of every asset that a notebook of the project makes.
    """
    steps = [step for one in selections for step in one.steps]
    models = {step.name for step in steps if step.by_dbt}
    parted = {step.name: "partitions" in step.options.values for step in steps}
    return Known(layers, models, parted)


def modelled(project: Project, notebook: Notebook, planned: Planned, known: Known) -> Planned:
    """Give the plans of a notebook with the models of those that are to be dbt's; what cannot be one is refused.

    Args:
        project: The project.
        notebook: The notebook.
        planned: Its plans.
        known: What is known of the assets that they read.
    """
    reader = _Reader(project, notebook, known)
    plans: list[Plan] = []
    findings, refused, told = list(planned.findings), list(planned.refused), dict(planned.told)
    for plan in planned.plans:
        if not plan.step.by_dbt:
            plans.append(plan)
            continue
        problems = [reader.finding(plan, *problem) for problem in reader.problems(plan)]
        if not problems:
            plans.append(hashed(replace(plan, model=reader.model(plan))))
            continue
        findings += problems
        told[plan.step.tag] = (*told.get(plan.step.tag, ()), *problems)
        refused.append(plan.step.tag)
    return replace(planned, plans=tuple(plans), findings=tuple(findings), refused=tuple(refused), told=told)


def looked_at(root: Path, plan: Plan, layers: Collection[str]) -> list[str]:
    """Give the files that decide how a model names what it reads, whether they are there or not."""
    read = sorted({given.asset for given in plan.function.inputs})
    return [f"{folder_of(layer)}/{asset}.sql" for asset in read for layer in layers] + Sources(root).files


class _Reader:
    """Reads the models of one notebook."""

    def __init__(self, project: Project, notebook: Notebook, known: Known) -> None:
        self.project, self.notebook, self.known = project, notebook, known
        self.sources = Sources(project.root)

    def finding(self, plan: Plan, message: str, hint: str, at: tuple[int, int]) -> Finding:
        """Say what stands in the way, at a cell and its line."""
        place = self.notebook.at(at[0], at[1], 1, tag=plan.step.tag)
        return Finding("PR228", "error", f"{plan.step.tag} cannot be a model of dbt: {message}.", place, hint)

    def problems(self, plan: Plan) -> Iterator[tuple[str, str, tuple[int, int]]]:
        """Tell what a model cannot be or have: message, hint, and cell and line."""
        lines, step = plan.step.options.lines, plan.step
        asked = lines.get("engine", (step.cells[0], 1))
        if not (self.project.root / "dbt/dbt_project.yml").is_file():
            yield "the project has no folder dbt/", "docs/guides/dbt.md says how to bring dbt into a project.", asked
            return
        for option in sorted(step.options.values.keys() - _KEPT):
            yield f"a model has no option {option!r}", f"Take {option} or engine out.", lines.get(option, asked)
        for kind, positions in (("check", step.checks), ("test", step.tests), ("chart", step.charts)):
            hint = "Write it as a test in dbt/tests, or take engine out."
            yield from ((f"it has a cell {kind}:{step.name}", hint, (position, 1)) for position in positions)
        try:
            tests_of(plan)
        except ReadingError as error:
            yield str(error), "dbt has not_null, unique and accepted_values.", lines.get(error.option, asked)
        yield from self.of_query(plan, asked)

    def of_query(self, plan: Plan, asked: tuple[int, int]) -> Iterator[tuple[str, str, tuple[int, int]]]:
        """Tell what a model's query cannot be."""
        body, sql = plan.function.body, _query(plan)
        if sql is None or len(body) > 1 or plan.function.parameters or plan.function.resources:
            extra = next((one for one in body if _sql(one.text) is None), None)
            at = (extra.cell, extra.first) if extra is not None else asked
            hint = "Leave one cell with one query, and load its inputs."
            yield "it is more than one %%sql cell over assets", hint, at
            return
        at = (body[0].cell, 1)
        inputs = {given.parameter: given for given in plan.function.inputs}
        for name in sorted(common_tables(sql) & inputs.keys()):
            yield f"its common table {name} is called as an asset that it reads", "Give that table another name.", at
        for table in tables(sql):
            given = inputs.get(table.name)
            if given is None or self.reference(given) is None:
                said = f"nothing says in which layer {table.name} is" if given else f"{table.name} is no asset"
                line = (body[0].at or range(1, 10_000))[sql[: table.start].count("\n")]
                yield said, "A notebook, a model or a source of dbt/models has to make it.", (body[0].cell, line)

    def reference(self, given: Input) -> str | None:
        """Give how a model names an asset, None where nobody knows where that is."""
        name = given.asset
        if self.is_model(name):
            return f"{{{{ ref('{name}') }}}}"
        layer = self.sources.declared(name) or self.known.layers.get(name)
        return None if layer is None else f"{{{{ source('{layer}', '{name}') }}}}"

    def model(self, plan: Plan) -> DbtModel:
        """Give the model of a step in whose way nothing stands."""
        sql = _query(plan) or ""
        inputs = {given.parameter: given for given in plan.function.inputs}
        pieces: list[str] = []
        end = 0
        for table in tables(sql):
            named = "" if table.renamed else f" as {sql[table.start : table.end]}"
            pieces += [sql[end : table.start], f"{self.reference(inputs[table.name])}{named}"]
            end = table.end
        query = "".join([*pieces, sql[end:]]).rstrip().rstrip(";").rstrip()
        assets = sorted({given.asset for given in inputs.values()})
        wanted = [name for name in assets if not (self.is_model(name) or self.sources.declared(name))]
        return DbtModel(query, tuple((self.known.layers[name], name, self.is_parted(name)) for name in wanted))

    def is_model(self, asset: str) -> bool:
        """Whether dbt makes an asset: by its notebook, else by what the dbt folder holds."""
        return asset in self.known.models or (asset not in self.known.parted and self.sources.is_model(asset))

    def is_parted(self, asset: str) -> bool:
        """Whether an asset has partitions: by its notebook, else by its module."""
        if asset in self.known.parted:
            return self.known.parted[asset]
        module, _ = paths_of(self.project.package, self.known.layers[asset], asset)
        return "    partitions_def=" in _text(self.project.root / module)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _query(plan: Plan) -> str | None:
    """Give the SQL of a step that is one query, as it stands in its cell."""
    return _sql(plan.function.body[-1].text) if plan.function.body else None


def _sql(text: str) -> str | None:
    r"""Give the SQL of a statement that `promote.ipython.queries` made, None for any other.

    >>> _sql('dear = duckdb.sql(\"\"\"SELECT 1\"\"\").pl()'), _sql("dear = rents")
    ('SELECT 1', None)
    """
    match ast.parse(text).body:
        case [ast.Assign(value=value)]:
            return _text_of(value)
    return None


def _text_of(node: Any) -> str | None:
    match node:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="duckdb"), attr="sql"),
            args=[ast.Constant(value=str(text))],
            keywords=[],
        ):
            return text
        case ast.Call(func=ast.Attribute(value=ast.Call() as inner, attr="df" | "pl"), args=[], keywords=[]):
            return _text_of(inner)
    return None
