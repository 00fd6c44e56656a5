"""What each option may hold: the types that `vocabulary.json` names, one function each.

A function takes the type's specification and the node as written, and gives the value. What is wrong goes into a list
of problems, so that everything wrong is told at once.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Mapping

from platform_core.hints import Any
from platform_core.plain_numbers import is_number, is_whole
from platform_core.values import dataclass, field
from promote.patterns import pattern
from promote.selection.option_tree import Node
from promote.vocabulary import nearest, vocabulary

_OWNER = pattern(r"team:[A-Za-z0-9_.-]+|[^@\s:]+@[^@\s:]+\.[^@\s:]+")
_LABEL = pattern(r"[A-Za-z0-9_.-]{1,63}(?:/[A-Za-z0-9_.-]{1,63})?")
_LABEL_VALUE = pattern(r"[A-Za-z0-9_.-]{1,63}")
_DATE = pattern(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with an option: code, sentence, hint, the node it stands at, and the word that was meant."""

    code: str
    message: str
    hint: str
    node: Node
    meant: str = ""


@dataclass(slots=True)
class Typed:
    """The values of one step's options, and what was wrong with the others."""

    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


class _WrongError(Exception):
    def __init__(self, node: Node, message: str, hint: str = "", code: str = "PR222", meant: str = "") -> None:
        super().__init__(message)
        self.problem = Problem(code, message, hint, node, meant)


def convert(key: str, node: Node, problems: list[Problem]) -> Any:
    """Give the value of option `key`, or None with what is wrong added to `problems`."""
    try:
        return _value(vocabulary()["options"][key], node, f"{key}")
    except _WrongError as error:
        problems.append(error.problem)
        return None


def unknown(word: str, choices: Mapping[str, Any] | list[str], what: str, node: Node, code: str) -> Problem:
    """Give the problem of a word that the vocabulary does not hold, with the nearest one it does."""
    from platform_core.suggest import meant  # noqa: PLC0415 - only a mistake needs it

    near = nearest(word, choices)
    hint = meant(near) if near else f"Known are: {', '.join(choices)}."
    return Problem(code, f"{_short(word)} is no {what}.", hint, node, near or "")


def _value(spec: Mapping[str, Any], node: Node, what: str) -> Any:
    return TYPES[spec["type"]](spec, node, what)


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "…")


def _scalar(node: Node, what: str, wanted: str) -> str:
    if node.kind != "scalar" or node.value is None:
        raise _WrongError(node, f"{what} must be {wanted}.")
    return node.raw


def _text(_: Mapping[str, Any], node: Node, what: str) -> str:
    text = _scalar(node, what, "text").strip()
    if not text or len(text) > _LONGEST:
        raise _WrongError(node, f"{what} must be text of 1 to {_LONGEST} characters.")
    if any(not (letter.isprintable() or letter == "\n") for letter in text):
        raise _WrongError(node, f"{what} holds a control character.", "Delete it.")
    return text


def _identifier(_: Mapping[str, Any], node: Node, what: str) -> str:
    text = _scalar(node, what, "the name of a variable")
    if not (text.isascii() and text.isidentifier()) or keyword.iskeyword(text):
        raise _WrongError(node, f"{what} must be a name, as Python writes names; {_short(text)} is none.")
    return text


def _list(node: Node, what: str, one: Callable[[Node, str], str], most: int = 200) -> tuple[str, ...]:
    nodes = node.items if node.kind == "list" else (node,)
    if not nodes or len(nodes) > most:
        raise _WrongError(node, f"{what} must hold one to {most} entries.")
    texts = [one(item, what) for item in nodes]
    for index, text in enumerate(texts):
        if text in texts[:index]:
            raise _WrongError(nodes[index], f"{what} names {_short(text)} twice.", "Keep one of the two.")
    return tuple(texts)


def _texts(spec: Mapping[str, Any], node: Node, what: str) -> tuple[str, ...]:
    return _list(node, what, lambda item, name: _text(spec, item, name), spec.get("most", 200))


def _names(_: Mapping[str, Any], node: Node, what: str) -> tuple[str, ...]:
    def one(item: Node, name: str) -> str:
        text = _scalar(item, name, "the name of an asset")
        if not re.fullmatch(vocabulary()["name"]["pattern"], text):
            raise _WrongError(item, f"{name} must name assets; {_short(text)} is no asset's name.")
        return text

    return _list(node, what, one)


