"""The names through which code reaches out of itself: chance, clocks, files, networks, machines. Tables for `outside`.

Names are the field's own, as full dotted paths after imports are followed.
"""

from __future__ import annotations

# Chance

SEEDED_MODULES = {"numpy.random": "~the generator of numpy.random", "random": "~the generator of random"}
GENERATORS = frozenset(
    "numpy.random.default_rng numpy.random.RandomState random.Random numpy.random.SeedSequence".split()
)
NOT_CHANCE = frozenset(
    """numpy.random.seed numpy.random.set_state numpy.random.get_state numpy.random.Generator random.seed
    random.setstate random.getstate""".split()
)
NEVER_SEEDED = frozenset("uuid.uuid1 uuid.uuid4 uuid.uuid7 os.urandom random.SystemRandom".split())
SKLEARN_CHANCE = frozenset(
    """train_test_split shuffle resample ShuffleSplit StratifiedShuffleSplit GroupShuffleSplit KMeans
    MiniBatchKMeans BisectingKMeans RandomForestClassifier RandomForestRegressor ExtraTreesClassifier
    ExtraTreesRegressor GradientBoostingClassifier GradientBoostingRegressor HistGradientBoostingClassifier
    HistGradientBoostingRegressor DecisionTreeClassifier DecisionTreeRegressor BaggingClassifier
    BaggingRegressor AdaBoostClassifier AdaBoostRegressor IsolationForest SGDClassifier SGDRegressor
    MLPClassifier MLPRegressor GaussianMixture BayesianGaussianMixture LatentDirichletAllocation TruncatedSVD
    NMF TSNE RandomizedSearchCV permutation_importance make_classification make_regression make_blobs make_moons
    make_circles RandomOverSampler RandomUnderSampler SMOTE""".split()
)
SCIPY_CHANCE = frozenset(
    """scipy.stats.bootstrap scipy.stats.permutation_test scipy.stats.monte_carlo_test scipy.stats.power
    scipy.sparse.random scipy.sparse.random_array scipy.optimize.differential_evolution
    scipy.optimize.dual_annealing scipy.optimize.basinhopping scipy.cluster.vq.kmeans
    scipy.cluster.vq.kmeans2""".split()
)

# The clock

CLOCKS = frozenset(
    """datetime.datetime.now datetime.datetime.utcnow datetime.datetime.today time.time time.time_ns time.localtime
    time.gmtime time.ctime pandas.Timestamp.now pandas.Timestamp.utcnow pandas.Timestamp.today pendulum.now
    arrow.now arrow.utcnow""".split()
)
# What only tells how long something took, whose answer is mostly printed
STOPWATCHES = frozenset(
    """time.perf_counter time.perf_counter_ns time.monotonic time.monotonic_ns time.process_time time.process_time_ns
    time.thread_time time.thread_time_ns timeit.default_timer""".split()
)
DAYS = frozenset(["datetime.date.today", "pendulum.today"])
TOLD_TIME = frozenset(["time.strftime", "time.asctime"])  # with one argument, and with none, of the clock
CLOCK_WORDS = frozenset(["pandas.to_datetime", "pandas.Timestamp", "numpy.datetime64"])  # of "now" and "today"
COARSE = frozenset("date normalize strftime floor".split())  # what makes a day of an instant

# Files

