"""Many sets of parameters from one file: a CSV table, a row a set, or a YAML or JSON list of mappings."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from platform_core.config.yaml12 import read_yaml
from platform_core.errors import UsageError, UserError
from workbench.running.parameters import Parameter, bind, bind_typed

_MOST = 10_000


def read_sets(
    path: Path, parameters: Sequence[Parameter], common: Mapping[str, str], location: str
) -> list[dict[str, Any]]:
    """Read the sets of a file, each bound to what the notebook's parameters are declared as.

    In a CSV table the header names the parameters; an empty field leaves the notebook's own value. In YAML and JSON a
    value has its type already, and it must be the declared one.

    Args:
        path: The file: `.csv`, `.yaml`, `.yml` or `.json`.
        parameters: What the notebook declares.
        common: Names and texts of the command line, which every set gets too.
        location: The notebook, for what is said of it.

    Raises:
        UserError: The file holds no list of sets.
        UsageError: The file is not there, or a set names a parameter that does not exist or is in `common` too, or
            has a value of a wrong type.
    """
    readers = {".csv": _csv, ".yaml": _yaml, ".yml": _yaml, ".json": _yaml}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise UsageError(
            "Parameter sets come as .csv, .yaml or .json.", hint="See `workbench run --help`.", location=str(path)
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UsageError(
            "There is no such file of parameter sets.", hint="See `workbench run --help`.", location=str(path)
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise UserError("The parameter sets cannot be read as text in UTF-8.", location=str(path)) from error
    rows = reader(text, path.name)
    if not 0 < len(rows) <= _MOST:
        raise UserError(f"There are {len(rows):,} parameter sets; 1 to {_MOST:,} can be run.", location=str(path))
    shared = bind(parameters, common, location)
    sets = []
    for place, row in rows:
        both = sorted(set(row) & set(common))
        if both:
            raise UsageError(f"The parameter {both[0]!r} is given by -p and by the set.", location=place)
        texts = path.suffix.lower() == ".csv"
        sets.append(shared | (bind(parameters, row, place) if texts else bind_typed(parameters, row, place)))
    return sets


def _csv(text: str, name: str) -> list[tuple[str, dict[str, Any]]]:
    lines = csv.reader(io.StringIO(text), strict=True)
    try:
        header = next(lines, [])
        if len(set(header)) != len(header):
            raise UserError("The header names a parameter twice.", location=f"{name}:1")
        rows = []
        for fields in lines:
            place = f"{name}:{lines.line_num}"
            if not fields:
                continue
            if len(fields) != len(header):
                raise UserError(f"The row has {len(fields)} fields, the header {len(header)}.", location=place)
            rows.append((place, {key: field for key, field in zip(header, fields, strict=True) if field}))
    except csv.Error as error:
        raise UserError(f"The table cannot be read: {error}.", location=f"{name}:{lines.line_num}") from None
    return rows


def _yaml(text: str, name: str) -> list[tuple[str, dict[str, Any]]]:
    document = read_yaml(text, name)
    if not isinstance(document.value, list):
        hint = "Write one mapping of names and values after each `-`."
        raise UserError("Parameter sets in YAML are a list.", hint=hint, location=name)
    rows = []
    for index, row in enumerate(document.value):
        place = document.places.get((index,), name)
        if not isinstance(row, dict):
            raise UserError("A parameter set is a mapping of names and values.", location=place)
        rows.append((place, row))
    return rows
