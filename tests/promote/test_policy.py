"""Policies at promotion: a finding with its cell and line, from the same rules that CI and the run hold to."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from promote import recheck
from promote.edits import Edit
from promote.findings import FindingError
from promote.model import Finding
from promote.outcome import Settings
from promote.pipeline import run
from promote.policy import CODES
from promote.prepare import prepare
from promote.project import find
from tests.promote.small_project import Cells, make_project, write_notebook

PEOPLE: Cells = (
    ("", "import polars as pl\n\nfrom platform_core.sdk import resource"),
    (
        "bronze:people",
        "#| owner: team:housing\n#| classification: OFFICIAL-SENSITIVE\n"
        'people = pl.scan_csv(resource("towns").path("2024.csv"))',
    ),
)
COUNTS: Cells = (
    ("", "import polars as pl\n\nfrom platform_core.sdk import load_asset, resource"),
    (
        "gold:counts",
        "#| owner: team:housing\n#| classification: OFFICIAL\n#| cost: 9\n"
        "#| compute: {kind: fargate, cpu_units: 1024, memory_mb: 4096}\n"
        'counts = load_asset("people").group_by("town").len()',
    ),
)
RULES = """\
use: minimal
rules:
  retention: {rule: requires, what: [retention], layers: [gold]}
  dear: {rule: cost, most: 5}
  small: {rule: compute, kinds: [fargate, lambda], memory_mb: 2048}
"""
DOWNGRADE = """\
downgrades:
- asset: counts
  inputs: [people]
  to: OFFICIAL
  by: Ana Lyst <ana@example.gov.uk>
  reason: Only counts of a whole town are kept.
  on: 2026-11-02
"""


def _project(tmp_path: Path, policies: str = "", **notebooks: Cells) -> Path:
    root = make_project(tmp_path, {f"{name}.ipynb": cells for name, cells in notebooks.items()})
    if policies:
        (root / "policies").mkdir()
        (root / "policies/own.yaml").write_text(policies)
    return root


def _findings(root: Path, *names: str) -> list[Finding]:
    paths = [root / "notebooks" / f"{name}.ipynb" for name in names]
    found = prepare(find(named=root), paths, (), include_needed=False)[1]
    return [one for one in found if one.code.startswith("PR95") or one.code.startswith("PR96")]


def test_a_rule_is_told_at_the_line_of_its_option(tmp_path: Path) -> None:
    found = _findings(_project(tmp_path, RULES, counts=COUNTS), "counts")
    assert {(one.code, one.severity, one.location.line) for one in found} == {
        ("PR952", "error", 1),
        ("PR952", "warning", 1),
        ("PR959", "error", 3),
        ("PR959", "error", 4),
    }
    (dear,) = (one for one in found if "costs" in one.message)
    assert dear.message == (
        "A run of counts costs 9.00 US dollars, above the 5.00 that are allowed (rule dear, policies/own.yaml:4)."
    )
    assert dear.location.text == "#| cost: 9"
    assert dear.location.cell == 2


def test_an_owner_and_a_description_are_offered_where_they_are_known(tmp_path: Path) -> None:
    """The owner by the project, else by the other steps; the description by the cell's comment, heading or inputs."""
    cells: Cells = (
        ("", "import polars as pl\n\nfrom platform_core.sdk import load_asset"),
        ("gold:a", "#| owner: team:b\n# All of them: by town\na = load_asset('x').collect()"),
        ("gold:c", "%%time\nc = load_asset('y').join(a.lazy(), on='k')"),
    )
    root = _project(tmp_path, "use: minimal", n=cells)
    found = [f for f in _findings(root, "n") if f.code == "PR952" and f.severity == "error"]
    assert [(f.location.tag, f.message.split(" (")[0].rpartition(" ")[2]) for f in found] == [
        ("gold:a", "description"),
        ("gold:c", "description"),
        ("gold:c", "owner"),
    ]
    written = [[edit.text for edit in f.fix.edits if isinstance(edit, Edit)] for f in found if f.fix]
    assert written == [
        ['#| description: "All of them: by town"\n'],
        ["#| description: Worked out from a and y\n"],
        ["#| owner: team:b\n"],
    ]
    assert {edit.line for f in found if f.fix for edit in f.fix.edits if isinstance(edit, Edit)} == {2}
    file = root / "pyproject.toml"
    file.write_text(file.read_text().replace("[tool.workbench]\n", '[tool.workbench]\nowner = "team:all"\n'))
    (last,) = [f for f in _findings(root, "n") if f.message.startswith("gold:c has no owner")]
    assert last.fix
    assert "team:all" in repr(last.fix)


def test_a_classification_falls_in_one_batch_and_over_notebooks(tmp_path: Path) -> None:
    """Without any policies too: nothing has to be set up for it."""
    root = _project(tmp_path, people=PEOPLE, counts=COUNTS)
    (found,) = _findings(root, "people", "counts")
    assert (found.code, found.location.line) == ("PR957", 2)
    assert "made of what is OFFICIAL-SENSITIVE" in found.message
    assert not _findings(root, "counts"), "nothing of the other notebook is promoted yet"
    assert run([root / "notebooks/people.ipynb"], Settings(project=root, run=False), lambda _: None).exit_code == 0
    module = (root / "src/rents/defs/bronze/people.py").read_text()
    assert "\n# Classification: OFFICIAL-SENSITIVE\n" in module
    assert _findings(root, "counts") == [found]
    (root / "policies").mkdir()
    (root / "policies/downgrades.yaml").write_text(DOWNGRADE)
    assert not _findings(root, "counts")


