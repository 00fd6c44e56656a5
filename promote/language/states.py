"""Which calls touch state that no variable shows: the tables that the data-flow analysis reads.

The generators of numbers, options, the environment and how packages are set up. Each has a name in plain words, by
which findings tell it and `platform_core.sdk.process_state` puts it back.
"""

from __future__ import annotations

# State that no variable shows: dotted prefix of what touches it -> the state's name. The longest prefix counts.
HIDDEN_STATE = {
    "numpy.random": "the generator of numpy.random",
    "random": "the generator of random",
    "pandas.set_option": "pandas' options",
    "pandas.reset_option": "pandas' options",
    "pandas.options": "pandas' options",
    "polars.set_random_seed": "the generator of Polars",
    "os.environ": "the environment",
    "os.putenv": "the environment",
    "os.getenv": "the environment",
    "dotenv.load_dotenv": "the environment",
    "os.chdir": "the working directory",
    "os.fchdir": "the working directory",
    "contextlib.chdir": "the working directory",
    "os.environb": "the environment",
    "os.unsetenv": "the environment",
    "os.getcwd": "the working directory",
    "sys.stdout": "what print writes to",
    "sys.stderr": "what print writes to",
    "contextlib.redirect_stdout": "what print writes to",
    "contextlib.redirect_stderr": "what print writes to",
    "locale": "the locale",
    "sys.path": "where modules are looked for",
    "sys.meta_path": "where modules are looked for",
    "sys.path_hooks": "where modules are looked for",
    "site.addsitedir": "where modules are looked for",
    "sys.modules": "the modules at hand",
    "warnings.filterwarnings": "the filters of warnings",
    "warnings.simplefilter": "the filters of warnings",
    "warnings.resetwarnings": "the filters of warnings",
    "warnings.catch_warnings": "the filters of warnings",
    "warnings.filters": "the filters of warnings",
    "decimal.getcontext": "the decimal context",
    "decimal.setcontext": "the decimal context",
    "duckdb": "DuckDB's default connection",
    "time.tzset": "the time zone",
    "numpy.seterr": "how NumPy takes errors",
    "numpy.geterr": "how NumPy takes errors",
    "torch.manual_seed": "the generator of torch",
    "torch.rand": "the generator of torch",
    "torch.randn": "the generator of torch",
    "torch.randint": "the generator of torch",
    "torch.randperm": "the generator of torch",
}

# Methods by which a logger is given what runs whenever anyone logs.
HANDLER_METHODS = frozenset("addHandler addFilter setLogRecordFactory setLoggerClass".split())

# Functions that are given what runs at any moment: at a signal, at each call or import.
CALLED_ANY_TIME = frozenset(
    """signal.signal sys.addaudithook sys.settrace sys.setprofile threading.settrace threading.setprofile
    sys.meta_path.insert sys.meta_path.append sys.path_hooks.insert sys.path_hooks.append""".split()
)

# What `print` writes to is bound anew: a step can take it only whole.
PRINTED = "~what print writes to"

# What happens where no statement shows it, as names of states: no step can take it.
HANDLERS, LIVES, SHOWN_SEED = "~what handlers of logging do", "~how long objects live", "~what showing a relation does"
SHARED_CONNECTION = "~which connection is DuckDB's default one"
PICKLED, PUT_AWAY = "~where pickled code stands", "~what packages were given"

# Warnings go into a list from here on: a step can take that only whole, too.
RECORDED = "~where warnings go"

# Calls under those prefixes that give an object of their own and leave the state alone.
STATELESS = frozenset(
    """numpy.random.default_rng numpy.random.RandomState numpy.random.Generator numpy.random.SeedSequence
    numpy.random.PCG64 random.Random random.SystemRandom locale.getlocale duckdb.connect duckdb.DuckDBPyRelation
    duckdb.DuckDBPyConnection duckdb.ColumnExpression duckdb.ConstantExpression duckdb.FunctionExpression
    duckdb.StarExpression duckdb.from_df duckdb.from_arrow""".split()
)

# Calls that set the state anew, whatever came before.
SETTERS = frozenset(
    """numpy.random.seed numpy.random.set_state random.seed random.setstate polars.set_random_seed os.chdir
    decimal.setcontext time.tzset torch.manual_seed""".split()
)

# Methods by which a relation of DuckDB becomes a table or a view of its connection.
RELATION_MAKERS = frozenset("create create_view to_table to_view insert_into query".split())

# Methods of frames that a package adds when it is told to.
PROGRESS = "the progress bars of pandas"

# States that any step may depend on without naming them.
AMBIENT_STATES = frozenset(
    {"pandas' options", "the locale", "the decimal context", "the time zone", "the modules at hand"}
)

# States that a process may keep when a step has changed them: nothing that another step gives hangs on them.
KEPT_STATES = frozenset(
    {
        *(state for state in HIDDEN_STATE.values() if state.startswith("the generator of ")),
        PROGRESS,
        *("the filters of warnings", "the modules at hand", "how NumPy takes errors"),
    }
)

# States that only texts made of frames and arrays depend on.
SHOWN_STATES = frozenset(("how pandas shows frames", "how Polars shows frames", "how NumPy shows arrays"))

# Calls whose result is a state, or changes it when it is used.
STATE_HOLDERS = frozenset(
    """decimal.getcontext pandas.option_context polars.Config polars.StringCache warnings.catch_warnings numpy.errstate
    decimal.localcontext numpy.printoptions contextlib.chdir
    contextlib.redirect_stdout contextlib.redirect_stderr""".split()
)

