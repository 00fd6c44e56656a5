"""The routes: each checks who asks, hands the question on, and gives the answer as JSON. Nothing is worked out here.

Every answer names the server's version in a header, so that a front end of another version can say so.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web
from tornado.iostream import StreamClosedError

from jupyter_ext import __version__
from jupyter_ext.pool import Pool, StaleError
from jupyter_ext.requests import question
from platform_core.compute_kinds.limits import read_data
from platform_core.errors import Fault, UsageError, UserError, WorkbenchError
from promote.vocabulary import layers, vocabulary

VERSION_HEADER = "X-Notebook-Workbench"
PREFIX = "notebook-workbench"


class _Handler(APIHandler):
    """What the routes share."""

    auth_resource = "contents"
    _asking: asyncio.Task[Any] | None = None

    def initialize(self, pool: Pool, limits: Mapping[str, float]) -> None:
        """Take what the extension's application gives."""
        self.pool = pool
        self.limits = limits

    def set_default_headers(self) -> None:
        """Add the version."""
        super().set_default_headers()
        self.set_header(VERSION_HEADER, __version__)

    def on_connection_close(self) -> None:
        """Stop what nobody waits for any more."""
        if self._asking is not None:
            self._asking.cancel()
        super().on_connection_close()

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Say a refusal of Jupyter's own, and hide all else: no traceback leaves the server."""
        error = kwargs.get("exc_info", (None, None))[1]
        said = error.log_message if isinstance(error, web.HTTPError) else None
        self._refuse(status_code, said or self._reason, None)

    def asked(self, task: str) -> dict[str, Any]:
        """Give the checked question of the request's body.

        Raises:
            HTTPError: It is longer than allowed (413).
            UsageError: It is malformed.
        """
        if len(self.request.body) > self.limits["bytes"]:
            raise web.HTTPError(413, "The notebook is too large to be looked at while it is edited.")
        root = cast("str", self.settings["server_root_dir"])
        return {**question(task, self.request.body), "root": str(Path(root).expanduser())}

    async def answer(self, task: str) -> None:
        """Have the pool answer and give what it says."""
        try:
            asked = self.asked(task)
            self._asking = asyncio.create_task(self._ask(asked))
            self.finish(json.dumps(await self._asking))
        except StaleError:
            self._refuse(409, "A newer question took this one's place.", None)
        except asyncio.CancelledError:
            if self._asking is None or not self._asking.cancelled():
                raise
        except TimeoutError:
            hint = "Split the notebook, or raise WorkbenchExtension.seconds in the server's configuration."
            self._refuse(503, f"It took longer than {self.limits['seconds']:g} seconds.", hint)
        except WorkbenchError as error:
            self._refused(error)

    async def _ask(self, asked: Mapping[str, Any]) -> Any:
        asker = f"{self.current_user.username}:{asked['task']}:{asked['client']}" if asked.get("client") else ""
        return await self.pool.ask(asked, self.limits["seconds"], asker)

    def _refused(self, error: WorkbenchError) -> None:
        status = 500 if isinstance(error, Fault) else 400 if isinstance(error, UsageError) else 422
        self._refuse(status, error.message, error.hint, error.location)

    def _refuse(self, status: int, message: str, hint: str | None, location: str | None = None) -> None:
        self.set_status(status)
        self.finish(json.dumps({"message": message, "hint": hint or "", "location": location or ""}))


class VersionHandler(_Handler):
    """Which version the server is."""

    @web.authenticated
    @authorized("read")
    def get(self) -> None:
        """Give the version."""
        self.finish(json.dumps({"version": __version__}))


class VocabularyHandler(_Handler):
    """The tag language and the providers' limits, as this server reads them."""

    @web.authenticated
    @authorized("read")
    def get(self) -> None:
        """Give both."""
        self.finish(json.dumps({"vocabulary": vocabulary(), "limits": read_data("limits.json")}))


class StarterHandler(_Handler):
    """The notebook to begin a layer with."""

    @web.authenticated
    @authorized("read")
    def get(self, layer: str) -> None:
        """Give its content."""
        if layer not in layers():
            raise web.HTTPError(404, "There is no such layer.")
        path = Path(__file__).with_name("starters") / f"{layer}.ipynb"
        self.finish(path.read_text(encoding="utf-8"))


class QuestionHandler(_Handler):
    """The short questions: nothing is executed and nothing written, so that reading is all that they need."""

    @web.authenticated
    @authorized("read")
    async def post(self, task: str) -> None:
        """Answer one."""
        await self.answer(task)


class JobHandler(_Handler):
    """The long jobs: promote, pull, materialise. The answer is a line of JSON for whatever is said on the way.

    Closing the connection stops the job, which then leaves everything as it was.
    """

    auth_resource = "kernels"  # they run the notebook's code

    @web.authenticated
    @authorized("execute")
    async def post(self, task: str) -> None:
        """Do one."""
        try:
            asked = self.asked(task)
        except WorkbenchError as error:
            self._refused(error)
            return
        self.set_header("Cache-Control", "no-store")
        self._asking = asyncio.create_task(self.pool.work(asked, self._tell))
        try:
            self._say({"answer": await self._asking})
        except WorkbenchError as error:
            fault = not isinstance(error, UserError)
            said = {"message": error.message, "hint": error.hint or "", "location": error.location or ""}
            self._say({"refused": {**said, "fault": fault}})
        except asyncio.CancelledError:
            if not self._asking.cancelled():
                raise
            return
        await self.finish()

    def _tell(self, told: Mapping[str, Any]) -> None:
        self._say({"told": told})
        # What cannot be written has no reader any more; `on_connection_close` ends the job
        self.flush().add_done_callback(lambda sent: isinstance(sent.exception(), StreamClosedError))

    def _say(self, message: Mapping[str, Any]) -> None:
        self.write(json.dumps(message) + "\n")


def routes(base: str) -> list[tuple[str, type[_Handler]]]:
    """Give the routes below the server's base address."""
    start = f"{base.rstrip('/')}/{PREFIX}"
    return [
        (f"{start}/version", VersionHandler),
        (f"{start}/vocabulary", VocabularyHandler),
        (f"{start}/starter/(\\w+)", StarterHandler),
        (f"{start}/(analyse|preview|fix|suggest|options|catalogue|peek|search|page)", QuestionHandler),
        (f"{start}/(promote|pull|materialise)", JobHandler),
    ]
