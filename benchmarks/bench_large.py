"""CPU of analysing a 245-cell notebook, as a ratio to `ast.parse` of a 30-cell one in the same process.

    .venv/bin/python benchmarks/bench_large.py

Reading, selecting and planning, which is all that `--check` does before it looks at files. Budget: 60. Exits 1 beyond.
Every round has a notebook with names of its own, of which nothing is known yet; `edited` is the last one again with one
cell changed, as the panel of the Lab asks for it.
"""

from __future__ import annotations

import ast
import json
from functools import partial
from itertools import count

from measure import call_seconds, notebook, sources

BUDGET = 60.0


def main() -> int:
    """Measure, print and judge."""
    from promote.notebook.read import parse  # noqa: PLC0415 - as above
    from promote.plan import plan  # noqa: PLC0415 - its import is no part of what is measured
    from promote.selection.select import select  # noqa: PLC0415 - as above

    numbers = count()

    def analyse(content: bytes) -> None:
        planned = plan(select(parse(content, "notebooks/a.ipynb")))
        if len(planned.plans) != 80:
            raise SystemExit(f"{len(planned.plans)} steps were planned")

    def large() -> bytes:
        number = next(numbers)
        return json.dumps(notebook(245, str(number))).replace("raw_", f"raw{number}_").encode()

    last = large()

    def edited() -> bytes:
        return last.replace(b"LEAST = 3", b"LEAST = %d" % next(numbers))

    texts = sources(notebook(30))
    base = call_seconds(lambda: [ast.parse(text) for text in texts], 50)
    ours = min(call_seconds(partial(analyse, large())) for _ in range(5))
    analyse(last)
    again = min(call_seconds(partial(analyse, edited())) for _ in range(5))
    print(f"ast.parse, 30 cells     {base * 1000:.2f} ms")
    print(f"analysis, 245 cells     {ours * 1000:.2f} ms, ratio {ours / base:.0f} (budget {BUDGET:.0f})")
    print(f"one cell edited         {again * 1000:.2f} ms, ratio {again / base:.0f}")
    return 0 if ours <= BUDGET * base else 1


if __name__ == "__main__":
    raise SystemExit(main())
