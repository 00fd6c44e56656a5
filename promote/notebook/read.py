"""Read a notebook: bytes in, a `Notebook` out, or one finding that says why not.

What Jupyter tolerates is tolerated: missing ids, metadata, outputs and counts, a source in one piece or in lines, any
line end. Outputs are passed over. No notebook library is imported: the format is JSON. A script in the percent format
or as Databricks exports it is a notebook too, and one that is paired with a notebook must say what that says.
"""

from __future__ import annotations

import json
import os
import re
from binascii import crc32
from codecs import BOM_UTF8

from platform_core.errors import UsageError
from platform_core.hints import Any, StrPath
from promote.findings import FindingError
from promote.model import Cell, CellKind, Finding, Location, Notebook
from promote.patterns import pattern

_CONFLICT = pattern(r"^(?:<{7}|>{7})(?: .*)?$", re.MULTILINE)
_CELL_ID = pattern(r"[a-zA-Z0-9_-]{1,64}")
_KINDS: dict[str, CellKind] = {"code": "code", "markdown": "markdown", "raw": "raw"}
_RESOLVE = (
    "Open it, keep what is right between the markers and save it; where it does not open, take one side with "
    "`git checkout --ours` or `--theirs`."
)
_UNWRITABLE = "[\0\ud800-\udfff]"
_MOST = 20_000  # cells; the largest notebooks that people write have a tenth of that
_LARGE = 200_000  # bytes, from which on outputs are worth cutting out
_BULK = rb'\n([ \t]*+)"(?:outputs|attachments|application/vnd\.jupyter\.widget-state\+json)": ([\[{])(?=\r?\n)'
_KERNEL = "Promotion reads Python notebooks. Choose a Python kernel if the code is Python."
_KERNEL_2 = "Choose a Python 3 kernel in JupyterLab (Kernel, Change Kernel), run all cells, mend what fails, and save."
_SAVE = "Open the notebook in JupyterLab and save it again, or restore it with `git restore`."
_OTHERS = (  # what often stands under a notebook's name, and how to come to the notebook
    (b"version https://git-lfs", "a pointer of Git LFS", "Fetch the notebook that it stands for: git lfs pull"),
    (b"<!doctype html", "a web page", "Download the notebook itself; on GitHub, by the button Raw."),
    (b"<html", "a web page", "Download the notebook itself; on GitHub, by the button Raw."),
    (b"pk\3\4", "a zip archive, as workbooks are too", "Unpack it, and promote the notebook in it."),
    (b"\x1f\x8b", "a gzip archive", "Unpack it, and promote the notebook in it."),
)


class NotebookError(FindingError):
    """A file that cannot be read as a notebook of ours."""


class NoNotebookError(NotebookError, UsageError):
    """A path that was named and that no file stands at: a wrong call, and not a notebook to mend."""


def read(path: StrPath, project: StrPath, real: str | None = None) -> Notebook:
    """Read the notebook at `path`, in the project whose root is `project`; `real` is the path without links, if known.

    Raises:
        NotebookError: With the finding that says what stands in the way, where, and the way out.
        NoNotebookError: Likewise, where there is no file at the path.
    """
    shown = relative(path, project, real)
    try:
        notebook = parse(bytes_in(path), shown)
    except OSError as error:
        if os.path.isdir(path):
            hint = f"Name the notebooks in it: {shown}/*.ipynb."
            raise _unnamed("This is a folder, not a notebook.", shown, hint) from None
        if not os.path.lexists(path):
            from promote.notebook.ways_out import near  # noqa: PLC0415 - only a refusal says what to do

            raise _unnamed("The notebook does not exist.", shown, near(shown, project)) from None
        reason = "leads nowhere" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
        raise _refuse("PR101", f"The notebook {reason}.", shown, "Check its permissions, or its link.") from None
    start, ending = os.path.splitext(path)
    beside = f"{start}{'.ipynb' if ending == '.py' else '.py'}"
    if not os.path.lexists(beside):
        return notebook
    from promote.notebook.pair import held  # noqa: PLC0415 - most notebooks have no file of their name beside them

    return held(notebook, path, beside)


