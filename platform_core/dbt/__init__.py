"""A project's dbt models as Dagster assets: they read the lake, and what they give is kept there (extra `dbt`)."""

from platform_core.dbt.models import dbt_models

__all__ = ["dbt_models"]
