"""`workbench costs`, `explain-compute` and the budgets that hold a backfill back, on a project that really ran."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from platform_core.compute_kinds import ComputeSpec
from tests.workbench.conftest import FILES
from workbench.cli import main

FARGATE = ComputeSpec("fargate", {"cpu_units": 1024, "memory_mb": 2048}).to_json()
BUDGETS = """
costs:
  budgets:
    all: {usd: 0.000001, policy: stop}
    town: {asset: rents_by_town, usd: 1}
"""

Workbench = Callable[..., tuple[int, str, str]]


@pytest.fixture
def workbench(capsys: pytest.CaptureFixture[str]) -> Workbench:
    """Give a function that runs a command and gives exit code, output and errors."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return run


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project after runs here, and after runs that cost. Made once: starting Dagster costs more than all tests."""
    root = tmp_path_factory.mktemp("costs") / "letting"
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        assert main(["materialize", "--all-partitions"]) == 0
        patch.setenv("WORKBENCH_STEP_COMPUTE", FARGATE)
        assert main(["materialize", "--all-partitions", "--force"]) == 0
    return root


@pytest.fixture
def ran(made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Path]:
    """Stand in the project that ran; its configuration is put back afterwards."""
    monkeypatch.chdir(made)
    config = (made / "config/base.yaml").read_text(encoding="utf-8")
    capsys.readouterr()
    yield made
    (made / "config/base.yaml").write_text(config, encoding="utf-8")


class Page(HTMLParser):
    """What matters of a page: its elements with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


def test_costs_are_shown_in_every_form(ran: Path, workbench: Workbench) -> None:
    code, out, _ = workbench("costs", "--format", "json")
    told = json.loads(out)
    assert code == 0
    assert {line["name"]: (line["runs"], line["local"]) for line in told["lines"]} == {
        "raw_rents": (4, 2),
        "rents": (2, 1),
        "rents_by_town": (2, 1),
    }
    # Four minutes of Fargate at the least: four steps, two of them for the partitions of one asset
    least = (0.04656 + 2 * 0.00511) / 60
    assert told["total"]["usd"] >= 4 * least * (1 - 1e-6)
    assert told["total"]["unpriced"] == 0
    assert "It is no bill." in " ".join(told["notes"])
    _, out, _ = workbench("costs", "--by", "kind", "--format", "csv")
    rows = {row["kind"]: row for row in csv.DictReader(io.StringIO(out))}
    assert (rows["local"]["usd"], rows["fargate"]["runs"]) == ("0.0", "4")
    _, out, _ = workbench("costs", "--by", "month", "--pounds")
    assert re.search(r"\b20\d\d-\d\d\b", out)
    assert "£" in out
    assert workbench("costs", "--since", "2099-01-01", "--format", "csv")[1].count("\n") == 1


def test_the_page_has_no_script_and_every_chart_stands_in_words(ran: Path, workbench: Workbench) -> None:
    code, _, said = workbench("costs", "--html", "costs.html", "--format", "csv")
    text = Path("costs.html").read_text(encoding="utf-8")
    page = Page(text)
    assert (code, "Page: costs.html" in said) == (0, True)
    assert not {"script", "img", "link", "iframe"} & {tag for tag, _ in page.elements}
    assert "default-src 'none'" in text
    charts = [attributes for tag, attributes in page.elements if tag == "svg"]
    assert len(charts) == 3
    for chart in charts:
        assert chart["role"] == "img"
        assert "$" in str(chart["aria-label"])
    assert sum(tag == "table" for tag, _ in page.elements) >= 4
    assert text.count("<caption>") == sum(tag == "table" for tag, _ in page.elements)


def test_names_of_assets_cannot_become_elements(tmp_path: Path) -> None:
    from workbench.review.document import Bars, Document, Section
    from workbench.review.html import render_html
    from workbench.review.markdown import render_markdown

    bars = Bars("<b>", (('"/><script>x</script>', 1.0, "<i>"), ("none", 0.0, "$0")))
    page = Document("t", (Section("s", "S", (bars,)),))
    assert "<script>" not in render_html(page)
    assert "<i>" not in render_html(page)
    assert "<script>" not in render_markdown(page)
    assert 'width="0"' in render_html(page)


def test_a_plan_is_estimated_and_held_against_budgets(ran: Path, workbench: Workbench) -> None:
    with (ran / "config/base.yaml").open("a", encoding="utf-8") as config:
        config.write(BUDGETS)
    code, out, _ = workbench("costs", "--plan", "raw_rents", "--format", "json")
    told = json.loads(out)
    assert code == 0
    assert [(line["asset"], line["runs"]) for line in told["lines"]] == [("raw_rents", 2)]
    assert told["lines"][0]["basis"] == "what such runs did cost"
    assert {one["name"]: (one["over"], one["stops"]) for one in told["budgets"]} == {
        "all": (True, True),
        "town": (False, False),
    }
    code, out, _ = workbench("costs", "--plan", "raw_rents", "--partition", "2024", "--check")
    assert (code, "raw_rents: 1 run," in out) == (1, True)
    assert workbench("costs", "--check")[0] == 1
    assert workbench("costs")[0] == 0


