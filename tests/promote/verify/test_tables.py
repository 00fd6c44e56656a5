"""Files as frames to make up, and as files again."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from platform_core.errors import UserError
from promote.verify.tables import read_table


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("a.csv", b"a,b\n1,x\n2,\"y, z\"\n"),
        ("a.csv", b"a;b\r\n1;x\r\n;\r\n"),
        ("a.tsv", b"a\tb\n01\t x\n"),
        ("a.txt", b"a|b\n1|x\n"),
        ("a.csv", b"\xef\xbb\xbfa,b\n1,x\n"),
        ("a.csv", "a,b\n1,café\n".encode("latin-1")),
        ("a.csv", b"area,2019,2020\nx,1,2\n"),
        ("a.csv", b"a,b\n"),
        ("a.jsonl", '{"a": 1, "b": ["é"]}\n{"a": null, "b": []}\n'.encode()),
        ("a.json", b'[\n{"a": 1, "b": {"c": "x"}},\n{"a": 2, "b": null}\n]\n'),
    ],
)  # fmt: skip
def test_a_file_written_again_has_the_same_bytes(tmp_path: Path, name: str, raw: bytes) -> None:
    (tmp_path / name).write_bytes(raw)
    table = read_table(tmp_path / name)
    table.write(table.frame, tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == raw


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": pl.Series(["x"], dtype=pl.Categorical), "b": [[1]]})
    frame.write_parquet(tmp_path / "a.parquet")
    table = read_table(tmp_path / "a.parquet")
    table.write(table.frame, tmp_path / "again.parquet")
    assert pl.read_parquet(tmp_path / "again.parquet").equals(frame)


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("a.xlsx", b"PK", "of type .xlsx"),
        ("a", b"", "without ending"),
        ("a.csv", b"", "is empty"),
        ("a.csv", b"Camden,12,2025-01-01\nLeeds,13,2025-01-02\n", "has no header"),
        ("a.csv", b"a,b\n1\n", "unequal length"),
        ("a.csv", b'a,b\n"1,2\n', "cannot be read as a table"),
        ("a.json", b'{"a": 1}', "no list of records"),
        ("a.json", b"[1]", "something else than records"),
        ("a.jsonl", b"{", "cannot be read as a table"),
        ("a.parquet", b"PAR1", "cannot be read as a table"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, name: str, raw: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(UserError, match=said):
        read_table(tmp_path / name)
    with pytest.raises(UserError):
        read_table(tmp_path / "absent.csv")
