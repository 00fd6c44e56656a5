"""Campaigns: one check under many seeds. What a seed that fails has to tell is kept, for it may not fail again."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import dagster as dg

KEPT = Path(__file__).parents[1] / "build" / "campaigns"
_SHOWN = 2_000


def campaign(name: str, seeds: Iterable[int], holds: Callable[[int], object], log: Callable[[], str]) -> None:
    """Check each seed, go on after one that fails, and fail at the end with all of those.

    `WORKBENCH_SEEDS` (`11` or `40-59`) names other seeds.

    Args:
        name: The campaign's; the log of seed 11 is `build/campaigns/NAME/11.log`, and `seeds` beside it says as it
            goes which have held.
        seeds: What to draw from.
        holds: Raises where something does not hold under a seed.
        log: Gives all that is known of what `holds` did last.
    """
    folder, failed, told = KEPT / name, [], []
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "seeds").open("a", buffering=1) as seen:
        for seed in _asked(seeds):
            text = _failing(seed, holds, log)
            seen.write(f"{seed} {'held' if text is None else 'failed'}\n")
            if text is not None:
                (place := folder / f"{seed}.log").write_text(text)
                failed.append(seed)
                told.append(f"seed {seed}, whole in {place}:\n{text[-_SHOWN:]}")
    if failed:
        told.append(f"{name} failed under these seeds: {', '.join(map(str, failed))}")
        pytest.fail("\n".join(told), pytrace=False)


def event_log(instance: dg.DagsterInstance) -> str:
    """Give the event log of an instance's newest run: a line for each event, and the errors that they hold."""
    lines = []
    for run_id in instance.get_run_ids(limit=1):
        for one in instance.all_logs(run_id):
            error = getattr(one.dagster_event and one.dagster_event.event_specific_data, "error", None)
            lines.append(f"{one.timestamp:.2f} {one.step_key or '-'}: {one.message}{f' {error}' if error else ''}")
    return "\n".join(lines)


def _asked(seeds: Iterable[int]) -> Iterable[int]:
    told = os.environ.get("WORKBENCH_SEEDS", "")
    first, _, last = told.partition("-")
    return range(int(first), int(last or first) + 1) if told else seeds


def _failing(seed: int, holds: Callable[[int], object], log: Callable[[], str]) -> str | None:
    try:
        holds(seed)
    except Exception as error:  # noqa: BLE001 - whatever it is, the other seeds run
        return f"{log()}\n{''.join(traceback.format_exception(error))}"
    return None
