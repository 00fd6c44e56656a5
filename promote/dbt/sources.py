"""What a dbt folder holds already: its models, and the sources that a person declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from promote.vocabulary import layers

MODELS = "dbt/models"
DECLARED = f"{MODELS}/sources"  # where promotion declares what nobody did


class Sources:
    """The models and sources of a project's dbt folder, read when they are asked for.

    Args:
        root: The project.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def files(self) -> list[str]:
        """The files that may declare sources, promotion's own not among them."""
        found = [path for ending in ("yml", "yaml") for path in (self.root / MODELS).rglob(f"*.{ending}")]
        shown = sorted(path.relative_to(self.root).as_posix() for path in found)
        return [path for path in shown if not path.startswith(f"{DECLARED}/")]

    def is_model(self, asset: str) -> bool:
        """Whether dbt makes an asset already."""
        return asset in self._models

    def declared(self, asset: str) -> str | None:
        """Give the layer under which a person declared an asset as a source."""
        return self._declared.get(asset)

    @cached_property
    def _models(self) -> frozenset[str]:
        return frozenset(path.stem for path in (self.root / MODELS).rglob("*.sql"))

    @cached_property
    def _declared(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for path in self.files:
            found |= dict(_sources(self.root / path))
        return found


def _sources(path: Path) -> Iterator[tuple[str, str]]:
    """Give name and layer of every asset that a file declares; of one that cannot be read dbt itself tells."""
    import yaml  # noqa: PLC0415 - only a step that dbt makes pays for it

    try:
        content = yaml.load(path.read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe one
    except (OSError, ValueError, yaml.YAMLError, RecursionError):
        return
    for source in _dicts(content, "sources"):
        if source.get("name") in layers():
            for table in _dicts(source, "tables"):
                yield str(table.get("name")), str(source["name"])


def _dicts(content: Any, key: str) -> list[Mapping[str, Any]]:
    items = content.get(key) if isinstance(content, dict) else None
    return [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []
