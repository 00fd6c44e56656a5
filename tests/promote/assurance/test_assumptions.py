"""What counts as an assumption, and of which step."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from promote.assurance.assumptions import assumptions, sections
from promote.model import Notebook
from promote.selection.select import select


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "## Assumptions and limitations\n\nRents are monthly.\n",
            [("Assumptions and limitations", "Rents are monthly.")],
        ),
        ("# Known caveats #\nNone.", [("Known caveats", "None.")]),
        ("#### Limits\na\n#### Method\nb", [("Limits", "a")]),
        ("# Assumptions\na\n## Of towns\nb\n# Method\nc", [("Assumptions", "a\n## Of towns\nb")]),
        ("# Assumptions\na\n# Limitations\nb", [("Assumptions", "a"), ("Limitations", "b")]),
        ("# Assumptions\n```python\n# Method\n```\nc", [("Assumptions", "```python\n# Method\n```\nc")]),
        ("# Assumptions", [("Assumptions", "")]),
        ("Assumptions: none", []),
        ("#Assumptions\na", []),
        ("```\n# Assumptions\n```", []),
        ("# Unlimited growth\na", []),
        ("", []),
    ],
)
def test_a_section_is_found_by_its_heading(text: str, found: list[tuple[str, str]]) -> None:
    assert [(one.heading, "\n".join(one.lines)) for one in sections(text)] == found


def test_what_stands_above_a_step_is_its_own_and_all_else_is_of_every_step(
    notebook_of: Callable[..., Notebook],
) -> None:
    notebook = notebook_of(
        ("md", "# Assumptions\nof all"),
        ("", "import polars as pl"),
        ("md", "# Limits\nof a"),
        ("md", "More of a.\n# Caveats\nof a too"),
        ("bronze:a", "a = pl.LazyFrame({'x': [1]})"),
        ("md", "# Assumptions\nof b"),
        ("silver:b", "b = a.head(1)"),
        ("md", "# Limitations\nat the end"),
    )
    said = {
        step.tag: [(one.cell, " ".join(one.lines)) for one in assumptions(notebook, step)]
        for step in select(notebook).steps
    }
    assert said == {
        "bronze:a": [(1, "of all"), (3, "of a"), (4, "of a too"), (8, "at the end")],
        "silver:b": [(1, "of all"), (6, "of b"), (8, "at the end")],
    }
