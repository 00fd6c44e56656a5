r"""Read a notebook that is kept as a Python script: jupytext's percent format, or an export of Databricks.

Both keep the cells between comment lines (`# %%`, `# COMMAND ----------`). What jupytext and Databricks have put
behind a `#` so that the script is Python (magics, markdown, other languages) is taken out again.
"""

from __future__ import annotations

import json
import re
from ast import literal_eval
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from platform_core.values import dataclass, field

_DATABRICKS = "# Databricks notebook source"
_COMMAND = re.compile(r"^# COMMAND -{5,}[ \t]*$", re.MULTILINE)
_TITLE = re.compile(r"^# DBTITLE \d+,.*\n?", re.MULTILINE)
_WHOLE = ("parameters", "helpers")  # tags that are a title by themselves
_MAGIC = re.compile(r"^# MAGIC ?", re.MULTILINE)
_TOP = re.compile(r"(?:#!.*\n|[ \t]*\n){0,5}# ---[ \t]*\n(?:#.*\n){0,300}?# ---[ \t]*\n")
_MARKER = re.compile(r"^# ?%%+(?=$|[ \t\[])[ \t]*(?P<rest>.*)$", re.MULTILINE)
_SCRIPT = re.compile(rf"^(?:# ?%%+(?:$|[ \t\[])|{_DATABRICKS}[ \t]*$)", re.MULTILINE)
_LONGEST = 10_000  # letters on a marker line
_KIND = re.compile(r"\[(markdown|md|raw|code)\]")
_KEY = re.compile(r"(?:^|[ \t])([A-Za-z_][\w.-]*)[ \t]*=[ \t]*")
_HIDDEN = re.compile(r"#[ \t]?(?P<magic>(?:%%?[A-Za-z]|[!?][ \t]*[A-Za-z.~$\\/{]).*)")
_ASSIGNED = re.compile(r"#[ \t]?(?P<magic>[^\W\d]\w*[ \t]*=[ \t]*(?:%%?[A-Za-z]|![ \t]*[A-Za-z.~$\\/{]).*)")
_WORD = re.compile(r"%%?([A-Za-z_]\w*)(?=[ \t]|$)")
_HIDDEN_TWICE = re.compile(r"#[ \t]?(#[ \t]?(?:%%?[A-Za-z]|[!?][ \t]*[A-Za-z.~$\\/{]))")
_FORMAT = re.compile(r"^#[ \t]+format_name:[ \t]*(\S+)", re.MULTILINE)
_LANGUAGE = re.compile(r"^#[ \t]+language:[ \t]*(\S+)", re.MULTILINE)
_QUOTED = re.compile(r"""[rRuU]?(\"""|''')(?P<text>.*)\1[ \t]*""", re.DOTALL)


class UnreadableMarkerError(ValueError):
    """A cell's marker line holds tags or options that cannot be read; `line` is its number in the script (from 1)."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


@dataclass(frozen=True, slots=True)
class ScriptCell:
    """One cell of a script: its kind, its source as a notebook would hold it, and what its marker says of it.

    `line` is the number of its marker line (from 1), 0 where it has none; the first of an export has the first.
    """

    kind: str
    source: str
    metadata: Mapping[str, Any] = field(default_factory=dict)
    line: int = 0


def is_script(text: str) -> bool:
    r"""Tell whether a Python file is a notebook: it has a marker of percent cells, or Databricks' first line.

    >>> is_script("# %% [markdown]\n# Rents"), is_script("x = 1  # %%"), is_script("# %%time\nx = 1")
    (True, False, False)
    """
    return _SCRIPT.search(text) is not None


def script_format(text: str) -> str:
    """Give the name of the format that jupytext's header tells, empty where there is none."""
    found = _FORMAT.search(_header(text))
    return found[1] if found else ""


def script_language(text: str) -> str:
    """Give the language of the kernel that jupytext's header tells, `python` where it tells none."""
    found = _LANGUAGE.search(_header(text))
    return found[1].strip("\"'").lower() if found else "python"


def cells(text: str) -> Iterator[ScriptCell]:
    r"""Give the cells of a script with `\n` line ends.

    Raises:
        UnreadableMarkerError: The tags or options on a marker line cannot be read.

    >>> found = list(cells('# %% [markdown]\n# # Rents\n\n# %% tags=["silver:rents"]\n# %time\nrents = 1\n'))
    >>> [(cell.kind, cell.source, dict(cell.metadata)) for cell in found]
    [('markdown', '# Rents', {}), ('code', '%time\nrents = 1', {'tags': ['silver:rents']})]
    """
    if is_export(text):
        yield from _commands(text)
        return
    header = _header(text)
    ours = bool(_FORMAT.search(header))  # only jupytext hides shell commands: elsewhere `# !important` is a comment
    done, number = len(header), header.count("\n") + 1
    kind, metadata, line = "code", dict[str, Any](), 0
    for marker in _MARKER.finditer(text, done):
        body = text[done : marker.start()]
        if line or body.strip():  # what stands above the first marker is a cell where it is not blank
            yield _cell(kind, body, metadata, line, shell=ours)
        number += text.count("\n", done, marker.start())
        (kind, metadata), line = _opened(marker["rest"], number), number
        done = marker.end()
    if line or text[done:].strip():
        yield _cell(kind, text[done:], metadata, line, shell=ours)


def _cell(kind: str, body: str, metadata: Mapping[str, Any], line: int, *, shell: bool) -> ScriptCell:
    """Give a cell as a notebook holds it, without the blank lines that a script leaves around it."""
    start = len(body) - len(body.lstrip())
    body = body[body.rfind("\n", 0, start) + 1 :].rstrip()
    return ScriptCell(kind, _shown(body, shell=shell) if kind == "code" else _prose(body), metadata, line)


