"""Which names change when an object changes: each text ends in a statement that changes something."""

from __future__ import annotations

import pytest

from promote.heap.heap import Heap
from tests.promote.programs import program

CASES = {
    "y = x = []\ny.append(1)": {"x", "y"},
    "x = []\ny = x.copy()\ny.append(1)": {"y"},
    "x = [[]]\ny = list(x)\ny[0].append(1)": {"x", "y"},
    "x = [[]]\ny = x[:]\ny.append(1)": {"y"},
    "import copy\nx = [[]]\ny = copy.deepcopy(x)\ny[0].append(1)": {"y"},
    "x = []\ny = x + [1]\ny.append(1)": {"y"},
    "r = []\nx = [r]\ny = x + [1]\ny[0].append(1)": {"r", "x", "y"},
    "x = []\nd = {**{'k': x}}\nd['k'].append(1)": {"x", "d"},
    "x = []\nd = dict(k=x)\nd['k'].append(1)": {"x", "d"},
    "x = []\ny = [*[x], 1]\ny[0].append(1)": {"x", "y"},
    "x = []\ny = [x for _ in 'ab']\ny[0].append(1)": {"x", "y"},
    "x = []\ny = {k: x for k in 'ab'}\ny['a'].append(1)": {"x", "y"},
    "x = [[]]\nfor y in x:\n    y.append(1)": {"x", "y"},
    "x = [[]]\n[r.append(1) for r in x]": {"x"},
    "r = []\nx = [[]]\n[r.append(1) for r in x]": {"x"},
    "r = [[]]\n[r.append(1) for r in r]": {"r"},
    "x = []\n(y := x).append(1)": {"x", "y"},
    "x = []\ny = x if 1 else None\ny.append(1)": {"x", "y"},
    "x = []\ndef f(a):\n    return a\nf(x).append(1)": {"x"},
    "x = []\ndef f(a):\n    return [a]\nf(x)[0].append(1)": {"x"},
    "x = []\ndef f(*a, **k):\n    a[0].append(1)\nf(x)": {"x"},
    "x = []\ndef f(a=None, **k):\n    k['b'].append(1)\nf(b=x)": {"x"},
    "x = []\ng = {'b': x}\ndef f(b):\n    b.append(1)\nf(**g)": {"g", "x"},
    "x = []\ndef f(a, b):\n    b.append(a)\nf(1, *[x])": {"x"},
    "x = []\ndef f():\n    return x\ny = f()\ny.append(1)": {"x", "y"},
    "x = []\ndef f(a):\n    def g():\n        a.append(1)\n    return g\nh = f(x)\nh()": {"x", "h"},
    "x = []\nh = (lambda a: lambda: a.append(1))(x)\nh()": {"x", "h"},
    "x = []\n(lambda a: a.append(1))(x)": {"x"},
    "x = []\nh = lambda a=x: a.append(1)\nh()": {"x", "h"},
    "import numpy as np\nx = np.zeros(3)\ny = x[1:]\ny[0] = 1": {"x", "y"},
    "import numpy as np\nx = np.zeros(3)\ny = x[x > 1]\ny[0] = 1": {"y"},
    "import numpy as np\nx = np.zeros(3)\nn = x.shape\nx[0] = 1": {"x"},
    "import numpy as np\nx = np.zeros(3)\nnp.nan_to_num(x, copy=False)": {"x"},
    "class A:\n    pass\na = A()\na.x = []\ny = a.x\ny.append(1)": {"a", "y"},
    "class A:\n    def __call__(self, v):\n        self.n = v\na = A()\na(1)": {"a"},
    "class A:\n    def f(self, v):\n        v.append(1)\nx = []\nA.f(None, x)": {"x"},
    "it = iter([1])\nlist(it)": {"it"},
    "from collections import defaultdict\nd = defaultdict(list)\nd[1]": {"d"},
    "x = []\nprint(1, file=x)\nx": set(),
}


@pytest.mark.parametrize("source", CASES)
def test_a_change_reaches_every_name_of_the_object(source: str) -> None:
    assert set(program(source).statements[-1].changes) == CASES[source]


def test_code_behind_a_name_is_looked_up_where_the_name_is_read() -> None:
    read = program("k = 1\nf = [lambda: k]\nclass A:\n    def g(self):\n        return m\na = A()\nm = 2\nx = (f, a)")
    assert read.statements[-1].late == {"f": {"k": read.statements[-1].reads["f"]}, "a": read.statements[-1].late["a"]}
    assert set(read.statements[-1].late["a"]) == {"m"}


def test_functions_that_call_one_another_are_followed_to_the_end() -> None:
    source = "def f(a):\n    g(a)\ndef g(b):\n    f(b) if b else h(b)\ndef h(c):\n    c.append(1)\nx = []\nf(x)"
    assert set(program(source).statements[-1].changes) == {"x"}


def test_a_name_that_a_called_function_binds_is_written_by_the_call() -> None:
    read = program("def f():\n    global n\n    n = 1\ndef g():\n    f()\ng()")
    assert set(read.statements[-1].writes) == {"n"}
    assert [s.index for s in read.bindings("n")] == [2]


def test_what_an_object_holds_only_grows() -> None:
    heap = Heap()
    inner = heap.new()
    outer = heap.new(inner, exact=True)
    heap.hold(inner, outer)
    assert heap.reach(outer) == heap.holders(inner) == outer | inner
    assert heap.parts(outer) == heap.contents(outer) == inner
    assert heap.within(outer) == outer | inner
    assert not heap.code_in(outer)
    assert not heap.classes_in(outer)
