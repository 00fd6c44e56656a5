"""Secrets that AWS keeps: Secrets Manager and the Parameter Store, read when used, cached, and read anew in time."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from pydantic import Field, PrivateAttr

from platform_core.errors import UserError
from platform_core.resources.base import PlatformResource, needed

clock = time.monotonic  # a name of this module, so that a test need not wait

_ABSENT = {"ResourceNotFoundException", "ParameterNotFound", "InvalidRequestException"}
_DENIED = {"AccessDeniedException", "UnrecognizedClientException", "InvalidSignatureException", "ExpiredTokenException"}
# These loggers write whole answers, secrets and all, where a program logs at DEBUG
_TELLING = ("botocore.parsers", "botocore.endpoint", "botocore.hooks", "botocore.auth", "botocore.httpsession")


class SecretsResource(PlatformResource):
    """Secrets of AWS Secrets Manager and parameters of AWS Systems Manager.

    A value is kept in memory for some time and then read anew, so that a rotated secret is found. It stands in no repr
    and no error.

    A field that holds a secret, such as `PostgresResource(password=…)`, also takes a reference and reads it when used:
    `secretsmanager:planning/database#password` or `ssm:/planning/token`.

    Args:
        region_name: The region; else that of the environment.
        keep_seconds: How long a value is kept before it is read anew.

    >>> SecretsResource(region_name="eu-west-2", keep_seconds=60)
    SecretsResource(name='')
    """

    region_name: str = ""
    keep_seconds: float = Field(default=300.0, ge=0)

    _cache: dict[tuple[str, str], tuple[float, str]] = PrivateAttr(default_factory=dict)
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    def get(self, name: str, *, field: str = "") -> str:
        """Give a secret of Secrets Manager, or one field of a secret that is a JSON object.

        Raises:
            UserError: There is no such secret or field, or it may not be read.
        """
        text = self._cached("secretsmanager", name, lambda: self._secret(name))
        if not field:
            return text
        try:
            fields = json.loads(text)
        except ValueError:
            fields = None
        if not isinstance(fields, dict) or field not in fields:
            raise UserError(f"The secret {name!r} has no field {field!r}.", hint="It has to be a JSON object.")
        self._given.add(str(fields[field]))
        return str(fields[field])

    def parameter(self, name: str) -> str:
        """Give a parameter of the Parameter Store, decrypted.

        Raises:
            UserError: There is no such parameter, or it may not be read.
        """
        return self._cached("ssm", name, lambda: self._parameter(name))

    def forget(self) -> None:
        """Forget what was read, so that the next use reads it anew."""
        with self._lock:
            self._cache.clear()

    def secret_values(self) -> list[str]:
        """Give the values that were read, those that were rotated since too, which may be shown nowhere."""
        return sorted(filter(None, self._given.copy()), key=len, reverse=True)

    def _cached(self, service: str, name: str, read: Callable[[], str]) -> str:
        with self._lock:
            until, text = self._cache.get((service, name), (0.0, ""))
            now = clock()
            if now >= until:
                text = read()
                self._given.add(text)
                self._cache[service, name] = (now + self.keep_seconds, text)
            return text

    def _secret(self, name: str) -> str:
        found = self._asked("secretsmanager", name, lambda client: client.get_secret_value(SecretId=name))
        if "SecretString" not in found:
            raise UserError(f"The secret {name!r} holds bytes and no text.")
        return str(found["SecretString"])

    def _parameter(self, name: str) -> str:
        found = self._asked("ssm", name, lambda client: client.get_parameter(Name=name, WithDecryption=True))
        return str(found["Parameter"]["Value"])

    def _asked(self, service: str, name: str, call: Callable[[Any], Any]) -> Any:
        boto3, errors = needed("boto3", "aws"), needed("botocore.exceptions", "aws")
        for logger in _TELLING:
            logging.getLogger(logger).setLevel(logging.INFO)
        try:
            return call(boto3.client(service, region_name=self.text("region_name") or None))
        except errors.ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code in _ABSENT:
                raise UserError(
                    f"There is no secret or parameter {name!r}.", hint="Look at its name and region."
                ) from None
            hint = "Look at what the role or account may read." if code in _DENIED else None
            raise UserError(
                f"{name!r} cannot be read from {service} ({code or 'no reason given'}).", hint=hint
            ) from None
        except errors.BotoCoreError as error:
            raise UserError(
                f"{service} does not answer ({type(error).__name__}).", hint="Look at region, network and credentials."
            ) from None


_SHARED = SecretsResource()


def referred(value: str) -> str | None:
    """Give what a reference to a secret stands for, or None where the text is no reference.

    >>> referred("a plain value") is None
    True

    Raises:
        UserError: The secret cannot be read.
    """
    service, _, rest = value.partition(":")
    if service == "ssm" and rest.startswith("/"):
        return _SHARED.parameter(rest)
    if service == "secretsmanager" and rest:
        name, _, field = rest.partition("#")
        return _SHARED.get(name, field=field)
    return None


def forget_referred() -> None:
    """Read every referred secret anew when it is next used: one that was refused may have been rotated."""
    _SHARED.forget()
