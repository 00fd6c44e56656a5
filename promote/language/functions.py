"""The functions, classes and imports of a notebook by name, whatever cell they stand in."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence

from platform_core.hints import TYPE_CHECKING
from platform_core.values import dataclass, field, replace
from promote.language.effects import KNOWN_PACKAGES, PLAIN_BASES
from promote.language.uses import ClassInfo, Effects, FunctionInfo, Summary

if TYPE_CHECKING:
    from promote.language.connections import SqlTexts

_OF_CLASSES = frozenset(("__new__", "__init_subclass__", "__class_getitem__", "__prepare__"))
CONSTRUCTORS = ("__init__", "__new__", "__post_init__", "_missing_", "model_post_init")


@dataclass(frozen=True, slots=True)
class Functions:
    """What the names of a notebook mean where they are called.

    A name that is defined twice has both definitions: what either may do is taken to happen. `variables` are names that
    are bound to something else too, or only. `summaries` say what each function does to what is outside of it.
    """

    by_name: Mapping[str, tuple[FunctionInfo, ...]]
    classes: Mapping[str, tuple[ClassInfo, ...]]
    lambdas: Mapping[int, FunctionInfo]
    variables: frozenset[str]
    imports: Mapping[str, str]  # name -> the dotted path it stands for
    modules: frozenset[str]  # names that `import` binds to modules
    attributes: frozenset[str]  # names of attributes that are assigned somewhere
    constants: frozenset[str]  # names that are only ever bound to what cannot change
    settled: frozenset[str]  # names that one statement binds, to a function or to what cannot change
    defaults: bool = False  # whether the notebook has dictionaries that change when an item is read
    others: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # paths that an imported name has elsewhere
    asks_caches: bool = False  # whether anyone asks how often a remembering function was called
    minded: frozenset[str] = frozenset()  # calls that matter in this notebook, since someone asks for what they set
    calls_hooks: bool = False  # whether anyone may call what shows values or errors by hand
    asks_subclasses: bool = False  # whether anyone asks a class for those that stand on it
    sql: SqlTexts | None = None  # what is told of the queries of DuckDB, where there may be any
    summaries: dict[FunctionInfo, Summary] = field(default_factory=dict)
    of_classes: dict[FunctionInfo, bool] = field(default_factory=dict)  # as `has_a_class_first` told, once each
    by_method: dict[str, list[FunctionInfo]] = field(default_factory=dict)  # as `methods` told

    def canonical(self, path: Sequence[str]) -> str:
        """Give `np.random.seed` as `numpy.random.seed`; a chain on a name that is no import begins with a dot."""
        root = self.imports.get(path[0])
        if root is None:
            root = path[0] if len(path) == 1 else f".{path[0]}"
        return ".".join((root, *path[1:]))

    def meanings(self, name: str) -> list[Functions]:
        """Give this with each path that an imported name stands for somewhere."""
        return [self, *(replace(self, imports={**self.imports, name: path}) for path in self.others.get(name, ()))]

    def known(self, name: str) -> bool:
        """Whether an imported name is of a package whose calls stand in the tables of `effects`."""
        return is_known(self.imports[name])

    def is_settled(self, info: FunctionInfo) -> bool:
        """Whether a function gives the same whenever it is called: all that it looks up is settled."""
        if self.asks_caches:
            return False
        stack, seen = [info], {info}
        while stack:
            for name in stack.pop().free:
                bound = name in self.variables or name in self.by_name or name in self.classes
                if bound and (name not in self.settled or name in self.classes):
                    return False
                stack += [one for one in self.infos(name) if one not in seen]
                seen.update(self.infos(name))
        return True

    def look_up(self, infos: Iterable[FunctionInfo], wanted: str) -> bool:
        """Whether functions look a name up, themselves or through functions that they name."""
        stack = list(infos)
        seen = set(stack)
        while stack:
            free = stack.pop().free
            if wanted in free:
                return True
            named = {one for name in free for one in self.infos(name)} - seen
            seen |= named
            stack += named
        return False

    def holders(self, info: FunctionInfo) -> list[str]:
        """Give the names of a function, and of the classes that have it as a method."""
        found = [name for name, infos in self.by_name.items() if info in infos]
        return found + [n for n, group in self.classes.items() if any(info in c.methods.values() for c in group)]

    def owners(self, info: FunctionInfo) -> list[ClassInfo]:
        """Give the classes that have a function as a method."""
        return [cls for group in self.classes.values() for cls in group if info in cls.methods.values()]

    def has_a_class_first(self, info: FunctionInfo) -> bool:
        """Whether the first parameter of a method is a class: of a class method, or of a metaclass's."""
        known = self.of_classes.get(info)
        if known is None:  # every mention of the parameter asks, and all classes are looked at
            known = self.of_classes[info] = self._has_a_class_first(info)
        return known

    def _has_a_class_first(self, info: FunctionInfo) -> bool:
        node = info.node
        decorators = {getattr(one, "id", "") for one in getattr(node, "decorator_list", ())}
        if "classmethod" in decorators or getattr(node, "name", "") in _OF_CLASSES:
            return True
        metas = {meta for group in self.classes.values() for cls in group for meta in cls.meta}
        own = {n for n, group in self.classes.items() if any(info in cls.methods.values() for cls in group)}
        return any("type" in cls.bases for name in own for cls in self.lineage(name)) or not own.isdisjoint(metas)

    def family(self, info: FunctionInfo) -> list[str]:
        """Give the classes that have a method: their own, those that inherit it, those whose metaclass has it."""
        own = self.owners(info)
        found = [n for n in self.classes if not own or any(cls in own for cls in self.lineage(n))]
        return found + [
            n
            for n, group in self.classes.items()
            if any(cls in own for one in group for meta in one.meta for cls in self.lineage(meta))
        ]

    def infos(self, name: str) -> tuple[FunctionInfo, ...]:
        """Give the functions that calling a name runs."""
        return self.by_name.get(name, ())

    def lineage(self, name: str) -> list[ClassInfo]:
        """Give a class and the classes of the notebook that it inherits from."""
        found: list[ClassInfo] = []
        stack, seen = [name], set()
        while stack:
            current = stack.pop()
            if current not in seen:
                seen.add(current)
                for one in self.classes.get(current, ()):
                    found.append(one)
                    stack += one.bases
        return found

    def methods(self, name: str) -> Sequence[FunctionInfo]:
        """Give every method of this name."""
        found = self.by_method.get(name)
        if found is None:
            every = [cls for group in self.classes.values() for cls in group]
            found = self.by_method[name] = [cls.methods[name] for cls in every if name in cls.methods]
        return found

    def is_called_back(self, cls: ClassInfo) -> bool:
        """Whether a class stands on one of a library, whose methods may call those of the class."""
        errors = ("Error", "Exception", "Warning")
        return any(b not in self.classes and b not in PLAIN_BASES and not b.endswith(errors) for b in cls.bases)

    def constructors(self, name: str) -> list[FunctionInfo]:
        """Give what runs when a class is called."""
        return [cls.methods[m] for cls in self.lineage(name) for m in CONSTRUCTORS if m in cls.methods]


