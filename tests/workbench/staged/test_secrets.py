"""Secrets are found wherever they are staged, and never shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.workbench.gitted import done, save
from tests.workbench.merging.notebooks import cell, notebook
from workbench.cli import main

TOKEN = "ghp_" + "a1B2" * 9
PASSWORD = "correct-" + "horse7"
STREAM = {"output_type": "stream", "name": "stdout", "text": ["fine\n", f"token {TOKEN}\n"]}
PICTURE = {"output_type": "display_data", "metadata": {}, "data": {"image/png": f"{TOKEN}", "text/plain": ["x"]}}


def told(capsys: pytest.CaptureFixture[str]) -> list[str]:
    said = capsys.readouterr().err
    assert TOKEN not in said
    assert PASSWORD not in said
    return [line for line in said.splitlines() if line.startswith("secrets: ")]


@pytest.mark.parametrize(
    ("made", "place"),
    [
        (cell("a", f'a = 1\ntoken = "{TOKEN}"'), "cell 1:2:10"),
        (cell("a", f"Log in with {TOKEN}", kind="markdown"), "cell 1:1:13"),
        (cell("a", "1", "keep_output", outputs=[STREAM]), "cell 1:outputs"),
        (cell("a", "1", metadata={"papermill": {"parameters": {"password": PASSWORD}}}), "cell 1:metadata"),
        (cell("a", "1", attachments={"note.txt": {"text/plain": TOKEN}}), "cell 1:attachments"),
    ],
)
def test_a_secret_in_a_notebook(
    made: dict[str, object], place: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(root / "notebooks/a.ipynb", notebook(made))
    done(root, "add", "--all")
    assert main(["staged", "secrets"]) == 1
    (line,) = told(capsys)
    assert line.startswith(f"secrets: notebooks/a.ipynb:{place}: This looks like a")


def test_a_secret_that_belongs_to_no_cell(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(root / "notebooks/a.ipynb", notebook(cell("a", "1"), papermill={"environment": {"password": PASSWORD}}))
    done(root, "add", "--all")
    assert main(["staged", "secrets"]) == 1
    assert told(capsys) == ["secrets: notebooks/a.ipynb:metadata: This looks like a password."]


def test_the_letters_of_a_picture_are_no_secret(root: Path) -> None:
    save(root / "notebooks/a.ipynb", notebook(cell("a", "1", "keep_output", outputs=[PICTURE])))
    done(root, "add", "--all")
    assert main(["staged", "secrets"]) == 0


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("config/prod.yaml", f"lake: x\ndatabase:\n  password: {PASSWORD}\n", "3:13"),
        (".env", f"export DB_PASSWORD={PASSWORD} # mine\n", "1:20"),
        ("config/app.ini", f"user = me\npwd = {PASSWORD}\n", "2:7"),
        ("src/a.py", f'PASSWORD = "{PASSWORD}"\n', "1:13"),
        ("notes.md", f"postgresql://me:{PASSWORD}@db/x\n", "1:17"),
        ("deploy.key", "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n", "1:1"),
    ],
)
def test_a_secret_in_another_file(
    name: str, text: str, place: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)
    done(root, "add", "--all")
    assert main(["staged", "secrets"]) == 1
    (line,) = told(capsys)
    assert line.startswith(f"secrets: {name}:{place}: This looks like a")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("config/prod.yaml", "database:\n  password: {env: DB_PASSWORD}\n  token: $TOKEN\n  secret: example\n"),
        ("config/dev.yaml", 'password: "${DB_PASSWORD}"\n'),
        ("src/a.py", 'password = EnvVar("DB_PASSWORD")\n'),
        ("notes.md", "password: see the vault\n"),
        ("data.bin", f"\0password={PASSWORD}"),
    ],
)
def test_what_is_no_secret(name: str, text: str, root: Path) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)
    done(root, "add", "--all")
    assert main(["staged", "secrets"]) == 0


def test_the_staged_content_counts_and_not_the_file(root: Path) -> None:
    path = root / "src.py"
    path.write_text(f'password = "{PASSWORD}"\n')
    done(root, "add", "--all")
    path.write_text("")
    assert main(["staged", "secrets"]) == 1
    done(root, "add", "--all")
    path.write_text(f'password = "{PASSWORD}"\n')
    assert main(["staged", "secrets"]) == 0


def test_a_file_may_be_said_to_hold_none(root: Path) -> None:
    (root / "tests").mkdir()
    (root / "tests/tokens.csv").write_text(f"{TOKEN}\n")
    with (root / "pyproject.toml").open("a") as stream:
        stream.write('[tool.workbench.staged]\nnot_secret = ["tests/*.csv"]\n')
    done(root, "add", "--all")
    assert main(["staged", "secrets"]) == 0


def test_problems_as_json(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "a.txt").write_text(TOKEN)
    done(root, "add", "--all")
    assert main(["staged", "--format", "json"]) == 1
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert problem["check"] == "secrets"
    assert problem["where"] == "a.txt:1:1"
    assert TOKEN not in str(problem)
