"""What stands in git's own settings of this clone: hooks, the merge driver of notebooks, the filter of outputs.

None of it can be committed, so that every clone needs it anew; `.gitattributes`, which names driver and filter, can.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from platform_core.atomic import replacing
from workbench.doctor.values import Standing
from workbench.git import no_repository, run_git
from workbench.project import Project
from workbench.staged.outputs import OPTIONS

FIX = "workbench doctor --fix"
FILTER = "nbstripout"
_HOOKS = {"lefthook": "lefthook.yml", "pre-commit": ".pre-commit-config.yaml"}
_MODULES = {"pre-commit": "pre_commit"}
_INSTALL = "python -m pip install --group dev"


def hooks(project: Project) -> Standing:
    """Look at whether a commit is looked at first."""
    name = "git hooks"
    path = _git_path(project.root, "hooks/pre-commit")
    if path is None:
        return Standing(name, False, *no_repository(project.root))
    text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    owner = next((tool for tool in (*_HOOKS, "workbench staged") if tool in text), None)
    if owner is not None:
        return Standing(name, True, f"{owner} runs before each commit")
    if text:
        mend = f"Call `workbench staged` from {path}, or take it away and run `{FIX}`."
        return Standing(name, False, "a hook of somebody else's stands before each commit", mend)
    usable = [tool for tool, file in _HOOKS.items() if (project.root / file).is_file() and _there(tool)]
    said = "nothing looks at what is committed"
    if not usable:
        wanted = [file for file in _HOOKS.values() if (project.root / file).is_file()]
        return Standing(name, False, said, _INSTALL if wanted else "Take lefthook.yml over from a new project.")
    command = [str(Path(sys.executable).parent / usable[0]), "install"]

    def fix() -> None:
        subprocess.run(command, cwd=project.root, capture_output=True, check=False)  # noqa: S603 - an environment's own program

    return Standing(name, False, said, f"{usable[0]} install", fix)


def merge_driver(project: Project) -> Standing:
    """Look at whether git merges notebooks cell by cell."""
    command = f'"{sys.executable}" -P -m workbench.merging %O %A %B %P'
    values = {"merge.workbench.name": "notebooks, cell by cell", "merge.workbench.driver": command}
    said = ("notebooks are merged cell by cell", "notebooks are merged as if they were text")
    return _configured(project, "merge driver", "workbench", ("merge", "workbench"), values, said)


def output_filter(project: Project) -> Standing:
    """Look at whether outputs are left out when notebooks are staged."""
    command = f'"{sys.executable}" -P -m nbstripout {" ".join(OPTIONS)}'
    values = {f"filter.{FILTER}.clean": command, f"filter.{FILTER}.smudge": "cat"}
    said = ("outputs are left out as notebooks are staged", "outputs are staged with notebooks")
    return _configured(project, "output filter", "nbstripout", ("filter", FILTER), values, said)


def _configured(
    project: Project,
    name: str,
    module: str,
    attribute: tuple[str, str],
    values: dict[str, str],
    said: tuple[str, str],
) -> Standing:
    """Look at whether git's settings hold values, and its attributes give them to notebooks."""
    root, (kind, wanted) = project.root, attribute
    if _git_path(root, "config") is None:
        return Standing(name, False, *no_repository(root))
    if find_spec(module) is None:
        return Standing(name, False, f"{said[1]}: {module} is not installed", _INSTALL)
    present = {key: _setting(root, key) for key in values}
    works = all(present.values()) and all(_runs(command) for command in present.values() if command.startswith('"'))
    given = (run_git(root, "check-attr", "-z", kind, "--", "notebooks/a.ipynb") or b"").split(b"\0")
    attributed = given[2:3] == [wanted.encode("ascii")]
    if works and attributed:
        return Standing(name, True, said[0])

    def fix() -> None:
        if not attributed:
            _add_line(root / ".gitattributes", f"*.ipynb {kind}={wanted}")
        for key, value in () if works else values.items():
            run_git(root, "config", "--local", "--replace-all", key, value)

    return Standing(name, False, said[1], FIX, fix)


def _setting(root: Path, key: str) -> str:
    return (run_git(root, "config", "--get", key) or b"").decode("utf-8", "replace").strip()


def _runs(command: str) -> bool:
    """Tell whether the program of a setting is still there: an environment may have gone."""
    return Path(command[1:].partition('"')[0]).is_file()


def _git_path(root: Path, path: str) -> Path | None:
    """Give where git has a file of its own, None where the project is in no repository."""
    found = run_git(root, "rev-parse", "--path-format=absolute", "--git-path", path)
    return None if found is None else Path(found.decode("utf-8", "surrogateescape").rstrip("\n"))


def _there(tool: str) -> bool:
    return find_spec(_MODULES.get(tool, tool)) is not None and _program(tool).is_file()


def _program(name: str) -> Path:
    return Path(sys.executable).parent / name


def _add_line(path: Path, line: str) -> None:
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    with replacing(path) as made:
        made.write_text(f"{text}{'' if not text or text.endswith(chr(10)) else chr(10)}{line}\n", encoding="utf-8")
