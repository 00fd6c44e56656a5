"""Small pandas notebooks promoted for real: what one step gives, index and types and all, is what the next one gets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from promote.outcome import Outcome, Settings
from promote.pipeline import run
from tests.promote.small_project import Cells, make_project

RENTS: Cells = (
    ("", "import datetime as dt\n\nimport pandas as pd"),
    (
        "bronze:rents",
        'rents = pd.DataFrame(\n    {\n        "town": ["Ambridge", "Borchester", "Borchester"],\n'
        '        "rent": [900, None, 1200],\n        "year": [2023, 2023, 2024],\n    }\n)\nrents = rents.assign(\n'
        '    rent=rents["rent"].astype("Int64"),\n    town=rents["town"].astype("category"),\n'
        '    seen=pd.to_datetime(["2025-03-30", None, "2025-10-26"]).tz_localize("Europe/London"),\n'
        '    tags=[["a", None], [], None],\n    note=[{"x": 1}, {"y": "z"}, None],\n'
        "    day=[dt.date(2025, 1, 1), None, dt.date(2025, 1, 2)],\n"
        '    free=pd.Series(["x", None, float("nan")], dtype=object),\n'
        ').set_index(["town", "year"])',
    ),
    (
        "silver:bands",
        'bands = rents.dropna(subset="rent").assign(band=lambda f: pd.cut(f["rent"].astype(float), [0, 1000, 2000]))\n'
        'bands["count"] = [len(tags or []) for tags in bands["tags"]]',
    ),
    (
        "gold:wide",
        'wide = bands.reset_index().pivot_table(index="town", columns="year", values="rent", observed=False)',
    ),
)
ODD: Cells = (
    ("", "import pandas as pd"),
    (
        "silver:odd",
        'odd = pd.DataFrame({"n": [1, 2, 9]}, index=pd.period_range("2025-01", periods=3, freq="M", name="month"))\n'
        'odd["band"] = pd.cut(odd["n"], [0, 2, 9])\nodd["z"] = odd["n"] * (1 + 2j)\n'
        'odd["sparse"] = pd.arrays.SparseArray([0, 0, 1])\nodd["arrow"] = odd["n"].astype("int64[pyarrow]")\n'
        'odd["at"] = pd.to_datetime(["2025-01-01T00:00+05:30"] * 3)\n'
        'odd["s"] = pd.Series(["a", "b", "c"], dtype=object, index=odd.index)',
    ),
    ("gold:by_band", 'by_band = odd.groupby("band", observed=False).agg(n=("n", "sum"), first=("s", "first"))'),
)
MIXED: Cells = (
    ("", "import pandas as pd"),
    ("silver:mixed", 'mixed = pd.DataFrame({"rent": [900, "n/a"]})'),
)


def promoted(folder: Path, cells: Cells) -> tuple[Path, Outcome]:
    root = make_project(folder, {"a.ipynb": cells})
    return root, run([root / "notebooks/a.ipynb"], Settings(project=root), lambda _: None)


@pytest.mark.parametrize(
    ("cells", "types"),
    [
        (
            RENTS,
            {
                "bronze/rents": {
                    "index town": "category",
                    "index year": "int64",
                    "rent": "Int64",
                    "seen": "datetime64[us, Europe/London]",
                    **dict.fromkeys(("tags", "note", "day", "free"), "object"),
                },
                "gold/wide": {"index town": "category", "2023": "Float64", "2024": "Float64"},
            },
        ),
        (ODD, {"silver/odd": {"index month": "period[M]", "n": "int64", "band": "category", "s": "object"}}),
    ],
)
def test_steps_hand_over_pandas_frames_as_they_are(tmp_path: Path, cells: Cells, types: dict[str, Any]) -> None:
    root, outcome = promoted(tmp_path, cells)
    assert (outcome.exit_code, [f for f in outcome.findings if f.severity == "error"]) == (0, [])
    assert {step.status for step in outcome.steps} == {"new"}
    for name, expected in types.items():
        evidence = json.loads((root / "evidence" / f"{name}.json").read_text())
        assert evidence["verified"] is True
        schema = evidence["output"]["schema"]
        assert {name: schema.get(name) for name in expected} == expected
        assert evidence["tests"]["passed"] > 0


def test_what_no_file_holds_is_refused_at_the_cell_with_column_reason_and_cure(tmp_path: Path) -> None:
    root, outcome = promoted(tmp_path, MIXED)
    assert outcome.exit_code == 4
    (finding,) = [f for f in outcome.findings if f.severity == "error"]
    assert (finding.code, finding.location.cell) == ("PR511", 2)
    assert "Column 'rent' holds values of several types (int, str), which no Parquet file can hold" in finding.message
    assert finding.hint == (
        "Convert it first, as with mixed['rent'] = mixed['rent'].astype(str). Or give the cells below the same tag, up "
        "to the one that makes a table of plain columns, and name that with `#| output:`."
    )
    assert not (root / "src/rents/defs/silver").exists()
