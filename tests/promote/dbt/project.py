"""A small project with a dbt folder, and notebooks whose `%%sql` steps dbt makes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.promote.small_project import CLEAN, HARVEST, Cells, make_project

FOLDER = {
    "dbt/dbt_project.yml": 'name: rents\nversion: "1.0"\nconfig-version: 2\nprofile: lake\n'
    "flags: {send_anonymous_usage_stats: false}\nmodels:\n  rents:\n    +materialized: table\n",
    "dbt/profiles.yml": "lake:\n  target: duckdb\n  outputs:\n"
    "    duckdb: {type: duckdb, path: ../data/dbt.duckdb, threads: 2}\n",
    "src/rents/defs/dbt_models.py": (
        '"""Models."""\n\nfrom platform_core.dbt import dbt_models\n\nmodels = dbt_models("dbt")\n'
    ),
}
QUERY = (
    "-- it's the dear ones\nSELECT rents.town, rents.year, rents.rent, count(*) AS published\n"
    "FROM rents JOIN raw USING (town, year)\nWHERE rents.rent > 900\nGROUP BY ALL ORDER BY rents.town, rents.year;"
)
OPTIONS = (
    "#| engine: dbt\n#| key: [town, year]\n#| owner: team:rents\n#| classification: OFFICIAL\n"
    "#| checks: [no_nulls: rent, accepted_values: {year: ['2023', '2024']}]\n"
)
DEAR: Cells = (
    ("", "from platform_core.sdk import load_asset"),
    ("", 'rents = load_asset("rents")\nraw = load_asset("raw_rents")'),
    ("md", "Where {{ env_var('HOME') }} rents are high."),
    ("gold:dear", f"%%sql\n{OPTIONS}{QUERY}"),
    (
        "gold:dear_towns",
        "%%sql\n#| engine: dbt\n#| key: town\n#| retention_days: 30\n#| personal: [town]\n"
        "SELECT town, max(rent) AS rent FROM dear d GROUP BY town",
    ),
    ("gold:after", 'after = dear_towns.pl().sort("town")'),
)


def make_dbt_project(root: Path, notebooks: Mapping[str, Cells]) -> Path:
    """Write the project, with the notebooks that its models read."""
    make_project(root, {"harvest.ipynb": HARVEST, "clean.ipynb": CLEAN, **notebooks})
    for name, text in FOLDER.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root
