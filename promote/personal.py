"""The columns of steps that look personal, as a run or the evidence of one shows them, held against the policies."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from platform_core.hints import Any
from promote.model import Finding
from promote.steps import Steps


def told_of_evidence(work: Steps, but: Collection[str] = ()) -> list[Finding]:
    """Tell the columns that look personal and are declared nowhere, by the evidence of steps that did not change.

    Args:
        work: The steps.
        but: Tags of steps to leave out, since they are about to be run again.
    """
    kept = {tag: stand.evidence.facts for tag, stand in work.stands.items() if stand.evidence and tag not in but}
    return told_of(work, {tag: facts.output.personal for tag, facts in kept.items() if facts is not None})


def told_of(work: Steps, found: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> list[Finding]:
    """Tell the same of what a run has shown, by tag."""
    if not any(found.values()):
        return []
    from promote.policy import personal_findings  # noqa: PLC0415 - most steps hold nothing personal

    every = [(one.notebook, plan) for one in work.prepared for plan in one.plans]
    return personal_findings(work.project, every, found)
