"""The types a resource may have in the project's YAML, and the class of each: the one list, without an import."""

from __future__ import annotations

# The type as the YAML writes it, and its class; imported only where a project has a resource of that type.
RESOURCE_TYPES: dict[str, str] = {
    "files": "platform_core.resources.files:FilesResource",
    "postgres": "platform_core.resources.postgres:PostgresResource",
    "redshift": "platform_core.resources.redshift:RedshiftResource",
    "snowflake": "platform_core.resources.snowflake:SnowflakeResource",
    "s3": "platform_core.resources.s3:S3Resource",
    "gcs": "platform_core.resources.gcs:GCSResource",
    "azure_blob": "platform_core.resources.azure:AzureBlobResource",
    "http": "platform_core.resources.http:HTTPResource",
    "graphql": "platform_core.resources.graphql:GraphQLResource",
    "secrets": "platform_core.resources.secrets:SecretsResource",
}

# The class that a resource is taken for where the YAML does not say it
FILES = "FilesResource"

# Every class, for those who must not use its name for something else
CLASSES = frozenset(reference.rpartition(":")[2] for reference in RESOURCE_TYPES.values())
