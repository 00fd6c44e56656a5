from __future__ import annotations

import pytest

from promote.model import Plan
from promote.plan import code_version
from tests.promote.graph import chosen, planned
from tests.promote.programs import errors, finding

LOAD = "from platform_core.sdk import load_asset, resource"


def one(*cells: tuple[str, str]) -> Plan:
    """Plan cells of one step."""
    result = planned(cells)
    assert not errors(result)
    return result.plans[0]


def test_plans_come_in_the_order_in_which_data_flows() -> None:
    cells = [("", LOAD), ("gold:c", 'c = load_asset("b")'), ("silver:b", "b = a"), ("bronze:a", "a = 1")]
    result = planned([*cells[:2], cells[3], cells[2]])
    assert [p.step.name for p in result.plans] == ["a", "b", "c"]


def test_the_findings_of_a_step_are_those_of_the_cells_it_uses_as_well() -> None:
    counting = "def number(x):\n    global count\n    count = x\n    return x"
    result = planned([("helpers", counting), ("silver:a", "a = [number(1)]"), ("silver:b", "b = [nothing]")])
    assert [(f.code, f.location.tag) for f in result.about(["silver:a"])] == [("PR312", "helpers")]
    assert [f.code for f in result.about(["silver:b"])] == ["PR301"]
    assert result.about(["silver:c"]) == ()


def test_a_finding_in_a_cell_that_two_steps_use_is_told_once() -> None:
    counting = "def number(x):\n    global count\n    count = x\n    return x"
    result = planned(
        [("helpers", counting), ("silver:a", "a = [number(1)]"), ("silver:b", "b = [number(2)]")], include_needed=True
    )
    assert [f.code for f in result.findings if f.severity == "error"] == ["PR312"]
    assert result.refused == ("silver:a", "silver:b")


def test_steps_that_need_one_another_are_refused() -> None:
    cells = [("", LOAD), ("bronze:a", 'a = load_asset("b")'), ("silver:b", "b = a.head()")]
    result = planned(cells)
    assert result.plans == ()
    assert sorted(result.refused) == ["bronze:a", "silver:b"]
    assert [f.message for f in result.findings if f.code == "PR325"] == [
        "bronze:a and silver:b need one another.", "silver:b and bronze:a need one another.",
    ]  # fmt: skip
    alone = planned([("", LOAD), ("bronze:a", 'x = load_asset("a")\na = x.head()')]).findings
    assert "PR317" in {f.code for f in alone}


@pytest.mark.parametrize(
    ("tag", "source", "says"),
    [
        ("check:a", "assert other", "A check of a reads b."),
        ("chart:a", "other", "A chart of a reads b."),
        ("test:a", "given = {'x': a}", "A test of a reads a."),
        ("check:a", 'assert resource("odp").path("x")', "A check of a uses a resource."),
    ],
)
def test_what_a_companion_may_not_read(tag: str, source: str, says: str) -> None:
    cells = [("", LOAD), ("bronze:a", "a = [1]"), ("bronze:b", "#| output: other\nother = [2]"), (tag, source)]
    told = finding("PR328", *cells)
    assert told.message == says
    assert told.hint


def test_a_chart_that_reads_a_parameter_is_told() -> None:
    cells = (("parameters", "year = 2024"), ("bronze:a", "a = [year]"), ("chart:a", "fig = [a, year]"))
    told = finding("PR328", *cells)
    assert (told.severity, told.location.cell) == ("warning", 3)


def test_a_refused_companion_refuses_its_step() -> None:
    result = planned([("bronze:a", "a = [1]"), ("check:a", "assert n"), ("", "n = 1")])
    assert errors(result) == ["PR303"]
    assert result.refused == ("bronze:a",)


def test_checks_charts_and_tests_become_functions() -> None:
    made = one(
        ("", "import altair as alt\nimport matplotlib.pyplot as plt\nK = 1"),
        ("bronze:a", "a = [1]"),
        ("check:a", "assert len(a) == K"),
        ("check:a", "assert a"),
        ("chart:a", "alt.Chart(a).mark_bar()"),
        ("chart:a", "figure = alt.Chart(a)"),
        ("chart:a", "plt.plot(a)"),
        ("test:a", "given = {}\nexpected = [1]"),
    )
    assert [c.name for c in made.checks] == ["check_a", "check_a_2"]
    assert [(c.name, c.output) for c in made.charts] == [
        ("chart_a", ""),
        ("chart_a_2", "figure"),
        ("chart_a_3", "plt.gcf()"),
    ]
    assert made.charts[0].body[-1].text == "return alt.Chart(a).mark_bar()"
    assert [t.name for t in made.tests] == ["test_a"]


def test_a_definition_that_a_check_binds_anew_stays_out_of_its_module_level() -> None:
    made = one(
        ("", "def f(x):\n    return x\ndef k():\n    return 2\ndef g():\n    return k()"),
        ("bronze:a", "a = [f(1), g()]"),
        ("check:a", "n = f(a)\nf = 3\nk = lambda: 5\nassert g() == 5 and n and f"),
    )
    assert [d.text.split("\n")[0] for d in made.function.definitions] == ["def f(x):", "def k():", "def g():"]
    assert made.checks[0].definitions == ()
    assert [f.text.split("\n")[0] for f in made.checks[0].body] == ["def f(x):", "def g():", "n = f(a)"]


def test_a_check_that_needs_another_definition_of_a_name_keeps_it_to_itself() -> None:
    made = one(
        ("", "def f():\n    return 1"),
        ("bronze:a", "a = [f()]"),
        ("", "def f():\n    return 2"),
        ("check:a", "assert f() == 2"),
    )
    assert made.function.definitions[0].text.endswith("return 1")
    assert made.checks[0].definitions == ()
    assert made.checks[0].body[0].text.endswith("return 2")


