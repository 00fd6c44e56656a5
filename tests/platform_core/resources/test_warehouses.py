"""Redshift over PostgreSQL's protocol, against a real PostgreSQL; Snowflake against fakesnow's server.

No Redshift can be run here: what differs from PostgreSQL on the server (its types, its own COPY) is not shown. Every
statement that it gets while a table is written is one that Redshift documents.
"""

from __future__ import annotations

import datetime as dt
import logging
import socket
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from threading import Thread
from typing import Any

import fakesnow
import polars as pl
import pyarrow as pa
import pytest

from platform_core.errors import UserError
from platform_core.resources import RedshiftResource, SnowflakeResource
from tests.servers.postgres import READER_PASSWORD, PostgresServer

PASSWORD = "planted-snow"  # noqa: S105 - of a server that lives as long as the tests


@pytest.fixture
def redshift(postgres: PostgresServer) -> Iterator[RedshiftResource]:
    resource = RedshiftResource(
        host=postgres.address,
        port=5432,
        database=postgres.new_database(),
        username="reader",
        password=READER_PASSWORD,
        sslmode="prefer",
    )
    yield resource
    resource.close()


def test_redshift_has_its_own_defaults_and_the_same_queries(redshift: RedshiftResource) -> None:
    assert (RedshiftResource().port, RedshiftResource().database, RedshiftResource().sslmode) == (
        5439,
        "dev",
        "require",
    )
    found = redshift.execute_query("SELECT %(day)s::date + 1 AS next, %(n)s * 2 AS n", {"day": "2025-01-31", "n": 4})
    assert found.rows() == [(dt.date(2025, 2, 1), 8)]
    with pytest.raises(UserError, match="Redshift says: relation"):
        redshift.execute_query("SELECT * FROM nothing")


ROWS = pl.DataFrame(
    {
        "permit_id": [1, 2],
        "authority": ["Ambridge", None],
        "fee": [Decimal("1.25"), None],
        "day": [dt.date(2025, 1, 31), None],
        "seen": dt.datetime(2025, 1, 31, 12, 0, 0, 123_456),  # fakesnow gives a null timestamp as 1970
        "open": [True, None],
    }
)
HELD = [
    (1, "Ambridge", Decimal("1.25"), dt.date(2025, 1, 31), dt.datetime(2025, 1, 31, 12, 0, 0, 123_456), True),
    (2, None, None, None, dt.datetime(2025, 1, 31, 12, 0, 0, 123_456), None),
]


@pytest.fixture
def table(redshift: RedshiftResource) -> str:
    redshift.execute("DROP TABLE IF EXISTS public.written")
    redshift.execute(
        "CREATE TABLE public.written (permit_id int, authority varchar(20), fee numeric(10,2), day date, "
        "seen timestamp, open boolean)"
    )
    return "public.written"


def written(resource: RedshiftResource | SnowflakeResource) -> list[Any]:
    return resource.execute_query("SELECT * FROM written ORDER BY permit_id").rows()


# What either would change without a word, and what is said of it
CHANGED: list[tuple[Any, str]] = [
    ({"day": ["01/02/2025"]}, "A text of 'day' is no ISO date or time .*\\nhint: .*01/02 may be in January"),
    ({"day": ["20250201"]}, "A text of 'day'"),
    ({"day": ["2025-02-30"]}, "A text of 'day'"),
    ({"day": [dt.datetime(2025, 1, 31, 12)]}, "A value of 'day' would be rounded, cut off or read"),
    ({"seen": ["01/02/2025 10:00"]}, "A text of 'seen'"),
    ({"seen": ["2025-01-31 12:00+02:00"]}, "A text of 'seen'"),
    ({"fee": [Decimal("1.005")]}, "A value of 'fee' would be rounded"),
    ({"fee": [1.005]}, "A value of 'fee' would be rounded"),
    ({"fee": ["1.005"]}, "A value of 'fee' would be rounded"),
    ({"permit_id": ["1.5"]}, "A value of 'permit_id'"),
    ({"permit_id": [True]}, "A value of 'permit_id'"),
    ({"open": [1]}, "A value of 'open'"),
    ({"authority": [b"Ambridge"]}, "A value of 'authority'"),
    ({"authority": [["Ambridge", "x"]]}, "holds lists"),
    ({"authority": [dt.timedelta(1)]}, "A value of 'authority'"),
    ({"day": pl.Series([3000000], dtype=pl.Int32).cast(pl.Date)}, "beyond the years 1 to 9999"),
]


