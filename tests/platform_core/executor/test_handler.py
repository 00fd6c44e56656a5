"""The contract between the executor and the handlers of remote kinds: the name of remote work."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from platform_core.compute_kinds import ComputeSpec
from platform_core.executor.handler import StepLaunch

SPEC = ComputeSpec("fargate")


def launch(run_id: str, step_key: str, attempt: int = 1, move: int = 0) -> StepLaunch:
    """Give a launch of a step."""
    return StepLaunch(run_id, step_key, attempt, move, SPEC, b"", "job")


@given(st.text(), st.text(), st.integers(1, 999), st.integers(0, 999))
def test_a_name_suits_every_provider(run_id: str, step_key: str, attempt: int, move: int) -> None:
    """It may be a label and a name in Kubernetes, whose rules are the narrowest."""
    name = launch(run_id, step_key, attempt, move).name
    assert re.fullmatch(r"[a-z](-?[a-z0-9])*", name)
    assert len(name) <= 63


@given(
    st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5), st.integers(1, 12), st.integers(0, 12)), unique=True)
)
def test_what_differs_has_another_name(launches: list[tuple[str, str, int, int]]) -> None:
    """No two of run, step, attempt and move share a name, however they are written."""
    assert len({launch(*one).name for one in launches}) == len(launches)
