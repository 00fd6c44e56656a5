"""What the cases stand on: assets to load, and plotting packages that are not installed here."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

import polars as pl


def assets() -> dict[str, Any]:
    """Give the assets that notebooks may load, and a fresh module of somebody's own."""
    install_helper()
    return {"src": pl.DataFrame({"g": ["x", "x", "y"], "v": [1, 2, 3]}), "other": pl.DataFrame({"g": ["x"], "w": [7]})}


def install_plotting() -> None:
    """Put stand-ins for matplotlib and seaborn in place, where the real ones are not installed."""
    for name in ("matplotlib", "matplotlib.pyplot", "seaborn"):
        if name not in sys.modules:
            sys.modules[name] = MagicMock(name=name)
    sys.modules["matplotlib"].pyplot = sys.modules["matplotlib.pyplot"]  # type: ignore[attr-defined]  # as an import does


def install_helper() -> None:
    """Put a module of somebody's own in place, which changes what it is given."""
    module = ModuleType("own_fixes")
    module.fix = lambda xs: xs.append(1)  # type: ignore[attr-defined]  # a module made here
    module.SETTINGS = {"k": 1}  # type: ignore[attr-defined]  # as above
    sys.modules["own_fixes"] = module


install_plotting()
