"""Which dotted paths touch a state that no variable shows, as the paths alone tell."""

from __future__ import annotations

import re
import sys
from functools import lru_cache

from promote.heap.options import ASKING
from promote.language.effects import MUTATING_METHODS
from promote.language.showing import HARMLESS_MODULES
from promote.language.states import (
    ALSO_SETTING,
    HIDDEN_STATE,
    MINDED_WHERE_ASKED,
    RELATION_MAKERS,
    RUNNERS,
    SETTING_FUNCTIONS,
    STATELESS,
    STORING_FUNCTIONS,
)
from promote.patterns import pattern

_DRAWING = pattern(
    r"train_test_split|shuffle|resample|^make_|KMeans|Forest|Tree|SGD|MLP|Boost|Bagging|SVD|PCA|NMF|Embedding|TSNE"
    r"|Gaussian|^Random|Split$|rvs"
)
_SIMULATING = pattern(
    r"rvs|random|sampl(e|ing)|simulat|bootstrap|permut|shuffle|synthe|noise|perturb|jitter", re.IGNORECASE
)
# Calls that look at files: by how their last word begins, by that word, and by their whole path
_FILE_READERS = ("read_", "scan_")
_FILE_WORDS = frozenset(
    """open Path glob iglob rglob listdir scandir walk iterdir cwd resolve absolute exists is_file is_dir
    samefile""".split()  # noqa: SIM905 - as `effects` writes its tables
)
_FILE_CALLS = frozenset((
    *("os.stat", "os.lstat", "os.access", "os.readlink", "os.path.abspath", "os.path.realpath", "os.path.relpath"),
    *("os.path.lexists", "os.path.isfile", "os.path.isdir", "os.path.islink", "os.path.getsize", "os.path.getmtime"),
    *("numpy.loadtxt", "numpy.genfromtxt", "numpy.fromfile", "numpy.load", "numpy.memmap", "sqlite3.connect"),
))  # fmt: skip
# Calls of what looks at the environment by itself; other processes do, and take the working directory too
_STARTING = ("subprocess.", "os.system", "os.popen", "os.exec", "os.spawn", "os.posix_spawn")
ONLY_ENVIRONMENT = frozenset((
    *("os.path.expandvars", "os.path.expanduser", "os.get_exec_path", "pathlib.Path.home", "getpass.getuser"),
    *("shutil.which", "shutil.get_terminal_size", "tempfile.gettempdir", "tempfile.mkdtemp", "tempfile.mkstemp"),
    *("tempfile.TemporaryDirectory", "tempfile.NamedTemporaryFile", "urllib.request.getproxies"),
))  # fmt: skip
# Packages whose calls draw no numbers but those that stand in a table
_DRAWING_NOTHING = (
    frozenset(("pandas", "polars", "numpy", "platform_core")) | sys.stdlib_module_names | HARMLESS_MODULES
)
_TELLING = frozenset(("start", "stop", "__enter__", "__setattr__", "__delattr__", "__setitem__", "__delitem__"))
_STATE_ROOTS = frozenset(path.split(".", 1)[0] for path in HIDDEN_STATE)
_SETTING = pattern(rf"(^|\.)(({'|'.join(SETTING_FUNCTIONS)})(_\w+)?|add_\w+)$")


@lru_cache(maxsize=4096)
def touches_none(path: str) -> bool:
    """Whether no use of a path touches a state, whatever it is given: most paths of most notebooks.

    >>> [touches_none(path) for path in (".frame.head", "polars.col", "polars.Config.set_fmt_str_lengths", "open")]
    [True, True, False, False]
    """
    package, method = path.split(".", 1)[0], path.rsplit(".", 1)[-1]
    if method in {"pandas", "initialize"} or method.startswith(("progress_", "parallel_")):
        return False
    if path in STORING_FUNCTIONS or method in _TELLING or method in RUNNERS or package == "warnings":
        return False
    if path.startswith("polars.Config"):
        return False
    changing = (package in sys.stdlib_module_names and method in MUTATING_METHODS) or ".__dict__." in path
    if changing or (not package and method in RELATION_MAKERS):
        return False
    if (
        state_of(path) is not None
        or looks_at_files(path)
        or asks_environment(path)
        or path in ASKING
        or sets_something(path)
    ):
        return False
    return path not in ALSO_SETTING and path not in MINDED_WHERE_ASKED and not may_draw(path)


def looks_at_files(path: str) -> bool:
    """Whether a call looks at files, so that the working directory matters.

    >>> [looks_at_files(path) for path in ("polars.read_csv", ".folder.glob", "os.path.getsize", "polars.col")]
    [True, True, True, False]
    """
    word = path.rpartition(".")[2]
    return word in _FILE_WORDS or word.startswith(_FILE_READERS) or path in _FILE_CALLS


def asks_environment(path: str) -> bool:
    """Whether a call looks at the environment by itself, or starts a process that does.

    >>> [asks_environment(path) for path in ("subprocess.run", "shutil.which", ".path.expanduser", "math.exp")]
    [True, True, True, False]
    """
    return path in ONLY_ENVIRONMENT or path.startswith(_STARTING) or path.endswith(".expanduser")


def sets_something(path: str) -> bool:
    """Whether a call sets something, as its last word tells.

    >>> [sets_something(path) for path in ("seaborn.set_theme", "mimetypes.add_type", "polars.col")]
    [True, True, False]
    """
    return path.rpartition(".")[2].startswith((*SETTING_FUNCTIONS, "add_")) and _SETTING.search(path) is not None


def may_draw(path: str) -> bool:
    """Whether a call may take numbers from the global generator.

    >>> [may_draw(path) for path in (".frame.sample", "sklearn.utils.shuffle", "polars.col")]
    [True, True, False]
    """
    package, method = path.split(".", 1)[0], path.rsplit(".", 1)[-1]
    if path.startswith("."):
        return method in {"sample", "samples", "rvs", "simulate", "bootstrap", "shuffle"}
    if package == "sklearn" or path.startswith("scipy.stats."):
        return _DRAWING.search(method) is not None
    return "." in path and package not in _DRAWING_NOTHING and _SIMULATING.search(method) is not None


def is_state_of(path: str) -> bool:
    """Whether a dotted path is of something that has a state of its own, or of what only shows something.

    >>> [is_state_of(path) for path in ("os.environ", "math.pi")]
    [True, False]
    """
    return state_of(path) is not None or path.split(".", 1)[0] in HARMLESS_MODULES


def state_of(path: str) -> str | None:
    """Give the state that a path stands for, in the table of them; None where it stands for none.

    >>> state_of("random.seed"), state_of("random")
    ('the generator of random', None)
    """
    parts = path.split(".")
    if parts[0] not in _STATE_ROOTS or path in STATELESS:
        return None
    for end in range(len(parts), 0, -1):
        if state := HIDDEN_STATE.get(".".join(parts[:end])):
            # a bare module (`import random`) is no use of its state
            return state if end < len(parts) or (path in HIDDEN_STATE and "." in path) else None
    return None
