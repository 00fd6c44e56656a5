"""Write docs/reference/tags.md and ipython.md from the vocabulary: the pages can say nothing else than the code.

.venv/bin/python scripts/reference.py docs/reference/tags.md docs/reference/ipython.md
"""

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

PUBLISHED = """\
`#| publish: [{file: fees.csv, to: outbox}, {table: planning.fees, to: register}]`

Each has one of the first four keys. `{partition}` in a file's or object's path stands for the key of a partition; it is
then an output of each. See [publishing](publishing.md)."""

IPYTHON = """\
# IPython's syntax

Made from `promote/vocabulary.json` by `scripts/reference.py`. Notebooks are not Python alone; promoted modules are. So
each magic is dropped with a note, taken off the code that it stands before, translated, or refused in a step with a
hint. In a cell that is no step nothing is refused: what cannot be translated is left out, with a warning where it may
define names. A magic that stands nowhere here is refused in a step, with a did-you-mean.

| syntax | what becomes of it |
|---|---|
| `?x` `x?` `x??` | left out: it shows help |
| `!command` `!!command` | refused in a step; where it installs a package, the hint names the project's dependencies |
| `x = !command` `x = %magic` | `x` stays bound, so that no step can use it unseen |
| `%time f()` `x = %time f()` | the statement stays |
| `get_ipython().run_line_magic("…")` and its like | as the magic itself |
| `pip install x`, `cd data` (no percent sign) | as the magic, where the line is no Python |
| `f(x);` | the semicolon goes: it only silences a display |
| `display(…)`, bare expressions, plots, widgets that nothing uses | left out of a step with a note |
| `interact(f, …)`, `@interact(…)` | stay: they call the function that they are given |
| `await f()` at the top | refused; the hint runs it in a thread, since Jupyter lets no `asyncio.run` into its own |
| `%%sql NAME <<` | a query on DuckDB, see below |

"""
SQL = """
## Cells of SQL

```
%%sql dear <<
SELECT town, rent FROM rents WHERE rent > 900
```

becomes `dear = duckdb.sql(\"\"\"…\"\"\")`, on as many lines. Without `NAME <<` a step's cell gives
the step's own name. It is done where the cell can mean nothing else, and refused with the reason otherwise:

* one statement that reads (`SELECT`, `WITH`, `FROM`, `VALUES`, `PIVOT`, `DESCRIBE`, `SUMMARIZE`);
* from variables of the notebook, its own common tables, `range` and `unnest`: no file, no schema, no other database;
* on DuckDB in memory: `%sql duckdb://`, or no connection at all;
* with nothing put into its text (`:name`, `{{name}}`, `$name`).

So are `%sql dear << SELECT …` and `dear = %sql SELECT …` on a line of any cell.

With `%config SqlMagic.autopandas = True` it gives a pandas frame, with `autopolars` a Polars frame, else a
relation. The run that verifies the notebook runs the query in this form too, so no extension has to be installed.

## Cells of Databricks

`%md`, `%scala`, `%r`, `%sh`, `%fs`, `%python` and `%sql` in the first line make the whole cell one of that
language, in a notebook as in an export with `# MAGIC`. What the
platform gives and the notebook does not define is refused:

| name | what to do |
|---|---|
"""


def ipython_page(words: Mapping[str, Any]) -> str:
    """Give the text of the page on IPython's syntax."""
    said = {
        "drop": "left out",
        "measure": "left out; refused where the statement changes something in place",
        "unwrap": "taken off; what it stands before stays",
        "install": "refused in a step: add the package to the project's dependencies",
    }
    lines: list[str] = []
    for kind, sign, title in (
        ("line", "%", "Line magics"),
        ("cell", "%%", "Cell magics"),
        ("single", "%", "Cells of another language"),
    ):
        table = words["magics"][kind]
        lines += [f"\n## {title}\n", "| magic | what becomes of it in a step |", "|---|---|"]
        for part, text in said.items():
            if part in table:
                lines.append(f"| {' '.join(f'`{sign}{name}`' for name in table[part])} | {text} |")
        for part in ("state", "refuse"):
            for name, hint in sorted(table.get(part, {}).items()):
                lines.append(f"| `{sign}{name}` | refused: {hint} |")
    names = [f"| `{name}` | {hint} |" for name, hint in words["platform_globals"].items()]
    return IPYTHON.rstrip() + "\n" + "\n".join(lines) + "\n" + SQL + "\n".join(names) + "\n"


def page(words: Mapping[str, Any]) -> str:
    """Give the page's text."""
    rows = [
        f"| `{layer}:NAME` | The cell belongs to the step that makes the asset NAME. |" for layer in words["layers"]
    ]
    rows += [f"| `{name}{':NAME' if r['named'] else ''}` | {r['help']} |" for name, r in words["roles"].items()]
    options = [f"| `{name}` | {o['help']}{_choices(o)} |" for name, o in words["options"].items()]
    fields = {kind: limits(kind)["fields"] for kind in words["compute"]}
    compute = [
        f"| `{kind}` | {', '.join(_bounded(n, f) for n, f in given.items())} |" for kind, given in fields.items()
    ]
    checks = [f"| `{name}` | {'yes' if check['bare'] else 'no'} |" for name, check in words["checks"].items()]
    publish = [f"| `{name}` | {about['help']}{_choices(about)} |" for name, about in words["publish"].items()]
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
            f"\n## Final outputs\n\n{PUBLISHED}\n\n| key | meaning |\n|---|---|",
            *publish,
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
    for target in map(Path, sys.argv[1:]):
        made = ipython_page if target.name == "ipython.md" else page
        target.write_text(made(vocabulary()), encoding="utf-8")
