"""A step that is looked at: its statements, what they set, and findings told at their places."""

from __future__ import annotations

import ast

from platform_core.values import replace
from promote.dataflow.closure import Closure
from promote.dataflow.program import Statement
from promote.dataflow.refusals import Context
from promote.language.syntax import dotted_of
from promote.model import Finding, Fix, Severity, Step
from promote.outside import outside_names as names
from promote.outside.sightings import Looker, SeenCall
from promote.trees import walk

# Magics after which the working directory is another one than the step has
MOVING = ("%cd", "%chdir", "%pushd", "%popd")


class Sight:
    """One step, with what is asked of it again and again."""

    def __init__(self, context: Context, step: Step, closure: Closure, looker: Looker) -> None:
        self.context, self.step, self.looker = context, step, looker
        self.bronze = step.layer == "bronze"
        self.statements = [context.program.statements[i] for i in sorted(closure.included)]
        self.included = closure.included.keys()
        self.own = {s.index for s in closure.own}
        self.given = context.given[step.name]
        self.sets = {name for s in self.statements for name in s.sets}

    def tell(
        self,
        code: str,
        severity: Severity,
        message: str,
        s: Statement,
        node: ast.expr,
        hint: str,
        fix: Fix | None = None,
    ) -> Finding:
        """Give a finding of the step at an expression of one of its statements."""
        from promote.outside.places import placed  # noqa: PLC0415 - most steps are told nothing

        at = placed(self.context.notebook, s, node)
        if severity == "error" and s.index not in self.own:
            at = replace(at, tag=self.step.tag)  # what stops a step is told of that step, wherever it stands
        return Finding(code, severity, message, at, hint, fix)

    def query(self, s: Statement, call: SeenCall) -> str:
        """Give the text of a query in small letters, as far as it stands in the call or in the variable it is given."""
        first: ast.expr | None = call.argument("query", "sql")
        if isinstance(first, ast.Name):
            first = self.looker.value_of(first.id, s.index)
        parts = ast.walk(first) if first is not None else ()
        texts = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        return " ".join(texts).lower()

    def path_of(self, node: ast.Call) -> str:
        """Give the canonical path of what a call calls; empty where it is called on another expression."""
        path = dotted_of(node.func)
        return self.context.program.functions.canonical(path) if path else ""

    def magic_before(self, s: Statement, *magics: str) -> str:
        """Name the last of some magics above a statement, with its place; empty where there is none."""
        above = [
            f"{f.message.split()[0]} in cell {f.location.cell} line {f.location.line}"
            for f in self.context.session
            if f.message.startswith(magics) and (f.location.cell or 0, f.location.line or 0) < (s.cell, s.first)
        ]
        return above[-1] if above else ""

    def is_path(self, s: Statement, node: ast.expr, depth: int = 0) -> bool:
        """Whether an expression surely gives a path of pathlib, be it a resource's."""
        if depth > 8:
            return False
        if isinstance(node, ast.Call):
            made = self.path_of(node) in names.PATH_CLASSES | {"pathlib.Path.home", "pathlib.Path.cwd"}
            if made or not isinstance(node.func, ast.Attribute):
                return made
            of_resource = node.func.attr == "path" and self.is_resource(s, node.func.value)
            return of_resource or self.is_path(s, node.func.value, depth + 1)
        inner: ast.expr | None = None
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            inner = node.left
        elif isinstance(node, ast.Attribute) and node.attr in {"parent", "parents"}:
            inner = node.value
        elif isinstance(node, ast.Name):
            inner = self.looker.value_of(node.id, s.index)
        return inner is not None and self.is_path(s, inner, depth + 1)

    def is_resource(self, s: Statement, node: ast.expr) -> bool:
        """Whether an expression surely gives a resource of the project."""
        from promote.outside.origins import origin_of  # noqa: PLC0415 - most steps take nothing from outside

        return origin_of(node, self.looker, s.index) == "resource"

    @staticmethod
    def is_local(s: Statement, name: str) -> bool:
        """Whether the statement binds a builtin's name inside a function, so that the call means something else."""
        return any(
            (isinstance(n, ast.arg) and n.arg == name)
            or (isinstance(n, ast.Name) and n.id == name and not isinstance(n.ctx, ast.Load))
            for n in walk(s.node)
        )
