"""Writing tables of a real PostgreSQL: append, upsert, truncate, and what a kill leaves."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from platform_core.errors import UserError
from platform_core.resources import PostgresResource
from tests.servers.postgres import READER_PASSWORD, PostgresServer

ROWS = pl.DataFrame({"permit_id": [1, 2], "authority": ["Ambridge", None], "fee": [Decimal("1.25"), None]})


@pytest.fixture(scope="module")
def database(postgres: PostgresServer) -> str:
    return postgres.new_database()


@pytest.fixture
def register(postgres: PostgresServer, database: str) -> Iterator[PostgresResource]:
    """Give a database without tables of others: to empty one costs a twentieth of making one."""
    postgres.execute("DROP SCHEMA public CASCADE", "CREATE SCHEMA public AUTHORIZATION reader", database=database)
    resource = PostgresResource(host=postgres.folder, database=database, username="reader")
    resource.execute("CREATE TABLE permits (permit_id int PRIMARY KEY, authority varchar(20), fee numeric(10,2))")
    yield resource
    resource.close()


def held(register: PostgresResource) -> list[Any]:
    return register.execute_query("SELECT * FROM permits ORDER BY permit_id").rows()


@pytest.mark.parametrize("kind", ["polars", "lazy", "pandas", "arrow", "stream"])
def test_rows_of_every_kind_of_frame_are_appended(register: PostgresResource, kind: str) -> None:
    frames: dict[str, Any] = {
        "polars": ROWS,
        "lazy": ROWS.lazy(),
        "pandas": pd.DataFrame({"permit_id": [1, 2], "authority": ["Ambridge", None], "fee": [1.25, None]}),
        "arrow": ROWS.to_arrow(),
        "stream": pa.RecordBatchReader.from_batches(ROWS.to_arrow().schema, ROWS.to_arrow().to_batches()),
    }
    assert register.write_table(frames[kind], "public.permits") == 2
    assert held(register) == [(1, "Ambridge", Decimal("1.25")), (2, None, None)]


def test_an_upsert_replaces_the_rows_of_the_same_key(register: PostgresResource) -> None:
    register.write_table(ROWS, "permits")
    more = pl.DataFrame({"permit_id": [2, 3], "authority": ["Borchester", "Felpersham"]})
    assert register.write_table(more, "permits", mode="upsert", key="permit_id") == 2
    assert held(register) == [
        (1, "Ambridge", Decimal("1.25")),
        (2, "Borchester", None),
        (3, "Felpersham", None),
    ]
    register.write_table(more.select("permit_id"), "permits", mode="upsert", key=["permit_id"])
    assert len(held(register)) == 3


@pytest.mark.parametrize("mode", ["replace", "truncate"])
def test_all_rows_are_replaced(register: PostgresResource, mode: Any) -> None:
    register.write_table(ROWS, "permits")
    register.write_table(pl.DataFrame({"permit_id": [9]}), "permits", mode=mode)
    assert held(register) == [(9, None, None)]
    register.write_table(ROWS.clear(), "permits", mode=mode)
    assert held(register) == []


def test_values_arrive_in_the_types_of_the_table(register: PostgresResource) -> None:
    register.execute(
        "CREATE TABLE nasty (day date, at timestamptz, tags text[], about jsonb, id uuid, big numeric, yes boolean, "
        "kind text, raw bytea, small smallint)"
    )
    frame = pl.DataFrame(
        {
            "day": ["2025-01-31"],
            "at": [dt.datetime(2025, 1, 31, 12, tzinfo=dt.UTC)],
            "tags": [["a", 'b "c", d']],
            "about": [{"x": 1, "y": "z"}],
            "id": ["6a3b1b57-31b4-4d8b-9a67-0d3c8b0c7a00"],
            "big": pl.Series([2**63 - 1], dtype=pl.UInt64),
            "yes": [True],
            "kind": pl.Series(['a,\n"b"\\N'], dtype=pl.Categorical),
            "raw": [b"\x00\xff"],
            "small": pl.Series([7], dtype=pl.UInt8),
        }
    )
    register.write_table(frame, "nasty")
    got = register.execute_query("SELECT * FROM nasty").row(0, named=True)
    assert got["day"] == dt.date(2025, 1, 31)
    assert got["at"] == dt.datetime(2025, 1, 31, 12, tzinfo=dt.UTC)
    assert got["tags"] == ["a", 'b "c", d']
    assert got["about"] == '{"x": 1, "y": "z"}'
    assert got["kind"] == 'a,\n"b"\\N'
    assert (got["id"], got["big"], got["yes"], got["raw"], got["small"]) == (
        frame["id"][0],
        Decimal(2**63 - 1),
        True,
        b"\x00\xff",
        7,
    )


def test_times_do_not_depend_on_the_zone_that_the_server_is_set_to(
    postgres: PostgresServer, register: PostgresResource, database: str
) -> None:
    noon = dt.datetime(2025, 7, 1, 23, 30)
    frame = pl.DataFrame({"zoned": [noon], "bare": pl.Series([noon]).dt.replace_time_zone("UTC")})
    frame = frame.with_columns(day=pl.col("bare").dt.truncate("1d"), text=pl.lit("2025-07-01 23:30"))
    postgres.execute(f"ALTER DATABASE {database} SET timezone TO 'America/New_York'")
    there = PostgresResource(host=postgres.folder, database=database, username="reader")
    try:
        there.execute("CREATE TABLE times (zoned timestamptz, bare timestamp, day date, text timestamptz)")
        there.write_table(frame, "times")
        got = there.execute_query("SELECT * FROM times").row(0)
    finally:
        there.close()
        postgres.execute(f"ALTER DATABASE {database} RESET timezone")
    utc = noon.replace(tzinfo=dt.UTC)
    assert got == (utc, noon, noon.date(), utc)


def test_nothing_of_a_value_is_cut_off_unseen(register: PostgresResource) -> None:
    register.execute("CREATE TABLE fine (at timestamp, clock time, bits bit(1), wide numeric, nothing int)")
    for name, dtype in (("at", pl.Datetime("ns")), ("clock", pl.Time())):
        for value, fits in ((1000, True), (1001, False)):
            frame = pl.DataFrame({name: pl.Series([value]).cast(dtype)})
            if fits:
                assert register.write_table(frame, "fine") == 1
                continue
            with pytest.raises(UserError, match=f"'{name}' holds times finer than a microsecond"):
                register.write_table(frame, "fine")
    with pytest.raises(UserError, match="'bits' would be rounded or cut off in the table"):
        register.write_table(pl.DataFrame({"bits": ["101"]}), "fine")
    frame = pl.DataFrame({"wide": pl.Series([2**100], dtype=pl.Int128), "nothing": [None]})
    assert register.write_table(frame, "fine", mode="truncate") == 1
    assert register.execute_query("SELECT wide::text, nothing FROM fine").row(0) == (str(2**100), None)


NUMBERS, DIGITS = pl.Series([Decimal("1.2345"), None]), pl.Series(["0.1234567890123456789"]).cast(pl.Decimal(38, 20))
MOMENT = dt.datetime(2025, 1, 1, 13, 0, 0, 600_000)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("numeric(10,2)", NUMBERS), ("numeric(10,2)", [1.005]), ("numeric(10,2)", ["1.005"]), ("numeric(3)", ["2.5"]),
        ("real", [0.1]), ("real", [16_777_217]), ("double precision", [2**53 + 1]), ("double precision", DIGITS),
        ("date", [MOMENT]), ("date", ["2025-01-01 10:00"]), ("timestamp(0)", [MOMENT]), ("time(0)", [MOMENT.time()]),
        ("varchar(3)", ["abc "]), ("char(3)", ["abc "]), ("name", ["x" * 64]), ("numeric(5,2)[]", [[1.005]]),
        ("int[]", [[1.5]]), ("date[]", [[MOMENT]]), ("real", ["16777217"]), ("float8", ["0.12345678901234567890"]),
    ],
)  # fmt: skip
def test_a_value_that_the_column_would_change_is_refused(register: PostgresResource, kind: str, values: Any) -> None:
    register.execute(f"CREATE TABLE fit (a {kind})")
    frame = pl.DataFrame({"a": values})
    with pytest.raises(UserError, match=r"A value of 'a' would be rounded or cut off in the table, which has "):
        register.write_table(frame, "fit")
    assert register.execute_query("SELECT count(*) FROM fit").item() == 0


@pytest.mark.parametrize(
    ("kind", "values", "shown"),
    [
        ("numeric", [0.1 + 0.2], "0.30000000000000004"),  # a cast keeps fifteen digits
        ("numeric(10,2)", [120.5], "120.50"), ("numeric", pl.Series([0.1], dtype=pl.Float32), "0.1"),
        ("numeric(5,2)", [float("nan")], "NaN"), ("real", pl.Series([0.1], dtype=pl.Float32), "0.1"),
        ("real", [0.5], "0.5"), ("date", [dt.datetime(2025, 1, 1)], "2025-01-01"),
        ("numeric(5,2)[]", [[0.1]], "{0.10}"),
        ("char(3)", ["a"], "a"), ("int", pl.Series([7], dtype=pl.UInt64), "7"), ("integer", ["007"], "7"),
        ("mood[]", [["ok", None]], "{ok,NULL}"), ("float8", ["1e5"], "100000"), ("time", ["10:00:00"], "10:00:00"),
        ("timestamp", ["2025-01-01T10:00:00Z"], "2025-01-01 10:00:00"), ("date", ["infinity"], "infinity"),
        ("timestamptz", ["2025-01-01 10:00:00.5000000+05:30"], "2025-01-01 04:30:00.5+00"),
        ("text", [0.1], "0.1"), ("numeric", pl.Series([2**100], dtype=pl.Int128), str(2**100)),
    ],
)  # fmt: skip
def test_a_value_that_fits_arrives(register: PostgresResource, kind: str, values: Any, shown: str) -> None:
    register.execute("CREATE TYPE mood AS ENUM ('sad', 'ok')")
    register.execute(f"CREATE TABLE fit (a {kind})")
    register.write_table(pl.DataFrame({"a": values}), "fit")
    assert register.execute_query("SELECT a::text FROM fit")["a"].to_list() == [shown]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("date", "01/02/2025"), ("date", "today"), ("timestamp", "01/02/2025 10:00"), ("timestamptz", "now"),
        ("timestamp", "2025-01-01T10:00:00+05:00"), ("timestamp", "2025-01-01 10:00:00.1234567"),
        ("timestamptz", "2025-01-01 10:00:00.1234567"), ("time", "2025-01-01 10:00:00"), ("time", "10:00+05"),
        ("birthday", "01/02/2025"),
    ],
)  # fmt: skip
def test_a_text_that_a_server_could_read_otherwise_is_no_time(register: PostgresResource, kind: str, text: str) -> None:
    register.execute("CREATE DOMAIN birthday AS date")
    register.execute(f"CREATE TABLE fit (a {kind})")
    with pytest.raises(UserError, match=r"A text of 'a' is no ISO date or time, or says more .*\nhint: Read it before"):
        register.write_table(pl.DataFrame({"a": [text]}), "fit")


def test_what_the_database_fills_itself_is_named(register: PostgresResource) -> None:
    register.execute(
        "CREATE TABLE own (id int GENERATED ALWAYS AS IDENTITY, n int, twice int GENERATED ALWAYS AS (n * 2))"
    )
    for name in ("id", "twice"):
        with pytest.raises(UserError, match=f"itself gives the column '{name}' of 'own' its values .*\nhint: Leave it"):
            register.write_table(pl.DataFrame({name: [1]}), "own")
    assert register.write_table(pl.DataFrame({"n": [4]}), "own") == 1
    assert register.execute_query("SELECT * FROM own").rows() == [(1, 4, 8)]


@pytest.mark.parametrize("mode", ["append", "upsert", "replace", "truncate"])
def test_rows_that_a_trigger_leaves_out_are_told(
    postgres: PostgresServer, register: PostgresResource, database: str, mode: Any
) -> None:
    register.write_table(ROWS, "permits")
    postgres.execute(
        "CREATE FUNCTION drop_odd() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN IF NEW.permit_id % 2 = 1 THEN RETURN NULL; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER odd BEFORE INSERT ON permits FOR EACH ROW EXECUTE FUNCTION drop_odd()",
        database=database,
    )
    more = pl.DataFrame({"permit_id": [4, 5, 6], "authority": ["a", "b", "c"]})
    with pytest.raises(UserError, match=r"Of 3 rows the database took 2 into 'permits': .*\nhint: Nothing was written"):
        register.write_table(more, "permits", mode=mode, key="permit_id" if mode == "upsert" else ())
    assert [row[0] for row in held(register)] == [1, 2]


def test_two_that_upsert_the_same_rows_do_not_wait_for_each_other(register: PostgresResource) -> None:
    ids = pl.DataFrame({"permit_id": range(5_000)})

    def write(frame: pl.DataFrame) -> None:
        for number in range(4):
            register.write_table(frame.with_columns(fee=pl.lit(number)), "permits", mode="upsert", key="permit_id")

    with ThreadPoolExecutor() as pool:
        list(pool.map(write, [ids, ids.reverse()]))
    assert register.execute_query("SELECT count(*), min(fee), max(fee) FROM permits").row(0) == (5_000, 3, 3)


def test_what_no_column_can_take_is_named(register: PostgresResource) -> None:
    register.execute("CREATE TABLE fit (a bigint, b time)")
    with pytest.raises(UserError, match="'a' holds whole numbers beyond 64 bits with a sign"):
        register.write_table(pl.DataFrame({"a": pl.Series([2**64 - 1], dtype=pl.UInt64)}), "fit")
    with pytest.raises(UserError, match=r"'b' holds moments, and the table times of day.\nhint: Write `.dt.time"):
        register.write_table(pl.DataFrame({"b": [MOMENT]}), "fit")


def test_a_table_may_be_called_as_the_staged_one(register: PostgresResource) -> None:
    register.execute("CREATE TABLE workbench_staged (id int)")
    assert register.write_table(pl.DataFrame({"id": [7]}), "workbench_staged") == 1
    assert register.execute_query("SELECT id FROM workbench_staged").item() == 7


@pytest.mark.parametrize(
    ("frame", "options", "message"),
    [
        (pl.DataFrame({"permit_id": [1], "fees": [1]}), {}, r"no column 'fees'.\nhint: Did you mean 'fee'"),
        (ROWS, {"table": "permit"}, "has no table 'permit'"),
        (ROWS, {"table": "a.b.c"}, "named `table` or `schema.table`"),
        (ROWS, {"mode": "replaced"}, r"no mode 'replaced'.\nhint: Did you mean 'replace'"),
        (ROWS, {"mode": "upsert"}, "needs a key="),
        (ROWS, {"key": "permit_id"}, "nothing else takes one"),
        (ROWS, {"mode": "upsert", "key": "id"}, "no key column 'id'"),
        (ROWS.drop_nulls(), {"mode": "upsert", "key": "fee"}, "no unique or exclusion constraint"),
        (pl.concat([ROWS, ROWS]), {"mode": "upsert", "key": "permit_id"}, "cannot affect row a second time"),
        (pl.concat([ROWS, ROWS]), {}, "duplicate key value violates unique constraint"),
        (pl.DataFrame({"permit_id": [1.5]}), {}, "holds floats"),
        (pl.DataFrame({"permit_id": [Decimal("1.5")]}), {}, "holds decimals"),
        (pl.DataFrame({"permit_id": [[[1]]]}), {}, "'permit_id' holds lists of lists"),
        (pl.DataFrame({"permit_id": [None, 1]}), {"mode": "upsert", "key": "permit_id"}, "has no key"),
        (pl.DataFrame({"permit_id": [2**40]}), {}, "integer out of range"),
        (
            pl.DataFrame({"permit_id": [1], "authority": ["planted " * 9]}),
            {},
            "'authority' would be rounded or cut off in the table, which has character",
        ),
        (pl.DataFrame({"permit_id": ["planted"]}), {}, "invalid input syntax for type integer"),
        (pl.DataFrame({"permit_id": pl.Series([2**64 - 1], dtype=pl.UInt64)}), {}, "beyond 64 bits"),
        (pl.LazyFrame({"permit_id": ["planted"]}).cast(pl.Int64), {}, "cannot be computed"),
        (pl.DataFrame(), {}, "no columns"),
        (7, {}, "no frame"),
    ],
)
def test_what_cannot_be_written_leaves_the_table_as_it_was(
    register: PostgresResource, frame: Any, options: dict[str, Any], message: str
) -> None:
    register.write_table(pl.DataFrame({"permit_id": [7]}), "permits")
    with pytest.raises(UserError, match=message) as caught:
        register.write_table(frame, **{"table": "permits", **options})
    assert "planted" not in str(caught.value)
    assert held(register) == [(7, None, None)]


def test_a_table_that_may_not_be_emptied_is_told_with_what_helps(
    postgres: PostgresServer, database: str, register: PostgresResource
) -> None:
    register.execute("CREATE TABLE visits (permit_id int REFERENCES permits)")
    with pytest.raises(UserError, match=r'referenced in a foreign key .*\nhint: .* write mode="upsert"') as caught:
        register.write_table(ROWS, "permits", mode="truncate")
    assert "CASCADE" not in str(caught.value)
    assert register.write_table(ROWS, "permits", mode="upsert", key="permit_id") == 2
    postgres.execute("CREATE TABLE foreign_permits (permit_id int)", database=database)
    with pytest.raises(UserError, match=r"permission denied for table .*\nhint: Its owner grants INSERT"):
        register.write_table(ROWS.select("permit_id"), "foreign_permits", mode="truncate")


def test_a_publisher_that_waits_for_a_reader_says_so(postgres: PostgresServer, database: str) -> None:
    kept: Any = {"host": postgres.folder, "database": database, "username": "reader"}
    reader, writer = PostgresResource(**kept), PostgresResource(**kept, statement_timeout_seconds=1)
    reader.execute("CREATE TABLE IF NOT EXISTS waited AS SELECT generate_series(1, 3) AS permit_id")
    rows = reader.stream_query("SELECT permit_id FROM waited", batch_rows=1)
    assert next(rows).row(0) == (1,)
    with pytest.raises(UserError, match=r"statement timeout .*\nhint: Does another transaction hold the table open"):
        writer.write_table(pl.DataFrame({"permit_id": [4]}), "waited", mode="truncate")
    assert sum(part.height for part in rows) == 2
    assert writer.write_table(pl.DataFrame({"permit_id": [4]}), "waited", mode="truncate") == 1
    reader.close()
    writer.close()


@pytest.fixture
def other(postgres: PostgresServer, database: str) -> Iterator[Any]:
    """Give a connection of its own, whose transaction stays open."""
    import adbc_driver_postgresql.dbapi as adbc

    with adbc.connect(f"postgresql://reader@/{database}?host={postgres.folder}") as connection:
        with connection.cursor() as cursor:
            yield cursor
        connection.rollback()


def asked(cursor: Any, sql: str) -> list[Any]:
    cursor.execute(sql)
    found: list[Any] = cursor.fetchall()
    return found


def test_a_replacement_waits_for_no_reader_and_keeps_none_waiting(register: PostgresResource, other: Any) -> None:
    register.write_table(ROWS, "permits")
    other.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    count = "SELECT count(*), min(permit_id) FROM permits"
    assert asked(other, count) == [(2, 1)]
    assert register.write_table(pl.DataFrame({"permit_id": [9]}), "permits", mode="replace") == 1
    assert register.execute_query(count).row(0) == (1, 9)
    assert asked(other, count) == [(2, 1)], "a transaction goes on seeing what it saw"


def test_readers_are_served_while_a_replacement_waits_for_who_writes(register: PostgresResource, other: Any) -> None:
    register.write_table(ROWS, "permits")
    other.execute("INSERT INTO permits VALUES (3)")
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'permits'::regclass"
    with ThreadPoolExecutor() as pool:
        written = pool.submit(register.write_table, pl.DataFrame({"permit_id": [9]}), "permits", mode="replace")
        while not register.execute_query(waiting).item():
            assert not written.done()
        assert [row[0] for row in held(register)] == [1, 2]
        other.execute("COMMIT")
        assert written.result() == 1
    assert [row[0] for row in held(register)] == [9], "what was written while it waited is replaced too"


def test_a_replacement_that_would_leave_rows_or_change_others_is_refused(
    postgres: PostgresServer, database: str, register: PostgresResource
) -> None:
    register.write_table(ROWS, "permits")
    nine = pl.DataFrame({"permit_id": [9]})
    register.execute("CREATE TABLE visits (permit_id int REFERENCES permits ON DELETE CASCADE)")
    with pytest.raises(UserError, match=r"of 'permits' would delete or change rows of 'visits'.*\nhint: .*upsert"):
        register.write_table(nine, "permits", mode="replace")
    register.execute("ALTER TABLE visits DROP CONSTRAINT visits_permit_id_fkey")
    register.execute("ALTER TABLE visits ADD FOREIGN KEY (permit_id) REFERENCES permits")
    register.execute("INSERT INTO visits VALUES (1)")
    with pytest.raises(UserError, match=r"violates foreign key constraint .*\nhint: .* write mode=\"upsert\""):
        register.write_table(nine, "permits", mode="replace")
    register.execute("DROP TABLE visits")
    left = {
        "CREATE RULE keeps AS ON DELETE TO permits DO INSTEAD NOTHING": "DROP RULE keeps ON permits",
        "CREATE POLICY own ON permits USING (permit_id > 1)": "DROP POLICY own ON permits",
    }
    postgres.execute("ALTER TABLE permits FORCE ROW LEVEL SECURITY", database=database)
    for made, undone in left.items():
        security = "ENABLE" if "POLICY" in made else "DISABLE"
        postgres.execute(made, f"ALTER TABLE permits {security} ROW LEVEL SECURITY", database=database)
        with pytest.raises(UserError, match="Not all rows of 'permits' can be deleted"):
            register.write_table(nine, "permits", mode="replace")
        postgres.execute(undone, "ALTER TABLE permits DISABLE ROW LEVEL SECURITY", database=database)
        assert [row[0] for row in held(register)] == [1, 2]
    postgres.execute(f"ALTER DATABASE {database} SET default_transaction_isolation TO 'repeatable read'")
    strict = PostgresResource(host=postgres.folder, database=database, username="reader")
    try:
        with pytest.raises(UserError, match=r"another isolation than READ COMMITTED.*\nhint: Write mode=\"truncate\""):
            strict.write_table(nine, "permits", mode="replace")
    finally:
        strict.close()
        postgres.execute(f"ALTER DATABASE {database} RESET default_transaction_isolation")
    assert register.write_table(nine, "permits", mode="replace") == 1


def test_names_are_never_read_as_sql(register: PostgresResource) -> None:
    name = 'a"; DROP TABLE permits; --'
    register.execute('CREATE TABLE "odd; table" ("a""; DROP TABLE permits; --" int)')
    register.write_table(pl.DataFrame({name: [1]}), "odd; table")
    assert register.execute_query('SELECT * FROM "odd; table"').rows() == [(1,)]
    assert held(register) == []


def test_nothing_is_written_while_a_recording_is_replayed(register: PostgresResource, tmp_path: Any) -> None:
    replayed = PostgresResource.replaying(tmp_path, name="register")
    for write in (lambda: replayed.write_table(ROWS, "permits"), lambda: replayed.execute("DELETE FROM permits")):
        with pytest.raises(UserError, match="replays a recording"):
            write()


WRITER = """
import sys
import polars as pl
from platform_core.resources import PostgresResource

