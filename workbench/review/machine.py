"""A review as JSON, schema version 1 (docs/reference/review.md): sorted, the same bytes for the same two revisions."""

from __future__ import annotations

import json
from typing import Any

from workbench.review.assurance import machine
from workbench.review.model_columns import machine as models
from workbench.review.policies import machine as policies
from workbench.review.prices import machine as prices
from workbench.review.sections_assets import in_order
from workbench.review.values import Asset, AssetChange, Count, DataChange, Review, Snapshot
from workbench.review.wording import clean, rows_after, said

VERSION = 1


def render_json(review: Review) -> str:
    """Give the review as JSON that ends in a line end."""
    found = {
        "version": VERSION,
        "base": _revision(review.base),
        "head": _revision(review.head),
        "verdict": review.verdict,
        "reasons": [said(one) for one in review.reasons],
        "notes": [said(one) for one in review.notes],
        "checklist": [said(one) for one in review.checklist],
        "unchanged": review.unchanged,
        "small_counts": review.small,
        "assets": [_change(one, review.small) | _asked(review, one) for one in in_order(review)],
        "lineage": {
            "added": [_edge(*one) for one in review.lineage.added],
            "removed": [_edge(*one) for one in review.lineage.removed],
            "downstream": [clean(one) for one in review.lineage.downstream],
            "owners": {clean(owner): [clean(one) for one in owned] for owner, owned in review.lineage.owners},
            **_impacts(review),
            **models(review.models),
        },
        "settings": [{"setting": clean(a), "before": b, "after": c} for a, b, c in review.settings],
    }
    return json.dumps(found, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _impacts(review: Review) -> dict[str, object]:
    """Give what is made from the columns that changed, where that was asked for."""
    made = [
        {
            "asset": clean(one.asset),
            "column": clean(one.column),
            "difference": one.kind,
            "reached": [{"asset": clean(a), "column": clean(b), "connection": how} for a, b, how in one.reached],
            "owners": [clean(owner) for owner in one.owners],
        }
        for one in review.lineage.columns
    ]
    return {"columns": made} if made else {}


def _revision(snapshot: Snapshot) -> dict[str, str | None]:
    return {"name": clean(snapshot.name), "commit": snapshot.commit or None}


def _edge(parent: str, child: str) -> dict[str, str]:
    return {"from": clean(parent), "to": clean(child)}


def _asked(review: Review, change: AssetChange) -> dict[str, Any]:
    """Give what the project asks of an asset: `policies`, and `assurance` where it asks for records or has any."""
    found = {"policies": policies(review, change.name), "assurance": machine(review, change.name)}
    return {key: one for key, one in found.items() if one is not None}


def _change(change: AssetChange, small: int) -> dict[str, Any]:
    shown = change.shown
    return {
        "name": clean(change.name),
        "layer": clean(shown.layer),
        "changes": list(change.words),
        "details": [{"what": clean(a), "before": clean(b), "after": clean(c)} for a, b, c in change.details],
        "module": clean(shown.path),
        "line": shown.line,
        "notebook": clean(shown.notebook) or None,
        "owners": [clean(one) for one in shown.owners],
        "key": [clean(one) for one in shown.key],
        "compute": {"before": _compute(change.before), "after": _compute(change.after), "price": prices(change)},
        "parameters": {"before": _parameters(change.before), "after": _parameters(change.after)},
        "schema": [
            {
                "column": clean(one.column),
                "kind": one.kind,
                "before": clean(one.before),
                "after": clean(one.after),
                "breaking": one.breaking,
            }
            for one in change.columns
        ],
        "data": _data(change.data, small),
        "evidence": _evidence(change, small),
        "cells": _cells(change),
    }


def _compute(asset: Asset | None) -> str | None:
    return clean(asset.compute) if asset else None


def _parameters(asset: Asset | None) -> dict[str, dict[str, str]]:
    found = asset.parameters if asset else ()
    return {clean(one.name): {"type": clean(one.type), "default": clean(one.default)} for one in found}


def _rows(before: Count | None, after: Count | None, small: int) -> dict[str, Count | None]:
    """Give counts of rows as they may be told; a difference of a few rows is as telling as a few rows."""
    told = rows_after(before, after, small)
    return {"before": _count(before, small), "after": told if told == f"differs by <{small}" else _count(after, small)}


def _count(number: Count | None, small: int) -> Count | None:
    return f"<{small}" if isinstance(number, int) and 0 < number < small else number


def _data(found: DataChange | None, small: int) -> dict[str, Any] | None:
    if found is None:
        return None
    if not found.comparable:
        return {"comparable": False, "why": found.why_not}
    return {
        "comparable": True,
        "rows": _rows(*found.rows, small),
        "read": {clean(name): _rows(a, b, small) for name, a, b in found.read},
        "same": found.same,
        "columns": (
            {
                "agreeing": found.agreeing[0],
                "known": found.agreeing[1],
                "differing": [clean(c) for c in found.disagreeing],
            }
            if found.agreeing
            else None
        ),
        "nulls": {clean(name): _rows(a, b, small) for name, a, b in found.nulls},
    }


def _evidence(change: AssetChange, small: int) -> dict[str, Any] | None:
    if change.after is None:
        return None
    found: dict[str, Any] = {"standing": change.standing, "reasons": [said(one) for one in change.reasons]}
    proof = change.after.proof
    if proof is None or change.standing not in {"proven", "failed"}:
        return found
    return found | {
        "rows": _count(proof.output.rows, small),
        "nulls": {clean(name): _count(count, small) for name, count in proof.output.nulls} or None,
        "key": [clean(name) for name in proof.output.key] or None,
        "rows_that_repeat_the_key": _count(proof.output.repeats, small),
        "partition": clean(proof.partition) or None,
        "parity": clean(proof.verdict),
        "order": clean(proof.order),
        "tolerance": clean(proof.tolerance) or None,
        "checks": [{"name": clean(a), "passed": b, "severity": clean(c)} for a, b, c in proof.checks],
        "tests": proof.tests,
        "mistakes": {"noticed": proof.killed, "made": proof.killed + proof.survived}
        | ({"untried": proof.untried} if proof.untried else {}),
        **({"personal": _personal(change)} if change.personal else {}),
    }


def _personal(change: AssetChange) -> list[dict[str, Any]]:
    return [{"column": clean(a), "kind": clean(b), "declared": c} for a, b, c in change.personal]


def _cells(change: AssetChange) -> list[dict[str, Any]]:
    proof = change.after.proof if change.after else None
    if proof is None or change.standing in {"stale", "broken"}:
        return []
    return [
        {
            "cell": one.cell,
            "id": clean(one.id) or None,
            "origin": clean(one.origin),
            "lines": list(one.lines),
            "module_lines": list(one.module) if one.module[0] else None,
            "helpers": clean(one.helpers) or None,
            "helper_lines": list(one.helper_lines) if one.helper_lines[0] else None,
        }
        for one in proof.pieces
    ]
