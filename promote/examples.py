"""The examples that a command's help ends with, laid out for the width of the terminal."""

from __future__ import annotations

_BETWEEN = "    "  # stands between a call and what it does, and in no call


def laid_out(text: str, width: int) -> str:
    r"""Give examples and what follows them in so many columns: what calls do stands below them where one is too long.

    >>> print(laid_out("  promote a.ipynb    verify, and write\n  promote --check    compare\n", 30), end="")
      promote a.ipynb
          verify, and write
      promote --check
          compare
    """
    import textwrap  # noqa: PLC0415 - only who asks for help pays for it

    given = text.rstrip().splitlines()
    below = any(len(line) > width for line in given if _BETWEEN in line.strip())
    lines: list[str] = []
    for line in given:
        call, _, does = line.strip().partition(_BETWEEN)
        if not line.startswith("  "):
            lines += textwrap.wrap(line, width) or [""]
        elif below:
            lines += [f"  {call}", *(f"      {part}" for part in textwrap.wrap(does.strip(), width - 6))]
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"
