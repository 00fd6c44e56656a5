"""Secrets written into a notebook: tokens in their published formats, passwords in addresses, and named assignments.

Every code cell is looked at, comments too, because a notebook is committed whole. What is found is never shown: not in
its own finding, and `concealed` masks it in every other finding's line.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping

from promote.model import Finding, Fragment, Notebook, Plan, Selection, Severity
from promote.values import dataclass, replace

# A piece of text that each format holds, so that a cell without any costs a search for each and no more.
_FORMATS: tuple[tuple[str, str, str], ...] = (
    ("AKIA", "an AWS access key", r"\bAKIA[0-9A-Z]{16}\b"),
    ("ASIA", "an AWS access key", r"\bASIA[0-9A-Z]{16}\b"),
    ("gh", "a GitHub token", r"\bgh[pousr]_[A-Za-z0-9]{36,255}\b"),
    ("github_pat_", "a GitHub token", r"\bgithub_pat_[A-Za-z0-9_]{22,255}\b"),
    ("glpat-", "a GitLab token", r"\bglpat-[A-Za-z0-9_-]{20,}"),
    ("xox", "a Slack token", r"\bxox[abeprs]-[A-Za-z0-9-]{10,}"),
    (
        "hooks.slack.com/services/",
        "a Slack webhook",
        r"hooks\.slack\.com/services/(T[A-Z0-9]+/B[A-Z0-9]+/[A-Za-z0-9]+)",
    ),
    ("_live_", "a Stripe key", r"\b[srp]k_live_[A-Za-z0-9]{16,}"),
    ("AIza", "a Google API key", r"\bAIza[A-Za-z0-9_-]{35}"),
    ("sk-", "an API key", r"\bsk-[A-Za-z0-9_-]{32,}"),
    ("npm_", "an npm token", r"\bnpm_[A-Za-z0-9]{36}\b"),
    ("pypi-", "a PyPI token", r"\bpypi-AgE[A-Za-z0-9_-]{40,}"),
    ("SG.", "a SendGrid key", r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
    ("AccountKey=", "an Azure storage key", r"AccountKey=([A-Za-z0-9+/]{86}==)"),
    ("eyJ", "a JSON web token", r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    ("dapi", "a Databricks token", r"\bdapi[0-9a-f]{32}\b"),
    ("hf_", "a Hugging Face token", r"\bhf_[A-Za-z0-9]{34}\b"),
    ("dop_v1_", "a DigitalOcean token", r"\bdop_v1_[0-9a-f]{64}\b"),
    (
        "PRIVATE KEY-----",
        "a private key",
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?",
    ),
    ("://", "a password in an address", r"\b[a-z][a-z0-9+.-]*://[^\s:/@'\"]*:([^\s/@'\"{}$<>]{3,})@"),
)
_KEYS = tuple(f"{kind}{mark}key" for kind in ("api", "access", "auth", "account", "private") for mark in ("", "_"))
_WORDS = (*_KEYS, "password", "passwd", "passphrase", "pwd", "secret", "token", "credential")
# Patterns are compiled when first asked for: most notebooks have none of the words
_TELLING = "|".join((*_KEYS, "password|passwd|passphrase|pwd|secret|secret_?key|token|credentials?"))
_NAMED = rf"""(?i)([A-Za-z0-9_.-]{{0,80}}(?:{_TELLING}))["']?\]?\s*[:=]\s*[rbfu]{{0,2}}(["'])(.{{4,512}}?)\2"""
_ENDS_AS_PASSWORD = r"(?i)(?:password|passwd|passphrase|pwd)$"  # noqa: S105 - a pattern
_PLACEHOLDER = (
    r"(?i)[<{$%*]|your|change[-_ ]?me|example|placeholder|dummy|redacted|xxx|\.\.\."
    r"|^(?:none|null|test|todo|password|passwd|pwd|secrets?|tokens?|keys?)$"
)


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
    found: dict[tuple[int, int], Secret] = {}
    for cell in notebook.cells:
        if cell.kind == "code":
            for start, what, text in _found(cell.source):
                line, column = _place(cell.source, start)
                found.setdefault((cell.position, line), Secret(cell.position, line, column, what, text))
    return tuple(found[place] for place in sorted(found))


def secrets_in_text(text: str) -> list[tuple[int, int, str]]:
    r"""Give line and column, from 1, of the secrets in a text and what each seems to be: the first of each line.

    >>> secrets_in_text('host = "db"\npassword = "correct-horse"')
    [(2, 13, 'a password')]
    """
    found: dict[int, tuple[int, int, str]] = {}
    for start, what, _ in _found(text):
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


def _found(source: str) -> Iterator[tuple[int, str, str]]:
    for hint, what, pattern in _FORMATS:
        if hint in source:
            for match in re.finditer(pattern, source):
                group = 1 if match.re.groups else 0
                if group == 0 or not re.search(_PLACEHOLDER, match[1]):
                    yield match.start(group), what, match[group]
    lowered = source.lower()
    if any(word in lowered for word in _WORDS):
        for match in re.finditer(_NAMED, source):
            if _is_secret(match[1], match[3]):
                kind = "a password" if re.search(_ENDS_AS_PASSWORD, match[1]) else "a key or token"
                yield match.start(3), kind, match[3]


def _is_secret(name: str, value: str) -> bool:
    """Whether a value given to a telling name is one that nobody should see: no placeholder, no word, no address."""
    if re.search(_PLACEHOLDER, value) or " " in value or value.startswith(("http://", "https://", "/", "./")):
        return False
    if re.search(_ENDS_AS_PASSWORD, name):
        return True
    return len(value) >= 16 and any(c.isdigit() for c in value) and entropy(value) >= 3


def entropy(text: str) -> float:
    """Give Shannon's entropy of a text, in bits a character.

    >>> entropy("aaaa"), entropy("abcd")
    (0.0, 2.0)
    """
    counts = [text.count(letter) / len(text) for letter in set(text)]
    return max(0.0, -sum(share * math.log2(share) for share in sorted(counts)))


def _fragments(plan: Plan) -> Iterator[Fragment]:
    for function in (*plan.functions, *plan.tests):
        yield from (*function.imports, *function.definitions, *function.body)
