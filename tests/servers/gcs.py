"""Google Cloud Storage's XML interface for the suite, over HTTP.

No emulator of it comes from a registry: what there is speaks the JSON interface, which neither obstore nor Polars uses.
Its XML interface is S3's but for the names of a few headers, so the moto server keeps the objects, and what is put
before it here keeps Google's generations: each write of an object has a number of its own, by which a write can say
what it expects to replace. Accounts and signed addresses are not shown.
"""

from __future__ import annotations

import itertools
import json
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.servers.aws import Application, Start, running_apart, serve

_ACCOUNT = "AWS4-HMAC-SHA256 Credential=tests/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"


class Generations:
    """The XML interface before a WSGI application that speaks S3, for one request at a time."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._numbers = itertools.count(1)
        self._current: dict[str, int] = {}

    def __call__(self, environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        """Answer a request."""
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        environ["HTTP_AUTHORIZATION"] = _ACCOUNT
        query = environ.get("QUERY_STRING", "")
        environ["RAW_URI"] = environ["REQUEST_URI"] = quote(path, encoding="latin-1") + (f"?{query}" if query else "")
        ends = (method == "PUT" and "uploadId" not in query) or (method == "POST" and "uploadId" in query)
        wanted = environ.get("HTTP_X_GOOG_IF_GENERATION_MATCH")
        if wanted is not None and int(wanted) != self._current.get(path, 0):
            start_response("412 Precondition Failed", [("Content-Length", "0")])
            return [b""]
        answered: list[Any] = []
        body = list(self._application(environ, lambda *given: answered.extend(given)))
        status, headers = answered[0], answered[1]
        if status.startswith("2"):
            if ends:
                self._current[path] = next(self._numbers)
            elif method == "DELETE":
                self._current.pop(path, None)
        if path in self._current:
            headers = [*headers, ("x-goog-generation", str(self._current[path]))]
        start_response(status, headers)
        return body


@dataclass(frozen=True, slots=True)
class GCSServer:
    """A server that runs: its address, and a key file by which Google's clients find it."""

    address: str
    service_account: str

    def make_bucket(self, name: str) -> None:
        """Make a bucket."""
        with urllib.request.urlopen(urllib.request.Request(f"{self.address}/{name}", method="PUT")):  # noqa: S310 - ours
            pass


@contextmanager
def running_gcs(folder: Path) -> Iterator[GCSServer]:
    """Start the server on a free port, in a process of its own.

    Args:
        folder: Where the key file goes.
    """
    with running_apart(__name__) as address:
        nobody = {"client_email": "", "private_key": "", "private_key_id": ""}
        account = folder / "service-account.json"
        account.write_text(json.dumps({"gcs_base_url": address, "disable_oauth": True, **nobody}), encoding="utf-8")
        yield GCSServer(address, str(account))


if __name__ == "__main__":
    serve(Generations)
