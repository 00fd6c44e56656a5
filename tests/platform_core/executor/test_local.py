"""Warm workers: every way in which a step can end, in one run of real processes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.platform_core.executor.runs import Bench, ends

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagster._core.events import DagsterEvent


@dataclass
class Mixed:
    """The one run of this module: all its events, and where its bodies left their lines."""

    bench: Bench
    events: list[DagsterEvent]

    def said(self, step_key: str | None) -> str:
        """Give what the event log says of a step."""
        return "\n".join(event.message or "" for event in self.events if event.step_key == step_key)

    def errors(self, step_key: str) -> str:
        """Give what the event log says of the errors of a step."""
        found = [getattr(event.event_specific_data, "error", None) for event in self.events]
        return "\n".join(
            str(error) for event, error in zip(self.events, found, strict=True) if event.step_key == step_key and error
        )


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mixed]:
    """Run everything that can happen to a step, once."""
    with pytest.MonkeyPatch.context() as patch:
        bench = Bench(tmp_path_factory.mktemp("mixed"), patch)
        bench.instance.event_log_storage.set_concurrency_slots("narrow", 1)
        result = bench.execute("mixed", workers=2, enforce_memory=True)
        yield Mixed(bench, bench.events(result.run_id))


def test_all_the_ends(mixed: Mixed) -> None:
    """Each step ends as it would under Dagster's own executor, and no other step suffers."""
    assert ends(mixed.events) == {
        "many": ["success"],
        "double[0]": ["success"],
        "double[1]": ["success"],
        "double[2]": ["success"],
        "total": ["success"],
        "nothing": ["success"],
        "after": ["skipped"],
        "raises": ["failure"],
        "flaky": ["retry", "success"],
        "killed": ["retry", "success"],
        "exits": ["failure"],
        "hungry": ["success"],
        "prints": ["success"],
        "prints_too": ["success"],
        "first_alone": ["success"],
        "second_alone": ["success"],
    }


def test_bodies_run_as_often_as_they_should(mixed: Mixed) -> None:
    """Nothing runs twice but what is tried again, and hooks run once for a step's end."""
    ran = mixed.bench.ran()
    twice = {name for name, count in ran.items() if count == 2 and ":" not in name}
    assert twice == {"flaky", "killed", "hungry", "prints", "enters", "leaves"}  # two steps leave the last three
    assert mixed.bench.lines("total") == [["6"]]
    assert mixed.bench.lines("flaky") == mixed.bench.lines("killed") == [["0"], ["1"]]
    assert {name for name in ran if name.startswith("unhook:")} == {"unhook:raises"}
    assert ran["hook:double"] == 3
    assert ran["hook:flaky"] == ran["hook:hungry"] == ran["hook:prints"] == 1


def test_a_dead_worker_is_told_of_in_plain_words(mixed: Mixed) -> None:
    """Nobody is shown a traceback of ours for a process that died."""
    assert "was killed (signal 9). Most often the machine ran out of memory" in mixed.errors("killed")
    assert "The worker process of step exits ended by itself with exit code 3." in mixed.errors("exits")
    assert "planted" in mixed.errors("raises")


def test_too_little_memory_moves_a_step_to_the_next_size(mixed: Mixed) -> None:
    """The step is stopped where the provider would stop it, and carried out on twice the memory."""
    said = mixed.said("hungry")
    assert "held more than the 256 MB of memory that it asked for, and was stopped" in said
    assert "once more on lambda with memory_mb 512" in said
    assert mixed.bench.lines("hungry") == [["high"], ["high"]]


def test_what_a_step_prints_is_captured(mixed: Mixed) -> None:
    """The captured log of each step holds what it printed, and no other's."""
    manager = mixed.bench.instance.compute_log_manager
    keys = [event.logs_captured_data for event in mixed.events if event.event_type_value == "LOGS_CAPTURED"]
    logs = {
        step: manager.get_log_data(manager.build_log_key_for_run(mixed.bench.run_id, data.file_key))
        for data in keys
        for step in data.step_keys or []
    }
    assert (logs["prints"].stdout or b"").decode() == "printed here\n"
    assert "told\n" in (logs["prints"].stderr or b"").decode()
    assert not logs["total"].stdout


def test_a_pool_has_no_more_places_than_it_has(mixed: Mixed) -> None:
    """Two steps of a pool of one place never run at once, and the place is free afterwards."""
    entered = [
        line.split() for line in mixed.bench.trace.read_text().splitlines() if "eaves" in line or "nters" in line
    ]
    assert [words[0] for words in entered] == ["enters", "leaves"] * 2
    info = mixed.bench.instance.event_log_storage.get_concurrency_info("narrow")
    assert (info.slot_count, info.active_slot_count, info.pending_step_count) == (1, 0, 0)


def test_workers_share_nothing_that_is_drawn(mixed: Mixed) -> None:
    """Each worker draws random numbers of its own, and a step's variables end with it."""
    drawn = mixed.bench.lines("prints")
    assert drawn[0][0] != drawn[1][0]
    assert [variable for _, variable in drawn] == ["None", "None"]
