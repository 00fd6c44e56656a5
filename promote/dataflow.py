"""What a step needs: every name it reads is followed back to what gave it its value, or refused.

The promoted function is a subsequence of the notebook's statements, in the notebook's order, closed under dependence:
with a statement it has every statement that gave a value it reads. That is why it computes what the notebook computed.
Whatever would break this closure is a finding.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from promote.displays import dropped
from promote.effects import IPYTHON_NAMES
from promote.loads import LoadCall, bound_load, load_calls
from promote.model import Finding, Notebook, Role, Severity
from promote.outputs import Output
from promote.program import Program, Statement, ambient_reads, is_state
from promote.syntax import binds_literal, handed_on, only_imports, star_module
from promote.uses import Use

Origin = Literal["step", "definition", "needed", "import"]
_BUILTINS = frozenset(dir(builtins)) | {"__name__", "__doc__"}
_SHADOWING_STARS = frozenset("numpy pylab matplotlib scipy math torch sympy pyspark cmath operator".split())


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
    dropped: set[int] = field(default_factory=set)
    shadowed: set[str] = field(default_factory=set)  # builtins that the step reads and binds
    findings: list[Finding] = field(default_factory=list)
    sources: dict[tuple[str, int], frozenset[int]] = field(default_factory=dict)  # (name, reader) -> what reaches it


class Context:
    """What every resolution of one notebook shares: the program, the steps' outputs, how to place a finding."""

    def __init__(self, notebook: Notebook, program: Program, outputs: Mapping[str, Output]) -> None:
        self.notebook = notebook
        self.program = program
        self.outputs = outputs  # step tag -> output
        self.by_variable: dict[str, list[Output]] = {}
        for output in outputs.values():
            self.by_variable.setdefault(output.variable, []).append(output)

    def finding(
        self, code: str, message: str, statement: Statement, use: Use | None, hint: str, severity: Severity = "error"
    ) -> Finding:
        """Make a finding at a place in a statement's cell."""
        line, column = (use.line, use.column) if use else (statement.first, None)
        place = self.notebook.at(statement.cell, line, column, tag=statement.role.tag)
        return Finding(code, severity, message, place, hint)

    def where(self, statement: Statement) -> str:
        """Name a statement for people: `cell 4 line 2`."""
        return f"cell {statement.cell} line {statement.first}"


def resolve(
    context: Context, role: Role, cells: Iterable[int], *, include_needed: bool, wanted: Iterable[str] = ()
) -> Closure:
    """Close the statements of `cells` under dependence; `wanted` are names (a contract) that are needed at the end."""
    return _Resolver(context, role, frozenset(cells), include_needed=include_needed).run(wanted)


def needed_statements(context: Context, role: Role, cells: Iterable[int]) -> list[Statement]:
    """Give the statements outside a step that `--include-needed` would take."""
    closure = resolve(context, role, cells, include_needed=True)
    return [context.program.statements[i] for i, origin in sorted(closure.included.items()) if origin == "needed"]


