"""Frozen values without the price of `dataclasses`, which imports `inspect` and compiles six methods for each class.

`promote` starts for one question of a tenth of a second's worth, and its forty values took a quarter of that; a step
in a process of its own has sixty. This `dataclass` takes the words of the standard library's own that are used here,
and makes a constructor only when a class is first called. `dataclasses.replace`, `asdict` and `fields` work on the
values all the same, and Pydantic validates them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from operator import attrgetter, ge, gt, le, lt
from types import CodeType, FunctionType

from platform_core.hints import Any, TypeVar, cast, dataclass_transform

Made = TypeVar("Made")


class _Field:
    """What is said of a field: its default, or what makes it anew for each value, and what the field is left out of."""

    __slots__ = ("compare", "default", "factory", "repr")

    def __init__(self, default: Any, factory: Callable[[], Any] | None, *, compare: bool, repr: bool) -> None:  # noqa: A002 - the standard library's word
        self.default, self.factory, self.compare, self.repr = default, factory, compare, repr


class _Form:
    """What a class of values has; and what `dataclasses` looks for in one, made when it looks."""

    def __init__(self, said: Mapping[str, _Field], *, kw_only: bool) -> None:
        self.said, self.kw_only = said, kw_only
        self.made: dict[str, Any] | None = None

    def __get__(self, value: object, owner: type) -> dict[str, Any]:
        if self.made is None:
            self.made = self.make(owner)
        return self.made

    def make(self, owner: type) -> dict[str, Any]:
        """Give the fields of a standard dataclass of the same form."""
        import dataclasses  # noqa: PLC0415 - whoever asks has imported it

        hints: dict[str, Any] = {}
        for kind in reversed(owner.__mro__):
            hints |= getattr(kind, "__annotations__", {})
        specified = []
        for name, one in self.said.items():
            kept: dict[str, Any] = {"compare": one.compare, "repr": one.repr}
            if one.factory is not None:
                kept["default_factory"] = one.factory
            elif one.default is not _NONE:
                kept["default"] = one.default
            specified.append((name, hints[name], dataclasses.field(**kept)))
        twin = dataclasses.make_dataclass(owner.__name__, specified, kw_only=self.kw_only)
        return {one.name: one for one in dataclasses.fields(twin)}


_NONE = object()
_PLAIN = _Field(_NONE, None, compare=True, repr=True)


def field(
    *,
    default: Any = _NONE,
    default_factory: Callable[[], Any] | None = None,
    compare: bool = True,
    repr: bool = True,  # noqa: A002 - the standard library's word
) -> Any:
    """Give a default that is made anew for each value, or leave a field out of comparisons or of what is shown."""
    return _Field(default, default_factory, compare=compare, repr=repr)


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
def dataclass(
    *, frozen: bool = False, slots: bool = True, eq: bool = True, order: bool = False, kw_only: bool = False
) -> Callable[[type[Made]], type[Made]]:
    """Make a class of values from its annotated names, as the standard library's `dataclass` does.

    Args:
        frozen: Whether its values refuse to be changed, and can be hashed; to make one then takes four times as long,
            so what the analysis makes by the hundred for itself is open.
        slots: Always true; it is there so that a class reads as a dataclass of the standard library.
        eq: Whether values with equal fields are equal; else each equals itself alone.
        order: Whether values are ordered by their fields.
        kw_only: Whether fields are given by name alone.

    >>> @dataclass(frozen=True, slots=True)
    ... class Point:
    ...     x: int
    ...     y: int = 0
    >>> Point(1), Point(1) == Point(1, 0), {Point(1)} == {Point(1)}
    (Point(x=1, y=0), True, True)
    """

    def make(kind: type[Made]) -> type[Made]:
        return _made(kind, frozen=frozen, eq=eq, order=order, kw_only=kw_only)

    return make


def _made(kind: type[Made], *, frozen: bool, eq: bool, order: bool, kw_only: bool) -> type[Made]:
    kept = {name: value for name, value in kind.__dict__.items() if name not in {"__dict__", "__weakref__"}}
    own = {}
    for name, hint in kind.__annotations__.items():
        if not str(hint).startswith(("ClassVar", "typing.ClassVar")):
            value = kept.pop(name, _NONE)
            own[name] = value if isinstance(value, _Field) else _PLAIN if value is _NONE else _given(value)
    said = {**_inherited(kind), **own}
    names = tuple(said)
    fields_of = _getter([name for name, one in said.items() if one.compare])
    shown = [name for name, one in said.items() if one.repr]

    def represented(self: Any) -> str:
        return f"{type(self).__qualname__}({', '.join([f'{name}={getattr(self, name)!r}' for name in shown])})"

    def hashed(self: Any) -> int:
        return hash(fields_of(self))

    def comparing(by: Callable[[Any, Any], Any]) -> Callable[[Any, object], Any]:
        def compare(self: Any, other: object) -> Any:
            return by(fields_of(self), fields_of(other)) if type(other) is type(self) else NotImplemented

        return compare

    def equal(self: Any, other: object) -> bool:
        return bool(fields_of(self) == fields_of(other)) if type(other) is type(self) else NotImplemented

    kept |= {"__slots__": tuple(own), "__match_args__": names, "__qualname__": kind.__qualname__}
    kept.setdefault("__repr__", represented)
    if eq:
        kept.setdefault("__eq__", equal)
        kept["__hash__"] = kept.get("__hash__") or (hashed if frozen else None)
    if order:
        kept |= {f"__{by.__name__}__": comparing(by) for by in (lt, le, gt, ge)}
    if frozen:
        kept |= {"__setattr__": _refused, "__delattr__": _refused, "__reduce__": _reduced}
    kept["__dataclass_fields__"] = _Form(said, kw_only=kw_only)

    def first(self: Any, *given: Any, **named: Any) -> None:
        made.__init__ = _constructor(made, said, frozen=frozen, kw_only=kw_only)  # the constructor itself, late
        made.__init__(self, *given, **named)

    kept["__init__"] = first
    made: Any = type(kind.__name__, kind.__bases__, kept)
    return cast("type[Made]", made)


def _given(default: Any) -> _Field:
    return _Field(default, None, compare=True, repr=True)


def _getter(names: list[str]) -> Callable[[Any], Any]:
    return attrgetter(*names) if names else type


def _inherited(kind: type) -> dict[str, _Field]:
    """Give the fields of the values that a class extends."""
    forms = [base.__dict__.get("__dataclass_fields__") for base in reversed(kind.__mro__[1:-1])]
    return {name: one for form in forms if isinstance(form, _Form) for name, one in form.said.items()}


def _constructor(kind: type, said: Mapping[str, _Field], *, frozen: bool, kw_only: bool) -> Callable[..., None]:
    """Compile the constructor of a class: in a frozen one a slot is set by its own descriptor, which is left open."""
    known: dict[str, Any] = {}
    defaults: dict[str, Any] = {}
    for index, (name, one) in enumerate(said.items()):
        if frozen:
            known[f"_set{index}"] = getattr(kind, name).__set__
        if one.factory is not None:
            known |= {f"_default{index}": one, f"_make{index}": one.factory}
            defaults[name] = one
        elif one.default is not _NONE:
            defaults[name] = one.default
    anew = tuple([one.factory is not None for one in said.values()])
    code = _code(anew, frozen=frozen, kw_only=kw_only, after=hasattr(kind, "__post_init__"))
    own = {f"field{index}": name for index, name in enumerate(said)}
    code = code.replace(
        co_varnames=("self", *said),
        co_names=tuple(own.get(name, name) for name in code.co_names),
        co_qualname=f"{kind.__qualname__}.__init__",
    )
    made = FunctionType(code, known, "__init__", None if kw_only else tuple(defaults.values()))
    made.__kwdefaults__ = defaults if kw_only else None
    return made


@cache
def _code(anew: tuple[bool, ...], *, frozen: bool, kw_only: bool, after: bool) -> CodeType:
    """Compile the constructor of all classes of one form: which of their fields have a default that is made anew."""
    lines: list[str] = []
    for i, made in enumerate(anew):
        value = f"_make{i}() if _{i} is _default{i} else _{i}" if made else f"_{i}"
        lines.append(f" _set{i}(self, {value})" if frozen else f" self.field{i} = {value}")
    heads = ["self", *(["*"] if kw_only and anew else []), *(f"_{index}" for index in range(len(anew)))]
    known: dict[str, Any] = {}
    lines.append(" self.__post_init__()" if after else " pass")
    exec(f"def __init__({', '.join(heads)}):\n" + "\n".join(lines), known)  # noqa: S102 - a text of numbers
    code: CodeType = known["__init__"].__code__
    return code


def _refused(self: object, name: str, value: object = None) -> None:
    raise AttributeError(f"cannot change {name!r}: values of {type(self).__name__} are frozen")


def _reduced(self: Any) -> tuple[Any, ...]:
    return _again, (type(self), {name: getattr(self, name) for name in self.__match_args__})


def _again(kind: type[Made], named: dict[str, Any]) -> Made:
    return kind(**named)
