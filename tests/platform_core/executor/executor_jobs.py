"""Jobs that the tests run in processes of their own. Every body leaves a line in the file of `EXECUTOR_TRACE`.

Annotations are evaluated here: Dagster reads them.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import dagster as dg

from platform_core.compute_kinds import COMPUTE_TAG, ComputeSpec
from platform_core.executor import platform_executor

TRACE = "EXECUTOR_TRACE"
RETRY_ONCE = dg.RetryPolicy(max_retries=1)


def leave(what: str, *more: object) -> None:
    """Leave a line: what ran, where, and more."""
    with Path(os.environ[TRACE]).open("a") as file:
        file.write(" ".join(str(part) for part in (what, os.getpid(), *more)) + "\n")


def tried(name: str) -> bool:
    """Say whether a body ran before."""
    return any(line.split()[0] == name for line in Path(os.environ[TRACE]).read_text().splitlines())


def asked(kind: str, **options: object) -> dict[str, str]:
    """Give the op tag of a compute decorator."""
    return {COMPUTE_TAG: ComputeSpec(kind, options).to_json()}  # type: ignore[arg-type]  # kinds of the tests


@dg.success_hook
def after_success(context: dg.HookContext) -> None:
    """Leave a line for a step that went well."""
    leave(f"hook:{context.op.name}")


@dg.failure_hook
def after_failure(context: dg.HookContext) -> None:
    """Leave a line for a step that failed."""
    leave(f"unhook:{context.op.name}")


@dg.op(out=dg.DynamicOut())
def many():
    """Give three outputs."""
    for number in range(3):
        yield dg.DynamicOutput(number, str(number))


@dg.op
def double(value: int) -> int:
    """Double a number."""
    leave("double", value)
    return 2 * value


@dg.op
def total(values: list[int]) -> int:
    """Add numbers up."""
    leave("total", sum(values))
    return sum(values)


@dg.op(out=dg.Out(is_required=False))
def nothing():
    """Give no output."""
    leave("nothing")
    if os.environ.get("NEVER"):
        yield dg.Output(1)


@dg.op
def after(value: int) -> int:
    """Run only where there is something to run on."""
    leave("after")
    return value


@dg.op
def raises() -> int:
    """Fail by itself."""
    leave("raises")
    raise ValueError("planted")


@dg.op(retry_policy=RETRY_ONCE)
def flaky(context: dg.OpExecutionContext) -> int:
    """Fail by itself the first time."""
    leave("flaky", context.retry_number)
    if context.retry_number == 0:
        raise ValueError("planted")
    return 1


@dg.op(retry_policy=RETRY_ONCE)
def killed(context: dg.OpExecutionContext) -> int:
    """Be killed the first time."""
    leave("killed", context.retry_number)
    if context.retry_number == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return 1


@dg.op
def exits() -> int:
    """Leave the process."""
    leave("exits")
    os._exit(3)


@dg.op(tags=asked("lambda", memory_mb=256, environment_variables={"LEVEL": "high"}))
def hungry() -> int:
    """Hold more memory than the first size has."""
    leave("hungry", os.environ["LEVEL"])
    held = b"x" * (200 << 20)
    if sum(1 for line in Path(os.environ[TRACE]).read_text().splitlines() if line.startswith("hungry ")) == 1:
        time.sleep(600)  # it is killed in it
    return len(held)


def alone(name: str) -> int:
    """Hold a place of which there is one."""
    leave("enters", name)
    time.sleep(0.05)
    leave("leaves", name)
    return 1


@dg.op(pool="narrow")
def first_alone() -> int:
    """Hold the place."""
    return alone("first")


@dg.op(pool="narrow")
def second_alone() -> int:
    """Hold the place."""
    return alone("second")


@dg.op
def prints() -> int:
    """Print, and draw a random number."""
    print("printed", "here")  # noqa: T201 - it is to be captured
    print("told", file=sys.stderr)  # noqa: T201 - as above
    leave("prints", random.random(), os.environ.get("LEVEL"))  # noqa: S311 - it is compared, not kept secret
    return 1


@dg.job(executor_def=platform_executor, hooks={after_success, after_failure})
def mixed() -> None:
    """Everything that can happen to a step."""
    total(many().map(double).collect())
    after(nothing())
    after.alias("after_raises")(raises())
    flaky()
    killed()
    after.alias("after_exits")(exits())
    hungry()
    prints()
    prints.alias("prints_too")()
    first_alone()
    second_alone()


def twelve(name: str, body: object = None) -> dg.JobDefinition:
    """Make a job of twelve assets, each with a check of its own, two below each."""
    bodies = body if callable(body) else lambda number: number

    def one(number: int) -> dg.AssetsDefinition:
        above = [f"a{(number - 1) // 2}"] if number else []

        @dg.asset(name=f"a{number}", deps=above, check_specs=[dg.AssetCheckSpec("fine", asset=f"a{number}")])
        def made(context: dg.AssetExecutionContext):
            leave(f"a{number}")
            yield dg.Output(bodies(number))
            yield dg.AssetCheckResult(passed=True)

        return made

    defs = dg.Definitions(
        [one(number) for number in range(12)], jobs=[dg.define_asset_job(name)], executor=platform_executor
    )
    return defs.resolve_job_def(name)


def plain() -> dg.JobDefinition:
    """Give twelve assets."""
    return twelve("plain")


def waits() -> dg.JobDefinition:
    """Give twelve assets of which two wait for somebody at the other end of a pipe."""

    def body(number: int) -> int:
        pipe = Path(os.environ[TRACE]).with_name(f"pipe{number}")
        if pipe.exists():
            pipe.read_text()
        return number

    return twelve("waits", body)


def remote() -> dg.JobDefinition:
    """Make a job of independent steps: their kinds of compute and retries are in the file `remote.json`."""
    asked_for = json.loads(Path(os.environ[TRACE]).with_name("remote.json").read_text())

    def one(name: str, kind: str, options: dict[str, object], retries: int) -> dg.OpDefinition:
        @dg.op(name=name, tags=asked(kind, **options), retry_policy=dg.RetryPolicy(max_retries=retries))
        def made() -> int:
            leave(name)
            return 1

        return made

    ops = [one(name, *rest) for name, rest in asked_for.items()]

    @dg.job(executor_def=platform_executor)
    def remote_steps() -> None:
        for op in ops:
            op()

    return remote_steps


def storm() -> dg.JobDefinition:
    """Make a job whose steps fail, try by try, as the file `storm.json` says, each with a step after it."""
    schedule = json.loads(Path(os.environ[TRACE]).with_name("storm.json").read_text())

    def one(name: str, faults: list[str], retries: int) -> dg.OpDefinition:
        @dg.op(name=name, retry_policy=dg.RetryPolicy(max_retries=retries))
        def made(context: dg.OpExecutionContext) -> int:
            leave(name, context.retry_number)
            match faults[context.retry_number] if context.retry_number < len(faults) else "none":
                case "raise":
                    raise ValueError("planted")
                case "exit":
                    os._exit(context.retry_number)
                case "none":
                    return 1
                case name_of_signal:
                    os.kill(os.getpid(), signal.Signals[name_of_signal])
                    signal.pause()
            return 1

        return made

    ops = [one(name, *rest) for name, rest in schedule.items()]

    @dg.job(executor_def=platform_executor)
    def storm_steps() -> None:
        for op in ops:
            after.alias(f"after_{op.name}")(op())

    return storm_steps
