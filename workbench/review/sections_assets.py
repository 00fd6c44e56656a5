"""The sections about assets: which changed, their lineage, their schemas and their data."""

from __future__ import annotations

from collections.abc import Iterator

from platform_core.links import Links
from workbench.review.document import Block, Cell, Items, Paragraph, Table
from workbench.review.model_columns import blocks as model_columns
from workbench.review.values import Asset, AssetChange, ColumnImpact, DataChange, Frame, Review
from workbench.review.wording import counted, fewer_or_more, name, names, rows, rows_after

_MANY = 12  # rows beyond which a table is folded
_KINDS = {
    "removed": "column removed",
    "retyped": "another type",
    "nullable": "may be null now",
    "added": "column added",
    "required": "never null now",
    "moved": "columns stand in another order, from this one on",
}


def in_order(review: Review) -> list[AssetChange]:
    """Give the changes as they are shown: new, changed, removed, each by name."""
    return sorted(review.changes, key=lambda one: ("NEW" not in one.words, "REMOVED" in one.words, one.name))


def assets(review: Review, links: Links) -> Iterator[Block]:
    """Tell which assets are new, changed and removed, in Dagster's words, and what differs."""
    changes = in_order(review)
    if changes:
        columns = ("Asset", "Layer", "Change", "Also different", "Owners", "Notebook")
        yield Table(
            "Assets that are new, changed or removed", columns, tuple(_asset_row(one, links) for one in changes)
        )
    details = tuple(
        (Cell(name(one.name)), Cell(name(what)), _code(before), _code(after))
        for one in changes
        for what, before, after in one.details
        if what not in {"compute", "parameters"}  # these have sections of their own
    )
    if details:
        fold = len(details) > _MANY
        yield Table("What differs in the assets that changed", ("Asset", "What", "Before", "After"), details, fold=fold)
    yield Paragraph(f"{counted(review.unchanged, 'asset')} unchanged.")


def _asset_row(change: AssetChange, links: Links) -> tuple[Cell, ...]:
    asset = change.shown
    gone = change.after is None
    told = {"layer", "owners", "notebook"}
    also = [what for what, _, _ in change.details if what not in told]
    return (
        Cell(name(change.name), "" if gone else links.to(asset.path, (asset.line, asset.line))),
        Cell(name(asset.layer) if asset.layer else "none"),
        Cell(names(change.words) if change.words else "none of Dagster's words", tone="bad" if gone else ""),
        Cell(names(dict.fromkeys(also)) if also else ""),
        Cell(names(asset.owners)),
        Cell(
            name(asset.notebook) if asset.notebook else "written by hand",
            links.to(asset.notebook) if asset.notebook and not gone else "",
        ),
    )


def edges(review: Review) -> Iterator[Block]:
    """Tell which edges came and went, what stands below, and whose assets are touched."""
    found = review.lineage
    told = [(pair, "added") for pair in found.added] + [(pair, "removed") for pair in found.removed]
    if told:
        columns = ("Reads from", "Asset that reads", "Edge")
        body = tuple((Cell(name(a)), Cell(name(b)), Cell(what)) for (a, b), what in told)
        yield Table("Edges of the lineage that came or went", columns, body)
    else:
        yield Paragraph("No asset reads more or fewer assets than before.")
    changed = {change.name for change in review.changes}
    below = [one for one in found.downstream if one not in changed]
    both = [one for one in found.downstream if one in changed]
    points = [f"Downstream of what changed, and not changed themselves: {names(below)}."]
    if both:
        points.append(f"Downstream and changed here too: {names(both)}.")
    points += [f"Owner {name(owner)} is touched by {names(owned)}." for owner, owned in found.owners]
    yield Items(tuple(points))
    if found.columns:
        yield Table(
            "What is made from the columns that changed, by the last materialisations",
            ("Column", "Difference", "Made from its values", "Influenced by it", "Not known", "Owners touched"),
            tuple(_impact(one) for one in found.columns),
        )
    yield from model_columns(review.models)


def _impact(found: ColumnImpact) -> tuple[Cell, ...]:
    def reached(strength: str) -> Cell:
        places = [f"{asset}.{column}" for asset, column, how in found.reached if how == strength]
        return Cell(names(places) if places else "none")

    return (
        Cell(name(f"{found.asset}.{found.column}")),
        Cell(_KINDS[found.kind]),
        *(reached(strength) for strength in ("direct", "influence", "unknown")),
        Cell(names(found.owners) if found.owners else "none"),
    )


