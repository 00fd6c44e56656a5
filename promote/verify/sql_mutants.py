"""Mistakes in text that is code itself: SQL, and the expressions that `query` and `eval` of pandas take."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_SQL = re.compile(r"\bselect\b.*\bfrom\b|\bfrom\b.*\b(?:select|where)\b", re.IGNORECASE | re.DOTALL)
_EXPRESSION = re.compile(r"`?\w+`?\s*(?:>=|<=|==|!=|<|>)\s*\S")
_WORDS = {
    "and": "OR", "or": "AND", "sum": "max", "avg": "max", "mean": "max", "min": "max", "max": "min",
    "first": "last", "last": "first", "lag": "lead", "lead": "lag", "left join": "JOIN",
    "left outer join": "JOIN", "full join": "JOIN", "full outer join": "JOIN", "inner join": "LEFT JOIN",
    "semi join": "ANTI JOIN", "anti join": "SEMI JOIN", "union all": "UNION", "union": "UNION ALL",
    "is null": "IS NOT NULL", "is not null": "IS NULL", "not in": "IN", "not like": "LIKE", "desc": "ASC",
    "asc": "DESC", "distinct": "", "upper": "lower", "lower": "upper", "row_number": "rank", "rank": "row_number",
    "dense_rank": "row_number", "year": "month", "month": "year", "floor": "ceil", "ceil": "floor",
    "intersect": "EXCEPT", "except": "INTERSECT",
}  # fmt: skip
_SIGNS = {">=": ">", "<=": "<", "<>": "=", "!=": "=", "==": "!=", "=": "<>", ">": ">=", "<": "<=", "+": "-", "-": "+",
          "*": "/", "/": "*", "&": "|", "|": "&"}  # fmt: skip
_TOKEN = re.compile(
    r"(?P<comment>--[^\n]*)|(?P<text>'(?:[^']|'')*')|(?P<quoted>\"[^\"]*\"|`[^`]*`)"
    r"|(?P<star>\(\s*\*\s*\)|\bselect\s+\*|\.\*|,\s*\*)"
    rf"|\b(?P<word>{'|'.join(sorted(_WORDS, key=len, reverse=True)).replace(' ', chr(92) + 's+')})\b"
    r"|(?<![\w.])(?P<number>\d+(?:\.\d+)?)(?![\w.])|(?P<sign>>=|<=|<>|!=|==|[-+*/&|=<>])|\w+",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"\bwhere\b.*?(?=\bgroup\s+by\b|\border\s+by\b|\bhaving\b|\bqualify\b|\blimit\b|\bunion\b|\)|$)"
    r"|\bhaving\b.*?(?=\border\s+by\b|\bqualify\b|\blimit\b|\)|$)|\border\s+by\s[^()]*?(?=\blimit\b|\)|$)"
    r"|\blimit\s+\d+",
    re.IGNORECASE | re.DOTALL,
)


def is_query(text: str) -> bool:
    """Say whether a text is SQL, or an expression over columns.

    >>> [is_query(text) for text in ("SELECT a FROM b", "fee >= 5", "No endpoint added")]
    [True, True, False]
    """
    return bool(_SQL.search(text) or _EXPRESSION.search(text))


def other_queries(text: str) -> Iterator[str]:
    """Give queries that are wrong in one place each.

    >>> list(other_queries("SELECT a FROM b WHERE a >= 5"))
    ['SELECT a FROM b ', 'SELECT a FROM b WHERE a > 5', 'SELECT a FROM b WHERE a >= 6']
    """
    if _SQL.search(text):
        for clause in _CLAUSE.finditer(text):
            if "(" not in clause[0] or clause[0].count("(") == clause[0].count(")"):
                yield text[: clause.start()] + text[clause.end() :]
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind in _CHANGES:
            yield text[: token.start()] + _CHANGES[kind](token[0]) + text[token.end() :]


def _number(text: str) -> str:
    return str(float(text) + 1) if "." in text else str(int(text) + 1)


_CHANGES: dict[str | None, Callable[[str], str]] = {
    "text": lambda text: f"{text[:-1]}~'",
    "word": lambda text: _WORDS[" ".join(text.lower().split())],
    "number": _number,
    "sign": _SIGNS.__getitem__,
}
