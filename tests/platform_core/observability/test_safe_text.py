"""What leaves the platform holds no secret and no value of the data, whatever an exception says."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.observability.alerts.alert import LONGEST_LINE, Alert
from platform_core.observability.error_words import ERROR_WORDS
from platform_core.observability.failures import failure_of
from platform_core.observability.safe_text import GAP, masked_error, scrubbed_text

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
