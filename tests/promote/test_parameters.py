"""Values for the parameters cell, checked by name and type before anything runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from platform_core.errors import UsageError
from promote.outcome import Settings
from promote.parameters import check_parameters, too_late
from promote.pipeline import run
from tests.promote.graph import chosen, planned
from tests.promote.small_project import make_project

CELLS = (
    (
        "parameters",
        "year = '2024'\nleast: int = 2\nshare = 0.5\nwhole = False\nfirst = second = 1\nodd = [1][0]"
        "\nareas = ['a']\nby: dict[str, int] = {}\nday = None\nwait = 24 * 60\nof: int | None = None",
    ),
)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("year", "2025", "2025"),
        ("least", "-3", -3),
        ("share", "1", 1.0),
        ("whole", "True", True),
        ("whole", "false", False),
        ("second", "4", 4),
        ("odd", "x", "x"),
        ("areas", '["b", "c"]', ["b", "c"]),
        ("areas", "[]", []),
        ("by", "{a: 1}", {"a": 1}),
        ("day", "null", None),
        ("day", "2025-01-22", "2025-01-22"),
        ("wait", "60", 60),
        ("of", "None", None),
        ("of", "7", 7),
    ],
)
def test_a_value_takes_the_type_of_its_default(name: str, text: str, value: object) -> None:
    given = check_parameters([chosen(CELLS)], [(name, text)])["notebooks/case.ipynb"]
    assert (given, type(given[name])) == ({name: value}, type(value))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("least", "2.5"),
        ("share", "half"),
        ("whole", "yes"),
        ("areas", "b"),
        ("areas", "2"),
        ("by", "{a: b}"),
        ("by", "{"),
    ],
)
def test_a_value_of_another_type_is_wrong_usage(name: str, text: str) -> None:
    with pytest.raises(
        UsageError, match=rf"The parameter {name} takes a value of type \S+( int\])?, not '{re.escape(text)}'"
    ):
        check_parameters([chosen(CELLS)], [(name, text)])


def test_a_name_that_no_notebook_has_is_wrong_usage() -> None:
    with pytest.raises(UsageError) as raised:
        check_parameters([chosen(CELLS)], [("yaer", "2025")])
    assert raised.value.hint == "Did you mean 'year'?"
    with pytest.raises(UsageError) as raised:
        check_parameters([chosen((("", "x = 1"),))], [("zzz", "1")])
    assert raised.value.hint == "No cell is tagged `parameters`."


def test_a_wrong_name_is_told_though_nothing_is_run(tmp_path: Path) -> None:
    cells = [*CELLS, ("", "import polars as pl"), ("silver:rents", 'rents = pl.DataFrame({"year": [year]})')]
    root = make_project(tmp_path, {"a.ipynb": cells})
    settings = Settings(project=root, run=False, parameters=(("yaer", "2025"),))
    with pytest.raises(UsageError, match="There is no parameter 'yaer'"):
        run([root / "notebooks/a.ipynb"], settings, lambda _: None)


def test_each_notebook_gets_what_it_has() -> None:
    other = chosen((("parameters", "least = 1"),))
    assert check_parameters([other], [("least", "5")]) == {"notebooks/case.ipynb": {"least": 5}}


@pytest.mark.parametrize(
    ("source", "name", "text", "lines"),
    [
        ("year = 2024\nprev = year - 1\nlabel = f'FY{prev}'", "year", "2023", [2, 3]),
        ("year = 2024\nprev = year - 1\nlabel = f'FY{prev}'", "year", "2024", []),
        ("year = 2024\nother = 1\nlabel = f'FY{year}{other}'", "other", "2", [3]),
        ("label = ['a']\nlabel.append('b')", "label", "[c]", [2]),
    ],
)
def test_what_hangs_on_a_value_that_is_given_is_refused(source: str, name: str, text: str, lines: list[int]) -> None:
    cells = (("parameters", source), ("silver:labels", "labels = [label]"))
    findings = planned(cells, include_needed=True).findings
    told = too_late([chosen(cells)], [(name, text)], findings)
    assert [f.location.line for f in told if f.severity == "error"] == lines
    assert len(told) == len(findings)


def test_a_value_that_comes_too_late_stops_before_anything_is_run(tmp_path: Path) -> None:
    cells = [("", "import polars as pl"), ("parameters", "year = 2024\nlabel = f'FY{year}'")]
    root = make_project(tmp_path, {"a.ipynb": [*cells, ("silver:rents", "rents = pl.DataFrame({'of': [label]})")]})
    settings = Settings(project=root, include_needed=True, parameters=(("year", "2023"),))
    outcome = run([root / "notebooks/a.ipynb"], settings, lambda _: None)
    assert [f.code for f in outcome.findings if f.severity == "error"] == ["PR215"]
    assert not (root / "src/rents/defs/silver").exists()
