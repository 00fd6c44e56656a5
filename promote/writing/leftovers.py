"""What a killed write left behind, made good before anything else; where nothing was left this imports little."""

from __future__ import annotations

from pathlib import Path

from promote.model import Finding, Location


def make_good(root: Path) -> tuple[Finding, ...]:
    """Roll a killed write forward or back, and say so in a note; none where there was none.

    Raises:
        UserError: Another command is writing, or what is left cannot be made good.
    """
    folder = root / ".workbench"
    if not folder.is_dir() or all(path.name == "lock" for path in folder.iterdir()):
        return ()
    from promote.writing.write import recover  # noqa: PLC0415 - a check that finds nothing left over writes nothing

    recovered = recover(root)
    return () if recovered is None else (Finding("PR607", "note", recovered, Location(""), ""),)
