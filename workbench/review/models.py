"""The models of dbt that a revision holds, as assets, read from its files: dbt is not run nor imported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from platform_core.canonical import digest
from platform_core.dbt.declared import check_of, declared, is_personal
from platform_core.errors import UserError
from platform_core.values import dataclass
from promote.dbt.rendering import UNVERIFIED
from promote.dbt.sources import DECLARED, MODELS
from promote.render.header import hashes_of
from workbench.review.modules import LAYERS
from workbench.review.templates import Macro, Named, macros_of, named_in, query_of
from workbench.review.values import Asset, Pairs

FOLDER = "dbt/"
_SETTINGS = "dbt/dbt_project.yml"
_KEPT = ("classification", "notebook")
_DEEPEST = 64  # models that hold no data in a row: beyond it something goes round in a circle

Problems = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Model:
    """One file of a model, what it names, and what YAML says of it."""

    path: str
    text: str
    named: Named
    said: Mapping[str, Any]
    settings: Mapping[str, Any]  # of dbt_project.yml, for its folder

    @property
    def layer(self) -> str:
        folders = PurePosixPath(self.path).relative_to(MODELS).parts[:-1]
        return folders[0] if folders and folders[0] in LAYERS else "gold"

    @property
    def is_kept(self) -> bool:
        """Whether it holds data; a part of other models' queries does not."""
        told = (self.named.settings, _table(self.said.get("config")), self.settings)
        return next((one["materialized"] for one in told if "materialized" in one), "") != "ephemeral"


def is_of_dbt(path: str) -> bool:
    """Whether a file is read for models: the models themselves, and what says more of them.

    >>> [is_of_dbt(path) for path in ("dbt/models/gold/fees.sql", "dbt/target/manifest.json", "src/a.sql")]
    [True, False, False]
    """
    if not path.startswith(FOLDER):
        return False
    folders = ("dbt/models/", "dbt/macros/", "dbt/tests/")
    return path == _SETTINGS or (path.startswith(folders) and path.endswith((".sql", ".py", ".yml", ".yaml")))


def read_models(texts: Mapping[str, str]) -> tuple[tuple[Asset, ...], Problems]:
    """Give the models as assets, by path, and what could not be read.

    Args:
        texts: The files of dbt's folder, by path.
    """
    problems: Problems = []
    yamls = {path: _yaml(path, text, problems) for path, text in texts.items() if path.endswith((".yml", ".yaml"))}
    said = {
        str(one.get("name")): one
        for path, content in yamls.items()
        if path.startswith(f"{MODELS}/") and not path.startswith(f"{DECLARED}/")
        for one in _tables(content.get("models"))
    }
    project = _table(yamls.get(_SETTINGS))
    found: dict[str, _Model] = {}
    for path, text in sorted(texts.items()):
        name = PurePosixPath(path).stem
        if not path.startswith(f"{MODELS}/") or not path.endswith((".sql", ".py")):
            continue
        if name in found:
            problems.append((path, "Another model has the same name."))
            continue
        named = named_in(text if path.endswith(".sql") else "{{" + text.replace("}}", "} }") + "}}")
        found[name] = _Model(path, text, named, said.get(name, {}), _of_folder(project, path))
    tests = {path: text for path, text in texts.items() if path.startswith("dbt/tests/") and path.endswith(".sql")}
    shared = {path: text for path, text in texts.items() if path.startswith("dbt/macros/")}
    reader = _Reader(
        found, tests, digest(texts.get(_SETTINGS, ""), *(t for _, t in sorted(shared.items()))), shared, problems
    )
    return tuple(reader.asset(name) for name, one in found.items() if one.is_kept), problems


