"""Azurite for the suite: Microsoft's own emulator of Azure Blob Storage, over HTTP."""

from __future__ import annotations

import base64
import hashlib
import hmac
import subprocess
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email.utils import formatdate

ACCOUNT = "planning"
KEY = base64.b64encode(b"planted-azure-key-4417").decode()
_VERSION = "2021-08-06"


@contextmanager
def running_azurite(command: Sequence[str]) -> Iterator[str]:
    """Start the blob service on a free port, with everything in memory, and give its address with the account."""
    options = ("--blobPort", "0", "--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry")
    with subprocess.Popen(
        [*command, *options],
        env={"AZURITE_ACCOUNTS": f"{ACCOUNT}:{KEY}"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        address = next(line.split()[-1] for line in process.stdout if "successfully listens on" in line)
        try:
            yield f"{address}/{ACCOUNT}"
        finally:
            process.kill()


def make_container(endpoint: str, name: str) -> None:
    """Make a container, by a request that is signed with the account's key."""
    headers = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": _VERSION}
    told = "".join(f"{header}:{value}\n" for header, value in headers.items())
    text = f"PUT{chr(10) * 12}{told}/{ACCOUNT}/{ACCOUNT}/{name}\nrestype:container"
    signed = base64.b64encode(hmac.digest(base64.b64decode(KEY), text.encode(), hashlib.sha256)).decode()
    headers |= {"Authorization": f"SharedKey {ACCOUNT}:{signed}", "Content-Length": "0"}
    request = urllib.request.Request(f"{endpoint}/{name}?restype=container", method="PUT", headers=headers)  # noqa: S310 - the emulator's address
    with urllib.request.urlopen(request):  # noqa: S310 - as above
        pass
