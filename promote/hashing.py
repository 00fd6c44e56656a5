"""Hashes of logic and of text that are the same on every machine and Python version.

`code_version` is a hash of the canonical form of the syntax tree (`platform_core.canonical`), so comments and layout do
not change it. `body_hash` is of a module's tokens, comments
too, without layout: it says whether a person edited the file.
"""

from __future__ import annotations

from functools import lru_cache

from platform_core.canonical import canonical, digest, is_text
from promote.trees import parse


def logic(*sources: str) -> str:
    """Give the canonical form of pieces of code in a row: the same after a change of comments, layout or quotes.

    >>> logic("x = 'a'  # one") == logic('x = "a"')
    True
    >>> logic("x = 1") == logic("x = 1.0")
    False
    """
    written = [one for source in sources for one in _statements(source)]
    if written and written[0][0]:
        del written[0]  # a docstring, as `canonical` has it
    return f"(Module body=[{''.join(f'{text},' for _, text in written)}])" if written else "(Module)"


@lru_cache(maxsize=512)
def _statements(source: str) -> tuple[tuple[bool, str], ...]:
    """Give the canonical form of each statement, and whether it is a text alone; steps share imports and helpers."""
    return tuple((is_text(node), canonical(node)) for node in parse(source).body)


@lru_cache(maxsize=64)
def body_hash(text: str) -> str:
    """Give the hash of a module's tokens; a file that cannot be read as Python is hashed as it is.

    So is SQL, which begins with a comment here: Python's versions differ on what they make of it.
    """
    if text.startswith("-- "):
        return digest(text)
    from promote.plain_tokens import plain_tokens  # noqa: PLC0415 - where nothing was promoted no module is hashed

    try:
        text.encode()  # no two tokenizers read bytes alike that are no text
        plain = plain_tokens(text)
        return digest(*(_tokens(text) if plain is None else plain))
    except (SyntaxError, ValueError):
        return digest(text)


def _tokens(text: str) -> list[str]:
    """The tokens in order; an f-string counts as one, as it did before Python 3.12.

    Raises:
        SyntaxError, ValueError: They cannot be told apart.
    """
    import io  # noqa: PLC0415 - most modules are plain
    import tokenize  # noqa: PLC0415 - as above

    layout = (tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    lines = list(io.StringIO(text))  # as the tokenizer is given them
    starts = {getattr(tokenize, n, -1) for n in ("FSTRING_START", "TSTRING_START")} - {-1}
    ends = {getattr(tokenize, n, -1) for n in ("FSTRING_END", "TSTRING_END")} - {-1}
    found: list[str] = []
    depth = 0
    start = (0, 0)
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type in starts:
                start = token.start if depth == 0 else start
                depth += 1
            elif token.type in ends:
                depth -= 1
                if depth == 0:
                    found.append(_between(lines, start, token.end))
            elif depth == 0 and token.type == tokenize.INDENT:
                found.append("{")
            elif depth == 0 and token.type == tokenize.DEDENT:
                found.append("}")
            elif depth == 0 and token.type not in layout:
                found.append(token.string)
    except tokenize.TokenError as error:
        raise ValueError(str(error)) from None
    return found


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    if start[0] == end[0]:
        return lines[start[0] - 1][start[1] : end[1]]
    middle = lines[start[0] : end[0] - 1]
    return "".join([lines[start[0] - 1][start[1] :], *middle, lines[end[0] - 1][: end[1]]])
