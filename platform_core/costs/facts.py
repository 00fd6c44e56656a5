"""What a project's definitions say of the cost of its assets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_core.compute_kinds import AUTO_TAG, COMPUTE_TAG, ComputeSpec, Hints, History
from platform_core.compute_kinds.limits import read_data
from platform_core.costs.records import Record
from platform_core.errors import UserError
from platform_core.plain_numbers import is_number

if TYPE_CHECKING:
    import dagster as dg
    from dagster._core.definitions.assets.graph.asset_graph import AssetGraph

ESTIMATE_KEY = "workbench/estimated_cost_per_run"
NO_TEAM = "no owner"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the code says of an asset.

    Args:
        asset: The asset.
        team: The team that owns it, else its first owner, else `no owner`.
        estimate: What a run is expected to cost, in US dollars, as the code says; None where it does not.
        spec: The compute that it asks for.
        hints: What `@auto_compute` was told.
    """

    asset: str
    team: str = NO_TEAM
    estimate: float | None = None
    spec: ComputeSpec | None = None
    hints: Hints | None = None


def facts_of(definitions: dg.Definitions) -> dict[str, Facts]:
    """Give what definitions say of each asset that they can make."""
    return facts_of_graph(definitions.resolve_asset_graph())


def facts_of_graph(graph: AssetGraph) -> dict[str, Facts]:
    """Give what the code says of each asset of a graph that can be made."""
    found: dict[str, Facts] = {}
    for key in graph.materializable_asset_keys:
        definition = graph.get(key).assets_def
        spec = definition.specs_by_key[key]
        name = key.to_user_string()
        tags = read_tags(definition.op.tags) if definition.is_executable else (None, None)
        found[name] = Facts(name, _team(spec.owners), _estimate(spec.metadata), *tags)
    return found


def read_tags(tags: Mapping[str, str]) -> tuple[ComputeSpec | None, Hints | None]:
    """Read from an op's tags where its step asks to run, and what `@auto_compute` was told; None where not."""
    try:
        spec = ComputeSpec.from_json(tags[COMPUTE_TAG]) if COMPUTE_TAG in tags else None
        return spec, Hints.from_json(tags[AUTO_TAG]) if AUTO_TAG in tags else None
    except UserError:  # a tag of somebody else's
        return None, None


def history_of(records: Iterable[Record], partition: str | None = None) -> History:
    """Give what runs of a step took: those of a partition where they are enough, else all.

    Failed runs are left out, and those that had nothing to do.

    Args:
        records: The runs, of one asset.
        partition: The partition that is to be made.
    """
    counted = [record for record in records if record.use is not None and not record.failed and not record.unchanged]
    least = read_data("placement.json")["measured"]["least_runs"]
    same = [record for record in counted if record.partition == partition]
    chosen = same if partition is not None and len(same) >= least else counted
    return History.of(record.use for record in chosen if record.use is not None)


def _team(owners: Iterable[str]) -> str:
    listed = list(owners)
    teams = [owner.removeprefix("team:") for owner in listed if owner.startswith("team:")]
    return (teams or listed or [NO_TEAM])[0]


def _estimate(metadata: Mapping[str, object]) -> float | None:
    found = metadata.get(ESTIMATE_KEY)
    value = getattr(found, "value", found)
    return float(value) if is_number(value) else None
