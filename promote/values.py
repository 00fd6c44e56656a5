"""Frozen values without the price of `dataclasses`, which imports `inspect` and compiles six methods for each class.

`promote` starts for one question of a tenth of a second's worth, and its forty values took a quarter of that. This
`dataclass` takes the words of the standard library's own that are used here, and makes a constructor only when a class
is first called. `dataclasses.replace`, `asdict` and `fields` work on the values all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from operator import attrgetter
from types import CodeType, FunctionType

from platform_core.hints import Any, TypeVar, dataclass_transform

Made = TypeVar("Made")


class _Field:
    """A default that is made anew for each value."""

    __slots__ = ("factory",)

    def __init__(self, factory: Callable[[], Any]) -> None:
        self.factory = factory


class _StandardFields:
    """What `dataclasses` looks for in a class of values, made when it looks."""

    def __init__(self, names: tuple[str, ...], defaults: dict[str, Any]) -> None:
        self.names, self.defaults = names, defaults
        self.made: dict[str, Any] | None = None

    def __get__(self, value: object, owner: type) -> dict[str, Any]:
        if self.made is None:
            self.made = self.make(owner)
        return self.made

    def make(self, owner: type) -> dict[str, Any]:
        """Give the fields of a standard dataclass of the same form."""
        import dataclasses  # noqa: PLC0415 - whoever asks has imported it

        specified = []
        for name in self.names:
            default = self.defaults.get(name, _NONE)
            if isinstance(default, _Field):
                specified.append(
                    (name, owner.__annotations__[name], dataclasses.field(default_factory=default.factory))
                )
            else:
                kept = {} if default is _NONE else {"default": default}
                specified.append((name, owner.__annotations__[name], dataclasses.field(**kept)))
        twin = dataclasses.make_dataclass(owner.__name__, specified)
        return {one.name: one for one in dataclasses.fields(twin)}


_NONE = object()


def field(*, default_factory: Callable[[], Any]) -> Any:
    """Give a default that is made anew for each value."""
    return _Field(default_factory)


def replace(value: Made, **changes: Any) -> Made:
    """Give a value with some of its fields changed.

    >>> from promote.model import Location
    >>> replace(Location("a.ipynb", 4), cell=5).cell
    5
    """
    kind = type(value)
    names: tuple[str, ...] = kind.__match_args__  # type: ignore[attr-defined]  # every class made here has it
    return kind(**{name: getattr(value, name) for name in names if name not in changes}, **changes)


@dataclass_transform(field_specifiers=(field,))
def dataclass(*, frozen: bool = False, slots: bool = True, eq: bool = True) -> Callable[[type[Made]], type[Made]]:
    """Make a class of values from its annotated names, as the standard library's `dataclass` does.

    Args:
        frozen: Whether its values refuse to be changed, and can be hashed; to make one then takes four times as long,
            so what the analysis makes by the hundred for itself is open.
        slots: Always true; it is there so that a class reads as a dataclass of the standard library.
        eq: Whether values with equal fields are equal; else each equals itself alone.

    >>> @dataclass(frozen=True, slots=True)
    ... class Point:
    ...     x: int
    ...     y: int = 0
    >>> Point(1), Point(1) == Point(1, 0), {Point(1)} == {Point(1)}
    (Point(x=1, y=0), True, True)
    """

    def make(kind: type[Made]) -> type[Made]:
        return _made(kind, frozen=frozen, eq=eq)

    return make


def _made(kind: type[Made], *, frozen: bool, eq: bool) -> type[Made]:
    names = tuple(kind.__annotations__)
    defaults = {name: kind.__dict__[name] for name in names if name in kind.__dict__}
    kept = {name: value for name, value in kind.__dict__.items() if name not in names}
    for unwanted in ("__dict__", "__weakref__"):
        kept.pop(unwanted, None)
    kept |= {"__slots__": names, "__match_args__": names, "__qualname__": kind.__qualname__, "__repr__": _shown}
    fields_of: Callable[[Any], Any] = attrgetter(*names) if names else type

    def equal(self: Any, other: object) -> bool:
        return bool(fields_of(self) == fields_of(other)) if type(other) is type(self) else NotImplemented

    def hashed(self: Any) -> int:
        return hash(fields_of(self))

    if eq:
        kept |= {"__eq__": equal, "__hash__": hashed if frozen else None}
    if frozen:
        kept |= {"__setattr__": _refused, "__delattr__": _refused, "__reduce__": _reduced}
    kept["__dataclass_fields__"] = _StandardFields(names, defaults)

    def first(self: Any, *given: Any, **named: Any) -> None:
        made.__init__ = _constructor(made, names, defaults, frozen=frozen)  # the constructor itself, late
        made.__init__(self, *given, **named)

    kept["__init__"] = first
    made: Any = type(kind.__name__, kind.__bases__, kept)
    finished: type[Made] = made
    return finished


def _constructor(kind: type, names: tuple[str, ...], defaults: dict[str, Any], *, frozen: bool) -> Callable[..., None]:
    """Compile the constructor of a class: in a frozen one a slot is set by its own descriptor, which is left open."""
    known: dict[str, Any] = {}
    anew: list[bool] = []
    for index, name in enumerate(names):
        if frozen:
            known[f"_set{index}"] = kind.__dict__[name].__set__
        default = defaults.get(name)
        anew.append(isinstance(default, _Field))
        if isinstance(default, _Field):
            known |= {f"_default{index}": default, f"_make{index}": default.factory}
    code = _code(tuple(anew), frozen=frozen)
    own = {f"field{index}": name for index, name in enumerate(names)}
    code = code.replace(
        co_varnames=("self", *names),
        co_names=tuple(own.get(name, name) for name in code.co_names),
        co_qualname=f"{kind.__qualname__}.__init__",
    )
    last = tuple(defaults[name] for name in names if name in defaults)
    return FunctionType(code, known, "__init__", last)


@cache
def _code(anew: tuple[bool, ...], *, frozen: bool) -> CodeType:
    """Compile the constructor of all classes of one form: which of their fields have a default that is made anew."""
    lines: list[str] = []
    for i, made in enumerate(anew):
        value = f"_make{i}() if _{i} is _default{i} else _{i}" if made else f"_{i}"
        lines.append(f" _set{i}(self, {value})" if frozen else f" self.field{i} = {value}")
    heads = [f"_{index}" for index in range(len(anew))]
    known: dict[str, Any] = {}
    exec(f"def __init__({', '.join(['self', *heads])}):\n" + "\n".join(lines), known)  # noqa: S102 - a text of numbers
    code: CodeType = known["__init__"].__code__
    return code


def _shown(self: Any) -> str:
    inner = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__match_args__)
    return f"{type(self).__qualname__}({inner})"


def _refused(self: object, name: str, value: object = None) -> None:
    raise AttributeError(f"cannot change {name!r}: values of {type(self).__name__} are frozen")


def _reduced(self: Any) -> tuple[Any, ...]:
    return type(self), tuple(getattr(self, name) for name in self.__match_args__)
