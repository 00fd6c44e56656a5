"""From the closure of a step to the function to render: what stands at module level, what in the body, what it takes.

Imports and definitions that depend on nothing of the step go to module level; everything else stays in the body, in the
notebook's order, so that names are looked up just as the notebook looked them up.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence, Set

from platform_core.hints import TYPE_CHECKING
from promote.dataflow.bodies import Body
from promote.dataflow.disturbed import disturbed
from promote.dataflow.excerpt import Edit, cell_offsets, excerpt, removal
from promote.dataflow.global_names import of_statement, rewritten
from promote.dataflow.inputs import Inputs
from promote.dataflow.loads import LoadCall
from promote.dataflow.own_places import is_dataclass, makes_texts, shows_where_it_stands
from promote.dataflow.program import Statement
from promote.heap.state import is_ambient, set_up_of
from promote.language.functions import is_known
from promote.language.showing import PLOTTING_MODULES
from promote.language.statements import imports_plainly, is_literal
from promote.language.syntax import use_of
from promote.model import Fragment, Function, Input, Resource

if TYPE_CHECKING:
    from promote.dataflow.watched import Trimmed


class Assembly(Inputs):
    """Builds one `Function`; `pieces` are the parts of its body, each with the statement at which it begins."""

    in_body: tuple[Statement, ...] = ()
    pieces: tuple[tuple[int, Fragment], ...] = ()

    def build(self, name: str, output: str, keep: str | None = None) -> Function:
        """Give the function called `name` that returns the variable `output`; the decorator names `keep`."""
        self.take_inputs()
        hoisted = self.hoist(output)
        body = [s for s in self.statements if s.index not in hoisted and s.index not in self.direct]
        parameters = tuple(self.parameter(n) for n in sorted(self.closure.parameters))
        changed = {n for s in body for n in s.changes}
        self.check_parameters(body, changed)
        self.check_classes(body)
        self.check_dataclasses(body)
        self.check_globals(body)
        self.check_texts(body)
        inputs = tuple(
            Input(
                parameter,
                given.name if isinstance(given, LoadCall) else given.asset,
                kind=load.kind if (load := given if isinstance(given, LoadCall) else given.load) else "unknown",
                external=load is not None,
                partition=load.partition if load else None,
                copied=parameter in changed or any(a.endswith(f" = {parameter}") for _, _, a in self.assigned),
            )
            for parameter, given in self.names.items()
            if not self.is_resource(given)
        )
        resources = tuple(
            Resource(parameter, given.name if isinstance(given, LoadCall) else given.asset)
            for parameter, given in self.names.items()
            if self.is_resource(given)
        )
        self.in_body = tuple(body)
        self.pieces = self.body(body)
        return Function(
            name=name,
            inputs=inputs,
            parameters=parameters,
            resources=resources,
            imports=tuple(self.import_lines([s for s in self.statements if s.index in hoisted], body, keep)),
            definitions=tuple(self.definition(s) for s in self.statements if s.index in hoisted and not _is_import(s)),
            body=tuple(fragment for _, fragment in self.pieces),
            output=output,
            shadowed=tuple(sorted(self.closure.shadowed)),
            disturbs=tuple(disturbed(self.program, body)),
        )

    def check_parameters(self, body: Sequence[Statement], changed: set[str]) -> None:
        """A parameter is bound once, before the step; one that the step changes in place is copied on every run."""
        for name in sorted(self.closure.parameters):
            first = self.program.statements[min(self.program.touches[name])]
            if any(s.index <= first.index and name in s.effects.touched for s in body):
                message = f"`{name}` is bound before the parameters cell."
                hint = "Give the parameter a name of its own."
                self.findings.append(self.context.finding("PR320", message, first, None, hint))
            if name in changed:
                given = self.parameter_statement(name)
                copy = _copied_literal(given.node, name)
                if copy:
                    self.assigned.append((-1, given.cell, copy))
                elif copy is None:
                    message = f"The step changes the parameter `{name}` in place, parts of its parts too."
                    hint = f"Change a copy in the step: `{name} = copy.deepcopy({name})`."
                    self.findings.append(self.context.finding("PR320", message, given, None, hint))

    def check_classes(self, body: Sequence[Statement]) -> None:
        """A class body that binds a name it first reads finds a module's name, but never a function's."""
        conflicting = [s for s in body if s.effects.class_conflicts]
        local = self.local(body) if conflicting else set()
        for statement in conflicting:
            for name, use in statement.effects.class_conflicts.items():
                if name in local:
                    message = (
                        f"A class reads `{name}` of the step and binds the name itself, which no function can keep."
                    )
                    self.findings.append(
                        self.context.finding(
                            "PR313", message, statement, use, "Give the class's own name another name."
                        )
                    )

    def check_dataclasses(self, body: Sequence[Statement]) -> None:
        """A dataclass shows itself by where it stands: `Point(x=1)`, and `points.<locals>.Point(x=1)` in a function."""
        placed = [
            (statement, part)
            for statement in body
            for part in statement.facts.kinds.get(ast.ClassDef, ())
            if is_dataclass(part) and shows_where_it_stands(part)
        ]
        for statement, part in placed if any(makes_texts(s.facts) for s in body) else ():
            message = f"`{part.name}` stays in the function of the step, where its text is another."
            hint = f"Give `{part.name}` a `__repr__` of its own, or let it use no name of the step."
            self.findings.append(self.context.finding("PR314", message, statement, use_of(part), hint))

    def check_globals(self, body: Sequence[Statement]) -> None:
        """A `global` of a name that the function has of its own becomes a `nonlocal`, where there can be one."""
        local = self.local(body) if any(map(of_statement, body)) else set()
        for statement in body if local else ():
            for node, plain in of_statement(statement):
                if plain:
                    self.outer[id(node)] = rewritten(node, local)
                elif name := next((name for name in node.names if name in local), ""):
                    message = f"`global {name}` means another name in a promoted function."
                    hint = "Bind the name in the notebook first, or return the value."
                    self.findings.append(self.context.finding("PR312", message, statement, use_of(node), hint))

    def local(self, body: Sequence[Statement]) -> set[str]:
        """Give the names that the function has of its own."""
        touched = {n for s in body for n in s.effects.touched}
        return touched | self.names.keys() | self.closure.parameters | self.assigned_names()

    def assigned_names(self) -> set[str]:
        """Give the names that inputs are assigned to in the body, since they hold something else before."""
        return {text.partition(" = ")[0] for _, _, text in self.assigned}

    def check_texts(self, body: Sequence[Statement]) -> None:
        """A text within a function finds a module's name, but never one of the function around it."""
        naming = [s for s in self.statements if s.hidden or s.effects.functions]
        local = self.local(body) if naming else set()
        for statement in naming:
            hidden = {name: use for use, name in statement.hidden.items()}
            for info in statement.effects.functions.values():
                hidden |= info.queried
            for name, use in hidden.items():
                if name in local:
                    message = f"A text inside a function names the variable `{name}`, which it cannot find in an asset."
                    hint = f"Give the function `{name}` as an argument."
                    self.findings.append(self.context.finding("PR308", message, statement, use, hint))

    # Module level

    def hoist(self, output: str) -> set[int]:
        """Give the imports and definitions that may stand at module level."""
        outside = {
            s.index
            for s in self.statements
            if (self.closure.included[s.index] in {"definition", "import"} or is_dataclass(s.node))
            and not s.loads  # it takes a parameter inside
            and not self.comes_after_set_up(s)
        }
        function = {output, *self.names, *self.closure.parameters, *self.closure.shadowed, *self.assigned_names()}
        function.update(*[s.effects.global_writes for s in self.statements])
        while True:
            inside = [s for s in self.statements if s.index not in outside]
            bound = function.union(*[s.effects.touched for s in inside], *[s.effects.declared for s in inside])
            local = bound.union(*[s.changes for s in inside])
            first = min((s.index for s in inside if s.changes), default=len(self.program.statements))
            statements = [(i, self.program.statements[i]) for i in outside]
            seen: set[str] = set()
            twice: set[str] = set()
            for _, s in statements:
                twice |= seen & s.effects.touched
                seen |= s.effects.touched
            back = {  # an import brings the same object wherever it stands, whoever changes that afterwards
                i
                for i, s in statements
                if not self.may_hoist(s, bound if _is_import(s) and i < first else local, outside, twice)
            }
            if not back:
                return outside
            outside -= back

    def comes_after_set_up(self, statement: Statement) -> bool:
        """Whether a statement may give something else before the function has set up the process."""
        if not self.program.ambient:
            return False
        node = statement.node
        before = {n for s in self.statements if s.index < statement.index for n in s.changes if is_ambient(n)}
        if not before or isinstance(node, ast.Import) or is_literal(getattr(node, "value", None)):
            return False
        package = (node.module or "").split(".")[0] if isinstance(node, ast.ImportFrom) else ""
        return not package or bool(before & {set_up_of(package), set_up_of("anything")})

    def may_hoist(self, statement: Statement, local: set[str], outside: set[int], twice: set[str]) -> bool:
        """Whether a statement means the same at module level: nothing of the body's names has a part in it.

        Args:
            statement: Which.
            local: The names of the body.
            outside: All that may stand at module level so far.
            twice: The names that more than one of those binds.
        """
        effects = statement.effects
        binds = effects.touched
        named = (binds, statement.reads, effects.late, effects.global_writes)
        if not all(map(local.isdisjoint, named)):
            return False
        if _is_import(statement):
            lines = () if binds.isdisjoint(self.reserved) else self.context.import_lines(statement)
            if any(b in self.reserved and line not in _OURS for b, line in lines):
                return False
        elif binds & self.reserved:
            return False
        place = (statement.cell, statement.first)
        if self.taken and any(self.taken.get(n, place) != place for n in binds):
            return False
        for other in outside if binds & twice else ():
            if other != statement.index and self.program.statements[other].effects.touched & binds:
                node = self.program.statements[other].node
                same = _is_import(statement) and ast.dump(statement.node) == ast.dump(node)
                parts = all(imports_plainly(node, n) and imports_plainly(statement.node, n) for n in binds)
                if not same and not parts:
                    return False
        return True

    def import_lines(
        self, hoisted: Sequence[Statement], body: Sequence[Statement], keep: str | None
    ) -> Iterable[Fragment]:
        """Give one line for each imported name that the module uses."""
        read = {keep, *(n for s in [*body, *hoisted] for n in self.names_in(s))}
        for statement in hoisted:
            if not _is_import(statement):
                continue
            for effect in self.closure.for_effect.get(statement.index, ()):
                yield Fragment(statement.cell, statement.first, statement.last, effect, "import")
            own = self.closure.included[statement.index] == "import" and statement in self.closure.own
            unused: list[str] = []
            for name, line in self.context.import_lines(statement):
                if name in read:
                    yield Fragment(statement.cell, statement.first, statement.last, line, "import")
                elif own and not line.startswith(("from platform_core.sdk", "from __future__")):
                    if line.startswith("import ") and not _has_no_effect(line.split()[1]):
                        effect = f"{line}  # noqa: F401 - imported for its effect"
                        yield Fragment(statement.cell, statement.first, statement.last, effect, "import")
                    else:
                        unused.append(name)
            if unused:
                message = (
                    f"The step does not use {', '.join(f'`{name}`' for name in unused)}, so the import is left out."
                )
                self.findings.append(self.context.finding("PR331", message, statement, None, "", "note"))

    def names_in(self, statement: Statement) -> Set[str]:
        """Give the names a statement mentions, those of replaced calls and of what is left out not."""
        watched = self.context.is_watched
        gone = {one for part in self.trimmed(statement) for one in part.gone} if watched else ()
        if not gone and (not statement.loads or not any(id(load.node) in self.replaced for load in statement.loads)):
            return statement.facts.names
        found: set[str] = set()
        stack: list[ast.AST] = [statement.node]
        while stack:
            node = stack.pop()
            if id(node) in self.replaced:
                continue
            if isinstance(node, ast.Name) and id(node) not in gone:
                found.add(node.id)
            stack.extend(ast.iter_child_nodes(node))
        return found

    def trimmed(self, statement: Statement) -> list[Trimmed]:
        """Give what is left out within a statement, since it only serves who watches."""
        return self.context.trimmed(statement, self.cells[statement.cell].python)

    def as_body(self, tag: str) -> Body:
        """Give the body that was built, as what it has in common with those of other steps is looked for."""
        given = frozenset(self.names) | self.closure.parameters
        frames = frozenset(n for n, g in self.names.items() if not self.is_resource(g)) | self.closure.parameters
        assigned = {text.partition(" = ")[0]: at for at, _, text in self.assigned}
        shadowed = frozenset(self.closure.shadowed)
        return Body(tag, self.pieces, self.in_body, given, frames, assigned, shadowed, self.closure.reads)

    # Text

    def definition(self, statement: Statement) -> Fragment:
        """Give a definition as written, with the comments above it."""
        edits = self.edits([statement])
        known = None if edits else self.context.definitions.get(statement.index)
        if known is None:
            known = excerpt(self.cells[statement.cell], [statement], edits, "definition", comments=True)
            if not edits:
                self.context.definitions[statement.index] = known
        return known

    def body(self, body: Sequence[Statement]) -> tuple[tuple[int, Fragment], ...]:
        """Give the body in the notebook's order, each part with the statement at which it begins.

        The step's cells stand whole, other statements one by one.
        """
        own = {s.index for s in self.closure.own}
        pieces: list[tuple[int, Fragment]] = []
        for cell in sorted({s.cell for s in self.closure.own}):
            every = [s for s in self.closure.own if s.cell == cell]
            kept = [s for s in every if s in body]
            if kept:
                removed = [s for s in every if s not in kept]
                fragment = excerpt(self.cells[cell], every, self.edits(kept), "step", removed=removed)
                pieces.append((every[0].index, fragment))
        for statement in body:
            if statement.index not in own:
                origin = self.closure.included[statement.index]
                fragment = excerpt(
                    self.cells[statement.cell], [statement], self.edits([statement]), origin, comments=True
                )
                pieces.append((statement.index, fragment))
        for at, cell, text in self.assigned:
            line = self.program.statements[max(at, 0)].last
            pieces.append((at, Fragment(cell, line, line, text, "input")))
        return tuple(sorted(pieces, key=lambda p: (p[0], p[1].first)))

    def edits(self, statements: Sequence[Statement]) -> list[Edit]:
        """Give the changes to the text: loads become parameters, displays inside blocks go, or become `pass`."""
        found: list[Edit] = []
        for statement in statements:
            for node in statement.facts.parts if self.replaced and statement.loads else ():
                if id(node) in self.replaced and isinstance(node, ast.expr):
                    start, end = cell_offsets(self.cells[statement.cell].python, node)
                    found.append(Edit(start, end, self.replaced[id(node)]))
            source = self.cells[statement.cell].python
            for outer, _ in of_statement(statement) if self.outer else ():
                if id(outer) in self.outer:
                    found.append(Edit(*cell_offsets(source, outer), self.outer[id(outer)]))
            for one in self.trimmed(statement) if self.context.is_watched else ():
                found += one.edits
            for display, alone in self.context.inner_displays(statement):
                start, end = cell_offsets(source, display)
                found.append(Edit(start, end, "pass") if alone else removal(source, display))
        return found


_OURS = frozenset({"import polars as pl", "import pandas as pd", "import duckdb", "from typing import Any"})


def _is_import(statement: Statement) -> bool:
    return isinstance(statement.node, (ast.Import, ast.ImportFrom))


def _copied_literal(node: ast.stmt, name: str) -> str | None:
    """A statement that copies a literal, empty where it cannot change, None where a copy of it would share parts."""
    value = getattr(node, "value", None)
    kinds: dict[type, str] = {ast.List: "list", ast.Set: "set", ast.Dict: "dict"}
    kind = kinds.get(type(value))
    inner = any(type(part) in kinds for part in ast.walk(node) if part is not value)
    if inner:
        return None
    return f"{name} = {kind}({name})" if kind else ""


def _has_no_effect(module: str) -> bool:
    """Whether importing a module changes nothing that a step could miss: what draws, and known packages as such.

    >>> [_has_no_effect(name) for name in ("matplotlib.pyplot", "hvplot.pandas", "numpy", "sklearn.experimental", "m")]
    [True, False, True, False, False]
    """
    root = module.partition(".")[0]
    return (root in PLOTTING_MODULES and root != "hvplot") or (root == module and is_known(module))
