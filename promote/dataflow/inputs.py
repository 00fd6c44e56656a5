"""What a promoted function takes from outside: frames, resources and parameters, each under a name that is free."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from platform_core.errors import Fault
from promote.dataflow.closure import Bound, Closure
from promote.dataflow.excerpt import cell_offsets
from promote.dataflow.loads import LoadCall
from promote.dataflow.program import Program, Statement
from promote.dataflow.refusals import Context
from promote.model import CodeCell, Finding, Parameter


class Inputs:
    """The inputs of one function. `taken` are the module-level names of functions built before for the same module."""

    def __init__(
        self,
        context: Context,
        cells: Mapping[int, CodeCell],
        closure: Closure,
        *,
        reserved: Iterable[str],
        taken: Mapping[str, tuple[int, int]],
    ) -> None:
        self.context = context
        self.program: Program = context.program
        self.cells = cells
        self.closure = closure
        self.reserved = frozenset(reserved)
        self.taken = taken
        self.findings: list[Finding] = []
        self.statements = [self.program.statements[i] for i in sorted(closure.included)]
        self.names: dict[str, Bound | LoadCall] = {}  # parameter -> what it takes
        self.replaced: dict[int, str] = {}  # id of a load call -> what takes its place
        self.hidden: set[str] = set()  # names that mean something of their own where a load stands
        self.outer: dict[int, str] = {}  # id of a `global` -> what takes its place
        self.direct: set[int] = set()  # own statements `x = load_asset(…)` that became the parameter x
        self.assigned: list[tuple[int, int, str]] = []  # (after statement, cell, "x = parameter")

    @staticmethod
    def is_resource(given: Bound | LoadCall) -> bool:
        """Whether a parameter takes a resource rather than a frame."""
        load = given if isinstance(given, LoadCall) else given.load
        return load is not None and load.what == "resource"

    def take_inputs(self) -> None:
        """Give every frame and resource that comes from outside a parameter, named as the notebook names it."""
        bound_in_body = {n for s in self.statements for n in s.effects.touched}
        for bound in sorted(self.closure.inputs.values(), key=lambda b: (b.at, b.variable)):
            earlier = any(s.index < bound.at and bound.variable in s.effects.touched for s in self.statements)
            if not earlier and bound.variable not in self.names:
                self.names[bound.variable] = bound
            else:  # the name holds something else first: take the frame under a name of its own, assign it in its place
                parameter = self.free_name(bound.asset, bound_in_body)
                self.names[parameter] = bound
                cell = self.program.statements[bound.at].cell
                self.assigned.append((bound.at, cell, f"{bound.variable} = {parameter}"))
        loads = [(s, load) for s in self.statements for load in s.loads if not load.problem]
        for statement, load in loads:
            if _whole_load(statement, load) is None:
                from promote.dataflow.fresh import bound_within  # noqa: PLC0415 - most loads are whole statements

                self.hidden |= bound_within(statement.node)
        for statement, load in loads:
            alone = sum((one.what, one.name) == (load.what, load.name) for _, one in loads) == 1
            self.take_load(statement, load, bound_in_body, alone=alone)

    def take_load(self, statement: Statement, load: LoadCall, bound_in_body: set[str], *, alone: bool) -> None:
        """Give a call of `load_asset` or `resource` a parameter; calls for the same thing share one that is settled."""
        for parameter, given in self.names.items():
            other = given if isinstance(given, LoadCall) else given.load
            if other is None or (other.what, other.name) != (load.what, load.name):
                continue
            if (other.kind, other.partition) != (load.kind, load.partition):
                message = f"{load.name} is loaded twice in this step."
                hint = "Load it once and work on copies, or convert the frame where you need another kind."
                self.findings.append(self.context.finding("PR315", message, statement, load.use, hint))
                return
            if self.is_settled(parameter):
                self.replace(statement, load, parameter, alone=False)
                return
        variable = _whole_load(statement, load)
        free = variable is not None and not any(
            s.index < statement.index and (variable in s.effects.touched or variable in s.reads)
            for s in self.statements
        )
        free = free and (alone or (variable is not None and self.is_settled(variable, statement)))
        if variable is not None and free and variable not in self.names:
            self.names[variable] = load
            self.direct.add(statement.index)
        else:
            parameter = self.free_name(load.name, bound_in_body | self.hidden)
            self.names[parameter] = load
            self.replace(statement, load, parameter, alone=alone)

    def replace(self, statement: Statement, load: LoadCall, parameter: str, *, alone: bool) -> None:
        """Let a parameter take the place of a call."""
        from promote.dataflow.fresh import in_place_of  # noqa: PLC0415 - as above

        self.replaced[id(load.node)] = in_place_of(load, parameter, statement.node, alone=alone)

    def is_settled(self, name: str, but: Statement | None = None) -> bool:
        """Whether a name means an input everywhere in the function, once statement `but` is left out."""
        rest = (s for s in self.statements if s.index not in self.direct and s is not but)
        return name not in self.hidden and not any(name in s.effects.touched or name in s.changes for s in rest)

    def free_name(self, wanted: str, bound: set[str]) -> str:
        """Give a parameter name that nothing in the function means otherwise."""
        used = bound | self.names.keys() | self.closure.parameters | {n for s in self.statements for n in s.reads}
        name = wanted
        number = 1
        while name in used:
            number += 1
            name = f"{wanted}_input" if number == 2 else f"{wanted}_input_{number}"
        return name

    def parameter(self, name: str) -> Parameter:
        """Give a value of the parameters cell with its type, by annotation or by the literal."""
        from promote.dataflow.settable import parameter_type  # noqa: PLC0415 - only where there are parameters

        given = self.parameter_statement(name)
        node = given.node
        value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
        if value is None:
            raise Fault(f"the parameter {name} has no value")
        annotation = node.annotation if isinstance(node, ast.AnnAssign) else None
        return Parameter(name, parameter_type(annotation, value), self.text_of(given, value))

    def parameter_statement(self, name: str) -> Statement:
        """Give the statement of the parameters cell that binds a parameter."""
        return next(s for s in self.program.bindings(name) if s.role.kind == "parameters")

    def text_of(self, statement: Statement, node: ast.expr) -> str:
        """Give an expression as written, on one line where it was on one."""
        start, end = cell_offsets(self.cells[statement.cell].python, node)
        return self.cells[statement.cell].python[start:end]


def _whole_load(statement: Statement, load: LoadCall) -> str | None:
    """The variable of a statement that is nothing but `x = load_asset(…)`."""
    node = statement.node
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and node.value is load.node:
        target: ast.expr = node.targets[0]
    elif isinstance(node, ast.AnnAssign) and node.value is load.node:
        target = node.target
    else:
        return None
    return target.id if isinstance(target, ast.Name) else None
