"""Who is told of what, where and how often: the section `alerts:` of a project's YAML."""

from __future__ import annotations

import datetime as dt
import os
import re
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from platform_core.errors import UserError
from platform_core.links import WEB
from platform_core.suggest import did_you_mean

Severity = Literal["info", "warning", "error", "critical"]
Kind = Literal["failure", "check", "freshness", "long_running", "queue", "message", "success"]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]

SEVERITIES: tuple[Severity, ...] = ("info", "warning", "error", "critical")
REFERENCES = ("secretsmanager:", "ssm:/")
SLACK_VARIABLE = "SLACK_WEBHOOK_URL"  # what Slack by hand goes by where no channel is of the type slack

# What each type of channel has beside its type, and what of that it needs
KEYS = {
    "slack": {"url", "token", "to"},
    "teams": {"url"},
    "email": {"host", "port", "security", "username", "password", "sender", "to"},
    "webhook": {"url", "token"},
    "govuk_notify": {"api_key", "template", "to", "url"},
}
NEEDED = {
    "slack": (),
    "teams": ("url",),
    "email": ("host", "sender", "to"),
    "webhook": ("url",),
    "govuk_notify": ("api_key", "template", "to"),
}
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _clock(value: str) -> str:
    if not _CLOCK.fullmatch(value):
        raise ValueError("a time of day is written as '07:30'")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError("the time zone is not known; write one such as 'Europe/London'") from None
    return value


def _web(value: str) -> str:
    if not WEB.fullmatch(value) or "@" in value:
        raise ValueError("write the address of its web page, such as https://dagster.example.gov.uk")
    return value.rstrip("/")


Texts = Annotated[tuple[str, ...], BeforeValidator(_listed), Field(strict=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class Kept(_Strict):
    """Where a secret is kept: `{env: NAME}`, or `secretsmanager:NAME#FIELD`, or `ssm:/NAME`. Never the secret itself.

    >>> Kept.model_validate({"env": "SLACK_WEBHOOK_URL"}).shown
    'the environment variable SLACK_WEBHOOK_URL'
    """

    env: Annotated[str, Field(min_length=1)] | None = None
    reference: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_reference(cls, value: Any) -> Any:
        if isinstance(value, str):
            if not value.startswith(REFERENCES):
                raise ValueError("a secret does not stand in the YAML; write {env: NAME} or secretsmanager:NAME")
            return {"reference": value}
        return value

    @model_validator(mode="after")
    def _one(self) -> Kept:
        if (self.env is None) == (self.reference is None):
            raise ValueError("write {env: NAME} or secretsmanager:NAME")
        return self

    @property
    def shown(self) -> str:
        """Where it is kept, in words."""
        return f"the environment variable {self.env}" if self.env else f"{self.reference}"

    def value(self) -> str:
        """Read the secret.

        Raises:
            UserError: The variable is not set, or the secret cannot be read.
        """
        if self.env is not None:
            found = os.environ.get(self.env, "").strip()
            if not found:
                raise UserError(f"The environment variable {self.env} is not set.", hint="An alert is sent by it.")
            if not found.startswith(REFERENCES):
                return found
        else:
            found = self.reference or ""
        from platform_core.resources.secrets import referred  # noqa: PLC0415 - only where a secret is referred to

        return referred(found) or found


class ChannelConfig(_Strict):
    """A way to reach people.

    Attributes:
        type: `slack`, `teams`, `email`, `webhook` or `govuk_notify`.
        url: Where the address to post to is kept (it holds a secret); for Notify, another service's address.
        token: For `slack` a bot's token, for `webhook` a bearer token.
        to: Slack channels of a bot; addresses of e-mail; addresses or phone numbers of Notify.
        host: The mail server.
        port: Its port; else that of its security.
        security: `starttls`, `ssl`, or `insecure` for a server on the same machine.
        username: Who logs in at the mail server.
        password: Where the password is kept.
        sender: The address that mail comes from.
        api_key: Where Notify's key is kept.
        template: The id of the Notify template, which has the fields `subject` and `body`.
    """

    type: Literal["slack", "teams", "email", "webhook", "govuk_notify"]
    url: Kept | None = None
    token: Kept | None = None
    to: Texts = ()
    host: Annotated[str, Field(min_length=1)] | None = None
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    security: Literal["starttls", "ssl", "insecure"] = "starttls"
    username: str | None = None
    password: Kept | None = None
    sender: str | None = None
    api_key: Kept | None = None
    template: Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f-]{36}$")] | None = None

    @model_validator(mode="after")
    def _fits(self) -> ChannelConfig:
        foreign = sorted(self.model_fields_set - KEYS[self.type] - {"type"})
        if foreign:
            raise ValueError(f"a channel of the type {self.type} has no key {foreign[0]}")
        missing = [key for key in NEEDED[self.type] if not getattr(self, key)]
        if missing:
            raise ValueError(f"a channel of the type {self.type} needs the key {missing[0]}")
        if self.type == "slack" and (self.url is None) == (self.token is None):
            raise ValueError("a channel of the type slack needs the key url, or the keys token and to")
        return self

    def kept(self) -> tuple[Kept, ...]:
        """Give where its secrets are kept."""
        return tuple(one for one in (self.url, self.token, self.password, self.api_key) if one is not None)


class RouteConfig(_Strict):
    """Which alerts go to which channels. What is left out fits everything; `severity` is the least.

    The first route that fits is taken; with `continue`, those after it are tried too.
    """

    channels: Annotated[tuple[Name, ...], BeforeValidator(_listed), Field(min_length=1, strict=False)]
    owners: Texts = ()
    severity: Severity = "info"
    kinds: Annotated[tuple[Kind, ...], BeforeValidator(_listed), Field(strict=False)] = ()
    go_on: bool = Field(default=False, alias="continue")


class QuietHours(_Strict):
    """When only alerts of some severity are sent; the others wait until the quiet hours are over.

    >>> hours = QuietHours(start="20:00", end="07:00", timezone="Europe/London")
    >>> import datetime as dt
    >>> [hours.quiet(dt.datetime(2026, 6, 1, hour, tzinfo=dt.UTC).timestamp(), "error") for hour in (5, 6, 18, 19)]
    [True, False, False, True]
    """

    start: Annotated[str, AfterValidator(_clock)] | None = None
    end: Annotated[str, AfterValidator(_clock)] | None = None
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
    days: Annotated[
        tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...],
        BeforeValidator(_listed),
        Field(strict=False),
    ] = ()
    sent: Severity = "critical"

    @model_validator(mode="after")
    def _some(self) -> QuietHours:
        if (self.start is None) != (self.end is None):
            raise ValueError("quiet hours have a start and an end")
        if self.start is None and not self.days:
            raise ValueError("quiet hours need a start and an end, or days")
        if self.start is not None and self.start == self.end:
            raise ValueError("start and end are the same, so no hour is quiet; name whole days under days")
        return self

    def quiet(self, moment: float, severity: Severity) -> bool:
        """Say whether an alert waits at a moment (seconds since 1970). On `days` it is quiet all day."""
        if SEVERITIES.index(severity) >= SEVERITIES.index(self.sent):
            return False
        local = dt.datetime.fromtimestamp(moment, ZoneInfo(self.timezone))
        if _DAYS[local.weekday()] in self.days:
            return True
        if self.start is None or self.end is None:
            return False
        now = f"{local:%H:%M}"
        if self.start <= self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end


