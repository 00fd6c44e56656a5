"""Layer decorators: what the asset declares, and what is refused when the module is imported."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import dagster as dg
import pandera.polars as pa
import polars as pl
import pytest

from platform_core.asset_checks import check_referential, check_row_count
from platform_core.compute_kinds import COMPUTE_TAG, ComputeSpec
from platform_core.errors import UserError
from platform_core.sdk import bronze_asset, freshness, gold_asset, silver_asset
from platform_core.sdk.decorators import (
    batch_compute,
    cost_tracked_asset,
    eks_compute,
    fargate_compute,
    lambda_compute,
)


class PermitSchema(pa.DataFrameModel):
    permit_id: int


def spec_of(asset: dg.AssetsDefinition) -> dg.AssetSpec:
    return asset.specs_by_key[asset.key]


def checks_of(asset: dg.AssetsDefinition) -> dict[str, bool]:
    return {spec.name: spec.blocking for spec in asset.check_specs}


def permits(context: dg.AssetExecutionContext, raw: pl.LazyFrame) -> pl.LazyFrame:
    """Permits, cleaned.

    More of it.
    """
    return raw


def test_an_asset_holds_all_that_was_declared() -> None:
    asset = silver_asset(
        name="clean_permits",
        deps=["calendar"],
        partitions_def=dg.StaticPartitionsDefinition(["a", "b"]),
        freshness_policy=freshness(maximum_lag_minutes=60),
        key=["permit_id"],
        schema=PermitSchema,
        data_quality_checks=["no_nulls", {"row_count": {"min": 1}}],
        owners=["someone@example.gov.uk"],
        business_owner="planning_team",
        tags={"domain": "planning"},
        kinds=["polars"],
        metadata={"source": "register"},
        classification="OFFICIAL",
        retention_days=365,
        cost=0.5,
        inputs={"raw": "raw_permits"},
        code_version="0123456789abcdef",
        notebook="notebooks/silver/permits.ipynb",
    )(fargate_compute(cpu_units=512, memory_mb=1024)(permits))
    spec = spec_of(asset)
    assert spec.key == dg.AssetKey("clean_permits")
    assert spec.group_name == "silver"
    assert spec.description == "Permits, cleaned."
    assert {dep.asset_key.to_user_string() for dep in spec.deps} == {"calendar", "raw_permits"}
    assert spec.owners == ["team:planning_team", "someone@example.gov.uk"]
    assert spec.tags["domain"] == "planning"
    assert spec.tags[COMPUTE_TAG] == "fargate"
    assert spec.kinds == {"polars"}
    assert spec.code_version == "0123456789abcdef"
    assert spec.partitions_def == dg.StaticPartitionsDefinition(["a", "b"])
    assert spec.freshness_policy is not None
    shown = {key: value for key, value in spec.metadata.items() if "/" in key or key == "source"}
    assert shown == {
        **shown,
        "source": "register",
        "workbench/layer": "silver",
        "workbench/classification": "OFFICIAL",
        "workbench/retention_days": 365,
        "workbench/estimated_cost_per_run": 0.5,
        "workbench/key": ["permit_id"],
        "workbench/notebook": "notebooks/silver/permits.ipynb",
    }
    assert checks_of(asset) == {"no_nulls": True, "row_count": True, "schema_validation": True}
    text = asset.op.tags[COMPUTE_TAG]
    assert ComputeSpec.from_json(text) == ComputeSpec("fargate", {"cpu_units": 512, "memory_mb": 1024})


def test_a_decorator_without_parentheses_takes_all_from_the_function() -> None:
    @bronze_asset
    def rents(context: dg.AssetExecutionContext) -> pl.LazyFrame:
        return pl.LazyFrame()

    assert rents.key == dg.AssetKey("rents")
    assert spec_of(rents).group_name == "bronze"
    assert spec_of(rents).code_version is not None
    assert COMPUTE_TAG not in rents.op.tags


def test_the_code_version_follows_the_logic_alone() -> None:
    def first(context: dg.AssetExecutionContext) -> pl.LazyFrame:
        return pl.LazyFrame({"a": [1]})

    plain = gold_asset(name="a")(first)
    dressed = gold_asset(name="b", description="x", cost=1)(batch_compute()(first))
    assert spec_of(plain).code_version == spec_of(dressed).code_version


def test_checks_that_only_warn_do_not_block() -> None:
    asset = silver_asset(data_quality_checks=["no_nulls", check_row_count(min=1)], severity="warn")(permits)
    assert checks_of(asset) == {"no_nulls": False, "row_count": False}


def test_what_a_check_reads_comes_first() -> None:
    asset = silver_asset(data_quality_checks=[check_referential("permit_id", "register")])(permits)
    assert {dep.asset_key.to_user_string() for dep in spec_of(asset).deps} == {"raw", "register"}


def test_a_large_spec_fits_its_tag() -> None:
    variables = {f"LEVEL_{number}": "x" * 100 for number in range(20)}
    asset = bronze_asset(name="a")(lambda_compute(environment_variables=variables)(permits_of_nothing()))
    assert ComputeSpec.from_json(asset.op.tags[COMPUTE_TAG])["environment_variables"] == variables


def permits_of_nothing() -> Any:
    def nothing(context: dg.AssetExecutionContext) -> pl.LazyFrame:
        return pl.LazyFrame()

    return nothing


@pytest.mark.parametrize(
    ("owner", "expected"),
    [
        ("planning_team", ["team:planning_team"]),
        ("team:planning", ["team:planning"]),
        ("a@example.gov.uk", ["a@example.gov.uk"]),
    ],
)
def test_a_business_owner_is_an_owner(owner: str, expected: list[str]) -> None:
    assert spec_of(gold_asset(business_owner=owner)(permits)).owners == expected


BAD: list[tuple[dict[str, Any], str]] = [
    ({"name": "../../x"}, "no asset name"),
    ({"name": "a b"}, "no asset name"),
    ({"classification": "SECRET"}, r"(?s)classification='SECRET' is not allowed.*OFFICIAL or OFFICIAL-SENSITIVE"),
    ({"severity": "warning"}, "severity='warning'"),
    ({"retention_days": 0}, "retention_days=0"),
    ({"retention_days": True}, "retention_days=True"),
    ({"cost": -1}, "cost=-1 is no cost"),
    ({"cost": float("nan")}, "cost=nan is no cost"),
    ({"data_quality_checks": ["no_nuls"]}, "Did you mean 'no_nulls'"),
    ({"data_quality_checks": ["schema_validation"]}, "schema"),
    ({"owner": "x"}, "(?s)takes no 'owner'.*Did you mean 'owners'"),
    ({"owners": ["not an owner"]}, "@silver_asset 'permits': "),
    ({"inputs": {"other": "x"}}, "inputs= names 'other'"),
    ({"kinds": ["a", "b", "c", "d"]}, "@silver_asset 'permits': "),
    ({"tags": {"bad key!": "x"}}, "@silver_asset 'permits': "),
]


@pytest.mark.parametrize(("options", "message"), BAD)
def test_a_wrong_option_is_refused_at_import(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        silver_asset(**options)(permits)


def test_only_a_plain_function_becomes_an_asset() -> None:
    async def later() -> None: ...

    def generator() -> Iterator[int]:
        yield 1

    things: list[Any] = [later, generator, 5, pl.LazyFrame]
    for thing in things:
        with pytest.raises(UserError, match="needs a plain function"):
            gold_asset(name="x")(thing)


@pytest.mark.parametrize("notebook", [None, "notebooks/silver/permits.ipynb"])
def test_what_was_promoted_gives_the_kind_of_frame_that_it_was_proven_with(notebook: str | None) -> None:
    """Others read it as that kind, so that a step whose kind hangs on the data would differ from its notebook."""
    options: Any = {"notebook": notebook} if notebook else {}

    @silver_asset(**options)
    def cleaned(context: dg.AssetExecutionContext) -> pl.LazyFrame:
        return pl.DataFrame({"a": [1]})  # type: ignore[return-value]  # that is the mistake

    given = {"resources": {"io_manager": dg.mem_io_manager}, "raise_on_error": False}
    result = dg.materialize([cleaned], **given)  # type: ignore[arg-type]  # options of several types
    assert result.success is (notebook is None)
    if notebook:
        (failure,) = [e.step_failure_data.error for e in result.all_events if e.is_step_failure]
        told = "cleaned gives a Polars DataFrame, and was promoted as a Polars LazyFrame, as which other steps read it."
        assert failure is not None
        assert told in failure.to_string()


def test_two_layers_or_compute_outermost_are_refused() -> None:
    asset = bronze_asset(permits)
    with pytest.raises(UserError, match="one layer decorator"):
        silver_asset(asset)
    with pytest.raises(UserError, match="layer decorator outermost"):
        eks_compute()(asset)


def test_cost_tracking_alone_makes_an_asset() -> None:
    @cost_tracked_asset(compute_kind="eks", estimated_cost_per_run=2.50)
    def costly(context: dg.AssetExecutionContext, clean_permits: pl.LazyFrame) -> pl.LazyFrame:
        return clean_permits

    assert isinstance(costly, dg.AssetsDefinition)
    assert spec_of(costly).metadata["workbench/estimated_cost_per_run"] == 2.5
    assert spec_of(costly).tags[COMPUTE_TAG] == "eks"
    assert ComputeSpec.from_json(costly.op.tags[COMPUTE_TAG]).kind == "eks"


def test_cost_tracking_under_a_layer_keeps_cost_and_compute() -> None:
    @gold_asset(name="costly_fees")
    @cost_tracked_asset(compute_kind="eks", estimated_cost_per_run=2)
    @eks_compute(node_type="m5.xlarge")
    def costly(context: dg.AssetExecutionContext, clean_permits: pl.LazyFrame) -> pl.LazyFrame:
        return clean_permits

    assert costly.key == dg.AssetKey("costly_fees")
    assert spec_of(costly).group_name == "gold"
    assert spec_of(costly).metadata["workbench/estimated_cost_per_run"] == 2.0
    assert ComputeSpec.from_json(costly.op.tags[COMPUTE_TAG])["node_type"] == "m5.xlarge"


def test_cost_tracking_refuses_what_it_cannot_track() -> None:
    with pytest.raises(UserError, match="'eks'"):
        cost_tracked_asset(compute_kind="ek", estimated_cost_per_run=1)  # type: ignore[arg-type]  # what is refused
    with pytest.raises(UserError, match="estimated_cost_per_run=-1"):
        cost_tracked_asset(compute_kind="eks", estimated_cost_per_run=-1)
    with pytest.raises(UserError, match=r"says 'eks', but the compute decorator of '\w+' says 'lambda'"):
        cost_tracked_asset(compute_kind="eks", estimated_cost_per_run=1)(lambda_compute()(permits_of_nothing()))
    with pytest.raises(UserError, match="stands over an asset"):
        cost_tracked_asset(compute_kind="eks", estimated_cost_per_run=1)(bronze_asset(permits))


def test_the_requested_names_are_found_and_nothing_else() -> None:
    from platform_core import sdk

    assert {getattr(sdk, name).__name__ for name in sdk.__all__} == set(sdk.__all__)
    with pytest.raises(AttributeError, match="no attribute 'load_aset'"):
        _ = sdk.load_aset


def test_a_notebook_that_only_loads_does_not_import_dagster() -> None:
    code = "import sys; from platform_core.sdk import load_asset; print('dagster' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_code_location_lists_the_asset_with_its_checks() -> None:
    asset = bronze_asset(name="rents", data_quality_checks=["no_nulls"])(permits_of_nothing())
    graph = dg.Definitions(assets=[asset]).resolve_asset_graph()
    assert {key.to_user_string() for key in graph.get_all_asset_keys()} == {"rents"}
    assert {key.to_user_string() for key in graph.asset_check_keys} == {"rents:no_nulls"}
