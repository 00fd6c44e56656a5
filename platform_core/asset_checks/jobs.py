"""From what a check asks to what has to be computed: figures of one scan, or a query, and the verdict on them.

What the files tell of themselves is asked first. What they prove is not computed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from platform_core.asset_checks.distinct import Code, Repeated, code_of, confirmed, repeated
from platform_core.asset_checks.facts import Facts
from platform_core.asset_checks.model import (
    Distinct,
    Fused,
    Plan,
    Query,
    RowWise,
    Test,
    Verdict,
    counted,
    listed,
)
from platform_core.columns import column_of

_PASS_ROWS = 50_000_000  # whose codes are held at once


@dataclass(frozen=True, slots=True)
class Failing:
    """The rows that fail, and the condition by which each does where it looks at no other row."""

    rows: pl.LazyFrame
    condition: pl.Expr | None = None


Found = tuple[Verdict, Failing | None]


@dataclass(frozen=True, slots=True)
class Source:
    """A frame that is checked: as given, lazily, its schema, and what its files tell where it is read from some."""

    given: object
    lazy: pl.LazyFrame
    schema: pl.Schema
    facts: Facts | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """What to compute for a check.

    Attributes:
        finish: Gives the verdict and the failing rows, from the figures by name.
        figures: Expressions that give one value each, for the scan that all checks share.
        columns: Columns by name that the scan works out row by row, for figures that keep a value of every row: Polars
            would keep all that goes into such a figure as well.
        query: A query of the check's own that gives one row of figures.
    """

    finish: Callable[[Mapping[str, Any]], Found]
    figures: Mapping[str, pl.Expr] = field(default_factory=dict)
    columns: Mapping[str, pl.Expr] = field(default_factory=dict)
    query: pl.LazyFrame | None = None


def job_of(plan: Plan, source: Source, sample: int) -> Job:
    """Say what has to be computed for a plan that needs figures."""
    match plan:
        case RowWise():
            return _row_wise(plan, source)
        case Distinct(columns, what):
            return _distinct(columns, what, source, sample)
        case Fused():
            told = plan.told(source.facts) if plan.told is not None and source.facts is not None else None
            figures = plan.figures if told is None else {}
            rows = None if plan.rows is None else Failing(plan.rows(source.lazy))
            return Job(lambda found: (plan.judge(found if told is None else told), rows), figures)
        case Query(query, judge, rows):
            return Job(lambda found: (judge(found), Failing(rows(source.lazy))), query=query(source.lazy))
    raise AssertionError(plan)  # the other plans have no figures


def _row_wise(plan: RowWise, source: Source) -> Job:
    tests = plan.tests
    known = {
        column: count
        for column, test in tests.items()
        if source.facts is not None and (count := _told(column, test, source.facts)) is not None
    }
    possible = [column for column in tests if known.get(column) != 0]
    figures = {
        f"in {column}": column_of(column).null_count() if tests[column].proof == "nulls" else tests[column].bad.sum()
        for column in possible
        if column not in known
    }
    if len(possible) > 1:
        figures["failed"] = pl.any_horizontal(tests[column].bad for column in possible).sum()

    def finish(found: Mapping[str, Any]) -> Found:
        by_column = {c: n for c in possible if (n := int(found[f"in {c}"] if c not in known else known[c]))}
        failed = int(found["failed"]) if "failed" in figures else sum(by_column.values())
        if not failed:
            return _rows_verdict(0, {}, plan.saying), None
        bad = pl.any_horizontal(tests[column].bad for column in by_column)
        verdict = _rows_verdict(failed, {c: n for c, n in by_column.items() if c}, plan.saying)
        return verdict, Failing(source.lazy.filter(bad), bad if plan.alone else None)

    return Job(finish, figures)


def _rows_verdict(failed: int, by_column: dict[str, int], saying: tuple[str, str]) -> Verdict:
    if not failed:
        return Verdict(True, 0, f"No row {saying[0]}.")
    where = f": {listed(f'{column} ({n:,})' for column, n in by_column.items())}" if by_column else ""
    said = f"{counted(failed, f'row {saying[0]}', f'rows {saying[1]}')}{where}."
    return Verdict(False, failed, said, {"by_column": by_column})


def _told(column: str, test: Test, facts: Facts) -> int | None:
    """Give how many rows fail in a column where the files tell it."""
    if test.proof is None:
        return None
    nulls = facts.nulls(column)
    if test.proof == "nulls":
        return nulls
    if nulls is not None and nulls == facts.rows:  # a null passes
        return 0
    ends = facts.extremes(column) if test.proof == "ends" else None
    bounding = ends if ends is not None else facts.values(column)
    if bounding is None:
        return None
    return None if bounding.to_frame(column).select(test.bad.any()).item() else 0


def _distinct(columns: tuple[str, ...], what: str, source: Source, sample: int) -> Job:
    code = code_of(columns, source.schema, source.facts)
    rows = source.facts.rows if source.facts is not None else 0
    passes = max(1, -(-rows // _PASS_ROWS))

    def finish(found: Mapping[str, Any]) -> Found:
        parts = [repeated(found["codes"], sample)]
        for number in range(1, passes):
            codes = source.lazy.select(_share(code.expression, number, passes)).collect(engine="streaming")
            parts.append(repeated(codes.to_series(), sample))
        failed, groups = sum(part.rows for part in parts), sum(part.groups for part in parts)
        shared, alone = pl.struct(column_of(column) for column in columns).is_duplicated(), False
        if failed:
            exactly = (failed, groups) if code.exact else confirmed(source.lazy, columns, code, parts)
            if exactly == (failed, groups):
                shared, alone = _one_of(code, parts), True
            failed, groups = exactly
        if not failed:
            return Verdict(True, 0, f"No two rows share {what}."), None
        within = counted(groups, "group", "groups")
        said = f"{counted(failed, 'row shares', 'rows share')} {what} with another, in {within}."
        verdict = Verdict(False, failed, said, {"groups": groups, "surplus_rows": failed - groups})
        return verdict, Failing(source.lazy.filter(shared), shared if alone else None)

    name = repr(columns)
    while name in source.schema:
        name += "'"
    codes = _share(pl.col(name), 0, passes).implode()
    return Job(finish, {"codes": codes}, {name: code.expression})


def _share(code: pl.Expr, number: int, passes: int) -> pl.Expr:
    """Give the codes that one of several passes holds; those of one key are never parted."""
    return code if passes == 1 else code.filter(code.hash(0) % passes == number)


def _one_of(code: Code, parts: list[Repeated]) -> pl.Expr:
    """Say which rows have the code of one of the first rows that share theirs."""
    first = pl.concat([part.first for part in parts])
    wanted = code.expression.is_in(first.drop_nulls().implode())
    return wanted | code.expression.is_null() if first.null_count() else wanted
