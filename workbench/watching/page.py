"""The health page: values in, one document out, which is rendered as HTML or as text."""

from __future__ import annotations

from collections.abc import Sequence

from platform_core.observability.health import Health, Trouble
from platform_core.observability.telling import shown_time
from workbench.review.document import Block, Cell, Document, Items, Paragraph, Section, Table
from workbench.review.wording import name

_TONES = {"healthy": "good", "degraded": "careful", "unhealthy": "bad"}
_FOOTER = "Made by Notebook Workbench from Dagster's records as they were at the time above."


def health_document(health: Health, title: str) -> Document:
    """Give the page of a project's health.

    >>> health = Health("2026-01-01 00:00:00Z", (), (), 0, 0, 0.0, (), (), (), ())
    >>> [section.title for section in health_document(health, "rents").sections]
    ['In short', 'Daemons', 'Code locations', 'Queue', 'Assets in trouble', 'Last alerts']
    """
    opening: list[Block] = [Paragraph(_verdict(health), _TONES[health.status])]
    if health.problems:
        opening.append(Items(health.problems))
    opening.append(Paragraph(f"As it was at {health.at}."))
    waiting = f"{health.queued:,} waiting, {health.running:,} running"
    oldest = f"; the first waits for {shown_time(health.oldest_seconds)}" if health.queued else ""
    sections = (
        Section("short", "In short", tuple(opening)),
        Section("daemons", "Daemons", (_daemons(health),)),
        Section("locations", "Code locations", (_locations(health),)),
        Section("queue", "Queue", (Paragraph(f"Runs: {waiting}{oldest}."),)),
        Section("assets", "Assets in trouble", _troubles(health.troubles)),
        Section("alerts", "Last alerts", _alerts(health)),
    )
    return Document(f"Health of {name(title)}", sections, _FOOTER)


def health_text(health: Health) -> str:
    """Give the same for a terminal.

    >>> print(health_text(Health("2026-01-01 00:00:00Z", (), (), 2, 1, 61.0, (), (), (), ())))
    healthy: the platform and the data on it are as they should be
    queue: 2 waiting, 1 running, the first for 61 seconds
    """
    lines = [f"{health.status}: {_verdict(health)[0].lower()}{_verdict(health)[1:]}".rstrip(".")]
    lines += [f"problem: {problem}" for problem in health.problems]
    first = f", the first for {shown_time(health.oldest_seconds)}" if health.queued else ""
    lines.append(f"queue: {health.queued:,} waiting, {health.running:,} running{first}")
    lines += [f"location: {one.name}, {one.problem or f'{one.assets:,} assets'}" for one in health.locations]
    lines += [f"asset: {one.asset}, {one.what}, since {one.since}" for one in health.troubles]
    lines += [f"alert: {one['at']} {one['channel']} {one['status']}: {one['subject']}" for one in health.messages[:5]]
    return "\n".join(lines)


def _verdict(health: Health) -> str:
    match health.status:
        case "healthy":
            return "The platform and the data on it are as they should be."
        case "degraded":
            number = len({one.asset for one in health.troubles})
            return f"The platform works; {number:,} {'asset is' if number == 1 else 'assets are'} in trouble."
        case _:
            number = len(health.problems)
            return f"The platform does not work as it should: {number:,} {'problem' if number == 1 else 'problems'}."


def _daemons(health: Health) -> Table:
    rows = tuple(
        (
            Cell(name(one.name)),
            Cell("alive" if one.healthy else "no sign of life", tone="good" if one.healthy else "bad"),
            Cell(one.seen or "never"),
        )
        for one in health.daemons
    )
    return Table("The daemons that this instance needs", ("Daemon", "State", "Last heartbeat"), rows)


def _locations(health: Health) -> Table:
    rows = tuple(
        (
            Cell(name(one.name)),
            Cell(one.problem or "loaded", tone="bad" if one.problem else "good"),
            Cell("" if one.problem else f"{one.assets:,}"),
        )
        for one in health.locations
    )
    return Table("The code locations", ("Location", "State", "Assets"), rows, ("Assets",))


def _troubles(troubles: Sequence[Trouble]) -> tuple[Block, ...]:
    if not troubles:
        return (Paragraph("No asset fails, is overdue, or did not pass a check."),)
    rows = tuple(
        (Cell(name(one.asset)), Cell(one.what, tone="bad"), Cell(one.since), Cell(", ".join(one.owners) or "none"))
        for one in troubles
    )
    return (Table("Assets that fail, are overdue, or did not pass a check", _TROUBLE, rows),)


_TROUBLE = ("Asset", "What is wrong", "Since", "Owners")


def _alerts(health: Health) -> tuple[Block, ...]:
    if not health.messages:
        return (Paragraph("No alert was sent in the last 30 days."),)
    rows = tuple(
        (
            Cell(one["subject"]),
            Cell(one["channel"]),
            Cell(one["status"], tone="bad" if one["status"] in {"failed", "given up"} else ""),
            Cell(one["at"]),
        )
        for one in health.messages
    )
    return (Table("The newest messages first", ("Message", "Channel", "State", "At"), rows),)