FILE_READERS = frozenset(
    """open io.open numpy.load numpy.loadtxt numpy.genfromtxt numpy.fromfile joblib.load geopandas.read_file
    pyarrow.parquet.read_table pyarrow.csv.read_csv pyarrow.feather.read_feather gzip.open bz2.open lzma.open
    zipfile.ZipFile tarfile.open sqlite3.connect duckdb.connect duckdb.read_csv duckdb.read_parquet
    duckdb.read_json duckdb.from_csv_auto duckdb.from_parquet os.listdir os.scandir os.walk glob.glob glob.iglob
    openpyxl.load_workbook""".split()
)
FRAME_MODULES = frozenset("pandas polars modin geopandas dask".split())
DATABASE_READERS = frozenset(
    """pandas.read_sql pandas.read_sql_query pandas.read_sql_table pandas.read_gbq polars.read_database
    polars.read_database_uri""".split()
)
NOT_A_FILE = DATABASE_READERS | frozenset(("pandas.read_clipboard", "polars.read_clipboard"))
# Methods that take rows by their place
BY_PLACE = frozenset("with_row_index with_row_count head limit first last tail slice row gather_every".split())
PATH_CLASSES = frozenset("pathlib.Path pathlib.PurePath pathlib.PosixPath pathlib.PurePosixPath".split())
PATH_READS = frozenset("read_text read_bytes iterdir glob rglob open".split())
PATH_WRITES = frozenset("write_text write_bytes mkdir unlink rmdir touch rename replace symlink_to".split())
LISTINGS = frozenset("os.listdir os.scandir os.walk os.fwalk glob.glob glob.iglob".split())
NAME_LISTS = frozenset(("os.listdir", "glob.glob"))  # which give lists of texts
PATH_LISTINGS = frozenset(["iterdir", "glob", "rglob"])
SOURCE_ARGUMENTS = (
    "filepath_or_buffer", "path_or_buf", "io", "path", "source", "file", "fname", "filename", "database", "pathname",
    "path_or_buffer",
)  # fmt: skip

WRITING_METHODS = frozenset(
    """to_csv to_parquet to_excel to_json to_pickle to_feather to_hdf to_orc to_stata to_xml to_html to_markdown
    to_latex to_sql to_gbq write_csv write_parquet write_ipc write_json write_ndjson write_excel write_avro
    write_database write_delta sink_csv sink_parquet sink_ipc sink_ndjson savefig to_file""".split()
)
WRITERS = frozenset(
    """numpy.save numpy.savez numpy.savez_compressed numpy.savetxt joblib.dump shutil.copy shutil.copy2
    shutil.copyfile shutil.copytree shutil.move shutil.rmtree shutil.make_archive os.remove os.unlink os.rename
    os.replace os.mkdir os.makedirs os.rmdir os.removedirs""".split()
)

# Networks, machines, people

