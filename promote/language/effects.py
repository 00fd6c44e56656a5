"""What calls do to the objects and the state they touch: the tables that the data-flow analysis reads.

Names in these tables are the field's own (pandas, Polars, NumPy, the standard library). A method that stands in no
table is taken to give a new object and to change nothing, unless it is called for its effect alone.
"""

from __future__ import annotations

# Python's operators that change their left side where they can.
_IN_PLACE = "iadd iand iconcat ifloordiv ilshift imatmul imod imul ior ipow irshift isub itruediv ixor".split()

# Methods that change their receiver.
MUTATING_METHODS = frozenset(f"__{name}__" for name in _IN_PLACE) | frozenset(
    """append appendleft extend extendleft insert remove pop popleft popitem clear sort reverse update setdefault add
    discard difference_update intersection_update symmetric_difference_update move_to_end rotate put fill itemset
    resize setflags partition byteswap fit fit_transform partial_fit fit_predict set_params fit_resample
    insert_column replace_column drop_in_place extend_constant hstack_mut write writelines writerow writerows seek
    truncate execute executemany executescript commit rollback begin register unregister create_function
    load_extension send put_nowait get_nowait shuffle seed setstate set_index_inplace subtract_update add_node
    add_edge add_nodes_from add_edges_from create_table insert_into __setitem__ __delitem__ __setattr__ __next__
    setstate_ feed close add_argument add_argument_group add_mutually_exclusive_group add_subparsers add_parser
    set_defaults add_row add_column add_section spawn create_aggregate create_window_function create_collation
    set_trace_callback set_authorizer set_progress_handler isetitem get_chunk next_batches read_next_batch
    get_ready""".split()
)

# Those that give nothing for lists, dicts and sets, and a new object for frames and their like: where the result is
# given a name or another method is called on it, the receiver is none that they change.
FRAME_METHODS = frozenset(
    "sort reverse clear add partition update insert remove fill resize put append rotate truncate shuffle".split()
)

# Methods of pandas that change their receiver where they are told to: a spread dictionary may tell them.
IN_PLACE_METHODS = frozenset(
    """drop dropna drop_duplicates fillna ffill bfill interpolate replace rename rename_axis reset_index set_index
    sort_values sort_index query eval where mask clip set_axis""".split()
)

# Those that change their arguments too.
SHUFFLING_METHODS = frozenset(("shuffle", "readinto", "exec_module"))

# Those that are handed on as values, `map(found.append, rows)`: columns of frames are not called so.
BOUND_METHODS = frozenset(
    """append appendleft extend insert add update setdefault pop popleft remove discard clear write writerow put
    put_nowait send __setitem__""".split()
)

# Types whose own functions are called on what they change: `list.append(rows, 1)`.
MUTABLE_TYPES = frozenset("list dict set tuple bytearray object deque defaultdict type ndarray".split())

# Methods through which a part of the receiver is reached, so that changing the result changes the receiver.
VIEWING_METHODS = frozenset(
    """get setdefault pop values items keys iter iterfind find findall find_all select_one getroot view reshape ravel
    find_next find_previous find_parent find_parents find_next_sibling find_next_siblings find_previous_sibling
    find_previous_siblings find_all_next find_all_previous xpath cssselect getElementsByTagName getElementsByTagNameNS
    getElementById getchildren getparent getnext getprevious cell create_sheet add_worksheet add_sheet add_paragraph
    add_run add_table add_heading add_slide transpose swapaxes squeeze diagonal to_numpy
    conj conjugate getfield data_as getbuffer __array__ __getitem__ __iter__ __next__ __enter__ __getattribute__
    __finalize__ __subclasses__ _asdict toreadonly
    result run_until_complete enter_context enter_async_context new_child from_buffer appender query_appender""".split()
)

# Methods that give a table of what their receiver, or what they are given, holds.
TELLING_METHODS = frozenset("__reduce__ __reduce_ex__ __getstate__ bind bind_partial".split())

# Packages that read HTML into trees; what methods of their elements give a part of the tree, or take one out of it,
# with names that frames have too.
TREE_PACKAGES = frozenset(("bs4", "lxml"))
# Packages whose functions give objects that change by their methods, as other packages' classes do.
BUILDING_PACKAGES = TREE_PACKAGES | {"networkx", "PIL", "sympy", "sqlalchemy", "openpyxl", "xlsxwriter", "jinja2"}
TREE_VIEWS = frozenset(("select",))
# What makes a template of Jinja of a text, and the methods that run one with what they are given
TEMPLATE_MAKERS = frozenset(("Template", "from_string"))
RENDERING_METHODS = frozenset("render render_async generate generate_async stream".split())
TREE_CHANGES = frozenset("extract decompose replace_with unwrap wrap insert_before insert_after drop_tree".split())

