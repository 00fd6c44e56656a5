"""What a step takes from outside: each kind told at its place with a way out, and honest code left alone."""

from __future__ import annotations

import pytest

from promote.model import Finding
from promote.render.kinds import Kinds
from promote.render.module import render_module
from tests.promote.graph import planned

IMPORTS = """import datetime as dt, getpass, glob, hashlib, io, os, random, secrets
import socket, sqlite3, subprocess, sys, time, uuid
from datetime import date, datetime
from pathlib import Path

import duckdb, numpy as np, pandas as pd, polars as pl, requests
from numpy.random import default_rng
from sklearn.model_selection import train_test_split

from platform_core.sdk import load_asset, resource
BASE = "data"
HOME = Path.home() / "rents"
raw = load_asset("raw", as_="pandas")"""


def told(source: str, layer: str = "silver", helpers: str = "") -> list[Finding]:
    """Give the findings of the outside world about a step that ends in a list."""
    cells = [("", IMPORTS), ("", helpers), (f"{layer}:out", f"{source}\nout = [1]")]
    return [f for f in planned(cells).findings if f.code.startswith("PR7")]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = raw.sample(5)", ["PR701 warning 1:5"]),
        ("x = pl.col('a').shuffle()", ["PR701 warning 1:5"]),
        ("x = np.random.rand(3)", ["PR701 warning 1:5"]),
        ("x = random.choice([1, 2])", ["PR701 warning 1:5"]),
        ("rng = default_rng()", ["PR701 warning 1:7"]),
        ("rng = np.random.RandomState(None)", ["PR701 warning 1:7"]),
        ("a, b = train_test_split(raw)", ["PR701 warning 1:8"]),
        ("x = [uuid.uuid4(), secrets.token_hex(8)]", ["PR701 warning 1:6", "PR701 warning 1:20"]),
        ("x = duckdb.sql('select random() as r')", ["PR701 warning 1:5"]),
        ("x = datetime.now()", ["PR702 warning 1:5"]),
        ("x = dt.datetime.utcnow()", ["PR702 warning 1:5"]),
        ("x = pd.Timestamp.now()", ["PR702 warning 1:5"]),
        ("x = pd.to_datetime('today')", ["PR702 warning 1:5"]),
        ("x = time.time()", ["PR702 warning 1:5"]),
        ("x = date.today()", ["PR702 error 1:5"]),
        ("x = datetime.now().date()", ["PR702 error 1:5"]),
        ("x = duckdb.sql('select current_date as d')", ["PR702 warning 1:5"]),
        ("x = list(set(raw['town']))", ["PR703 error 1:5"]),
        ("x = ', '.join({'a', 'b'})", ["PR703 error 1:5"]),
        ("s = set(raw['town'])\nx = tuple(s - {'a'})", ["PR703 error 2:5"]),
        ("for t in set(raw['town']):\n    print(t)", ["PR703 warning 1:10"]),
        ("x = [t for t in {'a', 'b'}]", ["PR703 warning 1:17"]),
        ("x = hash('a')", ["PR704 error 1:5"]),
        ("x = id(raw)", ["PR704 warning 1:5"]),
        ("x = os.environ['A']", ["PR705 error 1:5"]),
        ("x = os.getenv('A', '')", ["PR705 error 1:5"]),
        ("x = os.environ.get('A')", ["PR705 error 1:5"]),
        ("x = pd.read_csv('a.csv')", ["PR706 error 1:5"]),
        ("x = pd.read_csv(f'{BASE}/a.csv')", ["PR706 error 1:5"]),
        ("x = pl.scan_parquet(os.path.join(BASE, 'a.parquet'))", ["PR706 error 1:5"]),
        ("x = open('a.txt').read()", ["PR706 error 1:5"]),
        ("x = duckdb.sql(\"select a from 'data/a.csv'\")", ["PR706 error 1:5"]),
        ("q = f\"select a from read_csv('{BASE}/a.csv')\"\nx = duckdb.execute(q)", ["PR706 error 2:5"]),
        ("x = duckdb.query(\"select a from parquet_scan(['https://a.uk/b.parquet'])\")", ["PR708 error 1:5"]),
        ("x = duckdb.sql(\"select a from raw where a is distinct from 'b'\")", []),
        ("x = (Path('a') / 'b.txt').read_text()", ["PR706 error 1:5"]),
        ("x = HOME.joinpath('a').read_bytes()", ["PR706 error 1:5"]),
        ("x = sqlite3.connect('a.db')", ["PR706 error 1:5"]),
        ("x = pd.read_csv(raw['path'][0])", ["PR706 warning 1:5"]),
        ("x = pd.read_csv('https://example.gov.uk/a.csv')", ["PR708 error 1:5"]),
        ("x = pl.read_parquet('s3://bucket/a.parquet')", ["PR708 error 1:5"]),
        ("x = requests.get('https://example.gov.uk').json()", ["PR708 error 1:5"]),
        ("x = pd.read_sql('select a from t', resource('db'))", ["PR708 error 1:5"]),
        ("raw.to_csv('a.csv')", ["PR709 warning 1:1"]),
        ("with open('a.txt', 'w') as f:\n    f.write('a')", ["PR709 warning 1:6"]),
        ("Path('a').mkdir()", ["PR709 warning 1:1"]),
        ("x = input('Which?')", ["PR710 error 1:5"]),
        ("x = getpass.getpass()", ["PR710 error 1:5"]),
        ("x = sys.argv[1]", ["PR711 error 1:5"]),
        ("x = subprocess.run(['ls'], check=True)", ["PR712 warning 1:5"]),
        ("x = os.getcwd()", ["PR714 warning 1:5"]),
        ("from pathlib import Path\nx = str(Path.home())", ["PR714 warning 2:9"]),
        ("x = 1; os.chdir('raw')", ["PR714 warning 1:8"]),
        ("x = datetime.fromtimestamp(0)", ["PR714 warning 1:5"]),
        ("x = datetime(2024, 7, 1).astimezone()", ["PR714 warning 1:5"]),
        ("x = time.tzname", ["PR714 warning 1:5"]),
        ("x = max(raw['path'], key=os.path.getmtime)", ["PR714 warning 1:26"]),
        ("x = raw.path.stat().st_mtime", ["PR714 warning 1:5"]),
        ("x = time.strftime('%Y-%m-%d')", ["PR702 error 1:5"]),
        ("s = {'a', 'b'}\nx = s.pop()", ["PR703 warning 2:5"]),
        ("x = raw.groupby('town')['id'].agg(set)", ["PR703 warning 1:5"]),
        (
            "x = pl.scan_csv(raw).group_by('a').agg(pl.len()).collect().head(3)",
            ["PR703 warning 1:5", "PR706 warning 1:5"],
        ),
        ("g = made.group_by('a').agg(pl.len())\nx = g.with_row_index()", ["PR703 warning 2:5"]),
        ("x = duckdb.sql('select k, row_number() over (partition by k) from raw')", ["PR703 warning 1:5"]),
        ("x = duckdb.sql('select k from raw limit 3')", ["PR703 warning 1:5"]),
        ("x = socket.gethostname()", ["PR714 warning 1:5"]),
        ("é = 'é'; x = hash(é)", ["PR704 error 1:14"]),
        ("rng = default_rng()\nx = rng.integers(3)", ["PR701 warning 1:7"]),
        ("x = raw.sample(frac=0.5)", ["PR701 warning 1:5"]),
        ("def f():\n    return np.random.rand()\nx = f()", ["PR701 warning 2:12"]),
        ("x = list({t for t in raw['town']})", ["PR703 error 1:5"]),
        ("x = [s for s in {'a'} | {'b'}]", ["PR703 warning 1:17"]),
        ("first, *rest = {'a', 'b'}", ["PR703 error 1:16"]),
        ("x = [*set(raw['town'])]", ["PR703 error 1:5"]),
        ("x = dict.fromkeys(set(raw['town']))", ["PR703 warning 1:5"]),
        ("x = max(set(raw['town']), key=len)", ["PR703 warning 1:5"]),
        ("x = made.unique('a')", ["PR703 warning 1:5"]),
        ("x = made.unique(subset=['a'], keep='any').sort('a')", ["PR703 warning 1:5"]),
        ("x = made.select('a').unique().with_row_index()", ["PR703 warning 1:5"]),
        ("x = made.select(pl.col('a').unique().first())", ["PR703 warning 1:17"]),
        ("x = made.group_by('a').agg(pl.len()).select(pl.col('a').first())", ["PR703 warning 1:5"]),
        ("for key, part in made.group_by('a'):\n    print(key)", ["PR703 warning 1:18"]),
        ("from asyncio import as_completed\nx = as_completed(made)", ["PR703 warning 2:5"]),
        ("x = duckdb.sql('select any_value(k) from raw')", ["PR703 warning 1:5"]),
        ("x = duckdb.sql('select k from raw using sample 5 rows')", ["PR701 warning 1:5"]),
        ("q = 'select uuid() as k from raw'\nx = duckdb.sql(q)", ["PR701 warning 2:5"]),
        ("from scipy import stats\nx = stats.norm.rvs(size=3)", ["PR701 warning 2:5"]),
        ("from scipy.stats import norm\nx = norm(0, 1).rvs(3)", ["PR701 warning 2:5"]),
        ("from faker import Faker\nx = Faker().name()", ["PR701 warning 2:5"]),
        (
            "start = time.perf_counter()\nraw['took'] = time.perf_counter() - start",
            ["PR702 warning 1:9", "PR702 warning 2:15"],
        ),
        ("x = str(object())", ["PR704 warning 1:5"]),
        ("class Row:\n    pass\nr = Row()\nx = f'{r}'", ["PR704 warning 4:8"]),
        ("x = raw['town'].map(hash)", ["PR704 error 1:21"]),
        ("x = datetime(2024, 1, 1).timestamp()", ["PR714 warning 1:5"]),
        ("when = datetime.strptime('2024', '%Y')\nx = when.timestamp()", ["PR714 warning 2:5"]),
        ("x = (Path('a') / 'b.txt').parent.read_text()", ["PR706 error 1:5"]),
        ("BASE: str = 'data'\nx = pd.read_csv(BASE + '/a.csv')", ["PR706 error 2:5"]),
        ("x = pd.read_csv(Path.cwd() / 'a.csv')", ["PR706 error 1:5", "PR714 warning 1:17"]),
        ("x = made.with_columns(pl.lit(socket.gethostname()))", ["PR714 error 1:30"]),
        ("host = f'{socket.gethostname()}'\nx = raw.assign(host=host)", ["PR714 error 1:11"]),
        ("out = raw.head()\nout['home'] = str(Path.home())", ["PR714 error 2:19"]),
        (
            "x = pd.DataFrame({'on': [sys.platform if raw else sys.version]})",
            ["PR714 error 1:26", "PR714 error 1:51"],
        ),
        ("import uuid\nx = made.with_columns(pl.lit(uuid.getnode()))", ["PR714 error 2:30"]),
        ("x = made.with_columns(pl.lit(os.getpid()))", ["PR714 warning 1:30"]),
        ("import tempfile\nx = made.with_columns(pl.lit(tempfile.mkdtemp()))", ["PR714 warning 2:30"]),
        (
            "import tempfile\nwith tempfile.TemporaryDirectory() as d:\n    x = raw.assign(at=os.path.join(d, 'a'))",
            ["PR714 warning 2:6"],
        ),
        ("x = raw.assign(at=os.path.expanduser('~/a.csv'))", ["PR714 warning 1:19"]),
        ("x = raw.assign(at=(at := Path('a').resolve()).as_posix())", ["PR714 warning 1:26"]),
    ],
)
def test_each_thing_is_told_at_its_place(source: str, expected: list[str]) -> None:
    found = told(source)
    assert [f"{f.code} {f.severity} {f.location.line}:{f.location.column}" for f in found] == expected
    assert all(f.hint and f.location.cell == 3 for f in found)


