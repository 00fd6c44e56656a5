from __future__ import annotations

import duckdb
import pytest  # noqa: TC002 - as everywhere in tests

from promote.verify.threads import ONE_THREAD, limit_duckdb


def test_every_connection_has_one_thread(monkeypatch: pytest.MonkeyPatch):
    before = duckdb.execute("SELECT current_setting('threads')").fetchall()
    monkeypatch.setattr(duckdb, "connect", duckdb.connect)  # put back at the end
    try:
        limit_duckdb()
        limit_duckdb()
        connection = duckdb.connect(config={"threads": 2})
        assert connection.execute("SELECT current_setting('threads')").fetchall() == [(1,)]
        assert duckdb.execute("SELECT current_setting('threads')").fetchall() == [(1,)]
    finally:
        duckdb.execute(f"SET threads = {before[0][0]}")
    assert ONE_THREAD["POLARS_MAX_THREADS"] == "1"
