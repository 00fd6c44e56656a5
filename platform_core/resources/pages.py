"""The pages of an API: where the records of one stand, and which page comes next."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

from platform_core.errors import UserError
from platform_core.resources.moving_pages import Count, goes_on, moved, refuse_twice
from platform_core.suggest import did_you_mean

if TYPE_CHECKING:
    import httpx

Paging = Literal["link", "cursor", "offset"]
Moving = Literal["refuse", "allow", "twice"]
Record = dict[str, Any]
MISSING = object()


@dataclass(frozen=True, slots=True)
class Pages:
    """How an API gives its records page by page.

    Attributes:
        paginate: `link` follows the header `Link: …; rel="next"`; `cursor` takes the next page's mark out of the
            answer; `offset` counts records. None reads one page.
        records: Where the list of records stands, as `data.items`; without it the answer is the list, or the one list
            in it.
        cursor_field: Where the mark of the next page stands; it is empty on the last page. It may be an address.
        cursor_param: The parameter that takes the mark.
        offset_param: The parameter that takes how many records were read.
        max_pages: A guard against pages without an end.
        moving: What becomes of pages that move while they are read: `refuse` is an error where an answer shows it,
            `allow` takes what comes, `twice` reads all pages a second time and is an error where they differ.
    """

    paginate: Paging | None = None
    records: str = ""
    cursor_field: str = "next_cursor"
    cursor_param: str = "cursor"
    offset_param: str = "offset"
    max_pages: int = 10_000
    moving: Moving = field(default="refuse", repr=False)  # which leaves recordings the names that they have

    def read(
        self, get: Callable[[str, Mapping[str, Any]], httpx.Response], path: str, params: Mapping[str, Any]
    ) -> Iterator[list[Record]]:
        """Give the records of each page.

        Raises:
            UserError: An answer is no JSON or holds no records, or the pages go round or have no end.
        """
        if self.paginate not in {None, "link", "cursor", "offset"}:
            raise UserError(f"There is no paginate={self.paginate!r}.", hint="Use 'link', 'cursor' or 'offset'.")
        if self.moving not in get_args(Moving):
            raise UserError(f"There is no moving={self.moving!r}.", hint=did_you_mean(self.moving, get_args(Moving)))
        reading = self._by_offset if self.paginate == "offset" else self._by_marks
        marks = []
        for found in reading(get, path, dict(params)):
            if self.moving == "twice":
                marks.append(_mark_of(found))
            yield found
        if self.moving == "twice" and marks != list(map(_mark_of, reading(get, path, dict(params)))):
            raise moved(path, "they were others when they were read a second time")

    def _by_marks(
        self, get: Callable[[str, Mapping[str, Any]], httpx.Response], path: str, params: dict[str, Any]
    ) -> Iterator[list[Record]]:
        """Give the records of pages of which each says the next one, or of one page."""
        url, asked, seen, before = path, dict(params), set(), list[Record]()
        count, total = Count(path), 0
        for _ in range(self.max_pages):
            answer, body, found = self._page(get, url, asked, path)
            if self.paginate is not None and self.moving != "allow":
                refuse_twice(path, before, found)
                count.see(body, self._holder(body), len(found))
            yield found
            total, before = total + len(found), found
            mark = self._mark(answer, body)
            if mark is None:
                if self.paginate is not None and _from_the_start(params, self.cursor_param):
                    count.end(total)
                return
            if mark in seen:
                raise UserError(f"The pages of {path} go round: a page says that an earlier one comes next.")
            seen.add(mark)
            if self.paginate == "link" or "://" in mark:
                url, asked = mark, {}  # the address has all parameters
            else:
                asked[self.cursor_param] = mark
        raise self._endless(path)

    def _by_offset(
        self, get: Callable[[str, Mapping[str, Any]], httpx.Response], path: str, asked: dict[str, Any]
    ) -> Iterator[list[Record]]:
        """Give the records of pages by how many were read.

        Each is asked for from the last record of the one before on, which shows that nothing moved in between.
        """
        start, total, before = self._start(asked), 0, list[Record]()
        count, overlap, refuses = Count(path), 0, self.moving != "allow"

        def page_at(place: int) -> tuple[Any, list[Record]]:
            _, body, found = self._page(get, path, {**asked, **({self.offset_param: place} if before else {})}, path)
            return body, found

        for _ in range(self.max_pages):
            body, page = page_at(start + total - overlap)
            if overlap and page == before:  # it gives whole pages alone
                overlap = 0
                body, page = page_at(start + total)
            if before and page == before:
                raise UserError(f"{path} gives the same page again and again.", hint="Is offset_param the right one?")
            if overlap and not (page and goes_on(before, page[0])):
                raise moved(path, "a page does not begin where the last one ended")
            if refuses and not overlap:
                refuse_twice(path, before, page)
            found = page[overlap:]
            if refuses:
                count.see(body, self._holder(body), len(page))
            if found or not before:
                yield found
            if not found:
                if refuses and not start:
                    count.end(total)
                return
            overlap = int(refuses and (bool(overlap) if before else len(page) > 1))
            total, before = total + len(found), page
        raise self._endless(path)

    def _start(self, asked: Mapping[str, Any]) -> int:
        given = asked.get(self.offset_param, 0)
        try:
            return int(given)
        except (TypeError, ValueError):
            raise UserError(
                f"The parameter {self.offset_param!r} is to count records, and is no number.",
                hint="Leave it out, or say which parameter counts them: offset_param=.",
            ) from None

    def _page(
        self, get: Callable[[str, Mapping[str, Any]], httpx.Response], url: str, asked: Mapping[str, Any], path: str
    ) -> tuple[httpx.Response, Any, list[Record]]:
        answer = get(url, asked)
        body = body_of(answer, path)
        return answer, body, records_of(body, self.records, path)

    def _holder(self, body: Any) -> Any:
        return at(body, self.records.rpartition(".")[0]) if self.records else body

    def _endless(self, path: str) -> UserError:
        return UserError(f"{path} has more than {self.max_pages} pages.", hint="Give a larger max_pages=.")

    def _mark(self, answer: httpx.Response, body: Any) -> str | None:
        if self.paginate == "link":
            link = answer.links.get("next", {}).get("url")
            return str(answer.url.join(link)) if link else None
        if self.paginate is None:
            return None
        found = at(body, self.cursor_field)
        if isinstance(found, list | dict):
            raise UserError(
                f"What {self.cursor_field!r} says of the next page is no mark but a {type(found).__name__}.",
                hint='Say where the mark stands: cursor_field="page.next".',
            )
        return None if found in {None, "", MISSING, False} else str(found)


def _mark_of(page: list[Record]) -> bytes:
    """Give what a page is known by when it comes again."""
    return hashlib.sha256(json.dumps(page, sort_keys=True).encode()).digest()


def _from_the_start(params: Mapping[str, Any], cursor: str) -> bool:
    """Say whether the first page that is asked for is the first there is, as far as its parameters say."""
    return not {cursor, "page", "offset", "start", "skip", "after", "cursor"} & set(params)


def body_of(answer: httpx.Response, path: str) -> Any:
    """Give the JSON of an answer.

    Raises:
        UserError: It is none.
    """
    try:
        return json.loads(answer.content)
    except (ValueError, RecursionError):
        kind = answer.headers.get("content-type", "nothing said").partition(";")[0]
        raise UserError(
            f"{path} answers with something that is no JSON (content type {kind}).",
            hint='Read it with get("…").content, where it is something else.',
        ) from None


def at(body: Any, place: str) -> Any:
    """Give what stands at a dotted place of a JSON value, or `MISSING`.

    >>> at({"data": {"items": [1]}}, "data.items"), at({"data": []}, "data.items") is MISSING
    ([1], True)
    """
    for part in place.split(".") if place else ():
        if not isinstance(body, Mapping) or part not in body:
            return MISSING
        body = body[part]
    return body


def records_of(body: Any, place: str, path: str) -> list[Record]:
    """Give the records of a page.

    Raises:
        UserError: There are none at the place.
    """
    found = at(body, place)
    if not place and isinstance(body, Mapping):
        lists = [value for value in body.values() if isinstance(value, list)]
        found = lists[0] if len(lists) == 1 else MISSING
    if not isinstance(found, list) or not all(isinstance(record, dict) for record in found):
        where = f"at {place!r}" if place else "of its own or as the one list in it"
        raise UserError(f"{path} has no list of records {where}.", hint='Say where it stands: records="data.items".')
    return found
