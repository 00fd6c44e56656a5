"""Every criterion in both directions: a project that has it all, and what is said once some evidence is gone."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from promote.project import find
from tests.promote.merge import projects
from tests.promote.merge.repository import Repository
from tests.promote.small_project import tree
from workbench.assuring import Asked, assure
from workbench.cli import main
from workbench.rap.look import Look
from workbench.rap.looks import LOOKS
from workbench.rap.report import catalogue, criteria

README = "# Rents\n\nBy town.\n\n## To reproduce\n\n```\npromote notebooks/*.ipynb\nworkbench materialize\n```\n"
CI = "jobs:\n  a:\n    steps:\n      - run: ruff check .\n      - run: python -m pytest\n      - run: promote --check\n"
FILES = {
    "README.md": README,
    "LICENCE": "MIT\n",
    "CHANGELOG.md": "# Changes\n\n## 1.0.0\n\nFirst.\n",
    "requirements.lock": "polars==2.1.0 \\\n    --hash=sha256:00\n",
    ".github/workflows/ci.yml": CI,
    "pyproject.toml": (
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n\n[project]\nname = "rents"\n'
        'version = "1.0.0"\ndependencies = ["polars"]\n\n[tool.ruff]\nline-length = 120\n\n'
        '[tool.workbench]\npackage = "rents"\nassurance = "full"\n'
    ),
    "src/rents/definitions.py": '"""The assets."""\n\nfrom workbench.definitions import load_definitions\n\n'
    "defs = load_definitions(__file__)\n",
    "src/rents/defs/__init__.py": '"""Assets."""\n',
}
SCHEDULE = 'jobs:\n  all: "*rent_by_town"\nschedules:\n  morning: {job: all, cron: "0 6 * * *"}\n'
UNKNOWN = {"published", "code_of_practice"}  # what a program cannot see


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    cells = [("md", "# Rents\n## Limits\nNone.") if tags == "md" else (tags, text) for tags, text in projects.CLEAN]
    root = projects.promoted(tmp_path_factory.mktemp("original") / "rents", cells)
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    config = root / "config/base.yaml"
    config.write_text(config.read_text() + SCHEDULE)
    projects.verified(root)
    for path in (root / "evidence").rglob("*.json"):
        content = json.loads(path.read_text())
        content["checks"] = [{"name": "unique_values__town", "passed": True, "severity": "error"}]
        path.write_text(json.dumps(content))
    for path in (root / "tests").rglob("test_*.py"):
        path.write_text(path.read_text() + "\n\ndef test_it() -> None:\n    assert True\n")
        evidence = root / f"evidence/{'silver' if path.stem == 'test_rents' else 'gold'}/{path.stem[5:]}.json"
        content = json.loads(evidence.read_text())
        from promote.hashing import body_hash

        content["files"][path.relative_to(root).as_posix()] = body_hash(path.read_text())
        evidence.write_text(json.dumps(content))
    assure(find(named=root), (), Asked(analyst="Ana Lyst"))
    assure(find(named=root), ("rents", "rent_by_town"), Asked(approve=True, approver="Bea Watcher"))
    Repository.made(root)
    return root


@pytest.fixture
def project(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "rents"))


def files(root: Path) -> dict[str, str]:
    """Give the files but git's own, which refreshes its index when it is asked."""
    return {path: digest for path, digest in tree(root).items() if not path.startswith(".git/")}


def looks(root: Path) -> dict[str, Look]:
    return {one.id: one.look for one in criteria(find(named=root))}


def test_a_project_that_has_it_all_meets_all_that_a_program_can_see(project: Path) -> None:
    found = looks(project)
    assert {name: look for name, look in found.items() if look.status != "met"}.keys() == UNKNOWN
    assert all(look.found for look in found.values())


def test_there_is_a_look_for_each_criterion_and_a_source_and_a_way_out() -> None:
    listed = catalogue()["criteria"]
    assert [one["id"] for one in listed] == list(dict.fromkeys(one["id"] for one in listed))
    assert {one["id"] for one in listed} == LOOKS.keys()
    for one in listed:
        assert one["level"] in catalogue()["levels"]
        assert one["source"] in catalogue()["sources"]
        assert one["do"].endswith((".", "assure."))
        assert not one["title"].endswith(".")


def gone(*names: str) -> Callable[[Path], None]:
    def act(root: Path) -> None:
        for name in names:
            path = root / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    return act


def edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    return lambda root: projects.change(root / name, old, new)


def add(name: str, text: str) -> Callable[[Path], None]:
    def act(root: Path) -> None:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)

    return act


def in_evidence(key: str, value: object) -> Callable[[Path], None]:
    def act(root: Path) -> None:
        path = root / "evidence/gold/rent_by_town.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), key: value}))

    return act


def cell(old: str, new: str) -> Callable[[Path], None]:
    return lambda root: projects.change_cell(root, 9, old, new)


