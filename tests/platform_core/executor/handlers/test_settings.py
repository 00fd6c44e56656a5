"""What a deployment says of the remote kinds: as the reference shows it, and refused where it is wrong."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from platform_core.executor.handlers.settings import (
    BatchSettings,
    EksSettings,
    FargateSettings,
    LambdaSettings,
    PayloadSettings,
    RemoteSettings,
)

PAGE = Path("docs/reference/compute-kinds.md").read_text(encoding="utf-8")
BATCH = {"image": "team/steps:1", "queue": "jobs"}


def test_the_settings_of_the_reference_are_taken() -> None:
    written = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)[0]
    section = yaml.safe_load(written)["compute"]
    assert set(section.pop("kinds")) | {"payloads"} == set(section)
    settings = RemoteSettings.model_validate(section)
    kinds = [settings.lambda_, settings.fargate, settings.eks, settings.batch, settings.payloads]
    assert all(kind is not None for kind in kinds)


@pytest.mark.parametrize("model", [PayloadSettings, LambdaSettings, FargateSettings, BatchSettings, EksSettings])
def test_the_reference_names_every_setting(model: Any) -> None:
    assert [name for name in model.model_fields if f"`{name}`" not in PAGE] == []


def test_the_permissions_of_the_reference_are_a_policy() -> None:
    policy = json.loads(re.findall(r"^```json\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)[0])
    assert {one["Effect"] for one in policy["Statement"]} == {"Allow"}


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"batch": {**BATCH, "quue": "x"}}, "batch.quue"),
        ({"batch": {**BATCH, "image": "Team Steps"}}, "registry/name:tag"),
        ({"batch": {**BATCH, "secrets": {"DB": "pass-word-1"}}}, "secrets never stand here"),
        ({"batch": {**BATCH, "job_role_arn": "role"}}, "ARN of a role"),
        ({"lambda": {"functions": ["steps"]}}, "payloads"),
        ({"lambda": {"functions": []}, "payloads": {"bucket": "steps"}}, "at least 1 item"),
        ({"eks": {"image": "team/steps:1", "run_as_user": 0}}, "greater than or equal to 1"),
        ({"eks": {"image": "team/steps:1", "tolerations": [{"key": "a", "effect": "No"}]}}, "tolerations.0.effect"),
    ],
)
def test_what_is_wrong_is_refused_without_its_value(written: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(words)) as caught:
        RemoteSettings.model_validate(written)
    assert "pass-word-1" not in str(caught.value)


def test_the_handlers_import_no_sdk_before_it_is_used() -> None:
    program = (
        "import sys, platform_core.executor.handlers, platform_core.executor.handlers.fargate;"
        "heavy = {'boto3', 'botocore', 'kubernetes', 'dagster'} & set(sys.modules); assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