def _opened(rest: str, number: int) -> tuple[str, dict[str, Any]]:
    """Read what stands behind the percent signs: a title, the kind in brackets, and keys with JSON values."""
    kind = _KIND.search(rest)
    told = {"markdown": "markdown", "md": "markdown", "raw": "raw"}.get(kind[1], "code") if kind else "code"
    if kind:
        rest = rest[: kind.start()] + rest[kind.end() :]
    return told, _metadata(rest, number)


def _metadata(rest: str, number: int) -> dict[str, Any]:
    """Read `key=value` pairs, or one JSON object; words without an equals sign are a title."""
    if len(rest) > _LONGEST:
        raise UnreadableMarkerError(number)
    start = rest.find("{")
    if start >= 0 and "=" not in rest[:start]:
        found = _value(rest, start)
        if found is None or not isinstance(found[0], dict):
            if re.search(r"[\"'](?:tags|workbench)[\"']", rest):
                raise UnreadableMarkerError(number)
            return {}
        return found[0]
    made: dict[str, Any] = {}
    at = 0
    while key := _KEY.search(rest, at):
        found = _value(rest, key.end())
        if found is None:
            if key[1] in ("tags", "workbench"):
                raise UnreadableMarkerError(number)
            at = key.end()
            continue
        made[key[1]], at = found
    return made


def _value(text: str, start: int) -> tuple[Any, int] | None:
    """Give the JSON value (or Python literal, as people write it) at an offset, and where it ends."""
    try:
        value, end = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return _literal(text, start)
    return value, end


def _literal(text: str, start: int) -> tuple[Any, int] | None:
    following = _KEY.search(text, start)
    piece = text[start : following.start() if following else len(text)].strip()
    try:
        return literal_eval(piece), start + len(piece)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None


def _shown(body: str, *, shell: bool) -> str:
    """Take the `#` off magics (and shell commands), as jupytext does; under a cell magic that hides all, off all."""
    if "%" not in body and not shell:
        return body
    lines = body.split("\n")
    if re.match(r"# ?%%[A-Za-z]", body) and all(line[:1] == "#" for line in lines if line.strip()):
        return "\n".join(line[2:] if line.startswith("# ") else line[1:] for line in lines)
    made: list[str] = []
    for line in lines:
        bare = line.lstrip(" \t")
        if bare[:1] != "#":
            made.append(line)
            continue
        indent = line[: len(line) - len(bare)]
        if twice := _HIDDEN_TWICE.match(bare):
            made.append(indent + bare[twice.start(1) :])
        elif (hidden := _HIDDEN.fullmatch(bare)) and _is_magic(hidden["magic"], shell=shell):
            made.append(indent + hidden["magic"])
        elif shell and (assigned := _ASSIGNED.fullmatch(bare)):
            made.append(indent + assigned["magic"])
        else:
            made.append(line)
    return "\n".join(made)


def _is_magic(text: str, *, shell: bool) -> bool:
    """Tell whether a comment hides a magic: one that we know, for `# %s is the rate` is a comment."""
    if text[0] in "!?":
        return shell
    word = _WORD.match(text)
    return word is not None and word[1] in _known_magics()


@cache
def _known_magics() -> frozenset[str]:
    from promote.vocabulary import vocabulary  # noqa: PLC0415 - only scripts that hide something pay for it

    tables = vocabulary()["magics"]
    return frozenset(name for kind in ("line", "cell") for names in tables[kind].values() for name in names)


def _prose(body: str) -> str:
    """Take the `#` off every line of a markdown or raw cell, or the quotes off a text that stands for it."""
    if quoted := _QUOTED.fullmatch(body):
        return quoted["text"].strip("\n")
    return "\n".join(line[2:] if line.startswith("# ") else line.removeprefix("#") for line in body.split("\n"))


def _header(text: str) -> str:
    """Give jupytext's header with all above it: YAML between two lines `# ---` at the top of the script."""
    found = _TOP.match(text)
    return found[0] if found else ""


def _commands(text: str) -> Iterator[ScriptCell]:
    """Give the cells of a Databricks export; its markdown, behind `# MAGIC %md`, becomes a markdown cell."""
    at, line = len(_DATABRICKS), 1
    for end in (*_COMMAND.finditer(text, at), None):
        piece = text[at : end.start() if end else len(text)]
        title = _TITLE.search(piece)
        body = _TITLE.sub("", piece).strip("\n")
        if "# MAGIC" in body:
            body = _MAGIC.sub("", body).strip("\n")
        prose = re.match(r"%md(?:-sandbox)?(?:[ \t]+|$|(?=\n))", body)
        if prose:
            yield ScriptCell("markdown", body[prose.end() :].strip("\n"), line=line)
        elif body.strip():
            tags = _tags_in(title[0].partition(",")[2]) if title else []
            yield ScriptCell("code", body, {"tags": tags} if tags else {}, line)
        if end:
            line += text.count("\n", at, end.end())
            at = end.end()


def _tags_in(title: str) -> list[str]:
    """Give the tags among the words of a cell's title, which is where Databricks has a place for them."""
    from promote.vocabulary import layers  # noqa: PLC0415 - only exports whose cells have titles pay for it

    if title.strip() in _WHOLE:
        return [title.strip()]
    roles = {*layers(), "check", "test", "chart"}
    words = title.split()
    return [one for one in words if one == "skip-execution" or (":" in one and one.partition(":")[0] in roles)]


def is_export(text: str) -> bool:
    """Whether a script is an export of Databricks."""
    return text.partition("\n")[0].rstrip() == _DATABRICKS
