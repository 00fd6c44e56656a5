"""What notebooks and promoted modules import: layer decorators, assets and resources by name, freshness, charts.

Each name is loaded when it is first used, so that a notebook that only loads an asset does not import the rest.
"""

from __future__ import annotations

from platform_core.hints import TYPE_CHECKING
from platform_core.lazy import loader

if TYPE_CHECKING:
    from platform_core.metadata import with_chart
    from platform_core.sdk.layers import bronze_asset, gold_asset, silver_asset
    from platform_core.sdk.loading import freshness, load_asset, resource
    from platform_core.sdk.process_state import puts_back

__all__ = [
    "bronze_asset",
    "freshness",
    "gold_asset",
    "load_asset",
    "puts_back",
    "resource",
    "silver_asset",
    "with_chart",
]

_PLACES = {
    "bronze_asset": "platform_core.sdk.layers",
    "silver_asset": "platform_core.sdk.layers",
    "gold_asset": "platform_core.sdk.layers",
    "load_asset": "platform_core.sdk.loading",
    "resource": "platform_core.sdk.loading",
    "freshness": "platform_core.sdk.loading",
    "puts_back": "platform_core.sdk.process_state",
    "with_chart": "platform_core.metadata",
}

__getattr__ = loader(__name__, _PLACES)
