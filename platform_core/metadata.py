"""What every materialisation tells of itself: rows, columns, time, memory, and where allowed a preview and charts.

Rows and columns come from the Parquet footer. A preview of the data is given only for what is declared OFFICIAL; charts
are left out of what is declared OFFICIAL-SENSITIVE.
"""

from __future__ import annotations

import base64
import io
import re
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg

from platform_core.frames import annotation_kind, convert
from platform_core.origins import told
from platform_core.parquet_read import Footer

if TYPE_CHECKING:
    import polars as pl

OFFICIAL = "OFFICIAL"
SENSITIVE = "OFFICIAL-SENSITIVE"
CLASSIFICATIONS = (OFFICIAL, SENSITIVE)

_PREVIEW_ROWS = 10
_PREVIEW_COLUMNS = 20
_CELL_WIDTH = 40
_TITLE_WIDTH = _PLACE_WIDTH = 200
_MOST_COLUMNS = 1000
_MOST_CHARTS = 5
_CHART_BYTES = 400_000
_CHART_SCALES = (1.0, 0.6, 0.3)
# Markdown, HTML, and what a viewer would make a link of by itself
_MARKUP = re.compile(r"[&<>|`*\[\]()!#~\\$@]|:(?=//)|(?<=www)\.", re.IGNORECASE)
_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")

Chart = Callable[..., Any]


def _reset_peak() -> bool:
    try:
        _CLEAR.write_text("5")
    except OSError:
        return False
    return True


@dataclass(slots=True)
class Meter:
    """Time and peak memory of a step, from when the meter is made.

    On Linux the kernel's high-water mark of resident memory is set back at the start, so the peak is that of the step:
    all that the process holds, threads beside it included. Elsewhere it is the peak of the whole process so far.
    """

    started: float = field(default_factory=time.perf_counter)
    reset: bool = field(default_factory=_reset_peak)

    def seconds(self) -> float:
        """Give the seconds since the meter was made."""
        return time.perf_counter() - self.started

    def peak(self) -> tuple[int, str]:
        """Give the peak of resident memory in bytes, and how it was measured."""
        if self.reset:
            found = re.search(r"^VmHWM:\s+(\d+) kB", _STATUS.read_text(), re.MULTILINE)
            if found:
                return int(found[1]) * 1024, "VmHWM of the process, set back at the start of the step"
        unit = 1 if sys.platform == "darwin" else 1024
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
        return peak, "ru_maxrss: the peak of the process since it started"


@dataclass(slots=True)
class Running:
    """A step that runs: its function, what its asset declares, its meter, and, once it is stored, the stored frame."""

    classification: str | None = None
    charts: Sequence[Chart] = ()
    function: Callable[..., Any] | None = None
    meter: Meter = field(default_factory=Meter)
    stored: Callable[[], pl.LazyFrame] | None = None


# The function of a step and its IO manager meet here: one process runs both, one after the other
_RUNNING: dict[tuple[str, str], Running] = {}


def begin(
    run_id: str,
    asset: str,
    classification: str | None,
    charts: Sequence[Chart],
    function: Callable[..., Any] | None = None,
) -> Running:
    """Note that a step begins; `end` must follow."""
    running = Running(classification, charts, function)
    _RUNNING[run_id, asset] = running
    return running


def running_step(run_id: str, asset: str) -> Running | None:
    """Give the step that makes an asset in this process, or None where it is not one of our asset functions."""
    return _RUNNING.get((run_id, asset))


def end(run_id: str, asset: str) -> None:
    """Forget a step."""
    _RUNNING.pop((run_id, asset), None)


def footer_metadata(footer: Footer) -> dict[str, Any]:
    """Give rows, columns with their types, and size as Dagster shows them."""
    shown = footer.columns[:_MOST_COLUMNS]
    columns = [dg.TableColumn(name=name, type=dtype) for name, dtype in shown]
    return {
        "dagster/row_count": footer.rows,
        "dagster/column_schema": dg.TableSchema(columns=columns),
        "workbench/columns": len(footer.columns),
        "workbench/size_bytes": footer.size,
    }


def running_metadata(running: Running, stored: Callable[[], pl.LazyFrame]) -> dict[str, Any]:
    """Give time, memory, preview and charts of a step whose frame is stored."""
    # Time and memory first: drawing is no part of the step
    memory, method = running.meter.peak()
    metadata: dict[str, Any] = {
        "workbench/seconds": round(running.meter.seconds(), 3),
        "workbench/peak_memory_bytes": memory,
        "workbench/peak_memory_method": method,
    }
    if running.classification == OFFICIAL:
        metadata["workbench/preview"] = dg.MetadataValue.md(preview(stored()))
    if running.classification != SENSITIVE:
        metadata.update(chart_metadata(running.charts, stored))
    return metadata


