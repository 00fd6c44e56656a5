"""State that no variable shows: generators of random numbers, options, the environment, the working directory.

Each use is told as a pseudo-name such as `~the environment` that a statement reads, changes or sets anew, so that the
ordinary reaching definitions find a seed or an option that stands outside a step.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Mapping
from functools import lru_cache

from promote.language.effects import (
    ALSO_SETTING,
    AMBIENT_STATES,
    ARGUMENT_MUTATORS,
    DISPLAY_OPTIONS,
    HARMLESS_MODULES,
    HARMLESS_SETTINGS,
    HIDDEN_STATE,
    SETTERS,
    SETTING_FUNCTIONS,
    STATELESS,
)
from promote.language.functions import Functions, is_known
from promote.language.syntax import dotted_of
from promote.language.uses import Dotted, DottedUse, Effects, FunctionInfo, Use

PREFIX = "~"
_PATCHED = "the set-up of "
_RAISING = frozenset(("error", "raise", "call"))  # other ways of telling errors change no value
_DRAWING = re.compile(
    r"train_test_split|shuffle|resample|^make_|KMeans|Forest|Tree|SGD|MLP|Boost|Bagging|SVD|PCA|NMF|Embedding|TSNE"
    r"|Gaussian|^Random|Split$|rvs"
)
_SIMULATING = re.compile(
    r"rvs|random|sampl(e|ing)|simulat|bootstrap|permut|shuffle|synthe|noise|perturb|jitter", re.IGNORECASE
)
_READING_CALLS = frozenset(("get", "getenv", "getcwd", "items", "keys", "values", "copy", "getlocale"))
_WRITING_SQL = re.compile(
    r"\b(create|insert|update|delete|drop|set|attach|install|load|pragma|copy|alter|truncate)\b", re.IGNORECASE
)
_FILE_CALLS = re.compile(
    r"(^|\.)(open|read_\w+|scan_\w+|Path|i?glob|rglob|listdir|scandir|walk|iterdir|cwd|resolve|absolute)$"
    r"|^os\.path\.(abspath|realpath|relpath|exists|isfile|isdir|getsize|getmtime)$"
)
# Packages whose calls draw no numbers but those that stand in a table
_DRAWING_NOTHING = frozenset(("pandas", "polars", "numpy")) | sys.stdlib_module_names | HARMLESS_MODULES
_STATE_ROOTS = frozenset(path.split(".", 1)[0] for path in HIDDEN_STATE)
_SETTING = re.compile(rf"(^|\.)({'|'.join(SETTING_FUNCTIONS)})(_\w+)?$")


def state_uses(
    effects: Effects, functions: Functions, code: Mapping[FunctionInfo, Use]
) -> tuple[dict[str, Use], dict[str, Use], set[str]]:
    """Give the states that a statement reads, those it changes, and those it sets whatever they were before.

    `code` are the functions that the statement may run, each with the place where it names what leads there.
    """
    reads: dict[str, Use] = {}
    changes: dict[str, Use] = {}
    sets: set[str] = set()
    uses = [(use, use.use, not use.weak) for use in effects.dotted]
    uses += [(use, place, False) for info, place in code.items() for use in info.dotted]
    for use, place, sure in uses:
        for state, kind in _states(use, functions):
            name = PREFIX + state
            if kind == "set" and sure:
                sets.add(name)
                changes.setdefault(name, place)
            else:
                reads.setdefault(name, place)
                if kind != "read":
                    changes.setdefault(name, place)
    return reads, changes, sets


def is_ambient(name: str) -> bool:
    """Whether every step may depend on a state without naming it."""
    return name[len(PREFIX) :] in AMBIENT_STATES or name.startswith(PREFIX + _PATCHED)


def _states(use: DottedUse, functions: Functions) -> Iterable[tuple[str, str]]:
    """The states that a use of an attribute chain touches, each with what it does: read, change or set."""
    path = functions.canonical(use.path)
    if not use.stored and touches_none(path):
        return
    state = _state_of(path)
    if state is not None:
        kind = _kind(path, state, use)
        if kind != "none":
            yield state, kind
        if path == "time.tzset":
            yield "the environment", "read"
    elif use.call is not None and _FILE_CALLS.search(path):
        yield "the working directory", "read"
    elif _draws_numbers(path, use):
        yield "the generator of numpy.random", "change"
        yield "the generator of Polars", "change"
    if state is None:
        stored = use.path if use.stored else _patched(use, path)
        package = functions.imports.get(stored[0], "").split(".")[0] if stored else ""
        if not (package and package not in HARMLESS_MODULES and is_known(package)):
            package = _set_up(use, path, functions)
        if package:
            yield _PATCHED + package, "change"


@lru_cache(maxsize=4096)
def touches_none(path: str) -> bool:
    """Whether no use of a path touches a state, whatever it is given: most paths of most notebooks.

    >>> [touches_none(path) for path in (".frame.head", "polars.col", "polars.Config.set_fmt_str_lengths", "open")]
    [True, True, False, False]
    """
    package, method = path.split(".", 1)[0], path.rsplit(".", 1)[-1]
    if path in {"setattr", "delattr"} or method in {"start", "stop"} or package == "warnings":
        return False
    if _state_of(path) is not None or _FILE_CALLS.search(path) or path in ALSO_SETTING or _SETTING.search(path):
        return False
    return path != "numpy.seterr" and not _may_draw(path)


def _set_up(use: DottedUse, path: str, functions: Functions) -> str:
    """The package that a call sets up, so that any use of it may give something else; empty where it sets up none."""
    if use.call is None:
        return ""
    if path.endswith((".start", ".stop")) and any(p.startswith("unittest.mock") for p in functions.imports.values()):
        return "anything"  # `patch(…).start()`
    package = path.split(".", 1)[0]
    if use.path[0] not in functions.imports or package in HARMLESS_MODULES - {"warnings"} or not is_known(package):
        return ""
    if package == "warnings" or path == "numpy.seterr":
        told = [*use.call.args, *(k.value for k in use.call.keywords)]
        return package if any(getattr(a, "value", None) in _RAISING for a in told) else ""
    if path.startswith(HARMLESS_SETTINGS) or path in ARGUMENT_MUTATORS:
        return ""
    return package if path in ALSO_SETTING or _SETTING.search(path) else ""


def _patched(use: DottedUse, path: str) -> Dotted:
    """What `setattr` and its like store into."""
    if use.call is None or not use.call.args or path not in {"setattr", "delattr"}:
        return ()
    return dotted_of(use.call.args[0]) or ()


def _draws_numbers(path: str, use: DottedUse) -> bool:
    """Whether a call takes numbers from the global generator, unless it is told not to."""
    told = use.call is not None and any(k.arg in {"random_state", "seed", "rng"} for k in use.call.keywords)
    return use.call is not None and not told and _may_draw(path)


def _may_draw(path: str) -> bool:
    package, method = path.split(".", 1)[0], path.rsplit(".", 1)[-1]
    if path.startswith("."):
        return method in {"sample", "rvs", "simulate", "bootstrap"}
    if package == "sklearn" or path.startswith("scipy.stats."):
        return _DRAWING.search(method) is not None
    return "." in path and package not in _DRAWING_NOTHING and _SIMULATING.search(method) is not None


def _state_of(path: str) -> str | None:
    parts = path.split(".")
    if parts[0] not in _STATE_ROOTS or path in STATELESS:
        return None
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
