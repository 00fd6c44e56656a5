"""Random small notebooks that are apt to break a data-flow analysis, and making a failing one smaller.

`notebook(seed)` gives cells over a few names of known kinds (whole numbers, lists, lists of lists, dictionaries,
frames, functions, iterators, instances), which are rebound, aliased, changed in place and closed over, with several
steps whose cells interleave with untagged ones. Many statements fail when they run: whoever runs such a notebook
passes it over.
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Callable, Sequence

Cells = list[tuple[str, str]]
KINDS = {
    "int": ("k", "m", "n"),
    "list": ("x", "y", "z"),
    "rows": ("p", "q"),
    "dict": ("d", "e"),
    "frame": ("t", "u"),
    "function": ("f", "g", "h"),
    "changer": ("put", "fill"),
    "iterator": ("it",),
    "instance": ("bag", "box"),
    "maker": ("make",),
    "table": ("table",),
}
TEMPLATES = {
    "int": (
        "{int} = {number}",
        "{int} = {int} + {int}",
        "{int} += {number}",
        "{int} = len({list})",
        "{int} = {function}({int})",
        "{int} = sum({list})",
        "{int} = {dict}.get('a', {number})",
        "{int} = {list}.pop()",
        "{int} = next({iterator})",
        "{int} = {instance}.total()",
        "{int} = {instance}.n",
        "{int} = random.randint(0, 9)",
        "{int} = {list}[0] if {list} else {int}",
        "{int} = max({list}, key=lambda v: v * {int})",
        "{int}, *{list} = {list}",
        "{int}, {int} = {int}, {int}",
        "{int} = (lambda v: v + {int})({number})",
        "{int} = len({frame}.columns)",
        "{int} = int({frame}['a'].sum())",
        "{int} = make({int})({int})",
        "{int} = [{int} := {number}, {int} + 1][1]",
    ),
    "list": (
        "{list} = [{int}, {number}]",
        "{list} = {list}",
        "{list} = {list} + [{int}]",
        "{list} = list({list})",
        "{list} = {list}[1:]",
        "{list} = sorted({list})",
        "{list} = [v + {int} for v in {list}]",
        "{list} = [{function}(v) for v in {list}]",
        "{list} = list(map({function}, {list}))",
        "{list} = [v for v in {list} if v > {int}]",
        "{list} = {rows}[0]",
        "{list} = {dict}['l']",
        "{list} = {list} if {int} > 2 else {list}",
        "{list} = {list} or {list}",
        "{list} = list({iterator})",
        "{list} = {instance}.items",
        "{list} = sum({rows}, [])",
        "{list}, {list} = {list}, {list}",
        "{list} = {dict}.setdefault('l', [])",
        "{list} = next(r for r in {rows})",
        "{list} = same({list})",
        "{list} = list({frame}['a'])",
        "for {list} in {rows}:\n    pass",
        "{list}, *{rows} = {rows}",
    ),
    "rows": (
        "{rows} = [{list}, [{int}]]",
        "{rows} = [{list} for _ in range(2)]",
        "{rows} = list({rows})",
        "{rows} = {rows} + [{list}]",
        "{rows} = [list(r) for r in {rows}]",
        "{rows} = {rows}",
    ),
    "dict": (
        "{dict} = {{'a': {int}, 'l': {list}}}",
        "{dict} = {dict}",
        "{dict} = dict({dict})",
        "{dict} = {{v: {int} for v in {list}}}",
        "{dict} = {{**{dict}, 'a': {int}}}",
    ),
    "frame": (
        "{frame} = pd.DataFrame({{'a': [{int}, {number}]}})",
        "{frame} = {frame}",
        "{frame} = {frame}.copy()",
        "{frame} = {frame}.assign(b={int})",
        "{frame} = {frame}[{frame}['a'] > {number}]",
        "{frame} = {frame}.sort_values('a')",
        "{frame} = {frame}.pipe(same)",
        "{frame} = read()",
        "{frame} = load_asset('src', as_='pandas')",
        "{frame} = [load_asset('src', as_='pandas') for _ in range(2)][1]",
        "{frame}, {frame} = read(), read()",
    ),
    "iterator": ("{iterator} = iter({list})", "{iterator} = (v * {int} for v in {list})", "{iterator} = gen({list})"),
    "function": (
        "def {function}(v):\n    return v + {int}",
        "def {function}(v, w={int}):\n    return v * w",
        "def {function}(v):\n    if len({list}) < 9:\n        {list}.append(v)\n    return len({list})",
        "def {function}(v):\n    return {function}(v) + 1 if v > 5 else v",
        "def {function}(v):\n    def inner(w):\n        return w + {int}\n    return inner(v)",
        "def {function}(v, acc=[]):\n    acc.append(v)\n    return len(acc)",
        "def {function}(v):\n    return len({list}) + v",
        "def {function}(v):\n    if len({list}) < 9:\n        {changer}({list})\n    return v",
        "{function} = lambda v: v - {int}",
        "{function} = {function}",
        "{function} = make({int})",
        "{function} = partial({function})",
        "def {function}(v):\n    global {int}\n    {int} = v\n    return v",
    ),
    "changer": (
        "def {changer}(r):\n    r.append({int})",
        "def {changer}(r):\n    r.extend({list})\n    return r",
        "def {changer}(r):\n    other = r\n    other.insert(0, {int})",
        "def {changer}(r):\n    r = list(r)\n    r.append(1)",
        "def {changer}(r):\n    if len({list}) < 9:\n        {list}.append(len(r))",
    ),
    "instance": ("{instance} = Bag({list})", "{instance} = Bag([{int}])", "{instance} = {instance}"),
    "table": (
        "{table} = {{'f': {function}, 'c': {changer}}}",
        "{table} = {{'f': lambda v: v + {int}, 'c': {list}.append}}",
        "{table} = {{'f': {instance}.put, 'c': partial({changer}, {list})}}",
        "{table} = [{function}, {changer}] and {{'f': make({int}), 'c': {instance}.put}}",
    ),
    "change": (
        "{table}['f']({int})",
        "{table}['c']({list})",
        "{table}['c']()",
        "cb = {instance}.put\ncb({int})",
        "{instance}.items = {list}",
        "{instance}.items.append({int})",
        "Bag.made += {int}",
        "@same\ndef {function}(v):\n    return v + {int}",
        "@once\ndef {function}(v):\n    return v * {int}",
        "{list} = sorted({list}, key={function})",
        "{list} = [{instance}.items, {list}][0]",
        "{int} = Bag.made",
        "{rows} = [{instance}.items, {list}]",
        "{int} = [b.n for b in ({instance}, {instance})][0]",
        "for b in ({instance}, {instance}):\n    b.put({int})",
        "{function} = lambda v, r={list}: v + len(r)",
        "{function} = [lambda v: v + {int}, {function}][0]",
        "{list} = list({instance})",
        "{dict}.pop('a', None)",
        "{dict}['f'] = {function}\n{int} = {dict}.pop('f')({int})",
        "{changer} = {list}.append",
        "{changer} = partial({changer})",
        "setattr({instance}, 'n', {int})",
        "{frame}.at[0, 'a'] = {int}",
        "{frame} = {frame}.apply(lambda c: c + {int})",
        "{int} = {frame}.query('a > @{int}').shape[0]",
        "np_a = {frame}['a'].to_numpy()\n{int} = int(np_a[0])",
        "{list} = [*{list}, *{list}]",
        "{dict} |= {{'l': {list}}}",
        "{list}[:] = {list}",
        "{list}, {int} = {list}, {number}",
        "print({list}.pop())",
        "[{function}(v) for v in {list}]",
        "{rows}[0], {rows}[-1] = {rows}[-1], {rows}[0]",
        "{rows}[0] = {list}",
        "{dict} = dict(l={list}, a={int})",
        "{function} = wrap({list})",
        "{function} = lambda v, r={list}: (len(r) < 9 and r.append(v), len(r))[1]",
        "{rows} = list(zip({list}, {list}))",
        "{rows} = list({dict}.values())",
        "{list}, {dict}['l'] = {dict}['l'], {list}",
        "{list} = {rows}[-1] = {list}",
        "for {int}, r in enumerate({rows}):\n    r.append({int})",
        "{int} = sum(len(r) for r in {rows})",
        "{rows} = sorted({rows}, key=len)",
        "{list} = min({rows}, key=len)",
        "{list} = [*{rows}][0]",
        "{list} = copy.copy({list})",
        "{rows} = copy.deepcopy({rows})",
        "{instance} = copy.copy({instance})",
        "{instance} = Counter({list})\n{instance}.put({int})",
        "{int} = {instance} + {int}",
        "{int} = getattr({instance}, 'n')",
        "{list}.append({int})",
        "{list} += [{int}]",
        "{list}.extend({list})",
        "{list}.sort()",
        "{list}[0] = {int}",
        "del {list}[0]",
        "{rows}[0].append({int})",
        "{rows}.append({list})",
        "{dict}['l'] = {list}",
        "{dict}['l'].append({int})",
        "{dict}['a'] = {int}",
        "{dict}.update(b={int})",
        "{changer}({list})",
        "{changer}({rows}[-1])",
        "{function}({int})",
        "_m = [r.append({int}) for r in {rows}]",
        "_m = list(map({changer}, {rows}))",
        "_m = [{changer}, {function}][0]({list})",
        "{instance}.put({int})",
        "{instance}.n = {int}",
        "{frame}['b'] = {int}",
        "{frame}.loc[0, 'a'] = {int}",
        "{frame}.rename(columns={{'b': 'c'}}, inplace=True)",
        "{frame}.insert(0, 'z', {int})",
        "random.seed({number})",
        "reseed({number})",
        "sow(random, {number})",
        "pd.set_option('display.max_rows', {number})",
        "{list} = [len(str({frame}))]",
        "list.sort({list})",
        "read()['b'] = {int}",
        "next({iterator}, None)",
        "next(iter({instance}))",
        "{list}.append",
        "len({list})",
        "{frame}.head()",
        "del {int}",
        "add = {list}.append\nadd({int})",
        "list.append({list}, {int})",
        "dict.update({dict}, a={int})",
        "methodcaller('append', {int})({list})",
        "itemgetter(0)({rows}).append({int})",
        "attrgetter('items')({instance}).append({int})",
        "_m = reduce(operator.iadd, {rows})",
        "_m = list(map(list.sort, {rows}))",
        "{list} = pick({rows})",
        "{list} = pick([{list}, {list}])",
        "{rows} = list(map(lambda v: {dict}['l'], range(2)))",
        "{rows} = [pick([{list}]) for _ in range(2)]",
        "{int} = cached({int})",
        "{iterator} = walk({list})",
        "for v in {iterator}:\n    break",
        "{int}, *_r = {iterator}",
        "Bag.log.append({int})",
        "Bag.log = {list}",
        "{list} = Counter.log",
        "{instance}.log.append({int})",
        "{int} = Bag.up()",
        "{int} = {instance}.times({int})",
        "{int} = {instance}.size",
        "vars({instance})['n'] = {int}",
        "class K:\n    {int} = {number}\n    got = [{int} for _ in range(2)]\n{list} = K.got",
        "class K:\n    kept = {list}\nK().kept.append({int})",
        "ns.put({int})",
        "ns = SimpleNamespace(put={list}.append)",
        "push({int})",
        "{list} = pull()",
        "push, pull = pair()",
        "@RULES.append\ndef rule(v):\n    return v + {int}",
        "{int} = RULES[-1]({int})",
        "{list}.sort(**{{'reverse': True}})",
        "{int} = (lambda r: r.append({int}) or len(r))({list})",
        "{list} = through({list})",
        "{rows} = through([{list}, {list}])",
        "{dict} = boxed({list})",
        "{list} = boxed({list})['rows']",
        "tree = Branch({list})",
        "tree = through(tree)",
        "tree = tree.with_rows({list})",
        "kid = tree.child()\nkid.rows.append({int})",
        "{list} = tree.get_rows()",
        "{list} = tree.pick().rows",
        "{list} = [len(one.rows) for one in tree.kids]",
        "{int} = tree.take({list})",
        "{int} = tree.advance()",
        "{int} = tree.turns + len(tree.kids)",
    ),
}
BLOCKS = (
    "if {int} > {number}:\n    {one}",
    "if {int} > {number}:\n    {one}\nelse:\n    {two}",
    "for i in range(2):\n    {one}\n    {two}",
    "for r in list({rows}):\n    {one}\n    r.append({int})",
    "for v in list({list}):\n    {one}\n    if v > {int}:\n        break\nelse:\n    {two}",
    "try:\n    {one}\nexcept Exception:\n    {two}",
    "try:\n    {one}\nfinally:\n    {two}",
    "with nullcontext({list}) as {list}:\n    {one}",
    "with Quiet():\n    {one}\n    {int} = int('x')\n    {two}",
    "j = 3\nwhile j:\n    j -= 1\n    {one}",
    "match {int}:\n    case 1:\n        {one}\n    case _:\n        {two}",
    "if (j := len({list})) > 1:\n    {one}\n    {int} = j",
)
PRELUDE = """import copy
import operator
import random
from contextlib import nullcontext
from functools import lru_cache, partial, reduce
from operator import attrgetter, itemgetter, methodcaller
from types import SimpleNamespace
import pandas as pd
from platform_core.sdk import load_asset
from own_fixes import Branch, same as through, wrap as boxed
tree = Branch()
random.seed(7)
reseed = random.seed
def sow(m, v):
    m.seed(v)
