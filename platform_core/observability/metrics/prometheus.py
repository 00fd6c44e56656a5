"""The metrics as Prometheus reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import accumulate
from typing import Any

from platform_core.errors import UserError, no_port
from platform_core.needed import needed
from platform_core.observability.metrics.family import BUCKETS, Durations, Metric


class _Collector:
    """What prometheus-client asks at each scrape."""

    def __init__(self, read: Callable[[], Iterable[Metric]]) -> None:
        self._read = read

    def collect(self) -> Iterator[Any]:
        core = needed("prometheus_client.core", "otel")
        for metric in self._read():
            if isinstance(metric, Durations):
                family = core.HistogramMetricFamily(metric.name, metric.help, labels=metric.labels)
                for labels, counts in sorted(metric.values.items()):
                    ends = [*map(str, BUCKETS), "+Inf"]
                    family.add_metric(labels, list(zip(ends, accumulate(counts.buckets), strict=True)), counts.sum)
            else:
                kind = core.CounterMetricFamily if metric.kind == "counter" else core.GaugeMetricFamily
                family = kind(metric.name, metric.help, labels=metric.labels)
                for labels, value in sorted(metric.values.items()):
                    family.add_metric(labels, value)
            yield family


def metrics_text(read: Callable[[], Iterable[Metric]]) -> str:
    """Give metrics as the text that Prometheus scrapes.

    >>> from platform_core.observability.metrics.family import Family
    >>> runs = Family("workbench_runs", "counter", "Runs.", ("job",), {("report",): 2.0})
    >>> print(metrics_text(lambda: [runs]), end="")
    # HELP workbench_runs_total Runs.
    # TYPE workbench_runs_total counter
    workbench_runs_total{job="report"} 2.0
    """
    client = needed("prometheus_client", "otel")
    return str(client.generate_latest(_registry(read)).decode("utf-8"))


@contextmanager
def serve_metrics(read: Callable[[], Iterable[Metric]], *, port: int, host: str = "127.0.0.1") -> Iterator[int]:
    """Serve metrics at `/metrics` of a port while the block runs; give the port.

    Args:
        read: Gives the metrics; it is called at each scrape.
        port: The port; 0 for a free one.
        host: Where to listen; `0.0.0.0` for every address of the machine.

    Raises:
        UsageError: There is no such port.
        UserError: The port or the address cannot be had.
    """
    client = needed("prometheus_client", "otel")
    try:
        server, thread = client.start_http_server(port, host, registry=_registry(read))
    except OverflowError:
        raise no_port(port) from None
    except OSError as error:
        raise UserError(
            f"Metrics cannot be served on port {port} of {host}: {error.strerror or error}.",
            hint="Give another port, or 0 for a free one.",
        ) from None
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _registry(read: Callable[[], Iterable[Metric]]) -> Any:
    registry = needed("prometheus_client", "otel").CollectorRegistry(auto_describe=False)
    # Without a `describe` it would read all metrics here
    collector = _Collector(read)
    collector.describe = lambda: ()  # type: ignore[attr-defined]
    registry.register(collector)
    return registry
