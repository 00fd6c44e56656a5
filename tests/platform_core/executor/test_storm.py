"""Random faults of warm workers: each step ends as its schedule says, whatever happens to the others."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

from tests.campaigns import campaign, event_log
from tests.platform_core.executor.runs import JOBS, Bench, ends

if TYPE_CHECKING:
    import pytest

FAULTS = ("raise", "exit", "SIGKILL", "SIGSEGV", "SIGABRT")
SCHEDULES = 10


def expected(faults: list[str], retries: int) -> list[str]:
    """Give how the tries of a step end."""
    tries = ["retry"] * min(len(faults), retries)
    return [*tries, "failure" if len(faults) > retries else "success"]


def test_random_faults(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, full_count: bool
) -> None:
    """No try is lost or doubled, and what comes after a step runs where the step succeeded, and once."""
    storm = Storm(tmp_path_factory, monkeypatch)
    campaign("warm-workers", range(20 if full_count else 1), storm.holds, storm.log)


class Storm:
    """Runs under schedules of faults, one after the other."""

    def __init__(self, folders: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folders, self.monkeypatch = folders, monkeypatch
        self.bench: Bench | None = None

    def log(self) -> str:
        """Give what the last run was to do, what it told, and what the bodies left."""
        bench = self.bench
        if bench is None:
            return ""
        return f"{(bench.folder / 'storm.json').read_text()}\n{event_log(bench.instance)}\n{bench.trace.read_text()}"

    def holds(self, seed: int) -> None:
        """Assert that a run ends as its schedule says."""
        draw = random.Random(seed)  # noqa: S311 - what happens is to be the same each time
        schedule = {
            f"s{number}": ([draw.choice(FAULTS) for _ in range(draw.choice((0, 1, 1, 2, 3)))], draw.choice((0, 1, 2)))
            for number in range(SCHEDULES)
        }
        self.bench = bench = Bench(self.folders.mktemp("storm"), self.monkeypatch)
        (bench.folder / "storm.json").write_text(json.dumps(schedule))
        bench.jobs = bench.folder / "jobs.py"  # Dagster keeps jobs by their file
        bench.jobs.write_text(JOBS.read_text())
        bench.execute("storm", workers=3, recycle_after_steps=draw.choice((1, 2, 50)))
        found = ends(bench.events(bench.run_id))
        planned = {step: expected(*told) for step, told in schedule.items()}
        good = {step for step, how in planned.items() if how[-1] == "success"}
        assert found == planned | {f"after_{step}": ["success"] for step in good}
        ran = bench.ran()
        assert {step: ran[step] for step in schedule} == {step: len(how) for step, how in planned.items()}
        assert ran["after"] == len(good)
