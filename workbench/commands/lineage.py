"""`workbench lineage`: what a column is made from, and what is made from it."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from workbench.project import find_project

if TYPE_CHECKING:
    from platform_core.governance.lineage.graph import LineageGraph, Trace

HELP = "Show what a column or an asset is made from, and what is made from it."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("target", metavar="ASSET[.COLUMN]", help="such as fees or fees.total")
    parser.add_argument("--up", action="store_true", help="only what it is made from")
    parser.add_argument("--down", action="store_true", help="only what is made from it")
    parser.add_argument(
        "--format", choices=("text", "json", "svg", "mermaid"), default="text", help="how to show it (default: text)"
    )


def execute(arguments: argparse.Namespace) -> int:
    """Follow the column and print what was found."""
    # Not at the top: these bring Dagster, two seconds that `--help` has no use for
    from platform_core.governance.lineage.drawing import mermaid, svg  # noqa: PLC0415
    from platform_core.governance.lineage.graph import both_ways, downstream, upstream  # noqa: PLC0415
    from workbench.columns import graph_of  # noqa: PLC0415
    from workbench.session import open_session  # noqa: PLC0415

    with open_session(find_project()) as session:
        graph = graph_of(session)
    asset, column = named(graph, arguments.target)
    either = arguments.up == arguments.down
    ways = [way for way, asked in ((upstream, arguments.up), (downstream, arguments.down)) if asked or either]
    traces = [way(graph, asset, column) for way in ways]
    whole = both_ways(*traces)
    match arguments.format:
        case "json":
            shown = json.dumps(as_json(graph, whole), indent=2, ensure_ascii=False)
        case "svg":
            shown = svg(whole, f"Column lineage of {arguments.target}").rstrip("\n")
        case "mermaid":
            shown = mermaid(whole).rstrip("\n")
        case _:
            titles = {upstream: "Made from", downstream: "Made from it"}
            parts = [as_text(graph, trace, titles[way]) for way, trace in zip(ways, traces, strict=True)]
            shown = "\n\n".join([_head(graph, asset, arguments.target), *parts])
    print(shown)  # noqa: T201 - the command's result
    return 0


def named(graph: LineageGraph, target: str) -> tuple[str, str | None]:
    """Split `ASSET.COLUMN`; a column may hold dots itself.

    Raises:
        UsageError: There is no such asset or column.
    """
    parts = target.split(".")
    splits = [(".".join(parts[:number]), ".".join(parts[number:]) or None) for number in range(len(parts), 0, -1)]
    asset, column = next((split for split in splits if split[0] in graph.assets), splits[-1])
    graph.check(asset, column)
    return asset, column


def as_text(graph: LineageGraph, trace: Trace, title: str) -> str:
    """Give a trace as lines for people: by asset, each column with how it is connected."""
    words = {"direct": "values", "influence": "influence", "unknown": "not known"}
    by_asset: dict[str, list[str]] = {}
    for (asset, column), strength in trace.places.items():
        if strength != "asked":
            by_asset.setdefault(asset, []).append(f"  {_shown(column, strength):30} {words[strength]}")
    if not by_asset:
        return f"{title}: nothing."
    lines = [f"{title}:"]
    for asset, columns in by_asset.items():
        known = graph.assets.get(asset)
        about = [f"from {known.source}", *known.owners] if known is not None and known.source else ["a source"]
        lines += ["", f"{asset} ({', '.join(about)})", *columns]
    return "\n".join(lines)


def as_json(graph: LineageGraph, trace: Trace) -> dict[str, object]:
    """Give a trace as plain values."""
    names = sorted({asset for asset, _ in trace.places})
    return {
        "columns": [
            {"asset": asset, "column": column, "connection": strength}
            for (asset, column), strength in trace.places.items()
        ],
        "edges": [
            {
                "from": {"asset": edge.start[0], "column": edge.start[1]},
                "to": {"asset": edge.end[0], "column": edge.end[1]},
                "kind": edge.strength,
                "way": edge.way,
            }
            for edge in trace.edges
        ],
        "assets": [
            {
                "name": name,
                "owners": list(graph.assets[name].owners),
                "lineage": graph.assets[name].source,
                "unknown": [item.reason for item in found.unknown] if (found := graph.assets[name].lineage) else [],
            }
            for name in names
            if name in graph.assets
        ],
    }


def _head(graph: LineageGraph, asset: str, target: str) -> str:
    known = graph.assets[asset]
    lines = [f"{target}: lineage from {known.source}."]
    if known.lineage is not None:
        lines += [f"Not known exactly: {item.reason}." for item in known.lineage.unknown]
    return "\n".join(lines)


def _shown(column: str, strength: str) -> str:
    return column if column != "*" else "(all columns)" if strength == "unknown" else "(rows)"
