"""Reading policies without Pydantic or Dagster, and joining several files and ready sets to one.

`promote` reads them so: it starts at once, and what it cannot read it leaves to `loading`, which says what is wrong.
YAML is imported only where there is a folder of policies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Union, cast, get_args, get_origin, get_type_hints

from platform_core.errors import UserError, together
from platform_core.governance.policies.model import Policies, Written
from platform_core.governance.policies.undeclared import rules_of
from platform_core.suggest import did_you_mean

if TYPE_CHECKING:
    from platform_core.config.yaml12 import Document

FOLDER = "policies"
SETS = ("minimal", "official", "official-sensitive")

_LISTS = ("exceptions", "downgrades", "holds")
_MAPPINGS = ("rules", "processing", "roles", "samples")
_READY = "the ready set "


class File(NamedTuple):
    """A file that was read: what it says, and where each value of it stands."""

    written: Written
    places: Mapping[tuple[str | int, ...], str]


def files_of(project: Path) -> list[Path]:
    """Give the files of a project's policies, by name."""
    folder = project / FOLDER
    found = [*folder.glob("*.yaml"), *folder.glob("*.yml")] if folder.is_dir() else []
    return sorted(path for path in found if not path.name.startswith("."))


def ready(*names: str) -> Policies:
    """Give ready sets of rules as policies.

    Raises:
        UserError: There is none of a name.

    >>> sorted(ready("minimal").rules)
    ['checks', 'description', 'names', 'owner', 'personal_columns', 'sources']
    """
    for name in names:
        if name not in SETS:
            raise UserError(f"There is no ready set {name!r}.", hint=did_you_mean(name, SETS))
    return joined([_set(name) for name in names])


def read_policies(project: Path) -> Policies | None:
    """Give the policies of a project; None where it has none.

    Raises:
        UserError: A file cannot be read, or what stands there is no policy.
        ValueError, TypeError: As well: what is wrong, `loading.load_policies` says.
    """
    return read_texts(dict(_text(project, path) for path in files_of(project)))


def read_texts(texts: Mapping[str, str]) -> Policies | None:
    """Give policies as `read_policies` does, from the texts of their files by path, as a revision of git holds them.

    Raises:
        UserError, ValueError, TypeError: As there.

    >>> policies = read_texts({"policies/own.yaml": "use: minimal"})
    >>> policies.use if policies else None
    ('minimal',)
    """
    documents = [_document(text, path) for path, text in sorted(texts.items())]
    found = [File(built(Written, shaped(Written, one.value or {})), one.places) for one in documents]
    return with_sets(found) if found else None


def document_of(project: Path, path: Path) -> Document:
    """Read one file as YAML.

    Raises:
        UserError: It cannot be read, or is no YAML.
    """
    shown, text = _text(project, path)
    return _document(text, shown)


def _text(project: Path, path: Path) -> tuple[str, str]:
    shown = path.relative_to(project).as_posix() if path.is_relative_to(project) else path.name
    try:
        return shown, path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        hint = "Save it as UTF-8: some letter in it is written in another encoding."
        raise UserError("The file is not UTF-8 text.", hint=hint, location=shown) from None
    except OSError as error:
        raise UserError(f"The policies cannot be read: {type(error).__name__}.", location=shown) from None


def _document(text: str, shown: str) -> Document:
    from platform_core.config.yaml12 import read_yaml  # noqa: PLC0415 - a project without policies does not pay for it

    document = read_yaml(text, shown)
    if not isinstance(document.value, dict | None):
        raise UserError("The file must hold sections such as `rules:`.", location=f"{shown}:1")
    return document


def with_sets(found: Iterable[File]) -> Policies:
    """Join what files say, over the ready sets that they use.

    Raises:
        UserError: Two files say the same, or an exception is from a rule that is not there.
    """
    listed = list(found)
    names = dict.fromkeys(name for one in listed for name in one.written.use)
    return joined([_set(name) for name in names], listed)


