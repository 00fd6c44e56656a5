"""Files and addresses that a query on DuckDB reads: `FROM 'a.csv'`, `read_parquet('…')`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from promote.outside.origins import Origin, origin_of, origin_of_text
from promote.outside.sightings import Looker
from promote.patterns import pattern

_READER = (
    r"(?:read_(?:csv(?:_auto)?|parquet|json(?:_auto|_objects)?|ndjson|text|blob|xlsx)|parquet_scan|sniff_csv|glob)"
)
_FILE = r"[^']*(?:[/\\*\0]|\.\w{2,8})[^']*"  # `IS DISTINCT FROM 'a'` names none
_SOURCE = pattern(rf"\b(?:from|join)\s+'({_FILE})'|\b{_READER}\s*\(\s*\[?\s*'([^']+)'", re.IGNORECASE)
_OPEN = "\0"  # stands where an f-string is filled in


def sql_origins(query: ast.expr | None, looker: Looker, before: int) -> Iterator[Origin]:
    """Say where each file or address leads that the text of a query in statement `before` names."""
    if isinstance(query, ast.Name):
        query = looker.value_of(query.id, before)
    if isinstance(query, ast.Constant) and isinstance(query.value, str):
        text, filled = query.value, []
    elif isinstance(query, ast.JoinedStr):
        filled = [part for part in query.values if isinstance(part, ast.FormattedValue)]
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else _OPEN for part in query.values)
    else:
        return
    for match in _SOURCE.finditer(text):
        group = 1 if match[1] else 2
        path = match[group]
        if path.startswith(_OPEN):
            yield origin_of(filled[text.count(_OPEN, 0, match.start(group))], looker, before)
        else:
            yield origin_of_text(path)
