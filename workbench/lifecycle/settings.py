"""What selects an asset in `config/*.yaml`, and such a file with a selection changed or taken out.

Comments, quotes and layout stay as they are: only the letters of a selection, or one item of a list, are touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from platform_core.values import dataclass
from workbench.lifecycle.notebooks import place
from workbench.lifecycle.selections import alone, named, patterns, renamed
from workbench.lifecycle.uses import Use

_SECTIONS = frozenset(("jobs", "schedules", "sensors"))
_SELECTING = frozenset(("selection", "asset", "assets", "upstream"))


@dataclass(frozen=True, slots=True)
class Selected:
    """A selection in a file: its job, the offsets of what is written, what it says, and where its list begins."""

    job: str
    start: int
    end: int
    text: str
    listed: bool
    only: bool  # the one item of its list, or no list


def selections(text: str) -> Iterator[Selected]:
    """Give every selection of assets in a configuration file; nothing where it is no YAML: that is told elsewhere."""
    import yaml  # noqa: PLC0415 - few commands need it

    try:
        tree: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError):
        return
    for section, content in _pairs(tree):
        if section in _SECTIONS:
            for name, body in _pairs(content):
                if section == "jobs" and not _pairs(body):  # a bare text or list is the selection
                    yield from _written(name, body)
                for key, value in _pairs(body):
                    if key in _SELECTING:
                        yield from _written(name, value)


def settings_uses(path: str, text: str, name: str) -> Iterator[Use]:
    """Give the places of a configuration file that select an asset."""
    for one in selections(text):
        line = text.count("\n", 0, one.start) + 1
        begin = text.rfind("\n", 0, one.start) + 1
        at = place(path, line, one.start - begin + 1, text[begin:].partition("\n")[0])
        if named(one.text, name):
            yield Use("selection", at, one.text, where=f"job {one.job}")
        elif patterns(one.text, name):
            hint = "Look whether the pattern still selects what the job is for, and change it by hand."
            yield Use("pattern", at, one.text, hint, where=f"job {one.job}")


def with_name(text: str, old: str, new: str) -> str:
    r"""Give a configuration file in which every selection of an asset has its new name.

    >>> with_name("jobs:\n  a: '+x or y'  # all\n", "x", "z")
    "jobs:\n  a: '+z or y'  # all\n"
    """
    for one in sorted(selections(text), key=lambda each: each.start, reverse=True):
        quoted = text[one.start] in "\"'"  # quotes of YAML, not of the selection
        start, end = one.start + quoted, one.end - quoted
        text = text[:start] + renamed(text[start:end], old, new) + text[end:]
    return text


def without(text: str, name: str) -> str:
    r"""Give a configuration file without the items of lists that select this asset and no other.

    >>> without("jobs:\n  a:\n  - x  # old\n  - y\n  b: [x, +y]\n", "x")
    'jobs:\n  a:\n  - y\n  b: [+y]\n'
    """
    for one in sorted(selections(text), key=lambda each: each.start, reverse=True):
        if removable(one, name):
            text = _cut(text, one)
    return text


def removable(one: Selected, name: str) -> bool:
    """Tell whether a selection can be taken out by itself: an item of a list of several that is of this asset alone."""
    return one.listed and not one.only and alone(one.text, name)


def texts(root: Path) -> dict[str, str]:
    """Give the configuration files of a project by path."""
    found: dict[str, str] = {}
    for path in sorted((root / "config").glob("*.yaml")):
        try:
            found[f"config/{path.name}"] = path.read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError):
            continue
    return found


def _cut(text: str, one: Selected) -> str:
    begin = text.rfind("\n", 0, one.start) + 1
    if re.fullmatch(r"[ \t]*-[ \t]+", text[begin : one.start]):  # an item on a line of its own, its comment with it
        end = text.find("\n", one.end)
        return text[:begin] + (text[end + 1 :] if end >= 0 else "")
    after = re.compile(r"\s*,[ \t]*").match(text, one.end)
    if after:
        return text[: one.start] + text[after.end() :]
    before = re.search(r",\s*$", text[: one.start])
    return text[: before.start() if before else one.start] + text[one.end :]


def _written(job: str, node: Any) -> Iterator[Selected]:
    if getattr(node, "id", "") == "scalar":
        yield Selected(job, node.start_mark.index, node.end_mark.index, node.value, listed=False, only=True)
    elif getattr(node, "id", "") == "sequence":
        for item in node.value:
            if item.id == "scalar":
                only = len(node.value) == 1
                yield Selected(job, item.start_mark.index, item.end_mark.index, item.value, listed=True, only=only)


def _pairs(node: Any) -> list[tuple[str, Any]]:
    if getattr(node, "id", "") != "mapping":
        return []
    return [(str(key.value), value) for key, value in node.value if key.id == "scalar"]
