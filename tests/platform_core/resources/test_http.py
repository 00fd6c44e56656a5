"""HTTP and GraphQL, against a real server that misbehaves. What would be waited for is recorded instead."""

from __future__ import annotations

import gzip
import json
import logging
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest

from platform_core.errors import UserError
from platform_core.resources import GraphQLResource, HTTPResource, http_client
from tests.servers.http import (
    RECORDS,
    Asked,
    Behaviour,
    HTTPServer,
    Reply,
    counted,
    linked,
    marked,
    page,
    running_http,
)

TOKEN = "planted-token-9417"  # noqa: S105 - of a server that lives as long as the tests


@pytest.fixture(scope="module")
def running() -> Iterator[HTTPServer]:
    with running_http() as server:
        yield server


@pytest.fixture
def server(running: HTTPServer) -> HTTPServer:
    running.paths.clear()
    running.asked.clear()
    running.counts.clear()
    return running


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waited: list[float] = []
    monkeypatch.setattr(http_client, "sleep", waited.append)
    return waited


@pytest.fixture
def api(server: HTTPServer, waits: list[float]) -> Iterator[HTTPResource]:
    resource = HTTPResource(base_url=server.url, auth_token=TOKEN, name="api", timeout_seconds=30)
    yield resource
    resource.close()


def after(times: int, bad: Reply) -> Behaviour:
    """Answer badly some times, and then well."""
    return lambda asked, before: bad if before < times else Reply(RECORDS)


