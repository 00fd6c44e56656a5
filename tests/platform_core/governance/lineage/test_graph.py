"""Following columns through assets, and drawing what was found."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from platform_core.errors import UsageError
from platform_core.governance.lineage import ColumnLineage, Dependency, LineageGraph, Unknown, downstream, upstream
from platform_core.governance.lineage.drawing import mermaid, svg
from platform_core.governance.lineage.graph import AssetColumns, both_ways, owners_of

GRAPH = LineageGraph(
    {
        "raw": AssetColumns("raw", ("id", "fee", "nhs"), owners=("team:raw",)),
        "clean": AssetColumns(
            "clean",
            ("id", "fee"),
            ColumnLineage(
                {"id": (Dependency("raw", "id", "identity"),), "fee": (Dependency("raw", "fee", "transformation"),)},
                (Dependency("raw", "nhs", "filter"),),
            ),
            ("raw",),
            ("team:clean",),
        ),
        "total": AssetColumns(
            "total",
            ("fees",),
            ColumnLineage({"fees": (Dependency("clean", "fee", "aggregation"),)}),
            ("clean",),
            ("a@b.uk",),
        ),
        "unmade": AssetColumns("unmade", (), None, ("total",)),
    }
)


def test_values_and_influence_are_kept_apart() -> None:
    found = downstream(GRAPH, "raw", "fee")
    assert found.places == {
        ("raw", "fee"): "asked",
        ("clean", "fee"): "direct",
        ("total", "fees"): "direct",
        ("unmade", "*"): "unknown",
    }
    assert downstream(GRAPH, "raw", "nhs").places[("total", "fees")] == "influence"
    assert owners_of(GRAPH, found.places) == {"a@b.uk": ["total"], "team:clean": ["clean"], "team:raw": ["raw"]}


def test_upstream_goes_through_what_is_not_known() -> None:
    assert upstream(GRAPH, "unmade").places == {
        ("unmade", "*"): "asked",
        ("clean", "fee"): "unknown",
        ("raw", "fee"): "unknown",
        ("raw", "nhs"): "unknown",
        ("total", "*"): "unknown",
    } | {("total", "*"): "unknown"}


def test_an_asset_as_a_whole_is_all_of_its_columns() -> None:
    assert downstream(GRAPH, "raw").places.keys() >= {("clean", "id"), ("clean", "*"), ("total", "fees")}


def test_part_of_an_input_that_an_unknown_lineage_does_not_name() -> None:
    graph = LineageGraph(
        {
            "a": AssetColumns("a", ("x",)),
            "b": AssetColumns("b", ("y",)),
            "c": AssetColumns(
                "c",
                ("z",),
                ColumnLineage({"z": (Dependency("a", "x", "opaque"),)}, (), (Unknown("", "pandas"),)),
                ("a", "b"),
            ),
        }
    )
    assert downstream(graph, "b", "y").places[("c", "*")] == "unknown"


def test_wrong_names_get_a_hint() -> None:
    with pytest.raises(UsageError, match=r"(?s)no asset 'cleen'.*Did you mean 'clean'"):
        downstream(GRAPH, "cleen")
    with pytest.raises(UsageError, match=r"(?s)no column 'fe'.*Did you mean 'fee'"):
        upstream(GRAPH, "clean", "fe")


def test_circles_end() -> None:
    one = ColumnLineage({"x": (Dependency("b", "x", "identity"),)})
    two = ColumnLineage({"x": (Dependency("a", "x", "identity"),)})
    graph = LineageGraph({"a": AssetColumns("a", ("x",), one, ("b",)), "b": AssetColumns("b", ("x",), two, ("a",))})
    found = both_ways(upstream(graph, "a", "x"), downstream(graph, "a", "x"))
    assert set(found.places) == {("a", "x"), ("b", "x")}
    assert svg(found, "a circle")


def test_drawings_are_well_formed_accessible_and_the_same_each_time() -> None:
    hostile = LineageGraph(
        {
            '<script>"&': AssetColumns(
                '<script>"&', ("x]>",), ColumnLineage({"x]>": (Dependency("a\"--'", "<b>", "identity"),)})
            ),
            "a\"--'": AssetColumns("a\"--'", ("<b>",)),
        }
    )
    for trace in (upstream(hostile, '<script>"&'), both_ways(upstream(GRAPH, "total"), downstream(GRAPH, "total"))):
        drawn = svg(trace, "<title> & more")
        tree = ET.fromstring(drawn)  # noqa: S314 - our own drawing
        assert tree.get("role") == "img"
        ids = (tree.get("aria-labelledby") or "").split()
        assert [tree.find(f".//*[@id='{name}']") is not None for name in ids] == [True, True]
        assert "<script" not in drawn
        assert drawn == svg(trace, "<title> & more")
        chart = mermaid(trace)
        assert chart.startswith("flowchart LR\n")
        assert not re.search(r'\["[^"]*["<>][^"]*"\]', chart)
