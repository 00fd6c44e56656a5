"""Partitions along two dimensions, such as each day of each region."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dagster as dg

from platform_core.errors import UserError
from platform_core.partitions.files import FilePartitions

_SIGNS = "|[],"  # with which Dagster joins keys and writes lists of them
_Dimension = dg.PartitionsDefinition[Any] | FilePartitions


def multi_partitions(**dimensions: _Dimension) -> dg.MultiPartitionsDefinition:
    """Give one partition for each pair of keys of two partitions, keyed `2025-01-22|London`.

    Args:
        **dimensions: Two partitions by the name of their dimension. A key holds them in the alphabetical order of these
            names.

    Raises:
        UserError: They are not two, or one of them is along two dimensions itself.

    >>> from platform_core.partitions import daily_partitions
    >>> regions = dg.StaticPartitionsDefinition(["London", "York"])
    >>> multi_partitions(day=daily_partitions("2025-01-22", "2025-01-23"), region=regions).get_partition_keys()
    ['2025-01-22|London', '2025-01-22|York']
    """
    if len(dimensions) != 2:
        raise UserError(
            f"Partitions along {len(dimensions)} dimensions are not possible.", hint="Name two, as day=… and region=…."
        )
    definitions = {
        name: given.definition if isinstance(given, FilePartitions) else given for name, given in dimensions.items()
    }
    for name, definition in definitions.items():
        if isinstance(definition, dg.MultiPartitionsDefinition):
            raise UserError(f"The dimension {name!r} has two dimensions itself.", hint="Two are the most.")
        odd = [key for key in _listed(definition) if any(sign in key for sign in _SIGNS)]
        if odd:
            raise UserError(
                f"The key {odd[0]!r} of {name!r} cannot be one of two dimensions.", hint=f"It holds one of {_SIGNS}."
            )
    return dg.MultiPartitionsDefinition(definitions)


def _listed(definition: dg.PartitionsDefinition[Any]) -> Sequence[str]:
    return definition.get_partition_keys() if isinstance(definition, dg.StaticPartitionsDefinition) else ()
