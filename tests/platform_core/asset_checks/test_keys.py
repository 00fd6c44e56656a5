"""Checks of keys."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import polars as pl
import pytest

from platform_core.asset_checks import check_referential, check_unique_values
from platform_core.errors import UsageError, UserError
from platform_core.sdk.loading import overrides


def test_all_rows_that_share_a_key_fail() -> None:
    frame = pl.DataFrame({"org": ["a", "a", "b", None, None], "n": [1, 1, 1, 2, 2], "len": [1, 2, 3, 4, 5]})
    outcome = check_unique_values("org", "n").run(frame)
    assert outcome.failed_count == 4
    assert outcome.metadata == {"groups": 2, "surplus_rows": 2}
    assert outcome.description == "4 rows share org, n with another, in 2 groups."
    assert outcome.sample["len"].to_list() == [1, 2, 4, 5]
    assert check_unique_values("org", "n", "len").run(frame).description == "No two rows share org, n, len."


def test_the_whole_row_counts_where_no_column_is_named() -> None:
    frame = pl.DataFrame({"a": [[1], [1], [2]], "s": [{"x": 1}, {"x": 1}, {"x": 1}]})
    assert check_unique_values().run(frame).description == "2 rows share the whole row with another, in 1 group."
    assert check_unique_values().run(frame.clear()).passed
    assert check_unique_values().run(pl.DataFrame()).passed


def test_a_missing_column_is_named() -> None:
    assert check_unique_values("a", "b").run(pl.DataFrame({"a": [1]})).description == "The frame has no column b."
    assert "no column z" in check_referential("z", pl.DataFrame({"z": [1]})).run(pl.DataFrame({"a": [1]})).description


class TestReferential:
    frame = pl.DataFrame({"org": ["a", "x", None], "n": [1, 2, 3]})

    def test_unknown_values_fail_and_nulls_pass(self) -> None:
        outcome = check_referential("org", pd.DataFrame({"code": ["a", "b"]}), "code").run(self.frame)
        assert outcome.failed_count == 1
        assert outcome.sample.rows() == [("x", 2)]
        assert "occurs in the other frame" in check_referential("org", self.frame).description

    def test_several_columns_belong_together(self) -> None:
        other = pl.DataFrame({"org": ["a", "x"], "n": [2, 1]}, schema={"org": pl.Categorical, "n": pl.Int8})
        assert check_referential(["org", "n"], other).run(self.frame).failed_count == 2

    def test_another_asset_is_read_by_name(self) -> None:
        check = check_referential("org", "organisations", "code")
        assert check.needs == ("organisations",)
        with overrides(assets={"organisations": pl.DataFrame({"code": ["a", "x"]})}):
            assert check.run(self.frame).passed

    def test_an_asset_that_is_not_there_is_a_failed_check(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("WORKBENCH_LAKE", str(tmp_path))
        outcome = check_referential("org", "organisations").run(self.frame)
        assert outcome.description == "The asset 'organisations' has not been materialised."

    def test_other_columns_and_types_are_told(self) -> None:
        other = pl.DataFrame({"code": [1.5]})
        assert check_referential("org", other).run(self.frame).description == "The other frame has no column org."
        said = check_referential("org", other, "code").run(self.frame).description
        assert said == "Column org is String, code of the other is Float64."

    def test_a_column_without_a_type_has_no_values(self) -> None:
        untyped = pl.DataFrame({"org": [None]})
        assert check_referential("org", self.frame).run(untyped).passed
        assert check_referential("org", untyped).run(self.frame).failed_count == 2

    def test_wrong_calls_are_refused(self) -> None:
        with pytest.raises(UsageError, match="as many columns here as there"):
            check_referential(["a", "b"], self.frame, "a")
        with pytest.raises(UsageError, match="at least one"):
            check_referential([], self.frame)
        with pytest.raises(UserError, match="no frame"):
            check_referential("a", 3)
