"""The places of a project that name one asset, as values."""

from __future__ import annotations

from platform_core.values import dataclass
from promote.model import Finding, Location

EDITED = frozenset(("tag", "load", "argument", "option", "selection"))
_SAID = {
    "tag": "a tag",
    "load": "a load of its data",
    "argument": "an argument that is its name",
    "option": "an option",
    "selection": "a selection of assets",
    "parameter": "a parameter that is its data",
    "import": "an import of its module",
    "definition": "its definition",
    "pattern": "a pattern that takes it in",
    "unclear": "a place that may mean it",
    "reader": "a reader of its data",
    "mention": "its name in a text",
}


@dataclass(frozen=True, slots=True)
class Use:
    """One place that names the asset.

    `old` is what stands there. `keys` leads to an option in a cell's metadata. `where` says what holds it: the tag of a
    step, the name of a job. `hint` says what to do where no program can change it.
    """

    kind: str
    at: Location
    old: str
    hint: str = ""
    keys: tuple[str | int, ...] = ()
    where: str = ""

    @property
    def said(self) -> str:
        """Say what kind of place it is."""
        return _SAID[self.kind] + (f" of {self.where}" if self.where else "")


def left_by_hand(use: Use, name: str, *, forced: bool) -> Finding:
    """Tell a place that a person has to change: an error, which stops the command unless it is forced."""
    said = f"{name} stands here, in {use.said}, and cannot be changed for you."
    return Finding("PR631", "warning" if forced else "error", said, use.at, use.hint)


def mentioned(use: Use, name: str) -> Finding:
    """Tell a text that names the asset: nothing breaks, but it may be wrong now."""
    return Finding("PR632", "note", f"{name} is named here.", use.at, use.hint)
