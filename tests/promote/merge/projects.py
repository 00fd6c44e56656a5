"""Small promoted projects whose notebooks and modules tests edit; nothing is run, so that a promotion costs little."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from promote.evidence import read_evidence
from promote.hashing import body_hash
from promote.merge.pull import pull
from promote.outcome import Outcome, Settings
from promote.pipeline import run
from tests.promote.small_project import Cells, make_project

CLEAN: Cells = (
    ("md", "# Rents\nRents by town, blanks left out."),
    ("", "import polars as pl\n\nfrom platform_core.sdk import load_asset"),
    (
        "helpers",
        "# what counts as rent\nLOWEST = 800\nHIGHEST = 9000\n\n\ndef capped(frame, most):\n"
        '    """Leave out what is too dear."""\n    # not the limit itself\n'
        '    kept = frame.filter(pl.col("rent") < most)\n    return kept',
    ),
    ("", "raw_look = load_asset('raw_rents').head(3)\nraw_look"),
    (
        "silver:rents",
        '#| key: [town, year]\nraw = load_asset("raw_rents")\n# blanks say nothing\nrents = raw.drop_nulls()\n'
        "rents.head()\nfor low in (100, 200):\n    # twice\n    rents = rents.filter(\n"
        '        pl.col("rent") >= low,\n    )',
    ),
    ("md", "Then the order."),
    ("silver:rents", 'rents = capped(rents, HIGHEST).sort("town", "year"); rents.describe()'),
    ("check:rents", "assert rents.select(pl.len()).collect().item() > 0"),
    (
        "gold:rent_by_town",
        '%time wide = rents.filter(pl.col("rent") >= LOWEST)\ntext = """a\n  b\n"""\n'
        'rent_by_town = wide.group_by("town").agg(pl.col("rent").mean().alias(text.strip()))',
    ),
    ("", "rent_by_town.collect()"),
)
TAGS = ("silver:rents", "gold:rent_by_town")
NOTEBOOK = "notebooks/clean.ipynb"


def promoted(root: Path, cells: Cells = CLEAN, **settings: Any) -> Path:
    """Make the project and promote its one notebook."""
    make_project(root, {"clean.ipynb": cells})
    outcome = promote(root, **settings)
    assert outcome.exit_code == 0, outcome.findings
    return root


def promote(root: Path, *names: str, **settings: Any) -> Outcome:
    """Promote notebooks without a run, those of the project where none is named."""
    paths = [root / "notebooks" / name for name in names] or sorted((root / "notebooks").rglob("*.ipynb"))
    return run(paths, Settings(project=root, run=False, **settings), lambda _: None)


def check(root: Path, *names: str, **settings: Any) -> Outcome:
    """Check notebooks, the whole project where none is named."""
    paths = [root / "notebooks" / name for name in names]
    return run(paths, Settings(project=root, check=True, **settings), lambda _: None)


def pulled(root: Path, name: str = "clean.ipynb", **settings: Any) -> Outcome:
    """Pull into a notebook."""
    return pull([root / "notebooks" / name], Settings(project=root, pull=True, **settings))


def module(root: Path, tag: str) -> Path:
    """Give the path of a step's module."""
    layer, _, name = tag.partition(":")
    return root / f"src/rents/defs/{layer}/{name}.py"


def evidence(root: Path, tag: str) -> Path:
    """Give the path of a step's evidence."""
    layer, _, name = tag.partition(":")
    return root / f"evidence/{layer}/{name}.json"


def change(path: Path, old: str, new: str) -> None:
    """Put one text in the place of another, which has to be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def sources(root: Path, name: str = "clean.ipynb") -> list[str]:
    """Give the sources of a notebook's cells."""
    content = json.loads((root / "notebooks" / name).read_text(encoding="utf-8"))
    return [cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"]) for cell in content["cells"]]


def change_cell(root: Path, cell: int, old: str, new: str, name: str = "clean.ipynb") -> None:
    """Put one text of a cell (from 1) in the place of another, which has to be there."""
    path = root / "notebooks" / name
    content = json.loads(path.read_text(encoding="utf-8"))
    assert old in content["cells"][cell - 1]["source"]
    content["cells"][cell - 1]["source"] = content["cells"][cell - 1]["source"].replace(old, new, 1)
    path.write_text(json.dumps(content), encoding="utf-8")


def codes(outcome: Outcome) -> set[str]:
    """Give the codes of the errors of an outcome."""
    return {f.code for f in outcome.findings if f.severity == "error"}


def drifts(outcome: Outcome) -> dict[str, str]:
    """Give what stands between each step and its files."""
    return {step.tag: step.drift for step in outcome.steps}


def verified(root: Path) -> None:
    """Mark every step's evidence as that of a run, as a promotion that runs would leave it."""
    made = {path.stem: path for path in (root / "evidence").rglob("*.json")}
    versions = {name: json.loads(path.read_text())["code_version"] for name, path in made.items()}
    for name, path in made.items():
        content = json.loads(path.read_text())
        frame = {"kind": "lazy", "rows": 3, "digest": "", "schema": {}}
        read = READS.get(name, ())
        test = root / f"tests/assets/test_{name}.py"
        test.parent.mkdir(parents=True, exist_ok=True)
        test.write_text(f'"""Test {name}."""\n\n# Promoted from {content["notebook"]}, step {content["step"]}.\n')
        files = {test.relative_to(root).as_posix(): body_hash(test.read_text())}
        content |= {
            "verified": True,
            "partition": None,
            "inputs": {asset: {**frame, "code_version": versions.get(asset, "")} for asset in read},
            "output": frame,
            "parity": {"verdict": "equal", "order": "compared", "tolerance": None},
            "checks": [],
            "tests": {"passed": 1, "mutants": {}},
            "tools": {},
            "files": {**content["files"], **files},
        }
        path.write_text(json.dumps(content))
        assert read_evidence(root, path.relative_to(root).as_posix()) is not None
    for path in (root / "src/rents/defs").rglob("*.py"):
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(line for line in lines if not line.startswith("# UNVERIFIED")))


READS = {"rents": ("raw_rents",), "rent_by_town": ("rents",)}
