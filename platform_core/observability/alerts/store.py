"""What is known of incidents, what waits to be told, and what was: in SQLite, or in a PostgreSQL that machines share.

Each change is one transaction that only one process has at a time, so that nothing is told twice by two processes. A
message is written down before it is sent; one whose sender died is sent again, under the same id.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import NullPool, StaticPool

_LOCK = 0x776F726B  # the number of the lock that PostgreSQL holds for a transaction
_TABLES = sa.MetaData()

INCIDENTS = sa.Table(
    "workbench_incidents",
    _TABLES,
    sa.Column("key", sa.String(300), primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("opened_at", sa.Float, nullable=False),
    sa.Column("seen_at", sa.Float, nullable=False),
    sa.Column("told_at", sa.Float, nullable=False),
    sa.Column("closed_at", sa.Float, nullable=True, index=True),  # None while it is open
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("occurrence", sa.String(300), nullable=False),
    sa.Column("severity", sa.Integer, nullable=False),  # its place in SEVERITIES
    sa.Column("alert", sa.Text, nullable=False),
)
TOLD = sa.Table(  # which channels were told of which open incident
    "workbench_told",
    _TABLES,
    sa.Column("key", sa.String(300), primary_key=True),
    sa.Column("channel", sa.String(100), primary_key=True),
)
WAITING = sa.Table(
    "workbench_waiting",
    _TABLES,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("channel", sa.String(100), nullable=False),
    sa.Column("key", sa.String(300), nullable=False),
    sa.Column("what", sa.String(10), nullable=False),
    sa.Column("severity", sa.Integer, nullable=False),
    sa.Column("urgent", sa.Boolean, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("alert", sa.Text, nullable=False),
    sa.UniqueConstraint("channel", "key", "what"),
    sa.Index("workbench_waiting_urgent", "channel", "urgent"),
    sa.Index("workbench_waiting_severity", "channel", "severity"),
    sqlite_autoincrement=True,
)
MESSAGES = sa.Table(
    "workbench_messages",
    _TABLES,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("channel", sa.String(100), nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("status", sa.String(10), nullable=False),  # sending, sent, failed, given up, dry
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_at", sa.Float, nullable=False),  # when another may send it, or try again
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("problem", sa.Text, nullable=False),
    sa.Index("workbench_messages_channel_at", "channel", "at"),
)


class AlertStore:
    """The tables of alerts in one database.

    Args:
        url: Of SQLAlchemy: `sqlite:///…`, `postgresql+psycopg2://…`, or `sqlite://` for memory.

    >>> store = AlertStore("sqlite://")
    >>> with store.transaction() as connection:
    ...     connection.execute(sa.select(sa.func.count()).select_from(INCIDENTS)).scalar()
    0
    """

    def __init__(self, url: str) -> None:
        memory = url == "sqlite://"
        self._sqlite = url.startswith("sqlite")
        self._engine = sa.create_engine(
            url,
            poolclass=StaticPool if memory else NullPool,  # without a pool, a fork shares no connection
            connect_args={"timeout": 60, "check_same_thread": False} if self._sqlite else {},
            hide_parameters=True,
        )
        self._lock = threading.Lock()  # SQLite in memory has one connection for all threads
        if self._sqlite:
            sa.event.listen(self._engine, "connect", _by_hand)
        self._made = False

    @classmethod
    def in_file(cls, path: Path) -> AlertStore:
        """Give the store in a SQLite file, whose folder is made where it is not there."""
        path.parent.mkdir(parents=True, exist_ok=True)
        return cls(f"sqlite:///{path}")

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """Do some things at once, while no other process does."""
        with self._lock, self._engine.connect() as connection:
            if self._sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            if not self._made:
                _TABLES.create_all(connection)
            yield connection
            connection.commit()
            self._made = True


def _by_hand(connection: Any, _: Any) -> None:
    """Let transactions begin where we say, and let a commit be cheap: after a loss of power the last may be lost."""
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")


def rows(
    connection: sa.Connection, query: sa.Select[Any], values: Mapping[str, Any] | None = None
) -> list[Mapping[str, Any]]:
    """Give the rows of a query as mappings."""
    return [dict(row._mapping) for row in connection.execute(query, values)]
