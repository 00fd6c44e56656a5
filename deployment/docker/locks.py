"""Derive from `requirements.lock` what each image installs: `requirements.<image>.lock`, with every hash.

An image needs a part of what the suite's lock holds. uv resolves that part with every version of the suite's lock as a
constraint, so that production runs what the suite ran. dbt wants some libraries older than the suite has them: they are
named in `OLDER`, and nothing else may differ.

    python deployment/docker/locks.py           resolve anew; asks the package index
    python deployment/docker/locks.py --check   compare only; asks nobody, and is what the suite runs
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

PYTHON = "3.11"  # of the images
_PLATFORM = (
    "server", "postgres", "http", "aws", "k8s", "alerts", "otel", "lineage", "masking", "delta", "spreadsheets",
)  # fmt: skip
RESOLVED: Mapping[str, tuple[str, ...]] = {"production": (*_PLATFORM, "dbt"), "lab": (*_PLATFORM, "lab")}
TAKEN: Mapping[str, tuple[str, ...]] = {
    "build": ("hatchling", "packaging", "pathspec", "pluggy", "tomlkit", "trove-classifiers"),
    "lambda": ("awslambdaric", "simplejson", "snapshot-restore-py"),
}
OLDER = {
    "importlib-metadata": "dbt-semantic-interfaces wants it below 9",
    "pathspec": "dbt-core wants it below 0.13",
}
NEEDED = {"production": ("dagster", "dagster-webserver", "dagster-dbt", "dbt-duckdb", "duckdb"), "lab": ("jupyterlab",)}
REFUSED = ("notebook", "ipykernel", "papermill", "nbclient", "dagstermill", "pytest", "mypy", "ruff", "uv", "hatchling")
_ENTRY = re.compile(
    r"^([a-z0-9][a-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;]+)( ; [^\n\\]*)?[^\n]*((?:\n +--hash=\S+[^\n]*)*)\n", re.MULTILINE
)


class Pin(NamedTuple):
    """One entry of a lock: where `marker` holds (everywhere if it is empty), `name` is installed at `version`."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]
    text: str


def pins(text: str) -> list[Pin]:
    r"""Read a lock.

    >>> pins("b[x]==2 ; python_version < '3.12' \\\n    --hash=sha256:11\n")[0][:4]
    ('b', '2', "python_version < '3.12'", ('sha256:11',))
    """
    return [
        Pin(found[1], found[2], (found[3] or "").strip(" ;"), tuple(re.findall(r"--hash=(\S+)", found[4])), found[0])
        for found in _ENTRY.finditer(text)
    ]


def problems(image: str, lock: str, suite: str) -> list[str]:
    r"""Say where an image's lock is not a part of the suite's, holds no hash, or holds what it has no use for.

    >>> problems("production", "ruff==1 \\\n    --hash=sha256:00\n", "ruff==2 \\\n    --hash=sha256:00\n")[:2]
    ['ruff is 1 here and 2 in requirements.lock', 'ruff has no place in production']
    """
    there: dict[str, set[str]] = {}
    for pin in pins(suite):
        there.setdefault(pin.name, set()).add(pin.version)
    here, found = pins(lock), []
    for pin in here:
        if not pin.hashes:
            found.append(f"{pin.name} has no hash")
        free = image == "production" and pin.name in OLDER
        if not free and pin.version not in there.get(pin.name, {pin.version}):
            known = "|".join(sorted(there[pin.name]))
            found.append(f"{pin.name} is {pin.version} here and {known} in requirements.lock")
        if image == "production" and (pin.name in REFUSED or pin.name.startswith("jupyter")):
            found.append(f"{pin.name} has no place in production")
    names = {pin.name for pin in here}
    wanted = dict.fromkeys((*NEEDED.get(image, ()), *TAKEN.get(image, ()), *declared(image)))
    return found + [f"{name} is missing" for name in wanted if name not in names]


def declared(image: str) -> list[str]:
    """Give what pyproject.toml asks for by name, itself or through the extras of an image, whatever the platform."""
    if image not in RESOLVED:
        return []
    project = tomllib.loads((checkout() / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [line for extra in RESOLVED[image] for line in project["optional-dependencies"][extra]]
    lines = [line for line in (*project["dependencies"], *extras) if ";" not in line]
    names = [re.split(r"[\s\[<>=!~]", line, maxsplit=1)[0].lower().replace("_", "-") for line in lines]
    return [name for name in names if name != project["name"]]


def derived(image: str, suite: str) -> str:
    """Give an image's lock: entries of the suite's as they stand, or the extras resolved with it as a constraint."""
    if image in TAKEN:
        return "".join(pin.text for pin in pins(suite) if pin.name in TAKEN[image])
    older = OLDER if image == "production" else {}
    with tempfile.TemporaryDirectory() as folder:
        held = Path(folder, "held.txt")
        lines = [
            f"{pin.name}=={pin.version} ; {pin.marker}".strip(" ;") for pin in pins(suite) if pin.name not in older
        ]
        held.write_text("\n".join(lines) + "\n", encoding="utf-8")
        options = ("--generate-hashes", "--no-header", "--no-annotate", "--no-strip-extras", "--quiet")
        extras = [part for extra in RESOLVED[image] for part in ("--extra", extra)]
        command = [sys.executable, "-m", "uv", "pip", "compile", "--python-version", PYTHON, *options, *extras]
        command += ["--constraint", str(held), "pyproject.toml", "--output-file", str(Path(folder, "lock"))]
        subprocess.run(command, cwd=checkout(), check=True)
        return Path(folder, "lock").read_text(encoding="utf-8")


def checkout() -> Path:
    """Give the folder of the checkout that this program stands in; an image has none."""
    return Path(__file__).resolve().parents[2]


def path_of(image: str) -> Path:
    """Give the path of an image's lock."""
    return Path(__file__).with_name(f"requirements.{image}.lock")


def main() -> int:
    """Write the locks, or with `--check` only compare; give 1 where something does not fit."""
    suite = (checkout() / "requirements.lock").read_text(encoding="utf-8")
    check, failed = "--check" in sys.argv[1:], 0
    for image in (*RESOLVED, *TAKEN):
        path = path_of(image)
        lock = path.read_text(encoding="utf-8") if check else derived(image, suite)
        found = problems(image, lock, suite)
        for problem in found:
            print(f"{path.name}: {problem}", file=sys.stderr)
        failed |= bool(found)
        if not found and not check:
            path.write_text(lock, encoding="utf-8")
    return failed


if __name__ == "__main__":
    sys.exit(main())
