"""Loading a project's configuration: the base file, the environment's file, variables, the checks, the lake."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from platform_core.config.alerts import (
    AlertsConfig,
    ChannelConfig,
    Kept,
    QuietHours,
    RateLimit,
    RouteConfig,
    SensorsConfig,
)
from platform_core.config.compute import ComputeConfig
from platform_core.config.costs import BudgetConfig, CostsConfig, IdleConfig
from platform_core.config.io import IOChoice, IOConfig
from platform_core.config.models import (
    JobConfig,
    PlaceMap,
    ProjectConfig,
    RepositoryConfig,
    RetryConfig,
    ScheduleConfig,
    Sections,
    SensorConfig,
    nearest_place,
)
from platform_core.config.problems import in_order, problem
from platform_core.config.project import find_project
from platform_core.config.remote import remote_problems
from platform_core.config.variables import overridden, place_of
from platform_core.config.yaml12 import Document, read_yaml
from platform_core.errors import UsageError, UserError, together
from platform_core.executor.handlers.settings import (
    BatchSettings,
    DaskSettings,
    EksSettings,
    FargateSettings,
    LambdaSettings,
    PayloadSettings,
    Toleration,
)
from platform_core.suggest import did_you_mean

ENVIRONMENT_VARIABLE = "WORKBENCH_ENV"
LAKE_VARIABLE = "WORKBENCH_LAKE"
DEFAULT_ENVIRONMENT = "dev"
DEFAULT_SENSOR_RESOURCES = {"s3_file": "s3", "file": "files"}
OBJECT_STORES = ("s3", "gcs", "azure_blob")

# The models whose keys a wrong key is compared with, by where they stand
_MODELS: dict[tuple[str, ...], type[BaseModel]] = {
    (): Sections,
    ("io",): IOConfig,
    ("io", "layers", "*"): IOChoice,
    ("io", "assets", "*"): IOChoice,
    ("repository",): RepositoryConfig,
    ("jobs", "*"): JobConfig,
    ("jobs", "*", "retry"): RetryConfig,
    ("schedules", "*"): ScheduleConfig,
    ("sensors", "*"): SensorConfig,
    ("compute",): ComputeConfig,
    ("compute", "payloads"): PayloadSettings,
    ("compute", "lambda"): LambdaSettings,
    ("compute", "fargate"): FargateSettings,
    ("compute", "batch"): BatchSettings,
    ("compute", "eks"): EksSettings,
    ("compute", "dask"): DaskSettings,
    ("compute", "eks", "tolerations", "*"): Toleration,
    ("costs",): CostsConfig,
    ("costs", "budgets", "*"): BudgetConfig,
    ("costs", "idle"): IdleConfig,
    ("alerts",): AlertsConfig,
    ("alerts", "channels", "*"): ChannelConfig,
    ("alerts", "channels", "*", "*"): Kept,
    ("alerts", "routes", "*"): RouteConfig,
    ("alerts", "quiet_hours"): QuietHours,
    ("alerts", "rate_limit"): RateLimit,
    ("alerts", "sensors"): SensorsConfig,
    ("alerts", "state"): Kept,
}


def load_config(project: Path | str | None = None, env: str | None = None) -> ProjectConfig:
    r"""Give the configuration of a project in an environment.

    Mappings of `config/<env>.yaml` are merged into those of `config/base.yaml`, everything else replaces what stood
    there; a mapping whose `type` differs is replaced whole. A file that is missing counts as empty, except that of an
    environment that was asked for. Environment variables go over the files; see `platform_core.config.variables`.

    Args:
        project: The project's folder; found as `find_project` does without it.
        env: The environment; without it `WORKBENCH_ENV`, else `dev`.

    Raises:
        UserError: A file cannot be read, or holds a wrong key or value: with file and line.
        UsageError: There is no configuration for the environment.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     (Path(folder) / "config").mkdir()
    ...     _ = (Path(folder) / "config/base.yaml").write_text("partitions: {dates: [2025-01-22]}\n")
    ...     load_config(folder).partitions
    {'dates': ('2025-01-22',)}
    """
    folder = find_project() if project is None else Path(project).resolve()
    asked = env or os.environ.get(ENVIRONMENT_VARIABLE) or None
    environment = asked or DEFAULT_ENVIRONMENT
    base = _read(folder, "base")
    over = _read(folder, environment)
    if over is None and asked not in {None, DEFAULT_ENVIRONMENT}:
        known = {file.stem for file in (folder / "config").glob("*.yaml")} - {"base"}
        raise UsageError(
            f"There is no configuration for the environment {environment!r}.", hint=did_you_mean(environment, known)
        )
    documents = [document for document in (base, over) if document is not None]
    values: dict[str, Any] = {}
    places: dict[tuple[str | int, ...], str] = {}
    for document in documents:
        values = _merge(values, _written_out(document.value or {}))
        places.update(document.places)
    values, of_variables = overridden(values, os.environ)
    places.update(of_variables)
    sections = _validated(values, places, environment)
    lake = os.environ.get(LAKE_VARIABLE) or sections.lake
    if os.environ.get(LAKE_VARIABLE):
        # What other projects make is still theirs, and stands in that lake as well
        others = {name: IOChoice(project=one.project) for name, one in sections.io.of_others.items()}
        sections = sections.model_copy(update={"io": IOConfig(assets=others)})
        places = {path: place for path, place in places.items() if path[:1] != ("io",)}
        places["lake",] = places["io", "kind"] = place_of(LAKE_VARIABLE)
    config = ProjectConfig(
        project=folder,
        environment=environment,
        lake=(folder / lake).absolute(),
        **{name: getattr(sections, name) for name in Sections.model_fields if name != "lake"},
    )
    config._places = places  # how this package's errors find their line
    return config


def _read(folder: Path, name: str) -> Document | None:
    if not name.replace("-", "").replace("_", "").isalnum():
        raise UsageError("The environment's name may hold only letters, digits, dashes and underscores.")
    shown = f"config/{name}.yaml"
    try:
        text = (folder / shown).read_text(encoding="utf-8")
    except FileNotFoundError:
        _refuse_like(folder / "config", name)
        return None
    except UnicodeDecodeError:
        raise UserError("The file is not UTF-8 text.", location=shown) from None
    except OSError as error:
        raise UserError(f"The file cannot be read ({error.strerror}).", location=shown) from None
    document = read_yaml(text, shown)
    if not isinstance(document.value, dict | None):
        raise UserError("The file must hold sections such as `lake:` and `resources:`.", location=f"{shown}:1")
    return document


def _refuse_like(folder: Path, name: str) -> None:
    """Refuse a file that looks as if it were read, and is not."""
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        if file.name == f"{name}.yml" or (name == "base" and file.stem.casefold() == name):
            raise UserError("The file is not read.", hint=f"Call it {name}.yaml.", location=f"config/{file.name}")


def _written_out(values: dict[str, Any]) -> dict[str, Any]:
    """Give `io: duckdb` as the mapping that it stands for, so that another file can add to it."""
    return values | {"io": {"kind": values["io"]}} if isinstance(values.get("io"), str) else values


def _merge(under: Any, over: Any) -> Any:
    if not (isinstance(under, dict) and isinstance(over, dict)):
        return over
    if "type" in under and over.get("type", under["type"]) != under["type"]:
        return over
    return under | {key: _merge(under[key], value) if key in under else value for key, value in over.items()}


def _validated(values: dict[str, Any], places: PlaceMap, environment: str) -> Sections:
    # A section with nothing under it (`jobs:` alone) is a section without entries
    filled = {key: value for key, value in values.items() if value is not None or key not in Sections.model_fields}
    try:
        sections = Sections.model_validate(filled)
    except ValidationError as error:
        raise together(
            [problem(one, places, _known_keys) for one in in_order(error.errors(include_url=False))]
        ) from None
    unknown = [
        UserError(
            f"The sensor {name!r} needs the resource {resource!r}, which is not defined.",
            hint=did_you_mean(resource, sections.resources) if sections.resources else "Add it under `resources:`.",
            location=nearest_place(places, ("sensors", name, "resource")),
        )
        for name, sensor in sections.sensors.items()
        if (resource := sensor.resource or DEFAULT_SENSOR_RESOURCES[sensor.type]) not in sections.resources
    ]
    problems = unknown + [
        UserError(
            f"{'.'.join(path)} is kept in the store {choice.store!r}, which is no object store under `resources:`.",
            hint=did_you_mean(choice.store, stores) if stores else "Add one of the type s3, gcs or azure_blob.",
            location=nearest_place(places, (*path, "store")),
        )
        for path, choice in sections.io.choices()
        if choice.store is not None
        and choice.store not in (stores := [n for n, one in sections.resources.items() if one.type in OBJECT_STORES])
    ]
    problems += remote_problems(sections.compute, environment, places, _known_keys)
    if problems:
        raise together(problems)
    return sections


def _known_keys(path: tuple[str | int, ...]) -> list[str]:
    model = next(
        model
        for pattern, model in _MODELS.items()
        if len(pattern) == len(path) and all(a in ("*", b) for a, b in zip(pattern, path, strict=True))
    )
    return [field.alias or name for name, field in model.model_fields.items()]
