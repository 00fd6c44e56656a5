"""What a file is that no workbook can be read from, and what to do with it."""

from __future__ import annotations

from pathlib import Path

from platform_core.errors import UserError

_OLD, _ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
_OWNER = "~$"  # how the file begins that Excel leaves beside a workbook while it is open
_LOCKED = "EncryptedPackage".encode("utf-16-le")


def unreadable(path: Path, said: str) -> UserError:
    """Give the error for a file from which no workbook could be read.

    Args:
        path: The file.
        said: What the reader said of it.
    """
    content = path.read_bytes()
    what, hint = _told(path, content, said)
    return UserError(f"{path.name!r} {what}.", hint=hint)


def _told(path: Path, content: bytes, said: str) -> tuple[str, str]:
    """Say what a file is, and what helps."""
    is_old = content.startswith(_OLD)
    if "password" in said.lower() or (is_old and _LOCKED in content):
        return "is protected by a password", "Open it, and save a copy without one."
    if not content:
        return "is empty", "Fetch or save it anew."
    if path.name.startswith(_OWNER):
        return "is what Excel leaves beside a workbook that is open", "Close the workbook, or narrow the pattern."
    other = "older Excel (.xls)" if is_old else "newer Excel (.xlsx) or OpenDocument (.ods)"
    if (is_old and path.suffix.lower() != ".xls") or (content.startswith(_ZIP) and path.suffix.lower() == ".xls"):
        return f"is a file of {other}, whatever its ending says", "Give it the ending of what it is."
    if not is_old and not content.startswith(_ZIP) and b"\0" not in content:
        what = "HTML or XML" if content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") else "text"
        return f"is {what}, whatever its ending says", "Save it in Excel as .xlsx, or name it .csv where it is that."
    return "is no workbook that can be read", "Is it whole? Save it anew as .xlsx."
