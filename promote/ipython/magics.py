"""What becomes of each IPython magic and shell command, as `vocabulary.json` lists them.

A magic is left out where it has no effect on data, unwrapped where it only measures the statement behind it, and
refused in a step where it does more.
"""

from __future__ import annotations

from platform_core.hints import Literal
from platform_core.suggest import meant
from platform_core.values import dataclass
from promote.model import Severity
from promote.patterns import pattern
from promote.vocabulary import nearest, vocabulary

_INSTALLERS = pattern(
    r"\b(?:pip3?|conda|mamba|micromamba|uv|pixi|poetry|pipenv|apt|apt-get|brew|easy_install)\b.*"
    r"\b(?:install|add|sync|update|upgrade|uninstall|remove)\b"
)
_WORD = pattern(r"[A-Za-z_][\w.]*")
_CHANGING = pattern(r"\binplace\s*=\s*True\b|\.(?:append|extend|insert|pop|remove|clear|update|add|setdefault)\(")
_SKIPPING = ("false", "true", "echo")  # %%script false: an idiom for a cell that does not run
_DEPENDENCIES = "Add the package to the dependencies in the project's pyproject.toml."


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a magic: `keep` is true where the code behind it stays; `severity` says whether it may."""

    code: str
    severity: Severity
    message: str
    hint: str = ""
    keep: bool = False


def line_magic(name: str, arguments: str, *, step: bool) -> Verdict:
    """Say what becomes of `%name arguments`, in a step or outside one.

    >>> line_magic("matplotlib", "inline", step=True).severity, line_magic("run", "a.py", step=True).severity
    ('note', 'error')
    """
    table = vocabulary()["magics"]["line"]
    if name in table["drop"]:
        return Verdict("PR121", "note", f"%{name} was left out: it has no effect on data.")
    if name in table["measure"] and not _CHANGING.search(arguments):
        return Verdict("PR121", "note", f"%{name} was left out: it measures a statement and throws away what it gives.")
    if name in table["unwrap"] and not arguments.startswith("-"):
        return Verdict("PR121", "note", f"%{name} was taken off; the statement behind it stays.", keep=True)
    if name in table["install"]:
        return _installs(f"%{name}", step=step)
    if name in table["state"]:
        return _state(f"%{name}", table["state"][name], step=step)
    defines = name in vocabulary()["defining_magics"]["line"]
    return _refused(f"%{name}", _table_hint(name, "line"), "PR122", step=step, defines=defines)


def cell_magic(name: str, arguments: str, *, step: bool) -> Verdict:
    """Say what becomes of a cell that begins with `%%name arguments`."""
    table = vocabulary()["magics"]["cell"]
    if name in table["unwrap"] and (name == "capture" or not arguments):
        return Verdict("PR121", "note", f"%%{name} was taken off; the cell under it stays.", keep=True)
    if name in table["drop"]:
        return Verdict("PR121", "note", f"The %%{name} cell was left out: it has no effect on data.")
    if name == "script" and arguments.split(" ", maxsplit=1)[0] in _SKIPPING:
        return Verdict("PR121", "note", "The %%script cell was left out: it runs nothing.")
    defines = name in vocabulary()["defining_magics"]["cell"]
    return _refused(f"%%{name}", _table_hint(name, "cell"), "PR126", step=step, defines=defines)


def single(name: str, *, step: bool) -> Verdict | None:
    """Say what becomes of a cell that `%name` alone makes one of another language, as on Databricks; None: it is not.

    >>> single("scala", step=True).severity, single("md", step=False).message, single("matplotlib", step=True)
    ('error', 'The %md cell was left out: it has no effect on data.', None)
    """
    table = vocabulary()["magics"]["single"]
    if name in table["unwrap"]:
        return Verdict("PR121", "note", f"%{name} was taken off; the cell under it stays.", keep=True)
    if name in table["drop"]:
        return Verdict("PR121", "note", f"The %{name} cell was left out: it has no effect on data.")
    if name in table["refuse"]:
        return _refused(f"A %{name} cell", table["refuse"][name], "PR126", step=step)
    return None


def automagic(text: str) -> bool:
    """Tell whether a line that is no Python is a magic that IPython takes without its percent sign.

    >>> automagic("pip install polars"), automagic("cd data"), automagic("SELECT 1"), automagic("time = = 1")
    (True, True, False, False)
    """
    name, arguments = split(text)
    known = any(name in words for part, words in vocabulary()["magics"]["line"].items() if part != "refuse")
    return known and bool(arguments) and arguments[0] not in "=.([,:"


def shell(command: str, *, step: bool) -> Verdict:
    """Say what becomes of `!command`. The command itself is not repeated: it may hold a secret.

    >>> shell("pip install polars", step=False).hint
    "Add the package to the dependencies in the project's pyproject.toml."
    """
    if _INSTALLERS.search(command):
        return _installs("A shell command", step=step)
    hint = 'Write it in Python; files a step reads come from resource("…").path("…").'
    return _refused("A shell command", hint, "PR125", step=step)


def other(what: str, hint: str, *, step: bool) -> Verdict:
    """Say what becomes of syntax that only IPython reads, neither magic nor shell command."""
    return _refused(what, hint, "PR122", step=step)


def split(text: str) -> tuple[str, str]:
    """Split what stands behind the percent signs into the magic's name and its arguments.

    >>> split("time x = 1")
    ('time', 'x = 1')
    """
    match = _WORD.match(text)
    return (match[0], text[match.end() :].strip()) if match else ("", text.strip())


def _installs(what: str, *, step: bool) -> Verdict:
    if step:
        hint = f"{_DEPENDENCIES.removesuffix('.')}, and move the line to an untagged cell."
        return Verdict("PR124", "error", f"{what} installs a package, which a step cannot do.", hint)
    return Verdict("PR124", "note", f"{what} that installs a package was left out.", _DEPENDENCIES)


def _state(what: str, hint: str, *, step: bool) -> Verdict:
    if step:
        return Verdict("PR127", "error", f"{what} changes the session, which a step cannot do.", hint)
    return Verdict("PR127", "warning", f"{what} changes the session; no promoted step will see that change.", hint)


def _refused(what: str, hint: str, code: str, *, step: bool, defines: bool = False) -> Verdict:
    if step:
        return Verdict(code, "error", f"{what} has no meaning outside a notebook.", hint)
    if defines:
        message = f"{what} was left out; what it defines is not known, so no step can use that."
        return Verdict(code, "warning", message, hint)
    return Verdict(code, "note", f"{what} was left out.")


def _table_hint(name: str, kind: Literal["line", "cell"]) -> str:
    hints: dict[str, str] = vocabulary()["magics"][kind]["refuse"]
    return hints.get(name) or _hint(name, kind)


def _hint(name: str, kind: Literal["line", "cell"]) -> str:
    table = vocabulary()["magics"][kind]
    near = nearest(name, (word for part in table.values() for word in part)) if name else None
    sign = "%" if kind == "line" else "%%"
    asked = f"{meant(sign + near)} " if near and near != name else ""
    return f"{asked}Write what it does in Python, or move it to an untagged cell."
