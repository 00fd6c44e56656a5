"""Rows that tell a declared schema from the same schema with a mistake in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest

from promote.verify import exam
from promote.verify.behind import parts_behind
from promote.verify.boundaries import Code
from promote.verify.exam import Examples, examine
from promote.verify.literals import literals_of
from promote.verify.mutants import Mutant, mutants

PERMITS = pl.DataFrame({"permit": [7, 9, 11], "status": ["open", "closed", "open"]})
MODEL = """\
import polars as pl
import pandera.{kind} as pa
class Permit(pa.DataFrameModel):
    permit: int = pa.Field(gt=3)
    status: str = pa.Field(isin=["open", "closed"], nullable=False)
"""
POLARS, PANDAS = MODEL.format(kind="polars"), MODEL.format(kind="pandas")
WHOLE_FRAME = """\
    @pa.dataframe_check
    def whole(cls, frame):
        return {}
"""


def examined(
    schema: str, value: Any = PERMITS, preset: Mapping[str, Any] | None = None
) -> tuple[Examples | None, list[Mutant]]:
    """Examine the schema `Permit` of a source text, and give the mistakes that can be made in it too."""
    program = [schema, "out = permits"]
    behind = parts_behind(program, "out")
    mistakes = [mutant for mutant in mutants(program) if mutant.part not in behind]
    literals = frozenset[object]().union(*map(literals_of, program))
    code = Code("\n".join(program), literals, lambda text: False)
    return examine(value, program, "Permit", preset or {}, mistakes, code), mistakes


def survivors(examples: Examples | None, mistakes: list[Mutant]) -> list[str]:
    """Give the mistakes that the examples let pass: the operator and the line."""
    assert examples is not None
    return [f"{m.operator}:{m.line}" for m in mistakes if m not in examples.killed]


@pytest.mark.parametrize("kind", ["polars", "pandas"])
def test_rows_beside_the_bounds_tell_every_mistake_in_a_model(kind: str) -> None:
    value = PERMITS if kind == "polars" else PERMITS.to_pandas()
    found, mistakes = examined(MODEL.format(kind=kind), value)
    assert len(mistakes) == 6
    assert survivors(found, mistakes) == []
    assert found is not None
    frame = found.frame if kind == "polars" else pl.from_pandas(found.frame)
    taken, refused = frame[: found.accepted].rows(), frame[found.accepted :].rows()
    assert taken == [*PERMITS[:2].rows(), (4, "closed")]
    assert refused == [(9, None)]
    assert found.columns == ("permit", "status")


def test_a_mapping_needs_no_rows_beside_those_of_the_result() -> None:
    found, mistakes = examined("Permit = {'permit': 'Int64', 'status': 'String'}")
    assert survivors(found, mistakes) == []
    assert found is not None
    assert (found.frame.rows(), found.accepted, found.columns) == (PERMITS[:2].rows(), 2, ())


def test_a_parameter_of_the_notebook_is_known_to_the_schema() -> None:
    found, mistakes = examined("Permit = {'permit': sort, 'status': 'String'}", preset={"sort": "Int64"})
    assert len(mistakes) == 4
    assert survivors(found, mistakes) == []


def test_a_column_that_a_mapping_lacks_is_not_counted_as_noticed() -> None:
    found, mistakes = examined("Permit = {'permit': 'Int64', **({'status': 'String'} if 3 > 2 else {})}")
    assert "comparison-negated:1" in survivors(found, mistakes)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (POLARS, PERMITS.with_columns(permit=pl.lit(2))),
        (POLARS, PERMITS[:0]),
        (POLARS, PERMITS.to_pandas().assign(status=["open", 3, "closed"])),
        ("raise ValueError\nPermit = {}", PERMITS),
        ("Permit = 3", PERMITS),
        ("Permits = {'permit': 'Int64'}", PERMITS),
    ],
    ids=["result refused", "no rows", "no frame of its kind", "definition fails", "no schema", "other name"],
)
def test_where_the_schema_does_not_take_the_result_there_are_no_examples(schema: str, value: Any) -> None:
    assert examined(schema, value)[0] is None


def test_a_check_of_the_whole_frame_is_asked_of_fewer_rows_until_one_tells() -> None:
    either = "((frame['permit'] < 100) | (frame['status'] != 'shut')).all()"
    schema = PANDAS.replace("gt=3", "").replace('isin=["open", "closed"], nullable=False', "nullable=True")
    found, mistakes = examined(schema + WHOLE_FRAME.format(either), PERMITS.to_pandas())
    assert "connective-swapped:8" not in survivors(found, mistakes)
    assert found is not None
    assert found.frame["permit"].max() >= 100


@pytest.mark.parametrize(
    ("schema", "check", "value"),
    [
        (PANDAS, "frame['permit'].min() < 100", PERMITS.to_pandas()),
        (POLARS, "frame.lazyframe.select(pl.col('permit').min() < 100)", PERMITS),  # pandera names the first row
    ],
)
def test_a_mistake_that_only_several_rows_show_is_not_counted_as_noticed(schema: str, check: str, value: Any) -> None:
    found, mistakes = examined(schema + WHOLE_FRAME.format(check), value)
    assert "aggregation-swapped:8" in survivors(found, mistakes)


def test_rows_that_are_fine_alone_but_not_together_are_no_examples() -> None:
    assert examined(PANDAS + WHOLE_FRAME.format("len(frame) <= 3"), PERMITS.to_pandas())[0] is not None
    assert examined(PANDAS + WHOLE_FRAME.format("len(frame) <= 2"), PERMITS.to_pandas()[:2])[0] is None


def test_what_only_two_rows_together_show_is_not_counted_as_noticed() -> None:
    found, mistakes = examined(POLARS.replace("gt=3", "unique=True"))
    assert "flag-flipped:4" in survivors(found, mistakes)


def test_a_parser_that_fails_on_made_up_rows_refuses_them_all() -> None:
    parser = """
    @pa.dataframe_parser
    def parsed(cls, frame):
        return frame.assign(permit=[known[one] for one in frame["permit"]])
"""
    value = PERMITS.to_pandas()
    source = "known = {7: 7, 9: 9, 11: 11}\n" + PANDAS + parser
    found, mistakes = examined(source, value)
    assert found is not None
    assert "number-changed:5" in survivors(found, mistakes)  # gt=4, for which no row comes through the parser


def test_no_more_rows_are_kept_than_a_reader_wants(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exam, "_MOST", 1)
    found, mistakes = examined(POLARS)
    assert found is not None
    assert found.frame.height == 3
    assert survivors(found, mistakes) == ["flag-flipped:5"]
