"""Pulling edits of modules into notebooks: what is attributed, what is merged, what is refused and shown."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from promote.cli import main
from promote.merge import pull as pulling
from promote.merge.parts import parts
from promote.merge.proposal import propose
from promote.outcome import Outcome
from promote.writing.write import WriteError
from tests.promote.merge.projects import (
    CLEAN,
    NOTEBOOK,
    change,
    change_cell,
    check,
    codes,
    drifts,
    evidence,
    module,
    promote,
    promoted,
    pulled,
    sources,
    verified,
)
from tests.promote.small_project import make_project, tree, write_notebook

RENTS, TOWNS = "silver:rents", "gold:rent_by_town"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return promoted(tmp_path_factory.mktemp("original"))


@pytest.fixture
def project(original: Path, tmp_path: Path) -> Path:
    shutil.copytree(original, tmp_path / "project")
    return tmp_path / "project"


def said(outcome: Outcome, code: str) -> str:
    return next(f.message for f in outcome.findings if f.code == code)


EDITS: dict[str, tuple[str, str, str, int, str, str]] = {
    # what: step, in the module, becomes; cell, in the cell, becomes
    "a statement": (
        RENTS,
        "raw.drop_nulls()",
        "raw.drop_nulls('rent')",
        5,
        "raw.drop_nulls()",
        "raw.drop_nulls('rent')",
    ),
    "a statement in a block": (RENTS, ">= low,", "> low,", 5, ">= low,", "> low,"),
    "the head of a block": (RENTS, "in (100, 200):", "in (100,):", 5, "in (100, 200):", "in (100,):"),
    "a comment": (RENTS, "# blanks say nothing", "# no blanks", 5, "# blanks say nothing", "# no blanks"),
    "a comment behind a statement": (RENTS, "HIGHEST = 9000", "HIGHEST = 9000  # why", 3, "9000", "9000  # why"),
    "a comment in a bracket": (RENTS, "filter(\n", "filter(  # all\n", 5, "filter(\n", "filter(  # all\n"),
    "a constant": (TOWNS, "LOWEST = 800", "LOWEST = 850", 3, "LOWEST = 800", "LOWEST = 850"),
    "a helper function": (RENTS, "< most)", "<= most)", 3, "< most)", "<= most)"),
    "a docstring of a helper": (RENTS, "what is too dear", "the dear", 3, "what is too dear", "the dear"),
    "a statement more": (
        RENTS,
        "    return rents\n",
        "    rents = rents.unique()\n    return rents\n",
        7,
        '"year"); rents.describe()',
        '"year"); rents.describe()\nrents = rents.unique()',
    ),
    "a statement more at the top": (
        RENTS,
        "    # blanks say",
        "    raw = raw.unique()\n    # blanks say",
        5,
        "# blanks say",
        "raw = raw.unique()\n# blanks say",
    ),
    "a statement less": (
        RENTS,
        "        # twice\n",
        "",
        5,
        "    # twice\n",
        "",
    ),
    "a part of what stands with a display": (RENTS, '.sort("town", "year")', '.sort("year")', 7, '"town", ', ""),
    "what stands behind a magic": (TOWNS, ">= LOWEST", "> LOWEST", 9, ">= LOWEST", "> LOWEST"),
    "a text of several lines": (TOWNS, 'text = """a\n  b\n"""', 'text = """a\n c\n"""', 9, "  b\n", " c\n"),
    "a check": (RENTS, ".item() > 0", ".item() > 1", 8, ".item() > 0", ".item() > 1"),
    "a definition more": (
        RENTS,
        "\n\ndef capped",
        "DEAR = 'dear'\n\n\ndef capped",
        3,
        "HIGHEST = 9000\n",
        "HIGHEST = 9000\nDEAR = 'dear'\n",
    ),
}


@pytest.mark.parametrize("what", [name for name in EDITS if name != "a definition more"])
def test_an_edit_reaches_the_cell_that_it_came_from(project: Path, what: str) -> None:
    tag, old, new, cell, before, after = EDITS[what]
    cells, raw = sources(project), json.loads((project / NOTEBOOK).read_text())
    change(module(project, tag), old, new)
    wanted = parts(module(project, tag).read_text()).essence
    outcome = pulled(project)
    assert outcome.exit_code == 0, outcome.findings
    assert {s.tag: s.status for s in outcome.steps}[tag] == "pulled"
    assert before in cells[cell - 1]
    cells[cell - 1] = cells[cell - 1].replace(before, after, 1)
    assert sources(project) == cells
    again = json.loads((project / NOTEBOOK).read_text())
    for one in (*raw["cells"], *again["cells"]):
        one.pop("source")
    assert raw == again
    assert parts(module(project, tag).read_text()).essence == wanted
    assert drifts(check(project))[tag] == "unverified"
    assert promote(project).exit_code == 0
    assert parts(module(project, tag).read_text()).essence == wanted


def test_a_definition_that_nothing_uses_is_refused(project: Path) -> None:
    """The module would lose it: promotion takes what a step needs, and no more."""
    tag, old, new, *_ = EDITS["a definition more"]
    change(module(project, tag), old, new)
    before = tree(project)
    outcome = pulled(project)
    assert (outcome.exit_code, codes(outcome)) == (1, {"PR617"})
    assert "`DEAR = 'dear'` would be" in said(outcome, "PR617")
    assert tree(project) == before


def test_imports_and_helpers_that_an_edit_needs_go_to_cells_that_are_no_step(project: Path) -> None:
    change(module(project, TOWNS), "import polars as pl\n", "import math\n\nimport polars as pl\n")
    change(
        module(project, TOWNS), "\ndef rent_by_town", "\ndef floor():\n    return math.floor(1.5)\n\n\ndef rent_by_town"
    )
    change(module(project, TOWNS), ">= LOWEST", ">= LOWEST + floor()")
    outcome = pulled(project)
    assert outcome.exit_code == 0, outcome.findings
    assert "\nimport math\n" in sources(project)[1]
    assert "\ndef floor():\n    return math.floor(1.5)" in sources(project)[2]
    assert promote(project).exit_code == 0


def test_an_import_that_the_notebook_has_already_is_not_added(project: Path) -> None:
    change_cell(project, 4, "raw_look =", "import math\nraw_look =")
    change(module(project, TOWNS), "import polars as pl\n", "import math\n\nimport polars as pl\n")
    change(module(project, TOWNS), ">= LOWEST", ">= math.floor(LOWEST)")
    assert pulled(project).exit_code == 0
    assert sum("import math" in source for source in sources(project)) == 1


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("    return rents\n", "    return rents.head(1)\n", "it was `return rents`, and is `return rents.head(1)`"),
        ('"""Rents."""\n    #', '"""All rents."""\n    #', 'it was `"""Rents."""`, and is `"""All rents."""`'),
        ("def rents(raw: pl.LazyFrame)", "def rents(raw: pl.LazyFrame, n=1)", "n=1"),
        ('    key=["town", "year"],', '    key=["town"],', 'key=["town"],'),
        ("HIGHEST = 9000\n", "HIGHEST = 9000\nif\n", "not Python"),
    ],
)
def test_what_belongs_to_no_cell_is_refused_and_shown(project: Path, old: str, new: str, shown: str) -> None:
    change(module(project, RENTS), old, new)
    before = tree(project)
    outcome = pulled(project)
    assert (outcome.exit_code, codes(outcome)) == (1, {"PR616"})
    assert shown in said(outcome, "PR616")
    assert tree(project) == before


def test_an_unused_import_is_refused(project: Path) -> None:
    change(module(project, RENTS), "import polars as pl\n", "import math\n\nimport polars as pl\n")
    outcome = pulled(project)
    assert codes(outcome) == {"PR617"}
    assert "the import `import math` differs" in said(outcome, "PR617")


def test_an_edit_that_would_be_refused_says_why(project: Path) -> None:
    change(module(project, RENTS), "raw.drop_nulls()", "raw.drop_nulls(raw_look)")
    before = tree(project)
    outcome = pulled(project)
    assert codes(outcome) == {"PR617"}
    assert "PR302" in said(outcome, "PR617")
    assert tree(project) == before


def test_a_statement_of_which_the_module_has_a_part_is_not_deleted(project: Path) -> None:
    change(module(project, RENTS), '    rents = capped(rents, HIGHEST).sort("town", "year")\n', "")
    assert codes(pulled(project)) == {"PR616"}


def test_edits_of_both_sides_are_merged(project: Path) -> None:
    change_cell(project, 5, "raw.drop_nulls()", "raw.drop_nulls().unique()")
    change_cell(project, 3, "LOWEST = 800", "LOWEST = 801")
    change(module(project, RENTS), "for low in (100, 200):", "for low in (300,):")
    change(module(project, RENTS), "HIGHEST = 9000", "HIGHEST = 9001")
    outcome = pulled(project)
    assert outcome.exit_code == 0, outcome.findings
    assert sources(project)[2].startswith("# what counts as rent\nLOWEST = 801\nHIGHEST = 9001\n")
    assert "rents = raw.drop_nulls().unique()\nrents.head()\nfor low in (300,):" in sources(project)[4]
    text = module(project, RENTS).read_text()
    assert "raw.drop_nulls().unique()\n    for low in (300,):" in text
    assert drifts(check(project)) == {RENTS: "unverified", TOWNS: "notebook"}


def test_the_same_edit_on_both_sides_is_one(project: Path) -> None:
    change_cell(project, 3, "HIGHEST = 9000", "HIGHEST = 9001")
    change(module(project, RENTS), "HIGHEST = 9000", "HIGHEST = 9001")
    before = (project / NOTEBOOK).read_bytes()
    assert pulled(project).exit_code == 0
    assert (project / NOTEBOOK).read_bytes() == before
    assert drifts(check(project))[RENTS] == "unverified"


def conflicting(project: Path) -> None:
    change_cell(project, 3, "HIGHEST = 9000", "HIGHEST = 9001")
    change_cell(project, 5, "raw.drop_nulls()", "raw.drop_nulls().unique()")
    change(module(project, RENTS), "HIGHEST = 9000", "HIGHEST = 9002")
    change(module(project, RENTS), "for low in (100, 200):", "for low in (300,):")


def test_a_conflict_is_refused_with_both_sides(project: Path) -> None:
    conflicting(project)
    before = tree(project)
    outcome = pulled(project)
    assert (outcome.exit_code, codes(outcome)) == (1, {"PR615"})
    finding = next(f for f in outcome.findings if f.code == "PR615")
    assert finding.message == (
        "Notebook and module changed the same place: it was `HIGHEST = 9000`, the notebook has `HIGHEST = 9001` "
        "(cell 3), the module has `HIGHEST = 9002` (src/rents/defs/silver/rents.py:12)."
    )
    assert (finding.location.path, finding.location.cell, finding.location.line) == (NOTEBOOK, 3, 3)
    assert "--ours silver:rents" in finding.hint
    assert tree(project) == before


@pytest.mark.parametrize(("side", "number"), [("ours", "9001"), ("theirs", "9002")])
def test_a_side_is_chosen_by_step_and_the_other_edits_stay(project: Path, side: str, number: str) -> None:
    conflicting(project)
    other: dict[str, Any] = {side: (TOWNS,)}
    chosen: dict[str, Any] = {side: (RENTS,)}
    assert codes(pulled(project, **other)) == {"PR615"}
    outcome = pulled(project, **chosen)
    assert outcome.exit_code == 0, outcome.findings
    for text in ("\n".join(sources(project)), module(project, RENTS).read_text()):
        assert f"HIGHEST = {number}" in text
        assert "raw.drop_nulls().unique()" in text
        assert "for low in (300,):" in text


def test_a_merge_goes_on_from_the_pull_before(project: Path) -> None:
    """The evidence of an unverified pull is the base of the next one."""
    change(module(project, RENTS), "HIGHEST = 9000", "HIGHEST = 9001")
    assert pulled(project).exit_code == 0
    change(module(project, RENTS), "HIGHEST = 9001", "HIGHEST = 9002")
    change_cell(project, 5, "raw.drop_nulls()", "raw.drop_nulls().unique()")
    assert pulled(project).exit_code == 0
    assert "HIGHEST = 9002" in sources(project)[2]
    assert "unique()" in module(project, RENTS).read_text()


def test_without_evidence_both_changed_is_refused(project: Path) -> None:
    conflicting(project)
    evidence(project, RENTS).unlink()
    before = tree(project)
    assert codes(pulled(project)) == {"PR618"}
    assert tree(project) == before


def test_without_evidence_an_edit_of_the_module_alone_is_pulled(project: Path) -> None:
    evidence(project, RENTS).unlink()
    change(module(project, RENTS), "HIGHEST = 9000", "HIGHEST = 9001")
    assert pulled(project).exit_code == 0
    assert "HIGHEST = 9001" in sources(project)[2]


def test_two_modules_that_want_one_cell_differently_are_refused(project: Path) -> None:
    change(module(project, RENTS), "HIGHEST = 9000\n", "HIGHEST = 9000\n# one\n")
    change(module(project, TOWNS), "LOWEST = 800\n", "LOWEST = 800\n# two\n")
    assert "# one" not in "".join(sources(project))
    outcome = pulled(project)
    assert outcome.exit_code == 1
    assert pulled(project, select=(RENTS,)).exit_code in (0, 1)


def shared(root: Path) -> Path:
    cells = [(t, s.replace(">= LOWEST)", ">= LOWEST).pipe(capped, HIGHEST)")) for t, s in CLEAN]
    return promoted(root, cells)


def test_an_edit_of_shared_helpers_reaches_the_notebook_and_every_step(tmp_path: Path) -> None:
    root = shared(tmp_path)
    helpers = root / "src/rents/helpers/clean.py"
    change(helpers, "HIGHEST = 9000", "HIGHEST = 9009")
    outcome = pulled(root)
    assert outcome.exit_code == 0, outcome.findings
    assert {s.status for s in outcome.steps} == {"pulled"}
    assert "HIGHEST = 9009" in sources(root)[2]
    assert set(drifts(check(root)).values()) == {"unverified"}


def test_an_edit_of_shared_helpers_is_merged(tmp_path: Path) -> None:
    root = shared(tmp_path)
    change(root / "src/rents/helpers/clean.py", "frame.filter(", "frame.unique().filter(")
    change_cell(root, 5, "raw.drop_nulls()", "raw.drop_nulls().head()")
    assert pulled(root).exit_code == 0
    assert "frame.unique().filter(" in sources(root)[2]
    assert "raw.drop_nulls().head()" in module(root, RENTS).read_text()


def test_shared_helpers_that_were_edited_are_not_overwritten_unasked(tmp_path: Path) -> None:
    root = shared(tmp_path)
    helpers = root / "src/rents/helpers/clean.py"
    change(helpers, "HIGHEST = 9000", "HIGHEST = 9009")
    change_cell(root, 5, "raw.drop_nulls()", "raw.drop_nulls().head()")
    outcome = promote(root)
    assert (outcome.exit_code, codes(outcome)) == (1, {"PR602"})
    assert "HIGHEST = 9009" in helpers.read_text()
    assert promote(root, force=True).exit_code == 0
    assert "HIGHEST = 9000" in helpers.read_text()


def test_kinds_that_a_run_has_shown_stay(project: Path) -> None:
    verified(project)
    content = json.loads(evidence(project, RENTS).read_text())
    content["output"]["kind"] = "polars"
    evidence(project, RENTS).write_text(json.dumps(content))
    promote(project, force=True)
    assert "-> pl.DataFrame:" in module(project, RENTS).read_text()
    change(module(project, RENTS), "HIGHEST = 9000", "HIGHEST = 9001")
    assert pulled(project).exit_code == 0
    text = module(project, RENTS).read_text()
    assert "-> pl.DataFrame:" in text
    assert "# UNVERIFIED" in text
    assert json.loads(evidence(project, RENTS).read_text())["verified"] is False
    promote(project)
    assert "-> pl.DataFrame:" in module(project, RENTS).read_text()


def test_an_edit_that_gives_another_kind_of_frame_may_say_so(project: Path) -> None:
    verified(project)
    promote(project, force=True)
    path = module(project, TOWNS)
    change(path, ".alias(text.strip()))", ".alias(text.strip())).collect()")
    path.write_text(path.read_text().replace("-> pl.LazyFrame:", "-> pl.DataFrame:"))
    outcome = pulled(project)
    assert outcome.exit_code == 0, outcome.findings
    assert module(project, TOWNS).read_text().count("-> pl.DataFrame:") == 2


SCRIPT = """\
# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %%
import polars as pl

