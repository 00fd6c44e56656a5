"""`workbench config show`: every value, where it came from, and no secret."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from workbench.cli import main

BASE = """
resources:
  db:
    type: postgres
    host: postgres://me:planted-in-an-address@db/x
    password: {env: DB_PASSWORD}
  api: {type: http, base_url: "https://api.example.gov.uk", auth_token: "ssm:/planning/token"}
io: {layers: {gold: delta}}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "config").mkdir()
    (tmp_path / "pyproject.toml").write_text('[tool.workbench]\npackage = "rents"\n')
    (tmp_path / "config" / "base.yaml").write_text(BASE)
    (tmp_path / "config" / "prod.yaml").write_text("lake: data/prod\nresources: {db: {port: 5433}}\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DB_PASSWORD", "planted-password")
    monkeypatch.setenv("WORKBENCH__RESOURCES__DB__USERNAME", "planted-username")
    return tmp_path


def shown(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, tuple[str, str]]:
    assert main(["config", "show", "--json", *options]) == 0
    told = capsys.readouterr().out
    assert "planted" not in told
    return {one["name"]: (one["value"], one["from"]) for one in json.loads(told)["settings"]}


def test_every_value_is_shown_with_where_it_came_from(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = shown(capsys, "--env", "prod")
    assert found["lake"] == ("data/prod", "config/prod.yaml:1")
    assert found["resources.db.port"] == ("5433", "config/prod.yaml:2")
    assert found["resources.db.database"] == ("postgres", "default")
    assert found["resources.api.base_url"] == ("https://api.example.gov.uk", "config/base.yaml:7")
    assert found["io.kind"] == ("parquet", "default")
    assert found["io.layers.gold.kind"] == ("delta", "config/base.yaml:8")
    assert "io.prefix" not in found, "a key that says nothing of the kind"
    assert found["resources.db.username"] == (
        "{env: WORKBENCH__RESOURCES__DB__USERNAME} (set)",
        "environment variable WORKBENCH__RESOURCES__DB__USERNAME",
    )


def test_a_narrow_terminal_breaks_values_below_their_names(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert main(["config", "show", "--env", "prod"]) == 0
    told = capsys.readouterr().out
    assert max(map(len, told.splitlines())) <= 60
    assert "config/" in told


def test_no_secret_is_shown(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = shown(capsys)
    assert found["resources.db.password"] == ("{env: DB_PASSWORD} (set)", "config/base.yaml:6")
    assert found["resources.db.host"] == ("***", "config/base.yaml:5")
    assert found["resources.api.auth_token"] == ("ssm:/planning/token", "config/base.yaml:7")
    assert main(["config", "show"]) == 0
    text = capsys.readouterr().out
    assert "planted" not in text
    assert "resources.db.password" in text


def test_the_scratch_lake_is_told(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_LAKE", "data/scratch")
    found = shown(capsys)
    assert found["lake"] == ("data/scratch", "environment variable WORKBENCH_LAKE")
    assert found["io.kind"] == ("parquet", "environment variable WORKBENCH_LAKE")
    assert "io.layers.gold.kind" not in found


def test_a_mistake_is_an_error_with_its_place(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (project / "config" / "prod.yaml").open("a") as file:
        file.write("rescources: {}\n")
    assert main(["config", "show", "--env", "prod"]) == 1
    assert "config/prod.yaml:3" in (told := capsys.readouterr().err)
    assert "Did you mean 'resources'?" in told


def test_a_secret_in_the_file_is_refused_and_not_shown(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "config" / "prod.yaml").write_text("resources:\n  db: {password: planted-here}\n")
    assert main(["config", "show", "--env", "prod"]) == 1
    told = capsys.readouterr()
    assert "config/prod.yaml:2" in told.err
    assert "planted" not in told.err + told.out
