"""A check as a value, and what comes of running it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, Protocol

import polars as pl

from platform_core.errors import UsageError
from platform_core.suggest import meant, nearest

if TYPE_CHECKING:
    import dagster as dg

    from platform_core.asset_checks.facts import Facts

Severity = Literal["error", "warn"]

_LONGEST_NAME = 60
_MOST_LISTED = 8


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule says of a frame, without any value of the data.

    `failed_count` counts rows, or is 1 where a frame fails as a whole.
    """

    passed: bool
    failed_count: int
    description: str
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settled:
    """A rule that the frame's columns and types decide: no data is read."""

    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Fused:
    """A rule over figures of the whole frame. The figures of all such rules come from one scan.

    `rows` gives the rows that fail, for the sample. `told` gives the figures where the files tell them unread.
    """

    figures: Mapping[str, pl.Expr]
    judge: Callable[[Mapping[str, Any]], Verdict]
    rows: Callable[[pl.LazyFrame], pl.LazyFrame] | None = None
    told: Callable[[Facts], Mapping[str, Any] | None] | None = None


@dataclass(frozen=True, slots=True)
class Test:
    """What one column of a row must not be.

    Attributes:
        bad: True where a row fails.
        proof: What is enough to know that none does: `nulls`, a count of them, which is then the count of failing rows
            too; `values`, the column's different values; `ends`, the least and the greatest of them or all of them.
    """

    bad: pl.Expr
    proof: Literal["nulls", "values", "ends"] | None = None


@dataclass(frozen=True, slots=True)
class RowWise:
    """A rule over single rows: one fails where it fails in any column.

    Attributes:
        tests: What is asked, by column.
        saying: Names one such row, and several.
        alone: Whether no test looks at any other row; an expression of somebody's own may.
    """

    tests: Mapping[str, Test]
    saying: tuple[str, str]
    alone: bool = True


@dataclass(frozen=True, slots=True)
class Distinct:
    """A rule that no two rows share their values in some columns."""

    columns: tuple[str, ...]
    what: str


@dataclass(frozen=True, slots=True)
class Query:
    """A rule with a query of its own, such as a grouping; it gives one row of figures."""

    query: Callable[[pl.LazyFrame], pl.LazyFrame]
    judge: Callable[[Mapping[str, Any]], Verdict]
    rows: Callable[[pl.LazyFrame], pl.LazyFrame]


@dataclass(frozen=True, slots=True)
class Direct:
    """A rule that works on the frame as it was given; it gives its sample too."""

    run: Callable[[object], tuple[Verdict, pl.DataFrame]]


Plan = Settled | Fused | RowWise | Distinct | Query | Direct


