"""The verdict on a change, why, and what a reviewer should ask: all told from what was found, nothing guessed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workbench.review.values import AssetChange, Lineage, Snapshot
from workbench.review.wording import counted, name, names

BLOCKED, CAREFUL, CLEAR = "blocked", "careful", "clear"
_GOOD = frozenset(("proven", "by hand"))


def judge(
    base: Snapshot, head: Snapshot, changes: Sequence[AssetChange], lacking: Sequence[str] = ()
) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Give the verdict, the reasons for it, and notes that change nothing in it.

    Args:
        base: The revision before.
        head: The revision after.
        changes: What differs.
        lacking: What is missing of what the project asks for: assurance, and its policies.
    """
    blocking = (*_blocking(head, changes), *lacking)
    worth = (*_worth_a_look(changes), *_other_policies(base, head))
    notes = tuple(_notes(base, head, changes))
    if blocking:
        return BLOCKED, blocking + worth, notes
    return (CAREFUL, worth, notes) if worth else (CLEAR, (), notes)


def _blocking(head: Snapshot, changes: Sequence[AssetChange]) -> Iterator[str]:
    for path, problem in head.problems:
        yield f"{name(path)}: {problem}"
    for change in changes:
        if change.after is not None and change.standing not in _GOOD:
            yield f"{name(change.name)}: {' '.join(change.reasons)}"
    gone = {change.name for change in changes if "REMOVED" in change.words}
    for asset in head.assets.values():
        lost = sorted(asset.parents & gone)
        if lost:
            yield f"{name(asset.name)} still reads what is removed here: {names(lost)}."


def _worth_a_look(changes: Sequence[AssetChange]) -> Iterator[str]:
    for change in changes:
        this, what = name(change.name), {one for one, _, _ in change.details}
        if "REMOVED" in change.words:
            yield f"{this} is removed."
        breaking = [one.column for one in change.columns if one.breaking]
        if breaking:
            yield f"{this}: a change of schema breaks who reads {names(breaking)}."
        if "key" in what:
            yield f"{this}: the key is another one."
        if "layer" in what:
            yield f"{this} moves to another layer."
        if any(one == "checks" and before for one, before, _ in change.details) or _weaker(change):
            yield f"{this}: a check is gone, another, or stops nothing any more."
        if change.after is not None and change.standing == "by hand":
            yield f"{this} was written by hand, so no run has proven it."
        proof = change.after.proof if change.after else None
        warned = (
            [check for check, passed, severity in proof.checks if not passed and severity == "warning"] if proof else []
        )
        if warned:
            yield f"{this}: checks failed that only warn: {names(warned)}."


def _other_policies(base: Snapshot, head: Snapshot) -> Iterator[str]:
    """Tell that the rules by which the revision is judged are its own."""
    every = sorted(path for path in base.files.keys() | head.files.keys() if path.startswith("policies/"))
    changed = [path for path in every if base.files.get(path) != head.files.get(path)]
    if changed:
        yield f"The policies change, and what is told here is judged by the new ones: {names(changed)}."


def _weaker(change: AssetChange) -> bool:
    return any(what == "severity" and after == "warn" for what, _, after in change.details)


def _notes(base: Snapshot, head: Snapshot, changes: Sequence[AssetChange]) -> Iterator[str]:
    changed = {change.name for change in changes}
    for path, problem in base.problems:
        if (path, problem) not in head.problems:
            yield f"{name(path)}, in the revision before: {problem}"
    if loose := sorted(set(head.loose) - set(base.loose)):
        yield f"Evidence without an asset is left behind: {names(loose)}."
    unproven = sorted(
        asset.name
        for asset in head.assets.values()
        if asset.name not in changed and asset.promoted and not (asset.proof and asset.proof.verified)
    )
    if unproven:
        yield f"UNVERIFIED before and after, and not changed here: {names(unproven)}."
    made = {asset.notebook for asset in head.assets.values() if asset.name in changed}
    books = sorted(
        path
        for path in head.files
        if path.startswith("notebooks/") and base.files.get(path) != head.files[path] and path not in made
    )
    if books:
        yield (
            f"{counted(len(books), 'notebook')} changed, but no module of theirs: {names(books)}. What changed was not "
            f"promoted, or is not promoted yet; {name('promote --check')} tells which."
        )


def checklist(
    base: Snapshot, head: Snapshot, changes: Sequence[AssetChange], below: Lineage, settings: int
) -> tuple[str, ...]:
    """Give the questions that a reviewer should answer, each from something that was found."""
    asked = [question for change in changes for question in _questions(change)]
    if below.downstream:
        asked.append(f"Do the assets downstream still mean the same: {names(below.downstream)}?")
    used: dict[str, list[str]] = {}
    for asset in head.assets.values():
        for path in asset.helpers:
            used.setdefault(path, []).append(asset.name)
    asked += [
        f"{name(path)} changed, which several steps share: is that right for {names(used[path])}?"
        for path in sorted(used)
        if path in base.files and base.files[path] != head.files.get(path)
    ]
    if settings:
        asked.append("The configuration changed: is it right in every environment?")
    return tuple(dict.fromkeys(asked))