# Methods that give what looks into its receiver whenever it is asked: a later change of the receiver shows there.
LOOKING_METHODS = frozenset("groupby group_by rolling expanding ewm resample group_by_dynamic".split())

# Functions of `operator` that change their first argument and give it, by either of their names.
_OPERATORS = frozenset(f"operator.{name}" for one in _IN_PLACE for name in (one, f"__{one}__"))

# Functions that change their first argument.
ARGUMENT_MUTATORS = frozenset(
    """setattr delattr next random.shuffle numpy.random.shuffle numpy.put numpy.place numpy.putmask numpy.copyto
    numpy.fill_diagonal heapq.heappush heapq.heappop heapq.heapify heapq.heapreplace heapq.heappushpop bisect.insort
    bisect.insort_left bisect.insort_right operator.setitem operator.delitem numpy.put_along_axis
    ctypes.memmove ctypes.memset networkx.set_node_attributes networkx.set_edge_attributes
    xml.etree.ElementTree.SubElement lxml.etree.SubElement""".split()
).union(_OPERATORS)

# Functions that change what they are given, wherever that stands among their arguments.
CHANGING_FUNCTIONS = frozenset("struct.pack_into exec eval timeit.timeit timeit.repeat timeit.Timer".split())

# NumPy's functions that take where to write without a name: function -> position of that argument.
OUT_POSITIONS = {
    **dict.fromkeys(
        """abs absolute acos acosh arccos arccosh arcsin arcsinh arctan arctanh asin asinh atan atanh bitwise_count
        bitwise_invert bitwise_not cbrt ceil conj conjugate cos cosh deg2rad degrees exp exp2 expm1 fabs fix floor frexp
        invert isfinite isinf isnan isnat isneginf isposinf log log10 log1p log2 logical_not modf negative positive
        rad2deg radians reciprocal rint sign signbit sin sinh spacing sqrt square tan tanh trunc""".split(),
        1,
    ),
    **dict.fromkeys(
        """add all amax amin any arctan2 argmax argmin around atan2 bitwise_and bitwise_left_shift bitwise_or
        bitwise_right_shift bitwise_xor choose concat concatenate copysign divide divmod dot equal float_power
        floor_divide fmax fmin fmod gcd greater greater_equal heaviside hypot lcm ldexp left_shift less less_equal
        logaddexp logaddexp2 logical_and logical_or logical_xor matmul matvec max maximum median min minimum mod
        multiply nanargmax nanargmin nanmax nanmedian nanmin nextafter not_equal outer pow power ptp remainder
        right_shift round stack subtract true_divide vecdot vecmat""".split(),
        2,
    ),
    **dict.fromkeys(
        """clip compress cumprod cumsum mean nancumprod nancumsum nanmean nanpercentile nanprod nanquantile nanstd
        nansum nanvar percentile prod quantile std sum take var reduce accumulate""".split(),
        3,
    ),
    **dict.fromkeys(
        "is_busday reduceat fft ifft rfft irfft hfft ihfft fft2 ifft2 rfft2 irfft2 fftn ifftn rfftn irfftn".split(), 4
    ),
    **dict.fromkeys(("busday_count", "trace"), 5),
    "busday_offset": 6,
}

# Those of them that arrays have as methods: the array itself is the first argument there.
OUT_METHODS = frozenset(
    """all any argmax argmin choose clip compress cumprod cumsum dot max mean min prod round std sum take trace
    var""".split()
)

