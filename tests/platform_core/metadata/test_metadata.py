"""What a materialisation tells of itself, and what it must not."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import altair as alt
import dagster as dg
import numpy as np
import pandas as pd  # noqa: TC002 - the charts' annotations are read at run time
import polars as pl
import pytest

from platform_core.metadata import Meter, meter, preview
from platform_core.metadata.charts import chart_metadata
from platform_core.metadata.declared import Declared
from platform_core.metadata.running import (
    Running,
    begin,
    end,
    footer_metadata,
    merged,
    running_metadata,
    running_step,
)
from platform_core.parquet_read import Footer

FRAME = pl.LazyFrame({"who": ["a", "b"], "n": [1, 2]})


def stored() -> pl.LazyFrame:
    return FRAME


def bars(frame: pd.DataFrame) -> Any:
    return alt.Chart(frame).mark_bar().encode(x="who:N", y="n:Q")


class Figure:
    """What the charts need of a matplotlib figure: `savefig`."""

    def __init__(self, size: int) -> None:
        self.size = size

    def savefig(self, target: Any, *, format: str, dpi: float) -> None:  # noqa: A002 - matplotlib's own word
        assert format == "png"
        target.write(b"\x89PNG" + b"0" * int(self.size * dpi / 100))


# --- preview


def test_a_preview_is_bounded_in_rows_columns_and_width() -> None:
    frame = pl.LazyFrame({f"c{i}": ["x" * 500] * 50 for i in range(30)})
    lines = preview(frame).splitlines()
    table = [line for line in lines if line.startswith("|")]
    assert len(table) == 2 + 10
    assert all(line.count("|") == 21 for line in table)
    assert max(map(len, table)) < 20 * 45
    assert "The first 10 rows." in lines
    assert "The first 20 of 30 columns." in lines


def test_a_preview_reads_no_more_than_it_shows() -> None:
    assert "The first" not in preview(pl.LazyFrame({"a": range(10)}))
    assert preview(pl.LazyFrame()) == "No columns."


@pytest.mark.parametrize(
    "text",
    [
        "a|b",
        "<script>alert(1)</script>",
        "line\nbreak\r\n| x |",
        "![x](http://evil.example/p.png)",
        "[click](javascript:x)",
        "`code`",
        "http://evil.example",
        "WWW.evil.example",
        "a@evil.example",
        "\u202egnp",
        "\x1b[31m",
        "\\|",
        "&lt;b&gt;",
        "\u2028",
    ],
)
def test_hostile_values_and_names_stay_text_in_their_cell(text: str) -> None:
    lines = preview(pl.LazyFrame({text: [text], "next": ["1"]})).split("\n")
    assert len(lines) == 3
    for line in lines:
        assert line.count("|") == 3
        assert not re.search(r"[<>`\[\]()!@\\\r\x1b\u2028\u202e]|://|www\.", line, re.IGNORECASE)
        assert not re.search(r"&(?!#\d+;)", line)


def test_nulls_numbers_and_nested_values_are_shown_as_text() -> None:
    assert (
        preview(pl.LazyFrame({"a": [None], "b": [1.5], "c": [[1, 2]]})).splitlines()[2] == "|  | 1.5 | &#91;1, 2&#93; |"
    )


# --- charts


def test_a_time_beyond_pythons_years_fails_no_step() -> None:
    """Milliseconds that were read as seconds: such a column once made every step that gave it fail."""
    far = pl.Series("^at$", [10**15, None], dtype=pl.Int64).cast(pl.Datetime("ms"))
    assert preview(pl.LazyFrame([far])).splitlines()[2:] == ["| 1000000000000000 |", "|  |"]


def test_an_altair_chart_becomes_a_picture() -> None:
    told = chart_metadata([bars], stored)["workbench/bars"]
    found = re.fullmatch(r"!\[bars\]\(data:image/png;base64,([A-Za-z0-9+/=]+)\)\n\nbars", told.value)
    assert found
    assert base64.b64decode(found[1]).startswith(b"\x89PNG")


def test_a_figure_with_savefig_becomes_a_picture_and_a_large_one_a_smaller_one() -> None:
    def small(frame: pl.DataFrame) -> Figure:
        return Figure(frame.height)

    def large(frame) -> Figure:  # a chart function need not be annotated
        return Figure(1_000_000 + len(frame.collect_schema()))

    def huge(frame: pl.LazyFrame) -> Figure:
        return Figure(10_000_000)

    told = chart_metadata([small, large, huge], stored)
    assert told["workbench/small"].value.startswith("![small](data:image/png;base64,")
    assert 300_000 * 4 / 3 < len(told["workbench/large"].value) < 400_000 * 4 / 3 + 100
    assert told["workbench/huge"].value == "huge is too large to show, even at 30% of its size."


@pytest.mark.parametrize(
    ("properties", "described"),
    [
        ({"title": "Permits a year"}, "Permits a year"),
        ({"title": alt.TitleParams(["Permits", "a year"], subtitle="x")}, "Permits a year"),
        ({"title": "Permits", "description": "Twice as many as last year"}, "Twice as many as last year"),
        ({"title": "](http://evil.example)\n![x" + "y" * 500}, "&#93;&#40;http&#58;//evil.example&#41; &#33;&#91;xyyy"),
        ({}, "titled"),
    ],
)
def test_a_picture_is_described_by_what_the_chart_says_of_itself(properties: dict[str, Any], described: str) -> None:
    def titled(frame: pd.DataFrame) -> Any:
        return bars(frame).properties(**properties)

    told = chart_metadata([titled], stored)["workbench/titled"].value
    assert told.startswith(f"![{described}")
    assert told.count("](") == 1
    assert len(told.partition("](")[0]) < 300


def test_a_figure_is_described_by_its_titles() -> None:
    class Axes:
        def get_title(self) -> str:
            return "Fees"

    class Titled(Figure):
        axes = (Axes(),)

        def get_suptitle(self) -> str:
            return "Permits"

    def drawn(frame: pl.LazyFrame) -> Figure:
        return Titled(1)

    assert chart_metadata([drawn], stored)["workbench/drawn"].value.startswith("![Permits: Fees](")


def test_a_figure_of_matplotlib_begins_anew_and_leaves_nothing_behind() -> None:
    from matplotlib import pyplot

    pyplot.plot([3, 2, 1])  # left over, as a step's own code may leave it
    lines: list[int] = []

    def drawn(frame: pl.DataFrame) -> Any:
        pyplot.plot(frame["n"])
        pyplot.title("Permits by week")
        figure = pyplot.gcf()
        lines.append(len(figure.axes[0].lines))
        return figure

    def broken(frame: pl.DataFrame) -> Any:
        pyplot.plot(frame["n"])
        raise ValueError

    frame = pl.DataFrame({"n": [1, 2, 3]}).lazy()
    for _ in range(2):
        told = chart_metadata([drawn, broken], lambda: frame)["workbench/drawn"].value
        assert told.startswith("![Permits by week](data:image/png;base64,iVBOR")
    assert lines == [1, 1]
    assert pyplot.get_fignums() == []


def test_a_chart_that_fails_says_so_and_shows_no_value() -> None:
    def broken(frame: pl.LazyFrame) -> Figure:
        raise ValueError("SECRET")

    def nothing(frame: pl.LazyFrame) -> None:
        return None

    told = chart_metadata([broken, nothing], stored)
    assert told["workbench/broken"].value == "broken could not be drawn (ValueError)."
    assert told["workbench/nothing"].value == "nothing could not be drawn (AttributeError)."


def test_a_chart_may_fetch_nothing(tmp_path: Path) -> None:
    (tmp_path / "data.json").write_text('[{"x": 1}]')

    def fetching(frame: pl.LazyFrame) -> Any:
        return alt.Chart(alt.UrlData(url="http://127.0.0.1:9/data.json")).mark_bar().encode(x="x:Q")

    assert "could not be drawn" in chart_metadata([fetching], stored)["workbench/fetching"].value


def test_charts_without_a_name_of_their_own_are_called_by_their_place() -> None:
    def broken(frame: pl.LazyFrame) -> Any:
        raise ValueError

    told = chart_metadata([lambda _: None, broken, broken, lambda _: None], stored)
    assert list(told) == ["workbench/chart_1", "workbench/broken", "workbench/chart_3", "workbench/chart_4"]


def test_no_more_than_five_charts_are_drawn() -> None:
    def chart(number: int) -> Any:
        def draw(frame: pl.LazyFrame) -> Figure:
            return Figure(1)

        draw.__name__ = f"draw_{number}"
        return draw

    assert len(chart_metadata([chart(number) for number in range(9)], stored)) == 5


# --- rows, columns, time, memory


def test_rows_and_columns_come_from_the_footer() -> None:
    told = footer_metadata(Footer(7, (("a|b", "Int64"), ("t", "Datetime(time_unit='us', time_zone='UTC')")), 99))
    assert told["dagster/row_count"] == 7
    first = told["dagster/column_schema"].columns[0]
    assert (first.name, first.type) == ("a|b", "Int64")
    assert told["workbench/size_bytes"] == 99
    wide = footer_metadata(Footer(1, tuple((f"c{i}", "Int64") for i in range(5000)), 1))
    assert len(wide["dagster/column_schema"].columns) == 1000
    assert wide["workbench/columns"] == 5000


@pytest.mark.parametrize(
    ("classification", "shown"),
    [("OFFICIAL", {"preview", "bars"}), ("OFFICIAL-SENSITIVE", set()), (None, {"bars"})],
)
def test_values_are_shown_only_where_the_classification_allows(classification: str | None, shown: set[str]) -> None:
    told = running_metadata(Running(Declared(classification, charts=(bars,))), stored)
    assert {key for key in ("preview", "bars") if f"workbench/{key}" in told} == shown
    assert told["workbench/seconds"] >= 0
    assert told["workbench/peak_memory_bytes"] > 1_000_000


def test_the_peak_is_that_of_the_step_and_not_of_what_was_before() -> None:
    meter = Meter()
    if not meter.reset:
        pytest.skip("LOUD SKIP: this kernel does not set the high-water mark back")
    before = np.ones(40_000_000)
    with_before, method = meter.peak()
    assert "set back" in method
    del before
    without, _ = Meter().peak()
    assert with_before - without > 200_000_000


def test_where_the_mark_cannot_be_set_back_the_peak_of_the_process_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meter, "_CLEAR", tmp_path / "no" / "such")
    peak, method = Meter().peak()
    assert peak > 10_000_000
    assert "since it started" in method
    monkeypatch.undo()
    empty = tmp_path / "status"
    empty.write_text("")
    monkeypatch.setattr(meter, "_STATUS", empty)
    assert "since it started" in Meter().peak()[1]


def test_a_step_is_known_while_it_runs() -> None:
    running = begin("run", "rents")
    assert running_step("run", "rents") is running
    assert running_step("other", "rents") is None
    end("run", "rents")
    end("run", "rents")
    assert running_step("run", "rents") is None


def test_later_metadata_wins() -> None:
    assert merged({"a": 1, "b": 1}, {"b": 2}) == {"a": 1, "b": 2}
    assert isinstance(
        running_metadata(Running(Declared("OFFICIAL")), stored)["workbench/preview"], dg.MarkdownMetadataValue
    )
