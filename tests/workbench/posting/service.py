"""A web server that speaks the part of GitHub's and GitLab's APIs that comments need, with faults on request."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "made-up-token-1"  # noqa: S105 - made up
ME, OTHER = "github-actions[bot]", "somebody"


@dataclass
class Service:
    """What the server holds: comments in order, the requests it got, and faults for those to come."""

    kind: str
    address: str = ""
    comments: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    faults: list[tuple[str, int, bool]] = field(default_factory=list)  # method, status, whether it is done all the same
    moved: str = ""  # where every request is sent on to
    before_listing: Callable[[], None] = lambda: None
    numbers: int = 100
    lagging: bool = False  # what is made is listed from the next request on

    def add(self, text: str, author: str = ME) -> dict[str, Any]:
        """Hold a comment, as if somebody had written it."""
        self.numbers += 1
        who = {"user": {"login": author}} if self.kind == "github" else {"author": {"id": 7 if author == ME else 8}}
        made = {"id": self.numbers, "body": text, "html_url": f"https://example.org/c/{self.numbers}", **who}
        self.comments.append(made)
        return made

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        """Do what a request asks and give status and answer."""
        if path == "/user":
            return (
                (403, {"message": "Resource not accessible by integration"})
                if self.kind == "github"
                else (200, {"id": 7})
            )
        thread = "/repos/a/b/issues/5/comments" if self.kind == "github" else "/projects/3/merge_requests/5/notes"
        one = re.fullmatch(r"(?:/repos/a/b/issues/comments|/projects/3/merge_requests/5/notes)/(\d+)", path)
        if path == thread and method == "GET":
            self.before_listing()
            size, number = int(query["per_page"][0]), int(query["page"][0])
            listed = self.comments[:-1] if self.lagging else self.comments
            return 200, listed[size * (number - 1) : size * number]
        if path == thread and method == "POST":
            return 201, self.add(body["body"])
        found = [c for c in self.comments if one and c["id"] == int(one[1])]
        if found and method == ("PATCH" if self.kind == "github" else "PUT"):
            found[0]["body"] = body["body"]
            return 200, found[0]
        if found and method == "DELETE":
            self.comments.remove(found[0])
            return 204, None
        return 404, {"message": "Not Found"}


@contextmanager
def serving(kind: str) -> Iterator[Service]:
    """Run the service on this machine while the block lasts."""
    service = Service(kind)

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length", 0))
            body = json.loads(self.rfile.read(length)) if length else None
            service.asked.append((self.command, parts.path))
            given = self.headers.get("Authorization", "").removeprefix("Bearer ") or self.headers.get("PRIVATE-TOKEN")
            status, answer = (401, {"message": "Bad credentials"}) if given != TOKEN else (0, None)
            if service.moved:
                self.send_response(302)
                self.send_header("Location", service.moved + self.path)
                self.end_headers()
                return
            fault = next((one for one in service.faults if one[0] == self.command), None)
            if fault and not status:
                service.faults.remove(fault)
                if fault[2]:
                    service.answer(self.command, parts.path, parse_qs(parts.query), body)
                status = fault[1]
            if not status:
                status, answer = service.answer(self.command, parts.path, parse_qs(parts.query), body)
            content = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            """Write nothing beside the tests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.address = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
