"""Where the data of assets is kept: the section `io:` of a project's YAML."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]

# What each kind has, beside itself
KEYS = {
    "parquet": {"store", "prefix", "hive", "path", "project"},
    "duckdb": {"path", "project"},
    "delta": {"store", "prefix", "path", "mode", "key", "evolution", "column", "project"},
}


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class IOChoice(BaseModel):
    """How assets are kept. A bare text is the kind.

    Attributes:
        kind: `parquet`, a file each; `duckdb`, tables of one database; `delta`, Delta tables.
        store: The resource of an object store; without it, the disk.
        prefix: Where in the store.
        path: The database's file, or the folder of Delta tables or of a lake, from the project's folder.
        project: For one asset, the project that makes it: this one reads it there, and never writes it.
        hive: For `parquet`, the column that names partitions, to lay them as `<column>=<partition>/`.
        mode: For `delta`, what a run does with the rows that are there: `overwrite` replaces them (of its partition,
            where it has one), `append` keeps them, `merge` replaces those of the same key.
        key: For `merge`, the columns that are the key.
        evolution: For `delta`, what happens where columns change: `fixed` is an error, `add` adds new ones, `replace`
            takes the new schema.
        column: For `delta`, the column that holds an asset's partition.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    kind: Literal["parquet", "duckdb", "delta"] = "parquet"
    store: Name | None = None
    prefix: str = "lake"
    path: Annotated[str, Field(min_length=1)] | None = None
    project: Annotated[str, Field(min_length=1)] | None = None
    hive: Name | None = None
    mode: Literal["overwrite", "append", "merge"] = "overwrite"
    key: Annotated[tuple[str, ...], BeforeValidator(_listed), Field(strict=False)] = ()
    evolution: Literal["fixed", "add", "replace"] = "fixed"
    column: Name | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_kind(cls, value: Any) -> Any:
        return {"kind": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _fits(self) -> IOChoice:
        foreign = sorted(self.model_fields_set - KEYS[self.kind] - {"kind", "layers", "assets"})
        if foreign:
            raise ValueError(f"the kind {self.kind} has no key {foreign[0]}")
        if self.store is not None and self.path is not None:
            raise ValueError("store and path cannot both be given")
        if (self.mode == "merge") != bool(self.key):
            raise ValueError("mode: merge needs a key, and no other mode has one")
        return self


class IOConfig(IOChoice):
    """How the project's assets are kept: all of them, those of a layer, one asset. The nearest that is given counts."""

    layers: dict[Name, IOChoice] = {}
    assets: dict[Name, IOChoice] = {}

    @model_validator(mode="after")
    def _only_assets_are_of_others(self) -> IOConfig:
        if any(choice.project is not None for choice in (self, *self.layers.values())):
            raise ValueError("project: stands under assets: alone, as one asset is made by another project")
        return self

    @property
    def of_others(self) -> dict[str, IOChoice]:
        """The assets that other projects make, with where they keep them."""
        return {name: choice for name, choice in self.assets.items() if choice.project is not None}

    def of(self, layer: str, asset: str) -> IOChoice:
        """Give what counts for an asset.

        >>> IOConfig(layers={"gold": IOChoice(kind="duckdb")}).of("gold", "rents").kind
        'duckdb'
        """
        return self.assets.get(asset) or self.layers.get(layer) or self

    def choices(self) -> list[tuple[tuple[str, ...], IOChoice]]:
        """Give every choice with its path in the YAML."""
        found: list[tuple[tuple[str, ...], IOChoice]] = [(("io",), self)]
        found += [(("io", "layers", name), choice) for name, choice in self.layers.items()]
        return found + [(("io", "assets", name), choice) for name, choice in self.assets.items()]
