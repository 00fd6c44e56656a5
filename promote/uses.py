"""What the analysis of scopes says of a statement: its reads, bindings and changes, each with its place."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

Dotted = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """A place in a cell where a name is used (both from 1)."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Event:
    """One step of a statement that matters for aliases, in the order of execution.

    `assign`: `names` take what `value` gives. `mutate`: the object of `names[0]` changes, `depth` parts down.
    `call`: a function called `names[0]` runs with the arguments of `value`.
    """

    kind: str
    names: tuple[str, ...]
    value: ast.expr | None
    use: Use
    depth: int = 1
    element: bool = False  # the names take elements of the value (a loop), not the value


@dataclass(frozen=True, slots=True)
class DottedUse:
    """A use of an attribute chain such as `numpy.random.seed`, rooted at a name of the notebook."""

    path: Dotted
    use: Use
    call: ast.Call | None = None
    stored: bool = False


@dataclass(slots=True)
class Effects:
    """What a statement (or a function's body) does; see the module docstring."""

    reads: dict[str, Use] = field(default_factory=dict)
    late: dict[str, Use] = field(default_factory=dict)
    binds: set[str] = field(default_factory=set)
    maybe: set[str] = field(default_factory=set)
    deletes: set[str] = field(default_factory=set)
    events: list[Event] = field(default_factory=list)
    dotted: list[DottedUse] = field(default_factory=list)
    sql: list[tuple[str, Use]] = field(default_factory=list)
    dynamic: dict[str, Use] = field(default_factory=dict)
    functions: dict[str, FunctionInfo] = field(default_factory=dict)
    classes: dict[str, ClassInfo] = field(default_factory=dict)
    global_writes: dict[str, Use] = field(default_factory=dict)
    class_conflicts: dict[str, Use] = field(default_factory=dict)
    awaits: Use | None = None

    @property
    def touched(self) -> set[str]:
        """Every name that the statement binds or deletes on some path."""
        return self.binds | self.maybe | self.deletes


@dataclass(frozen=True, slots=True)
class FunctionInfo:
    """A function or lambda: what it looks up when called, and what it does to its arguments.

    `free` are the names it takes from outside; `mutates` its parameters that it may change; `changes` the free names
    whose objects it may change; `lazy` is true where its result still holds on to names (a generator, a closure).
    """

    parameters: tuple[str, ...]
    free: dict[str, Use]
    mutates: frozenset[str]
    changes: dict[str, Use]
    lazy: bool
    generator: bool
    returns: frozenset[str]  # parameters and free names that the result may share parts with
    dotted: tuple[DottedUse, ...]
    sql: tuple[tuple[str, Use], ...]
    dynamic: dict[str, Use]
    global_writes: dict[str, Use]
    calls: tuple[Event, ...]
    fresh_defaults: bool  # true where a default value is an object that calls could share


@dataclass(frozen=True, slots=True)
class ClassInfo:
    """A class: its methods by name."""

    methods: dict[str, FunctionInfo]
