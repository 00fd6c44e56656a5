"""What a step needs: every name it reads is followed back to what gave it its value, or refused.

The promoted function is a subsequence of the notebook's statements, in the notebook's order, closed under dependence:
with a statement it has every statement that gave a value it reads, or changed an object it reaches. That is why it
computes what the notebook computed. Whatever would break this closure is a finding (`refusals`).
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable
from functools import partial

from platform_core.hints import Literal
from platform_core.values import dataclass, field
from promote.dataflow.definitions import bound_once, is_definition, is_parameter
from promote.dataflow.displays import dropped, idle_draws, shows_only
from promote.dataflow.kept_bodies import tell_bodies
from promote.dataflow.loads import LoadCall, bound_load
from promote.dataflow.program import Statement, is_state
from promote.dataflow.reaching import Link
from promote.dataflow.refusals import Context, Refusals
from promote.dataflow.sharing import lost_changes
from promote.heap.state import CONNECTION, is_set_up, is_shown
from promote.language.effects import IPYTHON_NAMES
from promote.language.statements import binds_above, imports_plainly, only_puts_away, recovers
from promote.language.uses import Use
from promote.model import Finding, Role

Origin = Literal["step", "definition", "needed", "import"]
_MODULE_NAMES = frozenset("__name__ __doc__ __spec__ __loader__ __package__ __file__ __builtins__".split())
_BUILTINS = frozenset(dir(builtins)) - _MODULE_NAMES
_OUTSIDE = _MODULE_NAMES | IPYTHON_NAMES


@dataclass(frozen=True, slots=True)
class Bound:
    """A frame or resource that a variable takes from outside: `at` is the statement after which it holds."""

    variable: str
    asset: str
    at: int
    load: LoadCall | None = None


@dataclass(slots=True)
class Closure:
    """What `resolve` found for one step (or one check, test or chart of it)."""

    own: tuple[Statement, ...]
    included: dict[int, Origin] = field(default_factory=dict)
    inputs: dict[tuple[str, str, int], Bound] = field(default_factory=dict)
    parameters: set[str] = field(default_factory=set)
    for_effect: dict[int, list[str]] = field(default_factory=dict)  # imports that only add parts to packages: the lines
    dropped: set[int] = field(default_factory=set)
    shadowed: set[str] = field(default_factory=set)  # builtins that the step reads and binds
    findings: list[Finding] = field(default_factory=list)
    refused: bool = False  # for a reason that was told before
    reads: set[tuple[str, int]] = field(default_factory=set)  # each name with the statement before which it is asked
    doubled: set[str] = field(default_factory=set)  # assets taken that share what is changed with something else here


def resolve(
    context: Context, role: Role, cells: Iterable[int], *, include_needed: bool, wanted: Iterable[str] = ()
) -> Closure:
    """Close the statements of `cells` under dependence; `wanted` are names that are needed at the end of them.

    Where an input shares an object with another, or with what is repeated, and the object is changed, the statements
    of the step that makes the input may be repeated in its place: then the function has one object too.
    """
    own, ends = frozenset(cells), tuple(wanted)
    closure = _Resolver(context, role, own, ends, include_needed=include_needed).run()
    repeated: frozenset[str] = frozenset()
    again = closure
    while include_needed and role.kind == "step" and again.doubled - repeated and may_repeat(context, again.doubled):
        repeated |= again.doubled
        again = _Resolver(context, role, own, ends, include_needed=True, repeated=repeated).run()
        if not again.findings and not again.refused and not any(takes_resource(context, i) for i in again.included):
            return again
    return closure


def may_repeat(context: Context, assets: Iterable[str]) -> bool:
    """Whether the steps of assets stand in this notebook whole, with no partitions of their own."""
    steps = context.steps
    return all(asset in steps and not steps[asset].options.get("partitions") for asset in assets)


def way_out(context: Context, role: Role, cells: frozenset[int], wanted: tuple[str, ...]) -> list[Statement]:
    """The statements outside a step that `--include-needed` would take."""
    closure = resolve(context, role, cells, include_needed=True, wanted=wanted)
    return [context.program.statements[i] for i, origin in sorted(closure.included.items()) if origin == "needed"]


def takes_resource(context: Context, index: int) -> bool:
    """Whether a statement reads a source, which may give something else when it is read again."""
    return any(load.what == "resource" for load in context.program.statements[index].loads)


class _Resolver:
    def __init__(
        self,
        context: Context,
        role: Role,
        cells: frozenset[int],
        wanted: tuple[str, ...],
        *,
        include_needed: bool,
        repeated: frozenset[str] = frozenset(),
    ) -> None:
        self.repeated = repeated  # assets whose statements are taken in place of what they give
        self.context = context
        self.program = context.program
        self.role = role
        self.include_needed = include_needed
        own = tuple(self.program.of_cells(cells))
        self.own_indices = {s.index for s in own}
        self.closure = Closure(own)
        self.refusals = Refusals(context, role, partial(way_out, context, role, cells, wanted))
        self.wanted = wanted
        self.queue: list[Statement] = []
        self.seen: set[tuple[str, int, bool]] = set()
        self.restored: list[tuple[str, Statement, Statement, Use]] = []  # builtins whose rebinding was deleted
        self.passed: dict[Link, Link | None] = {}  # what is accounted for wherever it reaches, and what is next
        self.given: set[tuple[str, int]] = set()  # (name, reader) where the value comes from outside, without its code

    def run(self) -> Closure:
        closure = self.closure
        if self.role.kind != "chart":
            closure.dropped = dropped(closure.own, self.program.functions, self.wanted)
            closure.dropped |= idle_draws(self.program, closure.own)
        for statement in closure.own:
            if statement.index not in closure.dropped:
                self.include(statement, "step")
        for statement in closure.own if self.program.ambient else ():
            for state in self.program.ambient:
                self.need(state, statement, Use(statement.first, 1))
        for name in self.wanted:
            self.need(name, closure.own[-1], Use(closure.own[-1].first, 1), after=True)
        self.follow_all()
        self.follow_shown()
        self.follow_parts()
        included = [self.program.statements[i] for i in sorted(closure.included)]
        closure.shadowed &= frozenset().union(*[s.effects.touched for s in included])
        for name, deleting, at, use in self.restored:
            if any(name in s.effects.touched for s in included):
                self.refusals.gone(name, deleting, at, use)
        tell_bodies(self.refusals, included)
        variables = {bound.variable for bound in closure.inputs.values()}
        for statement in included if len(variables) > 1 else ():
            self.refusals.identity(statement, variables)
        self.asked_late()
        closure.reads = {(name, index + after) for name, index, after in self.seen}
        if not self.refusals.findings:
            for name, change, at, assets in lost_changes(
                self.program, closure.included, closure.inputs.values(), closure.reads
            ):
                self.refusals.lost(name, change, at)
                closure.doubled |= assets
        closure.findings = sorted(
            self.refusals.findings, key=lambda f: (f.location.cell or 0, f.location.line or 0, f.code, f.message)
        )
        closure.refused = self.refusals.silent
        return closure

    def include(self, statement: Statement, origin: Origin) -> None:
        if statement.index in self.closure.included:
            return
        if origin == "step" and isinstance(statement.node, (ast.Import, ast.ImportFrom)):
            origin = "import"
        self.closure.included[statement.index] = origin
        self.queue.append(statement)

    def follow_all(self) -> None:
        """Account for all that the statements taken so far need, and for what those need in turn."""
        while self.queue:
            self.follow(self.queue.pop())

    def follow_shown(self) -> None:
        """Account for the options of display, where a statement makes a text that they may change."""
        shown = self.program.shown
        if not shown:
            return
        from promote.dataflow.shown import makes_text  # noqa: PLC0415 - few notebooks set how frames are shown

        if any(makes_text(self.program.statements[i].node) for i in self.closure.included):
            last = self.closure.own[-1]
            for state in shown:
                self.need(state, last, Use(last.first, 1))
            self.follow_all()

    def follow_parts(self) -> None:
        """A package used by its own name has the parts that others import: `PIL.Image` by `from PIL import Image`."""
        taken = [self.program.statements[i] for i, origin in self.closure.included.items() if origin == "import"]
        plain = [a.name for s in taken if isinstance(s.node, ast.Import) for a in s.node.names if not a.asname]
        parts = [part for name in plain for part in self.program.parts_imported.get(name, ())] if plain else ()
        used = set().union(*(self.program.statements[i].facts.attributes for i in self.closure.included if parts))
        for part, index, line in parts:
            late = index > self.closure.own[-1].index
            if part in used and not late and (index not in self.closure.included or index in self.closure.for_effect):
                self.include(self.program.statements[index], "import")
                self.closure.for_effect.setdefault(index, []).append(line)
        self.follow_all()

    def follow(self, statement: Statement) -> None:
        """Account for all that a statement reads, and all that code behind those names looks up when it runs."""
        for name, use in statement.reads.items():
            self.need(name, statement, use)
        for name, looked_up in statement.late.items():
            if (name, statement.index) not in self.given:
                for late, use in looked_up.items():
                    self.need(late, statement, use, called=True)
            elif self.context.is_lazy:
                self.still_the_same(name, statement, looked_up)

    def still_the_same(self, name: str, statement: Statement, looked_up: Iterable[str]) -> None:
        """A lazy input runs its code when it is collected: what that looks up must be what it was in its own step."""
        made = [b.at for b in self.closure.inputs.values() if b.variable == name and b.load is None]
        for late in looked_up if made else ():
            latest = self.program.latest(late, statement.index)
            now = latest.statement if latest else None
            if now and late in now.effects.touched and now.index not in self.own_indices and now.index > max(made):
                self.refusals.moved_on(name, late, now, statement)

    def asked_late(self) -> None:
        """A relation that another step gives looks into DuckDB's tables only now: what changed there counts."""
        if not self.program.relations or CONNECTION not in self.program.touches:
            return
        for bound in self.closure.inputs.values():
            if bound.load is not None or bound.variable not in self.program.relations:
                continue
            for statement in (self.program.statements[i] for i in sorted(self.closure.included)):
                now = self.program.reaching(CONNECTION, statement.index) if bound.variable in statement.reads else ()
                changed = [s for s in now if s.index > bound.at and s.index not in self.own_indices]
                if changed:
                    self.refusals.asked_late(bound.variable, changed[0], statement)
                    self.closure.doubled.add(bound.asset)
                    break

    # Names

    def need(self, name: str, at: Statement, use: Use, *, after: bool = False, called: bool = False) -> None:
        """Follow a name back to what gave it its value: `at` reads it, or code that runs there does."""
        if (name, at.index, after) in self.seen:
            return
        self.seen.add((name, at.index, after))
        latest = self.program.latest(name, at.index + 1 if after else at.index)
        if latest is None:
            if called and name in at.effects.touched:
                return  # the statement itself binds the name before the code runs
            if name in self.program.touches and self.runs_later(name, at, called=called):
                return
        elif self.refusals.bound_anew(name, latest.first, at, use):
            return
        if name in _BUILTINS and latest and name in latest.statement.effects.gone:
            self.restored.append((name, latest.statement, at, use))  # it means again what Python means by it
            return
        if name in _BUILTINS and not (latest and (name in latest.first.binds or name in latest.first.effects.gone)):
            self.closure.shadowed.add(name)  # on some path the name still means what Python means by it
        if latest is None:
            self.unbound(name, at, use)
            return
        self.follow_back(name, latest, at, use)

    def follow_back(self, name: str, latest: Link, at: Statement, use: Use) -> None:
        """Account for the statements that had a part in the value that `at` reads, the latest first."""
        link: Link | None = latest
        while link := self.still_asked(link):
            if link.statement.index in self.own_indices:
                if name not in link.statement.effects.gone:
                    self.passed[link] = link.prior
                elif not recovers(at.node, use.line):  # else it fails as it did
                    self.refusals.gone(name, link.statement, at, use)
            elif self.from_outside(name, link, at, use):
                break
            elif self.is_taken_anywhere(name, link.statement):
                self.passed[link] = link.prior
            link = link.prior

    def is_taken_anywhere(self, name: str, statement: Statement) -> bool:
        """Whether a statement that was taken is so wherever it reaches, and not given by its step or told of."""
        if is_state(name):
            return self.include_needed and not is_set_up(name)
        return statement.role.kind != "step" or statement.role.tag not in self.context.outputs

    def still_asked(self, link: Link | None) -> Link | None:
        """Give a statement that reaches a use, or the first one behind it that is not accounted for at every use."""
        if link not in self.passed:
            return link
        passed: list[Link] = []
        while link is not None and link in self.passed:
            passed.append(link)
            link = self.passed[link]
        for one in passed:  # the next to come here goes the whole way at once
            self.passed[one] = link
        return link

    def runs_later(self, name: str, at: Statement, *, called: bool) -> bool:
        """Whether the code that looks a name up does not run at a statement, but after the name is bound."""
        if self.program.functions.look_up(at.runs, name):
            return False
        stores = name in at.effects.late and isinstance(at.node, (ast.Assign, ast.AnnAssign))
        return called or (stores and only_puts_away(at.node, name))

    def from_outside(self, name: str, link: Link, at: Statement, use: Use) -> bool:  # noqa: PLR0911 - one for each way
        """Account for a statement outside the step; true where nothing before it matters."""
        statement = link.statement
        if is_state(name):
            if self.include_needed and is_set_up(name) and not self.is_settled(statement):
                self.refusals.patched(name, statement, at, use)
            elif self.include_needed or (is_shown(name) and _sets_plainly(statement.node)):
                self.include(statement, "needed")
            else:
                self.refusals.state(name, statement, at, use)
            return name in statement.sets
        if self.is_input(name, statement, at, use):
            return True
        if statement.role.kind == "parameters" and is_parameter(self.program, name, statement):
            self.closure.parameters.add(name)
            self.given.add((name, at.index))
            return True
        load = bound_load(statement.node, statement.loads) if statement.loads else None
        if load is not None and name in statement.binds and bound_once(self.program, name, self.own_indices):
            self.closure.inputs[name, load.name, statement.index] = Bound(name, load.name, statement.index, load)
            self.given.add((name, at.index))
            return True
        bound_here = name in statement.effects.touched
        if bound_here and is_definition(self.program, name, statement):
            imported = isinstance(statement.node, (ast.Import, ast.ImportFrom))
            self.include(statement, "import" if imported else "definition")
            return name in statement.binds and not imports_plainly(statement.node, name)  # others import its parts
        deleted = name in statement.effects.gone and name not in _BUILTINS  # the notebook itself stops at the read
        if not deleted and (self.include_needed or statement.role.kind == "helpers"):  # these were tagged to be used
            self.include(statement, "needed")
            return name in statement.binds
        self.refusals.computed(name, statement, at, use, link.first)
        return True

    def is_settled(self, statement: Statement) -> bool:
        """Whether the code that a statement puts somewhere finds the same whenever it runs."""
        looked_up = {*statement.effects.late, *(name for names in statement.late.values() for name in names)}
        functions = self.program.functions
        placed = {n for n in (*statement.reads, *statement.effects.touched) if n in functions.classes}
        if any(s is not statement for name in placed for s in self.program.changed_anywhere(name)):
            return False  # `Accessor.factor = 2`, where the class is registered
        code = {info for name in statement.reads for info in functions.infos(name)} | {
            *statement.effects.lambdas.values()
        }
        done = [summary for info in code if (summary := functions.summaries.get(info))]
        return not any(s.changes or s.writes or s.keeps_state for s in done) and not any(
            not is_state(name) and (len(self.program.bindings(name)) > 1 or self.program.changed_anywhere(name))
            for name in looked_up
        )

    def is_input(self, name: str, statement: Statement, at: Statement, use: Use) -> bool:
        """Whether a name is what another step gives; told where that step is not complete."""
        output = self.context.outputs.get(statement.role.tag) if statement.role.kind == "step" else None
        if output is None or statement.role.tag == self.role.tag or output.variable != name:
            return False
        if output.step.name in self.repeated:
            return False
        if at.index > output.last:
            self.closure.inputs[name, output.step.name, output.last] = Bound(name, output.step.name, output.last)
            self.given.add((name, at.index))
            return True
        if not self.include_needed:
            self.refusals.incomplete(name, output, at, use)
        return not self.include_needed

    def recovers(self, name: str, at: Statement, use: Use) -> bool:
        """Whether a name that nothing binds is asked in a `try` for that; no definition may give it to the module."""
        others = (self.program.statements[i] for i in self.program.touches.get(name, ()))
        return recovers(at.node, use.line) and not any(
            is_definition(self.program, name, s) for s in others if s is not at
        )

    def unbound(self, name: str, at: Statement, use: Use) -> None:
        """Account for a name that no statement binds before it is read."""
        if is_state(name) or (name in _BUILTINS and not self.refusals.star_shadows(name, at)):
            return
        if name in at.effects.touched and binds_above(at.node, name, use.line):
            return  # on some path of its own, as in the notebook
        if name not in _OUTSIDE and self.recovers(name, at, use):
            return  # the same error is met, and passed over
        if name == "display" and shows_only(at.node, self.program.functions):
            return
        if name in _OUTSIDE:
            self.refusals.ipython_only(name, at, use)
        else:
            self.refusals.unbound(name, at, use, _BUILTINS)


def _sets_plainly(node: ast.stmt) -> bool:
    from promote.dataflow.shown import sets_plainly  # noqa: PLC0415 - few notebooks set how frames are shown

    return sets_plainly(node)
