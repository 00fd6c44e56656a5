"""What the handlers of AWS share: clients that are made when asked for, the payload, tags, and logs in CloudWatch."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from platform_core.executor.entry.payload import (
    MARKS_AT,
    PARTS,
    PAYLOAD,
    PAYLOAD_AT,
    STEP_COMPUTE,
    STEP_NAME,
    STEP_SPOT,
)
from platform_core.executor.handler import Cause, LaunchError, StepLaunch
from platform_core.executor.handlers.refusals import asking, error_code
from platform_core.executor.handlers.settings import PayloadSettings
from platform_core.needed import needed

_NOT_IN_TAGS = re.compile(r"[^\w\s.:/=+\-@]")


class Clients:
    """Clients of AWS services in one region, made when first asked for and made anew after credentials expired.

    Calls are made once: what is worth another try is told to the executor, which waits and counts.
    """

    def __init__(self, region_name: str | None = None) -> None:
        self._region_name = region_name
        self._made: dict[str, Any] = {}

    def __call__(self, service: str) -> Any:
        """Give the client of a service."""
        if service not in self._made:
            config = needed("botocore.config", "aws").Config(
                retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=30
            )
            session = needed("boto3", "aws").session.Session(region_name=self._region_name)
            with asking("AWS", "be asked"):
                self._made[service] = session.client(service, config=config)
        return self._made[service]

    def forget(self) -> None:
        """Make clients anew, with the credentials that are there then."""
        self._made = {}

    @property
    def region(self) -> str:
        """The region."""
        region: str = self("logs").meta.region_name
        return region


class Payloads:
    """Where a step's payload goes: into the request, or to S3 where it does not fit."""

    def __init__(self, settings: PayloadSettings | None, clients: Clients) -> None:
        self._settings, self._clients = settings, clients

    def environment(self, step: StepLaunch, limit: int, *, spot: bool) -> dict[str, str]:
        """Give the environment variables from which a step is run, and by which it counts its cost.

        Args:
            step: The step.
            limit: The most bytes that the request can take of its payload.
            spot: Whether it is started on Spot capacity.

        Raises:
            LaunchError: It is over the limit and there is no bucket.
        """
        known = {STEP_NAME: step.name, STEP_COMPUTE: compute_of(step), STEP_SPOT: str(spot).lower()}
        payload = step.payload.decode("ascii")
        if len(payload) + len(known[STEP_COMPUTE]) <= limit:
            return {PAYLOAD: payload, **known}
        return {PAYLOAD_AT: self.put(step.name, "payload", step.payload), **known}

    def parts_environment(self, step: StepLaunch, parts: int) -> dict[str, str]:
        """Give the environment variables by which the parts of a step learn of each other."""
        if parts < 2:
            return {}
        bucket, prefix = self.address(step.name, "")
        return {PARTS: str(parts), MARKS_AT: f"s3://{bucket}/{prefix}"}

    @property
    def there(self) -> bool:
        """Whether there is a bucket."""
        return self._settings is not None

    def address(self, name: str, part: str) -> tuple[str, str]:
        """Give bucket and key of what is kept about a step.

        Raises:
            LaunchError: There is no bucket.
        """
        if self._settings is None:
            raise LaunchError(
                "The step's payload is over what one request can take, and there is no bucket for it.",
                cause=Cause.ERROR,
                hint="Give `payloads: {bucket: …}` in the `compute:` section of the configuration.",
            )
        return self._settings.bucket, f"{self._settings.prefix.strip('/')}/{name}/{part}"

    def put(self, name: str, part: str, content: bytes) -> str:
        """Keep something about a step and give its address."""
        bucket, key = self.address(name, part)
        with asking("Amazon S3", f"keep s3://{bucket}/{key}"):
            self._clients("s3").put_object(Bucket=bucket, Key=key, Body=content)
        return f"s3://{bucket}/{key}"

    def read(self, name: str, part: str) -> dict[str, Any] | None:
        """Give a JSON object that is kept about a step, or None."""
        bucket, key = self.address(name, part)
        with asking("Amazon S3", f"read s3://{bucket}/{key}", watching=True):
            try:
                content = self._clients("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
            except Exception as error:
                if error_code(error) in {"NoSuchKey", "404"}:
                    return None
                raise
        kept: dict[str, Any] = json.loads(content)
        return kept

    def parts(self, name: str) -> frozenset[str]:
        """Give what is kept about a step."""
        bucket, prefix = self.address(name, "")
        with asking("Amazon S3", f"list s3://{bucket}/{prefix}", watching=True):
            listed = self._clients("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)
        return frozenset(one["Key"].removeprefix(prefix) for one in listed.get("Contents", ()))


def compute_of(step: StepLaunch) -> str:
    """Give kind and size as the step's process learns them, without environment variables.

    >>> from platform_core.compute_kinds import ComputeSpec
    >>> compute_of(StepLaunch("r", "s", 1, 0, ComputeSpec("lambda", {"environment_variables": {"A_B": "1"}}), b"", "j"))
    '{"kind":"lambda","memory_mb":512,"timeout_seconds":300}'
    """
    options = {key: value for key, value in step.spec.options.items() if not isinstance(value, Mapping)}
    return json.dumps({"kind": step.spec.kind, **options}, sort_keys=True, separators=(",", ":"))


def tags_of(step: StepLaunch) -> dict[str, str]:
    """Give the tags that costs are counted by, in the characters that AWS takes.

    >>> from platform_core.compute_kinds import ComputeSpec
    >>> tags_of(StepLaunch("r", "s[a]", 1, 0, ComputeSpec("fargate"), b"", "j", {"assets": "a,b"}))["workbench:assets"]
    'a b'
    """
    known = {"job": step.job_name, "run": step.run_id, "step": step.step_key, **step.labels, "name": step.name}
    return {
        f"workbench:{key}": _NOT_IN_TAGS.sub(" ", str(value))[:256].strip()
        for key, value in sorted(known.items())
        if value
    }


def pairs(values: Mapping[str, str], key: str = "name", value: str = "value") -> list[dict[str, str]]:
    """Give a mapping as the list that requests of AWS hold.

    >>> pairs({"A": "1"})
    [{'name': 'A', 'value': '1'}]
    """
    return [{key: one, value: values[one]} for one in sorted(values)]


def log_page(region: str, group: str, stream: str | None = None) -> str:
    """Give the page of the console that shows a log.

    >>> log_page("eu-west-2", "/aws/batch/job", "a/b")[-55:]
    'log-group/$252Faws$252Fbatch$252Fjob/log-events/a$252Fb'
    """
    page = f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#logsV2:log-groups/log-group/"
    page += _in_console(group)
    return f"{page}/log-events/{_in_console(stream)}" if stream else page


def last_lines(clients: Clients, group: str, stream: str, count: int) -> tuple[str, ...]:
    """Give the last lines of a log stream; none where it does not exist (yet)."""
    with asking("CloudWatch Logs", f"give the log {stream}", watching=True):
        try:
            answer = clients("logs").get_log_events(
                logGroupName=group, logStreamName=stream, limit=max(1, min(count, 10_000)), startFromHead=False
            )
        except Exception as error:
            if error_code(error) == "ResourceNotFoundException":
                return ()
            raise
    return tuple(str(event["message"]).rstrip("\n") for event in answer["events"])[-count:]


def _in_console(name: str) -> str:
    return quote(quote(name, safe=""), safe="").replace("%", "$")
