"""Requests that are sent again where that helps: retries with backoff and jitter, `Retry-After`, a rate limit."""

from __future__ import annotations

import email.utils
import json
import logging
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field, PrivateAttr

from platform_core.errors import UserError
from platform_core.resources.base import ConnectedResource, needed

if TYPE_CHECKING:
    import httpx

_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_BAD_REQUEST, _UNKNOWN = 400, 401
sleep = time.sleep  # a name of this module, so that a test need not wait


class HTTPClientResource(ConnectedResource):
    """An HTTP service: where it is, who asks, and how patiently.

    Args:
        base_url: The address that every path is added to; no request goes to another server.
        auth_token: Sent as `Authorization: Bearer …`; give `EnvVar("NAME")`, so that it stands nowhere.
        auth_scheme: What stands before the token; with an empty one the token alone is sent.
        timeout_seconds: How long to wait for a connection, and for each part of an answer.
        attempts: How often a request is sent at most.
        max_wait_seconds: The longest wait before a request is sent again. A server that asks for more is an error.
        requests_per_second: How many requests are sent in a second at most; 0 for as many as can be.
    """

    base_url: str
    auth_token: str = ""
    auth_scheme: str = "Bearer"
    timeout_seconds: float = Field(default=30.0, gt=0)
    attempts: int = Field(default=5, ge=1)
    max_wait_seconds: float = Field(default=60.0, ge=0)
    requests_per_second: float = Field(default=0.0, ge=0)

    secrets: ClassVar[tuple[str, ...]] = ("auth_token",)
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)
    _next: float = PrivateAttr(default=0.0)

    def _send(self, method: str, url: str, *, again: bool = True, told: str = "", **given: Any) -> httpx.Response:
        """Send a request to a path or an address of the same server, and give the whole answer.

        Args:
            method: `GET` or `POST`.
            url: A path under the base address, or an address of the same server.
            again: Whether it may be sent again after an answer that a second attempt may not get.
            told: A key of a JSON object: an answer of status 400 that has it says more than the status, and is given.
            **given: As httpx takes it: `params`, `json`, `headers`.

        Raises:
            UserError: No good answer came in all attempts. The path is shown, and neither values nor the answer.
        """
        tenacity, library = needed("tenacity", "http"), needed("httpx", "http")
        target = self._target(library, url)
        backoff = tenacity.wait_exponential_jitter(multiplier=0.5, max=self.max_wait_seconds)

        def wait(state: Any) -> float:
            asked = None if state.outcome.failed else _retry_after(state.outcome.result().headers)
            return float(backoff(state)) if asked is None else asked

        def passes(answer: httpx.Response) -> bool:
            return answer.status_code in _PASSING and (_retry_after(answer.headers) or 0) <= self.max_wait_seconds

        retrying = tenacity.Retrying(
            sleep=sleep,
            stop=tenacity.stop_after_attempt(self.attempts if again else 1),
            wait=wait,
            retry=tenacity.retry_if_exception_type(library.TransportError) | tenacity.retry_if_result(passes),
            retry_error_callback=lambda state: state.outcome.result(),
        )
        shown = f"{method} {target.path} of {self._label}"
        try:
            answer: httpx.Response = retrying(self._once, library, method, target, given)
            if answer.status_code == _UNKNOWN and self._renewed(answer):
                answer = retrying(self._once, library, method, target, given)
        except library.HTTPError as error:
            raise UserError(
                f"{shown} got no whole answer in {self.attempts if again else 1} attempts ({type(error).__name__}).",
                hint="Does the service answer there? timeout_seconds and attempts may be more.",
            ) from None
        answer.request.headers.pop("authorization", None)
        if not answer.is_success and not (answer.status_code == _BAD_REQUEST and told and _has(answer, told)):
            raise UserError(f"{shown} answers {answer.status_code} {answer.reason_phrase}.", hint=self._hint(answer))
        return answer

    def _once(self, library: Any, method: str, target: httpx.URL, given: Mapping[str, Any]) -> httpx.Response:
        with self._lock:
            if self._connected is None:
                self._connected = self._new_client(library)
            client, pause = self._connected, 0.0
            if self.requests_per_second:
                now = time.monotonic()
                pause = max(self._next - now, 0.0)
                self._next = max(now, self._next) + 1 / self.requests_per_second
        if pause:
            sleep(pause)
        # With each request, or a token that was rotated would not be taken before the next run
        headers = library.Headers(self._authorization())
        headers.update(given.get("headers"))
        answer: httpx.Response = client.request(method, target, **{**given, "headers": headers})
        if _is_cut(answer):
            raise library.RemoteProtocolError("The compressed body breaks off.")
        return answer

    def _new_client(self, library: Any) -> httpx.Client:
        # It logs every address with its query, which may hold a key
        logging.getLogger("httpx").setLevel(logging.WARNING)
        client: httpx.Client = library.Client(timeout=self.timeout_seconds, follow_redirects=True)
        return client

    def _authorization(self) -> dict[str, str]:
        token = self.text("auth_token")
        return {"authorization": f"{self.auth_scheme} {token}".strip()} if token else {}

    def _renewed(self, answer: httpx.Response) -> bool:
        """Say whether the token that the server refuses is another one where it is kept."""
        sent = answer.request.headers.get("authorization")
        return self.forget_secrets() and self._authorization().get("authorization") != sent

    def _target(self, library: Any, url: str) -> httpx.URL:
        """Give the whole address; a token is sent to no other server."""
        try:
            given = self.text("base_url")
            base = library.URL(given.rstrip("/") + "/")
            # Without a path it is the address as it is written: many servers know no `/graphql/`
            target = library.URL(url or given) if "://" in url or not url else base.join(url.lstrip("/"))
        except library.InvalidURL:
            raise UserError(f"An address of {self._label} is none.", hint="Write https://… as base_url.") from None
        if base.scheme not in {"http", "https"} or not base.host:
            raise UserError(f"The base_url of {self._label} is no address.", hint="Write https://….")
        if (target.scheme, target.host, target.port) != (base.scheme, base.host, base.port):
            raise UserError(
                f"{self._label} is asked for an address of another server, {target.host!r}.",
                hint="Declare a resource for that server too; its token is not this one's.",
            )
        found: httpx.URL = target
        return found

    def _hint(self, answer: httpx.Response) -> str | None:
        if answer.status_code in {401, 403}:
            return "Look at the auth_token, and at what it allows."
        asked = _retry_after(answer.headers)
        if asked is not None and asked > self.max_wait_seconds:
            return f"The server asks to wait {asked:.0f} seconds; max_wait_seconds allows {self.max_wait_seconds:.0f}."
        return "It stayed so in all attempts." if answer.status_code in _PASSING else None


def _is_cut(answer: httpx.Response) -> bool:
    """Say whether a compressed body breaks off, or goes on behind its end: httpx gives what it has without a word."""
    stream = getattr(getattr(answer, "_decoder", None), "decompressor", None)
    whole = getattr(stream, "eof", True) and not getattr(stream, "unused_data", b"")
    return answer.num_bytes_downloaded > 0 and not whole


def _has(answer: httpx.Response, key: str) -> bool:
    try:
        body = json.loads(answer.content)
    except (ValueError, RecursionError):
        return False
    return isinstance(body, dict) and key in body


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Give the seconds that a server asks to wait, from a number or a date.

    >>> _retry_after({"retry-after": "7"}), _retry_after({"retry-after": "soon"}), _retry_after({})
    (7.0, None, None)
    """
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return float(said)
    try:
        when = email.utils.parsedate_to_datetime(said)
    except ValueError:
        return None
    when = when if when.tzinfo is not None else when.replace(tzinfo=UTC)  # `-0000` says that nobody knows the zone
    return max((when - datetime.now(UTC)).total_seconds(), 0.0)
