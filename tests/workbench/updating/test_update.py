"""A later template meets a living project: nothing of the team's is lost, nothing of the template's passed over."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.errors import UserError
from tests.template.support import TEMPLATE, rendered_project
from workbench.cli import main
from workbench.scaffold import render_project
from workbench.updating.merging import Change, changes, merged_lines
from workbench.updating.record import NAME, read_record
from workbench.updating.update import plan_update, write_update


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    answers = {"project_name": "Updated", "example": "blank"}
    return render_project(tmp_path_factory.mktemp("update") / "project", answers, ask=False)


@pytest.fixture
def root(fresh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copy = tmp_path / "project"
    shutil.copytree(fresh, copy)
    monkeypatch.chdir(copy)
    return copy


def was(root: Path, edit: Callable[[dict[str, str]], object]) -> None:
    """Let the record say that the template gave something else once."""
    path = root / NAME
    content = json.loads(path.read_text())
    edit(content["files"])
    path.write_text(json.dumps(content))


def told(root: Path) -> dict[str, str]:
    return {one.path: one.what for one in plan_update(root).changes}


def test_a_new_project_is_up_to_date_whoever_rendered_it(root: Path, tmp_path: Path) -> None:
    assert told(root) == {}
    by_cookiecutter = rendered_project(tmp_path / "other", project_name="Updated", example="blank")
    assert (by_cookiecutter / NAME).read_text() == (root / NAME).read_text()
    assert not any(str(TEMPLATE.parent) in text or str(tmp_path) in text for text in read_record(root).files.values())


def test_the_record_holds_no_notebook_no_source_and_no_place_of_a_machine(root: Path) -> None:
    record = read_record(root)
    assert not [path for path in record.files if path.endswith(".ipynb") or path.startswith("sources/")]
    assert {"Makefile", "pyproject.toml", "src/updated/definitions.py"} <= set(record.files)
    assert set(record.answers) == {"project_name", "project_slug", "package_name", "package_mirror", "example", "dbt"}


def test_each_kind_of_change_meets_each_kind_of_edit(root: Path) -> None:
    makefile = (root / "Makefile").read_text()
    (root / "Makefile").write_text(makefile + "\nextra:\n\techo extra\n")
    (root / "workspace.yaml").unlink()
    (root / "LICENSE").write_text("ours\n")
    (root / "gone.txt").write_text("theirs\n")
    (root / "gone but edited.txt").write_text("theirs\nand ours\n")
    (root / "CHANGELOG.md").unlink()

    def earlier(files: dict[str, str]) -> None:
        files["Makefile"] = makefile.replace("# What people type most", "# What was typed most")
        files["CONTRIBUTING.md"] = "as it was before\n"
        files["workspace.yaml"] = "as it was before\n"
        files["LICENSE"] = "as it was before\n"
        files["gone.txt"] = "theirs\n"
        files["gone but edited.txt"] = "theirs\n"
        del files["CHANGELOG.md"]

    (root / "CONTRIBUTING.md").write_text("as it was before\n")
    was(root, earlier)
    update = plan_update(root)
    assert {one.path: (one.what, one.why) for one in update.changes} == {
        "CHANGELOG.md": ("added", ""),
        "CONTRIBUTING.md": ("updated", ""),
        "LICENSE": ("conflict", ""),
        "Makefile": ("updated", "with your edits"),
        "gone but edited.txt": ("kept", "the template dropped it; you changed it"),
        "gone.txt": ("removed", ""),
        "workspace.yaml": ("kept", "you removed it"),
    }
    write_update(root, update)
    assert (root / "Makefile").read_text() == makefile + "\nextra:\n\techo extra\n"
    assert not (root / "gone.txt").exists()
    assert not (root / "workspace.yaml").exists()
    assert (root / "gone but edited.txt").read_text() == "theirs\nand ours\n"
    text = (root / "LICENSE").read_text()
    assert text.startswith("<<<<<<< yours\nours\n||||||| the template before\nas it was before\n=======\nMIT License\n")
    assert told(root) == {}


def test_a_conflict_writes_nothing_unless_markers_are_asked_for(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "LICENSE").write_text("ours\n")
    (root / "CONTRIBUTING.md").write_text("as it was before\n")
    was(root, lambda files: files.update({"LICENSE": "before\n", "CONTRIBUTING.md": "as it was before\n"}))
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert main(["update"]) == 1
    shown = capsys.readouterr().out
    assert "conflict  LICENSE" in shown
    assert "Nothing was written." in shown
    assert "    ours\n    ||||||| the template before\n" in shown
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
    assert main(["update", "--dry-run", "--json"]) == 1
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert answer["written"] is False
    assert {one["file"] for one in answer["files"]} == {"LICENSE", "CONTRIBUTING.md"}
    assert main(["update", "--markers"]) == 1
    assert (root / "LICENSE").read_text().startswith("<<<<<<< yours\n")
    capsys.readouterr()
    assert main(["update"]) == 0
    assert capsys.readouterr().out == "The project has today's template.\n"


def test_ends_of_lines_stay_what_the_team_made_them(root: Path) -> None:
    text = (root / "CONTRIBUTING.md").read_text()
    was(root, lambda files: files.update({"CONTRIBUTING.md": text.replace("# How we work", "# How they work")}))
    edited = text.replace("# How we work", "# How they work") + "\nOur own rule.\n"
    (root / "CONTRIBUTING.md").write_bytes(edited.replace("\n", "\r\n").encode())
    update = plan_update(root)
    assert [one.what for one in update.changes] == ["updated"]
    write_update(root, update)
    assert (root / "CONTRIBUTING.md").read_bytes() == (text + "\nOur own rule.\n").replace("\n", "\r\n").encode()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 2}', '{"format": 1, "answers": {}, "files": {"a": 1}}'])
def test_a_record_that_cannot_be_read_is_said(text: str, root: Path) -> None:
    (root / NAME).write_text(text)
    with pytest.raises(UserError, match="not one that this version reads") as caught:
        plan_update(root)
    assert caught.value.location == NAME


def test_a_project_without_a_record_is_told_so(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / NAME).unlink()
    assert main(["update"]) == 1
    assert f"This project has no {NAME}" in capsys.readouterr().err


@pytest.mark.parametrize("path", ["../outside.txt", "{folder}/outside.txt", "link/outside.txt"])
def test_a_record_leads_no_write_out_of_the_project(path: str, root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("before\n")
    (root / "link").symlink_to(tmp_path)
    was(root, lambda files: files.update({path.format(folder=tmp_path): "before\n"}))
    update = plan_update(root)
    with pytest.raises(UserError, match="outside the project"):
        write_update(root, update)
    assert outside.read_text() == "before\n"


LINE = st.sampled_from([f"line {number}" for number in range(12)])


@st.composite
def edited(draw: st.DrawFn, base: list[str], who: str) -> list[str]:
    """Draw a side: lines of the base dropped, and lines of its own put in, each unlike any other."""
    lines: list[str] = []
    for number, line in enumerate(base):
        if draw(st.integers(0, 4)) == 0:
            lines.append(f"{who} before {number}")
        if draw(st.integers(0, 4)):
            lines.append(line)
    return lines + ([f"{who} at the end"] if draw(st.booleans()) else [])


@st.composite
def sides(draw: st.DrawFn) -> tuple[list[str], list[str], list[str]]:
    base = [f"{line} {number}" for number, line in enumerate(draw(st.lists(LINE, max_size=12)))]
    return base, draw(edited(base, "team")), draw(edited(base, "template"))


@given(sides())
def test_every_line_that_a_side_wrote_stands_in_what_comes_out(drawn: tuple[list[str], list[str], list[str]]) -> None:
    base, team, template = (as_bytes(lines) for lines in drawn)
    clean, merged = merged_lines(team, base, template)
    lines = merged.decode().splitlines()
    assert {line for line in drawn[1] + drawn[2] if line.startswith(("team", "template"))} <= set(lines)
    assert clean == (not any(line.startswith("<<<<<<<") for line in lines))
    if clean:  # and what either side took out is gone
        kept = set(drawn[1]) & set(drawn[2])
        assert {line for line in lines if not line.startswith(("team", "template"))} == kept & set(drawn[0])


Texts = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["1\n", "2\n", "3\n"]))


@given(Texts, Texts, Texts)
def test_a_file_of_the_teams_is_lost_only_where_it_was_the_templates_own(
    before: Mapping[str, str], now: Mapping[str, str], ours: Mapping[str, str]
) -> None:
    found = {one.path: one for one in changes(before, now, lambda path: ours[path].encode() if path in ours else None)}
    for path, text in ours.items():
        change = found.get(path, Change(path, "kept"))
        if change.what == "removed" or (change.what == "updated" and change.content != text.encode()):
            assert text == before.get(path)
        if change.what == "conflict":
            assert change.content is not None
            assert text.encode() in change.content
    for path, text in now.items():
        if path not in ours and path not in before:
            assert found[path] == Change(path, "added", content=text.encode())


def as_bytes(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
