"""Render what several steps of one notebook share: a module of helpers."""

from __future__ import annotations

from promote.model import GeneratedFile, Plan
from promote.render.imports import import_block
from promote.render.pytext import docstring, plain_text
from promote.render.sections import add_section


def helpers_folder(package: str) -> str:
    """Give the folder of the project's modules of helpers."""
    return f"src/{package.replace('.', '/')}/helpers"


def is_helpers_of(text: str, notebook: str) -> bool:
    """Whether a file is the module of helpers that was promoted from a notebook."""
    return f"\n{_helpers_header(notebook)}\n" in text


def _helpers_header(notebook: str) -> str:
    return f"# Promoted from {plain_text(notebook)}. Change the notebook and run `promote`."


def render_helpers(plan: Plan, package: str) -> tuple[GeneratedFile, ...]:
    """Give the module of helpers that a step shares with others of its notebook, none where it shares nothing."""
    if plan.helpers is None:
        return ()
    body: list[str] = []
    for fragment in plan.helpers.definitions:
        body = add_section(body, fragment.text.split("\n"))
    top = docstring("What several steps of one notebook share.")
    header = ["", _helpers_header(plan.helpers.notebook), ""]
    imports = import_block([f.text for f in plan.helpers.imports], package)
    lines = [*top, *header, *imports, *([""] if imports else []), *body]
    path = f"{helpers_folder(package)}/{plan.helpers.name}.py"
    return (GeneratedFile(path, "\n".join(lines).rstrip("\n") + "\n", plan.step.tag),)
