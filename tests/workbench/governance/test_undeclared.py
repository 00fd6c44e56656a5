"""One column that looks personal and is declared nowhere, told alike at promotion, in CI, in the Lab and in review."""

from __future__ import annotations

import json
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

from jupyter_ext.tasks import analyse, peek
from promote.model import Finding
from promote.outcome import Outcome, Settings
from promote.pipeline import run
from tests.promote.small_project import Cells, make_project, write_notebook
from workbench.cli import main
from workbench.review.proofs import Helpers, read_proof
from workbench.review.values import Proof

PLANTED = "pl4nted.person"
CELLS: Cells = (
    ("", "import pandera.polars as pa\nimport polars as pl\n\nfrom platform_core.sdk import resource"),
    ("helpers", 'class Contract(pa.DataFrameModel):\n    born: str = pa.Field(metadata={"personal": True})'),
    (
        "bronze:people",
        "#| owner: team:housing\n#| classification: OFFICIAL\n#| schema: Contract\n#| personal: [tel]\n"
        'people = pl.scan_csv(resource("towns").path("people.csv"))',
    ),
)
DATA = "contact,tel,born,nino,switchboard,town\n" + "".join(
    f"{PLANTED}{n}@example.com,07700 900{n},12/03/19{n - 100},AB{n}456C,020 7946 0{n},Ambridge\n"
    for n in range(160, 184)
)
POLICY = """\
rules:
  own: {rule: personal_columns%s}
processing:
  rents: {assets: [people], purpose: Letting homes, columns: [nino]}
exceptions:
- {rule: own, assets: [people], columns: [switchboard], owner: team:housing, reason: The numbers are the council's.,
   expires: 9999-12-31}
"""
SAID = "bronze:people has a column that looks personal (e-mail address) and is declared nowhere: contact"


def _policies(root: Path, severity: str) -> None:
    (root / "policies").mkdir(exist_ok=True)
    (root / "policies/own.yaml").write_text(POLICY % severity)


def _project(folder: Path, severity: str) -> Path:
    root = make_project(folder, {"people.ipynb": CELLS})
    (root / "sources/towns/people.csv").write_text(DATA)
    _policies(root, severity)
    return root


def _promoted(root: Path) -> Outcome:
    return run([root / "notebooks/people.ipynb"], Settings(project=root), lambda _: None)


def _personal(outcome: Outcome) -> list[Finding]:
    return [one for one in outcome.findings if one.code == "PR963"]


@pytest.fixture(scope="module")
def promoted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    root = _project(tmp_path_factory.mktemp("undeclared") / "rents", ", severity: warning")
    return root, _promoted(root)


def test_promotion_tells_it_at_the_cell_and_keeps_no_value(promoted: tuple[Path, Outcome]) -> None:
    root, outcome = promoted
    assert outcome.exit_code == 0
    told = {one.severity: one for one in _personal(outcome)}
    assert told.keys() == {"warning", "note"}, "the contract, the option and the activity declare the others"
    assert told["warning"].message == f"{SAID} (rule own, policies/own.yaml:2)."
    assert told["note"].message.endswith(": switchboard (rule own, policies/own.yaml:2).")
    at = told["warning"].location
    assert (at.path, at.cell, at.line, at.text) == ("notebooks/people.ipynb", 3, 4, "#| personal: [tel]")
    evidence = (root / "evidence/bronze/people.json").read_text()
    assert json.loads(evidence)["output"]["personal"] == {
        "born": {"kind": "date_of_birth", "share": 1.0, "declared": True},
        "contact": {"kind": "email", "share": 1.0, "declared": False},
        "nino": {"kind": "national_insurance", "share": 1.0, "declared": True},
        "switchboard": {"kind": "phone", "share": 1.0, "declared": False},
        "tel": {"kind": "phone", "share": 1.0, "declared": True},
    }
    assert PLANTED not in evidence + repr(outcome)


def test_ci_tells_the_same_by_the_evidence_alone(
    promoted: tuple[Path, Outcome], capsys: pytest.CaptureFixture[str]
) -> None:
    root, _ = promoted
    with chdir(root):
        assert main(["policy", "check", "--json"]) == 0
        told = [one for one in json.loads(capsys.readouterr().out)["breaches"] if one["kind"] == "personal_columns"]
        assert {one["column"]: one["excepted_until"] for one in told} == {"contact": None, "switchboard": "9999-12-31"}
        (contact,) = (one for one in told if one["column"] == "contact")
        assert contact["said"] == f"{SAID}."
        assert contact["cell"].startswith("notebooks/people.ipynb:cell 3 (")
        assert main(["policy", "check"]) == 0
        shown = capsys.readouterr().out
        assert f"warning: {contact['cell']}: {SAID}.\n" in shown
        _policies(root, "")
        try:
            assert main(["policy", "check"]) == 1
            assert f"error: {contact['cell']}: {SAID}.\n" in capsys.readouterr().out
            check = run((), Settings(project=root, check=True), lambda _: None)
            again = _promoted(root)
        finally:
            _policies(root, ", severity: warning")
    for outcome in (check, again):
        assert outcome.exit_code == 1
        assert [one.message for one in _personal(outcome) if one.severity == "error"] == [
            f"{SAID} (rule own, policies/own.yaml:2)."
        ]


def _question(root: Path) -> dict[str, Any]:
    path = root / "notebooks/people.ipynb"
    return {"root": str(root), "path": "notebooks/people.ipynb", "content": json.loads(path.read_text())}


def test_the_lab_tells_it_and_hides_the_rows(promoted: tuple[Path, Outcome]) -> None:
    root, _ = promoted
    found = analyse.run(_question(root), lambda _: None)["findings"]
    assert f"{SAID} (rule own, policies/own.yaml:2)." in [one["message"] for one in found]
    with chdir(root):
        assert main(["materialize"]) == 0
    rows = peek.run({**_question(root), "asset": "people"}, lambda _: None)["rows"]
    assert rows
    assert {tuple(row) for row in rows} == {("masked", "masked", "masked", "masked", "masked", "Ambridge")}


def test_the_review_tells_it(promoted: tuple[Path, Outcome]) -> None:
    root, _ = promoted
    proof = read_proof("evidence", (root / "evidence/bronze/people.json").read_text(), Helpers({}))
    assert ("contact", "email", False) in proof.output.personal
    assert isinstance(proof, Proof)


@pytest.mark.nightly
def test_nothing_is_promoted_while_a_rule_says_no(tmp_path: Path, full_count: bool) -> None:
    if not full_count:
        pytest.skip("proves a notebook twice more: `make test-nightly`")
    root = _project(tmp_path / "rents", "")
    outcome = _promoted(root)
    assert outcome.exit_code == 1
    assert [step.status for step in outcome.steps] == ["refused"]
    assert [one.message for one in _personal(outcome) if one.severity == "error"] == [
        f"{SAID} (rule own, policies/own.yaml:2)."
    ]
    assert not (root / "evidence").exists()
    cells = [(tag, source.replace("[tel]", "[tel, contact]")) for tag, source in CELLS]
    write_notebook(root / "notebooks/people.ipynb", cells)
    again = _promoted(root)
    assert (again.exit_code, [one.severity for one in _personal(again)]) == (0, ["note"])
