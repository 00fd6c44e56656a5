"""Executed notebooks of dagstermill in S3 (the moto server), beside the IO manager of the frames."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
import nbformat
from dagstermill import ConfigurableLocalOutputNotebookIOManager, define_dagstermill_op
from dagstermill.io_managers import OutputNotebookIOManager
from dagstermill.translator import DagsterTranslator
from papermill.translators import PythonTranslator, papermill_translators  # type: ignore[import-untyped]  # it has none

from platform_core.io_managers import ObjectStoreOutputNotebookIOManager, PolarsParquetIOManager
from platform_core.resources import S3Resource
from platform_core.storage.objects import ObjectLake
from tests.platform_core.buckets import bucket

if TYPE_CHECKING:
    import pytest

# dagstermill takes papermill over as it is imported, and other tests run notebooks with papermill in this process
papermill_translators.register("python", PythonTranslator)

NOTEBOOK = str(Path(__file__).parent / "executed.ipynb")


@dg.asset(metadata={"workbench/layer": "bronze"})
def rents() -> dg.Output[object]:
    import polars as pl

    return dg.Output(pl.DataFrame({"rent": [900]}))


KEPT = ObjectStoreOutputNotebookIOManager(store=S3Resource(bucket_name=dg.EnvVar("NOTEBOOK_BUCKET")), prefix="executed")


@dg.job(executor_def=dg.in_process_executor, resource_defs={"output_notebook_io_manager": KEPT})
def explore() -> None:
    define_dagstermill_op("look", NOTEBOOK, output_notebook_name="notebook", save_notebook_on_failure=True)()


def test_an_executed_notebook_is_kept_in_the_store(aws: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = bucket()
    monkeypatch.setenv("NOTEBOOK_BUCKET", store.text("bucket_name"))
    monkeypatch.setitem(papermill_translators._translators, "python", DagsterTranslator)
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        result = dg.execute_job(dg.reconstructable(explore), instance=instance)
    assert result.success
    (key,) = store.list_objects()
    assert key == f"executed/{result.run_id}/look.ipynb"
    cells = nbformat.reads(store.read_bytes(key).decode(), as_version=4).cells
    assert [out["text"] for cell in cells if cell.source == "print(2 + 2)" for out in cell.outputs] == ["4\n"]
    frames = PolarsParquetIOManager(store=store)
    both = {"io_manager": frames, "output_notebook_io_manager": KEPT}
    assert dg.materialize([rents], resources=both).success
    assert ObjectLake(store).read("rents", "polars").item() == 900


def test_dagstermills_own_stands_beside_ours(aws: str, tmp_path: Path) -> None:
    local = ConfigurableLocalOutputNotebookIOManager(base_dir=str(tmp_path))
    both = {"io_manager": PolarsParquetIOManager(store=bucket()), "output_notebook_io_manager": local}
    assert dg.materialize([rents], resources=both).success
    ours = ObjectStoreOutputNotebookIOManager(store=bucket()).create_io_manager(dg.build_init_resource_context())
    assert isinstance(ours, OutputNotebookIOManager)
