"""The step that runs, and all that is told of it once its frame is stored."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg

from platform_core.governance.policies.facts import FOUND
from platform_core.governance.policies.found import Found, packed
from platform_core.metadata.bounds import ColumnStatistics, frame_statistics
from platform_core.metadata.charts import chart_metadata
from platform_core.metadata.costing import used
from platform_core.metadata.declared import Declared, personal_in_each
from platform_core.metadata.meter import Meter
from platform_core.metadata.nulls import completeness
from platform_core.metadata.previewing import LOOKED_AT, preview_of
from platform_core.metadata.profiling import SCHEMA, profile_of
from platform_core.metadata.statistics import column_statistics
from platform_core.parquet_read import FEW_ROWS, Footer
from platform_core.values import dataclass, field

if TYPE_CHECKING:
    import polars as pl

_MOST_COLUMNS = 1000
_SMALL_BYTES = 16 << 20  # of a frame of few rows that is read once, for all that is told of it
_TITLES = {"null_share": "share of nulls", **{name: name.replace("_", " ") for name in SCHEMA if name != "null_share"}}
_FULL_ONLY = {"distinct", "mean", "deviation", "lower_quartile", "median", "upper_quartile"}


@dataclass(slots=True)
class Running:
    """A step that runs: its function, what its asset declares, its meter.

    Attributes:
        declared: What the asset declares of its data.
        function: The author's function.
        meter: Runs from when the step began, reading its inputs included.
        figures: Charts that the function gave its frame (see `with_chart`).
        made_from: What stands for the code and inputs of the step; None where they cannot be known.
        tell_version: Lets Dagster know the version of what was stored.
        stored: Gives the stored frame, once it is stored.
        file: The file it was stored in, where that is one.
        found: The columns that look personal in what was stored; None where nobody has looked.
    """

    declared: Declared = field(default_factory=Declared)
    function: Callable[..., Any] | None = None
    meter: Meter = field(default_factory=Meter)
    figures: tuple[Any, ...] = ()
    made_from: str | None = None
    tell_version: Callable[[str], None] | None = None
    stored: Callable[[], pl.LazyFrame] | None = None
    file: Path | None = None
    found: tuple[Found, ...] | None = None

    @property
    def hidden(self) -> frozenset[str]:
        """The columns of which no value is shown: those declared and those found."""
        return self.declared.personal.union(one.column for one in self.found or ())


# The function of a step and its IO manager meet here: one process runs both, one after the other
_RUNNING: dict[tuple[str, str], Running] = {}
_LOADING: dict[tuple[str, str], Meter] = {}


def loading(run_id: str, step: str) -> None:
    """Note that the inputs of a step are being read: its meter runs from the first of them."""
    if (run_id, step) not in _LOADING:
        _LOADING.clear()  # of a step that failed before it began
        _LOADING[run_id, step] = Meter()


def begin(
    run_id: str, asset: str, declared: Declared | None = None, function: Callable[..., Any] | None = None
) -> Running:
    """Note that a step begins; `end` must follow."""
    key = (run_id, asset)
    running = Running(declared or Declared(), function, _LOADING.pop(key) if key in _LOADING else Meter())
    _RUNNING[run_id, asset] = running
    return running


def running_step(run_id: str, asset: str) -> Running | None:
    """Give the step that makes an asset in this process, or None where it is not one of our asset functions."""
    return _RUNNING.get((run_id, asset))


def end(run_id: str, asset: str) -> None:
    """Forget a step."""
    _RUNNING.pop((run_id, asset), None)


def footer_metadata(footer: Footer, descriptions: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Give rows, columns with their types and descriptions, and size as Dagster shows them."""
    texts = descriptions or {}
    columns = [
        dg.TableColumn(name=name, type=dtype, description=texts.get(name))
        for name, dtype in footer.columns[:_MOST_COLUMNS]
    ]
    return {
        "dagster/row_count": footer.rows,
        "dagster/column_schema": dg.TableSchema(columns=columns),
        "workbench/columns": len(footer.columns),
        "workbench/size_bytes": footer.size,
    }


