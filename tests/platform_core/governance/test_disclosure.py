"""Small counts, what subtraction gives back, rounding and k-anonymity, against plain loops."""

from __future__ import annotations

from collections import defaultdict

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.errors import UserError
from platform_core.governance import disclosure

ROWS = st.lists(st.tuples(st.sampled_from("AB"), st.integers(0, 30)), min_size=1, max_size=12)


@given(ROWS, st.integers(1, 12))
def test_no_small_count_is_shown_and_none_can_be_subtracted(rows: list[tuple[str, int]], threshold: int) -> None:
    frame = pl.DataFrame(rows, schema={"ward": pl.String, "homes": pl.Int64}, orient="row")
    made = disclosure.suppress_small(frame, "homes", threshold=threshold, by="ward")
    groups: dict[str, list[tuple[int, int | None]]] = defaultdict(list)
    for (ward, before), after in zip(rows, made["homes"], strict=True):
        assert after is None or (after == before and (after == 0 or after >= threshold))
        groups[ward].append((before, after))
    for counts in groups.values():
        hidden = [before for before, after in counts if after is None]
        shown = [after for _, after in counts if after]
        # One alone is left only where there is no other count to hide it behind
        assert len(hidden) != 1 or not shown
        small = [before for before, _ in counts if 0 < before < threshold]
        assert len(hidden) == len(small) + (
            0 < sum(small) < threshold and any(before >= threshold for before, _ in counts)
        )
        # What subtraction gives is itself a small count only where there is no other to hide it behind
        assert sum(hidden) >= threshold or not hidden or not shown
    assert set(disclosure.recomputable_counts(made, "homes", by="ward")["ward"]) == {
        w for w, c in groups.items() if sum(a is None for _, a in c) == 1
    }


def test_two_counts_of_one_are_not_told_by_their_sum() -> None:
    made = disclosure.suppress_small(pl.DataFrame({"homes": [1, 1, 40, 60]}), "homes")
    assert made["homes"].to_list() == [None, None, None, 60]
    assert disclosure.suppress_small(made, "homes").equals(made)


def test_what_is_below_nought_goes_like_a_small_count() -> None:
    frame = pl.DataFrame({"homes": [-4, 25, 40, -60, 0]})
    assert disclosure.suppress_small(frame, "homes")["homes"].to_list() == [None, None, 40, None, 0]


def test_columns_named_like_patterns_are_taken_by_name() -> None:
    frame = pl.DataFrame({"^w.*$": ["A", "A", "B"], "ward": ["x", "y", "z"], "*": [3, 50, 12]})
    assert disclosure.suppress_small(frame, "*", by="^w.*$")["*"].to_list() == [None, None, 12]
    assert disclosure.round_counts(frame, "*")["*"].to_list() == [5, 50, 10]
    assert disclosure.round_counts(frame, "*")["ward"].to_list() == ["x", "y", "z"]
    assert disclosure.k_anonymity(frame, ["^w.*$"], sensitive="*").k == 1
    assert disclosure.k_anonymity(frame, ["^w.*$"], sensitive="*").risky.height == 1
    hidden = frame.with_columns(pl.Series("*", [None, 50, 12]))
    assert disclosure.recomputable_counts(hidden, "*", by="^w.*$").rows() == [("A", 1)]


def test_lazy_stays_lazy_and_the_whole_table_is_one_group() -> None:
    lazy = disclosure.suppress_small(pl.LazyFrame({"homes": [3, 50, 20, 0]}), "homes")
    assert isinstance(lazy, pl.LazyFrame)
    assert lazy.collect()["homes"].to_list() == [None, 50, None, 0]


@given(st.lists(st.integers(0, 10**6), max_size=10), st.sampled_from([1, 3, 5, 10]))
def test_rounding_is_to_the_nearest(counts: list[int], base: int) -> None:
    made = disclosure.round_counts(pl.DataFrame({"n": counts}, schema={"n": pl.Int64}), "n", base=base)["n"].to_list()
    assert all(
        after % base == 0 and abs(after - before) * 2 <= base for before, after in zip(counts, made, strict=True)
    )


def test_k_anonymity_tells_the_smallest_groups() -> None:
    frame = pl.DataFrame({"area": ["LS"] * 6 + ["YO"], "sex": ["F", "M"] * 3 + ["F"], "ill": ["x"] * 7})
    told = disclosure.k_anonymity(frame, ["area", "sex"], k=3, sensitive="ill")
    assert (told.k, told.rows, told.below, told.groups, told.diversity) == (1, 7, 1, 1, 1)
    assert told.risky.rows() == [("area", 1), ("area, sex", 1), ("sex", 3)]
    assert "YO" not in str(told)
    assert disclosure.k_anonymity(frame.clear(), "area").k == 0


