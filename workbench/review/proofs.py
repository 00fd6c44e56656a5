"""Evidence files as values. They come from a branch, so each field is read for what it is and nothing is believed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from platform_core.cell_map import places_of
from platform_core.plain_numbers import is_whole
from platform_core.values import dataclass
from promote.evidence import VERSION
from workbench.review.values import Count, Frame, Piece, Proof

_FEW = re.compile(r"(all but )?<[1-9][0-9]{0,3}")
_LARGEST = 10**15  # rows, lines and counts beyond it were never counted


class _NotOursError(ValueError):
    """The evidence is not what `promote` writes."""


@dataclass(frozen=True, slots=True)
class Helpers:
    """The modules of helpers of a revision, path to text, to find again what stands there."""

    texts: Mapping[str, str]

    def find(self, paths: Sequence[str], source: Sequence[str], *, indented: bool) -> tuple[str, tuple[int, int]]:
        """Give where the lines of a piece stand one after the other; ("", (0, 0)) where they stand nowhere.

        They are `indented` where they stand in a function that several steps call.
        """
        for path in paths if source else ():
            found = places_of(source, self.texts.get(path, "").split("\n"), indented=indented)
            if found:
                return path, (found[0] + 1, found[0] + len(source))
        return "", (0, 0)


def read_proof(path: str, text: str, helpers: Helpers) -> Proof:
    """Read an evidence file; one that cannot be read is a `Proof` with a problem."""
    try:
        content = json.loads(text, parse_constant=_refuse)
        return _proof(path, _whole(content, "the file"), helpers)
    except _NotOursError as error:
        return Proof(path, f"The evidence is not what promote writes: {error}.")
    except RecursionError:
        return Proof(path, "The evidence is nested too deeply to be read.")
    except ValueError:
        return Proof(path, "The evidence is no JSON that can be read.")


def _refuse(name: str) -> None:
    raise _NotOursError(f"it holds {name}")


def _proof(path: str, content: Mapping[str, Any], helpers: Helpers) -> Proof:
    if content.get("version") != VERSION or isinstance(content.get("version"), bool):
        raise _NotOursError(f"its version is not {VERSION}")
    verified = _flag(content, "verified")
    made = _table(content, "files")
    files = tuple((name, _text(made, name)) for name in sorted(made))
    shared = [name for name, _ in files if "/helpers/" in name]
    ran = _ran(content) if verified else {}
    before = (_whole(one, "history") for one in _list(content, "history"))
    moved = tuple(f"{_text(one, 'step')} in {_text(one, 'notebook')}" for one in before)
    return Proof(
        path,
        step=_text(content, "step"),
        notebook=_text(content, "notebook"),
        source=_text(content, "source"),
        code_version=_text(content, "code_version"),
        verified=verified,
        files=files,
        moved_from=moved,
        pieces=tuple(_piece(_whole(one, "cells"), shared, helpers) for one in _list(content, "cells")),
        **ran,
    )


def _ran(content: Mapping[str, Any]) -> dict[str, Any]:
    """Give what only a run has shown."""
    parity, tests = _table(content, "parity"), _table(content, "tests")
    mutants = _table(tests, "mutants") if tests.get("mutants") else {}
    inputs = _table(content, "inputs")
    return {
        "partition": _text(content, "partition"),
        "inputs": tuple(
            (name, _frame(_table(inputs, name)), _text(_table(inputs, name), "code_version")) for name in sorted(inputs)
        ),
        "output": _frame(_table(content, "output")),
        "verdict": _text(parity, "verdict"),
        "order": _text(parity, "order"),
        "tolerance": _text(parity, "tolerance"),
        "checks": tuple(
            (_text(one, "name"), _flag(one, "passed"), _text(one, "severity"))
            for one in (_whole(each, "checks") for each in _list(content, "checks"))
        ),
        "tests": _number(tests, "passed") or 0,
        "killed": (_number(mutants, "killed") or 0) if mutants else 0,
        "survived": len(_list(mutants, "survived")) if mutants else 0,
        "untried": len(_list(mutants, "untried")) if mutants and "untried" in mutants else 0,
    }


def _frame(content: Mapping[str, Any]) -> Frame:
    schema = _table(content, "schema")
    columns = _table(content, "columns") if content.get("columns") else {}
    each = {name: _table(columns, name) for name in columns}
    key = _table(content, "key") if content.get("key") else {}
    return Frame(
        rows=_number(content, "rows"),
        digest=_label(content),
        schema=tuple((name, _text(schema, name)) for name in schema),
        nulls=tuple((n, found) for n, one in each.items() if (found := _few_or_number(one, "nulls")) is not None),
        columns=tuple((n, label) for n, one in each.items() if (label := _label(one))),
        root=_text(content, "root"),
        key=tuple(one for one in _list(key, "columns") if isinstance(one, str)),
        repeats=_few_or_number(key, "repeats"),
        personal=tuple(_personal(_table(content, "personal")) if content.get("personal") else ()),
    )


def _personal(content: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    for column in sorted(content):
        one = _table(content, column)
        yield column, _text(one, "kind"), _flag(one, "declared")


def _label(content: Mapping[str, Any]) -> str:
    """Give what is equal where the data are; evidence of before labels had a hash."""
    return _text(content, "since") or _text(content, "digest")


def _few_or_number(content: Mapping[str, Any], name: str) -> Count | None:
    found = content.get(name)
    return found if isinstance(found, str) and _FEW.fullmatch(found) else _number(content, name)


def _piece(content: Mapping[str, Any], shared: Sequence[str], helpers: Helpers) -> Piece:
    source = [line for line in _list(content, "source") if isinstance(line, str)]
    module = _lines(content, "module_lines")
    path, lines = (
        ("", (0, 0)) if module != (0, 0) else helpers.find(shared, source, indented=content.get("indented") is True)
    )
    return Piece(
        cell=_number(content, "cell") or 0,
        id=_text(content, "id"),
        origin=_text(content, "origin"),
        lines=_lines(content, "lines"),
        module=module,
        helpers=path,
        helper_lines=lines,
    )


def _lines(content: Mapping[str, Any], name: str) -> tuple[int, int]:
    found = content.get(name)
    if found is None:
        return (0, 0)
    if isinstance(found, list) and len(found) == 2 and all(_is_count(one) for one in found):
        return found[0], found[1]
    raise _NotOursError(f"{name!a} is no pair of lines")


def _is_count(value: object) -> bool:
    return is_whole(value) and 0 <= value <= _LARGEST


def _whole(found: object, name: str) -> Mapping[str, Any]:
    if not isinstance(found, dict):
        raise _NotOursError(f"{name!a} is no table")
    return found


def _table(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return _whole(content.get(name), name)


def _list(content: Mapping[str, Any], name: str) -> Sequence[Any]:
    found = content.get(name, [])
    if not isinstance(found, list):
        raise _NotOursError(f"{name!a} is no list")
    return found


def _text(content: Mapping[str, Any], name: str) -> str:
    found = content.get(name)
    if found is None:
        return ""
    if isinstance(found, dict | list):
        raise _NotOursError(f"{name!a} is no text")
    return found if isinstance(found, str) else str(found)


def _flag(content: Mapping[str, Any], name: str) -> bool:
    found = content.get(name)
    if not isinstance(found, bool):
        raise _NotOursError(f"{name!a} is neither true nor false")
    return found


def _number(content: Mapping[str, Any], name: str) -> int | None:
    found = content.get(name)
    if found is None:
        return None
    if not _is_count(found):
        raise _NotOursError(f"{name!a} is no count")
    return int(found)
