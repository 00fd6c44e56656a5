"""What providers answer when they do not do as asked, sorted into what may pass and what will not, in plain words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from platform_core.executor.handler import Cause, LaunchError, TransientError

# Codes of AWS that come and go; every status of 500 and above does too
_PASSING = {
    "Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException", "RequestLimitExceeded",
    "RequestThrottled", "RequestThrottledException", "SlowDown", "RequestTimeout", "RequestTimeoutException",
    "ServerException", "InternalServerException", "InternalServerError", "InternalError", "InternalFailure",
    "ServiceException", "ServiceUnavailable", "ServiceUnavailableException", "PriorRequestNotComplete",
    "OperationAborted", "ResourceNotReadyException", "ResourceConflictException", "EC2ThrottledException",
    "PlatformUnknownException",
}  # fmt: skip
_EXPIRED = {
    "ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId", "UnrecognizedClientException",
    "InvalidSignatureException", "SignatureDoesNotMatch", "InvalidAccessKeyId",
}  # fmt: skip
_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Forbidden", "403"}
_QUOTA = {"LimitExceededException", "ServiceQuotaExceededException", "QuotaExceeded", "QuotaExceededException"}
_QUOTA_WORDS = ("limit on the number", "maximum number of", "exceeded quota", "vcpu limit", "quota has been")
_UNREACHABLE = {
    "EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError", "ConnectionClosedError", "ConnectionError",
    "HTTPClientError", "ProxyConnectionError", "SSLError",
}  # fmt: skip
_NO_CREDENTIALS = {
    "NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "TokenRetrievalError",
    "UnauthorizedSSOTokenError", "SSOTokenLoadError", "MetadataRetrievalError",
}  # fmt: skip

HINTS = {
    Cause.EXPIRED_CREDENTIALS: "Sign in again (`aws sso login`), or give the run worker a role whose keys are renewed.",
    Cause.PERMISSION: "docs/reference/compute-kinds.md lists what the run worker's role must be allowed.",
    Cause.QUOTA: "Ask the provider for a higher quota, or lower the concurrency of this kind.",
    Cause.ERROR: "Compare the `compute:` section of the configuration with what stands in the account.",
}


@contextmanager
def asking(service: str, doing: str, *, watching: bool = False) -> Iterator[None]:
    """Turn what a provider's client raises inside into `TransientError` or `LaunchError`.

    Args:
        service: The provider's service, as a person knows it.
        doing: What is being done, to go on after "could not".
        watching: Whether work is only looked at: then nothing is final, since the work may go on unseen.

    Raises:
        TransientError: It may pass.
        LaunchError: It will not.
    """
    try:
        yield
    except (TransientError, LaunchError):
        raise
    except Exception as error:
        sorted_out = _sorted(error)
        if sorted_out is None:
            raise
        cause, said = sorted_out
        words = f"{service} could not {doing}: {said}"
        if cause is None or watching:
            raise TransientError(words, hint=HINTS.get(cause) if cause else None) from error
        raise LaunchError(words, cause=cause, hint=HINTS.get(cause)) from error


def error_code(error: Exception) -> str:
    """Give the provider's own code of an error, or nothing.

    >>> error_code(ValueError("x"))
    ''
    """
    response: Any = getattr(error, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""


def _sorted(error: Exception) -> tuple[Cause | None, str] | None:
    """Give the cause, None for what may pass, and what was said; None for what is no answer of a provider."""
    kind = type(error).__name__
    names = {base.__name__ for base in type(error).__mro__}
    if names & _NO_CREDENTIALS:
        return Cause.EXPIRED_CREDENTIALS, "there are no valid credentials."
    if names & _UNREACHABLE or type(error).__module__.startswith("urllib3."):
        return None, f"it could not be reached ({kind})."
    response: Any = getattr(error, "response", None)
    if isinstance(response, dict):
        code = error_code(error)
        status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        said = response.get("Error", {}).get("Message") or code
        return _of_code(code, status, str(said)), _sentence(str(said))
    if kind == "ApiException" or "ApiException" in names:
        return _of_kubernetes(error)
    return None


def _of_code(code: str, status: int, said: str) -> Cause | None:
    if code in _QUOTA or any(words in said.lower() for words in _QUOTA_WORDS):
        return Cause.QUOTA
    if code in _EXPIRED:
        return Cause.EXPIRED_CREDENTIALS
    if code in _DENIED:
        return Cause.PERMISSION
    if code in _PASSING or status >= 500 or status == 429:
        return None
    if "not authorized" in said or "is not authorised" in said or "iam:PassRole" in said:
        return Cause.PERMISSION
    return Cause.ERROR


def _of_kubernetes(error: Any) -> tuple[Cause | None, str]:
    status = error.status or 0
    try:
        said = str(json.loads(error.body)["message"])
    except (TypeError, ValueError, KeyError):
        said = str(error.reason or status)
    if status == 401:
        return Cause.EXPIRED_CREDENTIALS, "the cluster does not accept the credentials."
    if status == 403:
        return Cause.QUOTA if "exceeded quota" in said else Cause.PERMISSION, _sentence(said)
    if status in {0, 408, 409, 429} or status >= 500:
        return None, _sentence(said)
    return Cause.ERROR, _sentence(said)


def _sentence(said: str) -> str:
    text = " ".join(said.split())[:500].rstrip()
    return text if text.endswith((".", "!", "?")) else f"{text}."
