"""A small client of a web API in JSON: the token goes to one host alone, and stands in no error."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http.client import HTTPException, HTTPMessage
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from platform_core.errors import UserError

_SECONDS = 30
_LARGEST = 20_000_000  # bytes of an answer
_PAGE = 100
_MOST_PAGES = 100
TRANSIENT = frozenset({429, 500, 502, 503, 504})


class ApiError(UserError):
    """The API did not do what was asked. `status` is 0 where it could not be reached."""

    def __init__(self, message: str, status: int, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class _NoRedirect(HTTPRedirectHandler):
    """A redirect would carry the token to whatever host it names."""

    def redirect_request(
        self, _req: Request, _fp: IO[bytes], _code: int, _msg: str, _headers: HTTPMessage, _newurl: str
    ) -> None:
        """Follow none."""


class Api:
    """An API below one address.

    Args:
        base: Its address; `https`, or this machine for tests.
        headers: Sent with each request, the one with the token among them.

    Raises:
        UserError: The address would send the token in the clear.
    """

    def __init__(self, base: str, headers: Mapping[str, str]) -> None:
        parts = urlsplit(base)
        local = parts.hostname in {"127.0.0.1", "localhost", "::1"}
        if parts.scheme != "https" and not (parts.scheme == "http" and local):
            raise UserError(
                "The address of the API is not https.", hint="A token goes over encrypted connections alone."
            )
        self._base = base.rstrip("/")
        self._headers = {"Accept": "application/json", "User-Agent": "notebook-workbench", **headers}
        self._opener = build_opener(_NoRedirect)

    def ask(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Any:
        """Send a request and give what is answered, None where that is nothing.

        Raises:
            ApiError: It was refused, failed, or cannot be understood.
        """
        data = None if body is None else json.dumps(body).encode("utf-8")
        headers = self._headers if data is None else {**self._headers, "Content-Type": "application/json"}
        request = Request(f"{self._base}{path}", data, headers, method=method)  # noqa: S310 - its scheme was checked
        what = f"{method} {path.partition('?')[0]}"
        try:
            with self._opener.open(request, timeout=_SECONDS) as answer:
                content = answer.read(_LARGEST)
        except HTTPError as error:
            with error:
                raise ApiError(f"{what} was answered with {error.code}.", error.code, _hint(error.code)) from None
        except (URLError, OSError, HTTPException) as error:
            name = type(getattr(error, "reason", error)).__name__
            raise ApiError(
                f"{what} could not be sent ({name}).", 0, "Is the address right, and the network there?"
            ) from None
        try:
            return json.loads(content) if content.strip() else None
        except ValueError:
            raise ApiError(f"{what} was answered with something that is no JSON.", 0, "Is the address right?") from None

    def pages(self, path: str) -> list[dict[str, Any]]:
        """Give the entries of every page of a listing.

        Raises:
            ApiError: As in `ask`.
        """
        entries: list[dict[str, Any]] = []
        for number in range(1, _MOST_PAGES + 1):
            joint = "&" if "?" in path else "?"
            page = self.ask("GET", f"{path}{joint}per_page={_PAGE}&page={number}")
            if not isinstance(page, list):
                raise ApiError(f"GET {path} was answered with no list.", 0, "Is the address right?")
            entries += [entry for entry in page if isinstance(entry, dict)]
            if len(page) < _PAGE:
                break
        return entries


def _hint(status: int) -> str:
    if status in {401, 403}:
        return "The token may not do this: see the guide to continuous integration for what it needs."
    if status == 404:
        return "Is the number right, and may the token see the repository?"
    return "The service may be busy: run it again." if status in TRANSIENT else "Run it again, and see what it says."
