"""A git repository of a test's own, with people who commit to it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_ALONE = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_EDITOR": "true",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
}


class Repository:
    """A repository at a folder; `who` commits."""

    def __init__(self, root: Path, who: str = "ana") -> None:
        self.root = root
        self.who = who

    @classmethod
    def made(cls, root: Path) -> Repository:
        """Make a repository of the files that are there."""
        one = cls(root)
        one.git("init", "-q", "-b", "main")
        (root / ".gitignore").write_text(".workbench/\n__pycache__/\n")
        one.commit("begin")
        return one

    def clone(self, root: Path, who: str) -> Repository:
        """Give another person's clone."""
        self.git("clone", "-q", str(self.root), str(root))
        return Repository(root, who)

    def git(self, *arguments: str, ok: tuple[int, ...] = (0,)) -> str:
        """Run git and give what it says; it has to end with one of the codes in `ok`."""
        env = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")} | _ALONE

        config = ("-c", f"user.name={self.who}", "-c", f"user.email={self.who}@example.org")
        done = subprocess.run(
            ["git", *config, *arguments],  # noqa: S607 - git is where PATH says
            cwd=self.root,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in ok, f"git {arguments} ended with {done.returncode}: {done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def commit(self, message: str) -> str:
        """Commit everything, and give the commit."""
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD").strip()