@pytest.mark.parametrize(
    "source",
    [
        "import tempfile\nd = tempfile.mkdtemp()\nx = made.with_columns(pl.lit(len(d)))",
        "import tempfile\nwith tempfile.NamedTemporaryFile() as f:\n    x = made.with_columns(a=len(f.name))",
        "at = os.path.expanduser('~/a')\nx = made.with_columns(pl.lit(os.path.exists(at)))",
        "import tempfile\nat = tempfile.gettempdir()\nat = 'a'\nx = made.with_columns(pl.lit(at))",
        "import platform\nprint(platform.python_version(), sys.version, sys.executable)\nx = made.head()",
        "x = made.head() if sys.platform == 'linux' else made",
        "x = raw.assign(a=lambda f: f['town'] if os.path.expanduser('~') else 1)",
        "np.random.seed(1)\nx = np.random.rand(3)\ny = raw.sample(5)",
        "random.seed(1)\nx = random.choice([1])",
        "rng = default_rng(7)\nx = rng.normal(size=3)",
        "rng = random.Random(0)\nx = rng.sample([1, 2], 1)",
        "x = raw.sample(5, random_state=1)",
        "x = pl.DataFrame({'a': [1]}).sample(1, seed=1)",
        "a, b = train_test_split(raw, random_state=1)",
        "options = {'random_state': 1}\nx = raw.sample(5, **options)",
        "import numpy as np\nfrom scipy import stats\nnp.random.seed(1)\nx = stats.norm.rvs(size=3)",
        "from scipy import stats\nx = stats.norm.rvs(size=3, random_state=1)",
        "duckdb.execute('select setseed(0.5)')\nx = duckdb.sql('select random() as r')",
        "x = duckdb.sql('select * from raw using sample reservoir(5 rows) repeatable (1)')",
        "x = duckdb.sql('select first(k order by k) as a, list(k order by k) as b from raw')",
        "start = time.perf_counter()\nx = raw.head()\ntook = round(time.perf_counter() - start, 1)\nprint(took)",
        "x = made.unique(subset=['a'], keep='first', maintain_order=True)",
        "x = made.unique().sort('a').head(3)",
        "x = made.group_by('a', maintain_order=True)\nfor key, part in x:\n    print(key)",
        "for town in raw['town'].unique():\n    print(town)",
        "x = np.unique(raw['town'])",
        "class Row:\n    def __repr__(self):\n        return 'row'\nx = str(Row())",
        "from dataclasses import dataclass\n@dataclass\nclass Row:\n    n: int\nx = f'{Row(1)}'",
        "class Row(str):\n    pass\nx = str(Row('a'))",
        "x = datetime(2024, 1, 1, tzinfo=made).timestamp()",
        "x = pd.Timestamp('2024-01-01').timestamp()",
        "x = sorted(set(raw['town']))",
        "x = sorted(list(set(raw['town'])))",
        "x = list(set(raw['town']))\nx.sort()",
        "x = len(set(raw['town'])) + max({1, 2})",
        "x = raw[raw['town'].isin(list(set(raw['town'])))]",
        "x = {t.upper() for t in set(raw['town'])}",
        "x = list({1, 2, 3})",
        "x = list(dict.fromkeys(raw['town']))",
        "x = hashlib.sha256(b'a').hexdigest()",
        "class K:\n    def __hash__(self):\n        return hash('a')",
        "os.environ['A'] = '1'\nx = os.environ['A']",
        "x = pd.read_csv(io.StringIO('a\\n1'))",
        "x = pd.read_json('{\"a\": [1]}')",
        "x = duckdb.connect()",
        "x = sqlite3.connect(':memory:')",
        "x = raw.to_csv()",
        "x = raw.to_dict('records')",
        "raw = raw.rename(columns={'a': 'b'}).replace('a.csv', 'b')",
        "x = 'a.csv'.replace('a', 'b')",
        "x = datetime(2024, 1, 1).date()",
        "x = pd.to_datetime('2024-01-01')",
        "input = 3\nx = input",
        "def f(open):\n    return open('x')\nx = f(len)",
        "x = raw.head()\nx.plot()",
        "rng = default_rng(1)\nx = rng.shuffle([1, 2])",
        "x = [1, 2]\nmade.shuffle(x)",
        "s = {'a', 'b'}\nx = sorted(t for t in s)",
        "x = datetime.fromtimestamp(0, tz=made)",
        "x = made.astimezone(dt.timezone.utc)",
        "x = time.strftime('%Y', made)",
        "x = [1, 2].pop()",
        "x = made.group_by('a').agg(pl.len()).sort('a').head(3)",
        "x = made.group_by('a', maintain_order=True).agg(pl.len()).head(3)",
        "x = duckdb.sql('select k, row_number() over (order by k) from raw order by k limit 3')",
        "x = raw.head(3)",
        "import sqlalchemy as sa\nt = sa.table('t', sa.column('a'))\nx = str(sa.select(sa.func.max(t.c.a)))",
    ],
)
def test_honest_code_is_left_alone(source: str) -> None:
    assert told(source) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = pd.read_csv('a.csv')", ["PR707 warning"]),
        ("x = pd.read_csv('/data/a.csv')", ["PR707 warning"]),
        ("from sqlalchemy import create_engine\nx = create_engine('sqlite:///a.db')", ["PR708 warning"]),
        ("import sqlalchemy as sa\nm = sa.MetaData()\nx = m.tables", ["PR708 warning"]),
        ("x = pd.read_csv(HOME / 'a.csv')", ["PR707 warning"]),
        ("x = pd.read_csv(resource('odp').path('a.csv'))", []),
        ("x = pd.read_csv(raw['path'][0])", []),
        ("x = pd.read_csv('https://example.gov.uk/a.csv')", ["PR708 warning"]),
        ("x = requests.get('https://example.gov.uk').json()", ["PR708 warning"]),
        ("import seaborn as sns\nx = sns.load_dataset('tips')", ["PR708 warning"]),
        ("from sklearn import datasets\nx = datasets.fetch_openml('a')", ["PR708 warning"]),
        ("from sklearn import datasets\nx = datasets.load_iris()", []),
        ("x = date.today()", ["PR702 warning"]),
        ("x = os.environ['A']", ["PR705 warning"]),
        ("x = [pd.read_csv(p) for p in glob.glob('data/*.csv')]", ["PR707 warning", "PR703 warning"]),
        ("x = sorted(resource('odp').path('').glob('*'))", []),
        ("x = list(resource('odp').path('').glob('*'))", ["PR703 warning"]),
        ("source = resource('odp')\nx = next(source.path('').iterdir())", ["PR703 warning"]),
        ("p = Path('a').resolve()\nx = [f for f in p.parent.iterdir()]", ["PR707 warning", "PR703 warning"]),
        ("x = sorted([p for p in HOME.iterdir()])", ["PR707 warning"]),
        ("x = [made.iterdir()]", []),  # nobody knows what that is
    ],
)
def test_bronze_may_touch_sources(source: str, expected: list[str]) -> None:
    assert sorted(f"{f.code} {f.severity}" for f in told(source, "bronze")) == sorted(expected)


