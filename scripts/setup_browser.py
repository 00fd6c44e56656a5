"""Find Chromium for the tests of the Lab extension, and install it where that can be done without asking.

    python scripts/setup_browser.py

On Debian and its like, as root, it comes through apt; elsewhere a browser that is there is used, and where there is
none the tests that need it are skipped and say why.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
VARIABLE = "WORKBENCH_CHROMIUM"
HINT = f"install Chromium (apt-get install chromium), or name it in {VARIABLE}"


def find() -> str | None:
    """Give the path of a Chromium, None where there is none."""
    named = os.environ.get(VARIABLE)
    return shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)


def install() -> bool:
    """Install Chromium through apt, and say whether that was possible."""
    apt = shutil.which("apt-get")
    if apt is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return False
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    commands = ([apt, "-qq", "update"], [apt, "-qq", "install", "-y", "--no-install-recommends", "chromium"])
    return all(
        subprocess.run(command, env=quiet, stdout=subprocess.DEVNULL, check=False).returncode == 0
        for command in commands
    )


def main() -> int:
    """Say where Chromium is; 1 where there is none and none could be installed."""
    if find() is None:
        print("installing Chromium for the tests of the Lab extension", file=sys.stderr)
        install()
    found = find()
    print(found or f"no Chromium: the browser's tests will be skipped; {HINT}", file=sys.stderr)
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
