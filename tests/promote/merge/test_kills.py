"""A pull, a prune or a move that is killed anywhere leaves the project as it was or as it shall be, never between."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from promote.merge.prune import prune
from promote.outcome import Settings
from promote.writing.journal import is_left
from promote.writing.write import recover
from tests.promote.merge.projects import NOTEBOOK, change, change_cell, module, promote, promoted, pulled, verified
from tests.promote.small_project import tree
from tests.promote.writing.test_write import disturbed, kill


def prepared_pull(root: Path) -> Callable[[Path], object]:
    change_cell(root, 5, "raw.drop_nulls()", "raw.drop_nulls().unique()")
    change(module(root, "silver:rents"), "HIGHEST = 9000", "HIGHEST = 9001")
    return pulled


def prepared_prune(root: Path) -> Callable[[Path], object]:
    (root / NOTEBOOK).unlink()
    return lambda copy: prune([], Settings(project=copy, prune=True))


def prepared_move(root: Path) -> Callable[[Path], object]:
    path = root / NOTEBOOK
    path.write_text(path.read_text().replace("rent_by_town", "town_rents"))
    return lambda copy: promote(copy, move=True)


@pytest.mark.parametrize("prepare", [prepared_pull, prepared_prune, prepared_move])
def test_a_kill_at_any_call_leaves_old_or_new(
    tmp_path: Path,
    prepare: Callable[[Path], Callable[[Path], object]],
    full_count: bool,
) -> None:
    root = promoted(tmp_path / "project")
    verified(root)
    work = prepare(root)
    before = tree(root)
    whole = Path(shutil.copytree(root, tmp_path / "whole"))
    work(whole)
    after = tree(whole)
    assert after != before
    seen: list[bool] = []
    for at in range(1, 100_000, 1 if full_count else 7):
        copy = Path(shutil.copytree(root, tmp_path / "copy"))
        ended = disturbed(lambda copy=copy: work(copy), at, kill)  # type: ignore[misc]  # bound now
        if ended is None:
            break
        assert ended == -signal.SIGKILL
        recover(copy)
        state = tree(copy)
        assert state in (before, after), f"call {at} left a mixture"
        seen.append(state == after)
        assert not is_left(copy)
        work(copy)
        assert tree(copy) == after
        shutil.rmtree(copy)
    assert seen == sorted(seen)
    assert any(seen)
    assert not all(seen)
