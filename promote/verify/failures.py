"""What may be said of an exception that other people's code raised: its type, its line, and a message free of data.

A message often quotes the data (`could not convert string to float: 'J. Smith'`), so it is shown only where it cannot:

* it has one of the interpreter's own forms that quote nothing but names of the code (`name 'x' is not defined`);
* it is a `SyntaxError` of the compiler;
* it is a file error in the system's form: what went wrong and the path;
* it, or the key it quotes, is a string constant of the very source that raised it: then it is code, not data;
* it is one of our own errors, which promise to hold no value.

Of everything else the type alone is told.
"""

from __future__ import annotations

import ast
import re
import traceback
from pathlib import Path

from platform_core.errors import WorkbenchError

_NAME = r"'[\w.]+'"
_INTERPRETER_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"name {_NAME} is not defined",
        rf"(free variable|cannot access free variable|local variable|cannot access local variable) {_NAME}[\w\s,]*",
        rf"{_NAME} object has no attribute {_NAME}",
        rf"type object {_NAME} has no attribute {_NAME}",
        rf"(partially initialized )?module {_NAME} has no attribute {_NAME}",
        rf"No module named {_NAME}(; {_NAME} is not a package)?",
        rf"cannot import name {_NAME} from {_NAME}",
    )
)
_LACKING = re.compile(r"(?:`Import |Missing optional dependency ')(?P<name>[\w.]+)['`]")  # as pandas says it
_PREFIXED_FORMS = re.compile(r"( \(.*\)|[.;] Did you mean: .*|[.;] Did you forget to import .*)$", re.DOTALL)
_FILE_ERROR = re.compile(r"\[Errno \d+\] (?P<what>[A-Z][\w ,()-]*): (?P<path>'[^'\n]*')")
_OWN_FORMS = tuple(  # what resources say of files; names of files are shown of Python's own errors too
    re.compile(form)
    for form in (
        rf"The files resource {_NAME} has no file '[^'\n]*'\.",
        rf"The folder of the files resource {_NAME} does not exist\.",
        rf"A path of the files resource {_NAME} must be relative to its root, without '\.\.'\.",
    )
)
_QUOTED_COLUMN = re.compile(r'unable to find column "(?P<name>[^"\n]*)"')
_FILE_ERRORS = frozenset(
    {"FileNotFoundError", "FileExistsError", "IsADirectoryError", "NotADirectoryError", "PermissionError"}
)


def sentence(kind: str, message: str, *, source: str = "", root: Path | None = None) -> str:
    """Say what was raised, with its message only where that holds no data.

    Args:
        kind: Name of the exception's type.
        message: What it says.
        source: The text of the cell or module that raised it.
        root: Folder that paths are shown relative to.

    >>> sentence("NameError", "name 'rents' is not defined")
    "NameError: name 'rents' is not defined"
    >>> sentence("ValueError", "could not convert string to float: 'J. Smith'")
    'ValueError'
    >>> sentence("ValueError", "no rows", source='raise ValueError("no rows")')
    'ValueError: no rows'
    """
    kind = kind if re.fullmatch(r"[\w.]{1,80}", kind) else "an exception"
    shown = _shown(kind, message, source, root)
    return f"{kind}: {shown}" if shown else kind


def describe(error: BaseException, root: Path, package: Path) -> tuple[str, str]:
    """Say what was raised in a project and where: a sentence, and `file:line` relative to `root`, empty if unknown.

    The line is the innermost one under `package`; for a syntax error, the line at fault.
    """
    path, line = _place(error, package)
    source = _text(path) if path else ""
    place = f"{path.relative_to(root).as_posix()}:{line}" if path else ""
    if isinstance(error, WorkbenchError):
        hint = f" {error.hint}" if error.hint else ""
        return f"{error.message}{hint}", error.location or place
    message = error.msg if isinstance(error, SyntaxError) else str(error)
    return sentence(type(error).__name__, message, source=source, root=root), place


def _shown(  # noqa: PLR0911 - one way out for each kind of error
    kind: str, message: str, source: str, root: Path | None
) -> str:
    if kind in {"SyntaxError", "IndentationError", "TabError"}:
        return _PREFIXED_FORMS.sub("", message.split("\n", 1)[0])
    if kind in {"NameError", "UnboundLocalError", "AttributeError", "ModuleNotFoundError", "ImportError"}:
        lacking = _LACKING.match(message)
        stem = f"{lacking['name']} is not installed" if lacking else _PREFIXED_FORMS.sub("", message)
        if lacking or any(form.fullmatch(stem) for form in _INTERPRETER_FORMS):
            return stem
    if kind == "UserError" and (own := next((found for form in _OWN_FORMS if (found := form.match(message))), None)):
        return own[0].rstrip(".")
    if kind in _FILE_ERRORS and (found := _FILE_ERROR.fullmatch(message)):
        return f"{found['what']}: {_relative(found['path'].strip(chr(39)), root)}"
    if kind == "ColumnNotFoundError" and (found := _QUOTED_COLUMN.match(message)):
        return found[0] if found["name"] in _constants(source) else ""
    constants = _constants(source)
    if kind == "KeyError" and message[:1] in "'\"":
        return message if _literal(message) in constants else ""
    return message if message in constants else ""


def _constants(source: str) -> frozenset[str]:
    """Give the string constants of a source, or none where it is no plain Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    found = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return frozenset(value for value in found if isinstance(value, str) and value)


def _literal(message: str) -> object:
    try:
        return ast.literal_eval(message)
    except (SyntaxError, ValueError):
        return None


def _relative(path: str, root: Path | None) -> str:
    return str(Path(path).relative_to(root)) if root is not None and Path(path).is_relative_to(root) else path


def _place(error: BaseException, package: Path) -> tuple[Path | None, int]:
    if isinstance(error, SyntaxError) and error.filename and Path(error.filename).is_relative_to(package):
        return Path(error.filename), error.lineno or 1
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if Path(frame.filename).is_relative_to(package):
            return Path(frame.filename), frame.lineno or 1
    return None, 0


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
