"""Values behave as those of the standard library's `dataclasses`, which they replace for the sake of the start."""

import copy
import dataclasses
import inspect
import pickle
import subprocess
import sys
from typing import Any, ClassVar

import pydantic
import pytest

from platform_core import constructors
from platform_core.values import dataclass, field, form_text, replace
from promote.model import Cell, Location, Options, Step


@dataclass(frozen=True, slots=True)
class Ours:
    name: str
    count: int = 2
    items: dict[str, int] = field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class Theirs:
    name: str
    count: int = 2
    items: dict[str, int] = dataclasses.field(default_factory=dict)


@dataclass(slots=True)
class Open:
    count: int = 0
    seen: list[str] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Itself:
    count: int = 0


class Checked:
    """What two ways of making the same class extend."""

    kind: ClassVar[str] = "plain"

    def __post_init__(self) -> None:
        if self.least > self.most:  # type: ignore[attr-defined]  # what extends this has both
            raise ValueError("the least is more than the most")


@dataclass(frozen=True, slots=True, kw_only=True)
class OurRange(Checked):
    least: int
    strict: ClassVar[bool] = True
    most: int = 9
    notes: dict[str, int] = field(default_factory=dict, compare=False, repr=False)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TheirRange(Checked):
    least: int
    strict: ClassVar[bool] = True
    most: int = 9
    notes: dict[str, int] = dataclasses.field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OurNamed(OurRange):
    name: str = "all"
    place: str | None = field(default=None, compare=False)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TheirNamed(TheirRange):
    name: str = "all"
    place: str | None = dataclasses.field(default=None, compare=False)


@dataclass(frozen=True, slots=True, order=True)
class Ordered:
    first: int
    second: str = ""


@pytest.mark.parametrize(
    ("given", "named"),
    [(("a",), {}), (("a", 3), {}), ((), {"name": "a", "items": {"b": 1}}), (("a",), {"count": 0}), (("a", 1, {}), {})],
)
def test_a_value_is_made_and_shown_as_the_standard_librarys(given, named):
    ours, theirs = Ours(*given, **named), Theirs(*given, **named)
    assert (ours.name, ours.count, ours.items) == (theirs.name, theirs.count, theirs.items)
    assert repr(ours) == repr(theirs).replace("Theirs", "Ours")


@pytest.mark.parametrize(
    ("given", "named"), [((), {}), (("a", 1, {}, 4), {}), (("a",), {"other": 1}), (("a",), {"name": "b"})]
)
def test_a_wrong_call_is_refused(given, named):
    for kind in (Theirs, Ours):
        with pytest.raises(TypeError):
            kind(*given, **named)


@pytest.mark.parametrize("kinds", [(OurRange, TheirRange), (OurNamed, TheirNamed)])
def test_named_fields_are_as_the_standard_librarys(kinds):
    made = [kind(least=1, notes={"a": 1}) for kind in kinds]
    assert repr(made[0]) == repr(made[1]).replace("Their", "Our")
    assert [one.notes for one in made] == [{"a": 1}, {"a": 1}]
    for kind, value in zip(kinds, made, strict=True):
        assert value == kind(least=1)
        assert hash(value) == hash(kind(least=1))
        assert value != kind(least=2)
        for wrong in ({"least": 10}, {"least": 1, "other": 2}, {}):
            with pytest.raises((TypeError, ValueError)):
                kind(**wrong)
        with pytest.raises(TypeError):
            kind(1)
        for again in (copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))):  # noqa: S301 - made in the line
            assert (again, again.notes) == (value, {"a": 1})
        with pytest.raises(ValueError, match="more than the most"):
            dataclasses.replace(value, least=10)
    told = [[(f.name, f.kw_only, f.compare, f.repr) for f in dataclasses.fields(kind)] for kind in kinds]
    assert told[0] == told[1]


def test_pydantic_validates_values_as_dataclasses():
    for kind in (OurNamed, TheirNamed):
        adapter = pydantic.TypeAdapter(kind)
        assert adapter.validate_json('{"least": 1, "name": "b"}') == kind(least=1, name="b")
        for wrong in ('{"least": 10}', '{"least": "one"}', "{}"):
            with pytest.raises(pydantic.ValidationError):
                adapter.validate_json(wrong)


