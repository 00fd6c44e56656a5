"""The report of a project as one HTML page: what was made, what was checked, what was proven, and the charts.

The page needs no script and nothing from elsewhere, reads well with a screen reader, and holds nothing that changes
from one writing to the next: what it tells of a materialisation is what was noted when it happened.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from pathlib import Path
from typing import Any

import dagster as dg

from platform_core.atomic import replacing
from platform_core.governance.classification import classification_of
from workbench.graph import AssetNode
from workbench.outcomes import AssetOutcome
from workbench.project import Project
from workbench.report_page import AssetLine, Chart, Page, render_page
from workbench.session import Session

NAME = "report.html"
_MOST = 12  # partitions named of an asset that failed
_IMAGE = re.compile(r"!\[([^\]\n]*)\]\((data:image/(?:png|jpeg|svg\+xml);base64,[A-Za-z0-9+/=]+)\)")


def write_report(session: Session, outcomes: Sequence[AssetOutcome] = ()) -> Path:
    """Write the report of an opened project to `data/report.html` and give its path.

    Args:
        session: The project.
        outcomes: What the run has come to that it is written after: what failed is told first.
    """
    title = session.project.package.replace("_", " ").capitalize()
    page = render_page(
        Page(title, tuple(_line(node, session) for node in session.nodes), tuple(failures(outcomes)))
    ).encode()
    target = session.project.root / "data" / NAME
    if not target.is_file() or target.read_bytes() != page:
        with replacing(target) as path:
            path.write_bytes(page)
    return target


def failures(outcomes: Sequence[AssetOutcome]) -> Iterator[str]:
    """Say which assets failed, for which partitions, and which were not made for that; never a value of their data."""
    for one in outcomes:
        if one.status == "failed":
            parts = [*dict.fromkeys(found.partition for found in one.problems if found.fatal and found.partition)]
            more = f" and {len(parts) - _MOST:,} more" if len(parts) > _MOST else ""
            where = f" for {', '.join(parts[:_MOST])}{more}" if parts else ""
            yield f"{one.name} failed{where}."
        elif one.status == "skipped":
            yield f"{one.name} was not made, since {', '.join(one.blocked_by)} failed."


def read_verdict(project: Project, node: AssetNode) -> str:
    """Say in a few words what an asset's evidence file proves; empty where it has none."""
    try:
        path = project.root / "evidence" / node.layer / f"{node.name}.json"
        content = json.loads(path.read_text(encoding="utf-8"))
        if not content["verified"]:
            return "unverified"
        if content["code_version"] != node.code_version:
            return "out of date: the code changed since"
        return f"{content['parity']['verdict']} to the notebook's data, order {content['parity']['order']}"
    except FileNotFoundError:
        return ""
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        return "unreadable"


def charts_of(node: AssetNode, metadata: Mapping[str, Any]) -> tuple[Chart, ...]:
    """Find the pictures in a materialisation's metadata: Markdown images whose data stand in them.

    A picture that says of itself no more than its function's name is described by its asset.
    """
    found = []
    for key, value in sorted(metadata.items()):
        text = getattr(value, "value", value)
        name = key.rpartition("/")[2]
        for alternative, uri in _IMAGE.findall(text) if isinstance(text, str) else ():
            said = unescape(alternative).strip()
            described = said if said not in {"", name} else f"Chart of {node.name}: {node.description}"
            found.append(Chart(f"Drawn from {node.name}", described, uri))
    return tuple(found)


def _line(node: AssetNode, session: Session) -> AssetLine:
    records = session.memory.records(node.name)
    rows = [record.rows for record in records.values() if record.rows is not None]
    checks = sorted((name, part, passed) for part in records for name, passed in records[part].checks.items())
    event = session.instance.get_latest_materialization_event(dg.AssetKey.from_user_string(node.name))
    materialised = event.asset_materialization if event is not None else None
    return AssetLine(
        name=node.name,
        layer=node.layer,
        description=node.description,
        notebook=node.notebook,
        made=bool(records),
        rows=sum(rows) if rows else None,
        partitions=len(records) if node.partitions is not None else None,
        seconds=round(sum(record.seconds for record in records.values()), 3),
        checks=tuple(checks),
        verdict=read_verdict(session.project, node),
        charts=charts_of(node, materialised.metadata) if materialised is not None else (),
        classification=classification_of(node.metadata) or "",
    )
