"""Partitions whose values stand in the project's YAML, so that a new one needs no change of code."""

from __future__ import annotations

from pathlib import Path

import dagster as dg

from platform_core.errors import UserError
from platform_core.suggest import did_you_mean


def partition_values(name: str, *, project: Path | str | None = None) -> tuple[str, ...]:
    r"""Give the values of a list under `partitions:` in `config/*.yaml`, in the order written.

    Args:
        name: The list's name, such as `report_dates`.
        project: The project's folder; found from the working directory without it.

    Raises:
        UserError: The project has no such list.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     (Path(folder) / "config").mkdir()
    ...     _ = (Path(folder) / "config/base.yaml").write_text("partitions: {dates: [2025-01-22]}\n")
    ...     partition_values("dates", project=folder)
    ('2025-01-22',)
    """
    from platform_core.config import load_config  # noqa: PLC0415 - an IO manager asks for a list's name alone

    config = load_config(project)
    if name not in config.partitions:
        hint = did_you_mean(name, config.partitions) if config.partitions else "Add it under `partitions:`."
        raise UserError(f"The project has no partitions {name!r}.", hint=hint, location=config.place("partitions"))
    return config.partitions[name]


def static_partitions(name: str, *, project: Path | str | None = None) -> dg.StaticPartitionsDefinition:
    r"""Give the Dagster partitions of a list under `partitions:` in `config/*.yaml`.

    Raises:
        UserError: The project has no such list.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     (Path(folder) / "config").mkdir()
    ...     _ = (Path(folder) / "config/base.yaml").write_text("partitions: {dates: [2025-01-22]}\n")
    ...     static_partitions("dates", project=folder).get_partition_keys()
    ['2025-01-22']
    """
    definition = dg.StaticPartitionsDefinition(list(partition_values(name, project=project)))
    setattr(definition, _NAME, name)
    return definition


def list_of(definition: object) -> str | None:
    """Give the name of the list that `static_partitions` made a definition of, or None for any other definition."""
    name: str | None = getattr(definition, _NAME, None)
    return name


# Dagster keeps only the keys; who reads the lake without Dagster finds them again by the list's name
_NAME = "_workbench_list"
