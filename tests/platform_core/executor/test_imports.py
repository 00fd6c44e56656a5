"""What importing the code location leaves behind, and what becomes of a run whose import fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.platform_core.executor.runs import JOBS, Bench, ends

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def bench_of(folder: Path, patch: pytest.MonkeyPatch, what: str) -> Bench:
    """Give a bench whose job is imported well in this process, and otherwise in every other."""
    bench = Bench(folder, patch)
    bench.jobs = folder / "jobs.py"  # a file of its own: Dagster keeps jobs by their file
    bench.jobs.write_text(JOBS.with_name("threads_job.py").read_text())
    bench.job("two").get_definition()
    patch.setenv("EXECUTOR_IMPORT", what)
    return bench


def test_a_process_with_threads_is_not_forked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each worker imports by itself, and the event log names the thread."""
    bench = bench_of(tmp_path, monkeypatch, "thread")
    assert bench.execute("two", workers=1).success
    events = bench.events(bench.run_id)
    assert ends(events) == {"first": ["success"], "second": ["success"]}
    said = [event.message for event in events if event.event_type_value == "ENGINE_EVENT"]
    assert any("starts threads" in (message or "") and "planted" in (message or "") for message in said)
    assert len({line.split()[1] for line in bench.trace.read_text().splitlines()}) == 1  # and it is warm all the same


def test_an_import_that_fails_ends_the_run_and_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No step runs, nothing waits for ever, and the cause stands in the event log."""
    bench = bench_of(tmp_path, monkeypatch, "fails")
    assert not bench.execute("two", workers=1).success
    errors = [str(getattr(event.event_specific_data, "error", "")) for event in bench.events(bench.run_id)]
    assert any("planted: this module cannot be imported here" in error for error in errors)
    assert bench.trace.read_text() == ""
