"""Programs of a few lines, and plans of a few cells, for the tests of the compiler's modules."""

from __future__ import annotations

from promote.dataflow.program import Program, build
from promote.model import CodeCell, Finding, Function, Role
from promote.plan import Planned
from tests.promote.graph import planned


def program(source: str) -> Program:
    """Analyse one untagged cell."""
    return build([CodeCell(1, Role("explore"), source)])


def errors(result: Planned) -> list[str]:
    """Give the codes of the errors of a plan."""
    return [f.code for f in result.findings if f.severity == "error"]


def finding(code: str, *cells: tuple[str, str], needed: bool = False) -> Finding:
    """Plan cells and give the one finding with this code."""
    (found,) = [f for f in planned(cells, include_needed=needed).findings if f.code == code]
    return found


def function(*cells: tuple[str, str], needed: bool = False) -> Function:
    """Plan cells of one step and give its function."""
    result = planned(cells, include_needed=needed)
    assert not errors(result)
    return result.plans[0].function


def text(made: Function) -> str:
    """Give the body of a function as text."""
    return "\n".join(f.text for f in made.body)
