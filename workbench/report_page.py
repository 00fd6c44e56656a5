"""The report's page: values in, one HTML document out. Every text is escaped here and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

# Contrast of every pair of colours below is at least 7 to 1
_STYLE = """
:root { color-scheme: light; }
body { font: 1.05rem/1.5 system-ui, sans-serif; color: #1b1b1b; background: #fff; margin: 0 auto; max-width: 70rem;
  padding: 0 1rem 3rem; }
a { color: #10427a; }
.skip { position: absolute; left: -999rem; }
.skip:focus { position: static; }
nav ul { display: flex; flex-wrap: wrap; gap: .3rem 1.5rem; list-style: none; padding: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 2rem; }
caption { text-align: left; font-weight: bold; padding-bottom: .5rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .7rem; border-bottom: 1px solid #767676; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
th[scope=row] { font-weight: normal; max-width: 45rem; }
th[scope=row] span { display: block; color: #3d3d3d; }
.good { color: #0b4f1e; }
.bad { color: #8c1010; font-weight: bold; }
figure { margin: 1rem 0 2rem; }
img { max-width: 100%; height: auto; }
"""
_NUMBERS = frozenset({"Partitions", "Rows", "Checks passed", "Seconds"})
_RIGHT = ' class="number"'
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture: its label, the text that stands for it, and its data as a `data:` address."""

    label: str
    alternative: str
    uri: str


@dataclass(frozen=True, slots=True)
class AssetLine:
    """One asset of the report. `checks` holds name, partition ('' for none) and whether it passed."""

    name: str
    layer: str
    description: str
    notebook: str
    made: bool
    rows: int | None
    partitions: int | None
    seconds: float
    checks: tuple[tuple[str, str, bool], ...]
    verdict: str
    charts: tuple[Chart, ...] = ()
    classification: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """The whole report: the project's name, its assets in dependency order, and what went wrong as it was written."""

    title: str
    assets: tuple[AssetLine, ...]
    failures: tuple[str, ...] = ()


def render_page(page: Page) -> str:
    """Render the report as one HTML document.

    >>> render_page(Page("<Rents>", ())).count("&lt;Rents&gt;")
    2
    """
    title = escape(page.title)
    sections = [_failures(page), _summary(page), _assets(page), _charts(page), _checks(page), _evidence(page)]
    body = "\n".join(section for section in sections if section)
    return f"""<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{title}: report</title>
<style>{_STYLE}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header><h1>{title}</h1></header>
<nav aria-label="Parts of the report">
<ul>
<li><a href="#assets">Assets</a></li>
<li><a href="#charts">Charts</a></li>
<li><a href="#checks">Checks</a></li>
<li><a href="#evidence">Evidence</a></li>
</ul>
</nav>
<main id="content">
{body}
</main>
<footer><p>Made by Notebook Workbench. Seconds are those of each step when it last ran.</p></footer>
</body>
</html>
"""


def _failures(page: Page) -> str:
    """Give what went wrong before anything that went well, which is told of what is stored: an earlier run may have."""
    if not page.failures:
        return ""
    lines = "\n".join(f"<li>{escape(one)}</li>" for one in page.failures)
    stored = "<p>What is stored, of that run and of earlier ones:</p>"
    return f'<p class="bad">The last run failed:</p>\n<ul>\n{lines}\n</ul>\n{stored}'


def _summary(page: Page) -> str:
    made = sum(asset.made for asset in page.assets)
    results = [passed for asset in page.assets for _, _, passed in asset.checks]
    rows = sum(asset.rows or 0 for asset in page.assets)
    return (
        f"<p>{_count(made, 'asset')} made of {len(page.assets):,}, holding {_count(rows, 'row')}; "
        f"{sum(results):,} of {_count(len(results), 'check')} passed.</p>"
    )


def _assets(page: Page) -> str:
    rows = [
        (
            _head(asset.name, asset.description),
            _cell(asset.layer),
            _cell(asset.classification or "not stated"),
            _number("" if asset.partitions is None else f"{asset.partitions:,}"),
            _number("not made" if not asset.made else "" if asset.rows is None else f"{asset.rows:,}"),
            _number(f"{sum(passed for _, _, passed in asset.checks)} of {len(asset.checks)}"),
            _number(f"{asset.seconds:.2f}" if asset.made else ""),
        )
        for asset in page.assets
    ]
    columns = ("Asset", "Layer", "Classification", "Partitions", "Rows", "Checks passed", "Seconds")
    return _section("assets", "Assets", _table("The assets, in the order in which they are made", columns, rows))


def _checks(page: Page) -> str:
    rows = [(_head(asset.name), *_results(asset)) for asset in page.assets if asset.checks]
    if not rows:
        return _section("checks", "Checks", "<p>No asset was checked.</p>")
    return _section("checks", "Checks", _table("Every check of the data", ("Asset", "Passed", "Failed"), rows))


def _results(asset: AssetLine) -> tuple[str, str]:
    """Give the cells of the checks that passed and of those that failed, with the partitions that they failed for."""
    passed, failed = [], []
    for name in dict.fromkeys(name for name, _, _ in asset.checks):
        results = {part: good for other, part, good in asset.checks if other == name}
        wrong = [part for part, good in results.items() if not good]
        if not wrong:
            passed.append(name)
        elif wrong == [""]:
            failed.append(name)
        else:
            failed.append(f"{name} for {len(wrong):,} of {_count(len(results), 'partition')}: {', '.join(wrong)}")
    return (
        f'<td class="good">{escape(", ".join(passed) or "none")}</td>',
        f'<td class="bad">{escape("; ".join(failed))}</td>' if failed else "<td>none</td>",
    )


def _evidence(page: Page) -> str:
    rows = [
        (_head(asset.name), _cell(asset.notebook or "written by hand"), _cell(asset.verdict or "none"))
        for asset in page.assets
    ]
    caption = "Where each asset comes from, and what was proven of it"
    return _section("evidence", "Evidence", _table(caption, ("Asset", "Notebook", "Verdict"), rows))


def _charts(page: Page) -> str:
    figures = [
        f'<figure><img src="{escape(chart.uri)}" alt="{escape(chart.alternative)}">'
        f"<figcaption>{escape(chart.label)}</figcaption></figure>"
        for asset in page.assets
        for chart in asset.charts
    ]
    return _section("charts", "Charts", "\n".join(figures) or "<p>No asset draws a chart.</p>")


def _section(name: str, title: str, content: str) -> str:
    heading = f'<h2 id="{name}-title">{title}</h2>'
    return f'<section id="{name}" aria-labelledby="{name}-title">\n{heading}\n{content}\n</section>'


def _table(caption: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    heads = "".join(
        f'<th scope="col"{_RIGHT if column in _NUMBERS else ""}>{escape(column)}</th>' for column in columns
    )
    lines = "\n".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return (
        f'<div class="scroll" role="region" aria-label="{escape(caption)}" tabindex="0">\n<table>\n'
        f"<caption>{escape(caption)}</caption>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{lines}\n</tbody>\n</table>\n</div>"
    )


def _head(text: str, more: str = "") -> str:
    below = f"<span>{escape(more)}</span>" if more else ""
    return f'<th scope="row"><strong>{escape(text)}</strong>{below}</th>'


def _cell(text: str) -> str:
    return f"<td>{escape(text)}</td>"


def _number(text: str) -> str:
    return f'<td class="number">{escape(text)}</td>'


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
