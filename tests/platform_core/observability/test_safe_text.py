"""What leaves the platform holds no secret and no value of the data, whatever an exception says."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest
from dagster._utils.error import serializable_error_info_from_exc_info
from hypothesis import given
from hypothesis import strategies as st

from platform_core.errors import UserError
from platform_core.governance.erasure import rows_of
from platform_core.observability.alerts.alert import LONGEST_LINE, Alert
from platform_core.observability.error_words import ERROR_WORDS
from platform_core.observability.failures import FailureData, failure_of, failure_of_stored, shown_partition
from platform_core.observability.safe_text import GAP, masked_error, scrubbed_text
from platform_core.observability.telling import About, check_alert, failure_alert

PERSONAL = [
    "943 476 5919",
    "QQ123456C",
    "jane.doe@example.com",
    "SW1A 1AA",
    "Siân Ó Briain",
    "07700 900123",
    "GB29 NWBK 6016 1331 9268 19",
    "1990-02-29",
    "4111-1111-1111-1111",
    "10.20.30.40",
]


@pytest.mark.parametrize("held", ["{}", "2:{}", "{}\n"])
def test_the_masking_key_is_shown_nowhere(monkeypatch: pytest.MonkeyPatch, held: str) -> None:
    key = "q9x7f3k2m8v4b6n1z5c0w7e3r9t2y8u4"
    monkeypatch.setenv("WORKBENCH_MASKING_KEY", held.format(key))
    for said in (f"no such option {key}", f"2:{key}", f"WORKBENCH_MASKING_KEY={held.format(key)}"):
        assert key not in scrubbed_text(said)


@pytest.mark.parametrize("value", PERSONAL)
@pytest.mark.parametrize("form", ["{}", "'{}' is not in the list", "could not convert string to float: {!r}", "a,{},b"])
def test_no_part_of_a_value_is_left(value: str, form: str) -> None:
    said = masked_error(form.format(value), "frame = clean(frame)")
    parts = {part for part in value.replace("-", " ").replace(".", " ").replace("@", " ").split() if len(part) > 1}
    assert not any(part in said for part in parts), said


def test_the_errors_of_polars_keep_their_sense() -> None:
    frame = pl.DataFrame({"rent": ["912.50", "Mr Bell"]})
    with pytest.raises(pl.exceptions.InvalidOperationError) as caught:
        frame.select(pl.col("rent").cast(pl.Int64))
    said = str(failure_of(caught.value, step="rents"))
    assert "conversion from `str` to `i64` failed in column" in said
    assert "Bell" not in said
    assert "912" not in said


def quoted(name: str) -> None:
    """Raise an error of ours, in a step of the project's."""
    raise UserError(f"Nobody is called {name}.")


def missing(name: str) -> None:
    """Call ours with something that it quotes."""
    rows_of({}, name, "1")


@pytest.mark.parametrize(
    ("step", "said"),
    [(quoted, "UserError: … is called …"), (missing, "no column '[name]'")],
    ids=["by a step", "by ours"],
)
def test_an_error_of_ours_tells_no_value_that_a_step_put_into_it(step: Callable[[str], None], said: str) -> None:
    name = "Thaddeus Quillfeather"
    with pytest.raises(UserError, match=name) as caught:
        step(name)
    stored = serializable_error_info_from_exc_info((caught.type, caught.value, caught.tb))
    for failure in (failure_of(caught.value, step="rents"), failure_of_stored(stored, step="rents")):
        assert said in str(failure)
        assert "Quillfeather" not in str(failure)


def test_a_partition_is_named_and_nobody_by_it() -> None:
    for key in ("2026-01-31", "2026-27", "E07000123", "north_east", "2026-01-31-04:00"):
        assert shown_partition(key) == f" [{key}]"
    for key, kind in (("jane.doe@example.com", "email"), ("943 476 5919", "nhs_number"), ("9434765919", "nhs_number")):
        told = FailureData("rents", ("rents",), "KeyError", "", partition=key)
        about_it = failure_alert(told, asset="rents", job="j", run_id="1", at=0.0, known=About(), dashboard=None)
        check = check_alert("rents", "c", warning=True, partition=key, run_id="1", at=0.0, occurrence="1",
                            known=About(), dashboard=None)  # fmt: skip
        for text in (str(told), about_it.text, check.text):
            assert f"rents [[{kind}]]" in text
            assert key not in text
        assert about_it.partition == key, "by which it is seen that it is over"


WORDS = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=12)


@given(st.lists(WORDS, max_size=12), st.text(max_size=40))
def test_only_words_of_the_code_and_of_errors_are_left(words: list[str], between: str) -> None:
    said = masked_error(between.join(words), "total = rent + fee")
    left = set("".join(c if c.isalnum() or c == "_" else " " for c in said.replace(GAP, " ")).split())
    assert left <= ERROR_WORDS | {"total", "rent", "fee"}


def test_what_a_policy_says_keeps_its_sense() -> None:
    said = masked_error(
        "people was made, and nothing is made of it: a policy of the project stands in the way. bronze:people has a"
        " column that looks personal (phone) and is declared nowhere: tel."
    )
    assert said == (
        f"{GAP} was made, and nothing is made of it: a policy of the project stands in the way. {GAP} has a"
        f" column that looks personal ({GAP}) and is declared nowhere: {GAP}."
    )


@pytest.mark.parametrize(
    "secret", ["AKIAIOSFODNN7EXAMPLE", "ghp_" + "a1" * 18, "https://hooks.slack.com/services/T0AB12/B0CD34/x1y2z3a4b5"]
)
def test_secrets_are_taken_out_of_every_alert(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    alert = Alert("message", "m", f"it failed with {secret} and more", links=(("run", f"https://a/{secret}"),))
    assert secret.rpartition("/")[2] not in alert.to_json()
    monkeypatch.setenv("ODD_PASSWORD", "p/w with spaces")
    written = scrubbed_text("https://u:p%2Fw%20with%20spaces@db and p/w with spaces")
    assert "spaces" not in written


def test_texts_are_bounded_and_hold_no_control_characters() -> None:
    alert = Alert("failure", "k", "x\x1b[31m\n" + "y" * 10_000)
    assert len(alert.text) <= LONGEST_LINE
    assert alert.text.isprintable()
