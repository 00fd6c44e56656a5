"""Partitions: a step's data in pieces, by day, week, month, fiscal year, value, file, or two of these at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_core.lazy import loader

if TYPE_CHECKING:
    from platform_core.partitions.calendar import daily_partitions, monthly_partitions, weekly_partitions
    from platform_core.partitions.combined import multi_partitions
    from platform_core.partitions.files import FilePartitions, file_partitions
    from platform_core.partitions.inside import check_in_partition
    from platform_core.partitions.ranges import partition_range
    from platform_core.partitions.static import partition_values, static_partitions
    from platform_core.partitions.years import financial_year_partitions, tax_year_partitions, year_label

__all__ = [
    "FilePartitions",
    "check_in_partition",
    "daily_partitions",
    "file_partitions",
    "financial_year_partitions",
    "monthly_partitions",
    "multi_partitions",
    "partition_range",
    "partition_values",
    "static_partitions",
    "tax_year_partitions",
    "weekly_partitions",
    "year_label",
]

# Every IO manager imports one of these modules; the others bring the checks and the configuration
_PLACES = {
    "FilePartitions": "files",
    "check_in_partition": "inside",
    "daily_partitions": "calendar",
    "file_partitions": "files",
    "financial_year_partitions": "years",
    "monthly_partitions": "calendar",
    "multi_partitions": "combined",
    "partition_range": "ranges",
    "partition_values": "static",
    "static_partitions": "static",
    "tax_year_partitions": "years",
    "weekly_partitions": "calendar",
    "year_label": "years",
}

__getattr__ = loader(__name__, _PLACES)