def _questions(change: AssetChange) -> Iterator[str]:
    this = name(change.name)
    if "REMOVED" in change.words:
        yield f"{this} is removed: what becomes of its data, its history and its schedule?"
    elif "NEW" in change.words:
        yield from _of_new(change)
    else:
        yield from _of_changed(change)
        yield from _of_columns(change)
        yield from _of_data(change)
    yield from _of_published(change)
    yield from _of_personal(change)
    yield from _of_evidence(change)


def _of_new(change: AssetChange) -> Iterator[str]:
    this, asset = name(change.name), change.shown
    if asset.proof is not None and asset.proof.moved_from:
        yield f"{this} was {names(asset.proof.moved_from)} before: does its history move with it?"
    for value, what in ((asset.owners, "owner"), (asset.key, "key"), (asset.checks, "ready-made check of its data")):
        if not value:
            yield f"{this} has no {what}: is that meant?"


def _of_changed(change: AssetChange) -> Iterator[str]:
    this = name(change.name)
    asked = {
        "key": "the key changed: are the joins downstream still right?",
        "owners": "the owner changed: do both sides know?",
        "checks": "checks changed: does the data still keep what its readers rely on?",
        "severity": "the severity of checks changed: may bad data go on downstream?",
        "classification": "the classification changed: who may see the data now, and are copies elsewhere?",
        "retention_days": "the retention changed: is data deleted too early or kept too long?",
        "compute": "the compute changed: does the largest run fit, and what does it cost?",
        "parameters": "parameters changed: do schedules and people who pass them know?",
        "partitions": "the partitions changed: what becomes of data that is there already?",
        "partition keys": "partition keys changed: does a new one need a backfill?",
        "notebook": "it comes from another notebook now: is the old cell gone?",
    }
    for what in dict.fromkeys(one for one, _, _ in change.details):
        if what in asked:
            yield f"{this}: {asked[what]}"


def _of_columns(change: AssetChange) -> Iterator[str]:
    this = name(change.name)
    for kind, question in (
        ("removed", "columns are gone: does nothing outside this project read them"),
        ("retyped", "columns have another type: do joins, filters and exports still work"),
        ("nullable", "columns may be null now: do readers cope"),
    ):
        columns = [one.column for one in change.columns if one.kind == kind]
        if columns:
            yield f"{this}: {question} ({names(columns)})?"


def _of_data(change: AssetChange) -> Iterator[str]:
    this, data = name(change.name), change.data
    if data is None or not data.comparable:
        return
    before, after = data.rows
    if after == 0 and before != 0:
        yield f"{this} has no rows any more: is that meant?"
    elif before and after is not None and abs(after - before) * 10 >= before:
        yield f"{this} has clearly {'fewer' if after < before else 'more'} rows than before: is that meant?"
    if data.same is False and "CODE_VERSION" not in change.words and "DEPENDENCIES" not in change.words:
        yield f"{this}: its data differ though its logic is the same: did what it reads change?"
    elif data.disagreeing and before == after:
        yield f"{this}: values of {names(data.disagreeing)} are other ones on the same data: is that what it is for?"
    if data.same is True and "CODE_VERSION" in change.words:
        yield f"{this}: its logic changed and its data did not: does the data of the run reach what changed?"


def _of_published(change: AssetChange) -> Iterator[str]:
    """Ask about what leaves the platform that did not before, or that may say other things now."""
    outputs = change.after.published if change.after else ()
    if new := [one for one in outputs if change.before is None or one not in change.before.published]:
        shown = "may every figure in it be shown: small counts, what can be subtracted, its classification?"
        yield f"{name(change.name)} is published now ({names(new)}): {shown}"
    elif outputs and "CODE_VERSION" in change.words:
        yield f"{name(change.name)}: what is published of it changes ({names(outputs)}): do its readers know?"


def _of_personal(change: AssetChange) -> Iterator[str]:
    """Ask about the columns that look personal and did not before."""
    known = change.before.proof.output.personal if change.before and change.before.proof else ()
    new = [one for one in change.personal if one not in known]
    if declared := [column for column, _, told in new if told]:
        yield f"{name(change.name)} holds personal data now: may it, and who may see it ({names(declared)})?"
    if loose := [column for column, _, told in new if not told]:
        yield f"{name(change.name)}: columns look personal and are declared nowhere: are they ({names(loose)})?"


def _of_evidence(change: AssetChange) -> Iterator[str]:
    asset = change.after
    proof = asset.proof if asset else None
    if proof is None or change.standing not in {"proven", "failed"}:
        return
    this = name(change.name)
    if proof.survived:
        yield (
            f"{this}: its tests let {counted(proof.survived, 'deliberate mistake')} pass of "
            f"{proof.killed + proof.survived:,}: does one of them matter?"
        )
    if proof.untried:
        yield f"{this}: {counted(proof.untried, 'deliberate mistake')} could not be tried, since its code takes long"
    if proof.order != "compared":
        yield f"{this}: the order of its rows was not compared: does a reader rely on it?"
    if proof.tolerance:
        yield f"{this}: floats may differ by {name(proof.tolerance)}: is that small enough?"
    if any(piece.origin == "needed" for piece in proof.pieces):
        yield f"{this} takes code along from cells that only explored: should it?"
