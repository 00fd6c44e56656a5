"""Executed notebooks of dagstermill, kept in an object store."""

# No annotations as text here: Dagster finds what a resource depends on by the annotation itself

from typing import TYPE_CHECKING, Any

import dagster as dg

from platform_core.errors import UserError
from platform_core.fields import fields_of
from platform_core.lake import safe_name

if TYPE_CHECKING:
    from dagstermill.io_managers import OutputNotebookIOManager


class ObjectStoreOutputNotebookIOManager(dg.ConfigurableIOManagerFactory[Any]):
    """Keeps the executed notebooks of dagstermill's ops in an object store: `<prefix>/<run>/<step>.ipynb`.

    It stands where `ConfigurableLocalOutputNotebookIOManager` would, under the resource key
    `output_notebook_io_manager`, beside the IO manager of the frames. An object is there whole or not at all.

    Args:
        store: An `S3Resource`, `GCSResource` or `AzureBlobResource`.
        prefix: Where in the store the notebooks are.
    """

    store: dg.ResourceDependency[Any]
    prefix: str = "notebooks"

    def __init__(self, **data: Any) -> None:
        with fields_of(type(self), data):
            super().__init__(**data)

    def create_io_manager(self, context: dg.InitResourceContext) -> "OutputNotebookIOManager":
        """Give the IO manager.

        Raises:
            UserError: dagstermill is not installed.
        """
        return output_notebooks(self.store, self.prefix)


def output_notebooks(store: Any, prefix: str = "notebooks") -> "OutputNotebookIOManager":
    """Give dagstermill's interface over an object store; see `ObjectStoreOutputNotebookIOManager`.

    Raises:
        UserError: dagstermill is not installed.
    """
    from platform_core.needed import needed  # noqa: PLC0415 - beside what it is used for

    base: Any = needed("dagstermill.io_managers", "lab").OutputNotebookIOManager

    class Notebooks(base):  # type: ignore[misc] # a class of an extra, which may not be there
        """Bytes of notebooks to the store and back."""

        def handle_output(self, context: dg.OutputContext, obj: bytes) -> None:
            key = _key(prefix, context)
            store.upload_bytes(obj, key)
            context.add_output_metadata({"executed_notebook": dg.MetadataValue.url(store.url(key))})

        def load_input(self, context: dg.InputContext) -> bytes:
            if context.upstream_output is None:
                raise UserError("There is no notebook to load.", hint="Load it from the op that ran it.")
            return bytes(store.read_bytes(_key(prefix, context.upstream_output)))

    return Notebooks()


def _key(prefix: str, context: dg.OutputContext) -> str:
    run, step = safe_name(context.run_id, "run"), safe_name(context.step_key, "step")
    return "/".join(part for part in (prefix.strip("/"), run, f"{step}.ipynb") if part)
