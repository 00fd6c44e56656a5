"""Every promoted bronze asset is made from the example's files, in memory: nothing is written to the lake."""

import dagster as dg
import polars as pl
import pytest
from platform_core.frames import convert

from {{ cookiecutter.package_name }} import definitions


def _bronze() -> list[dg.AssetsDefinition]:
    assets = [one for one in definitions.defs.assets or () if isinstance(one, dg.AssetsDefinition)]
    return [one for one in assets if "bronze" in one.group_names_by_key.values()]


def test_bronze_is_harvested_in_memory() -> None:
    assets = _bronze()
    if not assets:
        pytest.skip("no bronze step is promoted yet: run `promote notebooks/*/*.ipynb`")
    resources = {name: value for name, value in (definitions.defs.resources or {}).items() if name != "io_manager"}
    for asset in assets:
        partitions = asset.partitions_def
        key = partitions.get_partition_keys()[-1] if partitions else None
        result = dg.materialize_to_memory([asset], partition_key=key, resources=resources)
        frame = convert(result.output_for_node(asset.node_def.name), "lazy")
        assert isinstance(frame, pl.LazyFrame)
        assert frame.select(pl.len()).collect().item() > 0, asset.key
