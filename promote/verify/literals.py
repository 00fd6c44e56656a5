"""The constants of an analyst's code: what test data may hold as it is, and what its numbers stand around."""

from __future__ import annotations

import ast
import datetime as dt
import re

from promote.verify.sql_mutants import is_query

_DATE_MAKERS = frozenset({"date", "datetime", "Timestamp", "Datetime"})
_PATTERN_SIGN = re.compile(r"[\\\[\](){}*+?^$|%]")
_CLASS_OR_ESCAPE = re.compile(
    r"\[\^?\]?(?:\\.|[^\]\\])*\]|\\[A-Za-z0-9]|\\(?P<kept>.)|\(\?[^)]*[:>=!]|\{\d+(?:,\d*)?\}"
)
_PATTERN_BREAK = re.compile(r"[\x00()*+?^$|%.\[\]{}]+")
_SQL_TEXT = re.compile(r"'((?:[^']|'')*)'")
_SQL_NUMBER = re.compile(r"(?<![\w.'])\d+(?:\.\d+)?(?![\w'])")


def literals_of(source: str) -> frozenset[object]:
    r"""Give the literals of Python source: text, numbers, bytes and dates, but no docstrings.

    Of a regular expression or a pattern with `%` the literal words are given too; of an f-string its pieces; of an SQL
    query the texts and numbers in it.

    Raises:
        SyntaxError: The source is not Python.

    >>> sorted(literals_of("x.filter(pl.col('fee') >= -5)"), key=str)
    [-5, 5, 'fee']
    >>> "authority:" in literals_of(r"x.str.extract(r'^authority:(\w+)$')")
    True
    """
    tree = ast.parse(source)
    idle = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found: set[object] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str() as text) if id(node) not in idle:
                found |= {text, *_words(text)}
            case ast.Constant(value=int() | float() | bytes() as value) if not isinstance(value, bool):
                found.add(value)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
                found.add(-value)
            case ast.Call():
                day = _day(node)
                if day is not None:
                    found.add(day)
    return frozenset(found)


def _words(text: str) -> set[object]:
    words: set[object] = set()
    if _PATTERN_SIGN.search(text):
        plain = _CLASS_OR_ESCAPE.sub(lambda match: match["kept"] or "\x00", text)
        words |= {piece for piece in _PATTERN_BREAK.split(plain) if piece.strip()}
    if is_query(text):
        for quoted in _SQL_TEXT.findall(text):
            inner = quoted.replace("''", "'")
            words |= {inner, *(piece for piece in inner.split("%") if piece.strip())}
        words |= {float(number) if "." in number else int(number) for number in _SQL_NUMBER.findall(text)}
    return words


def _day(call: ast.Call) -> dt.date | None:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    numbers = [
        argument.value
        for argument in call.args[:3]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, int)
    ]
    named = {
        keyword.arg: keyword.value.value
        for keyword in call.keywords
        if isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, int)
    }
    numbers += [named[key] for key in ("year", "month", "day")[len(numbers) :] if key in named]
    if name not in _DATE_MAKERS or len(numbers) != 3:
        return None
    try:
        return dt.date(*numbers)
    except (ValueError, OverflowError):
        return None
