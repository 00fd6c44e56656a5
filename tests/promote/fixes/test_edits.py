"""Fixes: each makes its finding go away, twice is as once, and no other byte of the notebook changes."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from promote.cli import main
from promote.edits import Edit, TagEdit
from promote.fixes.declare import with_resource
from promote.fixes.edits import apply_fix, fix_all
from promote.fixes.reads import surely_failing
from promote.fixes.scripts import apply_to_script
from promote.model import Finding, Fix, Location
from promote.prepare import prepare
from promote.project import find

Cells = list[tuple[str, str]]
IMPORTS = ("", "import random\nimport numpy as np\nimport pandas as pd\nfrom platform_core.sdk import load_asset")
FRAMES = "import pandas as pd\nfrom platform_core.sdk import load_asset"
RAW = 'raw = load_asset("raw", as_="pandas")\n'


def written(cells: Cells, *, indent: int | None = 1, lines: bool = True, bare: bool = False) -> str:
    """Give a notebook as Jupyter writes it, or as other tools do."""
    made: list[dict[str, Any]] = []
    for tags, source in cells:
        metadata = {"collapsed": True, "tags": tags.split()} if tags else {} if bare else {"collapsed": True}
        text: Any = source.splitlines(keepends=True) if lines else source
        made.append({"cell_type": "code", "metadata": metadata, "outputs": [{"x": "é\u2028"}], "source": text})
    content = {"nbformat": 4, "cells": made, "zeta": 1, "metadata": {}}
    return json.dumps(content, indent=indent, ensure_ascii=False) + "\n"


def analysed(root: Path, path: Path) -> list[Finding]:
    return list(prepare(find(named=root), [path], (), include_needed=False)[1])


CASES: dict[str, tuple[str, Cells, list[str]]] = {
    "a late import": (
        "PR303",
        [IMPORTS, ("silver:out", "out = [math.pi]"), ("", "x = 1\nimport math\ny = 2")],
        ["import math\nimport random", "x = 1\ny = 2"],
    ),
    "a late import that ends its cell": (
        "PR303",
        [("silver:out", "#| key: [a]\nout = [math.pi]"), ("", "x = 1\nimport math  # π")],
        ["#| key: [a]\nimport math  # π\nout = [math.pi]", "x = 1"],
    ),
    "a late import alone in its cell": (
        "PR303",
        [("silver:out", "out = [floor(2.5)]"), ("", "from math import (\n    floor,\n)")],
        ["from math import (\n    floor,\n)\nout = [floor(2.5)]"],
    ),
    "a star": (
        "PR309",
        [
            ("", "import math  # π\nfrom operator import *  # all of it"),
            (
                "",
                "def rise(n, by=1):\n    try:\n        return add(n, by)\n    except TypeError as e:\n        print(e)",
            ),
            ("silver:out", "out = [rise(mul(2, 3)), math.pi, len(str(by))] if (by := 2) else neg"),
        ],
        ["from operator import add, mul, neg  # all of it"],
    ),
    "a star that brings much": (
        "PR309",
        [
            ("", "from operator import *"),
            (
                "silver:out",
                "out = [itemgetter, attrgetter, methodcaller, countOf, concat, contains, truediv, floordiv, lshift]",
            ),
        ],
        ["import (\n    attrgetter, concat, contains, countOf,", "truediv,\n)"],
    ),
    "a star that takes the place of Python's own": (
        "PR309",
        [("", "from operator import *"), ("silver:out", "out = [abs(add(1, -3)), len('ab')]")],
        ["from operator import abs, add"],
    ),
    "constants": ("PR302", [("", "LIMIT = max([1, 2])"), ("silver:out", "out = [LIMIT]")], ["LIMIT = max([1, 2])"]),
    "a frame that an untagged cell reads": (
        "PR302",
        [
            ("", FRAMES),
            ("", "df = pd.read_csv('https://a.uk/Rents.csv').dropna()\ndf.head()"),
            ("silver:out", "out = df.head()"),
        ],
        ["df = pd.read_csv("],
    ),
    "an option below the top": (
        "PR226",
        [("silver:out", "%%time\n\n#| ordered: true\nout = [1]\n#| key: [a]")],
        ["%%time\n\n#| ordered: true\n#| key: [a]\nout = [1]"],
    ),
    "an option of a later cell": (
        "PR226",
        [("silver:out", "out = [1]"), ("silver:out", "#| owner: team:é\nout += [2]")],
        ["#| owner: team:é\nout = [1]", "out += [2]"],
    ),
    "an option under a cell magic alone": (
        "PR226",
        [("silver:out", "%%time\nout = [1]\n#| key: [a]\nout += [2]")],
        ["%%time\n#| key: [a]\nout = [1]\nout += [2]"],
    ),
    "a generator": (
        "PR701",
        [IMPORTS, ("silver:out", "rng = np.random.default_rng()\nout = [rng.normal()]")],
        ["rng = np.random.default_rng(0)\nout"],
    ),
    "a sample": (
        "PR701",
        [("", FRAMES), ("silver:out", RAW + "out = raw.sample(\n    5,\n)")],
        ["out = raw.sample(\n    5,\nrandom_state=0)"],
    ),
    "module functions": (
        "PR701",
        [IMPORTS, ("silver:out", "a = 1\nout = [np.random.rand(), np.random.rand()]\nb = np.random.rand()")],
        ["a = 1\nnp.random.seed(0)\nout"],
    ),
    "an export at the end": (
        "PR709",
        [
            ("", FRAMES),
            (
                "bronze:out",
                "out = pd.DataFrame({'a': [1]})\n\n# for the team\nout.to_csv('a.csv')\nprint('é')\nout.head()",
            ),
        ],
        ["out = pd.DataFrame({'a': [1]})", "# for the team\nout.to_csv('a.csv')\nprint('é')\nout.head()"],
    ),
    "an export at the end of a cell that only adds columns": (
        "PR709",
        [
            ("", FRAMES),
            ("bronze:out", "out = pd.DataFrame({'a': [1]})"),
            ("bronze:out", "out['b'] = out['a'] * 2\n\nout.to_csv('a.csv')"),
        ],
        ["out['b'] = out['a'] * 2", "out.to_csv('a.csv')"],
    ),
    "a test that always holds in a notebook": (
        "PR314",
        [("silver:out", "if __name__ == '__main__':\n    out = [1]")],
        ["if True:\n    out = [1]"],
    ),
    "a workbook that is written": (
        "PR709",
        [
            ("", FRAMES),
            (
                "bronze:out",
                "out = pd.DataFrame({'a': [1]})\nwith pd.ExcelWriter('a.xlsx') as book:\n    out.to_excel(book)",
            ),
        ],
        ["out = pd.DataFrame({'a': [1]})", "with pd.ExcelWriter('a.xlsx') as book:\n    out.to_excel(book)"],
    ),
    "random": (
        "PR701",
        [IMPORTS, ("silver:out", "out = [random.random()]")],
        ["random.seed(0)\nout = [random.random()]"],
    ),
    "a set in a list": ("PR703", [("silver:out", "out = list({'a', 'b'})")], ["out = sorted({'a', 'b'})"]),
    "a set in a text": (
        "PR703",
        [("silver:out", "é = 'é'; out = [','.join({\n  'a', é})]")],
        ["é = 'é'; out = [','.join(sorted({\n  'a', é}))]"],
    ),
    "a folder's names": (
        "PR703",
        [("", "import os"), ("bronze:out", "é = 1; out = os.listdir('é')")],
        ["é = 1; out = sorted(os.listdir('é'))"],
    ),
    "a tag": ("PR202", [("sliver:out", "out = [1]")], ["out = [1]"]),
    "a plain tag": ("PR202", [("helper", "def f(): ..."), ("silver:out", "out = [1]")], ["out = [1]"]),
    "an option": ("PR221", [("silver:out", "#| ownr: team:a\nout = [1]")], ["#| owner: team:a\nout = [1]"]),
    "a key of an option": (
        "PR221",
        [("silver:out", "#| compute: {kind: fargate, cpu-units: 512, memory_mb: 1024}\nout = [1]")],
        ["#| compute: {kind: fargate, cpu_units: 512"],
    ),
    "a value": ("PR222", [("silver:out", "#| checks: [no_null]\nout = [1]")], ["#| checks: [no_nulls]\nout"]),
    "an output": (
        "PR310",
        [("silver:out", "rows = made([3, 1])\nn = 1\nbest = rows[:n]\nprint(best)")],
        ["#| output: best\nrows = made([3, 1])"],
    ),
    "an output beside options": (
        "PR310",
        [("silver:out", "%%time\n#| key: [a]\nrows = made([3, 1])\nbest = rows[:1]")],
        ["%%time\n#| key: [a]\n#| output: best\nrows"],
    ),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("form", [{}, {"indent": 4}, {"indent": None}, {"lines": False}, {"bare": True}], ids=str)
def test_after_a_fix_its_finding_is_gone(case: str, form: dict[str, Any], data_project: Path) -> None:
    code, cells, expected = CASES[case]
    path = data_project / "notebooks" / "a.ipynb"
    path.write_text(written(cells, **form), encoding="utf-8")
    assert code in {f.code for f in analysed(data_project, path)}
    done, left = fix_all(data_project, lambda: analysed(data_project, path))
    assert [one.finding.code for one in done] == [code]
    assert code not in {f.code for f in left}
    text = path.read_text(encoding="utf-8")
    sources = ["".join(cell["source"]) for cell in json.loads(text)["cells"]]
    for part in expected:
        assert any(part in source for source in sources), sources
    assert fix_all(data_project, lambda: analysed(data_project, path))[0] == []
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("source", "tag"),
    [
        ("df = pd.read_csv('Rents 24.csv')", "bronze:rents_24"),
        ("import seaborn as sns\nd = sns.load_dataset('tips')", "bronze:tips"),
        ("rents = pd.read_sql('select 1', db).rename(columns=str)\nprint(rents)", "bronze:rents"),
        ("df = pd.read_csv('a.csv')\nn = 1", ""),
        ("df = pd.read_csv('a.csv')\ndf.pop('a')", ""),
        ("n = len(pd.read_csv('a.csv'))", ""),
        ("df = pd.read_csv('a.csv').mean()", ""),
        ("df = other = pd.read_csv('a.csv')", ""),
    ],
)
def test_a_cell_that_gives_one_frame_of_a_source_becomes_a_bronze_step(
    source: str, tag: str, data_project: Path
) -> None:
    name = source.replace("import seaborn as sns\n", "").partition(" ")[0]
    path = data_project / "notebooks/a.ipynb"
    path.write_text(written([IMPORTS, ("", source), ("silver:out", f"out = {name}")]), encoding="utf-8")
    for needed in (True, False):
        found = prepare(find(named=data_project), [path], (), include_needed=needed)[1]
        offered = {f.fix.what for f in found if f.fix and f.code in {"PR302", "PR706", "PR708"}}
        assert offered == ({f"Tag cell 2 {tag}."} if tag else set())


@pytest.mark.parametrize("case", CASES)
def test_the_file_is_as_jupyter_would_write_it(case: str, data_project: Path) -> None:
    """Indentation, key order, line lists and the end of the file stay; so only what changed differs in git."""
    path = data_project / "notebooks" / "a.ipynb"
    path.write_text(written(CASES[case][1]), encoding="utf-8")
    before = path.read_text(encoding="utf-8").split("\n")
    fix_all(data_project, lambda: analysed(data_project, path))
    text = path.read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), indent=1, ensure_ascii=False) + "\n"
    for cell in json.loads(text)["cells"]:
        assert cell["source"] == "".join(cell["source"]).splitlines(keepends=True)
    kept = sum(line in text.split("\n") for line in before)
    assert kept >= len(before) - 4


def test_an_option_of_the_lab_panel_is_renamed(data_project: Path) -> None:
    path = data_project / "notebooks" / "a.ipynb"
    metadata = {"tags": ["silver:out"], "workbench": {"ownr": "team:a", "key": ["a"]}}
    content = {"nbformat": 4, "cells": [{"cell_type": "code", "source": "out = [1]", "metadata": metadata}]}
    path.write_text(json.dumps(content), encoding="utf-8")
    done, left = fix_all(data_project, lambda: analysed(data_project, path))
    assert [one.what for one in done] == ["Write owner for ownr."]
    assert path.read_text(encoding="utf-8") == json.dumps(content).replace("ownr", "owner")
    assert not [f for f in left if f.severity == "error"]


def test_a_fix_that_does_not_help_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(written([("", "x = 1")]), encoding="utf-8")
    fix = Fix("Write a line.", (Edit(1, 1, 1, 1, 1, "y = 2\n"),))
    finding = Finding("PR301", "error", "Gone.", Location("a.ipynb", 1), fix=fix)
    done, left = fix_all(tmp_path, lambda: [finding])
    assert (len(done), left) == (1, [finding])


def test_windows_line_ends_and_marks_stay() -> None:
    raw = b"\xef\xbb\xbf" + json.dumps({"cells": [{"source": "a = 1\r\nb = 2\r\n", "metadata": {}}]}).encode()
    fixed = apply_fix(raw, Fix("", (Edit(1, 2, 1, 2, 1, "c = 3\n"), TagEdit(1, "", "helpers"))))
    assert fixed.startswith(b"\xef\xbb\xbf")
    cell = json.loads(fixed.decode("utf-8-sig"))["cells"][0]
    assert cell == {"source": "a = 1\r\nc = 3\r\nb = 2\r\n", "metadata": {"tags": ["helpers"]}}


@given(
    st.lists(st.text("ab \té\\\"'😀", max_size=6), min_size=1, max_size=5),
    st.data(),
    st.sampled_from(["", "x", "é\n", "\n", "a\nb\n", '"\\']),
    st.booleans(),
)
def test_an_edit_of_the_json_is_the_edit_of_the_text(
    lines: list[str], data: st.DataObject, put: str, as_lines: bool
) -> None:
    def place() -> tuple[int, int]:
        line = data.draw(st.integers(1, len(lines)))
        return line, data.draw(st.integers(1, len(lines[line - 1]) + 1))

    (start, end) = sorted([place(), place()])
    whole = "\n".join(lines)
    offsets = [sum(len(text) + 1 for text in lines[: line - 1]) + column - 1 for line, column in (start, end)]
    raw = written([("helpers", "before"), ("", whole), ("", "after")], lines=as_lines).encode()
    fixed = apply_fix(raw, Fix("", (Edit(2, *start, *end, put),)))
    expected = json.loads(raw)
    text = whole[: offsets[0]] + put + whole[offsets[1] :]
    got = json.loads(fixed)
    assert "".join(got["cells"][1]["source"]) == text
    got["cells"][1]["source"] = expected["cells"][1]["source"]
    assert got == expected


def test_the_command(data_project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = data_project / "notebooks" / "a.ipynb"
    path.write_text(written([("sliver:out", "out = [hash('a')]")]), encoding="utf-8")
    assert main(["--project", str(data_project), "--fix", str(path)]) == 1
    shown = capsys.readouterr().out
    assert "PR610 (note) PR202: Tag the cell silver:out." in shown
    assert "PR704" in shown
    assert not (data_project / "src").exists()
    assert main(["--project", str(data_project), "--fix", "--check", str(path)]) == 2


READS: Cells = [
    ("", "# all of it\nimport pandas as pd\nfrom pathlib import Path"),
    ("", "TOWNS = 'raw/towns.csv'"),
    ("parameters", "file = 'raw/rents.csv'"),
    ("bronze:a", "é = 1; a = pd.read_csv('raw/rents.csv')"),
    ("bronze:b", "%%time\nwith open(TOWNS) as f:\n    b = pd.read_csv(f)\nc = Path('../sources/x y.txt').read_text()"),
    ("bronze:c", "c = [pd.read_csv(file), pd.read_csv('gone.csv'), pd.read_csv(f'raw/{n}.csv')]"),
    ("bronze:d", "def g():\n    return pd.read_csv('raw/rents.csv')\nd = g() if file else pd.read_csv('/x.csv')"),
    ("bronze:e", "import glob\ne = pd.concat(map(pd.read_csv, sorted(glob.glob('./raw/[rt]*.csv'))))"),
    (
        "bronze:f",
        "here = Path.cwd()\nf = pd.read_csv((here.parent / 'notebooks' / 'raw').joinpath('rents').with_suffix('.csv'))",
    ),
]
READ = [
    "# all of it\nfrom platform_core.sdk import resource\nimport pandas as pd\nfrom pathlib import Path",
    READS[1][1],
    READS[2][1],
    'é = 1; a = pd.read_csv(resource("raw").path("rents.csv"))',
    '%%time\nwith open(resource("raw").path("towns.csv")) as f:\n    b = pd.read_csv(f)\n'
    'c = resource("sources_2").path("x y.txt").read_text()',
    "c = [pd.read_csv(resource(\"notebooks\").path(file)), pd.read_csv('gone.csv'), "
    "pd.read_csv(resource(\"notebooks\").path(f'raw/{n}.csv'))]",
    'def g():\n    return pd.read_csv(resource("raw").path("rents.csv"))\nd = g() if file else pd.read_csv(\'/x.csv\')',
    'import glob\ne = pd.concat(map(pd.read_csv, sorted(glob.glob(str(resource("raw").path("[rt]*.csv"))))))',
    'here = Path.cwd()\nf = pd.read_csv(resource("raw").path("rents.csv"))',
]


def with_files(root: Path) -> None:
    for name in ("notebooks/raw/rents.csv", "notebooks/raw/towns.csv", "sources/x y.txt"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("a\n1\n")
    (root / "config").mkdir()
    (root / "config/prod.yaml").write_text("resources: {sources: {type: s3, bucket: b}}")


def test_a_file_beside_the_notebook_is_read_through_a_resource(data_project: Path) -> None:
    """The configuration declares it; a second time nothing is left to do."""
    with_files(data_project)
    config = data_project / "config/base.yaml"
    config.write_text("resources: {raw: {type: files, root: ./notebooks/raw}}", encoding="utf-8")
    config.chmod(0o640)
    path = data_project / "notebooks/a.ipynb"
    path.write_text(written(READS), encoding="utf-8")
    done, left = fix_all(data_project, lambda: analysed(data_project, path))
    assert {one.finding.code for one in done} == {"PR707"}
    assert ["".join(c["source"]) for c in json.loads(path.read_text(encoding="utf-8"))["cells"]] == READ
    added = "notebooks: {type: files, root: notebooks}, sources_2: {type: files, root: sources}, raw: {"
    assert config.read_text(encoding="utf-8") == f"resources: {{{added}type: files, root: ./notebooks/raw}}}}"
    assert config.stat().st_mode & 0o777 == 0o640
    assert [f.location.cell for f in left if f.code == "PR707"] == [6, 7]
    assert not [f for f in left if f.fix]
    before = config.read_bytes(), path.read_bytes()
    assert fix_all(data_project, lambda: analysed(data_project, path))[0] == []
    assert (config.read_bytes(), path.read_bytes()) == before


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "out = duckdb.sql(\"SELECT a FROM 'raw/rents.csv'\").df()",
            "out = duckdb.sql(f\"SELECT a FROM '{resource('raw').path('rents.csv')}'\").df()",
        ),
        (
            'q = """\nSELECT a\nFROM \'raw/*.csv\' -- é\nJOIN \'raw/towns.csv\' USING (a)"""\nout = duckdb.sql(q).df()',
            "FROM '{resource('raw').path('*.csv')}' -- é\nJOIN '{resource('raw').path('towns.csv')}' USING (a)\"\"\"",
        ),
        (
            "RAW = 'raw/rents.csv'\nout = duckdb.sql(f\"SELECT a FROM '{RAW}'\").df()",
            'RAW = str(resource("raw").path("rents.csv"))\nout',
        ),
        ("out = duckdb.sql(\"SELECT '{}' || a FROM 'raw/rents.csv'\").df()", ""),
    ],
)
def test_a_file_in_a_query_is_named_by_a_resource(source: str, expected: str, data_project: Path) -> None:
    with_files(data_project)
    path = data_project / "notebooks/a.ipynb"
    path.write_text(written([("", "import duckdb"), ("bronze:out", source)]), encoding="utf-8")
    done, left = fix_all(data_project, lambda: analysed(data_project, path))
    assert {one.finding.code for one in done} == ({"PR707"} if expected else set())
    assert ("PR707" in {f.code for f in left}) is not bool(expected)
    cell = "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][1]["source"])
    assert expected in cell
    assert expected or cell == source


