"""The asset's page in Dagster leads to the module and the notebook, and shows the commit."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from platform_core.code_references import COMMIT_KEY, REFERENCES_KEY
from platform_core.commit import COMMIT_VARIABLE
from platform_core.errors import UserError
from workbench.definitions import load_definitions

COMMIT = "0123456789abcdef0123456789abcdef01234567"
PLACE = "src/letting/defs/bronze/raw_rents.py"


def metadata(root: Path, monkeypatch: pytest.MonkeyPatch, *, commit: str = "", env: str = "") -> dict[str, Any]:
    monkeypatch.setenv(COMMIT_VARIABLE, commit)
    if env:
        monkeypatch.setenv("WORKBENCH_ENV", env)
        (root / f"config/{env}.yaml").write_text("lake: data/lake\n")
    with warnings.catch_warnings():
        warnings.simplefilter("error", dg.BetaWarning)
        definitions = load_definitions(root / "src/letting/definitions.py")
    return dict(definitions.resolve_asset_graph().get(dg.AssetKey("raw_rents")).metadata)


def references(found: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one.label, one.source) for one in found[REFERENCES_KEY].value.code_references]


def repository(root: Path, text: str) -> None:
    config = root / "config/base.yaml"
    config.write_text(f"{config.read_text()}repository: {text}\n")


def test_without_a_repository_the_files_are_named(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = metadata(project, monkeypatch, commit=COMMIT, env="prod")
    line = (project / PLACE).read_text().split("\n").index("@bronze_asset(") + 1
    assert references(found) == [
        ("module", f"{project / PLACE}:{line}"),
        ("notebook", str(project / "notebooks/bronze/rents.ipynb")),
    ]
    assert found[COMMIT_KEY] == COMMIT


def test_links_lead_to_the_commit(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository(project, "{url: 'https://github.com/example/data.git', folder: projects/rents}")
    found = metadata(project, monkeypatch, commit=COMMIT, env="prod")
    pages = f"https://github.com/example/data/blob/{COMMIT}/projects/rents"
    line = (project / PLACE).read_text().split("\n").index("@bronze_asset(") + 1
    assert references(found) == [
        ("module at 0123456", f"{pages}/{PLACE}#L{line}"),
        ("notebook at 0123456", f"{pages}/notebooks/bronze/rents.ipynb"),
    ]
    assert found[COMMIT_KEY] == COMMIT


def test_gitlab_has_paths_of_its_own_and_a_developer_gets_the_files_too(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository(project, "https://gitlab.example.org/data/rents")
    found = metadata(project, monkeypatch, commit=COMMIT)
    assert [label for label, _ in references(found)] == [
        "module at 0123456",
        "module",
        "notebook at 0123456",
        "notebook",
    ]
    assert references(found)[2][1].startswith(f"https://gitlab.example.org/data/rents/-/blob/{COMMIT}/notebooks/")


def test_where_nobody_knows_the_commit_nothing_is_linked(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository(project, "https://github.com/example/data")
    found = metadata(project, monkeypatch, commit="main", env="prod")
    assert COMMIT_KEY not in found
    assert [label for label, _ in references(found)] == ["module", "notebook"]


@pytest.mark.parametrize(
    "text",
    [
        "https://me:secret@github.com/example/data",
        "git@github.com:example/data.git",
        "javascript:alert(1)",
        "{url: https://github.com/example/data, folder: ../up}",
        "{url: https://github.com/example/data, fodler: a}",
    ],
)
def test_an_address_that_is_none_is_refused_with_its_line(
    project: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    repository(project, text)
    with pytest.raises(UserError) as caught:
        metadata(project, monkeypatch, commit=COMMIT)
    assert "config/base.yaml" in str(caught.value)
    assert "secret" not in str(caught.value)
