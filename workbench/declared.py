"""What the code says of an asset besides its logic: options, checks, charts - everything in the modules that make it.

The logic alone is the asset's code version. A check that was changed has to be run again too, and a chart drawn again,
so the whole module counts; comments, layout and docstrings do not.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platform_core.canonical import canonical, digest

if TYPE_CHECKING:
    import dagster as dg


def declared(definitions: dg.Definitions, package: str) -> Mapping[dg.AssetKey, str]:
    """Give for each asset a digest of the modules of the project that define it and its checks.

    Args:
        definitions: The project's definitions.
        package: The project's package; modules of others do not count.
    """
    parts: dict[dg.AssetKey, set[str]] = defaultdict(set)
    read = cache(_canonical)
    for definition in definitions.resolve_asset_graph().assets_defs:
        module = _module_of(definition)
        source = read(module) if module.partition(".")[0] == package else ""
        for key in definition.keys:
            parts[key].add(source)
        for spec in definition.check_specs:
            parts[spec.asset_key].update((source, f"{spec.name} {spec.blocking} {spec.description}"))
    return {key: digest(*sorted(texts)) for key, texts in parts.items()}


def _module_of(definition: dg.AssetsDefinition) -> str:
    """Give the module of the function that makes an asset or a check; empty where there is none."""
    if not definition.is_executable:
        return ""
    compute: Any = getattr(definition.node_def, "compute_fn", None)
    return str(getattr(getattr(compute, "decorated_fn", compute), "__module__", ""))


def _canonical(module: str) -> str:
    """Give the source of an imported module without comments, layout and docstrings; empty where it has no file."""
    path = getattr(sys.modules.get(module), "__file__", None)
    try:
        return canonical(ast.parse(Path(path).read_bytes())) if path else ""
    except (OSError, SyntaxError, ValueError):
        return ""
