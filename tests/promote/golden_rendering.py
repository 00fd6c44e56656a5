"""The files of a golden folder, without a look at what is there, and without a data-frame library."""

from __future__ import annotations

from promote.findings import place
from promote.model import FrameKind
from promote.notebook.read import parse
from promote.plan import plan
from promote.render.helpers import render_helpers
from promote.render.kinds import guess_kinds
from promote.render.module import render_module
from promote.selection.select import select

RESOURCES = {"register": "FilesResource"}


def rendered(raw: bytes, name: str) -> dict[str, str]:
    """Give the files of a golden folder: the modules with and without what is needed, and the findings."""
    selection = select(parse(raw, f"notebooks/{name}.ipynb"))
    files: dict[str, str] = {}
    for folder, needed in (("expected", False), ("expected_with_needed", True)):
        planned = plan(selection, include_needed=needed)
        guesses: dict[str, FrameKind] = {}
        for one in planned.plans:
            kinds = guess_kinds(one, guesses)
            guesses[one.step.name] = kinds.output
            module = render_module(one, kinds, "golden", RESOURCES, verified=False)
            text = module.text
            for helper in render_helpers(one, "golden"):
                files[f"{folder}/{helper.path.rsplit('/', 1)[1].removesuffix('.py')}_helpers.py"] = helper.text
            if folder == "expected" or files.get(f"expected/{one.step.layer}_{one.step.name}.py") != text:
                files[f"{folder}/{one.step.layer}_{one.step.name}.py"] = text
        lines = [f"{place(f.location)}: {f.code} ({f.severity}) {f.message}\n    hint: {f.hint}".rstrip()
                 for f in (*selection.findings, *planned.findings)]  # fmt: skip
        files[f"findings{'_with_needed' if needed else ''}.txt"] = "".join(line + "\n" for line in sorted(lines))
    return files
