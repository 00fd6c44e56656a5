"""Which packages a use sets up or patches, so that any later use of them may give something else."""

from __future__ import annotations

import ast
import sys

from platform_core.values import replace
from promote.heap.state_paths import sets_something
from promote.language.effects import ARGUMENT_MUTATORS, MUTATING_METHODS
from promote.language.functions import Functions, is_known
from promote.language.showing import HARMLESS_MODULES
from promote.language.states import (
    ALSO_SETTING,
    HARMLESS_PARTS,
    HARMLESS_SETTINGS,
    HOOKS,
    PARTS_OF_WARNINGS,
    STATE_HOLDERS,
    STORING_FUNCTIONS,
)
from promote.language.syntax import IMPORTED, chain_of
from promote.language.uses import DottedUse

ANYTHING = f"{IMPORTED}?"  # a module that a run alone names


def set_up(use: DottedUse, path: str, functions: Functions) -> str:
    """The package that a call sets up, so that any use of it may give something else; empty where it sets up none."""
    if use.call is None:
        return ""
    package = path.split(".", 1)[0]
    told_of = path in ALSO_SETTING or path in functions.minded
    harmless = package in HARMLESS_MODULES - {"warnings"} and not told_of
    known = use.path[0] in functions.imports and not harmless and is_known(package)
    if path.endswith((".start", ".stop")) and any(p.startswith("unittest.mock") for p in functions.imports.values()):
        package = "anything"  # `patch(…).start()`
    elif path == "..__enter__":
        package = "anything"  # of something without a name
    elif path.endswith(".__enter__"):
        package *= path.removesuffix(".__enter__") in STATE_HOLDERS
    elif path == "importlib.reload":
        chain = chain_of(use.call.args[0]) if use.call.args else None
        package = (
            functions.canonical(chain).partition(".")[0] if chain and chain[0] in functions.imports else "anything"
        )
    elif package == "warnings" or path == "numpy.seterr":
        package *= known and path in functions.minded
    else:
        harmless = (path.startswith(HARMLESS_SETTINGS) and not told_of) or path in ARGUMENT_MUTATORS
        package *= known and not harmless and (told_of or sets_something(path))
    return package


def patched(use: DottedUse, path: str, functions: Functions) -> str:
    """The package a part of which a use binds anew, or changes; empty where it is none that matters."""
    stored = use.path if use.stored else ()
    if use.call is not None and not use.stored:
        stored = use.path[: _depth_of_change(use, path)]
        if path in STORING_FUNCTIONS and use.call.args:
            first = use.call.args[0]
            called = first.func if isinstance(first, ast.Call) and chain_of(first) is None else first
            use = replace(use, call=first if isinstance(first, ast.Call) else None)
            stored = chain_of(called) or ()
    if stored == ("type",) or "__class__" in stored[1:]:  # the class of an object, which may be a package's
        of = use.call.args[0] if use.call is not None and use.call.args else ast.Name(stored[0])
        return "" if isinstance(of, ast.Name) and of.id in {"self", "cls"} else "anything"
    if stored[:1] == ("__builtins__",):
        return "builtins"
    if stored[:1] == (ANYTHING,):
        return "anything"
    if not stored or stored[0] not in functions.imports:
        return ""
    path = functions.canonical(stored)
    package = path.split(".")[0]
    hook = functions.calls_hooks and path.rpartition(".")[2] in HOOKS
    if (path.startswith(HARMLESS_PARTS) and not hook) or not is_known(package):
        return ""
    return package if package not in HARMLESS_MODULES or path in PARTS_OF_WARNINGS else ""


def _depth_of_change(use: DottedUse, path: str) -> int:
    """How many parts of a chain name what a call of its method changes: `string.extras.append(…)`, 0 for none."""
    *whole, method = path.split(".")
    if method in {"__setattr__", "__delattr__", "__setitem__", "__delitem__"}:
        return len(use.path) - 1
    if method not in MUTATING_METHODS or len(whole) < 2 or whole[-1][:1].isupper():
        return 0
    return len(use.path) - 1 if "__dict__" in whole or whole[0] in sys.stdlib_module_names else 0