def test_order_is_by_fields_in_their_order():
    listed = [Ordered(2, "a"), Ordered(1, "b"), Ordered(1, "a")]
    assert sorted(listed) == [Ordered(1, "a"), Ordered(1, "b"), Ordered(2, "a")]
    assert Ordered(1) <= Ordered(1) < Ordered(2) > Ordered(1) >= Ordered(1)
    with pytest.raises(TypeError):
        Ordered(1) < OurRange(least=1)  # type: ignore[operator]  # noqa: B015 - that it fails is the point


def test_equality_is_of_fields_and_of_one_class():
    first, second = Location("a", 1), Location("a", 1)
    assert first == second
    assert hash(first) == hash(second)
    assert first != Location("a", 2)
    assert Ours("a") != Theirs("a")  # type: ignore[comparison-overlap]  # of two classes, which is the point
    assert Open(1) == Open(1)
    with pytest.raises(TypeError):
        hash(Open())
    itself = Itself()
    assert itself == itself  # noqa: PLR0124 - that it is, is the point
    assert Itself() != Itself()
    assert len({Itself(), Itself()}) == 2


def test_a_frozen_value_cannot_be_changed_nor_given_names():
    value = Location("a")
    with pytest.raises(AttributeError, match="frozen"):
        value.path = "b"  # type: ignore[misc]  # what the type checker refuses, the value refuses too
    with pytest.raises(AttributeError, match="frozen"):
        del value.path
    assert value.path == "a"
    mutable = Open()
    mutable.count = 3
    assert mutable.count == 3
    with pytest.raises(AttributeError):
        mutable.other = 1  # type: ignore[attr-defined]  # as above


def test_defaults_made_anew_are_not_shared():
    assert Open().seen is not Open().seen
    assert Ours("a").items is not Ours("a").items


def test_replace_and_copies():
    step = Step("silver", "a", (1,), Options({"key": ["b"]}))
    assert replace(step, name="c").tag == "silver:c"
    assert dataclasses.replace(step, name="c") == replace(step, name="c")
    with pytest.raises(TypeError):
        replace(step, other=1)
    for again in (copy.deepcopy(step), pickle.loads(pickle.dumps(step))):  # noqa: S301 - made in the line
        assert again == step


def test_the_standard_library_sees_dataclasses():
    assert dataclasses.is_dataclass(Cell)
    names = ["position", "id", "kind", "source", "tags", "options", "count"]
    assert [f.name for f in dataclasses.fields(Cell)] == names
    assert dataclasses.asdict(Location("a", 1))["cell"] == 1
    assert dataclasses.replace(Ours("a", 5), name="b") == Ours("b", 5)


def test_constructors_are_written_out_as_they_would_be_compiled():
    text = inspect.getsource(constructors)
    for family, frozen in ((constructors.OPEN, False), (constructors.FROZEN, True)):
        for count, form in enumerate(family, 1):
            assert form.__name__ == f"_{'frozen' if frozen else 'open'}_{count}"
            assert f"\n\n{form_text(count, frozen=frozen)}\n" in text


@pytest.mark.parametrize("count", [0, 1, len(constructors.OPEN), len(constructors.OPEN) + 1])
@pytest.mark.parametrize("frozen", [False, True])
def test_a_value_may_have_any_number_of_fields(count, frozen):
    names = [f"name{index}" for index in range(count)]
    kind: Any = dataclass(frozen=frozen)(type("Any", (), {"__annotations__": dict.fromkeys(names, "int")}))
    made = kind(*range(count))
    assert [getattr(made, name) for name in names] == list(range(count))
    assert made == kind(**dict(zip(names, range(count), strict=True)))
    with pytest.raises(TypeError):
        kind(*range(count + 1))


def test_no_analysis_imports_the_standard_librarys():
    code = (
        "import sys, promote.prepare, promote.reports.report; "
        "sys.exit(not {'inspect', 'dataclasses'}.isdisjoint(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
