"""The metrics by OpenTelemetry's protocol (OTLP over HTTP), through its SDK's exporter."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from platform_core.errors import UserError
from platform_core.needed import needed
from platform_core.observability.metrics.family import BUCKETS, Counts, Durations, Metric

_PROTOCOL = "http/protobuf"


def push_metrics(
    metrics: Iterable[Metric],
    *,
    endpoint: str | None = None,
    headers: Mapping[str, str] | None = None,
    attributes: Mapping[str, str] | None = None,
    since: float | None = None,
) -> None:
    """Send metrics to a collector.

    Args:
        metrics: What `InstanceMetrics.read` gives.
        endpoint: The address, such as `http://collector:4318/v1/metrics`; else that of `OTEL_EXPORTER_OTLP_ENDPOINT`.
        headers: For example what authenticates; else `OTEL_EXPORTER_OTLP_HEADERS`.
        attributes: What the resource is: `service.name` is `workbench` unless it is here.
        since: Since when counters count, in seconds since 1970.

    Raises:
        UserError: The collector did not take them, or the environment asks for another protocol.
    """
    _refuse_other_protocols()
    exporter = needed("opentelemetry.exporter.otlp.proto.http.metric_exporter", "otel")
    data = needed("opentelemetry.sdk.metrics.export", "otel")
    resources = needed("opentelemetry.sdk.resources", "otel")
    scope = needed("opentelemetry.sdk.util.instrumentation", "otel").InstrumentationScope("workbench")
    now, start = int(time.time() * 1e9), int((since or time.time()) * 1e9)
    resource = resources.Resource({"service.name": "workbench", **(attributes or {})})
    told = [_metric(data, metric, start, now) for metric in metrics]
    scoped = data.ScopeMetrics(scope=scope, metrics=told, schema_url="")
    whole = data.MetricsData([data.ResourceMetrics(resource=resource, scope_metrics=[scoped], schema_url="")])
    sender = exporter.OTLPMetricExporter(endpoint=endpoint, headers=dict(headers) if headers else None, timeout=10)
    try:
        with _quiet(exporter.__name__):
            result = sender.export(whole, timeout_millis=10_000)
    finally:
        sender.shutdown()
    if result != data.MetricExportResult.SUCCESS:
        hint = "Look at its log, and at the address: whole, of its port for HTTP: http://collector:4318/v1/metrics."
        raise UserError("The collector did not take the metrics.", hint=hint)


def _refuse_other_protocols() -> None:
    for name in ("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"):
        asked = os.environ.get(name, "").strip()
        if asked:
            if asked != _PROTOCOL:
                raise UserError(
                    f"{name} asks for a protocol that metrics are not sent by; they are sent by {_PROTOCOL}.",
                    hint=f"Set OTEL_EXPORTER_OTLP_METRICS_PROTOCOL={_PROTOCOL}, and the port for HTTP (4318).",
                )
            return


@contextmanager
def _quiet(name: str) -> Iterator[None]:
    """Keep the exporter from telling each try: its words hold the address, in which a key may stand."""
    logger = logging.getLogger(name)
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


def _metric(data: Any, metric: Metric, start: int, now: int) -> Any:
    unit = "s" if metric.name.endswith("_seconds") else "1"
    if isinstance(metric, Durations):
        points = [_durations(data, metric, labels, one, start, now) for labels, one in sorted(metric.values.items())]
        held: Any = data.Histogram(points, data.AggregationTemporality.CUMULATIVE)
        return data.Metric(metric.name, metric.help, unit, held)
    points = [
        data.NumberDataPoint(dict(zip(metric.labels, labels, strict=True)), start, now, float(value))
        for labels, value in sorted(metric.values.items())
    ]
    if metric.kind == "counter":
        held = data.Sum(points, data.AggregationTemporality.CUMULATIVE, is_monotonic=True)
    else:
        held = data.Gauge(points)
    return data.Metric(metric.name, metric.help, unit, held)


def _durations(data: Any, metric: Durations, labels: tuple[str, ...], one: Counts, start: int, now: int) -> Any:
    return data.HistogramDataPoint(
        attributes=dict(zip(metric.labels, labels, strict=True)),
        start_time_unix_nano=start,
        time_unix_nano=now,
        count=sum(one.buckets),
        sum=one.sum,
        bucket_counts=one.buckets,
        explicit_bounds=BUCKETS,
        min=None,
        max=None,
    )
