"""Lineage of steps that Dagster runs: what is told, what is remembered, what is sent, and that no step fails by it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import dagster as dg
import pandas as pd  # noqa: TC002 - the annotation of a step says what it gets
import polars as pl
import pytest

from platform_core.errors import UserError
from platform_core.governance.lineage import ColumnLineage, Dependency, Unknown, events, steps
from platform_core.governance.lineage.dagster import lineage_metadata, lineage_of_metadata
from platform_core.governance.lineage.packing import packed, unpacked
from platform_core.governance.lineage.pure import purity_of
from platform_core.governance.lineage.steps import Following
from platform_core.io_managers import PolarsParquetIOManager
from platform_core.resources import PostgresResource
from platform_core.sdk import bronze_asset, gold_asset, silver_asset
from tests.servers.postgres import READER_PASSWORD, PostgresServer

RATE = {"x": 2.0}


@bronze_asset(name="homes")
def homes(context) -> pl.DataFrame:
    return pl.DataFrame({"town": ["x", "y"], "rent": [900, 700], "let": [True, False]})


@silver_asset(name="dear")
def dear(context, homes: pl.LazyFrame) -> pl.LazyFrame:
    return homes.filter("let").with_columns(yearly=pl.col("rent") * 12)


@gold_asset(name="towns")
def towns(context, dear: pl.DataFrame) -> pl.DataFrame:
    return dear.group_by("town").agg(pl.col("yearly").sum())


@gold_asset(name="plain")
def plain(context, dear: pd.DataFrame) -> pd.DataFrame:
    return dear.assign(high=dear["rent"] > 800)


class Receiver(BaseHTTPRequestHandler):
    """Keeps what is posted to it."""

    got: ClassVar[list[dict[str, Any]]] = []

    def do_POST(self) -> None:
        self.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(201)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    Receiver.got.clear()
    monkeypatch.setenv("OPENLINEAGE_URL", f"http://127.0.0.1:{server.server_port}")
    events._client.cache_clear()
    yield Receiver.got
    server.shutdown()
    thread.join()
    server.server_close()
    events._client.cache_clear()


def run(
    tmp_path: Path, *assets: dg.AssetsDefinition, instance: dg.DagsterInstance | None = None, ok: bool = True
) -> Any:
    made = dg.materialize(
        list(assets),
        resources={"io_manager": PolarsParquetIOManager(root=str(tmp_path / "lake"))},
        instance=instance,
        raise_on_error=ok,
    )
    return {
        event.asset_key.to_user_string(): event.materialization.metadata  # type: ignore[union-attr]  # an asset's own
        for event in made.get_asset_materialization_events()
    }


def test_each_materialisation_tells_its_lineage_and_so_does_one_that_was_left_alone(
    tmp_path: Path, receiver: list[dict[str, Any]]
) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        for _ in range(2):
            told = run(tmp_path, homes, dear, towns, plain, instance=instance)
            shown = told["dear"]["dagster/column_lineage"].value.deps_by_column
            assert {name: [dep.column_name for dep in deps] for name, deps in shown.items()} == {
                "town": ["town"], "rent": ["rent"], "let": ["let"], "yearly": ["rent"],
            }  # fmt: skip
            found = lineage_of_metadata(told["dear"])
            assert found is not None
            assert found.rows == (Dependency("homes", "let", "filter"),)
            assert list(found.columns) == ["town", "rent", "let", "yearly"]
            eager = lineage_of_metadata(told["towns"])
            assert eager is not None
            assert eager.columns["yearly"] == (Dependency("dear", "yearly", "aggregation"),)
            assert "pandas" in told["plain"]["workbench/lineage_unknown"].value
            assert "workbench/lineage_unknown" not in told["towns"]
    assert "workbench/unchanged" in told["dear"]
    sent = [(event["job"]["name"], event["eventType"]) for event in receiver]
    assert sent[:4] == [("homes", "START"), ("homes", "COMPLETE"), ("dear", "START"), ("dear", "COMPLETE")]
    made = receiver[3]["outputs"][0]["facets"]
    assert [field["name"] for field in made["schema"]["fields"]] == ["town", "rent", "let", "yearly"]
    (item,) = made["columnLineage"]["fields"]["yearly"]["inputFields"]
    assert (item["name"], item["field"], item["transformations"][0]["type"]) == ("homes", "rent", "DIRECT")
    assert made["columnLineage"]["dataset"][0]["transformations"][0] == {
        "type": "INDIRECT",
        "subtype": "FILTER",
        "masking": False,
    }
    assert receiver[2]["run"]["runId"] == receiver[3]["run"]["runId"]
    assert receiver[3]["run"]["facets"]["parent"]["run"]["runId"] != receiver[3]["run"]["runId"]


def test_a_step_that_fails_is_told_without_its_message(tmp_path: Path, receiver: list[dict[str, Any]]) -> None:
    @bronze_asset(name="broken")
    def broken(context) -> pl.DataFrame:
        raise ValueError("SW1A 1AA")

    run(tmp_path, broken, ok=False)
    assert [event["eventType"] for event in receiver] == ["START", "FAIL"]
    assert "ValueError" in json.dumps(receiver)
    assert "SW1A" not in json.dumps(receiver)


def test_a_receiver_that_is_not_there_fails_no_step_and_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__TYPE", "http")
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__URL", "http://127.0.0.1:1")
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__RETRY", '{"total": 0}')
    monkeypatch.setattr(events, "_AWAY", [0.0])
    events._client.cache_clear()
    warned: list[str] = []
    with events.events_of("01990000-0000-7000-8000-000000000000", "homes", (), warned.append):
        pass
    events._client.cache_clear()
    assert warned == [
        "The OpenLineage event START of homes was not sent (ConnectionError).",
        "The OpenLineage event COMPLETE of homes was not sent: the receiver did not answer a moment ago.",
    ]


def test_sql_of_a_step_reaches_the_tables_of_the_database(postgres: PostgresServer) -> None:
    database = postgres.new_database()
    postgres.execute(
        "CREATE TABLE permits (id int, fee numeric)", "GRANT SELECT ON permits TO reader", database=database
    )

    def permits(source: PostgresResource) -> pl.DataFrame:
        return source.execute_query("SELECT id, fee * 2 AS twice FROM permits WHERE id > %(least)s", {"least": 7})

    source = PostgresResource(host=postgres.address, database=database, username="reader", password=READER_PASSWORD)
    following = Following(permits, {"source": source}, ())
    with following.watched():
        value = permits(source)
    source.close()
    found = following.lineage(value)
    assert not found.unknown
    assert found.columns["twice"] == (Dependency("postgres:permits", "fee", "transformation"),)
    assert found.rows == (Dependency("postgres:permits", "id", "filter"),)


def test_a_plan_that_is_sure_to_be_the_same_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    def step(homes: pl.LazyFrame, *, factor: int = 1) -> pl.LazyFrame:
        return homes.select(pl.col("rent") * factor, pl.col("town").replace_strict(RATE, default=None))

    def follow(frame: pl.LazyFrame, **more: Any) -> ColumnLineage:
        following = Following(step, {"homes": frame, **more}, (("homes", frame),))
        with following.watched():
            value = step(frame, **more)
        return following.lineage(value)

    frame = pl.LazyFrame({"town": ["x"], "rent": [1]})
    read: list[object] = []

    def noted(function: Any) -> Any:
        read.append(function)
        return purity_of(function)

    monkeypatch.setattr(steps, "purity_of", noted)
    once = follow(frame, factor=2)
    assert not read, "a process of one step never pays for reading the source"
    first = follow(frame, factor=2)
    assert (first, read) == (once, [step])
    assert follow(pl.LazyFrame({"town": ["y"], "rent": [5]}), factor=2) is first  # other values
    assert follow(frame, factor=3) is not first
    assert follow(frame.with_columns(more=1), factor=2) is not first
    assert follow(frame.select("rent", "town"), factor=2) is not first  # the order counts, as for `nth`
    monkeypatch.setitem(RATE, "z", 1.0)
    assert follow(frame, factor=2) is not first
    assert read == [step]


def hides(homes: pl.LazyFrame) -> pl.LazyFrame:
    return homes.select("town", rent=pl.col("rent").map_elements(lambda rent: max(rent, 2), return_dtype=pl.Int64))


def test_a_function_in_a_plan_is_proven_to_hold_nothing_else_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The source is read where the plan alone does not tell: then the first run says what each later one does."""
    frame = pl.LazyFrame({"town": ["x"], "rent": [1]})
    told = []
    for _ in range(3):
        following = Following(hides, {"homes": frame}, (("homes", frame),))
        with following.watched():
            value = hides(frame)
        told.append(following.lineage(value))
    assert told[0] == told[1] == told[2]
    assert [one.column for one in told[0].columns["rent"]] == ["rent"]


