from __future__ import annotations

from promote.dataflow.program import build
from promote.language.facts import facts_of
from promote.model import CodeCell, Role


def cells(*sources: str) -> list[CodeCell]:
    return [CodeCell(number, Role("explore"), source) for number, source in enumerate(sources, 1)]


def test_a_cell_of_a_text_seen_before_is_not_gone_through_again() -> None:
    first, second = build(cells("a = 1", "b = a")), build(cells("c = 1", "b = a"))
    assert first.statements[1].facts is second.statements[1].facts


def test_what_a_notebook_adds_to_a_statement_reaches_no_other_notebook() -> None:
    query = "import duckdb\nx = duckdb.sql('from rents')"
    bound = build(cells("rents = 1", query))
    assert "rents" in bound.statements[2].reads
    assert "rents" not in build(cells(query)).statements[1].reads
    lazily = "def f():\n    return duckdb.sql('from rents')"
    with_it = build(cells("import duckdb\nrents = 1", lazily))
    without = build(cells("import duckdb", lazily))
    assert "rents" in with_it.functions.by_name["f"][0].free
    assert "rents" not in without.functions.by_name["f"][0].free


def test_two_cells_of_one_text_define_two_functions() -> None:
    functions = build(cells("def f(): pass", "def f(): pass")).functions
    first, second = functions.by_name["f"]
    assert first is not second


def test_annotations_are_lazy_below_the_import_that_says_so() -> None:
    found = build(cells("x: A = 1", "from __future__ import annotations", "x: A = 1"))
    assert "A" in found.statements[0].reads
    assert "A" not in found.statements[2].reads


def test_the_facts_of_a_statement() -> None:
    (fact,) = facts_of("@cached\ndef f(x):\n    return x.size", False).statements
    assert (fact.first, fact.last) == (1, 3)
    assert fact.names == {"cached", "x"}
    assert fact.attributes == {"size"}