def test_what_is_wrong_is_told() -> None:
    frame = pl.DataFrame({"homes": [1]})
    for call in (
        lambda: disclosure.suppress_small(frame, "hoems"),
        lambda: disclosure.suppress_small(frame, "homes", threshold=0),
        lambda: disclosure.suppress_small(frame, "homes", threshold="5"),  # type: ignore[arg-type]
        lambda: disclosure.suppress_small(frame, "homes", threshold=10**40),
        lambda: disclosure.suppress_small(frame, 3),  # type: ignore[arg-type]
        lambda: disclosure.suppress_small(frame, "homes", by=[None]),  # type: ignore[list-item]
        lambda: disclosure.round_counts(frame, pl.col("homes")),  # type: ignore[arg-type]
        lambda: disclosure.k_anonymity(frame, 3),  # type: ignore[arg-type]
        lambda: disclosure.k_anonymity(frame, "homes", k=10**40),
        lambda: disclosure.k_anonymity(frame, "homes", sensitive=["homes"]),  # type: ignore[arg-type]
        lambda: disclosure.recomputable_counts(frame, []),  # type: ignore[arg-type]
        lambda: disclosure.round_counts(frame, "homes", base=0),
        lambda: disclosure.round_counts(frame, "homes", base=2.5),  # type: ignore[arg-type]
        lambda: disclosure.k_anonymity(frame, "homes", k=0),
        lambda: disclosure.k_anonymity(frame, []),
        lambda: disclosure.k_anonymity(frame, "homes", sensitive="x"),
        lambda: disclosure.round_counts([1], "homes"),
        lambda: disclosure.suppress_small(pl.DataFrame({"homes": ["3"]}), "homes"),
        lambda: disclosure.round_counts(frame, "homes", base=2**64),
        lambda: disclosure.recomputable_counts(pl.DataFrame({"suppressed": [1], "n": [2]}), "n", by="suppressed"),
    ):
        with pytest.raises(UserError):
            call()


def test_objects_are_refused_and_no_category_is_told() -> None:
    frame = pl.DataFrame({"o": pl.Series([object()], dtype=pl.Object), "n": [1], "e": pl.Series(["Ada"], dtype=pl.Enum(["Ada"]))})  # fmt: skip
    for call in (
        lambda: disclosure.suppress_small(frame, "n", by="o"),
        lambda: disclosure.k_anonymity(frame, "o"),
        lambda: disclosure.k_anonymity(frame, "n", sensitive="o"),
        lambda: disclosure.recomputable_counts(frame, "n", by="o"),
    ):
        with pytest.raises(UserError, match="objects of Python"):
            call()
    with pytest.raises(UserError, match="'e' holds Enum") as told:
        disclosure.suppress_small(frame, "e")
    assert "Ada" not in str(told.value)


def test_a_count_that_is_no_number_is_a_missing_one_which_hides_no_other() -> None:
    frame = pl.DataFrame({"homes": [float("nan"), 3.0, 50.0, 60.0]})
    assert disclosure.suppress_small(frame, "homes")["homes"].to_list() == [None, None, None, 60.0]
    assert disclosure.round_counts(frame, "homes")["homes"].to_list() == [None, 5, 50, 60]


def test_whole_counts_are_rounded_as_whole_numbers() -> None:
    large = pl.DataFrame({"homes": [2**53 + 1, 7]})
    assert disclosure.round_counts(large, "homes")["homes"].to_list() == [9007199254740995, 5]
    short = pl.DataFrame({"homes": pl.Series([253, 2], dtype=pl.UInt8)})
    assert disclosure.round_counts(short, "homes", base=10)["homes"].to_list() == [250, 0]


def test_what_is_no_count_is_rounded_to_a_missing_one() -> None:
    infinite = pl.DataFrame({"homes": [float("inf"), -float("inf"), float("nan"), 1e300, 7.0]})
    assert disclosure.round_counts(infinite, "homes")["homes"].to_list() == [None, None, None, None, 5]
    assert disclosure.round_counts(infinite.lazy(), "homes").collect()["homes"].null_count() == 4
    beyond = pl.DataFrame({"homes": pl.Series([2**64 - 1, 2**63 - 1], dtype=pl.UInt64)})
    assert disclosure.round_counts(beyond, "homes")["homes"].to_list() == [None, 2**63 - 3]


def test_adding_half_of_the_base_rounds_nothing_by_itself() -> None:
    assert disclosure.round_counts(pl.DataFrame({"n": [0.49999999999999994]}), "n", base=1)["n"].to_list() == [0]
    single = pl.DataFrame({"n": pl.Series([7.4999995, 7.5], dtype=pl.Float32)})
    assert disclosure.round_counts(single, "n")["n"].to_list() == [5, 10]


def test_what_is_not_known_of_somebody_is_no_other_value_to_hide_behind() -> None:
    frame = pl.DataFrame({"area": ["LS"] * 3, "ill": ["flu", "flu", None]})
    assert disclosure.k_anonymity(frame, "area", k=2, sensitive="ill").diversity == 1
    assert disclosure.k_anonymity(frame.with_columns(ill=None), "area", k=2, sensitive="ill").diversity == 0


def test_quasi_identifiers_may_be_called_anything_and_be_named_twice() -> None:
    frame = pl.DataFrame({"rows": ["a", "a", "b"], "key 0": [1, 1, 1], "different": [1, 2, 3]})
    told = disclosure.k_anonymity(frame, ["rows", "key 0", "rows"], k=2, sensitive="different")
    assert (told.k, told.groups, told.diversity) == (1, 1, 1)
    assert told.risky["columns"].to_list() == ["rows", "rows, key 0", "key 0"]
