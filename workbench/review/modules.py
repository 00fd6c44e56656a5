"""The assets that a module declares, read from its syntax tree: nothing of it is imported or run."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from platform_core.values import dataclass, replace
from promote.render.header import hashes_of
from promote.render.module import UNVERIFIED
from promote.trees import parse
from workbench.review.contracts import Classes, contract
from workbench.review.literals import called, pairs, plain_text, shown, texts, written
from workbench.review.settings import Settings
from workbench.review.values import Asset, Pairs, Parameter

LAYERS = ("bronze", "silver", "gold")
_DECORATORS = {**{f"{layer}_asset": layer for layer in LAYERS}, "cost_tracked_asset": "", "asset": ""}
_OWN = frozenset(
    (
        "name",
        "description",
        "notebook",
        "code_version",
        "owners",
        "business_owner",
        "key",
        "data_quality_checks",
        "severity",
        "deps",
        "partitions_def",
        "freshness_policy",
        "tags",
        "kinds",
        "metadata",
        "cost",
        "classification",
        "retention_days",
        "group_name",
        "inputs",
    )
)
_METADATA = ("cost", "retention_days", "classification", "notebook")

Keywords = Mapping[str, ast.expr]


@dataclass(frozen=True, slots=True)
class Around:
    """What a module is read against: the configuration, and the project's modules of helpers by dotted name."""

    settings: Settings
    package: str
    helpers: Mapping[str, tuple[str, str]]  # dotted name -> path and text


def read_module(path: str, text: str, around: Around) -> tuple[Asset, ...]:
    """Give the assets of a module.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: It cannot be read as Python.
    """
    tree = parse(text)
    header = hashes_of(text)
    imported = {name: module for name, module in _imported(tree) if module in around.helpers}
    classes = Classes(tree, {name: around.helpers[module][1] for name, module in imported.items()})
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    configs = {node.name for node in tree.body if isinstance(node, ast.ClassDef) and _is_config(node)}
    found = []
    for node in functions.values():
        for layer, decorator in _asset_decorators(node):
            asset = _Reader(path, node, layer, decorator, around.settings, configs).asset(functions, classes)
            own = [said for other in functions.values() for said in _own_check(other, asset.name)]
            found.append(
                replace(
                    asset,
                    checks=tuple(sorted([*asset.checks, *own])),
                    source=header[0] if header else "",
                    body=header[1] if header else "",
                    marked_unverified=UNVERIFIED in text,
                    helpers=tuple(sorted({around.helpers[module][0] for module in imported.values()})),
                )
            )
            break
    return tuple(found)


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Give the names that a module takes from other modules, with those modules."""
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield alias.asname or alias.name, node.module


def _is_config(node: ast.ClassDef) -> bool:
    return any(called(base) in {"Config", "PermissiveConfig", "RunConfig"} for base in node.bases)


def _own_check(node: ast.FunctionDef, asset: str) -> Iterator[str]:
    """Give the check that a function of the notebook's assertions is, and whether it stops what follows."""
    for decorator in node.decorator_list:
        given = _keywords(decorator)
        if called(decorator) == "asset_check" and plain_text(given.get("asset")) == asset:
            blocking = given.get("blocking")
            stops = isinstance(blocking, ast.Constant) and blocking.value is True
            yield f"{node.name} ({'stops what follows' if stops else 'warns'})"


def _asset_decorators(node: ast.FunctionDef) -> Iterator[tuple[str, ast.expr]]:
    for decorator in node.decorator_list:
        layer = _DECORATORS.get(called(decorator))
        if layer is not None:
            yield layer, decorator


