"""What is wrong in the settings of the remote kinds is told when they are read, with file and line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from platform_core.config import load_config
from platform_core.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path

ROLE = "arn:aws:iam::123456789012:role/start"
FARGATE = f"{{image: 'team/steps:1', cluster: steps, subnets: [subnet-1], execution_role_arn: '{ROLE}'}}"
BATCH = "{image: 'team/steps:1', queue: jobs}"
REMOTE = f"""compute:
  kinds: {{fargate: remote, batch: remote, lambda: remote}}
  payloads: {{bucket: steps}}
  fargate: {FARGATE}
  batch: {BATCH}
  lambda: {{functions: [steps-512]}}
"""


def loaded(folder: Path, environment: str, base: str, prod: str = "") -> None:
    """Read a project's configuration."""
    (folder / "config").mkdir()
    (folder / "pyproject.toml").write_text("[tool.workbench]\n")
    for name, text in (("base", base), ("prod", prod)):
        (folder / "config" / f"{name}.yaml").write_text(text)
    load_config(folder, environment)


def test_what_is_right_is_taken(tmp_path: Path) -> None:
    loaded(tmp_path, "prod", REMOTE)


@pytest.mark.parametrize(
    ("written", "instead", "line", "words", "hint"),
    [
        ("queue: jobs", "queue: jobs, spot_quue: spot", 5, "'spot_quue' is not known in compute.batch", "'spot_queue'"),
        ("queue: jobs", "spot_queue: jobs", 5, "compute.batch needs the key 'queue'", None),
        ("subnets: [subnet-1], ", "", 4, "compute.fargate needs the key 'subnets'", None),
        ("[subnet-1]", "[]", 4, "compute.fargate.subnets", None),
        (f", execution_role_arn: '{ROLE}'", "", 4, "compute.fargate needs the key 'execution_role_arn'", None),
        (ROLE, "start", 4, "write the ARN of a role", None),
        ("batch: remote", "bach: remote", 2, "'bach' is no kind of compute", "'batch'"),
        ("  lambda: {", "  lamda: {", 6, "'lamda' is not known in compute", "'lambda'"),
        ("  payloads: {bucket: steps}\n", "", 5, "compute.lambda needs compute.payloads", None),
        ("queue: jobs", "queue: jobs, secrets: {DB: 'pass-word-1'}", 5, "secrets never stand here", None),
        (
            "queue: jobs",
            "queue: jobs, secrets: {DB: 'arn:aws:ssm:eu-west-2:1:parameter/db'}",
            5,
            "compute.batch needs the key 'execution_role_arn', the role that fetches the secrets",
            None,
        ),
        (f"  batch: {BATCH}\n", "", 2, "compute.batch is missing", "local"),
    ],
)
def test_what_is_wrong_is_told_at_its_line(
    tmp_path: Path, written: str, instead: str, line: int, words: str, hint: str | None
) -> None:
    changed = REMOTE.replace(written, instead)
    assert changed != REMOTE
    with pytest.raises(UserError) as caught:
        loaded(tmp_path, "prod", changed)
    assert words in caught.value.message
    assert str(caught.value.location).startswith(f"config/base.yaml:{line}")
    assert hint is None or hint in str(caught.value.hint)
    assert "pass-word-1" not in str(caught.value)


def test_a_part_may_stand_in_the_base_where_nothing_runs_there(tmp_path: Path) -> None:
    """What another environment completes is no mistake here; a misspelt key is one everywhere."""
    part = "compute:\n  kinds: {batch: remote}\n  batch: {image: 'team/steps:1'}\n"
    loaded(tmp_path, "dev", part, "compute:\n  batch: {queue: jobs}\n")
    load_config(tmp_path, "prod")
    (tmp_path / "config" / "base.yaml").write_text(part.replace("image", "imgae"))
    with pytest.raises(UserError, match="'imgae' is not known"):
        load_config(tmp_path, "dev")
