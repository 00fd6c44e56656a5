"""The SQL that a step runs on a database, noted so that its lineage reaches the tables of that database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from platform_core.values import dataclass


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was run.

    Attributes:
        sql: Its text, without the values of its parameters.
        dialect: As sqlglot names it.
        frame: The frame that it gave.
    """

    sql: str
    dialect: str
    frame: Any


_MOST = 50  # a query that is read in batches is noted with each of them
_NOTED: ContextVar[list[Query] | None] = ContextVar("noted", default=None)


@contextmanager
def noting() -> Iterator[list[Query]]:
    """Note every query that a resource runs inside the block, in this thread or task.

    >>> with noting() as queries:
    ...     frame = note("SELECT 1", "postgres", "the frame that it gave")
    >>> frame, len(queries)
    ('the frame that it gave', 1)
    """
    noted: list[Query] = []
    token = _NOTED.set(noted)
    try:
        yield noted
    finally:
        _NOTED.reset(token)


def note(sql: str, dialect: str, frame: Any) -> Any:
    """Note a query where somebody asked for that, and give its frame back."""
    noted = _NOTED.get()
    if noted is not None:
        noted.append(Query(sql, dialect, frame))
    return frame
