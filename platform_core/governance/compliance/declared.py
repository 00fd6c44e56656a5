"""Reports of what is declared: processing, catalogue, access, exceptions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from platform_core.governance.access import LAYERS, allowed
from platform_core.governance.compliance.values import NOT_STATED, Report, Sheet, Value
from platform_core.governance.policies.engine import Breach, activities_of, classes_of
from platform_core.governance.policies.model import AssetFacts, Policies

if TYPE_CHECKING:
    from platform_core.governance.audit import Entry
    from platform_core.governance.retention import StoredPart


def processing(policies: Policies, assets: Sequence[AssetFacts], *, on: str) -> Report:
    """Give the record of processing activities, as article 30(1) of the UK GDPR asks for it.

    Args:
        policies: Whose `processing:` and `organisation:` say what only people know.
        assets: The assets, whose retention and classification the record takes over.
        on: The day.
    """
    who = policies.organisation
    told = (
        ("Controller (30(1)(a))", who.controller if who else NOT_STATED),
        ("Contact", who.contact if who else NOT_STATED),
        ("Data protection officer", (who.protection_officer if who else "") or NOT_STATED),
    )
    belongs = activities_of(policies, assets)
    classes = classes_of(policies, assets, on=on)
    rows = []
    for key, one in sorted(policies.processing.items()):
        own = [asset for asset in assets if key in belongs[asset.name]]
        kept = sorted({asset.retention_days for asset in own if asset.retention_days is not None})
        levels = sorted({level for asset in own if (level := classes[asset.name].level) is not None})
        rows.append(
            (
                key,
                one.purpose,
                _list(one.subjects),
                _list(one.categories),
                one.lawful_basis or NOT_STATED,
                one.special_category or "none stated",
                _list(one.recipients, "none stated"),
                _list(one.transfers, "none stated"),
                f"{_list([str(days) for days in kept])} {'day' if [*kept] == [1] else 'days'}" if kept else NOT_STATED,
                "; ".join([*([one.security] if one.security else []), *levels]) or NOT_STATED,
                one.dpia or NOT_STATED,
                _list([asset.name for asset in own]),
            )
        )
    columns = (
        "Activity", "Purpose (30(1)(b))", "Data subjects (c)", "Categories of data (c)", "Lawful basis",
        "Condition for special categories", "Recipients (d)", "Transfers abroad (e)", "Kept for (f)", "Security (g)",
        "DPIA", "Assets",
    )  # fmt: skip
    loose = [asset for asset in assets if asset.personal and not belongs[asset.name]]
    notes = [f"{asset.shown} declares personal columns and belongs to no activity." for asset in loose]
    return Report(
        "processing",
        "Record of processing activities",
        on,
        (
            Sheet("controller", "Who answers for the data", ("What", "Who"), told),
            Sheet("activities", "Processing activities", columns, tuple(rows)),
        ),
        tuple(notes),
    )


def catalogue(
    policies: Policies, assets: Sequence[AssetFacts], stored: Iterable[StoredPart] = (), *, on: str
) -> Report:
    """Give the data catalogue: every asset with owner, classification, checks and what is stored of it."""
    classes, belongs = classes_of(policies, assets, on=on), activities_of(policies, assets)
    parts: dict[str, list[StoredPart]] = {}
    for part in stored:
        parts.setdefault(part.asset, []).append(part)
    rows: list[tuple[Value, ...]] = []
    kept: list[tuple[Value, ...]] = []
    for asset in assets:
        own = parts.get(asset.name, [])
        level = classes[asset.name]
        shown = level.level or NOT_STATED
        if level.downgrade is not None:
            shown += " (by a recorded downgrade)"
        elif level.level is not None and level.declared is None:
            shown += " (from its inputs)"
        counts = [part.rows for part in own if part.rows is not None]
        rows.append(
            (
                asset.name,
                asset.layer or "outputs",
                asset.description or NOT_STATED,
                _list(asset.owners),
                shown,
                "yes" if asset.personal or belongs[asset.name] else "no",
                asset.retention_days,
            )
        )
        kept.append(
            (
                asset.name,
                _list(asset.inputs, "none"),
                _list(asset.key, "none"),
                len(asset.checks or ()),
                sum(counts) if counts else None,
                max((part.written for part in own), default=None),
                asset.notebook or ("a model of dbt" if asset.model else "by hand"),
            )
        )
    columns = ("Asset", "Layer", "Description", "Owners", "Classification", "Personal data", "Kept for days")
    where = ("Asset", "Made from", "Key", "Checks", "Rows stored", "Last written", "Notebook")
    return Report(
        "catalogue",
        "Data catalogue",
        on,
        (
            Sheet("assets", "Assets", columns, tuple(rows), ("Kept for days",)),
            Sheet("data", "What they are made from, and what is stored", where, tuple(kept), ("Checks", "Rows stored")),
        ),
    )


def access(policies: Policies, assets: Sequence[AssetFacts], entries: Iterable[Entry], *, on: str) -> Report:
    """Give who may read and write which layer, and who did what with which asset by the audit log."""
    classes = classes_of(policies, assets, on=on)
    roles = []
    for layer in LAYERS:
        highest = sorted({classes[one.name].level or NOT_STATED for one in assets if one.layer == layer})
        roles += [(role, layer, verb, _list(highest)) for role, verb in allowed(policies.roles, layer)]
    counted: Counter[tuple[str, str, str]] = Counter()
    last: dict[tuple[str, str, str], str] = {}
    for entry in entries:
        place = (entry.of, entry.who, entry.did)
        counted[place] += 1
        last[place] = max(entry.at[:10], last.get(place, ""))
    acts = tuple((*place, counted[place], last[place]) for place in sorted(counted))
    return Report(
        "access",
        "Access",
        on,
        (
            Sheet("roles", "Who may", ("Role", "Layer", "May", "Classifications there"), tuple(sorted(roles))),
            Sheet("acts", "Who did, by the audit log", ("Of", "Who", "Did", "Times", "Last"), acts, ("Times",)),
        ),
        ("What was read past the platform, with other tools, stands in no log of it.",),
    )


def exceptions(policies: Policies, breaches: Sequence[Breach], *, on: str) -> Report:
    """Give the exceptions from policies, the recorded downgrades, the legal holds, and what stands open."""
    excepted = tuple(
        (
            one.rule,
            _list(one.assets),
            "expired" if one.expires < on else "in force",
            one.expires,
            one.owner,
            one.reason,
            sum(breach.exemption == one for breach in breaches),
        )
        for one in policies.exceptions
    )
    records = tuple(
        (one.asset, _list(one.inputs), one.to, one.by, one.on, one.expires or "open", one.reason)
        for one in policies.downgrades
    )
    holds = tuple(
        (
            one.id,
            _list(one.assets),
            str(len(one.subjects)) if one.subjects else "everybody",
            one.until or "open",
            one.reason,
        )
        for one in policies.holds
    )
    standing = tuple(
        (one.asset or "policies", one.rule, one.severity, one.said) for one in breaches if one.exemption is None
    )
    exempt = ("Rule", "Assets", "State", "Until", "Owner", "Reason", "Covers now")
    downgrade = ("Asset", "Of inputs", "To", "By", "On", "Until", "Reason")
    return Report(
        "exceptions",
        "Policy exceptions",
        on,
        (
            Sheet("exceptions", "Exceptions from rules", exempt, excepted, ("Covers now",)),
            Sheet("downgrades", "Recorded downgrades of a classification", downgrade, records),
            Sheet("holds", "Legal holds", ("Hold", "Assets", "People", "Until", "Reason"), holds),
            Sheet("open", "What stands against a policy", ("Asset", "Rule", "Severity", "What"), standing),
        ),
    )


def _list(texts: Sequence[str], none: str = NOT_STATED) -> str:
    return ", ".join(texts) or none
