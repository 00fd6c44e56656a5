"""Debian's packages for the tests, where apt can bring them without asking: on Debian and its like, as root."""

from __future__ import annotations

import os
import shutil
import subprocess


def installed(*packages: str) -> bool:
    """Install packages through apt, and say whether that was possible; what they would start is not started."""
    apt = shutil.which("apt-get")
    if apt is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return False
    # At run level 1 Debian starts nothing that it installs
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    commands = ([apt, "-qq", "update"], [apt, "-qq", "install", "-y", "--no-install-recommends", *packages])
    return all(
        subprocess.run(command, env=quiet, stdout=subprocess.DEVNULL, check=False).returncode == 0
        for command in commands
    )
