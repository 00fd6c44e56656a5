"""Files that arrive, each once, and the sheets of real workbooks."""

from __future__ import annotations

import datetime as dt
import itertools
import shutil
import zipfile
from pathlib import Path
from typing import Any

import boto3
import dagster as dg
import polars as pl
import pytest
import xlsxwriter
from polars.testing import assert_frame_equal

from platform_core.errors import UserError
from platform_core.io_managers import DeltaIOManager, PolarsParquetIOManager
from platform_core.lake import Lake
from platform_core.resources import FilesResource, S3Resource
from platform_core.sdk.factories import ingest_files, ingest_spreadsheet
from platform_core.sdk.factories.writing import write_file

_NUMBERS = itertools.count(1)
WORKBOOKS = Path(__file__).parents[3] / "data/workbooks"  # of other programs: older Excel's, and with the password `pw`
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


@pytest.mark.parametrize(("mode", "key"), [("append", []), ("merge", ["id"])])
def test_a_table_that_keeps_what_it_is_not_given_is_refused(
    inbox: FilesResource, tmp_path: Path, mode: Any, key: list[str]
) -> None:
    Path(inbox.root, "a.csv").write_text("id\n1\n")
    manager = DeltaIOManager(root=str(tmp_path / "delta"), mode=mode, key=key)
    with pytest.raises(UserError, match=rf"'raw' is kept in a Delta table with mode: {mode}, which leaves rows"):
        dg.materialize([ingest_files("inbox", "*.csv", name="raw")], resources={"io_manager": manager, "inbox": inbox})
    assert manager.storage.find("raw") is None


def test_a_file_that_was_renamed_does_not_come_in_twice(inbox: FilesResource, tmp_path: Path) -> None:
    folder = Path(inbox.root, "permits")
    for name in ("a.csv", "b.csv"):  # the same content twice is no renaming
        Path(folder, name).write_text("id\n1\n")
    assert len(made(inbox, tmp_path)) == 2
    Path(folder, "a.csv").rename(folder / "c.csv")
    with pytest.raises(
        UserError, match=r"'permits/c.csv' has the content of 'permits/a.csv', which is gone(.|\n)*hint: If"
    ):
        made(inbox, tmp_path)
    for renamed, files in (("replace", "bc"), ("add", "bc"), ("add", "bcd")):
        if "d" in files:
            Path(folder, "c.csv").rename(folder / "d.csv")
        asset = ingest_files("inbox", "permits/*.csv", name="raw", renamed=renamed)  # type: ignore[call-overload]
        made(inbox, tmp_path, asset)
        rows = Lake(tmp_path / "lake").read("raw", "polars")["source_file"].to_list()
        assert sorted(rows) == [f"permits/{file}.csv" for file in files]
    with pytest.raises(UserError, match=r"There is no renamed='replaced'.\nhint: Did you mean 'replace'"):
        ingest_files("inbox", "*", name="raw", renamed="replaced")  # type: ignore[call-overload]


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


