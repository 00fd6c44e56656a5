"""The Python that runs, and the distributions installed for it against the project's lock or its declarations."""

from __future__ import annotations

import json
import platform
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib import invalidate_caches
from importlib.metadata import PackageNotFoundError, distribution, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from packaging.markers import InvalidMarker, Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from workbench.doctor.values import Standing
from workbench.project import Project

LOCKS = ("requirements.lock", "pylock.toml", "uv.lock", "requirements.txt")
INSTALL = "python -m pip install --editable . --group dev"
_SHOWN = 3


def python(project: Project) -> Standing:
    """Look at whether this Python is one that the project takes."""
    wanted = str(_settings(project.root).get("project", {}).get("requires-python", ""))
    try:
        taken = SpecifierSet(wanted)
    except InvalidSpecifier:
        return Standing("Python", False, "requires-python cannot be read", "Mend it in pyproject.toml: `>=3.11`.")
    said = f"Python {platform.python_version()} at {sys.executable}"
    if platform.python_version() in taken or not wanted:
        return Standing("Python", True, said)
    mend = f"Make the environment anew with a Python {wanted}: `python3.11 -m venv .venv`, then `{INSTALL}`."
    return Standing("Python", False, f"{said}; the project takes {wanted}", mend)


def packages(project: Project) -> Standing:
    """Look at whether what is installed is what the project's lock says; without a lock, what it declares."""
    lock = next((project.root / name for name in LOCKS if (project.root / name).is_file()), None)
    mend = INSTALL
    try:
        if lock is None:
            where, wrong, count = "pyproject.toml", *_compared(_declared(project.root))
        else:
            where, wrong, count = lock.name, *_compared(_locked(lock))
            if lock.suffix != ".toml" and lock.name != "uv.lock":
                mend = f"python -m pip install --requirement {lock.name}"
            elif lock.name == "uv.lock":
                mend = "uv sync"
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Standing("packages", False, "the lock cannot be read", "Make the lock anew with the tool that wrote it.")
    if not wrong:
        return Standing(
            "packages", True, f"{count} as {where} says; notebook-workbench {version('notebook-workbench')}"
        )
    more = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
    return Standing("packages", False, f"not as {where} says: {', '.join(wrong[:_SHOWN])}{more}", mend)


def installed(project: Project) -> Standing:
    """Look at whether Dagster's own commands can import the project's package."""
    spec = find_spec(project.package)
    if spec is not None and Path(spec.origin or "").resolve().is_relative_to(project.sources):
        return Standing("project", True, f"{project.package} is imported from src")
    if spec is None and _is_editable(project):  # installed since this process began
        return Standing("project", True, f"{project.package} is installed from here")
    said = f"{project.package} cannot be imported" if spec is None else f"{project.package} is imported from elsewhere"

    def fix() -> None:
        from workbench.demo import install_project  # noqa: PLC0415 - only --fix needs it

        install_project(project, project.root)

    return Standing("project", False, said, "python -m pip install --no-deps --editable .", fix)


def _is_editable(project: Project) -> bool:
    """Tell whether the distribution of the project's name was installed from its folder."""
    invalidate_caches()
    try:
        told = distribution(_settings(project.root)["project"]["name"]).read_text("direct_url.json")
        return bool(json.loads(told or "{}").get("url") == project.root.as_uri())
    except (PackageNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _settings(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


def _declared(root: Path) -> Iterator[tuple[str, str, bool]]:
    """Give name, versions and whether it has to be there, of what the project declares."""
    settings = _settings(root)
    groups = settings.get("dependency-groups", {}).get("dev", [])
    for line in (*settings.get("project", {}).get("dependencies", []), *groups):
        if isinstance(line, str):  # a group may include another
            yield from _required(line)


def _locked(lock: Path) -> Iterator[tuple[str, str, bool]]:
    """Give the same of what a lock holds; `uv.lock` is for every platform, so that what is absent tells nothing."""
    text = lock.read_text(encoding="utf-8")
    if lock.name == "uv.lock":
        for package in tomllib.loads(text).get("package", []):
            if "registry" in package.get("source", {}):
                yield package["name"], f"=={package['version']}", False
    elif lock.suffix == ".toml":
        for package in tomllib.loads(text).get("packages", []):
            if "version" in package and _applies(package.get("marker")):
                yield package["name"], f"=={package['version']}", True
    else:
        for line in re.sub(r"\\\n", " ", text).splitlines():
            stated = re.split(r"\s--|\s#|^#|^-", line.strip(), maxsplit=1)[0].strip()
            if stated:
                yield from _required(stated)


def _required(line: str) -> Iterator[tuple[str, str, bool]]:
    try:
        requirement = Requirement(line)
    except InvalidRequirement:
        raise ValueError(line) from None
    if requirement.url is None and (requirement.marker is None or requirement.marker.evaluate()):
        yield requirement.name, str(requirement.specifier), True


def _applies(marker: str | None) -> bool:
    try:
        return marker is None or Marker(marker).evaluate()
    except InvalidMarker:
        return True


def _compared(wanted: Iterator[tuple[str, str, bool]]) -> tuple[list[str], int]:
    wrong, count = [], 0
    unique = {(canonicalize_name(name), versions, needed) for name, versions, needed in wanted}
    for name, versions, needed in sorted(unique):
        try:
            there = distribution(name).version
        except PackageNotFoundError:
            if needed:
                wrong.append(f"{name} is missing")
            continue
        count += 1
        if not SpecifierSet(versions).contains(there, prereleases=True):
            wrong.append(f"{name} {there} is not {versions}")
    return wrong, count