# Methods by which a connection of DuckDB gives a relation, and those that end one: of any other comes a relation again.
RELATION_GIVERS = frozenset(
    "sql query table view from_query table_function read_csv read_parquet read_json from_df from_arrow values".split()
)
RELATION_ENDS = frozenset(
    """fetchall fetchone fetchmany df fetchdf to_df pl arrow to_arrow_table fetch_arrow_table fetchnumpy fetch_df
    fetch_arrow_reader fetch_record_batch shape columns dtypes types description alias explain""".split()
)

# Functions that store into what they are given first, and methods that put something into a list or table.
STORING_FUNCTIONS = frozenset(
    """setattr delattr vars object.__setattr__ type.__setattr__ object.__delattr__ type.__delattr__""".split()
)
PLACING_METHODS = frozenset("append insert extend remove update setdefault __setitem__ addsitedir".split())

# What a module may be that a run alone names: each with a state of its own.
ANY_MODULE = ("random", "numpy.random", "numpy", "pandas", "polars", "os", "decimal", "locale", "warnings", "duckdb")

# Functions and tables that give modules by their names, or whatever module there is; the words that stand for them.
LOADING = frozenset(
    """__import__ builtins.__import__ importlib.import_module importlib.__import__ importlib.util.module_from_spec
    pkgutil.resolve_name sys.modules sys.__dict__ builtins.__dict__ importlib.__dict__
    importlib.machinery.SourceFileLoader""".split()
)
MODULE_GIVERS = frozenset(
    """__import__ import_module resolve_name module_from_spec load_module modules __dict__ sys builtins importlib
    pkgutil""".split()
)

# Calls that run files of code, which may seed and set what they like.
RUNNERS = frozenset("run_path run_module exec_module load_module".split())
RUN_STATES = (
    *("the generator of random", "the generator of numpy.random", "the environment", "the working directory"),
    *("pandas' options", "the decimal context"),
)

# Words by which a state of those modules is asked or changed, wherever they stand behind a dot.
STATE_WORDS = frozenset(
    """seed random rand randn randint random_integers random_sample ranf sample choice choices shuffle permutation
    uniform normal gauss standard_normal randrange getrandbits randbytes betavariate beta binomial exponential
    expovariate gamma gammavariate lognormal lognormvariate normalvariate poisson triangular vonmisesvariate
    paretovariate weibullvariate setstate getstate set_state get_state set_option reset_option options Config
    set_random_seed environ environb putenv unsetenv getenv chdir fchdir getcwd getcontext setcontext localcontext
    setlocale tzset addsitedir manual_seed set_printoptions filterwarnings simplefilter resetwarnings catch_warnings
    seterr geterr sql execute query table register view""".split()
)

# Parts of modules that may be bound anew without an effect on data, and those of `warnings` that may not.
HARMLESS_PARTS = ("sys.stdout", "sys.stderr", "sys.displayhook", "sys.excepthook", "sys.ps", "sys.tracebacklimit")
HOOKS = frozenset(("displayhook", "excepthook"))  # but where they are called by hand
PARTS_OF_WARNINGS = frozenset("warnings.warn warnings.warn_explicit warnings.showwarning warnings.filters".split())

# Functions by whose names packages are set up, so that every use of them may give something else.
SETTING_FUNCTIONS = ("set", "register", "unregister", "enable", "disable", "install", "patch", "configure", "use")
ALSO_SETTING = frozenset(
    """numpy.seterr numpy.seterrcall copyreg.pickle copyreg.constructor csv.field_size_limit calendar.setfirstweekday
    socket.setdefaulttimeout sys.set_int_max_str_digits logging.addLevelName importlib.reload""".split()
)

# Those of them that only change what is shown, or what happens when the process ends.
HARMLESS_SETTINGS = (
    *("sys.set", "sys.exc", "atexit", "signal", "mimetypes.init", "readline", "linecache"),
    *(
        "gc",
        "faulthandler",
        "threading",
        "asyncio",
        "multiprocessing",
        "tracemalloc",
        "sqlite3.enable",
        "requests",
        "dagster",
    ),
    *("platform_core", "dotenv", "pytest", "hypothesis"),
)

# Calls that matter where someone asks for what they set alone, with the words by which that is asked.
MINDED_WHERE_ASKED = {
    "sys.setrecursionlimit": frozenset(("RecursionError", "getrecursionlimit")),
    "logging.disable": frozenset(("isEnabledFor",)),
    "gc.disable": frozenset(("isenabled",)),
    "gc.enable": frozenset(("isenabled",)),
}
# Calls that tell what warnings and errors of arithmetic do, and what they say to make them stop the code: only where
# one of them does, they change any value.
TELLING_ERRORS = frozenset(
    ("warnings.filterwarnings", "warnings.simplefilter", "warnings.resetwarnings", "numpy.seterr")
)
STOPPING = frozenset(("error", "raise", "call"))

# First arguments of pandas.set_option that only change what is shown, and those of them that change how dates are read.
DISPLAY_OPTIONS = ("display.", "styler.", "plotting.", "max_", "precision", "html.", "latex.")
READING_OPTIONS = ("display.date_", "display.encoding")

# Options of pandas that only change which warnings there are.
SILENT_OPTIONS = ("mode.chained_assignment", "mode.performance_warnings")

# What polars.Config sets that only changes what is shown, and what it does that changes nothing.
SHOWN_CONFIG = (
    *("tbl_", "fmt_", "ascii_tables", "float_precision", "thousands_separator", "decimal_separator"),
    "trim_decimal_zeros",
)
SILENT_CONFIG = frozenset("verbose warn_unstable expr_depth_warning state save save_to_file __enter__ __exit__".split())
