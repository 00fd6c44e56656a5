"""A contract as Python: the same fields give the same text, as ruff formats it and mypy accepts it."""

from __future__ import annotations

import keyword
import re
from collections.abc import Sequence

import pandera.polars as pa
import polars as pl

from platform_core.columns import is_pattern, parts_of
from workbench.contract.infer import Field

_WIDTH = 120
_LONGEST = 90  # of a type
# What pandera compares with nothing; the categories of an Enum are values of the data
_WIDE = (pl.Int128, pl.UInt128, pl.Float16, pl.Object, pl.Enum, pl.Null)
_UNKNOWN = (pl.Map, pl.BaseExtension)  # to pandera, within others too


def class_name(asset: str) -> str:
    """Give the name of an asset's contract.

    >>> class_name("raw_permits")
    'RawPermits'
    """
    return "".join(word.capitalize() for word in asset.split("_") if word) or "Contract"


def render(asset: str, fields: Sequence[Field]) -> str:
    """Give the module of a contract."""
    taken: set[str] = set()
    lines = [line for field in fields for line in _lines(field, taken)]
    annotated = any("Annotated[" in line for line in lines)
    head = [
        f'"""What {asset} has to hold: a first contract, inferred from its data. Read it, and make it yours."""',
        "",
        *(["from typing import Annotated", ""] if annotated else []),
        "import pandera.polars as pa",
        *(["import polars as pl"] if any("pl." in line for line in lines) else []),
        "",
        "",
        f"class {class_name(asset)}(pa.DataFrameModel):",
        f'    """What {asset} has to hold."""',
        "",
    ]
    return "\n".join([*head, *lines]).rstrip() + "\n"


def _lines(field: Field, taken: set[str]) -> list[str]:
    kind = _annotation(field.dtype)
    unknown = any(isinstance(part, _UNKNOWN) for part in parts_of(field.dtype))
    pattern = field.name in {"", "*"} or is_pattern(field.name)  # which pandera would take it for
    if pattern or unknown or isinstance(field.dtype, _WIDE) or len(kind) > _LONGEST:
        shown = f"    # Not checked: {field.name.encode('unicode_escape').decode()}, a {type(field.dtype).__name__}"
        return [shown[:_WIDTH]]
    identifier = _identifier(field.name, taken)
    arguments = _arguments(field, identifier)
    if not arguments:
        return [f"    {identifier}: {kind}"]
    opened = f"    {identifier}: {kind} = pa.Field("
    line = f"{opened}{', '.join(arguments)})"
    if len(line) <= _WIDTH:
        return [line]
    inner = f"        {', '.join(arguments)}"
    if len(inner) <= _WIDTH:
        return [opened, inner, "    )"]
    parts: list[str] = []
    for argument in arguments:
        whole = f"        {argument},"
        long = len(whole) > _WIDTH and argument.startswith("isin=")
        codes = [f"            {_text(code)}," for code in field.codes]
        parts += ["        isin=[", *codes, "        ],"] if long else [whole]
    return [opened, *parts, "    )"]


def _arguments(field: Field, identifier: str) -> list[str]:
    said = {
        f"alias={_text(field.name)}": identifier != field.name,
        "nullable=True": field.nullable,
        "unique=True": field.unique,
        "ge=0": field.not_negative,
        f"isin=[{', '.join(map(_text, field.codes))}]": bool(field.codes),
        'metadata={"personal": True}': field.personal,
    }
    return [argument for argument, holds in said.items() if holds]


def _identifier(name: str, taken: set[str]) -> str:
    plain = re.sub(r"\W+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name), flags=re.ASCII).strip("_").lower()
    usable = plain if plain and plain[0].isalpha() and not keyword.iskeyword(plain) else f"column_{plain}".rstrip("_")
    # Such as an ambiguous l, what the module imports, or `validate`
    if len(usable) == 1 or usable in {"pa", "pl"} or hasattr(pa.DataFrameModel, usable):
        usable = f"column_{usable}"
    number, chosen = 2, usable
    while chosen in taken:
        chosen, number = f"{usable}_{number}", number + 1
    taken.add(chosen)
    return chosen


def _text(value: str) -> str:
    """Give a text as ruff writes it: in double quotes, unless that needs more backslashes."""
    plain = repr(value)
    return plain if '"' in value or plain.startswith('"') else '"' + plain[1:-1].replace("\\'", "'") + '"'


def _annotation(dtype: pl.DataType) -> str:
    """Give a type as pandera takes it."""
    arguments = _parameters(dtype)
    name = f"pl.{type(dtype).__name__}"
    return f"Annotated[{', '.join([name, *arguments])}]" if arguments else name


def _value(dtype: object) -> str:
    """Give a type as a value, for within another."""
    arguments = _parameters(dtype)
    return f"pl.{type(dtype).__name__}" + (f"({', '.join(arguments)})" if arguments else "")


def _parameters(dtype: object) -> list[str]:
    given: list[str] = []
    match dtype:
        case pl.Datetime():
            zone = dtype.time_zone
            given = [_text(dtype.time_unit), "None" if zone is None else _text(zone)]
        case pl.Duration():
            given = [_text(dtype.time_unit)]
        case pl.Decimal():
            given = [str(dtype.precision), str(dtype.scale)]
        case pl.List():
            given = [_value(dtype.inner)]
        case pl.Array():
            given = [_value(dtype.inner), str(dtype.size)]
        case pl.Struct():
            fields = ", ".join(f"{_text(field.name)}: {_value(field.dtype)}" for field in dtype.fields)
            given = [f"{{{fields}}}"]
    return given
