"""What stands in an untagged cell for a magic that may bind or change variables: Python that data flow can read.

No step can take it, since `get_ipython` exists in IPython only; but what it may have bound or changed is seen to be no
longer what it was.
"""

from __future__ import annotations

from collections.abc import Sequence

from platform_core.hints import Literal
from promote.patterns import pattern
from promote.trees import is_python
from promote.vocabulary import vocabulary

_NAMING = pattern(r"--(?:out|err|proc)[ =]([^\W\d]\w*)")
_OPTIONS = pattern(r"(?:-(?:[nrtcpqovs]+|-\w+)[ =]?\d*\s*)*")
_WORD = pattern(r"[^\W\d]\w*")
_FOR_LATER = frozenset(("load", "loadpy", "recall", "rep", "writefile", "file"))  # what they write runs later, if ever


def bound_by_cell_magic(name: str, arguments: str) -> list[str]:
    """Give the variables to which a cell magic binds what the cell printed.

    >>> bound_by_cell_magic("capture", "--no-stderr said"), bound_by_cell_magic("bash", "--out rows --err problems")
    (['said'], ['rows', 'problems'])
    """
    if name == "capture":
        return [word for word in arguments.split() if _WORD.fullmatch(word)]
    return [found[1] for found in _NAMING.finditer(arguments)]


def binds(name: str, kind: Literal["line", "cell"]) -> bool:
    """Say whether a magic may bind any variable of the notebook when it runs.

    >>> binds("run", "line"), binds("writefile", "cell"), binds("matplotlib", "line")
    (True, False, False)
    """
    return name in vocabulary()["defining_magics"][kind] and name not in _FOR_LATER


def of_line(name: str, arguments: str) -> str:
    """Give what stands in for `%name arguments`; empty where it leaves every variable as it is.

    >>> of_line("run", "setup.py"), of_line("timeit", "-n 10 rows.append(1)"), of_line("ls", "")
    ("get_ipython().run_line_magic('run', '')", 'class __timeit__(get_ipython()): rows.append(1)', '')
    """
    if binds(name, "line"):
        return f"get_ipython().run_line_magic({name!r}, '')"
    if name == "timeit":
        made = f"class __timeit__(get_ipython()): {arguments[_options_end(arguments) :]}"
        return made if is_python(made) else ""
    return ""


def of_cell(name: str, arguments: str, below: Sequence[str]) -> list[str]:
    """Give what stands in for a cell under `%%name arguments`, as many lines; none where it changes no variable.

    >>> of_cell("timeit", "", ["rows.append(1)"])
    ['class __timeit__(get_ipython()):', ' rows.append(1)']
    >>> of_cell("bash", "--out listed", ["ls"]), of_cell("bash", "", ["ls"])
    (["listed = get_ipython().run_cell_magic('bash', '', '')", ''], [])
    """
    first = ""
    if names := bound_by_cell_magic(name, arguments):
        first = " = ".join([*names, f"get_ipython().run_cell_magic({name!r}, '', '')"])
    elif binds(name, "cell"):
        first = f"get_ipython().run_cell_magic({name!r}, '', '')"
    elif name == "timeit":
        made = ["class __timeit__(get_ipython()):", *(f" {line}" for line in below)]
        return made if is_python("\n".join(made)) else []
    return [first, *[""] * len(below)] if first else []


def quick_call(line: str) -> str:
    """Give the call that a line beginning with `/`, `,` or `;` is to IPython; empty where it is none.

    >>> quick_call("/rows.append 3"), quick_call(",fetch a b"), quick_call(";fetch a b")
    ('rows.append(3)', 'fetch("a", "b")', 'fetch("a b")')
    """
    name, _, rest = line[1:].partition(" ")
    words = rest.split()
    given = {"/": ", ".join(words), ",": ", ".join(f'"{word}"' for word in words), ";": f'"{rest}"'}[line[0]]
    made = f"{name}({given})"
    return made if is_python(made) else ""


def _options_end(arguments: str) -> int:
    found = _OPTIONS.match(arguments)
    return found.end() if found else 0
