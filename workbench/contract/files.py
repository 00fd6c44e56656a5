"""The contracts of a project: where they stand, written whole or not at all, and loaded to check stored data."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platform_core.asset_checks import CheckReport, run_checks, validate_schema
from platform_core.asset_checks.contracts import pandera_kind
from platform_core.atomic import replacing
from platform_core.errors import UserError
from platform_core.storage.routes import storage_of_project
from platform_core.suggest import meant, nearest
from workbench.contract.infer import Field, infer
from workbench.contract.render import class_name, render
from workbench.project import Project

FOLDER = "contracts"
_ASSET = re.compile(r"[A-Za-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Inferred:
    """A contract that was inferred: its file, its text, and what it says of each column."""

    path: Path
    text: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """What the contract of an asset says of the asset's stored data."""

    asset: str
    report: CheckReport


def infer_contract(project: Project, asset: str) -> Inferred:
    """Infer a contract from an asset's data, wherever the project keeps it; nothing is written.

    Raises:
        UserError: It is no asset's name, or the asset has no data.
    """
    path = contract_path(project, asset)
    fields = infer(storage_of_project(project.root).read(asset, "lazy"))
    if not fields:
        raise UserError(f"The data of {asset!r} has no columns.")
    return Inferred(path, render(asset, fields), fields)


def write_contract(inferred: Inferred, *, force: bool) -> None:
    """Write a contract beside the project's other ones.

    Raises:
        UserError: There is one already that says something else, and it is not to be replaced.
    """
    if inferred.path.exists() and not force and inferred.path.read_text(encoding="utf-8") != inferred.text:
        raise UserError(
            f"There is a contract already: {inferred.path.name}.",
            hint="--stdout shows the inferred one beside it, --force replaces yours.",
        )
    package = inferred.path.with_name("__init__.py")
    if not package.exists():
        with replacing(package) as place:
            place.write_text('"""Contracts: what the data of assets has to be."""\n', encoding="utf-8")
    with replacing(inferred.path) as place:
        place.write_text(inferred.text, encoding="utf-8")


def contract_path(project: Project, asset: str) -> Path:
    """Give the file of an asset's contract.

    Raises:
        UserError: It is no asset's name.
    """
    if not _ASSET.fullmatch(asset):
        raise UserError(f"{asset!r} is no asset name.", hint="Use letters, digits and underscores.")
    return project.sources / project.package / FOLDER / f"{asset}.py"


def check_contracts(project: Project, assets: Sequence[str]) -> tuple[Judged, ...]:
    """Check the stored data of assets by their contracts, all that there are where none is named.

    Raises:
        UserError: An asset has no contract or no data, or a contract cannot be loaded.
    """
    wanted = list(assets) or _known(project.sources / project.package / FOLDER)
    if not wanted:
        raise UserError("The project has no contracts.", hint="Write a first one: workbench contract infer ASSET")
    storage = storage_of_project(project.root)
    judged = []
    for asset in wanted:
        model = _load(project, contract_path(project, asset), asset)
        frame = storage.read(asset, "pandas" if pandera_kind(model) == "pandas" else "lazy")
        judged.append(Judged(asset, run_checks(frame, [validate_schema(model)])))
    return tuple(judged)


def _known(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__")


def _load(project: Project, path: Path, asset: str) -> Any:
    """Run the module of a contract, which is the project's own code, and give its model."""
    if not path.is_file():
        near = nearest(asset, _known(path.parent))
        write = f"{meant(near)} Else write" if near else "Write"
        raise UserError(f"{asset!r} has no contract.", hint=f"{write} a first one: workbench contract infer {asset}")
    where = project.relative(path)
    name = f"{project.package}.{FOLDER}.{asset}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None  # noqa: S101, PT018 - a Python file has both
    module = importlib.util.module_from_spec(spec)
    before = list(sys.path)
    sys.path.insert(0, str(project.sources))  # a contract may build on another module of the project
    sys.modules[name] = module  # where pandera looks up annotations
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise UserError(f"The contract cannot be loaded: {type(error).__name__}.", location=where) from error
    finally:
        sys.path[:] = before
    found = getattr(module, class_name(asset), None)
    models = [found] if found is not None else _models(module)
    if len(models) != 1 or pandera_kind(models[0]) is None:
        raise UserError(
            f"The module holds no pandera model called {class_name(asset)}.",
            hint="Call it so, or let it be the only model of the module.",
            location=where,
        )
    return models[0]


def _models(module: Any) -> list[Any]:
    return [value for value in vars(module).copy().values() if getattr(value, "__module__", "") == module.__name__]
