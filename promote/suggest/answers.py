"""What can be said of a step without asking: who answers for it, and what it holds, in the analyst's own words.

Policies ask for an owner and a description. Both are proposed here, by `workbench suggest` and by `promote --fix`; they
stand in the notebook then, where the analyst reads and changes them.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from platform_core.hints import Any
from promote.model import Fix, Notebook, Plan
from promote.selection.options import placed
from promote.suggest.names import HEADING, words_of

_PLAIN = re.compile(r"[A-Za-z][\w ,.()/&-]*[\w.)]")
_PLAIN_OWNER = re.compile(r"team:[\w-]+|[\w.+-]+@[\w.-]+\w")
_WORDS_OF_YAML = frozenset(("true", "false", "null", "yes", "no", "on", "off"))
_LONGEST = 160


def answered(notebook: Notebook, plan: Plan, option: str, root: Path, others: Iterable[Plan] = ()) -> Fix | None:
    """Offer to write the owner or description that a step lacks; None where nothing can be said.

    Args:
        notebook: The notebook of the step.
        plan: The step.
        option: What it lacks.
        root: The project, whose pyproject.toml may name an owner.
        others: Other steps, whose owner is taken where all name the same.
    """
    if option == "owner":
        value = owner_of(root, others)
        what = "Name the owner of the project's other steps here too." if value else ""
    elif option == "description":
        value = described(notebook, plan)
        what = "Say what the step holds in words of the notebook; read them and better them."
    else:
        return None
    if not value:
        return None
    edit = placed(notebook, plan.step.cells[0], f"#| {option}: {as_yaml(value)}")
    return Fix(what, (edit,))


def owner_of(root: Path, others: Iterable[Plan] = ()) -> str:
    """Give the owner that the project names under `[tool.workbench]`, else the one that all other steps have."""
    from promote.project import default_owner  # noqa: PLC0415 - it reads a file, and few steps lack an owner

    said = default_owner(root)
    if said:
        return said
    owners = {_one(plan.step.options.get("owner")) for plan in others} - {""}
    return owners.pop() if len(owners) == 1 else ""


def _one(owner: Any) -> str:
    return owner if isinstance(owner, str) else owner[0] if isinstance(owner, (list, tuple)) and len(owner) == 1 else ""


def described(notebook: Notebook, plan: Plan) -> str:
    """Say what a step holds: by the comment that its code begins with, the heading above, or what it is made from."""
    for position in plan.step.cells:
        said = comment_of(notebook.cells[position - 1].source)
        if said:
            return said
    headings = [
        line.strip()
        for cell in notebook.cells[: plan.step.cells[0] - 1]
        if cell.kind == "markdown"
        for line in cell.source.split("\n")
        if HEADING.match(line)
    ]
    heading = words_of(headings[-1])[:_LONGEST] if headings else ""
    if len(heading) <= 2:
        return _made_of(plan)
    name = plan.step.name.replace("_", " ")
    told = all(word in heading.lower() for word in name.split())
    return heading if told else f"{heading.rstrip('.:')}: {name}"


def comment_of(source: str) -> str:
    r"""Give the comment that a cell's code begins with, as a sentence; empty where it is code, or says little.

    >>> comment_of("#| key: [a]\n# 1. sum up\n# by town\nx = 1"), comment_of("# x = load()\nx = 1"), comment_of("# ---")
    ('Sum up by town', '', '')
    """
    lines: list[str] = []
    for line in source.split("\n"):
        bare = line.strip()
        if bare.startswith("#") and not bare.startswith("#|"):
            lines.append(bare.lstrip("# ").rstrip("# "))
        elif lines or (bare and not bare.startswith(("#|", "%%"))):
            break
    text = words_of(" ".join(line for line in lines if line))
    if not 2 < len(text) <= _LONGEST or " " not in text or _is_code(lines):
        return ""
    return text[:1].upper() + text[1:]


def _is_code(lines: Sequence[str]) -> bool:
    """Whether one of some lines of comment is a statement that does something."""
    for line in lines:
        try:
            body = ast.parse(line).body
        except (SyntaxError, ValueError):
            continue
        if any(not isinstance(node, ast.Expr) or isinstance(node.value, ast.Call) for node in body):
            return True
    return False


def _made_of(plan: Plan) -> str:
    assets = list(dict.fromkeys(given.asset for given in plan.function.inputs))
    if not assets:
        return f"Made in {plan.notebook.rpartition('/')[2]}"
    return f"Worked out from {', '.join(assets[:-1])}{' and ' if assets[1:] else ''}{assets[-1]}"


def as_yaml(value: str) -> str:
    """Write a text as a value of YAML, quoted where it could be read as something else.

    >>> as_yaml("Rents by town"), as_yaml("Rents: by town"), as_yaml("team:rents"), as_yaml("yes")
    ('Rents by town', '"Rents: by town"', 'team:rents', '"yes"')
    """
    plain = _PLAIN_OWNER.fullmatch(value) or _PLAIN.fullmatch(value)
    return value if plain and value.lower() not in _WORDS_OF_YAML else json.dumps(value, ensure_ascii=False)


def answers(
    notebook: Notebook, plans: Iterable[Plan], lacking: Mapping[str, Iterable[str]], owner: str
) -> dict[str, dict[str, str]]:
    """Give the options that steps lack, by tag, as far as something can be said.

    Args:
        notebook: The notebook of the steps.
        plans: Its steps.
        lacking: What each lacks, by tag.
        owner: Who answers for them; empty where nobody is known to.
    """
    found: dict[str, dict[str, str]] = {}
    for plan in plans:
        for option in lacking.get(plan.step.tag, ()):
            value = owner if option == "owner" else described(notebook, plan) if option == "description" else ""
            if value:
                found.setdefault(plan.step.tag, {})[option] = value
    return found
