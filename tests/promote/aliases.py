r"""Small notebooks in which an object is changed by another name: ways to that name, places, and kinds of change.

`aliases.txt` holds the ways, under headings that make an object `d`, and say of what kind the name `a` is:

    === list: d = [3, 1, 2]
    a = d
    with contextlib.nullcontext(d) as a: pass
    match d:\n    case a: pass

Each is one line, in which `\n` stands for a new one. `list in cells` says that `a` stands in a cell of a frame, column
or array; `list shown as vars(d)` what is shown of the object. Modules are imported that a notebook names. Its cells
make the object, then the name, and change what that stands for; then a step shows the object.
"""

from __future__ import annotations

import ast
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.promote.notebooks import Cells

FILE = Path(__file__).with_suffix(".txt")
SHORT = {"np": "numpy", "pd": "pandas", "pl": "polars"}

CHANGES = {
    "list": (
        *("a.append(7)", "a[0] = 9", "a += [8]", "a.sort()", "del a[0]", "a[:] = [4]", "a.extend((5, 6))"),
        *("a.insert(0, 4)", "a.pop()", "a.reverse()", "a.clear()", "a *= 2", "a.remove(1)", "a[1] += 5", "a[1:] = []"),
        *("list.append(a, 5)", "operator.iadd(a, [5])", "operator.setitem(a, 0, 5)", "random.Random(3).shuffle(a)"),
        *("heapq.heappush(a, 0)", "bisect.insort(a, 2)", "a[0], a[1] = 8, 9", "for a[0] in (7, 8): pass"),
    ),
    "dict": (
        *('a["z"] = 9', "a.update(z=9)", 'del a["k"]', 'a.setdefault("z", 3)', 'a.pop("k")', 'a |= {"z": 1}'),
        *("a.clear()", 'a["k"] += 1', "a.popitem()", 'operator.setitem(a, "z", 5)', 'dict.update(a, {"z": 4})'),
    ),
    "set": (
        *("a.add(9)", "a |= {9}", "a.discard(1)", "a.update({8})", "a.clear()", "a.pop()", "set.add(a, 9)", "a -= {1}"),
    ),
    "object": (
        *("a.x = 5", 'setattr(a, "x", 5)', "a.rows.append(3)", "del a.x", 'vars(a)["x"] = 5', "a.x += 1", "a.y = 1"),
        *("a.rows += [4]", "a.__dict__.update(x=4)", "a.rows[0] = 8", 'object.__setattr__(a, "x", 3)', "a.rows = 3"),
    ),
    "array": (
        *("a[0] = 9", "a += 1", "a.fill(3)", "a[:] = 7", "a.sort()", "a *= 2", "np.add(a, 1, out=a)", "a.flat[0] = 8"),
        *("np.copyto(a, 4)", "a.put(0, 9)", "a[...] = 2", "np.put(a, 0, 9)", "a[a > 1] = 0", "a.partition(0)"),
        *("np.random.default_rng(1).shuffle(a)", "np.add.at(a, 0, 5)", "np.place(a, a > 0, 6)", "a[0] += 5"),
    ),
    "view": ("a[0] = 9",),
    "flat": ("a[0] = 9", "a[:] = 4"),
    "frame": (
        *('a["z"] = 1', 'a.loc[0, "n"] = 9', 'a.drop(columns="n", inplace=True)', 'a.insert(0, "z", 1)', 'del a["n"]'),
        *('a.at[0, "n"] = 5', 'a.columns = ["p", "q"]', 'a.pop("n")', "a.iloc[0, 0] = 4", 'a["n"] += 1', "a += 1"),
        *(
            'a.rename(columns={"n": "q"}, inplace=True)',
            "a.index = [7, 8, 9]",
            "a.n = 4",
            "a[:] = 0",
            "a.iat[1, 0] = 8",
        ),
        *('a.sort_values("n", inplace=True)', 'a["n"] = a["n"] * 2', "a.loc[5] = 1", 'a.eval("z = n", inplace=True)'),
    ),
    "series": (
        *("a.iloc[0] = 9", 'a.name = "q"', "a += 1", "a.sort_values(inplace=True)", "a[:] = 0", "a.iat[0] = 4"),
        *("a[0] = 7", "a.loc[0] = 6", "a.index = range(5, 5 + len(a))", "a.update([8])", "a.drop(0, inplace=True)"),
    ),
    "plframe": (
        *('a.columns = ["p", "q"]', 'a[0, "n"] = 9', 'a.insert_column(0, pl.Series("z", [1, 2, 3]))', "a.extend(a)"),
        *('a.drop_in_place("n")', 'a.replace_column(0, pl.Series("z", [7, 8, 9]))', "a.vstack(a, in_place=True)"),
        *('a[:, "n"] = [4, 5, 6]', 'a.hstack([pl.Series("z", [1, 2, 3])], in_place=True)'),
    ),
    "plseries": ("a[0] = 9", "a.append(a)", "a.extend(a)", 'a.rename("z")', "a.sort(in_place=True)", "a.scatter(0, 5)"),
}