class RateLimit(_Strict):
    """How many messages a channel takes in some minutes; what is over waits and goes together in a later one."""

    messages: Annotated[int, Field(ge=1)] = 10
    minutes: Annotated[float, Field(gt=0)] = 10.0


class SensorsConfig(_Strict):
    """What the platform is watched for.

    Attributes:
        failures: Runs that fail, and steps in them.
        checks: Checks of assets that fail, by their severity.
        freshness: Assets older than their freshness policy says.
        long_running_minutes: After how many minutes a run counts as long; None for not at all.
        long_running: The minutes of single jobs.
        queue_minutes: After how many minutes in the queue a run counts as stuck; None for not at all.
        interval_seconds: How often each is looked at.
        status: Whether the sensors are on from the start.
    """

    failures: bool = True
    checks: bool = True
    freshness: bool = True
    long_running_minutes: Annotated[float, Field(gt=0)] | None = None
    long_running: dict[str, Annotated[float, Field(gt=0)]] = {}
    queue_minutes: Annotated[float, Field(gt=0)] | None = 15.0
    interval_seconds: Annotated[int, Field(ge=1)] = 30
    status: Literal["running", "stopped"] = "running"


class AlertsConfig(_Strict):
    """The section `alerts:`.

    Attributes:
        channels: The ways to reach people, by name.
        routes: Which alerts go where; without any, all go to all channels.
        quiet_hours: When most wait.
        rate_limit: How many messages a channel takes.
        grouping_seconds: After a message, what follows waits this long and goes together.
        repeat_hours: After how long something that still fails is told again.
        success: Assets whose success is told, in Dagster's selection syntax; empty for none.
        hooks: Whether failures are told by the run itself, at once, beside the sensors.
        sensors: What is watched; None for nothing.
        dry: Whether messages are only written to the log and the records.
        dashboard: The address of Dagster's pages, for links.
        state: Where a database is kept that several machines share; without it, Dagster's own records tell.
    """

    channels: dict[Name, ChannelConfig] = {}
    routes: Annotated[tuple[RouteConfig, ...], Field(strict=False)] = ()
    quiet_hours: QuietHours | None = None
    rate_limit: RateLimit = RateLimit()
    grouping_seconds: Annotated[float, Field(ge=0)] = 300.0
    repeat_hours: Annotated[float, Field(gt=0)] = 24.0
    success: str = ""
    hooks: bool = True
    sensors: SensorsConfig | None = SensorsConfig()
    dry: bool = False
    dashboard: Annotated[str, AfterValidator(_web)] | None = None
    state: Kept | None = None

    @model_validator(mode="after")
    def _routed(self) -> AlertsConfig:
        for route in self.routes:
            for name in route.channels:
                if name not in self.channels:
                    raise ValueError(
                        f"a route names the channel {name!r}, which is not there. "
                        f"{did_you_mean(name, self.channels)}".rstrip(". ")
                    )
        return self

    def with_slack(self) -> AlertsConfig:
        """Give the same with a channel for alerts by hand in Slack, where it has none; nothing is routed to it.

        >>> hook = {"type": "webhook", "url": {"env": "HOOK"}}
        >>> found = AlertsConfig.model_validate({"channels": {"ops": hook}}).with_slack()
        >>> list(found.channels), found.routes[0].channels
        (['ops', 'SLACK_WEBHOOK_URL'], ('ops',))
        """
        if any(one.type == "slack" for one in self.channels.values()):
            return self
        slack = ChannelConfig(type="slack", url=Kept(env=SLACK_VARIABLE))
        # Without routes everything would go there too, and a route of a file names a channel at least
        routes = self.routes or (RouteConfig.model_construct(channels=tuple(self.channels)),)
        return self.model_copy(update={"channels": {**self.channels, SLACK_VARIABLE: slack}, "routes": routes})

    def secret_variables(self) -> set[str]:
        """Give the environment variables whose values may be shown nowhere."""
        kept = [one for channel in self.channels.values() for one in channel.kept()]
        return {one.env for one in (*kept, *([self.state] if self.state else [])) if one.env}
