"""Reports of compliance, as values: pure functions of policies, assets and what was recorded, for a day.

Each gives a `Report` of tables with captions, which `as_json` and `as_csv` write and `workbench compliance` shows as a
page. Nothing in them is a value of the data.

>>> from platform_core.governance import compliance, policies
>>> assets = [policies.AssetFacts(name="rents", layer="gold")]
>>> found = compliance.catalogue(policies.Policies(), assets, on="2026-11-29")
>>> found.sheets[0].rows[0][:2]
('rents', 'gold')
"""

from platform_core.governance.compliance.declared import access, catalogue, exceptions, processing
from platform_core.governance.compliance.recorded import CheckRun, Criterion, quality, reproducibility, retention
from platform_core.governance.compliance.values import Report, Sheet, Value, as_csv, as_json, tables

REPORTS = ("processing", "catalogue", "retention", "access", "exceptions", "reproducibility", "quality")

__all__ = [
    "REPORTS",
    "CheckRun",
    "Criterion",
    "Report",
    "Sheet",
    "Value",
    "access",
    "as_csv",
    "as_json",
    "catalogue",
    "exceptions",
    "processing",
    "quality",
    "reproducibility",
    "retention",
    "tables",
]
