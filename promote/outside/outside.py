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

from promote.dataflow.closure import Closure
from promote.dataflow.program import Statement
from promote.dataflow.refusals import Context
from promote.language.functions import is_known, nameless
from promote.model import Finding, Function, Severity, Step
from promote.outside import outside_names as names
from promote.outside.orders import gives_order, is_set, listed, sorted_names, takes_apart, unordered
from promote.outside.sight import Sight
from promote.outside.sightings import Looker, SeenCall, Sightings
from promote.trees import kept_by_text, parse, walk

_TOLD_METHODS = frozenset().union(
    ("sample", "shuffle", "astimezone", "pop", "rvs", "timestamp", "unique", "select", "imap_unordered"),
    names.BY_PLACE,
    names.SQL_METHODS,
    names.COARSE,
    names.COLLECTING,
    names.PLACING,
    names.PATH_READS,
    names.PATH_WRITES,
    names.WRITING_METHODS,
)
_TOLD_PATHS = frozenset(("hash", "id", "open", "io.open")).union(
    names.GENERATORS, names.NEVER_SEEDED, names.CLOCKS, names.DAYS, names.TOLD_TIME, names.CLOCK_WORDS,
    names.DATABASE_READERS, names.FILE_READERS, names.LISTINGS, names.WRITERS, names.PEOPLE, names.PROCESSES,
    names.MACHINE, names.MOVES, names.LOCAL_TIMES, names.STOPWATCHES, names.SCIPY_CHANCE, names.ENDING,
    names.MACHINE_FACTS, names.PLACED, names.TEMPORARY, ("faker.Faker",),
)  # fmt: skip
_OF_THE_MACHINE = names.MACHINE | names.MACHINE_FACTS | names.PLACED | names.TEMPORARY
# Findings after which a step may give something else, or do something again, though its inputs are as they were
_RENEWED = frozenset(("PR701", "PR702", "PR705", "PR706", "PR707", "PR708", "PR709", "PR711", "PR714"))
_SHOWING = frozenset(("str", "repr", "ascii", "format", "hash", "id"))


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
    return any("import" in f.text and not _imports_known(f.text) for f in fragments)


@kept_by_text
def _imports_known(text: str) -> bool:
    """Whether all that code imports is of packages that the tables know."""
    return all(is_known(path) for node in walk(parse(text)) for path in _imported(node))


