"""No change of an object by another name is lost: a few hundred ways to such a name, in every place, changed in turn.

What `aliases` makes runs cell by cell, is promoted, and the promoted functions run. A step that shows the object must
give what the notebook gave, or be refused. Where the name stands for something else in truth, a refusal is allowed.
"""

from __future__ import annotations

import contextlib
import copy
import io
from collections import Counter
from collections.abc import Iterable

import numpy.rec  # noqa: F401 - numpy imports it when it is asked, which what is put back between notebooks breaks
import pytest

from tests.promote.aliases import CHANGES, PLACES, Entry, Way, entries, ways
from tests.promote.graph import compare
from tests.promote.process_state import put_back

pytestmark = pytest.mark.filterwarnings("ignore")  # what notebooks do to pandas is not what is tested

STEP = "gold:out"
# What is known to be lost, each way with its places: what `mock.sentinel` keeps, of objects that no step makes
_SENTINEL = "from unittest import mock\nmock.sentinel.x.y = d\na = mock.sentinel.x.y"
_SENTINEL_NAMED = "from unittest import mock\nb = mock.sentinel.x\nb.rows = d\na = mock.sentinel.x.rows"
LOST = frozenset(
    (
        *((_SENTINEL, place) for place in ("in a helper without arguments", "in a method")),
        *((_SENTINEL_NAMED, place) for place in ("at the top", "in a loop")),
        *((_SENTINEL_NAMED, place) for place in ("given back by a helper", "given back by a method")),
    )
)


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Run every notebook in a folder of the tests, where its files do no harm."""
    monkeypatch.chdir(tmp_path_factory.getbasetemp())


def test_there_are_many_ways_and_each_stands_there_once() -> None:
    every = ways()
    assert len(every) == len(set(every)) >= 1350
    assert {way.kind for way in every} == CHANGES.keys()
    assert len(list(entries())) == len(every) * len(PLACES)


def test_what_is_known_to_be_lost_stands_in_the_matrix() -> None:
    assert {(entry.way.text, entry.place) for entry in entries()} >= LOST


@pytest.mark.parametrize(("text", "place"), sorted(LOST))
def test_what_is_known_to_be_lost_is_lost(text: str, place: str) -> None:
    (entry,) = (e for e in entries() if (e.way.text, e.place) == (text, place))
    assert _outcome(entry) == "lost"


def test_each_way_leads_to_a_name(full_count: bool) -> None:
    failing = [way.text for way in ways()[:: 1 if full_count else 50] if not _leads_somewhere(way)]
    assert not failing


def test_a_change_by_another_name_is_taken_over_or_refused(full_count: bool) -> None:
    counts = _counted(list(entries())[:: 1 if full_count else 107])
    assert counts["taken over"] >= 0.4 * counts.total()  # with what is needed; the others show a step's own object
    assert counts["refused without need"] <= 0.06 * counts.total()
    assert counts["raises"] <= 0.03 * counts.total()


def _leads_somewhere(way: Way) -> bool:
    try:
        _run(Entry(way, next(iter(PLACES)), "a", step=False).notebook)
    except Exception:  # noqa: BLE001 - whatever a way may raise
        return False
    return True


def _counted(some: Iterable[Entry]) -> Counter[str]:
    """Count what comes of notebooks; one that is wrong fails."""
    counts: Counter[str] = Counter()
    for entry in some:
        counts[_outcome(entry)] += 1
    return counts


def _outcome(entry: Entry) -> str:
    """Say what comes of a notebook."""
    verdict = compare(entry.notebook, include_needed=not entry.step)
    if verdict.broken:
        return "raises"
    said = verdict.steps[STEP]
    if (entry.way.text, entry.place) in LOST:
        # One that is right by now leaves the list
        assert said not in {"same", "refused"}, (entry.place, entry.way.text, entry.step, said)
        return "lost"
    if said == "refused":
        return "refused" if entry.step and _changes(entry) else "refused without need"
    assert said == "same", (entry.place, entry.way.made, entry.way.text, entry.change, entry.step, said)
    return "taken over"


def _changes(entry: Entry) -> bool:
    """Whether the object is another one after all cells, or they raise."""
    *cells, _ = entry.notebook
    try:
        return _run(cells) != _run([("", entry.way.made)])
    except Exception:  # noqa: BLE001 - as above
        return True


def _run(cells: Iterable[tuple[str, str]]) -> str:
    names: dict[str, object] = {"__name__": "__main__"}
    with put_back(databases=False), contextlib.redirect_stdout(io.StringIO()):
        for _, source in cells:
            exec(compile(source, "<cell>", "exec", dont_inherit=True), names)  # noqa: S102 - our own test notebook
        return repr(copy.deepcopy(names["d"]))