# Functions whose result shares memory or parts with their arguments.
SHARING_FUNCTIONS = frozenset(
    """numpy.asarray numpy.asanyarray numpy.ravel numpy.reshape numpy.atleast_1d numpy.atleast_2d numpy.squeeze
    numpy.transpose numpy.swapaxes numpy.moveaxis numpy.expand_dims numpy.flip numpy.split numpy.array_split
    numpy.hsplit numpy.vsplit numpy.broadcast_to numpy.frombuffer numpy.diagonal numpy.nditer numpy.ascontiguousarray
    numpy.asfortranarray numpy.asmatrix numpy.asarray_chkfinite numpy.require numpy.real numpy.imag numpy.rot90
    numpy.fliplr numpy.flipud numpy.rollaxis numpy.dsplit numpy.atleast_3d numpy.broadcast_arrays numpy.unstack
    numpy.permute_dims numpy.matrix_transpose numpy.lib.stride_tricks.as_strided
    numpy.lib.stride_tricks.sliding_window_view numpy.matrix
    numpy.ndarray numpy.recarray numpy.conj numpy.conjugate numpy.diag numpy.diff numpy.einsum numpy.histogram
    numpy.histogram_bin_edges numpy.histogramdd numpy.ix_ numpy.linalg.diagonal numpy.linalg.matrix_transpose
    numpy.nan_to_num numpy.polyint numpy.real_if_close numpy.trim_zeros numpy.from_dlpack numpy.ctypeslib.as_array
    torch.from_numpy torch.as_tensor pyarrow.array pyarrow.py_buffer
    pandas.DataFrame pandas.Series pandas.Index typing.cast next sum collections.ChainMap asyncio.sleep asyncio.gather
    asyncio.wait_for asyncio.shield
    collections.UserDict collections.UserList types.SimpleNamespace dataclasses.make_dataclass
    functools.partial functools.reduce iter reversed zip map filter enumerate max min getattr
    vars memoryview random.choice random.choices random.sample secrets.choice csv.writer csv.DictWriter
    operator.getitem ctypes.pointer ctypes.byref ctypes.cast contextlib.nullcontext contextlib.closing
    inspect.getattr_static inspect.getmembers heapq.nsmallest heapq.nlargest heapq.merge heapq.heappop
    heapq.heapreplace heapq.heappushpop xml.etree.ElementTree.SubElement
    lxml.etree.SubElement PIL.ImageDraw.Draw inspect.signature inspect.getfullargspec inspect.getcallargs
    collections.namedtuple types.new_class""".split()
).union(_OPERATORS)

# Functions of `operator` that do what an operator does: lists and tables that they put together share what they hold.
OPERATIONS = frozenset(f"operator.{name}" for name in "add and_ concat mul or_ sub xor".split())

# Functions of the standard library's modules that change none of the arguments that they are given for their effect:
# what they show, write, measure or set. Of any other it is not known.
QUIET_MODULES = frozenset(
    """builtins os shutil time pprint json pickle logging warnings sys gc subprocess pathlib webbrowser textwrap
    traceback timeit platform getpass locale signal atexit marshal tempfile glob copy math statistics random csv io re
    decimal datetime itertools functools collections contextlib operator string sqlite3 typing dis inspect importlib
    calendar threading asyncio multiprocessing unittest cProfile pstats weakref""".split()
)

# Classes of libraries whose own methods call none that a class of the notebook has in place of theirs; nor do those
# whose names end like an error's.
PLAIN_BASES = frozenset(
    """object ABC Enum IntEnum StrEnum Flag IntFlag NamedTuple TypedDict Protocol Generic BaseException dict list set
    tuple str int float frozenset bytes type BaseModel DataFrame Series""".split()
)

# Methods of generators of random numbers that give of what they are called with.
CHOOSING_METHODS = frozenset(("choice", "choices", "sample"))

# Functions that give a function which takes a part of what it is called with, or changes it.
PART_GETTERS = frozenset(("operator.itemgetter", "operator.attrgetter", "numpy.frompyfunc"))
METHOD_CALLERS = frozenset(("operator.methodcaller",))

# Decorators of libraries that call what they stand on at once; all others only keep it.
CALLING_DECORATORS = ("interact", "interact_manual")

# Decorators of classes that make no instance of them.
PLAIN_DECORATORS = frozenset(
    "dataclass total_ordering unique define frozen mutable attrs final runtime_checkable".split()
)

# Functions that keep what they are given and call none of it.
KEEPING_FUNCTIONS = frozenset(
    """functools.partial functools.partialmethod functools.wraps functools.update_wrapper functools.singledispatch
    functools.lru_cache functools.cache types.SimpleNamespace""".split()
)

# Methods of containers that put away what they are given and call none of it.
STORING_METHODS = frozenset("append appendleft insert setdefault update".split())

# Decorators that keep what a function gave; functions that make such a one.
REMEMBERING = frozenset("lru_cache cache cached cached_property memoize memoise".split())

