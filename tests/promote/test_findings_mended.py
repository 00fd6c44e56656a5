"""What a finding tells to do is done to its page's example: the finding is gone, and no error stands in its place."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from promote.findings import Entry, catalogue
from promote.prepare import prepare
from promote.project import find
from tests.promote.notebooks import notebook

# For each code what stands in the example, its cells written as `%% tags` and their source, and what is put there
MENDED: dict[str, Sequence[tuple[str, str]]] = {
    "PR111": [("\0", r"\0")],
    "PR120": [("> 5\n", "> 5:\n")],
    "PR122": [("%run helpers.ipynb", "import helpers")],
    "PR124": [("!pip install openpyxl\n", "")],
    "PR125": [("!ls data/*.csv", "['a.csv']")],
    "PR126": [("%% bronze:permits", "%% ")],
    "PR127": [("%cd data", "")],
    "PR201": [("silver:\n", "silver:issues\n")],
    "PR202": [("sliver", "silver")],
    "PR203": [(" check:issues", "")],
    "PR204": [("../../issues", "planning_issues")],
    "PR205": [("gold:issues", "gold:counts")],
    "PR207": [("isues", "issues")],
    "PR208": [("# to do", "issues = [1]")],
    "PR209": [("%% silver\n", "%% silver:issues\n")],
    "PR211": [("%% parameters\nuntil", "until")],
    "PR212": [("%% injected-parameters\nsince = 2025\n", "")],
    "PR213": [("%% ", "%% silver:issues")],
    "PR214": [("(2023, 2024)", "[2023, 2024]")],
    "PR215": [("\nlabel = f'FY{year}'", ""), ("years =", "label = f'FY{year}'\nyears =")],
    "PR220": [("dataset\n", "dataset]\n")],
    "PR221": [("ownr", "owner")],
    "PR222": [("yes", "true")],
    "PR224": [("#| key: [b]\n", "")],
    "PR225": [("&a ", "")],
    "PR226": [("issues = [1]\n#| key: [reference]", "#| key: [reference]\nissues = [1]")],
    "PR227": [("8192", "4096")],
    "PR228": [("#| engine: dbt\n", "")],
    "PR301": [("issues = raw", "raw_issues = [1]\nissues = raw")],
    "PR302": [("%% \n", "%% silver:issues\n")],
    "PR303": [("%% \nraw = [3, 1]", ""), ("%% silver", "%% \nraw = [3, 1]\n%% silver")],
    "PR304": [("%% \npermits['fee']", "permits['fee']")],
    "PR305": [("%% silver:issues\nrows = sorted([3, 1])", "%% silver:rows\nrows = sorted([3, 1])\n%% silver:issues")],
    "PR306": [("%% gold:totals\ntotals = [sum(issues)]\n", ""), ("[:1]", "[:1]\n%% gold:totals\ntotals = issues")],
    "PR308": [("exec('issues = [1]')\n", "")],
    "PR309": [("import *", "import clean")],
    "PR310": [("rows", "issues")],
    "PR311": [("%% \n", "%% silver:issues\n"), ("1])\n", "1])\nelse:\n    keep = []\n")],
    "PR312": [("def start", "total = 0\ndef start")],
    "PR313": [("    limit = limit", "    most = limit"), ("Rule.limit", "Rule.most")],
    "PR314": [("= _", "= [1]")],
    "PR315": [("load_asset('issues', as_='pandas')", "a.collect().to_pandas()")],
    "PR316": [("f'{layer}_issues'", "'silver_issues'")],
    "PR317": [("load_asset('issues')", "load_asset('raw_issues')")],
    "PR319": [("\nos.environ['REGION'] = 'north'", ""), ("regions =", "os.environ['REGION'] = 'north'\nregions =")],
    "PR320": [("%% parameters\nsince", "%% parameters\nuntil"), ("[since]", "[until]")],
    "PR321": [("%% silver", "%% parameters\nreport_date = '2024-01-01'\n%% silver"), ("[1]", "[report_date]")],
    "PR324": [("gold:", "bronze:")],
    "PR326": [("%% silver:issues\nissues = raw.head(1)", "")],
    "PR327": [("load_asset('issues')", "issues")],
    "PR328": [("len(load_asset('status', as_='pandas'))", "10")],
    "PR329": [("load_asset('isues')", "issues")],
    "PR330": [("%% \nnames", "%% helpers\nnames"), ("sorted(['b', 'a'])", "['b', 'a']")],
    "PR331": [(", namedtuple", "")],
    "PR402": [("limit = len([5])\nclass Rules:\n    most = limit\n", ""), ("[limit]", "[1]"),
              ("%% silver", "%% helpers\nclass Rules:\n    most = 1\n%% silver")],
    "PR701": [("sample(5)", "sample(5, random_state=0)")],
    "PR702": [("date.today()", "day"), ("%% \n", "%% parameters\nday = '2024-01-01'\n%% \n")],
    "PR703": [("list(", "sorted(")],
    "PR704": [("hash('Ambridge')", "hashlib.sha256(b'Ambridge').hexdigest()"), ("keys =", "import hashlib\nkeys =")],
    "PR705": [("os.environ['REGION']", "region"), ("%% \n", "%% parameters\nregion = 'north'\n%% \n")],
    "PR706": [("silver:", "bronze:")],
    "PR707": [("'data/issues.csv'", "resource('data').path('issues.csv')")],
    "PR708": [("silver:", "bronze:")],
    "PR709": [("totals.to_csv", "%% \ntotals.to_csv")],
    "PR710": [("input('Which authority? ')", "name"), ("%% silver", "%% parameters\nname = 'Ambridge'\n%% silver")],
    "PR711": [("sys.argv[1]", "name"), ("%% silver", "%% parameters\nname = 'Ambridge'\n%% silver")],
    "PR712": [("with ThreadPoolExecutor() as pool:\n    issues = list(pool.map(", "issues = list(map(")],
    "PR713": [("'correct-horse-7'", "resource('register').password"),
              ("%% ", "%% \nfrom platform_core.sdk import resource\n%% ")],
    "PR714": [("os.getcwd()", "place"), ("%% silver", "%% parameters\nplace = 'here'\n%% silver")],
    "PR801": [("totals.apply(lambda row: row['price'] * row['number'], axis=1)", "totals['price'] * totals['number']")],
    "PR802": [("totals = pd.DataFrame()", "parts = []"),
              ("totals = pd.concat([totals, pd.DataFrame({'n': [n]})])",
               "parts.append(pd.DataFrame({'n': [n]}))\ntotals = pd.concat(parts)")],
    "PR803": [("*", "reference, decided_on")],
    "PR804": [("read_parquet", "scan_parquet"), ("pl.col('open'))", "pl.col('open')).collect()")],
    "PR805": [(".collect()", ""), ("pl.col('open'))", "pl.col('open')).collect()")],
    "PR806": [(".sort_values('authority')", ""), (".sum()", ".sum().sort_values('fee')")],
    "PR807": [("how='cross'", "on='reference'")],
    "PR808": [("sums = [*sums, 20]", "%% gold:totals\ntotals = [*sums]")],
    "PR809": [("\n%% gold:published\npublished = issues", "")],
    "PR810": [("%% silver:part_11\npart_11 = [11]", "")],
}  # fmt: skip
# Where nothing needs doing, or what is to be done lies outside the notebook
NOTHING_TO_DO = {"PR121", "PR318", "PR323"}


@pytest.mark.parametrize("entry", [e for e in catalogue().values() if e.cells], ids=lambda entry: entry.code)
def test_what_the_page_tells_to_do_mends_its_example(entry: Entry, data_project: Path) -> None:
    if entry.code in NOTHING_TO_DO:
        assert entry.severity == "note"
        return
    text = "".join(f"%% {tags}\n{source}\n" for tags, source in entry.cells)
    for old, new in MENDED[entry.code]:
        assert old in text
        text = text.replace(old, new)
    cells = [cell.partition("\n") for cell in f"\n{text}".split("\n%% ")[1:]]
    path = data_project / "notebooks" / "example.ipynb"
    path.write_bytes(notebook([(tags, source.rstrip("\n")) for tags, _, source in cells]))
    found = prepare(find(named=data_project), [path], (), include_needed=False)[1]
    told = [f for f in found if f.severity == "error" or (f.code, f.severity) == (entry.code, entry.severity)]
    assert told == []


def told(root: Path, *cells: tuple[str, str]) -> list[str]:
    """Give what the findings of a notebook tell to do."""
    path = root / "notebooks" / "example.ipynb"
    path.write_bytes(notebook(cells))
    return [f.hint for f in prepare(find(named=root), [path], (), include_needed=False)[1] if f.hint]


def test_a_near_name_is_none_that_only_the_statement_itself_binds(data_project: Path) -> None:
    assert told(data_project, ("silver:issues", "issues = raw_issues[:5]")) == [
        "Define it, or import it, in a cell above."
    ]
    assert told(data_project, ("silver:drawn", "drawn = rng.normal()")) == ["Define it, or import it, in a cell above."]
    assert told(data_project, ("silver:counts", "issues = [1]\ncounts = isues[:5]")) == ["Did you mean 'issues'?"]


def test_a_near_asset_of_the_same_notebook_is_not_to_be_loaded(data_project: Path) -> None:
    load = "from platform_core.sdk import load_asset\nrows = load_asset('isues')\ntotals = rows.sum()"
    [hint] = told(data_project, ("silver:issues", "issues = [1]"), ("gold:totals", f"#| output: totals\n{load}"))
    assert hint == "Did you mean 'issues'? It is made in this notebook: use its variable."