def test_a_cell_that_is_cut_is_a_notebook_still(data_project: Path) -> None:
    """It has an id where cells have one; nothing but the new cell and what went into it changes."""
    path = data_project / "notebooks" / "n.ipynb"
    source = ["out = pd.DataFrame({'a': [1]})\n", "out.to_csv('a.csv')"]
    cell = {"cell_type": "code", "execution_count": 3, "id": "a1", "metadata": {"tags": ["bronze:out"]}}
    cells = [
        {"cell_type": "code", "execution_count": 1, "id": "a0", "metadata": {}, "outputs": [], "source": [FRAMES]},
        {**cell, "outputs": [{"name": "stdout", "output_type": "stream", "text": ["1\n"]}], "source": source},
    ]
    content = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(content, indent=1) + "\n")
    fix_all(data_project, lambda: analysed(data_project, path))
    after = json.loads(path.read_text())
    assert [one["source"] for one in after["cells"][1:]] == [[source[0].rstrip()], [source[1]]]
    assert {**after["cells"][2], "id": ""} == {
        "cell_type": "code",
        "execution_count": None,
        "id": "",
        "metadata": {},
        "outputs": [],
        "source": [source[1]],
    }
    nbformat.validate(after)
    assert path.read_text() == json.dumps(after, indent=1) + "\n"


