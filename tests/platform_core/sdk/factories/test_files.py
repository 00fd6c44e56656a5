"""Files that arrive, each once, and the sheets of real workbooks."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path
from typing import Any

import boto3
import dagster as dg
import polars as pl
import pytest
import xlsxwriter
from polars.testing import assert_frame_equal

from platform_core.errors import UserError
from platform_core.io_managers import PolarsParquetIOManager
from platform_core.lake import Lake
from platform_core.resources import FilesResource, S3Resource
from platform_core.sdk.factories import ingest_files, ingest_spreadsheet
from platform_core.sdk.factories.writing import write_file

_NUMBERS = itertools.count(1)
ARRIVING = ingest_files("inbox", "permits/*.csv", name="raw")


@pytest.fixture
def inbox(tmp_path: Path) -> FilesResource:
    (tmp_path / "inbox/permits").mkdir(parents=True)
    return FilesResource(root=str(tmp_path / "inbox"), name="inbox")


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """An inbox in a folder and one in a bucket, with one way to put a file into either."""
    if request.param == "folder":
        found: Any = request.getfixturevalue("inbox")

        def put(name: str, text: str) -> None:
            Path(found.root, name).write_text(text, encoding="utf-8")
    else:
        request.getfixturevalue("aws")
        bucket = f"inbox-{next(_NUMBERS)}"
        boto3.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
        found = S3Resource(bucket_name=bucket, name="inbox")

        def put(name: str, text: str) -> None:
            found.upload_bytes(text.encode(), name)

    return found, put


def made(resource: Any, folder: Path, asset: dg.AssetsDefinition = ARRIVING) -> list[tuple[Any, ...]]:
    resources = {"inbox": resource, "io_manager": PolarsParquetIOManager(root=str(folder / "lake"))}
    assert dg.materialize([asset], resources=resources).success
    frame = Lake(folder / "lake").read("raw", "polars")
    return sorted(frame.select("source_file", "id").rows())


def test_each_file_comes_in_once_and_a_changed_one_anew(store: Any, tmp_path: Path) -> None:
    resource, put = store
    with pytest.raises(UserError, match="No file matches"):
        made(resource, tmp_path)
    put("permits/a.csv", "id\n1\n2\n")
    put("permits/b.csv", "id\n2\n")
    put("permits/notes.txt", "x")
    held = [("permits/a.csv", 1), ("permits/a.csv", 2), ("permits/b.csv", 2)]
    assert made(resource, tmp_path) == held
    first = (tmp_path / "lake/bronze/raw.parquet").read_bytes()
    assert made(resource, tmp_path) == held
    assert (tmp_path / "lake/bronze/raw.parquet").read_bytes() == first
    put("permits/a.csv", "id\n9\n")
    put("permits/c.csv", "id\n")
    for _ in range(2):
        assert made(resource, tmp_path) == [("permits/a.csv", 9), ("permits/b.csv", 2)]


def test_a_file_that_does_not_fit_leaves_what_was_stored(store: Any, tmp_path: Path) -> None:
    resource, put = store
    put("permits/a.csv", "id\n1\n")
    made(resource, tmp_path)
    put("permits/b.csv", "id\nx\n")
    with pytest.raises(UserError, match="column 'id' is Int64 in 'what is stored' but String"):
        made(resource, tmp_path)
    assert Lake(tmp_path / "lake").read("raw", "polars")["id"].to_list() == [1]


def test_what_arrives_is_recorded_and_replayed_alike(
    store: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource, put = store
    monkeypatch.setenv("WORKBENCH_LAKE", str(tmp_path / "empty"))
    put("permits/a.csv", "id\n1\n")
    monkeypatch.setenv("WORKBENCH_RECORD", str(tmp_path / "record"))
    frame = ingest_files(resource, "permits/*.csv", name="raw").collect()
    monkeypatch.delenv("WORKBENCH_RECORD")
    put("permits/b.csv", "id\n2\n")
    monkeypatch.setenv("WORKBENCH_REPLAY", str(tmp_path / "record"))
    assert_frame_equal(ingest_files(resource, "permits/*.csv", name="raw").collect(), frame)


def test_text_of_older_excel_and_dates_of_the_uk(inbox: FilesResource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_LAKE", inbox.root)
    Path(inbox.root, "old.csv").write_bytes("fee,on\n£5,01/02/2025\n,\n".encode("cp1252"))
    with pytest.raises(UserError, match=r"'old.csv' is not utf-8.\nhint: Older Excel writes encoding=.cp1252"):
        ingest_files(inbox, "old.csv", name="old")
    reading = {"encoding": "cp1252"}
    frame = ingest_files(inbox, "old.csv", name="old", dates={"on": "uk"}, reading=reading).collect()
    assert frame.select("fee", "on").rows() == [("£5", dt.date(2025, 2, 1)), (None, None)]
    with pytest.raises(UserError, match=r"^1 of 2 values of 'on' in 'old.csv' are no dates of the form 'iso'.$"):
        ingest_files(inbox, "old.csv", name="old", dates={"on": "iso"}, reading=reading)


def test_a_function_of_ones_own_reads_what_has_no_ending(inbox: FilesResource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_LAKE", inbox.root)
    Path(inbox.root, "x.odd").write_text("7")
    with pytest.raises(UserError, match=r"The ending of 'x.odd' says no format"):
        ingest_files(inbox, "*.odd", name="odd")
    frame = ingest_files(inbox, "*.odd", name="odd", read=lambda path: pl.DataFrame({"n": [int(path.read_text())]}))
    assert frame.collect()["n"].to_list() == [7]


@pytest.fixture
def book(inbox: FilesResource) -> FilesResource:
    """A workbook as people make them: a title, an empty column, merged cells, formatted but empty rows at the end."""
    workbook = xlsxwriter.Workbook(str(Path(inbox.root, "book.xlsx")))
    day = workbook.add_format({"num_format": "dd/mm/yyyy"})
    page = workbook.add_worksheet("Notes")
    page.write("A1", "Nothing to see")
    page = workbook.add_worksheet("Permits")
    page.write("A1", "Permits decided in 2025")
    page.write_row("A3", ["id", "authority", "decided", "text date", "mixed"])
    page.write_row("A4", [1, "Ambridge"])
    page.write_datetime("C4", dt.datetime(2025, 1, 31), day)
    page.write_row("D4", ["31/01/2025", 5])
    page.merge_range("B5:B6", "Borchester")
    page.write_row("D5", ["01/02/2025", "five"])
    page.write("A5", 2)
    page.write("A6", 3)
    for row in range(6, 60):
        page.write_blank(row, 2, None, day)
    workbook.add_worksheet("Empty")
    workbook.close()
    return inbox


def test_a_sheet_is_read_as_people_mean_it(book: FilesResource) -> None:
    frame = ingest_spreadsheet(
        book, "book.xlsx", sheet="Permits", header_row=3, fill_down=["authority"],
        dates={"decided": "uk", "text date": "uk"},
    )  # fmt: skip
    assert frame.schema["id"] == pl.Int64
    assert frame.rows() == [
        (1, "Ambridge", dt.date(2025, 1, 31), dt.date(2025, 1, 31), "5"),
        (2, "Borchester", None, dt.date(2025, 2, 1), "five"),
        (3, "Borchester", None, None, None),
    ]
    plain = ingest_spreadsheet(book, "book.xlsx", sheet=1, header_row=3, columns=["authority", "decided"])
    assert plain["authority"].to_list() == ["Ambridge", "Borchester", None], "a merge covers all but its first cell"
    assert plain["decided"][0] == dt.datetime(2025, 1, 31)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sheet": "Permit"}, "has no sheet 'Permit'.\nhint: Did you mean 'Permits'"),
        ({"sheet": 7}, "has no sheet 7"),
        ({"sheet": "Empty"}, "The sheet 'Empty' of 'book.xlsx' has no row 1"),
        ({"sheet": "Permits", "header_row": 100}, "has no row 100"),
        ({"sheet": "Permits"}, "has no name over column 2, which holds values"),
        ({"sheet": "Permits", "header_row": 3, "columns": ["fee"]}, "has no column 'fee'"),
        ({"sheet": "Permits", "header_row": 3, "dates": {"authority": "uk"}}, "2 of 3 values of 'authority'"),
    ],
)
def test_what_is_wrong_with_a_sheet_is_told(book: FilesResource, options: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        ingest_spreadsheet(book, "book.xlsx", **options)


def test_a_sheet_of_a_header_alone_has_no_rows(book: FilesResource) -> None:
    write_file(pl.DataFrame({"id": [1]}).clear(), Path(book.root, "new.xlsx"), ".xlsx")
    frame = ingest_spreadsheet(book, "new.xlsx")
    assert (frame.columns, frame.height) == (["id"], 0)


def test_what_is_no_workbook_is_told(book: FilesResource) -> None:
    Path(book.root, "fake.xlsx").write_text("a,b")
    with pytest.raises(UserError, match=r"'fake.xlsx' is no workbook"):
        ingest_spreadsheet(book, "fake.xlsx")
    with pytest.raises(UserError, match=r"has no file 'books.xlsx'.\nhint: Did you mean"):
        ingest_spreadsheet(book, "books.xlsx")


@pytest.mark.parametrize("ending", [".xlsx", ".ods"])
def test_a_sheet_is_an_asset_of_a_folder_and_of_a_bucket(store: Any, tmp_path: Path, ending: str) -> None:
    resource, _ = store
    frame = pl.DataFrame({"id": [1, 2], "on": [dt.date(2025, 1, 31), None], "note": ["a", "£ <b> & \n x"]})
    write_file(frame, tmp_path / f"book{ending}", ending)
    if isinstance(resource, S3Resource):
        resource.upload_file(tmp_path / f"book{ending}", f"book{ending}")
    else:
        Path(resource.root, f"book{ending}").write_bytes((tmp_path / f"book{ending}").read_bytes())
    asset = ingest_spreadsheet("inbox", f"book{ending}", name="raw", dates={"on": "uk"}, key="id")
    resources = {"inbox": resource, "io_manager": PolarsParquetIOManager(root=str(tmp_path / "lake"))}
    assert dg.materialize([asset], resources=resources).success
    assert_frame_equal(Lake(tmp_path / "lake").read("raw", "polars"), frame)
