"""Write docs/reference/tags.md from the vocabulary, so that the page cannot say anything else than the code."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from platform_core.compute_kinds import limits
from promote.vocabulary import vocabulary

TOP = """\
# The tag language

Made from `promote/vocabulary.json` by `scripts/reference.py`; the Lab panel reads the same file.

A cell carries at most one of these tags. Tags of other tools are left alone; one that is near one of ours is an error
with a suggestion.

"""
NAMES = """
A NAME is lower-case letters, digits and underscores, at most {longest} of them, and unique in the project. A bare layer
(`silver`) takes the name of the one variable that its cell assigns.

## Options

`#|` lines at the top of a step's first cell, in YAML 1.2: a date stays the text written, `no` is text. Keys of Quarto
and nbdev are passed over.

"""


def page(words: Mapping[str, Any]) -> str:
    """Give the page's text."""
    rows = [
        f"| `{layer}:NAME` | The cell belongs to the step that makes the asset NAME. |" for layer in words["layers"]
    ]
    rows += [f"| `{name}{':NAME' if r['named'] else ''}` | {r['help']} |" for name, r in words["roles"].items()]
    options = [
        f"| `{name}` | {o['help']}{_choices(o)}{'' if o.get('available', True) else ' Not available yet.'} |"
        for name, o in words["options"].items()
    ]
    fields = {kind: limits(kind)["fields"] for kind in words["compute"]}
    compute = [
        f"| `{kind}` | {', '.join(_bounded(n, f) for n, f in given.items())} |" for kind, given in fields.items()
    ]
    checks = [f"| `{name}` | {'yes' if check['bare'] else 'no'} |" for name, check in words["checks"].items()]
    written = "`#| compute: {kind: fargate, cpu_units: 512, memory_mb: 1024}`"
    return "\n".join(
        [
            TOP + "| tag | meaning |\n|---|---|",
            *rows,
            NAMES.format(longest=words["name"]["longest"]) + "| option | meaning |\n|---|---|",
            *options,
            f"\n## Compute\n\n{written}\n\n| kind | options |\n|---|---|",
            *compute,
            "\n## Checks by name\n\n| check | may stand without arguments |\n|---|---|",
            *checks,
            "",
        ]
    )


def _bounded(name: str, field: Mapping[str, Any]) -> str:
    least, most = field.get("minimum"), field.get("maximum")
    bounds = f"{least} to {most}" if most is not None else f"from {least}" if least is not None else ""
    return f"`{name}`" + (f" ({bounds})" if bounds else "")


def _choices(option: Mapping[str, Any]) -> str:
    return f" One of {', '.join(f'`{c}`' for c in option['choices'])}." if "choices" in option else ""


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(vocabulary()), encoding="utf-8")