def nameless(path: str) -> str:
    """Give the path of a chain on a variable without the variable's name, which no table can tell of.

    >>> nameless(".rents.filter"), nameless("polars.col")
    ('..filter', 'polars.col')
    """
    return "." + path[path.find(".", 1) :] if path.startswith(".") else path


def is_known(path: str) -> bool:
    """Whether a dotted path is of the standard library or of a package that `effects` knows."""
    root = path.split(".", maxsplit=1)[0]
    return root in sys.stdlib_module_names or root in KNOWN_PACKAGES


def collect_functions(
    effects: Iterable[Effects],
    imports: Mapping[str, str],
    modules: frozenset[str],
    plainly: frozenset[str] = frozenset(),
) -> Functions:
    """Gather the functions and classes of all statements; `plainly` are names that others than imports bind."""
    by_name: dict[str, list[FunctionInfo]] = {}
    classes: dict[str, list[ClassInfo]] = {}
    lambdas: dict[int, FunctionInfo] = {}
    variables: set[str] = set()
    attributes: set[str] = set()
    binders: dict[str, int] = {}
    constant: set[str] = set()
    other: set[str] = set()
    inner: list[tuple[str, ClassInfo]] = []
    for one in effects:
        given, touched = one.constant, one.touched
        for name in touched:
            binders[name] = binders.get(name, 0) + 1
            if name not in given:
                other.add(name)
            if name not in one.functions and name not in one.classes and (name not in imports or name in plainly):
                variables.add(name)
        constant |= given
        for name, info in one.functions.items():
            by_name.setdefault(name, []).append(info)
        for name, cls in one.classes.items():
            classes.setdefault(name, []).append(cls)
        lambdas |= one.lambdas
        attributes |= one.attributes
        inner += one.inner
    for name, cls in inner:  # their methods run wherever they are asked; no name of the notebook stands for them
        classes.setdefault(f"{name}." if name in binders else name, []).append(cls)
    return Functions(
        {name: tuple(infos) for name, infos in by_name.items()},
        {name: tuple(group) for name, group in classes.items()},
        lambdas,
        frozenset(variables),
        imports,
        modules,
        frozenset(attributes),
        frozenset(constant - other),
        frozenset(n for n in constant | by_name.keys() if binders.get(n) == 1 and (n in constant) != (n in by_name)),
        any(path in {"collections", "collections.defaultdict"} for path in imports.values()),
    )
