"""Buckets of Google Cloud Storage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_core.resources.base import needed
from platform_core.resources.objects import ObjectStoreResource

if TYPE_CHECKING:
    from obstore.store import ObjectStore


class GCSResource(ObjectStoreResource):
    """A bucket of Google Cloud Storage.

    Credentials are the application's default ones: `GOOGLE_APPLICATION_CREDENTIALS`, or those of the machine.

    Args:
        bucket_name: The bucket.
    """

    bucket_name: str

    def url(self, key: str) -> str:
        """Give the address of an object as Polars and DuckDB read it.

        >>> GCSResource(bucket_name="planning-lake").url("raw/permits.csv")
        'gs://planning-lake/raw/permits.csv'
        """
        return f"gs://{self.text('bucket_name')}/{key}"

    @property
    def _extra(self) -> str:
        return "gcp"

    def _open(self) -> ObjectStore:
        store: ObjectStore = needed("obstore.store", "gcp").GCSStore(self.text("bucket_name"))
        return store

    def _storage_options(self) -> dict[str, str]:
        return {}
