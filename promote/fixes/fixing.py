"""`promote --fix`: analyse notebooks, carry out what their findings offer to do, and say what is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from platform_core.hints import StrPath
from platform_core.values import replace
from promote.findings import order
from promote.fixes.edits import fix_all
from promote.model import Finding, Notebook
from promote.outcome import Outcome, Settings
from promote.outside.secret_values import concealed
from promote.prepare import prepare
from promote.project import find

FINE, FINDINGS = 0, 1


def fix(notebooks: Sequence[StrPath], settings: Settings, progress: Callable[[str], None]) -> Outcome:
    """Fix notebooks in their place; nothing is promoted.

    Raises:
        UsageError: There is no project, or a step that was named does not exist.
        OSError: A notebook could not be written; it is as it was.
    """
    project = find(named=settings.project)
    read: dict[str, Notebook] = {}

    def analyse() -> list[Finding]:
        progress("looking for what can be fixed")
        prepared, findings, *_ = prepare(project, notebooks, settings.select, include_needed=settings.include_needed)
        read.update({one.notebook.path: one.notebook for one in prepared})
        return sorted(dict.fromkeys(findings), key=order)

    done, left = fix_all(project.root, analyse)
    made = [Finding("PR610", "note", f"{one.finding.code}: {one.what}", one.finding.location) for one in done]
    findings = concealed([*(replace(f, location=replace(f.location, text="")) for f in made), *left], read)
    code = FINDINGS if any(f.severity == "error" for f in left) else FINE
    return Outcome(tuple(findings), (), code)
