"""The processes: a slow question is killed, a stale one abandoned, and neither keeps another from its answer."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

import jupyter_ext.pool as under_test
from jupyter_ext.pool import Pool, StaleError
from platform_core.errors import Fault, UserError

OPTIONS = {"task": "options", "tag": "silver:rents", "options": {}}

# A process that answers as the real one does, and at once; it hangs where it is asked to
PROCESS = """
import json, sys, time
for line in sys.stdin:
    question = json.loads(line)
    if question["task"] == "hang":
        print(json.dumps({"told": "hanging"}), flush=True)
        time.sleep(1000)
    if question["task"] == "die":
        break
    print(json.dumps({"answer": question["task"]}), flush=True)
"""


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "process.py"
    path.write_text(PROCESS)
    monkeypatch.setattr(under_test, "_COMMAND", (str(path),))
    monkeypatch.setattr(under_test, "_GRACE", 0.0)


def test_the_real_process_answers_and_refuses_in_words() -> None:
    async def ask() -> tuple[Any, str]:
        pool = Pool(1)
        try:
            answered = await pool.ask(OPTIONS, 60)
            with pytest.raises(UserError) as caught:
                await pool.ask({"task": "catalogue", "root": "/", "path": "../a.ipynb"}, 60)
            with pytest.raises(Fault):
                await pool.ask({"task": "options"}, 60)  # a key is missing: a mistake of ours
            again = await pool.ask(OPTIONS, 60)
        finally:
            await pool.close()
        assert answered == again
        return answered, caught.value.message

    assert asyncio.run(ask()) == (
        {"problems": []},
        "The path leads out of the server's folder, or into a hidden one.",
    )


@pytest.mark.usefixtures("quick")
def test_a_question_that_takes_too_long_is_killed_and_the_next_is_answered() -> None:
    async def ask() -> Any:
        pool = Pool(1)
        with pytest.raises(TimeoutError):
            await pool.ask({"task": "hang"}, 0.05)
        with pytest.raises(Fault):
            await pool.ask({"task": "die"}, 60)
        answered = await pool.ask({"task": "next"}, 60)
        await pool.close()
        return answered

    assert asyncio.run(ask()) == "next"


@pytest.mark.usefixtures("quick")
def test_a_newer_question_of_the_same_asker_takes_the_place_of_an_older() -> None:
    async def ask() -> tuple[Any, ...]:
        pool = Pool(1)
        first = asyncio.create_task(pool.ask({"task": "hang"}, 600, "panel"))
        waiting = asyncio.create_task(pool.ask({"task": "hang"}, 600, "panel"))
        last = asyncio.create_task(pool.ask({"task": "last"}, 600, "panel"))
        other = asyncio.create_task(pool.ask({"task": "other"}, 600, "another panel"))
        done = await asyncio.gather(first, waiting, last, other, return_exceptions=True)
        await pool.close()
        return done

    first, waiting, last, other = asyncio.run(ask())
    assert isinstance(first, StaleError)
    assert isinstance(waiting, StaleError)
    assert (last, other) == ("last", "other")


@pytest.mark.usefixtures("quick")
def test_a_slow_question_keeps_no_other_waiting() -> None:
    async def ask() -> Any:
        pool = Pool(2)
        slow = asyncio.create_task(pool.ask({"task": "hang"}, 600))
        answered = [await pool.ask({"task": "quick"}, 60) for _ in range(3)]
        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow
        await pool.close()
        return answered

    assert asyncio.run(ask()) == ["quick"] * 3
