"""A project's costs as one HTML page with charts that are drawn without a script; every chart stands in a table too."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from platform_core.atomic import replacing
from platform_core.costs.money import amount
from platform_core.costs.summary import Line
from workbench.costing.gather import Costs
from workbench.costing.texts import COLUMNS, cells, notes
from workbench.review.document import Bars, Block, Cell, Document, Items, Paragraph, Section, Table
from workbench.review.html import render_html
from workbench.review.wording import name

_MOST_BARS = 20
_FOOTER = "Made by Notebook Workbench from Dagster's records and list prices. Estimates of what was used, and no bill."
_TITLES = {
    "asset": "Assets",
    "job": "Jobs",
    "team": "Teams",
    "project": "Projects",
    "month": "Months",
    "kind": "Kinds of compute",
}


def document(costs: Costs) -> Document:
    """Give the page as a document."""
    whole = costs.whole
    stands = f"{amount(whole.cost.usd)} for {whole.runs:,} {'run' if whole.runs == 1 else 'runs'} of steps"
    over = [verdict for verdict in costs.verdicts if verdict.over]
    if over:
        stands += f"; {len(over):,} of {len(costs.verdicts):,} budgets overspent"
    opening: list[Block] = [Paragraph(stands, "bad" if over else "good" if costs.verdicts else "careful")]
    opening.append(Items(tuple(notes(costs))))
    title = _TITLES[costs.by]
    parts = [Section("sum", "All together", tuple(opening))]
    parts.append(Section("lines", title, _group(title, costs.lines, costs)))
    for id_, heading, lines in (("months", "Months", costs.months), ("kinds", "Kinds of compute", costs.kinds)):
        if heading != title:
            parts.append(Section(id_, heading, _group(heading, lines, costs)))
    compared = [line for line in costs.lines if line.estimated is not None]
    if compared:
        parts.append(Section("estimates", "Estimates against what was paid", _compared(title, compared)))
    if costs.verdicts:
        parts.append(Section("budgets", "Budgets of this month", (_budgets(costs),)))
    parts.append(Section("prices", "Prices", (_prices(costs),), fold=True))
    return Document(f"What {name(costs.project)} costs", tuple(parts), _FOOTER)


def write_page(costs: Costs, path: Path) -> None:
    """Write the page, whole or not at all."""
    with replacing(path) as target:
        target.write_bytes(render_html(document(costs)).encode("utf-8"))


def _group(title: str, lines: tuple[Line, ...], costs: Costs) -> tuple[Block, ...]:
    if not lines:
        return (Paragraph("No run in this time."),)
    shown = lines[:_MOST_BARS]
    rest = f" The {len(lines) - _MOST_BARS:,} others are in the table." if len(lines) > _MOST_BARS else ""
    bars = tuple((name(line.name), line.cost.usd, amount(line.cost.usd)) for line in shown)
    rows = tuple((Cell(name(line.name)), *map(Cell, cells(line, costs)[1:-1])) for line in lines)
    table = Table(f"{title}, in US dollars", (title, *_heads()), rows, _heads())
    return Bars(f"{title}: what was paid.{rest}", bars), table


def _heads() -> tuple[str, ...]:
    """Give the columns; what was paid of an estimate stands in a table of its own."""
    return tuple(column[0].upper() + column[1:] for column in COLUMNS[:-1])


def _compared(title: str, lines: list[Line]) -> tuple[Block, ...]:
    rows = tuple(
        (
            Cell(name(line.name)),
            Cell(amount(line.estimated or 0.0)),
            Cell(amount(line.compared or 0.0)),
            Cell(f"{(line.compared or 0.0) / line.estimated:.0%}" if line.estimated else ""),
        )
        for line in lines
    )
    heads = (title, "Estimated", "Paid", "Share")
    return (Table("What the code says the runs would cost, and what they did", heads, rows, heads[1:]),)


def _budgets(costs: Costs) -> Table:
    rows = tuple(
        (
            Cell(name(one.name)),
            Cell(one.scope),
            Cell(amount(one.limit)),
            Cell(amount(one.spent)),
            Cell("overspent" if one.over else "holds", tone="bad" if one.over else "good"),
            Cell(f"{one.unknown:,}"),
        )
        for one in costs.verdicts
    )
    heads = ("Budget", "For", "Limit", "Spent", "How it stands", "Runs without a known cost")
    return Table("Budgets, in US dollars", heads, rows, ("Limit", "Spent", heads[-1]))


def _prices(costs: Costs) -> Table:
    rows = tuple(
        (
            Cell(name(price)),
            Cell(f"{one.value:.12g}"),
            Cell("" if one.as_at == date.max else one.as_at.isoformat()),
            Cell("yes" if one.confirmed else "no"),
            Cell(f"{one.source} {one.note}".strip()),
        )
        for price, one in costs.prices.every()
    )
    heads = ("Price", "Value", "As at", "Read", "Where from")
    return Table(
        "Every price that was used, of an hour, a second or a request as its name says", heads, rows, ("Value",)
    )