class TestRequests:
    def test_an_answer_comes_with_the_token_sent(self, api: HTTPResource, server: HTTPServer) -> None:
        server.paths["/permits"] = lambda *_: Reply(RECORDS)
        answer = api.get("/permits", params={"limit": 1000}, headers={"accept": "application/json"})
        assert (answer.status_code, answer.json()) == (200, RECORDS)
        (asked,) = server.asked
        assert asked.headers["authorization"] == f"Bearer {TOKEN}"
        assert asked.params == {"limit": "1000"}
        assert TOKEN not in f"{answer.request.headers.raw!r} {api!r} {vars(answer)}"

    @pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
    def test_a_passing_failure_is_tried_again_after_a_growing_wait(
        self, api: HTTPResource, server: HTTPServer, waits: list[float], status: int
    ) -> None:
        server.paths["/permits"] = after(3, Reply(status=status))
        assert api.get("/permits").json() == RECORDS
        assert len(waits) == 3
        # It doubles from half a second, and up to one second of chance comes on top
        assert all(0.5 * 2**turn <= wait <= 0.5 * 2**turn + 1 for turn, wait in enumerate(waits))

    def test_the_server_says_how_long_to_wait(self, api: HTTPResource, server: HTTPServer, waits: list[float]) -> None:
        later = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
        past = "Wed, 21 Oct 2015 07:28:00 -0000"
        replies = [Reply(status=429, headers={"retry-after": said}) for said in ("7", later, "no time at all", past)]
        server.paths["/permits"] = lambda asked, before: [*replies, Reply(RECORDS)][before]
        assert api.get("/permits").json() == RECORDS
        assert (waits[0], waits[3]) == (7, 0)
        assert 0 < waits[1] <= 30
        assert 2 <= waits[2] <= 3

    def test_a_server_that_asks_for_too_long_a_wait_is_told(
        self, api: HTTPResource, server: HTTPServer, waits: list[float]
    ) -> None:
        server.paths["/permits"] = lambda *_: Reply(status=429, headers={"retry-after": "3600"})
        with pytest.raises(UserError, match=r"answers 429.*\nhint: The server asks to wait 3600 seconds"):
            api.get("/permits")
        assert (len(server.asked), waits) == (1, [])

    def test_attempts_come_to_an_end(self, api: HTTPResource, server: HTTPServer, waits: list[float]) -> None:
        server.paths["/permits"] = lambda *_: Reply({"planted": "in the answer"}, 503)
        with pytest.raises(UserError, match="GET /permits of api answers 503 Service Unavailable") as caught:
            api.get("/permits", params={"who": "planted"})
        assert len(server.asked) == 5
        assert "planted" not in str(caught.value)

    @pytest.mark.parametrize(("status", "hint"), [(404, ""), (401, "auth_token"), (403, "auth_token")])
    def test_what_does_not_pass_is_not_tried_again(
        self, api: HTTPResource, server: HTTPServer, status: int, hint: str
    ) -> None:
        server.paths["/permits"] = lambda *_: Reply(status=status)
        with pytest.raises(UserError, match=f"answers {status}(.|\n)*{hint}"):
            api.get("/permits")
        assert len(server.asked) == 1

    def test_a_body_cut_in_the_middle_is_asked_for_again(self, api: HTTPResource, server: HTTPServer) -> None:
        server.paths["/permits"] = after(2, Reply(RECORDS, cut=True))
        assert api.get("/permits").json() == RECORDS
        server.paths["/always"] = lambda *_: Reply(RECORDS, cut=True)
        with pytest.raises(UserError, match=r"no whole answer in 5 attempts \(RemoteProtocolError\)"):
            api.get("/always")

    def test_a_compressed_body_that_breaks_off_is_asked_for_again(self, api: HTTPResource, server: HTTPServer) -> None:
        packed, coding = gzip.compress(json.dumps(RECORDS * 50).encode()), {"content-encoding": "gzip"}
        # The second would be read to the end of its first part alone
        bodies = [packed[:-60], packed, packed + packed, packed]
        server.paths["/permits"] = lambda _, before: Reply(bodies[before], headers=coding)
        for _ in range(2):
            assert api.get("/permits").json() == RECORDS * 50
        assert server.counts["/permits"] == len(bodies)

    def test_a_slow_server_is_left_after_the_timeout(self, server: HTTPServer, waits: list[float]) -> None:
        hold = threading.Event()
        server.paths["/permits"] = lambda *_: Reply(RECORDS, hold=hold)
        hasty = HTTPResource(base_url=server.url, timeout_seconds=0.05, attempts=2)
        with pytest.raises(UserError, match=r"no whole answer in 2 attempts \(ReadTimeout\)"):
            hasty.get("/permits")
        hold.set()
        hasty.close()

    def test_a_server_that_is_not_there_is_told(self, waits: list[float]) -> None:
        with pytest.raises(UserError, match="ConnectError"):
            HTTPResource(base_url="http://127.0.0.1:9").get("/permits")

    def test_no_more_requests_are_sent_than_allowed(self, server: HTTPServer, waits: list[float]) -> None:
        server.paths["/permits"] = lambda *_: Reply(RECORDS)
        slow = HTTPResource(base_url=server.url, requests_per_second=0.01)
        for _ in range(3):
            slow.get("/permits")
        assert [round(wait, -1) for wait in waits] == [100, 200], "each waits until its turn"
        slow.close()

    @pytest.mark.parametrize("path", ["http://127.0.0.1:1/x", "https://other.example/x"])
    def test_the_token_is_sent_to_no_other_server(self, api: HTTPResource, server: HTTPServer, path: str) -> None:
        with pytest.raises(UserError, match="address of another server"):
            api.get(path)
        server.paths["/permits"] = lambda *_: Reply(RECORDS, headers={"link": f'<{path}>; rel="next"'})
        with pytest.raises(UserError, match="address of another server"):
            api.read("/permits", paginate="link")

    @pytest.mark.parametrize("base", ["ftp://a.uk", "not an address", "https://"])
    def test_an_address_that_is_none_is_told(self, base: str) -> None:
        with pytest.raises(UserError, match=r"is no address|is none|another server"):
            HTTPResource(base_url=base).get("/x")


