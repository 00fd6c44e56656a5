"""The record of assurance as a file: one for each asset, so that branches about different assets never meet in one.

It holds hashes, names that people gave on purpose, and the assumptions as they stand in the notebook: no value of the
data, no date, and nothing of the machine. Git knows when a line came and who committed it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from platform_core.canonical import digest
from platform_core.errors import UsageError
from platform_core.values import dataclass, replace
from promote.assurance.assumptions import Assumption
from promote.hashing import body_hash
from promote.render.header import without_header
from promote.render.pytext import json_text

VERSION = 1
LEVELS = ("light", "standard", "full")
_SHOWN = ("source", "code_version", "verified", "partition", "inputs", "output", "parity", "checks", "tests")
_PERSON = re.compile(r"\s*([^<>]*?)\s*(?:<([^<>\s]+@[^<>\s]+)>)?\s*")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Approval:
    """That somebody looked at a version and found it good: who, of what (a hash), and a comment."""

    approver: str
    of: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A record. `of` says what it is of: hashes of module, evidence and inputs."""

    step: str
    notebook: str
    analyst: str
    of: Mapping[str, Any]
    assumptions: tuple[Assumption, ...] = ()
    approvals: tuple[Approval, ...] = ()

    @property
    def fingerprint(self) -> str:
        """The hash that an approval signs: of all but the approvals."""
        return digest(json.dumps(_content(replace(self, approvals=())), sort_keys=True))


def record_path(tag: str) -> str:
    """Give the place of a step's record in the project.

    >>> record_path("silver:issues")
    'assurance/silver/issues.json'
    """
    layer, _, name = tag.partition(":")
    return f"assurance/{layer}/{name}.json"


def what(evidence: Mapping[str, Any], module: str) -> dict[str, Any]:
    """Give what a record of this evidence and this module is of."""
    given = evidence.get("inputs")
    inputs = {name: one for name, one in given.items() if isinstance(one, dict)} if isinstance(given, dict) else {}
    return {
        "source": evidence.get("source", ""),
        "code_version": evidence.get("code_version", ""),
        "module": body_hash(without_header(module)),
        "evidence": digest(json.dumps([evidence.get(key) for key in _SHOWN], sort_keys=True)),
        "inputs": {name: {key: one.get(key, "") for key in ("code_version", "digest")} for name, one in inputs.items()},
    }


def render(record: Record) -> str:
    """Give the file of a record."""
    return json_text(_content(record))


def parse(text: str) -> Record | None:
    """Read a record; None where it is none of ours: it comes from a branch, and nothing in it is believed."""
    try:
        content = json.loads(text)
        if content["version"] != VERSION:
            return None
        found = Record(
            _text(content["step"]),
            _text(content["notebook"]),
            _text(content["analyst"]),
            dict(content["of"]),
            tuple(
                Assumption(_text(one["heading"]), tuple(map(_text, one["text"])), int(one["cell"]))
                for one in content["assumptions"]
            ),
            tuple(
                Approval(_text(one["approver"]), _text(one["of"]), _text(one.get("comment", "")))
                for one in content["approvals"]
            ),
        )
        person(found.analyst)
        return found
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, UsageError):
        return None


def person(text: str) -> str:
    """Give a person as a record writes one: a name, with an e-mail address where it was given.

    Raises:
        UsageError: It is empty, too long, or holds letters that cannot be seen.

    >>> person("  Ana  Lyst <ana@example.org> ")
    'Ana Lyst <ana@example.org>'
    """
    match = _PERSON.fullmatch(text)
    if match is None or not match[1] or len(text) > _LONGEST or not text.isprintable():
        hint = 'Write it as in "Ana Lyst" or "Ana Lyst <ana@example.org>".'
        raise UsageError("That is no name of a person.", hint=hint)
    name = " ".join(match[1].split())
    return f"{name} <{match[2]}>" if match[2] else name


def same_person(one: str, other: str) -> bool:
    """Tell whether two names are of one person: they share the name or the address, whatever the case.

    >>> same_person("Ana Lyst <ana@a.org>", "ana lyst"), same_person("A <x@a.org>", "B <X@a.org>")
    (True, True)
    >>> same_person("Ana Lyst <ana@a.org>", "Bea Watcher <bea@a.org>")
    False
    """
    (name, address), (another, elsewhere) = _parts(one), _parts(other)
    return name == another or (address != "" and address == elsewhere)


def _parts(text: str) -> tuple[str, str]:
    match = _PERSON.fullmatch(text)
    if match is None:
        return text.casefold(), ""
    return " ".join(match[1].casefold().split()), (match[2] or "").casefold()


def _content(record: Record) -> dict[str, Any]:
    return {
        "version": VERSION,
        "step": record.step,
        "notebook": record.notebook,
        "analyst": record.analyst,
        "of": dict(record.of),
        "assumptions": [
            {"heading": one.heading, "cell": one.cell, "text": list(one.lines)} for one in record.assumptions
        ],
        "approvals": [_approval(one) for one in record.approvals],
    }


def _approval(one: Approval) -> dict[str, str]:
    found = {"approver": one.approver, "of": one.of}
    return {**found, "comment": one.comment} if one.comment else found


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def differing(record: Record, now: Mapping[str, Any]) -> Sequence[str]:
    """Name the parts of which a record is of another version than stands there now."""
    words = {
        "source": "the notebook's step",
        "code_version": "the logic",
        "module": "the module",
        "evidence": "the evidence",
        "inputs": "the inputs",
    }
    return [word for key, word in words.items() if record.of.get(key) != now.get(key)]