def _imported(node: ast.AST) -> Sequence[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return ["." * node.level + (node.module or "")] if isinstance(node, ast.ImportFrom) else []


class _Look(Sight):
    def __init__(self, context: Context, step: Step, closure: Closure, looker: Looker) -> None:
        super().__init__(context, step, closure, looker)
        self.changes = {name for s in self.statements for name in s.changes}

    def all(self) -> Iterator[Finding]:
        looked = [
            (s, seen)
            for s in self.statements
            if not (seen := self.looker.at(s)).is_empty or ast.Starred in s.facts.kinds
        ]
        told = [(s, seen) for s, seen in looked if not _is_inward(s, seen)]
        sorted_later = sorted_names(seen for _, seen in looked) if told else frozenset()
        for s in self.statements:
            if ast.FormattedValue in s.facts.kinds or not _SHOWING.isdisjoint(s.facts.names):
                yield from self.addresses(s)
        for s, seen in told:
            for call in seen.calls:
                if not is_inward(nameless(call.path), call.method):
                    yield from self.call(s, call)
            for path, attribute in seen.attributes:
                yield from self.attribute(s, path, attribute)
            from promote.outside.group_orders import unsorted_loops  # noqa: PLC0415 - most statements tell nothing

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
            yield self.hashing(s, node, node.id)

    def hashing(self, s: Statement, node: ast.expr, name: str) -> Finding:
        hint = "Use hashlib, or the hash of the frame library with a seed."
        severity: Severity = "error" if name == "hash" else "warning"
        return self.tell("PR704", severity, f"`{name}()` is different in every process.", s, node, hint)

    def call(self, s: Statement, call: SeenCall) -> Iterator[Finding]:
        path = call.path
        if "." not in path and self.context.program.touches.get(path):
            return  # the notebook binds a builtin's name itself
        # Most steps take nothing from outside
        from promote.outside.chance import chance, clock  # noqa: PLC0415
        from promote.outside.local_times import is_local_time  # noqa: PLC0415
        from promote.outside.machines import machine  # noqa: PLC0415
        from promote.outside.origins import in_memory  # noqa: PLC0415
        from promote.outside.sources import network, reading, writing  # noqa: PLC0415

        yield from chance(self, s, call)
        yield from clock(self, s, call)
        yield from self.places(s, call)
        yield from reading(self, s, call)
        yield from writing(self, s, call)
        root = path.partition(".")[0]
        reaching = root in names.NETWORK_MODULES or path.startswith(names.NETWORK_PREFIXES)
        if root == "sqlalchemy" and in_memory(call.node, self.looker, s.index):
            return
        if reaching and not path.startswith(names.NO_NETWORK) and not _is_sql(path):
            what = "is for work with a database" if root == "sqlalchemy" else "reaches over the network"
            yield network(self, s, call.node, f"`{path}` {what}.")
        elif path in names.PEOPLE and not self.is_local(s, path):
            hint = "Give it a value in the cell tagged `parameters`; a secret comes from a resource."
            yield self.tell("PR710", "error", f"`{path}` waits for a person, and nobody is there.", s, call.node, hint)
        elif path in names.PROCESSES:
            hint = "Let the frame library work in parallel, and say how large the step is with `compute:`."
            yield self.tell("PR712", "warning", f"`{path}` starts a process or thread.", s, call.node, hint)
        elif path in _OF_THE_MACHINE or call.method in names.PLACING:
            yield from machine(self, s, call)
        elif path in names.MOVES:
            hint = 'Take it out, and read files through resource("NAME").path("…").'
            message = f"`{path}` moves the whole process to a folder that is elsewhere in production."
            yield self.tell("PR714", "warning", message, s, call.node, hint)
        elif is_local_time(self, s, call):
            hint = 'Name the zone: datetime.fromtimestamp(seconds, tz=UTC), .astimezone(ZoneInfo("Europe/London")).'
            message = "The result hangs on the time zone of the machine."
            yield self.tell("PR714", "warning", message, s, call.node, hint)
        elif path in {"hash", "id"} and call.function != "__hash__" and not self.is_local(s, path):
            yield self.hashing(s, call.node, path)
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
        elif path in names.MACHINE_FACTS:
            from promote.outside.machines import fact  # noqa: PLC0415 - as above

            yield from fact(self, s, path, node)
        elif path in names.LOCAL_ZONES:
            message = f"`{path}` is different on every machine."
            yield self.tell("PR714", "warning", message, s, node, "Name the zone.")

    # Orders

    def places(self, s: Statement, call: SeenCall) -> Iterator[Finding]:
        """Tell what is taken by its place where nothing fixes which stands there."""
        from promote.outside.group_orders import of_a_query, of_groups, which_row  # noqa: PLC0415 - as above

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

    def is_listing(self, s: Statement, node: ast.Call) -> bool:
        return self.path_of(node) in names.LISTINGS or self.is_path(s, node.func.value)  # type: ignore[attr-defined]  # a method has one

    def listing(self, s: Statement, node: ast.Call) -> Finding:
        from promote.outside.seeds import sorted_listing  # noqa: PLC0415 - as above

        fix = sorted_listing(self.context, s, node) if self.path_of(node) in names.NAME_LISTS else None
        message = "A folder is listed in no fixed order."
        return self.tell("PR703", "warning", message, s, node, "Write sorted(…) around it.", fix)


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


def _is_inward(s: Statement, seen: Sightings) -> bool:
    """Whether what was seen in a statement takes nothing from outside, nor gives anything an order."""
    if ast.Starred in s.facts.kinds or ast.Subscript in s.facts.kinds:
        return False
    if seen.inward is None:
        plain = not (seen.attributes or seen.loops or seen.comprehensions or takes_apart(s.node))
        seen.inward = plain and not any(gives_order(c) or not is_inward(nameless(c.path), c.method) for c in seen.calls)
    return seen.inward


def _is_sql(path: str) -> bool:
    """Whether a call of SQLAlchemy makes a statement, a part of one or a type."""
    package, _, rest = path.partition(".")
    return package == "sqlalchemy" and (
        rest.rpartition(".")[2] in names.SQL_VALUES or rest.startswith(("types.", "func."))
    )


def _is_stored(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load)