@pytest.mark.parametrize("head", ["for m in ['rents']:", "def read(m):"])
@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ("f'raw/{m}.csv'", "path"),
        ("os.path.join('raw', m + '.csv')", "path"),
        ("RAW / f'{m}.csv'", "str(path)"),
    ],
)
def test_a_path_that_is_made_in_a_loop_or_function_is_read_through_a_resource(
    made: str, expected: str, head: str, data_project: Path
) -> None:
    with_files(data_project)
    path = data_project / "notebooks/a.ipynb"
    body = f"\n    path = {made}\n    out = pd.read_csv(path)"
    source = f"RAW = Path('raw')\n{head}{body}"
    source += "\n    return out\nout = read('rents')" if head.startswith("def") else ""
    imports = f"{FRAMES}\nimport os\nfrom pathlib import Path"
    path.write_text(written([("", imports), ("bronze:out", source)]), encoding="utf-8")
    done, left = fix_all(data_project, lambda: analysed(data_project, path))
    assert [one.finding.code for one in done] == ["PR707"]
    assert f'pd.read_csv(resource(\\"notebooks\\").path({expected}))' in path.read_text(encoding="utf-8")
    assert "PR707" not in {f.code for f in left}


def test_a_resource_is_named_as_no_asset_is(data_project: Path) -> None:
    """An asset takes both under their names, and its own function has its name."""
    with_files(data_project)
    module = data_project / "src/planning/defs/bronze/raw_files.py"
    module.parent.mkdir(parents=True, exist_ok=True)
    module.write_text("")
    path = data_project / "notebooks/a.ipynb"
    cells = [("", FRAMES), ("bronze:raw", "raw = pd.read_csv('raw/rents.csv')")]
    path.write_text(written(cells), encoding="utf-8")
    fix_all(data_project, lambda: analysed(data_project, path))
    assert "\n  raw_files_2: {type: files, root: notebooks/raw}\n" in (data_project / "config/base.yaml").read_text()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "resources:\n  {}\n"),
        ("lake: x  # é", "lake: x  # é\n\nresources:\n  {}\n"),
        ("resources:\r\n", "resources:\r\n  {}\r\n"),
        ("resources:", "resources:\n  {}\n"),
        ("resources: # none\n\nlake: x\n", "resources: # none\n  {}\n\nlake: x\n"),
        ("resources:\n    # é\n    a:\n        b: 1", "resources:\n    {}\n    # é\n    a:\n        b: 1"),
        ("# é\nresources: {a: {b: 1}}\nlake: x", "# é\nresources: {{{}, a: {{b: 1}}}}\nlake: x"),
        ("resources: {}", "resources: {{{}}}"),
    ],
)
def test_a_resource_is_declared_as_the_configuration_is_written(before: str, after: str) -> None:
    assert with_resource(before, "b", "c/d") == after.format("b: {type: files, root: c/d}")


