"""The examples of the reference pages run, in their order, and give what the pages say."""

from __future__ import annotations

import doctest
import re
from pathlib import Path
from typing import Any

import pytest

PAGES = Path(__file__).parents[2] / "docs" / "reference"


PAGES_WITH_EXAMPLES = [
    "partitions.md",
    "automation.md",
    "metadata.md",
    "policies.md",
    "classification.md",
    "audit.md",
    "compliance.md",
    "personal-data.md",
    "masking.md",
]


@pytest.mark.parametrize("page", PAGES_WITH_EXAMPLES)
def test_examples_run(page: str) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", (PAGES / page).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert blocks
    names: dict[str, Any] = {"__name__": "example"}
    runner = doctest.DocTestRunner(verbose=False)
    for number, block in enumerate(blocks):
        if ">>>" not in block:
            exec(compile(block, page, "exec", dont_inherit=True), names)  # noqa: S102 - our own page, and running it is the test
            continue
        examples = doctest.DocTestParser().get_doctest(block, names, f"{page} {number}", page, 0)
        said: list[str] = []
        runner.run(examples, out=said.append, clear_globs=False)
        assert not runner.failures, "".join(said)
        names = examples.globs
