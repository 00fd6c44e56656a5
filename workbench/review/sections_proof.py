"""The sections about code and proof: which cell became which lines, where steps run, and what was shown of them."""

from __future__ import annotations

from collections.abc import Iterator

from platform_core.links import Links
from workbench.review.document import Block, Cell, Items, Paragraph, Table
from workbench.review.prices import words
from workbench.review.sections_assets import in_order
from workbench.review.values import AssetChange, Review
from workbench.review.wording import counted, name, names

_ORIGINS = {
    "step": "tagged cell",
    "definition": "definition",
    "needed": "taken along from exploration",
    "parameter": "parameter",
}
_COLUMNS = ("Asset", "Evidence", "Notebook ran clean", "Data of both", "Order", "Checks", "Tests", "Mistakes noticed")


def cells(review: Review, links: Links) -> Iterator[Block]:
    """Tell which lines of which cell became which lines of the module, or of the helpers that steps share."""
    body = []
    for change in in_order(review):
        asset = change.after
        proof = asset.proof if asset else None
        if asset is None or proof is None or proof.problem or change.standing == "stale":
            continue
        for piece in proof.pieces:
            cell = f"cell {piece.cell}, {_lines(piece.lines)}"
            body.append(
                (
                    Cell(name(change.name)),
                    Cell(f"{name(proof.notebook)} {cell}", links.to(proof.notebook)),
                    Cell(_ORIGINS.get(piece.origin, "other")),
                    Cell(_lines(piece.module), links.to(asset.path, piece.module)),
                    Cell(
                        f"{name(piece.helpers)} {_lines(piece.helper_lines)}" if piece.helpers else "",
                        links.to(piece.helpers, piece.helper_lines),
                    ),
                )
            )
    if body:
        columns = ("Asset", "Notebook cell", "What it is", "Module", "Helpers")
        yield Table("Where the code of new and changed assets comes from", columns, tuple(body))
    else:
        yield Paragraph("No cell of a notebook stands behind what changed.")
    stale = [one.name for one in review.changes if one.standing in {"stale", "broken", "missing"}]
    if stale:
        yield Paragraph(f"Not shown, for want of evidence that belongs to the module: {names(stale)}.")


def _lines(lines: tuple[int, int]) -> str:
    first, last = lines
    if not first:
        return ""
    return f"line {first}" if last <= first else f"lines {first} to {last}"


def compute(review: Review) -> Iterator[Block]:
    """Tell where assets ran before and run now, and what an hour there costs."""
    body = []
    for change in in_order(review):
        before = name(change.before.compute) if change.before else "not there"
        after = name(change.after.compute) if change.after else "removed"
        if before != after:
            body.append((Cell(name(change.name)), Cell(before), Cell(after), Cell(words(change))))
    if body:
        yield Table("Where assets run", ("Asset", "Before", "After", "List price"), tuple(body))
    else:
        yield Paragraph("No asset runs elsewhere than before.")


def parameters(review: Review) -> Iterator[Block]:
    """Tell which parameters came, went or have another type or default."""
    body = []
    for change in in_order(review):
        old = {one.name: f"{one.type} = {one.default}" for one in change.before.parameters} if change.before else {}
        new = {one.name: f"{one.type} = {one.default}" for one in change.after.parameters} if change.after else {}
        for each in sorted(old.keys() | new.keys()):
            if old.get(each) != new.get(each):
                sides = (name(side[each]) if each in side else "not there" for side in (old, new))
                body.append((Cell(name(change.name)), Cell(name(each)), *map(Cell, sides)))
    if body:
        yield Table("Parameters that a run may set", ("Asset", "Parameter", "Before", "After"), tuple(body))
    else:
        yield Paragraph("No parameter changed.")


def settings(review: Review) -> Iterator[Block]:
    """Tell which settings changed; a value may be a secret, so none is shown."""
    if review.settings:
        body = tuple((Cell(name(where)), Cell(before), Cell(after)) for where, before, after in review.settings)
        caption = "Configuration that changed; values are not shown, for one may be a secret"
        yield Table(caption, ("Setting", "Before", "After"), body)


def evidence(review: Review) -> Iterator[Block]:
    """Tell what was shown of each new and changed asset; what cannot be relied on is not repeated."""
    found = [change for change in in_order(review) if change.after is not None]
    if not found:
        yield Paragraph("Nothing new or changed needs evidence.")
        return
    yield Table("What was shown of new and changed assets", _COLUMNS, tuple(map(_evidence, found)))
    why = [f"{name(one.name)}: {' '.join(one.reasons)}" for one in found if one.reasons]
    if why:
        yield Items(tuple(why))


def _evidence(change: AssetChange) -> tuple[Cell, ...]:
    proof = change.after.proof if change.after else None
    bad = change.standing not in {"proven", "by hand"}
    stands = Cell("UNVERIFIED" if change.standing == "unverified" else change.standing, tone="bad" if bad else "good")
    if change.standing == "by hand":
        stands = Cell("written by hand")
    if proof is None or change.standing not in {"proven", "failed"}:
        return (Cell(name(change.name)), stands, *(Cell("not known") for _ in _COLUMNS[2:]))
    passed = sum(good for _, good, _ in proof.checks)
    checks = Cell(f"{passed} of {len(proof.checks)}", tone="" if passed == len(proof.checks) else "bad")
    equal = proof.verdict == "equal"
    within = f", floats within {name(proof.tolerance)}" if proof.tolerance else ""
    made = proof.killed + proof.survived
    return (
        Cell(name(change.name)),
        stands,
        Cell("yes, from the top in a fresh kernel"),
        Cell(f"equal{within}" if equal else "not equal", tone="" if equal else "bad"),
        Cell(proof.order if proof.order in {"compared", "not compared"} else "not known"),
        checks,
        Cell(counted(proof.tests, "test") + " passed"),
        Cell(f"{proof.killed:,} of {made:,}" if made else "not tried"),
    )
