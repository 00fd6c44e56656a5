"""Resources: what a bronze step reads from, the same in a notebook, in production and by hand.

A resource type is named in the project's YAML by its key in `RESOURCE_TYPES`. To add one, add its line there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_core.lazy import loader
from platform_core.resource_types import RESOURCE_TYPES
from platform_core.resources.registry import build_resources

if TYPE_CHECKING:
    from platform_core.resources.azure import AzureBlobResource
    from platform_core.resources.files import FilesResource
    from platform_core.resources.gcs import GCSResource
    from platform_core.resources.graphql import GraphQLResource
    from platform_core.resources.http import HTTPResource
    from platform_core.resources.postgres import PostgresResource
    from platform_core.resources.redshift import RedshiftResource
    from platform_core.resources.s3 import S3Resource
    from platform_core.resources.secrets import SecretsResource
    from platform_core.resources.snowflake import SnowflakeResource

__all__ = [
    "RESOURCE_TYPES",
    "AzureBlobResource",
    "FilesResource",
    "GCSResource",
    "GraphQLResource",
    "HTTPResource",
    "PostgresResource",
    "RedshiftResource",
    "S3Resource",
    "SecretsResource",
    "SnowflakeResource",
    "build_resources",
]

_PLACES = {attribute: module for module, _, attribute in (one.partition(":") for one in RESOURCE_TYPES.values())}

__getattr__ = loader(__name__, _PLACES)