def _owners(_: Mapping[str, Any], node: Node, what: str) -> tuple[str, ...]:
    def one(item: Node, name: str) -> str:
        text = _scalar(item, name, "team:NAME or an e-mail address")
        if not _OWNER.fullmatch(text) or len(text) > 120:
            hint = f"Write team:{text}" if _LABEL.fullmatch(text) else ""
            raise _WrongError(item, f"{name} must be team:NAME or an e-mail address; {_short(text)} is neither.", hint)
        return text

    return _list(node, what, one)


def _choice(spec: Mapping[str, Any], node: Node, what: str) -> str:
    text = _scalar(node, what, "one of " + ", ".join(spec["choices"]))
    if text not in spec["choices"]:
        problem = unknown(text, spec["choices"], f"value of {what}", node, "PR222")
        raise _WrongError(node, problem.message, problem.hint, problem.code, problem.meant)
    return text


def _number(spec: Mapping[str, Any], node: Node, what: str) -> int | float:
    value = node.value
    from math import isfinite  # noqa: PLC0415 - few options are numbers

    if not is_number(value) or not isfinite(value):
        raise _WrongError(node, f"{what} must be a number.")
    if value < spec.get("minimum", value):
        raise _WrongError(node, f"{what} must be at least {spec['minimum']}.")
    return value


def _integer(spec: Mapping[str, Any], node: Node, what: str) -> int:
    value = node.value
    if not is_whole(value):
        raise _WrongError(node, f"{what} must be a whole number.")
    _number(spec, node, what)
    return value


def _boolean(_: Mapping[str, Any], node: Node, what: str) -> bool:
    if not isinstance(node.value, bool):
        raise _WrongError(node, f"{what} must be true or false.")
    return node.value


def _date(_: Mapping[str, Any], node: Node, what: str) -> str:
    text = _scalar(node, what, "a date such as 2025-01-22")
    from datetime import date  # noqa: PLC0415 - few steps name a date, and the import is felt

    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        date.fromisoformat(text)
    except ValueError:
        raise _WrongError(node, f"{what} must be a date such as 2025-01-22.") from None
    return text


def _labels(_: Mapping[str, Any], node: Node, what: str) -> dict[str, str]:
    if node.kind != "map" or not node.entries:
        raise _WrongError(node, f"{what} must be names with values: {{name: value}}.")
    for name, value in node.entries:
        if not _LABEL.fullmatch(name.raw):
            raise _WrongError(name, f"{_short(name.raw)} cannot be a name in {what}.")
        if not _LABEL_VALUE.fullmatch(_text({}, value, f"{what}.{name.raw}")):
            hint = "Dagster takes letters, digits, dot, dash and underscore, 63 at most."
            raise _WrongError(value, f"{what}.{name.raw} is no value that a tag can have.", hint)
    return {name.raw: value.raw for name, value in node.entries}


