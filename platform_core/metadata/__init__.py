"""What every materialisation tells of itself: rows, columns, nulls, bounds, cost, and where allowed a preview, charts.

What always runs comes from the Parquet footer. Values of the data are shown only of what is declared OFFICIAL, never of
a personal column; charts are left out of what is declared OFFICIAL-SENSITIVE.
"""

from __future__ import annotations

from platform_core.metadata.charts import chart_metadata, charts_of, with_chart
from platform_core.metadata.completeness import completeness
from platform_core.metadata.declared import (
    CLASSIFICATIONS,
    OFFICIAL,
    PROFILES,
    SENSITIVE,
    Chart,
    Declared,
    Detector,
    checked_profile,
    declared_columns,
    mask_with,
    personal_columns,
)
from platform_core.metadata.meter import Meter
from platform_core.metadata.preview import MASKED, preview
from platform_core.metadata.profiling import profile
from platform_core.metadata.running import (
    Running,
    begin,
    end,
    footer_metadata,
    loading,
    merged,
    running_metadata,
    running_step,
)
from platform_core.metadata.statistics import ColumnStatistics, column_statistics

__all__ = [
    "CLASSIFICATIONS",
    "MASKED",
    "OFFICIAL",
    "PROFILES",
    "SENSITIVE",
    "Chart",
    "ColumnStatistics",
    "Declared",
    "Detector",
    "Meter",
    "Running",
    "begin",
    "chart_metadata",
    "charts_of",
    "checked_profile",
    "column_statistics",
    "completeness",
    "declared_columns",
    "end",
    "footer_metadata",
    "loading",
    "mask_with",
    "merged",
    "personal_columns",
    "preview",
    "profile",
    "running_metadata",
    "running_step",
    "with_chart",
]
