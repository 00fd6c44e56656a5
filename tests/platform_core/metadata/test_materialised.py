"""What a real materialisation tells: everything that was asked for, and no value of a personal column."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import altair as alt
import dagster as dg
import pandas as pd  # noqa: TC002 - the charts' annotations are read at run time
import pandera.polars as pa
import polars as pl
import pytest

from platform_core.errors import UserError
from platform_core.governance.pii.scanning import found_in
from platform_core.io_managers import PolarsParquetIOManager
from platform_core.metadata import mask_with, with_chart
from platform_core.metadata.charts import charts_of
from platform_core.sdk import silver_asset

PLANTED = "Agatha Plantedson"
FRAME = pl.DataFrame(
    {"name": [PLANTED, "B"], "born": [19010203, 19990909], "fee": [1.5, None], "town": ["York", "Ely"]}
)


class Permits(pa.DataFrameModel):
    """A schema that says what columns mean, and which are personal."""

    name: str = pa.Field(description="Who applied", metadata={"personal": True})
    born: int = pa.Field(description="From the schema")
    fee: float = pa.Field(nullable=True)
    town: str


def bars(frame: pd.DataFrame) -> Any:
    return alt.Chart(frame).mark_bar().encode(x="town:N", y="fee:Q").properties(title="Fees by town")


def names(frame: pd.DataFrame) -> Any:
    return alt.Chart(frame[["name"]]).mark_point()


def made(folder: Path, value: Any = FRAME, **options: Any) -> dict[str, Any]:
    """Materialise one asset and give its metadata."""

    @silver_asset(name="permits", **options)
    def permits(context):
        return value() if callable(value) else value

    result = dg.materialize([permits], resources={"io_manager": PolarsParquetIOManager(root=str(folder))})
    (event,) = result.asset_materializations_for_node("permits")
    return dict(event.metadata)


def texts(metadata: dict[str, Any]) -> str:
    return "\n".join(repr(value) for value in metadata.values())


def profile_of(metadata: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {record.data["column"]: dict(record.data) for record in metadata["workbench/profile"].records}


def test_an_official_asset_tells_everything(tmp_path: Path) -> None:
    told = made(
        tmp_path, schema=Permits, classification="OFFICIAL", charts=[bars], columns={"born": "From the decorator"}
    )
    assert told["dagster/row_count"].value == 2
    described = {column.name: column.description for column in told["dagster/column_schema"].value.columns}
    assert described == {"name": "Who applied", "born": "From the decorator", "fee": None, "town": None}
    table = profile_of(told)
    assert (table["fee"]["nulls"], table["fee"]["share of nulls"], table["fee"]["greatest"]) == (1, 0.5, "1.5")
    assert (table["town"]["least"], table["town"]["greatest"]) == ("Ely", "York")
    assert "distinct" not in table["fee"]
    assert "| masked | masked | 1.5 | York |" in told["workbench/preview"].value
    assert told["workbench/bars"].value.endswith(")\n\nFees by town")
    assert told["workbench/completeness"].value.endswith("Nulls: fee 50.0 %. No nulls in the other 3 columns.")
    for figure in ("seconds", "cpu_seconds", "peak_memory_bytes", "bytes_read", "bytes_written"):
        assert told[f"workbench/{figure}"].value >= 0, figure
    assert told["workbench/bytes_written"].value == (tmp_path / "silver" / "permits.parquet").stat().st_size


def test_what_is_told_stands_in_the_materialisation_and_in_no_other_event(tmp_path: Path) -> None:
    @silver_asset(name="permits")
    def permits(context) -> pl.DataFrame:
        return FRAME

    with dg.DagsterInstance.ephemeral() as instance:
        resources = {"io_manager": PolarsParquetIOManager(root=str(tmp_path))}
        run = dg.materialize([permits], resources=resources, instance=instance)
        texts = [(event.event_type_value, repr(event)) for event in run.all_events]
    for key in ("dagster/column_schema", "workbench/lineage", "workbench/seconds"):
        assert [kind for kind, text in texts if key in text] == ["ASSET_MATERIALIZATION"], key


def test_the_detector_reads_an_official_asset_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def counting(columns: list[pl.Series]) -> Any:
        asked.append([column.name for column in columns])
        return found_in(columns)

    monkeypatch.setattr("platform_core.governance.pii.verdicts.found_in", counting)
    made(tmp_path, classification="OFFICIAL", profile="full")
    assert asked == [FRAME.columns, FRAME.columns * 2]  # what is stored, then what is shown, both ways


def test_the_full_profile_is_given_when_it_is_asked_for(tmp_path: Path) -> None:
    table = profile_of(made(tmp_path, classification="OFFICIAL", personal=["name"], profile="full"))
    assert (table["town"]["distinct"], table["fee"]["mean"], table["born"]["median"]) == (2, "1.5", "")
    assert (table["name"]["distinct"], table["name"]["least"]) == (2, "")


@pytest.mark.parametrize("profile", ["footer", "full"])
@pytest.mark.parametrize("classification", ["OFFICIAL", "OFFICIAL-SENSITIVE", None])
def test_no_value_of_a_personal_column_is_told_in_any_way(tmp_path: Path, profile: str, classification: Any) -> None:
    finished = alt.Chart(FRAME.to_pandas()).mark_bar().encode(x="name:N")
    told = made(
        tmp_path,
        lambda: with_chart(FRAME.clone(), finished, names),
        personal=["name", "born"],
        charts=[names, bars],
        classification=classification,
        profile=profile,
    )
    everything = texts(told)
    for planted in (PLANTED, "19010203", "19990909"):
        assert planted not in everything
    if classification == "OFFICIAL-SENSITIVE":
        assert "workbench/bars" not in told
    else:
        assert "could not be drawn" in told["workbench/names"].value
        assert "finished figure may hold them" in told["workbench/chart_3"].value
        assert told["workbench/bars"].value.startswith("![")


@pytest.mark.parametrize(
    ("classification", "why"), [(None, "declares no classification"), ("OFFICIAL-SENSITIVE", "is OFFICIAL-SENSITIVE")]
)
def test_values_that_are_not_shown_are_explained_and_nulls_are_still_counted(
    tmp_path: Path, classification: Any, why: str
) -> None:
    told = made(tmp_path, classification=classification)
    assert why in told["workbench/values"].value
    assert "York" not in texts(told)
    assert profile_of(told)["fee"] == {"column": "fee", "type": "Float64", "nulls": 1, "share of nulls": 0.5}


def test_a_detector_masks_what_nobody_declared_and_one_that_fails_masks_all(tmp_path: Path) -> None:
    taken_back = mask_with(lambda head: [name for name in head.columns if name == "town"])
    try:
        told = made(tmp_path, classification="OFFICIAL")
        assert PLANTED not in texts(told)  # the platform's own detector goes on
        assert "York" not in texts(told)
        assert "1.5" in told["workbench/preview"].value
    finally:
        taken_back()

    def broken(head: pl.DataFrame) -> list[str]:
        raise ValueError

    taken_back = mask_with(broken)
    try:
        everything = texts(made(tmp_path, classification="OFFICIAL", profile="full"))
        assert not any(value in everything for value in (PLANTED, "York", "19010203", "1.5"))
    finally:
        taken_back()
    assert "York" in texts(made(tmp_path, classification="OFFICIAL"))


def test_reading_inputs_whole_counts_as_part_of_the_step(tmp_path: Path) -> None:
    rows = 400_000

    @silver_asset
    def source(context):
        return pl.LazyFrame({"n": pl.int_range(rows, eager=True).shuffle(1)})

    @silver_asset
    def copied(context, source: pd.DataFrame):
        return source

    resources = {"io_manager": PolarsParquetIOManager(root=str(tmp_path))}
    result = dg.materialize([source, copied], resources=resources)
    (event,) = result.asset_materializations_for_node("copied")
    size = (tmp_path / "silver" / "source.parquet").stat().st_size
    read: Any = event.metadata["workbench/bytes_read"].value
    assert read > 0.9 * size


def test_wrong_options_are_refused() -> None:
    def permits(context):
        return FRAME

    for options, said in (
        ({"profile": "fll"}, "no profile 'fll'"),
        ({"personal": "name"}, "is a text"),
        ({"columns": ["name"]}, "is no mapping"),
    ):
        with pytest.raises(UserError, match=said):
            silver_asset(**options)(permits)


# --- with_chart


@pytest.mark.parametrize("frame", [FRAME.clone(), FRAME.lazy(), FRAME.to_pandas()], ids=["polars", "lazy", "pandas"])
def test_a_frame_keeps_its_charts_as_long_as_it_lives(frame: Any) -> None:
    assert with_chart(frame, bars) is frame
    assert with_chart(frame, names) is frame
    assert charts_of(frame) == (bars, names)
    assert charts_of(frame.head(1)) == ()


def test_a_frame_that_is_gone_leaves_no_charts_to_another_at_its_place() -> None:
    from platform_core.metadata.charts import _given

    gc.collect()  # frames of other tests
    before = len(_given)
    for _ in range(50):
        with_chart(pl.DataFrame({"a": [1]}), bars)
    gc.collect()
    assert len(_given) == before


def test_finished_figures_are_shown_where_nothing_is_personal(tmp_path: Path) -> None:
    pyplot = pytest.importorskip("matplotlib.pyplot")
    figure, axes = pyplot.subplots()
    axes.plot([1, 2])
    axes.set_title("Two points")
    plain = FRAME.select("town", "fee")
    told = made(tmp_path, lambda: with_chart(plain.lazy(), figure, bars(plain.to_pandas())))
    assert told["workbench/chart_1"].value.startswith("![Two points](data:image/png;base64,")
    assert told["workbench/chart_2"].value.endswith("Fees by town")


def test_with_chart_takes_frames_only() -> None:
    with pytest.raises(UserError, match="with_chart"):
        with_chart([1], bars)
