from __future__ import annotations

import ast

import pytest

from promote.dataflow.excerpt import Edit, excerpt, indent, lines_in_strings, removal, tidied
from promote.dataflow.program import build
from promote.model import CodeCell, Role


def cut(source: str, number: int, *, whole: bool = False, removed: tuple[int, ...] = ()) -> str:
    """Cut one statement of a cell with its comments, or the whole cell less some statements."""
    cell = CodeCell(1, Role("explore"), source)
    statements = build([cell]).statements
    if whole:
        return excerpt(cell, statements, [], "step", removed=[statements[i] for i in removed]).text
    return excerpt(cell, [statements[number]], [], "needed", comments=True).text


@pytest.mark.parametrize(
    ("source", "number", "expected"),
    [
        ("# why\n# so\nx = 1  # one\n# other\ny = 2", 0, "# why\n# so\nx = 1  # one"),
        ("x = 1; y = 2; z = 3", 1, "y = 2"),
        ("é = 'ü'; y = 'ö'; z = 3", 1, "y = 'ö'"),
        ("#| output: x\nx = 1", 0, "x = 1"),
        ("a = 1\n@d(  # why\n    1)\ndef f():\n\treturn 1\n", 1, "@d(  # why\n    1)\ndef f():\n\treturn 1"),
        ("a = 1\n@ d\ndef f(): pass", 1, "@ d\ndef f(): pass"),
        ('x = """a\n  b\n"""\ny = 1', 0, 'x = """a\n  b\n"""'),
        ("x = (1,\n     2)", 0, "x = (1,\n     2)"),
    ],
)
def test_a_statement_is_cut_as_it_was_written(source: str, number: int, expected: str) -> None:
    assert cut(source, number) == expected


@pytest.mark.parametrize(
    ("source", "removed", "expected"),
    [
        ("x = 1\nx\ny = 2", (1,), "x = 1\ny = 2"),
        ("x = 1; x; y = 2", (1,), "x = 1; y = 2"),
        ("x; y = 2  # two", (0,), "y = 2  # two"),
        ("x = 1; x", (1,), "x = 1"),
        ("x = 1\nx;  # shown\ny = 2;", (1,), "x = 1\ny = 2"),
        ("y = 2;  # two", (), "y = 2  # two"),
        ("#| key: [a]\n\nx = 1\n\n\n\ny = 2\n\n", (), "x = 1\n\ny = 2"),
        ("x = 1\n\n# a look\n# at it\nx", (1,), "x = 1"),
        ("x = 1\n# two looks\nx\nx\n# more\ny = 2", (1, 2), "x = 1\n# more\ny = 2"),
        ("# a plot\n\nx\ny = 2", (0,), "# a plot\n\ny = 2"),
        ("# of both\nx\ny = 2", (0,), "# of both\ny = 2"),
        ("# of the first\nx; y = 2", (0,), "# of the first\ny = 2"),
        ("# of the first\ny = 2; x", (1,), "# of the first\ny = 2"),
        ("# why\nimport os\ny = 2", (0,), "# why\ny = 2"),
        ("s = '''\n# no comment\n'''\ns\n# end", (1,), "s = '''\n# no comment\n'''\n# end"),
        ("# one\nx\n\n# two\ny\nz = 1", (0, 1), "# two\nz = 1"),
    ],
)
def test_a_cell_is_taken_whole_less_what_is_removed(source: str, removed: tuple[int, ...], expected: str) -> None:
    assert cut(source, 0, whole=True, removed=removed) == expected


def test_an_edit_replaces_characters() -> None:
    cell = CodeCell(1, Role("explore"), "ä = load('x'); y = 1")
    (first, _) = build([cell]).statements
    assert excerpt(cell, [first], [Edit(4, 13, "x"), Edit(90, 91, "no")], "step", comments=True).text == "ä = x"


def test_a_removal_takes_the_line_where_nothing_else_stands_on_it() -> None:
    source = "for x in y:\n    show(x)\n    z = x"
    loop = ast.parse(source).body[0]
    assert isinstance(loop, ast.For)
    edit = removal(source, loop.body[0])
    assert source[: edit.start] + edit.text + source[edit.end :] == "for x in y:\n    z = x"


def test_strings_keep_their_bytes() -> None:
    text = "x = '''a\n  b  \n\n\n c'''\nif x:\n    y = f'''{\n 1}\n'''"
    assert indent(text) == "    x = '''a\n  b  \n\n\n c'''\n    if x:\n        y = f'''{\n 1}\n'''"
    assert "\n".join(line for _, line in tidied(f"\n{text}   \n\n")) == text
    assert lines_in_strings("one line") == set()
    assert lines_in_strings("x = (\n'''") == {2}  # what cannot be read is left alone


def test_a_form_feed_takes_no_line_out_of_its_function() -> None:
    text = "if x:\n\f    y = '''\n\fa'''\n \f    z = 1\n\f"
    compile(text, "cell", "exec")  # what is no Python is read otherwise by each version's tokenizer
    assert indent(text) == "    if x:\n        y = '''\n\fa'''\n        z = 1\n\f"