class TestWriting:
    """The same for both: no COPY over the connection, no unique keys, and a TRUNCATE that would commit by itself."""

    @pytest.fixture(params=["redshift", "snowflake"])
    def warehouse(self, request: pytest.FixtureRequest) -> RedshiftResource | SnowflakeResource:
        if request.param == "redshift":
            request.getfixturevalue("table")
        found: RedshiftResource | SnowflakeResource = request.getfixturevalue(
            {"redshift": "redshift", "snowflake": "snow"}[request.param]
        )
        return found

    def test_rows_are_appended_replaced_and_put_in_place_of_all(
        self, warehouse: RedshiftResource | SnowflakeResource
    ) -> None:
        assert warehouse.write_table(ROWS.lazy(), "written") == 2
        assert written(warehouse) == HELD
        more = pl.DataFrame({"permit_id": [2, 3], "authority": ["it's", "Felpersham; --"]})
        for _ in range(2):
            assert warehouse.write_table(more, "written", mode="upsert", key="permit_id") == 2
            assert [row[:2] for row in written(warehouse)] == [(1, "Ambridge"), (2, "it's"), (3, "Felpersham; --")]
            assert [row[4] for row in written(warehouse)[:2]] == [HELD[0][4], HELD[1][4]], "other columns are kept"
        assert warehouse.write_table(more.select("permit_id"), "written", mode="upsert", key="permit_id") == 2
        assert [row[:2] for row in written(warehouse)][1:] == [(2, "it's"), (3, "Felpersham; --")]
        whole = ROWS.with_columns(authority=pl.lit("new"))
        warehouse.write_table(whole, "written", mode="upsert", key="permit_id")
        assert [row[:3] for row in written(warehouse)][:2] == [(1, "new", Decimal("1.25")), (2, "new", None)]
        for _ in range(2):
            warehouse.write_table(ROWS, "written", mode="truncate")
            assert written(warehouse) == HELD
        assert warehouse.write_table(ROWS.clear(), "written", mode="truncate") == 0
        assert written(warehouse) == []

    def test_many_rows_go_in_several_statements(self, warehouse: RedshiftResource | SnowflakeResource) -> None:
        many = pl.DataFrame({"permit_id": range(9_001)})
        assert warehouse.write_table(many, "written") == 9_001
        assert warehouse.execute_query("SELECT count(*) AS n, sum(permit_id) AS s FROM written").row(0) == (
            9_001,
            9_000 * 9_001 // 2,
        )

    @pytest.mark.parametrize(
        ("frame", "options", "message"),
        [
            ({"permit_id": [3, 3]}, {"mode": "upsert", "key": "permit_id"}, "A key stands twice"),
            ({"permit_id": [3, None]}, {"mode": "upsert", "key": "permit_id"}, "A row of the frame has no key"),
            ({"permit": [3]}, {"mode": "truncate"}, r"has no column 'permit'.\nhint: Did you mean"),
            ({"permit_id": [3.5]}, {"mode": "truncate"}, "holds floats"),
            ({"permit_id": [3]}, {"mode": "upsert"}, "needs a key="),
            ({"permit_id": [3]}, {"mode": "swap"}, "has no mode 'swap'"),
            ({"permit_id": [3], "day": ["Ambridge"]}, {"mode": "truncate"}, "A text of 'day' is no ISO date"),
        ],
    )
    def test_what_does_not_fit_is_told_and_leaves_the_old_rows(
        self, warehouse: RedshiftResource | SnowflakeResource, frame: Any, options: Any, message: str
    ) -> None:
        warehouse.write_table(ROWS, "written")
        with pytest.raises(UserError, match=message) as caught:
            warehouse.write_table(pl.DataFrame(frame), "written", **options)
        assert "Ambridge" not in str(caught.value)
        assert written(warehouse) == HELD

    def test_what_would_be_changed_without_a_word_is_refused(
        self, warehouse: RedshiftResource | SnowflakeResource
    ) -> None:
        warehouse.write_table(ROWS, "written")
        for frame, message in CHANGED:
            with pytest.raises(UserError, match=message):
                warehouse.write_table(pl.DataFrame(frame), "written", mode="truncate")
        assert written(warehouse) == HELD

    def test_what_fails_in_the_middle_leaves_the_old_rows(
        self, warehouse: RedshiftResource | SnowflakeResource
    ) -> None:
        warehouse.write_table(ROWS, "written")
        broken = pl.LazyFrame({"permit_id": [1, 2], "authority": ["7", "x"]}).with_columns(
            pl.col("authority").str.to_integer(strict=True).cast(pl.String)
        )
        with pytest.raises(UserError, match="rows of the frame cannot be computed"):
            warehouse.write_table(broken, "written", mode="truncate")
        assert written(warehouse) == HELD

    def test_what_fits_is_written_exactly_whatever_the_settings_say(
        self, warehouse: RedshiftResource | SnowflakeResource
    ) -> None:
        if isinstance(warehouse, RedshiftResource):
            database = warehouse.execute_query("SELECT current_database()::text AS name").item()
            warehouse.execute(f"ALTER DATABASE {database} SET timezone TO 'America/New_York'")
            warehouse.close()
        noon = dt.datetime(2025, 7, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=5)))
        texts = {"permit_id": ["1"], "fee": ["0.10"], "day": ["2025-02-01"], "seen": ["2025-02-01T10:00Z"]}
        warehouse.write_table(pl.DataFrame(texts), "written", mode="truncate")
        values = {"permit_id": [2], "fee": [0.1], "day": [dt.datetime(2025, 2, 1)], "seen": [noon]}
        warehouse.write_table(pl.DataFrame(values), "written")
        assert [(*row[:1], *row[2:5]) for row in written(warehouse)] == [
            (1, Decimal("0.10"), dt.date(2025, 2, 1), dt.datetime(2025, 2, 1, 10)),
            (2, Decimal("0.10"), dt.date(2025, 2, 1), dt.datetime(2025, 7, 1, 7)),
        ]


