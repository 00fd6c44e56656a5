"""Running checks: what they can share is read once, and rows are looked at only where a check failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl

from platform_core.asset_checks.facts import facts_of
from platform_core.asset_checks.jobs import Failing, Found, Job, Source, job_of
from platform_core.asset_checks.masks import Mask, masked, personal
from platform_core.asset_checks.model import Check, CheckReport, Direct, Outcome, Plan, Settled, Verdict
from platform_core.errors import UserError
from platform_core.frames import convert, is_arrow, kind_of, not_a_frame

# An expression of the analyst's may raise anything, and Polars' own panic is no Exception
_ANY_ERROR = (Exception, pl.exceptions.PanicException)

_HEAD = 65_536  # rows that are read once for the samples of all checks
_LIKELY = 2  # times as many failing rows as a sample holds are expected among them, or they are not read

_Judged = tuple[Verdict, Failing | pl.DataFrame | None]


def run_checks(
    frame: object,
    checks: Check | Iterable[Check],
    *,
    files: Sequence[Path] | None = None,
    mask: Mask | Iterable[str] | None = None,
    declared: Iterable[str] = (),
    sample_rows: int = 10,
) -> CheckReport:
    """Run checks together on a frame of any kind, or on the Parquet at a path (a file, a folder or a pattern).

    What the footers and dictionaries of a file prove is not computed. All other figures of single rows, of keys and of
    the whole come from one scan; a check against another asset adds one join, a pandera schema one reading. Rows are
    looked at only where a check failed. Nothing the data lacks raises: it is a failed outcome.

    Args:
        frame: What is checked.
        checks: The checks, or one.
        files: The Parquet files that a lazy frame reads all rows of, where it reads nothing else.
        mask: What hides personal data in samples: names of columns, or a function from a sample to one that may be
            shown. Without it the columns are hidden that are declared as personal, there or by a contract among the
            checks, and those in which the detector of personal data finds some.
        declared: Columns that are declared as personal.
        sample_rows: How many failing rows a sample holds at most; with 0 no failing row is read.

    Raises:
        UserError: There is no such file, or the value is no frame, or one of the checks is none.

    >>> from platform_core.asset_checks import check_no_nulls, check_row_count
    >>> print(run_checks(pl.DataFrame({"a": [1, None]}), [check_no_nulls("a"), check_row_count(max=5)]))
    FAIL  no_nulls_a: 1 row holds a null: a (1).
    pass  row_count: 2 rows.
    """
    every = (checks,) if isinstance(checks, Check) else tuple(checks)
    for check in every:
        if not isinstance(check, Check):
            raise UserError(
                f"A check that is run is none but of type {type(check).__name__}.",
                hint='Give the check itself, check_no_nulls("id"); bare names stand on an asset, which says its key.',
            )
    source = _source(frame, files)
    plans = [check.rule.plan(source.schema) for check in every]
    judged = _judged(source, plans, sample_rows)
    sampled = _sampled(judged, sample_rows, source) if sample_rows else [None] * len(every)
    shown = iter(masked([sample for sample in sampled if sample is not None], mask, personal(every).union(declared)))
    empty = pl.DataFrame(schema=source.schema)
    return CheckReport(
        tuple(
            Outcome(
                check.name,
                verdict.passed,
                verdict.failed_count,
                empty if sample is None else next(shown),
                verdict.description,
                MappingProxyType(dict(verdict.metadata)),
            )
            for check, (verdict, _), sample in zip(every, judged, sampled, strict=True)
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
        hint = "Give the path of a Parquet file, or of a folder of them"
        asset = f', or load_asset("{path}") for an asset' if str(path).isidentifier() else ""
        raise UserError(
            f"{path.name!r} cannot be read as Parquet ({type(error).__name__}).", hint=f"{hint}{asset}."
        ) from None
    return frame


def _judged(source: Source, plans: Sequence[Plan], sample: int) -> list[_Judged]:
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


def _sampled(judged: Sequence[_Judged], sample: int, source: Source) -> list[pl.DataFrame | None]:
    """Give the first failing rows of every check; what gives a figure need not give rows, and then has no sample.

    Queries over files are run one by one: each decodes what its own condition needs, and stops where it has enough.
    Where many rows fail, the first rows of the files hold enough of them, and are read once for all checks.
    """
    found: dict[int, pl.DataFrame | None] = {}
    lazy: dict[int, pl.LazyFrame] = {}
    head = _Head(source, sample)
    for place, (verdict, rows) in enumerate(judged):
        if isinstance(rows, pl.DataFrame):
            found[place] = rows
        elif rows is not None and (first := head.failing(rows, verdict.failed_count)) is not None:
            found[place] = first
        elif rows is not None:
            lazy[place] = rows.rows.head(sample)
    queries = list(lazy.values())
    try:
        collected = (
            [frame for query in queries for frame in _collected([query])] if source.facts else _collected(queries)
        )
        found.update(zip(lazy, collected, strict=True))
    except _ANY_ERROR:  # one spoils the common query
        found.update((place, _rows_alone(query)) for place, query in lazy.items())
    return [found.get(place) for place in range(len(judged))]


class _Head:
    """The first rows of files, read when they are first asked for."""

    def __init__(self, source: Source, sample: int) -> None:
        self._source = source
        self._sample = sample
        self._rows: pl.DataFrame | None = None

    def failing(self, rows: Failing, count: int) -> pl.DataFrame | None:
        """Give as many failing rows as a sample holds, or None where the first rows need not hold so many."""
        facts = self._source.facts
        if facts is None or rows.condition is None or count * _HEAD < _LIKELY * self._sample * facts.rows:
            return None
        try:
            if self._rows is None:
                self._rows = self._source.lazy.head(_HEAD).collect(engine="streaming")
            found = self._rows.lazy().filter(rows.condition).head(self._sample).collect()
        except _ANY_ERROR:
            return None
        return found if found.height == self._sample else None


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
