"""Sizes that what runs took calls for, beside those that the code asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from platform_core.compute_kinds import KINDS, ComputeSpec, Cost, History, Prices, Usage, decide, price, size_of
from platform_core.compute_kinds.limits import read_data
from platform_core.compute_kinds.ran_on import LOCAL
from platform_core.compute_kinds.sizing import Job, expected_seconds, look
from platform_core.costs.facts import Facts, history_of
from platform_core.costs.records import Record
from platform_core.errors import UserError

TOO_FEW = "too few runs"
FITS = "fits"
AUTO = "decided at launch"
RESIZE = "resize"
MOVE = "move"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for one asset.

    Args:
        asset: The asset.
        now: The compute that its code asks for.
        proposed: What is proposed in its place; None where nothing is.
        status: `resize` within the kind, `move` to another, `fits`, `too few runs` or `decided at launch`.
        why: The reason in words.
        history: What runs took.
        before: What a run of that length costs now; None without a price.
        after: What it would cost.
    """

    asset: str
    now: ComputeSpec
    proposed: ComputeSpec | None
    status: str
    why: str
    history: History
    before: Cost | None = None
    after: Cost | None = None


def propose(
    facts: Mapping[str, Facts],
    records: Iterable[Record],
    prices: Prices,
    rules: Mapping[str, Any] | None = None,
    headroom: float | None = None,
) -> tuple[Proposal, ...]:
    """Propose a size for every asset whose code asks for compute, by name.

    The kind stays, unless no size of it has room for what runs took. Spot, nodes, roles, variables and time limits that
    suffice stay as they are.

    Args:
        facts: What the code says of the assets.
        records: What runs took.
        prices: The prices.
        rules: The rules of placement; those of `placement.json` by default.
        headroom: By what the 95th percentile of memory is multiplied; what the rules say by default.
    """
    data = rules or read_data("placement.json")
    measuring = {**data["measured"], **({} if headroom is None else {"memory_headroom": headroom})}
    data = {**data, "measured": measuring}
    runs: dict[str, list[Record]] = {}
    for record in records:
        runs.setdefault(record.asset, []).append(record)
    return tuple(
        _propose(one, runs.get(name, []), prices, data)
        for name, one in sorted(facts.items())
        if one.spec is not None and one.spec.kind in KINDS
    )


def _propose(facts: Facts, records: list[Record], prices: Prices, data: Mapping[str, Any]) -> Proposal:
    spec, history, measuring = facts.spec, history_of(records), data["measured"]
    if spec is None or spec.kind == "dask":
        raise ValueError(facts.asset)
    if history.runs < measuring["least_runs"]:
        why = f"{history.runs} of the {measuring['least_runs']} measured runs that a size is proposed from"
        return Proposal(facts.asset, spec, None, TOO_FEW, why, history)
    parallelism = facts.hints.parallelism if facts.hints else 1
    memory = max(1, ceil(history.peak_memory_mb * measuring["memory_headroom"]))
    needs = Job(memory, history.seconds, history.cpu_seconds, _gpus(spec), parallelism)
    local = sum(record.kind == LOCAL for record in records)
    why = (
        f"95 % of the {history.runs} runs took no more than {history.peak_memory_mb:,.0f} MB, "
        f"{history.cpu_seconds:,.1f} CPU seconds and {history.seconds:,.1f} seconds"
        f"{f'; {local} of the runs were on a local machine' if local else ''}"
    )
    if facts.hints is not None:
        return Proposal(facts.asset, spec, None, AUTO, f"{why}; @auto_compute sizes it anew each time", history)
    found = look(spec.kind, needs, data, measuring, prices).spec
    if found is None:
        return _move(facts.asset, spec, history, why, prices, data)
    proposed = _kept(spec, found, data)
    if proposed == spec:
        return Proposal(facts.asset, spec, None, FITS, why, history)
    before, after = (_cost(one, needs, measuring, prices) for one in (spec, proposed))
    return Proposal(facts.asset, spec, proposed, RESIZE, why, history, before, after)


def _move(
    asset: str, spec: ComputeSpec, history: History, why: str, prices: Prices, data: Mapping[str, Any]
) -> Proposal:
    try:
        found = decide(None, history, prices, data)
    except UserError as error:
        return Proposal(asset, spec, None, FITS, f"{why}; {error.message}", history)
    said = f"{why}: more than {spec.kind} has. {found.why}"
    return Proposal(asset, spec, found.spec, MOVE, said, history, None, found.cost)


def _kept(now: ComputeSpec, found: ComputeSpec, data: Mapping[str, Any]) -> ComputeSpec:
    """Give the size that was found with all that has nothing to do with size as it stands now."""
    sizes = {"memory_mb", "cpu_units", "vcpus", "node_type"}
    options = {name: found[name] if name in sizes else value for name, value in now.options.items()}
    if "timeout_seconds" in options:
        options["timeout_seconds"] = max(now["timeout_seconds"], found["timeout_seconds"])
    known = {name for name, _ in data["node_types"]}
    if now.kind == "eks" and now["node_type"] not in known:
        options["node_type"] = now["node_type"]  # a type that the rules do not know was chosen for a reason
    return ComputeSpec(now.kind, options)


def _gpus(spec: ComputeSpec) -> int:
    return int(spec.options.get("gpus", 0))


def _cost(spec: ComputeSpec, needs: Job, measuring: Mapping[str, Any], prices: Prices) -> Cost | None:
    seconds = expected_seconds(spec, needs, measuring) + measuring["start_seconds"][spec.kind]
    try:
        return price(spec, seconds, Usage(), prices)
    except UserError:
        return None


def as_json(one: Proposal) -> dict[str, Any]:
    """Give a proposal as plain values."""

    def spec(it: ComputeSpec | None) -> dict[str, Any] | None:
        return None if it is None else {**_plain(it), "size": size_of(it)}

    def cost(it: Cost | None) -> float | None:
        return None if it is None else it.usd

    return {
        "asset": one.asset,
        "status": one.status,
        "now": spec(one.now),
        "proposed": spec(one.proposed),
        "why": one.why,
        "runs": one.history.runs,
        "usd_per_run_now": cost(one.before),
        "usd_per_run_proposed": cost(one.after),
    }


def _plain(spec: ComputeSpec) -> dict[str, Any]:
    options = {key: dict(value) if isinstance(value, Mapping) else value for key, value in spec.options.items()}
    return {"kind": spec.kind, **options}
