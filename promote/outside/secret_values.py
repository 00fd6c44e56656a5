"""Secrets written into a notebook: tokens in their published formats, passwords in addresses, and named assignments.

Every code cell is looked at, comments too, because a notebook is committed whole. What is found is never shown: not in
its own finding, and `concealed` masks it in every other finding's line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from platform_core.secret_texts import holds_no_secret, secrets_found
from platform_core.values import dataclass, replace
from promote.model import Finding, Fragment, Notebook, Plan, Selection, Severity


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret in a cell: what it seems to be, its text (never to be shown), line and column from 1."""

    cell: int
    line: int
    column: int
    what: str
    text: str


def secrets_in(notebook: Notebook) -> tuple[Secret, ...]:
    """Give the secrets in the code cells of a notebook, in order."""
    cells = [cell for cell in notebook.cells if cell.kind == "code"]
    if holds_no_secret("\n".join([cell.source for cell in cells])):  # as in most: asked once, not of each cell
        return ()
    found: dict[tuple[int, int], Secret] = {}
    for cell in cells:
        for start, what, text in secrets_found(cell.source):
            line, column = _place(cell.source, start)
            found.setdefault((cell.position, line), Secret(cell.position, line, column, what, text))
    return tuple(found[place] for place in sorted(found))


def secrets_in_text(text: str) -> list[tuple[int, int, str]]:
    r"""Give line and column, from 1, of the secrets in a text and what each seems to be: the first of each line.

    >>> secrets_in_text('host = "db"\npassword = "correct-horse"')
    [(2, 13, 'a password')]
    """
    found: dict[int, tuple[int, int, str]] = {}
    for start, what, _ in secrets_found(text):
        line, column = _place(text, start)
        found.setdefault(line, (line, column, what))
    return [found[line] for line in sorted(found)]


def _place(text: str, start: int) -> tuple[int, int]:
    return text.count("\n", 0, start) + 1, start - (text.rfind("\n", 0, start) + 1) + 1


def secret_findings(selection: Selection, plans: Iterable[Plan]) -> list[Finding]:
    """Tell the secrets of a notebook: an error where promotion would copy the cell, else a warning."""
    secrets = secrets_in(selection.notebook)
    if not secrets:
        return []
    copied = {c.position for c in selection.cells if c.role.kind not in ("explore", "injected")}
    copied |= {fragment.cell for plan in plans for fragment in _fragments(plan)}
    findings: list[Finding] = []
    for secret in secrets:
        severity: Severity = "error" if secret.cell in copied else "warning"
        message = f"This looks like {secret.what}, written into the notebook."
        hint = 'Revoke it: it is in the history. Keep the new one in the environment, read through resource("NAME").'
        findings.append(
            Finding("PR713", severity, message, selection.notebook.at(secret.cell, secret.line, secret.column), hint)
        )
    return findings


def concealed(findings: Iterable[Finding], notebooks: Mapping[str, Notebook]) -> list[Finding]:
    """Give the findings with every secret of their notebooks masked in line, message and hint."""
    secrets = {path: _texts(notebook) for path, notebook in notebooks.items()}
    return [_masked(f, secrets.get(f.location.path, ())) for f in findings]


def _texts(notebook: Notebook) -> tuple[str, ...]:
    pieces = {piece for secret in secrets_in(notebook) for piece in secret.text.split("\n") if len(piece) > 2}
    return tuple(sorted(pieces, key=lambda piece: (-len(piece), piece)))


def _masked(finding: Finding, secrets: tuple[str, ...]) -> Finding:
    at = finding.location
    for secret in secrets:
        if secret in at.text or secret in finding.message or secret in finding.hint:
            mask = "*" * len(secret)  # as long, so that columns stay true
            at = replace(at, text=at.text.replace(secret, mask))
            message, hint = finding.message.replace(secret, mask), finding.hint.replace(secret, mask)
            finding = replace(finding, location=at, message=message, hint=hint)
    return finding


def _fragments(plan: Plan) -> Iterator[Fragment]:
    for function in (*plan.functions, *plan.tests):
        yield from (*function.imports, *function.definitions, *function.body)