def relative(path: StrPath, project: StrPath, real: str | None = None) -> str:
    """Give a notebook's path as POSIX text relative to the project; `real` is the path without links, if known.

    Raises:
        NotebookError: The notebook stands outside the project (PR109).
    """
    try:
        full, root = real or os.path.realpath(path), f"{project}{os.sep}"
        if not full.startswith(root):  # else no link leads to the project
            root = os.path.join(os.path.realpath(project), "")
        if not f"{full}{os.sep}".startswith(root):
            raise ValueError("outside")
        os.stat(full)
    except ValueError:
        hint = "Move it under the project's notebooks folder, or name its project with --project."
        raise _refuse("PR109", "The notebook stands outside the project.", _posix(path), hint) from None
    except OSError as error:
        if _is_loop(error):
            raise _refuse("PR101", "The notebook's path leads nowhere.", _posix(path), "Check the path.") from None
    shown = full[len(root) :].replace(os.sep, "/") or "."
    if not shown.isprintable():
        hint = "Rename the file: its path stands in the module that promotion writes."
        raise _refuse("PR101", "The notebook's path holds control characters or is not UTF-8.", ascii(shown), hint)
    return shown


def bytes_in(path: StrPath) -> bytes:
    """Give what a file holds.

    Raises:
        OSError: It cannot be read.
    """
    with open(path, "rb") as stream:
        return stream.read()


def _posix(path: StrPath) -> str:
    from pathlib import Path  # noqa: PLC0415 - only a refusal shows it

    return Path(path).as_posix()


def _is_loop(error: OSError) -> bool:
    from errno import ELOOP  # noqa: PLC0415 - only a mistake needs it

    return error.errno == ELOOP


def parse(raw: bytes, shown: str) -> Notebook:
    r"""Turn the bytes of a notebook into values; `shown` is its path relative to the project.

    Raises:
        NotebookError: The bytes are no notebook that can be promoted.

    >>> cell = b'{"cell_type": "code", "source": ["a = 1\\r\\n", "a"]}'
    >>> notebook = parse(b'{"nbformat": 4, "cells": [' + cell + b"]}", "a.ipynb")
    >>> notebook.cells[0].source, notebook.language
    ('a = 1\na', 'python')
    """
    if shown.endswith(".py"):
        return _script(_text(raw, shown), shown)
    if not shown.endswith(".ipynb") and not raw.lstrip().removeprefix(BOM_UTF8).startswith(b"{"):
        from promote.notebook.ways_out import converted  # noqa: PLC0415 - as above

        kind = os.path.splitext(shown)[1].lower()
        named = f"A {kind} file" if kind else "A file without an ending"
        raise _refuse("PR104", f"{named} is not read as a notebook.", shown, converted(shown, kind))
    content = _content(raw, shown)
    if not isinstance(content, dict):
        raise _broken("PR104", "The file is JSON but not a notebook.", Location(shown))
    _check_version(content, shown)
    cells = content.get("cells")
    if not isinstance(cells, list):
        message = "The file is JSON but not a notebook: it has no list of cells."
        raise _broken("PR104", message, Location(shown))
    _check_number(len(cells), shown)
    language = _language(content.get("metadata"))
    if language.lower() != "python":
        wanted, hint = ("Python 3", _KERNEL_2) if language == "Python 2" else ("Python", _KERNEL)
        raise _refuse("PR106", f"The notebook's kernel runs {language[:40]}, not {wanted}.", shown, hint)
    names = _Names()
    return Notebook(shown, tuple(_cell(cell, number, names, shown) for number, cell in enumerate(cells, 1)))


