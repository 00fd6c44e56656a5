"""Steps on a provider that throttles, forgets, refuses and interrupts: the run ends right whatever happens."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest
from dagster._core.execution.api import execute_run_iterator

from tests.platform_core.executor.provider import HALFWAY, WORLDS, World
from tests.platform_core.executor.runs import Bench, ends

if TYPE_CHECKING:
    from pathlib import Path

KINDS = ("lambda", "fargate", "eks", "batch")
SPOT = {"spot_instances": True}
# Each step: its kind, its options, how often its own retry policy tries, what its launches come to
STEPS: dict[str, tuple[str, dict[str, Any], int, list[str]]] = {
    "fine": ("fargate", {}, 0, []),
    "throttled": ("fargate", {}, 0, ["throttled"]),
    "hidden": ("batch", {}, 0, ["hidden"]),
    "larger": ("lambda", {"memory_mb": 1024}, 0, ["out_of_memory", "out_of_memory" + HALFWAY]),
    "largest": ("lambda", {"memory_mb": 10240}, 0, ["out_of_memory"]),
    "spot": ("batch", SPOT, 0, ["spot_interruption" + HALFWAY, "spot_interruption"]),
    "slow": ("lambda", {}, 0, ["time_out" + HALFWAY]),
    "waits": ("eks", {}, 0, ["never_started"]),
    "waits_for_ever": ("eks", {}, 0, ["never_started", "never_started"]),
    "lost": ("fargate", {}, 0, ["lost"]),
    "refused": ("fargate", {}, 0, ["refused"]),
    "broken": ("fargate", {}, 0, ["broken"]),
    "no_image": ("eks", {}, 0, ["image_pull"]),
    "silent": ("batch", {}, 0, ["silent"]),
    "tried_again": ("fargate", {}, 1, ["error" + HALFWAY]),
    "one_of_two": ("fargate", {}, 0, ["together"]),
    "the_other": ("fargate", {}, 0, ["together"]),
    "hopeless": ("lambda", {"memory_mb": 128}, 0, ["out_of_memory"] * 9),
}


def settings(world: str, **more: Any) -> dict[str, Any]:
    """Give settings that send every kind to a world, in which time passes quickly."""
    return {
        "kinds": dict.fromkeys(KINDS, "remote"),
        "handlers": dict.fromkeys(KINDS, "tests.platform_core.executor.provider:Handler"),
        "remote": {kind: {"kind": kind, "world": world} for kind in KINDS},
        "event_poll_seconds": 0.02,
        "health_check_seconds": 0.02,
        "starting_seconds": 0.1,
        "transient_seconds": 0.01,
        **more,
    }


def bench_of(folder: Path, patch: pytest.MonkeyPatch, steps: dict[str, tuple[Any, ...]]) -> tuple[Bench, World]:
    """Give a bench for steps, and the world that they run in."""
    (folder / "remote.json").write_text(json.dumps({name: step[:3] for name, step in steps.items()}))
    # The steps run in threads of this process, whose output is not theirs
    quiet = {
        "compute_logs": {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"}
    }
    world = World({name: step[3] for name, step in steps.items()})
    WORLDS[str(folder)] = world
    bench = Bench(folder, patch, quiet)
    bench.jobs = folder / "jobs.py"  # each folder has other steps: Dagster keeps jobs by their file
    bench.jobs.write_text("from tests.platform_core.executor.executor_jobs import remote")
    return bench, world


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Run all those steps once; give the bench, the world and what the event log says of each step."""
    folder = tmp_path_factory.mktemp("remote")
    with pytest.MonkeyPatch.context() as patch:
        bench, world = bench_of(folder, patch, STEPS)
        bench.execute("remote", **settings(str(folder), concurrency={"fargate": 2}))
        events = bench.events(bench.run_id)
        said = {
            name: "\n".join(
                "\n".join((event.message or "", str(getattr(event.event_specific_data, "error", None) or "")))
                for event in events
                if event.step_key == name
            )
            for name in STEPS
        }
        yield bench, world, events, said


def test_each_step_ends_as_the_rules_say(remote: Any) -> None:
    """What the rules can mend succeeds; what they cannot fails, and the run goes on."""
    _, _, events, _ = remote
    failing = {"waits_for_ever", "refused", "broken", "no_image", "silent", "hopeless"}
    assert ends(events) == {
        name: ["failure"] if name in failing else ["retry", "success"] if name == "tried_again" else ["success"]
        for name in STEPS
    }


def test_bodies_run_once_and_nothing_is_left_running(remote: Any) -> None:
    """No step's output is lost or doubled, and no work of a name is started twice."""
    bench, world, events, _ = remote
    assert dict(bench.ran()) == {name: 1 for name, how in ends(events).items() if how[-1] == "success"}
    left = [name for name in world.running() if not world.works[name].fate.endswith(HALFWAY)]
    assert left == []


