"""The parameters of a query: `%(since)s` and `%s` become the placeholders of a driver. No value meets the SQL."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from platform_core.errors import UserError
from platform_core.suggest import did_you_mean

Parameters = Mapping[str, Any] | Sequence[Any]

_PLACE = re.compile(r"%(?:\((?P<name>[^)]*)\)(?P<form>.)?|(?P<other>.)?)", re.DOTALL)


def numbered(sql: str, params: Parameters | None, shown: Callable[[int], str] = "${}".format) -> tuple[str, list[Any]]:
    """Give the SQL with a driver's placeholders, and the values in their order. `%%` stands for a percent sign.

    Without parameters the SQL is left as it is, percent signs and all.

    Args:
        sql: The query, with `%(name)s` for each named parameter or `%s` for each positional one.
        params: A mapping of the named values, or a sequence of the positional ones.
        shown: Gives the placeholder of the parameter of a number, from 1.

    Raises:
        UserError: A parameter is missing or not used, or a percent sign stands for nothing.

    >>> numbered("SELECT %(a)s, %(b)s, %(a)s, 5 %% 2", {"a": 1, "b": "x"})
    ('SELECT $1, $2, $1, 5 % 2', [1, 'x'])
    >>> numbered("SELECT %s, %s", (1, 2), lambda number: "?")
    ('SELECT ?, ?', [1, 2])
    """
    if params is None:
        return sql, []
    if isinstance(params, str | bytes) or not isinstance(params, Mapping | Sequence):
        raise UserError("The parameters of a query are no mapping and no sequence.", hint='Write {"since": value}.')
    named = isinstance(params, Mapping)
    places: dict[Any, int] = {}  # the number of each parameter, which a name keeps where it stands again

    def place(match: re.Match[str]) -> str:
        if match["other"] == "%":
            return "%"
        key: Any = match["name"]
        if key is None and match["other"] == "s" and not named:
            key = len(places)
            _require(key < len(params), "The query has more %s than parameters were given.")
        elif key is not None and match["form"] == "s" and named:
            if key not in params:
                hint = did_you_mean(key, params) if params else "Give it in the parameters."
                raise UserError(f"The query's parameter {key!r} is not given.", hint=hint)
        else:
            wanted = "%(name)s" if named else "%s"
            line = sql.count("\n", 0, match.start()) + 1
            raise UserError(
                f"A percent sign of the query stands for no parameter (line {line}).",
                hint=f"Write {wanted} for a parameter and %% for a percent sign.",
            )
        return shown(places.setdefault(key, len(places) + 1))

    text = _PLACE.sub(place, sql)
    unused = sorted(str(key) for key in params if key not in places) if named else []
    _require(not unused, f"The query has no parameter {unused[0]!r}." if unused else "")
    _require(named or len(places) == len(params), "More parameters were given than the query has %s.")
    return text, [params[key] for key in places]


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise UserError(message, hint="Give as many as the query names.")
