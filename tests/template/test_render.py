"""What the template renders, for each example and for names of every kind."""

from __future__ import annotations

import ast
import configparser
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from hatchling.build import build_editable, build_wheel

from tests.template.support import TEMPLATE, cells, notebooks, render, rendered_project

ATTRIBUTION = "Contains public sector information licensed under the Open Government Licence v3.0."
COMMON = {
    ".gitattributes", ".github/workflows/ci.yml", ".github/workflows/review.yml", ".gitignore", ".gitlab-ci.yml",
    ".workbench-template.json", "policies/project.yaml",
    ".pre-commit-config.yaml", "lefthook.yml", "README.md", "config/base.yaml", "config/dev.yaml", "config/prod.yaml",
    "config/staging.yaml", "evidence/README.md", "notebooks/bronze/harvest.ipynb", "notebooks/ruff.toml",
    "pyproject.toml", "tests/checks/test_config.py", "tests/integration/test_definitions.py", "workspace.yaml",
    "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", ".github/CODEOWNERS", ".github/pull_request_template.md",
    ".gitlab/merge_request_templates/Default.md", "docs/assumptions-log.md", "docs/data-log.md",
    "docs/quality-assurance-plan.md", "tests/checks/test_dated_files.py", "tests/checks/test_jobs.py",
    "tests/integration/test_in_memory.py", "compose/.env", "compose/dagster.yaml", "compose/docker-compose.yml",
    "compose/workspace.yaml",
}  # fmt: skip
PACKAGE = {
    "__init__.py", "definitions.py", "defs/__init__.py", "defs/bronze/__init__.py", "defs/gold/__init__.py",
    "defs/silver/__init__.py", "helpers/__init__.py", "defs/checks/__init__.py", "defs/jobs/__init__.py",
    "defs/jobs/refresh.py", "defs/schedules/__init__.py", "defs/schedules/weekdays.py", "defs/sensors/__init__.py",
    "resources/__init__.py", "resources/reports.py",
}  # fmt: skip


def _files(project: Path) -> set[str]:
    return {path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file()}


def test_the_odp_example_has_its_notebooks_and_its_reports(odp: Path) -> None:
    tables = ("conformance", "issue", "status")
    dates = yaml.safe_load((odp / "config/base.yaml").read_text())["partitions"]["report_dates"]
    own = {"notebooks/silver/clean.ipynb", "notebooks/gold/quality.ipynb", "sources/odp/README.md"}
    own |= {f"src/demo_odp/defs/{name}.py" for name in ("checks/coverage", "sensors/new_reports")}
    own |= {"tests/checks/test_new_reports.py"}
    own |= {f"sources/odp/odp-{table}_{date}.csv" for table in tables for date in dates}
    assert len(dates) == 5
    assert _files(odp) == COMMON | {f"src/demo_odp/{name}" for name in PACKAGE} | own


def test_the_blank_example_has_one_notebook_over_three_rows(blank: Path) -> None:
    own = {"sources/example/README.md", "sources/example/visits.csv"}
    own |= {f"src/demo_blank/defs/{name}.py" for name in ("checks/size", "sensors/arrivals")}
    assert _files(blank) == COMMON | {f"src/demo_blank/{name}" for name in PACKAGE} | own
    assert len((blank / "sources/example/visits.csv").read_text().splitlines()) == 1 + 3


@pytest.mark.parametrize("example", ["odp", "blank"])
def test_nothing_of_the_template_is_left(example: str, request: pytest.FixtureRequest) -> None:
    project: Path = request.getfixturevalue(example)
    for name in _files(project):
        text = (project / name).read_text(encoding="utf-8")
        assert "cookiecutter" not in text, name
        assert "{%" not in text, name
        assert text.endswith("\n"), name
        assert not text.endswith("\n\n"), name
    assert [folder for folder, inner, files in os.walk(project) if not inner and not files] == []


def test_the_reports_are_byte_for_byte_what_the_template_holds(odp: Path) -> None:
    source = TEMPLATE / "{{cookiecutter.project_slug}}/examples/odp/sources/odp"
    reports = sorted(source.glob("*.csv"))
    assert len(reports) == 15
    assert [
        report.name for report in reports if report.read_bytes() != (odp / "sources/odp" / report.name).read_bytes()
    ] == []


def test_the_attribution_goes_where_the_data_goes(odp: Path) -> None:
    assert ATTRIBUTION in (odp / "sources/odp/README.md").read_text(encoding="utf-8").splitlines()
    assert "MIT" in (odp / "sources/odp/README.md").read_text(encoding="utf-8")
    assert ATTRIBUTION in (odp / "README.md").read_text(encoding="utf-8")
    assert ATTRIBUTION in cells(notebooks(odp)[0])[0]["source"]


def test_definitions_is_three_lines_long(odp: Path) -> None:
    lines = [line for line in (odp / "src/demo_odp/definitions.py").read_text().splitlines() if line]
    assert lines[1:] == ["from workbench.definitions import load_definitions", "defs = load_definitions(__file__)"]


