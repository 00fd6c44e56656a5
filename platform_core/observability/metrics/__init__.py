"""Metrics of runs, assets, checks, the queue, daemons and alerts, read from Dagster's records and never counted here.

So they are the same however many processes run, and none is lost with one. `reading` reads them, incrementally;
`prometheus` serves them at `/metrics`, `otlp` sends them by OpenTelemetry's protocol.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_core.lazy import loader

if TYPE_CHECKING:
    from platform_core.observability.metrics.otlp import push_metrics
    from platform_core.observability.metrics.prometheus import metrics_text, serve_metrics
    from platform_core.observability.metrics.reading import InstanceMetrics

__all__ = ["InstanceMetrics", "metrics_text", "push_metrics", "serve_metrics"]

# Each of the two ways out brings a library of its own
__getattr__ = loader(
    __name__,
    {
        "InstanceMetrics": "reading",
        "metrics_text": "prometheus",
        "push_metrics": "otlp",
        "serve_metrics": "prometheus",
    },
)
