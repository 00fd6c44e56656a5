"""What a step takes from chance and from clocks: random numbers without a seed, days and times."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from promote.dataflow.program import Statement
from promote.language.syntax import dotted_of
from promote.model import Finding, Fix, Severity
from promote.outside import outside_names as names
from promote.outside.frame_libraries import library_of
from promote.outside.seeds import added_argument, seed_before
from promote.outside.sight import Sight
from promote.outside.sightings import SeenCall
from promote.patterns import pattern

_SQL_CHANCE = pattern(r"\b(?:random|gen_random_uuid|uuid\w*)\s*\(|\b(?:using\s+|table)sample\b")
_LOGGING = frozenset(("debug", "info", "warning", "log"))
_NUMPY, _POLARS = "~the generator of numpy.random", "~the generator of Polars"


def chance(look: Sight, s: Statement, call: SeenCall) -> Iterator[Finding]:
    """Tell of a call that gives other numbers in every run."""
    path, node = call.path, call.node
    message = "Random numbers without a seed are different in every run."
    if path in names.GENERATORS:
        seed = call.argument("seed", "x")
        if (seed is None or (isinstance(seed, ast.Constant) and seed.value is None)) and not _unpacks(node):
            fix = added_argument(look.context, s, node, "0", "Seed the generator with 0.")
            yield _chancy(look, message, s, node, f"Give it a seed: `{path.rpartition('.')[2]}(0)`.", fix)
        return
    if path in names.NEVER_SEEDED or path.startswith("secrets."):
        yield _chancy(look, f"`{path}` is different in every run.", s, node, "Make it from the row's key.")
        return
    module = path.rpartition(".")[0]
    if (state := names.SEEDED_MODULES.get(module)) is not None and path not in names.NOT_CHANCE:
        if not _is_seeded(look, state, s):
            fix = seed_before(look.context, s, node) if not call.function else None
            yield _chancy(look, message, s, node, "Seed it in this step, or use numpy.random.default_rng(0).", fix)
    elif path.startswith(("sklearn.", "imblearn.")) and path.rpartition(".")[2] in names.SKLEARN_CHANCE:
        if call.keyword("random_state") is None and _NUMPY not in look.sets and not _unpacks(node):
            fix = added_argument(look.context, s, node, "random_state=0", "Add random_state=0.")
            yield _chancy(look, message, s, node, "Write random_state=0.", fix)
    elif call.method in {"sample", "shuffle"}:
        yield from _sampling(look, s, call)
    else:
        yield from _of_other_packages(look, s, call, message)


def _of_other_packages(look: Sight, s: Statement, call: SeenCall, message: str) -> Iterator[Finding]:
    """Tell of DuckDB's, SciPy's and Faker's numbers."""
    path, node = call.path, call.node
    if call.method in names.SQL_METHODS and _draws(look.query(s, call)) and not _is_seeded_in_sql(look):
        yield _chancy(look, message, s, node, "Take the rows by a condition or a hash of their key.")
    elif path == "faker.Faker" and not any(a.startswith("seed") for a in _attributes(look)):
        yield _chancy(look, message, s, node, "Seed it: `Faker.seed(0)`.")
    elif call.method == "rvs" or path in names.SCIPY_CHANCE:
        told = _is_seeded(look, _NUMPY, s) or call.keyword("random_state", "rng", "seed") is not None
        if not told and not _unpacks(node):
            word = "random_state" if call.method == "rvs" else "rng"
            fix = added_argument(look.context, s, node, f"{word}=0", f"Add {word}=0.")
            yield _chancy(look, message, s, node, f"Write {word}=0.", fix)


def _draws(text: str) -> bool:
    """Whether a query draws numbers, or rows, without a seed of its own.

    >>> [_draws(text) for text in ("select random()", "from t using sample 5", "from t using sample 5 repeatable (1)")]
    [True, True, False]
    """
    return _SQL_CHANCE.search(text) is not None and "repeatable" not in text


def _is_seeded_in_sql(look: Sight) -> bool:
    """Whether the step seeds DuckDB's generator."""
    parts = (part for s in look.statements for part in s.facts.kinds.get(ast.Constant, ()))
    return any(isinstance(part.value, str) and "setseed" in part.value.lower() for part in parts)


def _attributes(look: Sight) -> set[str]:
    return {name for s in look.statements for name in s.facts.attributes}