def _check_number(count: int, shown: str) -> None:
    if count > _MOST:
        message = f"The notebook has {count} cells; promotion reads {_MOST} at most."
        raise _refuse("PR108", message, shown, "Split it into notebooks of one subject each.")


def is_notebook(path: StrPath) -> bool:
    """Tell whether a file is a notebook by its name and, where it is a Python script, by what stands in it."""
    start, ending = os.path.splitext(path)
    if ending != ".py":
        return ending == ".ipynb"
    if os.path.exists(f"{start}.ipynb"):
        return False  # the two are one notebook
    from promote.notebook.percent import is_script  # noqa: PLC0415 - most projects keep no scripts among their notebooks

    try:
        with open(path, encoding="utf-8-sig") as stream:
            return is_script(stream.read())
    except (OSError, UnicodeDecodeError):
        return False


def _script(text: str, shown: str) -> Notebook:
    """Read a notebook that is kept as a Python script."""
    from promote.notebook import percent  # noqa: PLC0415 - only who promotes a script pays for it

    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = percent.script_format(text)
    if kept not in ("", "percent", "hydrogen") or not percent.is_script(text):
        hint = "Convert it: jupytext --to py:percent FILE, or `marimo export ipynb` for one of marimo's."
        if re.search(r"(?m)^# In\[[\d ]*\]:", text):
            hint = "nbconvert made it of a notebook: take that, or write `# %%` in place of each line `# In[…]:`."
        raise _refuse("PR112", "The script is no notebook in the percent format: no line is `# %%`.", shown, hint)
    language = percent.script_language(text)
    if language != "python":
        raise _refuse("PR106", f"The notebook's kernel runs {language[:40]}, not Python.", shown, _KERNEL)
    _check_number(text.count("\n# %%") + text.count("\n#%%") + text.count("\n# COMMAND"), shown)
    names = _Names()
    try:
        found = [
            {"cell_type": cell.kind, "source": cell.source, "metadata": cell.metadata} for cell in percent.cells(text)
        ]
    except percent.UnreadableMarkerError as error:
        at = Location(shown, line=error.line, column=1, text=text.split("\n")[error.line - 1])
        message = "The tags or options on a cell's marker line cannot be read."
        hint = 'Write them as JSON: # %% tags=["silver:rents"].'
        raise NotebookError(Finding("PR113", "error", message, at, hint)) from None
    return Notebook(shown, tuple(_cell(cell, number, names, shown) for number, cell in enumerate(found, 1)))


def _content(raw: bytes, shown: str) -> Any:
    """Give a notebook's JSON; the outputs of a large one are cut out first, unseen, where its lines allow that."""
    if len(raw) > _LARGE and (short := _without_outputs(raw)) is not None:
        try:
            return json.loads(short.removeprefix(BOM_UTF8).decode())
        except (ValueError, RecursionError):
            pass  # whatever is wrong, the whole file says it with the right place
    return _json(_text(raw, shown), shown)


def _without_outputs(raw: bytes) -> bytes | None:
    """Cut outputs, attachments and the state of widgets out of a notebook that is written as Jupyter writes it.

    No line of JSON begins inside a text, so what opens at the end of a line is closed by the first line that has its
    indentation. Where a file is written otherwise, what is left is not JSON, and the whole of it is read.
    """
    parts: list[bytes] = []
    done = 0
    bulk = re.compile(_BULK)  # here, since most notebooks are small
    while opened := bulk.search(raw, done):
        closing = b"\n" + opened[1] + (b"]" if opened[2] == b"[" else b"}")
        end = raw.find(closing, opened.end())
        if end < 0:
            return None
        parts.append(raw[done : opened.end()])
        done = end
    return b"".join([*parts, raw[done:]]) if parts else None