def test_the_settings_that_dagster_and_the_workbench_read(odp: Path) -> None:
    settings = tomllib.loads((odp / "pyproject.toml").read_text())["tool"]
    assert settings["workbench"]["package"] == "demo_odp"
    assert settings["dg"]["directory_type"] == "project"
    assert settings["dg"]["project"]["root_module"] == "demo_odp"
    (location,) = yaml.safe_load((odp / "workspace.yaml").read_text())["load_from"]
    assert location["python_module"]["module_name"] == "demo_odp.definitions"


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ('Zoë\'s "Größe" & Söhne', "zoe-s-grosse-sohne"),
        ("  Rents   in   Leeds  ", "rents-in-leeds"),
        ("計画 データ", "ji-hua-teta"),
        ("Costs 🏠 up <b> 100 %", "costs-up-b-100"),
        ("back\\slash 'quote", "back-slash-quote"),
        ("../../up", "up"),
    ],
)
def test_names_of_every_kind_make_a_project(name: str, slug: str, tmp_path: Path) -> None:
    project = rendered_project(tmp_path, project_name=name, example="blank")
    package = slug.replace("-", "_")
    assert project.name == slug
    assert (project / "README.md").read_text(encoding="utf-8").startswith(f"# {name}\n")
    assert tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]["name"] == slug
    for file in project.rglob("*.py"):
        ast.parse(file.read_text(encoding="utf-8"))
    for file in project.rglob("*.yaml"):
        yaml.safe_load(file.read_text(encoding="utf-8"))
    assert (project / "src" / package / "definitions.py").is_file()


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"project_name": "two\nlines"}, "project_name is empty or holds a line break"),
        ({"project_name": "   ", "project_slug": "a"}, "project_name is empty"),
        ({"project_name": "🏠"}, "project_slug '' is no folder name"),
        ({"project_name": "2025 rents"}, "package_name '2025_rents' is no Python package name"),
        ({"project_name": "a", "project_slug": "my project"}, "project_slug 'my project' is no folder name"),
        ({"project_name": "a", "project_slug": "größe"}, r"project_slug 'gr\xf6\xdfe' is no folder name"),
        ({"project_name": "a", "project_slug": "it's"}, """project_slug "it's" is no folder name"""),
        ({"project_name": "a", "project_slug": "-rf"}, "project_slug '-rf' is no folder name"),
        ({"project_name": "a", "package_name": "class"}, "package_name 'class' is no Python package name"),
        ({"project_name": "a", "package_name": "x'); import os"}, "is no Python package name"),
        ({"package_mirror": "mirror.example.gov.uk"}, "package_mirror 'mirror.example.gov.uk' is no web address"),
        ({"package_mirror": "https://user:word@example.gov.uk/simple"}, "without a user or password"),
        ({"package_mirror": 'https://a"; import os'}, "is no web address"),
        ({"project_name": "json"}, "package_name 'json' is the name of another package, which it would hide"),
        ({"project_name": "Polars"}, "package_name 'polars' is the name of another package"),
    ],
)
def test_answers_that_make_no_project_are_refused_in_a_sentence(
    answers: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    outcome = render(tmp_path, **answers)
    assert outcome.returncode != 0
    told = [line for line in outcome.stderr.splitlines() if line.startswith("error: ")]
    assert any(sentence in line for line in told), told
    assert list(tmp_path.glob("out/*")) == []


def test_a_mirror_is_where_pip_and_continuous_integration_look(tmp_path: Path) -> None:
    address = "https://mirror.example.gov.uk:8443/simple/"
    project = rendered_project(tmp_path, project_name="Mirrored", example="blank", package_mirror=address)
    settings = configparser.ConfigParser()
    settings.read(project / "pip.conf")
    assert settings["global"]["index-url"] == address
    command = [sys.executable, "-m", "pip", "config", "list"]
    shown = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PIP_CONFIG_FILE": str(project / "pip.conf")},
    )
    assert f"global.index-url='{address}'" in shown.stdout.splitlines()
    assert "PIP_CONFIG_FILE: pip.conf" in (project / ".gitlab-ci.yml").read_text()
    assert "PIP_CONFIG_FILE: pip.conf" in (project / ".github/workflows/ci.yml").read_text()
    # what a pull request changes decides nothing where the token is that may comment
    assert "pip.conf" not in (project / ".github/workflows/review.yml").read_text()


def test_a_wheel_carries_the_evidence_and_an_editable_install_no_copy_of_it(
    odp: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    shutil.copytree(odp, project)
    (project / "evidence/silver").mkdir()
    (project / "evidence/silver/issues.json").write_text("{}")
    monkeypatch.chdir(project)
    (package,) = (path.name for path in (project / "src").iterdir())
    with zipfile.ZipFile(tmp_path / build_wheel(str(tmp_path))) as wheel:
        names = set(wheel.namelist())
    assert {f"{package}/evidence/silver/issues.json", f"{package}/definitions.py"} <= names
    with zipfile.ZipFile(tmp_path / build_editable(str(tmp_path))) as wheel:
        assert [name for name in wheel.namelist() if ".dist-info/" not in name] == [f"_{package}.pth"]


def test_the_linter_takes_the_names_of_analysts_in_promoted_steps_alone(tmp_path: Path) -> None:
    shutil.copy(TEMPLATE / "{{cookiecutter.project_slug}}" / "pyproject.toml", tmp_path)
    source = "def study(Paid: int) -> int:\n    spare = 1\n    RENTS = Paid + 1\n    return RENTS\n"

    def refused(place: str) -> set[str]:
        path = tmp_path / place
        path.parent.mkdir(parents=True)
        path.write_text(source)
        command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format", "concise", place]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        return {line.split()[1] for line in done.stdout.splitlines() if line.startswith("src")}

    assert refused("src/planning/defs/silver/study.py") == set()
    assert refused("src/planning/resources/study.py") == {"F841", "N803", "N806"}
