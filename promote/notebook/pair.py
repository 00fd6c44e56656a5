"""A notebook and the script that jupytext keeps beside it: two files of one name that have to say the same."""

from __future__ import annotations

import os

from platform_core.hints import Path, StrPath
from platform_core.values import replace
from promote.model import Finding, Location, Notebook
from promote.notebook.read import NotebookError, bytes_in, parse

_HEADER = b"#     text_representation:"  # of a script that jupytext has written


def pair_of(path: Path) -> Path | None:
    """Give the script that jupytext keeps beside a notebook, which has to say the same; None where there is none."""
    script = path.with_suffix(".py")
    try:
        paired = path.suffix == ".ipynb" and _HEADER in script.read_bytes()[:2000]
    except OSError:
        return None
    return script if paired else None


def held(notebook: Notebook, path: StrPath, beside: str) -> Notebook:
    """Hold a notebook against the file of its name that stands `beside` it; the notebook's path is the path of both.

    A pair that cannot be read is told by the notebook that is given, since nobody knows whether the two say the same.

    Raises:
        NotebookError: The two say different things (PR114), so that one of them is out of date.
    """
    start, ending = os.path.splitext(notebook.path)
    other = ".ipynb" if ending == ".py" else ".py"
    both = {suffix: start + suffix for suffix in (".ipynb", ".py")}
    try:
        raw = bytes_in(beside)
        if _HEADER not in (raw if other == ".py" else bytes_in(path))[:2000]:
            return notebook  # a script without jupytext's header has nothing but its name in common
        pair = parse(raw, both[other])
    except IsADirectoryError:
        return notebook
    except OSError as error:
        return _unread(notebook, both[other], f"{error.strerror}.")
    except NotebookError as error:
        return _unread(notebook, both[other], error.finding.message, error.finding.location.line)
    if _essence(pair) == _essence(notebook):
        return pair if other == ".ipynb" else notebook
    from shlex import quote  # noqa: PLC0415 - only a refusal shows a command

    message = f"The notebook and its paired script {os.path.basename(both['.py'])} say different things."
    hint = f"Bring them together: jupytext --sync {quote(both['.ipynb'])}"
    raise NotebookError(Finding("PR114", "error", message, Location(both[".ipynb"]), hint))


def _unread(notebook: Notebook, other: str, why: str, line: int | None = None) -> Notebook:
    """Tell that the other file of a pair cannot be read, so that nothing says whether it is out of date."""
    message = f"The file that jupytext pairs with this one, {os.path.basename(other)}, cannot be read: {why}"
    hint = "Mend it or delete it; jupytext --sync makes it anew from the one that is left."
    return replace(notebook, told=(Finding("PR116", "warning", message, Location(other, line=line), hint),))


def _essence(notebook: Notebook) -> list[tuple[str, tuple[str, ...]]]:
    """What both files of a pair keep: the code, without blank ends, and the tags."""
    return [(c.source.strip(), c.tags) for c in notebook.cells if c.kind == "code" and (c.source.strip() or c.tags)]
