"""The marks that an invocation leaves in S3 (docs/decisions/0023), as the function writes them."""

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

    def claim(self, facts: Mapping[str, Any]) -> bool:
        """Claim the step, and say whether it was free: of two deliveries of one event, one carries it out."""
        ours = {**facts, "token": uuid.uuid4().hex}
        try:
            self._put("claim", ours, IfNoneMatch="*")
        except self._client.exceptions.ClientError as error:
            if error.response["Error"]["Code"] not in {"PreconditionFailed", "ConditionalRequestConflict"}:
                raise
            # A call whose answer was lost is tried again by the client, and meets our own claim
            kept: dict[str, Any] = json.loads(self.read("claim"))
            return bool(kept.get("token") == ours["token"])
        return True

    def end(self, *, ok: bool, cause: str = "", message: str = "") -> None:
        """Say how the invocation ended."""
        self._put("end", {"ok": ok, "cause": cause, "message": message})

    def has(self, part: str) -> bool:
        """Say whether a mark is there."""
        listed = self._client.list_objects_v2(Bucket=self._bucket, Prefix=f"{self._prefix}{part}", MaxKeys=1)
        return bool(listed.get("KeyCount"))

    def read(self, part: str) -> bytes:
        """Give what a mark holds."""
        content: bytes = self._client.get_object(Bucket=self._bucket, Key=f"{self._prefix}{part}")["Body"].read()
        return content

    def _put(self, part: str, content: Mapping[str, Any], **conditions: str) -> None:
        body = json.dumps(content).encode()
        self._client.put_object(Bucket=self._bucket, Key=f"{self._prefix}{part}", Body=body, **conditions)
