"""Keeping DuckDB to one thread, so that sums agree to the last bit. Polars and BLAS are told by the environment."""

from __future__ import annotations

import functools
from typing import Any

# Read by the libraries when they load: set by whoever starts the process
_COUNTS = ("POLARS_MAX_THREADS", "RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
ONE_THREAD = dict.fromkeys(_COUNTS, "1")


def limit_duckdb() -> None:
    """Have DuckDB's default connection, and every one opened from now on in this process, use one thread."""
    import duckdb  # noqa: PLC0415 - only processes that run a notebook or its assets need it

    connect = duckdb.connect
    if hasattr(connect, "__wrapped__"):
        return

    @functools.wraps(connect)
    def connect_with_one_thread(*arguments: Any, **named: Any) -> Any:
        connection = connect(*arguments, **named)
        connection.execute("SET threads = 1")
        return connection

    duckdb.connect = connect_with_one_thread
    duckdb.execute("SET threads = 1")
