"""Charts of the stored frame, each a picture in the asset's metadata with its description beside it."""

from __future__ import annotations

import base64
import io
import sys
import weakref
from collections.abc import Callable, Collection, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

import dagster as dg

from platform_core.frames import annotation_kind, convert, kind_of, not_a_frame
from platform_core.metadata.declared import Chart
from platform_core.metadata.text import cell
from platform_core.origins import told

if TYPE_CHECKING:
    import polars as pl

_TITLE_WIDTH = _PLACE_WIDTH = 200
_MOST = 5
_BYTES = 400_000
_SCALES = (1.0, 0.6, 0.3)
_WITHHELD = (
    "is not shown: the asset has personal columns, and a finished figure may hold them. Give a function of the frame."
)

_Frame = TypeVar("_Frame")

# Frames that charts were given for, by identity: an entry goes with its frame
_given: dict[int, tuple[Callable[[], Any], tuple[Any, ...]]] = {}


def with_chart(frame: _Frame, *charts: Any) -> _Frame:
    """Give a frame back, with charts to show beside it once it is stored as an asset.

    In a notebook it changes nothing; in a step, the frame that the step gives carries its charts into the asset's
    metadata. A frame that is made from it carries none.

    Args:
        frame: What the step gives: a frame of any kind.
        *charts: Functions of the stored frame, or finished figures: an Altair chart, or anything with matplotlib's
            `savefig`. A function is the better choice where the asset has personal columns: it is given a frame
            without them, and a finished figure is then not shown.

    Raises:
        UserError: The value is no frame.

    >>> import polars as pl
    >>> frame = pl.LazyFrame({"n": [1]})
    >>> with_chart(frame, lambda stored: stored) is frame
    True
    """
    if kind_of(frame) is None:
        raise not_a_frame(frame, "What with_chart shows a chart of")
    identity = id(frame)
    before = charts_of(frame)
    _given[identity] = (weakref.ref(frame, lambda _: _given.pop(identity, None)), (*before, *charts))
    return frame


def charts_of(frame: object) -> tuple[Any, ...]:
    """Give the charts that a frame was given."""
    found = _given.get(id(frame))
    return found[1] if found is not None and found[0]() is frame else ()


def chart_metadata(
    charts: Sequence[Chart | Any], stored: Callable[[], pl.LazyFrame], personal: Collection[str] = ()
) -> dict[str, Any]:
    """Draw charts of the stored frame, each a picture in Markdown bounded in size, with its description under it.

    Args:
        charts: Functions of one frame, in the kind that they are annotated with, to an Altair chart or anything with
            matplotlib's `savefig`; or such figures themselves.
        stored: Gives the stored frame.
        personal: Columns that no chart is given.

    Returns:
        An entry for each chart, by the function's name, or its place where it has none of its own. One that cannot be
        drawn says so: a picture is no reason to lose data.
    """
    drawn: dict[str, Any] = {}
    for place, chart in enumerate(charts[:_MOST], 1):
        name = getattr(chart, "__name__", "")
        if not name.isidentifier() or f"workbench/{name}" in drawn:  # a lambda, or a second of the name
            name = f"chart_{place}"
        drawn[f"workbench/{name}"] = dg.MetadataValue.md(_drawn(chart, name, stored, personal))
    return drawn


def _drawn(chart: Any, name: str, stored: Callable[[], pl.LazyFrame], personal: Collection[str]) -> str:
    title = cell(name)
    finished = hasattr(chart, "savefig") or hasattr(chart, "to_dict")
    if finished and personal:
        return f"{title} {_WITHHELD}"
    try:
        figure = chart if finished else _made(chart, stored, personal)
        for scale in _SCALES:
            picture = _png(figure, scale)
            if len(picture) <= _BYTES:
                described = cell(_described(figure) or name, _TITLE_WIDTH)
                encoded = base64.b64encode(picture).decode("ascii")
                return f"![{described}](data:image/png;base64,{encoded})\n\n{described}"
    except Exception as error:  # noqa: BLE001 - an analyst's drawing code may raise anything, and the data is stored
        place = "" if finished else cell(told(error, chart), _PLACE_WIDTH)
        return f"{title} could not be drawn ({type(error).__name__}{f', {place}' if place else ''})."
    finally:
        _without_figures()
    return f"{title} is too large to show, even at {_SCALES[-1]:.0%} of its size."


def _made(chart: Chart, stored: Callable[[], pl.LazyFrame], personal: Collection[str]) -> Any:
    _without_figures()
    hints = [hint for name, hint in getattr(chart, "__annotations__", {}).items() if name != "return"]
    frame = stored()
    if personal:
        frame = frame.drop(personal, strict=False)
    return chart(convert(frame, next(filter(None, map(annotation_kind, hints)), "lazy")))


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