PYPROJECT, DEFINITIONS, WORKFLOW = "pyproject.toml", "src/rents/definitions.py", ".github/workflows/ci.yml"
FAILED = [{"name": "unique_values__town", "passed": False, "severity": "warn"}]
BREAKS = [
    ("open_source", gone("src/rents"), "no Python module"),
    ("open_source", add("model/rents.xlsm", ""), "model/rents.xlsm is of a closed tool"),
    ("version_control", gone(".git"), "no git repository: git init"),
    ("version_control", gone(".git/refs/heads"), "its git repository has no commit yet"),
    ("version_control", add("src/rents/new.py", '"""New."""\n'), "src/rents/new.py is not committed"),
    ("version_control", add("evidence/note.md", "New.\n"), "evidence/note.md is not committed"),
    ("readme", gone("README.md"), "no README"),
    ("readme", edit("README.md", "promote notebooks/*.ipynb\nworkbench materialize", "nothing"), "no command"),
    ("peer_review", gone("assurance/gold/rent_by_town.json"), "gold:rent_by_town is not approved"),
    (
        "peer_review",
        edit("assurance/gold/rent_by_town.json", "Bea Watcher", "Ana Lyst"),
        "gold:rent_by_town is not approved",
    ),
    ("published", gone("LICENCE"), "no LICENCE"),
    ("manual_steps", cell("LOWEST", "LOWEST + 1"), "gold:rent_by_town is not promoted and proven"),
    ("manual_steps", in_evidence("verified", False), "gold:rent_by_town is not promoted and proven"),
    ("documentation", add("src/rents/new.py", "def f():\n    pass\n"), "src/rents/new.py has no docstring"),
    (
        "documentation",
        add("src/rents/new.py", '"""New."""\n\n\ndef f():\n    pass\n'),
        "src/rents/new.py:4 has no docstring",
    ),
    ("documentation", add("README.md", "Rents\n"), "README.md without sections"),
    ("layout", gone("tests"), "tests/ (tests) is not there"),
    ("layout", gone("config"), "config/ (settings) is not there"),
    ("functions", add("src/rents/new.py", "for i in range(3):\n    print(i)\n"), "src/rents/new.py:1 stands outside"),
    ("functions", gone("src/rents/defs"), "no function"),
    ("coding_standards", edit(PYPROJECT, "[tool.ruff]", "[tool.other]"), "no linter is configured"),
    ("coding_standards", edit(WORKFLOW, "run: ruff", "run: true # ruff"), "neither continuous integration nor a hook"),
    ("tests", gone("tests"), "no test under tests"),
    ("tests", in_evidence("tests", {"passed": 0, "mutants": {}}), "gold:rent_by_town has no test that passed"),
    ("dependencies", edit(PYPROJECT, '["polars"]', "[]"), "no list of dependencies"),
    ("pinned", gone("requirements.lock"), "no lock file"),
    ("pinned", edit("requirements.lock", "polars==2.1.0", "polars"), "requirements.lock does not pin"),
    ("logs", gone(DEFINITIONS), "does not define a code location"),
    ("logs", add(DEFINITIONS, '"""None."""\n'), "does not define a code location"),
    ("tidy", in_evidence("checks", FAILED), "gold:rent_by_town has no key"),
    (
        "tidy",
        in_evidence("checks", [{"name": "no_nulls", "passed": True, "severity": "error"}]),
        "gold:rent_by_town has no key",
    ),
    ("parameters", gone("config"), "no settings under config"),
    (
        "parameters",
        cell("%time wide", 'import os\nlimit = os.environ["LIMIT"]\n%time wide'),
        "reads an environment variable",
    ),
    ("validation", in_evidence("checks", []), "gold:rent_by_town has no check that passed"),
    ("validation", in_evidence("checks", FAILED), "gold:rent_by_town has no check that passed"),
    ("assurance", edit(PYPROJECT, 'assurance = "full"\n', ""), "asks for no level"),
    ("assurance", gone("assurance/silver/rents.json"), "silver:rents lacks what the level full asks for"),
    ("packaged", edit(PYPROJECT, "build-backend", "other"), "[build-system] build-backend is not there"),
    ("packaged", edit(PYPROJECT, 'version = "1.0.0"\n', ""), "[project] version is not there"),
    ("packaged", gone("src/rents/__init__.py"), "src/rents/__init__.py is not there"),
    ("ci", gone(".github"), "no pipeline of continuous integration"),
    ("ci", edit(WORKFLOW, "promote --check", "promote --explain PR001"), "no pipeline of continuous integration"),
    (
        "ci",
        edit(WORKFLOW, "- run: python -m pytest", "# - run: python -m pytest"),
        "no pipeline of continuous integration",
    ),
    (
        "triggers",
        edit("config/base.yaml", 'schedules:\n  morning: {job: all, cron: "0 6 * * *"}\n', "# schedules:\n#   a: b\n"),
        "no schedule",
    ),
    ("changelog", gone("CHANGELOG.md"), "no changelog"),
    ("changelog", add("CHANGELOG.md", "# Changes\n\nSome.\n"), "no changelog with versions"),
]


