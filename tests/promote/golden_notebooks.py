"""The notebooks of the golden folders as pairs of tags and source; `tests/golden/` holds what becomes of them."""

from __future__ import annotations

PANDAS = "import pandas as pd"
POLARS = "import polars as pl"
LOAD = "from platform_core.sdk import load_asset, resource"
Cells = tuple[tuple[str, str], ...]

NOTEBOOKS: dict[str, Cells] = {
    "three_layers": (
        ("md", "# Permits\nPermits as the register holds them."),
        ("", f"{POLARS}\n\n{LOAD}"),
        ("parameters", 'year = "2024"\nleast: float = 10.0'),
        (
            "bronze:raw_permits",
            "#| partitions: {by: static, values: years, parameter: year}\n"
            "#| compute: {kind: lambda, timeout_seconds: 300}\n"
            'raw_permits = pl.scan_csv(resource("register").path(f"{year}.csv"))',
        ),
        ("md", "## Clean permits\nBlanks left out, fees typed."),
        ("helpers", '# the council\'s own codes\nSTATUSES = {"o": "open", "c": "closed"}'),
        (
            "silver:permits",
            "#| key: [permit_id]\n#| checks: [no_nulls, unique_values]\n#| owner: team:planning\n"
            "#| classification: OFFICIAL\n"
            'permits = (\n    load_asset("all_permits")\n    .drop_nulls()  # blanks\n'
            '    .with_columns(status=pl.col("status").replace(STATUSES))\n    .filter(pl.col("fee") >= least)\n'
            '    .sort("permit_id")\n)',
        ),
        ("", "permits.head().collect()"),
        ("check:permits", '#| severity: warn\nassert permits.filter(pl.col("fee") < 0).collect().is_empty()'),
        (
            "gold:fees",
            "#| compute: {kind: fargate, cpu_units: 512, memory_mb: 1024}\n"
            'fees = permits.group_by("authority").agg(pl.col("fee").sum()).sort("authority")',
        ),
        ("chart:fees", 'import altair as alt\n\nalt.Chart(fees.collect()).mark_bar().encode(x="authority", y="fee")'),
    ),
    "functions_read_globals": (
        ("", f"{PANDAS}\nRATE = 0.2"),
        ("parameters", "least = 2"),
        (
            "helpers",
            "def taxed(frame):\n    return frame.assign(tax=frame.n * RATE)\n\n\n"
            "def kept(frame):\n    return taxed(frame)[frame.n >= least]",
        ),
        ("bronze:numbers", 'numbers = pd.DataFrame({"n": [1, 2, 3]})'),
        ("silver:taxes", "taxes = kept(numbers)"),
    ),
    "changed_in_place": (
        ("", PANDAS),
        ("bronze:a", '#| output: df\ndf = pd.DataFrame({"n": [1, 2]})'),
        ("silver:b", '#| output: df\ndf["m"] = df.n * 2\ndf.drop(columns="n", inplace=True)'),
    ),
    "changed_by_exploration": (
        ("", PANDAS),
        ("bronze:a", 'a = pd.DataFrame({"n": [1, 2]})'),
        ("", 'same = a\nsame["m"] = 0'),
        ("silver:b", "b = a.sum().to_frame()"),
    ),
    "computed_by_exploration": (
        ("", PANDAS),
        ("bronze:a", 'a = pd.DataFrame({"n": [1, 2, 3]})'),
        ("", "low = a.n.min()\nmiddle = (low + a.n.max()) / 2"),
        ("silver:b", "b = a[a.n > middle]"),
    ),
    "interleaved_steps": (
        ("", PANDAS),
        ("bronze:a", 'a = pd.DataFrame({"n": [3, 1]})'),
        ("silver:b", "b = a.copy()"),
        ("silver:c", "c = a.head(1)"),
        ("silver:b", 'b["m"] = b.n + 1'),
        ("gold:d", "d = b.merge(c)"),
    ),
    "names_that_clash": (
        ("", PANDAS),
        ("bronze:rows", 'max = max([1, 2])\nrows = pd.DataFrame({"n": [max]})'),
        ("helpers", "def tidy(frame):\n    return frame.drop_duplicates()"),
        ("silver:tidy", "tidy = tidy(rows)"),
    ),
    "hidden_state": (
        ("", "import numpy as np\nimport pandas as pd\n\nnp.random.seed(3)"),
        ("bronze:noise", 'noise = pd.DataFrame({"n": np.random.normal(size=2)})'),
    ),
    "changed_process": (
        ("", f"from decimal import Decimal, getcontext\n\n{PANDAS}"),
        ("bronze:shares", 'shares = pd.DataFrame({"share": [str(Decimal(1) / n) for n in (3, 7)]})'),
        ("", "getcontext().prec = 4"),
        (
            "silver:rounded",
            'rounded = shares.assign(third=str(Decimal(1) / 3))\npd.set_option("mode.string_storage", "python")',
        ),
    ),
    "what_is_refused": (
        ("", f"{PANDAS}\n{LOAD}"),
        ("bronze:never", "never = pd.DataFrame(misspelt)"),
        ("bronze:late", "late = pd.DataFrame({'n': [after]})"),
        ("", "after = 1"),
        ("bronze:names", "names = pd.DataFrame(globals())"),
        ("bronze:two", "one, two_ = 1, 2"),
        ("silver:asks", "asks = load_asset('x' + 'y')"),
    ),
    "star_import": (
        ("", "import pandas as pd\nfrom helpers_of_ours import *"),
        ("bronze:star", "star = clean(pd.DataFrame())"),
        ("bronze:fine", "fine = pd.DataFrame()"),
    ),
    "closures_and_classes": (
        ("", PANDAS),
        (
            "helpers",
            'SCALE = 2\n\n\nclass Ledger:\n    """Counts what it adds."""\n\n    def __init__(self, rows):\n'
            "        self.rows = rows\n\n    def add(self, n):\n"
            "        self.rows.append(n * SCALE)\n        return self",
        ),
        ("", "rate = len('abc')\ntimes = lambda n: n * rate"),
        ("", "ledger = Ledger([])"),
        ("", "ledger.add(1)  # by hand"),
        ("", "print(ledger.rows)\nrate = 10"),
        ("bronze:entries", 'entries = pd.DataFrame({"n": [times(n) for n in ledger.add(2).rows]})'),
    ),
    "one_object_in_two_assets": (
        ("", PANDAS),
        ("bronze:a", 'a = pd.DataFrame({"n": [1, 2]})'),
        ("silver:b", "b = a"),
        ("gold:c", 'b["m"] = 1\nc = a.join(b[["m"]], rsuffix="_b")'),
        ("gold:d", "d = b.copy()"),
    ),
    "shown_and_drawn": (
        ("", f"{PANDAS}\nimport altair as alt"),
        (
            "silver:fees",
            'fees = pd.DataFrame({"fee": [3.0, 1.0]})\nfees.head()\nqueue = [1, 2]\nqueue.pop()\n'
            "for column in fees.columns:\n    display(fees[column])\n    queue.append(len(column))\n"
            'alt.Chart(fees).mark_bar().encode(x="fee")\nfees["n"] = len(queue); fees',
        ),
    ),
    "only_what_is_needed": (
        ("", PANDAS),
        ("", "import math\n\nunused = math.pi\nlow = 1\nlow += 1  # after all"),
        (
            "",
            "rows = []\nfor n in range(4):\n    # keep the large\n    if n >= low:\n        rows.append(n)\n"
            "print(rows)",
        ),
        ("", "frame = pd.DataFrame({'n': rows})\nframe.describe()\nother = frame.sum()"),
        ("silver:large", "large = frame.sort_values('n', ascending=False)"),
    ),
    "a_slice_that_two_steps_share": (
        ("", PANDAS),
        ("bronze:a", 'a = pd.DataFrame({"k": ["x", "y"], "n": [1, 2]})'),
        ("", "names = {k: k.upper() for k in a.k}"),
        ("silver:b", "b = a.assign(name=a.k.map(names))"),
        ("silver:c", "c = a.assign(count=len(names))"),
    ),
    "definitions_that_steps_share": (
        ("", f"{PANDAS}\nimport math"),
        (
            "helpers",
            'KINDS = ["x", "y"]\n\n\ndef known(frame):\n    """Keep the kinds we know."""\n'
            "    return frame[frame.k.isin(KINDS)]  # others are mistakes\n\n\n"
            "def halved(frame):\n    return frame.assign(n=frame.n.map(math.sqrt))",
        ),
        ("bronze:a", 'a = known(pd.DataFrame({"k": ["x", "y", "z"], "n": [1, 2, 3]}))'),
        ("silver:b", "b = halved(known(a))"),
        ("gold:c", "c = b.assign(kinds=len(KINDS))"),
    ),
    "text_as_written": (
        ("", POLARS),
        (
            "silver:texts",
            'note = """first\n  second\n"""\nif note:\n\tlines = note.split("\\n")  # tabs stay\n'
            'größe = len(lines); texts = pl.DataFrame({"t": lines, "n": [größe] * größe})',
        ),
    ),
    "final_outputs": (
        ("", f"{POLARS}\n\n{LOAD}"),
        ("parameters", 'year = "2024"'),
        (
            "silver:fees_by_year",
            "#| partitions: {by: static, values: years, parameter: year}\n#| owner: [team:fees, a@b.uk]\n"
            "#| publish: [{file: '{partition}/fees.csv', to: outbox, dates: uk}, "
            "{table: planning.fees, to: database, mode: upsert, key: [year]}, {file: all.xlsx, to: outbox}]\n"
            'fees_by_year = load_asset("permits").filter(pl.col("year") == year)',
        ),
        (
            "gold:fees",
            "#| publish: {index: fees.sqlite, to: outbox, text: [authority], name: fees_search}\n"
            'fees = load_asset("fees_by_year").group_by("authority").agg(pl.col("fee").sum())',
        ),
        (
            "gold:totals",
            "#| publish: {file: '{partition}.csv', to: outbox}\n"
            'totals = load_asset("fees_by_year").select(pl.col("fee").sum())',
        ),
    ),
}

# What a function looks up is met in the order of a set: which of its names is told must not hang on that
LOOKED_UP: Cells = (
    (
        "",
        f'{LOAD}\nsource = load_asset("source")\na, b, c, d, e = 1, 1, 1, 1, 1\n\n\ndef f(): return a + b + c + d + e',
    ),
    ("silver:three", "three = [f]"),
    ("", "a = 2\nb = 2\nc = 2\nd = 2\ne = 2"),
    ("silver:two", "two = [three]"),
)
