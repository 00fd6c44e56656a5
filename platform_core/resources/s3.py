"""Buckets of Amazon S3, and of what speaks its protocol."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from platform_core.resources.base import needed
from platform_core.resources.objects import ObjectStoreResource

if TYPE_CHECKING:
    from obstore.store import ObjectStore


class S3Resource(ObjectStoreResource):
    """A bucket of Amazon S3.

    Credentials are found as every AWS program finds them: environment, profile, single sign-on, the role of the task.

    Args:
        bucket_name: The bucket.
        region_name: Its region.
        endpoint_url: The address of another server that speaks the protocol; else `AWS_ENDPOINT_URL_S3` or
            `AWS_ENDPOINT_URL` of the environment, else Amazon's.
    """

    bucket_name: str
    region_name: str = "eu-west-2"
    endpoint_url: str = ""

    def url(self, key: str) -> str:
        """Give the address of an object as Polars and DuckDB read it.

        >>> S3Resource(bucket_name="planning-lake").url("raw/permits.csv")
        's3://planning-lake/raw/permits.csv'
        """
        return f"s3://{self.text('bucket_name')}/{key}"

    @property
    def _extra(self) -> str:
        return "aws"

    def _open(self) -> ObjectStore:
        endpoint = self._endpoint()
        session = needed("boto3", "aws").Session(region_name=self.text("region_name"))
        store: ObjectStore = needed("obstore.store", "aws").S3Store(
            self.text("bucket_name"),
            region=self.text("region_name"),
            credential_provider=needed("obstore.auth.boto3", "aws").Boto3CredentialProvider(session),
            **({"endpoint": endpoint} if endpoint else {}),
            client_options={"allow_http": endpoint.startswith("http://")},
        )
        return store

    def _storage_options(self) -> dict[str, str]:
        endpoint = self._endpoint()
        found = {"aws_region": self.text("region_name")}
        if endpoint:
            found |= {"aws_endpoint_url": endpoint, "aws_allow_http": str(endpoint.startswith("http://")).lower()}
        return found

    def _endpoint(self) -> str:
        given = self.text("endpoint_url")
        return given or os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or ""
