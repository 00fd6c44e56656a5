"""Containers of Azure Blob Storage."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from platform_core.resources.base import needed
from platform_core.resources.objects import ObjectStoreResource

if TYPE_CHECKING:
    from obstore.store import ObjectStore


class AzureBlobResource(ObjectStoreResource):
    """A container of Azure Blob Storage.

    Args:
        account_name: The storage account.
        container_name: The container.
        account_key: Its key, as `EnvVar("NAME")`; without one the identity of the environment or machine is used.
        endpoint_url: The address of the account on another server than Azure's public cloud.

    >>> AzureBlobResource(account_name="planning", container_name="lake").url("raw/permits.csv")
    'abfss://lake@planning.dfs.core.windows.net/raw/permits.csv'
    """

    account_name: str
    container_name: str
    account_key: str = ""
    endpoint_url: str = ""

    secrets: ClassVar[tuple[str, ...]] = ("account_key",)

    def url(self, key: str) -> str:
        """Give the address of an object as Polars and DuckDB read it.

        >>> AzureBlobResource(account_name="planning", container_name="lake").url("raw/permits.csv")
        'abfss://lake@planning.dfs.core.windows.net/raw/permits.csv'
        """
        container, account = self.text("container_name"), self.text("account_name")
        return f"abfss://{container}@{account}.dfs.core.windows.net/{key}"

    @property
    def _extra(self) -> str:
        return "azure"

    def _open(self) -> ObjectStore:
        endpoint = self.text("endpoint_url")
        store: ObjectStore = needed("obstore.store", "azure").AzureStore(
            self.text("container_name"),
            **self._account(),
            **({"endpoint": endpoint} if endpoint else {}),
            client_options={"allow_http": endpoint.startswith("http://")},
        )
        return store

    def _storage_options(self) -> dict[str, str]:
        endpoint = self.text("endpoint_url")
        found = self._account()
        if endpoint:
            found |= {"azure_storage_endpoint": endpoint, "allow_http": str(endpoint.startswith("http://")).lower()}
        return found

    def _account(self) -> dict[str, str]:
        key = self.text("account_key")
        return {"account_name": self.text("account_name"), **({"account_key": key} if key else {})}
