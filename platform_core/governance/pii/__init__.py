"""Personal data in frames: `scan` gives every finding with its place, `columns` a verdict for each column.

>>> import polars as pl
>>> from platform_core.governance import pii
>>> frame = pl.DataFrame({"text": ["Ring 020 7946 0958 or write to ann@example.com"]})
>>> pii.scan(frame).select("kind", "start", "end").rows()
[('phone', 5, 18), ('email', 31, 46)]
"""

from __future__ import annotations

from platform_core.governance.pii.kinds import KINDS, Kind
from platform_core.governance.pii.scanning import scan
from platform_core.governance.pii.verdicts import columns, personal, personal_in_each

__all__ = ["KINDS", "Kind", "columns", "personal", "personal_in_each", "scan"]
