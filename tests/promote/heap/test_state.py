from __future__ import annotations

import pytest

from tests.promote.programs import program

IMPORTS = (
    "import os, random, decimal, locale, duckdb, dotenv, sklearn, time, warnings\nimport numpy as np\n"
    "import pandas as pd\nfrom unittest import mock\n"
)


def states(source: str) -> tuple[set[str], set[str], set[str]]:
    """Give the states that the last statement reads, changes and sets, without their sign."""
    last = program(IMPORTS + source).statements[-1]
    return tuple({n[1:] for n in names if n.startswith("~")} for names in (last.reads, last.changes, last.sets))  # type: ignore[return-value]  # three sets


NUMPY, PLAIN, ENV = "the generator of numpy.random", "the generator of random", "the environment"
BOTH = {NUMPY, "the generator of Polars"}
ANY = {*BOTH, PLAIN}  # whatever an unknown package draws from
DUCK = "DuckDB's default connection"
PANDAS, NUMPY_SET, SKLEARN = "the set-up of pandas", "the set-up of numpy", "the set-up of sklearn"
OPTIONS, SHOWN, FILTERS = "pandas' options", "how pandas shows frames", "the filters of warnings"
OS, PATH, MODULES = "the set-up of os", "where modules are looked for", "the modules at hand"
WORKING, PRINT, ERRORS = "the working directory", "what print writes to", "how NumPy takes errors"
WARNINGS, ANYTHING = "the set-up of warnings", "the set-up of anything"


