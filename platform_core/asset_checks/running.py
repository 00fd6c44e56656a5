"""Running checks: what they can share is read once, and rows are looked at only where a check failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl

from platform_core.asset_checks.model import Check, CheckReport, Direct, Fused, Outcome, Plan, Query, Settled, Verdict
from platform_core.errors import UserError
from platform_core.frames import convert, kind_of, not_a_frame

_SAMPLE_ROWS = 10
# An expression of the analyst's may raise anything, and Polars' own panic is no Exception
_ANY_ERROR = (Exception, pl.exceptions.PanicException)


def run_checks(frame: object, checks: Iterable[Check]) -> CheckReport:
    """Run checks together on a frame of any kind, or on the Parquet at a path (a file, a folder or a pattern).

    All figures of single rows and of the whole come from one scan; a check of keys adds one grouping or join of its
    own columns, a pandera schema one reading. Nothing the data lacks raises: it is a failed outcome.

    Raises:
        UserError: There is no such file, or the value is no frame.

    >>> from platform_core.asset_checks import check_no_nulls, check_row_count
    >>> print(run_checks(pl.DataFrame({"a": [1, None]}), [check_no_nulls("a"), check_row_count(max=5)]))
    FAIL  no_nulls_a: 1 row holds a null: a (1).
    pass  row_count: 2 rows.
    """
    every = tuple(checks)
    source = _source(frame)
    plans = [check.rule.plan(source.schema) for check in every]
    verdicts, samples = _judged(source, plans)
    empty = pl.DataFrame(schema=source.schema)
    return CheckReport(
        tuple(
            Outcome(
                check.name,
                verdict.passed,
                verdict.failed_count,
                sample if sample is not None else empty,
                verdict.description,
                MappingProxyType(dict(verdict.metadata)),
            )
            for check, verdict, sample in zip(every, verdicts, samples, strict=True)
        )
    )


@dataclass(frozen=True, slots=True)
class _Source:
    given: object
    lazy: pl.LazyFrame
    schema: pl.Schema


def _source(frame: object) -> _Source:
    if isinstance(frame, str | Path):
        lazy: Any = _scan(Path(frame))
        given: object = lazy
    elif kind_of(frame) is None:
        raise not_a_frame(frame, "What is to be checked")
    else:
        given, lazy = frame, convert(frame, "lazy")
    return _Source(given, lazy, lazy.collect_schema())


def _scan(path: Path) -> pl.LazyFrame:
    try:
        frame = pl.scan_parquet(path)
        frame.collect_schema()
    except (OSError, pl.exceptions.PolarsError) as error:
        raise UserError(
            f"{path.name!r} cannot be read as Parquet ({type(error).__name__}).",
            hint="Give the path of a Parquet file, or of a folder of them.",
        ) from None
    return frame


def _judged(source: _Source, plans: Sequence[Plan]) -> tuple[list[Verdict], list[pl.DataFrame | None]]:
    try:
        figures = _figures(source.lazy, plans)
    except _ANY_ERROR:  # one check spoils the common query: each on its own shows which
        figures = {position: _figures_alone(source.lazy, plan) for position, plan in enumerate(plans)}
    verdicts: list[Verdict] = []
    samples: list[pl.DataFrame | None] = []
    for position, plan in enumerate(plans):
        sample = None
        match plan:
            case Settled(verdict):
                pass
            case Direct(run):
                verdict, sample = run(source.given)
            case _:
                found = figures[position]
                verdict = found if isinstance(found, Verdict) else plan.judge(found)
        verdicts.append(verdict)
        samples.append(sample)
    wanted = {
        position: plan.rows(source.lazy).head(_SAMPLE_ROWS)
        for position, plan in enumerate(plans)
        if isinstance(plan, Fused | Query)
        and plan.rows is not None
        and not verdicts[position].passed
        and not isinstance(figures[position], Verdict)
    }
    for position, rows in _rows(wanted).items():
        samples[position] = rows
    return verdicts, samples


def _rows(wanted: Mapping[int, pl.LazyFrame]) -> dict[int, pl.DataFrame]:
    try:
        return dict(zip(wanted, _collected(list(wanted.values())), strict=True))
    except _ANY_ERROR:  # an expression that gives a figure need not give rows: the verdict stands without its sample
        return {}


def _figures(frame: pl.LazyFrame, plans: Sequence[Plan]) -> dict[int, Mapping[str, Any] | Verdict]:
    """Give the figures of every plan that has some, from one scan for all `Fused` ones."""
    fused = {position: plan for position, plan in enumerate(plans) if isinstance(plan, Fused)}
    queries = {position: plan.query(frame) for position, plan in enumerate(plans) if isinstance(plan, Query)}
    together = [
        expression.alias(f"{position}:{name}")
        for position, plan in fused.items()
        for name, expression in plan.figures.items()
    ]
    frames = ([frame.select(together)] if together else []) + list(queries.values())
    collected = _collected(frames)
    figures: dict[int, Mapping[str, Any] | Verdict] = {}
    if together:
        row = collected.pop(0).row(0, named=True)
        for position, plan in fused.items():
            figures[position] = {name: row[f"{position}:{name}"] for name in plan.figures}
    for position, found in zip(queries, collected, strict=True):
        figures[position] = found.row(0, named=True)
    return figures


def _figures_alone(frame: pl.LazyFrame, plan: Plan) -> Mapping[str, Any] | Verdict:
    try:
        return _figures(frame, [plan]).get(0, {})
    except _ANY_ERROR as error:
        # The message may hold values of the data
        return Verdict(False, 1, f"The check could not be computed ({type(error).__name__}).")


def _collected(frames: Sequence[pl.LazyFrame]) -> list[pl.DataFrame]:
    return pl.collect_all(list(frames), engine="streaming") if frames else []
