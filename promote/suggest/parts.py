"""What a notebook makes of frames: every variable that holds one, followed from cell to cell."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Sequence
from dataclasses import replace

from platform_core.values import dataclass
from promote.dataflow.holding import changed
from promote.dataflow.program import Program, Statement
from promote.suggest.frame_guess import Guess, Guesser
from promote.suggest.frame_use import used_as_frames

_WRITERS = re.compile(r"^(?:to_(?:csv|parquet|excel|sql|json|feather|pickle|gbq)|write_\w+|sink_\w+)$")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a variable's life: from a binding that owes nothing to what the variable was, to its last change."""

    variable: str
    statements: tuple[Statement, ...]
    guess: Guess
    after_read: bool = False  # the variable was read from outside by the part before

    @property
    def cells(self) -> tuple[int, ...]:
        """The cells it stands in."""
        return tuple(dict.fromkeys(s.cell for s in self.statements))


def parts_of(program: Program) -> list[Part]:
    """Follow every variable that holds a frame, from cell to cell."""
    guesser = _guesser(program)
    uses = _Uses(program)
    at = 0
    found: list[Part] = []
    current: dict[str, Part] = {}
    for statement in program.statements:
        if statement.cell != at:
            at, guesser.near = statement.cell, set()
        before = dict(guesser.frames)
        guesser.used = uses.until_bound_anew(statement)
        bound = guesser.learn(statement.node)
        for name, guess in bound.items():
            part = current.get(name)
            goes_on = part is not None and (name in statement.reads or name in statement.effects.maybe)
            parted = part is not None and (part.guess.read or _serves_between(part, statement, program))
            if part is not None and goes_on and not (parted and statement.cell not in part.cells):
                current[name] = replace(
                    part,
                    statements=(*part.statements, statement),
                    guess=replace(
                        guess,
                        read=guess.read or part.guess.read,
                        view=guess.view and part.guess.view,  # what is kept of a frame under its own name is no look
                        path=guess.path or part.guess.path,
                    ),
                )
            else:
                after_read = part is not None and goes_on
                found += [part] if part is not None else []
                path = part.guess.path if after_read and part is not None else guess.path
                current[name] = Part(name, (statement,), replace(guess, path=path), after_read)
        for name in changed(statement.node) & current.keys() - bound.keys():
            part = current[name]
            parted = part.guess.read or _serves_between(part, statement, program)
            if name in before and parted and statement.cell not in part.cells:
                found.append(part)
                current[name] = Part(name, (statement,), Guess("frame", path=part.guess.path), after_read=True)
            else:
                current[name] = replace(part, statements=(*part.statements, statement))
        for name in statement.effects.touched - bound.keys():
            if name in current:  # at the end of this cell the name is no frame's
                part = current.pop(name)
                above = tuple(one for one in part.statements if one.cell != statement.cell)
                found += [replace(part, statements=above)] if above else []
    return sorted([*found, *current.values()], key=lambda p: p.statements[0].index)


def only_shown(program: Program) -> list[int]:
    """Give the cells that sum a frame up and bind the sum to no name."""
    guesser = _guesser(program)
    uses = _Uses(program)
    found: dict[int, None] = {}
    for statement in program.statements:
        guesser.used = uses.until_bound_anew(statement)
        guesser.learn(statement.node)
        shown = statement.node.value if isinstance(statement.node, ast.Expr) else None
        guess = guesser.guess(shown) if isinstance(shown, ast.Call) else None
        of = [guesser.frames.get(name) for name in statement.reads]
        if guess is not None and guess.summary and not guess.view and not any(one and one.summary for one in of):
            found[statement.cell] = None
    return list(found)


def _guesser(program: Program) -> Guesser:
    definitions = {s.node.name: s.node for s in program.statements if isinstance(s.node, ast.FunctionDef)}
    return Guesser(program.functions, definitions, {})


