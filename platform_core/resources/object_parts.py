"""Objects of a store as values, their keys, and the errors of a store for people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from platform_core.errors import UserError

# The codes of S3 and Google's storage, and of Azure, which tells no code where several are deleted
_NO_BUCKET = ("<Code>NoSuchBucket</Code>", "<Code>ContainerNotFound</Code>", "The specified container does not exist.")
_NOWHERE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")  # in a key


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """An object: its key, its size in bytes, when it was written, and the mark of its content.

    The mark is the store's entity tag, and on Google Cloud Storage the object's generation.
    """

    key: str
    size: int
    modified: datetime
    etag: str


def info_of(found: Any, mark: str = "e_tag") -> ObjectInfo:
    """Give what obstore says of an object; `mark` names what it knows its content by."""
    return ObjectInfo(found["path"], found["size"], found["last_modified"], found[mark] or "")


def checked(key: str) -> str:
    """Give a key, if it is one.

    Raises:
        UserError: It is empty, leaves the bucket, or names no object.
    """
    parts = key.split("/")
    if not key or _NOWHERE.search(key) or any(part in {"", ".", ".."} for part in parts):
        raise UserError(f"{key!r} is no key of an object.", hint="Write a path such as 'raw/permits.csv'.")
    return key


def is_without_bucket(error: Exception) -> bool:
    """Say whether a store answers that there is no such bucket or container."""
    return any(code in str(error) for code in _NO_BUCKET)


def _no_bucket(store: str) -> UserError:
    return UserError(
        f"The bucket or container of {store} is not there.",
        hint="Look at its name, the region and the endpoint; somebody creates it first.",
    )


@contextmanager
def told(store: str, key: str, errors: Any) -> Iterator[None]:
    """Turn what obstore raises into an error for people, without the answer of the store.

    Args:
        store: The resource's name.
        key: The key that it is about.
        errors: The module `obstore.exceptions`.
    """
    try:
        yield
    except (errors.NotFoundError, FileNotFoundError) as error:
        if is_without_bucket(error):
            raise _no_bucket(store) from None
        raise UserError(f"{store} has no object {key!r}.", hint="List what is there: list_objects().") from None
    except errors.AlreadyExistsError:
        raise UserError(f"{store} has an object {key!r} already.") from None
    except errors.PreconditionError:
        raise UserError(
            f"The object {key!r} of {store} was changed meanwhile.", hint="Read it again, then write."
        ) from None
    except (errors.PermissionDeniedError, errors.UnauthenticatedError):
        raise UserError(f"{store} does not allow this on {key!r}.", hint="Look at the credentials.") from None
    except errors.InvalidPathError:
        raise UserError(
            f"{store} holds a key under {key!r} that is no path: with '//', a slash at an end, or a control character.",
            hint="List a prefix without it, or rename it with the store's own tool.",
        ) from None
    except errors.BaseError as error:
        if is_without_bucket(error):
            raise _no_bucket(store) from None
        raise UserError(
            f"{store} did not answer for {key!r} ({type(error).__name__}).",
            hint="Look at the name of the bucket, the region, the network and the credentials.",
        ) from None
