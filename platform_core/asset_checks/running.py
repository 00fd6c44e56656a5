"""Running checks: what they can share is read once, and rows are looked at only where a check failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl

from platform_core.asset_checks.facts import facts_of
from platform_core.asset_checks.jobs import Found, Job, Source, job_of
from platform_core.asset_checks.masks import Mask, masking
from platform_core.asset_checks.model import Check, CheckReport, Direct, Outcome, Plan, Settled, Verdict
from platform_core.errors import UserError
from platform_core.frames import convert, is_arrow, kind_of, not_a_frame

# An expression of the analyst's may raise anything, and Polars' own panic is no Exception
_ANY_ERROR = (Exception, pl.exceptions.PanicException)

_Judged = tuple[Verdict, pl.LazyFrame | pl.DataFrame | None]


def run_checks(
    frame: object,
    checks: Iterable[Check],
    *,
    files: Sequence[Path] | None = None,
    mask: Mask | Iterable[str] | None = None,
    sample_rows: int = 10,
) -> CheckReport:
    """Run checks together on a frame of any kind, or on the Parquet at a path (a file, a folder or a pattern).

    What the footers and dictionaries of a file prove is not computed. All other figures of single rows, of keys and of
    the whole come from one scan; a check against another asset adds one join, a pandera schema one reading. Rows are
    looked at only where a check failed. Nothing the data lacks raises: it is a failed outcome.

    Args:
        frame: What is checked.
        checks: The checks.
        files: The Parquet files that a lazy frame reads all rows of, where it reads nothing else.
        mask: What hides personal data in samples: names of columns, or a function from a sample to one that may be
            shown. Without it the columns are hidden that the contracts among the checks call personal, and those in
            which the detector of personal data finds some.
        sample_rows: How many failing rows a sample holds at most.

    Raises:
        UserError: There is no such file, or the value is no frame.

    >>> from platform_core.asset_checks import check_no_nulls, check_row_count
    >>> print(run_checks(pl.DataFrame({"a": [1, None]}), [check_no_nulls("a"), check_row_count(max=5)]))
    FAIL  no_nulls_a: 1 row holds a null: a (1).
    pass  row_count: 2 rows.
    """
    every = tuple(checks)
    source = _source(frame, files)
    plans = [check.rule.plan(source.schema) for check in every]
    judged = _judged(source, plans, sample_rows)
    hide = masking(mask, every)
    samples = _sampled([rows for _, rows in judged], sample_rows, stored=source.facts is not None)
    empty = pl.DataFrame(schema=source.schema)
    return CheckReport(
        tuple(
            Outcome(
                check.name,
                verdict.passed,
                verdict.failed_count,
                empty if sample is None else hide(sample),
                verdict.description,
                MappingProxyType(dict(verdict.metadata)),
            )
            for check, (verdict, _), sample in zip(every, judged, samples, strict=True)
        )
    )


def _source(frame: object, files: Sequence[Path] | None) -> Source:
    if isinstance(frame, str | Path):
        path = Path(frame)
        lazy: Any = _scan(path)
        given: object = lazy
        files = [path] if files is None and path.is_file() else files
    elif is_arrow(frame):
        given = lazy = convert(frame, "lazy")  # a reader is used up by that
    elif kind_of(frame) is None:
        raise not_a_frame(frame, "What is to be checked")
    else:
        given, lazy = frame, convert(frame, "lazy")
    schema = lazy.collect_schema()
    return Source(given, lazy, schema, facts_of(files, schema) if files else None)


def _scan(path: Path) -> pl.LazyFrame:
    try:
        frame = pl.scan_parquet(path)
        frame.collect_schema()
    except _ANY_ERROR as error:  # a type that Polars cannot read is a panic
        raise UserError(
            f"{path.name!r} cannot be read as Parquet ({type(error).__name__}).",
            hint="Give the path of a Parquet file, or of a folder of them.",
        ) from None
    return frame


def _judged(
    source: Source, plans: Sequence[Plan], sample: int
) -> list[tuple[Verdict, pl.LazyFrame | pl.DataFrame | None]]:
    jobs = {
        position: job_of(plan, source, sample)
        for position, plan in enumerate(plans)
        if not isinstance(plan, Settled | Direct)
    }
    try:
        found = _computed(source.lazy, jobs)
    except _ANY_ERROR:  # one check spoils the common query: each on its own shows which
        found = {position: _alone(source.lazy, job) for position, job in jobs.items()}
    judged: list[_Judged] = []
    for position, plan in enumerate(plans):
        match plan:
            case Settled(verdict):
                judged.append((verdict, None))
            case Direct(run):
                judged.append(run(source.given))
            case _:
                verdict, rows = found[position]
                judged.append((verdict, None if verdict.passed else rows))
    return judged


def _sampled(
    judged: Sequence[pl.LazyFrame | pl.DataFrame | None], sample: int, *, stored: bool
) -> list[pl.DataFrame | None]:
    """Give the first failing rows of every check; what gives a figure need not give rows, and then has no sample.

    Queries over files are run one by one: each decodes what its own condition needs, and stops where it has enough.
    """
    lazy = {place: rows.head(sample) for place, rows in enumerate(judged) if isinstance(rows, pl.LazyFrame)}
    queries = list(lazy.values())
    try:
        found = [frame for query in queries for frame in _collected([query])] if stored else _collected(queries)
        collected: dict[int, pl.DataFrame | None] = dict(zip(lazy, found, strict=True))
    except _ANY_ERROR:  # one spoils the common query
        collected = {place: _rows_alone(query) for place, query in lazy.items()}
    return [rows if isinstance(rows, pl.DataFrame) else collected.get(place) for place, rows in enumerate(judged)]


def _rows_alone(query: pl.LazyFrame) -> pl.DataFrame | None:
    """Give the rows of a query in the plainest way: a condition that is pushed into a scan may fail where it is odd."""
    try:
        return query.collect(optimizations=pl.QueryOptFlags(predicate_pushdown=False), engine="streaming")
    except _ANY_ERROR:
        return None


def _computed(frame: pl.LazyFrame, jobs: Mapping[int, Job]) -> dict[int, Found]:
    """Compute every job, all figures from one scan."""
    together = [e.alias(f"{position}:{name}") for position, job in jobs.items() for name, e in job.figures.items()]
    columns = {name: e.alias(name) for job in jobs.values() for name, e in job.columns.items()}
    queries = {position: job.query for position, job in jobs.items() if job.query is not None}
    scan = [frame.with_columns(columns.values()).select(together)] if together else []
    collected = _collected(scan + list(queries.values()))
    figures = collected.pop(0) if together else pl.DataFrame()
    own = dict(zip(queries, collected, strict=True))
    found = {}
    for position, job in jobs.items():
        values = {name: figures.drop_in_place(f"{position}:{name}")[0] for name in job.figures}
        found[position] = job.finish(values | (own[position].row(0, named=True) if position in own else {}))
    return found


def _alone(frame: pl.LazyFrame, job: Job) -> Found:
    try:
        return _computed(frame, {0: job})[0]
    except _ANY_ERROR as error:
        # The message may hold values of the data
        return Verdict(False, 1, f"The check could not be computed ({type(error).__name__})."), None


def _collected(frames: Sequence[pl.LazyFrame]) -> list[pl.DataFrame]:
    return pl.collect_all(list(frames), engine="streaming") if frames else []
