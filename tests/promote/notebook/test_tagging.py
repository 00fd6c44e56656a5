"""Writing tags into a file: only the metadata of the cells that get some changes, in the file's own style."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.errors import UserError
from promote.notebook.read import parse
from promote.notebook.tagging import Marks, with_marks, with_script_marks

CELL: dict[str, Any] = {
    "cell_type": "code",
    "execution_count": None,
    "metadata": {},
    "outputs": [],
    "source": ["x = 1"],
}


def notebook(metadata: Any, **written: Any) -> bytes:
    cells = [dict(CELL), {**CELL, "metadata": metadata}, dict(CELL)]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}, **written).encode()


MARK = Marks(("silver:rents",), {"output": "df"})
STYLES: list[dict[str, Any]] = [{}, {"indent": 1}, {"indent": 2}, {"indent": "\t"}, {"separators": (",", ":")}]


@pytest.mark.parametrize("written", STYLES)
@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"tags": []},
        {"tags": ["old"], "trusted": True},
        {"collapsed": False, "scrolled": True},
        {"trusted": True, "collapsed": False},
        {"zebra": {"tags": ["not these"]}, "workbench": {}},
        {"a": '{"tags": [}', "vscode": {"x": [1, {"y": "é"}]}},
    ],
)
def test_only_the_metadata_of_the_cell_changes(written: dict[str, Any], metadata: dict[str, Any]) -> None:
    raw = notebook(metadata, ensure_ascii=False, **written)
    made = with_marks(raw, {2: MARK})
    before, after = json.loads(raw), json.loads(made)
    expected = {**metadata, "tags": ["silver:rents"], "workbench": {"output": "df"}}
    assert after["cells"][1].pop("metadata") == expected
    del before["cells"][1]["metadata"]
    assert after == before
    if list(metadata) == sorted(metadata) and written != {"separators": (",", ":")}:
        again = notebook(dict(sorted(expected.items())), ensure_ascii=False, **written)
        assert made == again  # byte for byte what the file's own writer would write


def test_line_ends_a_byte_order_mark_and_escapes_stay() -> None:
    raw = b"\xef\xbb\xbf" + notebook({}, indent=1).replace(b"\n", b"\r\n").replace(b"x = 1", b"x = '\\u00e9 \\/'")
    made = with_marks(raw, {2: MARK})
    assert made.startswith(b"\xef\xbb\xbf")
    assert made.count(b"\n") == made.count(b"\r\n")
    assert made.replace(made[made.index(b'"tags"') - 6 : made.index(b'"df"') + 14], b"", 1).count(b"\\u00e9 \\/") == 3
    assert parse(made, "a.ipynb").cells[1].tags == ("silver:rents",)


@pytest.mark.parametrize("broken", [{"metadata": None}, {"metadata": []}])
def test_a_cell_with_no_metadata_gets_some(broken: dict[str, Any]) -> None:
    cells = [{**CELL, **broken}, {k: v for k, v in CELL.items() if k != "metadata"}]
    raw = json.dumps({"cells": cells, "nbformat": 4, "metadata": {}}, indent=1).encode()
    made = parse(with_marks(raw, {1: MARK, 2: MARK}), "a.ipynb")
    assert [(c.tags, c.options) for c in made.cells] == [(("silver:rents",), {"output": "df"})] * 2


def test_a_script_gets_them_on_its_marker_lines() -> None:
    raw = b"# %%\r\nx = 1\r\n# %% [markdown] About\r\n# x\r\n# %% Rents   \r\ny = 2\r\n"
    made = with_script_marks(raw, {1: Marks(("bronze:x",), {}), 3: MARK}, [1, 3, 5])
    assert made == (
        b'# %% tags=["bronze:x"]\r\nx = 1\r\n# %% [markdown] About\r\n# x\r\n'
        b'# %% Rents tags=["silver:rents"] workbench={"output": "df"}   \r\ny = 2\r\n'
    )


def test_signs_that_end_no_line_of_a_script_shift_no_marker() -> None:
    raw = '# %%\nx = "a\u2028b\x0c\x85"\n\n# %%\ny = x\n'.encode()
    assert with_script_marks(raw, {2: Marks(("bronze:x",), {})}, [1, 4]) == raw.replace(
        b"# %%\ny", b'# %% tags=["bronze:x"]\ny'
    )


@pytest.mark.parametrize(
    ("raw", "lines"), [(b'# %% tags=["a"]\nx = 1', [1]), (b'# %% {"tags": []}\nx = 1', [1]), (b"x = 1\n# %%\n", [0])]
)
def test_a_marker_that_says_something_already_is_left_to_the_person(raw: bytes, lines: list[int]) -> None:
    with pytest.raises(UserError, match="cannot be given tags") as caught:
        with_script_marks(raw, {1: MARK}, lines)
    assert caught.value.hint


KEYS = st.dictionaries(st.sampled_from(["a", "tags", "workbench", "z"]), st.lists(st.text(max_size=3), max_size=2))


@given(st.lists(KEYS, min_size=1, max_size=4), st.sampled_from(STYLES), st.data())
def test_any_cells_can_be_marked_at_once(all_metadata: list[Any], written: dict[str, Any], data: st.DataObject) -> None:
    cells = [{**CELL, "metadata": metadata} for metadata in all_metadata]
    raw = json.dumps({"cells": cells, "nbformat": 4}, **written).encode()
    chosen = data.draw(st.sets(st.integers(1, len(cells))))
    made = json.loads(with_marks(raw, dict.fromkeys(chosen, MARK)))
    for position, (cell, metadata) in enumerate(zip(made["cells"], all_metadata, strict=True), 1):
        marked = {**metadata, "tags": ["silver:rents"], "workbench": {"output": "df"}}
        assert cell["metadata"] == (marked if position in chosen else metadata)