def schema(review: Review) -> Iterator[Block]:
    """Tell the differences of schema over all assets, those that break readers first."""
    found = [(change, one) for change in in_order(review) for one in change.columns]
    found.sort(key=lambda pair: not pair[1].breaking)
    if found:
        yield Table(
            "Differences of schema, breaking ones first",
            ("Asset", "Column", "Difference", "Before", "After", "Breaks readers"),
            tuple(
                (
                    Cell(name(change.name)),
                    Cell(name(one.column)),
                    Cell(_KINDS[one.kind]),
                    _code(one.before),
                    _code(one.after),
                    Cell("yes", tone="bad") if one.breaking else Cell("no"),
                )
                for change, one in found
            ),
            fold=len(found) > 3 * _MANY,
        )
    else:
        yield Paragraph("No difference of schema is known.")
    unknown = [one.name for one in review.changes if one.data and one.data.unknown]
    if unknown:
        yield Paragraph(f"What runs have shown is not known on both sides: {names(unknown)}.")


def data(review: Review) -> Iterator[Block]:
    """Tell how data differ by the evidence of both sides: counts and agreement, never a value."""
    found = [change for change in in_order(review) if change.after is not None]
    small = review.small
    compared = [(change, change.data) for change in found if change.data is not None and change.data.comparable]
    body = [_data_row(change, data, small) for change, data in compared]
    body += [_new_row(change, small) for change in found if "NEW" in change.words and change.standing == "proven"]
    if body:
        columns = ("Asset", "Rows before", "Rows after", "Data", "Columns that agree", "Nulls", "Key")
        yield Table(
            "Data of new and changed assets when each was proven", columns, tuple(body), ("Rows before", "Rows after")
        )
    else:
        yield Paragraph("No data can be compared.")
    held = [f"{name(one.name)} holds what looks personal: {_personal(one)}." for one in found if one.personal]
    if held:
        yield Items(tuple(held))
    why = [f"{name(one.name)} is not compared: {one.data.why_not}." for one in found if one.data and one.data.why_not]
    why += [f"{name(one.name)} is new, and no run has shown its data." for one in found if _unknown_new(one)]
    if why:
        yield Items(tuple(why))


def _personal(change: AssetChange) -> str:
    return ", ".join(
        f"{name(column)} ({name(kind)}, {'declared' if declared else 'declared nowhere'})"
        for column, kind, declared in change.personal
    )


def _unknown_new(change: AssetChange) -> bool:
    return "NEW" in change.words and change.standing != "proven"


def _data_row(change: AssetChange, found: DataChange, small: int) -> tuple[Cell, ...]:
    before, after = found.rows
    said = {True: "the same", False: "different", None: "not known"}[found.same]
    if found.same and before != after:
        said = "the same where both read the same"
    if before and after is not None and before != after:
        said += f", {fewer_or_more(before, after, small)} rows"
    read = [f"{name(one)} {rows(a, small)} to {rows_after(a, b, small)}" for one, a, b in found.read if a != b]
    return (
        Cell(name(change.name)),
        Cell(rows(before, small)),
        Cell(rows_after(before, after, small)),
        Cell(f"{said}; rows read: {', '.join(read)}" if read else said),
        Cell(_agreement(found)),
        Cell(_nulls(found, small)),
        Cell(_key(change.shown, small)),
    )


def _nulls(found: DataChange, small: int) -> str:
    """Tell the columns whose nulls are more or fewer than before."""
    if not found.nulls:
        return "not known"
    other = [f"{name(c)} {rows(a, small)} to {rows_after(a, b, small)}" for c, a, b in found.nulls if a != b]
    return ", ".join(other) if other else "as before"


def _new_row(change: AssetChange, small: int) -> tuple[Cell, ...]:
    proof = change.shown.proof
    frame = proof.output if proof else Frame()
    nulls = [f"{name(column)} {rows(count, small)}" for column, count in frame.nulls if count]
    said = (", ".join(nulls) or "none") if frame.nulls else "not known"
    cells = (rows(frame.rows, small), "", "", said, _key(change.shown, small))
    return (Cell(name(change.name)), Cell("new"), *map(Cell, cells))


def _agreement(found: DataChange) -> str:
    if found.same:
        return "all"
    if found.agreeing is None:
        return "not known"
    differing = f", not {names(found.disagreeing)}" if found.disagreeing else ""
    return f"{found.agreeing[0]} of {found.agreeing[1]}{differing}"


def _key(asset: Asset, small: int) -> str:
    """Say the key, and what the last run has shown of it: by its count, else by its checks."""
    if not asset.key:
        return "none declared"
    results = {check: "yes" if passed else "no" for check, passed, _ in asset.proof.checks} if asset.proof else {}
    frame = asset.proof.output if asset.proof else Frame()
    if frame.key == asset.key and frame.repeats is not None:
        repeated = f"no, {rows(frame.repeats, small)} rows repeat it"
        results["unique_values"] = "yes" if frame.repeats == 0 else repeated
    said = [
        f"{good}: {results.get(check, 'not checked')}"
        for check, good in (("unique_values", "unique"), ("no_nulls", "free of nulls"))
    ]
    return f"{names(asset.key)} ({', '.join(said)})"


def _code(text: str) -> Cell:
    return Cell(name(text) if text else "")
