"""The options of the layer decorators, with their types."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypedDict

if TYPE_CHECKING:
    import dagster as dg

    from platform_core.sdk.parameters import InputNames


class AssetOptions(TypedDict, total=False):
    """What `@bronze_asset`, `@silver_asset` and `@gold_asset` take; every one may be left out.

    Attributes:
        name: The asset's name and key; the function's name where it is left out.
        description: What the asset is; the first paragraph of the docstring where it is left out.
        deps: Assets that must be there first but are not read as a frame.
        partitions_def: Dagster's partitions.
        freshness_policy: As `sdk.freshness` gives it.
        automation_condition: Dagster's automation.
        key: The columns that identify a row.
        schema: A pandera model; the stored data is checked against it.
        data_quality_checks: Names, mappings of a name to its arguments, or checks; run over the stored data.
        severity: `error` stops the assets downstream when a check fails, `warn` does not.
        owners: E-mail addresses or `team:name`.
        business_owner: A team's name, which becomes `team:name`, or an owner.
        tags: Dagster's tags.
        kinds: At most three kinds that Dagster shows, such as `polars`.
        metadata: More of Dagster's metadata.
        classification: `OFFICIAL` or `OFFICIAL-SENSITIVE`. Only what is declared OFFICIAL is shown as a preview.
        columns: What columns mean, by name; shown beside their types, over what `schema` says of them.
        personal: Columns of personal data: no value of theirs is ever shown. A schema's `Field(metadata={"personal":
            True})` says the same.
        masking: How columns are masked before the asset is stored: a column's name to a method, or to a mapping of it
            and its settings, as `platform_core.governance.masking.apply_policy` takes it.
        profile: `footer`, or `full` for distinct counts, means and quartiles on every materialisation.
        cache: Whether a run leaves the asset as it is where its code and inputs did not change; so it is where nothing
            is said, for a silver or gold asset that reads other assets and takes no resource. False suits what depends
            on the day it runs.
        retention_days: How many days the data is kept.
        cost: What one run is expected to cost, in US dollars.
        inputs: Parameter to asset where their names differ; to several assets for a list.
        charts: Functions of the stored frame to an Altair chart or matplotlib figure.
        code_version: What stands for the logic; a hash of the function where it is left out.
        notebook: The notebook that it was promoted from.
        io_manager_key: Another IO manager than `io_manager`.
        pool: Dagster's pool, which bounds how many of its steps run at once over all runs.
    """

    name: str
    description: str
    deps: Iterable[Any]
    partitions_def: dg.PartitionsDefinition[Any] | None
    freshness_policy: dg.FreshnessPolicy | None
    automation_condition: dg.AutomationCondition[Any] | None
    key: str | Sequence[str]
    schema: Any
    data_quality_checks: Iterable[Any]
    severity: Literal["error", "warn"]
    owners: Sequence[str]
    business_owner: str
    tags: Mapping[str, str]
    kinds: Iterable[str]
    metadata: Mapping[str, Any]
    classification: str
    columns: Mapping[str, str]
    personal: Sequence[str]
    masking: Mapping[str, Any]
    profile: Literal["footer", "full"]
    cache: bool
    retention_days: int
    cost: float
    inputs: InputNames
    charts: Sequence[Callable[..., Any]]
    code_version: str
    notebook: str
    io_manager_key: str
    pool: str
