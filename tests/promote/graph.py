"""Running a notebook and its promoted functions side by side, in this process, without Dagster or a disk.

`compare` runs the cells in one namespace, as Jupyter does, and keeps a deep copy of what each step gives at the end of
its last cell. Then it promotes the notebook, runs the promoted functions over each other's outputs, and says for each
step whether both gave the same. Values may be anything, not only frames.
"""

from __future__ import annotations

import codeop
import contextlib
import copy
import io
import pickle
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import duckdb
import pandas as pd
import polars as pl

from platform_core.frames import convert, kind_of
from platform_core.sdk.loading import overrides
from promote.model import Finding, FrameKind, Plan, Selection
from promote.notebook.read import parse
from promote.plan import Planned, plan
from promote.render.helpers import render_helpers
from promote.render.kinds import Kinds
from promote.render.module import render_module
from promote.selection.select import select
from tests.promote.notebooks import Cells, notebook
from tests.promote.process_state import as_deep, put_back

_HELPERS: dict[str, ModuleType] = {}  # of the notebook at hand, by their text
_ADDRESS = re.compile(r" at 0x[0-9a-f]+|(?<=<function )\w+\.<locals>\.")  # a function is shown with where it stands


@dataclass
class Verdict:
    """What came of a notebook: by step tag `same`, `refused` or how the two differ; and what was found."""

    steps: dict[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    modules: dict[str, str] = field(default_factory=dict)
    broken: str = ""  # what the notebook's own run raised

    @property
    def codes(self) -> set[str]:
        """The codes of the errors."""
        return {f.code for f in self.findings if f.severity == "error"}

    @property
    def wrong(self) -> dict[str, str]:
        """The steps whose promoted function gave something else and was not refused."""
        return {tag: said for tag, said in self.steps.items() if said not in {"same", "refused"}}


def chosen(cells: Cells) -> Selection:
    """Read and select a notebook."""
    return select(parse(notebook(cells), "notebooks/case.ipynb"))


def planned(cells: Cells, *, include_needed: bool = False) -> Planned:
    """Plan a notebook."""
    return plan(chosen(cells), include_needed=include_needed)


@as_deep()
def compare(cells: Cells, *, include_needed: bool = False, assets: Mapping[str, Any] | None = None) -> Verdict:
    """Run a notebook and what it was promoted to, and compare step by step."""
    selection = chosen(cells)
    result = plan(selection, include_needed=include_needed)
    verdict = Verdict(findings=(*selection.findings, *result.findings))
    verdict.steps = dict.fromkeys(result.refused, "refused")
    _HELPERS.clear()
    databases = any("sql" in source or "duckdb" in source for _, source in cells)
    try:
        with put_back(databases=databases):
            captured = run_notebook(selection, result.plans, assets or {}) if result.plans else {}
    except Exception as error:  # noqa: BLE001 - whatever a notebook may raise
        return Verdict(verdict.steps, verdict.findings, broken=f"{type(error).__name__}: {error}")
    given: dict[str, Any] = dict(assets or {})
    for one in result.plans:
        if any(i.asset not in given for i in one.function.inputs):
            verdict.steps[one.step.tag] = "refused"  # what it reads was refused
            continue
        text = render(one, captured, given)
        verdict.modules[one.step.tag] = text
        try:
            with put_back(databases=databases):
                got, again = run_function(one, text, given)
        except Exception as error:  # noqa: BLE001 - any failure of the promoted function is a difference
            verdict.steps[one.step.tag] = f"raised {type(error).__name__}: {error}"
            continue
        given[one.step.name] = got
        same = equal(captured[one.step.name], got)
        verdict.steps[one.step.tag] = "same" if same else f"notebook {captured[one.step.name]!r}, module {got!r}"
        if same and not equal(got, again):
            verdict.steps[one.step.tag] = f"first run {got!r}, second run {again!r}"
    return verdict


@as_deep()
def in_one_process(cells: Cells, *, include_needed: bool, assets: Mapping[str, Any]) -> dict[str, Any]:
    """Run the promoted functions in one process, in the notebook's order and backwards; give what came out otherwise.

    Each function is run twice each way, on what the notebook itself gave, and nothing is put back in between.
    """
    selection = chosen(cells)
    plans = plan(selection, include_needed=include_needed).plans
    _HELPERS.clear()
    with put_back():
        captured = run_notebook(selection, plans, assets) if plans else {}
    given = {**assets, **captured}
    runs = [one for one in plans if all(i.asset in given for i in one.function.inputs)]
    differing: dict[str, Any] = {}
    with put_back():
        for one in (*runs, *reversed(runs)):
            for result in run_function(one, render(one, captured, given), given):
                if not equal(captured[one.step.name], result):
                    differing[one.step.tag] = result
    return differing


def run_notebook(selection: Selection, plans: Sequence[Plan], assets: Mapping[str, Any]) -> dict[str, Any]:
    """Run the cells in one namespace; give what each planned step held at the end of its last cell."""
    names: dict[str, Any] = {"__name__": "__main__", "display": lambda *_: None}
    ends = {p.step.cells[-1]: [q for q in plans if q.step.cells[-1] == p.step.cells[-1]] for p in plans}
    captured: dict[str, Any] = {}
    fresh = {name: copied(value) for name, value in assets.items()}  # what the cells change is theirs alone
    compiled = codeop.Compile()  # as IPython does: a `from __future__` holds for the cells below
    raw = any("get_ipython" in cell.python for cell in selection.cells)
    with contextlib.redirect_stdout(io.StringIO()), overrides(assets=fresh, resources={}):
        for cell in selection.cells:
            if cell.role.kind == "injected":
                continue  # verification leaves it out too
            if raw:
                run_in_ipython(names, selection.notebook.cells[cell.position - 1].source)
            else:
                exec(compiled(cell.python, f"<cell {cell.position}>", "exec"), names)  # noqa: S102 - our own test notebook
            for one in ends.get(cell.position, ()):
                captured[one.step.name] = copied(names[one.function.output])
    return captured


def run_in_ipython(names: dict[str, Any], source: str) -> None:
    """Run a cell as it is written, in IPython's own shell over a namespace."""
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    shell.user_ns = names
    shell.run_cell(source).raise_error()


def render(one: Plan, captured: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    """Render the module of a step with the kinds that were seen."""
    inputs = {
        i.parameter: i.kind if i.kind != "unknown" else kind_of(given[i.asset]) or "unknown"
        for i in one.function.inputs
    }
    kinds = Kinds(inputs, kind_of(captured[one.step.name]) or "unknown", guessed=False)
    return render_module(one, kinds, "project", {}, verified=True).text


def shared(one: Plan) -> None:
    """Put the helpers of a step where its module imports them from: one module for all of its notebook's steps."""
    for file in render_helpers(one, "project"):
        name = file.path.removeprefix("src/").removesuffix(".py").replace("/", ".")
        module = _HELPERS.get(file.text) or ModuleType(name)
        if file.text not in _HELPERS:
            sys.modules[name] = module
            exec(compile(file.text, f"<{name}>", "exec", dont_inherit=True), module.__dict__)  # noqa: S102 - our own rendering
        _HELPERS[file.text] = sys.modules[name] = module
        for package in ("project", "project.helpers"):
            sys.modules.setdefault(package, ModuleType(package))


@contextlib.contextmanager
def _project() -> Iterator[None]:
    """Let modules import from the project while they run, and no longer: other tests have a module of that name."""
    kept = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "project"}
    try:
        yield
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "project"]:
            del sys.modules[name]
        sys.modules.update(kept)


