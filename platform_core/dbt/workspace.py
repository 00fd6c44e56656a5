"""Where one run of dbt builds: a copy of the dbt project beside a data folder of its own.

That folder holds the database, and a lake that shows each asset as `load_asset` reads it. Since both lie to the project
as in the project itself, its settings name them by the same paths, `../data/…`, by hand and in every environment.
Nothing of a run outlives it but what `keep` stores: two runs never wait for one another's database, a container needs
no disk that stays, and a killed run leaves the lake as it was.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow.parquet as pq

from platform_core.dbt.preparing import MADE, PARSED, TARGET
from platform_core.lake import Lake, safe_name
from platform_core.parquet import write_parquet
from platform_core.parquet_read import Footer, holds_nan
from platform_core.sql_names import quoted
from platform_core.storage.routes import kept_in
from platform_core.storage.stored import Storage, never_stored

if TYPE_CHECKING:
    from platform_core.dbt.needs import Needs

LAYERS = ("bronze", "silver", "gold")
KEPT = ("model", "seed", "snapshot")
DATABASE = "data/dbt.duckdb"
LAKE = "data/lake"
_GROWING = ("incremental", "snapshot")  # they begin with what is stored already


class Workspace:
    """The folder of one run of dbt.

    Args:
        folder: An empty folder.
        storage: Where the project's assets are kept.
    """

    def __init__(self, folder: Path, storage: Storage) -> None:
        self._storage = storage
        self.project = folder / "dbt"
        self.target = folder / "dbt" / TARGET
        self.lake = folder / LAKE
        self.database = folder / DATABASE

    def copy(self, project: Path) -> None:
        """Copy the dbt project, with what dbt remembers of having read it."""

        def left_out(place: str, names: list[str]) -> list[str]:
            return [name for name in names if name.startswith(".") or (Path(place) == project and name in MADE)]

        shutil.copytree(project, self.project, ignore=left_out)
        self.target.mkdir()
        if (project / TARGET / PARSED).is_file():
            shutil.copyfile(project / TARGET / PARSED, self.target / PARSED)
        self.database.parent.mkdir()

    def stage(self, nodes: Mapping[str, Mapping[str, Any]], selected: Collection[str], needs: Needs) -> None:
        """Lay out what a run reads: assets as Parquet files, models that are not built as views over theirs.

        Args:
            nodes: The models of dbt's manifest by name.
            selected: The names of those that are to be built.
            needs: What building them reads besides.

        Raises:
            UserError: An asset that is read was never made.
        """
        for layer, name in needs.sources:
            self._show(layer, name)
        for layer, name in needs.looked_at:
            if self._storage.find(name, layer) is not None:  # else the test says that it is not there
                self._show(layer, name)
        views = {
            name: node
            for name, node in nodes.items()
            if (name not in selected or node["config"].get("materialized") in _GROWING)
            and self._storage.find(name, layer_of(node)) is not None
        }
        if missing := [name for name in needs.models if name not in views]:
            raise never_stored(missing[0])
        import duckdb  # noqa: PLC0415 - only a run needs it

        with duckdb.connect(self.database) as database:
            for name, node in views.items():
                files = self._show(layer_of(node), name)
                kind = "TABLE" if name in selected else "VIEW"
                database.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(node['schema'])}")
                listed = ", ".join(f"'{str(file).replace(chr(39), chr(39) * 2)}'" for file in files)
                query = f"SELECT * FROM read_parquet([{listed}])"  # noqa: S608 - quoted; a view takes no parameters
                database.execute(f"CREATE {kind} {_table(node)} AS {query}")

    def keep(self, node: Mapping[str, Any], classification: str | None = None) -> Footer:
        """Store what a model gave as the asset of its name, whole or not at all.

        Args:
            node: The model, as the manifest has it.
            classification: How its data is classified.

        Raises:
            UserError: The storage cannot hold it, or the disk is full.
        """
        with self._opened() as database:
            relation = database.sql(f"FROM {_table(node)}")
            return self._storage.write(layer_of(node), node["name"], relation, classification=classification)

    def stored(self, node: Mapping[str, Any]) -> pl.LazyFrame:
        """Read back what is stored of a model."""
        frame: pl.LazyFrame = self._storage.read(node["name"], "lazy", None, layer_of(node))
        return frame

    def tables(self) -> dict[str, list[str]]:
        """Give the columns of every asset that the run saw or made, by name."""
        found: dict[str, list[str]] = {}
        with self._opened() as database:
            query = "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal ORDER BY column_index"
            for name, column in database.execute(query).fetchall():
                found.setdefault(name, []).append(column)
        for path in sorted(self.lake.rglob("*.parquet")):
            name = path.stem if path.parent.parent == self.lake else path.parent.name
            found.setdefault(name, pq.read_schema(path).names)
        return found

    @contextlib.contextmanager
    def _opened(self) -> Iterator[Any]:
        """Open the database where dbt did: a view on a source holds a path from there."""
        import duckdb  # noqa: PLC0415 - only a run needs it

        with contextlib.chdir(self.project), duckdb.connect(self.database, read_only=True) as database:
            yield database

    def _show(self, layer: str, name: str) -> list[Path]:
        """Show an asset below the folder's lake: files of the disk's lake by links, others by copies.

        What holds NaN is a copy without statistics, which leave it out, and by which DuckDB passes over it.
        """
        storage = kept_in(self._storage, layer, name)
        found = storage.find(name, layer)
        if found is None:
            raise never_stored(name)
        place = self.lake / safe_name(layer, "layer") / safe_name(name, "asset name")
        place.parent.mkdir(parents=True, exist_ok=True)
        if not isinstance(storage, Lake):
            path = place / "all.parquet" if found.partitions else place.with_suffix(".parquet")
            if not path.exists():
                path.parent.mkdir(exist_ok=True)
                frame = storage.read(name, "lazy", None, layer)
                if holds_nan(frame):
                    frame.sink_parquet(path, statistics=False)
                else:
                    write_parquet(frame, path, f"{layer}/{name}")
            return [path]
        links = []
        for key, file in storage.files(name, layer):
            link = place / f"{key}.parquet" if key else place.with_suffix(".parquet")
            link.parent.mkdir(exist_ok=True)
            links.append(link)
            if link.exists():
                continue
            frame = pl.scan_parquet(file, glob=False, hive_partitioning=False)
            if holds_nan(frame):
                frame.sink_parquet(link, statistics=False)
            else:
                link.symlink_to(file.resolve())
        return links


def layer_of(node: Mapping[str, Any]) -> str:
    """Give the layer of a model: the folder under `models/` that it stands in, else gold; of a source its name.

    >>> layer_of({"resource_type": "model", "fqn": ["project", "silver", "rents"]})
    'silver'
    >>> layer_of({"resource_type": "model", "fqn": ["project", "rents"]})
    'gold'
    """
    folders = [node["source_name"]] if node["resource_type"] == "source" else node["fqn"][1:-1]
    return folders[0] if folders and folders[0] in LAYERS else "gold"


def lake_source(source: Mapping[str, Any]) -> tuple[str, str] | None:
    """Give layer and name of the asset that a source is; None for one that is none of the lake's.

    >>> lake_source({"source_name": "silver", "name": "rents"}), lake_source({"source_name": "crm", "name": "people"})
    (('silver', 'rents'), None)
    """
    layer = source["source_name"]
    return (layer, source["name"]) if layer in LAYERS else None


def _table(node: Mapping[str, Any]) -> str:
    return f"{quoted(node['schema'])}.{quoted(node['alias'])}"
