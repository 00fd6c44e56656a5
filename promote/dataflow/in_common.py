"""Which of the statements that `--include-needed` took into several steps stand once: in a function that each calls.

The call stands where the statements stood, so each step runs them anew and in their order. What differs is where their
names are looked up, and which of their values live on. So they stand once only where they follow one another in every
step, take what they read of a step's own names as arguments, and give all that the step goes on with.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence, Set

from promote.dataflow.bodies import Body, InCommon
from promote.dataflow.excerpt import indent
from promote.dataflow.program import Program, Statement, is_state
from promote.dataflow.shared import bound_names, mentioned_names
from promote.language.statements import is_literal
from promote.model import Fragment, Maker, Plan
from promote.render.names import reserved_names

_MOST = 300  # tries, one of which costs about as much as to look at a statement
_STAYS: dict[type[ast.AST], str] = {
    ast.ClassDef: "a class is defined there, which tells where it stands",
    ast.Global: "a `global` there names variables of the step",
    ast.Delete: "something is deleted there",
    ast.Import: "a module is imported there",
    ast.ImportFrom: "a module is imported there",
}
_LATER = (ast.Lambda, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.GeneratorExp)  # code that may run later
_AT_ONCE = frozenset(("listcomp", "setcomp", "dictcomp"))  # scopes of which nothing is left when they are done
# What looks at the function around it
_FRAMES = frozenset(("locals", "vars", "dir", "globals", "eval", "exec", "super", "breakpoint"))
# Packages whose values do nothing when they go: no file is closed then, and none is removed
_PLAIN = frozenset(("calendar", "collections", "copy", "dateutil", "datetime", "decimal", "enum", "fractions"))
_PLAIN |= frozenset(("functools", "hashlib", "itertools", "json", "math", "numpy", "operator", "pandas", "polars"))
_PLAIN |= frozenset(("random", "re", "statistics", "string", "textwrap", "time", "typing", "unicodedata", "uuid"))


class _StaysError(Exception):
    """Statements stay in each step; the text says why."""


def in_common(bodies: Sequence[Body], program: Program, plans: Sequence[Plan]) -> InCommon:
    """Give the functions of the statements that several steps of a notebook repeat.

    Args:
        bodies: The functions of steps, those that have anything to share.
        program: The notebook.
        plans: All of its steps.
    """
    makers: list[tuple[Maker, tuple[int, ...]]] = []
    reasons: dict[int, str] = {}
    names = _taken(program, plans) if len(bodies) > 1 else set()
    tries = 0
    for indices, those in _runs(bodies, program):
        start = 0
        while start < len(indices):
            for end in range(len(indices), start, -1):  # as many of them as can stand together
                tries += 1
                try:
                    made = _Part(indices[start:end], those, program).maker(names)
                except _StaysError as error:
                    reasons[indices[start]] = str(error)  # in the end that of the statement alone
                    if tries > _MOST:
                        break
                    continue
                makers.append((made, tuple(indices[start:end])))
                names.add(made.name)
                reasons.pop(indices[start], None)
                start = end - 1
                break
            start += 1
    return InCommon(tuple(makers), reasons)


def _runs(bodies: Sequence[Body], program: Program) -> list[tuple[list[int], list[Body]]]:
    """Give the statements that the same steps repeat and that follow one another in each of them.

    What means something else in another function stands alone.
    """
    having: dict[tuple[int, Fragment], list[Body]] = {}
    for body in bodies:
        for index, fragment in body.pieces:
            if fragment.origin in ("needed", "definition"):  # of functions, those that stand on what is needed
                having.setdefault((index, fragment), []).append(body)
    places = {body.tag: {index: place for place, (index, _) in enumerate(body.pieces)} for body in bodies}
    found: list[tuple[list[int], list[Body]]] = []
    for (index, _), those in sorted(having.items(), key=lambda item: item[0][0]):
        if len(those) < 2:
            continue
        last = next((run for run in reversed(found) if run[1] == those), None)
        follows = last is not None and all(places[b.tag][index] == places[b.tag][last[0][-1]] + 1 for b in those)
        if last is not None and follows and not any(_stays(program.statements[i]) for i in (index, last[0][-1])):
            last[0].append(index)
        else:
            found.append(([index], those))
    return found


class _Part:
    """Some statements that follow one another in each of the steps."""

    def __init__(self, indices: Sequence[int], bodies: Sequence[Body], program: Program) -> None:
        self.indices = indices
        self.bodies = bodies
        self.program = program
        self.statements = [program.statements[i] for i in indices]
        self.fragments = tuple(dict(bodies[0].pieces)[i] for i in indices)
        self.touched: frozenset[str] = frozenset().union(*[s.effects.touched for s in self.statements])
        self.bound: frozenset[str] = frozenset().union(*[s.binds for s in self.statements])

    def maker(self, taken: Set[str]) -> Maker:
        """Give the function.

        Raises:
            _StaysError: The statements stay in each step.
        """
        if all(fragment.origin == "definition" for fragment in self.fragments):
            raise _StaysError("it is no more than a definition")
        if all(is_literal(getattr(s.node, "value", None)) and not s.changes for s in self.statements):
            raise _StaysError("it is no more than a literal")
        for statement in self.statements:
            if why := _stays(statement):
                raise _StaysError(why)
        looked_up, lingering = _names(self.fragments)
        texts = {n for s in self.statements for n in (*s.hidden.values(), *s.reads) if not is_state(n)}
        free = (looked_up | texts) - self.touched
        for body in self.bodies:
            self.apart(body, free, lingering)
        wanted = frozenset().union(*[self.needed(body) for body in self.bodies])
        if not wanted:
            raise _StaysError("they give the steps nothing by name")
        arguments = self.arguments(free, (wanted - self.bound).union(*[self.inherited(b) for b in self.bodies]))
        outputs = wanted | self.left(free, arguments)
        for name in sorted(outputs - self.bound - {*arguments}):
            raise _StaysError(f"`{name}` may be left unbound")
        given = tuple(dict.fromkeys(n for s in self.statements for n in sorted(s.effects.touched & outputs)))
        name = _free_name([n for n in given if n in wanted], taken | free | self.touched)
        return Maker(name, arguments, given, self.fragments, tuple(body.tag for body in self.bodies))

    def arguments(self, free: Set[str], inherited: Set[str]) -> tuple[str, ...]:
        """Give the names of the steps that the statements read, which have to be bound before them in each."""
        mine = [(free & body.own) | inherited for body in self.bodies]
        for name in sorted(frozenset().union(*mine)):
            for body, own in zip(self.bodies, mine, strict=True):
                before = [s for s in body.statements if s.index < self.indices[0]]
                surely = name in body.given or any(name in s.binds for s in before)
                surely = surely or body.assigned.get(name, self.indices[0]) < self.indices[0]
                if name not in own or not surely or any(name in s.effects.deletes | s.effects.gone for s in before):
                    why = "may be left unbound" if name in self.touched else "is not bound before in each step"
                    raise _StaysError(f"`{name}` {why}")
        return tuple(sorted(mine[0]))

    def inherited(self, body: Body) -> frozenset[str]:
        """Give the names that the statements bind and read before that."""
        here = {*self.indices}
        return frozenset(
            name
            for name, reader in body.reads
            if reader in here
            and name in self.touched
            and any(s.index not in here for s in self.program.reaching(name, reader))
        )

    def apart(self, body: Body, free: Set[str], lingering: Set[str]) -> None:
        """Make sure that no code looks a name up in the step that is bound in the maker, nor the other way round."""
        if not body.shadowed.isdisjoint(self.touched | free):
            raise _StaysError("the step binds a name of Python's that is used there")
        for statement in body.statements:
            shared: Set[str] = lingering & body.assigned.keys()
            if statement.index < self.indices[0]:
                if not statement.facts.kinds.keys().isdisjoint(_LATER):
                    named = statement.facts.names | statement.effects.touched | {*statement.hidden.values()}
                    shared = shared | (self.touched & (named | statement.reads.keys()))
            elif statement.index > self.indices[-1]:
                shared = shared | (lingering & (statement.effects.touched | statement.writes.keys()))
                shared = shared | (statement.effects.deletes & self.touched)
            for name in sorted(shared):
                raise _StaysError(f"`{name}` is bound elsewhere in the step too")
            if ast.Global in statement.facts.kinds:
                raise _StaysError("a function of the step binds variables of it")

    def needed(self, body: Body) -> frozenset[str]:
        """Give the names that a step goes on with."""
        found = {
            name
            for name, reader in body.reads
            if reader > self.indices[-1]
            and name in self.touched
            and any(self.program.reaches(index, name, reader) for index in self.indices)
        }
        for statement in body.statements:
            if statement.index > self.indices[-1]:  # code that looks names up when it runs
                effects = statement.effects
                infos = (*effects.functions.values(), *effects.lambdas.values())
                late = {*effects.late, *statement.hidden.values()}.union(*[info.free for info in infos])
                found |= self.touched & late
        return frozenset(found)

    def left(self, free: Set[str], arguments: Iterable[str]) -> Set[str]:
        """Give the other names, where what they hold may do something once nobody has it any more."""
        frames: frozenset[str] = frozenset().union(*[body.frames for body in self.bodies])
        own = {*arguments}
        opens = any("open" in s.facts.attributes for s in self.statements)
        plain = own <= frames and not opens and all(self.is_plain(name, set()) for name in free - own)
        return frozenset() if plain else self.touched

    def is_plain(self, name: str, seen: set[str]) -> bool:
        """Whether what a name of the module gives does nothing when it goes."""
        functions = self.program.functions
        if name == "open" or name in functions.classes:
            return False
        if name in functions.imports:
            return functions.imports[name].split(".")[0] in _PLAIN
        seen.add(name)
        inner = {n for info in functions.infos(name) for n in info.free} - seen
        return all(self.is_plain(one, seen) for one in sorted(inner))


def _stays(statement: Statement) -> str:
    """Say why a statement means something else in another function, empty where it does not."""
    effects = statement.effects
    for kind, why in _STAYS.items():
        if kind in statement.facts.kinds:
            return why
    if effects.dynamic or effects.global_writes or statement.writes or not _FRAMES.isdisjoint(statement.facts.names):
        return "names may be bound there by other means"
    if effects.declared or effects.deletes or effects.gone or effects.awaits:
        return "a name is declared or deleted there"
    return "a name there is told by the module" if any(n.startswith("__") for n in statement.facts.names) else ""


def _names(fragments: Iterable[Fragment]) -> tuple[frozenset[str], frozenset[str]]:
    """Give the names that code looks up outside itself, and all that code of it that runs later may look up."""
    import symtable  # noqa: PLC0415 - as few notebooks need it as need this module

    text = "def made():\n" + "\n".join(indent(fragment.text) for fragment in fragments)
    looked_up: set[str] = set()
    lingering: set[str] = set()

    def look(table: symtable.SymbolTable, *, later: bool) -> None:
        for symbol in table.get_symbols():
            if symbol.is_global():
                looked_up.add(symbol.get_name())
            if later and (symbol.is_global() or symbol.is_free()):
                lingering.add(symbol.get_name())
        for inner in table.get_children():
            look(inner, later=later or inner.get_name() not in _AT_ONCE)

    try:
        (made,) = symtable.symtable(text, "<statements>", "exec").get_children()
    except SyntaxError as error:
        raise _StaysError("they cannot stand in a function") from error
    look(made, later=False)
    return frozenset(looked_up), frozenset(lingering)


def _taken(program: Program, plans: Sequence[Plan]) -> set[str]:
    """Give the names that mean something in the modules of steps, and so are none for what these share."""
    texts = {f.text for p in plans for g in (*p.functions, *p.tests) for f in (*g.imports, *g.definitions, *g.body)}
    found = {n for text in texts for n in mentioned_names(text) | bound_names(text)}
    return found.union(program.touches, *[reserved_names(p.step) for p in plans])


def _free_name(outputs: Sequence[str], taken: Set[str]) -> str:
    """Give the name of the function that gives some variables.

    >>> _free_name(["names"], {"make_names"}), _free_name(["a", "b"], set()), _free_name(["a", "b", "c"], set())
    ('make_names_2', 'make_a_and_b', 'make_a_and_more')
    """
    words = [name.strip("_") or "values" for name in outputs]
    more = f"_and_{words[1]}" if len(words) == 2 else "_and_more" if len(words) > 2 else ""
    name = f"make_{words[0]}{more}"
    number = 2
    while name in taken:
        name = f"make_{words[0]}{more}_{number}"
        number += 1
    return name
