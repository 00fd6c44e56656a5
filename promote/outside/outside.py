"""What a step takes from the world outside its inputs: chance, clocks, files, networks, machines, people.

Every statement that the step needs is looked at, definitions and the insides of functions too. Each finding has a way
out: a parameter, a resource, `load_asset`, a seed. Why each has its severity is said in
docs/explanation/outside-world.md: an error where production could differ and verification would not see it, or where
the layer forbids it; a warning where verification sees the difference or nothing differs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import lru_cache

from platform_core.hints import TYPE_CHECKING
from promote.dataflow.closure import Closure
from promote.dataflow.program import Statement
from promote.dataflow.refusals import Context
from promote.language.functions import is_known, nameless
from promote.model import Finding, Function, Severity, Step
from promote.outside import outside_names as names
from promote.outside.group_orders import BY_PLACE, of_a_query, of_groups, unsorted_loops, which_row
from promote.outside.orders import is_set, listed, sorted_names, unordered
from promote.outside.sight import Sight
from promote.outside.sightings import Looker, SeenCall
from promote.patterns import pattern
from promote.trees import parse, walk

if TYPE_CHECKING:
    from promote.outside.origins import Origin

_TOLD_METHODS = frozenset().union(
    ("sample", "shuffle", "astimezone", "pop", "rvs", "timestamp", "unique", "select", "imap_unordered"),
    BY_PLACE,
    names.SQL_METHODS,
    names.COARSE,
    names.COLLECTING,
    names.PATH_READS,
    names.PATH_WRITES,
    names.WRITING_METHODS,
)
_TOLD_PATHS = frozenset(("hash", "id", "open", "io.open")).union(
    names.GENERATORS, names.NEVER_SEEDED, names.CLOCKS, names.DAYS, names.TOLD_TIME, names.CLOCK_WORDS,
    names.DATABASE_READERS, names.FILE_READERS, names.LISTINGS, names.WRITERS, names.PEOPLE, names.PROCESSES,
    names.MACHINE, names.MOVES, names.LOCAL_TIMES, names.STOPWATCHES, names.SCIPY_CHANCE, names.ENDING,
    ("faker.Faker",),
)  # fmt: skip
# Findings after which a step may give something else, or do something again, though its inputs are as they were
_RENEWED = frozenset(("PR701", "PR702", "PR705", "PR706", "PR707", "PR708", "PR709", "PR711", "PR714"))
_BRONZE = "Read it in a bronze step and take it from there with the step's variable or load_asset."
_TEMPORARY = (
    "Runs beside this one would write the same file: put it into a `tempfile.TemporaryDirectory()`, or read what is "
    "written from memory (`io.StringIO`)."
)
_FILES = frozenset(("relative", "absolute", "home", "unknown"))
_ZONE = pattern(r"(?:[+-]\d\d:?\d\d|[zZ])$")
_SHOWING = frozenset(("str", "repr", "ascii", "format", "hash", "id"))
_MOVING = ("%cd", "%chdir", "%pushd", "%popd")


def outside_world(context: Context, step: Step, closure: Closure, looker: Looker) -> list[Finding]:
    """Give the findings about what a step takes from outside, in the order of the notebook."""
    look = _Look(context, step, closure, looker)
    unique: dict[tuple[str, int | None, int | None, int | None], Finding] = {}
    for found in look.all():
        at = found.location
        unique.setdefault((found.code, at.cell, at.line, at.column), found)
    return sorted(unique.values(), key=lambda f: (f.location.cell or 0, f.location.line or 0, f.location.column or 0))


def hangs_on_more(found: Sequence[Finding], function: Function) -> bool:
    """Say whether what a step gives may hang on more than its inputs and its code, as far as can be told.

    `found` is what `outside_world` gave. What a package does that no table knows, the project's own too, is not seen.
    """
    if any(one.code in _RENEWED for one in found):
        return True
    fragments = (*function.imports, *function.definitions, *function.body)
    nodes = (node for f in fragments if "import" in f.text for node in walk(parse(f.text)))
    paths = (path for node in nodes for path in _imported(node))
    return any(not is_known(path) for path in paths)


def _imported(node: ast.AST) -> Sequence[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return ["." * node.level + (node.module or "")] if isinstance(node, ast.ImportFrom) else []


class _Look(Sight):
    def __init__(self, context: Context, step: Step, closure: Closure, looker: Looker) -> None:
        super().__init__(context, step, closure, looker)
        self.included = closure.included.keys()
        self.changes = {name for s in self.statements for name in s.changes}

    def all(self) -> Iterator[Finding]:
        looked = [
            (s, seen)
            for s in self.statements
            if not (seen := self.looker.at(s)).is_empty or ast.Starred in s.facts.kinds
        ]
        sorted_later = sorted_names(seen for _, seen in looked)
        for s in self.statements:
            if ast.FormattedValue in s.facts.kinds or not _SHOWING.isdisjoint(s.facts.names):
                yield from self.addresses(s)
        for s, seen in looked:
            for call in seen.calls:
                if not is_inward(nameless(call.path), call.method):
                    yield from self.call(s, call)
            for path, attribute in seen.attributes:
                yield from self.attribute(s, path, attribute)
            for node in unsorted_loops(s, seen, self.looker):
                message = "Groups, and values that stand there once, come in no fixed order."
                hint = "Write maintain_order=True, or sort them."
                yield self.tell("PR703", "warning", message, s, node, hint)
            for node, kept in unordered(s, seen, self.looker, sorted_later):
                yield self.order(s, node, kept=kept)
            for listing in listed(seen.calls):
                if self.is_listing(s, listing):
                    yield self.listing(s, listing)

    def addresses(self, s: Statement) -> Iterator[Finding]:
        """Tell what shows where an object stands in memory, and `hash` where it is handed on."""
        from promote.outside.addresses import handed_hashes, shown_addresses  # noqa: PLC0415 - as below

        for node in shown_addresses(self, s):
            hint = "Write the text that is meant, or give the class a __repr__."
            message = "This object has no text of its own: what is shown is its address, different in every process."
            yield self.tell("PR704", "warning", message, s, node, hint)
        for node in handed_hashes(self, s):
            name = getattr(node, "id", "")
            hint = "Use hashlib, or the hash of the frame library with a seed."
            severity: Severity = "error" if name == "hash" else "warning"
            yield self.tell("PR704", severity, f"`{name}()` is different in every process.", s, node, hint)

    def call(self, s: Statement, call: SeenCall) -> Iterator[Finding]:
        path = call.path
        if "." not in path and self.context.program.touches.get(path):
            return  # the notebook binds a builtin's name itself
        from promote.outside.chance import chance, clock  # noqa: PLC0415 - most steps take nothing from outside

        yield from chance(self, s, call)
        yield from clock(self, s, call)
        yield from self.places(s, call)
        yield from self.reading(s, call)
        yield from self.writing(s, call)
        root = path.partition(".")[0]
        network = root in names.NETWORK_MODULES or path.startswith(names.NETWORK_PREFIXES)
        if network and not path.startswith(names.NO_NETWORK) and not _is_sql(path):
            what = "is for work with a database" if root == "sqlalchemy" else "reaches over the network"
            yield self.network(s, call.node, f"`{path}` {what}.")
        elif path in names.PEOPLE and not self.is_local(s, path):
            hint = "Give it a value in the cell tagged `parameters`; a secret comes from a resource."
            yield self.tell("PR710", "error", f"`{path}` waits for a person, and nobody is there.", s, call.node, hint)
        elif path in names.PROCESSES:
            hint = "Let the frame library work in parallel, and say how large the step is with `compute:`."
            yield self.tell("PR712", "warning", f"`{path}` starts a process or thread.", s, call.node, hint)
        elif path in names.MACHINE:
            hint = "Take it from a parameter or a resource."
            message = f"`{path}` is different on every machine."
            magic = self.magic_before(s, *_MOVING) if path in names.PLACES else ""
            if magic:
                message = f"`{path}` gives the working directory, which {magic} changed for the notebook alone."
            yield self.tell("PR714", "error" if magic else "warning", message, s, call.node, hint)
        elif path in names.MOVES:
            hint = 'Take it out, and read files through resource("NAME").path("…").'
            message = f"`{path}` moves the whole process to a folder that is elsewhere in production."
            yield self.tell("PR714", "warning", message, s, call.node, hint)
        elif self.is_local_time(s, call):
            hint = 'Name the zone: datetime.fromtimestamp(seconds, tz=UTC), .astimezone(ZoneInfo("Europe/London")).'
            message = "The result hangs on the time zone of the machine."
            yield self.tell("PR714", "warning", message, s, call.node, hint)
        elif path in {"hash", "id"} and call.function != "__hash__" and not self.is_local(s, path):
            hint = "Use hashlib, or the hash of the frame library with a seed."
            severity: Severity = "error" if path == "hash" else "warning"
            yield self.tell("PR704", severity, f"`{path}()` is different in every process.", s, call.node, hint)
        elif path.startswith(("os.environ.", "os.getenv")):
            yield from self.environment(s, call.node)

    def attribute(self, s: Statement, path: str, node: ast.Attribute) -> Iterator[Finding]:
        if path == "os.environ":
            yield from self.environment(s, node)
        elif path in {"sys.argv", "sys.stdin"}:
            hint = "Give it a value in the cell tagged `parameters`."
            yield self.tell("PR711", "error", f"`{path}` belongs to the process, not to the step.", s, node, hint)
        elif node.attr in names.FILE_TIMES and (node.attr.startswith("st_") or path.startswith("os.path.")):
            hint = "Take the day from the file's name or from the data."
            message = f"`{node.attr}` tells when the file came to this machine."
            yield self.tell("PR714", "warning", message, s, node, hint)
        elif path in names.LOCAL_ZONES:
            message = f"`{path}` is different on every machine."
            yield self.tell("PR714", "warning", message, s, node, "Name the zone.")

    # Orders

    def places(self, s: Statement, call: SeenCall) -> Iterator[Finding]:
        """Tell what is taken by its place where nothing fixes which stands there."""
        node = call.node
        collects = call.method in names.COLLECTING and any(getattr(a, "id", "") == "set" for a in node.args)
        pops = call.method == "pop" and not node.args and isinstance(node.func, ast.Attribute)
        if collects or (pops and is_set(node.func.value, self.looker, s)):  # type: ignore[attr-defined]  # a method has one
            yield self.order(s, node, kept=False)
        elif of_groups(call, self.looker, s.index) or (
            call.method in names.SQL_METHODS and of_a_query(self.query(s, call))
        ):
            hint = "Sort first, by columns that tell all rows apart."
            message = "Rows are taken by their place where nothing fixes their order."
            yield self.tell("PR703", "warning", message, s, node, hint)
        elif which_row(call, self.looker):
            hint = 'Write keep="first", maintain_order=True, after a sort that tells all rows apart.'
            message = "Which of the rows with one key stays is not fixed."
            yield self.tell("PR703", "warning", message, s, node, hint)
        elif call.path in names.ENDING or call.method == "imap_unordered":
            message = "What ends first comes first, which is another each time."
            hint = "Take the results in the order of the work, as `map` and `gather` give them."
            yield self.tell("PR703", "warning", message, s, node, hint)

    # Files, networks, machines

    def reading(self, s: Statement, call: SeenCall) -> Iterator[Finding]:
        from promote.outside.files_made import made_by  # noqa: PLC0415 - as above
        from promote.outside.origins import origin_of  # noqa: PLC0415 - as above
        from promote.outside.sql_sources import sql_origins  # noqa: PLC0415 - as above

        path, node = call.path, call.node
        if path.startswith("duckdb.") or call.method in {"sql", "execute"}:
            query = call.argument("query", "sql")
            made = made_by(query, s, self.included, self.looker) if self.bronze and query is not None else None
            for origin in sql_origins(query, self.looker, s.index):
                yield from [self.made(s, node, made)] if made and origin in _FILES else self.source(s, node, origin)
        if path in names.DATABASE_READERS:
            yield self.network(s, node, f"`{path}` reads a database.")
            return
        if path in names.FILE_READERS or names.is_frame_reader(path):
            if path in {"open", "io.open"} and (_mode(node) & set("wax+") or self.is_local(s, path)):
                return
            argument = call.argument(*names.SOURCE_ARGUMENTS)
            if argument is None and path not in names.LISTINGS:
                return
            origin = "relative" if argument is None else origin_of(argument, self.looker, s.index)
        elif call.method in names.PATH_READS and self.is_path(s, node.func.value):  # type: ignore[attr-defined]  # a method has one
            argument = node.func.value  # type: ignore[attr-defined]  # as above
            origin = origin_of(argument, self.looker, s.index)
        else:
            return
        told = self.bronze or origin == "unknown"  # a file with a name is none of silver's, whoever writes it
        made = made_by(argument, s, self.included, self.looker) if told and argument is not None else None
        if made is not None and origin in _FILES:
            yield self.made(s, node, made)
        else:
            yield from self.source(s, node, origin, argument, call)

    def made(self, s: Statement, node: ast.Call, made: Statement) -> Finding:
        message = f"{self.context.where(made).capitalize()} writes this file, and is no part of the step."
        hint = "Write it in a cell of this step, or take what is written from its variable."
        return self.tell("PR707" if self.bronze else "PR706", "error", message, s, node, hint)

    def source(
        self,
        s: Statement,
        node: ast.Call,
        origin: Origin,
        argument: ast.expr | None = None,
        call: SeenCall | None = None,
    ) -> Iterator[Finding]:
        if origin == "network":
            yield self.network(s, node, "This reads an address on the network.")
        elif origin in {"relative", "absolute", "home"}:
            yield self.file(s, node, origin, argument, call)
        elif origin == "unknown" and not self.bronze:
            message = f"{self.step.tag} may read a file here; only bronze steps do."
            yield self.tell("PR706", "warning", message, s, node, self.in_bronze(s))

    def file(
        self, s: Statement, node: ast.Call, origin: str, argument: ast.expr | None, call: SeenCall | None
    ) -> Finding:
        own = argument is not None and self.writes_itself(argument, s)
        if not self.bronze:
            message = f"{self.step.tag} reads a file; only bronze steps touch sources."
            if own:
                return self.tell("PR706", "error", message, s, node, _TEMPORARY)
            return self.beyond("PR706", message, s, node)
        where = {
            "relative": "The file is looked for in the working directory, which is another one in production.",
            "absolute": "The file is named by a path of this machine.",
            "home": "The file is in somebody's home folder.",
        }[origin]
        from promote.outside.roots import root_hint  # noqa: PLC0415 - as above

        hint = _TEMPORARY if own else root_hint(argument, self.looker, s.index, self.context.notebook.path)
        if origin == "relative" and (magic := self.magic_before(s, *_MOVING)):
            where = f"The file is looked for in the working directory, which {magic} changed for the notebook alone."
            return self.tell("PR707", "error", where, s, node, hint)
        fix = None
        if origin == "relative" and call is not None and not own:
            from promote.outside.reads import through_resource  # noqa: PLC0415 - as above

            fix = through_resource(self.context, self.looker, s, call, argument)
        return self.tell("PR707", "warning", where, s, node, hint, fix)

    def writes_itself(self, argument: ast.expr, s: Statement) -> bool:
        """Whether the step wrote the file before."""
        from promote.outside.files_made import named, written  # noqa: PLC0415 - as above

        path = named(argument, self.looker, s.index)
        before = [one for one in self.statements if one.index <= s.index] if path else []
        return any(path in written(one, self.looker) for one in before)

    def magic_before(self, s: Statement, *magics: str) -> str:
        """Name the last of some magics above a statement, with its place; empty where there is none."""
        above = [
            f"{f.message.split()[0]} in cell {f.location.cell} line {f.location.line}"
            for f in self.context.session
            if f.message.startswith(magics) and (f.location.cell or 0, f.location.line or 0) < (s.cell, s.first)
        ]
        return above[-1] if above else ""

    def network(self, s: Statement, node: ast.Call, message: str) -> Finding:
        if self.bronze:
            hint = "Declare the source as a resource, so that its address and its secrets stand in config/*.yaml."
            return self.tell("PR708", "warning", message, s, node, hint)
        message = f"{message} Only bronze steps touch sources."
        return self.beyond("PR708", message, s, node)

    def beyond(self, code: str, message: str, s: Statement, node: ast.expr) -> Finding:
        """Tell a source that a silver or gold step reads, with the way into bronze."""
        if s.index in self.own:
            return self.tell(code, "error", message, s, node, self.in_bronze(s))
        from promote.outside.bronze import as_bronze  # noqa: PLC0415 - only where something is refused

        fix, hint = as_bronze(self.context, self.looker, s)
        return self.tell(code, "error", message, s, node, hint or self.in_bronze(s), fix)

    def in_bronze(self, s: Statement) -> str:
        """Tell how a source that a silver or gold step reads comes to be read by a bronze step."""
        if s.index in self.own:
            return f"{_BRONZE[:-1]}; or tag this step bronze:{self.step.name}."
        if s.role.kind == "step" and s.role.tag.startswith("bronze:"):
            return f"{s.role.tag} gives another variable: make what this line reads a bronze step of its own."
        return _BRONZE

    def writing(self, s: Statement, call: SeenCall) -> Iterator[Finding]:
        from promote.outside.origins import origin_of  # noqa: PLC0415 - as above

        path, node = call.path, call.node
        if path in {"open", "io.open"}:
            writes = bool(_mode(node) & set("wax+")) and not self.is_local(s, path)
        elif call.method in names.PATH_WRITES:
            writes = self.is_path(s, node.func.value)  # type: ignore[attr-defined]  # a method has one
        elif call.method in names.WRITING_METHODS:
            target = call.argument(*names.SOURCE_ARGUMENTS, "file_name", "name", "con", "workbook", "target", "buf")
            writes = target is not None and origin_of(target, self.looker, s.index) != "memory"
        else:
            writes = path in names.WRITERS
        if writes:
            hint = "What a step gives is kept for it: put the export into a cell without a tag, or let it be an asset."
            yield self.tell("PR709", "warning", "A file or table is written beside the asset.", s, node, hint)

    def environment(self, s: Statement, node: ast.expr) -> Iterator[Finding]:
        set_before = self.context.program.reaching("~the environment", s.index)
        if "~the environment" in self.changes or set_before or _is_stored(node):
            return  # what the notebook sets itself is followed by the data flow
        severity: Severity = "warning" if self.bronze else "error"
        message = "An environment variable is read."
        if magic := self.magic_before(s, "%env", "%set_env", "%dotenv"):
            severity, message = "error", f"The environment is read, which {magic} changed for the notebook alone."
        hint = "Take it from a parameter; a secret or an address stands in a resource of config/*.yaml."
        yield self.tell("PR705", severity, message, s, node, hint)

    def order(self, s: Statement, node: ast.expr, *, kept: bool) -> Finding:
        from promote.outside.seeds import sorted_instead  # noqa: PLC0415 - as above

        fix = sorted_instead(self.context, s, node) if kept and isinstance(node, ast.Call) else None
        severity: Severity = "error" if kept else "warning"
        message = "A set has no order: its elements come differently in every process."
        return self.tell("PR703", severity, message, s, node, "Write sorted(…) around the set.", fix)

    def listing(self, s: Statement, node: ast.Call) -> Finding:
        from promote.outside.seeds import sorted_listing  # noqa: PLC0415 - as above

        fix = sorted_listing(self.context, s, node) if self.path_of(node) in names.NAME_LISTS else None
        message = "A folder is listed in no fixed order."
        return self.tell("PR703", "warning", message, s, node, "Write sorted(…) around it.", fix)

    # Small questions

    def is_listing(self, s: Statement, node: ast.Call) -> bool:
        return self.path_of(node) in names.LISTINGS or self.is_path(s, node.func.value)  # type: ignore[attr-defined]  # a method has one

    def is_local_time(self, s: Statement, call: SeenCall) -> bool:
        """Whether a call makes a time in the machine's own zone, since no zone is given."""
        if call.method == "timestamp":
            return self.is_naive(call.node.func.value, s)  # type: ignore[attr-defined]  # a method has one
        given = len(call.node.args) + len(call.node.keywords)
        return (call.method == "astimezone" and not given) or (call.path in names.LOCAL_TIMES and given == 1)

    def is_naive(self, node: ast.expr | None, s: Statement) -> bool:
        """Whether an expression surely gives a time without a zone, of Python's own kind."""
        if isinstance(node, ast.Name):
            node = self.looker.value_of(node.id, s.index)
        if not isinstance(node, ast.Call):
            return False
        path, method = self.path_of(node), getattr(node.func, "attr", "")
        words = [str(a.value) for a in node.args if isinstance(a, ast.Constant)]
        zoned = any(k.arg in {"tzinfo", "tz", None} for k in node.keywords)
        if path == "datetime.datetime.strptime":
            return not any("%z" in word for word in words)
        if path == "datetime.datetime.fromisoformat":
            return bool(words) and _ZONE.search(words[0]) is None
        if path in {"datetime.datetime", "datetime.datetime.combine"}:
            return not zoned and len(node.args) < (8 if path == "datetime.datetime" else 3)
        inner = isinstance(node.func, ast.Attribute) and method == "replace" and not zoned
        return method == "to_pydatetime" or (inner and self.is_naive(node.func.value, s))  # type: ignore[attr-defined]  # as above

    def is_path(self, s: Statement, node: ast.expr, depth: int = 0) -> bool:
        if depth > 8:
            return False
        if isinstance(node, ast.Call):
            made = self.path_of(node) in names.PATH_CLASSES | {"pathlib.Path.home", "pathlib.Path.cwd"}
            if made or not isinstance(node.func, ast.Attribute):
                return made
            of_resource = node.func.attr == "path" and self.is_resource(s, node.func.value)
            return of_resource or self.is_path(s, node.func.value, depth + 1)
        inner: ast.expr | None = None
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            inner = node.left
        elif isinstance(node, ast.Attribute) and node.attr in {"parent", "parents"}:
            inner = node.value
        elif isinstance(node, ast.Name):
            inner = self.looker.value_of(node.id, s.index)
        return inner is not None and self.is_path(s, inner, depth + 1)

    def is_resource(self, s: Statement, node: ast.expr) -> bool:
        from promote.outside.origins import origin_of  # noqa: PLC0415 - as above

        return origin_of(node, self.looker, s.index) == "resource"

    @staticmethod
    def is_local(s: Statement, name: str) -> bool:
        """Whether the statement binds a builtin's name inside a function, so that the call means something else."""
        return any(
            (isinstance(n, ast.arg) and n.arg == name)
            or (isinstance(n, ast.Name) and n.id == name and not isinstance(n.ctx, ast.Load))
            for n in walk(s.node)
        )