def test_redshift_cuts_off_no_digit_and_no_blank(redshift: RedshiftResource) -> None:
    redshift.execute("CREATE TABLE kept (n numeric, r real, v varchar(5), c char(5), z timestamptz, b bytea)")
    noon = dt.datetime(2025, 7, 1, 12)
    rows = {"n": [0.1 + 0.2], "r": [0.25], "v": ["ab  "], "c": ["ab"], "z": [noon], "b": [b"\0\xff"]}
    redshift.write_table(pl.DataFrame(rows), "kept")
    redshift.write_table(pl.DataFrame({"n": [Decimal("1" * 37 + ".5")], "r": ["0.1"]}), "kept")
    assert redshift.execute_query("SELECT n::text, r, v, z, b FROM kept").rows() == [
        ("0.30000000000000004", 0.25, "ab  ", noon.replace(tzinfo=dt.UTC), b"\0\xff"),
        ("1" * 37 + ".5", pl.Series([0.1], dtype=pl.Float32).item(), None, None, None),
    ]
    for name, value in {"r": 0.1, "v": "abcde ", "c": "ab ", "z": "01/02/2025"}.items():
        with pytest.raises(UserError, match=f"of '{name}'"):
            redshift.write_table(pl.DataFrame({name: [value]}), "kept")


def test_a_redshift_connection_lost_in_a_query_is_told_and_replaced(redshift: RedshiftResource) -> None:
    with pytest.raises(UserError, match="connection to Redshift was lost"):
        redshift.execute_query("SELECT pg_terminate_backend(pg_backend_pid()) AS gone")
    assert redshift.execute_query("SELECT 1 AS a").height == 1


