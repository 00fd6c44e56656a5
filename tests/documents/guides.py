"""The pages that are run step by step, as a reader does what they say."""
from tests.documents.blocks import DOCS, ROOT
GUIDES = {page.relative_to(ROOT).as_posix() for page in (DOCS / "tutorial").glob("*.md")}
