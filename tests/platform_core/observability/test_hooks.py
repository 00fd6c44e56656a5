"""Hooks in real runs: what they know of asset and failure, how they fail, and where they are attached."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import dagster as dg
import pytest

from platform_core.automation import asset_job
from platform_core.errors import UserError
from platform_core.observability import AssetHookContext, failure_hook, success_hook, with_hooks
from platform_core.observability.hooks import assets_of

SECRET = "planted-secret-4411"  # noqa: S105 - planted, and looked for


class Told:
    """A pair of hooks, and what they were called with."""

    def __init__(self) -> None:
        self.contexts: list[AssetHookContext] = []

        @success_hook
        def on_success(context: AssetHookContext) -> None:
            self.contexts.append(context)

        @failure_hook
        def on_failure(context: AssetHookContext) -> None:
            self.contexts.append(context)

        self.hooks = {on_success, on_failure}

    @property
    def assets(self) -> list[str]:
        return [c.asset_key.to_user_string() if c.asset_key is not None else "" for c in self.contexts]

    @property
    def failures(self) -> list[str]:
        return [str(c.failure_data) for c in self.contexts]


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as found:
        yield found


def run(instance: dg.DagsterInstance, *assets: Any, **options: Any) -> dg.ExecuteInProcessResult:
    return dg.materialize(list(assets), instance=instance, raise_on_error=False, **options)


def test_a_hook_knows_the_asset_the_partition_and_all_that_dagster_tells(told: Told, instance: Any) -> None:
    @dg.asset(partitions_def=dg.StaticPartitionsDefinition(["2025-01"]), hooks=told.hooks)
    def rents() -> int:
        return 1

    result = run(instance, rents, partition_key="2025-01")
    (context,) = told.contexts
    assert context.asset_key == rents.key
    assert context.asset_keys == (rents.key,)
    assert context.partition_key == "2025-01"
    assert context.failure_data is None
    assert context.run_id == result.run_id
    assert (context.job_name, context.step_key) == ("__ephemeral_asset_job__", "rents")
    assert context.op_output_values == {"result": 1}
    assert context.instance is not None


def test_a_failure_says_asset_class_and_place_and_nothing_of_the_data(told: Told, instance: Any) -> None:
    row = {"name": "Mr Bell", "nino": "QQ123456C", "rent": "912.50"}

    @dg.asset(hooks=told.hooks)
    def rents() -> None:
        raise ValueError(f"the row of {row['name']} ({row['nino']}) has the rent {row['rent']} and not a number")

    run(instance, rents)
    (context,) = told.contexts
    assert re.fullmatch(
        r"rents: ValueError: the row of …\) has the … and not a number \(test_hooks\.py:\d+\)",
        str(context.failure_data),
    )
    assert context.failure_data is not None
    assert isinstance(context.failure_data.exception, ValueError)
    assert context.failure_data.assets == ("rents",)


def test_a_step_of_several_assets_calls_once_for_each_that_it_stored_or_did_not(told: Told, instance: Any) -> None:
    @dg.multi_asset(specs=[dg.AssetSpec(name) for name in "abc"], hooks=told.hooks, can_subset=True)
    def several(context) -> Any:
        for key in sorted(context.selected_asset_keys):
            if key.to_user_string() == "c":
                raise KeyError("c")
            yield dg.MaterializeResult(key)

    run(instance, several, selection="a")
    assert told.assets == ["a"]
    told.contexts.clear()
    run(instance, several)
    assert told.assets == ["c"]
    assert told.failures[0].startswith("c: KeyError")
    assert told.contexts[0].failure_data is not None
    assert told.contexts[0].failure_data.step == "several"
    told.contexts.clear()
    run(instance, several, selection=["a", "b"])
    assert told.assets == ["a", "b"]


def test_graphs_of_ops_and_plain_ops_are_told_too(told: Told, instance: Any) -> None:
    @dg.op
    def one() -> int:
        return 1

    @dg.op
    def two(number: int) -> int:
        return number + 1

    @dg.graph_asset(hooks=told.hooks)
    def number() -> Any:
        return two(one())

    run(instance, number)
    assert told.assets == ["number"]  # the op that stored it, and not the one before
    told.contexts.clear()

    @dg.job(hooks=told.hooks)
    def plain() -> None:
        two(one())

    assert plain.execute_in_process(instance=instance).success
    assert [context.asset_key for context in told.contexts] == [None, None]


@pytest.mark.parametrize("error", [ValueError(SECRET), SystemExit(SECRET), KeyError("Mr Bell", SECRET)])
def test_a_hook_that_fails_fails_no_run_and_the_log_says_so_without_what_it_holds(
    error: BaseException, instance: Any, told: Told
) -> None:
    @success_hook
    def broken(context: AssetHookContext) -> None:
        raise error

    @dg.asset(hooks={broken})
    def rents() -> None: ...

    @dg.asset(deps=[rents], hooks=told.hooks)
    def fees() -> None: ...

    result = run(instance, rents, fees)
    assert result.success
    assert told.assets == ["fees"]
    logged = [str(entry) for entry in instance.all_logs(result.run_id)]
    (said,) = [entry for entry in logged if "HOOK_ERRORED" in entry]
    assert f"The hook 'broken' failed, and the run goes on: {type(error).__name__}" in said
    assert not any(SECRET in entry or "Mr Bell" in entry for entry in logged)


def test_a_hook_is_tried_by_hand_with_dagsters_own_context() -> None:
    @failure_hook
    def alert(context: AssetHookContext) -> str:
        return f"{context.asset_key} {context.failure_data} {context.run_id}"

    given = dg.build_hook_context(op_exception=KeyError("Mr Bell"), run_id="42")
    assert alert(given) == "None : KeyError: '…' 42"


def test_a_hook_needs_a_context() -> None:
    with pytest.raises(UserError, match="first parameter is `context`"):

        @success_hook
        def wrong(event: object) -> None: ...


def test_hooks_are_attached_to_what_a_selection_names(told: Told, instance: Any) -> None:
    @dg.asset(group_name="gold")
    def fees() -> None: ...

    @dg.asset(group_name="silver")
    def clean() -> None: ...

    given = [fees, clean, dg.AssetSpec("outside")]
    assert run(instance, *with_hooks(given, told.hooks, "group:gold")).success
    assert told.assets == ["fees"]
    with pytest.raises(UserError, match="cannot be read"):
        with_hooks(given, told.hooks, "nonsense:(")


def test_a_job_takes_hooks(told: Told, instance: Any) -> None:
    @dg.asset
    def fees() -> None: ...

    definitions = dg.Definitions(assets=[fees], jobs=[asset_job("report", "fees", hooks=told.hooks)])
    assert definitions.resolve_job_def("report").execute_in_process(instance=instance).success
    assert told.assets == ["fees"]


def test_a_hook_says_what_it_is_for_and_has_dagsters_options() -> None:
    @success_hook(name="called", assets="group:gold", required_resource_keys={"register"})
    def tell(context: AssetHookContext) -> None:
        """Say it."""

    assert (tell.name, tell.required_resource_keys, assets_of(tell)) == ("called", {"register"}, "group:gold")
    assert assets_of(success_hook(name="plain")(print_nothing)) is None


def print_nothing(context: AssetHookContext) -> None:
    """Do nothing."""