def test_a_redshift_connection_lost_in_a_write_leaves_the_old_rows(
    postgres: PostgresServer, redshift: RedshiftResource, table: str
) -> None:
    redshift.write_table(pl.DataFrame({"permit_id": [1, 2]}), table)
    frame = pl.DataFrame({"permit_id": range(3)}).to_arrow()

    def batches() -> Iterator[pa.RecordBatch]:
        yield from frame.to_batches()
        postgres.execute("SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE usename = 'reader'")
        yield from frame.to_batches()

    with pytest.raises(UserError, match="connection to Redshift was lost"):
        redshift.write_table(pa.RecordBatchReader.from_batches(frame.schema, batches()), table, mode="truncate")
    assert redshift.execute_query("SELECT permit_id FROM written ORDER BY 1")["permit_id"].to_list() == [1, 2]


def test_two_writers_of_one_redshift_table_leave_each_key_once(
    postgres: PostgresServer, redshift: RedshiftResource, table: str
) -> None:
    """No key is unique there: without its lock each would delete what the other has not inserted yet."""
    rows = pl.DataFrame({"permit_id": range(200)})
    failures: list[Exception] = []

    def write() -> None:
        try:
            for _ in range(5):
                redshift.write_table(rows, table, mode="upsert", key="permit_id")
        except UserError as error:
            failures.append(error)

    writers = [Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert not failures
    assert redshift.execute_query("SELECT count(*) AS n FROM written")["n"].item() == 200


@pytest.fixture(scope="module")
def account() -> Iterator[dict[str, Any]]:
    logging.getLogger("uvicorn").setLevel(logging.ERROR)
    with fakesnow.server() as settings:
        yield settings


class Cutting:
    """Stands before a server. While it cuts, it sends what is asked on, and `answered` of each byte of the answer."""

    def __init__(self, server: tuple[str, int]) -> None:
        self.cutting, self.answered, self._server = False, 0.0, server
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):  # it is closed
            while True:
                client, _ = self._listening.accept()
                server = socket.create_connection(self._server)
                Thread(target=self._pass, args=(client, server, False), daemon=True).start()
                Thread(target=self._pass, args=(server, client, True), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket, answer: bool) -> None:
        with suppress(OSError), one, other:
            while part := one.recv(1 << 16):
                if answer and self.cutting:
                    other.sendall(part[: int(len(part) * self.answered)])
                    break
                other.sendall(part)
            for side in (one, other):
                side.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listening.close()


@pytest.fixture
def cutting(account: dict[str, Any]) -> Iterator[Cutting]:
    between = Cutting((account["host"], account["port"]))
    yield between
    between.close()


# The connector's own thread, which cancels a query that took too long, finds no server either
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize(("answered", "seconds"), [(0.5, 0), (0.0, 1)], ids=["half an answer", "no answer"])
def test_a_snowflake_connection_lost_in_a_query_is_told_and_replaced(
    account: dict[str, Any], cutting: Cutting, answered: float, seconds: int
) -> None:
    resource = SnowflakeResource(
        account=account["account"],
        username="reader",
        password=PASSWORD,
        host="127.0.0.1",
        port=cutting.port,
        protocol=account["protocol"],
        statement_timeout_seconds=seconds,
    )
    assert resource.execute_query("SELECT 1 AS a").height == 1
    cutting.answered, cutting.cutting = answered, True
    with pytest.raises(UserError, match=r"^The connection to Snowflake was lost\."):
        resource.execute_query("SELECT 2 AS a")
    cutting.cutting = False
    assert resource.execute_query("SELECT 3 AS a").height == 1
    resource.close()


@pytest.fixture
def snow(account: dict[str, Any]) -> Iterator[SnowflakeResource]:
    resource = SnowflakeResource(
        account=account["account"],
        username="reader",
        password=PASSWORD,
        host=account["host"],
        port=account["port"],
        protocol=account["protocol"],
    )
    resource.execute("CREATE DATABASE IF NOT EXISTS planning")
    resource.execute("CREATE SCHEMA IF NOT EXISTS planning.register")
    resource.execute("USE SCHEMA planning.register")
    resource.execute(
        "CREATE OR REPLACE TABLE written (permit_id INT, authority VARCHAR, fee NUMBER(10,2), day DATE, "
        "seen TIMESTAMP_NTZ, open BOOLEAN)"
    )
    resource.execute("CREATE OR REPLACE TABLE permits (permit_id INT, authority VARCHAR, fee NUMBER(10,2), day DATE)")
    resource.execute(
        "INSERT INTO permits VALUES (1, 'Ambridge', 1.25, '2024-12-31'), (2, 'Ambridge', NULL, '2025-01-01'), "
        "(3, NULL, 7.5, '2025-02-01')"
    )
    yield resource
    resource.close()


