"""`workbench retention`: what has been kept long enough, and deleting it."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from platform_core.config import load_config
from platform_core.errors import UserError
from platform_core.governance.audit import note
from platform_core.governance.policies.engine import held
from platform_core.governance.retention import Due, due, refuse_astray
from platform_core.storage.routes import storage_of
from promote.reports.report import clean
from workbench.governance.loading import Governed
from workbench.governance.stored import finish, stored_parts, take_out_part


def find_due(found: Governed, on: str) -> tuple[Due, ...]:
    """Say of all that is stored until when it is kept."""
    storage = storage_of(load_config(found.project.root))
    return due(stored_parts(storage, found.assets), found.assets, found.policies, on=on)


def expire(found: Governed, told: Sequence[Due], on: str) -> int:
    """Delete what is due and not held, tell the audit log of each, and give how many were deleted.

    A run that was killed is run again: it ends what the first began.

    Raises:
        UserError: A legal hold is of an asset that is not there, the audit log cannot be written, or data cannot be
            deleted; what was deleted until then is recorded.
    """
    refuse_astray(found.policies, found.by_name, on)
    storage = storage_of(load_config(found.project.root))
    count = 0
    for one in told:
        if not one.due or one.hold:
            continue
        asset = found.by_name[one.part.asset]
        about = {"partition": one.part.partition, "kept_until": one.keep_until, "days": one.days, "rows": one.part.rows}
        # Told before it is done: what is gone and not in the log could not be explained
        problem = note("deleted", asset.shown, {"why": "retention", **about}, project=found.project.root)
        if problem:
            raise UserError(f"Nothing more was deleted. {problem}", hint="Make it writable and run again.")
        take_out_part(storage, asset, one.part.partition)
        count += 1
    finish(storage, [asset for asset in found.assets if held(found.policies, asset.name, on) is None])
    return count


def as_text(told: Sequence[Due], on: str, *, every: bool) -> str:
    """Give what is due as text, with what is held; with `every` what is still kept too."""
    shown = [one for one in told if every or one.due]
    lines = []
    for one in shown:
        part = f"{one.part.layer}:{one.part.asset}" + (f" {one.part.partition}" if one.part.partition else "")
        state = f"held by {one.hold}" if one.hold and one.due else "due" if one.due else "kept"
        days = f"{one.days} {'day' if one.days == 1 else 'days'}"
        lines.append(
            clean(f"{state:<12} {part}: kept until {one.keep_until} ({days} since {one.since}, {one.reckoned})")
        )
    free = sum(one.due and not one.hold for one in told)
    lines.append(
        f"On {on}, {free} of {len(told)} stored parts with a retention period {'is' if free == 1 else 'are'} due."
    )
    return "\n".join(lines) + "\n"


def as_json(told: Sequence[Due], on: str) -> str:
    """Give the same as JSON."""
    parts = [
        {
            "asset": one.part.asset,
            "layer": one.part.layer,
            "partition": one.part.partition,
            "rows": one.part.rows,
            "bytes": one.part.bytes,
            "days": one.days,
            "since": one.since,
            "reckoned": one.reckoned,
            "keep_until": one.keep_until,
            "due": one.due,
            "hold": one.hold,
        }
        for one in told
    ]
    return json.dumps({"version": 1, "on": on, "parts": parts}, indent=2) + "\n"


def warn(text: str) -> None:
    """Say something on stderr."""
    sys.stderr.write(f"{text}\n")
