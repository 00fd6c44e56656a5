"""Option text as a tree of nodes that remember what was written and where.

The YAML is read event by event, with the core types of YAML 1.2: a date stays text, `no` stays text, `010` is ten.
Anchors, aliases and tags are refused, depth and size are bounded, and a key written twice is an error.
"""

from __future__ import annotations

from platform_core.hints import Any, Literal
from platform_core.values import dataclass
from promote.patterns import pattern

_MOST_DEPTH = 12
_MOST_NODES = 2_000
_MOST_TEXT = 65_536
_INTEGER = pattern(r"[-+]?[0-9]{1,18}")
_BASED = pattern(r"0o[0-7]{1,18}|0x[0-9a-fA-F]{1,15}")
_FLOAT = pattern(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_BEGINNINGS = frozenset("+-.0123456789")  # of numbers: no pattern is asked of other words
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


class TreeError(Exception):
    """Why option text cannot be read, with line and column (from 1) in that text; both 0 where there is none."""

    def __init__(self, code: str, message: str, line: int = 0, column: int = 0, hint: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.line, self.column, self.hint = code, message, line, column, hint


@dataclass(frozen=True, slots=True)
class Node:
    """A value as written. `raw` is a scalar's text, `value` what it means; `entries` are the pairs of a mapping."""

    kind: Literal["scalar", "list", "map"]
    line: int = 0
    column: int = 0
    raw: str = ""
    value: Any = None
    items: tuple[Node, ...] = ()
    entries: tuple[tuple[Node, Node], ...] = ()

    def plain(self) -> Any:
        """Give the value without its places: dict, list, text, number, truth value or None."""
        if self.kind == "map":
            return {key.raw: value.plain() for key, value in self.entries}
        return [item.plain() for item in self.items] if self.kind == "list" else self.value


def from_yaml(text: str) -> Node:
    """Read YAML text as a tree.

    Raises:
        TreeError: The text is not YAML, or uses what options have no use for.

    >>> from_yaml("key: [a, no, 010, 2025-01-22]").plain()
    {'key': ['a', 'no', 10, '2025-01-22']}
    """
    if len(text) > _MOST_TEXT:
        raise TreeError("PR220", "The options are too long to be options.")
    import yaml  # noqa: PLC0415 - it costs more than all else here, and most cells have no option line

    try:
        return _build(list(yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        hint = "Options are YAML: `#| key: value`, one to a line."
        raise TreeError("PR220", f"The options are not valid YAML: {error.problem}.", line, column, hint) from None
    except yaml.YAMLError:
        raise TreeError("PR220", "The options hold a character that YAML does not allow.") from None
    except RecursionError:  # only PyYAML without its C library
        raise TreeError("PR225", "The options are nested too deeply.") from None


def from_json(value: Any) -> Node:
    """Give cell metadata, which is any JSON, as a tree without places.

    Raises:
        TreeError: It is nested too deeply, or too large to be options.
    """
    return _Json().node(value, 0)


class _Json:
    def __init__(self) -> None:
        self.count = 0

    def node(self, value: Any, depth: int) -> Node:
        self.count += 1
        if depth > _MOST_DEPTH or self.count > _MOST_NODES:
            raise TreeError("PR225", "The options are nested too deeply or too long.")
        if isinstance(value, dict):
            entries = ((Node("scalar", raw=key, value=key), self.node(item, depth + 1)) for key, item in value.items())
            return Node("map", entries=tuple(entries))
        if isinstance(value, list):
            return Node("list", items=tuple(self.node(item, depth + 1) for item in value))
        raw = value if isinstance(value, str) else "" if value is None else str(value)
        return Node("scalar", raw=raw, value=value)


def _build(events: list[Any]) -> Node:
    """Build the tree from the parser's events, without recursion."""
    if len(events) > 2 * _MOST_NODES:
        raise TreeError("PR225", "The options are too long to be options.")
    open_lists: list[tuple[Any, list[Node]]] = []
    done: list[Node] = []
    for event in events:
        name = type(event).__name__
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if name == "AliasEvent" or getattr(event, "anchor", None):
            message = "The options use a YAML anchor or alias."
            raise TreeError("PR225", message, line, column, "Write the value out where it is used.")
        if getattr(event, "tag", None):
            message = "The options use a YAML tag (`!…`)."
            raise TreeError("PR225", message, line, column, "Write the plain value without the tag.")
        if name == "DocumentStartEvent" and done:
            raise TreeError("PR220", "The options hold a second YAML document.", line, column, "Take out `---`.")
        if name in ("MappingStartEvent", "SequenceStartEvent"):
            open_lists.append((event, []))
            if len(open_lists) > _MOST_DEPTH:
                raise TreeError("PR225", "The options are nested too deeply.", line, column)
            continue
        if name == "ScalarEvent":
            value = meaning(event.value) if event.implicit[0] else event.value
            node = Node("scalar", line, column, event.value, value)
        elif name in ("MappingEndEvent", "SequenceEndEvent"):
            start, children = open_lists.pop()
            at = (start.start_mark.line + 1, start.start_mark.column + 1)
            node = mapping(children, *at) if name == "MappingEndEvent" else Node("list", *at, items=tuple(children))
        else:
            continue
        (open_lists[-1][1] if open_lists else done).append(node)
    return done[0] if done else Node("map", 1, 1)


def mapping(children: list[Node], line: int, column: int) -> Node:
    """Give a mapping of keys and values that follow one another.

    Raises:
        TreeError: A key is no word, or stands there twice.
    """
    entries = tuple(zip(children[::2], children[1::2], strict=True))
    seen: set[str] = set()
    for key, _ in entries:
        if key.kind != "scalar":
            raise TreeError("PR220", "An option's key must be one word.", key.line, key.column)
        if key.raw in seen:
            message = f"The key {key.raw!r} stands here for the second time."
            raise TreeError("PR224", message, key.line, key.column, "Keep one of the two.")
        seen.add(key.raw)
    return Node("map", line, column, entries=entries)


def meaning(text: str) -> Any:
    """Give what an unquoted word means in the core schema of YAML 1.2; infinities and very long numbers stay text."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _BEGINNINGS:
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    return float(text) if _FLOAT.fullmatch(text) and len(text) < 40 else text
