"""Renamed names in one Python text: found by what is imported, never by the word alone, and changed where they stand.

Only the names themselves are touched, so comments and layout stay. Where a plain change could mean something else - the
name is bound twice, the new one is taken, a place cannot be told - the import alone is changed, to `new as old`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from platform_core.deprecation import Rename

UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


@dataclass(frozen=True, slots=True)
class Left:
    """A line that uses an old name in a form that is left to a person, and why."""

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class _Edit:
    """Bytes of a line, from `start` to `end`, and what comes instead."""

    line: int
    start: int
    end: int
    text: str


def renamed_code(source: str, renames: Sequence[Rename]) -> tuple[str, tuple[Left, ...]]:
    r"""Give a text with renamed names under their new names, and what is left to a person.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: It cannot be read as Python.

    >>> rule = Rename("house.doors", "gate", "door", "0.2", "0.4")
    >>> renamed_code("from house.doors import gate  # wide\ngate(1)", [rule])[0]
    'from house.doors import door  # wide\ndoor(1)'
    >>> renamed_code("from house.doors import gate\ndoor = 2\ngate(door)", [rule])[0]
    'from house.doors import door as gate\ndoor = 2\ngate(door)'
    """
    if not any(rename.name in source for rename in renames):
        return source, ()
    looking = _Looking(source)
    edits: set[_Edit] = set()
    left: list[Left] = []
    for rename in renames:
        if rename.name in source:
            edits.update(looking.imported(rename))
            for found in looking.attributes(rename):
                edits.add(found) if isinstance(found, _Edit) else left.append(found)
    return looking.applied(edits), tuple(left)


class _Looking:
    """One text while it is looked through."""

    def __init__(self, source: str) -> None:
        # Cells may await at their top
        flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        tree = compile(source, "<text>", "exec", flags, dont_inherit=True)
        self.nodes = list(ast.walk(tree))
        self.lines = [line.encode() for line in source.split("\n")]

    def imported(self, rename: Rename) -> Iterator[_Edit]:
        """Give the edits for `from MODULE import NAME`, and for the uses of what that binds."""
        for alias in self.imports_from(rename.module):
            if alias.name != rename.name:
                continue
            edit = self.edit(alias.lineno, alias.col_offset, rename.name, rename.now)
            if edit is None:
                continue  # an import always stands as it is written; nothing else may be touched
            uses = self.uses(rename) if alias.asname is None else []
            if uses is None:
                yield _Edit(edit.line, edit.start, edit.end, f"{rename.now} as {rename.name}")
            else:
                yield from [edit, *uses]

    def uses(self, rename: Rename) -> list[_Edit] | None:
        """Give the edits of all uses of an imported name; None where one of them may be something else."""
        if self.bound(rename.name) != self.times_imported(rename) or rename.now in self.words():
            return None
        edits = []
        for node in self.nodes:
            if isinstance(node, ast.Name) and node.id == rename.name:
                edit = self.edit(node.lineno, node.col_offset, rename.name, rename.now)
                if edit is None:
                    return None
                edits.append(edit)
            elif isinstance(node, ast.Constant) and node.value == rename.name:
                return None  # perhaps in `__all__`, or asked for by its text
        return edits

    def attributes(self, rename: Rename) -> Iterator[_Edit | Left]:
        """Give the edits for `module.NAME`, by whatever name the module goes here."""
        modules = set(self.modules(rename.module))
        for node in self.nodes:
            if isinstance(node, ast.Attribute) and node.attr == rename.name and _dotted(node.value) in modules:
                end, line = node.end_col_offset or 0, node.end_lineno or 0
                edit = self.edit(line, end - len(rename.name.encode()), rename.name, rename.now)
                within = _dotted(node.value).partition(".")[0]
                if edit is not None and self.bound(within) == self.times_reached(within, rename.module):
                    yield edit
                else:
                    yield Left(node.lineno, f"{rename.name} is now {rename.now}, if {within} is {rename.module} there")

    def edit(self, line: int, start: int, old: str, new: str) -> _Edit | None:
        """Give an edit, if what it would change stands there: positions inside f-strings may be wrong."""
        end = start + len(old.encode())
        stands = self.lines[line - 1][start:end] if line <= len(self.lines) else b""  # a lone \r parts lines too
        return _Edit(line, start, end, new) if stands == old.encode() else None

    def imports_from(self, module: str) -> Iterator[ast.alias]:
        """Give what is imported from a module."""
        for node in self.nodes:
            if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module == module:
                yield from node.names

    def modules(self, module: str) -> Iterator[str]:
        """Give the names under which a module is reached."""
        package, _, last = module.rpartition(".")
        yield from (alias.asname or last for alias in self.imports_from(package) if alias.name == last)
        for node in self.nodes:
            if isinstance(node, ast.Import):
                yield from (alias.asname or module for alias in node.names if alias.name == module)

    def times_reached(self, name: str, module: str) -> int:
        """Give how many imports bind a name to a module, or to a package above it."""
        package, _, last = module.rpartition(".")
        found = sum((alias.asname or alias.name) == name and alias.name == last for alias in self.imports_from(package))
        for node in self.nodes:
            for alias in node.names if isinstance(node, ast.Import) else ():
                found += name == alias.asname and alias.name == module
                found += alias.asname is None and name == alias.name.partition(".")[0] == module.partition(".")[0]
        return found

    def times_imported(self, rename: Rename) -> int:
        """Give how many times the name is imported from its module under its own name."""
        found = self.imports_from(rename.module)
        return sum(alias.name == rename.name and alias.asname is None for alias in found)

    def bound(self, name: str) -> int:
        """Give how many times a name is bound: by an import, an assignment, a definition or a parameter."""
        return sum(_binds(node) == name for node in self.nodes)

    def words(self) -> set[str]:
        """Give every name that is bound or read."""
        return {node.id for node in self.nodes if isinstance(node, ast.Name)} | {_binds(node) for node in self.nodes}

    def applied(self, edits: set[_Edit]) -> str:
        """Give the text with edits."""
        for edit in sorted(edits, key=lambda one: (one.line, -one.start)):
            line = self.lines[edit.line - 1]
            self.lines[edit.line - 1] = line[: edit.start] + edit.text.encode() + line[edit.end :]
        return b"\n".join(self.lines).decode()


def _binds(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            return name
        case ast.alias(name=name, asname=asname):
            return asname or name.partition(".")[0]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return name
        case ast.arg(arg=name) | ast.ExceptHandler(name=str(name)):
            return name
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            return name
    return ""


def _dotted(node: ast.expr) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""
