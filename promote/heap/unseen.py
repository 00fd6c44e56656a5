"""Calls after which something happens where no statement shows it, told as changes of states that no step can take.

What a handler of `logging` is given changes whenever anyone logs; a weak reference ends with its object; and a relation
of DuckDB that is only shown runs in IPython alone.
"""

from __future__ import annotations

import ast

from platform_core.hints import TYPE_CHECKING
from promote.heap.heap import Objects
from promote.heap.library_changes import Target
from promote.language.states import CALLED_ANY_TIME, HANDLER_METHODS, HANDLERS, LIVES, PICKLED, SHOWN_SEED
from promote.language.uses import Use

if TYPE_CHECKING:
    from promote.heap.calls import Calls

_PICKLING = frozenset(("pickle.dumps", "pickle.dump", "cloudpickle.dumps", "joblib.dump", "joblib.hash", "dill.dumps"))


def unseen(run: Calls, call: ast.Call, target: Target, given: Objects, use: Use, *, alone: bool) -> None:
    """Let a call change what it is given, and a state that stands for what happens to it later."""
    if target.name.startswith("weakref."):
        run.touch(run.deep(given), use)
        run.changed.setdefault(LIVES, use)
    elif target.name in CALLED_ANY_TIME:
        run.callbacks((m for cls in run.heap.classes_in(given) for m in cls.methods.values()), given, use)
        run.touch(run.deep(given), use)
        run.changed.setdefault(HANDLERS, use)
    elif target.method in HANDLER_METHODS or target.name == "logging.basicConfig":
        heap = run.heap
        classes = heap.classes_in(given)
        run.callbacks((info for cls in classes for info in cls.methods.values()), given, use)
        if classes or heap.reach(given) & (heap.stateful | heap.exact):
            run.touch(run.deep(given), use)
            run.changed.setdefault(HANDLERS, use)
    elif target.name in _PICKLING and (run.heap.classes_in(given) or run.heap.code_in(given)):
        run.changed.setdefault(PICKLED, use)
    elif alone and target.method in {"sql", "query"} and call.args and "setseed" in ast.unparse(call.args[0]).lower():
        run.changed.setdefault(SHOWN_SEED, use)
