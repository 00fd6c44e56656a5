"""Bring what the tests of `deployment/` need: linters, Helm's renderer, a reader of Terraform's files, Apache.

    python scripts/setup_deployment_tools.py
    python scripts/setup_deployment_tools.py --checkov   also checkov, 300 MB, for scans of Terraform and chart

They stand in an environment of their own, `build/deployment-tools`, since nothing of ours imports them, and come from
`deployment/tools.lock` with every hash checked. The schemas of the chart's custom kinds come by
npm, in `build/custom-kinds`, as `tests/servers/custom_kinds` locks them. Apache with mod_auth_openidc is Debian's,
which only root can install.
Where something cannot be had, the tests that need it are skipped and say so.
"""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from scripts import debian, npm

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = {
    ROOT / "build" / "deployment-tools": ROOT / "deployment" / "tools.lock",
    ROOT / "build" / "checkov": ROOT / "deployment" / "checkov.lock",
}
MODULE = Path("/usr/lib/apache2/modules/mod_auth_openidc.so")


def install_apache() -> bool:
    """Install Apache with mod_auth_openidc from Debian where they are absent, and say whether they are there."""
    if not MODULE.exists():
        debian.installed("apache2", "libapache2-mod-auth-openidc")
    return MODULE.exists()


def main() -> int:
    """Bring what is absent, and give 1 where that was not possible."""
    wanted = dict(list(ENVIRONMENTS.items())[: 2 if "--checkov" in sys.argv[1:] else 1])
    done = [make_environment(place, lock) for place, lock in wanted.items()]
    kinds = npm.brought(ROOT / "tests" / "servers" / "custom_kinds", ROOT / "build" / "custom-kinds")
    if not kinds:
        print("no schemas of custom kinds: install Node.js with npm, with a registry in reach", file=sys.stderr)
    return 0 if all([*done, kinds, install_apache()]) else 1


def make_environment(place: Path, lock: Path) -> bool:
    """Make an environment from a lock where it is absent or old, and say whether it is there."""
    wanted, stamp = lock.read_text(encoding="utf-8"), place / ".installed"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return True
    print(f"making {place.relative_to(ROOT)} from {lock.relative_to(ROOT)}", file=sys.stderr)
    venv.create(place, clear=True, with_pip=False)
    python = str(place / "bin" / "python")
    options = ["--quiet", "--require-hashes", "--no-deps", "-r", str(lock)]
    with_uv = [sys.executable, "-m", "uv", "pip", "install", "--python", python, *options]
    with_pip = [sys.executable, "-m", "pip", "--python", python, "install", *options]
    for command in (with_uv, with_pip):
        if subprocess.run(command, check=False).returncode == 0:
            stamp.write_text(wanted, encoding="utf-8")
            return True
    print("hint: the tests that need them are skipped; try again with a package index in reach", file=sys.stderr)
    return False


if __name__ == "__main__":
    sys.exit(main())
