"""Policies of a project: rules as data over the asset graph, kept as YAML under `policies/`.

`model` says what a file may hold, `loading` reads and validates the files, `reading` does the same for `promote`, which
imports neither Pydantic nor Dagster, and `engine` holds assets against the rules. `facts` gives the assets of a code
location as the engine looks at them, `enforcing` lets a step refuse to run.

>>> from platform_core.governance import policies
>>> assets = [policies.AssetFacts(name="rents", layer="gold", owners=("team:housing",))]
>>> [breach.said for breach in policies.judge(policies.ready("minimal"), assets, on="2026-11-29")]
['gold:rents has no check.', 'gold:rents has no description.']
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_core.lazy import loader

if TYPE_CHECKING:
    from platform_core.governance.policies.engine import Breach, explain, judge
    from platform_core.governance.policies.facts import facts_of
    from platform_core.governance.policies.loading import load_policies
    from platform_core.governance.policies.model import Activity, AssetFacts, Exemption, Hold, Policies, Role
    from platform_core.governance.policies.reading import FOLDER, ready
    from platform_core.governance.policies.rule import Rule

__all__ = [
    "FOLDER",
    "Activity",
    "AssetFacts",
    "Breach",
    "Exemption",
    "Hold",
    "Policies",
    "Role",
    "Rule",
    "explain",
    "facts_of",
    "judge",
    "load_policies",
    "ready",
]

_PLACES = {
    "FOLDER": "reading",
    "Activity": "model",
    "AssetFacts": "model",
    "Breach": "engine",
    "Exemption": "model",
    "Hold": "model",
    "Policies": "model",
    "Role": "model",
    "Rule": "rule",
    "explain": "engine",
    "facts_of": "facts",
    "judge": "engine",
    "load_policies": "loading",
    "ready": "reading",
}

# What `promote` needs of it costs neither Pydantic nor Dagster
__getattr__ = loader(__name__, _PLACES)
