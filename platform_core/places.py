"""How a place in a notebook is written, everywhere the same, and how a module says which step it was promoted from."""

from __future__ import annotations

import re
from functools import cache


@cache
def step_header() -> re.Pattern[str]:
    """Give the pattern of the line of a module that names its notebook, layer and step; compiled when first asked."""
    return re.compile(r"^(?:#|--) Promoted from (.+), step (\w+):(\w+)\. Change the notebook", re.MULTILINE)


def cell_words(position: int, cell_id: str | None, tag: str | None) -> str:
    """Give a cell as everything here names one: its position among all cells, from 1, with id and tag.

    >>> cell_words(4, "a1b2c3d4", "silver:rents"), cell_words(4, None, None)
    ('cell 4 (a1b2c3d4, silver:rents)', 'cell 4')
    """
    shown = ", ".join(part for part in (cell_id, tag) if part)
    return f"cell {position}" + (f" ({shown})" if shown else "")
