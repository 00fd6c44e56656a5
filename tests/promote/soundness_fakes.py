"""What the cases stand on: assets to load, and plotting packages that are not installed here."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

import matplotlib
import polars as pl


def assets() -> dict[str, Any]:
    """Give the assets that notebooks may load, and a fresh module of somebody's own."""
    install_helper()
    return {
        "src": pl.DataFrame({"g": ["x", "x", "y"], "v": [1, 2, 3]}),
        "other": pl.DataFrame({"g": ["x"], "w": [7]}),
        **departments(),
    }


def departments() -> dict[str, pl.DataFrame]:
    """Give small assets as departments of planning, health and education have them, all made up."""
    return {
        "rents": pl.DataFrame(
            {
                "authority": ["Ards", "Ards", "Bute", "Bute", "Cork", "Dore"],
                "year": [2022, 2023, 2022, 2023, 2023, 2023],
                "rent": [410.5, 433.25, 512.0, None, 388.75, 601.0],
                "dwellings": [1200, 1210, 800, 805, 2300, 150],
            }
        ),
        "areas": pl.DataFrame(
            {
                "authority": ["Ards", "Bute", "Cork", "Elgin"],
                "region": ["N", "S", "N", "S"],
                "population": [160_000, 90_000, 210_000, 24_000],
            }
        ),
        "referrals": pl.DataFrame(
            {
                "ref": [1, 2, 3, 4, 5, 6],
                "clinic": ["ENT", "ENT", "Eye", "Eye", "Eye", "Skin"],
                "received": ["2024-01-03", "2024-01-09", "2024-02-01", "2024-02-20", "2024-03-05", "2024-03-06"],
                "seen": ["2024-02-01", None, "2024-02-15", "2024-04-01", None, "2024-03-20"],
                "priority": ["routine", "urgent", "routine", "routine", "urgent", "soon"],
            }
        ),
        "pupils": pl.DataFrame(
            {
                "school": ["A1", "A1", "B2", "B2", "C3"],
                "year_group": [7, 8, 7, 8, 7],
                "roll": [120, 118, 95, 90, 60],
                "absent": [4, 9, 3, 12, 1],
            }
        ),
        "schools": pl.DataFrame(
            {
                "school": ["A1", "B2", "C3"],
                "name": [" Ash High ", "beech academy", "Cedar Primary"],
                "capacity": [600, 450, 210],
            }
        ),
    }


def install_plotting() -> None:
    """Let matplotlib draw into memory, and put a stand-in for seaborn in place where it is not installed."""
    matplotlib.use("Agg")
    if importlib.util.find_spec("seaborn") is None:
        sys.modules.setdefault("seaborn", MagicMock(name="seaborn"))


def install_widgets() -> None:
    """Put a stand-in for ipywidgets in place where it is not installed: `interact` calls a function once."""
    if importlib.util.find_spec("ipywidgets") is not None:
        return

    def interact(function: Any = None, **controls: Any) -> Any:
        if function is None:
            return lambda given: interact(given, **controls)
        function(**{name: given[0] if isinstance(given, tuple) else given for name, given in controls.items()})
        return function

    module = ModuleType("ipywidgets")
    module.interact = interact  # type: ignore[attr-defined]  # a module made here
    module.interactive = lambda function, **controls: (function, controls)  # type: ignore[attr-defined]  # as above
    sys.modules.setdefault("ipywidgets", module)


class _Forecaster:
    """An estimator as other packages have them: it remembers what it was fitted on."""

    def __init__(self, seen: list[int]) -> None:
        self.seen = list(seen)

    def fit(self, more: list[int]) -> None:
        """Remember more."""
        self.seen += more


class _Branch:
    """A part of a tree as other packages have them: its methods give parts of it, and keep what they are given."""

    def __init__(self, rows: list[int] | None = None) -> None:
        self.rows = [] if rows is None else rows
        self.kids: list[_Branch] = []
        self.turns = 0

    def child(self) -> _Branch:
        """Give a new part."""
        self.kids.append(_Branch())
        return self.kids[-1]

    def get_rows(self) -> list[int]:
        """Give what it holds."""
        return self.rows

    def pick(self) -> _Branch:
        """Give itself."""
        return self

    def advance(self) -> int:
        """Change, and say something."""
        self.turns += 1
        return self.turns

    def take(self, rows: list[int]) -> int:
        """Keep what it is given, and say something."""
        self.rows = rows
        return len(rows)

    def with_rows(self, rows: list[int]) -> _Branch:
        """Give another that holds what it is given."""
        return _Branch(rows)


def install_helper() -> None:
    """Put a module of somebody's own in place, which changes what it is given."""
    module = ModuleType("own_fixes")
    module.fix = lambda xs: xs.append(1)  # type: ignore[attr-defined]  # a module made here
    module.SETTINGS = {"k": 1}  # type: ignore[attr-defined]  # as above
    module.Forecaster = _Forecaster  # type: ignore[attr-defined]  # as above
    module.Branch = _Branch  # type: ignore[attr-defined]  # as above
    module.wrap = lambda rows: {"rows": rows}  # type: ignore[attr-defined]  # as above
    module.same = lambda given: given  # type: ignore[attr-defined]  # as above
    sys.modules["own_fixes"] = module


install_plotting()
install_widgets()