class TestSnowflake:
    def test_a_query_gives_a_frame(self, snow: SnowflakeResource) -> None:
        sql = "SELECT permit_id, authority, fee, day FROM permits WHERE day >= %(since)s OR day = %(since)s ORDER BY 1"
        frame = snow.execute_query(sql, {"since": "2025-01-01"})
        assert [name.lower() for name in frame.columns] == ["permit_id", "authority", "fee", "day"]
        assert frame.rows() == [
            (2, "Ambridge", None, dt.date(2025, 1, 1)),
            (3, None, Decimal("7.50"), dt.date(2025, 2, 1)),
        ]
        assert len(snow.execute_query(sql, {"since": "2025-01-01"}, as_="pandas")) == 2
        assert sum(batch.height for batch in snow.stream_query("SELECT * FROM permits", batch_rows=2)) == 3

    def test_a_value_is_never_part_of_the_sql(self, snow: SnowflakeResource) -> None:
        hostile = "x'; DROP TABLE permits; --"
        found = snow.execute_query("SELECT count(*) AS n FROM permits WHERE authority = %s", [hostile])
        assert found.row(0) == (0,)
        assert snow.execute_query("SELECT count(*) AS n FROM permits").row(0) == (3,)

    def test_what_python_or_the_connector_would_change_is_refused(self, snow: SnowflakeResource) -> None:
        snow.execute("CREATE OR REPLACE TABLE kept (t TIME, z TIMESTAMP_TZ, v VARIANT)")
        with pytest.raises(UserError, match="times finer than a microsecond"):
            snow.write_table(pl.DataFrame({"t": pl.Series([1], dtype=pl.Time)}), "kept")
        with pytest.raises(UserError, match="The column 'v' holds lists"):  # each would be a row of its own
            snow.write_table(pl.DataFrame({"v": [[1, 2]]}), "kept")
        with pytest.raises(UserError, match="'Z' of the frame may be several"):
            snow.write_table(pl.DataFrame({"z": [1], "Z": [2]}), "kept")
        with pytest.raises(UserError, match=r"holds several values.*\nhint: Write a placeholder for each"):
            snow.execute_query("SELECT * FROM kept WHERE t IN (%s)", [["a", "b"]])
        snow.write_table(pl.DataFrame({"z": ["2025-07-01 12:00+05:00"]}), "kept")
        snow.write_table(pl.DataFrame({"z": [dt.datetime(2025, 7, 1, 12)]}), "kept")
        moments = snow.execute_query("SELECT z FROM kept ORDER BY 1").to_series().dt.convert_time_zone("UTC")
        assert [moment.hour for moment in moments] == [7, 12]

    def test_a_refused_query_is_told_without_the_password(self, snow: SnowflakeResource) -> None:
        with pytest.raises(UserError, match=r"^Snowflake says: ") as caught:
            snow.execute_query("SELECT * FROM no_such_table")
        assert "planted" not in f"{caught.value} {snow!r} {snow}"

    def test_what_was_read_is_replayed(
        self, snow: SnowflakeResource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("WORKBENCH_RECORD", str(tmp_path))
        frame = snow.execute_query("SELECT * FROM permits ORDER BY 1")
        monkeypatch.delenv("WORKBENCH_RECORD")
        replayed = SnowflakeResource.replaying(tmp_path / "SnowflakeResource")
        assert replayed.execute_query("SELECT * FROM permits ORDER BY 1").equals(frame)
        with pytest.raises(UserError, match="does not hold this read"):
            replayed.execute_query("SELECT 1 AS a")
