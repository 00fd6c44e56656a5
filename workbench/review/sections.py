"""A review as sections, in the order in which a reviewer needs them: verdict first, checklist last."""

from __future__ import annotations

from collections.abc import Iterator

from platform_core.links import Links
from workbench.review.assurance import section as assurance
from workbench.review.document import Document, Items, Paragraph, Section
from workbench.review.lines import blocks as lines
from workbench.review.policies import section as policies
from workbench.review.sections_assets import assets, data, edges, schema
from workbench.review.sections_proof import cells, compute, evidence, parameters, settings
from workbench.review.values import WORDS, Review, Snapshot
from workbench.review.wording import counted, name, names, rule

_HEADLINES = {
    "blocked": ("bad", "Not ready to merge."),
    "careful": ("careful", "Ready, but look at these points with care."),
    "clear": ("good", "Nothing stands in the way."),
}
_GLOSSARY = (
    "An asset is a table that the project makes. It belongs to a layer: bronze is data as published, silver is "
    "cleaned, gold answers a question.",
    "A notebook is where an analyst worked the asset out, cell by cell. Promotion takes the tagged cells into a Python "
    "module, runs the notebook and the module, and compares the data of both.",
    "Evidence is what that comparison has shown. It belongs to one version of a module: UNVERIFIED means that there "
    "was no comparison, stale that something was changed after it.",
    "Mistakes noticed: the module was broken on purpose, one small mistake at a time, and its tests were run. A "
    "mistake that no test notices is a place where a real one could hide.",
    f"{names(WORDS)} are Dagster's words: a new asset, other logic, other assets read, another division into parts, "
    "other labels, other facts about it, and an asset that is gone.",
)


def document(review: Review, links: Links) -> Document:
    """Give a review as a document.

    Args:
        review: What was found.
        links: Where links lead.
    """
    return Document(
        f"Review: {_called(review.base)} to {_called(review.head)}",
        (
            Section("verdict", "Verdict", tuple(_verdict(review))),
            Section("assets", "Assets", (*assets(review, links), *lines(review, links))),
            Section("lineage", "Lineage", tuple(edges(review))),
            Section("policies", "Policies and classification", tuple(policies(review))),
            Section("schema", "Schema", tuple(schema(review))),
            Section("data", "Data", tuple(data(review))),
            Section("code", "From notebook cells to code", tuple(cells(review, links)), fold=True),
            Section("compute", "Compute", tuple(compute(review))),
            Section("parameters", "Parameters and configuration", (*parameters(review), *settings(review))),
            Section("evidence", "Evidence", tuple(evidence(review))),
            *_assurance(review),
            Section("checklist", "Checklist for the reviewer", tuple(_checklist(review))),
            Section("words", "How to read this", (Items((*_GLOSSARY, rule(review.small))),), fold=True),
        ),
    )


def _assurance(review: Review) -> Iterator[Section]:
    if review.head.level or review.assurance:
        yield Section("assurance", "Assurance", tuple(assurance(review)))


def _called(snapshot: Snapshot) -> str:
    if not snapshot.commit:
        return snapshot.name
    short = snapshot.commit[:12]
    return name(short) if snapshot.commit.startswith(snapshot.name) else f"{name(snapshot.name)} ({short})"


def _verdict(review: Review) -> Iterator[Paragraph | Items]:
    tone, headline = _HEADLINES[review.verdict]
    if not review.changes and review.verdict == "clear":
        headline = "No asset changes."
    yield Paragraph(headline, tone)
    new = sum("NEW" in change.words for change in review.changes)
    gone = sum("REMOVED" in change.words for change in review.changes)
    proven = sum(change.standing == "proven" for change in review.changes if change.after is not None)
    yield Paragraph(
        f"{counted(new, 'new asset')}, {len(review.changes) - new - gone:,} changed, {gone:,} removed, "
        f"{review.unchanged:,} unchanged. For {proven:,} of the {len(review.changes) - gone:,} that are new or "
        "changed, a run has shown that the promoted code gives what the notebook gave."
    )
    if review.reasons:
        yield Items(review.reasons)
    if review.notes:
        yield Paragraph("Also:")
        yield Items(review.notes)


def _checklist(review: Review) -> Iterator[Paragraph | Items]:
    if review.checklist:
        yield Items(review.checklist, boxes=True)
    else:
        yield Paragraph("Nothing was found that asks a question.")
