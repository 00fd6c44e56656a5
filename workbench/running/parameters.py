"""The parameters of a notebook, and the values of the command line turned into what they are declared as.

papermill only logs a parameter that the notebook does not have and runs on, so names and types are checked here first.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from platform_core.errors import UsageError, UserError
from platform_core.suggest import did_you_mean

TAG = "parameters"
_WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_KINDS = {"str": str, "int": int, "float": float, "bool": bool, "list": list, "dict": dict}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter as its cell declares it. `kinds` holds type names (`str`, `int`, … and `None`); empty is any."""

    name: str
    kinds: tuple[str, ...]


def parameters_cell(notebook: Mapping[str, Any]) -> int | None:
    """Give the index of the parameters cell of a notebook's JSON, or None where it has none."""
    for index, cell in enumerate(notebook.get("cells", ())):
        if cell.get("cell_type") == "code" and TAG in cell.get("metadata", {}).get("tags", ()):
            return index
    return None


def read_parameters(source: str, location: str) -> tuple[Parameter, ...]:
    r"""Read what a parameters cell declares, without running it.

    Raises:
        UserError: The cell is not Python.

    >>> read_parameters("minimum: int = 1\nareas = ['a']\nlimit: float | None = None", "a.ipynb")
    ... # doctest: +NORMALIZE_WHITESPACE
    (Parameter(name='minimum', kinds=('int',)), Parameter(name='areas', kinds=('list',)),
     Parameter(name='limit', kinds=('float', 'None')))
    """
    lines = source.split("\n")
    code = "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in lines)
    try:
        body = ast.parse(code).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        place = f"{location}:{line}" if line else location
        raise UserError("The parameters cell is not valid Python.", location=place) from error
    found: dict[str, Parameter] = {}
    for statement in body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            found[statement.target.id] = Parameter(statement.target.id, _annotated(statement.annotation))
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    found[target.id] = Parameter(target.id, _literal(statement.value))
    return tuple(found.values())


def bind(parameters: Sequence[Parameter], given: Mapping[str, str], location: str) -> dict[str, Any]:
    """Turn the texts of the command line into the values that the parameters are declared as.

    Raises:
        UsageError: A name is not a parameter, or a text is no value of the declared type.

    >>> bind([Parameter("minimum", ("int",)), Parameter("areas", ("list",))], {"minimum": "3", "areas": '["b"]'}, "")
    {'minimum': 3, 'areas': ['b']}
    """
    known = {parameter.name: parameter for parameter in parameters}
    return {name: _convert(_known(name, known, location), text, location) for name, text in given.items()}


def bind_typed(parameters: Sequence[Parameter], given: Mapping[str, Any], location: str) -> dict[str, Any]:
    """Check values that have their types already against what the parameters are declared as.

    Raises:
        UsageError: A name is not a parameter, or a value has another type than the declared one.

    >>> bind_typed([Parameter("rate", ("float",))], {"rate": 1}, "")
    {'rate': 1.0}
    """
    known = {parameter.name: parameter for parameter in parameters}
    values = {}
    for name, value in given.items():
        kinds = _known(name, known, location).kinds
        if value is not None and type(value) is int and "int" not in kinds and "float" in kinds:
            values[name] = float(value)
        elif not kinds or ("None" in kinds if value is None else type(value).__name__ in kinds):
            values[name] = value
        else:
            wanted = " or ".join(kinds)
            raise UsageError(f"The parameter {name!r} takes {wanted}, not {value!r}.", location=location)
    return values


def _known(name: str, known: Mapping[str, Parameter], location: str) -> Parameter:
    if name not in known:
        raise UsageError(
            f"{name!r} is no parameter of the notebook.", hint=did_you_mean(name, known), location=location
        )
    return known[name]


def _annotated(annotation: ast.expr) -> tuple[str, ...]:
    """Give the type names of an annotation such as `int | None` or `Optional[list[str]]`; empty where unknown."""
    match annotation:
        case ast.Constant(value=None):
            return ("None",)
        case ast.Constant(value=str() as text) if text.isidentifier():
            return (text,) if text in _KINDS else ()
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            first, second = _annotated(left), _annotated(right)
            return (*first, *second) if first and second else ()
        case ast.Subscript(value=outer, slice=inner) if ast.unparse(outer).endswith("Optional"):
            kinds = _annotated(inner)
            return (*kinds, "None") if kinds else ()
    outermost = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    name = ast.unparse(outermost)
    return (name,) if name in _KINDS else ()


def _literal(value: ast.expr) -> tuple[str, ...]:
    """Give the type name of a literal default; empty where the default is None or computed."""
    try:
        name = type(ast.literal_eval(value)).__name__
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return ()
    return (name,) if name in _KINDS else ()


def _convert(parameter: Parameter, text: str, location: str) -> Any:
    kinds = parameter.kinds
    if not kinds:
        return _from_json(text, default=text)
    if "None" in kinds and text in {"None", "null"}:
        return None
    for kind in kinds:
        try:
            return _convert_to(kind, text)
        except ValueError:
            continue
    wanted = " or ".join(kinds)
    structured = {"list", "dict"} & set(kinds)
    hint = (
        "Write lists and dictionaries as JSON."
        if structured
        else f"Write -p {parameter.name} and a value of that type."
    )
    raise UsageError(f"The parameter {parameter.name!r} takes {wanted}, not {text!r}.", hint=hint, location=location)


def _convert_to(kind: str, text: str) -> Any:
    """Read `text` as a value of one type, or raise ValueError."""
    if kind == "str":
        return text
    if kind in {"int", "float"}:
        return _KINDS[kind](text)
    if kind == "bool":
        if text.lower() in _WORDS:
            return _WORDS[text.lower()]
        raise ValueError(text)
    value = _from_json(text, default=None)
    if kind in _KINDS and isinstance(value, _KINDS[kind]):
        return value
    raise ValueError(text)


def _from_json(text: str, *, default: Any) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return default
