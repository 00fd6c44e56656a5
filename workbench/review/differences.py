"""How the assets of two revisions differ: Dagster's words, what differs beside them, schemas and data."""

from __future__ import annotations

from collections.abc import Iterator

from platform_core.values import replace
from workbench.review.standing import TextOf, standing
from workbench.review.values import Asset, AssetChange, ColumnChange, DataChange, Proof, Snapshot
from workbench.review.wording import counted

Details = Iterator[tuple[str, str, str]]


def differences(base: Snapshot, head: Snapshot, text_of: TextOf) -> tuple[AssetChange, ...]:
    """Give every asset that is new, changed or removed, by name.

    Args:
        base: The revision before.
        head: The revision after.
        text_of: Gives the text of a file of the revision after.
    """
    every = sorted(base.assets.keys() | head.assets.keys())
    found = (_change(name, base, head, text_of) for name in every)
    return tuple(change for change in found if change is not None)


def _change(name: str, base: Snapshot, head: Snapshot, text_of: TextOf) -> AssetChange | None:
    before, after = base.assets.get(name), head.assets.get(name)
    if after is None:
        return AssetChange(name, ("REMOVED",), before=before)
    if before is None:
        stands, why = standing(after, head.assets, text_of)
        return AssetChange(name, ("NEW",), (), None, after, standing=stands, reasons=why)
    words = tuple(_words(before, after))
    details = tuple(_details(before, after))
    if base.texts.get(before.path) != head.texts.get(after.path) and not (words or details):
        details = (("text of the module", "", "changed under the same code version"),)
    touched = [path for path in _generated(before, after) if base.files.get(path) != head.files.get(path)]
    if touched:
        details += (("generated files", "", counted(len(touched), "file")),)
    if before.proof != after.proof and not (words or details):
        details = (("evidence", "", "renewed"),)
    if not (words or details):
        quick = standing(after, head.assets, None)
        if quick == standing(before, base.assets, None):
            return None
    stands, why = standing(after, head.assets, text_of)
    change = AssetChange(name, words, details, before, after, standing=stands, reasons=why)
    stood = standing(before, base.assets, None)[0]
    unknown = _incomparable(stands, stood)
    columns = tuple(_columns(before, after, observed=not unknown))
    data = DataChange(False, unknown, unknown=True) if unknown else _data(before, after)
    return replace(change, columns=columns, data=data)


def _incomparable(stands: str, stood: str) -> str:
    """Say why what runs have shown of both sides cannot be compared, nothing where it can."""
    if stands not in {"proven", "failed"}:
        return "this revision has no current evidence"
    return "" if stood in {"proven", "failed"} else "the revision before has no current evidence"


def _words(before: Asset, after: Asset) -> Iterator[str]:
    """Give Dagster's words for what it compares itself, in its order."""
    if (before.code_version, before.logic) != (after.code_version, after.logic):
        yield "CODE_VERSION"
    if before.parents != after.parents:
        yield "DEPENDENCIES"
    if (before.partitions, before.partition_values) != (after.partitions, after.partition_values):
        yield "PARTITIONS_DEFINITION"
    if before.tags != after.tags:
        yield "TAGS"
    if before.metadata != after.metadata:
        yield "METADATA"


def _details(before: Asset, after: Asset) -> Details:
    """Give what differs in the words of the decorators, whether Dagster compares it or not."""
    for what in ("layer", "notebook", "description", "freshness", "severity", "compute"):
        if getattr(before, what) != getattr(after, what):
            yield what, getattr(before, what), getattr(after, what)
    for what in ("owners", "key"):
        if getattr(before, what) != getattr(after, what):
            yield what, ", ".join(getattr(before, what)), ", ".join(getattr(after, what))
    for what, old, new in (
        ("checks", before.checks, after.checks),
        ("read", before.inputs, after.inputs),
        ("published", before.published, after.published),
    ):
        gone, come = sorted(set(old) - set(new)), sorted(set(new) - set(old))
        if gone or come:
            yield what, ", ".join(gone), ", ".join(come)
    if before.parameters != after.parameters:
        yield "parameters", _parameters(before), _parameters(after)
    yield from _partitions(before, after)
    for fields in ("tags", "metadata", "other"):
        old_pairs, new_pairs = dict(getattr(before, fields)), dict(getattr(after, fields))
        for word in sorted(old_pairs.keys() | new_pairs.keys()):
            known = word in {"layer", "notebook", "key", "workbench/compute"}
            if not known and old_pairs.get(word) != new_pairs.get(word):
                yield word, old_pairs.get(word, ""), new_pairs.get(word, "")