class _Uses:
    """Where a notebook uses variables as frames, and where it binds them."""

    def __init__(self, program: Program) -> None:
        self.used: dict[str, list[int]] = {}
        self.bound: dict[str, list[int]] = {}
        for statement in program.statements:
            for name in used_as_frames([statement.node]):
                self.used.setdefault(name, []).append(statement.index)
            for name in statement.binds:
                self.bound.setdefault(name, []).append(statement.index)

    def until_bound_anew(self, statement: Statement) -> frozenset[str]:
        """Give the variables that a statement binds and that are used as frames before something else binds them."""
        found = set()
        for name in statement.binds & self.used.keys():
            end = next((i for i in self.bound[name] if i > statement.index), math.inf)
            if any(statement.index <= i <= end for i in self.used[name]):
                found.add(name)
        return frozenset(found)


def _serves_between(part: Part, statement: Statement, program: Program) -> bool:
    """Whether another cell makes something of what a part gives, before a statement changes it further."""
    first = part.statements[-1].index + 1
    return any(
        part.variable in one.reads and one.binds and one.cell not in (*part.cells, statement.cell)
        for one in program.statements[first : statement.index]
    )


def worth_a_step(parts: Sequence[Part], program: Program, free: set[int]) -> list[Part]:
    """Choose the parts that become steps: worth one, in cells that are free, at most one to a cell."""
    users = {id(p): users_of(p, program) for p in parts}
    worth = [
        p
        for p in parts
        if not p.guess.view
        and not _is_alias(p)
        and set(p.cells) <= free
        and (users[id(p)] or (not _of_a_round(p) and (p.guess.summary or _is_last(p, parts) or _is_made(p, parts))))
    ]
    ranked = sorted(
        worth, key=lambda p: (bool(users[id(p)]), p.statements[-1].index), reverse=True
    )  # in one cell: what others use comes before what nobody does, and the later before the earlier
    taken: set[int] = set()
    chosen: list[Part] = []
    for part in ranked:
        if not taken & set(part.cells):
            chosen.append(part)
            taken |= set(part.cells)
    return sorted(chosen, key=lambda p: p.statements[0].index)


def users_of(part: Part, program: Program) -> set[int]:
    """Give the cells, other than its own, that read what a part gives; those that only look do not count."""
    last = part.statements[-1].index
    found: set[int] = set()
    for statement in program.statements[last + 1 :]:
        if part.variable in statement.reads and statement.cell not in part.cells and statement.effects.touched:
            found.add(statement.cell)
        if part.variable in statement.reads and writes(statement.node, part.variable):
            found.add(statement.cell)
        if part.variable in statement.binds and part.variable not in statement.reads:
            break
    return found


def _is_alias(part: Part) -> bool:
    """Whether a part does nothing but give a frame another name."""
    return len(part.statements) == 1 and isinstance(getattr(part.statements[0].node, "value", None), ast.Name)


def _of_a_round(part: Part) -> bool:
    """Whether a loop binds the variable anew in each round, so that what it holds in the end is the last round's."""
    return isinstance(part.statements[0].node, (ast.For, ast.While))


def _is_last(part: Part, parts: Sequence[Part]) -> bool:
    return part is max((p for p in parts if not p.guess.view), key=lambda p: p.statements[-1].index, default=None)


def _is_made(part: Part, parts: Sequence[Part]) -> bool:
    """Whether several cells work on what was read, and this is what they come to, though none goes on from it."""
    own = [one for one in parts if one.variable == part.variable]
    return part.after_read and len(part.cells) > 1 and part is own[-1]


def writes(node: ast.stmt, variable: str) -> bool:
    """Whether a statement writes a variable's frame to a file or table."""
    return any(
        isinstance(n, ast.Attribute)
        and _WRITERS.match(n.attr)
        and isinstance(n.value, ast.Name)
        and n.value.id == variable
        for n in ast.walk(node)
    )
