"""Propose the tags of cells that are no step: `parameters` for constants, `helpers` for what steps take from.

A cell of constants is proposed where a run would set one of them: the notebook writes it in capitals, or several steps
read it. A cell of definitions is proposed where a step uses one. Each is planned as promotion would plan it, and left
alone where that finds more to say than without it.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from platform_core.values import dataclass, replace
from promote.dataflow.program import Program, Statement
from promote.dataflow.settable import settable_type
from promote.language.syntax import dotted_of
from promote.model import Fragment, Notebook, Plan, Selection
from promote.plan import Planned, plan
from promote.selection.select import select
from promote.trees import TYPE_ALIASES

_LONGEST = 10  # a longer list or table is no value that somebody types
_PLACE = re.compile(r"[/\\]|\.\w{2,7}$|^\s*(?:select|with)\s", re.IGNORECASE)  # a path, an address, a query
_IMPORTS = (ast.Import, ast.ImportFrom)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, *TYPE_ALIASES)
_MAKERS = frozenset(
    (
        *("set", "dict", "list", "tuple", "frozenset", "sorted", "range", "zip", "len", "int", "float", "str"),
        *("re.compile", "pathlib.Path", "os.path.join", "datetime.date", "datetime.datetime", "datetime.timedelta"),
        *("polars.Enum", "polars.Schema"),
    )
)


@dataclass(frozen=True, slots=True)
class ProposedRole:
    """A cell that is no step: the tag that is proposed for it, and the names in it that steps use."""

    tag: str
    cell: int
    names: tuple[str, ...] = ()


def with_roles(notebook: Notebook, roles: Iterable[ProposedRole]) -> Notebook:
    """Give a notebook with the tags of proposed roles."""
    cells = list(notebook.cells)
    for role in roles:
        cell = cells[role.cell - 1]
        cells[role.cell - 1] = replace(cell, tags=(*cell.tags, role.tag))
    return replace(notebook, cells=tuple(cells))


def roles_of(
    chosen: Selection, planned: Planned, program: Program, frames: Collection[str]
) -> tuple[tuple[ProposedRole, ...], list[str]]:
    """Propose roles for the cells of a notebook whose proposed steps promote, and tell of constants that stand badly.

    Args:
        chosen: The notebook with the proposed steps.
        planned: What promotion makes of them.
        program: The notebook's statements.
        frames: The variables that hold frames.
    """
    free = [cell.position for cell in chosen.cells if cell.role.kind == "explore"]
    has_parameters = any(cell.role.kind in ("parameters", "injected") for cell in chosen.cells)
    roles: list[ProposedRole] = []
    left: list[str] = []
    for position in free:
        statements = program.of_cells((position,))
        if not has_parameters and (constants := _constants(statements, program)):
            role = ProposedRole("parameters", position)
            tried = _tried(chosen.notebook, [*roles, role], planned)
            names = _set_by_runs(tried.plans, constants) if tried is not None else ()
            if names:
                roles.append(replace(role, names=names))
                has_parameters = True
                continue
        used = _used(statements, planned.plans)
        if used and _only_defines(statements, program, frames):
            role = ProposedRole("helpers", position, used)
            if _tried(chosen.notebook, [*roles, role], planned) is not None:
                roles.append(role)
    if not has_parameters:
        left = list(_badly_placed(program, free, planned.plans))
    return tuple(roles), left


def _tried(notebook: Notebook, roles: Sequence[ProposedRole], planned: Planned) -> Planned | None:
    """Plan a notebook with proposed roles; None where that is refused, or finds what it did not find without them."""
    chosen = select(with_roles(notebook, roles))
    tried = plan(chosen, include_needed=True)
    before = Counter(_told(planned))
    found = [*chosen.findings, *tried.findings]
    if any(f.severity == "error" for f in found) or Counter(_told(tried)) - before:
        return None
    return tried if len(tried.plans) == len(planned.plans) else None


def _told(planned: Planned) -> Iterator[tuple[str, int | None, str]]:
    """Give what is told of a plan, with what would be done about it; notes aside, of which roles make fewer."""
    for f in planned.findings:
        if f.severity != "note":
            yield f.code, f.location.cell, f.fix.what if f.fix is not None else ""


# Constants


def _constants(statements: Sequence[Statement], program: Program) -> list[str]:
    """Give the constants of a cell that holds them and imports alone; empty where a run should not set one of them."""
    found: list[str] = []
    for one in statements:
        if isinstance(one.node, _IMPORTS):
            continue
        name, value = _bound(one)
        if value is None or not _is_small(value) or not _bound_once(name, program):
            return []
        found.append(name)
    return found


def _bound(statement: Statement) -> tuple[str, ast.expr | None]:
    """Give the one name that an assignment binds, and its value."""
    node = statement.node
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id, node.value
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id, node.value
    return "", None


def _is_small(node: ast.expr) -> bool:
    """Whether a value is a small literal that says nothing of where data lies.

    >>> [_is_small(ast.parse(text, mode="eval").body) for text in ("2024", "['a', 'b']", "'data/a.csv'", "{'a': 1}")]
    [True, True, False, True]
    """
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError):
        return False
    if isinstance(value, (list, tuple, set, dict)) and len(value) > _LONGEST:
        return False
    texts = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return not any("\n" in text or _PLACE.search(text) for text in texts)


def _bound_once(name: str, program: Program) -> bool:
    touching = [program.statements[index] for index in program.touches.get(name, ())]
    return sum(name in one.binds for one in touching) == 1 and not any(name in one.changes for one in touching)


def _set_by_runs(plans: Iterable[Plan], constants: Collection[str]) -> tuple[str, ...]:
    """Give the constants that steps take as parameters; none where runs would hardly set one of them."""
    taken = Counter(one.name for p in plans for one in p.function.parameters if one.name in constants)
    if not any(count > 1 or name.isupper() for name, count in taken.items()):
        return ()
    return tuple(name for name in constants if name in taken)


def _badly_placed(program: Program, free: Sequence[int], plans: Sequence[Plan]) -> Iterator[str]:
    """Tell of constants in capitals that several steps read and that stand among other things than constants."""
    found: dict[int, list[str]] = {}
    for one in program.statements:
        name, value = _bound(one)
        if value is None or one.cell not in free or not name.isupper() or not settable_type(value):
            continue
        if _is_small(value) and _bound_once(name, program) and sum(_takes(p, one) for p in plans) > 1:
            found.setdefault(one.cell, []).append(name)
    for cell, names in list(found.items())[:1]:  # one cell holds all parameters
        them = "it" if len(names) == 1 else "them"
        yield (
            f"Cell {cell} holds {', '.join(f'`{name}`' for name in names)}, which several steps read, among other "
            f"things: put {them} into a cell of {'its' if len(names) == 1 else 'their'} own with the tag parameters, "
            f"and a run can set {them}."
        )


# Definitions


def _used(statements: Sequence[Statement], plans: Sequence[Plan]) -> tuple[str, ...]:
    """Give the names of a cell that steps take with what makes them, imports aside."""
    return tuple(
        dict.fromkeys(
            name
            for one in statements
            if not isinstance(one.node, _IMPORTS) and any(_takes(p, one) for p in plans)
            for name in sorted(one.binds)
        )
    )


def _takes(one: Plan, statement: Statement) -> bool:
    return any(
        f.cell == statement.cell and f.first <= statement.first <= f.last and f.origin in ("definition", "needed")
        for f in fragments(one)
    )


def fragments(one: Plan) -> list[Fragment]:
    """Give all that a plan takes from cells."""
    functions = (one.function, *one.checks, *one.charts, *one.tests)
    return [fragment for f in functions for part in (f.imports, f.definitions, f.body) for fragment in part]


def _only_defines(statements: Sequence[Statement], program: Program, frames: Collection[str]) -> bool:
    """Whether a cell does nothing but import, define, and make small values, one of the latter two at least."""
    telling = False
    for one in statements:
        if isinstance(one.node, _IMPORTS):
            continue
        if isinstance(one.node, _DEFINITIONS):
            telling = True
            continue
        name, value = _bound(one)
        if value is None or not _bound_once(name, program) or any(frame in (name, *one.reads) for frame in frames):
            return False
        calls = [n for n in ast.walk(value) if isinstance(n, ast.Call)]
        telling = telling or bool(calls)
        if not all(_makes_a_value(call, program) for call in calls):
            return False
    return telling


def _makes_a_value(call: ast.Call, program: Program) -> bool:
    if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Constant):
        return True  # a method of a text
    path = dotted_of(call.func)
    return path is not None and program.functions.canonical(path) in _MAKERS
