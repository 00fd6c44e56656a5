"""What becomes of magics: the table is whole, and hints name what was meant."""

from __future__ import annotations

import pytest
from IPython.core.interactiveshell import InteractiveShell

from promote.ipython.magics import cell_magic, line_magic, shell, split
from promote.vocabulary import vocabulary


def test_no_magic_stands_in_two_lists() -> None:
    for table in vocabulary()["magics"].values():
        words = [word for part in table.values() for word in part]
        assert len(words) == len(set(words))


def test_what_is_left_out_of_a_step_exists_in_ipython_or_a_known_extension() -> None:
    """A name in the list that no magic has would be a slip of ours; extensions' magics are named here."""
    extensions = {"watermark", "pyreverse", "autoreload", "autotime"}
    zmq = {"man", "autosave", "less", "more", "connect_info", "qtconsole", "clear", "cls", "ldir", "echo", "autoreload"}
    known = set(InteractiveShell.instance().magics_manager.lsmagic()["line"])
    assert set(vocabulary()["magics"]["line"]["drop"]) - known - extensions - zmq == set()


def test_every_magic_of_ipython_is_in_the_table() -> None:
    tables = vocabulary()["magics"]
    ours = {kind: {word for words in tables[kind].values() for word in words} for kind in ("line", "cell")}
    magics = InteractiveShell.instance().magics_manager.magics
    # Extensions that a notebook of another test has loaded stay
    theirs = {
        kind: {name for name, magic in magics[kind].items() if not magic.__module__.startswith("IPython.extensions.")}
        for kind in ours
    }
    assert {kind: theirs[kind] - ours[kind] for kind in ours} == {"line": set(), "cell": {"!"}}


def test_a_magic_that_defines_names_is_told_outside_steps() -> None:
    for kind, words in vocabulary()["defining_magics"].items():
        for word in words:
            assert word in vocabulary()["magics"][kind]["refuse"]
    verdict = line_magic("run", "a.py", step=False)
    assert (verdict.severity, bool(verdict.hint)) == ("warning", True)


@pytest.mark.parametrize(
    ("name", "arguments", "code", "keep"),
    [
        ("matplotlib", "inline", "PR121", False),
        ("time", "x = 1", "PR121", True),
        ("prun", "-l 5 f()", "PR122", False),
        ("pip", "install x", "PR124", False),
        ("cd", "data", "PR127", False),
        ("run", "a.py", "PR122", False),
        ("nonesuch", "", "PR122", False),
        ("", "", "PR122", False),
    ],
)
def test_line_magics(name: str, arguments: str, code: str, *, keep: bool) -> None:
    verdict = line_magic(name, arguments, step=True)
    assert (verdict.code, verdict.keep) == (code, keep)
    assert verdict.severity == ("note" if code == "PR121" else "error")


def test_a_misspelt_magic_is_named() -> None:
    assert line_magic("matplotlb", "", step=True).hint.startswith("Did you mean '%matplotlib'?")
    assert cell_magic("tmie", "", step=True).hint.startswith("Did you mean '%%time'?")


@pytest.mark.parametrize("command", ["pip3 install x", "conda install -y x", "uv add x", "apt-get update"])
def test_installing_by_shell_is_recognised(command: str) -> None:
    assert shell(command, step=True).code == "PR124"


@pytest.mark.parametrize("command", ["ls", "pip list", "echo install"])
def test_other_commands_are_not(command: str) -> None:
    assert shell(command, step=True).code == "PR125"


def test_split() -> None:
    assert [split(text) for text in ("time  x", "a.b c", " x", "")] == [
        ("time", "x"),
        ("a.b", "c"),
        ("", "x"),
        ("", ""),
    ]
