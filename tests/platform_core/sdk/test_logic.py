"""Code versions: the same after a change of form, another after a change of logic, here or in what is reached."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from platform_core.sdk.logic import logic_version

MODULE = '''
"""A module."""
import math
from functools import lru_cache

THRESHOLD = 5
NAMES = {"b", "a"}
LOOKUP = {"x": [1, 2.5, None]}

def helper(value):
    """Help."""
    return value * THRESHOLD

class Rule:
    """A rule."""
    limit = 3

def recursive(n):
    return n and recursive(n - 1)

def step(frame, minimum=THRESHOLD):
    """Do it."""
    unrelated = 1
    rows = [helper(x) for x in frame if x > minimum and x in NAMES]
    return rows, LOOKUP, Rule.limit, math.pi, recursive(2), lru_cache
'''


@pytest.fixture
def version(tmp_path: Path) -> Iterator[Callable[..., str]]:
    loaded: list[str] = []

    def of(*changes: tuple[str, str], function: str = "step") -> str:
        source = MODULE
        for old, new in changes:
            assert old in source
            source = source.replace(old, new)
        name = f"logic_{len(loaded)}"
        path = tmp_path / f"{name}.py"
        path.write_text(source)
        spec = importlib.util.spec_from_file_location("promoted_module", path)
        assert spec is not None
        assert spec.loader is not None
        module: Any = importlib.util.module_from_spec(spec)
        sys.modules["promoted_module"] = module
        loaded.append(name)
        spec.loader.exec_module(module)
        return logic_version(getattr(module, function))

    yield of
    sys.modules.pop("promoted_module", None)


FORM = [
    ('"""Do it."""', '"""Do it otherwise."""'),
    ('"""Help."""', "# no docstring"),
    ("unrelated = 1", "unrelated   =  1  # one"),
    ("THRESHOLD = 5", "THRESHOLD = 0x5"),
    ('NAMES = {"b", "a"}', 'NAMES = {"a", "b"}'),
    ("import math", "import os, math\nUNUSED = 7"),
]
LOGIC = [
    ("x > minimum", "x >= minimum"),
    ("THRESHOLD = 5", "THRESHOLD = 6"),
    ("value * THRESHOLD", "value + THRESHOLD"),
    ('{"b", "a"}', '{"b", "c"}'),
    ("2.5, None", "2.5, 0"),
    ("limit = 3", "limit = 4"),
    ("n and recursive", "n or recursive"),
    ("minimum=THRESHOLD", "minimum=1"),
    ("import math", "import cmath as math"),
    ("from functools import lru_cache", "from functools import cache as lru_cache"),
]


@pytest.mark.parametrize("change", FORM)
def test_form_does_not_change_the_version(version: Callable[..., str], change: tuple[str, str]) -> None:
    assert version(change) == version()


@pytest.mark.parametrize("change", LOGIC)
def test_logic_here_or_in_what_is_reached_does(version: Callable[..., str], change: tuple[str, str]) -> None:
    assert version(change) != version()


def test_a_local_variable_named_as_something_outside_reaches_nothing(version: Callable[..., str]) -> None:
    assert version(("def step", "unrelated = 8\ndef step")) == version(("def step", "unrelated = 9\ndef step"))


def test_decorators_of_the_function_itself_do_not_count(version: Callable[..., str]) -> None:
    plain, decorated = version(function="helper"), version(("def helper", "@lru_cache\ndef helper"), function="helper")
    assert plain == decorated


def test_what_a_closure_holds_counts() -> None:
    def make(factor: int) -> Callable[[int], int]:
        def times(value: int) -> int:
            return value * factor

        return times

    assert logic_version(make(2)) == logic_version(make(2))
    assert logic_version(make(2)) != logic_version(make(3))


def test_without_source_the_bytecode_stands_in() -> None:
    first, second, third = (eval(f"lambda x: x + {n}") for n in (1, 1, 2))  # noqa: S307 - a function without source
    assert logic_version(first) == logic_version(second) != logic_version(third)


def test_an_object_counts_by_its_type_and_no_address_comes_in() -> None:
    thing = object()

    def uses() -> object:
        return thing

    before = logic_version(uses)
    thing = object()
    assert logic_version(uses) == before
