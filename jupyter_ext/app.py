"""The server extension: its settings, its routes, and the processes that work for it."""

from __future__ import annotations

from jupyter_server.extension.application import ExtensionApp
from traitlets import Float, Integer

from jupyter_ext import NAME, __version__
from jupyter_ext.handlers import routes
from jupyter_ext.pool import Pool


class WorkbenchExtension(ExtensionApp):
    """Notebook Workbench's part of a Jupyter server."""

    name = NAME
    version = __version__
    load_other_extensions = True

    workers = Integer(2, min=1, help="How many notebooks are looked at at once, each in a process of its own.").tag(
        config=True
    )
    seconds = Float(20.0, min=0.0, help="How long one look at a notebook may take.").tag(config=True)
    largest = Integer(20_000_000, min=1, help="The longest request in bytes; outputs of cells are not sent.").tag(
        config=True
    )

    def initialize_handlers(self) -> None:
        """Add the routes."""
        self.pool = Pool(self.workers)
        given = {"pool": self.pool, "limits": {"bytes": self.largest, "seconds": self.seconds}}
        assert self.serverapp is not None  # noqa: S101 - it is set before this is called
        self.handlers.extend((route, handler, given) for route, handler in routes(""))

    async def stop_extension(self) -> None:
        """End the processes."""
        await self.pool.close()
