"""The search for what is planted finds it; `conftest.py` runs it over all that a run of the suite wrote."""

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.planted import IDENTIFIERS, SECRET, written_under


def test_the_search_finds_what_is_planted() -> None:
    with TemporaryDirectory() as place:  # not under pytest's own folder, which is searched at the end
        person = IDENTIFIERS[0]
        for name, text in {"report.html": person, "people.csv": person, "a/note": SECRET}.items():
            path = Path(place, name)
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        assert [Path(found).name for found in written_under(Path(place))] == ["note", "report.html"]
