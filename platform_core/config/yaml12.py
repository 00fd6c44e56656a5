"""Reading YAML 1.2 core types, keeping the line of every value.

PyYAML follows YAML 1.1, where `2025-01-22` is a date, `no` is false and `010` is eight. Only its parser is used here;
what a scalar means is decided by the core schema of YAML 1.2. Keys are always the text written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from platform_core.errors import UserError

try:
    from yaml import CSafeLoader as _Parser
except ImportError:  # pragma: no cover - PyYAML built without its C library: the same results, slower
    from yaml import SafeLoader as _Parser  # type: ignore[assignment] # two classes of one interface

Path = tuple[str | int, ...]

_TAG = "tag:yaml.org,2002:"
_PLAIN = "plain"
_MOST_NODES = 100_000


class _Loader(_Parser):
    """The parser without YAML 1.1's guesses about unquoted words: it only says which words are unquoted."""

    def resolve(self, kind: type[yaml.Node], value: str | None, implicit: Any) -> str:
        if kind is yaml.ScalarNode:
            return _PLAIN if implicit[0] else f"{_TAG}str"
        return f"{_TAG}{'map' if kind is yaml.MappingNode else 'seq'}"


@dataclass(frozen=True, slots=True)
class Document:
    """What a file holds, and where: `places` gives `file:line` for the path of every key and list item."""

    value: Any
    places: Mapping[Path, str] = field(default_factory=dict)


def read_yaml(text: str, name: str) -> Document:
    r"""Give the value of one YAML document.

    Args:
        text: The document.
        name: What to call the file in errors and places.

    Raises:
        UserError: It is not YAML, repeats a key, or has a tag or a size that configuration has no use for.

    >>> read_yaml("a: 2025-01-22\nb: [no, 010, 0x1F, ~, 1e3]", "base.yaml").value
    {'a': '2025-01-22', 'b': ['no', 10, 31, None, 1000.0]}
    >>> read_yaml("a: 1\nb: {c: 2}", "base.yaml").places["b", "c"]
    'base.yaml:2'
    """
    reader = _Reader(name)
    try:
        node = yaml.compose(text, Loader=_Loader)
        value = None if node is None else reader.value(node, ())
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UserError(f"This is not valid YAML: {error.problem}.", location=f"{name}:{line}") from None
    except yaml.YAMLError:
        raise UserError("The file holds characters that YAML does not allow.", location=name) from None
    except RecursionError:
        raise UserError("The file is nested too deeply.", location=name) from None
    return Document(value, reader.places)


class _Reader:
    """Turns nodes into values, noting where each stood."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.places: dict[Path, str] = {}
        self._visited = 0

    def value(self, node: yaml.Node, path: Path) -> Any:
        self.places.setdefault(path, self._place(node))
        self._visited += 1
        # An alias may hold aliases: without this bound a page of YAML could fill the memory
        if self._visited > _MOST_NODES:
            raise UserError(f"The file holds more than {_MOST_NODES:,} values.", location=self.name)
        if isinstance(node, yaml.MappingNode):
            self._refuse_tag(node, "map")
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            self._refuse_tag(node, "seq")
            return [self.value(item, (*path, position)) for position, item in enumerate(node.value)]
        if node.tag == _PLAIN:
            return _scalar(node.value)
        self._refuse_tag(node, "str")
        return node.value

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            place = self._place(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                raise UserError("A key must be one word.", location=place)
            key = key_node.value
            if key == "<<" and key_node.tag == _PLAIN:
                raise UserError("YAML 1.2 has no merge key `<<`.", hint="Write the keys out.", location=place)
            if key in result:
                raise UserError(f"The key {key!r} stands here for the second time.", location=place)
            self.places[(*path, key)] = place
            result[key] = self.value(value_node, (*path, key))
        return result

    def _refuse_tag(self, node: yaml.Node, allowed: str) -> None:
        if node.tag != f"{_TAG}{allowed}":
            raise UserError("A YAML tag (`!...`) has no meaning here.", location=self._place(node))

    def _place(self, node: yaml.Node) -> str:
        return f"{self.name}:{node.start_mark.line + 1}"


def _scalar(text: str) -> Any:
    """Give what an unquoted word means in the core schema of YAML 1.2."""
    for pattern, meaning in _CORE:
        if pattern.fullmatch(text):
            return meaning(text)
    return text


def _integer(text: str) -> int | str:
    try:
        return int(text)
    except ValueError:  # more digits than Python reads
        return text


_CORE: tuple[tuple[re.Pattern[str], Callable[[str], Any]], ...] = (
    (re.compile(r"~|null|Null|NULL|"), lambda _: None),
    (re.compile(r"true|True|TRUE"), lambda _: True),
    (re.compile(r"false|False|FALSE"), lambda _: False),
    (re.compile(r"[-+]?[0-9]+"), _integer),
    (re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+"), lambda text: int(text, 0)),
    (re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"), float),
    (re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"), lambda text: float(text.replace(".", ""))),
)
