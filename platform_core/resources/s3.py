"""Buckets of Amazon S3, and of what speaks its protocol."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import PrivateAttr

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

    >>> S3Resource(bucket_name="planning-lake", region_name="eu-west-2").url("raw/permits.csv")
    's3://planning-lake/raw/permits.csv'
    """

    bucket_name: str
    region_name: str = "eu-west-2"
    endpoint_url: str = ""

    _client: Any = PrivateAttr(default=None)

    def url(self, key: str) -> str:
        """Give the address of an object as Polars and DuckDB read it.

        >>> S3Resource(bucket_name="planning-lake").url("raw/permits.csv")
        's3://planning-lake/raw/permits.csv'
        """
        return f"s3://{self.text('bucket_name')}/{key}"

    def give_up_uploads(self, prefix: str, older_than: timedelta) -> int:
        """Give up the uploads under a prefix that began long enough ago and never ended, and say how many.

        An account that may not list them gives up none: a lifecycle rule of the bucket does the same.
        """
        errors = needed("botocore.exceptions", "aws")
        if self._client is None:
            self._client = self._session().client("s3", endpoint_url=self._endpoint() or None)
        client = self._client
        bucket, given_up = self.text("bucket_name"), 0
        try:
            for page in client.get_paginator("list_multipart_uploads").paginate(Bucket=bucket, Prefix=prefix):
                for upload in page.get("Uploads", ()):
                    if datetime.now(UTC) - upload["Initiated"] >= older_than:
                        client.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
                        given_up += 1
        except errors.ClientError:
            pass  # not allowed, or another writer was first
        return given_up

    @property
    def _extra(self) -> str:
        return "aws"

    def _open(self) -> ObjectStore:
        endpoint = self._endpoint()
        store: ObjectStore = needed("obstore.store", "aws").S3Store(
            self.text("bucket_name"),
            region=self.text("region_name"),
            credential_provider=needed("obstore.auth.boto3", "aws").Boto3CredentialProvider(self._session()),
            **({"endpoint": endpoint} if endpoint else {}),
            client_options={"allow_http": endpoint.startswith("http://")},
        )
        return store

    def _session(self) -> Any:
        return needed("boto3", "aws").Session(region_name=self.text("region_name"))

    def _storage_options(self) -> dict[str, str]:
        endpoint = self._endpoint()
        found = {"aws_region": self.text("region_name")}
        if endpoint:
            found |= {"aws_endpoint_url": endpoint, "aws_allow_http": str(endpoint.startswith("http://")).lower()}
        return found

    def _endpoint(self) -> str:
        given = self.text("endpoint_url")
        return given or os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or ""
