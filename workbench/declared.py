"""What the code says of an asset besides its logic: options, checks, charts - everything in the modules that make it.

The logic alone is the asset's code version. A check that was changed has to be run again too, and a chart drawn again,
so the whole module counts, and with it every module of the project that it imports, such as `helpers`, and that those
import in turn; comments, layout and docstrings do not.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from platform_core.canonical import canonical, digest

if TYPE_CHECKING:
    import dagster as dg

_Read: TypeAlias = tuple[str, tuple[str, ...]]


def declared(definitions: dg.Definitions, package: str) -> Mapping[dg.AssetKey, str]:
    """Give for each asset a digest of the modules of the project that define it and its checks, and that they import.

    Args:
        definitions: The project's definitions.
        package: The project's package; modules of others do not count.
    """
    parts: dict[dg.AssetKey, set[str]] = defaultdict(set)
    read = cache(_read)

    @cache
    def sources(module: str) -> tuple[str, ...]:
        return tuple(read(one)[0] for one in sorted(_with_imported(module, package, read)))

    for definition in definitions.resolve_asset_graph().assets_defs:
        module = _module_of(definition)
        source = sources(module) if module.partition(".")[0] == package else ("",)
        for key in definition.keys:
            parts[key].update(source)
        for spec in definition.check_specs:
            parts[spec.asset_key].update((*source, f"{spec.name} {spec.blocking} {spec.description}"))
    return {key: digest(*sorted(texts)) for key, texts in parts.items()}


def _module_of(definition: dg.AssetsDefinition) -> str:
    """Give the module of the function that makes an asset or a check; empty where there is none."""
    if not definition.is_executable:
        return ""
    compute: Any = getattr(definition.node_def, "compute_fn", None)
    return str(getattr(getattr(compute, "decorated_fn", compute), "__module__", ""))


def _with_imported(module: str, package: str, read: Callable[[str], _Read]) -> set[str]:
    """Give a module and all modules of the package that it imports, near and far."""
    found: set[str] = set()
    ahead = [module]
    while ahead:
        name = ahead.pop()
        if name not in found and name in sys.modules and name.partition(".")[0] == package:
            found.add(name)
            ahead += read(name)[1]
    return found


def _read(module: str) -> _Read:
    """Give the source of an imported module without comments, layout and docstrings, and the names of what it imports.

    Both are empty where it has no file that Python reads.
    """
    loaded = sys.modules.get(module)
    path = getattr(loaded, "__file__", None)
    try:
        tree = ast.parse(Path(path).read_bytes() if path else b"")
        source = canonical(tree) if path else ""
    except (OSError, SyntaxError, ValueError):
        return "", ()
    return source, tuple(_imported(tree, getattr(loaded, "__package__", "") or ""))


def _imported(tree: ast.Module, package: str) -> Iterator[str]:
    """Give the names of what a module of a package imports, each with what it may be as a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            around = package.split(".")
            base = around[: len(around) - node.level + 1] if node.level else []
            name = ".".join([*base, *([node.module] if node.module else [])])
            yield name
            yield from (f"{name}.{alias.name}" for alias in node.names)
