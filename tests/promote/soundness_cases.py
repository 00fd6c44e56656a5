"""Reading the tables of small notebooks in `soundness/*.txt`, and telling what came of each.

A case is a name, cells and what is expected. `plain` is the verdict without `--include-needed`, `needed` the verdict
with it; steps that are not said to be refused are the same as in the notebook. Each finding is named by the tag of its
cell, its code, its cell and words of its hint:

    === the name of the case
    %% silver:a
    a = [1]
    %%
    a.append(2)
    %% silver:b
    b = len(a)
    => plain: b refused, b PR304 cell 3 "work on a copy"
    => needed: same
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "soundness"
_REFUSED = re.compile(r"(\w+) refused")
_TOLD = re.compile(r'(\w+) (PR\d{3}) cell (\d+) "([^"]*)"')


@dataclass(frozen=True, slots=True)
class Told:
    """A finding that must be there: the tag of its cell without the layer, its code and cell, words of its hint."""

    tag: str
    code: str
    cell: int
    hint: str


@dataclass(frozen=True, slots=True)
class Expected:
    """What must come of a notebook: the steps that are refused, and every error."""

    refused: frozenset[str] = frozenset()
    told: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A small notebook with what must come of it."""

    topic: str
    name: str
    cells: tuple[tuple[str, str], ...]
    plain: Expected
    needed: Expected

    @property
    def id(self) -> str:
        """What pytest calls the case."""
        return f"{self.topic}: {self.name}"


def read_cases(path: Path) -> list[Case]:
    """Give the cases of one table."""
    return [
        _case(path.stem, part) for part in re.split(r"^=== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    ]


def all_cases() -> list[Case]:
    """Give the cases of all tables."""
    return [case for path in sorted(FOLDER.glob("*.txt")) for case in read_cases(path)]


def _case(topic: str, text: str) -> Case:
    name, _, rest = text.partition("\n")
    expected: dict[str, Expected] = {}
    lines: list[str] = []
    for line in rest.split("\n"):
        if line.startswith("=> "):
            which, _, said = line[3:].partition(": ")
            told = tuple(Told(tag, code, int(cell), hint) for tag, code, cell, hint in _TOLD.findall(said))
            expected[which] = Expected(frozenset(_REFUSED.findall(said)), told)
            if not told and said != "same":
                raise ValueError(f"{topic}: {name}: {line}")
        else:
            lines.append(line)
    cells: list[tuple[str, str]] = []
    for part in re.split(r"^%%(?!%)", "\n".join(lines), flags=re.MULTILINE)[1:]:
        tags, _, source = part.partition("\n")
        cells.append((tags.strip(), source.rstrip("\n").replace("\\r", "\r").replace("\\%%", "%%")))
    return Case(topic, name.strip(), tuple(cells), expected["plain"], expected.get("needed", expected["plain"]))
