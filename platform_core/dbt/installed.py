"""Whether dbt is installed here, told without importing it."""

from __future__ import annotations

from importlib.util import find_spec

NEEDED = ("dagster_dbt", "dbt.adapters.duckdb")


def lacking() -> str:
    """Give the package of the extra `dbt` that is not installed, empty where none is missing.

    >>> lacking() in ("", *NEEDED)
    True
    """
    return next((package for package in NEEDED if not _is_there(package)), "")


def _is_there(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        return False
