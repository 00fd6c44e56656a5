"""A project's costs: its runs, what its code says of them, its prices and how its budgets stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from platform_core.compute_kinds import Prices, stale
from platform_core.costs.budgets import Verdict, budget_verdicts
from platform_core.costs.facts import Facts, facts_of
from platform_core.costs.records import Record, read_records
from platform_core.costs.settings import prices_of
from platform_core.costs.summary import Line, sum_up, summarise
from workbench.session import Session

if TYPE_CHECKING:
    from dagster import DagsterInstance

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Costs:
    """What is to be shown.

    Args:
        project: The project's name.
        by: What the lines are of.
        lines: The lines.
        whole: All runs together.
        months: All runs by month.
        kinds: All runs by kind of compute.
        verdicts: How the budgets stand this month.
        prices: The prices that everything was worked out with.
        old: Groups of prices that are to be looked up again.
        failed_runs: Runs of Dagster that failed, of whose steps some may have been killed before they noted anything.
    """

    project: str
    by: str
    lines: tuple[Line, ...]
    whole: Line
    months: tuple[Line, ...]
    kinds: tuple[Line, ...]
    verdicts: tuple[Verdict, ...]
    prices: Prices
    old: tuple[str, ...]
    failed_runs: int


def gather(session: Session, by: str, since: datetime | None, until: datetime | None, now: datetime) -> Costs:
    """Read and sum what the runs of a project cost.

    Args:
        session: The project, opened.
        by: One of `platform_core.costs.summary.GROUPS`.
        since: Only runs from then on.
        until: Only runs before.
        now: The present time, with a time zone.
    """
    prices, facts = prices_of(session.config), facts_of(session.definitions)
    records = read_records(
        session.instance,
        since=None if since is None else since.timestamp(),
        until=None if until is None else until.timestamp(),
    )
    package = session.project.package
    places = _locations(session.instance, records) if by == "project" else {}

    def project(record: Record) -> str:
        return places.get(record.run_id) or (package if record.asset in facts else "elsewhere")

    return Costs(
        package,
        by,
        summarise(records, by, facts, project=project, prices=prices),
        sum_up("all", records, facts, prices),
        summarise(records, "month", facts, prices=prices),
        summarise(records, "kind", facts, prices=prices),
        _verdicts(session, records if since is until is None else None, facts, now),
        prices,
        stale(prices, now.date()),
        _failed(session.instance, since, until),
    )


def _verdicts(
    session: Session, records: Sequence[Record] | None, facts: Mapping[str, Facts], now: datetime
) -> tuple[Verdict, ...]:
    """Say how the budgets of the project stand; this month's runs are read where only others were asked for."""
    budgets = session.config.costs.budgets
    if not budgets:
        return ()
    first = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    counted = read_records(session.instance, since=first.timestamp()) if records is None else records
    return budget_verdicts(budgets, counted, facts, now)


def _locations(instance: DagsterInstance, records: Sequence[Record]) -> dict[str, str]:
    """Give the code location of each run that was launched from one."""
    from dagster import RunsFilter  # noqa: PLC0415 - only where projects are asked for

    ids = sorted({record.run_id for record in records})
    found: dict[str, str] = {}
    for start in range(0, len(ids), _CHUNK):
        for run in instance.get_runs(RunsFilter(run_ids=ids[start : start + _CHUNK])):
            origin = run.remote_job_origin
            if origin is not None:
                found[run.run_id] = origin.location_name
    return found


def _failed(instance: DagsterInstance, since: datetime | None, until: datetime | None) -> int:
    from dagster import DagsterRunStatus, RunsFilter  # noqa: PLC0415 - as above

    return instance.get_runs_count(
        RunsFilter(statuses=[DagsterRunStatus.FAILURE], updated_after=since, updated_before=until)
    )
