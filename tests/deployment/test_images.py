"""The images: what can be told from their files. `test_built_images` builds and runs them, at night."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from tests.deployment.tools import ROOT, tool
from workbench.stack.compose import compose_file, read_services

DOCKER = ROOT / "deployment" / "docker"
DOCKERFILE = (DOCKER / "Dockerfile").read_text(encoding="utf-8")
LOCKS = ("production", "lab", "build", "lambda")


@pytest.fixture(scope="module")
def locks() -> ModuleType:
    spec = importlib.util.spec_from_file_location("locks", DOCKER / "locks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def stages() -> dict[str, list[str]]:
    """Give the lines of each stage of the Dockerfile; one that stands on another has that one's before its own."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in re.sub(r"\\\n\s*", " ", DOCKERFILE).splitlines():
        if start := re.match(r"FROM (\S+) AS (\S+)", line):
            lines = found[start[2]] = list(found.get(start[1], []))
        elif line and not line.startswith("#"):
            lines.append(line)
    return found


def last(stage: str, instruction: str) -> str:
    return next(line.removeprefix(instruction).strip() for line in reversed(stages()[stage]) if
                line.startswith(instruction + " "))  # fmt: skip


def test_the_linter_of_dockerfiles_finds_nothing() -> None:
    outcome = subprocess.run(
        [tool("hadolint"), str(DOCKER / "Dockerfile")], capture_output=True, text=True, check=False
    )
    assert (outcome.returncode, outcome.stdout) == (0, "")


@pytest.mark.parametrize("image", LOCKS)
def test_each_lock_is_a_part_of_the_suites(locks: ModuleType, image: str) -> None:
    suite = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    lock = (DOCKER / f"requirements.{image}.lock").read_text(encoding="utf-8")
    assert locks.problems(image, lock, suite) == []
    assert "://" not in lock
    assert len(re.findall(r"^[a-z0-9]", lock, re.MULTILINE)) == len(locks.pins(lock))


def test_a_lock_that_does_not_fit_is_told(locks: ModuleType) -> None:
    suite = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    lock = (DOCKER / "requirements.production.lock").read_text(encoding="utf-8")
    newer = re.sub(r"^polars==\S+", "polars==99.0", lock, count=1, flags=re.MULTILINE)
    assert locks.problems("production", newer, suite)[0].startswith("polars is 99.0 here")
    assert locks.problems("production", lock + "pytest==1 \\\n    --hash=sha256:00\n", suite)
    without = re.sub(r"^dbt-duckdb==.*\n(?: .*\n)*", "", lock, flags=re.MULTILINE)
    assert locks.problems("production", without, suite) == ["dbt-duckdb is missing"]


def test_the_bill_of_materials_names_every_package_and_is_the_same_each_time(locks: ModuleType) -> None:
    files = [str(DOCKER / f"requirements.{image}.lock") for image in ("production", "lambda")]
    program = [sys.executable, str(DOCKER / "sbom.py")]
    bills = [
        subprocess.run([*program, *order], capture_output=True, check=True).stdout for order in (files, files[::-1])
    ]
    assert bills[0] == bills[1]
    bill = json.loads(bills[0])
    pinned = {(pin.name, pin.version) for file in files for pin in locks.pins(Path(file).read_text(encoding="utf-8"))}
    assert {(one["name"], one["version"]) for one in bill["components"]} == pinned
    assert bill["bomFormat"] == "CycloneDX"
    assert set(bill["dependencies"][0]["dependsOn"]) == {one["bom-ref"] for one in bill["components"]}


@pytest.mark.parametrize("target", ["platform", "lambda", "lab"])
def test_each_image_runs_as_nobody_in_particular_and_says_what_it_is(target: str) -> None:
    assert last(target, "USER") == "10001:10001"
    labels = last(target, "LABEL")
    for name, value in (("version", "VERSION"), ("revision", "REVISION"), ("source", "SOURCE")):
        assert f'org.opencontainers.image.{name}="${{{value}}}"' in labels
    assert last(target, "HEALTHCHECK")
    assert "DAGSTER_DISABLE_TELEMETRY=1" in last(target, "ENV") or any(
        "DAGSTER_DISABLE_TELEMETRY=1" in line for line in stages()[target]
    )
    # What is shipped is copied from the stage that built it: no installer, no compiler
    assert not [line for line in stages()[target] if "pip" in line or "apt-get" in line]


def test_the_base_names_no_host() -> None:
    assert re.findall(r"^ARG BASE=(\S+)$", DOCKERFILE, re.MULTILINE) == ["python:3.11-slim"]
    assert {line for line in re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE) if ":" in line} == set()


def test_everything_is_installed_by_hash() -> None:
    installs = [line for lines in stages().values() for line in lines if "pip" in line and "requirements." in line]
    assert installs
    for line in installs:
        for command in re.findall(r"install [^&]*-r \S+", line) or ([line] if "-r " in line else []):
            assert "--require-hashes" in command


def test_the_images_check_is_the_compose_files() -> None:
    services = read_services(compose_file(), {})
    assert services["code"].health is not None
    assert json.loads(last("platform", "HEALTHCHECK").partition("CMD ")[2]) == list(services["code"].health.command)
    assert services["lab"].health is not None
    assert json.loads(last("lab", "HEALTHCHECK").partition("CMD ")[2]) == list(services["lab"].health.command)
    assert json.loads(last("lab", "CMD")) == list(services["lab"].command)
    assert last("lambda", "CMD") == '["platform_core.executor.entry.aws_lambda.handler"]'


def test_nothing_but_what_is_built_is_sent_to_the_builder() -> None:
    lines = (DOCKER / "Dockerfile.dockerignore").read_text(encoding="utf-8").split()
    assert lines[0] == "*"
    copied = {word for line in stages()["tools"] + stages()["platform-packages"] if line.startswith("COPY ")
              for word in line.split()[1:-1]}  # fmt: skip
    allowed = {line[1:] for line in lines if line.startswith("!")}
    assert all(any(word == one or word.startswith(f"{one}/") for one in allowed) for word in copied)
    assert {"**/.env", "**/*.key"} <= set(lines)


def test_all_that_the_wheel_takes_in_is_there_to_build_it() -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]
    copied = {word for line in stages()["tools"] if line.startswith("COPY ") for word in line.split()[1:-1]}
    taken = [*wheel["wheel"]["packages"], *wheel["wheel"]["force-include"], *wheel["wheel"].get("shared-data", ())]
    assert len(taken) > 8
    for path in taken:
        assert any(Path(path).is_relative_to(one) for one in copied), path
