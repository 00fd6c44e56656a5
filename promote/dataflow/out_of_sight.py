"""What happens where no statement shows it: handlers of `logging`, weak references, what a library remembers by itself.

No subsequence of the notebook's statements can be shown to keep such a thing, so a step that would take it is refused.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from promote.dataflow.program import Program, Statement
from promote.language.states import HANDLERS, LIVES, PICKLED, PRINTED, PUT_AWAY, RECORDED, SHARED_CONNECTION, SHOWN_SEED
from promote.trees import walk

_TOLD = {
    HANDLERS: (
        "What this handler is given changes whenever it is called, which no statement shows.",
        "Change it in the step itself.",
    ),
    LIVES: ("A weak reference ends with its object, and in a function that is at another moment.", "Keep the object."),
    PICKLED: (
        "What is pickled names the place of the notebook's own code, and in a module that is elsewhere.",
        "Pickle tables and lists, or put the class into the project's package under src.",
    ),
    PUT_AWAY: ("What a package is given, anyone may change, which no statement shows.", "Keep it in a variable."),
    SHARED_CONNECTION: (
        "DuckDB's default connection has another name from here on, and what one changes the other sees.",
        "Use a connection of its own: duckdb.connect().",
    ),
    SHOWN_SEED: ("Only IPython runs a query whose relation is shown.", "Write .fetchall() behind it."),
}


def out_of_sight(
    program: Program, included: Sequence[Statement], told: Iterable[Statement]
) -> Iterator[tuple[Statement, str, str]]:
    """Give the statements of a step that no function can keep, each with why and a way out; all are among `told`."""
    taken = {statement.index for statement in included}
    own = included[-1].role.tag if included else ""
    for statement in told:
        for state in _TOLD.keys() & statement.changes.keys() if statement.changes else ():
            yield statement, *_TOLD[state]
        if PRINTED in statement.changes and statement.role.tag != own:
            message = "From here on this holds what every cell prints."
            yield statement, message, "Write to it in the step: print(…, file=…), or contextlib.redirect_stdout there."
        if RECORDED in statement.changes and statement.role.tag != own:
            hint = "Record warnings in the step: with catch_warnings(…)."
            yield statement, "From here on this holds every warning.", hint
        if any(map(_names_memory, statement.facts.kinds.get(ast.Constant, ()))):
            message = "This database in memory has a name, by which all of a process share it."
            yield statement, message, 'Connect to ":memory:", and hand the connection on.'
        attributes = statement.facts.attributes
        if "to_physical" in attributes and _categories_elsewhere(program, taken, statement):
            message = "Polars numbers categories in the order in which the whole notebook met them."
            yield statement, message, "Use an Enum, which fixes their order."
        if "flags" in attributes and _asks_for_order(statement):
            yield statement, "Whether Polars knows a column to be sorted is not kept with an asset.", "Use is_sorted()."
        if "flags" in attributes and _asks_signals(program, statement):
            message = "Every calculation of the notebook raises these flags, those that the step does not take too."
            yield statement, message, "Calculate in the step, within decimal.localcontext()."


def is_in_sight(statement: Statement) -> bool:
    """Whether `out_of_sight` has nothing to tell of a statement, whichever step takes it."""
    facts = statement.facts
    if statement.changes or "to_physical" in facts.attributes or "flags" in facts.attributes:
        return False
    return not any(map(_names_memory, facts.kinds.get(ast.Constant, ())))


def _names_memory(constant: ast.Constant) -> bool:
    text = constant.value
    if not isinstance(text, str) or (":memory:" not in text and "mode=memory" not in text):
        return False
    return (text.startswith(":memory:") and text != ":memory:") or "cache=shared" in text


def _asks_for_order(statement: Statement) -> bool:
    return any(str(getattr(part, "value", "")).startswith("SORTED_") for part in walk(statement.node))


def _asks_signals(program: Program, statement: Statement) -> bool:
    """Whether a statement reads the flags of the decimal context; those of an array or of a frame have names."""
    if not any("getcontext" in s.facts.attributes | s.facts.names for s in program.statements):
        return False
    named = (part.value for part in statement.facts.kinds.get(ast.Attribute, ()))
    return not any(isinstance(one, ast.Attribute) and one.attr == "flags" for one in named)


def _categories_elsewhere(program: Program, taken: set[int], at: Statement) -> bool:
    """Whether a statement that the step does not take makes categories before."""
    others = (s for s in program.statements if s.index < at.index and s.index not in taken)
    return any("Categorical" in s.facts.attributes | s.facts.names for s in others)