class _Resolver:
    def __init__(self, context: Context, role: Role, cells: frozenset[int], *, include_needed: bool) -> None:
        self.context = context
        self.program = context.program
        self.role = role
        self.include_needed = include_needed
        own = tuple(s for s in self.program.statements if s.cell in cells)
        self.own_indices = {s.index for s in own}
        self.closure = Closure(own)
        self.queue: list[Statement] = []
        self.seen: set[tuple[str, int]] = set()
        self.refused: set[tuple[str, str]] = set()

    def run(self, wanted: Iterable[str]) -> Closure:
        closure = self.closure
        if self.role.kind != "chart":
            closure.dropped = dropped(closure.own, self.program.functions)
        for statement in closure.own:
            if statement.index not in closure.dropped:
                self.include(statement, "step")
        if closure.own:
            for state in ambient_reads(self.program):
                self.need(state, closure.own[0], Use(closure.own[0].first, 1))
            end = closure.own[-1]
            for name in wanted:
                self.need(name, end, Use(closure.own[0].first, 1), after=True)
        while self.queue:
            statement = self.queue.pop()
            for name, use in statement.reads.items():
                self.need(name, statement, use)
        self.check_bodies()
        closure.findings.sort(key=lambda f: (f.location.cell or 0, f.location.line or 0, f.code, f.message))
        return closure

    def include(self, statement: Statement, origin: Origin) -> None:
        if statement.index in self.closure.included:
            return
        if origin == "step" and isinstance(statement.node, (ast.Import, ast.ImportFrom)):
            origin = "import"
        self.closure.included[statement.index] = origin
        self.queue.append(statement)

    def refuse(self, code: str, name: str, message: str, at: Statement, use: Use, hint: str) -> None:
        if (code, name) not in self.refused:
            self.refused.add((code, name))
            self.closure.findings.append(self.context.finding(code, message, at, self.place(at, use), hint))

    @staticmethod
    def place(at: Statement, use: Use) -> Use:
        """A name that a called function looks up is told where the step uses the function."""
        return use if at.first <= use.line <= at.last else Use(at.first, 1)

    # Names

    def need(self, name: str, at: Statement, use: Use, *, after: bool = False, called: bool = False) -> None:
        """Follow a name back to what gave it its value: `at` reads it, or a function that is called there does."""
        if (name, at.index) in self.seen:
            return
        self.seen.add((name, at.index))
        before = at.index + 1 if after else at.index
        reaching = self.program.reaching(name, before)
        if called and not reaching and name in at.effects.touched:
            return  # the statement itself binds the name before it calls the function
        self.closure.sources[name, at.index] = frozenset(s.index for s in reaching)
        if not reaching:
            self.unbound(name, at, use)
            return
        for statement in reaching:
            if statement.index in self.own_indices:
                if name in statement.effects.deletes and name not in statement.binds and statement is reaching[-1]:
                    self.refuse(
                        "PR303",
                        name,
                        f"`{name}` is deleted before it is read.",
                        at,
                        use,
                        "Delete it later, or bind it again.",
                    )
            elif self.from_outside(name, statement, at, use, reaching):
                self.follow_late(statement, at, use)
                break
            self.follow_late(statement, at, use)

    def follow_late(self, source: Statement, at: Statement, use: Use) -> None:
        """A function looks its names up when it is called, so they are needed where it is used, not where it stands."""
        late = set(source.effects.late)
        functions = self.program.functions
        for name in source.effects.reads:
            infos = functions.by_name.get(name, ())
            if infos and (handed_on(source.node, name) or any(i.lazy for i in infos)):
                late |= functions.late_names(name).keys()
        for name in sorted(late):
            self.need(name, at, use, called=True)

    def from_outside(  # noqa: PLR0911 - one way out for each thing that a statement outside can be
        self, name: str, statement: Statement, at: Statement, use: Use, reaching: list[Statement]
    ) -> bool:
        """Account for a statement outside the step; true where nothing before it matters."""
        if is_state(name):
            return self.outside_state(name, statement, at, use)
        if statement.role.kind == "step" and statement.role.tag != self.role.tag:
            output = self.context.outputs.get(statement.role.tag)
            if output is not None and output.variable == name:
                if at.index > output.last:
                    self.closure.inputs[name, output.step.name, output.last] = Bound(
                        name, output.step.name, output.last
                    )
                    return True
                if not self.include_needed:
                    self.refuse(
                        "PR306",
                        name,
                        f"`{name}` is read here while {output.step.tag} is not complete: it goes on "
                        f"in cell {output.step.cells[-1]}.",
                        at,
                        use,
                        "Move this cell below the last cell of that step.",
                    )
                    return True
        if statement.role.kind == "parameters" and binds_literal(statement.node, name):
            self.closure.parameters.add(name)
            return True
        load = bound_load(statement.node, self.program.functions)
        if load is not None and name in statement.binds and self.bound_once(name):
            self.closure.inputs[name, load.name, statement.index] = Bound(name, load.name, statement.index, load)
            return True
        if name in statement.changes and name not in statement.effects.touched:
            return self.computed(name, statement, at, use, reaching, changed=True)
        if self.is_definition(name, statement):
            self.include(
                statement, "import" if isinstance(statement.node, (ast.Import, ast.ImportFrom)) else "definition"
            )
            return name in statement.binds
        return self.computed(name, statement, at, use, reaching, changed=False)

    def bound_once(self, name: str) -> bool:
        return len(self.program.bindings(name)) == 1 and not any(
            s.index not in self.own_indices for s in self.program.changed_anywhere(name)
        )

    def is_definition(self, name: str, statement: Statement) -> bool:
        node = statement.node
        if isinstance(node, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return True
        if isinstance(node, (ast.Try, ast.If)) and only_imports(node):
            return True
        value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
        if isinstance(value, ast.Lambda):
            return len(self.program.bindings(name)) == 1
        if not binds_literal(node, name):
            return False
        immutable = value is not None and isinstance(value, ast.Constant)
        return len(self.program.bindings(name)) == 1 and (immutable or not self.program.changed_anywhere(name))

    def computed(
        self, name: str, statement: Statement, at: Statement, use: Use, reaching: list[Statement], *, changed: bool
    ) -> bool:
        if self.include_needed:
            self.include(statement, "needed")
            return name in statement.binds
        where = self.context.where(statement)
        if name in statement.effects.deletes and name not in statement.binds:
            self.refuse(
                "PR303",
                name,
                f"`{name}` was deleted in {where}, before it is read here.",
                at,
                use,
                "Remove the `del`, or bind the name again.",
            )
        elif changed:
            self.refuse(
                "PR304",
                name,
                f"`{name}` is changed in place in {where}, between its making and its use here.",
                at,
                use,
                "Move the change into a step, or work on a copy there; --include-needed takes the change "
                "into this step.",
            )
        elif statement.role.kind == "step":
            self.refuse(
                "PR305",
                name,
                f"`{name}` is bound by {statement.role.tag} ({where}), but that step gives another variable.",
                at,
                use,
                f"Make it a step of its own, or write `#| output: {name}` there; "
                "--include-needed computes it again here.",
            )
        elif not any(name in s.binds for s in reaching):
            self.refuse(
                "PR311",
                name,
                f"`{name}` is bound on only one branch ({where}).",
                at,
                use,
                "Bind it on every branch, in a cell of this step.",
            )
        else:
            self.refuse(
                "PR302",
                name,
                f"`{name}` is computed by a cell that is not promoted ({where}).",
                at,
                use,
                self.way_out(),
            )
        return True

    def way_out(self) -> str:
        needed = needed_statements(self.context, self.role, {s.cell for s in self.closure.own})
        shown = ", ".join(self.context.where(s) for s in needed[:8]) + (", …" if len(needed) > 8 else "")
        plural = "this statement" if len(needed) == 1 else f"these {len(needed)} statements"
        return f"Tag that cell {self.role.tag}, or use --include-needed, which takes {plural}: {shown}."

    def outside_state(self, name: str, statement: Statement, at: Statement, use: Use) -> bool:
        if self.include_needed:
            self.include(statement, "needed")
        else:
            self.refuse(
                "PR319",
                name,
                f"This depends on {name[1:]}, which {self.context.where(statement)} sets outside the step.",
                at,
                use,
                "Set it in a cell of this step, or use --include-needed.",
            )
        return name in statement.sets

    def unbound(self, name: str, at: Statement, use: Use) -> None:
        if is_state(name):
            return
        star = next((s for s in self.program.stars if s.index < at.index), None)
        if name in _BUILTINS and not (star and star_module(star.node) in _SHADOWING_STARS):
            if any(name in s.effects.touched for s in self.closure.own):
                self.closure.shadowed.add(name)
            return
        if name in IPYTHON_NAMES:
            self.refuse(
                "PR314",
                name,
                f"`{name}` exists in IPython only.",
                at,
                use,
                "Give the value a name, or leave the line out of the step.",
            )
        elif star is not None:
            self.refuse(
                "PR309",
                name,
                f"`{name}` may come from the star import in {self.context.where(star)}.",
                at,
                use,
                f"Import it by name: from {star_module(star.node)} import {name}.",
            )
        elif later := [s for s in self.program.statements if name in s.effects.touched and s.index > at.index]:
            self.refuse(
                "PR303",
                name,
                f"`{name}` is read before {self.context.where(later[0])} defines it.",
                at,
                use,
                "Run the notebook from the top: move the definition above this cell.",
            )
        else:
            self.refuse("PR301", name, f"`{name}` is never defined in this notebook.", at, use, self.nearest(name))

    def nearest(self, name: str) -> str:
        import difflib  # noqa: PLC0415 - only where something is misspelt

        known = sorted(set(self.program.touches) | _BUILTINS)
        close = difflib.get_close_matches(name, [k for k in known if not is_state(k)], 1)
        return f"Did you mean `{close[0]}`?" if close else "Define it, or import it, in a cell above."

    # What no subsequence can keep

    def check_bodies(self) -> None:
        included = [self.program.statements[i] for i in sorted(self.closure.included)]
        for statement in included:
            effects = statement.effects
            for name, use in effects.dynamic.items():
                if not self.program.bindings(name):
                    self.refuse(
                        "PR308",
                        name,
                        f"`{name}` reads or makes names at run time, which cannot be followed.",
                        statement,
                        use,
                        "Use a dictionary, or name the variables.",
                    )
            for name, use in effects.global_writes.items():
                self.refuse(
                    "PR312",
                    name,
                    f"A function declares `global {name}`, which a promoted function cannot keep.",
                    statement,
                    use,
                    "Pass the value in and return it.",
                )
            if effects.awaits is not None:
                self.refuse(
                    "PR314",
                    "await",
                    "`await` at the top of a cell works in IPython only.",
                    statement,
                    effects.awaits,
                    "Wrap it: asyncio.run(main()).",
                )
            for load in load_calls(statement.node, self.program.functions):
                if load.problem:
                    self.refuse(
                        "PR316",
                        load.name or load.what,
                        f"This {load.what} cannot be followed: {load.problem}.",
                        statement,
                        load.use,
                        f'Write {load.what}("NAME") with literal arguments.',
                    )
