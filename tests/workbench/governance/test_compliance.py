"""Reports of compliance: complete, the same for the same day, readable by everybody, without a value of the data."""

from __future__ import annotations

import csv
import json
import os
import pty
import re
import sys
from contextlib import suppress
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from platform_core.governance import compliance
from platform_core.governance.compliance import CheckRun, Criterion, Sheet
from platform_core.governance.policies import Activity, AssetFacts, Exemption, Policies, Rule, judge
from workbench.cli import main
from workbench.governance.reporting import _cell

if TYPE_CHECKING:
    from pathlib import Path

ON = "2026-12-01"


class _Page(HTMLParser):
    """What matters of a page to who cannot see it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.headings: list[str] = []
        self.tables = self.captions = self.unscoped = 0
        self.regions: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count tables with their captions, and headers of them that say nothing of their direction."""
        self.tags.add(tag)
        self.tables += tag == "table"
        self.captions += tag == "caption"
        self.regions += [dict(attrs)["aria-label"] or ""] if tag == "div" else []
        self.unscoped += tag == "th" and "scope" not in dict(attrs)
        if re.fullmatch(r"h\d", tag):
            self.headings.append(tag)


def test_the_page_is_whole_and_accessible(project: Path) -> None:
    assert main(["compliance", "all", "--on", ON, "--output", "out/page.html"]) == 0
    text = (project / "out/page.html").read_text()
    page = _Page(text)
    assert page.headings == ["h1", *["h2"] * len(compliance.REPORTS)]
    assert page.tables == page.captions == len(set(page.regions)) > 10
    assert page.unscoped == 0
    assert "script" not in page.tags
    assert 'lang="en-GB"' in text
    assert "@media print" in text
    for said in ("Ambridge Council", "public task", "DPIA-2026-014", "OFFICIAL (by a recorded downgrade)"):
        assert said in text
    for value in ("P-1001", "Bea Watcher", "Cy Pher"):
        assert value not in text
    assert main(["compliance", "all", "--on", ON, "--output", "out/again.html"]) == 0
    assert (project / "out/again.html").read_text() == text


