"""Which resources a factory works with: any other is told at once, and not by what it lacks."""

from __future__ import annotations

from typing import Any

from platform_core.errors import UserError

_DATABASE = "a database: postgres, redshift or snowflake"
_STORE = "a files resource or an object store: files, s3, gcs or azure_blob"
# What each needs, by a method that only such a resource has: a project's own class may have it too
_NEEDS: dict[str, tuple[tuple[str, ...], str]] = {
    "ingest_table": (("table_sql",), _DATABASE),
    "ingest_api": (("save",), "an API: http"),
    "ingest_files": (("names", "iter_objects"), _STORE),
    "ingest_spreadsheet": (("names", "download_file"), _STORE),
    "publish_file": (("writing", "upload_file"), _STORE),
    "publish_object": (("writing", "upload_file"), _STORE),
    "publish_index": (("writing", "upload_file"), _STORE),
    "publish_table": (("write_table",), _DATABASE),
}


def suited(resource: Any, factory: str) -> Any:
    """Give a resource, if the factory works with it.

    Args:
        resource: The resource.
        factory: The factory's name.

    Raises:
        UserError: It is of another kind, or none; it says which kinds would do.

    >>> suited("register", "publish_table")
    Traceback (most recent call last):
    platform_core.errors.UserError: publish_table of a frame is given 'register', a name.
    hint: Give the resource itself, resource('register'), or an asset's name in place of the frame.
    """
    methods, kinds = _NEEDS[factory]
    if any(hasattr(resource, method) for method in methods):
        return resource
    if isinstance(resource, str):
        raise UserError(
            f"{factory} of a frame is given {resource!r}, a name.",
            hint=f"Give the resource itself, resource({resource!r}), or an asset's name in place of the frame.",
        )
    name = getattr(resource, "name", "")
    raise UserError(
        f"{factory} works with no {type(resource).__name__}{f', which {name!r} is' if name else ''}.",
        hint=f"It takes {kinds}.",
    )
