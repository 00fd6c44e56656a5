"""The project: found from anywhere inside it, and every NAME known to be made once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from platform_core.errors import UsageError, UserError
from promote.notebook.read import read
from promote.project import find
from promote.register import Place, clashes, places, rows
from promote.selection.select import select


def test_a_project_is_found_from_any_folder_inside(data_project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = data_project / "notebooks" / "silver"
    inside.mkdir()
    assert find(inside).root == data_project
    assert find(named=data_project) == find(inside)
    monkeypatch.chdir(inside)
    assert find().root == data_project
    monkeypatch.setenv("WORKBENCH_PROJECT", str(data_project))
    monkeypatch.chdir(data_project.parent)
    found = find()
    assert (found.root, found.package, found.notebooks) == (data_project, "planning", ())


def test_the_nearest_project_wins_and_other_pyprojects_are_passed_over(data_project: Path) -> None:
    inner = data_project / "libraries" / "one"
    inner.mkdir(parents=True)
    (inner / "pyproject.toml").write_text("[tool.ruff]\nline-length = 100\n")
    (data_project / "libraries" / "pyproject.toml").write_text("tool = 5\n")
    assert find(inner).root == data_project


def test_no_project_is_wrong_usage(tmp_path: Path) -> None:
    for named, start in ((tmp_path, None), (tmp_path / "missing", None), (None, tmp_path)):
        with pytest.raises(UsageError) as caught:
            find(start, named=named)
        assert "workbench new" in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        b"[tool",
        b"\xff",
        b"[tool.workbench]\n",
        b"[tool.workbench]\npackage = 5\n",
        b'[tool.workbench]\npackage = "a-b"\n',
    ],
)
def test_a_broken_pyproject_names_itself(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pyproject.toml").write_bytes(content)
    with pytest.raises(UserError) as caught:
        find(tmp_path)
    assert (caught.value.location or "").endswith("pyproject.toml")


def test_a_pyproject_that_is_a_folder_names_itself(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").mkdir()
    with pytest.raises(UserError, match="cannot be read"):
        find(tmp_path)


def test_notebooks_are_found_and_sorted(data_project: Path) -> None:
    for path in ("b/z.ipynb", "a.ipynb", ".ipynb_checkpoints/a-checkpoint.ipynb", "b/.hidden.ipynb", "b/text.md"):
        file = data_project / "notebooks" / path
        file.parent.mkdir(exist_ok=True)
        file.write_text("{}")
    names = [path.relative_to(data_project).as_posix() for path in find(data_project).notebooks]
    assert names == ["notebooks/a.ipynb", "notebooks/b/z.ipynb"]


def test_one_name_in_two_notebooks_is_told_in_both(data_project: Path, notebook_json: Callable[..., bytes]) -> None:
    folder = data_project / "notebooks"
    (folder / "a.ipynb").write_bytes(notebook_json(("silver:rents", "rents = 1"), ("gold:totals", "totals = rents")))
    (folder / "b.ipynb").write_bytes(notebook_json(("", "x = 1"), ("gold", "rents = 2")))
    (folder / "broken.ipynb").write_bytes(b"silver <<<")
    (folder / "exploration.ipynb").write_bytes(notebook_json(("", "rents = 3")))
    (folder / "outside.ipynb").symlink_to(data_project.parent / "elsewhere.ipynb")
    (data_project.parent / "elsewhere.ipynb").write_bytes(notebook_json(("silver:rents", "rents = 1")))
    project = find(data_project)
    first = read(folder / "a.ipynb", data_project)
    found = places(rows(project, {first.path: first}))
    assert found == places(rows(project))
    assert found == {
        "rents": (Place("notebooks/a.ipynb", "silver", 1), Place("notebooks/b.ipynb", "gold", 2)),
        "totals": (Place("notebooks/a.ipynb", "gold", 2),),
    }
    (finding,) = clashes(found, [select(first)])
    assert (finding.code, finding.location.path, finding.location.tag) == ("PR206", "notebooks/a.ipynb", "silver:rents")
    assert "notebooks/b.ipynb (cell 2)" in finding.message
    (other,) = clashes(found, [select(read(folder / "b.ipynb", data_project))])
    assert "notebooks/a.ipynb (cell 1)" in other.message


def test_a_notebook_outside_the_notebooks_folder_counts_where_it_is_promoted(
    data_project: Path, notebook_json: Callable[..., bytes]
) -> None:
    (data_project / "loose.ipynb").write_bytes(notebook_json(("silver:rents", "rents = 1")))
    loose = read(data_project / "loose.ipynb", data_project)
    assert places(rows(find(data_project))) == {}
    assert places(rows(find(data_project), {loose.path: loose})) == {"rents": (Place("loose.ipynb", "silver", 1),)}
