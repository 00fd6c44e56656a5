"""What the analysis of scopes says of a statement: its reads, bindings and changes, each with its place."""

from __future__ import annotations

import ast
from operator import itemgetter

from platform_core.hints import TYPE_CHECKING
from platform_core.values import dataclass, field

Dotted = tuple[str, ...]


class Use(tuple[int, int]):
    """A place in a cell where a name is used (both from 1); there are so many that each is a pair and no more.

    >>> Use(3, 7), Use(3, 7).column
    (Use(line=3, column=7), 7)
    """

    __slots__ = ()
    __match_args__ = ("line", "column")

    if TYPE_CHECKING:
        line: int
        column: int
    else:
        line, column = property(itemgetter(0)), property(itemgetter(1))

    def __new__(cls, line: int, column: int) -> Use:
        """Make a place."""
        return tuple.__new__(cls, (line, column))

    def __repr__(self) -> str:
        return f"Use(line={self.line}, column={self.column})"


@dataclass(slots=True, eq=False)
class Event:
    """One step of a statement that matters for the objects behind its names, in the order of execution.

    `assign`: `names` take what `value` gives. `capture`: they take a list of parts of it (`*rest`) or, with `element`,
    anything of it (a pattern). `define`: `names` take the function `code` or the class `cls`;
    `decorate`: they may now stand for what the decorator `value` gives.
    `mutate`: the object that `value` gives changes; where `held` is given, it is now part of that object (a key, with
    `element`). `call`:
    the call `value` runs; `apply`: a decorator is called so with what it stands on. `item`: an item of `value` is
    read. `put`: the attribute `value` takes `held`. `return`: a function gives `value`; `raise`: it may raise
    `value`, and `catch`: `names` take what functions may have raised. `scope`: `events` run while `names` mean
    something of their own (a comprehension, a class body).
    """

    kind: str
    names: tuple[str, ...]
    value: ast.expr | None
    use: Use
    element: bool = False  # the names take elements of the value (a loop), not the value
    weak: bool = False  # it may not happen, so what the names were before still counts
    alone: bool = False  # a call whose value nobody takes
    held: ast.expr | None = None
    code: FunctionInfo | None = None
    cls: ClassInfo | None = None  # where it is given, `held` are the values of the class's own names
    events: tuple[Event, ...] = ()


@dataclass(slots=True, eq=False)
class DottedUse:
    """A use of an attribute chain such as `numpy.random.seed`, rooted at a name of the notebook."""

    path: Dotted
    use: Use
    call: ast.Call | None = None
    stored: bool = False
    weak: bool = False  # it may not happen
    key: str = ""  # the literal item that is stored: `os.environ["TZ"] = …`


class Effects:
    """What a statement (or a function's body) does; see the module docstring.

    `binds` and `gone` are surely bound and surely deleted afterwards, `maybe` and `deletes` on some path; `touched` are
    all that are bound or deleted on some path. `nested` are the names that a query text uses inside a function or
    comprehension. Once a statement was gone through nothing of this changes.
    """

    def __init__(self) -> None:
        self.reads: dict[str, Use] = {}
        self.late: dict[str, Use] = {}
        self.binds: set[str] = set()
        self.maybe: set[str] = set()
        self.deletes: set[str] = set()
        self.gone: set[str] = set()
        self.touched: frozenset[str] = frozenset()
        self.constant: frozenset[str] = frozenset()  # names that are given a literal
        self.attributes: frozenset[str] = frozenset()  # names of attributes that are assigned, in what it defines too
        self.declared: set[str] = set()  # annotated without a value, so local in a function
        self.events: list[Event] = []
        self.dotted: list[DottedUse] = []
        self.queries: list[Query] = []
        self.dynamic: dict[str, Use] = {}
        self.functions: dict[str, FunctionInfo] = {}
        self.lambdas: dict[int, FunctionInfo] = {}  # by the identity of the syntax node
        self.classes: dict[str, ClassInfo] = {}
        self.inner: list[tuple[str, ClassInfo]] = []  # classes that functions and other classes define
        self.uses_classes: bool = True  # false for a class definition, which makes no instance of it
        self.plain: set[str] = set()  # names that stand as values, in functions and classes too
        self.fields: set[str] = set()  # names that class bodies bind to values, or say are there
        self.global_writes: dict[str, Use] = {}
        self.mentioned: dict[str, Use] = {}  # in annotations that are not evaluated
        self.class_conflicts: dict[str, Use] = {}
        self.awaits: Use | None = None
        self.loops: bool = False
        self.values: int = 0  # how many values stand under names that no notebook can have

    def copy(self) -> Effects:
        """Give the same in a value of its own, whose attributes can be set to others."""
        made = Effects()
        made.__dict__.update(self.__dict__)
        return made


