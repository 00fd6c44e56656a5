"""A step that is looked at: its statements, what they set, and findings told at their places."""

from __future__ import annotations

import ast

from promote.dataflow.closure import Closure
from promote.dataflow.program import Statement
from promote.dataflow.refusals import Context
from promote.language.syntax import dotted_of
from promote.model import Finding, Fix, Severity, Step
from promote.outside.places import placed
from promote.outside.sightings import Looker, SeenCall
from promote.values import replace


class Sight:
    """One step, with what is asked of it again and again."""

    def __init__(self, context: Context, step: Step, closure: Closure, looker: Looker) -> None:
        self.context, self.step, self.looker = context, step, looker
        self.bronze = step.layer == "bronze"
        self.statements = [context.program.statements[i] for i in sorted(closure.included)]
        self.own = {s.index for s in closure.own}
        self.given = {o.variable for o in context.outputs.values() if o.step.name == step.name}
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
