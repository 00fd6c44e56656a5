"""`workbench metrics`: the platform's metrics for Prometheus, or sent by OpenTelemetry's protocol."""

from __future__ import annotations

import argparse
import sys

from workbench.project import find_project

HELP = "Serve the platform's metrics to Prometheus, print them, or send them to a collector (OTLP)."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--port", type=int, default=9464, help="where /metrics is served (default: 9464; 0: a free one)"
    )
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1)")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--once", action="store_true", help="print them and end")
    how.add_argument(
        "--otlp",
        nargs="?",
        const="",
        metavar="ENDPOINT",
        help="send them, once or --every; without an address to that of OTEL_EXPORTER_OTLP_ENDPOINT",
    )
    parser.add_argument("--every", type=float, metavar="SECONDS", help="with --otlp, again and again")


def execute(arguments: argparse.Namespace) -> int:
    """Serve, print or send, until it is interrupted."""
    import signal  # noqa: PLC0415 - a command imports what it needs when it runs
    import threading  # noqa: PLC0415 - as above
    import time  # noqa: PLC0415 - as above

    from platform_core.errors import UsageError, UserError  # noqa: PLC0415 - as above
    from platform_core.observability.metrics import (  # noqa: PLC0415 - as above
        InstanceMetrics,
        metrics_text,
        push_metrics,
        serve_metrics,
    )
    from workbench.watching.opened import watched  # noqa: PLC0415 - as above

    if arguments.every is not None and (arguments.otlp is None or arguments.every <= 0):
        raise UsageError("--every takes seconds above 0, and goes with --otlp.")
    ended = threading.Event()
    with watched(find_project()) as found:
        metrics = InstanceMetrics(found.instance, graph=found.graph, alerter=found.alerter)
        if arguments.once:
            sys.stdout.write(metrics_text(metrics.read))
            return 0
        if arguments.otlp is not None and arguments.every is None:
            push_metrics(metrics.read(), endpoint=arguments.otlp or None)
            return 0
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: ended.set())
        if arguments.otlp is None:
            with serve_metrics(metrics.read, port=arguments.port, host=arguments.host) as port:
                sys.stderr.write(f"Metrics: http://{arguments.host}:{port}/metrics\n")
                sys.stderr.flush()
                ended.wait()
            return 0
        since = time.time()
        while not ended.is_set():
            try:
                push_metrics(metrics.read(), endpoint=arguments.otlp or None, since=since)
            except UserError as error:  # the collector may come back
                sys.stderr.write(f"warning: {error.message}\n")
            ended.wait(arguments.every)
    return 0