# How the way `W` and the change `C` stand in a notebook; each part of a place is a cell of its own
PLACES = {
    "at the top": ("W\nC",),
    "in a cell below": ("W", "C"),
    "in a helper": ("def run(d):\n    W\n    C\nrun(d)",),
    "in a helper without arguments": ("def run():\n    W\n    C\nrun()",),
    "given back by a helper": ("def run(d):\n    W\n    return a\na = run(d)\nC",),
    "changed by a helper": ("def run(a):\n    C\nW\nrun(a)",),
    "given back and changed by helpers": ("def give(d):\n    W\n    return a\ndef run(a):\n    C\nrun(give(d))",),
    "in a method": ("class Task:\n    def run(self, d):\n        W\n        C\nTask().run(d)",),
    "given back by a method": (
        "class Task:\n    def run(self, d):\n        W\n        return a\na = Task().run(d)\nC",
    ),
    "kept by a class": (
        "class Task:\n    def __init__(self, d):\n        W\n        self.a = a\n"
        "    def run(self):\n        a = self.a\n        C\nTask(d).run()",
    ),
    "in a loop": ("for _ in range(1):\n    W\n    C",),
    "in a block": ("with contextlib.nullcontext():\n    W\n    C",),
    "given by a generator": ("def run(d):\n    W\n    yield a\nfor a in run(d):\n    C",),
    "handed on": ("def run(d):\n    W\n    C\nlist(map(run, [d]))",),
    "in a comprehension": ("def give(d):\n    W\n    return a\ndef run(a):\n    C\nb = [run(a) for a in [give(d)]]",),
}


@dataclass(frozen=True, slots=True)
class Way:
    """One way to another name: the object, what is shown of it, the kind of what the name stands for, and the lines."""

    kind: str
    cells: bool
    shown: str
    made: str
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A way at a place, with the kind of change whose turn it is; with `step`, the object is that of a step."""

    way: Way
    place: str
    change: str
    step: bool

    @property
    def notebook(self) -> Cells:
        """The cells of the notebook, of which the last one shows the object."""
        way = self.way
        parts = [_filled(part, W=way.text, C=self.change) for part in PLACES[self.place]]
        needed = sorted(_modules("\n".join([way.made, *parts])))
        imports = [("", "\n".join(f"import {SHORT[n]} as {n}" if n in SHORT else f"import {n}" for n in needed))]
        made = ("silver:d" if self.step else "", way.made)
        return [*imports[: len(needed)], made, *[("", part) for part in parts], ("gold:out", f"out = [{way.shown}]")]


def ways() -> list[Way]:
    """Read the ways."""
    found: list[Way] = []
    kind = where = made = shown = ""
    for line in FILE.read_text(encoding="utf-8").splitlines():
        text = line.replace("\\n", "\n")
        if text.startswith("=== "):
            head, _, made = text.removeprefix("=== ").partition(": ")
            kind, _, shown = head.partition(" shown as ")
            kind, _, where = kind.partition(" in ")
        elif text and not text.startswith("#"):
            found.append(Way(kind, where == "cells", shown or "d", made, text))
    return found


def entries() -> Iterator[Entry]:
    """Give every way at every place; the changes take turns, and so do objects of steps and of explorations."""
    for number, way in enumerate(ways()):
        changes = CHANGES[way.kind]
        for index, place in enumerate(PLACES):
            yield Entry(way, place, changes[(number * 7 + index) % len(changes)], step=(number + index) % 2 == 0)


def _filled(part: str, **texts: str) -> str:
    """Put texts where their letters stand alone in lines, as deep as these."""
    lines = []
    for line in part.split("\n"):
        depth = line[: len(line) - len(line.lstrip())]
        lines.append(textwrap.indent(texts.get(line.strip(), line.strip()), depth))
    return "\n".join(lines)


def _modules(text: str) -> set[str]:
    """Give the modules of whose attributes a text asks."""
    roots = (node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Attribute))
    names = {root.id for root in roots if isinstance(root, ast.Name)}
    return {name for name in names if name in SHORT or name in sys.stdlib_module_names}
