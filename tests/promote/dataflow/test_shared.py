"""Which definitions stand once, in a module of helpers, and which stay in each step's own module."""

from __future__ import annotations

import pytest

from promote.model import FrameKind
from promote.render.helpers import render_helpers
from promote.render.kinds import guess_kinds
from promote.render.module import render_module
from tests.promote.graph import compare, planned
from tests.promote.notebooks import Cells

IMPORTS = "import datetime as dt\nimport json\n\nimport polars as pl"
TWO: Cells = (("silver:a", "a = pl.DataFrame({'x': [one(1)]})"), ("silver:b", "b = pl.DataFrame({'x': [one(2)]})"))


def files(*cells: tuple[str, str]) -> dict[str, str]:
    """Give the modules of a notebook, and its helpers, by the last part of their paths."""
    found: dict[str, str] = {}
    guesses: dict[str, FrameKind] = {}
    for one in planned(cells).plans:
        kinds = guess_kinds(one, guesses)
        guesses[one.step.name] = kinds.output
        module = render_module(one, kinds, "project", {}, verified=True)
        for file in (module, *render_helpers(one, "project")):
            assert found.setdefault(file.path.removeprefix("src/project/"), file.text) == file.text
    return found


def test_what_two_steps_use_stands_once() -> None:
    helpers = "RATE = 3\n\n\ndef one(x):\n    return x * RATE"
    made = files(("", IMPORTS), ("helpers", helpers), *TWO)
    assert made["helpers/case.py"].endswith(f"\n\n{helpers}\n")
    for name in ("a", "b"):
        module = made[f"defs/silver/{name}.py"]
        assert "from project.helpers.case import one\n" in module
        assert "def one" not in module
        assert "RATE" not in module  # only `one` reads it


def test_imports_go_where_they_are_used() -> None:
    helpers = "def one(x):\n    return dt.date(2024, 1, x).day"
    made = files(("", IMPORTS), ("helpers", helpers), *TWO)
    assert "import datetime as dt" in made["helpers/case.py"]
    assert "import polars" not in made["helpers/case.py"]
    assert "datetime" not in made["defs/silver/a.py"]
    assert "import polars as pl" in made["defs/silver/a.py"]


def test_what_one_step_uses_stays_with_it() -> None:
    made = files(("", IMPORTS), ("helpers", "def one(x):\n    return x\n\n\ndef mine(x):\n    return one(x)"), TWO[0],
                 ("silver:b", "b = pl.DataFrame({'x': [mine(2)]})"))  # fmt: skip
    assert "def one" in made["helpers/case.py"]
    assert "mine" not in made["helpers/case.py"]
    assert "def mine" in made["defs/silver/b.py"]
    assert "from project.helpers.case import one\n" in made["defs/silver/b.py"]


def test_a_schema_is_shared_with_what_it_stands_on() -> None:
    schema = (
        "import pandera.polars as pa\nKINDS = ['x']\nclass Rules(pa.DataFrameModel):\n    k: str = pa.Field(isin=KINDS)"
    )
    steps = [(f"silver:{n}", f"#| schema: Rules\n{n} = pl.DataFrame({{'k': ['x']}})") for n in "ab"]
    made = files(("", IMPORTS), ("helpers", schema), *steps)
    assert "KINDS = " in made["helpers/case.py"]
    assert "class Rules" in made["helpers/case.py"]
    assert "from project.helpers.case import Rules\n" in made["defs/silver/a.py"]
    assert "KINDS" not in made["defs/silver/a.py"]


@pytest.mark.parametrize(
    "helpers",
    [
        "seen = []\ndef one(x):\n    seen.append(x)\n    return len(seen)",
        "def one(x, seen=[]):\n    seen.append(x)\n    return len(seen)",
        "from functools import lru_cache\n@lru_cache\ndef one(x):\n    return x",
        "class Box:\n    made = 0\n    def __init__(self):\n        Box.made += 1\n"
        "def one(x):\n    Box()\n    return Box.made",
        "def one(x):\n    one.n = x\n    return x\none.n = 0",
    ],
    ids=["a list outside", "a default", "a cache", "a class that counts", "an attribute"],
)
@pytest.mark.parametrize("needed", [False, True])
def test_what_remembers_is_not_shared(helpers: str, needed: bool) -> None:
    cells = (("", IMPORTS), ("helpers", helpers), *TWO)
    for plan in planned(cells, include_needed=needed).plans:
        shared = plan.helpers.definitions if plan.helpers else ()
        assert not any("def one" in f.text or "seen = []" in f.text or "class Box" in f.text for f in shared)
    assert not compare(cells, include_needed=needed).wrong


def test_a_helper_whose_names_mean_something_else_in_each_step_is_not_shared() -> None:
    cells: Cells = (
        *(("", IMPORTS), ("helpers", "def rate():\n    return 1"), ("helpers", "def one(x):\n    return x * rate()")),
        *(TWO[0], ("helpers", "def rate():\n    return 10"), TWO[1]),
    )
    assert not any(p.helpers for p in planned(cells).plans)
    assert compare(cells).steps == {"silver:a": "same", "silver:b": "same"}


def test_the_logic_of_a_step_is_the_same_wherever_its_definitions_stand() -> None:
    helper: Cells = (("", IMPORTS), ("helpers", "def one(x):\n    return x"))
    alone = planned((*helper, TWO[0])).plans[0]
    together = planned((*helper, *TWO)).plans[0]
    assert alone.helpers is None
    assert together.helpers is not None
    assert alone.code_version == together.code_version
    assert alone.source != together.source
