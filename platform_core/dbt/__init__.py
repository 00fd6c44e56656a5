"""A project's dbt models as Dagster assets: they read the lake, and what they give is kept there (extra `dbt`)."""

from typing import TYPE_CHECKING

from platform_core.lazy import loader

if TYPE_CHECKING:
    from platform_core.dbt.models import dbt_models

__all__ = ["dbt_models"]
__getattr__ = loader(__name__, {"dbt_models": "models"})
