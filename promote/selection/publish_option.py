"""The option `publish`: what final outputs a step's asset has, each a mapping of one file, object, table or index."""

from __future__ import annotations

from collections.abc import Mapping

from platform_core.hints import Any
from platform_core.sdk.factories.names import output_name
from promote.patterns import pattern
from promote.selection.option_tree import Node
from promote.selection.option_types import _fields, _short, _WrongError
from promote.vocabulary import vocabulary

_EXAMPLE = "{file: fees.csv, to: outbox}"
_UNSAFE = pattern(r"(^|/)\.{0,2}(/|$)|\\|[\x00-\x1f]")


def outputs(node: Node, what: str) -> tuple[dict[str, Any], ...]:
    """Give the outputs, each with its kind first: `{"file": "fees.csv", "to": "outbox"}`."""
    nodes = node.items if node.kind == "list" else (node,)
    if not nodes:
        raise _WrongError(node, f"{what} must name at least one output.", f"Write {what}: {_EXAMPLE}.")
    found: list[dict[str, Any]] = []
    for item in nodes:
        output = _output(item, what)
        if any(_called(output) == _called(other) for other in found):
            hint = "Give one of the two a name: {…, name: fees_for_press}."
            raise _WrongError(item, f"{what} has two outputs that would be called the same.", hint)
        found.append(output)
    return tuple(found)


def output_kind(output: Mapping[str, Any]) -> str:
    """Give what an output is: `file`, `object`, `table` or `index`."""
    kinds: Mapping[str, Mapping[str, Any]] = vocabulary()["publish"]
    return next(name for name, spec in kinds.items() if spec.get("names") and name in output)


def asset_name(asset: str, output: Mapping[str, Any]) -> str:
    """Give the name of the asset that an output becomes.

    >>> asset_name("fees", {"file": "fees.csv", "to": "outbox"})
    'fees_csv'
    """
    kind = output_kind(output)
    path = str(output[kind])
    ending = path.rpartition(".")[2].lower() if kind in {"file", "object"} else kind
    return str(output.get("name") or output_name(asset, path, ending))


def _called(output: Mapping[str, Any]) -> str:
    return asset_name("\0", output)


def _output(node: Node, what: str) -> dict[str, Any]:
    fields = vocabulary()["publish"]
    kinds = [name for name, spec in fields.items() if spec.get("names")]
    if node.kind != "map":
        raise _WrongError(node, f"{what} must be a mapping, or a list of mappings.", f"Write {what}: {_EXAMPLE}.")
    values = _fields(fields, node, what)
    nodes = {key.raw: value for key, value in node.entries}
    named = [kind for kind in kinds if kind in values]
    if len(named) != 1:
        raise _WrongError(node, f"{what} must have one of {', '.join(kinds)}.", f"Such as {_EXAMPLE}.")
    kind = named[0]
    if "to" not in values:
        raise _WrongError(node, f"{what} must say to which resource.", f"Such as {_EXAMPLE}.")
    for key in values:
        if kind not in fields[key].get("for", (kind,)):
            raise _WrongError(nodes[key], f"{what} of a {kind} cannot have {key}.")
    path, endings = values[kind], fields[kind].get("endings")
    if endings and not path.lower().endswith(tuple(endings)):
        raise _WrongError(nodes[kind], f"The ending of {_short(path)} says no format.", f"Use {', '.join(endings)}.")
    if kind != "table" and _UNSAFE.search(path):
        raise _WrongError(nodes[kind], f"{_short(path)} is no plain path under a root.", "Write such as 2025/fees.csv.")
    if kind == "table" and (values.get("mode") == "upsert") != ("key" in values):
        raise _WrongError(node, f"{what} of a table needs mode: upsert with a key, or neither.")
    if kind == "index" and "text" not in values:
        raise _WrongError(node, f"{what} of an index must say the columns that are searched.", "Write text: [title].")
    return {kind: path, **{key: value for key, value in values.items() if key != kind}}
