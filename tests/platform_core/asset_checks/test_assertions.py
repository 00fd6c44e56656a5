"""Plain assertions as a check."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import dagster as dg
import pandas as pd
import polars as pl
import pytest

from platform_core.asset_checks import config_of, run_assertions
from platform_core.asset_checks.assertions import _assertion

FRAME: Any = pl.DataFrame({"rent": [900, 777_123]})


def holds(frame: Any) -> None:
    assert frame.height == 2
    assert frame["rent"].min() == 900, "the least rent"


def breaks(frame: Any) -> None:
    assert frame.height == 2
    assert (
        frame["rent"].max()
        < 10_000
    ), f"too high: {frame['rent'].max()}"  # fmt: skip


def breaks_within(frame: Any) -> None:
    breaks(frame)


def breaks_in_a_library(frame: Any) -> None:
    pd.testing.assert_frame_equal(frame.to_pandas(), frame.to_pandas() + 1)


def raises(frame: Any) -> None:
    raise ValueError(f"secret {frame['rent'].max()}")


def test_what_holds_passes() -> None:
    result = run_assertions(holds, FRAME)
    assert result.passed
    assert result.description == "Every assertion holds."


def test_the_assertion_is_shown_without_its_message() -> None:
    line = breaks.__code__.co_firstlineno + 2
    for function in (breaks, breaks_within):
        result = run_assertions(function, FRAME)
        assert not result.passed
        text = (result.description or "").replace(" (line", "|").partition("|")[2]
        number, _, statement = text.partition("): ")
        assert line <= int(number) <= line + 3
        assert statement == 'assert frame["rent"].max() < 10_000'


def test_no_value_of_the_data_is_shown() -> None:
    for function in (breaks, breaks_in_a_library, raises):
        assert "777" not in str(run_assertions(function, FRAME))


def test_an_assertion_of_a_library_is_shown_by_its_line_alone() -> None:
    line = breaks_in_a_library.__code__.co_firstlineno + 1
    assert run_assertions(breaks_in_a_library, FRAME).description == f"An assertion does not hold (line {line})"


def test_another_error_is_shown_by_type_and_line() -> None:
    line = raises.__code__.co_firstlineno + 1
    result = run_assertions(raises, FRAME)
    assert not result.passed
    assert result.description == f"The check could not be run: ValueError (line {line})."


def test_what_has_no_source_is_shown_by_line() -> None:
    namespace: dict[str, Any] = {}
    exec("def check(x):\n    assert x\n", namespace)  # noqa: S102 - the function without a file
    assert run_assertions(namespace["check"], False).description == "An assertion does not hold (line 2)"


def test_what_is_no_python_function_is_run_too() -> None:
    assert run_assertions(len, 3).description == "The check could not be run: TypeError (line 0)."


def test_a_long_assertion_is_cut_and_broken_source_gives_none() -> None:
    shown = _assertion(f"assert {'x + ' * 100}1", 1)
    assert len(shown) < 220
    assert shown.endswith(" …")
    assert _assertion("assert (", 1) == ""


def test_without_assertions_nothing_passes() -> None:
    """Under `python -O` an assert statement does nothing: to pass then would be to lie."""
    program = """
from platform_core.asset_checks import run_assertions
def check(x):
    assert x
result = run_assertions(check, False)
print(result.passed, result.description)
"""
    done = subprocess.run([sys.executable, "-O", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False Assertions are switched off: Python runs with -O.\n"


class Lowest(dg.Config):
    low: int = 3


@pytest.mark.parametrize("low", [3, 6])
def test_a_check_has_the_configuration_of_the_step_that_it_checks(low: int) -> None:
    def rents(config: Lowest) -> None: ...

    def paid(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=config_of(context, Lowest, "rents").low == low)

    rents.__annotations__["config"] = Lowest  # Dagster reads no text
    paid.__annotations__.update({"context": dg.AssetCheckExecutionContext, "return": dg.AssetCheckResult})
    given = {} if low == 3 else {"ops": {"rents": {"config": {"low": low}}}}
    definitions = [dg.asset(rents), dg.asset_check(asset="rents")(paid)]
    (told,) = dg.materialize(definitions, run_config=given).get_asset_check_evaluations()
    assert told.passed
