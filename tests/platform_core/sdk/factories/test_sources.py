"""Tables and APIs that are ingested again and again: each row once, from real servers, through Dagster and by hand."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import dagster as dg
import polars as pl
import pytest

from platform_core.errors import UserError
from platform_core.io_managers import PolarsParquetIOManager
from platform_core.lake import Lake
from platform_core.resources import HTTPResource, PostgresResource
from platform_core.sdk.factories import ingest_api, ingest_table
from tests.servers.http import Asked, HTTPServer, Reply, running_http
from tests.servers.postgres import PostgresServer

PERMITS = ingest_table("register", "permits", name="raw_permits", watermark="changed", key="id")
PLAIN = ingest_table("register", "permits", name="raw_permits", watermark="changed")


@pytest.fixture
def register(postgres: PostgresServer) -> Iterator[PostgresResource]:
    found = PostgresResource(host=postgres.folder, database=postgres.new_database(), username="reader", name="register")
    found.execute("CREATE TABLE permits (id int, authority text, changed timestamptz)")
    yield found
    found.close()


class Asset:
    """An asset that is made again and again, in a lake of its own."""

    def __init__(self, folder: Path, **resources: Any) -> None:
        self.lake = Lake(folder)
        self.resources = {"io_manager": PolarsParquetIOManager(root=str(folder)), **resources}

    def made(self, asset: dg.AssetsDefinition) -> pl.DataFrame:
        assert dg.materialize([asset], resources=self.resources).success
        found: pl.DataFrame = self.lake.read(asset.key.to_user_string(), "polars")
        return found


@pytest.fixture
def asset(tmp_path: Path, register: PostgresResource) -> Asset:
    return Asset(tmp_path / "lake", register=register)


def rows(frame: pl.DataFrame) -> list[tuple[Any, ...]]:
    return sorted(frame.select("id", "authority").rows())


class TestTables:
    def test_rows_that_come_later_are_added_and_none_twice(self, asset: Asset, register: PostgresResource) -> None:
        register.execute("INSERT INTO permits VALUES (1, 'a', '2025-01-01Z'), (2, 'b', '2025-01-02Z')")
        assert rows(asset.made(PERMITS)) == [(1, "a"), (2, "b")]
        first = asset.lake.path("bronze", "raw_permits").read_bytes()
        assert rows(asset.made(PERMITS)) == [(1, "a"), (2, "b")]
        assert asset.lake.path("bronze", "raw_permits").read_bytes() == first, "the same input gives the same bytes"
        register.execute("INSERT INTO permits VALUES (3, 'c', '2025-01-02Z'), (4, 'd', '2025-01-03Z')")
        register.execute("UPDATE permits SET authority = 'A', changed = '2025-01-04Z' WHERE id = 1")
        assert rows(asset.made(PERMITS)) == [(1, "A"), (2, "b"), (3, "c"), (4, "d")]

    @pytest.mark.parametrize("kind", ["timestamptz", "timestamp", "date", "text"])
    def test_a_watermark_in_the_future_hides_nothing(self, asset: Asset, register: PostgresResource, kind: str) -> None:
        register.execute(f"ALTER TABLE permits ALTER changed TYPE {kind}")
        register.execute("INSERT INTO permits VALUES (1, 'a', '2025-01-01'), (2, 'b', '2099-01-02')")
        assert rows(asset.made(PLAIN)) == [(1, "a"), (2, "b")]
        register.execute("INSERT INTO permits VALUES (3, 'c', '2025-01-03')")
        for _ in range(2):
            assert rows(asset.made(PLAIN)) == [(1, "a"), (2, "b"), (3, "c")]
        register.execute("UPDATE permits SET changed = '2025-01-04' WHERE id = 2")
        assert rows(asset.made(PLAIN)) == [(1, "a"), (2, "b"), (3, "c")]

    def test_only_what_is_new_is_asked_for(self, asset: Asset, register: PostgresResource) -> None:
        register.execute(
            "INSERT INTO permits SELECT i, 'x', '2025-01-01Z'::timestamptz + i * interval '1 s' "
            "FROM generate_series(1, 5000) i"
        )
        asset.made(PERMITS)
        register.execute("DELETE FROM permits WHERE id < 5000")
        assert asset.made(PERMITS).height == 5000, "what lies before the watermark is not looked at again"

    def test_without_a_key_rows_of_the_same_moment_are_there_once(
        self, asset: Asset, register: PostgresResource
    ) -> None:
        register.execute("INSERT INTO permits VALUES (1, 'a', '2025-01-01Z'), (2, 'b', '2025-01-02Z')")
        asset.made(PLAIN)
        register.execute("INSERT INTO permits VALUES (3, 'c', '2025-01-02Z')")
        for _ in range(2):
            assert rows(asset.made(PLAIN)) == [(1, "a"), (2, "b"), (3, "c")]

    def test_late_rows_are_found_as_far_back_as_is_said(self, asset: Asset, register: PostgresResource) -> None:
        late = ingest_table("register", "permits", name="raw_permits", watermark="changed", late="2d")
        register.execute("INSERT INTO permits VALUES (1, 'a', '2025-01-10Z')")
        asset.made(late)
        register.execute("INSERT INTO permits VALUES (2, 'b', '2025-01-08Z'), (3, 'c', '2025-01-07Z')")
        for _ in range(2):
            assert rows(asset.made(late)) == [(1, "a"), (2, "b")]

    def test_rows_without_a_watermark_are_read_each_time(self, asset: Asset, register: PostgresResource) -> None:
        register.execute("INSERT INTO permits VALUES (1, 'a', NULL), (2, 'b', '2025-01-02Z')")
        assert rows(asset.made(PLAIN)) == [(1, "a"), (2, "b")]
        register.execute("UPDATE permits SET changed = '2025-01-03Z' WHERE id = 1")
        for _ in range(2):
            assert rows(asset.made(PLAIN)) == [(1, "a"), (2, "b")]

    @pytest.mark.parametrize(("kind", "late"), [("bigint", 3), ("numeric(9,1)", 0), ("date", "1d"), ("text", 0)])
    def test_watermarks_of_other_types(self, asset: Asset, register: PostgresResource, kind: str, late: Any) -> None:
        value = {"date": "'2025-01-0{}'", "text": "'0{}'"}.get(kind, "{}").format
        definition = ingest_table("register", "marks", watermark="mark", late=late)
        register.execute(f"CREATE TABLE marks (id int, authority text, mark {kind})")
        register.execute(f"INSERT INTO marks VALUES (1, 'a', {value(1)}), (2, 'b', {value(2)})")  # noqa: S608
        asset.made(definition)
        register.execute(f"INSERT INTO marks VALUES (3, 'c', {value(3)}), (4, 'd', {value(2)})")  # noqa: S608
        assert rows(asset.made(definition)) == [(1, "a"), (2, "b"), (3, "c"), (4, "d")]

    @pytest.mark.parametrize(
        ("kind", "first", "later", "late"),
        [
            ("date", "2025-01-12", "2025-01-11", "12h"),  # Python takes no hours off a date
            ("text", "2025-01-12 10:00:00", "2025-01-10 11:00:00", "2d"),
            ("text", "2025-01-12", "2025-01-10", "2d"),
            ("text", "2025-01-12T10:00:00Z", "2025-01-12T10:00:00.5Z", 0),
        ],
    )
    def test_late_rows_of_dates_and_texts(
        self, asset: Asset, register: PostgresResource, kind: str, first: str, later: str, late: Any
    ) -> None:
        definition = ingest_table("register", "marks", watermark="mark", late=late)
        register.execute(f"CREATE TABLE marks (id int, authority text, mark {kind})")
        register.execute(f"INSERT INTO marks VALUES (1, 'a', '{first}')")  # noqa: S608 - a made-up value
        asset.made(definition)
        register.execute(f"INSERT INTO marks VALUES (2, 'b', '{later}')")  # noqa: S608 - as above
        for _ in range(2):
            assert rows(asset.made(definition)) == [(1, "a"), (2, "b")]

    def test_texts_in_another_order_than_what_they_say_are_refused(
        self, asset: Asset, register: PostgresResource
    ) -> None:
        definition = ingest_table("register", "marks", watermark="mark", key="id")
        register.execute("CREATE TABLE marks (id int, authority text, mark text)")
        register.execute("INSERT INTO marks VALUES (1, 'a', '8'), (2, 'b', '9')")
        asset.made(definition)
        register.execute("INSERT INTO marks VALUES (3, 'c', '10')")
        with pytest.raises(UserError, match="The watermark 'mark' is text that does not stand in the order"):
            asset.made(definition)
        register.execute("DELETE FROM marks WHERE id = 3")
        register.execute("ALTER TABLE marks ALTER COLUMN id TYPE text")
        with pytest.raises(UserError, match="column 'id' is Int32 in 'what is stored' but String"):
            asset.made(definition)
        with pytest.raises(UserError, match=r"columns= leaves out the watermark 'mark'"):
            ingest_table("register", "marks", watermark="mark", columns=["id"])

    def test_an_empty_table_and_a_table_of_new_columns(self, asset: Asset, register: PostgresResource) -> None:
        assert asset.made(PERMITS).schema["authority"] == pl.String
        register.execute("INSERT INTO permits VALUES (1, 'a', '2025-01-01Z')")
        asset.made(PERMITS)
        register.execute("ALTER TABLE permits ADD COLUMN fee int")
        register.execute("INSERT INTO permits VALUES (2, 'b', '2025-01-02Z', 5)")
        assert asset.made(PERMITS).sort("id")["fee"].to_list() == [None, 5]
        register.execute("ALTER TABLE permits ALTER COLUMN fee TYPE text")
        register.execute("INSERT INTO permits VALUES (3, 'c', '2025-01-03Z', 'x')")
        with pytest.raises(UserError, match="column 'fee' is Int32 in 'what is stored' but String in 'what is new'"):
            asset.made(PERMITS)
        assert rows(asset.lake.read("raw_permits", "polars")) == [(1, "a"), (2, "b")]

    def test_any_order_of_writes_and_runs_ends_with_the_table(self, asset: Asset, register: PostgresResource) -> None:
        """Rows are inserted and changed at random moments between runs; a failed run stands for a killed one."""
        chance = random.Random(6)  # noqa: S311 - moments of a test, no secret
        clock = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
        broken = Asset(asset.lake.root, register=PostgresResource(host="/nowhere", name="register"))
        for step in range(8):
            for _ in range(chance.randint(0, 4)):
                clock += dt.timedelta(hours=chance.randint(0, 1))
                row = {"id": chance.randint(1, 15), "authority": f"v{step}", "at": clock}
                register.execute("DELETE FROM permits WHERE id = %(id)s", {"id": row["id"]})
                register.execute("INSERT INTO permits VALUES (%(id)s, %(authority)s, %(at)s)", row)
            if chance.random() < 0.3:
                with pytest.raises(UserError, match="gives no connection"):
                    broken.made(PERMITS)
            held = rows(asset.made(PERMITS))
            assert held == rows(register.execute_query("SELECT * FROM permits"))

    def test_by_hand_it_gives_the_rows_that_the_asset_will_hold(
        self, register: PostgresResource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("WORKBENCH_LAKE", str(tmp_path))
        register.execute("INSERT INTO permits VALUES (1, 'a', '2025-01-01Z')")
        frame = ingest_table(register, "permits", name="raw_permits", watermark="changed", key="id")
        assert rows(frame.collect()) == [(1, "a")]
        Lake(tmp_path).write("bronze", "raw_permits", frame)
        register.execute("INSERT INTO permits VALUES (2, 'b', '2025-01-02Z')")
        frame = ingest_table(register, "permits", name="raw_permits", watermark="changed", key="id")
        assert rows(frame.collect()) == [(1, "a"), (2, "b")]
        monkeypatch.setenv("WORKBENCH_RECORD", str(tmp_path / "record"))
        frame = ingest_table(register, "permits", name="raw_permits", watermark="changed", key="id")
        monkeypatch.delenv("WORKBENCH_RECORD")
        replayed = PostgresResource.replaying(tmp_path / "record/register")
        again = ingest_table(replayed, "permits", name="raw_permits", watermark="changed", key="id")
        assert again.collect().equals(frame.collect()), "a recording begins from nothing, whatever is stored"

    def test_columns_are_chosen_and_names_are_quoted(self, register: PostgresResource) -> None:
        register.execute('CREATE TABLE "odd "" name" ("a; --" int, b int)')
        register.execute('INSERT INTO "odd "" name" VALUES (1, 2)')
        frame = ingest_table(register, 'odd " name', columns=["a; --"]).collect()
        assert frame.to_dict(as_series=False) == {"a; --": [1]}

    @pytest.mark.parametrize("kind", ["timestamptz", "date", "text", "int"])
    def test_names_that_polars_takes_for_patterns_are_names(
        self, asset: Asset, register: PostgresResource, kind: str
    ) -> None:
        definition = ingest_table("register", "marks", watermark="^day$", key="^id$", late=1 if kind == "int" else "1d")
        days = ("7", "8") if kind == "int" else ("'2025-01-07'", "'2025-01-08'")
        register.execute(f'CREATE TABLE marks (id int, day int, "^id$" int, "^day$" {kind})')
        register.execute(f"INSERT INTO marks VALUES (7, 7, 1, {days[0]}), (7, 7, 2, {days[1]})")  # noqa: S608 - made up
        asset.made(definition)
        register.execute(f'UPDATE marks SET id = 8, "^day$" = {days[1]} WHERE "^id$" = 1')  # noqa: S608 - as above
        assert sorted(asset.made(definition).select("id").rows()) == [(7,), (8,)]

    @pytest.mark.parametrize("late", ["2 days", "soon"])
    def test_what_is_no_duration_is_told_before_anything_is_read(self, late: str) -> None:
        for ingest in (
            lambda: ingest_table("register", "permits", watermark="changed", late=late),
            lambda: ingest_api("api", "/", name="raw", watermark="at", since_param="s", key="id", late=late),
        ):
            with pytest.raises(UserError, match=f"late='{late}' is no duration"):
                ingest()

    def test_mistakes_are_told(self, asset: Asset, register: PostgresResource) -> None:
        register.execute("INSERT INTO permits VALUES (1, 'a', '2025-01-01Z'), (1, 'b', '2025-01-02Z')")
        with pytest.raises(UserError, match="'raw_permits' has a key twice"):
            asset.made(PERMITS)
        with pytest.raises(UserError, match=r"late= needs a watermark="):
            ingest_table("register", "permits", late="2d")
        with pytest.raises(UserError, match="makes no partitions"):
            ingest_table("register", "permits", partitions_def=dg.StaticPartitionsDefinition(["a"]))
        with pytest.raises(UserError, match="is no resource"):
            ingest_table("not a name", "permits")
        with pytest.raises(UserError, match=r"takes no 'ownr'.\nhint: Did you mean 'owners'"):
            ingest_table("register", "permits", ownr="x")
        asset.made(PLAIN)
        with pytest.raises(UserError, match="does not go with the values of 'changed'"):
            asset.made(ingest_table("register", "permits", name="raw_permits", watermark="changed", late=5))
        with pytest.raises(UserError, match=r"^ingest_api works with no PostgresResource, which 'register' is"):
            ingest_api(cast("Any", register), "/permits", name="raw")

    def test_the_code_version_changes_exactly_with_what_was_said(self) -> None:
        def version(**options: Any) -> str | None:
            made = ingest_table("register", "permits", **options)
            return next(iter(made.specs)).code_version

        assert version() == version(owners=["team:a"])
        assert len({version(), version(key="id"), version(watermark="a"), version(watermark="a", late="1d")}) == 4

    def test_an_io_manager_that_does_not_tell_is_refused_before_anything_is_lost(
        self, register: PostgresResource
    ) -> None:
        resources = {"register": register, "io_manager": dg.mem_io_manager}
        with pytest.raises(UserError, match="InMemoryIOManager does not tell what it stored"):
            dg.materialize([PERMITS], resources=resources)


class TestAPIs:
    @pytest.fixture
    def server(self) -> Iterator[HTTPServer]:
        with running_http() as running:
            yield running

    @pytest.mark.parametrize("inclusive", [True, False])
    def test_records_are_there_once_whether_the_api_gives_the_last_again_or_not(
        self, server: HTTPServer, tmp_path: Path, inclusive: bool
    ) -> None:
        records: list[dict[str, Any]] = [
            {"id": 1, "authority": "a", "at": "2025-01-01"},
            {"id": 2, "authority": "b", "at": "2025-01-02"},
        ]

        def answer(asked: Asked, _: int) -> Reply:
            since = asked.params.get("since", "")
            return Reply([one for one in records if one["at"] > since or (inclusive and one["at"] == since)])

        server.paths["/permits"] = answer
        api = Asset(tmp_path, api=HTTPResource(base_url=server.url))
        definition = ingest_api("api", "/permits", name="raw", watermark="at", since_param="since", key="id")
        for _ in range(2):
            assert rows(api.made(definition)) == [(1, "a"), (2, "b")]
        records[0] |= {"authority": "A", "at": "2025-01-03"}
        records.append({"id": 3, "authority": "c", "at": "2025-01-03"})
        for _ in range(2):
            assert rows(api.made(definition)) == [(1, "A"), (2, "b"), (3, "c")]
        assert [one.params.get("since") for one in server.asked] == [None, "2025-01-02", "2025-01-02", "2025-01-03"]

    def test_late_records_of_an_api_are_asked_for(self, server: HTTPServer, tmp_path: Path) -> None:
        server.paths["/permits"] = lambda *_: Reply([{"id": 1, "authority": "a", "at": "2025-01-02T00:00:00Z"}])
        api = Asset(tmp_path, api=HTTPResource(base_url=server.url))
        for _ in range(2):
            api.made(ingest_api("api", "/permits", name="raw", watermark="at", since_param="s", key="id", late="12h"))
        assert server.asked[-1].params == {"s": "2025-01-01T12:00:00Z"}

    def test_all_pages_are_read_each_time_without_a_watermark(self, server: HTTPServer, tmp_path: Path) -> None:
        server.paths["/permits"] = lambda asked, _: Reply([] if asked.params.get("offset") else [{"id": 7}])
        api = HTTPResource(base_url=server.url)
        assert ingest_api(api, "/permits", name="raw", paginate="offset").collect().rows() == [(7,)]
        server.paths["/permits"] = lambda *_: Reply([])
        assert ingest_api(api, "/permits", name="raw").collect().height == 0
        with pytest.raises(UserError, match="needs watermark=, since_param= and key="):
            ingest_api("api", "/permits", name="raw", watermark="at", since_param="since")
        with pytest.raises(UserError, match=r"^ingest_table works with no HTTPResource\.\nhint: It takes a database"):
            ingest_table(cast("Any", api), "permits")

    def test_an_api_that_breaks_off_leaves_what_was_stored(self, server: HTTPServer, tmp_path: Path) -> None:
        server.paths["/permits"] = lambda *_: Reply([{"id": 1, "authority": "a"}])
        api = Asset(tmp_path, api=HTTPResource(base_url=server.url, attempts=1))
        definition = ingest_api("api", "/permits", name="raw")
        api.made(definition)
        server.paths["/permits"] = lambda *_: Reply([{"id": 2, "authority": "b"}], cut=True)
        with pytest.raises(UserError, match="got no whole answer"):
            api.made(definition)
        assert rows(api.lake.read("raw", "polars")) == [(1, "a")]