def _fields(fields: Mapping[str, Any], node: Node, what: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in node.entries:
        if key.raw not in fields:
            problem = unknown(key.raw, fields, f"key of {what}", key, "PR221")
            raise _WrongError(key, problem.message, problem.hint, problem.code, problem.meant)
        values[key.raw] = _value(fields[key.raw], value, f"{what}.{key.raw}")
    return values


def _compute(_: Mapping[str, Any], node: Node, what: str) -> dict[str, Any]:
    """Read where a step runs and how large, against the same limits that the compute decorators know."""
    from platform_core.compute_kinds import limits  # noqa: PLC0415 - only where a step names its compute

    kinds = vocabulary()["compute"]
    entries = node.entries if node.kind == "map" else (((Node("scalar", raw="kind"), node)),)
    kind = next((value for key, value in entries if key.raw == "kind"), None)
    if kind is None:
        hint = f"Write {what}: {{kind: fargate, …}}. Known are: {', '.join(kinds)}."
        raise _WrongError(node, f"{what} must name its kind.", hint)
    name = _choice({"choices": kinds}, kind, f"{what}.kind")
    known = limits(name)["fields"]
    rest = {key.raw: (key, value) for key, value in entries if key.raw != "kind"}
    for key, _value_node in rest.values():
        if key.raw not in known:
            problem = unknown(key.raw, known, f"option of {name} compute", key, "PR221")
            raise _WrongError(key, problem.message, problem.hint, problem.code, problem.meant)
    values = {key: _compute_value(known[key]["type"], value) for key, (_key_node, value) in rest.items()}
    _check_limits(name, known, values, {key: value for key, (_key_node, value) in rest.items()}, node)
    return {"kind": name, **values}


def _compute_value(kind: str, node: Node) -> Any:
    """Give a value as the limits expect it: texts stay what was written."""
    if kind == "variables" and node.kind == "map":
        return {key.raw: value.raw if value.kind == "scalar" else None for key, value in node.entries}
    return node.raw if kind in ("role", "node") and node.kind == "scalar" else node.plain()


def _check_limits(
    kind: str, known: Mapping[str, Any], values: Mapping[str, Any], nodes: Mapping[str, Node], whole: Node
) -> None:
    from platform_core.compute_kinds.limits import check_field, check_together  # noqa: PLC0415 - as in _compute

    for key, value in values.items():
        problem = check_field(key, value, known[key])
        if problem:
            message = f"compute.{key} {problem.reason}."
            raise _WrongError(nodes[key], message, f"The nearest allowed is {problem.nearest}.", "PR227")
    full = {key: values.get(key, field["default"]) for key, field in known.items()}
    problem = check_together(kind, full)
    if problem:
        message = f"compute.{problem.field} {problem.reason}."
        hint = f"The nearest allowed is {problem.nearest}."
        raise _WrongError(nodes.get(problem.field, whole), message, hint, "PR227")


def _checks(_: Mapping[str, Any], node: Node, what: str) -> tuple[Any, ...]:
    known = vocabulary()["checks"]
    items = node.items if node.kind == "list" else (node,)
    if not items:
        raise _WrongError(node, f"{what} must name at least one check.")
    values: list[Any] = []
    for item in items:
        if item.kind == "map" and len(item.entries) == 1:
            name, arguments = item.entries[0]
        elif item.kind == "scalar" and item.value is not None:
            name, arguments = item, Node("scalar")
        else:
            hint = "Write [no_nulls, accepted_values: {status: [open, closed]}]."
            raise _WrongError(item, f"{what} must be names of checks, each with its arguments or without.", hint)
        if name.raw not in known:
            problem = unknown(name.raw, known, "ready-made check", name, "PR222")
            raise _WrongError(name, problem.message, problem.hint, problem.code, problem.meant)
        given = arguments.plain()
        if given is None and not known[name.raw]["bare"]:
            raise _WrongError(name, f"The check {name.raw} needs arguments.", f"Write {{{name.raw}: …}}.")
        values.append(name.raw if given is None else {name.raw: given})
    return tuple(values)


def _partitions(_: Mapping[str, Any], node: Node, what: str) -> dict[str, Any]:
    fields = vocabulary()["partitions"]
    example = "{by: static, values: report_dates, parameter: report_date}"
    if node.kind != "map":
        raise _WrongError(node, f"{what} must be a mapping.", f"Write {what}: {example}.")
    values = _fields(fields, node, what)
    if "by" not in values:
        raise _WrongError(
            node, f"{what} must say by what: {', '.join(fields['by']['choices'])}.", f"Such as {example}."
        )
    for key, spec in fields.items():
        belongs = values["by"] in spec.get("for", ())
        if "for" in spec and belongs != (key in values):
            verb = "needs" if belongs else "cannot have"
            raise _WrongError(node, f"{what} by {values['by']} {verb} {key}.", f"Such as {example}." if belongs else "")
    return values


def _freshness(_: Mapping[str, Any], node: Node, what: str) -> dict[str, Any]:
    example = f"Write {what}: {{maximum_lag_minutes: 60}}, with cron_schedule where one applies."
    if node.kind != "map":
        raise _WrongError(node, f"{what} must be a mapping.", example)
    values = _fields(vocabulary()["freshness"], node, what)
    if "maximum_lag_minutes" not in values:
        raise _WrongError(node, f"{what} must say maximum_lag_minutes.", example)
    if "cron_schedule" in values and len(values["cron_schedule"].split()) != 5:
        raise _WrongError(node, f"{what}.cron_schedule must have five fields.", 'Such as "0 6 * * *".')
    return values


def _name(_: Mapping[str, Any], node: Node, what: str) -> str:
    return _names({}, Node("list", items=(node,), line=node.line, column=node.column), what)[0]


def _publish(_: Mapping[str, Any], node: Node, what: str) -> tuple[dict[str, Any], ...]:
    from promote.selection.publish_option import outputs  # noqa: PLC0415 - few steps give anything out

    return outputs(node, what)


TYPES: Mapping[str, Callable[[Mapping[str, Any], Node, str], Any]] = {
    "text": _text,
    "texts": _texts,
    "identifier": _identifier,
    "name": _name,
    "names": _names,
    "owners": _owners,
    "choice": _choice,
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "date": _date,
    "labels": _labels,
    "compute": _compute,
    "checks": _checks,
    "partitions": _partitions,
    "freshness": _freshness,
    "publish": _publish,
}
