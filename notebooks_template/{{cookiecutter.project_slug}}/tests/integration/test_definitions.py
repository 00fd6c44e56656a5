"""The code location loads, and its assets say what they are."""

from pathlib import Path

import dagster as dg

from {{ cookiecutter.package_name }} import definitions

LAYERS = ["bronze", "silver", "gold"]
FOLDER = Path(definitions.__file__).parent / "defs"


def test_the_code_location_loads() -> None:
    dg.Definitions.validate_loadable(definitions.defs)


def test_every_promoted_module_gives_its_asset() -> None:
    modules = {file.stem for layer in LAYERS for file in (FOLDER / layer).glob("[!_]*.py")}
    assets = {spec.key.to_user_string() for spec in definitions.defs.resolve_all_asset_specs()}
    assert modules <= assets


def test_every_asset_says_what_it_is_and_whose() -> None:
    made = [asset for asset in definitions.defs.resolve_asset_graph().assets_defs if asset.is_executable]
    specs = [spec for asset in made for spec in asset.specs]
    silent = [spec.key.to_user_string() for spec in specs if not spec.description or not spec.owners]
    assert not silent, (
        f"{', '.join(sorted(silent))}: in the notebook, write `#| owner: team:NAME` at the top of the step's first cell "
        "and a markdown cell above it, then promote it again"
    )