def test_definitions_are_looked_into_and_errors_named_for_the_step() -> None:
    helpers = (
        "def jitter(x):\n    return x + np.random.rand()\ndef towns():\n    s = set(raw['town'])\n    return list(s)"
    )
    found = told("x = jitter(1)\ny = towns()", helpers=helpers)
    assert [(f.code, f.location.cell, f.location.line, f.location.tag) for f in found] == [
        ("PR701", 2, 2, "explore"),
        ("PR703", 2, 5, "silver:out"),
    ]


def test_untagged_cells_are_their_own_business() -> None:
    cells = [("", IMPORTS), ("", "x = raw.sample(5)\ninput()"), ("silver:out", "out = [1]")]
    assert [f for f in planned(cells).findings if f.code.startswith("PR7")] == []


def test_a_seed_outside_the_step_is_told_by_the_data_flow_alone() -> None:
    cells = [("", IMPORTS), ("", "np.random.seed(1)"), ("silver:out", "out = [np.random.rand()]")]
    assert {f.code for f in planned(cells).findings} == {"PR319"}
    assert not [f for f in planned(cells, include_needed=True).findings if f.code.startswith("PR7")]


def test_a_step_that_is_refused_is_told_all_the_same() -> None:
    cells = [("", IMPORTS), ("silver:out", "out = [undefined_name, hash('a')]")]
    assert {f.code for f in planned(cells).findings} == {"PR301", "PR704"}


