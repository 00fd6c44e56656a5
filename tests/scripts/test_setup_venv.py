"""The environment's maker, the lock it reads and the commands that stand on it."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

LOCK = """six==1.17.0 \\
    --hash=sha256:aa
uv==0.13.8 \\
    --hash=sha256:bb \\
    --hash=sha256:cc
uvicorn==0.54.0 \\
    --hash=sha256:dd
"""


@pytest.fixture
def setup_venv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module, working on a folder of its own, its installers noted and not run."""
    spec = importlib.util.spec_from_file_location("setup_venv", ROOT / "scripts" / "setup_venv.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    (tmp_path / "requirements.lock").write_text(LOCK, encoding="utf-8")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(module, "STAMP", tmp_path / ".venv" / ".installed")
    (tmp_path / ".venv" / "bin" / "python").write_text('#!/bin/sh\necho "$@" >> calls\nexit ${FAILS:-0}\n')
    (tmp_path / ".venv" / "bin" / "python").chmod(0o755)
    return module


def calls(folder: Path) -> list[str]:
    """Give the installers that were called."""
    path = folder / "calls"
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def test_the_lock_is_installed_with_its_hashes_and_the_project_without_dependencies(
    setup_venv: ModuleType, tmp_path: Path
) -> None:
    assert setup_venv.main() == 0
    made = calls(tmp_path)
    assert len(made) == 4
    assert "pip install --quiet --require-hashes --no-deps -r" in made[0]
    assert "--require-hashes requirements.lock" in made[1]
    assert "--no-deps --no-build-isolation -e ." in made[2]
    assert "compileall" in made[3]
    # Nothing is done again until the lock changes
    assert setup_venv.main() == 0
    assert len(calls(tmp_path)) == 4
    (tmp_path / "requirements.lock").write_text("other", encoding="utf-8")
    assert setup_venv.main() == 0
    assert len(calls(tmp_path)) == 8


def test_uv_itself_comes_from_the_lock(setup_venv: ModuleType, tmp_path: Path) -> None:
    assert setup_venv.main() == 0
    wanted = (tmp_path / ".venv" / "uv.lock.txt").read_text(encoding="utf-8")
    assert wanted == "uv==0.13.8 \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc\n"
    assert setup_venv.entry("nothing") == ""


def test_a_shell_that_activates_the_environment_sends_no_telemetry(setup_venv: ModuleType, tmp_path: Path) -> None:
    script = tmp_path / ".venv" / "bin" / "activate"
    script.write_text("export VIRTUAL_ENV=here\n", encoding="utf-8")
    for lock in ("one", "two"):
        (tmp_path / "requirements.lock").write_text(lock, encoding="utf-8")
        assert setup_venv.main() == 0
    said = subprocess.run(
        ["/bin/sh", "-c", f". {script}; env"], env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=True
    )
    assert "DAGSTER_DISABLE_TELEMETRY=1\n" in said.stdout
    assert script.read_text(encoding="utf-8").count("DAGSTER") == 1


def test_without_uv_pip_installs_the_same(
    setup_venv: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".venv" / "bin" / "python").write_text(
        '#!/bin/sh\necho "$@" >> calls\ncase "$*" in *uv*) exit 1; esac\n'
    )
    assert setup_venv.main() == 0
    assert calls(tmp_path)[-3:-1] == [
        "-m pip install --quiet --require-hashes -r requirements.lock",
        "-m pip install --quiet --no-deps --no-build-isolation -e .",
    ]


def test_a_failed_installation_is_not_taken_for_done(
    setup_venv: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FAILS", "1")
    assert setup_venv.main() == 1
    assert "could not be installed" in capsys.readouterr().err
    # Without uv, pip was asked for the same lock with the same hashes
    assert calls(tmp_path)[-1] == "-m pip install --quiet --require-hashes -r requirements.lock"
    monkeypatch.setenv("FAILS", "0")
    assert setup_venv.main() == 0


def test_a_python_that_is_too_old_is_named(
    setup_venv: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(setup_venv, "OLDEST", (99, 0))
    assert setup_venv.main() == 2
    assert "make PYTHON=" in capsys.readouterr().err


def test_a_python_without_its_venv_package_is_told_what_to_install(
    setup_venv: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    python = tmp_path / ".venv" / "bin" / "python"
    python.unlink()

    def half(folder: Path, *, with_pip: bool) -> None:
        assert with_pip
        (folder / "bin" / "python").touch()
        raise subprocess.CalledProcessError(1, ["python", "-m", "ensurepip"])

    monkeypatch.setattr(setup_venv.venv, "create", half)
    assert setup_venv.main() == 1
    assert "python3-venv" in capsys.readouterr().err
    assert not python.exists()


@pytest.mark.parametrize("home", ["", "/nowhere/at/all"])
def test_without_a_home_directory_the_caches_stand_in_the_environment(
    setup_venv: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    monkeypatch.setenv("HOME", home)
    monkeypatch.delenv("UV_CACHE_DIR", raising=False)
    assert setup_venv.environment()["UV_CACHE_DIR"].startswith(str(tmp_path / ".venv"))


def test_the_lock_pins_every_package_with_hashes_and_names_no_registry() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text
    # What installs the rest, and what builds the project, come with hashes as well
    assert {"uv", "hatchling", "editables"} <= {line.partition("==")[0] for line in text.splitlines()}
    entries = re.split(r"\n(?=\S)", text.strip())
    assert len(entries) > 100
    for entry in entries:
        assert re.match(r"[A-Za-z0-9._-]+(\[[a-z0-9,._-]+\])?==\S+", entry), entry[:80]
        assert "--hash=sha256:" in entry, entry[:80]


def test_continuous_integration_calls_the_command_of_the_readme() -> None:
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").endswith("exec make test\n")
    assert "bash .ci/run" in (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    make = shutil.which("make")
    assert make is not None
    helped = subprocess.run(
        [make, "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for target in ("demo", "test", "test-nightly", "lint", "lock", "bench"):
        assert f"make {target} " in helped.stdout
