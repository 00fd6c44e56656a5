"""Bring Azurite, Microsoft's emulator of Azure Blob Storage, which tests of Azure write to.

    python scripts/setup_azurite.py

It comes by npm from the hashed lock beside it and stands in `build/azurite`. Where there is no Node.js, or no registry
in reach, the tests that need it are skipped and say so.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from scripts import npm

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "tests" / "servers" / "azurite"
FOLDER = ROOT / "build" / "azurite"
PROGRAM = FOLDER / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"
HINT = "install Node.js with npm, and run `python scripts/setup_azurite.py` with a package registry in reach"


def find() -> list[str] | None:
    """Give the command that starts Azurite's blob service, None where it cannot be."""
    node = shutil.which("node")
    return [node, str(PROGRAM)] if node and PROGRAM.is_file() else None


def main() -> int:
    """Bring it where it is absent or old, and give 1 where that was not possible."""
    if npm.brought(SOURCE, FOLDER, "--omit=optional"):
        return 0
    print(f"no Azurite: tests of Azure will be skipped; {HINT}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
