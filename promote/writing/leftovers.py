"""What a killed write left behind, made good before anything else; where nothing was left this imports little."""

from __future__ import annotations

import os

from platform_core.hints import StrPath
from promote.model import Finding, Location

_STAYING = frozenset(("lock", ".gitignore"))  # what every write leaves there


def make_good(root: StrPath) -> tuple[Finding, ...]:
    """Roll a killed write forward or back, and say so in a note; none where there was none.

    Raises:
        UserError: Another command is writing, or what is left cannot be made good.
    """
    try:
        left = {*os.listdir(os.path.join(root, ".workbench"))} - _STAYING
    except (FileNotFoundError, NotADirectoryError):
        return ()
    if not left:
        return ()
    from pathlib import Path  # noqa: PLC0415 - a check that finds nothing left over writes nothing

    from promote.writing.write import recover  # noqa: PLC0415 - as above

    recovered = recover(Path(root))
    return () if recovered is None else (Finding("PR607", "note", recovered, Location(""), ""),)
