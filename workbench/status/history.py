"""What Dagster's records on this machine say of each asset: when it was made last, how, and what its checks found.

The records are SQLite files, read as they are: importing Dagster costs more than looking at two hundred notebooks. What
cannot be read so (records in PostgreSQL, a layout of another version of Dagster) is said to be unknown, never guessed.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

_FAILED = ("FAILURE", "CANCELED")


@dataclass(frozen=True, slots=True)
class Last:
    """The last time that an asset was made.

    Attributes:
        made: When, in UTC; None where it never was.
        rows: How many rows it had then, of its last partition.
        partitions: How many partitions were ever made; 0 where it has none.
        failed: Whether a later run tried to make it and did not.
        passed: How many of its checks passed when each was last run.
        checks: How many checks were ever run.
    """

    made: dt.datetime | None = None
    rows: int | None = None
    partitions: int = 0
    failed: bool = False
    passed: int = 0
    checks: int = 0


@dataclass(frozen=True, slots=True)
class History:
    """The records of a project. `known` is false where they cannot be read, and `why` says so."""

    assets: Mapping[str, Last]
    known: bool = True
    why: str = ""


def read_history(home: Path) -> History:
    """Read Dagster's records below its home folder; no record at all is a history in which nothing was made."""
    if _elsewhere(home / "dagster.yaml"):
        return History({}, known=False, why="Dagster's records are kept elsewhere, as its dagster.yaml says")
    events, runs = home / "history" / "runs" / "index.db", home / "history" / "runs.db"
    if not events.is_file():
        return History({})
    try:
        with closing(_open(events)) as one, closing(_open(runs)) as other:
            return History(_assets(one, _failed_runs(other)))
    except (sqlite3.Error, ValueError, KeyError, TypeError) as error:
        return History({}, known=False, why=f"Dagster's records cannot be read here ({type(error).__name__})")


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5)


def _elsewhere(settings: Path) -> bool:
    """Whether a dagster.yaml moves the event log somewhere else; its own words are enough to tell."""
    try:
        lines = settings.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return False
    return any(line.startswith(("storage:", "event_log_storage:", "run_storage:")) for line in lines)


def _failed_runs(records: sqlite3.Connection) -> frozenset[str]:
    marks = ", ".join("?" for _ in _FAILED)
    return frozenset(run for (run,) in records.execute(f"SELECT run_id FROM runs WHERE status IN ({marks})", _FAILED))  # noqa: S608 - only question marks are put in


def _assets(records: sqlite3.Connection, failed: frozenset[str]) -> Mapping[str, Last]:
    found: dict[str, Last] = {}
    asked = "SELECT asset_key, last_materialization, last_materialization_timestamp FROM asset_keys"
    for key, event, when in records.execute(asked):
        made = dt.datetime.fromisoformat(when).replace(tzinfo=dt.UTC) if when and event else None
        found[_name(key)] = Last(made, _rows(event) if made else None)
    for name, (partitions, planned, made_id, run) in _attempts(records).items():
        last = found.get(name, Last())
        found[name] = replace(last, partitions=partitions, failed=planned > made_id and run in failed)
    for name, (passed, checks) in _checks(records).items():
        found[name] = replace(found.get(name, Last()), passed=passed, checks=checks)
    return found


def _attempts(records: sqlite3.Connection) -> Mapping[str, tuple[int, int, int, str]]:
    """Give for each asset the number of its partitions, the ids of its last plan and success, and the plan's run."""
    found: dict[str, list[Any]] = defaultdict(lambda: [0, 0, 0, ""])
    asked = (
        "SELECT asset_key, dagster_event_type, COUNT(DISTINCT partition), MAX(id), run_id FROM event_logs WHERE "
        "dagster_event_type IN ('ASSET_MATERIALIZATION', 'ASSET_MATERIALIZATION_PLANNED') GROUP BY 1, 2"
    )
    for key, kind, partitions, last, run in records.execute(asked):
        one = found[_name(key)]
        if kind == "ASSET_MATERIALIZATION":
            one[0], one[2] = partitions, last
        else:
            one[1], one[3] = last, run  # SQLite gives the other columns of the row that holds the maximum
    return {name: (int(one[0]), int(one[1]), int(one[2]), str(one[3])) for name, one in found.items()}


def _checks(records: sqlite3.Connection) -> Mapping[str, tuple[int, int]]:
    asked = (
        "SELECT asset_key, check_name, execution_status, MAX(id) FROM asset_check_executions "
        "WHERE execution_status != 'PLANNED' GROUP BY asset_key, check_name, partition"
    )
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for key, _, status, _ in records.execute(asked):
        one = counts[_name(key)]
        one[0] += status == "SUCCEEDED"
        one[1] += 1
    return {name: (passed, total) for name, (passed, total) in counts.items()}


def _name(key: str) -> str:
    return "/".join(json.loads(key))


def _rows(event: str) -> int | None:
    """Give the rows that a materialisation told of."""
    content = json.loads(event)
    entry = content.get("event_log_entry", content)
    entries = entry["dagster_event"]["event_specific_data"]["materialization"]["metadata_entries"]
    rows = [one["entry_data"]["value"] for one in entries if one["label"] == "dagster/row_count"]
    return int(rows[0]) if rows else None
