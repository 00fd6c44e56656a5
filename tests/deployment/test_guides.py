"""The guides hold what they are asked for: what to do about each alert, and what each set-up costs."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import get_args

from platform_core.config.alerts import Kind
from tests.deployment.tools import ROOT

RUNBOOK = (ROOT / "docs" / "guides" / "runbook.md").read_text(encoding="utf-8")
WATCH = (ROOT / "deployment" / "terraform" / "modules" / "watch" / "main.tf").read_text(encoding="utf-8")


def anchors() -> set[str]:
    """Give the anchors of the runbook's headings, as Markdown's renderers make them."""
    headings = re.findall(r"^## (.+)$", RUNBOOK, re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def rows() -> dict[str, list[str]]:
    """Give the rows of the table of alerts: the name in the first column, and where the second leads."""
    found = re.findall(r"^\| (?:AWS \w+ )?`([\w-]+)` \| (.+) \|$", RUNBOOK, re.MULTILINE)
    return {name: re.findall(r"\(#([\w-]+)\)", text) for name, text in found}


def test_every_alert_that_can_be_sent_has_a_section() -> None:
    database = WATCH[WATCH.index("for_each = {") :].split("}\n  alarm_name")[0]
    alarms = {f"database-{name}" for name in re.findall(r"^    (\w+) += \{", database, re.MULTILINE)}
    assert len(alarms) == 3
    assert set(rows()) == {*get_args(Kind), *alarms, "month"}
    assert all(places and set(places) <= anchors() for places in rows().values()), rows()


def test_what_it_costs_is_what_the_prices_say() -> None:
    program = ROOT / "deployment" / "scripts" / "setup_costs.py"
    checked = subprocess.run([sys.executable, str(program), "--check"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
