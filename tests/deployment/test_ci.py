"""The workflows of deployment/ci: what they may do and use, and their steps, run as they stand where that can be."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deployment.tools import ROOT, tool

FOLDER = ROOT / "deployment" / "ci"
# Steps that need what no test has: a container engine, a registry, an account
ELSEWHERE = {"build", "push and sign", "plan", "apply"}


def workflows() -> dict[str, dict[str, Any]]:
    # YAML 1.1 takes the key `on` for a truth
    return {
        path.name: {
            str(key) if key is not True else "on": value for key, value in yaml.safe_load(path.read_text()).items()
        }
        for path in sorted(FOLDER.glob("*.yml"))
    }


def steps() -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    return [
        (name, job, step) for name, one in workflows().items() for job in one["jobs"].values() for step in job["steps"]
    ]


def runs() -> dict[str, dict[str, Any]]:
    return {step["name"]: step for _, _, step in steps() if "run" in step}


def test_nobody_may_write_and_a_token_is_for_those_who_need_it() -> None:
    for name, one in workflows().items():
        assert one["permissions"] == {"contents": "read"}, name
        for job in one["jobs"].values():
            needs = any("aws-actions" in step.get("uses", "") for step in job["steps"])
            wanted = {"contents": "read", "id-token": "write"} if needs else None
            assert job.get("permissions") == wanted
            assert job["timeout-minutes"] <= 60
    assert "secrets." not in "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.yml"))


def test_what_they_use_is_pinned_and_leaves_no_token_behind() -> None:
    for name, _, step in steps():
        if "uses" in step:
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"]), (name, step)
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_no_text_of_a_stranger_gets_into_a_script() -> None:
    """What an event or a variable says reaches a script as a variable of the environment, and so as data."""
    assert all("${{" not in step["run"] for step in runs().values())


def test_what_changes_something_happens_on_main_alone() -> None:
    built = workflows()["images.yml"]["jobs"]["build"]
    for step in built["steps"]:
        if step.get("name") in {"be somebody", "install cosign", "push and sign"}:
            assert step["if"] == "github.ref == 'refs/heads/main' && github.event_name == 'push'"
    apply = workflows()["infrastructure.yml"]["jobs"]["apply"]
    assert apply["if"] == "github.event_name == 'push' && github.ref == 'refs/heads/main'"
    assert apply["environment"] == "production"
    assert workflows()["infrastructure.yml"]["jobs"]["plan"]["if"].startswith("github.event_name == 'pull_request'")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout of what the steps look at, as it is now."""
    folder, git = tmp_path_factory.mktemp("ci") / "checkout", tool("git")
    for name in ("deployment", "docs/guides", "platform_core"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, folder / name)
    who = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    for command in (["init", "--quiet"], ["add", "--all"], [*who, "commit", "--quiet", "--message", "now"]):
        subprocess.run([git, *command], cwd=folder, check=True)
    return folder


@pytest.mark.parametrize("name", sorted(set(runs()) - ELSEWHERE))
def test_each_step_that_can_run_here_does(name: str, checkout: Path, tmp_path: Path) -> None:
    step = runs()[name]
    if "terraform" in step["run"].split() and shutil.which("terraform") is None:
        pytest.skip("NOT CHECKED: terraform is not on this machine; install Terraform 1.9 or newer")
    scripts = tmp_path / "bin"
    scripts.mkdir()
    (scripts / "python").symlink_to(sys.executable)
    environ = {
        **{key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "TF_CLI_CONFIG_FILE"}},
        **{key: str(value) for key, value in step.get("env", {}).items()},
        "PATH": f"{scripts}:{os.environ['PATH']}", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"), "BASE": "HEAD",
    }  # fmt: skip
    outcome = subprocess.run(
        [tool("bash"), "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=checkout, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    if name == "cost difference":
        assert "| **`small`** |" in (tmp_path / "summary").read_text(encoding="utf-8")


def test_the_auditor_of_workflows_finds_nothing(tmp_path: Path) -> None:
    """In this repository's own, too. It looks only where GitHub would; and it does find what is not pinned."""
    place = shutil.copytree(FOLDER, tmp_path / ".github" / "workflows")
    for own in (ROOT / ".github" / "workflows").iterdir():
        shutil.copy(own, place / f"own-{own.name}")

    def audited() -> subprocess.CompletedProcess[str]:
        command = [tool("zizmor"), "--offline", "--no-progress", str(place)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    found = audited()
    assert found.returncode == 0, found.stdout + found.stderr
    loose = re.sub(r"@[0-9a-f]{40}", "@v4", (place / "images.yml").read_text(encoding="utf-8"))
    (place / "images.yml").write_text(loose, encoding="utf-8")
    assert "unpinned-uses" in audited().stdout


def test_the_scripts_are_ones_that_bash_reads() -> None:
    for name, step in runs().items():
        read = subprocess.run([tool("bash"), "-n", "-c", step["run"]], capture_output=True, text=True, check=False)
        assert read.returncode == 0, (name, read.stderr)