def joined(sets: Iterable[File], found: Iterable[File] = ()) -> Policies:
    """Join sets and files; see `with_sets`."""
    sections: dict[str, Any] = {**dict.fromkeys(_LISTS, ()), **{name: {} for name in _MAPPINGS}}
    places: dict[tuple[str, str | int], str] = {}
    organisation = None
    written = list(found)
    for one, at in [*sets, *written]:
        for section in _MAPPINGS:
            for key, value in getattr(one, section).items():
                place, before = nearest(at, (section, key)), places.get((section, key), _READY)
                if not before.startswith(_READY):
                    raise UserError(
                        f"{section} holds {key!r} for the second time; the first stands at {before}.",
                        hint="Give one of the two another name.",
                        location=place,
                    )
                sections[section][key] = value
                places[section, key] = place
        for section in _LISTS:
            for position, value in enumerate(getattr(one, section)):
                places[section, len(sections[section])] = nearest(at, (section, position))
                sections[section] = (*sections[section], value)
        organisation = one.organisation or organisation
    used = tuple(dict.fromkeys(name for one, _ in written for name in one.use))
    policies = Policies(use=used, organisation=organisation, places=places, **sections)
    unknown = [
        UserError(
            f"There is no rule {exemption.rule!r} to except from.",
            hint=did_you_mean(exemption.rule, rules_of(policies)),
            location=places["exceptions", position],
        )
        for position, exemption in enumerate(policies.exceptions)
        if exemption.rule not in rules_of(policies)
    ]
    if unknown:
        raise together(unknown)
    return policies


def nearest(places: Mapping[tuple[str | int, ...], str], path: tuple[str | int, ...]) -> str:
    """Give the place of a value, or of what it stands in."""
    return next((places[path[:length]] for length in range(len(path), -1, -1) if path[:length] in places), "")


def shaped(kind: Any, value: Any) -> Any:
    """Give a value of YAML in the shape that the classes have: lists as tuples, one text where a list may stand.

    >>> shaped(Written, {"use": "minimal", "rules": None})
    {'use': ('minimal',)}
    """
    origin = get_origin(kind)
    if is_dataclass(kind) and isinstance(value, dict):
        hints = _hints(cast("type", kind))
        top = kind is Written
        return {
            key: shaped(hints[key], one) if key in hints else _frozen(one)
            for key, one in value.items()
            if not (top and one is None and key in hints)
        }
    if origin is tuple and isinstance(value, str | list):
        inner = get_args(kind)[0]
        return (value,) if isinstance(value, str) else tuple(shaped(inner, one) for one in value)
    if origin in (Union, UnionType) and value is not None:
        return next((shaped(one, value) for one in get_args(kind) if is_dataclass(one)), _frozen(value))
    if origin is not None and isinstance(value, dict):
        return {key: shaped(get_args(kind)[1], one) for key, one in value.items()}
    return _frozen(value)


def built(kind: Any, value: Any) -> Any:
    """Make a value of a class from what `shaped` gave, as strictly as Pydantic does.

    Raises:
        ValueError, TypeError: It is none.
    """
    origin = get_origin(kind)
    if is_dataclass(kind) and isinstance(value, dict):
        hints, own = _hints(cast("type", kind)), {one.name for one in fields(kind)}
        if not own >= value.keys():
            raise ValueError("an unknown key")
        return cast("Any", kind)(**{key: built(hints[key], one) for key, one in value.items()})
    if origin is tuple and isinstance(value, tuple):
        return tuple(built(get_args(kind)[0], one) for one in value)
    if origin is Literal and any(one == value and type(one) is type(value) for one in get_args(kind)):
        return value
    if origin in (Union, UnionType):
        return _one_of(get_args(kind), value)
    if origin not in (None, tuple, Literal) and isinstance(value, dict):
        return {key: built(get_args(kind)[1], one) for key, one in value.items()}
    if isinstance(kind, type) and (type(value) is kind or (kind is float and type(value) is int)):
        return value
    raise TypeError("a value of another type")


def _one_of(kinds: Iterable[Any], value: Any) -> Any:
    problem: Exception = TypeError("a value of another type")
    for kind in kinds:
        try:
            return built(kind, value)
        except (TypeError, ValueError) as error:
            problem = error if is_dataclass(kind) else problem
    raise problem


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return {name: hint for name, hint in get_type_hints(kind).items() if not name.startswith("_")}


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


@cache
def _set(name: str) -> File:
    document = document_of(Path(__file__).parent, Path(__file__).with_name("sets") / f"{name}.yaml")
    written = built(Written, shaped(Written, document.value))
    return File(written, {(): f"{_READY}{name}"})
