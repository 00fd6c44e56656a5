"""What a project's configuration may hold, as validated values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, model_validator

from platform_core.config.alerts import AlertsConfig
from platform_core.config.compute import ComputeConfig
from platform_core.config.costs import CostsConfig
from platform_core.config.io import IOConfig
from platform_core.links import WEB

PlaceMap = Mapping[tuple[str | int, ...], str]

_CRON_FIELD = re.compile(r"[0-9A-Za-z*/,\-#?]+")
_CRON_NUMBER = re.compile(r"(?<![\w/#])[0-9]+")  # neither a step nor which week of the month
_CRON_RANGES = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("day of the week", 0, 7))
_CRON_WORDS = {"@hourly", "@daily", "@weekly", "@monthly", "@yearly", "@annually", "@midnight"}


def _word(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value):
        raise ValueError("a name is made of letters, digits and underscores, and starts with no digit")
    return value


def _cron(value: str) -> str:
    fields = value.split()
    if value not in _CRON_WORDS and not (len(fields) == 5 and all(_CRON_FIELD.fullmatch(part) for part in fields)):
        raise ValueError("a cron schedule has five fields, such as '0 6 * * 1-5'")
    for part, (what, low, high) in zip(fields, _CRON_RANGES, strict=False):
        for number in _CRON_NUMBER.findall(part):
            if not low <= int(number) <= high:
                raise ValueError(f"the {what} of a cron schedule is from {low} to {high}")
    return value


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError("the time zone is not known; write one such as 'Europe/London'") from None
    return value


def _address(value: str) -> str:
    parts = urlsplit(value)
    if not WEB.fullmatch(value) or not parts.hostname or "@" in parts.netloc:
        raise ValueError("write the address of its web page, such as https://github.com/OWNER/NAME, and no credentials")
    return value.rstrip("/").removesuffix(".git")


def _inside(value: str) -> str:
    parts = value.strip("/").split("/")
    if value and (value.startswith("/") or not {"", ".", ".."}.isdisjoint(parts)):
        raise ValueError("the folder is written from the top of the repository, such as projects/rents")
    return value.strip("/")


def _distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(values)) != len(values):
        raise ValueError("a value stands here twice")
    if not all(values):
        raise ValueError("a value is empty")
    return values


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Word = Annotated[str, AfterValidator(_word)]
PartitionValues = Annotated[tuple[str, ...], AfterValidator(_distinct), Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class ResourceConfig(BaseModel):
    """A resource: its `type`, and the fields that the type asks for."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, hide_input_in_errors=True)

    type: str

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of the resource's type, as written."""
        return dict(self.model_extra or {})


class RetryConfig(_Strict):
    """How a job tries again what fails: each wait is twice the one before, give or take a share at random."""

    most: Annotated[int, Field(ge=1, le=20)] = 3
    first_delay_seconds: Annotated[float, Field(gt=0, le=3600)] = 30.0


class JobConfig(_Strict):
    """A job: which assets it makes, in Dagster's selection syntax. A bare text is the selection."""

    selection: Annotated[tuple[str, ...], BeforeValidator(_listed), Field(min_length=1, strict=False)]
    description: str = ""
    retry: RetryConfig | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_selection(cls, value: Any) -> Any:
        return {"selection": value} if isinstance(value, str | list) else value


class ScheduleConfig(_Strict):
    """When a job runs: five cron fields, read in a time zone."""

    job: str
    cron: Annotated[str, AfterValidator(_cron)]
    timezone: Annotated[str, AfterValidator(_timezone)] = "UTC"
    status: Literal["running", "stopped"] = "stopped"


class SensorConfig(_Strict):
    """What starts a job: files that arrive in an object store (`s3_file`) or in a folder (`file`)."""

    type: Literal["s3_file", "file"]
    job: str
    prefix: str = ""
    pattern: Annotated[str, Field(min_length=1)] = "*"
    resource: str = ""
    most_runs: Annotated[int, Field(ge=1)] = 100
    interval_seconds: Annotated[int, Field(ge=1)] = 60
    status: Literal["running", "stopped"] = "stopped"

    @model_validator(mode="after")
    def _of_its_type(self) -> SensorConfig:
        if self.type == "file" and self.prefix:
            raise ValueError("a sensor of the type 'file' has no prefix; say it in the pattern")
        return self


class RepositoryConfig(_Strict):
    """Where the web pages of the project's git repository are. A bare text is the address.

    `folder` is the project's folder in the repository, where it cannot be told from the repository itself.
    """

    url: Annotated[str, AfterValidator(_address)]
    folder: Annotated[str, AfterValidator(_inside)] = ""

    @model_validator(mode="before")
    @classmethod
    def _from_address(cls, value: Any) -> Any:
        return {"url": value} if isinstance(value, str) else value


class Sections(_Strict):
    """The sections that `config/*.yaml` may hold."""

    lake: Annotated[str, Field(min_length=1)] = "data/lake"
    io: IOConfig = IOConfig()
    repository: RepositoryConfig | None = None
    resources: dict[Word, ResourceConfig] = {}
    partitions: dict[Word, Annotated[PartitionValues, Field(strict=False)]] = {}
    jobs: dict[Word, JobConfig] = {}
    schedules: dict[Word, ScheduleConfig] = {}
    sensors: dict[Word, SensorConfig] = {}
    compute: ComputeConfig = ComputeConfig()
    costs: CostsConfig = CostsConfig()
    alerts: AlertsConfig | None = None
    logs: Literal["text", "json"] = "text"
    drafts: bool = False


class ProjectConfig(BaseModel):
    """The configuration of one project in one environment.

    `project` and `lake` are absolute; the lake of the environment variable `WORKBENCH_LAKE` comes first, and with it
    every asset is kept there as Parquet, whatever `io` says in the files.
    """

    model_config = ConfigDict(frozen=True)

    project: Path
    environment: str
    lake: Path
    io: IOConfig = IOConfig()
    repository: RepositoryConfig | None = None
    resources: dict[str, ResourceConfig] = {}
    partitions: dict[str, tuple[str, ...]] = {}
    jobs: dict[str, JobConfig] = {}
    schedules: dict[str, ScheduleConfig] = {}
    sensors: dict[str, SensorConfig] = {}
    compute: ComputeConfig = ComputeConfig()
    costs: CostsConfig = CostsConfig()
    alerts: AlertsConfig | None = None
    logs: Literal["text", "json"] = "text"
    drafts: bool = False

    _places: PlaceMap = PrivateAttr(default_factory=dict)

    def place(self, *path: str | int) -> str:
        """Give `file:line` of a value by its path, or of the nearest key above it, else the base file."""
        return nearest_place(self._places, path)

    def written(self, *path: str | int) -> str | None:
        """Give the place of a value itself, or None where nobody wrote it: it has its default."""
        return self._places.get(path)

    def is_short(self, *path: str | int) -> bool:
        """Say whether something is written at a path and nothing below it, as in `io: delta`."""
        return path in self._places and not any(one[: len(path)] == path != one for one in self._places)


def nearest_place(places: PlaceMap, path: tuple[str | int, ...]) -> str:
    """Give the place of the longest start of the path that is known."""
    for length in range(len(path), 0, -1):
        if path[:length] in places:
            return places[path[:length]]
    return "config/base.yaml"
