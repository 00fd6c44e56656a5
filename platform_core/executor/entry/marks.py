"""The marks that an invocation, or a part of a step, leaves in S3 (docs/decisions/0023), as its process writes them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any


class Marks:
    """The marks of one step's invocation.

    Args:
        client: A client of S3.
        bucket: The bucket.
        prefix: What the marks' names go after.
    """

    def __init__(self, client: Any, bucket: str, prefix: str) -> None:
        self._client, self._bucket, self._prefix = client, bucket, prefix

    def claim(self, facts: Mapping[str, Any], part: str = "claim") -> bool:
        """Claim the step, or something of it, and say whether it was free: of several that ask, one has it."""
        ours = {**facts, "token": uuid.uuid4().hex}
        try:
            self.put(part, ours, IfNoneMatch="*")
        except self._client.exceptions.ClientError as error:
            if error.response["Error"]["Code"] not in {"PreconditionFailed", "ConditionalRequestConflict"}:
                raise
            # A call whose answer was lost is tried again by the client, and meets our own claim
            kept: dict[str, Any] = json.loads(self.read(part))
            return bool(kept.get("token") == ours["token"])
        return True

    def end(self, *, ok: bool, cause: str = "", message: str = "") -> None:
        """Say how the invocation ended."""
        self.put("end", {"ok": ok, "cause": cause, "message": message})

    def has(self, part: str) -> bool:
        """Say whether a mark is there."""
        listed = self._client.list_objects_v2(Bucket=self._bucket, Prefix=f"{self._prefix}{part}", MaxKeys=1)
        return bool(listed.get("KeyCount"))

    def read(self, part: str) -> bytes:
        """Give what a mark holds."""
        content: bytes = self._client.get_object(Bucket=self._bucket, Key=f"{self._prefix}{part}")["Body"].read()
        return content

    def count(self, start: str) -> int:
        """Give how many marks have a name that begins so."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=f"{self._prefix}{start}"
        )
        return sum(page.get("KeyCount", 0) for page in pages)

    def put(self, part: str, content: Mapping[str, Any], **conditions: str) -> None:
        """Leave a mark."""
        body = json.dumps(content).encode()
        self._client.put_object(Bucket=self._bucket, Key=f"{self._prefix}{part}", Body=body, **conditions)
