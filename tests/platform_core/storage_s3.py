"""A bucket of the moto server for tests of what stores assets."""

from __future__ import annotations

import itertools

import boto3

from platform_core.resources import S3Resource

_NUMBERS = itertools.count(1)


def bucket() -> S3Resource:
    """Make a bucket; the environment has to name the server."""
    name = f"stored-assets-{next(_NUMBERS)}"
    boto3.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
    return S3Resource(bucket_name=name, region_name="eu-west-2", name="lake")
