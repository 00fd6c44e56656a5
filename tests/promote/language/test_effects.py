from __future__ import annotations

import inspect
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from promote.language.effects import OUT_METHODS, OUT_POSITIONS


@pytest.mark.parametrize("module", [np, np.fft])
def test_where_numpy_writes_stands_in_the_table(module: ModuleType) -> None:
    functions = {name: one for name in dir(module) if callable(one := getattr(module, name))}
    told = {name: place for name, one in functions.items() if (place := _place_of_out(one)) is not None}
    assert told
    assert {name: OUT_POSITIONS.get(name) for name in told} == told


def test_the_methods_of_arrays_that_write_stand_in_the_table() -> None:
    functions = {name for name in dir(np) if _place_of_out(getattr(np, name)) is not None}
    methods = {name for name in functions if hasattr(np.ndarray, name)}
    assert methods - {"conj", "conjugate"} == set(OUT_METHODS)


def _place_of_out(function: Any) -> int | None:
    """The place at which a function takes where to write without a name."""
    if isinstance(function, np.ufunc):
        return function.nin
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return None
    places = [n for n, one in enumerate(parameters) if one.name == "out" and one.kind is not one.KEYWORD_ONLY]
    return places[0] if places else None
