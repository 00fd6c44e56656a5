"""What every storage answers, and which partitions of an asset a reader is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

from platform_core.errors import UserError
from platform_core.frames import FrameKind
from platform_core.governance.classification import NOTE
from platform_core.parquet_read import Footer
from platform_core.suggest import meant, nearest
from platform_core.values import dataclass

Place = TypeVar("Place")
One = TypeVar("One")

OWN_COLUMN = "_partition"  # the column of a table that holds the partition, where the asset has none for it
LIST_NOTE = "partitions"  # the note that names the list of the YAML
Lists = Callable[[], Mapping[str, Sequence[str]]]


def name_of(key: Sequence[str]) -> str:
    """Give the name under which an asset of a Dagster key is stored: no two keys share one.

    Raises:
        UserError: A part of the key holds a dot.

    >>> name_of(["stg_rents__issues"]), name_of(["rents", "issues"])
    ('stg_rents__issues', 'rents.issues')
    """
    for part in key:
        if "." in part:
            raise UserError(
                f"The asset key {list(key)} holds a dot, with which the parts of a key are joined where it is stored.",
                hint="Give the asset a key without dots, or another IO manager.",
            )
    return ".".join(key)


class Found(Protocol):
    """An asset that is stored: its layer, its name, its partitions by key (none for an asset without)."""

    @property
    def layer(self) -> str:
        """The layer it was found in."""

    @property
    def name(self) -> str:
        """The asset's name."""

    @property
    def partitions(self) -> Mapping[str, object]:
        """The partitions, by key."""


class Storage(Protocol):
    """Where assets are kept, each whole or in partitions; see `platform_core.lake.Lake` for what each call does."""

    def find(self, name: str, layer: str | None = None) -> Found | None:
        """Find an asset in a layer, else in any."""

    def layers(self) -> list[str]:
        """Give the layers that hold assets."""

    def names(self) -> list[str]:
        """Give the names of all assets that are stored."""

    def read(
        self,
        name: str,
        kind: FrameKind = "lazy",
        partition: str | Iterable[str] | None = None,
        layer: str | None = None,
    ) -> Any:
        """Read an asset, or partitions of it, as one frame."""

    def write(
        self,
        layer: str,
        name: str,
        value: object,
        partition: str | None = None,
        listed: str | None = None,
        classification: str | None = None,
    ) -> Footer:
        """Write an asset, or one partition of it, whole or not at all, with how it is classified beside it."""

    def mark(self, layer: str, name: str, partition: str | None = None) -> str | None:
        """Give a text that changes when the data does; None where nobody knows."""


@dataclass(frozen=True, slots=True)
class Stored(Generic[Place]):
    """Where an asset's data is: one place, or one for each partition, sorted by key.

    Attributes:
        layer: The layer it was found in.
        name: The asset's name.
        path: The place of an asset without partitions, else None.
        partitions: Partition keys and their places; empty for an asset without partitions.
    """

    layer: str
    name: str
    path: Place | None
    partitions: Mapping[str, Place]

    @property
    def paths(self) -> tuple[Place, ...]:
        """All places of the asset."""
        return (self.path,) if self.path is not None else tuple(self.partitions.values())

    def chosen(
        self, partition: str | Iterable[str] | None, declared: Callable[[Stored[Place]], Mapping[str, Place]]
    ) -> list[tuple[str, Place]]:
        """Give the places to read, each with its key.

        Args:
            partition: One key or several; all that are declared where it is None.
            declared: Gives those of the partitions that are.

        Raises:
            UserError: A partition, or every one, was never written, or the asset has none.
        """
        if partition is None:
            found = [("", self.path)] if self.path is not None else list(declared(self).items())
        else:
            found = self._named([partition] if isinstance(partition, str) else list(partition))
        if not found:
            raise UserError(
                f"Asset {self.name!r} has no data for any of its partitions.",
                hint=f"Run: workbench materialize {self.name} --all-partitions",
            )
        return found

    def _named(self, keys: Sequence[str]) -> list[tuple[str, Place]]:
        if self.path is not None:
            raise UserError(f"Asset {self.name!r} has no partitions.", hint="Read it without naming one.")
        missing = [key for key in keys if key not in self.partitions]
        if missing:
            raise UserError(
                f"Asset {self.name!r} has no data for partition {missing[0]!r}.",
                hint=f"Run: workbench materialize {self.name} --partition {missing[0]}",
            )
        return [(key, self.partitions[key]) for key in keys]


def notes_of(listed: str | None, classification: str | None) -> dict[str, str]:
    """Give what a file tells of itself: the list that its partition stands in, and how it is classified."""
    told = {LIST_NOTE: listed, NOTE: classification}
    return {key: text for key, text in told.items() if text is not None}


def only(found: Sequence[One], name: str, layers: Sequence[str]) -> One | None:
    """Give the one thing found, or None.

    Raises:
        UserError: There are several, in the layers named.
    """
    if len(found) > 1:
        raise UserError(
            f"Asset {name!r} is stored in {' and '.join(layers)}.",
            hint="Delete the one that no step writes any more.",
        )
    return found[0] if found else None


def never_stored(name: str, known: Iterable[str] = ()) -> UserError:
    """Give the error for an asset that nobody wrote yet; a near name among those that are stored may be meant.

    >>> print(never_stored("isues", ["issues"]))
    The asset 'isues' has not been materialised.
    hint: Did you mean 'issues'? Else run `workbench materialize isues`.
    """
    near = nearest(name, (other for other in known if other != name))
    hint = f"{meant(near)} Else run" if near else "Run"
    return UserError(f"The asset {name!r} has not been materialised.", hint=f"{hint} `workbench materialize {name}`.")


def still_listed(keys: Iterable[str], noted: Iterable[str | None], lists: Lists) -> list[str]:
    """Give the keys that the YAML still lists; all, where it has no list for them.

    Args:
        keys: The keys that are stored.
        noted: The names of lists that the stored data tells of.
        lists: Gives the lists of the YAML.
    """
    names = sorted({name for name in noted if name is not None})
    values = lists() if names else {}
    known = [values[name] for name in names if name in values]
    listed = {key for one in known for key in one}
    return [key for key in keys if not known or key in listed]


def both_forms(name: str, layer: str, whole: str, folder: str) -> UserError:
    """Give the error for an asset that is stored both whole and in partitions."""
    return UserError(
        f"Asset {name!r} is stored in {layer} both as one file and as partitions.",
        hint=f"Delete the one from before its partitions changed: {whole} or the folder {folder}.",
    )
