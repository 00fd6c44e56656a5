"""Posting JSON to what apprise has no service for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from platform_core.needed import needed


def posted(
    url: str, body: object, *, timeout: float, headers: Mapping[str, str] | None = None, service: str = "The service"
) -> str | None:
    """Post JSON, and give what went wrong, or None. Neither the address nor the answer is in what is given.

    Args:
        url: Where to.
        body: What.
        timeout: Seconds to connect, and again for each part of the answer.
        headers: More headers.
        service: How the problem calls the service.
    """
    httpx: Any = needed("httpx", "http")
    try:
        answer = httpx.post(url, json=body, headers=dict(headers or {}), timeout=timeout)
    except httpx.HTTPError:
        return f"{service} does not answer."
    return None if answer.is_success else f"{service} answered with the status {answer.status_code}."
