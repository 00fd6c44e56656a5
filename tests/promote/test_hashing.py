"""Hashes that move with the logic and with nothing else."""

from __future__ import annotations

import sys
import tokenize
from collections.abc import Callable, Iterator

import pytest

from promote.hashing import body_hash, logic
from promote.model import GeneratedFile
from promote.plan import code_version, source_hash
from tests.promote.graph import planned


def version(*cells: tuple[str, str]) -> tuple[str, str]:
    plan = planned(cells).plans[-1]
    return code_version(plan), source_hash(plan)


BEFORE = (
    ("", "import polars as pl"),
    ("helpers", "LEAST = 3\n\ndef keep(frame):\n    '''Keep it.'''\n    return frame.filter(pl.col('n') > LEAST)"),
    ("parameters", "most = 9"),
    ("silver:out", "out = keep(pl.LazyFrame({'n': [1]})).head(most)"),
)


@pytest.mark.parametrize(
    ("old", "new", "moves"),
    [
        ("out = keep(", "# said\nout = keep(", False),
        ("'n': [1]", '"n":   [1]', False),
        ("'''Keep it.'''", "'''Keep it all.'''", False),
        ("LEAST = 3", "LEAST = 3  # pounds", False),
        ("LEAST = 3", "LEAST = 4", True),
        ("> LEAST", ">= LEAST", True),
        ("most = 9", "most = 8", True),
        (".head(most)", ".tail(most)", True),
        ("[1]", "[1.0]", True),
        ("import polars as pl", "import polars as pl\nUNUSED = 1", False),
    ],
)
def test_the_code_version_moves_exactly_with_the_logic(old: str, new: str, moves: bool) -> None:
    after = tuple((tags, source.replace(old, new)) for tags, source in BEFORE)
    assert after != BEFORE
    assert (version(*after)[0] != version(*BEFORE)[0]) is moves


def test_a_comment_in_what_is_promoted_moves_the_source_but_one_elsewhere_does_not() -> None:
    inside = tuple((t, s.replace("out = keep(", "# said\nout = keep(")) for t, s in BEFORE)
    outside = (*BEFORE, ("", "# a thought"))
    assert version(*inside)[1] != version(*BEFORE)[1]
    assert version(*outside)[1] == version(*BEFORE)[1]


def test_annotations_of_a_contract_are_logic() -> None:
    assert logic("class A:\n    x: int") != logic("class A:\n    x: str")


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("x = 1\n", "x  =  1", True),
        ("x = 1  # a", "x = 1  # b", False),
        ("x = f'{a}'\n", "x =  f'{a}'\n", True),
        ("x = f'{a} '\n", "x = f'{a}'\n", False),
        ("x = f'''{a}\n{b}'''\n", "x = f'''{a}\n {b}'''\n", False),
        ("if a:\n    b\n", "if a:\n        b\n", True),
        ("if a:\n    b\nc\n", "if a:\n    b\n    c\n", False),
        ("x = '''", "x = '''", True),
        ("x = '''", "x =  '''", False),
    ],
)
def test_the_body_hash_is_of_tokens_without_layout(left: str, right: str, same: bool) -> None:
    assert (body_hash(left) == body_hash(right)) is same


@pytest.mark.parametrize("text", ["x = f'{a}'", "x = (f'{a}' 'b',)", "if a:\n    x = f'''\n{b} c\n'''\ny\n"])
def test_an_f_string_counts_as_one_token_as_it_did_before_python_3_12(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Newer tokenizers give the start of an f-string, what stands inside (other f-strings too), and its end."""
    expected = body_hash(text)
    whole = tokenize.generate_tokens

    def in_pieces(readline: Callable[[], str]) -> Iterator[tokenize.TokenInfo]:
        for token in whole(readline):
            if token.type == tokenize.STRING and token.string.startswith("f"):
                pieces = [(101, token.start), (101, token.start), (tokenize.NAME, token.start)]
                for kind, at in [*pieces, (102, token.end), (102, token.end)]:
                    yield tokenize.TokenInfo(kind, "?", at, at, token.line)
            else:
                yield token

    if sys.version_info < (3, 12):
        monkeypatch.setattr(tokenize, "FSTRING_START", 101, raising=False)
        monkeypatch.setattr(tokenize, "FSTRING_END", 102, raising=False)
        monkeypatch.setattr(tokenize, "generate_tokens", in_pieces)
    assert body_hash(text) == expected


def test_bytes_that_are_no_text_are_hashed_as_they_are() -> None:
    made = [GeneratedFile.of("a.parquet", content, "bronze:a") for content in (b"PAR1 \xb5", b"PAR1  \xb5")]
    assert [file.content for file in made] == [b"PAR1 \xb5", b"PAR1  \xb5"]
    assert body_hash(made[0].text) != body_hash(made[1].text), "no blank of theirs is layout"