@pytest.mark.parametrize(
    ("content", "ending", "rows"),
    [
        ("id,v\n007,1.50\n010,2\n", "csv", [("007", 1.5), ("010", 2.0)]),
        ("id,v\n1,9007199254740993\n2,1.5\n", "csv", [(1, "9007199254740993"), (2, "1.5")]),
        ("^i.*$,id\n,001\n", "csv", [(None, "001")]),
        ("id,v,,\n1,2,,\n,,,\n\n\n", "csv", [(1, 2), (None, None)]),
        ("id,v\r\n1,2\r\n\r\n\r\n", "csv", [(1, 2)]),
        ("id\tv\n01\tx\n", "tsv", [("01", "x")]),
        ('\ufeff{"id":1}\n' * 1 + '{"id":2}\n' * 200 + '{"id":3,"late":"x"}\n', "ndjson", None),
        ('[{"id":1,"v":2},{"id":2,"v":2.5}]', "json", [(1, 2.0), (2, 2.5)]),
        ("[]", "json", []),
    ],
)
def test_what_a_reader_would_guess_wrongly_is_kept(
    inbox: FilesResource, monkeypatch: pytest.MonkeyPatch, content: str, ending: str, rows: Any
) -> None:
    monkeypatch.setenv("WORKBENCH_LAKE", inbox.root)
    Path(inbox.root, f"a[1].{ending}").write_text(content, encoding="utf-8")
    Path(inbox.root, f"a1.{ending}").write_text("not for [1]", encoding="utf-8")
    frame = ingest_files(inbox, f"a[[]1[]].{ending}", name="raw").drop("source_file", "source_mark").collect()
    assert frame.rows() == rows if rows is not None else frame["late"].to_list()[-1] == "x"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "id;v\n1;2\n", r"separated by semicolons.\nhint: Write reading=\{'separator': ';'\}"),
        ("a.csv", "id,v\n1,x\n2", "The last line of 'a.csv' has fewer fields than the header"),
        ("a.csv", "id,id\n1,2\n", "has the name 'id' twice"),
        ("a.csv", "id,\n1,2\n", "no name over column 2, which holds values"),
        ("a.csv", "id,v\r1,2\r", "end as those of old Macs"),
        ("a.csv", "", "'a.csv' is empty"),
        ("a.csv", "id\n£\n".encode("utf-16"), r"not utf-8 but UTF-16.\nhint: Write reading=.*utf-16"),
        ("a.csv", b"PK\x03\x04...", "is a zip archive"),
        ("a.json", b"\x1f\x8b...", "is a gzip archive"),
        ("a.json", '[{"a":1},{"a"', "'a.json' is no JSON at line 1"),
        ("a.json", '[{"a":1,"a":2}]', "A record of 'a.json' has the key 'a' twice"),
        ("a.json", "[1]", "holds no list of records"),
        ("a.ndjson", '{"a":1}\n\n{"a":"x"}\n', "a is a whole number in one and text in another"),
        ("a.ndjson", '{"a":1}\n\n{"a":', "no JSON at line 3"),
    ],
)
def test_a_file_that_is_laid_out_otherwise_is_told(
    inbox: FilesResource, monkeypatch: pytest.MonkeyPatch, name: str, content: str | bytes, message: str
) -> None:
    monkeypatch.setenv("WORKBENCH_LAKE", inbox.root)
    Path(inbox.root, name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UserError, match=message):
        ingest_files(inbox, name, name="raw")