def test_a_configuration_that_cannot_be_added_to_leaves_everything(data_project: Path) -> None:
    with_files(data_project)
    config, path = data_project / "config/base.yaml", data_project / "notebooks/a.ipynb"
    for text in ("resources: &a {}\nlake: *a", "{lake: x}", "resources: [1]"):
        config.write_text(text)
        path.write_text(written(READS[:1] + READS[3:4]), encoding="utf-8")
        assert fix_all(data_project, lambda: analysed(data_project, path))[0] == []
        assert (config.read_text(), path.read_text(encoding="utf-8")) == (text, written(READS[:1] + READS[3:4]))


@pytest.mark.parametrize(
    ("source", "sure"),
    [
        ("a = pd.read_csv('raw/rents.csv')\nb = pd.read_csv('raw/rents.csv')", True),
        ("p = Path('raw/rents.csv')\na = p.read_text()", True),
        ("with open('raw/rents.csv') as f:\n    a = f.read()", True),
        ("fetch('raw/rents.csv')\na = pd.read_csv('raw/rents.csv')", False),
        ("try:\n    a = pd.read_csv('raw/rents.csv')\nexcept OSError:\n    a = pd.DataFrame()", False),
        ("a = pd.read_csv('raw/rents.csv') if b else pd.DataFrame()", False),
        ("import os\nos.chdir('..')\na = pd.read_csv('raw/rents.csv')", False),
        ("a = [pd.read_csv('raw/rents.csv') for n in b]", False),
        ("def a():\n    return pd.read_csv('raw/rents.csv')", False),
        ("Path('raw/rents.csv').write_text('a')\na = pd.read_csv('raw/rents.csv')", False),
        ("import glob\na = pd.DataFrame()\nfor f in glob.glob('raw/*.csv'):\n    a = pd.read_csv(f)", True),
        ("import glob\na = pd.concat(map(pd.read_csv, glob.glob('raw/*.txt')))", False),
    ],
)
def test_only_a_read_that_surely_happens_is_refused(source: str, sure: bool, data_project: Path) -> None:
    with_files(data_project)
    path = data_project / "notebooks/a.ipynb"
    path.write_text(
        written([READS[0], ("", "from x import b, fetch"), ("bronze:a", f"{source}\na = a")]), encoding="utf-8"
    )
    found = surely_failing(data_project, analysed(data_project, path), ["notebooks/a.ipynb"])
    assert {f.severity for f in found if f.code == "PR707"} == ({"error"} if sure else {"warning"})
    assert surely_failing(data_project, found, []) == found


