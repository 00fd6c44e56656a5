from __future__ import annotations

import builtins
import sys
from pathlib import Path

import polars as pl
import pytest

from platform_core.errors import UserError
from platform_core.resources import FilesResource
from promote.verify.failures import describe, sentence


def raised(source: str, names: dict[str, object] | None = None) -> tuple[str, str]:
    """Run a source and give the type and message of what it raises."""
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - whatever it is
        exec(compile(source, "cell", "exec"), dict(names or {}))  # noqa: S102 - sources of this test
    message = caught.value.msg if isinstance(caught.value, SyntaxError) else str(caught.value)
    return caught.type.__name__, message


@pytest.mark.parametrize("said", ["`Import openpyxl` failed.  Use pip.", "Missing optional dependency 'openpyxl'."])
def test_a_package_that_pandas_asks_for_is_named(said: str):
    assert sentence("ImportError", said) == "ImportError: openpyxl is not installed"


def test_what_a_resource_says_of_its_files_is_shown(tmp_path: Path):
    files = FilesResource(root=str(tmp_path))
    with pytest.raises(UserError) as caught:
        files.path("no.csv")
    said = sentence("UserError", str(caught.value))
    assert said.startswith("UserError: The files resource '")
    assert said.endswith("' has no file 'no.csv'")
    assert sentence("UserError", "The row of 'J. Smith' is wrong.") == "UserError"
    assert sentence("UserError", "no rows", source='raise UserError("no rows")') == "UserError: no rows"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("rents", "NameError: name 'rents' is not defined"),
        ("def f():\n    x = x + 1\nf()", "UnboundLocalError: cannot access local variable 'x' where it is"),
        ("(1).fee", "AttributeError: 'int' object has no attribute 'fee'"),
        ("int.fee", "AttributeError: type object 'int' has no attribute 'fee'"),
        ("import os; os.fee", "AttributeError: module 'os' has no attribute 'fee'"),
        ("import no_such.module", "ModuleNotFoundError: No module named 'no_such'"),
        ("from os import fee", "ImportError: cannot import name 'fee' from 'os'"),
        ("x = = 1", "SyntaxError: invalid syntax"),
        ("if x:\npass", "IndentationError: expected an indented block after 'if' statement on line 1"),
        ("open('/no/such/file.csv')", "FileNotFoundError: No such file or directory: /no/such/file.csv"),
        ("raise ValueError('no rows')", "ValueError: no rows"),
        ("{}['fee']", "KeyError: 'fee'"),
        ("assert 1 == 2, 'the key is not unique'", "AssertionError: the key is not unique"),
    ],
)
def test_messages_that_hold_only_code_are_shown(source: str, said: str):
    kind, message = raised(source)
    assert sentence(kind, message, source=source).startswith(said)


@pytest.mark.parametrize(
    "source",
    [
        "float(secret)",
        "{}[secret]",
        "raise ValueError(f'bad name {secret}')",
        "raise AttributeError(secret)",
        "raise NameError(f'name {secret!r} is not defined and more')",
        "raise ImportError(secret)",
        "raise FileNotFoundError(secret)",
        "raise KeyError(secret.encode())",
        "assert False, secret",
        "import ast; ast.literal_eval(secret)",
        "raise type(secret, (Exception,), {})(secret)",
    ],
)
def test_messages_that_may_hold_data_are_not(source: str):
    kind, message = raised(source, {"secret": "Winifred Holtby"})
    assert "Winifred" not in sentence(kind, message, source=source)


def test_the_message_of_a_column_is_shown_where_the_source_names_it():
    with pytest.raises(pl.exceptions.ColumnNotFoundError) as caught:
        pl.DataFrame({"a": [1]}).select("fee")
    message = str(caught.value)
    named = sentence("ColumnNotFoundError", message, source="f.select('fee')")
    assert named == 'ColumnNotFoundError: unable to find column "fee"'
    assert sentence("ColumnNotFoundError", message, source="f.select(x)") == "ColumnNotFoundError"


def test_a_type_that_is_no_name_and_a_source_that_is_no_python():
    assert sentence("Wini\nfred", "x") == "an exception"
    assert sentence("ValueError", "no rows", source="%magic") == "ValueError"
    assert sentence("KeyError", "'", source="x = 'a'") == "KeyError"


def test_paths_are_shown_relative_to_the_project(tmp_path: Path):
    message = f"[Errno 2] No such file or directory: '{tmp_path / 'data.csv'}'"
    assert sentence("FileNotFoundError", message, root=tmp_path).endswith(": data.csv")


def test_where_a_module_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    package = tmp_path / "src"
    package.mkdir()
    (package / "failing_step.py").write_text("\n\ndef f(x):\n    return int(x)\n")
    (package / "broken_step.py").write_text("x = 1\ny = = 2\n")
    monkeypatch.syspath_prepend(str(package))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    import failing_step  # type: ignore[import-not-found]  # written above

    with pytest.raises(ValueError, match="invalid literal") as caught:
        failing_step.f("Winifred")
    assert describe(caught.value, tmp_path, package) == ("ValueError", "src/failing_step.py:4")
    with pytest.raises(SyntaxError) as broken:
        builtins.__import__("broken_step")
    assert describe(broken.value, tmp_path, package) == ("SyntaxError: invalid syntax", "src/broken_step.py:2")


def test_our_own_errors_are_shown_whole_and_others_without_a_place(tmp_path: Path):
    error = UserError("There is no asset 'rents'.", hint="Promote it.", location="config/base.yaml:3")
    assert describe(error, tmp_path, tmp_path) == ("There is no asset 'rents'. Promote it.", "config/base.yaml:3")
    assert describe(ValueError("x"), tmp_path, tmp_path) == ("ValueError", "")


def test_a_module_that_is_gone_or_no_text_gives_no_constants(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "gone.py"
    code = compile("raise ValueError('no rows')", str(path), "exec")
    for content in (None, b"\xff\xfe"):
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(ValueError, match="no rows") as caught:
            exec(code)  # noqa: S102 - a source of this test
        assert describe(caught.value, tmp_path, tmp_path) == ("ValueError", "gone.py:1")