@pytest.mark.parametrize(
    ("source", "seed"),
    [
        ("x = raw.sample(5)", "random_state"),
        ("x = raw[['town']].dropna().sample(5)", "random_state"),
        ("x = load_asset('a').collect().sample(5)", "seed"),
        ("x = load_asset('a', as_='polars').sample(5)", "seed"),
        ("rents = pl.read_csv('a.csv')\nx = rents.filter(pl.col('a') > 1).sample(5)", "seed"),
        ("x = pl.from_pandas(raw).sample(5)", "seed"),
        ("x = pl.DataFrame().to_pandas().sample(5)", "random_state"),
        ("x = duckdb.sql('select 1').df().sample(5)", "random_state"),
        ("x = duckdb.sql('select 1').pl().sample(5)", "seed"),
        ("def f(given: pd.DataFrame):\n    return given.sample(5)\nx = f(raw)", "random_state"),
        ("def f(given: pl.DataFrame):\n    return given['a'].sample(5)\nx = f(raw)", "seed"),
        ("def f(given):\n    return given.query('a > 1').sample(5)\nx = f(raw)", "random_state"),
        ("def f(given):\n    given = given.with_columns(a=1)\n    return given.sample(5)\nx = f(raw)", "seed"),
        ("a, b = 1, made\nb.iloc[0]\nx = b.sample(5)", "random_state"),
    ],
)
def test_the_seed_of_a_sample_is_written_as_its_library_has_it(source: str, seed: str) -> None:
    (found,) = [f for f in told(source) if f.code == "PR701"]
    assert found.fix is not None
    assert found.fix.what == f"Add {seed}=0."


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("x = made.sample(5)\nmade.iloc[0]\nmade.with_columns(a=1)", "PR701"),  # which cannot be
        ("x = sqlite3.connect(':memory:').sample(5)", "PR701"),  # of pandas or of Polars
        ("a, b = train_test_split(raw  # all\n)", "PR701"),
        ("%time rng = default_rng()", "PR701"),
        ("%time x = random.random()", "PR701"),
        ("def f():\n    return random.random()\nx = f()", "PR701"),
        ("from random import random as r\nx = r()", "PR701"),
        ("x = list(enumerate({'a', 'b'}, 1))", "PR703"),
    ],
)
def test_where_no_fix_would_surely_be_right_none_is_offered(source: str, code: str) -> None:
    (found,) = [f for f in told(source) if f.code == code]
    assert found.fix is None
    assert found.hint


