"""What a run of each asset costs, as last worked out from Dagster's records, in a file that is read without Dagster.

`workbench materialize` and `workbench costs` write it beside Dagster's own records, which git ignores; the Lab panel
and `promote` show it. Standard library only.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping

from platform_core.hints import Path, StrPath

PLACE = "data/dagster/costs.json"
_VERSION = 1


def remember(root: Path, costs: Mapping[str, tuple[float, str]]) -> None:
    """Write what a run of each asset costs in US dollars, with the ground that it stands on.

    Args:
        root: The project's folder.
        costs: By asset.
    """
    from platform_core.atomic import replacing  # noqa: PLC0415 - readers do not write

    told = {name: {"usd": round(usd, 9), "basis": basis} for name, (usd, basis) in sorted(costs.items())}
    text = json.dumps({"version": _VERSION, "assets": told}, indent=1) + "\n"
    target = root / PLACE
    if not target.is_file() or target.read_text(encoding="utf-8", errors="replace") != text:
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target) as part:
            part.write_text(text, encoding="utf-8")


def remembered(root: StrPath) -> dict[str, tuple[float, str]]:
    """Give what a run of each asset costs and on what ground; nothing where it was never worked out, or is unreadable.

    >>> remembered("nowhere")
    {}
    """
    try:
        with open(os.path.join(root, PLACE), encoding="utf-8") as stream:
            content = json.load(stream)
        assets = content["assets"].items() if content["version"] == _VERSION else ()
        found = {str(name): (float(one["usd"]), str(one["basis"])) for name, one in assets}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
    from math import isfinite  # noqa: PLC0415 - few projects remember any

    return {name: (usd, basis) for name, (usd, basis) in found.items() if isfinite(usd) and usd >= 0}
