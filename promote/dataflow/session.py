"""Statements that work on IPython's own session: they may bind any name, and no name shows it.

They are magics that run another notebook or bring variables back, left in untagged cells by `ipython.stand_ins`, and
calls of the shell that `get_ipython()` gives.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable

from promote.language.facts import Facts
from promote.trees import walk

_SHELL = "get_ipython"
_RUNNING = frozenset(
    """push ex ev run_cell run_cell_async run_code safe_execfile safe_execfile_ipy safe_run_module drop_by_id del_var
    reset""".split()  # noqa: SIM905 - as `effects` writes its tables
)
_BY_NAME = {"run_line_magic": "line", "magic": "line", "run_cell_magic": "cell"}


def shells(statements: Iterable[Facts]) -> frozenset[str]:
    """Give the names that stand for IPython's shell; none where a notebook never asks for it."""
    asking = [facts for facts in statements if _SHELL in facts.names]
    assigned = [node for facts in asking for node in facts.kinds.get(ast.Assign, ()) if _is_shell(node.value, ())]
    found = {target.id for node in assigned for target in node.targets if isinstance(target, ast.Name)}
    return frozenset(found | {_SHELL} if asking else found)


def works_on_session(node: ast.AST, names: Collection[str]) -> bool:
    """Say whether code may bind any variable of the session; `names` are what `shells` gave.

    >>> def told(text):
    ...     return works_on_session(ast.parse(text), {"get_ipython", "ip"})
    >>> told("ip.push({'k': 1})"), told("stack.push(1)"), told("get_ipython().run_line_magic('run', 'a.py')")
    (True, False, True)
    >>> told("get_ipython().run_line_magic('matplotlib', 'inline')")
    False
    """
    return any(_works(call, names) for call in walk(node) if isinstance(call, ast.Call))


def magic_of(node: ast.AST) -> tuple[str, str]:
    """Give the name of the first magic that a statement runs, and its kind (`line` or `cell`); empty without one.

    >>> magic_of(ast.parse("get_ipython().run_line_magic('run', '')")), magic_of(ast.parse("exec(text)"))
    (('run', 'line'), ('', ''))
    """
    for call in walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in _BY_NAME:
            from promote.ipython.magics import split  # noqa: PLC0415 - most notebooks have none

            name = _literal(call)
            if name is not None:
                return split(name)[0], _BY_NAME[call.func.attr]
    return "", ""


def _works(call: ast.Call, names: Collection[str]) -> bool:
    func = call.func
    if not isinstance(func, ast.Attribute) or not _is_shell(func.value, names):
        return False
    if func.attr not in _BY_NAME:
        return func.attr in _RUNNING
    from promote.ipython.magics import split  # noqa: PLC0415 - as above
    from promote.ipython.stand_ins import binds  # noqa: PLC0415 - as above

    name = _literal(call)
    return name is None or binds(split(name.lstrip("%"))[0], "line" if _BY_NAME[func.attr] == "line" else "cell")


def _literal(call: ast.Call) -> str | None:
    first = call.args[0] if call.args else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


def _is_shell(node: ast.expr, names: Collection[str]) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == _SHELL
    return isinstance(node, ast.Name) and node.id in names and node.id != _SHELL