@pytest.mark.parametrize(
    ("source", "places"),
    [
        ("for one in raw['town'].unique():\n    print(one)", ["1:12"]),
        ("x = [one for one in raw['town'].unique().to_list()]", ["1:21"]),
        ("x = raw['town'].unique()[0]", ["1:5"]),
        ("x = ','.join(raw['town'].unique())", ["1:14"]),
        ("x = raw['town'].value_counts().head(1)", ["1:5"]),
        ("x = raw['town'].value_counts(sort=True).head(1)", []),
        ("x = raw['town'].unique(maintain_order=True)[0]", []),
        ("x = raw['town'].unique().sort()[0]", []),
        ("x = raw['town'].unique().len()", []),
    ],
)
def test_values_that_polars_gives_once_have_no_order(source: str, places: list[str]) -> None:
    cells = [("", "import polars as pl\nraw = pl.DataFrame()"), ("silver:out", f"{source}\nout = raw")]
    found = [f for f in planned(cells, include_needed=True).findings if f.code == "PR703"]
    assert [f"{f.location.line}:{f.location.column}" for f in found] == places


@pytest.mark.parametrize(
    ("magic", "source", "expected"),
    [
        ("%cd data", "x = pd.read_csv('a.csv')", ("PR707", "error")),
        ("%pushd data", "x = pd.read_csv('a.csv')", ("PR707", "error")),
        ("%cd data", "x = pd.read_csv('/data/a.csv')", ("PR707", "warning")),
        ("%env MODE=fast", "x = os.environ['MODE']", ("PR705", "error")),
        ("%env MODE=fast", "x = pd.read_csv('a.csv')", ("PR707", "warning")),
    ],
)
def test_what_a_magic_changed_above_stops_the_step(magic: str, source: str, expected: tuple[str, str]) -> None:
    """No promoted step sees a change of the session, and without the notebook's kernel nothing shows that."""
    above = [("", IMPORTS), ("", magic), ("bronze:out", f"{source}\nout = [1]")]
    (found,) = [f for f in planned(above).findings if f.code.startswith("PR7")]
    assert (found.code, found.severity) == expected
    assert (magic.split(maxsplit=1)[0] in found.message) == (found.severity == "error")
    below = [("", IMPORTS), ("bronze:out", f"{source}\nout = [1]"), ("", magic)]
    assert {f.severity for f in planned(below).findings if f.code.startswith("PR7")} == {"warning"}


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("x = pd.read_csv('../data/Rents 24.csv')", "root: data}` under resources in config/base.yaml, and read"),
        ("x = pd.read_csv('../data/Rents 24.csv')", 'resource("data").path("Rents 24.csv")'),
        ("x = pd.read_csv('a.csv')", 'resource("files").path("a.csv")'),
        ("p = 'raw data/a.csv'\nx = pl.read_csv(p)", "Write `raw_data: {type: files, root: notebooks/raw data}`"),
        ("import os\nd = 'raw'\nx = pl.read_csv(os.path.join(d, 'a.csv'))", "root: notebooks/raw}` under"),
        (
            "from pathlib import Path\nd = Path('raw') / 'b'\nx = pl.read_csv(d / 'a.csv')",
            "root: notebooks/raw/b}` under",
        ),
        ("d = 'raw/'\nx = pl.read_csv(d + f'{d}a.csv')", 'resource("raw").path("a.csv")'),
        ("x = pl.read_csv(','.join(names))", "Declare a resource"),
        ("x = pl.read_csv(f'{BASE!r}/a.csv')", "Declare a resource"),
        ("x = pd.read_csv('/kaggle/input/rents/a.csv')", "Put the file into sources/rents, write `rents: {"),
        ("x = pd.read_csv(r'C:\\me\\a.csv')", "Put the file into sources/me"),
        ("x = pd.read_csv('../../../a.csv')", "Put the file into sources/files"),
        ("x = pd.read_csv(f'{BASE}/a.csv')", "root: notebooks/data}` under"),
        ("x = glob.glob('data/*.csv')", "Declare a resource with a root"),
    ],
)
def test_the_way_out_for_a_file_can_be_copied(source: str, hint: str) -> None:
    assert hint in next(f.hint for f in told(source, "bronze") if f.code == "PR707")