def run_function(one: Plan, text: str, given: Mapping[str, Any]) -> tuple[Any, Any]:
    """Execute a module and call its pure function twice, on copies of the inputs; give copies of both results."""
    module = ModuleType(f"promoted_{one.step.name}")
    sys.modules[module.__name__] = module  # where a dataclass looks for its own module
    with contextlib.redirect_stdout(io.StringIO()), _project():
        shared(one)
        exec(compile(text, f"<{one.step.name}>", "exec", dont_inherit=True), module.__dict__)  # noqa: S102 - our own rendering
        results = []
        for _ in range(2):
            taken = {i.parameter: taken_as(given[i.asset], i.kind) for i in one.function.inputs}
            results.append(copied(getattr(module, one.step.name)(**taken)))
    return results[0], results[1]


def taken_as(value: Any, kind: FrameKind) -> Any:
    """Give a copy of what an asset holds, in the kind in which `load_asset` was asked for it."""
    return copied(value) if kind == "unknown" else convert(copied(value), kind)


def copied(value: Any) -> Any:
    """Give a deep copy, with lazy frames collected and relations run."""
    if isinstance(value, duckdb.DuckDBPyRelation):
        return duckdb.from_arrow(value.to_arrow_table())
    if isinstance(value, pl.LazyFrame):
        return value.collect().lazy()
    if isinstance(value, (pd.DataFrame, pd.Series)):
        with contextlib.suppress(Exception):  # a deep copy of pandas shares the lists in its cells
            return pickle.loads(pickle.dumps(value))  # noqa: S301 - our own value
    return copy.deepcopy(value)


def equal(left: Any, right: Any) -> bool:
    """Whether two values are the same, to the last bit and type."""
    if isinstance(left, pl.LazyFrame) and isinstance(right, pl.LazyFrame):
        left, right = left.collect(), right.collect()
    if isinstance(left, duckdb.DuckDBPyRelation) and isinstance(right, duckdb.DuckDBPyRelation):
        left, right = left.pl(), right.pl()
    if type(left) is not type(right):
        return False
    if isinstance(left, pl.DataFrame):
        return bool(left.equals(right)) and left.schema == right.schema
    if isinstance(left, (pd.DataFrame, pd.Series)):
        return bool(left.equals(right)) and list(left.index) == list(right.index)
    return _ADDRESS.sub("", repr(left)) == _ADDRESS.sub("", repr(right))