def test_moves_go_where_the_rules_say(remote: Any) -> None:
    """The next size, on demand, another kind: what was launched is what the rules name."""
    _, world, _, _ = remote

    def specs(step: str) -> list[tuple[str, Any]]:
        works = [work.launch for name, work in world.works.items() if name.startswith("wb-")]
        mine = sorted((one for one in works if one.step_key == step), key=lambda one: one.move)
        return [(one.spec.kind, one.spec.options.get("memory_mb")) for one in mine]

    assert specs("larger") == [("lambda", 1024), ("lambda", 2048), ("lambda", 4096)]
    assert specs("largest") == [("lambda", 10240), ("fargate", 20480)]
    assert specs("slow") == [("lambda", 512), ("fargate", 1024)]
    assert specs("hopeless") == [("lambda", 128 << doubled) for doubled in range(5)]
    spot = [work.launch.spec["spot_instances"] for work in world.works.values() if work.launch.step_key == "spot"]
    assert spot.count(True) == 4  # the fate and the work of each of two launches
    assert spot.count(False) == 2


def test_the_event_log_says_what_happened(remote: Any) -> None:
    """Each move, each failure and the end of a failed step's log are told in words."""
    _, _, _, said = remote
    assert "It is carried out once more on lambda with memory_mb 2048." in said["larger"]
    assert "It is carried out once more on batch with spot_instances False." in said["spot"]
    assert "did not start within 0 seconds" in said["waits"]
    assert "The provider is busy. It is tried again" in said["throttled"]
    assert "The work cannot be looked at" not in said["hidden"]  # it answered before the tries were over
    assert "A quota of the account is reached" in said["refused"]
    assert "No more vCPUs." in said["refused"]
    assert "KeyError" in said["broken"]
    assert "image could not be fetched" in said["no_image"]
    assert "The last lines of its log:\nthe last word of no_image" in said["no_image"]
    assert "wrote no result: can it reach Dagster's storage?" in said["silent"]
    assert "The provider no longer knows the work" in said["lost"]
    assert "https://logs.example/1" in said["fine"]


def test_no_more_of_a_kind_run_at_once_than_may(remote: Any) -> None:
    """The concurrency of a kind is kept."""
    _, _, events, _ = remote
    running: set[str] = set()
    most = 0
    for event in events:
        if event.event_type_value == "STEP_WORKER_STARTING" and STEPS[event.step_key][0] == "fargate":
            running.add(event.step_key)
        elif event.event_type_value in {"STEP_SUCCESS", "STEP_FAILURE", "STEP_UP_FOR_RETRY"}:
            running.discard(event.step_key)
        most = max(most, len(running))
    assert most == 2


def test_a_resumed_run_finds_its_remote_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run worker that is gone leaves its work; the next one takes up that very work, at the same move."""
    steps = {"big": ("lambda", {"memory_mb": 512}, 0, ["out_of_memory", "gated"])}
    bench, world = bench_of(tmp_path, monkeypatch, steps)
    run = bench.new_run("remote", **settings(str(tmp_path)))
    job = bench.job("remote")

    def until_launched(events: Any) -> None:
        """Go on until the step is on the provider for the second time, with twice its memory."""
        assert any("is on lambda as" in (event.message or "") and event.message.endswith("-1-1.") for event in events)

    first = execute_run_iterator(job, run, bench.instance)
    until_launched(first)  # and now nobody asks it to go on: it is as good as dead
    known = bench.instance.get_run_by_id(run.run_id)
    assert known is not None
    before = set(world.works)
    second = execute_run_iterator(job, known, bench.instance, resume_from_failure=True)
    until_launched(second)
    world.gate.set()
    assert [event.event_type_value for event in second][-1] == "PIPELINE_SUCCESS"
    assert set(world.works) == before
    assert dict(bench.ran()) == {"big": 1}
    assert ends(bench.events(run.run_id)) == {"big": ["success"]}
    assert {work.launch.spec["memory_mb"] for name, work in world.works.items() if name.endswith("-1-1")} == {1024}


def random_step(draw: random.Random) -> tuple[Any, ...]:
    """Give a step of a random kind, to whose launches random things happen."""
    bad = ["throttled", "hidden", "lost", "never_started", "refused", "broken", "silent", "error", "quota"]
    bad += ["out_of_memory", "spot_interruption", "time_out", "out_of_memory_halfway", "time_out_halfway"]
    kind = draw.choice(KINDS)
    options = SPOT if kind in {"eks", "batch"} and draw.random() < 0.5 else {}
    fates = [draw.choice(bad) for _ in range(draw.choice((0, 1, 1, 2, 3, 6)))]
    return kind, options, draw.choice((0, 0, 1, 2)), fates


def test_random_faults(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, full_count: bool
) -> None:
    """Whatever happens, each step ends once, its body ran once if it succeeded, and nothing is left running."""
    for seed in range(200 if full_count else 7):
        draw = random.Random(seed)  # noqa: S311 - what happens is to be the same each time
        steps = {f"s{number}": random_step(draw) for number in range(10 if full_count else 5)}
        folder = tmp_path_factory.mktemp("random")
        bench, world = bench_of(folder, monkeypatch, steps)
        result = bench.execute("remote", **settings(str(folder)))
        found = ends(bench.events(bench.run_id))
        assert set(found) == set(steps), seed
        for step, how in found.items():
            assert how[:-1] == ["retry"] * (len(how) - 1), (seed, step, steps[step])
            assert bench.ran()[step] == (how[-1] == "success"), (seed, step, steps[step])
        assert result.success == all(how[-1] == "success" for how in found.values()), seed
        # What failed in the middle is what the provider itself has ended
        assert [name for name in world.running() if not world.works[name].fate.endswith(HALFWAY)] == [], seed
