"""What a shell offers at the Tab key: options and commands by argcomplete, and the names that only a project knows.

Nothing here is imported unless a shell asks.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

import argcomplete
from argcomplete.completers import FilesCompleter
from argcomplete.shell_integration import shellcode

from platform_core.errors import UserError

Completer = Callable[..., object]


def answer(parser: argparse.ArgumentParser) -> None:
    """Write what fits at the cursor where the shell expects it, and end the process."""
    for action in _actions(parser):
        completer = _COMPLETERS.get(str(action.metavar)) or _COMPLETERS.get(action.dest)
        if completer is not None:
            action.completer = completer  # type: ignore[attr-defined] # where argcomplete looks for it
    argcomplete.autocomplete(parser, always_complete_options="long")


def script(shell: str) -> str:
    """Give what a shell must read once to complete `promote` and `workbench`.

    >>> "workbench" in script("fish")
    True
    """
    return str(shellcode(["promote", "workbench"], shell=shell))


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from _actions(inner)


def _tags(**_: object) -> list[str]:
    return [f"{path.parent.name}:{path.stem}" for path in _modules()]


def _assets(**_: object) -> list[str]:
    return [path.stem for path in _modules()]


def _modules() -> list[Path]:
    """Give the promoted modules of the project around the working directory, by their paths alone."""
    from promote.project import find  # noqa: PLC0415 - only where a name is asked for

    try:
        project = find()
    except UserError:
        return []
    folder = project.root / "src" / Path(*project.package.split(".")) / "defs"
    return sorted(path for layer in ("bronze", "silver", "gold") for path in folder.glob(f"{layer}/[!_]*.py"))


def _codes(**_: object) -> list[str]:
    from promote.findings import catalogue  # noqa: PLC0415 - only where a code is asked for

    return sorted(catalogue())


# By what stands for the value in the help, or by the argument's own name
_COMPLETERS: dict[str, Completer] = {
    "NOTEBOOK": FilesCompleter(("ipynb", "py")),
    "notebook": FilesCompleter(("ipynb", "py")),
    "STEP": _tags,
    "ASSET": _assets,
    "OLD": _assets,
    "names": _assets,
    "selection": _assets,
    "CODE": _codes,
}
