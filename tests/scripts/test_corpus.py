"""The program over real notebooks: what it unpacks, what it counts, and what it calls a failure."""

from __future__ import annotations

import importlib.util
import io
import json
import sys
import tarfile
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def corpus() -> ModuleType:
    spec = importlib.util.spec_from_file_location("corpus", ROOT / "scripts/corpus.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["corpus"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def notebook(*sources: str) -> bytes:
    cells = [{"cell_type": "code", "metadata": {}, "source": source, "outputs": []} for source in sources]
    return json.dumps({"nbformat": 4, "metadata": {}, "cells": cells}).encode()


def test_archives_give_their_notebooks_and_no_name_leads_outside(corpus: ModuleType, tmp_path: Path) -> None:
    names = ["p-1/docs/a.ipynb", "p-1/../../evil.ipynb", "p-1/.ipynb_checkpoints/a.ipynb", "p-1/a.py"]
    with tarfile.open(tmp_path / "p.tar.gz", "w:gz") as tar:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size = 2
            tar.addfile(member, io.BytesIO(b"{}"))
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as made:
        made.writestr("p-1/c.ipynb", "{}")
    into = tmp_path / "out" / "p"
    assert (corpus.unpack(tmp_path / "p.tar.gz", into), corpus.unpack(tmp_path / "p.zip", into)) == (2, 1)
    found = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.ipynb"))
    assert found == ["out/p/c.ipynb", "out/p/docs/a.ipynb", "out/p/evil.ipynb"]


def test_notebooks_are_counted_by_what_came_of_them(
    corpus: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "notebooks" / "p"
    folder.mkdir(parents=True)
    (folder / "good.ipynb").write_bytes(notebook("import pandas as pd", "x = pd.DataFrame()", "y = x.dropna()"))
    (folder / "star.ipynb").write_bytes(notebook("from a import *", "y = f(unknown)"))
    (folder / "bad.ipynb").write_bytes(b"{")
    corpus.main([str(tmp_path), "--show", "PR309"])
    said = capsys.readouterr().out
    assert "3 notebooks" in said
    assert "as suggested: 1 of 1 promotable; 0 crashes" in said
    assert "last step: 1 of 2 promotable; 0 crashes" in said
    assert "[last step] p/star.ipynb:cell 2:1: " in said
    assert "PR103 1" in said


def test_a_crash_is_a_failure(corpus: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "notebooks" / "a.ipynb"
    path.parent.mkdir()
    path.write_bytes(notebook("x = 1"))

    def broken(_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(corpus.WAYS, "last step", broken)
    assert corpus.main([str(tmp_path)]) == 1


def test_nothing_there_is_told(corpus: ModuleType, tmp_path: Path) -> None:
    assert corpus.main([str(tmp_path)]) == 2


def test_no_host_stands_in_the_program() -> None:
    assert "://" not in (ROOT / "scripts/corpus.py").read_text(encoding="utf-8")