def test_a_reader_that_is_told_how_is_not_doubted(inbox: FilesResource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_LAKE", inbox.root)
    Path(inbox.root, "a.csv").write_text("id;v\n007;2\n")
    Path(inbox.root, "b.json").write_text('[{"a":1},{"a":2}]')
    told = {"separator": ";", "schema_overrides": {"id": pl.Int16}}
    assert ingest_files(inbox, "a.csv", name="raw", reading=told).collect().row(0)[:2] == (7, 2)
    typed = ingest_files(inbox, "b.json", name="raw", reading={"schema": {"a": pl.Int8}}).collect()
    assert typed.schema["a"] == pl.Int8


@pytest.mark.parametrize("header", ["ID", " id", "I D"])
def test_headers_that_differ_by_case_or_blanks_are_told(store: Any, tmp_path: Path, header: str) -> None:
    resource, put = store
    put("permits/a.csv", "id\n1\n")
    made(resource, tmp_path)
    put("permits/b.csv", f"{header}\n2\n")
    with pytest.raises(UserError, match=rf"The column '{header}' of 'permits/b.csv' is 'id' in 'what is stored'"):
        made(resource, tmp_path)


def test_years_of_two_digits_and_times_of_day_are_no_dates(
    inbox: FilesResource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_LAKE", inbox.root)
    Path(inbox.root, "a.csv").write_text("on\n31/01/25\n31/01/2025\n")
    with pytest.raises(UserError, match=r"1 of 2 values of 'on' in 'a.csv' are no dates of the form 'uk'"):
        ingest_files(inbox, "a.csv", name="raw", dates={"on": "uk"})
    frame = pl.DataFrame({"on": [dt.datetime(2025, 1, 31, 10)]})
    write_file(frame, Path(inbox.root, "a.xlsx"), ".xlsx")
    with pytest.raises(UserError, match=r"Values of 'on' in 'a.xlsx' have a time of day"):
        ingest_spreadsheet(inbox, "a.xlsx", dates={"on": "uk"})


def test_a_form_of_dates_that_is_none_is_told(inbox: FilesResource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_LAKE", inbox.root)
    Path(inbox.root, "a.csv").write_text("day\n01/02/2025\n")
    with pytest.raises(UserError, match=r"dates= has no form 'us'\.\nhint: Write uk, iso, or as strptime has it"):
        ingest_files(inbox, "*.csv", name="permits", dates={"day": "us"})


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


def test_what_a_sheet_hides_or_lacks_is_told(book: FilesResource) -> None:
    workbook = xlsxwriter.Workbook(str(Path(book.root, "odd.xlsx")))
    hidden = workbook.add_worksheet("Old")
    hidden.hide()
    hidden.write_row("A1", ["id"])
    page = workbook.add_worksheet("Now")
    page.activate()
    page.write_row("A1", ["id", "rate", "on"])
    page.write_row("A2", [1, 0.5, "31/01/2025"])
    page.write_formula("B3", "=1/0", None, "#DIV/0!")
    page.write_datetime("C3", dt.datetime(2025, 2, 1), workbook.add_format({"num_format": "dd/mm/yyyy"}))
    workbook.close()
    with pytest.raises(UserError, match=r"Sheet 0 of 'odd.xlsx', 'Old', is hidden.\nhint: Name the one"):
        ingest_spreadsheet(book, "odd.xlsx")
    assert ingest_spreadsheet(book, "odd.xlsx", sheet="Old").columns == ["id"]
    with pytest.raises(UserError, match=r"1 cells of 'odd.xlsx' hold errors, .* the first is B3.\nhint: Mend them"):
        ingest_spreadsheet(book, "odd.xlsx", sheet=1)
    assert ingest_spreadsheet(book, "odd.xlsx", sheet=1, errors="null")["rate"].to_list() == [0.5, None]
    days = ingest_spreadsheet(book, "odd.xlsx", sheet=1, columns=["id", "on"], dates={"on": "uk"})["on"]
    assert days.to_list() == [dt.date(2025, 1, 31), dt.date(2025, 2, 1)], "a date among texts"
    with pytest.raises(UserError, match=r"There is no errors='nul'.\nhint: Did you mean 'null'"):
        ingest_spreadsheet(book, "odd.xlsx", errors="nul")  # type: ignore[call-overload]


def test_errors_that_the_reader_of_workbooks_does_not_know_are_errors_too(book: FilesResource) -> None:
    path = Path(book.root, "errors.xlsx")
    workbook = xlsxwriter.Workbook(str(path))
    page = workbook.add_worksheet()
    page.write_row("A1", ["fee", "n"])
    for row, error in enumerate(["#NAME?", "#SPILL!", "#N/A"], start=1):
        page.write_formula(row, 0, "=1/0", None, error)
        page.write(row, 1, row)
    workbook.close()
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].replace(b't="str"', b't="e"')  # of an error that is new to the writer too
    with zipfile.ZipFile(path, "w") as archive:
        for name, held in {**parts, "xl/worksheets/sheet1.xml": sheet}.items():
            archive.writestr(name, held)
    with pytest.raises(UserError, match=r"3 cells of 'errors.xlsx' hold errors, .* the first is A2"):
        ingest_spreadsheet(book, "errors.xlsx")
    assert ingest_spreadsheet(book, "errors.xlsx", errors="null").rows() == [(None, 1), (None, 2), (None, 3)]


def test_times_of_a_workbook_that_counts_from_1904_have_no_day(book: FilesResource) -> None:
    for since in (False, True):
        workbook = xlsxwriter.Workbook(str(Path(book.root, "times.xlsx")), {"date_1904": since})
        page, times = workbook.add_worksheet(), workbook.add_format({"num_format": "hh:mm"})
        page.write_row("A1", ["at", "on"])
        page.write_datetime("A2", dt.time(10, 30), times)
        page.write_datetime("B2", dt.datetime(1904, 1, 1 if not since else 2), times)
        workbook.close()
        frame = ingest_spreadsheet(book, "times.xlsx")
        assert frame.row(0) == (dt.time(10, 30), dt.datetime(1904, 1, 1 if not since else 2))


def test_cells_of_opendocument_that_failed_or_are_covered_are_empty(book: FilesResource) -> None:
    path = Path(book.root, "failed.ods")
    write_file(pl.DataFrame({"a": [1.5, 2.5], "b": ["x", "under"]}), path, ".ods")
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    number = '<table:table-cell office:value-type="float" office:value="1.5"><text:p>1.5</text:p></table:table-cell>'
    under = '<table:table-cell office:value-type="string"><text:p>under</text:p></table:table-cell>'
    failed = [  # as LibreOffice writes it now, and as its forerunners did
        'office:value-type="string" office:string-value="" calcext:value-type="error"><text:p>#DIV/0!',
        'office:value-type="float" office:value="0"><text:p>Err:502',
        'office:value-type="float" office:value="0"><text:p>#N/A',
    ]
    for told in failed:
        content = parts["content.xml"].replace(number, f"<table:table-cell {told}</text:p></table:table-cell>")
        content = content.replace(under, under.replace("table-cell", "covered-table-cell"))
        with zipfile.ZipFile(path, "w") as archive:
            for name, held in {**parts, "content.xml": content}.items():
                archive.writestr(name, held)
        with pytest.raises(UserError, match="has formulas that failed"):
            ingest_spreadsheet(book, "failed.ods")
        assert ingest_spreadsheet(book, "failed.ods", errors="null").rows() == [(None, "x"), (2.5, None)]


def test_a_workbook_of_opendocument_keeps_what_stands_in_its_cells(book: FilesResource) -> None:
    path = Path(book.root, "odd.ods")
    write_file(pl.DataFrame({"a": ["x\ty", "\t", "a  b", "a\r\nb", ""]}), path, ".ods")
    assert ingest_spreadsheet(book, "odd.ods")["a"].to_list() == ["x\ty", "\t", "a  b", "a\nb", ""]
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    cell, last = '<table:table-cell office:value-type="string">', parts["content.xml"].rindex("<table:table-cell")
    for replaced, message in (
        ('<table:table-cell office:value-type="string" calcext:value-type="error">', "has formulas that failed"),
        (
            '<table:table-cell office:value-type="time" office:time-value="PT1H">',
            "Column A of the sheet 0 .* time among",
        ),
    ):
        changed = parts["content.xml"][last:].replace(cell, replaced)
        boolean = '<table:table-cell office:value-type="boolean" office:boolean-value="true"/>'
        row = f"<table:table-row>{boolean}</table:table-row>"
        content = (parts["content.xml"][:last] + changed).replace("</table:table>", f"{row}</table:table>")
        with zipfile.ZipFile(path, "w") as archive:
            for name, held in {**parts, "content.xml": content}.items():
                archive.writestr(name, held)
        with pytest.raises(UserError, match=message):
            ingest_spreadsheet(book, "odd.ods")


_CELL = '<table:table-cell{} office:value-type="float" office:value="7"><text:p>7</text:p></table:table-cell>'
_ROW, _REPEATED = "<table:table-row{}>{}</table:table-row>", ' table:number-{}-repeated="{}"'
_EMPTY = "<table:table-cell{}/>"


@pytest.mark.parametrize(
    ("rows", "height"),
    [
        ([(_REPEATED.format("rows", 1_048_575), _CELL.format(""))], 1_048_575),
        ([(_REPEATED.format("rows", 1_048_576), _CELL.format(""))], None),
        ([(_REPEATED.format("rows", 1_048_575), _EMPTY.format("")), ("", _CELL.format(""))], None),
        ([("", _CELL.format("")), (_REPEATED.format("rows", 2_000_000), _EMPTY.format(""))], 1),
        ([("", _CELL.format("") + _EMPTY.format(_REPEATED.format("columns", 20_000)))], 1),
        ([("", _CELL.format("") + _EMPTY.format(_REPEATED.format("columns", 16_383)) + _CELL.format(""))], None),
        ([("", _CELL.format(_REPEATED.format("columns", 16_385)))], None),
        ([("", _CELL.format("") * 16_385)], None),
    ],
)
def test_what_stands_beyond_the_ends_of_a_sheet_of_opendocument_is_told(
    book: FilesResource, rows: list[tuple[str, str]], height: int | None
) -> None:
    path = Path(book.root, "long.ods")
    write_file(pl.DataFrame({"a": ["b"]}).clear(), path, ".ods")
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    told = "".join(_ROW.format(*row) for row in rows)
    parts["content.xml"] = parts["content.xml"].replace("</table:table>", f"{told}</table:table>")
    with zipfile.ZipFile(path, "w") as archive:
        for name, held in parts.items():
            archive.writestr(name, held)
    if height is None:
        with pytest.raises(UserError, match=r"^'long.ods' has values below row 1,048,576 or right of"):
            ingest_spreadsheet(book, "long.ods")
    else:
        assert ingest_spreadsheet(book, "long.ods")["a"].to_list() == [7] * height


@pytest.mark.nightly
@pytest.mark.parametrize("ending", [".xlsx", ".ods"])
def test_the_longest_sheet_comes_back(book: FilesResource, ending: str, full_count: bool) -> None:
    if not full_count:
        pytest.skip("writes and reads a sheet of 1,048,576 rows: `make test-nightly`")
    n = pl.int_range(1_048_575)
    frame = pl.select(id=n, name=pl.format("authority {}", n % 300), fee=(n % 1000) / 7)
    write_file(frame, Path(book.root, f"long{ending}"), ending)
    assert_frame_equal(ingest_spreadsheet(book, f"long{ending}"), frame)


def test_a_sheet_of_a_header_alone_has_no_rows(book: FilesResource) -> None:
    write_file(pl.DataFrame({"id": [1]}).clear(), Path(book.root, "new.xlsx"), ".xlsx")
    frame = ingest_spreadsheet(book, "new.xlsx")
    assert (frame.columns, frame.height) == (["id"], 0)


def test_a_workbook_of_older_excel_is_read(book: FilesResource) -> None:
    shutil.copy(WORKBOOKS / "old.xls", book.root)
    frame = ingest_spreadsheet(book, "old.xls", columns=["name", "fee", "on", "at", "ok", "code"], dates={"on": "uk"})
    assert frame.rows() == [
        ("Åsa & Co", 12.5, dt.date(2025, 1, 31), dt.datetime(2025, 1, 31, 10, 5, 7), True, "007"),
        ("£ pound\nline", None, dt.date(1999, 12, 31), dt.datetime(2025, 10, 26, 1, 30), False, "12"),
    ]


def test_times_of_day_of_a_workbook_have_no_day(book: FilesResource) -> None:
    times = pl.DataFrame({"at": [dt.time(23, 59, 59), None, dt.time()]})
    write_file(times, Path(book.root, "times.xlsx"), ".xlsx")
    assert_frame_equal(ingest_spreadsheet(book, "times.xlsx"), times)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.xlsx", WORKBOOKS / "locked.xlsx", "is protected by a password.\nhint: Open it, and save a copy"),
        ("a.xls", WORKBOOKS / "locked.xlsx", "is protected by a password"),
        ("a.xls", WORKBOOKS / "locked.xls", "is protected by a password"),
        ("a.ods", WORKBOOKS / "locked.ods", "is protected by a password"),
        ("a.xlsx", WORKBOOKS / "old.xls", r"is a file of older Excel \(.xls\), whatever its ending says"),
        ("a.xls", "book.xlsx", r"is a file of newer Excel \(.xlsx\) or Open.*\nhint: Give it the ending of what it is"),
        ("a.xls", b"<table><tr><td>id</td></tr></table>", "is HTML or XML, whatever its ending says"),
        ("a.xlsx", b"a,b", "is text, whatever its ending says.\nhint: .* name it .csv"),
        ("a.xlsx", b"", "is empty"),
        ("a.xls", b"\xd0\xcf\x11\xe0\0\0", "is no workbook that can be read.\nhint: Is it whole"),
        ("~$book.xlsx", b"\5People\0", "is what Excel leaves beside a workbook that is open"),
    ],
)
def test_what_is_no_workbook_is_told(book: FilesResource, name: str, content: Any, message: str) -> None:
    told = content if isinstance(content, bytes) else Path(book.root, content).read_bytes()
    Path(book.root, name).write_bytes(told)
    with pytest.raises(UserError, match=message):
        ingest_spreadsheet(book, name)


def test_a_workbook_that_is_not_there_is_told(book: FilesResource) -> None:
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