def reads_the_clock(homes: pl.LazyFrame) -> pl.LazyFrame:
    import datetime

    return homes.select("rent" if datetime.datetime.now().year else "town")


def collects(homes: pl.LazyFrame) -> pl.LazyFrame:
    return homes.filter(pl.col("rent") > homes.collect()["rent"].mean())


def shows(homes: pl.LazyFrame) -> pl.LazyFrame:
    return homes.select(x=pl.lit(f"{homes}"))


def reads_a_file(homes: pl.LazyFrame) -> pl.LazyFrame:
    return pl.concat([homes, pl.read_csv("other.csv").lazy()])


def swallows(homes: pl.LazyFrame) -> pl.LazyFrame:
    try:
        return homes.select("gone")
    except pl.exceptions.PolarsError:
        return homes


def helped(homes: pl.LazyFrame) -> pl.LazyFrame:
    return homes.pipe(collects)


def asks_a_resource(source: PostgresResource) -> pl.DataFrame:
    return source.execute_query("SELECT 1 AS a")


def only_plans(homes: pl.LazyFrame) -> pl.LazyFrame:
    for name in ("a", "b"):
        homes = homes.with_columns(pl.col("rent").alias(f"{name}_rent"))
    return homes


@pytest.mark.parametrize(
    "function", [reads_the_clock, collects, shows, reads_a_file, swallows, helped, asks_a_resource]
)
def test_what_may_do_more_than_plan_is_not_remembered(function: Any) -> None:
    assert not purity_of(function).pure


def test_what_only_plans_is_known_to() -> None:
    assert purity_of(only_plans).pure


def test_lineage_that_cannot_be_read_fails_no_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform_core.governance.lineage.steps.lineage_of_call", None)
    frame = pl.LazyFrame({"rent": [1]})
    following = Following(collects, {"homes": frame}, (("homes", frame),))
    found = following.lineage(frame)
    assert found.columns == {"rent": (Dependency("homes", "rent", "opaque"),)}
    assert found.unknown[0].reason == "its lineage could not be read (TypeError)"


def test_lineage_is_stored_small_and_read_back() -> None:
    every = tuple(Dependency("wide", f"c{number}", "opaque") for number in range(150))
    found = ColumnLineage({f"c{number}": every for number in range(150)}, every[:1], (Unknown("", "pandas"),))
    assert unpacked(json.loads(json.dumps(packed(found)))) == found
    assert len(json.dumps(packed(found))) < 12_000
    assert "dagster/column_lineage" not in lineage_metadata(found)  # 22,500 edges would be megabytes
    several: list[Any] = [None, [], {"format": 1}, {**packed(found), "sets": [[9999]]}]
    for wrong in several:
        with pytest.raises(UserError, match="column lineage"):
            unpacked(wrong)