class Rule(Protocol):
    """What a check asks. A rule is immutable and compares by value where it can."""

    def plan(self, schema: pl.Schema) -> Plan:
        """Say how a frame of this schema is judged."""


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What a check found.

    Attributes:
        name: The check's name.
        passed: Whether the data is as the check says.
        failed_count: How many rows are not, or 1 where the frame fails as a whole.
        sample: The first of those rows, in the frame's order, personal columns hidden. No log or `repr` shows it.
        description: One sentence with columns and counts, and no value of the data.
        metadata: Figures for Dagster.

    >>> from platform_core.asset_checks import check_no_nulls
    >>> outcome = check_no_nulls("fee").run(pl.DataFrame({"id": [1, 2], "fee": [5, None]}))
    >>> outcome.passed, outcome.failed_count, outcome.sample.rows()
    (False, 1, [(2, None)])
    """

    name: str
    passed: bool
    failed_count: int
    sample: pl.DataFrame = field(repr=False)
    description: str
    metadata: Mapping[str, Any]

    def to_result(self, severity: Severity = "error", *, show_sample: bool = False) -> dg.AssetCheckResult:
        """Give the outcome as Dagster takes it, with the sample where the data may be shown to whoever sees Dagster."""
        from platform_core.asset_checks.definitions import result_of  # noqa: PLC0415 - Dagster only where it is used

        return result_of(self, severity, show_sample=show_sample)


@dataclass(frozen=True, slots=True, eq=False)
class CheckReport:
    """The outcomes of several checks on one frame, in the order of the checks.

    >>> from platform_core.asset_checks import check_no_nulls, check_row_count, run_checks
    >>> report = run_checks(pl.DataFrame({"fee": [5, None]}), [check_no_nulls("fee"), check_row_count()])
    >>> report.passed, [outcome.name for outcome in report.failed]
    (False, ['no_nulls_fee'])
    """

    outcomes: tuple[Outcome, ...]

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(outcome.passed for outcome in self.outcomes)

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """The outcomes that did not pass."""
        return tuple(outcome for outcome in self.outcomes if not outcome.passed)

    def frame(self) -> pl.DataFrame:
        """Give one row for each check: `check`, `passed`, `failed_count`, `description`."""
        schema = {"check": pl.String, "passed": pl.Boolean, "failed_count": pl.Int64, "description": pl.String}
        rows = [(o.name, o.passed, o.failed_count, o.description) for o in self.outcomes]
        return pl.DataFrame(rows, schema=schema, orient="row")

    def __str__(self) -> str:
        return "\n".join(f"{'pass' if o.passed else 'FAIL'}  {o.name}: {o.description}" for o in self.outcomes)


@dataclass(frozen=True, slots=True)
class Check:
    """A check: one immutable value for a decorator, a frame and Dagster.

    Attributes:
        name: Made of letters, digits and underscores; an asset has one check of a name.
        description: What the check asks, in one sentence.
        rule: How it is decided.
        needs: Other assets that it reads.

    >>> from platform_core.asset_checks import check_no_nulls
    >>> check = check_no_nulls("a")
    >>> outcome = check.run(pl.DataFrame({"a": [1, None]}))
    >>> outcome.passed, outcome.failed_count, outcome.description
    (False, 1, '1 row holds a null: a (1).')
    """

    name: str
    description: str
    rule: Rule = field(repr=False)
    needs: tuple[str, ...] = ()

    def run(self, frame: object) -> Outcome:
        """Run the check on a frame of any kind, or on the Parquet at a path.

        Raises:
            UserError: There is no such file, or the value is no frame. What the data lacks is a failed outcome instead.
        """
        from platform_core.asset_checks.running import run_checks  # noqa: PLC0415 - it takes checks in turn

        return run_checks(frame, [self]).outcomes[0]

    def on(self, asset: Any, *, blocking: bool = True, show_sample: bool = False) -> dg.AssetChecksDefinition:
        """Give the check as a Dagster asset check.

        Args:
            asset: The asset's name, key or definition.
            blocking: Whether a failure stops the assets downstream; where it does not, it is a warning.
            show_sample: Whether Dagster may show failing rows.
        """
        from platform_core.asset_checks.definitions import definition_of  # noqa: PLC0415 - Dagster only where it is used

        return definition_of(self, asset, blocking=blocking, show_sample=show_sample)


def refusal(description: str, **metadata: Any) -> Settled:
    """Give a failure that the schema alone decides."""
    return Settled(Verdict(False, 1, description, MappingProxyType(metadata)))


def missing(columns: Iterable[str], schema: pl.Schema) -> Settled | None:
    """Give the failure for columns that the frame lacks, or None where it has them all."""
    absent = [column for column in columns if column not in schema]
    if not absent:
        return None
    near = nearest(absent[0], schema) if len(absent) == 1 else None
    hint = f" {meant(near)}" if near is not None else ""
    return refusal(f"The frame has no column {listed(absent)}.{hint}", missing_columns=absent)


def listed(names: Iterable[str]) -> str:
    """Give names as text, a long list cut.

    >>> listed(["a", "b"])
    'a, b'
    """
    every = list(names)
    more = f" and {len(every) - _MOST_LISTED} more" if len(every) > _MOST_LISTED else ""
    return ", ".join(every[:_MOST_LISTED]) + more


def counted(number: int, one: str, many: str) -> str:
    """Give a number with its noun.

    >>> counted(1, "row holds", "rows hold"), counted(1200, "row holds", "rows hold")
    ('1 row holds', '1,200 rows hold')
    """
    return f"{number:,} {one if number == 1 else many}"


def check_name(kind: str, columns: Iterable[str] = ()) -> str:
    """Give the name that Dagster takes for a kind of check on some columns.

    Raises:
        UsageError: A column is not named by text.

    >>> check_name("range", ["rent (£)"]), len(check_name("no_nulls", ["column"] * 50))
    ('range_rent____', 60)
    """
    named = tuple(columns)
    for column in named:
        if not isinstance(column, str):
            raise UsageError(f"A column is named by text, not by a {type(column).__name__}.", hint='Write "a", "b".')
    whole = "_".join([kind, *named])
    plain = re.sub(r"[^A-Za-z0-9_]", "_", whole)
    if len(plain) <= _LONGEST_NAME:
        return plain
    return f"{plain[: _LONGEST_NAME - 9]}_{hashlib.sha256(whole.encode('utf-8', 'replace')).hexdigest()[:8]}"
