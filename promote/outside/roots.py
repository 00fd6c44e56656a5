"""How a file that a notebook names by a path of this machine is read through a resource: words that can be copied."""

from __future__ import annotations

import ast
import keyword
import posixpath
import re
from pathlib import PurePosixPath

from promote.language.syntax import dotted_of
from promote.outside.sightings import Looker
from promote.patterns import pattern

_GENERAL = 'Declare a resource with a root in config/*.yaml and read resource("NAME").path("…").'
_DRIVE = pattern(r"^[A-Za-z]:")
_DEEPEST = 9
_JOINING = ("join", "Path")
_HERE = frozenset(("pathlib.Path", "pathlib.Path.cwd", "os.getcwd"))  # called with nothing
_CHANGING = {"with_suffix": 1, "with_name": 1, "joinpath": 1, "absolute": 0, "resolve": 0}  # methods: their arguments


def root_hint(argument: ast.expr | None, looker: Looker, before: int, notebook: str) -> str:
    """Say what to declare and to write for the file that an argument names, in general words where it is not plain."""
    named = written(argument, looker, before) if argument is not None else None
    return hint_of(named, notebook) if named is not None else _GENERAL


def written(  # noqa: PLR0911 - one way out for each kind of expression
    node: ast.expr, looker: Looker, before: int, depth: int = 0
) -> str | None:
    """Give the path that an expression puts together from texts that are written down; None where it is not plain."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if depth > _DEEPEST:
        return None
    if isinstance(node, ast.Name):
        value = looker.value_of(node.id, before)
        return written(value, looker, before, depth + 1) if value is not None else None
    told = _of_path(node, looker, before, depth)
    if told is not None:
        return told
    parts: list[ast.expr] = []
    between = ""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Div)):
        parts, between = [node.left, node.right], "" if isinstance(node.op, ast.Add) else "/"
    elif isinstance(node, ast.JoinedStr):
        if any(isinstance(p, ast.FormattedValue) and (p.conversion != -1 or p.format_spec) for p in node.values):
            return None
        parts = [p.value if isinstance(p, ast.FormattedValue) else p for p in node.values]
    elif isinstance(node, ast.Call) and (dotted_of(node.func) or ("",))[-1] in _JOINING and not node.keywords:
        parts, between = node.args, "/"
    texts = [written(part, looker, before, depth + 1) for part in parts]
    plain = [text for text in texts if text is not None]
    if not plain or plain != texts:
        return None
    return posixpath.join(*plain) if between else "".join(plain)


def _of_path(  # noqa: PLR0911 - as above
    node: ast.expr, looker: Looker, before: int, depth: int
) -> str | None:
    """Give the path that asks for the working directory, or that is made of a path that is written down."""
    if isinstance(node, ast.Attribute) and node.attr == "parent":
        below = written(node.value, looker, before, depth + 1)
        return posixpath.normpath(posixpath.join(below, "..")) if below is not None else None
    if not isinstance(node, ast.Call) or node.keywords:
        return None
    path = dotted_of(node.func)
    if path and not node.args and looker.program.functions.canonical(path) in _HERE:
        return ""
    if not isinstance(node.func, ast.Attribute) or _CHANGING.get(node.func.attr) != len(node.args):
        return None
    given = [written(one, looker, before, depth + 1) for one in (node.func.value, *node.args)]
    start, *more = [one for one in given if one is not None] or [""]
    if None in given:
        return None
    try:
        return str(getattr(PurePosixPath(start), node.func.attr)(*more)) if more else start
    except ValueError:  # a suffix without a dot
        return None


def resource_name(folder: str) -> str:
    """Give a name for the resource of a folder's files: its last part that can be one.

    >>> resource_name("raw/2024"), resource_name("./import"), resource_name("")
    ('raw', 'import_files', 'files')
    """
    words = [re.sub(r"\W+", "_", part, flags=re.ASCII).strip("_").lower() for part in folder.split("/")]
    name = next((word for word in reversed(words) if word[:1].isalpha()), "files")
    return f"{name}_files" if keyword.iskeyword(name) else name


def hint_of(path: str, notebook: str) -> str:
    """Say what to declare and to write for the file at a path; `notebook` is where the notebook lies in its project.

    >>> hint_of("data/rents.csv", "notebooks/a.ipynb")
    'Write `data: {type: files, root: notebooks/data}` under resources in config/base.yaml, and read \
resource("data").path("rents.csv").'
    >>> hint_of("/home/me/rents.csv", "notebooks/a.ipynb")
    'Put the file into sources/me, write `me: {type: files, root: sources/me}` under resources in \
config/base.yaml, and read resource("me").path("rents.csv").'
    """
    text = path.replace("\\", "/")
    folder, _, file = text.rpartition("/")
    if not file or re.search(r"[*?\[\]{}\"\n]", text):
        return _GENERAL
    name = resource_name(folder)
    root = posixpath.normpath(posixpath.join(posixpath.dirname(notebook), folder))
    begin = "Write"
    if text.startswith(("/", "~")) or _DRIVE.match(text) or root.startswith("..") or root == ".":
        root, begin = f"sources/{name}", f"Put the file into sources/{name}, write"
    declared = f"{begin} `{name}: {{type: files, root: {root}}}` under resources in config/base.yaml"
    return f'{declared}, and read resource("{name}").path("{file}").'