NETWORK_MODULES = frozenset(
    """requests httpx urllib urllib3 aiohttp boto3 botocore s3fs gcsfs fsspec smtplib ftplib paramiko socket
    pymongo redis psycopg psycopg2 pymysql pyodbc cx_Oracle oracledb snowflake sqlalchemy kafka elasticsearch
    openai anthropic yfinance wget kaggle huggingface_hub""".split()
)
SQL_VALUES = frozenset(  # of SQLAlchemy: what is made of them is registered nowhere, as a table is with its metadata
    """text select insert update delete column table literal literal_column bindparam and_ or_ not_ case cast distinct
    desc asc nulls_first nulls_last between extract union union_all intersect except_ exists values Column Integer
    BigInteger SmallInteger String Text Unicode Float Double Numeric Boolean Date DateTime Time Interval LargeBinary
    JSON Uuid""".split()
)
FRAME_DATASETS = frozenset(("seaborn.load_dataset", "pandas_datareader.data.DataReader"))
NETWORK_PREFIXES = (
    "google.cloud.", "azure.", "http.client.", "urllib.request.", "seaborn.load_dataset", "sklearn.datasets.fetch_",
    "statsmodels.datasets.get_rdataset", "pandas_datareader.",
)  # fmt: skip
NO_NETWORK = (
    "urllib.parse.", "urllib.error.", "requests.exceptions.", "requests.auth.", "requests.adapters.", "httpx.Timeout",
    "urllib3.disable_warnings", "urllib3.util.", "socket.gethostname", "boto3.dynamodb.conditions.",
)  # fmt: skip
MACHINE = frozenset(
    """os.getcwd pathlib.Path.cwd pathlib.Path.home os.getlogin getpass.getuser socket.gethostname socket.getfqdn
    platform.node
    platform.platform platform.system platform.machine os.uname os.cpu_count os.getpid
    multiprocessing.cpu_count locale.getlocale locale.getdefaultlocale locale.getpreferredencoding""".split()
)
PLACES = frozenset(("os.getcwd", "pathlib.Path.cwd"))
OF_A_PROCESS = frozenset(("os.getpid", "os.getppid", "threading.get_ident", "threading.get_native_id"))
# What is told only where it is kept in the data: facts about the machine, places on it, places that last for one run
MACHINE_FACTS = OF_A_PROCESS | frozenset(
    """uuid.getnode os.getuid os.geteuid os.getgid os.getcwdb platform.uname platform.release platform.version
    platform.processor platform.architecture platform.python_version platform.python_implementation
    tempfile.gettempdir sys.executable sys.prefix sys.base_prefix sys.platform sys.version""".split()
)
PLACED = frozenset("os.path.expanduser os.path.expandvars os.path.abspath os.path.realpath".split())
PLACING = frozenset("expanduser absolute resolve".split())  # methods of paths
TEMPORARY = frozenset(
    """tempfile.mkdtemp tempfile.mkstemp tempfile.mktemp tempfile.NamedTemporaryFile
    tempfile.TemporaryDirectory""".split()
)
MOVES = frozenset(("os.chdir", "os.fchdir", "contextlib.chdir"))
# When a file was written is when it was copied to the machine
FILE_TIMES = frozenset("getmtime getctime getatime st_mtime st_ctime st_atime st_mtime_ns st_ctime_ns".split())
# What reads or makes times in the machine's own zone, where no zone is given
LOCAL_TIMES = frozenset(
    "time.mktime time.localtime datetime.datetime.fromtimestamp datetime.date.fromtimestamp".split()
)
LOCAL_ZONES = frozenset(("time.tzname", "time.timezone", "time.altzone"))
PEOPLE = frozenset(["input", "getpass.getpass", "builtins.input"])
PROCESSES = frozenset(
    """multiprocessing.Pool multiprocessing.Process multiprocessing.pool.ThreadPool multiprocessing.pool.Pool
    multiprocessing.get_context concurrent.futures.ThreadPoolExecutor concurrent.futures.ProcessPoolExecutor
    threading.Thread threading.Timer subprocess.run subprocess.Popen subprocess.call subprocess.check_call
    subprocess.check_output os.system os.popen os.fork joblib.Parallel ray.init""".split()
)
# What gives results in the order in which the work ends
ENDING = frozenset(("concurrent.futures.as_completed", "asyncio.as_completed", "joblib.as_completed"))

# What hands the function `set` rows of a group or a column
COLLECTING = frozenset("agg aggregate apply map transform".split())

# What takes the elements of a set whatever their order

ORDER_FREE = frozenset(
    """sorted len min max sum any all set frozenset bool isinstance print numpy.unique pandas.unique
    collections.Counter math.fsum id type repr""".split()
)
ORDER_KEEPING = frozenset("list tuple enumerate zip iter pandas.Series pandas.Index polars.Series numpy.array".split())
LOOSELY_KEEPING = frozenset((".dict.fromkeys", "dict.fromkeys"))  # a table, of which the order may not matter
SET_METHODS = frozenset("union intersection difference symmetric_difference copy".split())
ORDER_FREE_METHODS = frozenset(
    """isin is_in drop union intersection difference symmetric_difference update issubset issuperset isdisjoint
    sort add discard""".split()
)

# What takes a query as its first argument
SQL_METHODS = frozenset(("sql", "query", "execute", "execute_query", "read_sql"))


def is_frame_reader(path: str) -> bool:
    """Whether a function of a frame library reads a file."""
    module, _, last = path.partition(".")
    return module in FRAME_MODULES and last.startswith(("read_", "scan_")) and path not in NOT_A_FILE
