"""Render what several steps of one notebook share: a module of helpers."""

from __future__ import annotations

from promote.model import GeneratedFile, Maker, Plan
from promote.render.imports import import_block
from promote.render.pytext import call, docstring, plain_text
from promote.render.sections import add_section, body_lines, ends_in_block


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
    for maker in plan.helpers.makers:
        body = add_section(body, _function(maker, plan.helpers.notebook))
    top = docstring("What several steps of one notebook share.")
    header = ["", _helpers_header(plan.helpers.notebook), ""]
    typed = ["from typing import Any"] if plan.helpers.makers else []
    imports = import_block([*typed, *(f.text for f in plan.helpers.imports)], package)
    lines = [*top, *header, *imports, *([""] if imports else []), *body]
    path = f"{helpers_folder(package)}/{plan.helpers.name}.py"
    return (GeneratedFile(path, "\n".join(lines).rstrip("\n") + "\n", plan.step.tag),)


def _function(maker: Maker, notebook: str) -> list[str]:
    """The statements as a function; what they give may be of any type, which no run has looked at."""
    given = ", ".join(maker.outputs)
    type_ = "Any" if len(maker.outputs) == 1 else f"tuple[{', '.join('Any' for _ in maker.outputs)}]"
    lines = call(f"def {maker.name}(", [f"{name}: Any" for name in maker.arguments], f") -> {type_}:")
    cells = list(dict.fromkeys(str(fragment.cell) for fragment in maker.body))
    which = f"cell {cells[0]}" if len(cells) == 1 else f"cells {', '.join(cells[:-1])} and {cells[-1]}"
    said = f"Make {given} as {which} of {plain_text(notebook)} {'does' if len(cells) == 1 else 'do'}."
    lines += docstring(said, "    ")
    lines += body_lines(maker.body, told=False)
    if ends_in_block(maker.body[-1].text):
        lines.append("")
    return [*lines, f"    return {given}"]