def test_own_prices_count_and_a_wrong_one_is_told_with_its_place(ran: Path, workbench: Workbench) -> None:
    config = (ran / "config/base.yaml").read_text(encoding="utf-8")
    (ran / "config/base.yaml").write_text(config + "costs:\n  prices: {fargate: {vcpu_hour: 900}}\n", encoding="utf-8")
    _, out, _ = workbench("explain-compute", "rents", "--json")
    (fargate,) = [one for one in json.loads(out)["decision"]["alternatives"] if one["kind"] == "fargate"]
    assert fargate["cost"]["usd"] > 1
    (ran / "config/base.yaml").write_text(config + "costs:\n  prices: {fargate: {vcpu_hours: 9}}\n", encoding="utf-8")
    code, _, said = workbench("costs")
    assert code == 1
    assert re.search(r"config/base\.yaml:\d+: There is no price 'fargate\.vcpu_hours'", said)


def test_a_choice_of_compute_is_explained(ran: Path, workbench: Workbench) -> None:
    code, out, _ = workbench("explain-compute", "raw_rents")
    assert code == 0
    assert out.startswith("raw_rents asks for lambda, 512 MB. @auto_compute would take ")
    assert "95 % of the 4 runs took no more than" in out
    assert "batch, " in out
    assert "is for GPU work and long-running work" in out
    told: dict[str, Any] = json.loads(workbench("explain-compute", "raw_rents", "--json")[1])
    assert told["asked_for"]["kind"] == "lambda"
    assert told["decision"]["basis"] == "history"
    assert {one["kind"] for one in told["decision"]["alternatives"]} | {told["decision"]["compute"]["kind"]} == {
        "lambda",
        "fargate",
        "eks",
        "batch",
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["costs", "--since", "2026-13-01"], "is no day"),
        (["costs", "--since", "2026-02-01", "--until", "2026-01-01"], "--since comes after --until"),
        (["costs", "--partition", "a"], "--partition belongs to --plan"),
        (["explain-compute", "rent"], "Did you mean 'rents'?"),
        (["explain-compute", "rents", "--partition", "1999"], "There is no partition '1999'"),
        (["rightsize", "--dry-run"], "belong to --write"),
        (["rightsize", "--headroom", "0.5"], "from 1 to 10"),
        (["rightsize", "rent"], "Did you mean 'rents'?"),
    ],
)
def test_wrong_usage_is_told(ran: Path, workbench: Workbench, arguments: list[str], said: str) -> None:
    code, _, errors = workbench(*arguments)
    assert code == 2
    assert said in errors


def test_a_backfill_above_a_budget_is_not_started(
    ran: Path, workbench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (ran / "config/base.yaml").open("a", encoding="utf-8") as config:
        config.write(BUDGETS)
    runs = json.loads(workbench("costs", "--format", "json")[1])["total"]["runs"]
    (ran / "config/prod.yaml").write_text("lake: data/lake\n", encoding="utf-8")
    monkeypatch.setenv("WORKBENCH_ENV", "prod")
    code, _, said = workbench("materialize", "raw_rents", "--all-partitions", "--force")
    assert code == 1
    assert re.search(
        r"config/base\.yaml:\d+: The budget all \(\$0\.000001\d* for all assets in a month\) is overspent", said
    )
    assert "hint: Make fewer partitions" in said
    # One partition is no backfill, and a budget that only warns lets it go on
    assert workbench("materialize", "raw_rents", "--partition", "2024", "--force")[0] == 0
    text = (ran / "config/base.yaml").read_text(encoding="utf-8").replace("policy: stop", "policy: warn")
    (ran / "config/base.yaml").write_text(text, encoding="utf-8")
    code, _, said = workbench("materialize", "raw_rents", "--all-partitions", "--force")
    assert (code, "warning: The budget all" in said) == (0, True)
    assert json.loads(workbench("costs", "--format", "json")[1])["total"]["runs"] == runs + 3


def test_the_configuration_makes_the_sensors_that_it_asks_for(ran: Path) -> None:
    from platform_core.config import load_config
    from workbench.automation import build_sensors

    assert build_sensors(load_config(ran)) == []
    with (ran / "config/base.yaml").open("a", encoding="utf-8") as config:
        config.write(f"{BUDGETS}  idle: {{clusters: main, queues: [steps]}}\n")
    (ran / "config/prod.yaml").write_text("lake: data/lake\n", encoding="utf-8")
    assert [sensor.name for sensor in build_sensors(load_config(ran))] == ["idle_capacity"]  # dev costs nothing
    assert [sensor.name for sensor in build_sensors(load_config(ran, "prod"))] == ["idle_capacity", "budgets"]


def test_a_project_that_cannot_be_written_to_shows_its_costs(ran: Path, workbench: Workbench) -> None:
    place = ran / "data/dagster/costs.json"
    kept = place.read_bytes()
    place.unlink()
    place.mkdir()  # nothing can be put in its place, as on a file system that is only read
    code, out, _ = workbench("costs", "--format", "csv")
    assert (code, "rents_by_town" in out) == (0, True)
    place.rmdir()
    place.write_bytes(kept)
