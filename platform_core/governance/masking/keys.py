"""The secret of keyed masking, with the version that its results bear."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from dataclasses import dataclass, field
from typing import Never

from platform_core.errors import UserError

VARIABLE = "WORKBENCH_MASKING_KEY"
_LEAST = 16


@dataclass(frozen=True, slots=True)
class Key:
    """A secret and its version. No log, error or `repr` shows the secret, and no pickle takes it along.

    Attributes:
        secret: At least 16 characters, drawn at random: `python -c "import secrets; print(secrets.token_hex(32))"`.
        version: Stands before what is hashed with it (`v1:…`), so that results of an older key are told apart.

    Raises:
        UserError: The secret is too short, or the version no letters and digits.

    >>> Key("0123456789abcdef0123456789abcdef", version="2")
    Key(version='2')
    """

    secret: str = field(repr=False)
    version: str = "1"

    def __post_init__(self) -> None:
        if not isinstance(self.secret, str) or len(self.secret.strip()) < _LEAST:
            raise UserError(
                f"The masking key has fewer than {_LEAST} characters.",
                hint='Make one: python -c "import secrets; print(secrets.token_hex(32))".',
            )
        if not isinstance(self.version, str) or not re.fullmatch(r"[A-Za-z0-9]{1,16}", self.version):
            raise UserError("The version of a masking key is a text of letters and digits.", hint="Write version='2'.")

    @property
    def mark(self) -> str:
        """What tells this key from another, by secret or version, and nothing about its secret."""
        said = "mark" if self.version == "1" else f"mark {self.version}"
        return hmac.new(self.secret.encode(), said.encode(), hashlib.sha256).hexdigest()[:16]

    def __copy__(self) -> Key:
        return self

    def __deepcopy__(self, memo: object) -> Key:
        return self

    def __reduce__(self) -> Never:
        raise UserError(
            "A masking key goes into no pickle, for whoever reads that has the key.",
            hint=f"Let the other process take it from {VARIABLE}.",
        )


def known_key(key: Key | None) -> Key:
    """Give the key itself, or the environment's where there is none.

    Raises:
        UserError: What is given is no key, or the environment holds none.

    >>> known_key(Key("0123456789abcdef0123456789abcdef"))
    Key(version='1')
    """
    if key is None:
        return key_from_environment()
    if not isinstance(key, Key):
        raise UserError("key= is no Key.", hint=f"Let the secret store fill {VARIABLE}, or write key=Key(…).")
    return key


def key_from_environment(variable: str = VARIABLE) -> Key:
    """Take the key from an environment variable, which a secret store fills: `secret` or `version:secret`.

    Raises:
        UserError: The variable is not set, or holds no key.

    >>> import os
    >>> os.environ["EXAMPLE_KEY"] = "3:0123456789abcdef0123456789abcdef"
    >>> key_from_environment("EXAMPLE_KEY").version
    '3'
    """
    held = os.environ.get(variable, "").strip()  # a secret that is kept in a file often ends its line
    if not held:
        raise UserError(
            f"Keyed masking needs a key, and {variable} is not set.",
            hint=f"Let the secret store fill {variable}, or give key=.",
        )
    version, _, secret = held.rpartition(":")
    return Key(secret.strip(), version.strip() or "1")