CUT = "#| partitions: {by: static, values: dates, parameter: day}\n"


def test_partitions_must_be_used_and_cannot_be_lost() -> None:
    unused = finding("PR321", ("parameters", "day = '1'"), ("bronze:a", f"{CUT}a = [1]"))
    assert (unused.location.line, unused.hint[:30]) == (1, "Give it a value in the cell ta")
    cells = [("parameters", "day = '1'"), ("bronze:a", f"{CUT}a = [day]"), ("silver:b", "b = a")]
    assert "load_asset" in finding("PR326", *cells).hint
    assert one(*cells[:2]).partition_parameter == "day"


@pytest.mark.parametrize(
    ("options", "load", "hint"),
    [
        ("", 'partition="2023"', 'Read all, load_asset("up")'),
        ("", "partition=day", 'Read all, load_asset("up")'),
        (CUT, 'partition="2023"', "Name the parameter"),
        (CUT, "partition=other", "Name the parameter"),
        (CUT, 'partition=day), (day := "2023"', "Name the parameter"),
        (CUT, 'partition=day) if day else (lambda day: day)("1"', "Name the parameter"),
        (CUT, "partition=day", ""),
    ],
)
def test_a_partition_that_is_loaded_must_be_the_steps_own(options: str, load: str, hint: str) -> None:
    cells = [
        ("", LOAD),
        ("parameters", "day = '2024'\nother = '2023'"),
        ("silver:a", f'{options}key = day, other\na = [load_asset("up", {load}), key]'),
        ("", "for day in ('2022', '2023'):\n    print(day)"),
    ]
    if not hint:
        assert one(*cells).function.inputs[0].partition == "$day"
        return
    found = finding("PR326", *cells)
    assert found.hint.startswith(hint)
    assert found.location.line == (3 if options else 2)


def test_names_and_sources_of_steps() -> None:
    assert finding("PR317", ("silver:math", "import math\nmath = [math.pi]")).hint == "Give the step another name."
    warned = finding("PR324", ("", LOAD), ("silver:a", 'a = [resource("odp")]'))
    assert warned.severity == "warning"


def test_a_contract_stands_beside_the_asset_or_is_refused() -> None:
    model = "class Rows:\n    n = 1"
    made = one(("helpers", model), ("silver:a", "#| schema: Rows\na = [1]"))
    assert made.function.definitions[0].text == model
    for cells in (
        [("", "from project.contracts.rows import Rows, Others"), ("silver:a", "#| schema: Rows\na = [1]")],
        [("silver:a", "#| schema: Rows\nfrom project.contracts.rows import Rows\na = [1]")],
    ):
        assert [line.text for line in one(*cells).function.imports] == ["from project.contracts.rows import Rows"]
    local = "#| schema: Rows\nn = len('a')\nclass Rows:\n    k = n\na = [1]"
    assert "Define the model in a cell tagged `helpers`" in finding("PR402", ("silver:a", local)).hint


@pytest.mark.parametrize(
    ("source", "ordered"),
    [
        ("a = df.sort('x')", True),
        ("a = df.sort('x').head(3).copy()", True),
        ("a = df.sort('x').filter(1)", False),
        ("a: object = df.sort_values('x')", True),
        ("a = duckdb.sql('SELECT 1 ORDER  BY 1')", True),
        ("a = duckdb.sql('SELECT 1')", False),
        ("#| ordered: true\na = df", True),
        ("a = df.sort('x')\na.append(1)", False),
        ("a = df.copy()\na.sort_values('x', inplace=True)", True),
        ("a = [1]", False),
    ],
)
def test_whether_order_is_compared(source: str, ordered: bool) -> None:
    result = planned([("", "import duckdb\ndf = []"), ("bronze:a", source)], include_needed=True)
    assert result.plans[0].ordered is ordered


def test_future_imports_come_along_and_versions_follow_the_logic_alone() -> None:
    plain = one(("bronze:a", "a = [1]"))
    assert plain.function.imports == ()
    future = one(("", "from __future__ import annotations"), ("bronze:a", "a = [1]"))
    assert [f.text for f in future.function.imports] == ["from __future__ import annotations"]
    commented = one(("bronze:a", "# why\na = [1]  # so"))
    assert code_version(plain) == code_version(commented) != code_version(one(("bronze:a", "a = [2]")))
    assert plain.source != commented.source


def test_what_was_left_out_and_taken_is_told() -> None:
    cells = [("", "n = len('a')"), ("bronze:a", "a = [n]\na\nfor v in a:\n    display(v)")]
    notes = [
        (f.code, f.location.cell, f.location.line)
        for f in planned(cells, include_needed=True).findings
        if f.severity == "note"
    ]
    assert ("PR318", 2, 2) in notes
    assert ("PR318", 2, 3) in notes
    assert ("PR323", 1, 1) in notes


def test_what_a_step_takes_of_one_cell_is_told_at_once() -> None:
    cells = [("", "n = len('a')\nm = n + 1\n\nother = 2\nk = m * 2"), ("bronze:a", "a = [k]")]
    found = [f for f in planned(cells, include_needed=True).findings if f.code == "PR323"]
    assert [(f.location.line, f.message) for f in found] == [
        (1, "bronze:a needs lines 1 to 2, 5 of this cell, so its function runs them too.")
    ]


def test_a_check_without_a_statement_is_told_and_harms_nothing() -> None:
    cells = [("silver:a", "a = [1, 2]"), ("check:a", "# to be written")]
    assert [finding.code for finding in chosen(cells).findings] == ["PR208"]
    assert [one.step.tag for one in planned(cells).plans] == ["silver:a"]
