"""What a project says of money: the section `costs:` of its YAML."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Policy = Literal["warn", "stop"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


def _date(value: Any) -> Any:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError("write the date as in 2026-11-29") from None


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


Day = Annotated[date, BeforeValidator(_date)]
Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class BudgetConfig(_Strict):
    """What may be spent, on all or on one team, job or asset.

    Attributes:
        usd: US dollars.
        per: A calendar month (UTC), or one backfill.
        team: A team, as it owns assets: `planning_data`.
        job: A job.
        asset: An asset.
        policy: What happens above it: a warning, or no backfill is started that would go above it.
    """

    usd: Amount
    per: Literal["month", "backfill"] = "month"
    team: str | None = None
    job: str | None = None
    asset: str | None = None
    policy: Policy = "warn"

    @model_validator(mode="after")
    def _one_scope(self) -> BudgetConfig:
        if sum(scope is not None for scope in (self.team, self.job, self.asset)) > 1:
            raise ValueError("a budget is for one team, one job or one asset")
        return self


class IdleConfig(_Strict):
    """What is looked at for capacity that stands idle, and what is done about it.

    Attributes:
        clusters: ECS clusters.
        queues: AWS Batch job queues.
        eks_clusters: EKS clusters whose node groups are looked at.
        namespaces: Where in these the Jobs of steps are looked at.
        after_minutes: How long something must have stood idle or stuck.
        policy: `report`, or `stop` it.
        dry_run: Whether `stop` only says what it would do.
        status: Whether the sensor runs.
    """

    clusters: Names = ()
    queues: Names = ()
    eks_clusters: Names = ()
    namespaces: Names = ()
    after_minutes: Annotated[int, Field(ge=1)] = 60
    policy: Literal["report", "stop"] = "report"
    dry_run: bool = True
    status: Literal["running", "stopped"] = "stopped"


class CostsConfig(_Strict):
    """What a project says of money.

    Attributes:
        prices: Prices of one's own in place of those listed, by the names of `prices.json`.
        checked_on: When somebody last looked at the prices.
        stale_after_days: From which age on a price is to be looked up again.
        budgets: Budgets by name.
        idle: Capacity that stands idle.
    """

    prices: Annotated[dict[str, float | dict[str, float | dict[str, float]]], Field(strict=False)] = {}
    checked_on: Day | None = None
    stale_after_days: Annotated[int, Field(ge=1)] | None = None
    budgets: dict[str, BudgetConfig] = {}
    idle: IdleConfig = IdleConfig()
