"""What a promoted function changes of its process, so that it must put it back: steps share processes."""

from __future__ import annotations

from collections.abc import Sequence

from promote.dataflow.program import Program, Statement, is_state
from promote.heap.state import PREFIX, is_shown
from promote.language.states import (
    HANDLERS,
    KEPT_STATES,
    LIVES,
    PICKLED,
    PUT_AWAY,
    RECORDED,
    SHARED_CONNECTION,
    SHOWN_SEED,
)

_LEFT = {PREFIX + state for state in KEPT_STATES} | {
    *(HANDLERS, LIVES, PICKLED, PUT_AWAY, RECORDED, SHARED_CONNECTION, SHOWN_SEED),
}


def disturbed(program: Program, body: Sequence[Statement]) -> list[str]:
    """Give the states that the body of a function changes and its process may not keep.

    Options of display count where the notebook asks for them, or makes a text of a frame somewhere.
    """
    changed = sorted({name for s in body for name in s.changes if is_state(name)} - _LEFT) if program.disturbed else []
    shown = frozenset(filter(is_shown, changed))
    if shown:
        from promote.dataflow.shown import makes_text  # noqa: PLC0415 - few notebooks set how frames are shown

        if not any(makes_text(s.node) or not shown.isdisjoint(s.reads) for s in program.statements):
            changed = [name for name in changed if name not in shown]
    return [name.removeprefix(PREFIX) for name in changed]