def _partitions(before: Asset, after: Asset) -> Details:
    if before.partitions != after.partitions:
        yield "partitions", before.partitions, after.partitions
    old, new = before.partition_values, after.partition_values
    if old != new:
        gone, come = len(set(old) - set(new)), len(set(new) - set(old))
        yield "partition keys", f"{len(old)}", f"{len(new)} ({come} added, {gone} removed)"


def _parameters(asset: Asset) -> str:
    return ", ".join(f"{one.name}: {one.type} = {one.default}" for one in asset.parameters)


def _generated(before: Asset, after: Asset) -> tuple[str, ...]:
    return tuple(sorted({path for one in (before, after) if one.proof for path, _ in one.proof.files}))


def _columns(before: Asset, after: Asset, *, observed: bool) -> Iterator[ColumnChange]:
    """Give the differences of schema, breaking first: by the contracts, and by what current evidence has shown."""
    found = [*(_observed(before.proof, after.proof) if observed else ()), *_contracted(before, after)]
    yield from sorted(found, key=lambda one: (not one.breaking, one.kind, one.column))


def _observed(before: Proof | None, after: Proof | None) -> Iterator[ColumnChange]:
    old, new = _schema(before), _schema(after)
    if not old or not new:
        return
    for column, kind in old.items():
        if column not in new:
            yield ColumnChange(column, "removed", kind, "")
        elif new[column] != kind:
            yield ColumnChange(column, "retyped", kind, new[column])
    for column, kind in new.items():
        if column not in old:
            yield ColumnChange(column, "added", "", kind)
    stayed = [column for column in new if column in old]
    if stayed != [column for column in old if column in new]:
        first = next(a for a, b in zip(stayed, (c for c in old if c in new), strict=True) if a != b)
        yield ColumnChange(first, "moved", "", "")


def _schema(proof: Proof | None) -> dict[str, str]:
    return dict(proof.output.schema) if proof is not None and proof.verified else {}


def _contracted(before: Asset, after: Asset) -> Iterator[ColumnChange]:
    old, new = dict(before.contract), dict(after.contract)
    for column in old.keys() & new.keys():
        if old[column] != new[column]:
            kind = "nullable" if new[column] else "required"
            yield ColumnChange(
                column, kind, *(("may be null" if one else "never null") for one in (old[column], new[column]))
            )


def _data(before: Asset, after: Asset) -> DataChange:
    old, new = before.proof or Proof(""), after.proof or Proof("")
    if old.partition != new.partition:
        return DataChange(False, "each side was proven on another partition")
    a, b = old.output, new.output
    if a.digest and a.digest == b.digest and a.rows != b.rows and not a.root:
        return DataChange(False, "its evidence contradicts itself: the same digest of another number of rows")
    chained = a.root == b.root  # each version between the two was compared with the one before
    rows_read = {name: frame.rows for name, frame, _ in old.inputs}
    new_columns = dict(b.columns) if chained else {}
    both = [(name, digest, new_columns[name]) for name, digest in a.columns if name in new_columns]
    differing = tuple(sorted(name for name, one, other in both if one != other))
    a_nulls, b_nulls = dict(a.nulls), dict(b.nulls)
    return DataChange(
        True,
        rows=(a.rows, b.rows),
        read=tuple((name, rows_read.get(name), frame.rows) for name, frame, _ in new.inputs),
        same=a.digest == b.digest if a.digest and b.digest and (chained or a.digest == b.digest) else None,
        agreeing=(len(both) - len(differing), len(both)) if both else None,
        disagreeing=differing,
        nulls=tuple((n, a_nulls.get(n), b_nulls.get(n)) for n in sorted(a_nulls.keys() | b_nulls.keys())),
    )
