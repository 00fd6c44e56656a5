"""The tokens that one regular expression finds are those of `tokenize`, or there are none."""

from __future__ import annotations

import random
import tokenize
from pathlib import Path

import pytest

from promote.hashing import _tokens
from promote.plain_tokens import plain_tokens

ROOT = Path(__file__).parents[2]
MODULES = [path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("tests/golden/*/expected*/*.py"))]
LETTERS = [*" \n()[]{}\"'#\\ab1.0_:=<>!~@-+*/%,;xXeEjJrRfFbB\t\r\0", "é", '"""', "'''", "**=", "\n    ", "\n  # "]


def told(text: str) -> list[str] | None:
    """What `tokenize` says, None where it raises."""
    try:
        return list(_tokens(text))
    except (tokenize.TokenError, SyntaxError, ValueError):
        return None


def test_modules_that_promotion_writes_are_nearly_all_plain() -> None:
    plain = [module for module in MODULES if plain_tokens(module) is not None]
    assert len(MODULES) >= 30
    assert len(plain) >= 0.85 * len(MODULES)
    assert all(plain_tokens(module) == told(module) for module in plain)


def test_a_module_that_was_damaged_anywhere_has_the_same_tokens_or_none() -> None:
    rng = random.Random(5)  # noqa: S311 - a seed that damages the same again, nothing secret
    plain = 0
    for _ in range(1000):
        text = rng.choice(MODULES)
        start = rng.randrange(len(text))
        text = text[start : start + 400]
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(len(text) + 1)
            text = text[:at] + rng.choice(LETTERS) + text[at + rng.randint(0, 2) :]
        found = plain_tokens(text)
        plain += found is not None
        assert found is None or found == told(text), text
    assert plain >= 100


@pytest.mark.parametrize(
    "text",
    [
        "x = f'{y}'", "x = b'1' rb'2'", "if x:\n\ty = 1", "x = 1 + \\\n    2", "é = 1", "x = 0x1F", "x = 1_000.5",
        "x = 007", "x = 1.", "x = .5", "x = 1e5", "x = ...", "x = (1\n  , 2)", "x = '''a\n b'''\ny = 1",
        "x = 'a\\\nb'", "x = 'open", "x = '''open", "x = (1", "x = 1)", "x = (1]", "if x:\n  if y:\n    z\n w = 1",
        "if x:\n    y\n  # low\nz", "x = 1if y else 2", "x = 'a''b'", "x = ''", 'x = """"a"""', "x <> y",
        "x: int = y @ z // 2 >> 1", "x := 1", "a.b.c", "'£' # £", "x = 1\r\n", "", "\n\n", "#",
        "if x: y\n    # deep\nz", "class A:\n    def f(self):\n        return 1\n\n\nx = 2",
        'x = \'a\' if y else"b"',
    ],
)  # fmt: skip
def test_corners(text: str) -> None:
    assert plain_tokens(text) in (None, told(text))
