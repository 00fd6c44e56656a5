"""What is planted for a whole run of the suite, and the search of all that the run wrote for it.

The secret stands in the environment of every test and of each process that a test starts, under a name that tells that
it is one, and in no file: what holds it got it from there. The identifiers stand in data of tests
(`test_materialised.py`), which may be stored; what tells of data (logs, records, reports, pictures) may not hold them.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

SECRET_NAME = "PLANTED_API_TOKEN"  # noqa: S105 - a name
SECRET = "never-written-" + "5b9e41c07d"
IDENTIFIERS = ("Agatha Plantedson", "pl4nted")
TELLING = ("*.html", "*.json", "*.jsonl", "*.log", "*.db", "*.db-wal", "*.svg", "*.md", "*.prom")


def written_under(folder: Path) -> list[str]:
    """Give the files under a folder that hold the secret, or that tell of data and hold an identifier.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     for name in ("report.html", "people.csv"):
    ...         _ = Path(place, name).write_text("Agatha Plantedson")
    ...     _ = Path(place, "note.txt").write_text(SECRET)
    ...     [Path(found).name for found in written_under(Path(place))]
    ['note.txt', 'report.html']
    """
    telling = [f"--include={pattern}" for pattern in TELLING]
    return sorted({*_grep(folder, [SECRET], ()), *_grep(folder, IDENTIFIERS, telling)})


def _grep(folder: Path, texts: Iterable[str], options: Iterable[str]) -> list[str]:
    wanted = [part for text in texts for part in ("-e", text)]
    command = ["grep", "--recursive", "--fixed-strings", "--files-with-matches", "--devices=skip", *options, *wanted]
    done = subprocess.run([*command, "--", str(folder)], capture_output=True, text=True, check=False)
    return done.stdout.splitlines()
