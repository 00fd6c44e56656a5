"""A project's code location: every module under `<package>/defs/` becomes part of its Dagster definitions.

A project's `definitions.py` is two lines:

    from workbench.definitions import load_definitions
    defs = load_definitions(__file__)

The presence of a module is its registration. Modules are plainly imported, which costs about a millisecond an asset.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from platform_core.code_references import referring_to, source_of
from platform_core.compute_kinds import use_prices
from platform_core.config import ProjectConfig, find_project, load_config
from platform_core.config.io import IOConfig
from platform_core.costs.settings import prices_of
from platform_core.environment import setting
from platform_core.errors import UserError, WorkbenchError
from platform_core.executor import platform_executor
from platform_core.governance.days import today
from platform_core.governance.policies.enforcing import governed
from platform_core.governance.policies.loading import load_policies
from platform_core.io_managers import PolarsParquetIOManager, ProjectIOManager
from platform_core.io_managers.base import OF_PROJECT, FrameIOManager
from platform_core.observability.alerts.current import use_alerts
from platform_core.observability.attaching import with_declared_hooks
from platform_core.observability.json_logs import json_logger
from platform_core.origins import TOLD, told_in
from platform_core.resources import build_resources
from workbench.automation import build_jobs, build_schedules, build_sensors, check_groups, check_jobs, check_partitions
from workbench.project import Project

PROJECT_VARIABLE = "WORKBENCH_PROJECT"
DRAFTS_VARIABLE = "WORKBENCH_DRAFTS"
_JOBS = (dg.JobDefinition, UnresolvedAssetJobDefinition)


def load_definitions(file: str | Path) -> dg.Definitions:
    """Gather everything that the package of a project defines.

    Assets, checks, jobs, schedules, sensors and hooks come from the modules under `defs/`; jobs, schedules, sensors,
    resources and alerts also from `config/*.yaml`. A hook that says which assets it is for is
    attached to them. Steps run where its section `compute:` says.

    Args:
        file: The path of the project's `definitions.py`, as `__file__` gives it.

    Raises:
        UserError: A module cannot be imported, or two of them define the same thing; it names the file.
    """
    folder = Path(file).resolve().parent
    root = find_project(folder)
    config = load_config(root)
    use_alerts(config)
    with _uncollected():
        with _importable(folder, root), referring_to(source_of(config)):
            modules = import_modules(folder / "defs", f"{folder.name}.defs", root)
        return gather(modules, config, drafts_of(config, folder.name))


def import_modules(folder: Path, package: str, root: Path) -> list[ModuleType]:
    """Import every module below a folder, in the order of their paths.

    Files and folders whose names begin with `_` or `.` are passed over.

    Args:
        folder: The folder; where it does not exist there are no modules.
        package: The dotted name of the folder as a package.
        root: The project's folder, from which errors name files.

    Raises:
        UserError: At least one module cannot be imported; it names each with its cause.
    """
    modules, problems = [], []
    for path in _python_files(folder):
        name = ".".join((package, *path.relative_to(folder).with_suffix("").parts))
        try:
            modules.append(importlib.import_module(name))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a project's module may raise anything
            problems.append(_import_problem(error, path, root))
    if problems:
        first, *others = problems
        lines = [first.message, *(f"{other.location}: {other.message}" for other in others)]
        raise UserError("\n".join(lines), hint=first.hint, location=first.location)
    return modules


def drafts_of(config: ProjectConfig, package: str) -> Sequence[dg.AssetsDefinition]:
    """Give the steps that are tagged and not promoted, as assets; none where nobody asked for drafts.

    `workbench dev` asks for them, and so does `drafts: true` in the configuration.
    """
    asked = os.environ.get(DRAFTS_VARIABLE)
    if not (asked == "1" if asked is not None else config.drafts):
        return ()
    from workbench.drafts.assets import draft_assets  # noqa: PLC0415 - reading notebooks costs time that most need not

    return draft_assets(Project(config.project, package))


def gather(
    modules: Sequence[ModuleType], config: ProjectConfig, drafts: Sequence[dg.AssetsDefinition] = ()
) -> dg.Definitions:
    """Make one `Definitions` of what modules define, what the configuration adds, and drafts.

    Raises:
        UserError: Two modules define the same asset, or a job or schedule of the configuration is wrong.
    """
    found = [value for module in modules for value in _public(module)]
    unique = list({id(value): value for value in found}.values())
    use_prices(prices_of(config))
    resources = build_resources(config)
    checks = _only(unique, dg.AssetChecksDefinition)
    written = _only(unique, _JOBS)
    check_jobs(config, (job.name for job in written))
    jobs = [*written, *build_jobs(config)]
    hooks = _only(unique, dg.HookDefinition)
    assets = [*_only(unique, (dg.AssetsDefinition, dg.AssetSpec), but=dg.AssetChecksDefinition), *drafts]
    assets = governed(assets, checks, load_policies(config.project), on=today())
    check_groups(config, assets)
    check_partitions(config, assets)
    try:
        definitions = dg.Definitions(
            assets=[*_alerting(config, with_declared_hooks(assets, hooks)), *_of_others(config, assets)],
            asset_checks=checks,
            jobs=jobs,
            schedules=[*_only(unique, dg.ScheduleDefinition), *build_schedules(config)],
            sensors=[*_only(unique, dg.SensorDefinition), *build_sensors(config)],
            resources={"io_manager": _io_manager(config), **resources},
            loggers={"console": dg.colored_console_logger, "json": json_logger},
            executor=_executor(config),
        )
        definitions.get_repository_def()
    except dg.DagsterInvalidDefinitionError as error:
        raise UserError(f"The project's definitions do not fit together: {error}") from error
    return definitions


def _of_others(config: ProjectConfig, assets: Sequence[dg.AssetsDefinition | dg.AssetSpec]) -> list[dg.AssetSpec]:
    """Give the assets that other projects make, as this one only reads them.

    Raises:
        UserError: A module of this project makes one of them too.
    """
    others = config.io.of_others
    for asset in assets:
        keys = [asset.key] if isinstance(asset, dg.AssetSpec) else asset.keys
        for name in sorted({key.to_user_string() for key in keys} & set(others)):
            raise UserError(
                f"{name!r} is made here, and `io: assets:` says that the project {others[name].project!r} makes it.",
                hint="Take one of the two away.",
                location=config.place("io", "assets", name),
            )
    return [
        dg.AssetSpec(name, description=f"Made by the project {one.project}.", metadata={OF_PROJECT: one.project})
        for name, one in others.items()
    ]


def _alerting(config: ProjectConfig, assets: list[Any]) -> list[Any]:
    """Give assets with the hooks that the section `alerts:` asks for."""
    if config.alerts is None:
        return assets
    from platform_core.observability.alert_hooks import alert_hooks  # noqa: PLC0415 - it brings a database's library

    try:
        return with_declared_hooks(assets, alert_hooks(config.alerts))
    except UserError as error:  # of its hooks, one alone is for assets that somebody names
        error.location = config.place("alerts", "success")
        raise


def _executor(config: ProjectConfig) -> dg.ExecutorDefinition:
    """Give what carries out the steps of a run, as `compute:` says it."""
    match config.compute.chosen(config.environment):
        case "in_process":
            return dg.in_process_executor
        case "multiprocess":
            return dg.multiprocess_executor
    settings = config.compute.settings()
    return platform_executor.configured(settings, name="platform") if settings else platform_executor


def _io_manager(config: ProjectConfig) -> FrameIOManager:
    """Give what keeps the assets: the lake on the disk, or what `io:` says."""
    plain = config.io == IOConfig()
    return PolarsParquetIOManager(root=str(config.lake)) if plain else ProjectIOManager.of(config)


def _python_files(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(("_", ".")))
        for name in sorted(files):
            if name.endswith(".py") and not name.startswith(("_", ".")):
                yield Path(place, name)


def _public(module: ModuleType) -> Iterator[object]:
    for value in vars(module).copy().values():
        if type(value) in {list, tuple}:  # not the named tuples that Dagster's own values are
            yield from value
        else:
            yield value


def _only(values: Sequence[object], kinds: Any, but: type | None = None) -> list[Any]:
    return [value for value in values if isinstance(value, kinds) and not (but and isinstance(value, but))]


@contextmanager
def _importable(package: Path, root: Path) -> Iterator[None]:
    """Let the project's package be importable, and its configuration be found by what is imported.

    Modules of another project's package of the same name, which this process may have imported, are forgotten.
    """
    loaded = sys.modules.get(package.name)
    if loaded is not None and str(package) not in map(os.path.realpath, getattr(loaded, "__path__", ())):
        forget(package.name)
    if str(package.parent) not in sys.path:
        sys.path.insert(0, str(package.parent))
    importlib.invalidate_caches()
    with setting({PROJECT_VARIABLE: str(root)}):
        yield


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let nobody look for garbage meanwhile: what is defined stays, and each look goes through all of it again."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def forget(package: str) -> None:
    """Take a package and all its modules out of `sys.modules`, so that the next import reads the files anew."""
    for name in [name for name in sys.modules.copy() if name == package or name.startswith(f"{package}.")]:
        del sys.modules[name]


def _import_problem(error: BaseException, path: Path, root: Path) -> UserError:
    """Say why a module could not be imported: its file, the line that was running, the cause."""
    place = path.relative_to(root).as_posix()
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return UserError(f"The module is not valid Python: {error.msg}.", location=f"{place}:{error.lineno}")
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    if frames:
        place = f"{place}:{frames[-1].lineno}"
    cell = told_in(error, path)
    came = f" {TOLD}{cell}" if cell else ""
    if isinstance(error, WorkbenchError):
        return UserError(f"{error.message}{came}", hint=error.hint, location=place)
    return UserError(f"The module cannot be imported: {type(error).__name__}: {error}{came}", location=place)