def read():
    src = load_asset("src", as_="pandas")
    return src
RULES = [len]
def same(v):
    return v
def gen(r):
    for v in r:
        yield v
def make(k0):
    seen = []
    def inner(v):
        seen.append(v)
        return v + k0 + len(seen)
    return inner
def once(fn):
    kept = {}
    def inner(v):
        return kept.setdefault(v, fn(v))
    return inner
def wrap(r):
    def inner(v):
        if len(r) < 9:
            r.append(v)
        return len(r)
    return inner
def pick(r):
    return r[0]
def walk(r):
    for v in list(r):
        r.append(v)
        yield v
def pair():
    held = []
    return held.append, lambda: held
@lru_cache(maxsize=None)
def cached(v):
    return v + k
class Quiet:
    def __enter__(self):
        return self
    def __exit__(self, *problem):
        return True
class Bag:
    made = 0
    log = []
    def __init__(self, items):
        Bag.made += 1
        self.items = items
        self.n = 0
    def put(self, v):
        self.items.append(v)
        self.n += 1
    def total(self):
        return sum(self.items) + self.n + k
    @classmethod
    def up(cls):
        cls.made += 1
        return cls.made
    def times(self, v, seen=[]):
        seen.append(v)
        return len(seen)
    @property
    def size(self):
        self.n += 1
        return self.n
    def __iter__(self):
        self.n += 1
        return iter(self.items)
    def __add__(self, other):
        return self.n + other + k