@pytest.mark.parametrize(
    ("source", "reads", "changes", "sets"),
    [
        ("np.random.seed(1)", set(), {NUMPY}, {NUMPY}),
        ("x = np.random.rand()", {NUMPY}, {NUMPY}, set()),
        ("x = np.random.default_rng(1)", set(), set(), set()),
        ("if 1:\n    np.random.seed(1)", {NUMPY}, {NUMPY}, set()),
        ("r = np.random\nr.seed(1)", set(), {NUMPY}, {NUMPY}),
        ("random.shuffle([])", {PLAIN}, {PLAIN}, set()),
        ("import random", set(), set(), set()),
        ("x = df.sample(3)", BOTH, BOTH, set()),
        ("x = df.head().sample(3, random_state=1)", set(), set(), set()),
        ("x = sklearn.cluster.KMeans(3)", BOTH, BOTH, set()),
        ("x = sklearn.linear_model.LinearRegression()", set(), set(), set()),
        ("from own_fixes import simulate_waits\nx = simulate_waits(9)", ANY, ANY, set()),
        ("from own_fixes import simulate_waits\nx = simulate_waits(9, seed=1)", set(), set(), set()),
        ("from own_fixes import clean_waits\nx = clean_waits(9)", set(), set(), set()),
        ("x = os.environ['A']", {ENV}, set(), set()),
        ("x = os.environ.get('A')", {ENV}, set(), set()),
        ("os.environ['A'] = 'b'", {ENV}, {ENV}, set()),
        ("dotenv.load_dotenv()", {ENV}, {ENV}, set()),
        ("pd.set_option('display.max_rows', 5)", set(), {SHOWN}, set()),
        ("pd.options.display.width = 5", set(), {SHOWN}, set()),
        ("pd.set_option('display.max_rows', 5, 'future.infer_string', False)", {OPTIONS}, {OPTIONS, SHOWN}, set()),
        ("pd.set_option('display.date_dayfirst', True)", {OPTIONS}, {OPTIONS, SHOWN}, set()),
        ("pd.options.mode.chained_assignment = None", set(), set(), set()),
        ("with pd.option_context('display.width', 5):\n    pass", set(), set(), set()),
        ("c = pd.option_context('io.sql.engine', 'auto')\nc.__enter__()", {PANDAS}, {PANDAS}, set()),
        ("f = random.seed", {PLAIN}, {PLAIN}, set()),
        ("f = random.seed\nf(1)", {PLAIN}, {PLAIN}, set()),
        ("fs = [random.seed]\nfs[0](1)", {PLAIN}, {PLAIN}, set()),
        ("d = {}\nd['f'] = random.seed\nd['f'](1)", {PLAIN}, {PLAIN}, set()),
        ("D = pd.DataFrame\nD.f = len", {PANDAS}, {PANDAS}, set()),
        ("vars(os)['f'] = len", {OS}, {OS}, set()),
        ("os.__dict__.update(f=len)", {OS}, {OS}, set()),
        ("import sys\nsys.path.append('x')", {PATH}, {PATH}, set()),
        ("import sys\nsys.modules['x'] = os", {MODULES}, {MODULES}, set()),
        ("import sys\nx = sys.modules['os']", {MODULES}, set(), set()),
        ("import sys\nsys.stdout = open('f')", {WORKING, PRINT}, {PRINT}, set()),
        ("import sys\nx = sys.stdout", {PRINT}, set(), set()),
        ("x = pd.options.display.width", {OPTIONS, SHOWN}, set(), set()),
        ("pd.options.display.width += 5", {OPTIONS, SHOWN}, {SHOWN}, set()),
        ("x = pd.get_option('display.width')", {OPTIONS, SHOWN}, set(), set()),
        ("x = np.get_printoptions()", {"how NumPy shows arrays"}, set(), set()),
        ("x = np.geterr()", {ERRORS}, set(), set()),
        ("x = os.popen('pwd')", {WORKING, ENV}, set(), set()),
        ("x = os.path.expandvars('$HOME')", {ENV}, set(), set()),
        ("pd.options.mode.copy_on_write = True", {OPTIONS}, {OPTIONS}, set()),
        ("pd.DataFrame.f = len", {PANDAS}, {PANDAS}, set()),
        ("setattr(pd.DataFrame, 'f', len)", {PANDAS}, {PANDAS}, set()),
        ("@pd.api.extensions.register_series_accessor('x')\nclass A:\n    pass", {PANDAS}, {PANDAS}, set()),
        ("np.seterr(all='raise')", {NUMPY_SET}, {NUMPY_SET, ERRORS}, set()),
        ("np.seterr(all='ignore')", set(), {ERRORS}, set()),
        ("np.set_printoptions(precision=2)", set(), {"how NumPy shows arrays"}, set()),
        ("warnings.simplefilter('error')", {WARNINGS, FILTERS}, {WARNINGS, FILTERS}, set()),
        ("warnings.filterwarnings('ignore')", {FILTERS}, {FILTERS}, set()),
        ("with warnings.catch_warnings(record=True) as w:\n    pass", {FILTERS}, set(), set()),
        ("sklearn.set_config(transform_output='pandas')", {SKLEARN}, {SKLEARN}, set()),
        ("time.tzset()", {ENV}, {"the time zone"}, {"the time zone"}),
        ("p = mock.patch('math.floor')\np.start()", {ANYTHING}, {ANYTHING}, set()),
        ("x = os.path.abspath('f')", {WORKING}, set(), set()),
        ("os.chdir('x')", set(), {WORKING}, {WORKING}),
        ("x = open('f')", {WORKING}, set(), set()),
        ("decimal.getcontext().prec = 3", {"the decimal context"}, {"the decimal context"}, set()),
        ("duckdb.sql('CREATE TABLE t AS SELECT 1')", {DUCK}, {DUCK}, set()),
        ("x = duckdb.sql('SELECT 1')", {DUCK}, set(), set()),
        ("def f():\n    random.seed(1)\nf()", {PLAIN}, {PLAIN}, set()),
        ("class A:\n    def f(self):\n        return os.environ\na = A()\nx = a", {ENV}, set(), set()),
    ],
)  # fmt: skip
def test_what_a_statement_does_to_hidden_state(source: str, reads: set[str], changes: set[str], sets: set[str]) -> None:
    assert states(source) == (reads, changes, sets)


def test_some_states_reach_every_step() -> None:
    found = program(IMPORTS + "pd.DataFrame.f = len\nlocale.setlocale(0)\nrandom.seed(1)\nos.environ['A'] = 'b'")
    assert found.ambient == ("~the locale", "~the set-up of pandas")
