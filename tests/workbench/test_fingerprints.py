"""What is remembered of materialisations, and digests of files and folders."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.fingerprints import Memory, Record, digest_of

RECORD = Record(inputs="a", output="b", rows=3, checks={"no_nulls": True}, seconds=0.25)


def memory(folder: Path) -> Memory:
    """Open the records of a folder."""
    return Memory(folder / "records.json", folder)


def test_what_is_kept_is_there_the_next_time(tmp_path: Path) -> None:
    first = memory(tmp_path)
    first.keep("rents", None, RECORD)
    first.keep("raw", "2024", RECORD)
    first.save()
    second = memory(tmp_path)
    assert second.record("rents", None) == RECORD
    assert dict(second.records("raw")) == {"2024": RECORD}
    assert second.record("raw", "2023") is None
    second.forget("rents", None)
    second.forget("nothing", None)
    second.save()
    assert memory(tmp_path).record("rents", None) is None


def test_saving_the_same_again_does_not_touch_the_file(tmp_path: Path) -> None:
    first = memory(tmp_path)
    first.keep("rents", None, RECORD)
    first.save()
    before = (tmp_path / "records.json").stat().st_mtime_ns
    memory(tmp_path).save()
    assert (tmp_path / "records.json").stat().st_mtime_ns == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b'{"format": 99, "files": {}, "records": {}}',
        b'{"format": 1, "files": {"a": 1}, "records": {}}',
        b'{"format": 1, "files": {}, "records": {"a": {"": {"unknown": 1}}}}',
        b"\xff",
    ],
)
def test_records_that_cannot_be_read_count_as_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "records.json").write_bytes(content)
    opened = memory(tmp_path)
    assert opened.record("a", None) is None
    opened.keep("rents", None, RECORD)
    opened.save()
    assert memory(tmp_path).record("rents", None) == RECORD


def test_a_digest_follows_the_bytes_of_a_file(tmp_path: Path) -> None:
    opened = memory(tmp_path)
    path = tmp_path / "a.csv"
    assert opened.digest_of_file(path) is None
    path.write_text("one")
    first = opened.digest_of_file(path)
    path.write_text("two, longer")
    second = opened.digest_of_file(path)
    path.write_text("one")
    assert first is not None
    assert first != second
    assert opened.digest_of_file(path) == first


def test_a_file_that_did_not_change_is_not_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("one")
    first = memory(tmp_path)
    digest = first.digest_of_file(path)
    first.save()
    # Other bytes behind the same size, time and inode: only a second reading could tell
    status = path.stat()
    with path.open("r+") as stream:
        stream.write("two")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert memory(tmp_path).digest_of_file(path) == digest


def test_a_folder_is_told_by_names_and_contents(tmp_path: Path) -> None:
    opened = memory(tmp_path)
    folder = tmp_path / "sources"
    assert opened.digest_of_folder(folder) is None
    (folder / "deep").mkdir(parents=True)
    seen = {opened.digest_of_folder(folder)}
    for change in (
        lambda: (folder / "deep" / "a.csv").write_text("1"),
        lambda: (folder / "deep" / "a.csv").write_text("22"),
        lambda: (folder / "deep" / "a.csv").rename(folder / "a.csv"),
        lambda: (folder / "b.csv").write_text("1"),
    ):
        change()
        seen.add(opened.digest_of_folder(folder))
    assert len(seen) == 5
    assert None not in seen


def test_the_records_name_files_from_the_project_alone(tmp_path: Path) -> None:
    opened = memory(tmp_path)
    (tmp_path / "a.csv").write_text("1")
    opened.digest_of_file(tmp_path / "a.csv")
    opened.save()
    assert str(tmp_path) not in (tmp_path / "records.json").read_text()


@given(st.lists(st.text()), st.lists(st.text()))
def test_different_values_have_different_digests(left: list[str], right: list[str]) -> None:
    assert (digest_of(left) == digest_of(right)) == (left == right)