def test_a_check_that_is_remembered_sees_the_policies_and_the_modules_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "memory"))
    monkeypatch.setattr(recheck, "_RACY", -(10**15))  # files made a moment ago count as settled
    root = _project(tmp_path / "project", people=PEOPLE, counts=COUNTS)
    settings = Settings(project=root, run=False)

    def codes() -> set[str]:
        outcome = run((), Settings(project=root, check=True), lambda _: None)
        return {one.code for one in outcome.findings if one.code >= "PR95"}

    for name in ("counts", "people"):
        assert run([root / f"notebooks/{name}.ipynb"], settings, lambda _: None).exit_code == 0
    assert codes() == {"PR957"}
    assert codes() == {"PR957"}, "as it is remembered"
    for level, wanted in (("OFFICIAL", set()), ("OFFICIAL-SENSITIVE", {"PR957"})):
        cells = [(tag, source.replace("OFFICIAL-SENSITIVE", level)) for tag, source in PEOPLE]
        write_notebook(root / "notebooks/people.ipynb", cells)
        assert run([root / "notebooks/people.ipynb"], settings, lambda _: None).exit_code == 0
        assert codes() == wanted, "the other notebook stands as it stood"
    (root / "policies").mkdir()
    (root / "policies/downgrades.yaml").write_text(DOWNGRADE)
    assert codes() == set()
    (root / "policies/rules.yaml").write_text(RULES)
    assert {"PR952", "PR959"} <= codes()


def test_a_rule_about_what_is_given_out_is_told_at_its_line(tmp_path: Path) -> None:
    cells = [
        (tag, code.replace("people =", "#| publish: {file: people.csv, to: outbox}\npeople =")) for tag, code in PEOPLE
    ]
    rules = "rules:\n  out: {rule: classification, level: OFFICIAL, layers: [outputs]}\n"
    (one,) = _findings(_project(tmp_path, rules, people=tuple(cells)), "people")
    assert (one.code, one.severity, one.location.line) == ("PR957", "error", 3)
    assert one.message.startswith(
        "outputs:people_csv is OFFICIAL-SENSITIVE; at most OFFICIAL is allowed here (rule out"
    )
    # What is told of the step is mended there, and not told a second time
    (root,) = tmp_path.glob("**/policies")
    (root / "own.yaml").write_text("rules: {low: {rule: classification, level: OFFICIAL}}\n")
    (one,) = _findings(root.parent, "people")
    assert one.message.startswith("bronze:people is OFFICIAL-SENSITIVE")


def test_nothing_is_promoted_against_a_policy(tmp_path: Path) -> None:
    root = _project(tmp_path, RULES, counts=COUNTS)
    outcome = run([root / "notebooks/counts.ipynb"], Settings(project=root, run=False), lambda _: None)
    assert outcome.exit_code == 1
    assert not (root / "src/rents/defs/gold/counts.py").exists()


@pytest.mark.parametrize(("day", "codes"), [("2026-12-31", {"note"}), ("2027-01-01", {"error"})])
def test_an_exception_holds_to_its_last_day(day: str, codes: set[str], tmp_path: Path) -> None:
    from promote.policy import policy_findings

    exception = (
        "rules: {dear: {rule: cost, most: 5}}\nexceptions:\n- {rule: dear, assets: [counts], owner: team:housing, "
        "reason: The census runs once, expires: 2026-12-31}\n"
    )
    root = _project(tmp_path, exception, counts=COUNTS)
    project = find(named=root)
    (one,) = prepare(project, project.notebooks, (), include_needed=False)[0]
    found = policy_findings(project, [(one.notebook, plan) for plan in one.plans], (), day)
    assert {finding.severity for finding in found} == codes
    assert [finding.code for finding in found] == (["PR959"] if codes == {"note"} else ["PR959", "PR961"])


def test_policies_that_cannot_be_used_stop_with_their_line(tmp_path: Path) -> None:
    root = _project(tmp_path, "rules:\n  a: {rule: naming, patern: x}\n  b: {rule: cost}\n", counts=COUNTS)
    said = r"'patern' is not known in rules\.a\. `workbench policy check` tells 1 more\."
    with pytest.raises(FindingError, match=said) as caught:
        _findings(root, "counts")
    assert (caught.value.finding.code, caught.value.finding.location.line) == ("PR951", 2)
    assert caught.value.hint == "Did you mean 'pattern'?"


def test_what_was_promoted_is_told_the_audit_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from platform_core.governance.audit import read_entries

    monkeypatch.setenv("WORKBENCH_USER", "ana")
    root = _project(tmp_path, "use: minimal\n", people=PEOPLE)
    settings = Settings(project=root, run=False)
    for _ in range(2):
        assert run([root / "notebooks/people.ipynb"], settings, lambda _: None).exit_code == 0
    (entry,) = read_entries(root / "data/audit/audit.jsonl")
    assert (entry.who, entry.did, entry.of) == ("ana", "promoted", "bronze:people")
    assert "src/rents/defs/bronze/people.py" in entry.about["files"]


def test_policies_cost_promotion_neither_pydantic_nor_dagster(tmp_path: Path) -> None:
    root = _project(tmp_path, RULES, counts=COUNTS)
    program = (
        "import sys; from promote.cli import main; main(['--check', '--project', sys.argv[1]]); "
        "sys.exit(str({'dagster', 'polars', 'pydantic'} & {m.split('.')[0] for m in sys.modules} or 0))"
    )
    done = subprocess.run([sys.executable, "-c", program, str(root)], capture_output=True, text=True, check=False)
    assert "PR959" in done.stdout
    assert done.stderr.strip() == "0", done.stderr


def test_every_kind_of_breach_has_a_code() -> None:
    from typing import get_args

    from platform_core.governance.policies.engine import BreachKind

    assert set(CODES) == set(get_args(BreachKind))
