"""Putting back what a step changed of its process, so that no other step of the process, and no second run, sees it.

A notebook has its process to itself; steps share one: Dagster's own, a warm worker, a test session. A promoted
function that changes the working directory, an option or a package says which by `puts_back`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from platform_core.sdk.package_state import Restore, kept_set_up

P = ParamSpec("P")
T = TypeVar("T")
_SET_UP = "the set-up of "


def puts_back(*states: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Decorate a function so that what it changes of its process is put back when it ends, by an error too.

    A lazy frame that it gives is collected first: what it still has to do needs the state too.

    Args:
        states: What the function changes, in the words of `promote`: `the working directory`, `the environment`,
            `pandas' options`, `the set-up of json` (what a module and its classes hold) and the like.

    >>> @puts_back("the decimal context")
    ... def third():
    ...     decimal.getcontext().prec = 3
    ...     return decimal.Decimal(1) / 3
    >>> import decimal
    >>> third(), decimal.getcontext().prec
    (Decimal('0.333'), 28)
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> T:
            with put_back(*states):
                return _settled(function(*args, **kwargs))

        return run

    return decorate


@contextmanager
def put_back(*states: str) -> Iterator[None]:
    """Put back at the end of the block what it changed of some states; a state that is not known is left as it is.

    >>> with put_back("the environment"):
    ...     os.environ["REGION"] = "north"
    >>> os.environ.get("REGION") is None
    True
    """
    with ExitStack() as stack:
        for state in states:
            if state.startswith(_SET_UP):
                stack.callback(kept_set_up(state.removeprefix(_SET_UP)))
            if state in _KEEPERS:
                stack.callback(_KEEPERS[state]())
        yield


def _settled(value: T) -> T:
    """Collect a lazy frame."""
    polars = sys.modules.get("polars")
    if polars is not None and isinstance(value, polars.LazyFrame):
        return cast("T", value.collect().lazy())
    return value


# What each state is


def _working_directory() -> Restore:
    before = os.getcwd()  # noqa: PTH109 - what chdir takes
    return lambda: os.chdir(before)


def _environment() -> Restore:
    before = {name: value for name in os.environ if (value := os.environ.get(name)) is not None}

    def restore() -> None:
        changed = {name for name in {*os.environ, *before} if os.environ.get(name) != before.get(name)}
        for name in changed:  # and no other: a thread of a library may be reading one
            if name in before:
                os.environ[name] = before[name]
            else:
                os.environ.pop(name, None)
        if "TZ" in changed:
            import time  # noqa: PLC0415 - seldom

            time.tzset()

    return restore


def _pandas() -> Restore:
    import pandas as pd  # noqa: PLC0415 - only where a step sets its options

    def every(options: Any, within: str = "") -> Iterator[tuple[str, Any]]:
        for name, value in options.copy().items():  # setting one may import a module that registers others
            if isinstance(value, dict) and within.count(".") < 2:
                yield from every(value, f"{within}{name}.")
            else:
                yield f"{within}{name}", value

    before = dict(every(pd.options.d))

    def restore() -> None:
        for name, value in every(pd.options.d):
            if name in before and value is not before[name] and value != before[name]:
                pd.set_option(name, before[name])

    return restore


def _polars() -> Restore:
    import polars as pl  # noqa: PLC0415 - as above

    before = pl.Config.save()

    def restore() -> None:
        pl.Config.restore_defaults()
        pl.Config.load(before)

    return restore


def _numpy() -> Restore:
    import numpy as np  # noqa: PLC0415 - as above

    before = np.get_printoptions()
    return lambda: np.set_printoptions(**before)


def _numpy_errors() -> Restore:
    import numpy as np  # noqa: PLC0415 - as above

    before, size = np.geterr(), np.getbufsize()

    def restore() -> None:
        np.seterr(**before)
        np.setbufsize(size)

    return restore


def _locale() -> Restore:
    import locale  # noqa: PLC0415 - as above

    before = locale.setlocale(locale.LC_ALL)
    return lambda: None if locale.setlocale(locale.LC_ALL) == before else locale.setlocale(locale.LC_ALL, before)


def _decimal() -> Restore:
    import decimal  # noqa: PLC0415 - as above

    before = decimal.getcontext().copy()
    return lambda: decimal.setcontext(before)


def _module_places() -> Restore:
    path, finders, hooks = sys.path, sys.meta_path, sys.path_hooks
    held, found, hooked = list(path), list(finders), list(hooks)

    def restore() -> None:
        sys.path, sys.meta_path, sys.path_hooks = path, finders, hooks
        sys.path[:], sys.meta_path[:], sys.path_hooks[:] = held, found, hooked

    return restore


def _warnings() -> Restore:
    import warnings  # noqa: PLC0415 - as above

    kept = warnings.catch_warnings()
    kept.__enter__()
    return lambda: kept.__exit__(None, None, None)


def _socket() -> Restore:
    import socket  # noqa: PLC0415 - as above

    before = socket.getdefaulttimeout()
    return lambda: socket.setdefaulttimeout(before)


def _csv() -> Restore:
    import csv  # noqa: PLC0415 - as above

    limit, before = csv.field_size_limit(), {name: csv.get_dialect(name) for name in csv.list_dialects()}

    def restore() -> None:
        csv.field_size_limit(limit)
        for name in csv.list_dialects():
            csv.unregister_dialect(name)
        for name, dialect in before.items():
            csv.register_dialect(name, dialect)  # type: ignore[arg-type]  # what get_dialect gave; its stub has the class

    return restore


def _calendar() -> Restore:
    import calendar  # noqa: PLC0415 - as above

    before = calendar.firstweekday()
    return lambda: calendar.setfirstweekday(before)


def _duckdb() -> Restore:
    """Give the function a default connection of its own."""
    import duckdb  # noqa: PLC0415 - as above

    before = duckdb.default_connection()
    duckdb.set_default_connection(duckdb.connect())
    return lambda: duckdb.set_default_connection(before)


def _streams() -> Restore:
    before = sys.stdout, sys.stderr

    def restore() -> None:
        sys.stdout, sys.stderr = before

    return restore


_KEEPERS: dict[str, Callable[[], Restore]] = {
    "the working directory": _working_directory,
    "the environment": _environment,
    "the time zone": _environment,
    "pandas' options": _pandas,
    "how pandas shows frames": _pandas,
    "how Polars shows frames": _polars,
    "the set-up of polars": _polars,
    "how NumPy shows arrays": _numpy,
    "the set-up of numpy": _numpy_errors,
    "the locale": _locale,
    "what print writes to": _streams,
    "the decimal context": _decimal,
    "where modules are looked for": _module_places,
    "the set-up of warnings": _warnings,
    "the set-up of socket": _socket,
    "the set-up of csv": _csv,
    "the set-up of calendar": _calendar,
    "DuckDB's default connection": _duckdb,
}
