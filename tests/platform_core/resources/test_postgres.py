"""PostgreSQL, against a real server."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import dagster as dg
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from polars.testing import assert_frame_equal

from platform_core.errors import UserError
from platform_core.resources import PostgresResource
from tests.servers.postgres import READER_PASSWORD, PostgresServer


@pytest.fixture(scope="module")
def database(postgres: PostgresServer) -> str:
    name = postgres.new_database()
    postgres.execute(
        "CREATE TABLE permits (permit_id int PRIMARY KEY, authority text, fee numeric(10,2), decided_on date)",
        "INSERT INTO permits VALUES (1, 'Ambridge', 100, '2024-12-31'), (2, 'Ambridge', 120.5, '2025-01-01'), "
        "(3, 'Borchester', NULL, '2025-03-01')",
        "ALTER TABLE permits OWNER TO reader",
        "CREATE TABLE many AS SELECT i AS n FROM generate_series(1, 250000) i",
        "ALTER TABLE many OWNER TO reader",
        database=name,
    )
    return name


@pytest.fixture
def register(postgres: PostgresServer, database: str) -> Iterator[PostgresResource]:
    resource = PostgresResource(
        host=postgres.address, database=database, username="reader", password=READER_PASSWORD, name="register"
    )
    yield resource
    resource.close()


SINCE = "SELECT permit_id FROM permits WHERE decided_on >= %(since)s ORDER BY permit_id"


class TestQueries:
    def test_a_query_gives_a_frame_of_each_kind(self, register: PostgresResource) -> None:
        sql = "SELECT permit_id, authority, fee, decided_on FROM permits ORDER BY permit_id"
        expected = pl.DataFrame(
            {
                "permit_id": pl.Series([1, 2, 3], dtype=pl.Int32),
                "authority": ["Ambridge", "Ambridge", "Borchester"],
                "fee": pl.Series([Decimal("100.00"), Decimal("120.50"), None], dtype=pl.Decimal(38, 2)),
                "decided_on": [dt.date(2024, 12, 31), dt.date(2025, 1, 1), dt.date(2025, 3, 1)],
            }
        )
        assert_frame_equal(register.execute_query(sql), expected)
        pandas = register.execute_query(sql, as_="pandas")
        assert isinstance(pandas, pd.DataFrame)
        assert pandas["permit_id"].tolist() == [1, 2, 3]
        arrow = register.execute_query(sql, as_="arrow")
        assert isinstance(arrow, pa.Table)
        assert arrow.column_names == expected.columns
        with pytest.raises(UserError, match=r"gives no 'panda'.\nhint: Did you mean 'pandas'"):
            register.execute_query(sql, as_="panda")  # type: ignore[call-overload]  # the mistake that is tested

    @pytest.mark.parametrize("since", ["2025-01-01", dt.date(2025, 1, 1), dt.datetime(2025, 1, 1)])
    def test_a_named_parameter_is_read_as_what_it_is_compared_with(
        self, register: PostgresResource, since: object
    ) -> None:
        assert register.execute_query(SINCE, {"since": since})["permit_id"].to_list() == [2, 3]

    @pytest.mark.parametrize(
        ("expression", "value", "given"),
        [
            ("%s::int + 1", 2, 3),
            ("%s::text", "it's 5 % of $1; --", "it's 5 % of $1; --"),
            ("%s::float8", 1, 1.0),
            ("%s::bool", True, True),
            ("1::numeric(4,2) * %s", Decimal("1.25"), Decimal("1.2500")),
            ("%s::numeric", "12.50", Decimal("12.50")),
            ("%s::uuid", uuid.UUID(int=7), str(uuid.UUID(int=7))),
            ("%s::jsonb ->> 'a'", {"a": "x"}, "x"),
            ("3 = ANY(%s)", [1, 3], True),
            ("3 = ANY(%s)", (), False),
            ("timestamptz '2025-01-01 00:00Z' + %s", dt.timedelta(hours=1), dt.datetime(2025, 1, 1, 1, tzinfo=dt.UTC)),
            ("%s::bytea", b"\0x", b"\0x"),
            ("%s::int IS NULL", None, True),
            ("5 %% 3 + %s::int", 0, 2),
            ("%s::bigint > 2^31", 3_000_000_000, True),
        ],
    )
    def test_a_value_reaches_the_server_as_it_is(
        self, register: PostgresResource, expression: str, value: object, given: object
    ) -> None:
        assert register.execute_query(f"SELECT {expression} AS v", [value])["v"].to_list() == [given]

    def test_a_value_is_never_part_of_the_sql(self, register: PostgresResource) -> None:
        hostile = "x'; DROP TABLE permits; --"
        found = register.execute_query(
            "SELECT count(*) AS n FROM permits WHERE authority = %(a)s OR %(a)s = ''", {"a": hostile}
        )
        assert found["n"].item() == 0
        assert register.execute_query("SELECT count(*) AS n FROM permits")["n"].item() == 3

    def test_without_parameters_a_percent_sign_is_one(self, register: PostgresResource) -> None:
        assert register.execute_query("SELECT 'a%s' LIKE 'a%' AS v")["v"].item() is True

    @pytest.mark.parametrize(
        ("sql", "params", "message"),
        [
            ("SELECT %(since)s", {"sinc": 1}, r"'since' is not given.\nhint: Did you mean 'sinc'"),
            ("SELECT 1", {"since": 1}, "has no parameter 'since'"),
            ("SELECT %s, %s", [1], "more %s than"),
            ("SELECT %s", [1, 2], "More parameters"),
            ("SELECT\n 5 % 3, %s", [1], r"stands for no parameter \(line 2\)"),
            ("SELECT %s", {"a": 1}, r"Write %\(name\)s"),
            ("SELECT 1", "since", "no mapping"),
            ("SELECT %s::int", [object()], "cannot be sent: it is a object, and PostgreSQL expects int4"),
        ],
    )
    def test_a_mistake_in_the_parameters_is_told(
        self, register: PostgresResource, sql: str, params: Any, message: str
    ) -> None:
        with pytest.raises(UserError, match=message):
            register.execute_query(sql, params)

    @pytest.mark.parametrize(
        ("sql", "message"),
        [
            ("SELECT *\nFROM permit", r'^line 2 of the query: PostgreSQL says: relation "permit" does not exist'),
            ("SELEC 1", "syntax error"),
            ("SELECT 1 AS a, 2 AS a", "gives the column 'a' twice"),
            ("SELECT '5'::money AS price", r"'price' has the type money.*\nhint: Write `column::numeric`"),
            ("SELECT interval '1 day' AS i", r"'i' has the type interval"),
            ("SELECT point(1, 2) AS p", r"'p' has the type point.*\nhint: It can be cast to text"),
            ("SELECT 'NaN'::numeric AS n", r"NaN.*\nhint: Write `n::float8`"),
            ("SELECT ARRAY[1.5] AS a", "'a' is an array of a special type"),
            ("SELECT ARRAY[[1, 2], [3, 4]] AS a", "An array of 'a' has several dimensions"),
            ("SELECT 'infinity'::date AS d", r"A date of 'd' is 'infinity'.*\nhint: Write `nullif\(nullif\(d"),
            ("SELECT '-infinity'::date AS d", "A date of 'd' is 'infinity' or '-infinity'"),
            ("SELECT 'infinity'::timestamp AS t", "A timestamp of 't' is 'infinity'"),
            ("SELECT '-infinity'::timestamptz AS t", "A timestamp of 't' is 'infinity'"),
            ("SELECT ARRAY[NULL, 'infinity'::date] AS d", "A date of 'd' is 'infinity'"),
            ("SELECT '24:00'::time AS t", r"A time of 't' is 24:00"),
        ],
    )
    def test_what_cannot_be_answered_is_told(self, register: PostgresResource, sql: str, message: str) -> None:
        with pytest.raises(UserError, match=message):
            register.execute_query(sql)
        assert register.execute_query("SELECT 1 AS one")["one"].item() == 1, "the connection is good afterwards"

    @pytest.mark.parametrize("end", [";", ";\n", " ;\n\n", " -- the end", " -- the end;\n", "\n"])
    def test_a_query_may_end_in_a_semicolon_or_a_comment(self, register: PostgresResource, end: str) -> None:
        assert register.execute_query(f"SELECT ARRAY[1, NULL] AS a{end}")["a"].to_list() == [[1, None]]
        assert register.execute_query(f"SELECT ARRAY[%s] AS a{end}", ["x"])["a"].to_list() == [["x"]]

    def test_arrays_are_streamed_and_given_back_by_what_writes(self, register: PostgresResource) -> None:
        sql = "SELECT ARRAY[n, n] AS a FROM generate_series(1, %s) AS n"
        assert sum(part["a"].list.sum().sum() for part in register.stream_query(sql, [1000])) == 1000 * 1001
        with pytest.raises(UserError, match="several dimensions"):
            next(register.stream_query("SELECT ARRAY[[1]] AS a"))
        register.execute("CREATE TABLE tagged (id int, tags text[])")
        sql = "INSERT INTO tagged VALUES (1, '{a,b}') RETURNING id, tags"
        assert register.execute_query(sql).rows() == [(1, ["a", "b"])]
        for writing in ("INSERT INTO tagged VALUES (2, '{{a},{b}}')", "UPDATE tagged SET tags = '{{a}}'"):
            with pytest.raises(UserError, match="An array of 'tags' has several dimensions"):
                register.execute_query(f"{writing} RETURNING tags")
        assert register.execute_query("SELECT * FROM tagged").rows() == [(1, ["a", "b"])], "nothing of it is kept"
        with pytest.raises(UserError, match="gives the column 'tags' twice"):
            register.execute_query("SELECT tags, 1 AS tags FROM tagged")
        register.execute("DROP TABLE tagged")

    def test_a_query_with_arrays_is_run_once_and_in_its_order(self, register: PostgresResource) -> None:
        register.execute("CREATE SEQUENCE runs")
        sql = """SELECT n, ARRAY[n] AS "a ""b", 'delete' AS said, nextval('runs') AS run
            FROM generate_series(1, 5) AS n WHERE n > %s ORDER BY n DESC"""
        assert register.execute_query(sql, [0])["n"].to_list() == [5, 4, 3, 2, 1]
        assert next(register.stream_query(sql, [2]))["n"].to_list() == [5, 4, 3]
        assert register.execute_query("SELECT nextval('runs') AS n").item() == 9
        register.execute("DROP SEQUENCE runs")
        with pytest.raises(UserError, match="An array of 'a' has several dimensions"):
            register.execute_query("SELECT ARRAY[[1]] AS a, 'delete' AS said UNION ALL SELECT NULL, 'x'")

    def test_an_oid_has_no_sign(self, register: PostgresResource) -> None:
        assert register.execute_query("SELECT 4294967295::oid AS a, NULL::oid AS b").row(0) == (2**32 - 1, None)

    def test_a_missing_value_of_pandas_is_no_parameter(self, register: PostgresResource) -> None:
        for value in (pd.NaT, pd.NA):
            with pytest.raises(UserError, match="Parameter 1 of the query cannot be sent"):
                register.execute_query("SELECT %s::timestamptz AS a", [value])

    def test_the_earliest_and_latest_days_that_are_ones_are_read(self, register: PostgresResource) -> None:
        sql = (
            "SELECT '4713-01-01 BC'::date AS a, '5874897-12-31'::date AS b, '4713-01-01 BC'::timestamp AS c, "
            "'294246-12-31 23:59:59.999999'::timestamp AS d, nullif('infinity'::date, 'infinity') AS e, "
            "'infinity'::timestamptz::text AS f, '23:59:59.999999'::time AS g"
        )
        frame = register.execute_query(sql)
        whole = frame.select(pl.col("a", "b").cast(pl.Int32), pl.col("c", "d").cast(pl.Int64), "e", "f", "g").row(0)
        latest = 9223371244799999999
        assert whole == (
            -2440550,
            2145042905,
            -2440550 * 86_400_000_000,
            latest,
            None,
            "infinity",
            dt.time(23, 59, 59, 999999),
        )

    def test_no_value_of_the_data_stands_in_an_error(self, register: PostgresResource) -> None:
        with pytest.raises(UserError, match="invalid input syntax for type integer") as caught:
            register.execute_query("SELECT authority::int FROM permits")
        assert "Ambridge" not in str(caught.value)
        assert caught.value.__suppress_context__

    def test_rows_without_any_keep_their_types(self, register: PostgresResource) -> None:
        frame = register.execute_query("SELECT permit_id, authority FROM permits WHERE false")
        assert frame.schema == {"permit_id": pl.Int32, "authority": pl.String}


class TestStreaming:
    def test_a_large_result_comes_in_batches(self, register: PostgresResource, tmp_path: Path) -> None:
        sizes, total = [], 0
        for batch in register.stream_query("SELECT n FROM many", batch_rows=60_000):
            sizes.append(batch.height)
            total += int(batch["n"].cast(pl.Int64).sum())
        assert sum(sizes) == 250_000
        assert max(sizes) <= 60_000
        assert total == 250_000 * 250_001 // 2
        saved = register.save_query("SELECT n, n * 1.5 AS x FROM many", tmp_path / "many.parquet")
        assert saved.select(pl.len(), pl.col("x").sum()).collect().row(0) == (250_000, Decimal("46875187500.0"))

    def test_nothing_is_left_where_a_stream_fails(self, register: PostgresResource, tmp_path: Path) -> None:
        with pytest.raises(UserError, match="division by zero"):
            register.save_query("SELECT 1 / (249000 - n) AS x FROM many", tmp_path / "a.parquet")
        assert list(tmp_path.iterdir()) == []

    def test_a_stream_left_early_gives_its_connection_back(self, register: PostgresResource) -> None:
        for _ in range(12):
            stream = register.stream_query("SELECT n FROM many", batch_rows=10)
            assert next(stream).height == 10
            stream.close()

    @pytest.mark.parametrize(
        ("sql", "message"),
        [
            (" ; ", "The query is empty"), ("-- a\n/* b\n*/;", "The query is empty"), ("", "The query is empty"),
            ("SHOW timezone", r"syntax error .*\nhint: A query is a SELECT, WITH"),
            ("EXPLAIN SELECT 1", r"syntax error .*\nhint: A query is a SELECT, WITH"),
        ],
    )  # fmt: skip
    def test_what_is_no_query_is_told(self, register: PostgresResource, sql: str, message: str) -> None:
        with pytest.raises(UserError, match=message):
            register.execute_query(sql)

    def test_a_list_of_values_where_other_drivers_take_one_is_told(self, register: PostgresResource) -> None:
        with pytest.raises(UserError, match=r"hint: For a list of values write = ANY\(%\(name\)s\)"):
            register.execute_query("SELECT n FROM many WHERE n IN %(n)s", {"n": (1, 2)})
        assert register.execute_query("SELECT n FROM many WHERE n = ANY(%(n)s)", {"n": [1, 2]}).height == 2

    def test_an_empty_result_is_one_frame(self, register: PostgresResource) -> None:
        (frame,) = register.stream_query("SELECT n FROM many WHERE false")
        assert frame.schema == {"n": pl.Int32}
        with pytest.raises(UserError, match="at least 1"):
            next(register.stream_query("SELECT 1", batch_rows=0))

    def test_more_decimal_places_further_on_are_told(self, register: PostgresResource) -> None:
        sql = "SELECT CASE WHEN n < 249999 THEN 1.5 ELSE 1.25 END AS x, repeat('x', 200) AS pad FROM many ORDER BY n"
        with pytest.raises(UserError, match=r"'x' have more places further on.*\nhint: Say how many"):
            list(register.stream_query(sql))
        assert register.execute_query(sql.replace(", repeat('x', 200) AS pad", ""))["x"].dtype == pl.Decimal(38, 2)


class TestConnections:
    def test_connections_are_kept_and_closed(self, register: PostgresResource) -> None:
        ids = {register.execute_query("SELECT pg_backend_pid() AS id")["id"].item() for _ in range(5)}
        assert len(ids) == 1
        register.close()
        assert register.execute_query("SELECT 1 AS a").height == 1

    def test_threads_share_the_pool(self, register: PostgresResource) -> None:
        barrier, ids = Barrier(6), []

        def ask() -> None:
            stream = register.stream_query("SELECT n, pg_backend_pid() AS id FROM many", batch_rows=10)
            ids.append(next(stream)["id"][0])
            barrier.wait(60)
            stream.close()

        threads = [Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(ids)) == 6

    def test_more_streams_than_connections_are_told(self, register: PostgresResource) -> None:
        streams = [register.stream_query("SELECT n FROM many", batch_rows=10) for _ in range(8)]
        assert [next(stream).height for stream in streams] == [10] * 8
        register._connected._timeout = 0.1  # of half a minute
        with pytest.raises(UserError, match=r"All 8 connections of 'register' are in use.\nhint: Take each stream"):
            register.execute_query("SELECT 1 AS a")
        for stream in streams:
            stream.close()
        assert register.execute_query("SELECT 1 AS a").height == 1

    def test_a_connection_that_the_server_closed_is_replaced(
        self, postgres: PostgresServer, database: str, register: PostgresResource
    ) -> None:
        register.execute_query("SELECT 1 AS a")
        postgres.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'")
        assert register.execute_query("SELECT 1 AS a").height == 1

    def test_a_connection_lost_in_a_query_is_told(
        self, postgres: PostgresServer, database: str, register: PostgresResource
    ) -> None:
        with pytest.raises(UserError, match="connection to PostgreSQL was lost"):
            register.execute_query("SELECT pg_terminate_backend(pg_backend_pid()) AS gone")
        assert register.execute_query("SELECT 1 AS a").height == 1

    def test_a_connection_killed_in_the_middle_of_a_stream_is_told_and_replaced(
        self, postgres: PostgresServer, database: str, register: PostgresResource
    ) -> None:
        """The server has sent some rows and holds back most of them when its process is ended."""
        sql = "SELECT n, repeat('x', 2000) AS pad, pg_backend_pid() AS id FROM many"
        stream = register.stream_query(sql, batch_rows=100)
        first = next(stream)
        postgres.execute(f"SELECT pg_terminate_backend({first['id'][0]}, 60000)")
        with pytest.raises(UserError, match="connection to PostgreSQL was lost") as caught:
            list(stream)
        assert caught.value.__suppress_context__
        fresh = register.execute_query("SELECT pg_backend_pid() AS id")["id"].item()
        assert fresh != first["id"][0]

    def test_a_query_that_takes_too_long_is_stopped(self, postgres: PostgresServer, database: str) -> None:
        slow = PostgresResource(host=postgres.folder, database=database, username="reader", statement_timeout_seconds=1)
        with pytest.raises(UserError, match=r"statement timeout(.|\n)*longer statement_timeout_seconds"):
            slow.execute_query("SELECT count(*) FROM many a, many b, many c")
        slow.close()

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"port": 9}, "port 9, gives no connection: .*refused"),
            ({"password": "planted-wrong"}, 'password authentication failed for user "reader"'),
            ({"database": "no_such"}, 'database "no_such" does not exist'),
        ],
    )
    def test_a_server_that_gives_no_connection_is_told(
        self, postgres: PostgresServer, database: str, change: dict[str, Any], message: str
    ) -> None:
        fields = {"host": postgres.address, "database": database, "username": "reader", "password": READER_PASSWORD}
        with pytest.raises(UserError, match=message) as caught:
            PostgresResource(**{**fields, **change}).execute_query("SELECT 1 AS a")
        assert "planted" not in str(caught.value)


class TestEnvironment:
    def test_values_of_the_environment_are_read_by_hand_and_under_dagster(
        self, postgres: PostgresServer, database: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        resource = PostgresResource(
            host=dg.EnvVar("REGISTER_HOST"),
            database=database,
            username="reader",
            password=dg.EnvVar("REGISTER_PASSWORD"),
        )
        with pytest.raises(UserError, match=r"variable REGISTER_HOST is not set|variable REGISTER_PASSWORD"):
            resource.execute_query("SELECT 1 AS a")
        monkeypatch.setenv("REGISTER_HOST", postgres.address)
        monkeypatch.setenv("REGISTER_PASSWORD", READER_PASSWORD)
        assert resource.execute_query("SELECT 1 AS a").height == 1
        seen = []

        @dg.asset
        def permits(context, database: PostgresResource) -> None:
            seen.append((database.execute_query(SINCE, {"since": "2025-01-01"}).height, repr(database)))
            context.log.info("%r %s", database, database)

        with caplog.at_level(logging.DEBUG), dg.instance_for_test() as instance:
            result = dg.materialize([permits], resources={"database": resource}, instance=instance)
            (run,) = instance.get_runs()
            told = f"{run.run_config} {run.tags} {instance.all_logs(run.run_id)} {caplog.text}"
        assert result.success
        assert seen == [(2, "PostgresResource(name='')")]
        assert READER_PASSWORD not in told
        assert "planted" not in told
        resource.close()
