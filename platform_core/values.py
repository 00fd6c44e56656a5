"""Frozen values without the price of `dataclasses`, which imports `inspect` and compiles six methods for each class.

`promote` starts for one question of a tenth of a second's worth, and its forty values took a quarter of that; a step
in a process of its own has sixty. This `dataclass` takes the words of the standard library's own that are used here,
and gives a class its constructor when it is first called, from those that `platform_core.constructors` has written out.
`dataclasses.replace`, `asdict` and `fields` work on the values all the same, and Pydantic validates them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from operator import attrgetter, ge, gt, le, lt
from types import CodeType, FunctionType

from platform_core.constructors import FROZEN, OPEN
from platform_core.hints import Any, TypeVar, cast, dataclass_transform

Made = TypeVar("Made")


class _Field:
    """What is said of a field: its default, or what makes it anew for each value, and what the field is left out of."""

    __slots__ = ("compare", "default", "factory", "repr")

    def __init__(self, default: Any, factory: Callable[[], Any] | None, *, compare: bool, repr: bool) -> None:  # noqa: A002 - the standard library's word
        self.default, self.factory, self.compare, self.repr = default, factory, compare, repr


class _Form:
    """What a class of values has; and what `dataclasses` looks for in one, made when it looks.

    By name, a field's default (`_NONE` where it has none), or what was said of it with `field`.
    """

    def __init__(self, said: Mapping[str, Any], kw_only: bool) -> None:
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
            said = one if isinstance(one, _Field) else _Field(one, None, compare=True, repr=True)
            kept: dict[str, Any] = {"compare": said.compare, "repr": said.repr}
            if said.factory is not None:
                kept["default_factory"] = said.factory
            elif said.default is not _NONE:
                kept["default"] = said.default
            specified.append((name, hints[name], dataclasses.field(**kept)))
        twin = dataclasses.make_dataclass(owner.__name__, specified, kw_only=self.kw_only)
        return {one.name: one for one in dataclasses.fields(twin)}


_NONE = object()


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
    kept: dict[str, Any] = kind.__dict__.copy()
    for name in ("__dict__", "__weakref__"):
        kept.pop(name, None)
    own = {name: kept.pop(name, _NONE) for name, hint in kind.__annotations__.items() if "ClassVar" not in str(hint)}
    said = own if kind.__bases__ == (object,) else {**_inherited(kind), **own}
    names = tuple(said)
    marked = {name: one for name, one in said.items() if one.__class__ is _Field}
    fields_of = _getter([name for name in names if name not in marked or marked[name].compare] if marked else names)
    shown = [name for name in names if name not in marked or marked[name].repr] if marked else names

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
    kept["__dataclass_fields__"] = _Form(said, kw_only)

    def first(self: Any, *given: Any, **named: Any) -> None:
        made.__init__ = _constructor(made, said, frozen=frozen, kw_only=kw_only)  # late: many classes make no value
        made.__init__(self, *given, **named)

    kept["__init__"] = first
    made: Any = type(kind.__name__, kind.__bases__, kept)
    return cast("type[Made]", made)


def _getter(names: Sequence[str]) -> Callable[[Any], Any]:
    return attrgetter(*names) if names else type


def _inherited(kind: type) -> dict[str, Any]:
    """Give the fields of the values that a class extends."""
    forms = [base.__dict__.get("__dataclass_fields__") for base in reversed(kind.__mro__[1:-1])]
    return {name: one for form in forms if isinstance(form, _Form) for name, one in form.said.items()}


def _constructor(kind: type, said: Mapping[str, Any], *, frozen: bool, kw_only: bool) -> Callable[..., None]:
    """Give the constructor of a class: in a frozen one a slot is set by its own descriptor, which is left open."""
    names = tuple(said)
    form = _form(len(names), frozen=frozen)
    made: Any = form(*[getattr(kind, name).__set__ for name in names]) if frozen else FunctionType(form.__code__, {})
    made.__name__ = "__init__"
    made.__qualname__ = f"{kind.__qualname__}.__init__"
    code: CodeType = made.__code__
    made.__code__ = code.replace(
        co_argcount=1 if kw_only else code.co_argcount,
        co_kwonlyargcount=len(names) if kw_only else 0,
        co_varnames=("self", *names),
        co_names=() if frozen else names,
        co_name=made.__name__,
        co_qualname=made.__qualname__,
    )
    defaults: dict[str, Any] = {}
    anew: list[tuple[str, _Field, Callable[[Any, Any], None]]] = []
    for name, one in said.items():
        default = one
        if isinstance(one, _Field):
            if one.factory is not None:
                anew.append((name, one, getattr(kind, name).__set__))
            else:
                default = one.default
        if default is not _NONE:
            defaults[name] = default
    if kw_only:
        made.__kwdefaults__ = defaults
    elif defaults:
        made.__defaults__ = tuple(defaults.values())
    after = getattr(kind, "__post_init__", None)
    return cast("Callable[..., None]", _with_more(made, anew, after) if anew or after else made)


def _with_more(
    plain: Callable[..., None],
    anew: Sequence[tuple[str, _Field, Callable[[Any, Any], None]]],
    after: Callable[[Any], None] | None,
) -> Callable[..., None]:
    """Give a constructor that makes anew what the field's own mark stands for, and then does what comes after."""

    def __init__(self: Any, *given: Any, **named: Any) -> None:  # noqa: N807 - what it is
        plain(self, *given, **named)
        for name, one, set_one in anew:
            if getattr(self, name) is one and one.factory is not None:
                set_one(self, one.factory())
        if after is not None:
            after(self)

    return __init__


@cache
def _form(count: int, *, frozen: bool) -> Callable[..., Any]:
    """Give the constructor of some number of fields: written out, or compiled where few classes have so many."""
    forms = FROZEN if frozen else OPEN
    if 0 < count <= len(forms):
        return forms[count - 1]
    known: dict[str, Any] = {}
    exec(form_text(count, frozen=frozen), known)  # noqa: S102 - a text of numbers
    form: Callable[..., Any] = known[f"_{'frozen' if frozen else 'open'}_{count}"]
    return form


def form_text(count: int, *, frozen: bool) -> str:
    """Give the text of a constructor, as `platform_core.constructors` has those of one field and more.

    >>> print(form_text(2, frozen=False))
    def _open_2(self, _0, _1):
        self.field0 = _0
        self.field1 = _1
    <BLANKLINE>
    """
    head = "".join([f", _{index}" for index in range(count)])
    if not frozen:
        lines = [f"    self.field{index} = _{index}\n" for index in range(count)] or ["    pass\n"]
        return f"def _open_{count}(self{head}):\n{''.join(lines)}"
    setters = ", ".join([f"s{index}" for index in range(count)])
    lines = [f"        s{index}(self, _{index})\n" for index in range(count)] or ["        pass\n"]
    return f"def _frozen_{count}({setters}):\n    def made(self{head}):\n{''.join(lines)}\n    return made\n"


def _refused(self: object, name: str, value: object = None) -> None:
    raise AttributeError(f"cannot change {name!r}: values of {type(self).__name__} are frozen")


def _reduced(self: Any) -> tuple[Any, ...]:
    return _again, (type(self), {name: getattr(self, name) for name in self.__match_args__})


def _again(kind: type[Made], named: dict[str, Any]) -> Made:
    return kind(**named)