def preview(frame: pl.LazyFrame) -> str:
    """Give the first rows of a frame as a Markdown table, bounded in rows, columns and width.

    >>> import polars as pl
    >>> print(preview(pl.LazyFrame({"name": ["a|b", None], "fee": [1.5, 2.0]})))
    | name | fee |
    | --- | --- |
    | a&#124;b | 1.5 |
    |  | 2.0 |
    """
    names = frame.collect_schema().names()
    shown = names[:_PREVIEW_COLUMNS]
    if not shown:
        return "No columns."
    head = frame.select(shown).head(_PREVIEW_ROWS + 1).collect()
    rows = [[_cell(name) for name in shown], ["---"] * len(shown)]
    rows += [[_cell("" if value is None else str(value)) for value in row] for row in head[:_PREVIEW_ROWS].iter_rows()]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    if head.height > _PREVIEW_ROWS:
        lines.append(f"\nThe first {_PREVIEW_ROWS} rows.")
    if len(names) > len(shown):
        lines.append(f"\nThe first {len(shown)} of {len(names)} columns.")
    return "\n".join(lines)


def chart_metadata(charts: Sequence[Chart], stored: Callable[[], pl.LazyFrame]) -> dict[str, Any]:
    """Draw charts of the stored frame, each a picture in Markdown bounded in size.

    Args:
        charts: Functions of one frame, in the kind that they are annotated with, to an Altair chart or anything with
            matplotlib's `savefig`.
        stored: Gives the stored frame.

    Returns:
        An entry for each chart, by the function's name. One that cannot be drawn says so: a picture is no reason to
        lose data.
    """
    drawn = {chart.__name__: _drawn(chart, stored) for chart in charts[:_MOST_CHARTS]}
    return {f"workbench/{name}": dg.MetadataValue.md(picture) for name, picture in drawn.items()}


def _drawn(chart: Chart, stored: Callable[[], pl.LazyFrame]) -> str:
    title = _cell(chart.__name__)
    try:
        _without_figures()
        hints = [hint for name, hint in chart.__annotations__.items() if name != "return"]
        figure = chart(convert(stored(), next(filter(None, map(annotation_kind, hints)), "lazy")))
        for scale in _CHART_SCALES:
            picture = _png(figure, scale)
            if len(picture) <= _CHART_BYTES:
                described = _cell(_described(figure) or chart.__name__, _TITLE_WIDTH)
                return f"![{described}](data:image/png;base64,{base64.b64encode(picture).decode('ascii')})"
    except Exception as error:  # noqa: BLE001 - an analyst's drawing code may raise anything, and the data is stored
        place = _cell(told(error, chart), _PLACE_WIDTH)
        return f"{title} could not be drawn ({type(error).__name__}{f', {place}' if place else ''})."
    finally:
        _without_figures()
    return f"{title} is too large to show, even at {_CHART_SCALES[-1]:.0%} of its size."


def _without_figures() -> None:
    """Let pyplot have no figure, as at the start of a notebook's cell, and draw into memory: there may be no screen."""
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close("all")
        pyplot.switch_backend("agg")


def _described(figure: Any) -> str:
    """Give what a figure says of itself: its description, else its title; empty where it has neither.

    An Altair chart says it in its specification, a matplotlib figure in its own title or in those of its axes.
    """
    if hasattr(figure, "savefig"):
        parts = [figure.get_suptitle() if hasattr(figure, "get_suptitle") else ""]
        parts += [axes.get_title() for axes in getattr(figure, "axes", ())]
        return ": ".join(part for part in parts if part)
    specification = figure.to_dict()
    title = specification.get("title") or ""
    text = specification.get("description") or (title.get("text", "") if isinstance(title, dict) else title)
    return " ".join(map(str, text)) if isinstance(text, list) else str(text)


def _png(figure: Any, scale: float) -> bytes:
    if hasattr(figure, "savefig"):
        target = io.BytesIO()
        figure.savefig(target, format="png", dpi=100 * scale)
        return target.getvalue()
    # No address may be fetched: what a specification names is not the platform's to trust
    picture: bytes = import_module("vl_convert").vegalite_to_png(figure.to_dict(), scale=scale, allowed_base_urls=[])
    return picture


def _cell(text: str, width: int = _CELL_WIDTH) -> str:
    """Give text as a Markdown cell shows it, whatever it holds: no markup, one line, bounded."""
    line = "".join(character if character.isprintable() else " " for character in text[: width + 1])
    cut = f"{line[: width - 1]}…" if len(line) > width else line
    return _MARKUP.sub(lambda found: f"&#{ord(found[0])};", cut)


def merged(*parts: Mapping[str, Any]) -> dict[str, Any]:
    """Give one mapping from several; a later one wins."""
    return {key: value for part in parts for key, value in part.items()}
