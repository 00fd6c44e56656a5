"""What setting an option of pandas, Polars or NumPy changes: what is computed, what is shown, or only warnings."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from promote.language.states import DISPLAY_OPTIONS, READING_OPTIONS, SHOWN_CONFIG, SILENT_CONFIG, SILENT_OPTIONS
from promote.language.uses import DottedUse
from promote.trees import walk

PANDAS, POLARS, NUMPY = "how pandas shows frames", "how Polars shows frames", "how NumPy shows arrays"
PANDAS_OPTIONS, POLARS_SET_UP = "pandas' options", "the set-up of polars"
_PANDAS_CALLS = frozenset(("pandas.set_option", "pandas.reset_option", "pandas.options"))
_GROUPS = frozenset((  # of pandas' options: a group is named where an option of it is set, and not asked
    *("display", "html", "unicode", "mode", "compute", "io", "excel", "xls", "xlsm", "xlsx", "ods", "xlsb", "parquet"),
    *("sql", "plotting", "matplotlib", "styler", "sparse", "render", "format", "latex", "future"),
))  # fmt: skip
_SHOWING = {
    "pandas.set_eng_float_format": PANDAS,
    "numpy.set_printoptions": NUMPY,
    "numpy.set_string_function": NUMPY,
}

ASKING = {
    **dict.fromkeys(("pandas.get_option", "pandas.describe_option", "pandas.options"), (PANDAS_OPTIONS, PANDAS)),
    **dict.fromkeys(("polars.Config.state", "polars.Config.save"), (POLARS, POLARS_SET_UP)),
    "numpy.get_printoptions": (NUMPY,),
}


def option_states(path: str, use: DottedUse) -> tuple[str, ...] | None:
    """Give the states that a use of an option changes; None where the path is no option.

    >>> from promote.language.uses import Use
    >>> def states(text):
    ...     call = ast.parse(text, mode="eval").body
    ...     return option_states(ast.unparse(call.func), DottedUse((), Use(1, 1), call=call))
    >>> states("pandas.set_option('display.width', 5)"), states("pandas.set_option('mode.chained_assignment', None)")
    (('how pandas shows frames',), ())
    >>> states("polars.Config.set_tbl_rows(5)"), states("polars.Config(engine_affinity='streaming')")
    (('how Polars shows frames',), ('the set-up of polars',))
    >>> states("pandas.concat(frames)") is None
    True
    """
    if path in _SHOWING:
        return (_SHOWING[path],)
    if path in ASKING and path != "pandas.options":
        return ()
    package, _, rest = path.partition(".")
    if package == "pandas" and rest.startswith("options"):
        return _pandas([rest.removeprefix("options.")]) if use.stored else ()
    if path in _PANDAS_CALLS:
        return (PANDAS_OPTIONS, PANDAS) if use.call is None else _pandas(_named(use.call))
    if package == "polars" and rest.partition(".")[0] == "Config":
        return _polars(rest.removeprefix("Config").removeprefix("."), use)
    return None


def options_read(path: str, use: DottedUse) -> tuple[str, ...]:
    """Give the states that a use of an option asks for.

    >>> from promote.language.uses import Use
    >>> options_read("numpy.get_printoptions", DottedUse((), Use(1, 1)))
    ('how NumPy shows arrays',)
    """
    if use.stored:
        return ()
    leaf = path.startswith("pandas.options.") and path.rpartition(".")[2] not in _GROUPS
    return ASKING.get("pandas.options" if leaf else path, ()) if leaf or path != "pandas.options" else ()


def names_a_format(use: DottedUse) -> bool:
    """Whether a change of the environment names a variable by which Polars shows frames otherwise.

    >>> from promote.language.uses import Use
    >>> [names_a_format(DottedUse((), Use(1, 1), stored=True, key=key)) for key in ("POLARS_FMT_MAX_ROWS", "TZ")]
    [True, False]
    """
    named = {use.key}
    if use.call is not None:
        named |= {k.arg or "" for k in use.call.keywords}
        named |= {str(part.value) for part in walk(use.call) if isinstance(part, ast.Constant)}
    return any(name.startswith(("POLARS_FMT", "POLARS_TABLE")) for name in named)


def _named(call: ast.Call) -> list[str]:
    """The options that a call names; one that cannot be told is empty."""
    first = call.args[0] if call.args else None
    if isinstance(first, ast.Dict):
        named: list[ast.expr | None] = list(first.keys)
    else:
        named = [*call.args[::2], *(k.value for k in call.keywords if k.arg == "pat")]
    return [n.value if isinstance(n, ast.Constant) and isinstance(n.value, str) else "" for n in named] or [""]


def _pandas(names: Iterable[str]) -> tuple[str, ...]:
    found: set[str] = set()
    for name in names:
        if not name.startswith(SILENT_OPTIONS):
            shown = name.startswith(DISPLAY_OPTIONS)
            found |= {PANDAS} if shown or "." not in name else set()
            found |= {PANDAS_OPTIONS} if not shown or name.startswith(READING_OPTIONS) else set()
    return tuple(sorted(found))


def _polars(part: str, use: DottedUse) -> tuple[str, ...]:
    """What `polars.Config` changes when it is called, when `part` of it is used, or when it is handed on."""
    if use.stored or (use.call is None and (not part or part in SILENT_CONFIG)):
        return (POLARS, POLARS_SET_UP) if use.stored or not part else ()
    names = [part]
    if not part and use.call is not None:
        names = [k.arg or "" for k in use.call.keywords if k.arg != "apply_on_context_enter"]
    found: set[str] = set()
    for name in names:
        setting = name.removeprefix("set_")
        if setting.startswith(SHOWN_CONFIG):
            found.add(POLARS)
        elif setting not in SILENT_CONFIG:
            found |= {POLARS_SET_UP} if setting.startswith(("engine_", "streaming_")) else {POLARS, POLARS_SET_UP}
    return tuple(sorted(found))
