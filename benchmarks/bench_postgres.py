"""PostgresResource against pandas and SQLAlchemy: a million rows of ten columns read, and written.

    .venv/bin/python benchmarks/bench_postgres.py PEER

PEER is a Python that has pandas, SQLAlchemy and psycopg, which the project does not need. A real PostgreSQL is started
for the run. Each measurement is a process of its own, in turn with the others; imports and the first connection are
taken off. CPU is the client's; wall time has the server's share in it.

Budgets, of the client's CPU in one run: `pandas.read_sql` takes at least 5 times that of reading, `DataFrame.to_sql` at
least 10 times that of writing. Exits 1 beyond one.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

ROWS, ROUNDS = 1_000_000, 3
READ_BUDGET, WRITE_BUDGET = 5.0, 10.0
SELECT = "SELECT * FROM permits"
TABLE = f"""CREATE TABLE permits AS SELECT i AS permit_id, 'authority ' || i % 300 AS authority, i % 1000 / 7.0::float8
AS fee, date '2020-01-01' + i % 2000 AS decided_on, timestamptz '2025-01-01 00:00Z' - i * interval '1 second' AS at,
i % 2 = 0 AS open, CASE WHEN i % 10 > 0 THEN 'note text ' || i END AS note, i % 977 AS units,
(i * 1.25)::numeric(12,2) AS cost, i::bigint * 7 AS big FROM generate_series(1, {ROWS}) i"""  # noqa: S608 - of our own number

TIMED = """
import json, sys, time
folder = sys.argv[1]
def timed(call):
    wall, cpu = time.perf_counter(), time.process_time()
    call()
    print(json.dumps({"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}))
"""
OURS = f"""{TIMED}
from platform_core.resources import PostgresResource
register = PostgresResource(host=folder)
register.execute_query("SELECT 1 AS one")
"""
THEIRS = f"""{TIMED}
import pandas as pd, sqlalchemy
engine = sqlalchemy.create_engine(f"postgresql+psycopg://postgres@/postgres?host={{folder}}")
engine.connect().execute(sqlalchemy.text("SELECT 1")).all()
"""
FIRST = f'frame = register.execute_query("{SELECT}")\nregister.execute("TRUNCATE copied")\n'
PARAMS = '{"no": 0, "day": "1999-01-01"}'
PROGRAMS = {
    "execute_query": f'{OURS}timed(lambda: register.execute_query("{SELECT}"))',
    "execute_query with parameters": (
        f'{OURS}timed(lambda: register.execute_query("{SELECT} WHERE permit_id > %(no)s AND decided_on > %(day)s", '
        f"{PARAMS}))"
    ),
    "pandas.read_sql": f'{THEIRS}timed(lambda: pd.read_sql("{SELECT}", engine))',
    "write_table": f'{OURS}{FIRST}timed(lambda: register.write_table(frame, "copied"))',
    "write_table, truncate": f'{OURS}{FIRST}timed(lambda: register.write_table(frame, "copied", mode="truncate"))',
    "DataFrame.to_sql": (
        f'{THEIRS}frame = pd.read_sql("{SELECT}", engine)\n'
        'timed(lambda: frame.to_sql("to_sql", engine, if_exists="replace", index=False, chunksize=10_000))'
    ),
}


def main() -> int:
    """Measure, print and judge."""
    if len(sys.argv) != 2:
        print("give a Python that has pandas, SQLAlchemy and psycopg: its figures are what ours are judged by")
        return 0
    root = Path(__file__).parents[1]
    sys.path.insert(0, str(root))
    from tests.servers.postgres import running_postgres  # noqa: PLC0415 - behind the path

    found: dict[str, list[dict[str, float]]] = {name: [] for name in PROGRAMS}
    with running_postgres() as server:
        server.execute(TABLE, "ANALYZE permits", "CREATE TABLE copied (LIKE permits)")
        for _ in range(ROUNDS):
            for name, program in PROGRAMS.items():
                python = sys.executable if program.startswith(OURS) else sys.argv[1]
                ran = subprocess.run(
                    [python, "-c", program, server.folder],
                    capture_output=True,
                    check=True,
                    text=True,
                    env={**os.environ, "PYTHONPATH": str(root)},
                )
                found[name].append(json.loads(ran.stdout.splitlines()[-1]))
    walls, cpus = (
        {name: statistics.median(one[key] for one in rows) for name, rows in found.items()} for key in ("wall", "cpu")
    )
    print(f"{ROWS:,} rows of ten columns, median of {ROUNDS}")
    for name in found:
        peer = "pandas.read_sql" if "execute" in name or "read" in name else "DataFrame.to_sql"
        print(
            f"{name:32} {walls[name]:7.2f} s wall {cpus[name]:7.2f} s CPU; "
            f"{peer} takes {walls[peer] / walls[name]:.1f} times the wall, {cpus[peer] / cpus[name]:.1f} the CPU"
        )
    slow = [
        name
        for name, peer, least in (
            ("execute_query", "pandas.read_sql", READ_BUDGET),
            ("write_table", "DataFrame.to_sql", WRITE_BUDGET),
        )
        if cpus[peer] / cpus[name] < least
    ]
    print("within the budgets" if not slow else f"beyond the budget: {', '.join(slow)}")
    return bool(slow)


if __name__ == "__main__":
    sys.exit(main())