register = PostgresResource(host=sys.argv[1], database=sys.argv[2], username="reader")
register.write_table(pl.DataFrame({"permit_id": range(10, 50)}), "permits", mode=sys.argv[3], key=sys.argv[4:])
"""


@pytest.mark.parametrize("options", [["truncate"], ["upsert", "permit_id"], ["append"]])
def test_a_writer_that_is_killed_leaves_the_old_rows(
    register: PostgresResource, postgres: PostgresServer, database: str, options: list[str]
) -> None:
    """The kill comes when the old rows are gone inside the transaction and half of the new ones are there."""
    register.write_table(ROWS, "permits")
    register.execute(
        "CREATE FUNCTION halt() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.permit_id = 30 THEN PERFORM pg_advisory_xact_lock(77); END IF; RETURN NEW; END $$"
    )
    register.execute("CREATE TRIGGER halt BEFORE INSERT ON permits FOR EACH ROW EXECUTE FUNCTION halt()")
    holder = PostgresResource(host=postgres.folder, database=database, username="reader")
    hold = holder.stream_query("SELECT i, pg_advisory_lock(77)::text AS l FROM generate_series(1, 1) i")
    next(hold)
    waiting = (
        "SELECT a.pid FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory' "
        "AND NOT l.granted AND a.usename = 'reader'"
    )
    writer = subprocess.Popen([sys.executable, "-c", WRITER, postgres.folder, database, *options])
    try:
        while not postgres.execute(waiting):  # each turn is a query
            assert writer.poll() is None, "the writer ended before it was killed"
        writer.kill()
        writer.wait()
        (row,) = postgres.execute(waiting)
        postgres.execute(f"SELECT pg_terminate_backend({row[0]})")  # it would see the closed socket only after the lock
    finally:
        writer.kill()
        hold.close()
        holder.close()
    while postgres.execute(waiting):
        pass
    assert held(register) == [(1, "Ambridge", Decimal("1.25")), (2, None, None)]
    register.execute("DROP TRIGGER halt ON permits")
    register.write_table(pl.DataFrame({"permit_id": [9]}), "permits", mode="truncate")
    assert held(register) == [(9, None, None)]


def test_a_full_disk_of_the_server_leaves_the_old_rows(
    register: PostgresResource, postgres: PostgresServer, tmp_path: Path
) -> None:
    small = Path(postgres.folder).with_name("small")  # which the server's user can reach
    small.mkdir()
    owner = (small.parent / "data").stat().st_uid
    command = ["mount", "-t", "tmpfs", "-o", f"size=4m,uid={owner},mode=0700", "tmpfs", str(small)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        small.rmdir()
        pytest.skip("LOUD SKIP: no right to mount a small tmpfs here, and the server's disk cannot be filled otherwise")
    try:
        postgres.execute(f"CREATE TABLESPACE small LOCATION '{small}'", "GRANT CREATE ON TABLESPACE small TO reader")
        register.execute("CREATE TABLE big (n int, pad text) TABLESPACE small")
        register.write_table(pl.DataFrame({"n": [1], "pad": ["x"]}), "big")
        many = pl.DataFrame({"n": range(20_000), "pad": "planted " * 50})
        for mode in ("append", "truncate"):
            with pytest.raises(UserError, match="No space left on device") as caught:
                register.write_table(many, "big", mode=mode)
            assert "planted" not in str(caught.value)
            assert register.execute_query("SELECT n FROM big")["n"].to_list() == [1]
    finally:
        register.execute("DROP TABLE IF EXISTS big")
        postgres.execute("DROP TABLESPACE IF EXISTS small")
        subprocess.run(["umount", str(small)], check=True)  # noqa: S607 - as everywhere on Linux
        small.rmdir()


def test_a_writer_lets_readers_see_the_old_rows_or_the_new(
    register: PostgresResource, postgres: PostgresServer, database: str
) -> None:
    """The rows come from a stream that reads the table between its batches."""
    register.write_table(ROWS, "permits")
    seen = []

    def batches() -> Iterator[pa.RecordBatch]:
        for number in range(3):
            seen.append(len(held(register)))
            yield from pl.DataFrame({"permit_id": [number + 10]}).to_arrow().to_batches()

    schema = pa.schema([("permit_id", pa.int64())])
    register.write_table(pa.RecordBatchReader.from_batches(schema, batches()), "permits", mode="truncate")
    assert seen == [2, 2, 2]
    assert len(held(register)) == 3


def test_a_password_of_special_characters_connects(postgres: PostgresServer, database: str) -> None:
    resource = PostgresResource(host=postgres.address, database=database, username="reader", password=READER_PASSWORD)
    assert resource.execute("CREATE TABLE t (a int)") == -1
    assert resource.execute("INSERT INTO t VALUES (1), (2)") == 2
    resource.execute("INSERT INTO t VALUES (%(a)s)", {"a": 3})
    assert resource.execute_query("SELECT sum(a) AS a FROM t")["a"].item() == 6
    resource.close()