@pytest.mark.parametrize(("name", "act", "said"), BREAKS, ids=[f"{one[0]}-{n}" for n, one in enumerate(BREAKS)])
def test_a_criterion_is_not_met_once_its_evidence_is_gone(
    project: Path, name: str, act: Callable[[Path], None], said: str
) -> None:
    act(project)
    look = looks(project)[name]
    assert look.status == "not met"
    assert any(said in one for one in look.found), look.found


def test_each_criterion_that_can_be_met_can_be_broken() -> None:
    assert {name for name, _, _ in BREAKS} == LOOKS.keys() - {"code_of_practice"}


def test_what_only_people_know_is_never_claimed(project: Path) -> None:
    gone("assurance")(project)
    edit(PYPROJECT, 'assurance = "full"\n', "")(project)
    found = looks(project)
    assert {name for name, look in found.items() if look.status == "not checked"} == {*UNKNOWN, "peer_review"}


@pytest.mark.parametrize(
    ("name", "broken", "act"),
    [
        (
            "triggers",
            edit("config/base.yaml", SCHEDULE, ""),
            add("src/rents/jobs.py", '"""Jobs."""\n\nimport dagster as dg\n\nS = dg.ScheduleDefinition\n'),
        ),
        ("coding_standards", gone(".github"), add("lefthook.yml", "pre-commit:\n  jobs:\n    - run: ruff check\n")),
        ("pinned", gone("requirements.lock"), add("uv.lock", "version = 1\n")),
        ("dependencies", edit(PYPROJECT, '["polars"]', "[]"), add("requirements.txt", "polars\n")),
    ],
)
def test_there_are_other_ways_to_meet_some(
    project: Path, name: str, broken: Callable[[Path], None], act: Callable[[Path], None]
) -> None:
    broken(project)
    assert looks(project)[name].status == "not met"
    act(project)
    assert looks(project)[name].status == "met"


GATES = """
[tool.workbench.gates]
promotion = ["promote --check"]
style = ["ruff check src"]
tests = ["python -m pytest"]
"""


@pytest.mark.parametrize(
    ("command", "met"),
    [
        ("workbench ci", {"ci", "coding_standards"}),
        ("workbench ci promotion tests", {"ci"}),
        ("workbench ci --format json style", {"coding_standards"}),
        ("workbench ci unknown", set()),
        ("workbench city", set()),
    ],
)
def test_the_gates_that_continuous_integration_runs_count(project: Path, command: str, met: set[str]) -> None:
    (project / WORKFLOW).write_text(f"jobs:\n  gates:\n    steps:\n      - run: {command}\n")
    (project / PYPROJECT).write_text((project / PYPROJECT).read_text() + GATES)
    found = looks(project)
    assert {name for name in ("ci", "coding_standards") if found[name].status == "met"} == met


def test_a_file_of_another_shape_is_no_evidence_and_no_fault(project: Path) -> None:
    for name in (PYPROJECT,):
        (project / name).write_text(
            '[tool.workbench]\npackage = "rents"\n[tool]\nruff = 5\n[project]\nname = "a"\n'[:41]
        )
    (project / "evidence/gold/rent_by_town.json").write_text('{"version": 1, "verified": true, "checks": 5}')
    (project / "src/rents/broken.py").write_text("def f(:\n")
    found = looks(project)
    assert {found[name].status for name in ("validation", "dependencies", "packaged", "tests")} == {"not met"}


def test_formats_and_exit_codes(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(project)
    before = files(project)
    assert main(["rap", "--level", "gold"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Baseline: 4 of 6 criteria are met, 0 are not, 2 no program can check.\n")
    gone("CHANGELOG.md")(project)
    assert [main(["rap", "--level", level]) for level in ("baseline", "silver", "gold")] == [0, 0, 1]
    assert main(["rap"]) == 0
    assert main(["rap", "--level", "platinum"]) == 2
    capsys.readouterr()
    assert main(["rap", "--format", "json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["levels"] == {
        "baseline": {"not_met": []},
        "silver": {"not_met": []},
        "gold": {"not_met": ["changelog"]},
    }
    assert {one["source"] for one in content["criteria"]} <= content["sources"].keys()
    for form in ("html", "markdown"):
        assert main(["rap", "--format", form, "--output", str(tmp_path / form)]) == 0
    page = (tmp_path / "html").read_text()
    assert "<script" not in page
    assert page.count("<table>") == 3
    assert re.search(r'<html lang="en-GB">', page)
    assert (tmp_path / "markdown").read_text().startswith("<!-- workbench-rap -->\n## Reproducible analytical pipeline")
    (project / "CHANGELOG.md").write_text(FILES["CHANGELOG.md"])
    assert files(project) == before
