"""What every materialisation tells of itself: rows, columns, nulls, bounds, cost, and where allowed a preview, charts.

What always runs comes from the Parquet footer, or from the rows of a small file. Values of the data are shown only of
what is declared OFFICIAL, never of a personal column; charts are left out of what is declared OFFICIAL-SENSITIVE.

Each name is loaded when it is first used: a profile by hand needs no Dagster, whose import costs more than most tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_core.lazy import loader

if TYPE_CHECKING:
    from platform_core.metadata.charts import with_chart
    from platform_core.metadata.declared import mask_with
    from platform_core.metadata.meter import Meter
    from platform_core.metadata.previewing import preview
    from platform_core.metadata.profiling import profile
    from platform_core.metadata.statistics import column_statistics

__all__ = ["Meter", "column_statistics", "mask_with", "preview", "profile", "with_chart"]

_PLACES = {
    "Meter": "meter",
    "column_statistics": "statistics",
    "mask_with": "declared",
    "preview": "previewing",
    "profile": "profiling",
    "with_chart": "charts",
}

__getattr__ = loader(__name__, _PLACES)