@dataclass(frozen=True, slots=True)
class Query:
    """A text that may name Python variables: tables of SQL, and `@name` for pandas. `texts` are its literal parts.

    `names` are the variables that the text itself may stand in; `nested` is true inside a function or comprehension.
    """

    sql: bool
    texts: tuple[str, ...]
    names: tuple[str, ...]
    use: Use
    nested: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class FunctionInfo:
    """A function or lambda as its own text tells it: what it looks up when called, and what its body does in order.

    `free` are the names it takes from outside, `local` those it binds. What it does to its arguments and to names
    outside, through the functions that it calls in turn, is its `Summary`.
    """

    parameters: tuple[str, ...]
    free: dict[str, Use]
    local: frozenset[str]
    events: tuple[Event, ...]
    generator: bool  # or a coroutine: the body runs when what the call gave is used
    dotted: tuple[DottedUse, ...]
    queries: tuple[Query, ...]
    dynamic: dict[str, Use]
    global_writes: dict[str, Use]
    fresh_defaults: frozenset[str]  # parameters whose default is an object that calls could share
    queried: dict[str, Use] = field(default_factory=dict)  # variables of the notebook that its query texts name
    captured: set[str] = field(default_factory=set)  # free names that are local to a function around
    decorated: bool = False
    remembers: bool = False  # a decorator keeps what it gave
    node: ast.AST | None = None  # kept alive, since lambdas are known by its identity


@dataclass(frozen=True, slots=True, eq=False)
class ClassInfo:
    """A class: its methods, bases and metaclass by name, and which methods run without being called.

    `shared` is true where instances share something that may change: an object among the class's attributes. `mentions`
    are the names that its body reads, such as a factory of default values.
    """

    methods: dict[str, FunctionInfo]
    bases: tuple[str, ...] = ()
    implicit: frozenset[str] = frozenset()
    shared: bool = False
    meta: tuple[str, ...] = ()
    mentions: frozenset[str] = frozenset()


BEHIND = "^"  # before the name of a summary that a parameter of the function hides


@dataclass(frozen=True, slots=True)
class Summary:
    """What calling a function does, seen from outside. Names are its parameters, or names outside.

    A name outside that a parameter hides, which functions that are called look up, has the sign `BEHIND` before it.

    `mutates`: parameters whose objects it may change. `changes`: names outside whose objects it may change. `deeply`:
    those of both of which it may change what they hold too; `cells`: those in whose cells it may; `perhaps`: those
    where it may if containers stand there; `copied`: those where it may if they are frames, by a
    deep copy. `gives`: whose objects the result may be; `parts`: what of theirs it may be;
    `holds`: whose objects it may hold; `raises`: whose an exception may carry out. `binds`: (name, whose, how) where a
    name outside is bound to the objects of another (`is`), to what is in there (`part`) or to what holds them
    (`holds`). `takes`: of whose objects the result has an item, how many items were taken on the way to it, and whether
    it is the result (0), held by it (1) or farther within (2); `makes`: of whose objects the result has what was made
    of them, such as a copy of a frame, which shares the cells, with how many items were taken of that, its kind
    (`flat`: a column, whose items are cells; `copied`: deeply) and how far within. `keeps_made`: (holder, …) the same
    of what a name outside holds afterwards, where the kind may be `taken`. `keeps`: (holder, held) pairs that are
    linked afterwards; `keeps_inside`: those whose holder is something within the first. `fills`: names whose objects
    hold afterwards what changes by being used, with its kind; `asks`: those of which items are read; `handed_on`: those
    that libraries are given; `uses`: those of which methods are called that may change a library's object. `code`:
    functions that the result may hold; `left` and `left_inside`: functions that a parameter or name, or something
    within it, may now hold.
    """

    mutates: frozenset[str] = frozenset()
    changes: frozenset[str] = frozenset()
    cells: frozenset[str] = frozenset()
    perhaps: frozenset[str] = frozenset()
    copied: frozenset[str] = frozenset()
    deeply: frozenset[str] = frozenset()
    gives: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()
    holds: frozenset[str] = frozenset()
    raises: frozenset[str] = frozenset()
    takes: frozenset[tuple[str, int, int]] = frozenset()
    makes: frozenset[tuple[str, int, str, int]] = frozenset()
    keeps_made: frozenset[tuple[str, str, int, str, bool]] = frozenset()
    binds: frozenset[tuple[str, str, str]] = frozenset()
    keeps: frozenset[tuple[str, str]] = frozenset()
    keeps_inside: frozenset[tuple[str, str]] = frozenset()
    fills: frozenset[tuple[str, str]] = frozenset()
    asks: frozenset[str] = frozenset()
    uses: frozenset[str] = frozenset()
    handed_on: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()  # of what the result holds
    writes: frozenset[str] = frozenset()
    looks: frozenset[str] = frozenset()  # into whose objects the result looks whenever it is asked
    code: frozenset[FunctionInfo] = frozenset()
    left: frozenset[tuple[str, FunctionInfo]] = frozenset()
    left_inside: frozenset[tuple[str, FunctionInfo]] = frozenset()
    classes: frozenset[ClassInfo] = frozenset()
    stateful: bool = False
    keeps_state: bool = False  # a default value changes from call to call
