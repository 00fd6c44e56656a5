"""The change behind the golden reviews: something of everything. Run as a module it writes the files anew.

.venv/bin/python -m tests.workbench.review.golden
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from platform_core.values import replace as changed
from tests.workbench.review.projects import CONFIG, Repo, Step, files
from workbench.review.values import Review
from workbench.review.writing import render

FOLDER = Path(__file__).parent / "golden"
FORMATS = {"markdown": "review.md", "html": "review.html", "json": "review.json"}
LINKS = "https://github.com/towns/rents/blob/main"

RAW = Step("raw_rents", "bronze", said={"owners": '["team:harvest"]', "key": '["town"]'}, read=0)
RENTS = Step(
    "rents",
    inputs=("raw_rents",),
    said={
        "owners": '["team:rents"]',
        "key": '["town", "year"]',
        "data_quality_checks": '["no_nulls", "unique_values"]',
    },
    compute="@fargate_compute(cpu_units=256, memory_mb=512)",
    parameters="least: int = 3",
    imports="from rents.helpers.clean import tidy",
    helpers={"src/rents/helpers/clean.py": "def tidy(frame):\n    return frame\n"},
)
TOWNS = Step("rent_by_town", "gold", inputs=("rents",), said={"owners": '["ann@example.org"]'})
OLD = Step("old_report", "gold", inputs=("rents",))
BEFORE = files(RAW, RENTS, TOWNS, OLD)
AFTER = {
    **files(
        RAW,
        replace(
            RENTS,
            body="return tidy(raw_rents)",
            said={**RENTS.said, "key": '["town"]'},
            compute="@fargate_compute(cpu_units=512, memory_mb=1024)",
            parameters="least: int = 5",
            rows=1200,
            digest="d2",
            schema={"town": "String", "rent": "Float64", "year": "Int64"},
        ),
        TOWNS,
        Step("few_rents", "gold", inputs=("rents",), rows=7, said={"key": '["town"]', "owners": '["team:rents"]'}),
        Step("draft", "gold", inputs=("rents",), verified=False),
    ),
    "config/base.yaml": CONFIG.replace('"2024"]', '"2024", "2025"]'),
}


def produce(root: Path) -> dict[str, str]:
    """Give the review of the change in every format, with commits that no change of the fixture moves."""
    found = Repo(root).review(BEFORE, AFTER)
    fixed: Review = changed(
        found,
        base=changed(found.base, name="main", commit="1" * 40),
        head=changed(found.head, name="change", commit="2" * 40),
    )
    return {name: render(fixed, form, LINKS, {}) for form, name in FORMATS.items()}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for name, text in produce(Path(folder) / "project").items():
            (FOLDER / name).write_text(text, encoding="utf-8")
