"""Assets made in Dagster, and what Dagster then knows of them, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dagster as dg

from workbench.commands.materialize import check_partition
from workbench.graph import select
from workbench.materialise import Materialiser, count
from workbench.project import Project
from workbench.report import charts_of, write_report
from workbench.session import Session, open_session

Tell = Any
_SHOWN = (dg.IntMetadataValue, dg.FloatMetadataValue, dg.TextMetadataValue, dg.MarkdownMetadataValue)


def make(project: Project, question: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Make what a selection names, and give outcomes and metadata."""
    with open_session(project) as session:
        chosen = select(session.definitions, session.nodes, question["selection"])
        check_partition(chosen, question["partition"], all_partitions=question["all_partitions"])
        total, done = count(chosen, question["partition"]), 0

        def watch(name: str, part: str | None) -> None:
            nonlocal done
            done += 1
            tell({"doing": f"made {name} {part or ''}".rstrip(), "done": done, "of": total})

        outcomes = Materialiser(session, force=question["force"]).run(chosen, question["partition"], watch)
        report = write_report(session)
        failed = any(outcome.status in {"failed", "skipped"} for outcome in outcomes)
        return {
            "assets": [outcome.as_json() | _told(session, outcome.name) for outcome in outcomes],
            "report": project.relative(report),
            "exit_code": int(failed),
        }


def _told(session: Session, name: str) -> dict[str, Any]:
    """Give the metadata of an asset's last materialisation as plain texts, and its pictures."""
    event = session.instance.get_latest_materialization_event(dg.AssetKey.from_user_string(name))
    made = event.asset_materialization if event is not None else None
    if made is None:
        return {"metadata": [], "charts": []}
    node = next(node for node in session.nodes if node.name == name)
    told = [
        {"name": key, "value": str(value.value), "markdown": isinstance(value, dg.MarkdownMetadataValue)}
        for key, value in sorted(made.metadata.items())
        if isinstance(value, _SHOWN) and "data:image/" not in str(value.value)
    ]
    charts = [{"alternative": one.alternative, "uri": one.uri} for one in charts_of(node, made.metadata)]
    return {"metadata": told, "charts": charts}