class Counter(Bag):
    def __init__(self, items):
        super().__init__(items)
        self.n = len(items)"""
START = """k = 1
m = 2
n = 3
x = [1, 2]
y = [3]
z = x
p = [x, [5]]
q = [[6]]
d = {"a": 1, "l": y}
e = {"l": []}
t = pd.DataFrame({"a": [1, 2]})
u = t
f = lambda v: v
g = f
def h(v):
    return v + n
def put(r):
    r.append(n)
def fill(r):
    put(r)
it = iter([7, 8, 9, 10])
table = {'f': f, 'c': put}
bag = Bag(z)
box = Bag([])
ns = SimpleNamespace(put=x.append)
push, pull = pair()
log = []"""


OUTPUTS = (
    "{name} = {list}",
    "{name} = [{int}, {int}, {list}]",
    "{name} = {dict}",
    "{name} = {frame}",
    "{name} = {rows}",
    "{name} = [{function}({int}), {int}]",
    "{name} = [{instance}.total(), {instance}.n, {list}]",
    "{name} = list({list})",
)
GIVEN = {  # what steps give whose variable every cell below uses: a name of its own, or one that is bound before
    "int": ("{number}", "{number} + {number}", "{int} + {number}", "len(log)", "{function}({int})", "{int}"),
    "list": (
        "[]",
        "list(log)",
        "[{number}, {number}]",
        "[{int}, {number}]",
        "{list} + [{int}]",
        "{list}",
        "sorted({list})",
    ),
    "dict": ("{{'a': {number}, 'l': [{number}]}}", "{{'a': {int}, 'l': {list}}}", "{dict}", "dict({dict}, a={int})"),
    "frame": ("pd.DataFrame({{'a': [{number}, {int}]}})", "{frame}.assign(b={int})", "{frame}", "{frame}.copy()"),
    "rows": ("[[{number}]]", "[{list}, [{int}]]", "{rows}", "[list(r) for r in {rows}]"),
}
NAMES = {"k": "int", "n": "int", "x": "list", "y": "list", "d": "dict", "t": "frame", "p": "rows"}
AFTERWARDS = ("log.append({name})", "log += [{name}]", "log[:] = log[-2:]", "{int} = len(log)", "told = {name}")
READERS = (
    "{list} = {name}",
    "{rows} = [{name}]",
    "{dict} = {{'l': {name}}}",
    "{list} = list({name})",
    "{frame} = {name}",
)


class _Writer:
    """Writes statements from templates: `{list}` is any name of that kind, drawn anew for each place."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.kinds = dict(KINDS)

    def fill(self, template: str, **known: str) -> str:
        """Put names and numbers into a template; `known` are the words that are given."""

        def drawn(match: re.Match[str]) -> str:
            word = match[1]
            if word == "number":
                return str(self.rng.randint(0, 4))
            return known.get(word) or self.rng.choice(self.kinds[word])

        filled = re.sub(r"\{(\w+)\}", drawn, template.replace("{{", "\1"))
        return filled.replace("\1", "{").replace("}}", "}")

    def simple(self) -> str:
        """Give a statement that is no block; every second one changes something in place."""
        return self.fill(self.rng.choice(TEMPLATES[self.rng.choice([*TEMPLATES, "int", "list", *["change"] * 8])]))

    def given(self, step: str) -> list[str]:
        """Give the statement by which a step gives a plain value, and one after it; cells below use its name too."""
        kind = NAMES.get(step) or self.rng.choice(list(GIVEN))
        lines = [self.fill(f"{step} = {self.rng.choice(GIVEN[kind])}")]
        self.kinds[kind] = (*self.kinds[kind], step)
        if self.rng.random() < 0.7:
            lines.append(self.fill(self.rng.choice(AFTERWARDS), name=step))
        return lines

    def statement(self) -> str:
        """Give any statement."""
        if self.rng.random() > 0.2:
            return self.simple()
        lines = []
        for line in self.rng.choice(BLOCKS).split("\n"):
            indent = line[: len(line) - len(line.lstrip())]
            inner = self.simple() if line.strip() in {"{one}", "{two}"} else self.fill(line.strip())
            lines += [indent + part for part in inner.split("\n")]
        return "\n".join(lines)


