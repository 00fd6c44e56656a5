"""What a project declares under `[tool.workbench.gates]`: names and commands, in the order in which they run."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from platform_core.errors import UsageError, UserError
from platform_core.suggest import did_you_mean

_NAME = re.compile(r"[a-z][a-z0-9-]*")
_FILE = "pyproject.toml"
_HINT = 'Write name = ["command", …] there, such as types = ["mypy ."].'


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate: it is green when each of its commands ends with 0. Commands are lines for the shell."""

    name: str
    commands: tuple[str, ...]


def declared_gates(root: Path) -> tuple[Gate, ...]:
    """Give the gates that the project in a folder declares.

    Raises:
        UserError: There are none, or what is written is no gate.
    """
    settings = tomllib.loads((root / _FILE).read_text(encoding="utf-8"))["tool"]["workbench"]
    written = settings.get("gates", {})
    if not isinstance(written, dict) or not written:
        hint = f"Write them under [tool.workbench.gates]. {_HINT}"
        raise UserError("The project declares no gates.", hint=hint, location=_FILE)
    return tuple(_gate(name, commands) for name, commands in written.items())


def chosen(gates: Sequence[Gate], names: Sequence[str]) -> tuple[Gate, ...]:
    """Give the gates of these names in the order in which they are declared; all of them where none is named.

    Raises:
        UsageError: There is no gate of a name.
    """
    known = [gate.name for gate in gates]
    for name in names:
        if name not in known:
            raise UsageError(f"There is no gate {name!a}.", hint=did_you_mean(name, known))
    return tuple(gate for gate in gates if not names or gate.name in names)


def _gate(name: str, commands: object) -> Gate:
    if not _NAME.fullmatch(name):
        hint = "Use lower-case letters, digits and dashes, and begin with a letter."
        raise UserError(f"The gate {name!a} has a name that cannot be used.", hint=hint, location=_FILE)
    listed = commands if isinstance(commands, list) else []
    if not listed or not all(isinstance(command, str) and command.strip() for command in listed):
        raise UserError(f"The gate {name!a} is no list of commands.", hint=_HINT, location=_FILE)
    return Gate(name, tuple(listed))