def _text(raw: bytes, shown: str) -> str:
    for sign, what, hint in _OTHERS:
        if raw[:40].lstrip().lower().startswith(sign):
            raise _refuse("PR104", f"The file is not a notebook but {what}.", shown, hint)
    if raw.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")):
        encoding = "UTF-32" if raw[:4] in (b"\xff\xfe\0\0", b"\0\0\xfe\xff") else "UTF-16"
        message = f"The notebook is not UTF-8: it begins as {encoding} does."
        from promote.notebook.ways_out import encoded  # noqa: PLC0415 - as above

        raise _refuse("PR102", message, shown, encoded(shown, encoding))
    try:
        return raw.removeprefix(BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        at = Location(shown, line=line, column=column)
        message = f"The notebook is not UTF-8: byte 0x{raw[error.start]:02x} at offset {error.start}."
        if b"{" not in raw[:2]:
            raise _broken("PR102", message, at) from None
        from promote.notebook.ways_out import encoded  # noqa: PLC0415 - as above

        raise NotebookError(Finding("PR102", "error", message, at, encoded(shown, "WINDOWS-1252"))) from None


def _json(text: str, shown: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        conflict = _CONFLICT.search(text)
        if conflict:
            at = Location(shown, line=text.count("\n", 0, conflict.start()) + 1, column=1, text=conflict[0])
            message = "The notebook holds the markers of an unresolved merge."
            raise NotebookError(Finding("PR107", "error", message, at, _RESOLVE)) from None
        if not text.strip():
            raise _broken("PR103", "The notebook is an empty file.", Location(shown)) from None
        at = Location(shown, line=error.lineno, column=error.colno)
        message = f"The notebook is not valid JSON: {error.msg}."
        raise _broken("PR103", message, at) from None
    except RecursionError:
        raise _broken("PR108", "The notebook's JSON is nested too deeply to read.", Location(shown)) from None
    except MemoryError:
        hint = "Clear its outputs in JupyterLab and save it."
        raise _refuse("PR108", "The notebook is too large to read.", shown, hint) from None
    except ValueError:  # a whole number of thousands of digits
        raise _broken("PR103", "The notebook's JSON holds a number too long to read.", Location(shown)) from None


def _check_version(content: dict[str, Any], shown: str) -> None:
    version = content.get("nbformat")
    if not isinstance(version, int) or isinstance(version, bool):
        named = "its nbformat is not a whole number" if "nbformat" in content else "it names no nbformat"
        raise _broken("PR104", f"The file is JSON but not a notebook: {named}.", Location(shown))
    if version == 4:
        return
    if version < 4:
        from shlex import quote  # noqa: PLC0415 - as above

        hint = f"Convert it: jupyter nbconvert --to notebook --nbformat 4 --inplace {quote(shown)}"
        raise _refuse("PR105", f"The notebook has the old format {version}; promotion reads format 4.", shown, hint)
    hint = "Save it as nbformat 4, which every JupyterLab writes."
    raise _refuse("PR105", f"The notebook has format {version}, which promotion does not know.", shown, hint)


def _language(metadata: Any) -> str:
    """Give the kernel's language as it is written; what is not said is taken for Python."""
    kernel, info = _mapping(_mapping(metadata).get("kernelspec")), _mapping(_mapping(metadata).get("language_info"))
    language = kernel.get("language") or info.get("name")
    if not isinstance(language, str) or not language.strip():
        return "python"
    language = language.strip()
    version = info.get("version")
    old = kernel.get("name") == "python2" or (isinstance(version, str) and version.startswith("2."))
    return "Python 2" if language.lower() == "python" and old else language


def _cell(cell: Any, number: int, names: _Names, shown: str) -> Cell:
    if not isinstance(cell, dict):
        message = f"Cell {number} is not a JSON object."
        raise NotebookError(Finding("PR110", "error", message, Location(shown, number), _SAVE))
    kind = cell.get("cell_type")
    if not isinstance(kind, str) or kind not in _KINDS:
        message = f"Cell {number} is neither code, markdown nor raw."
        raise NotebookError(Finding("PR110", "error", message, Location(shown, number), _SAVE))
    source = cell.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        message = f"The source of cell {number} is neither text nor a list of lines."
        raise NotebookError(Finding("PR110", "error", message, Location(shown, number), _SAVE))
    source = source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    metadata = _mapping(cell.get("metadata"))
    tags, options = _tags(metadata.get("tags")), _mapping(metadata.get("workbench"))
    _check_characters(source, tags, shown, number)
    if "<<<<<<<" in source:
        _check_conflict(source, shown, number)
    count = cell.get("execution_count")
    count = count if type(count) is int else None
    return Cell(number, names.of(cell.get("id"), kind, source), _KINDS[kind], source, tags, options, count)


def _tags(tags: Any) -> tuple[str, ...]:
    """Give the tags; one tag in place of a list is taken for a list of one, and what is no text is left out."""
    if not tags:
        return ()
    items = [tags] if isinstance(tags, str) else tags if isinstance(tags, list) else []
    return tuple(dict.fromkeys(tag for tag in items if isinstance(tag, str)))


def _check_characters(source: str, tags: tuple[str, ...], shown: str, number: int) -> None:
    """Refuse what no source file can hold: half of a surrogate pair, or a NUL."""
    text = source + "".join(tags)
    found = None if text.isascii() and "\0" not in text else re.search(_UNWRITABLE, text)
    if found is None:
        return
    broken = found.start()
    line = source.count("\n", 0, broken) + 1 if broken < len(source) else None
    sign = "a NUL" if text[broken] == "\0" else f"half of a surrogate pair (U+{ord(text[broken]):04X})"
    message = f"Cell {number} holds a character that no source file can hold: {sign}."
    escape = "\\0" if text[broken] == "\0" else f"\\u{ord(text[broken]):04x}"
    hint = f"Delete it (often it was pasted from elsewhere), or write it in a string as the escape {escape}."
    raise NotebookError(Finding("PR111", "error", message, Location(shown, number, line=line), hint))


def _check_conflict(source: str, shown: str, number: int) -> None:
    markers = _CONFLICT.findall(source)
    if markers and any(marker.startswith(">") for marker in markers) and "\n=======\n" in source:
        line = source[: source.index("<<<<<<<")].count("\n") + 1
        place = Location(shown, number, line=line, column=1, text=markers[0])
        message = f"Cell {number} holds the markers of an unresolved merge."
        raise NotebookError(Finding("PR107", "error", message, place, _RESOLVE))


class _Names:
    """The ids of a notebook's cells: those it has, and for the others some of our own."""

    def __init__(self) -> None:
        self.taken: set[str] = set()
        self.counts: dict[tuple[str, str], int] = {}

    def of(self, given: Any, kind: str, source: str) -> str:
        """Give the cell's id, or make one from its content and its place among equal cells, so that it stays."""
        if isinstance(given, str) and _CELL_ID.fullmatch(given) and given not in self.taken:
            self.taken.add(given)
            return given
        count = self.counts.get((kind, source), 0)
        while (made := f"{crc32(f'{kind}:{count}:{source}'.encode()):08x}") in self.taken:
            count += 1
        self.counts[kind, source] = count + 1
        self.taken.add(made)
        return made


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _unnamed(message: str, shown: str, hint: str) -> NoNotebookError:
    return NoNotebookError(Finding("PR101", "error", message, Location(shown), hint))


def _refuse(code: str, message: str, shown: str, hint: str) -> NotebookError:
    return NotebookError(Finding(code, "error", message, Location(shown), hint))


def _broken(code: str, message: str, at: Location) -> NotebookError:
    """Refuse a file that JupyterLab cannot open either."""
    from promote.notebook.ways_out import restored  # noqa: PLC0415 - as above

    return NotebookError(Finding(code, "error", message, at, restored(at.path)))
