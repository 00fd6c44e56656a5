"""Warm workers: what a step leaves in its process, no other step meets."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.platform_core.executor.isolated_steps import ENDS, LEAVES, LOOKS
from tests.platform_core.executor.runs import Bench, ends

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_what_a_step_leaves_no_other_step_meets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One worker at a time carries all out, and is replaced where what was left cannot be put back."""
    bench = Bench(tmp_path, monkeypatch)
    bench.jobs = bench.jobs.with_name("isolated_steps.py")
    monkeypatch.setenv("ISOLATED_HOME", os.getcwd())  # noqa: PTH109 - what the steps ask for
    bench.execute("isolated", workers=1)
    events = bench.events(bench.run_id)
    good = {key: ["success"] for key in (*LEAVES, *(f"after_{name}" for name in LOOKS))}
    assert ends(events) == good | {key: ["failure"] for key in ENDS}
    found = [line.split() for line in bench.trace.read_text().splitlines()]
    assert [(words[0], words[2:]) for words in found] == [(f"after_{name}", []) for name in LOOKS]
    pids = [words[1] for words in found]
    replaced = {name for before, after, name in zip(pids, pids[1:], list(LOOKS)[1:], strict=False) if before != after}
    assert replaced >= {"thread", "stream", "mask", "modules"}
    assert len(set(pids)) < len(pids)  # what was put back did not cost the worker
    said = "\n".join(str(getattr(event.event_specific_data, "error", "")) for event in events)
    assert all(words in said for words in ("SystemExit: 5", "Odd: odd", "is not picklable"))
    keys = [event.logs_captured_data for event in events if event.event_type_value == "LOGS_CAPTURED"]
    manager = bench.instance.compute_log_manager
    (key,) = [one.file_key for one in keys if one.step_keys == ["prints"]]
    log = manager.get_log_data(manager.build_log_key_for_run(bench.run_id, key))
    assert len(log.stdout or b"") == 10_000_001 + 3
