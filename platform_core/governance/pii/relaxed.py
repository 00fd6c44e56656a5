"""Cells of columns whose names say the kind: what no sentence would let pass is one there."""

from __future__ import annotations

import polars as pl

from platform_core.governance.pii import name_cells, shapes
from platform_core.governance.pii.cutting import Cells
from platform_core.governance.pii.saying import Saying

# Forms of a whole cell; what a check digit or a structure decides stays with that
_FORMS = {
    "phone": (r"^[+(]?[0-9](?:[ .\-/()]{0,3}[0-9]){5,14}(?:[ ,;]*(?i:ext?\.?|x|#)[a-z]* ?[0-9]{1,6})?$", 0.8),
    "postcode": (r"^(?i:[A-PR-UWYZ][A-HK-Y]?[0-9][0-9A-HJKMNPR-Y]? ?[0-9][ABD-HJLNP-UW-Z]{2})$", 0.85),
    "sort_code": (r"^[0-9]{2}[ .\-/]?[0-9]{2}[ .\-/]?[0-9]{2}$|^[0-9]{5}$", 0.95),
    "account_number": (r"^[0-9]{4}[ \-]?[0-9]{4}$|^[0-9]{6,10}$|^[0-9]{2} [0-9]{3} [0-9]{3}$", 0.93),
    "passport": (r"^(?i:[A-Z]{0,2} ?[0-9]{6,9}|[A-Z][0-9]{2}[A-Z]{2}[0-9]{4}|[0-9]{2}[A-Z]{2}[0-9]{5}|[A-Z][0-9]{2}[A-Z][0-9]{4}[A-Z0-9]|[CFGHJK][0-9CFGHJKLMNPRTVWXYZ]{8}|[0-9]{3}[ \-][0-9]{3}[ \-][0-9]{3})$", 0.93),
    "uprn": (r"^(?:[1-9][0-9]{0,11}|0+[1-9][0-9]{0,10})$|^[0-9]{4} [0-9]{4} [0-9]{4}$", 0.95),
    "vehicle_registration": (r"^(?i:[A-Z]{1,3}[ \-]?[1-9][0-9]{0,3}[A-Z]?|[1-9][0-9]{0,3}[ \-]?[A-Z]{1,3}|[A-Z][0-9]{1,3}[ \-]?[A-Z]{3}|[A-Z]{2}[0-9]{2}[ \-]?[A-Z]{3})$", 0.85),
    "driving_licence": (r"^[0-9]{8}$", 0.7),
    "date_of_birth": (f"{shapes.DATE}|{shapes.COMPACT_DATE}|(?i){shapes.DATE_IN_WORDS}.*[0-9]|^(?:19|20)[0-9]{{2}}$", 0.95),
}  # fmt: skip
# `bay 12`, where cars stand
_NEVER = {"vehicle_registration": r"^(?:[Bb]ay|[Rr]ow|[Bb]ox|[Ll]ot|[Nn]o|[Vv]an|[Cc]ar|[Bb]us) "}


def find(cells: Cells, saying: Saying) -> list[pl.DataFrame]:
    """Give the cells that are of a kind that their column's name says, as `cut` gives pieces, with `kind` and `score`."""
    found = [
        of_kind(saying.only(cells, lambda name: name.says(kind)), kind)  # noqa: B023 - called at once
        for kind in sorted(saying.kinds() & _FORMS.keys())
    ]
    if "name" in saying.kinds():
        found.append(name_cells.in_column(saying.only(cells, lambda name: name.says("name"))))
    return found


def of_kind(cells: Cells, kind: str) -> pl.DataFrame:
    """Give the cells that have the form of a kind and nothing else, as `find` does.

    >>> of_kind(pl.DataFrame({"row": [0, 1], "text": ["ABC 1", "bay 12"]}), "vehicle_registration")["piece"].to_list()
    ['ABC 1']
    """
    text, (form, score) = pl.col("text").str.strip_chars(), _FORMS[kind]
    return cells.filter(
        text.str.contains(form) & (~text.str.contains(_NEVER[kind]) if kind in _NEVER else True)
    ).select(
        "row",
        piece=text,
        start=(pl.col("text").str.len_chars() - pl.col("text").str.strip_chars_start().str.len_chars()).cast(pl.Int64),
        kind=pl.lit(kind),
        score=pl.lit(score),
        chance=pl.lit(value=False),
    )
