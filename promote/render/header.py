"""The lines at the top of a module that name its notebook and its hashes: what tells how it stands to the notebook."""

from __future__ import annotations

CLASSIFIED = "# Classification: "
_NAMED = ("# Promoted from ", "# source=", CLASSIFIED, "# UNVERIFIED: ")
_HEADER = (*_NAMED, *(f"--{line[1:]}" for line in _NAMED))  # of a module, and of a model of dbt
_DIGITS = frozenset("0123456789abcdef")


def hashes_of(text: str) -> tuple[str, str] | None:
    r"""Give the hashes in the header of a module or a model: of what it was rendered from, and of its own tokens.

    >>> hashes_of("# Promoted from a.ipynb\n# source=0123456789abcdef body=fedcba9876543210\n")
    ('0123456789abcdef', 'fedcba9876543210')
    >>> hashes_of("# source=0123456789abcdef") is None
    True
    """
    for line in text.split("\n"):
        if line.startswith(("# source=", "-- source=")):
            source, between, body = line[9 if line[0] == "#" else 10 :].partition(" body=")
            if between and len(source) == len(body) == 16 and _DIGITS.issuperset(source + body):
                return source, body
    return None


def without_header(text: str) -> str:
    """Give a module's text without the lines that name notebook and hashes, so that it can be hashed."""
    kept: list[str] = []
    skipped = False
    for line in text.split("\n"):
        if line.startswith(_HEADER):
            skipped = True
            continue
        if skipped and not line:
            skipped = False
            continue
        skipped = False
        kept.append(line)
    return "\n".join(kept)
