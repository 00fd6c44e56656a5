"""Programs of npm for the tests, each in a folder of its own under `build`, from a lock with every hash."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path


def brought(source: Path, folder: Path, *options: str) -> bool:
    """Bring what a folder's lock names into another folder where it is absent or old, and say whether it is there.

    No script of a package is run.
    """
    wanted, npm = {path.name: path.read_bytes() for path in source.iterdir() if path.is_file()}, shutil.which("npm")
    stamp = folder / "node_modules" / ".package-lock.json"  # npm's own, written last
    if stamp.is_file() and all((folder / name).is_file() and (folder / name).read_bytes() == body
                               for name, body in wanted.items()):  # fmt: skip
        return True
    if npm is None:
        return False
    print(f"bringing {folder.name} into build", file=sys.stderr)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source, folder)
    command = [npm, "ci", "--ignore-scripts", "--omit=dev", "--loglevel=error", *options]
    if subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=False).returncode == 0:
        return True
    shutil.rmtree(folder)
    return False
