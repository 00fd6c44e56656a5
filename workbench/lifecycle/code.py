"""What names an asset in Python: calls that take its name, arguments that are its data, imports of its module.

Nothing is run. A text is taken for the asset's name only where a call of Dagster or of the platform takes names of
assets; the same text elsewhere may be a column.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from platform_core.values import dataclass
from workbench.lifecycle.selections import named, patterns
from workbench.review.literals import called

_NAMING = frozenset(("load_asset", "AssetKey", "AssetIn", "AssetDep", "AssetSpec", "asset_check", "assets", "keys"))
_KEYWORDS = frozenset(("deps", "inputs", "ins", "asset", "assets", "asset_key", "upstream"))
_SELECTING = frozenset(("from_string", "define_asset_job"))
_ASSET = frozenset(("asset", "multi_asset", "asset_check", "cost_tracked_asset"))


@dataclass(frozen=True, slots=True)
class Found:
    """A place in code. `text` is what stands there; `hint` says what to do where it cannot be edited for a person.

    Kinds that can be edited: `load`, `argument`, `selection`. Others: `parameter`, `import`, `definition`, `pattern`,
    `unclear`.
    """

    kind: str
    line: int
    column: int
    text: str
    hint: str = ""


def code_uses(source: str, name: str, layer: str) -> list[Found]:
    """Give the places where code names an asset.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: It cannot be read as Python.

    >>> [(one.kind, one.line, one.column, one.text) for one in code_uses('x = load_asset("a")', "a", "gold")]
    [('load', 1, 16, '"a"')]
    """
    looking = _Looking(source, name, layer)
    found = {(one.line, one.column): one for one in looking.found()}
    return [found[place] for place in sorted(found)]


class _Looking:
    """One text while it is looked through."""

    def __init__(self, source: str, name: str, layer: str) -> None:
        self.tree = ast.parse(source)
        self.lines = source.split("\n")
        self.name, self.layer = name, layer

    def found(self) -> Iterator[Found]:
        """Give every place."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield from self.call(node)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield from self.function(node)
            elif isinstance(node, ast.Dict):
                pairs = zip(node.keys, node.values, strict=True)
                to = [value for key, value in pairs if isinstance(key, ast.Constant) and key.value == "to"]
                yield from self.texts(to, "argument")
            elif isinstance(node, ast.ImportFrom | ast.Import):
                yield from self.imported(node)
        yield from self.computed()

    def call(self, node: ast.Call) -> Iterator[Found]:
        """Give the arguments of a call that are names of assets, or selections of some."""
        function = called(node)
        kind = "load" if function == "load_asset" else "argument"
        own = isinstance(node.func, ast.Attribute) and function == "on"  # check_no_nulls("id").on("permits")
        if function in _NAMING or own:
            yield from self.texts([*node.args, *(word.value for word in node.keywords if word.arg == "name")], kind)
        for word in node.keywords:
            if word.arg in _KEYWORDS or (word.arg in ("key", "name") and function in _NAMING):
                yield from self.texts([word.value], kind)
            elif word.arg == "selection":
                yield from self.selections([word.value])
        if function in _SELECTING:
            yield from self.selections(node.args)

    def texts(self, nodes: list[ast.expr], kind: str) -> Iterator[Found]:
        """Give the texts among expressions, lists and mappings that are the asset's name."""
        for node in _constants(nodes):
            if node.value == self.name:
                yield self.literal(node, kind)

    def selections(self, nodes: list[ast.expr]) -> Iterator[Found]:
        """Give the selections among expressions that take the asset in."""
        for node in _constants(nodes):
            text = str(node.value)
            if named(text, self.name):
                yield self.literal(node, "selection")
            elif patterns(text, self.name):
                hint = "Look whether the pattern still selects what it should."
                yield self.at(node, "pattern", hint, text)

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Found]:
        """Give the parameters of a hand-written asset or check that are the asset's data, and a definition of it."""
        decorators = [one for one in node.decorator_list if called(one) in _ASSET or called(one).endswith("_asset")]
        if not decorators:
            return
        words = {word.arg: word.value for one in decorators if isinstance(one, ast.Call) for word in one.keywords}
        given = words.get("name")
        own = given.value if isinstance(given, ast.Constant) else None if given is not None else node.name
        if own == self.name and called(decorators[0]) != "asset_check":
            yield self.at(given or node, "definition", "It is written by hand, so change it there.")
        mapped = _keys_of(words.get("inputs")) | _keys_of(words.get("ins"))
        for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
            if argument.arg == self.name and self.name not in mapped:
                hint = f'Say in its decorator which asset that parameter is, as inputs={{"{self.name}": "…"}}.'
                yield self.at(argument, "parameter", hint)

    def imported(self, node: ast.Import | ast.ImportFrom) -> Iterator[Found]:
        """Give an import of the asset's module."""
        place = f"defs.{self.layer}.{self.name}"
        modules = [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            modules = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        if any(f".{module}".endswith(f".{place}") for module in modules):
            yield self.at(node, "import", "Its module goes, so import it from its new place, or not at all.")

    def computed(self) -> Iterator[Found]:
        """Give calls of `load_asset` whose name is computed, where the text that it may be stands in the code."""
        if not any(isinstance(n, ast.Constant) and n.value == self.name for n in ast.walk(self.tree)):
            return
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and called(node) == "load_asset":
                first = [*node.args[:1], *(word.value for word in node.keywords if word.arg == "name")]
                if first and not isinstance(first[0], ast.Constant):
                    hint = f"The name is computed, and {self.name!r} stands in this code: look whether it is meant."
                    yield self.at(first[0], "unclear", hint)

    def literal(self, node: ast.Constant, kind: str) -> Found:
        """Give a text in quotes as it is written; one in another form cannot be edited."""
        line = self.lines[node.lineno - 1].encode()
        text = line[node.col_offset : node.end_col_offset].decode() if node.lineno == node.end_lineno else ""
        if text[1:-1] == node.value and text[:1] in "\"'" and text[:1] == text[-1:]:
            return self.at(node, kind, text=text)
        return self.at(node, "unclear", "The name is not written as one plain text, so change it by hand.")

    def at(self, node: ast.AST, kind: str, hint: str = "", text: str = "") -> Found:
        """Give the place of a node."""
        line = int(getattr(node, "lineno", 1))
        before = self.lines[line - 1].encode()[: getattr(node, "col_offset", 0)].decode(errors="replace")
        return Found(kind, line, len(before) + 1, text or self.name, hint)


def _constants(nodes: list[ast.expr]) -> Iterator[ast.Constant]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node
        elif isinstance(node, ast.List | ast.Tuple | ast.Set):
            yield from _constants(node.elts)
        elif isinstance(node, ast.Dict):
            yield from _constants(node.values)
        elif isinstance(node, ast.BinOp):  # one selection | another
            yield from _constants([node.left, node.right])


def _keys_of(node: ast.expr | None) -> set[object]:
    return {key.value for key in node.keys if isinstance(key, ast.Constant)} if isinstance(node, ast.Dict) else set()