class _Reader:
    """Reads the models of one revision against each other."""

    def __init__(
        self,
        models: Mapping[str, _Model],
        tests: Mapping[str, str],
        around: str,
        macros: Mapping[str, str],
        problems: Problems,
    ) -> None:
        self.models, self.around, self.problems = models, around, problems
        self.macros: Mapping[str, Macro] = macros_of(macros)
        self.tests: dict[str, list[tuple[str, str]]] = {}
        for path, text in sorted(tests.items()):
            for name in named_in(text).models:
                self.tests.setdefault(name, []).append((PurePosixPath(path).stem, text))

    def asset(self, name: str) -> Asset:
        model = self.models[name]
        meta = self.meta(model)
        dagster = _table(meta.get("dagster"))
        columns = _tables(model.said.get("columns"))
        header = hashes_of(model.text)
        tests = self.tests.get(name, [])
        parts = self.parts(name)
        checks = [*_checks(columns), *(f"{test} (a query of its own)" for test, _ in tests)]
        told = self.declared(model, meta, columns)
        known = {
            check_of(test, name) for test in (*(t for one in columns for t in _tests(one)), *(t for t, _ in tests))
        }
        reads = tuple(dict.fromkeys(parent for one in (model, *parts) for parent in self.read_by(one)))
        foreign = {source for one in (model, *parts) for source in one.named.sources if source[0] not in LAYERS}
        logic = digest(*(one.text for one in (model, *parts)), repr(columns), repr(tests), self.around)
        return Asset(
            name=name,
            layer=model.layer,
            path=model.path,
            line=1,
            description=" ".join(str(model.said.get("description") or "").split()),
            notebook=str(meta.get("notebook") or ""),
            owners=tuple(map(str, _list(dagster.get("owners")))),
            checks=tuple(sorted(checks)),
            severity="error",
            inputs=reads,
            key=tuple(told.get("key", ())),
            metadata=_metadata(model.layer, meta, told),
            judged=tuple(sorted(known - {""})),
            personal=tuple(told.get("personal", ())),
            compute="local",
            contract=tuple((str(one.get("name")), "not_null" not in _tests(one)) for one in columns),
            source=header[0] if header else "",
            body=header[1] if header else "",
            marked_unverified=UNVERIFIED in model.text,
            logic=logic,
            query=self.query(model, parts),
            hidden=any(one.named.hidden for one in (model, *parts)),
            sources=tuple(sorted(".".join(source) for source in foreign)),
        )

    def declared(self, model: _Model, meta: Mapping[str, Any], columns: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Give key, retention period and personal columns; what cannot be used, dbt's own run refuses."""
        name = PurePosixPath(model.path).stem
        tests = {str(one.get("name")): _tests(one) for one in columns}
        try:
            return declared(name, meta, tests, [str(one.get("name")) for one in columns if is_personal(one)])
        except UserError as error:
            self.problems.append((model.path, error.message))
            return {}

    def meta(self, model: _Model) -> dict[str, Any]:
        """Give what is declared of a model: for its folder, in its own entry, under its `config`."""
        own = (model.settings.get("meta"), model.said.get("meta"), _table(model.said.get("config")).get("meta"))
        return {str(key): value for one in own for key, value in _table(one).items()}

    def read_by(self, model: _Model) -> Iterator[str]:
        """Give the assets that the text of a model reads; a model that holds no data is none of them."""
        for name in model.named.models:
            if name not in self.models or self.models[name].is_kept:
                yield name
        yield from (table for layer, table in model.named.sources if layer in LAYERS)

    def parts(self, name: str) -> list[_Model]:
        """Give the models without data that stand in the query of a model, however deep."""
        found: dict[str, _Model] = {}
        waiting = [name]
        while waiting and len(found) < _DEEPEST:
            for one in self.models[waiting.pop()].named.models:
                if one in self.models and not self.models[one].is_kept and one not in found:
                    found[one] = self.models[one]
                    waiting.append(one)
        return list(found.values())

    def query(self, model: _Model, parts: Sequence[_Model]) -> str:
        """Give the SQL of a model over the assets that it reads, empty where only dbt can tell it."""
        own = query_of(model.text, self.macros) if model.path.endswith(".sql") else None
        return "" if own is None or parts else own


def _metadata(layer: str, meta: Mapping[str, Any], declared: Mapping[str, Any]) -> Pairs:
    told = {"layer": layer, **{key: str(meta[key]) for key in _KEPT if meta.get(key)}}
    told |= {key: str(declared[key]) for key in ("retention_days",) if key in declared}
    return tuple(sorted(told.items()))


def _checks(columns: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for column in columns:
        yield from (f"{test} of {column.get('name')}" for test in _tests(column))


def _tests(column: Mapping[str, Any]) -> list[str]:
    found = [*_list(column.get("data_tests")), *_list(column.get("tests"))]
    return [str(next(iter(one), "")) if isinstance(one, dict) else str(one) for one in found]


def _of_folder(project: Mapping[str, Any], path: str) -> dict[str, Any]:
    """Give what `dbt_project.yml` says for the folder of a model: the nearest says it last."""
    at = _table(_table(project.get("models")).get(str(project.get("name"))))
    found: dict[str, Any] = {}
    for folder in ("", *PurePosixPath(path).relative_to(MODELS).parts[:-1]):
        at = _table(at.get(folder)) if folder else at
        found |= {key: at[f"+{key}"] for key in ("materialized", "meta") if f"+{key}" in at}
    return found


def _yaml(path: str, text: str, problems: Problems) -> Mapping[str, Any]:
    from platform_core.config.yaml12 import read_yaml  # noqa: PLC0415 - only a project with dbt pays for it

    try:
        return _table(read_yaml(text, path).value)
    except (UserError, ValueError, RecursionError) as error:
        problems.append((path, error.message if isinstance(error, UserError) else "It cannot be read as YAML."))
        return {}


def _table(found: Any) -> Mapping[str, Any]:
    return found if isinstance(found, dict) else {}


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else [found] if isinstance(found, str) else []


def _tables(found: Any) -> list[Mapping[str, Any]]:
    return [one for one in _list(found) if isinstance(one, dict)]
