"""Real git repositories for tests: no settings of the machine's own, and this environment's programs first."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.workbench.review.projects import ENVIRONMENT, GIT

SCRIPTS = str(Path(sys.executable).parent)


def environment(**more: str) -> dict[str, str]:
    """Give the environment of a person at the keyboard whose environment is active, and who has no network."""
    dead = "http://127.0.0.1:9"
    return {
        **ENVIRONMENT,
        "PATH": os.pathsep.join((SCRIPTS, os.environ["PATH"])),
        "NO_COLOR": "1",
        "TERM": "dumb",
        "DAGSTER_DISABLE_TELEMETRY": "1",
        **dict.fromkeys(("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"), dead),
        **more,
    }


def git(root: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run git in a folder."""
    return subprocess.run(
        [GIT, *arguments], cwd=root, env=environment(**more), capture_output=True, text=True, check=False
    )


def done(root: Path, *arguments: str) -> str:
    """Run git in a folder, which has to succeed, and give what it says."""
    outcome = git(root, *arguments)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return outcome.stdout


def start(root: Path) -> Path:
    """Make a repository of a folder, with all that it holds in a first commit."""
    done(root, "init", "--quiet", "--initial-branch", "main")
    done(root, "add", "--all")
    done(root, "commit", "--quiet", "--no-verify", "--message", "first")
    return root


def cells_of(text: str) -> list[dict[str, Any]]:
    """Give the cells of a notebook's text."""
    return list(json.loads(text)["cells"])


def change(notebook: Path, number: int, **changes: Any) -> None:
    """Change one cell of a notebook, counted from 0, as an editor saves it."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    content["cells"][number].update(changes)
    save(notebook, content)


def save(notebook: Path, content: dict[str, Any]) -> None:
    """Write a notebook as Jupyter does."""
    notebook.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