def test_tables_and_json_say_the_same(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compliance", "catalogue", "--on", ON, "--format", "csv", "--output", "out/csv"]) == 0
    with (project / "out/csv/catalogue-assets.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    capsys.readouterr()
    assert main(["compliance", "catalogue", "--on", ON, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)["tables"]["assets"]
    assert [row["Asset"] for row in rows] == [one["Asset"] for one in told]
    by_name = {one["Asset"]: one for one in told}
    assert by_name["renamed"]["Classification"] == "OFFICIAL-SENSITIVE (from its inputs)"
    assert by_name["counts"]["Personal data"] == "yes"
    assert main(["compliance", "catalogue", "--format", "csv"]) == 2
    assert main(["compliance", "all", "--format", "json"]) == 2


def test_quality_and_access_come_from_the_records(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["compliance", "quality", "--format", "json"]) == 0
    (counts,) = json.loads(capsys.readouterr().out)["tables"]["assets"]
    assert (counts["Asset"], counts["Evaluations"], counts["Share in %"]) == ("counts", 1, 100.0)
    assert main(["compliance", "access", "--format", "json"]) == 0
    acts = json.loads(capsys.readouterr().out)["tables"]["acts"]
    assert {"Of": "bronze:payments", "Who": "ana", "Did": "ran"}.items() <= acts[0].items()
    assert acts[0]["Times"] == 2
    assert main(["compliance", "quality", "--on", "2020-01-01", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["tables"]["assets"] == [], "nothing of after that day"


def test_the_audit_log_is_shown_checked_and_sealed(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", "verify"]) == 0
    anchor = capsys.readouterr().out.split()[-1]
    assert main(["audit", "show", "--of", "counts", "--json"]) == 0
    entries = json.loads(capsys.readouterr().out)["entries"]
    assert [one["did"] for one in entries] == ["ran", "downgraded"]
    assert "Only counts of whole towns are kept." in entries[1]["about"]["record"]
    assert main(["audit", "verify", "--anchor", anchor]) == 0
    log = project / "data/audit/audit.jsonl"
    log.write_bytes(log.read_bytes().replace(b'"who":"ana"', b'"who":"bob"', 1))
    capsys.readouterr()
    assert main(["audit", "verify"]) == 1
    said = capsys.readouterr().out
    assert "error: Line 1 does not have the hash of what it says" in said
    assert "Keep this elsewhere" not in said, "an anchor of what is left proves less than the one that was kept"
    assert main(["audit", "verify", "--anchor", "nothing"]) == 2
    capsys.readouterr()
    assert main(["audit", "show", "--did", "run"]) == 2
    assert "Did you mean 'ran'?" in capsys.readouterr().err
    assert main(["audit", "show", "--last", "0"]) == 2
    assert main(["audit", "seal", "--reason", "It was edited by hand."]) == 2
    monkeypatch.setenv("WORKBENCH_AUDIT_KEY", "a key that came later")
    assert main(["audit", "verify"]) == 1
    assert "do: Find out why. `workbench audit seal" in capsys.readouterr().out
    assert main(["audit", "seal", "--reason", "It was edited by hand."]) == 0
    assert "made without the key" in capsys.readouterr().out
    assert main(["audit", "verify"]) == 0
    assert "sealed it: It was edited by hand." in capsys.readouterr().out


def on_a_terminal(columns: int, *arguments: str) -> str:
    """Give what a command shows on a terminal of so many columns."""
    master, slave = pty.openpty()
    with os.fdopen(slave, "w") as terminal, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", terminal)
        patch.setenv("COLUMNS", str(columns))
        assert main(arguments) == 0
    shown = b""
    with os.fdopen(master, "rb", 0) as screen, suppress(OSError):  # which a terminal gives at its end
        while part := screen.read(100_000):
            shown += part
    return shown.decode().replace("\r\n", "\n")


def test_a_terminal_is_shown_lines_that_it_can_hold_and_no_page(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["audit", "show"]) == 0
    piped = capsys.readouterr().out
    assert len(piped.splitlines()) == len((project / "data/audit/audit.jsonl").read_text().splitlines())
    for columns in (80, 120):
        shown = on_a_terminal(columns, "audit", "show")
        assert max(map(len, shown.splitlines())) <= columns
        assert shown.split() == piped.split(), "the same words"
        assert "\n        classification OFFICIAL-SENSITIVE, code_version" in shown
    long = on_a_terminal(20, "audit", "show")
    assert "".join(long.split()) == "".join(piped.split()), "what is wider than the terminal is broken, and all there"
    assert on_a_terminal(80, "compliance", "catalogue", "--on", ON) == "Report: data/compliance/catalogue.html\n"
    assert main(["compliance", "catalogue", "--on", ON]) == 0
    assert capsys.readouterr().out == (project / "data/compliance/catalogue.html").read_text()


def test_the_record_says_what_nobody_stated() -> None:
    people = AssetFacts(name="people", layer="bronze", personal=("name",))
    found = compliance.processing(Policies(), [people], on=ON)
    assert found.sheets[0].rows[0] == ("Controller (30(1)(a))", "not stated")
    assert found.notes == ("bronze:people declares personal columns and belongs to no activity.",)
    own = Policies(processing={"p": Activity(assets=("people",), purpose="Rents")})
    (row,) = compliance.processing(own, [people], on=ON).sheets[1].rows
    assert (
        dict(zip(compliance.processing(own, [people], on=ON).sheets[1].columns, row, strict=True))["Lawful basis"]
        == "not stated"
    )


def test_exceptions_count_what_they_cover() -> None:
    own = Exemption(rule="owner", assets=("*",), owner="team:a", reason="It is being agreed.", expires=ON)
    policies = Policies(rules={"owner": Rule(rule="requires", what=("owner",))}, exceptions=(own,))
    told = judge(policies, [AssetFacts(name="a"), AssetFacts(name="b")], on=ON)
    assert compliance.exceptions(policies, told, on=ON).sheets[0].rows[0][2:] == (
        "in force",
        ON,
        "team:a",
        own.reason,
        2,
    )
    later = compliance.exceptions(policies, (), on="2026-12-02").sheets[0].rows[0]
    assert later[2] == "expired"


def test_levels_are_reached_only_where_all_below_are() -> None:
    criteria = [Criterion("baseline", "a", "not met", "x"), Criterion("silver", "b", "met", "y")]
    rows = compliance.reproducibility(criteria, on=ON).sheets[0].rows
    assert [row[:2] for row in rows] == [("baseline", "no"), ("silver", "no")]


def test_months_are_apart() -> None:
    runs = [CheckRun("a", "c", passed, day) for passed, day in ((True, "2026-10-31"), (False, "2026-11-01"))]
    months, total = compliance.quality(runs, on=ON).sheets[1].rows, compliance.quality(runs, on=ON).sheets[0].rows
    assert [row[2:6] for row in months] == [("2026-10", 1, 1, 100.0), ("2026-11", 1, 0, 0.0)]
    assert total == (("a", 2, 1, 50.0, "2026-11-01"),)


def test_a_spreadsheet_runs_nothing() -> None:
    sheet = Sheet("a", "A", ("x",), tuple((text,) for text in ("=1", "+1", "-1", "@a", "\tx", "plain")))
    assert [row[0][:1] for row in csv.reader(compliance.as_csv(sheet).splitlines()[1:])] == ["'"] * 5 + ["p"]


def test_holding_no_personal_data_is_no_fault() -> None:
    assert (_cell("no", "Personal data").tone, _cell("no", "Met").tone) == ("", "bad")