class _Reader:
    """Reads one decorated function."""

    def __init__(
        self, path: str, node: ast.FunctionDef, layer: str, decorator: ast.expr, settings: Settings, configs: set[str]
    ) -> None:
        self.path = path
        self.node = node
        self.settings = settings
        self.configs = configs
        self.given: Keywords = _keywords(decorator)
        self.layer = layer or self._text("group_name")

    def asset(self, functions: Mapping[str, ast.FunctionDef], classes: Classes) -> Asset:
        """Give the asset; its parameters are those of the pure function that it calls, or of its configuration."""
        name = self._text("name") or self.node.name
        checks = self.given.get("data_quality_checks")
        compute = self._compute()
        return Asset(
            name=name,
            layer=self.layer,
            path=self.path,
            line=self.node.lineno,
            description=self._text("description"),
            notebook=self._text("notebook"),
            code_version=self._text("code_version"),
            owners=self._owners(),
            key=texts(self.given.get("key")),
            checks=tuple(sorted(shown(one) for one in _items(checks))),
            severity=self._text("severity") or "error",
            inputs=tuple(dict.fromkeys(self._inputs())),
            deps=tuple(dict.fromkeys((*texts(self.given.get("deps")), *_read_by_checks(checks)))),
            partitions=shown(self.given.get("partitions_def")),
            partition_values=self._partition_values(),
            freshness=shown(self.given.get("freshness_policy")),
            tags=self._tags(compute),
            metadata=self._metadata(),
            compute=compute,
            parameters=_parameters(functions.get(name), self.node),
            contract=contract(self.given.get("schema"), classes),
            sources=tuple(self._sources()),
            other=tuple((word, shown(value)) for word, value in sorted(self.given.items()) if word not in _OWN),
        )

    def _text(self, word: str) -> str:
        return plain_text(self.given.get(word))

    def _owners(self) -> tuple[str, ...]:
        business = self._text("business_owner")
        first = [business if "@" in business or business.startswith("team:") else f"team:{business}"]
        return tuple(dict.fromkeys([*(first if business else ()), *texts(self.given.get("owners"))]))

    def _inputs(self) -> Iterator[str]:
        """Give the assets that the function takes as frames."""
        renamed = self.given.get("inputs")
        table = renamed if isinstance(renamed, ast.Dict) else ast.Dict([], [])
        assets = {plain_text(key): texts(value) for key, value in zip(table.keys, table.values, strict=True)}
        taken = self.node.args
        for one in (*taken.posonlyargs, *taken.args, *taken.kwonlyargs):
            kind = called(one.annotation) if one.annotation is not None else ""
            plain = one.arg == "context" or kind.endswith("Context") or one.arg == "config" or kind in self.configs
            if plain or self._is_source(one.arg, kind) or kind in {"str", "int", "float", "bool"}:
                continue
            yield from assets.get(one.arg, (one.arg,))

    def _is_source(self, parameter: str, kind: str) -> bool:
        return kind.endswith("Resource") or (kind == "Any" and parameter in self.settings.resources)

    def _sources(self) -> Iterator[str]:
        """Give the resources that the function takes."""
        for one in (*self.node.args.posonlyargs, *self.node.args.args, *self.node.args.kwonlyargs):
            if one.annotation is not None and self._is_source(one.arg, called(one.annotation)):
                yield one.arg

    def _partition_values(self) -> tuple[str, ...]:
        """Give the values of static partitions, which stand in the configuration."""
        given = self.given.get("partitions_def")
        if isinstance(given, ast.Call) and called(given) == "static_partitions" and given.args:
            return self.settings.partitions.get(plain_text(given.args[0]), ())
        return ()

    def _compute(self) -> str:
        for decorator in self.node.decorator_list:
            name = called(decorator)
            if name.endswith("_compute"):
                given = ", ".join(f"{word}={shown(value)}" for word, value in _keywords(decorator).items())
                return f"{name.removesuffix('_compute')}{': ' if given else ''}{given}"
            if name == "cost_tracked_asset" and "compute_kind" in _keywords(decorator):
                return plain_text(_keywords(decorator)["compute_kind"])
        return "local"

    def _tags(self, compute: str) -> Pairs:
        kinds = tuple((f"dagster/kind/{kind}", "") for kind in texts(self.given.get("kinds")))
        placed = () if compute == "local" else (("workbench/compute", compute.partition(":")[0]),)
        return tuple(sorted((*pairs(self.given.get("tags")), *kinds, *placed)))

    def _tracked(self) -> list[tuple[str, str]]:
        """Give the cost that `@cost_tracked_asset` says, unless the layer decorator says another."""
        if "cost" in self.given:
            return []
        words = [_keywords(one) for one in self.node.decorator_list if called(one) == "cost_tracked_asset"]
        told = [one["estimated_cost_per_run"] for one in words if "estimated_cost_per_run" in one]
        return [("cost", shown(cost)) for cost in told[:1]]

    def _metadata(self) -> Pairs:
        found = [("layer", self.layer)] if self.layer else []
        found += [(word, shown(self.given[word])) for word in _METADATA if word in self.given]
        found += self._tracked()
        found += [("key", ", ".join(texts(self.given["key"])))] if "key" in self.given else []
        return tuple(sorted([*found, *pairs(self.given.get("metadata"))]))


def _keywords(decorator: ast.expr) -> Keywords:
    return {word.arg: word.value for word in decorator.keywords if word.arg} if isinstance(decorator, ast.Call) else {}


def _items(node: ast.expr | None) -> Sequence[ast.expr]:
    return node.elts if isinstance(node, ast.List | ast.Tuple | ast.Set) else ()


def _read_by_checks(checks: ast.expr | None) -> Iterator[str]:
    """Give the assets that `{"referential": {..., "to": asset}}` reads."""
    for item in _items(checks):
        for name, given in zip(item.keys, item.values, strict=True) if isinstance(item, ast.Dict) else ():
            if plain_text(name) == "referential" and isinstance(given, ast.Dict):
                named = {plain_text(key): value for key, value in zip(given.keys, given.values, strict=True)}
                yield from texts(named.get("to"))


def _parameters(pure: ast.FunctionDef | None, asset: ast.FunctionDef) -> tuple[Parameter, ...]:
    if pure is None or pure is asset:
        return ()
    found = zip(pure.args.kwonlyargs, pure.args.kw_defaults, strict=True)
    return tuple(Parameter(one.arg, shown(one.annotation), written(default)) for one, default in found)
