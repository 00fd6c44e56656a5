"""Parameters of asset functions sorted by what they are, with text annotations as promoted modules never have them."""

from __future__ import annotations

from typing import Annotated, Any

import dagster as dg
import duckdb  # noqa: TC002 - annotations are read at run time
import pandas as pd
import polars as pl
import pytest

from platform_core.errors import UserError
from platform_core.sdk.parameters import FrameInput, read_parameters


class Settings(dg.Config):
    minimum: int = 1


class Database(dg.ConfigurableResource[Any]):
    host: str = "localhost"


def everything(  # one parameter is not annotated, as an analyst may leave it
    context: dg.AssetExecutionContext,
    settings: Settings,
    database: Database,
    token: dg.ResourceParam[str],
    plain,
    anything: Any,
    lazy: pl.LazyFrame,
    eager: pl.DataFrame,
    table: pd.DataFrame,
    relation: duckdb.DuckDBPyRelation,
    sources: list[pl.DataFrame],
    parts: dict[str, pd.DataFrame],
    noted: Annotated[pl.DataFrame, "a note"],
    factor: int = 3,
) -> pl.LazyFrame:
    return lazy


def test_every_parameter_is_sorted() -> None:
    parameters = read_parameters(everything, {"sources": ["a", "b"], "lazy": "upstream"})
    assert parameters.context == "context"
    assert parameters.config == ("settings", Settings)
    assert [name for name, _ in parameters.resources] == ["database", "token"]
    assert parameters.inputs == (
        FrameInput("plain", (("plain", "plain"),), "lazy", "one"),
        FrameInput("anything", (("anything", "anything"),), "lazy", "one"),
        FrameInput("lazy", (("lazy", "upstream"),), "lazy", "one"),
        FrameInput("eager", (("eager", "eager"),), "polars", "one"),
        FrameInput("table", (("table", "table"),), "pandas", "one"),
        FrameInput("relation", (("relation", "relation"),), "duckdb", "one"),
        FrameInput("sources", (("sources__0", "a"), ("sources__1", "b")), "polars", "list"),
        FrameInput("parts", (("parts", "parts"),), "pandas", "dict"),
        FrameInput("noted", (("noted", "noted"),), "polars", "one"),
    )


def test_dagster_sees_resolved_annotations_and_a_slot_for_every_frame() -> None:
    signature = read_parameters(everything, {"sources": ["a", "b"]}).signature()
    assert list(signature.parameters)[:4] == ["context", "config", "database", "token"]
    assert signature.parameters["context"].annotation is dg.AssetExecutionContext
    assert signature.parameters["config"].annotation is Settings
    assert signature.parameters["sources__1"].annotation is Any


def test_arguments_come_in_the_annotated_kind() -> None:
    def take(b: list[pd.DataFrame], c: dict[str, pl.DataFrame], a: pl.DataFrame, config: Settings) -> None: ...

    given = {
        "a": pl.LazyFrame({"x": [1]}),
        "b__0": pl.LazyFrame({"x": [2]}),
        "b__1": pl.DataFrame({"x": [3]}),
        "c": {"jan": pl.LazyFrame({"x": [4]})},
        "config": Settings(minimum=5),
    }
    arguments = read_parameters(take, {"b": ["p", "q"]}).arguments("no context", given)
    assert arguments["a"].equals(pl.DataFrame({"x": [1]}))
    assert [list(frame["x"]) for frame in arguments["b"]] == [[2], [3]]
    assert isinstance(arguments["b"][0], pd.DataFrame)
    assert arguments["c"]["jan"]["x"].to_list() == [4]
    assert arguments["config"].minimum == 5
    assert "context" not in arguments


def test_an_asset_that_two_parameters_take_is_loaded_once_in_a_kind_that_serves_both() -> None:
    def take(a: pl.LazyFrame, b: pd.DataFrame, c: list[pl.DataFrame], d: duckdb.DuckDBPyRelation) -> None: ...

    parameters = read_parameters(take, {"a": "x", "b": "x", "c": ["y", "x"], "d": "y"})
    assert [(load.slot, load.asset, load.kind) for load in parameters.loads] == [
        ("a", "x", "pandas"),
        ("c__0", "y", "lazy"),
    ]
    arguments = parameters.arguments(None, {"a": pd.DataFrame({"n": [1]}), "c__0": pl.LazyFrame({"n": [2]})})
    assert isinstance(arguments["a"], pl.LazyFrame)
    assert isinstance(arguments["b"], pd.DataFrame)
    assert [frame["n"].to_list() for frame in arguments["c"]] == [[2], [1]]
    assert arguments["d"].fetchall() == [(2,)]

    def both(a: pl.LazyFrame, b: dict[str, pl.LazyFrame]) -> None: ...

    with pytest.raises(UserError, match="takes 'x' both whole and partition by partition"):
        read_parameters(both, {"a": "x", "b": "x"})


def test_annotations_of_a_function_within_a_function_are_found() -> None:
    class Local(dg.Config):
        n: int = 1

    def within(config: Local) -> Local:
        return Local(n=config.n)  # so the class is in the closure

    assert read_parameters(within, None).config == ("config", Local)


def test_text_that_only_a_type_checker_can_resolve_is_understood_as_written() -> None:
    def later(context: Context, frame: pl.LazyFrame) -> None: ...  # type: ignore[name-defined]  # noqa: F821 - see the name

    later.__globals__.pop("Context", None)
    assert read_parameters(later, None).context == "context"
    later.__annotations__["frame"] = "pandas.DataFrame"
    assert read_parameters(later, None).inputs[0].kind == "pandas"


def no_such(frame: Missing) -> None: ...  # type: ignore[name-defined]  # noqa: F821 - what is tested


def no_frame(number: int) -> None: ...


def many(*frames: pl.LazyFrame) -> None: ...


def one(frame: pl.LazyFrame) -> None: ...


def several(frames: list[pl.LazyFrame]) -> None: ...


@pytest.mark.parametrize(
    ("function", "inputs", "message"),
    [
        (no_such, None, "'Missing' of parameter 'frame' of 'no_such' cannot be resolved"),
        (no_frame, None, "'number' of 'no_frame' is neither a frame, a resource nor a Config"),
        (many, None, "'frames' of 'many' cannot be given by name"),
        (one, {"frme": "x"}, "inputs= names 'frme', which is no frame parameter of 'one'"),
        (one, {"frame": ["a", "b"]}, "gives 'frame' several assets"),
        (several, None, "'frames' takes several assets"),
        (several, {"frames": "a"}, "'frames' takes several assets"),
    ],
)
def test_what_cannot_be_given_is_refused_by_name(function: Any, inputs: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        read_parameters(function, inputs)
