"""What is not proven, as findings on the lines of the generated modules, in the formats that CI shows beside the code.

A reviewer sees modules, not notebooks: the place is the asset's own line, and the sentence names its cells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from promote.model import Finding, Location
from promote.outcome import Outcome
from promote.reports.report_ci import github, gitlab, sarif
from workbench.review.values import Proof, Review
from workbench.review.wording import clean, said

FORMATS: Mapping[str, Callable[[Outcome, bool], str]] = {"github": github, "gitlab": gitlab, "sarif": sarif}
_CODES = {"unverified": "PR605", "missing": "PR606", "broken": "PR606", "stale": "PR606", "failed": "PR503"}


def render_annotations(review: Review, form: str) -> str:
    """Give what is not proven as `github`, `gitlab` or `sarif`."""
    return FORMATS[form](Outcome(tuple(_findings(review))), False)


def _findings(review: Review) -> Iterator[Finding]:
    for change in review.changes:
        asset = change.after
        if asset is None or change.standing not in _CODES:
            continue
        at = Location(asset.path, line=asset.line, tag=clean(asset.tag))
        hint = f"Run `promote {clean(asset.notebook)}` and commit what it writes." if asset.notebook else ""
        message = f"{clean(asset.tag)}{cells_of(asset.proof)}: {said(' '.join(change.reasons))}"
        yield Finding(_CODES[change.standing], "error", message, at, hint)


def cells_of(proof: Proof | None) -> str:
    """Say the cells that an asset was promoted from, where its evidence can be read."""
    cells = sorted({piece.cell for piece in proof.pieces if piece.origin == "step"}) if proof else []
    if proof is None or not cells:
        return ""
    numbers = ", ".join(map(str, cells))
    return f" ({clean(proof.notebook)}, cell{'' if len(cells) == 1 else 's'} {numbers})"
