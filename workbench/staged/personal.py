"""Personal data in the outputs that a notebook keeps: printed text, and tables of HTML with their columns' names.

What is found is never shown, only the cell and the kinds.
"""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from workbench.staged.index import Problem

if TYPE_CHECKING:
    import polars as pl

_HINT = (
    "Take the tag `keep_output` off the cell, or show figures instead of rows. Where the data is made up, list the "
    "notebook under `not_personal` in [tool.workbench.staged] of pyproject.toml."
)
_MOST_CHARACTERS = 2_000_000  # of one output; what is longer is cut


def kept_outputs(path: str, notebook: dict[str, Any]) -> Iterator[Problem]:
    """Tell the cells of a notebook whose outputs hold personal data."""
    cells = notebook.get("cells")
    for number, cell in enumerate(cells if isinstance(cells, list) else [], start=1):
        outputs = cell.get("outputs") if isinstance(cell, dict) else None
        if not isinstance(outputs, list) or not outputs:
            continue
        if kinds := sorted({kind for output in outputs if isinstance(output, dict) for kind in _kinds(output)}):
            said = ", ".join(kind.replace("_", " ") for kind in kinds)
            yield Problem(
                f"{path}:cell {number}", f"Its kept output looks as if it held personal data ({said}).", _HINT
            )


def _kinds(output: dict[str, Any]) -> Iterator[str]:
    from platform_core.governance import pii  # noqa: PLC0415 - most commits keep no output

    for frame in _frames(output):
        yield from pii.scan(frame)["kind"].unique()


def _frames(output: dict[str, Any]) -> Iterator[pl.DataFrame]:
    import polars as pl  # noqa: PLC0415 - as above

    held = output.get("data")
    data = held if isinstance(held, dict) else {}
    plain = [data.get("text/plain"), data.get("text/markdown"), output.get("text"), output.get("traceback")]
    lines = [line for text in plain if text for line in _text(text).splitlines()]
    if html := data.get("text/html"):
        reader = _Tables()
        reader.feed(_text(html))
        lines += reader.rest
        for table in reader.tables:
            width = max(map(len, table))
            names = [*table[0], *[""] * (width - len(table[0]))]
            rows = [[*row, *[""] * (width - len(row))] for row in table]
            yield pl.DataFrame(rows, schema=dict.fromkeys(_unique(names), pl.String), orient="row")
    if lines:
        yield pl.DataFrame({"output": lines})


def _unique(names: list[str]) -> list[str]:
    return [name if name and name not in names[:place] else f"{name} {place}" for place, name in enumerate(names)]


def _text(value: object) -> str:
    text = "".join(map(str, value)) if isinstance(value, list) else str(value)
    return text[:_MOST_CHARACTERS]


class _Tables(HTMLParser):
    """Takes the tables out of a page as rows of cells, and the lines of text beside them."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.rest: list[str] = []
        self._cell: list[str] | None = None
        self._skipped = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in {"td", "th"}:
            self._cell = []
        elif tag in {"style", "script"}:
            self._skipped += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"} and self._cell is not None:
            if self.tables and self.tables[-1]:
                self.tables[-1][-1].append("".join(self._cell).strip())
            self._cell = None
        elif tag == "table" and self.tables:
            self.tables = [[row for row in table if row] for table in self.tables]
            self.tables = [table for table in self.tables if table]
        elif tag in {"style", "script"}:
            self._skipped = max(0, self._skipped - 1)

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)
        elif not self._skipped and data.strip():
            self.rest.append(data)
