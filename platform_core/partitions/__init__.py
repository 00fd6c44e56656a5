"""Partitions: a step's data in pieces, one for each day, week, month or value that the project's YAML lists."""

from __future__ import annotations

from platform_core.partitions.calendar import daily_partitions, monthly_partitions, weekly_partitions
from platform_core.partitions.static import partition_values, static_partitions

__all__ = ["daily_partitions", "monthly_partitions", "partition_values", "static_partitions", "weekly_partitions"]
