"""Partitions: a step's data in pieces, by day, week, month, fiscal year, value, file, or two of these at once."""

from __future__ import annotations

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
