"""What a step reads and writes beside its inputs: files, databases, addresses on the network."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from promote.dataflow.program import Statement
from promote.model import Finding
from promote.outside import outside_names as names
from promote.outside.files_made import made_by, named, written
from promote.outside.origins import Origin, bound_within, in_memory, origin_of
from promote.outside.sight import MOVING, Sight
from promote.outside.sightings import SeenCall
from promote.outside.sql_sources import sql_origins

_BRONZE = "Read it in a bronze step and take it from there with the step's variable or load_asset."
_TEMPORARY = (
    "Runs beside this one would write the same file: put it into a `tempfile.TemporaryDirectory()`, or read what is "
    "written from memory (`io.StringIO`)."
)
_FILES = frozenset(("relative", "absolute", "home", "unknown"))


def reading(look: Sight, s: Statement, call: SeenCall) -> Iterator[Finding]:
    """Tell of a call that reads a file, a database or an address, which a step takes from its inputs or a resource."""
    path, node = call.path, call.node
    if path.startswith("duckdb.") or call.method in {"sql", "execute"}:
        query = call.argument("query", "sql")
        made = made_by(query, s, look.included, look.looker) if look.bronze and query is not None else None
        for origin in sql_origins(query, look.looker, s.index):
            of_query = made and origin in _FILES
            yield from [_made(look, s, node, made)] if of_query and made else _source(look, s, node, origin, None, call)
    if path in names.DATABASE_READERS:
        asked = node.args[1] if len(node.args) > 1 else call.keyword("con", "connection")
        if in_memory(asked, look.looker, s.index):
            return
        yield network(look, s, node, f"`{path}` reads a database.")
        return
    if path in names.FILE_READERS or names.is_frame_reader(path):
        if path in {"open", "io.open"} and (_mode(node) & set("wax+") or look.is_local(s, path)):
            return
        argument = call.argument(*names.SOURCE_ARGUMENTS)
        if argument is None and path not in names.LISTINGS:
            return
        origin = "relative" if argument is None else origin_of(argument, look.looker, s.index)
        if origin == "unknown" and isinstance(argument, ast.Name):
            origin = origin_of(bound_within(s.node, argument.id), look.looker, s.index)
    elif call.method in names.PATH_READS and look.is_path(s, node.func.value):  # type: ignore[attr-defined]  # a method has one
        argument = node.func.value  # type: ignore[attr-defined]  # as above
        origin = origin_of(argument, look.looker, s.index)
    else:
        return
    told = look.bronze or origin == "unknown"  # a file with a name is none of silver's, whoever writes it
    made = made_by(argument, s, look.included, look.looker) if told and argument is not None else None
    if made is not None and origin in _FILES:
        yield _made(look, s, node, made)
    else:
        yield from _source(look, s, node, origin, argument, call)


def _made(look: Sight, s: Statement, node: ast.Call, made: Statement) -> Finding:
    message = f"{look.context.where(made).capitalize()} writes this file, and is no part of the step."
    hint = "Write it in a cell of this step, or take what is written from its variable."
    return look.tell("PR707" if look.bronze else "PR706", "error", message, s, node, hint)


def _source(
    look: Sight,
    s: Statement,
    node: ast.Call,
    origin: Origin,
    argument: ast.expr | None = None,
    call: SeenCall | None = None,
) -> Iterator[Finding]:
    if origin == "network":
        yield network(look, s, node, "This reads an address on the network.")
    elif origin in {"relative", "absolute", "home"}:
        yield _file(look, s, node, origin, argument, call)
    elif origin == "unknown" and not look.bronze:
        message = f"{look.step.tag} may read a file here; only bronze steps do."
        yield look.tell("PR706", "warning", message, s, node, _in_bronze(look, s))


def _file(
    look: Sight, s: Statement, node: ast.Call, origin: str, argument: ast.expr | None, call: SeenCall | None
) -> Finding:
    own = argument is not None and _writes_itself(look, argument, s)
    if not look.bronze:
        message = f"{look.step.tag} reads a file; only bronze steps touch sources."
        if own:
            return look.tell("PR706", "error", message, s, node, _TEMPORARY)
        return _beyond(look, "PR706", message, s, node)
    where = {
        "relative": "The file is looked for in the working directory, which is another one in production.",
        "absolute": "The file is named by a path of this machine.",
        "home": "The file is in somebody's home folder.",
    }[origin]
    from promote.outside.roots import root_hint  # noqa: PLC0415 - only where a file is read beside resources

    hint = _TEMPORARY if own else root_hint(argument, look.looker, s.index, look.context.notebook.path)
    if origin == "relative" and (magic := look.magic_before(s, *MOVING)):
        where = f"The file is looked for in the working directory, which {magic} changed for the notebook alone."
        return look.tell("PR707", "error", where, s, node, hint)
    fix = None
    if origin == "relative" and call is not None and not own:
        from promote.outside.reads import in_query, through_resource  # noqa: PLC0415 - as above

        fix = through_resource(look.context, look.looker, s, call, argument) or in_query(
            look.context, look.looker, s, call
        )
    return look.tell("PR707", "warning", where, s, node, hint, fix)


def _writes_itself(look: Sight, argument: ast.expr, s: Statement) -> bool:
    """Whether the step wrote the file before."""
    path = named(argument, look.looker, s.index)
    before = [one for one in look.statements if one.index <= s.index] if path else []
    return any(path in written(one, look.looker) for one in before)


def network(look: Sight, s: Statement, node: ast.Call, message: str) -> Finding:
    """Tell of a source that is reached over the network: a resource in bronze, out of place elsewhere."""
    if look.bronze:
        hint = "Declare the source as a resource, so that its address and its secrets stand in config/*.yaml."
        return look.tell("PR708", "warning", message, s, node, hint)
    message = f"{message} Only bronze steps touch sources."
    return _beyond(look, "PR708", message, s, node)


def _beyond(look: Sight, code: str, message: str, s: Statement, node: ast.expr) -> Finding:
    """Tell a source that a silver or gold step reads, with the way into bronze."""
    if s.index in look.own:
        return look.tell(code, "error", message, s, node, _in_bronze(look, s))
    from promote.outside.bronze import as_bronze  # noqa: PLC0415 - only where something is refused

    fix, hint = as_bronze(look.context, look.looker, s)
    return look.tell(code, "error", message, s, node, hint or _in_bronze(look, s), fix)


def _in_bronze(look: Sight, s: Statement) -> str:
    """Tell how a source that a silver or gold step reads comes to be read by a bronze step."""
    if s.index in look.own:
        return f"{_BRONZE[:-1]}; or tag this step bronze:{look.step.name}."
    if s.role.kind == "step" and s.role.tag.startswith("bronze:"):
        return f"{s.role.tag} gives another variable: make what this line reads a bronze step of its own."
    return _BRONZE


def writing(look: Sight, s: Statement, call: SeenCall) -> Iterator[Finding]:
    """Tell of a call that writes a file or a table beside the asset."""
    path, node = call.path, call.node
    if path in {"open", "io.open"}:
        writes = bool(_mode(node) & set("wax+")) and not look.is_local(s, path)
    elif call.method in names.PATH_WRITES:
        writes = look.is_path(s, node.func.value)  # type: ignore[attr-defined]  # a method has one
    elif call.method in names.WRITING_METHODS:
        target = call.argument(*names.SOURCE_ARGUMENTS, "file_name", "name", "con", "workbook", "target", "buf")
        writes = target is not None and origin_of(target, look.looker, s.index) != "memory"
    else:
        writes = path in names.WRITERS
    if writes:
        hint = "What a step gives is kept for it: put the export into a cell without a tag, or let it be an asset."
        from promote.outside.exports import cut_off  # noqa: PLC0415 - few steps write

        fix = cut_off(look, s) if not call.function else None
        yield look.tell("PR709", "warning", "A file or table is written beside the asset.", s, node, hint, fix)


def _mode(node: ast.Call) -> set[str]:
    given = node.args[1] if len(node.args) > 1 else next((k.value for k in node.keywords if k.arg == "mode"), None)
    return set(given.value) if isinstance(given, ast.Constant) and isinstance(given.value, str) else set()
