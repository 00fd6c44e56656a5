"""Functions that only ask DuckDB: their lineage is that of their SQL. All others depend on everything, as before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import FunctionType
from typing import Any

import duckdb
import polars as pl
import pytest

from platform_core.governance import lineage
from platform_core.governance.lineage.calls import Call, lineage_of_call
from platform_core.governance.lineage.relations import lineage_of_relations
from tests.platform_core.governance.lineage.perturbation import observed
from tests.platform_core.governance.lineage.random_plans import frames

KEPT = ("key", "g", "a_i", "a_j", "a_f", "a_s", "a_b", "b_i", "b_j", "b_s")
LEAST = "a_i > 0"
VALUES = {name: frame.select(one for one in frame.columns if one in KEPT) for name, frame in frames(3).items()}


def ranks(a: Any) -> Any:
    """Give each group's best key."""
    best = duckdb.sql("""
        WITH summed AS (SELECT g, key, sum(a_i) AS total FROM a GROUP BY ALL)
        SELECT g, key AS best, total FROM summed
        QUALIFY row_number() OVER (PARTITION BY g ORDER BY total DESC, key) = 1
        ORDER BY g
    """)
    return best  # noqa: RET504 - as a notebook's step is written


def asset(context: Any, a: Any, b: Any) -> Any:
    return joined(a, least=context, other=b)


def joined(first: Any, other: Any, *, least: int = 0) -> Any:
    few = duckdb.sql(f"SELECT key, max(a_i) AS m, count(*) FROM first WHERE {LEAST} OR a_i > {least} GROUP BY ALL")  # noqa: F841, S608 - DuckDB reads the name
    text = "SELECT few.*, b_s || 'x' AS said FROM few LEFT JOIN other USING (key) ORDER BY ALL"
    return duckdb.query(text).pl()  # type: ignore[union-attr]  # a SELECT gives a relation


def starred(a: Any, b: Any) -> Any:
    return duckdb.sql("SELECT * FROM b JOIN (SELECT * LIKE 'a%', key FROM a) USING (key) ORDER BY ALL LIMIT 20").df()  # type: ignore[union-attr]  # as above


def fetched(a: Any) -> Any:
    least = a.fetchall()[0][0]
    return duckdb.sql(f"SELECT g FROM a WHERE key > {least}")  # noqa: S608 - as a notebook's step is written


def rebound(a: Any, b: Any) -> Any:
    a = b  # noqa: F841 - DuckDB reads the name
    return duckdb.sql("SELECT g FROM a")


def elsewhere(a: Any) -> Any:
    return duckdb.sql("SELECT g FROM ELSEWHERE")


def chosen(a: Any, b: Any) -> Any:
    return duckdb.sql("SELECT key FROM a") if b else duckdb.sql("SELECT g FROM a")


def named(a: Any) -> Any:
    return duckdb.sql("SELECT g FROM query_table('a')")


def hidden(a: Any) -> Any:
    return duckdb.sql("WITH a AS (SELECT g FROM a WHERE key > 1) SELECT g FROM a")


ELSEWHERE = pl.DataFrame({"g": ["x"]})


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    yield
    duckdb.sql("DROP VIEW IF EXISTS a")


def followed(function: Callable[..., Any], kind: str, **more: Any) -> lineage.ColumnLineage:
    names = [name for name in ("a", "b") if name in function.__code__.co_varnames[: function.__code__.co_argcount]]
    given: dict[str, Any] = {name: VALUES[name] for name in names}
    if kind == "duckdb":
        given = {name: duckdb.from_arrow(frame.to_arrow()) for name, frame in given.items()}
    if kind == "pandas":
        given = {name: frame.to_pandas() for name, frame in given.items()}
    return lineage_of_call(Call(function, {**given, **more}, tuple(given.items())), function(**given, **more))


def edges(found: lineage.ColumnLineage) -> set[tuple[str, str, str]]:
    return {(column, one.asset, one.column) for column, one in found.edges()}


@pytest.mark.parametrize("kind", ["duckdb", "polars", "pandas"])
@pytest.mark.parametrize(("function", "more"), [(ranks, {}), (asset, {"context": 2}), (starred, {})])
def test_what_only_asks_is_as_exact_as_its_sql(
    function: Callable[..., Any], more: Mapping[str, Any], kind: str
) -> None:
    found = followed(function, kind, **more)
    inputs = {name: frame for name, frame in VALUES.items() if name in found.assets()}

    def call(**given: Any) -> Any:
        return function(**given, **more)

    assert observed(call, inputs, dict.fromkeys(inputs, kind), 1, edges(found), rounds=2) <= edges(found)
    assert bool(found.unknown) is (function is starred)
    if function is not starred:
        assert ("a", "a_f") not in {one[1:] for one in edges(found)}
        assert ("b", "b_i") not in {one[1:] for one in edges(found)}


@pytest.mark.parametrize("function", [fetched, rebound, elsewhere, chosen, named, hidden])
def test_what_may_do_more_depends_on_everything(function: Callable[..., Any]) -> None:
    found = followed(function, "duckdb")
    assert [one.reason for one in found.unknown] == ["made with a DuckDB relation, which shows no plan"]
    assert {one.column for _, one in found.edges() if one.asset == "a"} == set(VALUES["a"].columns)


def test_frames_beside_the_function_are_no_trouble() -> None:
    for frame in (pl.DataFrame({"g": [1, 2]}), pl.DataFrame({"g": [1, 2]}).to_pandas()):
        assert lineage_of_relations(FunctionType(ranks.__code__, {"frame": frame}), {"a": frame}, {}, []) is None


def test_a_name_that_the_database_itself_holds_is_not_that_of_the_function() -> None:
    duckdb.sql("CREATE VIEW a AS SELECT 'y' AS g, 1 AS key, 2 AS a_i")
    assert followed(ranks, "duckdb").unknown