@lru_cache(maxsize=4096)
def is_inward(path: str, method: str) -> bool:
    """Whether a call takes nothing from outside, whatever it is given: no table names its path or its method.

    >>> [is_inward(*call) for call in ((".rents.filter", "filter"), ("polars.read_csv", "read_csv"), ("hash", ""))]
    [True, False, False]
    """
    package, _, _ = path.partition(".")
    return not (
        method in _TOLD_METHODS
        or path in _TOLD_PATHS
        or path.rpartition(".")[0] in names.SEEDED_MODULES
        or package in names.NETWORK_MODULES
        or names.is_frame_reader(path)
        or path.startswith((*names.NETWORK_PREFIXES, "secrets.", "sklearn.", "imblearn.", "os.environ.", "os.getenv"))
    )


def _is_sql(path: str) -> bool:
    """Whether a call of SQLAlchemy makes a statement, a part of one or a type."""
    package, _, rest = path.partition(".")
    return package == "sqlalchemy" and (
        rest.rpartition(".")[2] in names.SQL_VALUES or rest.startswith(("types.", "func."))
    )


def _mode(node: ast.Call) -> set[str]:
    given = node.args[1] if len(node.args) > 1 else next((k.value for k in node.keywords if k.arg == "mode"), None)
    return set(given.value) if isinstance(given, ast.Constant) and isinstance(given.value, str) else set()


def _is_stored(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load)
