"""Metrics of a real instance, as a real client of Prometheus reads them and as a collector of OTLP gets them."""

from __future__ import annotations

import math
import threading
import time
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import dagster as dg
import pytest
from dagster._daemon.types import DaemonHeartbeat
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from prometheus_client.parser import text_string_to_metric_families

from platform_core.errors import UserError
from platform_core.observability.health import Location, read_health
from platform_core.observability.metrics import InstanceMetrics, push_metrics, serve_metrics


@dg.asset(group_name="gold")
def fees(context) -> dg.MaterializeResult[None]:
    if "fail" in context.run.tags:
        raise ValueError
    return dg.MaterializeResult(
        metadata={"dagster/row_count": 12, "metric/share_paid": 0.25, "metric/note": "no number"}
    )


@dg.asset_check(asset=fees)
def complete() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=False)


DEFINITIONS = dg.Definitions(assets=[fees], asset_checks=[complete], jobs=[dg.define_asset_job("nightly")])


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.local_temp(str(tmp_path_factory.mktemp("instance"))) as found:
        run(found)
        run(found)
        run(found, fail="yes")
        yield found


def run(instance: dg.DagsterInstance, **tags: str) -> None:
    DEFINITIONS.resolve_job_def("nightly").execute_in_process(instance=instance, tags=tags, raise_on_error=False)


def metrics(instance: dg.DagsterInstance) -> InstanceMetrics:
    return InstanceMetrics(instance, graph=DEFINITIONS.resolve_asset_graph())


def scrape(port: int) -> dict[tuple[str, ...], float]:
    """Scrape as Prometheus does, and give each sample by its name and the values of its labels."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        text = answer.read().decode()
    families = list(text_string_to_metric_families(text))
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


def test_a_client_scrapes_what_happened_and_a_second_process_the_same(instance: dg.DagsterInstance) -> None:
    with serve_metrics(metrics(instance).read, port=0) as port, serve_metrics(metrics(instance).read, port=0) as other:
        found = scrape(port)
        assert found["workbench_runs_total", "nightly", "success"] == 2
        assert found["workbench_runs_total", "nightly", "failure"] == 1
        assert found["workbench_run_duration_seconds_count", "nightly"] == 3
        assert found["workbench_run_duration_seconds_bucket", "nightly", "+Inf"] == 3
        assert found["workbench_asset_materializations_total", "fees", "gold"] == 2
        assert found["workbench_asset_rows", "fees", "gold"] == 12
        assert found["workbench_asset_metric", "fees", "gold", "share_paid"] == 0.25
        assert found["workbench_check_passed", "fees", "complete"] == 0
        assert found["workbench_runs_going", "queued"] == 0
        assert found["workbench_daemon_healthy", "SENSOR"] == 0
        assert ("workbench_asset_metric", "fees", "gold", "note") not in found
        run(instance)
        again = scrape(port)
        assert again["workbench_runs_total", "nightly", "success"] == 3
        assert again["workbench_asset_materializations_total", "fees", "gold"] == 3
        volatile = {"workbench_scrape_seconds"}
        assert {k: v for k, v in scrape(other).items() if k[0] not in volatile} == {
            k: v for k, v in again.items() if k[0] not in volatile
        }


def test_a_daemon_that_fell_silent_minutes_ago_is_not_alive(instance: dg.DagsterInstance) -> None:
    for kind, seconds in (("SENSOR", 30), ("SCHEDULER", 600)):
        instance.add_daemon_heartbeat(DaemonHeartbeat(time.time() - seconds, kind, "one", []))
    found = read_health(instance, [Location("rents", 1)], now=time.time())
    assert {one.name: one.healthy for one in found.daemons}.items() >= {"SENSOR": True, "SCHEDULER": False}.items()
    assert "The daemon SCHEDULER gives no sign of life." in found.problems
    (told,) = (one.values for one in metrics(instance).read() if one.name == "workbench_daemon_healthy")
    assert (told["SENSOR",], told["SCHEDULER",]) == (1, 0)


def test_labels_are_few_however_many_runs_there_are(instance: dg.DagsterInstance) -> None:
    before = {(m.name, labels) for m in metrics(instance).read() for labels in m.values}
    run(instance)
    after = {(m.name, labels) for m in metrics(instance).read() for labels in m.values}
    assert after == before
    ids = {one.run_id for one in instance.get_runs()}
    assert not any(ids & set(labels) for _, labels in after)


def test_assets_beyond_the_limit_are_left_out_and_counted(instance: dg.DagsterInstance) -> None:
    found = {m.name: m for m in InstanceMetrics(instance, most_assets=0).read()}
    assert dict(found["workbench_assets_left_out"].values) == {(): 1.0}
    assert not found["workbench_asset_rows"].values


class Collector(HTTPServer):
    """Takes what an exporter of OTLP sends."""

    received: list[ExportMetricsServiceRequest]
    answers: list[int]


@pytest.fixture
def collector() -> Iterator[Collector]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["content-length"]))
            server.received.append(ExportMetricsServiceRequest.FromString(content))
            self.send_response(server.answers.pop(0) if server.answers else 200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = Collector(("127.0.0.1", 0), Handler)
    server.received, server.answers = [], []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_collector_gets_the_same_by_otlp(instance: dg.DagsterInstance, collector: Collector) -> None:
    reading = metrics(instance)
    endpoint = f"http://127.0.0.1:{collector.server_port}/v1/metrics"
    push_metrics(reading.read(), endpoint=endpoint, attributes={"deployment.environment": "test"})
    (request,) = collector.received
    (resource,) = request.resource_metrics
    named = {one.key: one.value.string_value for one in resource.resource.attributes}
    assert (named["service.name"], named["deployment.environment"]) == ("workbench", "test")
    sent: dict[str, Any] = {one.name: one for one in resource.scope_metrics[0].metrics}
    runs = {
        tuple(a.value.string_value for a in p.attributes): p.as_double for p in sent["workbench_runs"].sum.data_points
    }
    ended = next(one for one in reading.read() if one.name == "workbench_runs")
    assert runs == dict(ended.values)
    assert sent["workbench_runs"].sum.is_monotonic
    (durations,) = sent["workbench_run_duration_seconds"].histogram.data_points
    assert durations.count == sum(runs.values())
    assert math.isclose(sent["workbench_asset_metric"].gauge.data_points[0].as_double, 0.25)


def test_a_collector_that_does_not_take_them_is_said_without_its_address(
    instance: dg.DagsterInstance, collector: Collector, caplog: pytest.LogCaptureFixture
) -> None:
    collector.answers = [503, 403]  # it is tried again, and then not
    address = f"http://127.0.0.1:{collector.server_port}/v1/metrics?key=planted-2211"
    with pytest.raises(UserError, match="did not take the metrics"):
        push_metrics(metrics(instance).read(), endpoint=address)
    assert len(collector.received) == 2
    assert not caplog.records


def test_a_protocol_that_metrics_are_not_sent_by_is_refused(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = f"http://127.0.0.1:{collector.server_port}/v1/metrics"
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
    with pytest.raises(UserError, match="they are sent by http/protobuf"):
        push_metrics([], endpoint=endpoint)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "http/protobuf")  # which counts before the other
    push_metrics([], endpoint=endpoint)


def test_a_port_that_cannot_be_had_is_told() -> None:
    told = pytest.raises(UserError, match="cannot be served on port")
    with serve_metrics(list, port=0) as port, told, serve_metrics(list, port=port):
        pass
    with pytest.raises(UserError, match="port 70000"), serve_metrics(list, port=70000):
        pass
