"""Secrets in notebooks: found, told without being shown, and masked wherever their line is printed."""

from __future__ import annotations

import pytest

from promote.model import Finding
from promote.outside.secret_values import concealed, secret_findings
from promote.plan import plan
from promote.reports.report import finding_text
from tests.promote.graph import chosen

KEY = "f3a9c0d2e81b47a6b5d4"


def told(*cells: tuple[str, str]) -> list[Finding]:
    selection = chosen(cells)
    planned = plan(selection)
    every = [*planned.findings, *secret_findings(selection, planned.plans)]
    return concealed(every, {selection.notebook.path: selection.notebook})


@pytest.mark.parametrize(
    ("source", "secret"),
    [
        ("key = 'AKIA" + "ABCDEFGHIJKLMNOP'", "AKIA" + "ABCDEFGHIJKLMNOP"),
        ("t = 'ghp_" + "a1" * 18 + "'", "ghp_" + "a1" * 18),
        ("t = 'glpat-" + "a1" * 10 + "'", "glpat-" + "a1" * 10),
        ("t = 'xoxb-" + "123456789012'", "xoxb-" + "123456789012"),
        ("t = 'AIza" + "a1b2c" * 7 + "'", "AIza" + "a1b2c" * 7),
        ("t = 'eyJ" + "a" * 12 + ".eyJ" + "b" * 12 + "." + "c" * 12 + "'", "eyJ" + "a" * 12),
        ("u = 'postgresql://me:" + "s3cr3t@db/x'", "s3cr3t"),
        ("k = '''-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----'''", "MIIabc"),
        ("password = 'hunter2'", "hunter2"),
        ("connect(user='me', passwd=\"hunter2\")", "hunter2"),
        ("c = {'db_password': 'hunter2'}", "hunter2"),
        ("os.environ['API_KEY'] = '" + KEY + "'", KEY),
        ("# token = '" + KEY + "'", KEY),
        ("masking_key = '" + KEY + "'", KEY),
    ],
)
def test_a_secret_is_told_and_never_shown(source: str, secret: str) -> None:
    found = told(("silver:out", f"{source}\nout = [never_defined]"))
    assert ("PR713", "error") in {(f.code, f.severity) for f in found}
    shown = "\n".join(finding_text(f) for f in found)
    assert secret not in shown
    assert secret not in repr(found)


@pytest.mark.parametrize(
    "source",
    [
        "password = os.environ['PASSWORD']",
        "password = '<your password>'",
        "password = ''",
        "password_field = 'Password123'",
        "token = 'access_token'",
        "tokens = ['a', 'b']",
        "api_key = 'YOUR_API_KEY_1234567890'",
        "key = 'reference'",
        "df.sort(key='authority')",
        "url = 'postgresql://me@db/x'",
        "url = f'postgresql://me:{password}@db/x'",
        "token = resource('tokens').value",
        "secret = 'https://example.gov.uk/secrets/1234567'",
    ],
)
def test_what_is_no_secret(source: str) -> None:
    assert not [f for f in told(("", source), ("silver:out", "out = [1]")) if f.code == "PR713"]


def test_in_a_cell_that_is_not_promoted_it_is_a_warning_until_a_step_takes_it() -> None:
    cell = ("", f"API_KEY = '{KEY}'")
    (alone,) = told(cell, ("silver:out", "out = [1]"))
    assert (alone.code, alone.severity, alone.location.line, alone.location.column) == ("PR713", "warning", 1, 12)
    (taken,) = told(cell, ("silver:out", "out = [API_KEY]"))
    assert (taken.code, taken.severity) == ("PR713", "error")


def test_columns_stay_true_under_the_mask() -> None:
    found = told(("silver:out", f"out = ['{KEY}', never_defined]; token = '{KEY}'"))
    missing = next(f for f in found if f.code == "PR301")
    assert missing.location.text.index("never_defined") + 1 == missing.location.column