def _sampling(look: Sight, s: Statement, call: SeenCall) -> Iterator[Finding]:
    seeded = call.keyword("random_state", "seed") is not None or _unpacks(call.node)
    if seeded or _NUMPY in look.sets or _POLARS in look.sets or _is_generator(look, s, call.node):
        return
    if call.method == "shuffle" and call.node.args:
        return  # of a list, by a generator that is told where it is made
    seed = _seed_word(look, s, call)
    fix = added_argument(look.context, s, call.node, f"{seed}=0", f"Add {seed}=0.") if seed else None
    hint = f"Write {seed}=0." if seed else "Write random_state=0 (pandas) or seed=0 (Polars)."
    yield _chancy(look, "A sample without a seed is different in every run.", s, call.node, hint, fix)


def _seed_word(look: Sight, s: Statement, call: SeenCall) -> str:
    """Tell pandas from Polars by the call's words, what makes the frame, and what is imported; empty if none tells."""
    if call.keyword("frac", "weights") is not None:
        return "random_state"
    if call.keyword("fraction", "with_replacement") is not None or call.method == "shuffle":
        return "seed"
    owner = call.node.func.value if isinstance(call.node.func, ast.Attribute) else None
    library = library_of(owner, s, look.looker) if owner is not None else ""
    if library:
        return "random_state" if library == "pandas" else "seed"
    imported = {path.partition(".")[0] for path in look.context.program.functions.imports.values()}
    if "polars" in imported:
        return "" if "pandas" in imported else "seed"
    return "random_state" if "pandas" in imported else ""


def _is_generator(look: Sight, s: Statement, node: ast.Call) -> bool:
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    value = look.looker.value_of(owner.id, s.index) if isinstance(owner, ast.Name) else owner
    path = dotted_of(value.func) if isinstance(value, ast.Call) else None
    return path is not None and look.context.program.functions.canonical(path) in names.GENERATORS


def _is_seeded(look: Sight, state: str, s: Statement) -> bool:
    reaching = look.context.program.reaching(state, s.index)
    return state in look.sets or any(state in one.sets for one in reaching)


def clock(look: Sight, s: Statement, call: SeenCall) -> Iterator[Finding]:
    """Tell of a call that hangs on the day or the time of the run."""
    path = call.path
    owner = call.node.func.value if isinstance(call.node.func, ast.Attribute) else None
    whole_day = path in names.DAYS or (
        call.method in names.COARSE and isinstance(owner, ast.Call) and look.path_of(owner) in names.CLOCKS
    )
    if path in names.CLOCK_WORDS:
        clocked = call.words in {"now", "today"}
    elif call.method in names.SQL_METHODS:
        text = look.query(s, call)
        clocked = any(word in text for word in ("current_date", "current_timestamp", "now()", "today()"))
    else:
        told = path in names.TOLD_TIME and len(call.node.args) == (path == "time.strftime")
        whole_day = whole_day or told
        timed = path in names.STOPWATCHES and not only_shown(look, s, call.node)
        clocked = whole_day or timed or path in names.CLOCKS
    if clocked:
        hint = "Give the day a name in the cell tagged `parameters`, or take it from the data."
        severity: Severity = "error" if whole_day and not look.bronze else "warning"
        message = "The result depends on the day." if whole_day else "The result depends on the time of the run."
        yield look.tell("PR702", severity, message, s, call.node, hint)


def only_shown(look: Sight, s: Statement, node: ast.expr) -> bool:
    """Whether what a clock says is only printed, itself or through variables: how long a cell took."""
    waiting, seen = [s], {s.index}
    while waiting:
        one = waiting.pop()
        if _only_prints(one.node):
            continue
        if not isinstance(one.node, ast.Assign) or not all(isinstance(t, ast.Name) for t in one.node.targets):
            return False
        calls = (part for part in one.facts.kinds.get(ast.Call, ()) if part is not node)
        if not all(_rounds(look, part) for part in calls) or not look.given.isdisjoint(one.binds):
            return False
        reading = [r for r in look.statements if r.index > one.index and not one.binds.isdisjoint(r.reads.keys())]
        waiting += [r for r in reading if r.index not in seen]
        seen |= {r.index for r in reading}
    return True


def _only_prints(node: ast.stmt) -> bool:
    call = node.value if isinstance(node, ast.Expr) else None
    if not isinstance(call, ast.Call):
        return False
    path = dotted_of(call.func) or ("",)
    return path == ("print",) or path[-1] in _LOGGING


def _rounds(look: Sight, call: ast.Call) -> bool:
    path = look.path_of(call)
    return path in {"round", "float", "int", "str"} or path in names.STOPWATCHES


def _chancy(look: Sight, message: str, s: Statement, node: ast.expr, hint: str, fix: Fix | None = None) -> Finding:
    return look.tell("PR701", "warning", message, s, node, hint, fix)


def _unpacks(node: ast.Call) -> bool:
    return any(k.arg is None for k in node.keywords)
