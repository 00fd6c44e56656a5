"""Dynamic partitions: one for each file that is there, so that a new file needs no change of code or configuration."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import dagster as dg

from platform_core.errors import UserError
from platform_core.lake import safe_name

_SLOT = "{partition}"
_WILD = re.compile(r"[*?\[\]]")


@dataclass(frozen=True, slots=True)
class FilePartitions:
    """The partitions that files name, such as `2025-01-22` of `issues/2025-01-22.csv`.

    Dagster's instance knows the keys of a dynamic partition, so somebody has to tell it: `register`, or a sensor of
    `platform_core.observability.sensors`, which does so as files arrive.

    Attributes:
        name: The name that Dagster keeps the keys under.
        pattern: Path of a file, with `{partition}` once in the place of the key.

    >>> issues = file_partitions("issue_dates", "issues/{partition}.csv")
    >>> issues.keys(["issues/2025-01-22.csv", "issues/notes.txt"]), issues.file("2025-01-22")
    (['2025-01-22'], 'issues/2025-01-22.csv')
    """

    name: str
    pattern: str

    @property
    def definition(self) -> dg.DynamicPartitionsDefinition:
        """The partitions as Dagster takes them, for `partitions_def=`."""
        return dg.DynamicPartitionsDefinition(name=self.name)

    def file(self, key: str) -> str:
        """Give the path of a partition's file.

        Raises:
            UserError: The key could lead elsewhere.
        """
        return self.pattern.replace(_SLOT, safe_name(key, "partition key"))

    def key(self, path: str) -> str | None:
        """Give the key that a file's path names; None where it is not of the pattern, or names no safe key."""
        before, after = self.pattern.split(_SLOT)
        if not path.startswith(before) or not path.endswith(after) or len(path) <= len(before) + len(after):
            return None
        try:
            return safe_name(path[len(before) : len(path) - len(after)], "partition key")
        except UserError:
            return None

    def keys(self, paths: Iterable[str]) -> list[str]:
        """Give the keys that files name, sorted, each once. Files that are not of the pattern are passed over."""
        return sorted({key for path in paths if (key := self.key(path)) is not None})

    def register(self, instance: dg.DagsterInstance, paths: Iterable[str], *, forget_gone: bool = False) -> list[str]:
        """Let Dagster know the partitions of files, and give the keys that are new to it.

        Args:
            instance: Dagster's instance.
            paths: The files that are there.
            forget_gone: Whether keys without a file are forgotten. Their data stays in the lake, but is read no more.
        """
        there = self.keys(paths)
        known = set(instance.get_dynamic_partitions(self.name))
        new = [key for key in there if key not in known]
        if new:
            instance.add_dynamic_partitions(self.name, new)
        if forget_gone:
            for key in sorted(known - set(there)):
                instance.delete_dynamic_partition(self.name, key)
        return new


def file_partitions(name: str, pattern: str) -> FilePartitions:
    """Give the dynamic partitions of files.

    Args:
        name: The name that Dagster keeps the keys under; no two partitions of an installation share one.
        pattern: Path of a file below its resource's root, with `{partition}` in the place of the key.

    Raises:
        UserError: The pattern does not hold `{partition}` once, or holds a wildcard.

    >>> file_partitions("permits", "permits/{partition}.csv").file("2025-01-22")
    'permits/2025-01-22.csv'
    """
    if not re.fullmatch(r"[A-Za-z0-9_]+", name):
        raise UserError(f"{name!r} cannot name partitions.", hint="Use letters, digits and underscores.")
    if pattern.count(_SLOT) != 1 or _WILD.search(pattern):
        raise UserError(
            f"The pattern {pattern!r} does not say where the partition stands.",
            hint="Write the path of a file with {partition} in it once, and no wildcard: 'issues/{partition}.csv'.",
        )
    return FilePartitions(name, pattern)