# Classes that may share memory with the arrays that they are made of, though not with lists.
ARRAY_HOLDERS = frozenset(
    """polars.Series polars.DataFrame polars.LazyFrame polars.from_numpy polars.from_pandas polars.from_dataframe
    polars.from_dict polars.lit pyarrow.Table.from_pandas pyarrow.RecordBatch.from_pandas pyarrow.table
    pyarrow.Table.from_arrays pyarrow.Table.from_pydict pyarrow.Table.from_batches pyarrow.record_batch
    pyarrow.RecordBatch.from_arrays pyarrow.chunked_array pyarrow.Tensor.from_numpy polars.from_arrow""".split()
)

# Methods that run the functions they are given at once, and keep none of them.
EAGER_METHODS = frozenset("apply applymap assign map transform".split())

# Packages whose methods of these names run the functions later.
LAZY_PACKAGES = frozenset("dask modin pyspark ibis vaex".split())

# Functions of Python's own that give numbers and texts.
SCALAR_FUNCTIONS = frozenset(
    """len int float str bool complex bytes ord chr hex bin oct hash id isinstance issubclass callable repr ascii format
    any all""".split()
)

# Functions that copy a container but share what it holds.
SHALLOW_COPIES = frozenset(
    """list tuple dict set frozenset sorted copy.copy copy.replace dataclasses.replace collections.deque
    collections.OrderedDict collections.Counter""".split()
)

# Functions that go through a generator to its end, or never ask it again, before they give anything.
EXHAUSTING_FUNCTIONS = frozenset(
    """list tuple dict set frozenset sorted sum min max any all math.fsum math.prod collections.deque
    collections.OrderedDict collections.Counter pandas.concat pandas.DataFrame pandas.Series polars.concat
    polars.DataFrame polars.Series numpy.fromiter""".split()
)

# Functions whose result changes when an item of it is only read.
DEFAULTING_FUNCTIONS = frozenset(("collections.defaultdict",))

# Methods that copy their receiver and share what it holds.
COPYING_METHODS = frozenset(
    """copy model_copy union difference intersection symmetric_difference _replace _make fromkeys""".split()
)

# Attributes whose value never changes by itself and shares nothing.
IMMUTABLE_ATTRIBUTES = frozenset("shape ndim dtype dtypes nbytes itemsize __name__ __doc__ __class__".split())

# Imported names that look like classes and yet hold nothing of what they are given that could change.
IMPLICIT_LIBRARY_CODE = ("polars.", "pathlib.", "decimal.", "datetime.", "fractions.", "uuid.")

# Packages whose calls stand in these tables: what they do to their arguments is known, all else changes nothing.
KNOWN_PACKAGES = frozenset(
    """numpy pandas polars pyarrow duckdb scipy sklearn matplotlib seaborn altair plotly bokeh plotnine hvplot holoviews
    folium IPython ipywidgets tqdm rich itables requests httpx bs4 lxml yaml dateutil pytz sqlalchemy statsmodels
    xgboost lightgbm catboost torch tensorflow keras nltk spacy networkx geopandas shapely openpyxl xlrd pandera
    pydantic platform_core dagster great_tables missingno tabulate wordcloud PIL cv2 skimage sympy numba dask pyspark
    ibis psycopg2 psycopg boto3 botocore s3fs fsspec faker joblib dotenv pytest hypothesis mpl_toolkits""".split()
)

# Functions that give an object which any use changes: generators of numbers, iterators, open files, connections.
STATEFUL_FUNCTIONS = frozenset(
    """iter zip map filter enumerate reversed open numpy.random.default_rng numpy.random.RandomState
    numpy.random.Generator random.Random random.SystemRandom csv.reader csv.DictReader io.StringIO io.BytesIO
    itertools.count itertools.cycle itertools.chain itertools.islice itertools.product itertools.permutations
    itertools.combinations itertools.groupby itertools.tee itertools.repeat itertools.accumulate itertools.starmap
    itertools.takewhile itertools.dropwhile itertools.zip_longest itertools.chain.from_iterable
    itertools.pairwise itertools.compress itertools.filterfalse itertools.batched
    itertools.combinations_with_replacement duckdb.connect
    sqlite3.connect sqlalchemy.create_engine queue.Queue collections.Counter.elements
    faker.Faker os.scandir glob.iglob os.walk os.fwalk os.popen struct.iter_unpack re.finditer heapq.merge ast.walk
    ast.iter_child_nodes ast.iter_fields xml.etree.ElementTree.iterparse numpy.ndenumerate numpy.ndindex
    difflib.unified_diff difflib.context_diff difflib.ndiff tokenize.generate_tokens tokenize.tokenize
    concurrent.futures.as_completed contextvars.ContextVar shlex.shlex io.BufferedReader io.TextIOWrapper io.FileIO
    io.open gzip.open bz2.open lzma.open codecs.open os.fdopen tarfile.open wave.open tempfile.TemporaryFile
    tempfile.NamedTemporaryFile tempfile.SpooledTemporaryFile urllib.request.urlopen mmap.mmap zlib.decompressobj
    zlib.compressobj subprocess.Popen tqdm.tqdm tqdm.auto.tqdm tqdm.notebook.tqdm""".split()
)