@pytest.mark.parametrize(
    ("source", "renewed"),
    [
        ("x = raw.head()", False),
        ("import math, collections\nx = duckdb.sql('select 1 from raw')", False),
        ("from rents.rules import lowest\nx = lowest(raw)", True),
        ("if raw.empty:\n    import yfinance\nx = raw", True),
        ("x = raw.to_csv('out.csv')", True),
        ("x = time.time()", True),
    ],
)
def test_a_step_that_may_hang_on_more_than_its_inputs_is_made_every_time(source: str, renewed: bool) -> None:
    cells = [("", IMPORTS), ("silver:out", f"{source}\nout = raw")]
    (plan,) = planned(cells).plans
    assert plan.renewed is renewed
    module = render_module(plan, Kinds({"raw": "pandas"}, "pandas", guessed=False), "rents", {}, verified=True)
    assert ("cache=False" in module.text) is renewed


def test_the_way_out_of_reading_a_file_is_that_of_the_place_where_it_is_read() -> None:
    reads = "pd.read_csv('a.csv')"
    cells = [
        ("", IMPORTS),
        ("bronze:both", f"one = {reads}\ntwo = {reads}\nboth = one.merge(two)"),
        ("", f"three = {reads}"),
        ("", f"four = {reads}\nfive = {reads}"),
        ("gold:own", f"own = {reads}"),
        ("gold:second", "second = two.head()"),
        ("gold:third", "third = three.head()"),
        ("gold:fourth", "fourth = four.head()"),
    ]
    hints = {f.location.tag: f.hint for f in planned(cells, include_needed=True).findings if f.code == "PR706"}
    assert hints["gold:own"].endswith("; or tag this step bronze:own.")
    assert hints["gold:second"].startswith("bronze:both gives another variable: ")
    assert hints["gold:third"] == "Only bronze steps read sources: tag cell 3 bronze:three."
    assert "give this line of cell 4 a cell of its own, and `promote --fix` tags it bronze:four" in hints["gold:fourth"]
    plain = {f.location.tag: f.hint for f in planned(cells).findings if f.code == "PR302"}
    assert plain == {tag: hints[tag] for tag in ("gold:third", "gold:fourth")}
