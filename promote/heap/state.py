"""State that no variable shows: generators of random numbers, options, the environment, the working directory.

Each use is told as a pseudo-name such as `~the environment` that a statement reads, changes or sets anew, so that the
ordinary reaching definitions find a seed or an option that stands outside a step.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Mapping, Sequence, Set

from platform_core.hints import TYPE_CHECKING
from platform_core.values import replace
from promote.heap.options import POLARS, names_a_format, option_states, options_read
from promote.heap.set_ups import ANYTHING, patched, set_up
from promote.heap.state_paths import (
    ONLY_ENVIRONMENT,
    asks_environment,
    looks_at_files,
    may_draw,
    state_of,
    touches_none,
)
from promote.language.functions import Functions, nameless
from promote.language.states import (
    AMBIENT_STATES,
    HIDDEN_STATE,
    MINDED_WHERE_ASKED,
    PLACING_METHODS,
    PRINTED,
    PROGRESS,
    RECORDED,
    RELATION_MAKERS,
    RUN_STATES,
    RUNNERS,
    SETTERS,
    SHARED_CONNECTION,
    SHOWN_STATES,
    STATE_HOLDERS,
    STATE_WORDS,
    STOPPING,
    TELLING_ERRORS,
)
from promote.language.uses import DottedUse, Effects, FunctionInfo, Use

if TYPE_CHECKING:
    from promote.language.facts import Facts

PREFIX = "~"
_PATCHED = "the set-up of "
PLACES, MODULES = "where modules are looked for", "the modules at hand"
ENVIRONMENT = "the environment"
CONNECTION = PREFIX + HIDDEN_STATE["duckdb"]
_FILTERS = "the filters of warnings"
_NUMPY_ERRORS = "how NumPy takes errors"
_TOLD_OF_MODULES = frozenset((ANYTHING, "__version__", "__name__", "__file__", "__doc__", "__path__", "__all__"))
_TOLD_BY_TEXTS = frozenset(("duckdb", "warnings"))
_TELLING_ERRORS = frozenset([path.rpartition(".")[2] for path in TELLING_ERRORS])
_READING_CALLS = frozenset(("get", "getenv", "getcwd", "geterr", "items", "keys", "values", "copy", "getlocale"))


def state_uses(
    effects: Effects,
    functions: Functions,
    code: Mapping[FunctionInfo, Use],
    *,
    unsure: Collection[str] = (),
    entered: Collection[int] = (),
) -> tuple[dict[str, Use], dict[str, Use], set[str]]:
    """Give the states that a statement reads, those it changes, and those it sets whatever they were before.

    Args:
        effects: What the statement does.
        functions: The functions and imports of the notebook.
        code: The functions that the statement may run, each with the place where it names what leads there.
        unsure: Names that stand for an import on some path only.
        entered: The identities of calls that a `with` enters, which put back what they change.
    """
    reads: dict[str, Use] = {}
    changes: dict[str, Use] = {}
    sets: set[str] = set()
    if not code and not any(use.stored or not _touches_none(use, functions) for use in effects.dotted):
        return reads, changes, sets  # as for nearly all statements
    inside = functions if functions.sql is None else replace(functions, sql=functions.sql.inside())
    uses = [
        (use, use.use, use.call is not None and not use.weak and use.path[0] not in unsure, functions)
        for use in effects.dotted
    ]
    uses += [(use, place, False, inside) for info, place in code.items() for use in info.dotted]
    for use, place, sure, meant in uses:
        if use.stored and use.call is None and not use.path[1:] and use.path[0] not in functions.imports:
            continue  # an item of a variable
        within = use.call is not None and id(use.call) in entered and functions.canonical(use.path) in STATE_HOLDERS
        for state, kind in _states_of_all(use, meant):
            if within and kind != "read":
                continue
            name = PREFIX + state
            if kind == "set" and sure and use.path[0] not in functions.others:
                sets.add(name)
                changes.setdefault(name, place)
            else:
                if kind == "read" or state not in SHOWN_STATES | {_NUMPY_ERRORS}:  # to set these asks for none
                    reads.setdefault(name, place)
                if kind != "read":
                    changes.setdefault(name, place)
    return reads, changes, sets


def minded(every: Sequence[Facts], imports: Mapping[str, str], words: Set[str]) -> frozenset[str]:
    """Give the calls that matter since a notebook, by its words, asks for what they set, by their paths.

    What warnings do counts where a call says, or is given from elsewhere, that one shall stop the code.
    """
    found = {path for path, asking in MINDED_WHERE_ASKED.items() if not asking.isdisjoint(words)}
    telling = words & _TELLING_ERRORS | {name for name, path in imports.items() if path in TELLING_ERRORS}
    calls = [call for facts in every for call in facts.kinds.get(ast.Call, ())] if telling else ()
    called = [call for call in calls if getattr(call.func, "attr", getattr(call.func, "id", "")) in telling]
    said = [call.args[0] for call in called if call.args]
    said += [k.value for call in called for k in call.keywords if k.arg != "category"]
    if not all(isinstance(one, ast.Constant) for one in said):
        said += [one for facts in every for one in facts.kinds.get(ast.Constant, ())]
    return frozenset(found | TELLING_ERRORS if any(getattr(one, "value", None) in STOPPING for one in said) else found)


def handed_on(dotted: Iterable[DottedUse], functions: Functions) -> set[str]:
    """Give the states that may be changed by functions which code names and does not call."""
    uses = [use for use in dotted if use.call is None and not use.stored and use.path[0] in functions.imports]
    return {PREFIX + state for use in uses for state, kind in _states(use, functions) if kind in {"change", "set"}}


def states_through(path: str, done: Iterable[str], functions: Functions) -> set[str]:
    """Give the states that change where code calls methods of a module or class, or stores into it (`=`)."""
    if path == "?":  # a module that a run alone names
        return {set_up_of("anything")}
    given = replace(functions, imports={**functions.imports, "?": path})
    found: set[str] = set()
    for one in done:
        call = ast.Call(ast.Name(one), [], [])
        use = DottedUse(("?",), Use(1, 1), stored=True) if one == "=" else DottedUse(("?", one), Use(1, 1), call=call)
        found |= {PREFIX + state for state, kind in _states(use, given) if kind != "read"}
        if path in _TOLD_BY_TEXTS and one in STATE_WORDS:  # what the call is given may change it
            found |= {PREFIX + HIDDEN_STATE["duckdb"] if path == "duckdb" else set_up_of(path)}
    return found


def states_of(paths: Iterable[str]) -> set[str]:
    """Give the states that functions of modules may change.

    >>> sorted(states_of(["random"])), sorted(states_of(["math"]))
    (['~the generator of random'], [])
    """
    return {PREFIX + state for one in paths for key, state in HIDDEN_STATE.items() if f"{key}.".startswith(f"{one}.")}


def is_ambient(name: str) -> bool:
    """Whether every step may depend on a state without naming it."""
    return name[len(PREFIX) :] in AMBIENT_STATES or name.startswith(PREFIX + _PATCHED)


def set_up_of(package: str) -> str:
    """Give the name of the state that a patch of a package changes."""
    return PREFIX + _PATCHED + package


def is_set_up(name: str) -> bool:
    """Whether a state is the set-up of a package, which any use of the package may depend on."""
    return name.startswith(PREFIX + _PATCHED)


def is_shown(name: str) -> bool:
    """Whether only texts made of frames and arrays depend on a state."""
    return name[len(PREFIX) :] in SHOWN_STATES


def _states_of_all(use: DottedUse, functions: Functions) -> Iterable[tuple[str, str]]:
    """The states that a use touches by whatever its name is imported from."""
    if use.path[0] == ANYTHING and use.call is None and not use.stored and use.path[-1] in _TOLD_OF_MODULES:
        return []
    if use.path[0] not in functions.others:
        return _states(use, functions)
    return [one for meant in functions.meanings(use.path[0]) for one in _states(use, meant)]


def _states(use: DottedUse, functions: Functions) -> Iterable[tuple[str, str]]:
    """The states that a use of an attribute chain touches, each with what it does: read, change or set."""
    path = functions.canonical(use.path)
    if not use.stored and touches_none(nameless(path)):
        return
    if (options := option_states(path, use)) is not None:
        yield from ((state, "change") for state in options)
        yield from ((state, "read") for state in options_read(path, use))
        return
    state = state_of(path)
    if state is None and use.call is not None and path.startswith("."):
        state = _of_relation(path, functions)
    if state is not None:
        if state == CONNECTION[1:] and functions.sql is not None and functions.sql.shared:
            yield SHARED_CONNECTION[1:], "change" if path in functions.sql.shared and use.call is not None else "read"
        yield from _with_what_follows(state, _kind(path, state, use, functions), path, use)
    elif use.call is not None:
        yield from _by_the_way(path, use)
    if state is None or state in {_FILTERS, _NUMPY_ERRORS}:
        package = patched(use, path, functions) or set_up(use, path, functions)
        if state == _FILTERS and "showwarning" in functions.attributes:
            package = "warnings"  # what is told of them is data
        if package:
            yield _PATCHED + package, "change"


def _by_the_way(path: str, use: DottedUse) -> Iterable[tuple[str, str]]:
    """The states that a call touches which is not there for them."""
    if looks_at_files(path) or asks_environment(path):
        if path not in ONLY_ENVIRONMENT:
            yield "the working directory", "read"
        if asks_environment(path):
            yield ENVIRONMENT, "read"
    elif _draws_numbers(path, use):
        yield "the generator of numpy.random", "change"
        yield "the generator of Polars", "change"
        if not path.startswith((".", "sklearn.", "scipy.")) or path.endswith(".samples"):
            yield "the generator of random", "change"
    if path.endswith((".tqdm.pandas", "pandarallel.initialize")):
        yield PROGRESS, "change"
    elif path.startswith(".") and path.rpartition(".")[2].startswith(("progress_", "parallel_")):
        yield PROGRESS, "read"
    if path.rpartition(".")[2] in RUNNERS:
        yield from ((one, "change") for one in RUN_STATES)


def _with_what_follows(state: str, kind: str, path: str, use: DottedUse) -> Iterable[tuple[str, str]]:
    if kind != "none":
        yield state, kind
    if kind != "read" and state == ENVIRONMENT and names_a_format(use):
        yield POLARS, "change"
    if path == "time.tzset":
        yield ENVIRONMENT, "read"
    if path == "warnings.catch_warnings" and _records(use):
        yield RECORDED.removeprefix(PREFIX), "change"


def _touches_none(use: DottedUse, functions: Functions) -> bool:
    """Whether a use that stores nothing touches no state, as its path tells."""
    return use.path[0] not in functions.others and touches_none(nameless(functions.canonical(use.path)))


def _draws_numbers(path: str, use: DottedUse) -> bool:
    """Whether a call takes numbers from the global generator, unless it is told not to."""
    told = use.call is not None and any(k.arg in {"random_state", "seed", "rng"} for k in use.call.keywords)
    if use.call is not None and use.call.args and path.startswith(".") and path.endswith(".shuffle"):
        return False  # a generator's own; that of a column takes no list
    return use.call is not None and not told and may_draw(path)


def _of_relation(path: str, functions: Functions) -> str | None:
    """The state that a method of a DuckDB relation changes: it makes a table or a view of the connection."""
    making = path.rsplit(".", 1)[-1] in RELATION_MAKERS
    return "DuckDB's default connection" if making and "duckdb" in functions.imports.values() else None


def _records(use: DottedUse) -> bool:
    """Whether a call of `catch_warnings` puts the warnings that come into a list."""
    return use.call is not None and any(k.arg == "record" for k in use.call.keywords)


def _kind(path: str, state: str, use: DottedUse, functions: Functions) -> str:
    method = path.rsplit(".", 1)[-1]
    if state == "DuckDB's default connection":
        return "change" if _changes_connection(path, use, functions) else "read"
    if path == "warnings.catch_warnings":
        return "read" if _records(use) else "none"
    if path in SETTERS:
        return "set"
    if PREFIX + state == PRINTED:
        return "change" if use.stored or path in STATE_HOLDERS else "read"
    reading = method in _READING_CALLS or (use.call is None and state == ENVIRONMENT)
    if state in {PLACES, MODULES}:
        reading = use.call is None or method not in PLACING_METHODS
    return "read" if reading and not use.stored else "change"


def _changes_connection(path: str, use: DottedUse, functions: Functions) -> bool:
    from promote.language.connections import changes_connection  # noqa: PLC0415 - few notebooks use DuckDB

    return functions.sql is None or changes_connection(path, use, functions.sql)