# Modules whose classes give such objects.
STATEFUL_CLASSES = ("queue.", "numpy.random.")

# Those of them that only go through what they are given.
ITERATORS = frozenset(
    """iter zip map filter enumerate reversed csv.reader csv.DictReader itertools.count itertools.cycle itertools.chain
    itertools.islice itertools.product itertools.permutations itertools.combinations itertools.groupby itertools.tee
    itertools.repeat itertools.accumulate itertools.starmap itertools.takewhile itertools.dropwhile
    itertools.zip_longest itertools.chain.from_iterable itertools.pairwise itertools.compress itertools.filterfalse
    itertools.batched itertools.combinations_with_replacement os.scandir glob.iglob""".split()
)
ITERATING_METHODS = frozenset("iter_rows iter_slices itertuples iterrows finditer iterdir glob rglob".split())

# Methods that give such an object.
STATEFUL_METHODS = frozenset(
    """cursor iter_rows iter_slices iter_columns itertuples iterrows finditer iterdir glob rglob open iterparse iterdump
    iterencode itertext iterchildren itersiblings iterancestors iter_lines iter_content iter_batches imap imap_unordered
    to_arrow_reader fetch_record_batch fetch_arrow_reader to_reader scanner
    hosts subnets itermonthdates itermonthdays itermonthdays2""".split()
)

# What a `with` may enter that goes on after an exception, and what is known to pass every exception on.
SWALLOWING_CONTEXTS = frozenset("suppress raises ExitStack AsyncExitStack assertRaises".split())
PASSING_CONTEXTS = frozenset(
    """open closing nullcontext redirect_stdout redirect_stderr chdir catch_warnings localcontext errstate printoptions
    option_context ThreadPoolExecutor ProcessPoolExecutor Pool TemporaryDirectory NamedTemporaryFile TemporaryFile
    StringIO BytesIO ZipFile TarFile Lock RLock connect urlopen Client Session ExcelWriter ExcelFile HDFStore
    StringCache SQLContext rc_context plotting_context axes_style tqdm""".split()
)

# Packages whose objects change by none but the methods that stand in these tables, or not at all: of any other's, a
# method that is not plainly a question may change the object.
VALUE_PACKAGES = frozenset(
    """numpy pandas polars pyarrow duckdb platform_core dagster geopandas shapely dask modin pyspark ibis vaex pandera
    narwhals dateutil pytz tabulate great_tables missingno wordcloud matplotlib seaborn altair plotly bokeh plotnine
    hvplot holoviews folium IPython ipywidgets tqdm rich itables mpl_toolkits datetime decimal fractions pathlib uuid
    re string math cmath statistics itertools collections functools operator json typing types dataclasses enum
    textwrap copy os time calendar numbers zoneinfo ipaddress secrets hashlib hmac base64 binascii html urllib glob
    fnmatch shutil pprint unicodedata zlib builtins io csv random contextlib heapq bisect warnings logging sys inspect
    abc locale tempfile platform getpass subprocess importlib traceback gc struct sqlite3 concurrent
    asyncio ast pickle weakref requests httpx boto3 botocore""".split()
)

# Names that read or make the namespace at run time, so that no analysis can follow them.
DYNAMIC_NAMES = frozenset("exec eval globals locals vars compile __import__ __main__".split())

# Attributes that are a namespace in which names may be read and bound, or give any object there is.
NAMESPACES = frozenset(
    "f_globals f_locals __globals__ user_ns user_global_ns user_module get_objects get_referrers get_referents".split()
)

# Names that IPython gives and Python does not.
IPYTHON_NAMES = frozenset("_ __ ___ _i _ii _iii _oh _ih _dh In Out get_ipython exit quit display".split())

# Methods and functions whose string arguments may name Python variables: SQL, and pandas' query and eval.
SQL_CALLS = frozenset("sql query execute from_query read_sql".split())
PANDAS_QUERY_CALLS = frozenset("query eval".split())
