"""What the object stores of every cloud have in common: files up and down, lists, links, frames, conditional writes."""

from __future__ import annotations

import fnmatch
import re
from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any, ClassVar, Literal

import polars as pl
from pydantic import PrivateAttr

from platform_core.atomic import replacing
from platform_core.errors import UserError
from platform_core.frames import to_polars
from platform_core.resources import recording
from platform_core.resources.base import PlatformResource, needed
from platform_core.resources.object_parts import ObjectInfo, checked, info_of, is_without_bucket, told

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_READERS: dict[str, Callable[..., pl.LazyFrame]] = {
    ".parquet": pl.scan_parquet,
    ".csv": pl.scan_csv,
    ".ndjson": pl.scan_ndjson,
    ".jsonl": pl.scan_ndjson,
}
_GLOB = re.compile(r"[*?\[]")
_DOWNLOAD_BYTES = 8 * 1024 * 1024


class ObjectStoreResource(PlatformResource):
    """A bucket or container, with the same methods in every cloud. Keys are paths without a leading slash."""

    _opened: ObjectStore | None = PrivateAttr(default=None)
    _known: list[str] | None = PrivateAttr(default=None)  # the secrets with which it was opened
    _mark: ClassVar[str] = "e_tag"  # what obstore calls that by which a write says what it replaces

    def upload_file(
        self, local: Path | str, key: str, *, if_absent: bool = False, if_etag: str | None = None
    ) -> ObjectInfo:
        """Upload a file, in parts where it is large. Readers see the old object or the new, whole.

        Args:
            local: The file.
            key: The object's key.
            if_absent: Write only where there is no such object.
            if_etag: Write only where the object is still the one with this mark, its `etag`.

        Raises:
            UserError: A condition does not hold, or the store refuses.
            OSError: The file cannot be read.
        """
        with Path(local).open("rb") as file:
            return self._put(key, file, if_absent=if_absent, if_etag=if_etag)

    def upload_bytes(
        self, content: bytes, key: str, *, if_absent: bool = False, if_etag: str | None = None
    ) -> ObjectInfo:
        """Upload bytes, as `upload_file` does a file."""
        return self._put(key, content, if_absent=if_absent, if_etag=if_etag)

    def upload_open(self, file: IO[bytes], key: str) -> ObjectInfo:
        """Upload an open file from where it stands, as `upload_file` does."""
        return self._put(key, file, if_absent=False, if_etag=None)

    def write_frame(
        self, frame: object, key: str, *, if_absent: bool = False, if_etag: str | None = None
    ) -> ObjectInfo:
        """Write a frame of any kind as Parquet, as `upload_file` does a file.

        Raises:
            UserError: The key does not end in `.parquet`, a condition does not hold, or the store refuses.
        """
        if PurePosixPath(key).suffix.lower() != ".parquet":
            raise UserError(
                f"write_frame writes Parquet, and {key!r} says another format or none.",
                hint="Let the key end in .parquet; publish_object writes CSV, JSON and workbooks too.",
            )
        buffer = BytesIO()
        to_polars(frame).write_parquet(buffer)
        return self._put(key, buffer.getvalue(), if_absent=if_absent, if_etag=if_etag)

    def download_file(self, key: str, local: Path | str) -> Path:
        """Download an object to a file, which appears whole or not at all.

        Raises:
            UserError: There is no such object, or the store refuses.
            OSError: The file cannot be written.
        """
        target = Path(local)
        with replacing(target) as part:
            kept = self._kept_object(key)
            if kept is None:
                self._fetch(key, part)
            else:
                part.write_bytes(kept.read_bytes())
        return target

    def read_bytes(self, key: str) -> bytes:
        """Give the content of an object.

        Raises:
            UserError: There is no such object, or the store refuses.
        """
        kept = self._kept_object(key)
        if kept is not None:
            return kept.read_bytes()
        with self._told(key):
            return bytes(needed("obstore", self._extra).get(self._store(), checked(key)).bytes())

    def scan_frame(self, key: str, **options: Any) -> pl.LazyFrame:
        """Give a Parquet, CSV or JSON-lines object as a LazyFrame; only what is needed of it is read.

        Args:
            key: The object's key, or a pattern (`raw/2025-*.parquet`) for the rows of several objects.
            **options: As `pl.scan_parquet`, `pl.scan_csv` or `pl.scan_ndjson` takes them.

        Raises:
            UserError: There is no such object, or its ending says nothing of its format.
        """
        reader = _READERS.get(PurePosixPath(key).suffix.lower())
        if reader is None:
            raise UserError(f"The ending of {key!r} says no format.", hint=f"Use {', '.join(_READERS)}.")
        keys = self._matching(key)
        if reader is not pl.scan_ndjson:
            options = {"glob": False} | options  # a key that was found may itself look like a pattern
        elif odd := [name for name in keys if _GLOB.search(name)]:
            raise UserError(
                f"{odd[0]!r} looks like a pattern to Polars.", hint="Read it with read_bytes, or rename it."
            )
        kept = [self._kept_object(name) for name in keys]
        if all(path is not None for path in kept):
            return reader(kept, **options)
        if keys == [key]:
            self.stat(key)  # or Polars would say that it is not there, with the answer of the store
        return reader([self.url(name) for name in keys], storage_options=self._storage_options(), **options)

    def read_frame(self, key: str, **options: Any) -> pl.DataFrame:
        """Give an object, or those of a pattern, as a frame; see `scan_frame`."""
        return self.scan_frame(key, **options).collect()

    def list_objects(self, prefix: str = "") -> list[str]:
        """Give the keys that begin with a prefix, sorted, however many pages the store makes of them.

        Where a recording is replayed, these are the keys that were read.

        Raises:
            UserError: The store refuses.
        """
        return sorted(info.key for info in self.iter_objects(prefix))

    def iter_objects(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Give the objects whose keys begin with a prefix, a page at a time.

        Raises:
            UserError: The store refuses.
        """
        if self.is_replaying:
            yield from self._recorded_objects(prefix)
            return
        # The stores of obstore list whole folders, so the rest of the prefix is looked at here
        folder = prefix.rpartition("/")[0]
        with self._told(prefix):
            for page in needed("obstore", self._extra).list(self._store(), folder or None):
                yield from (self._info(found) for found in page if found["path"].startswith(prefix))

    def folders(self, prefix: str = "") -> list[str]:
        """Give the names of the folders right under a prefix, sorted.

        Raises:
            UserError: The store refuses.
        """
        with self._told(prefix):
            found = needed("obstore", self._extra).list_with_delimiter(self._store(), prefix.strip("/") or None)
        return sorted(str(path).rstrip("/").rpartition("/")[2] for path in found["common_prefixes"])

    def stat(self, key: str) -> ObjectInfo:
        """Give what the store says of an object.

        Raises:
            UserError: There is no such object, or the store refuses.
        """
        with self._told(key):
            return self._info(needed("obstore", self._extra).head(self._store(), checked(key)))

    def polars_options(self) -> dict[str, str]:
        """Give what Polars needs, beside the address, to reach the objects; credentials it finds by itself."""
        return self._storage_options()

    def delta_options(self) -> dict[str, str]:
        """Give what Delta needs to reach the objects; credentials it finds by itself."""
        return self._storage_options()

    def give_up_uploads(self, prefix: str, older_than: timedelta) -> int:
        """Give up the uploads under a prefix that never ended, and say how many; none where the store does it itself.

        Raises:
            UserError: The store refuses.
        """
        return 0

    def head(self, key: str) -> ObjectInfo | None:
        """Give what the store says of an object, or None where there is none."""
        if self.is_replaying:
            return next((info for info in self._recorded_objects(key) if info.key == key), None)
        obstore = needed("obstore", self._extra)
        with self._told(key):
            try:
                return self._info(obstore.head(self._store(), checked(key)))
            except (obstore.exceptions.NotFoundError, FileNotFoundError):
                return None

    def exists(self, key: str) -> bool:
        """Say whether there is such an object."""
        return self.head(key) is not None

    def delete(self, key: str) -> None:
        """Delete an object. One that is not there is no error."""
        self.refuse_writing()
        obstore = needed("obstore", self._extra)
        with self._told(key):
            try:
                obstore.delete(self._store(), checked(key))
            except (obstore.exceptions.NotFoundError, FileNotFoundError) as error:
                if is_without_bucket(error):
                    raise

    def presign(self, key: str, *, seconds: int = 3600, method: Literal["GET", "PUT"] = "GET") -> str:
        """Give an address that lets its holder read (or write) one object for some time, without an account.

        Raises:
            UserError: The store gives none, or the credentials cannot sign.
        """
        with self._told(key):
            signed = needed("obstore", self._extra).sign(
                self._store(), method, checked(key), timedelta(seconds=seconds)
            )
        return str(signed)

    @abstractmethod
    def url(self, key: str) -> str:
        """Give the address of an object as Polars and DuckDB read it."""

    @property
    @abstractmethod
    def _extra(self) -> str: ...

    @abstractmethod
    def _open(self) -> ObjectStore: ...

    @abstractmethod
    def _storage_options(self) -> dict[str, str]: ...

    def _info(self, found: Any) -> ObjectInfo:
        return info_of(found, self._mark)

    def _store(self) -> ObjectStore:
        known = [self.text(field) for field in self.secrets]
        if self._opened is None or self._known not in (None, known):  # a key was rotated
            self._opened, self._known = self._open(), known
        return self._opened

    def _put(self, key: str, content: Any, *, if_absent: bool, if_etag: str | None) -> ObjectInfo:
        self.refuse_writing()
        if if_absent and if_etag:
            raise UserError("if_absent and if_etag cannot both hold.", hint="Give one of them.")
        obstore = needed("obstore", self._extra)
        mode: Any = "create" if if_absent else {self._mark: if_etag} if if_etag else "overwrite"
        with self._told(key):
            # A condition holds for one request, so what is written on one does not go in parts
            parts = {"use_multipart": False} if mode != "overwrite" else {}
            obstore.put(self._store(), checked(key), content, mode=mode, **parts)
            return self._info(obstore.head(self._store(), key))

    def _fetch(self, key: str, target: Path) -> None:
        with self._told(key), target.open("wb") as file:
            got = needed("obstore", self._extra).get(self._store(), checked(key))
            for chunk in got.stream(min_chunk_size=_DOWNLOAD_BYTES):
                file.write(chunk)

    def _kept_object(self, key: str) -> Path | None:
        return self._kept(checked(key), lambda part: self._fetch(key, part))

    def _matching(self, key: str) -> list[str]:
        if not _GLOB.search(key):
            return [key]
        start = _GLOB.split(key, maxsplit=1)[0]
        names = self.list_objects(start)
        found = [key] if key in names else [name for name in names if fnmatch.fnmatchcase(name, key)]
        if not found:
            raise UserError(f"{self._label} has no object that matches {key!r}.")
        return found

    def _recorded_objects(self, prefix: str) -> Iterator[ObjectInfo]:
        folder = self._replays or recording.replay_folder(self._label)
        assert folder is not None  # noqa: S101 - asked only where one is replayed
        for path in sorted(folder.rglob("*")):
            key = path.relative_to(folder).as_posix()
            if path.is_file() and key.startswith(prefix):
                about = path.stat()
                yield ObjectInfo(key, about.st_size, datetime.fromtimestamp(0, UTC), "")

    @contextmanager
    def _told(self, key: str) -> Iterator[None]:
        errors = needed("obstore.exceptions", self._extra)
        with told(self._label, key, errors):
            try:
                yield
            except (errors.PermissionDeniedError, errors.UnauthenticatedError):
                self.forget_secrets()  # the next use has them as they are after a rotation
                raise
