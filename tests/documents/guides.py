"""The pages that are run step by step, as a reader does what they say."""

from __future__ import annotations

from tests.documents.blocks import DOCS, ROOT

HOW_TO = (
    "add-a-check", "share-a-helper", "read-a-colleagues-asset", "when-promotion-refuses", "mask-a-column",
    "move-from-other-tools", "rename-a-step", "schedule-an-asset", "partition-by-tax-year", "run-with-parameters",
    "read-a-database", "handle-a-secret",
)  # fmt: skip
GUIDES = {path.relative_to(ROOT).as_posix() for path in (DOCS / "tutorial").glob("*.md")} | {
    f"docs/guides/{name}.md" for name in HOW_TO
}
