"""Bring everything that follows from what was taken in up to date; `harvest`, which comes before, stands in the YAML."""

import dagster as dg
from platform_core.automation import asset_job, retries

refresh = asset_job("refresh", dg.AssetSelection.groups("silver", "gold"), retry=retries(1))
