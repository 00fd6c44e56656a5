"""The pages of an API: where the records of one stand, and which page comes next."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from platform_core.errors import UserError

if TYPE_CHECKING:
    import httpx

Paging = Literal["link", "cursor", "offset"]
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
    """

    paginate: Paging | None = None
    records: str = ""
    cursor_field: str = "next_cursor"
    cursor_param: str = "cursor"
    offset_param: str = "offset"
    max_pages: int = 10_000

    def read(
        self, get: Callable[[str, Mapping[str, Any]], httpx.Response], path: str, params: Mapping[str, Any]
    ) -> Iterator[list[Record]]:
        """Give the records of each page.

        Raises:
            UserError: An answer is no JSON or holds no records, or the pages go round or have no end.
        """
        if self.paginate not in {None, "link", "cursor", "offset"}:
            raise UserError(f"There is no paginate={self.paginate!r}.", hint="Use 'link', 'cursor' or 'offset'.")
        url: str | None = path
        asked, seen, total, before = dict(params), set(), 0, MISSING
        for _ in range(self.max_pages):
            assert url is not None  # noqa: S101 - the loop ends where there is none
            answer = get(url, asked)
            body = body_of(answer, path)
            found = records_of(body, self.records, path)
            yield found
            total += len(found)
            if self.paginate == "offset":
                if not found:
                    return
                if found == before:
                    raise UserError(
                        f"{path} gives the same page again and again.", hint="Is offset_param the right one?"
                    )
                before = found
                asked[self.offset_param] = total
                continue
            mark = self._mark(answer, body)
            if mark is None:
                return
            if mark in seen:
                raise UserError(f"The pages of {path} go round: a page says that an earlier one comes next.")
            seen.add(mark)
            if self.paginate == "link" or "://" in mark:
                url, asked = mark, {}  # the address has all parameters
            else:
                asked[self.cursor_param] = mark
        raise UserError(f"{path} has more than {self.max_pages} pages.", hint="Give a larger max_pages=.")

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
