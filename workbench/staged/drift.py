"""Drift in what is staged: would the commit hold modules that do not belong to their notebooks?

`promote --check --changed HEAD` looks at files. Where the working tree holds more than what is staged, it is given the
files of the index in a folder of their own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from workbench.git import names_in, run_git
from workbench.project import Project
from workbench.staged.index import Index, Problem

# All that a check looks at
_LOOKED_AT = ("pyproject.toml", "config", "notebooks", "src", "tests", "evidence")


def drift(project: Project, index: Index) -> Iterator[Problem]:
    """Tell where what is staged is out of step; what `promote --check` says is shown on stderr."""
    if not any(file.path.startswith(_LOOKED_AT) for file in index.files) and not _removed(project.root):
        return
    with tempfile.TemporaryDirectory() as folder:
        root, environment = project.root, {**os.environ}
        if _holds_more(project.root):
            root, environment = _laid_out(index, Path(folder))
        has_commit = run_git(project.root, "rev-parse", "--verify", "--quiet", "HEAD") is not None
        command = [sys.executable, "-P", "-m", "promote", "--check", "--project", str(root)]
        command += ["--changed", "HEAD"] if has_commit else []
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, encoding="utf-8")  # noqa: S603 - our own interpreter, no shell
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        hint = "Do what each line above says, then stage what was written."
        yield Problem("", "What is staged is out of step with the project's notebooks.", hint)


def _removed(root: Path) -> bool:
    listing = run_git(root, "diff", "--cached", "--name-only", "--diff-filter=D", "-z", "--relative", "--", *_LOOKED_AT)
    return bool(names_in(listing))


def _holds_more(root: Path) -> bool:
    """Tell whether the working tree has changes that are not staged, or files that git does not know."""
    unstaged = run_git(root, "diff", "--name-only", "--no-ext-diff", "-z", "--relative", "--", *_LOOKED_AT)
    unknown = run_git(root, "ls-files", "--others", "--exclude-standard", "-z", "--", *_LOOKED_AT)
    return bool(names_in(unstaged) or names_in(unknown))


def _laid_out(index: Index, folder: Path) -> tuple[Path, dict[str, str]]:
    """Lay the staged files out below a folder, and give the project's place there with the environment for git."""
    listing = run_git(index.root, "ls-files", "-z", "--full-name", "--", *_LOOKED_AT) or b""
    tree = folder / "tree"
    tree.mkdir()
    run_git(index.top, "checkout-index", "-z", "--stdin", "--quiet", f"--prefix={tree}/", given=listing)
    told = run_git(index.root, "rev-parse", "--path-format=absolute", "--git-dir", "--git-path", "index") or b""
    directory, file = told.decode("utf-8", "surrogateescape").split("\n")[:2]
    # A copy, since git keeps in an index what it saw of the working tree's files
    shutil.copyfile(index.top / os.environ.get("GIT_INDEX_FILE", file), folder / "index")
    given = {"GIT_DIR": directory, "GIT_WORK_TREE": str(tree), "GIT_INDEX_FILE": str(folder / "index")}
    return tree / index.prefix, {**os.environ, **given}
