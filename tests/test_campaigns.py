"""A campaign tells of every seed that fails, and keeps what it had to say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import campaigns


def _odd(seed: int) -> None:
    assert seed % 2, "an even number"


def test_each_seed_that_fails_is_kept_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaigns, "KEPT", tmp_path)
    monkeypatch.delenv("WORKBENCH_SEEDS", raising=False)
    with pytest.raises(pytest.fail.Exception, match=r"numbers failed under these seeds: 2, 4$") as told:
        campaigns.campaign("numbers", range(1, 6), _odd, lambda: "the log of the run")
    assert str(told.value).count("AssertionError: an even number") == 2
    kept = {place.name: place.read_text() for place in (tmp_path / "numbers").iterdir()}
    assert kept.pop("seeds").splitlines() == ["1 held", "2 failed", "3 held", "4 failed", "5 held"]
    assert sorted(kept) == ["2.log", "4.log"]
    assert all(text.startswith("the log of the run\n") for text in kept.values())


@pytest.mark.parametrize(("told", "seeds"), [("11", [11]), ("3-5", [3, 4, 5])])
def test_seeds_may_be_named(told: str, seeds: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_SEEDS", told)
    seen: list[int] = []
    campaigns.campaign("numbers", range(100), seen.append, str)
    assert seen == seeds