class TestPages:
    @pytest.mark.parametrize(
        ("behaviour", "options"),
        [
            (linked, {"paginate": "link"}),
            (marked, {"paginate": "cursor", "records": "data.items"}),
            (counted, {"paginate": "offset"}),
        ],
    )
    def test_all_pages_are_one_frame(
        self, api: HTTPResource, server: HTTPServer, tmp_path: Path, behaviour: Behaviour, options: dict[str, Any]
    ) -> None:
        server.paths["/permits"] = behaviour
        assert api.read("/permits", {"size": 3}, **options).rows(named=True) == RECORDS
        saved = api.save("/permits", tmp_path / "permits.parquet", **options)
        assert saved.collect().rows(named=True) == RECORDS

    def test_one_page_without_a_way_of_paging(self, api: HTTPResource, server: HTTPServer) -> None:
        server.paths["/permits"] = linked
        assert api.read("/permits").height == 3

    def test_a_key_that_a_record_lacks_is_null(self, api: HTTPResource, server: HTTPServer) -> None:
        server.paths["/p"] = lambda *_: Reply([{"a": 1}, {"a": 1.5, "b": "x"}])
        assert api.read("/p").rows() == [(1.0, None), (1.5, "x")]
        server.paths["/none"] = lambda *_: Reply([])
        assert api.read("/none").shape == (0, 0)

    @pytest.mark.parametrize(
        ("behaviour", "options", "message"),
        [
            (lambda *_: Reply(b"{", headers={"content-type": "text/html; x"}), {}, r"JSON \(content type text/html\)"),
            (lambda *_: Reply({"a": [], "b": []}), {}, 'Say where it stands: records="data.items"'),
            (lambda *_: Reply({"a": 1}), {"records": "data.items"}, "no list of records at 'data.items'"),
            (lambda *_: Reply([1, 2]), {}, "no list of records"),
            (lambda *_: Reply([{"a": [1]}, {"a": "x"}]), {}, "values are of several types"),
            (lambda *_: Reply(b"[" * 100_000), {}, "no JSON"),
            (lambda *_: Reply(b'[{"a": "\\ud800"}]'), {}, "no Unicode"),
            (lambda *_: Reply({"i": RECORDS, "next_cursor": "same"}), {"paginate": "cursor"}, "go round"),
            (lambda *_: Reply({"i": RECORDS, "next_cursor": {"a": 1}}), {"paginate": "cursor"}, "no mark but a dict"),
            (lambda *_: Reply(RECORDS), {"paginate": "offset"}, "the same page again"),
            (lambda *_: Reply(RECORDS), {"paginate": "pages"}, "Use 'link', 'cursor' or 'offset'"),
            (
                lambda asked, _: Reply(RECORDS, headers={"link": f'<?page={asked.number + 1}>; rel="next"'}),
                {"paginate": "link", "max_pages": 4},
                "more than 4 pages",
            ),
        ],
    )  # fmt: skip
    def test_pages_that_make_no_sense_are_told(
        self,
        api: HTTPResource,
        server: HTTPServer,
        tmp_path: Path,
        behaviour: Behaviour,
        options: dict[str, Any],
        message: str,
    ) -> None:
        server.paths["/permits"] = behaviour
        with pytest.raises(UserError, match=message):
            api.read("/permits", **options)
        assert len(server.asked) <= 5

    @pytest.mark.parametrize("told", [False, True], ids=["no total", "total"])
    @pytest.mark.parametrize("change", ["added", "deleted"])
    @pytest.mark.parametrize("paginate", ["offset", "link"])
    def test_pages_that_move_are_refused(
        self, api: HTTPResource, server: HTTPServer, paginate: Any, change: str, told: bool
    ) -> None:
        rows: list[dict[str, Any]] = []

        def moving(asked: Asked, before: int) -> Reply:
            if before == 0:
                rows[:] = RECORDS
            if before == 1:
                rows[:1] = [] if change == "deleted" else [{"permit_id": 0, "authority": "Council 0"}, rows[0]]
            following = asked.number + 3
            link = {"link": f'<?page={following}>; rel="next"'} if following < len(rows) else {}
            items = rows[asked.number : following]
            return Reply({"items": items, **({"total": len(rows)} if told else {})}, headers=link)

        server.paths["/permits"] = moving
        lost_unseen = (paginate, change, told) == ("link", "deleted", False)  # nothing of the answers shows it
        if not lost_unseen:
            with pytest.raises(UserError, match=r"The pages of /permits moved .*\nhint: Run it again"):
                api.read("/permits", paginate=paginate)
            server.counts.clear()
        assert api.read("/permits", paginate=paginate, moving="allow").height in {6, 8}
        server.counts.clear()
        with pytest.raises(UserError, match=r"The pages of /permits moved while they were read"):
            api.read("/permits", paginate=paginate, moving="twice")
        server.paths["/permits"] = counted if paginate == "offset" else linked
        assert api.read("/permits", paginate=paginate, moving="twice").rows(named=True) == RECORDS

    def test_an_api_that_gives_no_more_than_it_likes_is_told(self, api: HTTPResource, server: HTTPServer) -> None:
        server.paths["/permits"] = lambda asked, _: Reply({"items": RECORDS[:3][asked.number :], "count": 7})
        with pytest.raises(UserError, match="'count' of the answers is 7, and they had 3 records"):
            api.read("/permits", paginate="offset")
        server.paths["/permits"] = lambda asked, _: Reply({"items": (found := page(asked.number)), "count": len(found)})
        assert api.read("/permits", paginate="offset").height == len(RECORDS), "the length of a page is no total"

    def test_records_that_repeat_or_change_a_part_are_read(self, api: HTTPResource, server: HTTPServer) -> None:
        same = [{"authority": "Ambridge", "fee": fee} for fee in (1, 1, 2, 1, 1, 2, 1)]
        server.paths["/permits"] = lambda asked, _: Reply(same[asked.number : asked.number + 3])
        assert api.read("/permits", paginate="offset").rows(named=True) == same
        signed = lambda asked, before: Reply([{**one, "picture": f"?{before}"} for one in page(asked.number)])  # noqa: E731
        server.paths["/permits"] = signed
        assert api.read("/permits", paginate="offset")["permit_id"].to_list() == list(range(1, 8))

    def test_offsets_count_on_from_the_first_and_may_be_of_whole_pages(
        self, api: HTTPResource, server: HTTPServer
    ) -> None:
        server.paths["/permits"] = counted
        frame = api.read("/permits", {"offset": 2}, paginate="offset")
        assert frame["permit_id"].to_list() == [3, 4, 5, 6, 7]
        with pytest.raises(UserError, match="'offset' is to count records, and is no number"):
            api.read("/permits", {"offset": "first"}, paginate="offset")
        server.paths["/permits"] = lambda asked, _: Reply(
            {"items": RECORDS[:6][asked.number // 3 * 3 :][:3], "total": 6}
        )
        assert api.read("/permits", paginate="offset")["permit_id"].to_list() == list(range(1, 7))

    def test_failures_between_pages_change_nothing(self, api: HTTPResource, server: HTTPServer) -> None:
        bad = {1: Reply(status=429, headers={"retry-after": "1"}), 3: Reply(RECORDS, cut=True), 5: Reply(status=500)}
        server.paths["/permits"] = lambda asked, before: bad.get(before) or counted(asked, before)
        assert api.read("/permits", paginate="offset").rows(named=True) == RECORDS

    @pytest.mark.parametrize(
        ("body", "message"),
        [
            (b'[{"a": "\\ud800"}]', "no Unicode"),
            (b'[{"a": [1]}, {"a": 2}]', "several types"),
            (b'[{"a": [{}]}]', "nothing but empty objects under 'a'"),
        ],
    )
    def test_records_that_no_file_holds_are_told(
        self, api: HTTPResource, server: HTTPServer, tmp_path: Path, body: bytes, message: str
    ) -> None:
        server.paths["/permits"] = lambda *_: Reply(body)
        with pytest.raises(UserError, match=message):
            api.save("/permits", tmp_path / "permits.parquet")
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        ("records", "differ"),
        [
            ([{"p": [{"x": 1}]}, {"p": [1]}], "an item of p is an object in one and a whole number in another"),
            ([{"p": 0}, {"p": {"y": 1}}], "p is a whole number in one and an object in another"),
            ([{"p": [1, 1.5]}, {"p": ["a"]}], "an item of p is a number in one and text in another"),
            (
                [{"p": {"y": [True]}}, {"p": {"y": [1]}}],
                "an item of p.y is boolean in one and a whole number in another",
            ),
            ([{"p": "1"}, {"p": 1}], "p is text in one and a whole number in another"),
            ([{"p": 2**53 + 1}, {"p": 0.5}], "too large for a float"),
            ([{"p": 2**130}], "too large for any column"),
            ([{"p": 1}, {"p": 2**127}], "too large for any column"),
            ([{"p": [{"q": -(2**127) - 1}]}], "too large for any column"),
        ],
    )
    def test_no_value_is_bent_to_fit_a_column(
        self, api: HTTPResource, server: HTTPServer, tmp_path: Path, records: list[Any], differ: str
    ) -> None:
        server.paths["/permits"] = lambda *_: Reply(records)
        for call in (api.read, partial(api.save, target=tmp_path / "p.parquet")):
            with pytest.raises(UserError, match=differ):
                call("/permits")
        assert list(tmp_path.iterdir()) == []

    def test_what_is_saved_is_what_is_read(self, api: HTTPResource, server: HTTPServer, tmp_path: Path) -> None:
        records = [
            {"b": None, "n": 1, "l": [], "o": {}},
            {"a": True, "n": 1.5, "l": [None, {"x": []}], "o": {"k": 2**63}, "w": 2**64},
            {"b": "1", "n": None, "l": [{"y": "é", "x": [1, 2.5]}], "o": None, "nan": float("nan")},
        ]
        server.paths["/permits"] = lambda *_: Reply(json.dumps(records).encode())
        read = api.read("/permits")
        assert read.columns == ["b", "n", "l", "o", "a", "w", "nan"]
        assert read["l"].to_list() == [[], [None, {"x": [], "y": None}], [{"x": [1.0, 2.5], "y": "é"}]]
        assert (read["o"].to_list(), read["w"].to_list()) == ([{"k": None}, {"k": 2**63}, None], [None, 2**64, None])
        assert api.save("/permits", tmp_path / "p.parquet").collect().equals(read)

    def test_a_page_that_fails_leaves_no_file(self, api: HTTPResource, server: HTTPServer, tmp_path: Path) -> None:
        server.paths["/permits"] = lambda asked, before: linked(asked, before) if before < 2 else Reply(status=404)
        with pytest.raises(UserError, match="404"):
            api.save("/permits", tmp_path / "permits.parquet", paginate="link")
        assert list(tmp_path.iterdir()) == []


class TestRecording:
    def test_what_was_read_is_replayed(
        self, api: HTTPResource, server: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server.paths["/permits"] = linked
        monkeypatch.setenv("WORKBENCH_RECORD", str(tmp_path))
        frame, answer = api.read("/permits", paginate="link"), api.get("/permits", {"page": 3})
        assert len(server.asked) == 4
        server.paths.clear()
        assert api.get("/permits", {"page": 3}).content == answer.content, "the first answer stays"
        monkeypatch.delenv("WORKBENCH_RECORD")
        monkeypatch.setenv("WORKBENCH_REPLAY", str(tmp_path))
        assert api.read("/permits", paginate="link").equals(frame)
        again = api.get("/permits", {"page": 3})
        assert (again.json(), again.links) == (answer.json(), answer.links)
        assert len(server.asked) == 4
        with pytest.raises(UserError, match="does not hold this read"):
            api.get("/permits", {"page": 4})
        monkeypatch.delenv("WORKBENCH_REPLAY")
        assert HTTPResource.replaying(tmp_path / "api").get("/permits", {"page": 3}).json() == answer.json()
        assert TOKEN.encode() not in b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())

    def test_what_was_saved_is_replayed(
        self, api: HTTPResource, server: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server.paths["/permits"] = linked
        monkeypatch.setenv("WORKBENCH_RECORD", str(tmp_path / "record"))
        saved = api.save("/permits", tmp_path / "a.parquet", paginate="link").collect()
        assert saved.rows(named=True) == RECORDS
        server.paths.clear()
        monkeypatch.delenv("WORKBENCH_RECORD")
        monkeypatch.setenv("WORKBENCH_REPLAY", str(tmp_path / "record"))
        assert api.save("/permits", tmp_path / "b.parquet", paginate="link").collect().equals(saved)
        with pytest.raises(UserError, match="does not hold this read"):
            api.save("/permits", tmp_path / "c.parquet")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["a.parquet", "b.parquet", "record"]

    def test_what_a_query_gave_is_replayed_and_a_mutation_is_not(
        self, server: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server.paths["/graphql"] = lambda *_: Reply({"data": {"permits": 7}})
        graph = GraphQLResource(base_url=server.url, path="graphql", name="graph")
        monkeypatch.setenv("WORKBENCH_RECORD", str(tmp_path))
        assert graph.execute("query($a: Int) { permits }", {"a": 1}) == {"permits": 7}
        assert graph.execute("mutation { close }") == {"permits": 7}
        server.paths.clear()
        monkeypatch.delenv("WORKBENCH_RECORD")
        monkeypatch.setenv("WORKBENCH_REPLAY", str(tmp_path))
        assert graph.execute("query($a: Int) { permits }", {"a": 1}) == {"permits": 7}
        with pytest.raises(UserError, match="does not hold this read"):
            graph.execute("query($a: Int) { permits }", {"a": 2})
        with pytest.raises(UserError, match="replays a recording, so nothing is written"):
            graph.execute("fragment F on Q { a }\nmutation { close }")
        assert len(server.asked) == 2


def test_values_of_the_environment_are_read_by_hand_and_under_dagster(
    server: HTTPServer, waits: list[float], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    server.paths["/permits"] = lambda *_: Reply(RECORDS)
    resource = HTTPResource(base_url=dg.EnvVar("API_URL"), auth_token=dg.EnvVar("API_TOKEN"))
    monkeypatch.setenv("API_URL", server.url)
    with pytest.raises(UserError, match="API_TOKEN is not set"):
        resource.get("/permits")
    monkeypatch.setenv("API_TOKEN", TOKEN)

    @dg.asset
    def permits(context, api: HTTPResource) -> None:
        context.log.info("%r has %s", api, api.read("/permits").height)

    with caplog.at_level(logging.DEBUG), dg.instance_for_test() as instance:
        assert resource.read("/permits").height == len(RECORDS)
        assert dg.materialize([permits], resources={"api": resource}, instance=instance).success
        (run,) = instance.get_runs()
        told = f"{run.run_config} {run.tags} {instance.all_logs(run.run_id)} {caplog.text}"
    assert server.asked[-1].headers["authorization"] == f"Bearer {TOKEN}"
    assert f"has {len(RECORDS)}" in told
    assert TOKEN not in told
    resource.close()


QUERY = (
    "query($after: String) { permits(after: $after) "
    "{ nodes { permit_id authority } pageInfo { hasNextPage endCursor } } }"
)


def connection(asked: Asked, _: int) -> Reply:
    """Answer as a GraphQL API with connections does."""
    start = int(asked.body["variables"].get("after") or 0)
    info = {"hasNextPage": start + 3 < len(RECORDS), "endCursor": str(start + 3)}
    return Reply({"data": {"permits": {"nodes": RECORDS[start : start + 3], "pageInfo": info}}})


class TestGraphQL:
    @pytest.fixture
    def graph(self, server: HTTPServer, waits: list[float]) -> Iterator[GraphQLResource]:
        resource = GraphQLResource(base_url=server.url, path="/graphql", auth_token=TOKEN, name="graph")
        yield resource
        resource.close()

    def test_all_pages_are_one_frame(self, graph: GraphQLResource, server: HTTPServer) -> None:
        server.paths["/graphql"] = lambda asked, before: Reply(status=503) if before == 0 else connection(asked, before)
        frame = graph.read(QUERY, records="permits.nodes", paginate=True)
        assert frame.rows(named=True) == RECORDS
        assert graph.read(QUERY, {"after": "6"}, records="permits.nodes")["permit_id"].to_list() == [7]
        assert graph.execute(QUERY)["permits"]["pageInfo"]["hasNextPage"] is True

    def test_an_address_without_a_path_is_taken_as_it_is_written(self, server: HTTPServer, waits: list[float]) -> None:
        server.paths["/api/graphql"] = connection
        with closing(GraphQLResource(base_url=f"{server.url}/api/graphql")) as graph:
            assert graph.read(QUERY, records="permits.nodes").height == 3
        with closing(HTTPResource(base_url=f"{server.url}/api/graphql")) as api, pytest.raises(UserError, match="404"):
            api.get("/")
        assert server.asked[-1].path == "/api/graphql/"

    def test_what_was_read_is_replayed(
        self, graph: GraphQLResource, server: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server.paths["/graphql"] = connection
        monkeypatch.setenv("WORKBENCH_RECORD", str(tmp_path))
        frame = graph.read(QUERY, records="permits.nodes", paginate=True)
        monkeypatch.delenv("WORKBENCH_RECORD")
        server.paths.clear()
        replayed = GraphQLResource.replaying(tmp_path / "graph")
        assert replayed.read(QUERY, records="permits.nodes", paginate=True).equals(frame)
        with pytest.raises(UserError, match="does not hold this read"):
            replayed.execute(QUERY)

    @pytest.mark.parametrize(
        ("body", "message"),
        [
            ({"errors": [{"message": f"no field x; {TOKEN}"}]}, "answers with an error: no field x; \\*\\*\\*"),
            ({"errors": ["?"]}, "answers with an error"),
            ({"errors": {"message": "no field y"}}, "answers with an error: no field y"),
            ({"data": {"permits": {"nodes": RECORDS}}, "errors": [{"message": "half"}]}, "an error: half"),
            ({"data": None}, "without data"),
            ([], "without data"),
            ({"data": {"permits": {"nodes": RECORDS}}}, "Add pageInfo"),
            ({"data": {"permits": {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": "a"}}}}, "go round"),
        ],
    )
    def test_an_answer_that_makes_no_sense_is_told(
        self, graph: GraphQLResource, server: HTTPServer, body: Any, message: str
    ) -> None:
        server.paths["/graphql"] = lambda *_: Reply(body)
        with pytest.raises(UserError, match=message):
            graph.read(QUERY, records="permits.nodes", paginate=True)

    def test_an_error_told_with_a_bad_status_is_told(self, graph: GraphQLResource, server: HTTPServer) -> None:
        server.paths["/graphql"] = lambda *_: Reply({"errors": [{"message": "no field z"}]}, 400)
        with pytest.raises(UserError, match="answers with an error: no field z"):
            graph.execute(QUERY)

    @pytest.mark.parametrize("body", [b"<p>no</p>", {"data": {}}, []])
    def test_a_bad_status_without_an_error_is_told(self, graph: GraphQLResource, server: HTTPServer, body: Any) -> None:
        server.paths["/graphql"] = lambda *_: Reply(body, 400)
        with pytest.raises(UserError, match="answers 400 Bad Request"):
            graph.execute(QUERY)

    def test_pages_without_an_end_are_told(self, graph: GraphQLResource, server: HTTPServer) -> None:
        def endless(asked: Asked, before: int) -> Reply:
            info = {"hasNextPage": True, "endCursor": str(before)}
            return Reply({"data": {"permits": {"nodes": RECORDS, "pageInfo": info}}})

        server.paths["/graphql"] = endless
        with pytest.raises(UserError, match="more than 3 pages"):
            graph.read(QUERY, records="permits.nodes", paginate=True, max_pages=3)

    def test_a_mutation_is_sent_once(self, graph: GraphQLResource, server: HTTPServer) -> None:
        server.paths["/graphql"] = lambda *_: Reply(status=503)
        with pytest.raises(UserError, match="503"):
            graph.execute("mutation { approve(permit: 1) { id } }")
        assert len(server.asked) == 1


def test_frames_of_pages_are_polars(api: HTTPResource, server: HTTPServer) -> None:
    server.paths["/permits"] = counted
    assert api.read("/permits").schema == {"permit_id": pl.Int64, "authority": pl.String}
