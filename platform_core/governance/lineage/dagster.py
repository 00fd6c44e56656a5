"""Column lineage in the metadata of a materialisation: as Dagster shows it, and in full.

`dagster/column_lineage` holds for each column the columns of upstream assets that its values, or the choice among
them, come from. `workbench/lineage` holds all of it: the ways, what shapes the rows, sources that are no assets, and
what cannot be known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dagster as dg

from platform_core.governance.lineage.model import ColumnLineage
from platform_core.governance.lineage.packing import packed, unpacked

LINEAGE_KEY = "workbench/lineage"
NOTE_KEY = "workbench/lineage_unknown"
SHOWN_KEY = "dagster/column_lineage"
LINEAGE_KEYS = (LINEAGE_KEY, NOTE_KEY, SHOWN_KEY)

_MOST_SHOWN = 10_000


def lineage_metadata(found: ColumnLineage) -> dict[str, Any]:
    """Give lineage as the metadata of a materialisation.

    >>> from platform_core.governance.lineage import ColumnLineage, Dependency
    >>> found = ColumnLineage({"yearly": (Dependency("rents", "rent", "transformation"),)})
    >>> lineage_metadata(found)["dagster/column_lineage"].deps_by_column["yearly"][0].column_name
    'rent'
    """
    told: dict[str, Any] = {LINEAGE_KEY: dg.MetadataValue.json(packed(found))}
    if sum(map(len, found.columns.values())) <= _MOST_SHOWN:
        told[SHOWN_KEY] = dg.TableColumnLineage(
            {
                name: [
                    dg.TableColumnDep(asset_key=dg.AssetKey.from_user_string(asset), column_name=column)
                    for asset, column in sorted({(item.asset, item.column) for item in items if ":" not in item.asset})
                ]
                for name, items in found.columns.items()
            }
        )
    if found.unknown:
        told[NOTE_KEY] = "; ".join(item.reason for item in found.unknown)
    return told


def lineage_of_metadata(metadata: Mapping[str, Any]) -> ColumnLineage | None:
    """Read what `lineage_metadata` told; None where there is nothing, or nothing that can be read.

    Raises:
        UserError: It is no lineage, or one of another version.
    """
    told = metadata.get(LINEAGE_KEY)
    return None if told is None else unpacked(getattr(told, "data", told))