def running_metadata(
    running: Running, stored: Callable[[], pl.LazyFrame], footer: Footer | None = None, path: Path | None = None
) -> dict[str, Any]:
    """Give what a step cost, and what may be shown of the frame that it stored.

    Args:
        running: The step.
        stored: Gives the stored frame.
        footer: What its file says of itself as a whole.
        path: The file, whose footer tells of the columns.
    """
    # Cost first: profile and drawing are no part of the step
    metadata = used(running.meter)
    declared = running.declared
    small = _small(stored, footer)
    if small is not None:
        stored = small.lazy
    metadata |= look(running, stored, footer.rows if footer is not None else None)
    hidden = running.hidden
    seen: dict[str, Any] = {"workbench/values": declared.reason}
    if declared.shows_values:
        head = stored().head(LOOKED_AT).collect()
        # Read together: for the preview with the row that tells of more, for the profile as `profile` does
        hidden = hidden.union(*personal_in_each([head, head.head(LOOKED_AT - 1)], hidden))
        seen = {"workbench/preview": dg.MetadataValue.md(preview_of(head, hidden))}
    if footer is not None:
        metadata |= {"workbench/bytes_written": footer.size, **footer_metadata(footer, declared.descriptions)}
        metadata |= _profile_metadata(declared, hidden, stored, footer, path, small)
    metadata |= seen
    if declared.shows_charts:
        # A name alone is too little to leave a chart without its column
        shown = declared.personal.union(one.column for one in running.found or () if one.share != 0)
        metadata |= chart_metadata((*declared.charts, *running.figures), stored, shown)
    return metadata


def _small(stored: Callable[[], pl.LazyFrame], footer: Footer | None) -> pl.DataFrame | None:
    """Give a stored frame that is small; None where it is not, or cannot be read: what then fails tells of it."""
    if footer is None or footer.rows > FEW_ROWS or footer.size > _SMALL_BYTES:
        return None
    if footer.frame is not None:
        return footer.frame
    try:
        return stored().collect()
    except Exception:  # noqa: BLE001 - as above
        return None


def look(running: Running, stored: Callable[[], pl.LazyFrame], rows: int | None) -> dict[str, Any]:
    """Look for personal columns in what a step stored, unless they are known, and give what is told of them.

    A detector that fails fails no step: that nobody has looked is told.

    Args:
        running: The step, which keeps what is found.
        stored: Gives the stored frame.
        rows: How many rows it has, where that is known.
    """
    if running.found is not None:
        return {}
    running.found, told = looked(stored, rows)
    return told


def looked(stored: Callable[[], pl.LazyFrame], rows: int | None) -> tuple[tuple[Found, ...] | None, dict[str, Any]]:
    """Look for personal columns in a stored frame, and give them, with what is told of them; None where that failed."""
    from platform_core.governance.pii.looking import looked_at  # noqa: PLC0415 - its patterns cost, once a process

    try:
        found = looked_at(stored(), rows)
    except Exception as error:  # noqa: BLE001 - the asset is stored: what is wrong with it shows where it is read
        return None, {"workbench/personal_unknown": f"The detector of personal data failed: {type(error).__name__}."}
    return found, {FOUND: dg.MetadataValue.json(packed(found))} if found else {}


def _profile_metadata(
    declared: Declared,
    hidden: Collection[str],
    stored: Callable[[], pl.LazyFrame],
    footer: Footer,
    path: Path | None,
    small: pl.DataFrame | None,
) -> dict[str, Any]:
    full = declared.profile == "full"
    statistics = _statistics(path, small) if path is not None else {}
    if not full and not statistics:
        return {}
    table = profile_of(
        stored(),
        statistics,
        rows=footer.rows,
        personal=hidden,
        values=declared.shows_values,
        full=full,
    ).head(_MOST_COLUMNS)
    shares = {name: share for name, share in table.select("column", "null_share").iter_rows() if share is not None}
    # An asset without values to show has no columns for them
    empty = {name for name in table.columns if table[name].null_count() == table.height}
    names = [name for name in table.columns if name not in empty and (full or name not in _FULL_ONLY)]
    records = [
        dg.TableRecord({_TITLES[name]: _plain(row[name]) for name in names}) for row in table.iter_rows(named=True)
    ]
    types = {"nulls": "int", "distinct": "int", "null_share": "float"}
    columns = [dg.TableColumn(_TITLES[name], type=types.get(name, "string")) for name in names]
    told: dict[str, Any] = (
        {"workbench/profile": dg.MetadataValue.table(records, dg.TableSchema(columns))} if records else {}
    )
    if shares and footer.rows:
        told["workbench/completeness"] = dg.MetadataValue.md(completeness(shares))
    return told


def _statistics(path: Path, small: pl.DataFrame | None) -> Mapping[str, ColumnStatistics]:
    """Give what the footer of a file says of its columns, or the rows themselves where they have been read."""
    told = frame_statistics(small) if small is not None else None
    return told if told is not None else column_statistics(path)


def _plain(value: Any) -> str | int | float:
    if value is None:
        return ""
    return round(value, 6) if isinstance(value, float) else value if isinstance(value, int) else str(value)[:100]


def failed_metadata(running: Running) -> dict[str, Any]:
    """Give what a step cost that failed, for an observation of its asset: it is paid for, though nothing was made."""
    return {**used(running.meter), "workbench/failed": True}


def merged(*parts: Mapping[str, Any]) -> dict[str, Any]:
    """Give one mapping from several; a later one wins."""
    return {key: value for part in parts for key, value in part.items()}
