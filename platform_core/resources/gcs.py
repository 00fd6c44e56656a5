"""Buckets of Google Cloud Storage."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from platform_core.resources.base import needed
from platform_core.resources.objects import ObjectStoreResource

if TYPE_CHECKING:
    from obstore.store import ObjectStore


class GCSResource(ObjectStoreResource):
    """A bucket of Google Cloud Storage.

    Credentials are the application's default ones (`GOOGLE_APPLICATION_CREDENTIALS`, or those of the machine) where no
    file is named.

    Args:
        bucket_name: The bucket.
        service_account: The path of a service account's key file.

    >>> GCSResource(bucket_name="planning-lake").url("raw/permits.csv")
    'gs://planning-lake/raw/permits.csv'
    """

    bucket_name: str
    service_account: str = ""

    _mark: ClassVar[str] = "version"

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
        path = self.text("service_account")
        store: ObjectStore = needed("obstore.store", "gcp").GCSStore(
            self.text("bucket_name"),
            **({"service_account_path": path} if path else {}),
            client_options={"allow_http": True},  # the key file names the address, which Google gives with https
        )
        return store

    def _storage_options(self) -> dict[str, str]:
        path = self.text("service_account")
        return {"google_service_account": path} if path else {}
