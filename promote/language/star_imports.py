"""What a star import may bind, told without importing anything: which of Python's own names it may take the place of.

The tables were made by importing each module and comparing what its star gives with `builtins`: the standard library on
Python 3.11 to 3.13, numpy 2.4, scipy 1.17, matplotlib 3.11, pandas 3.1, polars 2.1, duckdb 2.0, pyspark 4.3 and others
in the releases of December 2026. A module that is in no table may bind any name.
"""

from __future__ import annotations

import ast
import sys

# By modules of the standard library; the others take no name's place
_LIBRARY = {
    "open": """aifc bz2 codecs dbm dbm.dumb dbm.sqlite3 gzip lzma os ossaudiodev posix shelve sunau tarfile tokenize
        wave webbrowser""",
    "filter": "curses fnmatch",
    "help": "pdb pydoc",
    "compile": "py_compile re sre_compile",
    "pow": "math operator",
    "abs": "operator",
    "Warning": "sqlite3 sqlite3.dbapi2",
    "TimeoutError": "multiprocessing multiprocessing.context",
    "slice": "ast",
    "Ellipsis": "ast",
    "ascii": "curses.ascii",
    "property": "enum",
    "input": "fileinput",
    "__import__": "importlib",
    "format": "locale",
    "str": "locale",
    "repr": "reprlib",
    "copyright": "sys",
    "exit": "sys",
    "enumerate": "threading",
    "max": "audioop",
}
_NUMPY = "abs all any bool divmod max min pow round sum"
_PACKAGES = {
    "numpy": _NUMPY,
    "numpy.random": "bytes",
    "numpy.ma": "abs all any max min round sum",
    "pylab": "all any divmod sum",
    "matplotlib.pylab": "all any divmod sum",
    "scipy": _NUMPY,  # until version 1.4 it gave numpy's
    "scipy.stats": "abs",
    "scipy.special": "round",
    "pandas": "eval",
    "polars": "all any format len list max min sum",
    "polars.selectors": "all float list map",
    "duckdb": "Warning filter type",
    "pyspark.sql.functions": "abs ascii bin filter hash hex max min pow round slice sum",
    "pyarrow.compute": "abs all any filter max min round sum",
    "ibis": "map range",
    "ibis.selectors": "all",
    "networkx": "all",
    "nltk": "help",
    "requests": "ConnectionError",
    "seaborn": "set",
}
_TAKING_NONE = frozenset(
    """IPython.display altair bokeh.io bokeh.layouts bokeh.models bokeh.palettes bokeh.plotting bs4 dash fastcore.all
    fastcore.basics geopandas ipywidgets matplotlib matplotlib.pyplot mpl_toolkits mpl_toolkits.mplot3d nltk.corpus
    numpy.fft numpy.linalg numpy.polynomial numpy.testing pandas.api.types pandas.testing pandas.tseries.offsets plotly
    plotly.express plotly.graph_objects plotly.graph_objs plotly.offline plotnine plotnine.data pyarrow pyspark
    pyspark.ml pyspark.ml.feature pyspark.sql pyspark.sql.types pyspark.sql.window scipy.constants scipy.integrate
    scipy.interpolate scipy.io scipy.linalg scipy.optimize scipy.signal scipy.spatial shapely shapely.geometry
    sklearn.cluster sklearn.datasets sklearn.decomposition sklearn.ensemble sklearn.linear_model sklearn.metrics
    sklearn.model_selection sklearn.neighbors sklearn.pipeline sklearn.preprocessing sklearn.svm sklearn.tree
    statsmodels.api statsmodels.formula.api sympy sympy.abc sympy.physics.mechanics tqdm xarray""".split()  # noqa: SIM905 - a table of words reads better so
)


def star_modules(statement: ast.stmt) -> list[str]:
    r"""Give the module of every star import of a statement, as it is written; it may try one and then another.

    >>> star_modules(ast.parse("try:\n    from numpy import *\nexcept ImportError:\n    from .own import *").body[0])
    ['numpy', '.own']
    """
    stars = [n for n in ast.walk(statement) if isinstance(n, ast.ImportFrom) and n.names[0].name == "*"]
    return ["." * n.level + (n.module or "") for n in stars]


def is_known(module: str) -> bool:
    """Tell whether it is known which of Python's own names a star import of a module takes the place of.

    >>> is_known("math"), is_known("polars"), is_known("helpers"), is_known(".math")
    (True, True, False, False)
    """
    return module in _PACKAGES or module in _TAKING_NONE or module.split(".", maxsplit=1)[0] in sys.stdlib_module_names


def may_shadow(module: str, name: str) -> bool:
    """Tell whether a star import of a module may take the place of a name of Python's own.

    >>> may_shadow("math", "pow"), may_shadow("math", "len"), may_shadow("polars", "len"), may_shadow("helpers", "len")
    (True, False, True, True)
    """
    if module in _PACKAGES:
        return name in _PACKAGES[module].split()
    if not is_known(module):
        return not name.startswith("_")
    return module in _LIBRARY.get(name, "").split()


def star_source(statement: ast.stmt) -> str:
    """Give the module that the first star import of a statement takes its names from, as it is written."""
    return star_modules(statement)[0]
