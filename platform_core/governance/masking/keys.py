"""The secret of keyed masking, with the version that its results bear."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field

from platform_core.errors import UserError

VARIABLE = "WORKBENCH_MASKING_KEY"
_LEAST = 16


@dataclass(frozen=True, slots=True)
class Key:
    """A secret and its version. No log, error or `repr` shows the secret.

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
        if not isinstance(self.secret, str) or len(self.secret) < _LEAST:
            raise UserError(
                f"The masking key has fewer than {_LEAST} characters.",
                hint='Make one: python -c "import secrets; print(secrets.token_hex(32))".',
            )
        if not re.fullmatch(r"[A-Za-z0-9]{1,16}", str(self.version)):
            raise UserError("The version of a masking key is letters and digits.", hint="Write version='2'.")


def key_from_environment(variable: str = VARIABLE) -> Key:
    """Take the key from an environment variable, which a secret store fills: `secret` or `version:secret`.

    Raises:
        UserError: The variable is not set, or holds no key.

    >>> import os
    >>> os.environ["EXAMPLE_KEY"] = "3:0123456789abcdef0123456789abcdef"
    >>> key_from_environment("EXAMPLE_KEY").version
    '3'
    """
    held = os.environ.get(variable, "")
    if not held:
        raise UserError(
            f"Keyed masking needs a key, and {variable} is not set.",
            hint=f"Let the secret store fill {variable}, or give key=.",
        )
    version, _, secret = held.rpartition(":")
    return Key(secret, version or "1")
