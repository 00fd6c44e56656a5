"""What a notebook reads by name: another asset, a resource. Promotion turns both into parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from platform_core.config import load_config
from platform_core.errors import UsageError, UserError
from platform_core.frames import KINDS, FrameKind, convert, fresh
from platform_core.governance.audit.places import note
from platform_core.storage.routes import storage_of_project
from platform_core.storage.stored import never_stored
from platform_core.suggest import did_you_mean

if TYPE_CHECKING:
    import dagster as dg

_LONGEST_LAG_MINUTES = 366 * 24 * 60 * 10


@dataclass(frozen=True, slots=True)
class _Supplied:
    assets: Mapping[str, Any] = field(default_factory=dict)
    resources: Mapping[str, Any] = field(default_factory=dict)


_SUPPLIED: ContextVar[_Supplied] = ContextVar("supplied", default=_Supplied())  # noqa: B039 - it is frozen


def load_asset(
    name: str,
    as_: FrameKind = "lazy",
    partition: str | int | None = None,
    *,
    from_env: str | None = None,
    sample: int | None = None,
) -> Any:
    """Read an asset of the project as a frame.

    Args:
        name: The asset's name.
        as_: `lazy` (a Polars LazyFrame, nothing read yet), `polars`, `pandas` or `duckdb`.
        partition: One partition's key, as text or a whole number; without it all partitions come as one frame, as an
            asset without partitions gets them: those that are stored and, where the project's YAML lists them, still
            listed.
        from_env: Another environment of the project, such as `prod`, of which a masked sample is read, to explore
            with; see `platform_core.sdk.sampling`. What is promoted reads its own environment alone.
        sample: How many rows of it; as many as the policy allows without it.

    Raises:
        UserError: It has not been materialised, or has no such partition, or no policy lets it be sampled.
        UsageError: There is no such kind of frame, or a sample is asked for without an environment.

    >>> import os, tempfile
    >>> from pathlib import Path
    >>> from unittest.mock import patch
    >>> import polars as pl
    >>> from platform_core.lake import Lake
    >>> with tempfile.TemporaryDirectory() as lake, patch.dict(os.environ, WORKBENCH_LAKE=lake):
    ...     _ = Lake(Path(lake)).write("silver", "fees", pl.DataFrame({"fee": [5, 7]}))
    ...     load_asset("fees").select(pl.col("fee").sum()).collect().item(), load_asset("fees", as_="pandas").shape
    (12, (2, 1))
    """
    if as_ not in KINDS:
        raise UsageError(f"load_asset gives no {as_!r}.", hint=did_you_mean(str(as_), KINDS))
    partition = None if partition is None else str(partition)
    if from_env is not None:
        from platform_core.sdk.sampling import sampled  # noqa: PLC0415 - only a notebook that samples needs it

        return sampled(name, as_, partition, from_env, sample)
    if sample is not None:
        raise UsageError("load_asset samples another environment.", hint="Write from_env= too, or .head().")
    supplied = _SUPPLIED.get().assets
    if name in supplied:
        return fresh(convert(supplied[name], as_))
    storage = storage_of_project()
    if storage.find(name) is None:
        raise never_stored(name, storage.names())
    frame = storage.read(name, as_, partition)
    note("read", name, {"as": as_, **({} if partition is None else {"partition": partition})})
    return frame


def resource(name: str) -> Any:
    r"""Give a resource of the project's `config/*.yaml`.

    Raises:
        UserError: The project has no such resource, or its configuration is wrong.

    >>> import os, tempfile
    >>> from pathlib import Path
    >>> from unittest.mock import patch
    >>> with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, WORKBENCH_PROJECT=folder):
    ...     _ = (Path(folder) / "pyproject.toml").write_text('[tool.workbench]\npackage = "rents"\n')
    ...     (Path(folder) / "config").mkdir()
    ...     text = "resources: {inbox: {type: files, root: sources}}\n"
    ...     _ = (Path(folder) / "config/base.yaml").write_text(text)
    ...     resource("inbox")
    FilesResource(name='inbox')
    """
    supplied = _SUPPLIED.get().resources
    if name in supplied:
        return supplied[name]
    from platform_core.resources import build_resources  # noqa: PLC0415 - Dagster only where it is used

    config = load_config()
    if name not in config.resources:
        raise UserError(
            f"The project has no resource {name!r}.",
            hint=did_you_mean(name, config.resources) if config.resources else "Add it under `resources:`.",
            location=config.place("resources"),
        )
    only = config.model_copy(update={"resources": {name: config.resources[name]}})
    return build_resources(only)[name]


@contextmanager
def overrides(assets: Mapping[str, Any] | None = None, resources: Mapping[str, Any] | None = None) -> Iterator[None]:
    """Let `load_asset` and `resource` give these objects inside the block, in this thread or task alone.

    Args:
        assets: Frames of any kind by asset name; each comes in the kind asked for, whatever the partition,
            and as a new one each time, as a stored asset does.
        resources: Objects by resource name, given as they are.

    Blocks nest; the inner one comes first.

    >>> import polars as pl
    >>> with overrides(assets={"rents": pl.DataFrame({"rent": [900]})}):
    ...     load_asset("rents", as_="polars")["rent"].to_list()
    [900]
    """
    outer = _SUPPLIED.get()
    token = _SUPPLIED.set(_Supplied({**outer.assets, **(assets or {})}, {**outer.resources, **(resources or {})}))
    try:
        yield
    finally:
        _SUPPLIED.reset(token)


def freshness(
    *, maximum_lag_minutes: float, cron_schedule: str | None = None, timezone: str = "UTC"
) -> dg.FreshnessPolicy:
    """Give Dagster's freshness policy for an asset that may lag behind by some minutes.

    Args:
        maximum_lag_minutes: How old the asset may be; with a schedule, how long before each of its times it has to be
            made.
        cron_schedule: When it has to be fresh; always, where it is not given.
        timezone: The time zone of the schedule.

    Raises:
        UsageError: The lag or the schedule cannot be.

    >>> type(freshness(maximum_lag_minutes=60, cron_schedule="0 * * * *")).__name__
    'CronFreshnessPolicy'
    """
    # A notebook that only reads an asset need not load Dagster
    import dagster as dg  # noqa: PLC0415
    from dagster._check import CheckError  # noqa: PLC0415

    if not 1 <= maximum_lag_minutes <= _LONGEST_LAG_MINUTES:
        raise UsageError("freshness needs a maximum_lag_minutes of at least 1.", hint="Ten years are the most.")
    lag = timedelta(minutes=maximum_lag_minutes)
    if cron_schedule is None:
        return dg.FreshnessPolicy.time_window(fail_window=lag)
    try:
        return dg.FreshnessPolicy.cron(deadline_cron=cron_schedule, lower_bound_delta=lag, timezone=timezone)
    except CheckError as error:
        reason = str(error).rpartition("Description: ")[2]
        raise UsageError(f"There is no such freshness policy: {reason}") from None
