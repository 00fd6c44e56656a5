"""A GraphQL API: one query, or all pages of a connection as a frame."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from platform_core.errors import UserError
from platform_core.resources import recording
from platform_core.resources.http import frame_of, write_frame
from platform_core.resources.http_client import HTTPClientResource
from platform_core.resources.pages import MISSING, at, body_of, records_of


class GraphQLResource(HTTPClientResource):
    """A GraphQL API, with the address, the token and the patience of `HTTPResource`.

    Args:
        path: The path of the endpoint under the base address; without one it is the base address itself.

    >>> GraphQLResource(base_url="https://api.example.gov.uk/graphql", requests_per_second=2)
    GraphQLResource(name='')
    """

    path: str = ""

    def execute(self, query: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Run a query and give its `data`. A mutation is sent once, a query again where that helps.

        What a query gives is recorded and replayed; a mutation changes something, so it is neither.

        Raises:
            UserError: The API answers with errors, or with no data, or a mutation is to be replayed.
        """
        if _is_mutation(query):
            self.refuse_writing()
            return self._asked(query, variables)
        file = recording.name_of_read("execute", query, dict(variables or {}), ending="json")
        kept = self._kept(
            file, lambda part: part.write_text(json.dumps(self._asked(query, variables)), encoding="utf-8")
        )
        if kept is None:
            return self._asked(query, variables)
        data: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
        return data

    def _asked(self, query: str, variables: Mapping[str, Any] | None) -> dict[str, Any]:
        sent = {"query": query, "variables": dict(variables or {})}
        answer = self._send("POST", self.path, again=not _is_mutation(query), told="errors", json=sent)
        body = body_of(answer, self._label)
        errors = body.get("errors") if isinstance(body, dict) else None
        if errors:
            first = errors[0] if isinstance(errors, list) else errors
            first = first.get("message", "") if isinstance(first, dict) else ""
            raise UserError(f"{self._label} answers with an error: {self.scrubbed(str(first))}")
        data = at(body, "data")
        if not isinstance(data, dict):
            raise UserError(f"{self._label} answers without data.")
        return data

    def read(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        *,
        records: str,
        paginate: bool = False,
        cursor_variable: str = "after",
        max_pages: int = 10_000,
    ) -> pl.DataFrame:
        """Give the records of a query as a frame.

        Args:
            query: The query. With `paginate` it takes the variable `$after` and asks for `pageInfo { hasNextPage
                endCursor }` beside the records.
            variables: The query's variables.
            records: Where the list stands in the data, as `permits.nodes`.
            paginate: Whether to ask for all pages.
            cursor_variable: The variable that takes the mark of the next page.
            max_pages: A guard against pages without an end.

        Raises:
            UserError: As `execute` does; or the pages go round or have no end.
        """
        given = dict(variables or {})
        file = recording.name_of_read("graphql", query, given, records, paginate, ending="parquet")

        def fetch() -> pl.DataFrame:
            pages = self._pages(query, given, records, paginate, cursor_variable, max_pages)
            return frame_of([record for page in pages for record in page], self._label)

        kept = self._kept(file, lambda part: write_frame(fetch(), part, self._label))
        return fetch() if kept is None else pl.read_parquet(kept)

    def _pages(
        self, query: str, variables: dict[str, Any], records: str, paginate: bool, cursor: str, max_pages: int
    ) -> Iterator[list[dict[str, Any]]]:
        seen: set[str] = set()
        for _ in range(max_pages):
            data = self._asked(query, variables)
            yield records_of(data, records, self._label)
            if not paginate:
                return
            info = at(data, f"{records.rpartition('.')[0]}.pageInfo".lstrip("."))
            if info is MISSING or not isinstance(info, dict):
                raise UserError(
                    "The query does not ask for pageInfo beside its records.",
                    hint="Add pageInfo { hasNextPage endCursor }.",
                )
            mark = info.get("endCursor")
            if not info.get("hasNextPage"):
                return
            if not mark or mark in seen:
                raise UserError(f"The pages of {self._label} go round: the mark of the next one does not move on.")
            seen.add(mark)
            variables = {**variables, cursor: mark}
        raise UserError(f"{self._label} has more than {max_pages} pages.", hint="Give a larger max_pages=.")


def _is_mutation(query: str) -> bool:
    r"""Say whether a document holds a mutation; fragments and comments may stand before it.

    >>> _is_mutation("# a note\nmutation { x }"), _is_mutation("query { mutation }")
    (True, False)
    """
    return re.search(r"^\s*mutation\b", re.sub(r"#.*", "", query), re.MULTILINE) is not None
