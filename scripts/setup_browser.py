"""Find Chromium for the tests of the Lab extension, and install it where that can be done without asking.

    python scripts/setup_browser.py

On Debian and its like, as root, it comes through apt; elsewhere a browser that is there is used, and where there is
none the tests that need it are skipped and say why.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from scripts import debian

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
VARIABLE = "WORKBENCH_CHROMIUM"
HINT = f"install Chromium (apt-get install chromium), or name it in {VARIABLE}"


def find() -> str | None:
    """Give the path of a Chromium, None where there is none."""
    named = os.environ.get(VARIABLE)
    return shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)


def main() -> int:
    """Say where Chromium is; 1 where there is none and none could be installed."""
    if find() is None:
        print("installing Chromium for the tests of the Lab extension", file=sys.stderr)
        debian.installed("chromium")
    found = find()
    print(found or f"no Chromium: the browser's tests will be skipped; {HINT}", file=sys.stderr)
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
