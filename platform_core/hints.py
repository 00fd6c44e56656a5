"""What annotations use of `typing` and `pathlib`, without their price: both take a tenth of a check's time to import.

Annotations are texts that nothing here evaluates, so at run time a name of theirs need only be there. Code whose
annotations somebody does evaluate, such as an asset's, imports `typing` itself, and code that makes a `Path` imports
`pathlib`. What a check comes to takes paths as texts too (`StrPath`).
"""

from __future__ import annotations

__all__ = [
    "TYPE_CHECKING",
    "Any",
    "Concatenate",
    "Final",
    "Literal",
    "ParamSpec",
    "Path",
    "Protocol",
    "StrPath",
    "TextIO",
    "TypeGuard",
    "TypeVar",
    "cast",
    "dataclass_transform",
]

TYPE_CHECKING = False  # true for whoever checks types

if TYPE_CHECKING:
    from pathlib import Path
    from typing import (
        Any,
        Concatenate,
        Final,
        Literal,
        ParamSpec,
        Protocol,
        TextIO,
        TypeGuard,
        TypeVar,
        cast,
        dataclass_transform,
    )

    from _typeshed import StrPath
else:

    class _Hint:
        """Stands for any type; who takes it for one at run time is told, since it cannot be called."""

        def __getitem__(self, _: object) -> _Hint:
            return self

    class _Mark:
        """Stands for a variable of types, or for a decorator that says something to who checks types."""

        def __init__(self, *_, **__) -> None: ...

        def __call__(self, kind: object) -> object:
            return kind

    class Protocol:
        """A class that says what others must have."""

    def cast(_: object, value: object) -> object:
        """Give a value as it is."""
        return value

    Any = Concatenate = Final = Literal = Path = StrPath = TextIO = TypeGuard = _Hint()
    ParamSpec = TypeVar = dataclass_transform = _Mark
