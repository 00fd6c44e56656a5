"""`workbench ci` on gates of a few letters: order, exit codes, what is shown, and settings that cannot be used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.cli import main

GATES = """\
first = ["echo one; echo oops >&2", "exit 3", "echo on"]
second = ["echo two"]
third = ["echo $WORKBENCH_PROJECT"]
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose first gate is red; the test stands below it, outside any service."""
    root = tmp_path / "project"
    (root / "notebooks").mkdir(parents=True)
    settings(root, GATES)
    for name in ("GITHUB_ACTIONS", "GITLAB_CI", "GITHUB_STEP_SUMMARY", "WORKBENCH_PROJECT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(root / "notebooks")
    return root


def settings(root: Path, gates: str) -> None:
    table = f"[tool.workbench.gates]\n{gates}" if gates else ""
    (root / "pyproject.toml").write_text(f'[tool.workbench]\npackage = "rents"\n{table}')


def test_a_red_gate_stops_no_other_and_is_told_at_the_end(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["ci"]) == 1
    said = capfd.readouterr().out.splitlines()
    assert said == [
        *("== first", "$ echo one; echo oops >&2", "one", "oops", "$ exit 3", "$ echo on", "on"),
        *("== second", "$ echo two", "two", "== third", "$ echo $WORKBENCH_PROJECT", str(root)),
        *("first   RED    exit 3", "second  green", "third   green"),
        *("", "To run what is red again: workbench ci first"),
    ]
    assert sorted(path.name for path in (root / "build/ci").iterdir()) == ["codequality.json", "findings.sarif"]


def test_gates_that_are_named_run_in_their_own_order(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["ci", "third", "second", "--format", "json"]) == 0
    said = capfd.readouterr()
    told = json.loads(said.out)
    assert [one["gate"] for one in told["gates"]] == ["second", "third"]
    assert told["gates"][0] == {
        "gate": "second",
        "green": True,
        "commands": [{"command": "echo two", "exit_code": 0}],
    }
    assert "two\n" in said.err


def test_a_list_runs_nothing(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["ci", "--list", "first"]) == 0
    assert capfd.readouterr().out == "first: echo one; echo oops >&2\nfirst: exit 3\nfirst: echo on\n"
    assert not (root / "build").exists()


def test_the_findings_go_where_they_are_asked_for(root: Path, tmp_path: Path) -> None:
    (root / "notebooks/a.ipynb").write_text("<<<<<<< ours\n{}\n=======\n{}\n>>>>>>> theirs\n")
    assert main(["ci", "second", "--output", str(tmp_path / "out")]) == 0
    (issue,) = json.loads((tmp_path / "out/codequality.json").read_text())
    assert (issue["check_name"], issue["location"]["path"]) == ("PR107", "notebooks/a.ipynb")


def test_github_is_told_which_gate_is_red(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    settings(root, 'a-gate = ["false || exit 5 # 100% | sure"]\n')
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "page.md"))
    (tmp_path / "page.md").write_text("before\n")
    assert main(["ci"]) == 1
    said = capfd.readouterr().out
    assert "::group::a-gate\n" in said
    assert "::error title=gate a-gate::`false || exit 5 # 100%25 | sure` is red." in said
    assert (tmp_path / "page.md").read_text().splitlines() == [
        "before",
        "| gate | | what was red |",
        "|---|---|---|",
        "| a-gate | **red** | `` false \\|\\| exit 5 # 100% \\| sure `` |",
    ]


@pytest.mark.parametrize(
    ("gates", "said"),
    [
        ("", "The project declares no gates."),
        ('"A gate" = ["true"]', "has a name that cannot be used"),
        ("empty = []", "The gate 'empty' is no list of commands."),
        ('text = "true"', "The gate 'text' is no list of commands."),
        ("number = [1]", "The gate 'number' is no list of commands."),
        ('blank = [" "]', "The gate 'blank' is no list of commands."),
    ],
)
def test_gates_that_cannot_be_run(gates: str, said: str, root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    settings(root, gates)
    assert main(["ci"]) == 1
    told = capfd.readouterr().err
    assert said in told
    assert "hint: " in told


def test_a_gate_that_is_not_there(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["ci", "secnd"]) == 2
    assert "Did you mean 'second'?" in capfd.readouterr().err
