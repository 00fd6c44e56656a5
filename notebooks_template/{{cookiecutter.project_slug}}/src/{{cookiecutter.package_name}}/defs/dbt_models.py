"""The models under `dbt/`, each an asset beside those of the notebooks, with dbt's tests as its checks."""

from platform_core.dbt import dbt_models

models = dbt_models("dbt")
