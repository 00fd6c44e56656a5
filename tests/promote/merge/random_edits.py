"""Random edits of the notebook and of the modules of a small project, each with marks by which it can be found again.

A mark is a number that stands nowhere else. An edit that adds leaves its mark in the code; one that puts a number in
the place of another takes a mark away too. So whether an edit is there can be told of any text, without a merge.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass, field
from pathlib import Path

from tests.promote.merge.projects import NOTEBOOK, TAGS, module

_NUMBER = re.compile(r"(?<![\w.])\d{2,}(?![\w.])")


@dataclass
class Marks:
    """What has to be on both sides once they agree, in the notebook alone (no step uses it), and in neither."""

    there: set[str] = field(default_factory=set)
    noted: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)


class Editor:
    """Makes edits, each with marks of its own."""

    def __init__(self, root: Path, rng: random.Random) -> None:
        self.root = root
        self.rng = rng
        self.marks = Marks()
        self.next = 10_000 + rng.randrange(1000) * 50

    def mark(self) -> str:
        """Give a number that stands nowhere."""
        self.next += 1
        return str(self.next)

    def edit_notebook(self) -> None:
        """Make one edit of a cell that is promoted, or of one that is not."""
        path = self.root / NOTEBOOK
        content = json.loads(path.read_text())
        cells = content["cells"]
        if self.rng.random() < 0.15:
            made = {"cell_type": "markdown", "metadata": {}, "source": "A thought."}
            cells.insert(self.rng.randrange(4, len(cells)), made)
        else:
            tagged = [c for c in cells if {*c["metadata"].get("tags", ())} & {*TAGS, "helpers", "check:rents"}]
            wanted = tagged + [c for c in cells if "limits.append" in c["source"]]
            cell = self.rng.choice(wanted)
            lines = cell["source"].split("\n")
            first = sum(line.startswith("#|") for line in lines)
            before = set(self.marks.there)
            cell["source"] = "\n".join(lines[:first] + self.edited(lines[first:]))
            tags = cell["metadata"].get("tags", ())
            unused = "helpers" in tags
            written = cell["source"].split("\n")
            for mark in self.marks.there - before:
                place = next(n for n, line in enumerate(written) if mark in line)
                # A comment goes with what it stands above
                line = next(line for line in written[place:] if not line.lstrip().startswith("#"))
                left = "limits" in cell["source"] and not tags and re.match(r"extra_|limits\s*(#|$)", line)
                if unused or left or any(word in line for word in ("load_asset", ".head()", ".describe()")):
                    self.marks.noted.add(mark)  # a definition that nothing uses, a load, a display
                    self.marks.there.discard(mark)
        path.write_text(json.dumps(content, indent=1))

    def edit_module(self) -> None:
        """Make one edit of a module: of its code mostly, sometimes of what promotion adds to it."""
        shared = self.root / "src/rents/helpers/clean.py"
        if shared.exists() and "def make_limits" in shared.read_text() and self.rng.random() < 0.4:
            self.edit_shared(shared)
            return
        path = module(self.root, self.rng.choice(TAGS))
        lines = path.read_text().split("\n")
        functions = [n for n, line in enumerate(lines) if line.startswith("def ") and "_asset(" not in line]
        start = next(n for n, line in enumerate(lines) if line.startswith("from platform_core.sdk")) + 1
        end = next(n for n, line in enumerate(lines) if line.startswith("@"))
        returns = [n for n, line in enumerate(lines[:end]) if line.startswith("    return ")]
        what = self.rng.random()
        if what < 0.05:
            name = f"extra_{self.mark()}"
            lines[functions[0] : functions[0]] = [f"def {name}():", "    return 1", "", ""]
        elif what < 0.1:
            place = self.rng.randrange(end, len(lines))
            lines[place] += f"  # {self.mark()}"
        elif what < 0.2 and returns:  # an edit before may have taken the last one
            mark = self.mark()
            lines.insert(start, "import math")
            lines.insert(returns[-1] + 1, f"    bound_{mark} = math.floor({mark})")
            self.marks.there.add(mark)
        else:
            lines[start:end] = self.edited(lines[start:end])
        path.write_text("\n".join(lines))

    def edit_shared(self, path: Path) -> None:
        """Make one edit of the statements that steps share."""
        lines = path.read_text().split("\n")
        start = next(n for n, line in enumerate(lines) if line.startswith("def make_limits")) + 2
        end = next(n for n, line in enumerate(lines[start:], start) if line.startswith("    return "))
        lines[start:end] = self.edited(lines[start:end])
        path.write_text("\n".join(lines))

    def edited(self, lines: list[str]) -> list[str]:
        """Change, add or take away one line of code."""
        code = [n for n, line in enumerate(lines) if line.strip() and not line.strip().startswith(('"""', "#", "def "))]
        if not code:
            return lines
        numbered = [n for n in code if _NUMBER.search(lines[n])]
        what = self.rng.random()
        if what < 0.4 and numbered:
            place = self.rng.choice(numbered)
            found = self.rng.choice(list(_NUMBER.finditer(lines[place])))
            mark = self.mark()
            lines[place] = lines[place][: found.start()] + mark + lines[place][found.end() :]
            self.marks.there.add(mark)
            self.take({found[0]})
            return lines
        place = self.rng.choice(code)
        indent = lines[place][: len(lines[place]) - len(lines[place].lstrip())]
        mark = self.mark()
        if what < 0.6:
            self.marks.there.add(mark)
            return [*lines[:place], f"{indent}# note {mark}", *lines[place:]]
        if what < 0.75:
            self.marks.there.add(mark)
            lines[place] += f"  # {mark}"
            return lines
        if what < 0.93:
            self.marks.there.add(mark)
            return [*lines[:place], f"{indent}extra_{mark} = {mark}", *lines[place:]]
        self.take({found[0] for found in _NUMBER.finditer(lines[place])})
        return [*lines[:place], *lines[place + 1 :]]

    def take(self, gone: set[str]) -> None:
        """Note that marks, or numbers of the beginning, are no more."""
        self.marks.gone |= gone
        self.marks.there -= gone
        self.marks.noted -= gone
