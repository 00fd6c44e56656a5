"""Secrets in any text, told by their published formats, by addresses that hold passwords, and by telling names.

Standard library alone: promotion reads it before anything else is imported, and production scrubs its messages by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

SHOWN = "***"

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
_KINDS = ("api", "access", "auth", "account", "private", "masking")
_KEYS = tuple(f"{kind}{mark}key" for kind in _KINDS for mark in ("", "_"))
_WORDS = (*_KEYS, "password", "passwd", "passphrase", "pwd", "secret", "token", "credential")
# Patterns are compiled when first asked for: most notebooks have none of the words
_TELLING = "|".join((*_KEYS, "password|passwd|passphrase|pwd|secret|secret_?key|token|credentials?"))
_NAMED = rf"""(?i)([A-Za-z0-9_.-]{{0,80}}(?:{_TELLING}))["']?\]?\s*[:=]\s*[rbfu]{{0,2}}(["'])(.{{4,512}}?)\2"""
_ENDS_AS_PASSWORD = r"(?i)(?:password|passwd|passphrase|pwd)$"  # noqa: S105 - a pattern
_PLACEHOLDER = (
    r"(?i)[<{$%*]|your|change[-_ ]?me|example|placeholder|dummy|redacted|xxx|\.\.\."
    r"|^(?:none|null|test|todo|password|passwd|pwd|secrets?|tokens?|keys?)$"
)


def holds_no_secret(text: str) -> bool:
    """Say whether nothing in a text, or in any part of it, can be a secret by its form or by the name it has.

    >>> holds_no_secret("rents = load_asset('rents')"), holds_no_secret("password = 'correct-horse'")
    (True, False)
    """
    if any(hint in text for hint, _, _ in _FORMATS):
        return False
    lowered = text.lower()
    return not any(word in lowered for word in _WORDS)


def secrets_found(source: str) -> Iterator[tuple[int, str, str]]:
    """Give where each secret in a text starts, what it seems to be, and its own text, which is never to be shown."""
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
    from math import log2  # noqa: PLC0415 - few texts are long and in one word

    counts = [text.count(letter) / len(text) for letter in set(text)]
    return max(0.0, -sum(share * log2(share) for share in sorted(counts)))


def scrubbed(text: str, known: tuple[str, ...] = ()) -> str:
    """Give a text with every secret in it as `***`: those that are known by value, and those told by their form.

    >>> scrubbed("connecting with password='correct-horse' to postgres://reader:hunter22@db/x", known=("reader",))
    "connecting with password='***' to postgres://***:***@db/x"
    """
    for value in sorted(filter(None, known), key=len, reverse=True):
        text = text.replace(value, SHOWN)
    found = sorted({(start, piece) for start, _, piece in secrets_found(text)}, reverse=True)
    for start, piece in found:
        if text.startswith(piece, start):  # not where a longer one was just taken out
            text = text[:start] + SHOWN + text[start + len(piece) :]
    return text