def notebook(seed: int) -> Cells:
    """Give the cells of a random notebook."""
    rng = random.Random(seed)  # noqa: S311 - a seed that gives the same notebook again, nothing secret
    write = _Writer(rng)
    named = rng.random() < 0.5
    steps = ["one", "two", "three"][: rng.randint(1, 3)]
    if named:
        steps = [rng.choice((step, step, *others)) for step, others in zip(steps, ("kx", "nd", "ytp"), strict=False)]
    first = ("", "", f"silver:{steps[0]}")
    cells: Cells = [(rng.choice(("", "helpers")), PRELUDE), (rng.choice(first), START)]
    plan = [rng.choice(["", "", "", *steps]) for _ in range(rng.randint(3, 8))]
    plan += [step for step in steps if step not in plan]
    for index, step in enumerate(plan):
        lines = [write.statement() for _ in range(rng.randint(1, 3))]
        if step and step not in plan[index + 1 :]:
            lines += write.given(step) if named else [write.fill(rng.choice(OUTPUTS), name=step)]
        cells.append((f"silver:{step}" if step else "", "\n".join(lines)))
        for done in steps:
            if done not in plan[index + 1 :] and rng.random() < 0.2:
                cells.append(("", write.fill(rng.choice(READERS), name=done)))
    return cells


def shrink(cells: Cells, fails: Callable[[Cells], bool]) -> Cells:
    """Take out cells and statements as long as what is left still fails."""
    again = True
    while again:
        again = False
        for smaller in _smaller(cells):
            if fails(smaller):
                cells, again = smaller, True
                break
    return cells


def _smaller(cells: Cells) -> Sequence[Cells]:
    found: list[Cells] = []
    for index, (tags, source) in enumerate(cells):
        if "random.seed" not in source:  # without it no two runs are the same
            found.append(cells[:index] + cells[index + 1 :])
        body = ast.parse(source).body
        for node in body:
            rest = "\n".join(ast.unparse(n) for n in body if n is not node)
            if rest and "random.seed" not in ast.unparse(node):
                found.append([*cells[:index], (tags, rest), *cells[index + 1 :]])
            inner = [*getattr(node, "body", ()), *getattr(node, "orelse", ())]
            if inner and isinstance(node, (ast.If, ast.For, ast.While, ast.Try, ast.With)):
                flat = "\n".join(ast.unparse(m) for n in body for m in (inner if n is node else [n]))
                found.append([*cells[:index], (tags, flat), *cells[index + 1 :]])
    return found
