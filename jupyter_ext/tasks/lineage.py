"""The graph of a notebook's steps and their neighbours in the project, as nodes and edges."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_ext.confine import all_inside_project
from jupyter_ext.tasks.opened import Opened
from promote.evidence import read_evidence
from promote.vocabulary import layers

_inputs: dict[Path, tuple[int, tuple[str, ...]]] = {}


def lineage(found: Opened) -> dict[str, Any]:
    """Give the steps of the notebook, what they read, and what promoted steps of other notebooks read of them.

    Nodes have name, layer (empty where no notebook makes the asset), notebook and whether they are of this one; edges
    go from what is read to what reads it.
    """
    makers = {name: (layer, notebook) for notebook, made in found.rows.items() for layer, name, _ in made}
    steps = found.prepared.selection.steps if found.prepared else ()
    own = {step.name: step.layer for step in steps}
    plans = found.prepared.plans if found.prepared else ()
    edges = {(given.asset, plan.step.name) for plan in plans for given in plan.function.inputs}
    others = {name: f"evidence/{layer}/{name}.json" for name, (layer, _) in makers.items() if name not in own}
    all_inside_project(found.project, others.values())
    for name, evidence in others.items():
        edges |= {(read, name) for read in _read_by(found, evidence) if read in own}
    named = sorted({*own, *(name for edge in edges for name in edge)})
    nodes = [
        {
            "name": name,
            "layer": own[name] if name in own else makers.get(name, ("", ""))[0],
            "notebook": found.notebook.path if name in own else makers.get(name, ("", ""))[1],
            "here": name in own,
        }
        for name in named
    ]
    rank = {layer: number for number, layer in enumerate(layers())}
    nodes.sort(key=lambda node: (rank.get(str(node["layer"]), -1), node["name"]))
    return {"nodes": nodes, "edges": [{"from": read, "to": reader} for read, reader in sorted(edges)]}


def _read_by(found: Opened, relative: str) -> tuple[str, ...]:
    """Give what a promoted step of another notebook reads, by its evidence."""
    path = found.project.root / relative
    try:
        stamp = path.stat().st_mtime_ns
    except OSError:
        return ()
    known = _inputs.get(path)
    if known is None or known[0] != stamp:
        evidence = read_evidence(found.project.root, relative)
        facts = evidence.facts if evidence is not None else None
        known = _inputs[path] = (stamp, tuple(facts.inputs) if facts is not None else ())
    return known[1]
