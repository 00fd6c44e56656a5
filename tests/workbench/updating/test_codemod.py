"""Renamed names of the API in a project's code."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.deprecation import Rename, renames
from workbench.cli import main
from workbench.updating import codemod
from workbench.updating.renames import renamed_code

RULE = Rename("house.doors", "gate", "door", "0.2", "0.4")
MODULE = "platform_core.governance.disclosure"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from house.doors import gate\ngate()  # gate", "from house.doors import door\ndoor()  # gate"),
        ("from house.doors import gate as g\ng()", "from house.doors import door as g\ng()"),
        (
            "from house.doors import (  # both\n    bell,\n    gate,\n)\nx = 'ä'; gate()",
            "from house.doors import (  # both\n    bell,\n    door,\n)\nx = 'ä'; door()",
        ),
        ("from house import doors\ndoors.gate\\\n  (1)", "from house import doors\ndoors.door\\\n  (1)"),
        ("from house import doors as d\nd.gate(d . gate)", "from house import doors as d\nd.door(d . door)"),
        ("import house.doors\nhouse.doors.gate()", "import house.doors\nhouse.doors.door()"),
        ("import house.doors as d\nd.gate()", "import house.doors as d\nd.door()"),
        ("from house.doors import gate\nawait gate()", "from house.doors import door\nawait door()"),
        ("from house.doors import gate\r\ngate()\r\n", "from house.doors import door\r\ndoor()\r\n"),
        # What could mean something else keeps its name
        ("from house.doors import gate\ngate = gate()", "from house.doors import door as gate\ngate = gate()"),
        (
            "from house.doors import gate\ndef f(gate): return gate",
            "from house.doors import door as gate\ndef f(gate): return gate",
        ),
        ("from house.doors import gate\ndoor = gate()", "from house.doors import door as gate\ndoor = gate()"),
        (
            "from house.doors import gate\n__all__ = ['gate']",
            "from house.doors import door as gate\n__all__ = ['gate']",
        ),
        # Not ours
        ("from garden import gate\ngate()", "from garden import gate\ngate()"),
        ("from .doors import gate\ngate()", "from .doors import gate\ngate()"),
        ("import garden\ngarden.gate()", "import garden\ngarden.gate()"),
        ("gate = 1\nx.gate", "gate = 1\nx.gate"),
        ("'from house.doors import gate'", "'from house.doors import gate'"),
    ],
)
def test_a_name_is_changed_by_what_it_is_and_the_change_is_idempotent(before: str, after: str) -> None:
    now, left = renamed_code(before, [RULE])
    assert (now, left) == (after, ())
    assert renamed_code(now, [RULE]) == (now, ())


def test_a_module_that_is_bound_twice_is_left_to_a_person() -> None:
    source = "from house import doors\ndoors = other(doors)\ndoors.gate()"
    now, (left,) = renamed_code(source, [RULE])
    assert now == source
    assert (left.line, left.why) == (3, "gate is now door, if doors is house.doors there")


USES = [
    "from house.doors import gate", "gate()", "print(f'{gate}')", "def f():\n    return gate", "gate = 3",
    "import house.doors as d", "d.gate()", "lambda gate: gate", "[gate for gate in ()]", "door = 1", "# gate",
    "x = 'gate'",
]  # fmt: skip


@given(st.lists(st.sampled_from(USES), max_size=8))
def test_a_changed_program_does_what_it_did(lines: list[str]) -> None:
    before = "\n".join(["import sys", *lines])
    now, _ = renamed_code(before, [RULE])
    assert outcome(now, new=True) == outcome(before, new=False)


def outcome(source: str, *, new: bool) -> tuple[str, list[str]]:
    """Run a program against `house.doors` of before or after, and give how it ended and which names it called."""
    from types import ModuleType

    called: list[str] = []
    doors, house = ModuleType("house.doors"), ModuleType("house")
    setattr(doors, "door" if new else "gate", lambda *_: called.append("gate"))
    house.doors = doors  # type: ignore[attr-defined] # as an import does
    before = {name: sys.modules.get(name) for name in ("house", "house.doors")}
    sys.modules |= {"house": house, "house.doors": doors}
    scope: dict[str, object] = {"print": lambda *_: None}
    try:
        exec(source, scope)  # noqa: S102 - it is one of ours
        ended = "well"
    except Exception as error:  # noqa: BLE001 - a program of chance may raise anything
        ended = type(error).__name__
    finally:
        for name, module in before.items():
            sys.modules.pop(name) if module is None else sys.modules.update({name: module})
    return ended, called


def test_a_project_is_changed_all_or_nothing_with_a_diff(
    project: Path, write_notebook: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = write_notebook(
        project / "notebooks/gold/a.ipynb",
        "%matplotlib inline\nfrom platform_core.governance import disclosure as d",
        "%%bash\necho recomputable",
        "!ls\nd.recomputable(t, 'n')  # recomputable",
    )
    helper = project / "src/letting/helpers/counts.py"
    helper.parent.mkdir()
    helper.write_text(f"from {MODULE} import recomputable  # why\n\n\ndef f(t):\n    return recomputable(t, 'n')\n")
    promoted = project / "src/letting/defs/gold/made.py"
    promoted.write_text(
        f"# Promoted from notebooks/gold/a.ipynb, step gold:made. Change the notebook and run `promote`.\n"
        f"from {MODULE} import recomputable\n"
    )
    before = {path: path.read_bytes() for path in (notebook, helper, promoted)}
    assert main(["update", "--code", "--dry-run"]) == 0
    assert "Nothing was written" in capsys.readouterr().out
    assert {path: path.read_bytes() for path in before} == before

    assert main(["update", "--code"]) == 0
    said = capsys.readouterr().out
    assert (
        "@@ cell 3, line 2 @@\n-d.recomputable(t, 'n')  # recomputable\n+d.recomputable_counts(t, 'n')  # recomp"
        in said
    )
    assert "+from platform_core.governance.disclosure import recomputable_counts  # why" in said
    assert "promote the notebooks anew" in said
    assert helper.read_text() == before[helper].decode().replace("recomputable", "recomputable_counts")
    assert promoted.read_bytes() == before[promoted]
    cells = ["".join(cell["source"]) for cell in json.loads(notebook.read_text())["cells"]]
    assert cells[1:] == ["%%bash\necho recomputable", "!ls\nd.recomputable_counts(t, 'n')  # recomputable"]
    assert main(["update", "--code", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"written": False, "files": []}


def test_what_cannot_be_read_is_told_and_the_rest_changed(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, good = project / "src/letting/broken.py", project / "src/letting/good.py"
    broken.write_text("recomputable = = 1\n")
    good.write_text(f"import {MODULE} as d\nd.recomputable\n")
    assert main(["update", "--code"]) == 1
    assert "left to you: src/letting/broken.py:1: it is no Python that can be read." in capsys.readouterr().out
    assert good.read_text().endswith("d.recomputable_counts\n")

    good.write_text(f"import {MODULE} as d\nd.recomputable\n")
    planned = codemod.plan_renames(project, renames())
    good.write_text("mine\n")  # an editor was quicker
    monkeypatch.setattr(codemod, "plan_renames", lambda *_: planned)
    assert main(["update", "--code"]) == 1
    assert good.read_text() == "mine\n"


def test_the_old_name_works_and_the_warning_names_file_and_line(tmp_path: Path) -> None:
    for number, line in enumerate((f"from {MODULE} import recomputable", f"import {MODULE} as d; d.recomputable")):
        program = tmp_path / f"mine{number}.py"
        program.write_text(f"import sys\n{line}\n")
        done = subprocess.run(
            [sys.executable, "-W", "always::DeprecationWarning", str(program)],
            capture_output=True,
            text=True,
            check=True,
        )
        where = f"{program}:2: DeprecationWarning: {MODULE}.recomputable is now recomputable_counts"
        assert where in done.stderr


def test_every_renamed_name_works_under_both_names() -> None:
    from importlib import import_module

    for one in renames():
        module = import_module(one.module)
        assert one.name not in vars(module)
        with pytest.warns(
            DeprecationWarning, match=f"is now {one.now}, and the old name goes with release {one.until}"
        ):
            assert getattr(module, one.name) is getattr(module, one.now)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        getattr(import_module(MODULE), "nothing")  # noqa: B009 - mypy knows that it is not there
