"""Put a review together: two revisions read, compared and judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from platform_core.governance.days import today
from platform_core.values import replace
from promote.small_counts import small_of
from workbench.review.assurance import assurance, missing
from workbench.review.differences import differences
from workbench.review.judgement import checklist, judge
from workbench.review.lineage import lineage
from workbench.review.model_columns import model_columns
from workbench.review.policies import governed, stopping
from workbench.review.revisions import Repository, Revision
from workbench.review.snapshot import Reader
from workbench.review.values import AssetChange, ColumnImpact, Review, Snapshot

Below = Callable[[Snapshot, tuple[AssetChange, ...]], tuple[ColumnImpact, ...]]


def review(root: Path, package: str, asked: str, columns: Below | None = None) -> Review:
    """Compare two revisions of a project.

    Args:
        root: The project's folder.
        package: Its Python package.
        asked: `BASE..HEAD`, `BASE...HEAD`, or `BASE` alone for the working tree.
        columns: Follows the columns that changed, where somebody knows what is made from them.

    Raises:
        UsageError: There is no git, no repository, or no such revision.
        UserError: `small_counts` of the project is no number that can be used.
    """
    repository = Repository(root)
    before, after = repository.range(asked)
    reader = Reader(repository, package)
    base, head = reader.snapshot(before), reader.snapshot(after)
    changes = differences(base, head, cache(lambda path: _text(repository, after, path)))
    below = lineage(base, head, changes)
    if columns is not None:
        below = replace(below, columns=columns(head, changes))
    settings = tuple(_settings(base, head))
    assured = assurance(head, changes)
    ruled = governed(base, head, changes, today())
    lacking = [*(missing(assured) if head.level else ()), *stopping(ruled)]
    verdict, reasons, notes = judge(base, head, changes, lacking)
    return Review(
        base=base,
        head=head,
        verdict=verdict,
        reasons=reasons,
        changes=changes,
        unchanged=len(head.assets) - sum(change.after is not None for change in changes),
        lineage=below,
        settings=settings,
        notes=notes,
        checklist=checklist(base, head, changes, below, len(settings)),
        prefix=repository.prefix,
        small=small_of(root),
        assurance=assured,
        governed=ruled,
        models=model_columns(head, changes),
    )


def _text(repository: Repository, revision: Revision, path: str) -> str | None:
    content = repository.read(revision, [path]).get(path)
    return None if content is None else content.decode("utf-8", "surrogateescape")


def _settings(base: Snapshot, head: Snapshot) -> Iterator[tuple[str, str, str]]:
    """Give the settings that differ: where, and what stands for the value before and after, never the value itself."""
    for place in sorted(base.settings.keys() | head.settings.keys()):
        before, after = base.settings.get(place), head.settings.get(place)
        if before != after:
            yield place, _value(before), _value(after)


def _value(mark: str | None) -> str:
    if mark is None:
        return "not there"
    return mark.partition("#")[0].strip() or "a value"
