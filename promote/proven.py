"""What evidence keeps of a step that was proven: what it read and gave, its checks and tests, the tools of the run.

Counts that are small enough to point at somebody are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from platform_core.values import replace
from promote.earlier import Earlier
from promote.evidence import Facts
from promote.frame_facts import FrameFacts
from promote.generated_tests import GeneratedTests
from promote.model import Plan
from promote.render.kinds import Kinds
from promote.small_counts import kept_count
from promote.verify.stage import AssetOutcome, Observed, Stage

_DBT_TOOLS = ("dbt-core", "dbt-duckdb")
_TOOLS = ("dagster", "polars", "pandas", "pyarrow", "duckdb", "papermill", "notebook-workbench")


class Keeper:
    """Writes down what was shown of the steps of one notebook.

    Args:
        stage: Where the notebook and its modules ran.
        earlier: The versions of before of its steps.
        versions: The code version of each asset that is promoted, by name.
        small: The count from which on counts are kept.
        values: The parameters of the run, where they are not the notebook's own.
    """

    def __init__(
        self, stage: Stage, earlier: Earlier, versions: Mapping[str, str], small: int, values: Mapping[str, Any]
    ) -> None:
        self.stage, self.earlier, self.versions, self.small, self.values = stage, earlier, versions, small, values

    def inputs(self, plan: Plan, kinds: Kinds, observed: Observed) -> dict[str, FrameFacts]:
        """Give what is known of what a step reads, by asset."""
        found: dict[str, FrameFacts] = {}
        for given in plan.function.inputs:
            seen = observed.captures.get(given.asset) or observed.loads.get(given.asset)
            if seen is not None:
                since = self.earlier.of_input(given.asset)
                found[given.asset] = FrameFacts(kinds.inputs[given.parameter], seen.schema, seen.rows, since=since)
        return found

    def output(
        self,
        plan: Plan,
        observed: Observed,
        made: AssetOutcome,
        inputs: Mapping[str, FrameFacts],
        partition: str | None,
    ) -> FrameFacts:
        """Give what is known of a step's output: counts, small ones suppressed, labels, columns that look personal."""
        seen, key = observed.captures[plan.step.name], plan.step.options.get("key") or ()
        columns = (key,) if isinstance(key, str) else tuple(key)
        found = self.stage.figures(seen, columns)
        facts = FrameFacts(
            seen.kind,
            seen.schema,
            seen.rows,
            {name: kept_count(count, seen.rows, self.small) for name, count in found.nulls.items()},
            columns,
            None if found.repeats is None else kept_count(found.repeats, seen.rows, self.small),
        )
        chosen = {p.name for p in plan.function.parameters} & self.values.keys() - {plan.partition_parameter}
        since = {name: facts.since for name, facts in inputs.items()}
        known = {} if not chosen else {"": ""}  # of a run with other parameters no label would be true
        labelled = self.earlier.labelled(plan, facts, {**since, **known}, partition)
        return replace(labelled, personal=_looks_personal(made, labelled.rows, self.small))

    def facts(
        self,
        plan: Plan,
        inputs: Mapping[str, FrameFacts],
        output: FrameFacts,
        made: AssetOutcome,
        partition: str | None,
        tests: GeneratedTests | None,
        passed: Mapping[str, int],
    ) -> Facts:
        """Give all that was shown of a step; of a model of dbt, its tests are its checks."""
        return Facts(
            inputs=inputs,
            output=output,
            upstream={name: self.versions.get(name, "") for name in inputs},
            partition=partition,
            order="compared" if plan.ordered else "not compared",
            checks=tuple((c.name, c.passed, c.severity) for c in made.checks),
            tests=passed.get(tests.module, 0) if tests else sum(check.passed for check in made.checks),
            mutants=tests.mutants if tests else {},
            tools=_tools(() if plan.model is None else _DBT_TOOLS),
        )


def _looks_personal(made: AssetOutcome, rows: int | None, small: int) -> dict[str, dict[str, Any]]:
    """Give what evidence keeps of the columns that look personal: no share where a tenth may be a small count."""
    told = rows is not None and rows >= 10 * small
    return {
        column: {
            **{key: value for key, value in about.items() if key != "share" or told or value in (0, 1)},
            "declared": column in made.declared,
        }
        for column, about in made.personal.items()
    }


def _tools(more: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in (*_TOOLS, *more):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
