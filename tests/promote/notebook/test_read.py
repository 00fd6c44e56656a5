"""Reading: every file is a notebook or one finding, never a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promote.model import Notebook
from promote.notebook.read import NoNotebookError, NotebookError, is_notebook, parse, read

CODE = {"cell_type": "code", "source": "x = 1"}
HEAD = '{"nbformat": 4, "cells": '


def notebook(*cells: object, **top: object) -> bytes:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells, **top}).encode()


@pytest.mark.parametrize(
    ("raw", "code", "line", "column"),
    [
        (b"", "PR103", None, None),
        (b" \n", "PR103", None, None),
        (b"not json", "PR103", 1, 1),
        (b'{\n "cells": [,]}', "PR103", 2, 12),
        (b'{"nbformat": ' + b"9" * 5000 + b"}", "PR103", None, None),
        (b'{"a":\n "\xff"}', "PR102", 2, 3),
        ("{}".encode("utf-16"), "PR102", None, None),
        (b"\xfe\xff\x00{", "PR102", None, None),
        (b"[]", "PR104", None, None),
        (b"{}", "PR104", None, None),
        (b'{"nbformat": true, "cells": []}', "PR104", None, None),
        (b'{"nbformat": 4}', "PR104", None, None),
        (b'{"nbformat": 4, "cells": {}}', "PR104", None, None),
        (b'{"nbformat": 3, "worksheets": []}', "PR105", None, None),
        (b'{"nbformat": 5, "cells": []}', "PR105", None, None),
        (notebook(metadata={"kernelspec": {"language": "R"}}), "PR106", None, None),
        (notebook(metadata={"language_info": {"name": "julia"}}), "PR106", None, None),
        (notebook(metadata={"kernelspec": {"name": "python2", "language": "python"}}), "PR106", None, None),
        (notebook(metadata={"language_info": {"name": "python", "version": "2.7.18"}}), "PR106", None, None),
        (b"{\n<<<<<<< HEAD\n=======\n>>>>>>> main\n}", "PR107", 2, 1),
        (b"[" * 100_000, "PR108", None, None),
        (notebook(5), "PR110", None, None),
        (notebook({"source": ""}), "PR110", None, None),
        (notebook({"cell_type": "heading", "source": ""}), "PR110", None, None),
        (notebook({"cell_type": ["code"], "source": ""}), "PR110", None, None),
        (notebook({"cell_type": "code", "source": 5}), "PR110", None, None),
        (notebook({"cell_type": "code", "source": ["a", 5]}), "PR110", None, None),
        (notebook({"cell_type": "code", "source": "a\nb\ud800"}), "PR111", 2, None),
        (notebook({"cell_type": "code", "source": "a\0"}), "PR111", 1, None),
        (notebook({"cell_type": "code", "source": "a", "metadata": {"tags": ["\udc00"]}}), "PR111", None, None),
        (notebook({"cell_type": "code", "source": "a\n<<<<<<< ours\nb\n=======\nc\n>>>>>>> theirs"}), "PR107", 2, 1),
    ],
)
def test_a_file_that_is_no_notebook_of_ours_gives_its_finding(
    raw: bytes, code: str, line: int | None, column: int | None
) -> None:
    with pytest.raises(NotebookError) as caught:
        parse(raw, "notebooks/a.ipynb")
    finding = caught.value.finding
    assert (finding.code, finding.severity, finding.location.path) == (code, "error", "notebooks/a.ipynb")
    assert (finding.location.line, finding.location.column) == (line, column)
    assert finding.hint
    assert finding.message in str(caught.value)


def test_the_language_is_named() -> None:
    with pytest.raises(NotebookError, match=r"runs Julia, not Python\."):
        parse(notebook(metadata={"kernelspec": {"language": "Julia"}}), "a.ipynb")
    with pytest.raises(NotebookError, match=r"runs Python 2, not Python 3\.\nhint: Choose a Python 3 kernel"):
        parse(notebook(metadata={"kernelspec": {"name": "python2", "language": "Python"}}), "a.ipynb")
    parse(notebook(metadata={"kernelspec": {"language": "Python"}}), "a.ipynb")


@pytest.mark.parametrize(
    ("raw", "message", "hint"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "but a pointer of Git LFS", "git lfs pull"),
        (b"\n<!DOCTYPE html>\n<html>", "but a web page", "Raw"),
        (b"PK\3\4\xff\xff", "but a zip archive", "Unpack it"),
        (b"\x1f\x8b\x08", "but a gzip archive", "Unpack it"),
        (b"404: Not Found", "not valid JSON", "cannot open it either: mend it in a text editor"),
        (b"", "an empty file", "git restore 'a b.ipynb'"),
        (b'{"nbformat": "4", "cells": []}', "its nbformat is not a whole number", "git restore"),
        (b"\x89PNG\r\n", "not UTF-8", "git restore"),
        (notebook({"cell_type": "code", "source": "a\0"}), "can hold: a NUL", r"the escape \0."),
        (notebook({"cell_type": "code", "source": "\ud83d"}), "half of a surrogate pair (U+D83D)", r"escape \ud83d."),
    ],
)
def test_the_hint_leads_to_the_notebook(raw: bytes, message: str, hint: str) -> None:
    with pytest.raises(NotebookError) as caught:
        parse(raw, "a b.ipynb")
    assert message in caught.value.finding.message
    assert hint in caught.value.finding.hint


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("a b.qmd", "quarto convert 'a b.qmd'"),
        ("a.Rmd", "jupytext --to ipynb a.Rmd"),
        ("a.md", "jupytext --to ipynb a.md"),
        ("a.txt", "Give the path of an .ipynb file"),
        ("a", "Give the path of an .ipynb file"),
    ],
)
def test_a_file_of_another_kind_is_told_by_its_name(name: str, hint: str) -> None:
    with pytest.raises(NotebookError, match="is not read as a notebook") as caught:
        parse(b"---\ntitle: Rents\n---\n", name)
    assert caught.value.finding.code == "PR104"
    assert hint in caught.value.finding.hint
    assert parse(b"\xef\xbb\xbf" + notebook(CODE), name).cells[0].source == "x = 1"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "windows-1252"])
def test_a_notebook_in_another_encoding_names_the_command_that_converts_it(tmp_path: Path, encoding: str) -> None:
    """The command in the hint is run, and what it makes can be read."""
    file = tmp_path / "of mine.ipynb"
    file.write_bytes('{"nbformat": 4, "cells": [{"cell_type": "code", "source": "a = \'café\'"}]}'.encode(encoding))
    with pytest.raises(NotebookError) as caught:
        read(file, tmp_path)
    command = caught.value.finding.hint.partition("convert it: ")[2]
    subprocess.run(["/bin/sh", "-c", command], cwd=tmp_path, check=True)
    assert read(tmp_path / "of mine.utf8.ipynb", tmp_path).cells[0].source == "a = 'café'"


def test_an_old_notebook_names_the_command_that_converts_it(tmp_path: Path) -> None:
    """The command in the hint is run, and what it makes can be read."""
    code = {"cell_type": "code", "input": "a = 1", "language": "python", "outputs": [], "collapsed": False}
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": [code]}]}
    file = tmp_path / "old one.ipynb"
    file.write_text(json.dumps(old), encoding="utf-8")
    with pytest.raises(NotebookError) as caught:
        read(file, tmp_path)
    words = caught.value.finding.hint.partition("jupyter nbconvert ")[2]
    assert words.endswith("'old one.ipynb'")
    command = [sys.executable, "-m", "nbconvert", *words.split(" '")[0].split(), file.name]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert read(file, tmp_path).cells[0].source == "a = 1"


def test_what_jupyter_tolerates_is_tolerated() -> None:
    cells = [
        {"cell_type": "code", "source": ["a = 1\r\n", "b = 2\r", "c = 3"]},
        {"cell_type": "code", "source": "\ufeffd = 4", "metadata": {"tags": "silver:d"}, "outputs": [{"bad": 1}]},
        {"cell_type": "markdown", "metadata": None},
        {"cell_type": "raw", "source": "r", "metadata": {"tags": ["x", 5, "x", None], "workbench": [1]}},
        {"cell_type": "code", "source": "e", "metadata": {"tags": 5, "workbench": {"key": ["a"]}}},
    ]
    read_notebook = parse(b"\xef\xbb\xbf" + notebook(*cells, nbformat_minor=0), "a.ipynb")
    assert [cell.source for cell in read_notebook.cells] == ["a = 1\nb = 2\nc = 3", "d = 4", "", "r", "e"]
    assert [cell.tags for cell in read_notebook.cells] == [(), ("silver:d",), (), ("x",), ()]
    assert [cell.position for cell in read_notebook.cells] == [1, 2, 3, 4, 5]
    assert [dict(cell.options) for cell in read_notebook.cells] == [{}, {}, {}, {}, {"key": ["a"]}]
    assert read_notebook.language == "python"


@pytest.mark.parametrize("metadata", [None, 5, {}, {"kernelspec": 5}, {"kernelspec": {"language": " "}}])
def test_a_notebook_that_names_no_language_is_python(metadata: object) -> None:
    assert parse(notebook(CODE, metadata=metadata), "a.ipynb").language == "python"


@pytest.mark.parametrize("minor", range(7))
def test_every_minor_format_of_four_is_read(minor: int) -> None:
    assert parse(notebook(CODE, nbformat_minor=minor), "a.ipynb").cells[0].source == "x = 1"


def test_markers_that_a_text_quotes_are_no_conflict() -> None:
    source = 'guide = """\n<<<<<<< ours\n"""'
    assert parse(notebook({"cell_type": "code", "source": source}), "a.ipynb").cells[0].source == source


def test_ids_are_kept_made_up_and_unique() -> None:
    same = {"cell_type": "code", "source": "x"}
    cells = [
        {**CODE, "id": "kept"},
        {**CODE, "id": "kept"},
        {**CODE, "id": "bad id\x1b"},
        same,
        same,
        {**CODE, "id": 5},
    ]
    ids = [cell.id for cell in parse(notebook(*cells), "a.ipynb").cells]
    assert ids[0] == "kept"
    assert len(set(ids)) == len(ids)
    assert all(identity.isalnum() for identity in ids)


def test_a_made_up_id_stays_when_another_cell_is_put_above() -> None:
    before = parse(notebook(CODE), "a.ipynb").cells[0].id
    after = parse(notebook({"cell_type": "markdown", "source": "new"}, CODE), "a.ipynb").cells[1].id
    assert before == after


def test_outputs_are_no_part_of_what_is_read() -> None:
    """A notebook with a large output is read as the one without it."""
    bare = parse(notebook(CODE), "a.ipynb")
    large = {**CODE, "outputs": [{"output_type": "stream", "text": "x" * 5_000_000}]}
    assert parse(notebook(large), "a.ipynb") == bare


def test_paths_are_relative_and_posix(tmp_path: Path) -> None:
    file = tmp_path / "notebooks" / "silver" / "a.ipynb"
    file.parent.mkdir(parents=True)
    file.write_bytes(notebook(CODE))
    assert read(file, tmp_path).path == "notebooks/silver/a.ipynb"


def test_a_path_that_leads_nowhere_or_outside_is_refused(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (tmp_path / "out.ipynb").write_bytes(notebook(CODE))
    (project / "link.ipynb").symlink_to(tmp_path / "out.ipynb")
    (project / "loop.ipynb").symlink_to(project / "loop.ipynb")
    (project / "folder.ipynb").mkdir()
    (project / "a\nb.ipynb").write_bytes(notebook(CODE))
    (project / "bad\udcff.ipynb").write_bytes(notebook(CODE))
    found = {}
    names = [
        "missing.ipynb",
        "folder.ipynb",
        "../out.ipynb",
        "link.ipynb",
        "loop.ipynb",
        "a\nb.ipynb",
        "bad\udcff.ipynb",
    ]
    for name in names:
        with pytest.raises(NotebookError) as caught:
            read(project / name, project)
        found[name] = caught.value.finding.code
        assert str(caught.value).isprintable() or "\nhint" in str(caught.value)
    assert found == {
        "missing.ipynb": "PR101",
        "folder.ipynb": "PR101",
        "../out.ipynb": "PR109",
        "link.ipynb": "PR109",
        "loop.ipynb": "PR101",
        "a\nb.ipynb": "PR101",
        "bad\udcff.ipynb": "PR101",
    }


def test_a_notebook_that_is_not_there_is_told_with_the_one_that_was_meant(tmp_path: Path) -> None:
    for place in ("bronze/.ipynb_checkpoints/rents-checkpoint", "bronze/rents", "silver/clean"):
        path = tmp_path / f"notebooks/{place}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    meant = {
        "rents.ipynb": "Did you mean 'notebooks/bronze/rents.ipynb'?",
        "notebook/silver/clean.ipynb": "Did you mean 'notebooks/silver/clean.ipynb'?",
        "x.ipynb": "Give the path of a .ipynb file.",
        "notebooks/silver": "Name the notebooks in it: notebooks/silver/*.ipynb.",
    }
    for name, hint in meant.items():
        with pytest.raises(NoNotebookError) as caught:
            read(tmp_path / name, tmp_path)
        assert caught.value.finding.hint == hint


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
LIKELY = st.fixed_dictionaries(
    {},
    optional={
        "nbformat": st.sampled_from([3, 4, 5, "4", None]),
        "metadata": JSON,
        "cells": st.lists(
            JSON
            | st.fixed_dictionaries(
                {"cell_type": st.sampled_from(["code", "markdown", "raw", "x"]), "source": JSON | st.lists(st.text())},
                optional={"metadata": JSON | st.fixed_dictionaries({"tags": JSON, "workbench": JSON}), "id": JSON},
            ),
            max_size=4,
        ),
    },
)


@given(st.one_of(st.binary(), JSON.map(json.dumps).map(str.encode), LIKELY.map(json.dumps).map(str.encode)))
def test_any_bytes_give_a_notebook_or_a_finding(raw: bytes) -> None:
    made: Notebook | None = None
    with suppress(NotebookError):
        made = parse(raw, "a.ipynb")
    cells = made.cells if made else ()
    assert b"\r" not in b"".join(cell.source.encode() for cell in cells)
    assert len({cell.id for cell in cells}) == len(cells)


def large(indent: int | None = 1, **more: object) -> bytes:
    """Give a notebook with outputs enough that they are cut out before it is read."""
    cell = {**CODE, "id": "a1", "outputs": [{"output_type": "stream", "text": ["shown\n"] * 30_000}], **more}
    return json.dumps({"cells": [cell, CODE], "metadata": {}, "nbformat": 4}, indent=indent).encode()


def test_the_outputs_of_a_large_notebook_are_never_made_into_values(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []
    loads = json.loads

    def noted(text: str) -> object:
        texts.append(text)
        return loads(text)

    monkeypatch.setattr(json, "loads", noted)
    made = parse(large(attachments={"a.png": {"image/png": "iVBOR"}}), "a.ipynb")
    assert [cell.source for cell in made.cells] == ["x = 1", "x = 1"]
    (text,) = texts
    assert "shown" not in text
    assert "iVBOR" not in text


@pytest.mark.parametrize(
    "raw", [large(indent=None), large().replace(b"\n   ]", b"]", 1)], ids=["one line", "no line end"]
)
def test_a_large_notebook_that_is_not_written_as_jupyter_writes_it_is_read_whole(raw: bytes) -> None:
    assert [cell.source for cell in parse(raw, "a.ipynb").cells] == ["x = 1", "x = 1"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'    {\n     "output_type"', b'   ]\n    {\n     "output_type"'),
        (b"\n   ]", b""),
        (b'"nbformat": 4', b'"nbformat": '),
    ],
)
def test_what_is_wrong_with_a_large_notebook_is_told_where_it_stands(old: bytes, new: bytes) -> None:
    raw = large().replace(old, new, 1)
    with pytest.raises(json.JSONDecodeError) as whole:
        json.loads(raw)
    with pytest.raises(NotebookError) as caught:
        parse(raw, "a.ipynb")
    assert (caught.value.finding.code, caught.value.finding.location.line) == ("PR103", whole.value.lineno)


def test_too_many_cells_and_too_little_memory_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from promote.notebook import read as module

    monkeypatch.setattr(module, "_MOST", 2)
    with pytest.raises(NotebookError, match="has 3 cells; promotion reads 2 at most") as caught:
        parse(notebook(CODE, CODE, CODE), "a.ipynb")
    assert caught.value.finding.code == "PR108"

    def exhausted(text: str) -> object:
        raise MemoryError

    monkeypatch.setattr(json, "loads", exhausted)
    with pytest.raises(NotebookError, match="too large to read") as caught:
        parse(notebook(), "a.ipynb")
    assert (caught.value.finding.code, bool(caught.value.finding.hint)) == ("PR108", True)


def test_which_files_are_notebooks(tmp_path: Path) -> None:
    files = {
        "a.ipynb": b"anything",
        "b.py": b"# %%\nx = 1",
        "c.py": b"x = 1",
        "d.py": b"# %%\nx = 1",
        "d.ipynb": b"{}",
        "e.py": b"\xff# %%",
        "f.txt": b"# %%",
    }
    for name, raw in files.items():
        (tmp_path / name).write_bytes(raw)
    assert {name for name in files if is_notebook(tmp_path / name)} == {"a.ipynb", "b.py", "d.ipynb"}
    assert not is_notebook(tmp_path / "gone.py")


def test_a_made_up_id_that_a_cell_has_already_is_given_to_no_other() -> None:
    taken = parse(notebook(CODE), "a.ipynb").cells[0].id
    ids = [cell.id for cell in parse(notebook({**CODE, "id": taken, "source": "y"}, CODE), "a.ipynb").cells]
    assert ids[0] == taken != ids[1]
