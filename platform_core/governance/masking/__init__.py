"""Masking of personal data, as Polars expressions, as a policy by column and as a decorator's option.

>>> import polars as pl
>>> from platform_core.governance import masking as mask
>>> frame = pl.LazyFrame({"email": ["ann.lee@example.com"], "postcode": ["LS1 4AP"]})
>>> frame.select(mask.partial("email"), mask.generalise_postcode("postcode", to="district")).collect().row(0)
('a••••••@example.com', 'LS1')
"""

from __future__ import annotations

from platform_core.governance.masking.expressions import (
    band,
    generalise_postcode,
    hashed,
    partial,
    pseudonym,
    redact,
    shift_dates,
    year_band,
)
from platform_core.governance.masking.keys import Key, key_from_environment
from platform_core.governance.masking.policy import METHODS, apply_policy, checked_policy, proposed_policy

__all__ = [
    "METHODS",
    "Key",
    "apply_policy",
    "band",
    "checked_policy",
    "generalise_postcode",
    "hashed",
    "key_from_environment",
    "partial",
    "proposed_policy",
    "pseudonym",
    "redact",
    "shift_dates",
    "year_band",
]
