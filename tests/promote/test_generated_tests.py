"""The program that a test's expectation comes from: the notebook's own source, in the notebook's order."""

from __future__ import annotations

from promote.generated_tests import program
from promote.plan import plan
from tests.promote.graph import chosen

CELLS = (
    ("", "import polars as pl\nimport math; x = 1\n\nfrom platform_core.sdk import load_asset"),
    ("", "raw = load_asset('raw_rents')"),
    ("", "top = raw.select(\n    pl.len()\n).collect().item()"),
    ("helpers", "LEAST = 3  # pounds\n\ndef keep(frame):\n    return frame.filter(pl.col('n') > LEAST)"),
    ("silver:rents", "rents = keep(raw)\nrents.head()"),
    ("", "print('between')"),
    ("silver:rents", "other = load_asset('others')\nrents = rents.head(top).join(other, on='n')\ndisplay(rents)"),
    ("check:rents", "assert rents.collect().height > LEAST"),
    ("", "import json"),
)


def test_the_cells_stand_whole_and_as_written_between_what_they_need() -> None:
    selection = chosen(CELLS)
    made = plan(selection, include_needed=True).plans[0]
    cells = {c.position: c for c in selection.cells}
    texts = program(made.function, made, cells)
    assert texts == [
        "import polars as pl",
        "from platform_core.sdk import load_asset",
        "from IPython.display import display",
        "top = raw.select(\n    pl.len()\n).collect().item()",
        "LEAST = 3  # pounds",
        "def keep(frame):\n    return frame.filter(pl.col('n') > LEAST)",
        CELLS[4][1],
        CELLS[6][1],
    ]
    assert program(made.checks[0], made, cells, own=(8,))[-2:] == ["LEAST = 3  # pounds", CELLS[7][1]]
