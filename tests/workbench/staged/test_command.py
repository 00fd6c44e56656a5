"""Size and drift of what is staged, the settings, and what is said of wrong usage."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.promote.small_project import HARVEST, make_project, write_notebook
from tests.workbench.gitted import done, start
from workbench.cli import main


def settings(root: Path, text: str) -> None:
    (root / "pyproject.toml").write_text(f'[tool.workbench]\npackage = "rents"\n[tool.workbench.staged]\n{text}\n')


def test_a_large_file_is_told_by_its_staged_size(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings(root, "largest_kilobytes = 2")
    (root / "a.bin").write_bytes(b"x" * 2000)
    (root / "b.bin").write_bytes(b"x" * 2001)
    done(root, "add", "--all")
    (root / "b.bin").write_bytes(b"")
    assert main(["staged", "size"]) == 1
    assert "size: b.bin: The file holds 3 kB; at most 2 kB may be committed." in capsys.readouterr().err
    done(root, "add", "--all")
    assert main(["staged", "size"]) == 0
    (root / "a.bin").unlink()
    done(root, "add", "--all")
    assert main(["staged", "size"]) == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('largest_kilobytes = "2"', "`largest_kilobytes` is no number of kilobytes."),
        ("largest_kilobytes = true", "`largest_kilobytes` is no number of kilobytes."),
        ("largest_kilobytes = 0", "`largest_kilobytes` is no number of kilobytes."),
        ("not_secret = [1]", "`not_secret` is no list of patterns."),
        ("largest_kilobyte = 2", "Did you mean 'largest_kilobytes'?"),
    ],
)
def test_settings_that_cannot_be_used(text: str, said: str, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings(root, text)
    assert main(["staged", "size"]) == 1
    assert said in capsys.readouterr().err


def test_wrong_usage(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["staged", "secret"]) == 2
    assert "Did you mean 'secrets'?" in capsys.readouterr().err


def test_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.workbench]\npackage = "rents"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert main(["staged"]) == 2
    assert "in no git repository" in capsys.readouterr().err


@pytest.fixture
def drifting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a promoted notebook whose step has changed since, in the working tree alone."""
    from promote.cli import main as promote

    root = start(make_project(tmp_path / "project", {"harvest.ipynb": HARVEST}))
    monkeypatch.chdir(root)
    assert promote(["--no-run", "notebooks/harvest.ipynb"]) == 0
    done(root, "add", "--all")
    done(root, "commit", "--quiet", "--message", "promoted")
    tag, source = HARVEST[2]
    write_notebook(root / "notebooks/harvest.ipynb", [*HARVEST[:2], (tag, source.replace("year=", "a_year="))])
    return root


def test_drift_is_what_is_staged_and_not_what_lies_beside_it(drifting: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (drifting / "README.md").write_text("more\n")
    done(drifting, "add", "README.md")
    assert main(["staged", "drift"]) == 0
    (drifting / "config/dev.yaml").write_text("lake: data/lake\n")
    done(drifting, "add", "config")
    status = done(drifting, "status", "--porcelain")
    assert main(["staged", "drift"]) == 1  # every notebook is looked at: unverified, and nothing else
    said = capfd.readouterr().err
    assert "PR605" in said
    assert "PR601" not in said
    done(drifting, "add", "notebooks")
    assert main(["staged", "drift"]) == 1
    assert "PR601" in capfd.readouterr().err
    done(drifting, "restore", "--staged", "notebooks")
    assert done(drifting, "status", "--porcelain") == status
