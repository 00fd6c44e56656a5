"""Read cell tags: which role a cell has, and whether a NAME can be the name of an asset.

Other tools' tags are left alone. A tag that is near one of ours but not one is told, since a cell that silently is
not promoted is the worst of outcomes.
"""

from __future__ import annotations

import builtins
import keyword
import re
from functools import lru_cache

from promote.model import Cell, Finding, Fix, Location, Notebook, Role, RoleKind
from promote.patterns import pattern
from promote.vocabulary import layers, named_roles, nearest, plain_roles, vocabulary

_SEPARATED = pattern(r"([A-Za-z]+)[-_/.= ](.+)", re.DOTALL)
_PLAIN: dict[str, RoleKind] = {"parameters": "parameters", "injected-parameters": "injected", "helpers": "helpers"}
_NAMED: dict[str, RoleKind] = {"check": "check", "test": "test", "chart": "chart"}
_DEVICES = frozenset(("aux", "con", "nul", "prn"))
_NAME_HINT = "Write it as in planning_issues."
_KEYWORD_HINT = "Choose another name, such as one that says what the data holds."


def role_of(notebook: Notebook, cell: Cell) -> tuple[Role | None, list[Finding]]:
    """Give the role that a cell's tags give it, None where none is ours, and what is wrong with them.

    A layer tag without a NAME gives a step with an empty name. A cell whose tags are wrong has no role.
    """
    findings: list[Finding] = []
    if len(cell.tags) < 2 and cell.kind == "code":  # as nearly always
        role = _role(cell.tags[0]) if cell.tags else None
        if role is not None or not cell.tags:
            return role, findings
    roles: dict[Role, str] = {}
    for tag in cell.tags:
        role = _role(tag)
        if role is None:
            findings += _wrong(tag, notebook.at(cell.position, tag=tag))
        else:
            roles[role] = tag
    if cell.kind != "code":
        for tag in roles.values():
            message = f"The tag {shown(tag)} stands on a {cell.kind} cell and does nothing there."
            hint = "Move it to the code cell, or make this a code cell."
            findings.append(Finding("PR210", "warning", message, notebook.at(cell.position, tag=tag), hint))
        return None, findings
    if len(roles) > 1:
        tags = " and ".join(shown(tag) for tag in roles.values())
        at = notebook.at(cell.position, tag=next(iter(roles.values())))
        message = f"The cell carries {tags}; a cell can have one role."
        findings.append(Finding("PR203", "error", message, at, "Keep one tag, or split the cell in two."))
        return None, findings
    role = next(iter(roles), None)
    return (None if any(finding.severity == "error" for finding in findings) else role), findings


@lru_cache(maxsize=16384)
def name_problem(name: str) -> tuple[str, str] | None:
    """Say why a NAME cannot be an asset's, with a hint; None where it can.

    >>> name_problem("issues") is None, name_problem("../../x")[0], name_problem("IssueCounts")[1]
    (True, "'../../x' is a path, not a name.", 'Write issue_counts.')
    """
    rules = vocabulary()["name"]
    if "/" in name or "\\" in name or ".." in name:
        return f"{shown(name)} is a path, not a name.", "Write the asset's name alone."
    if keyword.iskeyword(name) or hasattr(builtins, name):
        return f"{shown(name)} is a word of Python's own.", _KEYWORD_HINT
    if len(name) > rules["longest"]:
        return f"{shown(name)} is longer than {rules['longest']} characters.", "Choose a shorter name."
    if not (_is_plain(name) or re.fullmatch(rules["pattern"], name)):
        from promote.suggest.names import snake  # noqa: PLC0415 - only a wrong name needs it

        plain = snake(name)
        hint = f"Write {plain}." if plain != name and name_problem(plain) is None else _NAME_HINT
        return f"{shown(name)} is not a name in lower-case letters, digits and single underscores.", hint
    if name in rules["reserved"] or name.startswith(tuple(rules["reserved_prefixes"])):
        what = "cannot be a file's name on Windows" if name in _DEVICES else "means something to Dagster or pytest"
        return f"{shown(name)} {what}.", _KEYWORD_HINT
    return None


def _is_plain(name: str) -> bool:
    """Whether a name surely fits the vocabulary's pattern, which need not be compiled then."""
    plain = name.isascii() and name.islower() and name[0].isalpha()
    return plain and all(part.isalnum() for part in name.split("_"))


def shown(text: str) -> str:
    """Give a hostile word in a form that can be printed: quoted, escaped, shortened."""
    return repr(text) if len(text) <= 60 else repr(text[:60]) + "…"


@lru_cache(maxsize=16384)
def _role(tag: str) -> Role | None:
    """Give the role that a tag gives; None where it is none of ours, or something is wrong with it."""
    if tag in layers():
        return Role("step", tag)
    if tag in plain_roles():
        return Role(_PLAIN.get(tag, "explore"))
    word, _, name = tag.partition(":")
    if word not in named_roles() or not name.strip() or name_problem(name):
        return None
    return Role("step", word, name) if word in layers() else Role(_NAMED[word], name=name)


def _wrong(tag: str, at: Location) -> list[Finding]:
    """Tell what is wrong with a tag that gives no role; nothing where it is another tool's."""
    word, colon, name = tag.partition(":")
    if word not in named_roles():
        return _near_miss(tag, at)
    if not colon:
        message = f"The tag {shown(tag)} has no name, so it does nothing."
        return [Finding("PR201", "warning", message, at, f"Write {word}:NAME, with the name of the asset.")]
    problem = name_problem(name) if name.strip() else None
    if problem is not None:
        return [Finding("PR204", "error", problem[0], at, problem[1])]
    message = f"The tag {shown(tag)} has no name."
    return [Finding("PR201", "error", message, at, f"Write {word}:NAME, with the name of the asset.")]


def _near_miss(tag: str, at: Location) -> list[Finding]:
    """Tell a tag that is nearly one of ours: an error where it has the form `word:NAME`, else a warning."""
    from platform_core.suggest import meant  # noqa: PLC0415 - only a mistake needs it

    word, colon, name = tag.partition(":")
    if colon:
        near = nearest(word, named_roles())
        if near is None:
            return []
        named = "NAME" if name_problem(name.strip()) else name.strip()
        hint = meant(f"{near}:{named}")
        fix = _renamed(at, tag, f"{near}:{named}") if named != "NAME" else None
        return [Finding("PR202", "error", f"The tag {shown(tag)} is nearly one of ours but is none.", at, hint, fix)]
    separated = _SEPARATED.fullmatch(tag)
    near = nearest(tag, (*layers(), *plain_roles()))
    if near is None and separated and separated[1].lower() in layers():
        near = f"{separated[1].lower()}:NAME"
    if near is None:
        return []
    message = f"The tag {shown(tag)} is nearly one of ours but is none, so it does nothing."
    fix = None if near.endswith(":NAME") else _renamed(at, tag, near)
    return [Finding("PR202", "warning", message, at, meant(near), fix)]


def _renamed(at: Location, old: str, new: str) -> Fix | None:
    from promote.edits import TagEdit  # noqa: PLC0415 - only a mistake is mended

    return Fix(f"Tag the cell {new}.", (TagEdit(at.cell, old, new),)) if at.cell else None
