"""Buckets and containers of the suite's servers, for tests of what stores objects."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import boto3

from platform_core.resources import AzureBlobResource, GCSResource, S3Resource
from platform_core.resources.objects import ObjectStoreResource
from tests.servers.azure import ACCOUNT, KEY, make_container

if TYPE_CHECKING:
    import pytest

CLOUDS = ("s3", "google", "azure")
_NUMBERS = itertools.count(1)


def bucket() -> S3Resource:
    """Make a bucket of S3; the environment has to name the server."""
    name = f"stored-assets-{next(_NUMBERS)}"
    boto3.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
    return S3Resource(bucket_name=name, region_name="eu-west-2", name="lake")


def bucket_of(cloud: str, request: pytest.FixtureRequest) -> ObjectStoreResource:
    """Make a bucket of a cloud, whose server is started for it where it does not run yet."""
    if cloud == "s3":
        request.getfixturevalue("aws")
        return bucket()
    name = f"stored-assets-{next(_NUMBERS)}"
    if cloud == "google":
        server = request.getfixturevalue("gcs")
        server.make_bucket(name)
        return GCSResource(bucket_name=name, service_account=server.service_account, name="lake")
    endpoint = request.getfixturevalue("azurite")
    make_container(endpoint, name)
    return AzureBlobResource(
        account_name=ACCOUNT, container_name=name, account_key=KEY, endpoint_url=endpoint, name="lake"
    )
