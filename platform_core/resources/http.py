"""An HTTP API: answers one by one, and all pages of one as a frame or a Parquet file."""

from __future__ import annotations

import itertools
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from polars.io.plugins import register_io_source

from platform_core.atomic import replacing
from platform_core.errors import UserError
from platform_core.resources import recording
from platform_core.resources.base import needed
from platform_core.resources.http_client import HTTPClientResource
from platform_core.resources.json_records import Records, refuse_empty
from platform_core.resources.pages import Moving, Pages, Paging, Record

if TYPE_CHECKING:
    import httpx

_BATCH_ROWS = 50_000
_KEPT_HEADERS = ("content-type", "etag", "last-modified", "link")


class HTTPResource(HTTPClientResource):
    """An HTTP API.

    A request is sent again where the connection breaks, the server is busy (429) or fails (500, 502, 503, 504): after
    the time that the server asks for (`Retry-After`), else after a time that doubles, with some chance in it.

    >>> from dagster import EnvVar
    >>> api = HTTPResource(base_url="https://api.example.gov.uk", auth_token=EnvVar("NO_SUCH_TOKEN"))
    >>> api.get("/permits")
    Traceback (most recent call last):
    platform_core.errors.UserError: The environment variable NO_SUCH_TOKEN is not set.
    hint: HTTPResource reads its auth_token there: set it before the notebook or the run starts.
    """

    def get(
        self, path: str, params: Mapping[str, Any] | None = None, *, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Ask for a path and give the whole answer, an `httpx.Response` of a status from 200 to 299.

        Raises:
            UserError: No such answer came in all attempts.
        """
        library = needed("httpx", "http")
        file = recording.name_of_read("get", path, dict(params or {}), dict(headers or {}), ending="json")

        def write(part: Path) -> None:
            answer = self._send("GET", path, params=params, headers=headers)
            part.write_bytes(answer.content)
            beside = {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers}
            noted = recording.record_folder(self._label)
            assert noted is not None  # noqa: S101 - write is called where one is made
            with replacing(noted / f".{file}") as note:
                note.write_text(json.dumps(beside), encoding="utf-8")

        kept = self._kept(file, write)
        if kept is None:
            return self._send("GET", path, params=params, headers=headers)
        note = kept.with_name(f".{file}")
        found = json.loads(note.read_text(encoding="utf-8")) if note.is_file() else {"content-type": "application/json"}
        asked = "https://replayed.invalid/" if self.is_replaying else self._target(library, path)
        request = library.Request("GET", asked)
        answer: httpx.Response = library.Response(200, headers=found, content=kept.read_bytes(), request=request)
        return answer

    def read(
        self,
        path: str,
        params: Mapping[str, Any] | None = None,
        *,
        paginate: Paging | None = None,
        records: str = "",
        cursor_field: str = "next_cursor",
        cursor_param: str = "cursor",
        offset_param: str = "offset",
        max_pages: int = 10_000,
        moving: Moving = "refuse",
    ) -> pl.DataFrame:
        """Give the records of all pages of a path as a frame.

        Args:
            path: A path under the base address.
            params: Parameters of the first page, such as its size.
            paginate: `link`, `cursor` or `offset`; without it one page is read.
            records: Where the list of records stands, as `data.items`; see `Pages` for this and the other options.
            cursor_field: Where an answer says the mark of the next page.
            cursor_param: The parameter that takes the mark.
            offset_param: The parameter that takes how many records were read.
            max_pages: A guard against pages without an end.
            moving: Whether pages that move while they are read are refused, as far as an answer shows it: a record
                comes twice, one is passed over, or the API's count of them changes or is not reached. `twice` reads
                all pages a second time, and so sees whatever moves.

        Raises:
            UserError: An answer is missing, is no JSON, or holds no records, or the pages go round or move.
        """
        pages = Pages(paginate, records, cursor_field, cursor_param, offset_param, max_pages, moving)
        file = recording.name_of_read("read", path, dict(params or {}), repr(pages), ending="parquet")

        def fetch() -> pl.DataFrame:
            return frame_of([record for page in self._pages(path, params, pages) for record in page], path)

        kept = self._kept(file, lambda part: write_frame(fetch(), part, path))
        return fetch() if kept is None else pl.read_parquet(kept)

    def save(
        self, path: str, target: Path | str, params: Mapping[str, Any] | None = None, **options: Any
    ) -> pl.LazyFrame:
        """Write the records of all pages to a Parquet file, holding one page at a time, and give it as a LazyFrame.

        The file appears whole or not at all. The options are those of `read`.

        Raises:
            UserError: As `read` does.
            OSError: The file cannot be written.
        """
        place, pages = Path(target), Pages(**options)
        file = recording.name_of_read("save", path, dict(params or {}), repr(pages), ending="parquet")
        with replacing(place) as part:
            kept = self._kept(file, lambda own: self._write_pages(own, path, params, pages))
            if kept is None:
                self._write_pages(part, path, params, pages)
            else:
                shutil.copyfile(kept, part)
        return pl.scan_parquet(place)

    def _write_pages(self, target: Path, path: str, params: Mapping[str, Any] | None, pages: Pages) -> None:
        records = Records(path)
        with tempfile.TemporaryFile("w+", encoding="utf-8") as lines:
            for page in self._pages(path, params, pages):
                _refuse_halves(page, path)
                records.learn(page)
                lines.writelines(json.dumps(record) + "\n" for record in page)

            def frames(*_: object) -> Iterator[pl.DataFrame]:
                lines.seek(0)
                while some := list(itertools.islice(lines, _BATCH_ROWS)):
                    yield records.frame([json.loads(line) for line in some])

            if records.schema:
                refuse_empty(records.schema, path)
                register_io_source(frames, schema=records.schema).sink_parquet(target)
            else:
                pl.DataFrame().write_parquet(target)

    def _pages(self, path: str, params: Mapping[str, Any] | None, pages: Pages) -> Iterator[list[Record]]:
        return pages.read(lambda url, asked: self._send("GET", url, params=asked or None), path, params or {})


def frame_of(records: list[Record], path: str) -> pl.DataFrame:
    """Give records as a frame; one that lacks a key has null there.

    Raises:
        UserError: A key holds values that no one column can.
    """
    _refuse_halves(records, path)
    known = Records(path)
    known.learn(records)
    return known.frame(records)


def write_frame(frame: pl.DataFrame, target: Path, path: str) -> None:
    """Write what was read of a path to a Parquet file.

    Raises:
        UserError: A column is of nothing but empty objects.
    """
    refuse_empty(frame.schema, path)
    frame.write_parquet(target)


def _refuse_halves(records: list[Record], path: str) -> None:
    """Refuse text with half of a surrogate pair, which JSON can write and no column can hold."""
    try:
        json.dumps(records, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise UserError(
            f"The records of {path} hold text that is no Unicode (lone surrogates).",
            hint='Read the pages with get("…").json() and take it out.',
        ) from None
