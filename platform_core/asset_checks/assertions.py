"""Plain `assert` statements as an asset check."""

from __future__ import annotations

import ast
import linecache
import sys
import traceback
from collections.abc import Callable
from typing import Any, TypeVar

import dagster as dg

from platform_core.origins import TOLD, told

_LONGEST = 200


_Config = TypeVar("_Config", bound=dg.Config)


def run_assertions(function: Callable[..., Any], *frames: Any, **parameters: Any) -> dg.AssetCheckResult:
    """Run a function whose `assert` statements say what has to hold of some frames.

    The first one that fails is shown as it stands in the source. Neither its message, nor an error's, nor any value is
    shown: they may hold data.

    Args:
        function: Takes the frames in order.
        frames: What it takes.
        parameters: What else it takes, by name.

    >>> def check(rows: list[int]) -> None:
    ...     assert len(rows) > 0, f"these are wrong: {rows}"
    >>> run_assertions(check, [1]).passed
    True
    >>> run_assertions(check, []).passed
    False
    """
    if sys.flags.optimize:
        return _failed("Assertions are switched off: Python runs with -O.")
    try:
        function(*frames, **parameters)
    except AssertionError as error:
        line, statement = _place(error, function)
        shown = f": {statement}" if statement else ""
        return _failed(f"An assertion does not hold ({_named(error, function, line)}){shown}")
    except Exception as error:  # noqa: BLE001 - whatever the analyst's code raises, the check failed
        place = _named(error, function, _place(error, function)[0])
        return _failed(f"The check could not be run: {type(error).__name__} ({place}).")
    return dg.AssetCheckResult(passed=True, description="Every assertion holds.")


def config_of(context: dg.AssetCheckExecutionContext, config: type[_Config], step: str) -> _Config:
    """Give the configuration that a run has for the step whose asset is checked; its defaults where it has none.

    A check that runs by itself, in a run that makes no asset, gets the defaults.

    Args:
        context: Of the check.
        config: The step's configuration class.
        step: The step's name, which is its asset's.
    """
    steps: Any = context.run.run_config.get("ops", {})
    return config(**steps.get(step, {}).get("config", {}))


def _failed(description: str) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=False, description=description)


def _named(error: BaseException, function: Callable[..., Any], line: int) -> str:
    """Name the line of the module, and the cell of the notebook that it came from where it came from one."""
    cell = told(error, function)
    return f"line {line}; {TOLD}{cell}" if cell else f"line {line}"


def _place(error: BaseException, function: Callable[..., Any]) -> tuple[int, str]:
    """Give the line of the function's own file that raised, and the statement there if it is an assertion."""
    code = getattr(function, "__code__", None)
    frames = list(traceback.walk_tb(error.__traceback__))[1:]
    own = [(frame, line) for frame, line in frames if code and frame.f_code.co_filename == code.co_filename]
    if not own:
        return getattr(code, "co_firstlineno", 0), ""
    frame, line = own[-1]
    source = "".join(linecache.getlines(frame.f_code.co_filename, frame.f_globals))
    return line, _assertion(source, line)


def _assertion(source: str, line: int) -> str:
    r"""Give the assertion that spans a line, without its message and on one line; empty where there is none.

    >>> _assertion("x = 1\nassert (\n    x >\n    2\n), f'{x}'", 3)
    'assert x > 2'
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return ""
    spanning = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    if not spanning:
        return ""
    text = " ".join((ast.get_source_segment(source, spanning[-1].test) or "").split())
    return f"assert {text if len(text) <= _LONGEST else text[:_LONGEST] + ' …'}"