# %% tags=["helpers"]
LEAST = 1

# %% [markdown]
# Some prose.

# %% tags=["silver:big"]
# %time numbers = pl.LazyFrame({"n": [1, 2]})
big = numbers.filter(pl.col("n") > LEAST)
"""


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_script_is_edited_in_its_lines(tmp_path: Path, ending: str) -> None:
    root = make_project(tmp_path, {})
    script = root / "notebooks/big.py"
    script.parent.mkdir()
    script.write_bytes(SCRIPT.replace("\n", ending).encode())
    assert promote(root, "big.py").exit_code == 0
    change(module(root, "silver:big"), "LEAST = 1", "LEAST = 2  # é")
    change(module(root, "silver:big"), "> LEAST)", "> LEAST)\n    big = big.unique()")
    assert pulled(root, "big.py").exit_code == 0
    wanted = SCRIPT.replace("LEAST = 1", "LEAST = 2  # é").replace("> LEAST)", "> LEAST)\nbig = big.unique()")
    assert script.read_bytes() == wanted.replace("\n", ending).encode()
    change(module(root, "silver:big"), "[1, 2]", "[1, 2, 3]")
    outcome = pulled(root, "big.py")
    assert codes(outcome) == {"PR616"}
    assert "a form that an edit cannot be written into" in said(outcome, "PR616")


def test_a_paired_script_is_edited_with_its_notebook(tmp_path: Path) -> None:
    cells = [
        ("", "import polars as pl"),
        ("helpers", "LEAST = 1"),
        ("md", "Some prose."),
        ("silver:big", 'numbers = pl.LazyFrame({"n": [1, 2]})\nbig = numbers.filter(pl.col("n") > LEAST)'),
    ]
    root = make_project(tmp_path, {"big.ipynb": cells})
    script = root / "notebooks/big.py"
    script.write_text(SCRIPT.replace("# %time ", ""))
    assert promote(root, "big.ipynb").exit_code == 0
    change(module(root, "silver:big"), "LEAST = 1", "LEAST = 2")
    assert pulled(root, "big.ipynb").exit_code == 0
    assert script.read_text() == SCRIPT.replace("# %time ", "").replace("LEAST = 1", "LEAST = 2")
    assert "LEAST = 2" in sources(root, "big.ipynb")[1]
    assert drifts(check(root)) == {"silver:big": "unverified"}


@pytest.mark.parametrize("indent", [None, 1, 2, "\t"])
@pytest.mark.parametrize("lines", [True, False])
def test_every_other_byte_of_the_file_stays(tmp_path: Path, indent: Any, lines: bool) -> None:
    root = make_project(tmp_path, {"clean.ipynb": CLEAN})
    path = root / NOTEBOOK
    content = json.loads(path.read_text())
    content["metadata"] = {"zeta": 1, "alpha": "é"}
    for cell in content["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True) if lines else cell["source"]
    text = json.dumps(content, indent=indent, ensure_ascii=False) + "\n\n"
    path.write_text(text)
    assert promote(root).exit_code == 0
    change(module(root, RENTS), "HIGHEST = 9000", "HIGHEST = 9001")
    change(module(root, RENTS), "raw.drop_nulls()", "raw.drop_nulls('é')")
    assert pulled(root).exit_code == 0
    assert path.read_text() == text.replace("HIGHEST = 9000", "HIGHEST = 9001").replace(
        "raw.drop_nulls()", "raw.drop_nulls('é')"
    )


def test_a_dry_run_writes_nothing(project: Path) -> None:
    change(module(project, RENTS), "HIGHEST = 9000", "HIGHEST = 9001")
    before = tree(project)
    outcome = pulled(project, dry_run=True)
    assert (outcome.exit_code, {s.tag: s.status for s in outcome.steps}[RENTS]) == (0, "pulled")
    assert tree(project) == before


def test_only_the_chosen_step_is_pulled(project: Path) -> None:
    change(module(project, RENTS), "HIGHEST = 9000", "HIGHEST = 9001")
    change(module(project, TOWNS), "LOWEST = 800", "LOWEST = 801")
    assert pulled(project, select=(TOWNS,)).exit_code == 0
    assert "LOWEST = 801\nHIGHEST = 9000" in sources(project)[2]
    assert drifts(check(project)) == {RENTS: "module", TOWNS: "unverified"}


def test_a_notebook_in_a_merge_is_refused_with_the_way_out(project: Path) -> None:
    (project / NOTEBOOK).write_text("<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> main\n")
    outcome = pulled(project)
    assert (outcome.exit_code, codes(outcome)) == (1, {"PR107"})
    assert "git checkout --ours" in outcome.findings[0].hint


@pytest.mark.parametrize("old", ["HIGHEST = 9000\n", "    return rents\n"])
def test_a_secret_is_not_shown(project: Path, old: str) -> None:
    value = "q7Gz0pL2mX9vB4nK8sD1"
    indent = old[: len(old) - len(old.lstrip())]
    change_cell(project, 3, "HIGHEST = 9000", "HIGHEST = 9001")
    change(
        module(project, RENTS),
        old,
        f"{indent}api_key = '{value}'\n{old.replace('rents', 'raw').replace('9000', '9002')}# why\n",
    )
    outcome = pulled(project)
    assert outcome.exit_code == 1
    assert "api_key = '********************'" in "".join(f.message for f in outcome.findings)
    assert value not in "".join(f.message + f.hint + f.location.text for f in outcome.findings)


def test_a_secret_is_not_pulled(project: Path) -> None:
    change(module(project, RENTS), "    return rents\n", "    api_key = 'q7Gz0pL2mX9vB4nK8sD1'\n    return rents\n")
    outcome = pulled(project)
    assert codes(outcome) == {"PR617"}
    assert "PR713" in said(outcome, "PR617")


def test_a_notebook_saved_meanwhile_is_left(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(module(project, RENTS), "HIGHEST = 9000", "HIGHEST = 9001")

    def saving(*given: Any) -> Any:
        change(project / NOTEBOOK, "blanks left out", "without blanks")
        return propose(*given)

    monkeypatch.setattr(pulling, "propose", saving)
    before = module(project, RENTS).read_bytes()
    with pytest.raises(WriteError, match="saved while promote was at work"):
        pulled(project)
    assert "without blanks" in (project / NOTEBOOK).read_text()
    assert module(project, RENTS).read_bytes() == before


def test_the_command_pulls(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(module(project, RENTS), "HIGHEST = 9000", "HIGHEST = 9001")
    path = str(project / NOTEBOOK)
    assert main(["--pull", path, "--project", str(project)]) == 0
    shown = capsys.readouterr().out
    assert "PR619 (note) Pulled into this cell: 1 line in place of 1." in shown
    assert "silver:rents: pulled" in shown
    for wrong in (["--pull"], ["--pull", "--check", path], ["--theirs", RENTS, path], ["--changed", "HEAD", path]):
        assert main([*wrong, "--project", str(project)]) == 2
    assert main(["--pull", "--ours", RENTS, "--theirs", RENTS, path, "--project", str(project)]) == 2


def test_a_notebook_that_has_nothing_to_pull_is_left(project: Path) -> None:
    write_notebook(project / "notebooks/b.ipynb", [("", "import polars as pl"), ("bronze:b", "b = pl.LazyFrame()")])
    change_cell(project, 5, "raw.drop_nulls()", "raw.drop_nulls().head()")
    before = tree(project)
    for name in ("clean.ipynb", "b.ipynb"):
        outcome = pulled(project, name)
        assert (outcome.exit_code, {s.status for s in outcome.steps}) == (0, {"unchanged"})
    assert tree(project) == before


def test_an_import_without_a_cell_to_go_to_is_refused(tmp_path: Path) -> None:
    cells = [("silver:big", "import polars as pl\nbig = pl.LazyFrame({'n': [1, 2]}).head(1)")]
    root = promoted(tmp_path, cells)
    path = module(root, "silver:big")
    change(path, "import polars as pl\n", "import math\n\nimport polars as pl\n")
    change(path, ".head(1)", ".head(math.floor(1))")
    before = tree(root)
    outcome = pulled(root)
    assert (outcome.exit_code, codes(outcome)) == (1, {"PR616"})
    assert "and is `import math`" in said(outcome, "PR616")
    assert tree(root) == before


def test_a_class_that_an_edit_needs_stands_apart(project: Path) -> None:
    change(module(project, TOWNS), "\ndef rent_by_town", "\nclass Least:\n    value = 3\n\n\ndef rent_by_town")
    change(module(project, TOWNS), ">= LOWEST", ">= LOWEST + Least.value")
    assert pulled(project).exit_code == 0
    assert "LOWEST = 800\n\n\nclass Least:\n    value = 3\n\n\nHIGHEST" in sources(project)[2]


def test_a_module_that_is_no_python_is_not_overwritten(project: Path) -> None:
    change(module(project, RENTS), "HIGHEST = 9000", "HIGHEST = = 9000")
    assert drifts(check(project))[RENTS] == "module"
    assert codes(promote(project)) == {"PR602"}
    assert codes(pulled(project)) == {"PR616"}


def test_annotations_that_are_no_frames_of_ours_are_refused(project: Path) -> None:
    change(module(project, TOWNS), "def rent_by_town(rents: pl.LazyFrame)", "def rent_by_town(rents: 'pl.LazyFrame')")
    assert codes(pulled(project)) == {"PR616"}


def test_a_file_that_promote_did_not_write_is_not_pulled(project: Path) -> None:
    module(project, RENTS).write_text("def rents(raw):\n    return raw\n")
    before = tree(project)
    assert {s.tag: s.status for s in pulled(project).steps}[RENTS] == "unchanged"
    assert tree(project) == before