def test_a_file_beside_the_notebook_alone_is_refused_before_anything_runs(
    data_project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_files(data_project)
    path = data_project / "notebooks/a.ipynb"
    path.write_text(written([READS[0], READS[3]]), encoding="utf-8")
    assert main(["--project", str(data_project), str(path)]) == 1  # 4 had it come to a verification
    shown = capsys.readouterr().out
    assert "PR707 raw/rents.csv lies beside the notebook, and the step runs in the project's folder." in shown
    assert "--fix: Read raw/rents.csv through a resource of files" in shown


@pytest.mark.parametrize(
    "source",
    [
        "out = pd.DataFrame({'a': [1]})\nout.to_csv('a.csv')\nout['b'] = 2",
        "out = pd.DataFrame({'a': [1]}); out.to_csv('a.csv')",
        "%%time\nout = pd.DataFrame({'a': [1]})\nout.to_csv('a.csv')",
        "for n in [1]:\n    out = pd.DataFrame({'a': [n]})\n    out.to_csv('a.csv')",
    ],
)
def test_an_export_in_the_midst_of_a_step_is_left(source: str, data_project: Path) -> None:
    path = data_project / "notebooks" / "n.ipynb"
    path.write_text(written([("", FRAMES), ("bronze:out", source)]), encoding="utf-8")
    assert [f.fix for f in analysed(data_project, path) if f.code == "PR709"] == [None]


def test_a_generator_is_seeded_where_a_step_takes_what_it_drew(data_project: Path) -> None:
    """The seed stands in the untagged cell, and goes into the step with what it draws."""
    path = data_project / "notebooks" / "n.ipynb"
    path.write_text(
        written([IMPORTS, ("", "a = np.random.rand()\nb = np.random.rand()"), ("silver:out", "out = [a, b]")])
    )

    def told() -> list[Finding]:
        return list(prepare(find(named=data_project), [path], (), include_needed=True)[1])

    done, left = fix_all(data_project, told)
    assert [one.finding.code for one in done] == ["PR701"]
    assert not {f.code for f in left if f.severity != "note"}
    (plan,) = prepare(find(named=data_project), [path], (), include_needed=True)[0][0].plans
    assert plan.function.body[0].text == "np.random.seed(0)"


@pytest.mark.parametrize(
    "source",
    [
        "out = [1]\n#| checks:\n#|   - no_nulls",
        'out = ["""\n#| key: [a]\n"""]',
        "#| key: [a]\nout = [1]\n#| key: [b]",
    ],
)
def test_an_option_that_is_not_one_line_of_its_own_is_left_where_it_is(source: str, data_project: Path) -> None:
    path = data_project / "notebooks" / "n.ipynb"
    path.write_text(written([("silver:out", source)]), encoding="utf-8")
    assert [f.fix for f in analysed(data_project, path) if f.code == "PR226"] == [None]


def test_nothing_is_offered_where_a_line_is_read_otherwise_than_it_stands(data_project: Path) -> None:
    path = data_project / "notebooks/a.ipynb"
    path.write_text(written([("", "import os"), ("bronze:a", "%time b = list({'a', 'b'}); a = os.listdir('a')")]))
    assert [f.fix for f in analysed(data_project, path) if f.code == "PR703"] == [None, None]


def test_fixing_stops_after_many_rounds_and_leaves_what_offers_none(tmp_path: Path) -> None:
    """Each look finds something else to mend, as two fixes that undo one another would."""
    path = tmp_path / "a.ipynb"
    path.write_text(written([("", "x = 1")]), encoding="utf-8")
    fix = Fix("Write a line.", (Edit(1, 1, 1, 1, 1, "y = 2\n"),))
    looks = count()

    def analyse() -> list[Finding]:
        number = next(looks)
        return [
            Finding(f"PR{number:03d}", "error", "Gone.", Location("a.ipynb", 1), fix=fix),
            Finding("PR999", "error", "No way out.", Location("a.ipynb", 1)),
        ]

    done, left = fix_all(tmp_path, analyse)
    assert [one.finding.code for one in done] == [f"PR{number:03d}" for number in range(len(done))]
    assert [f.code for f in left] == [f"PR{len(done):03d}", "PR999"]


@pytest.mark.parametrize(
    "cells",
    [
        [("silver:out", "%time out = [math.pi]"), ("", "import math")],
        [("silver:out", "out = [math.pi]"), ("", "x = 1; import math")],
        [("silver:out", "out = [math.pi]"), ("", "if True:\n    import math")],
    ],
)
def test_an_import_that_cannot_be_moved_whole_is_left(cells: Cells, data_project: Path) -> None:
    path = data_project / "notebooks" / "a.ipynb"
    path.write_text(written(cells), encoding="utf-8")
    late = [f for f in analysed(data_project, path) if f.code in ("PR303", "PR311")]
    assert late
    assert [f.fix for f in late] == [None] * len(late)


def test_a_notebook_that_is_named_twice_is_read_once(data_project: Path) -> None:
    path = data_project / "notebooks" / "a.ipynb"
    path.write_text(written([("silver:out", "out = [hash('a')]")]), encoding="utf-8")
    project = find(named=data_project)
    prepared, found, _ = prepare(
        project, [path, path.parent / ".." / "notebooks" / "a.ipynb"], (), include_needed=False
    )
    assert ([one.notebook.path for one in prepared], [f.code for f in found]) == (["notebooks/a.ipynb"], ["PR704"])


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_script_is_fixed_too(mark: str, ending: str, data_project: Path) -> None:
    """Its cells say afterwards what a notebook's would; every other line stays."""
    with_files(data_project)
    before = """# %% [markdown]
# # é

# %%
import pandas as pd
# %matplotlib inline

# %% tags=["bronze:out"]

#| key: [a]
out = pd.read_csv('raw/rents.csv')
out.to_csv("x.csv")
"""
    after = before.replace("# %%\nimport", "# %%\nfrom platform_core.sdk import resource\nimport")
    after = after.replace("'raw/rents.csv'", 'resource("raw").path("rents.csv")')
    after = after.replace("\nout.to_csv", "\n\n# %%\nout.to_csv")
    path = data_project / "notebooks/a.py"
    path.write_bytes((mark + before.replace("\n", ending)).encode())
    done, left = fix_all(data_project, lambda: analysed(data_project, path))
    assert sorted(one.finding.code for one in done) == ["PR707", "PR709"]
    assert path.read_bytes().decode() == mark + after.replace("\n", ending)
    assert not {"PR707", "PR709"} & {f.code for f in left}


def test_a_line_of_a_script_that_hides_a_magic_is_left(data_project: Path) -> None:
    fix = Fix("", (Edit(1, 1, 1, 1, 2, "b"),))
    assert apply_to_script(b"# %%\n# %matplotlib inline\n", fix) is None
    assert apply_to_script(b"# %%\nx = 1\n", Fix("", (TagEdit(1, "", "bronze:x"),))) is None
