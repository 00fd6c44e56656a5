"""Names of a package that are loaded when they are first asked for, so that importing it costs next to nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from platform_core.hints import Any


def loader(package: str, places: Mapping[str, str]) -> Callable[[str], Any]:
    """Give the `__getattr__` of a package whose names stand in modules that are costly to import.

    Args:
        package: The package's `__name__`.
        places: The module of each name: a bare name stands in the package, one with dots anywhere.

    >>> load = loader("platform_core", {"canonical_json": "canonical"})
    >>> load("no_such_name")
    Traceback (most recent call last):
    AttributeError: module 'platform_core' has no attribute 'no_such_name'
    """

    def load(name: str) -> Any:
        """Load a name of the package when it is first asked for."""
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        from importlib import import_module  # noqa: PLC0415 - most packages are imported for one module, not for a name

        place = places[name]
        return getattr(import_module(place if "." in place else f"{package}.{place}"), name)

    return load
