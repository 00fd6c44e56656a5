"""What of an error may leave the platform: no secret, and no word that may be a value of the data.

Two strengths. `scrubbed_text` takes out secrets, for texts that people wrote. `masked_error` is for the message of an
exception, which can hold whatever a row held: it keeps a word only where the code that raised it holds that word, or
where it belongs to the language of error messages. Every other word and every number becomes `…`.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from platform_core.observability.error_words import ERROR_WORDS
from platform_core.secret_texts import scrubbed

GAP = "…"
LONGEST_TEXT = 600

_TELLING = re.compile(
    r"(?i)passw|pwd|secret|token|(?:api|access|private|masking|encryption|signing)_?key|credential|webhook|dsn|auth"
)
_SHORTEST_SECRET = 6
_WORD = re.compile(r"\w+")
_NAME = re.compile(r"\b[A-Za-z_]\w*")
_LITERAL = re.compile(r"""(["'])(.*?)(?:\1|$)""")
_PLAIN = re.compile(r"[a-z_]{1,60}")
_GAPS = re.compile(rf"{GAP}(?:[^\w{GAP}]{{0,3}}{GAP})+")
_VARIABLES: set[str] = set()


def note_secret_variables(names: Iterable[str]) -> None:
    """Remember environment variables whose values may be shown nowhere, whatever they are called.

    >>> import os
    >>> os.environ["BLUE_DOOR"] = "open-sesame"
    >>> note_secret_variables(["BLUE_DOOR"])
    >>> scrubbed_text("the door says open-sesame")
    'the door says ***'
    >>> _ = os.environ.pop("BLUE_DOOR")
    """
    _VARIABLES.update(names)


def known_secrets(environ: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Give every secret that this process knows: of the environment, and what it read from AWS.

    Each is given as it is, and as an address or a `repr` would write it.
    """
    environ = os.environ if environ is None else environ
    values = {value for name, value in environ.items() if name in _VARIABLES or _TELLING.search(name)}
    # The masking key stands behind its version there, and alone wherever it is used
    values.add(environ.get("WORKBENCH_MASKING_KEY", "").rpartition(":")[2].strip())
    secrets = sys.modules.get("platform_core.resources.secrets")  # where it was never imported nothing was read
    if secrets is not None:
        values.update(secrets._SHARED.secret_values())
    # The path of a socket or of a file with a secret in it is none itself
    long = {value for value in values if len(value) >= _SHORTEST_SECRET and not value.startswith("/")}
    return tuple(long | {quote(value, safe="") for value in long} | {repr(value)[1:-1] for value in long})


def scrubbed_text(text: str, *, longest: int = LONGEST_TEXT) -> str:
    """Give a text without secrets and control characters, and no longer than some number of characters.

    >>> scrubbed_text("token = 'a1b2c3d4e5f6g7h8i9'", longest=30)
    "token = '***'"
    >>> scrubbed_text("x" * 40, longest=10)
    'xxxxxxxxx…'
    """
    clean = "".join(c if c.isprintable() or c == "\n" else " " for c in scrubbed(text, known_secrets()))
    return clean if len(clean) <= longest else clean[: longest - 1] + GAP


def without_personal(text: str) -> str:
    """Give a text that a person wrote with what the platform's detector takes for personal data as its kind.

    >>> without_personal("The row of jane.doe@example.com is late")
    'The row of [email] is late'
    """
    import polars as pl  # noqa: PLC0415 - a text by hand is rare, and most processes send none

    from platform_core.governance import pii  # noqa: PLC0415 - as above

    found = pii.scan(pl.DataFrame({"text": [text]})).select("start", "end", "kind").sort("start", descending=True)
    for start, end, kind in found.rows():
        text = f"{text[:start]}[{kind}]{text[end:]}"
    return text


def words_of_code(code: str) -> set[str]:
    """Give the words that lines of code hold as names, and the plain words that stand alone as literals in them.

    Other literals may be secrets or data themselves, and so may any literal that an exception is raised with.

    >>> sorted(words_of_code('row["rent"] = find(key, "Mr Bell", 943)') | words_of_code('raise KeyError("jane")'))
    ['KeyError', 'find', 'key', 'raise', 'rent', 'row']
    """
    known: set[str] = set()
    for line in code.split("\n"):
        if not line.lstrip().startswith("raise"):
            known.update(match[2] for match in _LITERAL.finditer(line) if _PLAIN.fullmatch(match[2]))
        known.update(_NAME.findall(_LITERAL.sub(" ", line)))
    return known


def masked_error(message: str, code: str = "", *, longest: int = LONGEST_TEXT) -> str:
    """Give the message of an exception with everything taken out that may be a value of the data.

    Args:
        message: What the exception says.
        code: The lines of code that its traceback shows; the words in them are no data.
        longest: How many characters to give at most.

    >>> masked_error("'rent' of Mr Bell is no number: 912.50", 'pay = row["rent"]')
    "'rent' of … is no number: …"
    """
    known = words_of_code(code)

    def shown(match: re.Match[str]) -> str:
        word = match[0]
        return word if word in known or word in ERROR_WORDS else GAP

    # Secrets first: what masking leaves of one would no longer look like one. No more is read than can be shown
    text = scrubbed_text(message, longest=4 * longest)
    masked = _GAPS.sub(GAP, _WORD.sub(shown, text)).strip()
    return masked if len(masked) <= longest else masked[: longest - 1] + GAP
