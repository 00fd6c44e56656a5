"""State that no variable shows: generators of random numbers, options, the environment, the working directory.

Each use is told as a pseudo-name such as `~the environment` that a statement reads, changes or sets anew, so that the
ordinary reaching definitions find a seed or an option that stands outside a step.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from promote.aliases import Functions
from promote.effects import AMBIENT_STATES, DISPLAY_OPTIONS, HIDDEN_STATE, SETTERS, STATELESS
from promote.uses import DottedUse, Effects, Use

PREFIX = "~"
_READING_CALLS = frozenset(("get", "getenv", "getcwd", "items", "keys", "values", "copy", "getlocale"))
_WRITING_SQL = re.compile(
    r"\b(create|insert|update|delete|drop|set|attach|install|load|pragma|copy|alter|truncate)\b", re.IGNORECASE
)
_FILE_CALLS = re.compile(r"(^|\.)(open|read_\w+|scan_\w+|Path|glob|listdir|walk)$")


def state_uses(effects: Effects, functions: Functions) -> tuple[dict[str, Use], dict[str, Use], set[str]]:
    """Give the states that a statement reads, those it changes, and those it sets whatever they were before."""
    reads: dict[str, Use] = {}
    changes: dict[str, Use] = {}
    sets: set[str] = set()
    for use, inside in _dotted_uses(effects, functions):
        path = functions.canonical(use.path)
        state = _state_of(path)
        if state is None:
            if _FILE_CALLS.search(path) and use.call is not None:
                reads.setdefault("~the working directory", inside or use.use)
            continue
        kind = _kind(path, state, use)
        name = PREFIX + state
        place = inside or use.use
        if kind == "none":
            continue
        if kind == "set":
            sets.add(name)
            changes.setdefault(name, place)
        else:
            reads.setdefault(name, place)
            if kind == "change":
                changes.setdefault(name, place)
    return reads, changes, sets


def ambient_names() -> list[str]:
    """Give the states that every step may depend on."""
    return sorted(PREFIX + state for state in AMBIENT_STATES)


def _dotted_uses(effects: Effects, functions: Functions) -> Iterable[tuple[DottedUse, Use | None]]:
    """The uses in the statement itself, and in the functions that it names (placed where it names them)."""
    for use in effects.dotted:
        yield use, None
    for name, place in effects.reads.items():
        if name in functions.by_name:
            for called in {name, *functions.late_names(name)}:
                for info in functions.by_name.get(called, ()):
                    for use in info.dotted:
                        yield use, place


def _state_of(path: str) -> str | None:
    if path in STATELESS:
        return None
    parts = path.split(".")
    for end in range(len(parts), 0, -1):
        if state := HIDDEN_STATE.get(".".join(parts[:end])):
            # a bare module (`import random`) is no use of its state
            return state if end < len(parts) or (path in HIDDEN_STATE and "." in path) else None
    return None


def _kind(path: str, state: str, use: DottedUse) -> str:
    if state == "DuckDB's default connection":
        texts = [
            part.value
            for argument in (use.call.args if use.call else [])
            for part in ast.walk(argument)
            if isinstance(part, ast.Constant) and isinstance(part.value, str)
        ]
        return "change" if any(_WRITING_SQL.search(text) for text in texts) else "read"
    if path in SETTERS:
        return "set"
    if state == "pandas' options":
        return "none" if _only_shown(path, use) else "change"
    if use.stored:
        return "change"
    if path.rsplit(".", 1)[-1] in _READING_CALLS or (use.call is None and state == "the environment"):
        return "read"
    return "change"


def _only_shown(path: str, use: DottedUse) -> bool:
    if path.startswith("pandas.options"):
        return not use.stored or path.split(".")[2:3] in (["display"], ["styler"], ["plotting"])
    names = [a.value for a in (use.call.args if use.call else []) if isinstance(a, ast.Constant)]
    return bool(names) and isinstance(names[0], str) and names[0].startswith(DISPLAY_OPTIONS)
