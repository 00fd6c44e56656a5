"""Who may do what: Dagster's read-only webserver by itself, and the proxy of deployment/proxy before it and the other.

The proxy is Apache with mod_auth_openidc, beside an identity provider of the tests. One file, so that all of it has the
webservers from one process.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from tests.deployment.identity import Provider, running_provider
from tests.deployment.mutations import LISTS, Webservers, granted, mutations, request, stored
from tests.deployment.tools import ROOT
from tests.servers.http import new_certificate
from workbench.stack.ports import HeldPorts

# Dagster's own, as it describes a schedule
pytestmark = pytest.mark.filterwarnings("ignore:Property `ScheduleDefinition.environment_vars` is deprecated")
CONFIGURATION = ROOT / "deployment" / "proxy" / "apache.conf"
MODULES = Path("/usr/lib/apache2/modules")
WANTED = ("mpm_event", "authn_core", "authz_core", "authz_user", "headers", "ssl", "proxy", "proxy_http",
          "proxy_wstunnel", "socache_shmcb", "auth_openidc")  # fmt: skip
QUERY = {"query": "{ assetsOrError { ... on AssetConnection { nodes { id } } } }"}
LAUNCHING = "/launch/graphql"
FORGED = {
    "X-Forwarded-User": "admin@example.org",
    "X-Remote-User": "admin@example.org",
    "X-Dagster-User": "admin@example.org",
    "Remote-User": "admin@example.org",
    "OIDC-Claim-Groups": "launchers",
    "OIDC_CLAIM_groups": "launchers",
    "Authorization": "Bearer launchers",
}


@dataclass
class Proxy:
    """The proxy that runs, what stands behind it, and what was asked of it there."""

    url: str
    port: int
    certificate: Path
    provider: Provider
    servers: Webservers
    reached: dict[str, list[dict[str, str]]] = field(default_factory=lambda: {"viewers": [], "launchers": []})

    @contextmanager
    def client(self, groups: list[str] | None = None) -> Iterator[httpx.Client]:
        """Give a browser: of one who logs in with these groups, or of a stranger."""
        trusted = ssl.create_default_context(cafile=str(self.certificate))
        with httpx.Client(
            base_url=self.url, verify=trusted, trust_env=False, cookies=CookieJar(), timeout=60
        ) as client:
            if groups is not None:
                self.provider.groups = groups
                client.get("/server_info", follow_redirects=True)
            yield client


def watched(application: Any, reached: list[dict[str, str]]) -> Any:
    """Note the headers of what reaches an application."""

    async def call(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] in {"http", "websocket"}:
            reached.append({name.decode(): value.decode() for name, value in scope["headers"]})
        await application(scope, receive, send)

    return call


@contextmanager
def serving(application: Any) -> Iterator[str]:
    """Serve an application on a free port of this machine."""
    # Who still holds a websocket as it ends is not waited for
    config = uvicorn.Config(application, log_level="error", lifespan="off", timeout_graceful_shutdown=5)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:  # it listens from here on: who comes early waits
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory, webservers: Webservers) -> Iterator[Proxy]:
    """Apache with the configuration as it is shipped, in front of both webservers."""
    apache = shutil.which("apache2", path=os.defpath + ":/usr/sbin")
    if apache is None or not (MODULES / "mod_auth_openidc.so").exists():
        pytest.skip("NOT CHECKED: apache2 with mod_auth_openidc is not there; "
                    "as root, `python scripts/setup_deployment_tools.py` brings them")  # fmt: skip
    folder = tmp_path_factory.mktemp("proxy")
    folder.chmod(0o755)
    certificate = new_certificate("localhost", folder)
    secrets = folder / "secrets.conf"
    secrets.write_text('OIDCClientSecret "planted-4471"\nOIDCCryptoPassphrase "planted-4472"\n', encoding="utf-8")
    secrets.chmod(0o600)
    with ExitStack() as stack:
        port = stack.enter_context(HeldPorts()).any()  # nobody else answers on it, nor does who asks whether it is open
        provider = stack.enter_context(running_provider("workbench", "planted-4471"))
        found = Proxy(f"https://localhost:{port}", port, certificate, provider, webservers)
        viewers = stack.enter_context(serving(watched(found.servers.viewers, found.reached["viewers"])))
        launchers = stack.enter_context(serving(watched(found.servers.launchers, found.reached["launchers"])))
        environ = {
            **os.environ, "PROXY_HOST": "localhost", "PROXY_PORT": str(port), "PROXY_CERTIFICATE": str(certificate),
            "PROXY_KEY": str(certificate), "OIDC_ISSUER": provider.issuer, "OIDC_CLIENT_ID": "workbench",
            "OIDC_SECRETS_FILE": str(secrets),
            "LAUNCHERS": "launchers", "VIEWERS": "viewers", "LAUNCHER_URL": launchers, "VIEWER_URL": viewers,
        }  # fmt: skip
        stack.enter_context(running_apache(apache, folder, port, environ))
        yield found


@contextmanager
def running_apache(apache: str, folder: Path, port: int, environ: dict[str, str]) -> Iterator[None]:
    """Start Apache with the shipped configuration and the modules that it needs, wait for it, and stop it."""
    loads = [f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in WANTED]
    main = [f"ServerRoot {folder}", f"PidFile {folder}/pid", f"ErrorLog {folder}/log", f"DefaultRuntimeDir {folder}",
            *(["User www-data", "Group www-data"] if os.geteuid() == 0 else []), *loads]  # fmt: skip
    (folder / "top.conf").write_text("\n".join([*main, f"Include {CONFIGURATION}"]) + "\n", encoding="utf-8")
    command = [apache, "-f", str(folder / "top.conf")]
    checked = subprocess.run([*command, "-t"], env=environ, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    with subprocess.Popen([*command, "-DFOREGROUND"], env=environ) as process:
        try:
            while not listens(port):
                assert process.poll() is None, (folder / "log").read_text(encoding="utf-8")
                select.select([], [], [], 0.05)
            yield
        finally:
            process.terminate()
            process.wait()


def listens(port: int) -> bool:
    """Say whether anything listens on a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def quiet(proxy: Proxy) -> Iterator[Proxy]:
    """The proxy: a test of it changes nothing of the instance, and nothing reaches the launchers' page."""
    before, reached = stored(proxy.servers.folder), len(proxy.reached["launchers"])
    yield proxy
    assert stored(proxy.servers.folder) == before
    assert len(proxy.reached["launchers"]) == reached


@pytest.fixture(scope="module")
def viewer(webservers: Webservers) -> TestClient:
    """The webserver as `dagster-webserver --read-only` makes it, asked without a socket between."""
    return TestClient(webservers.viewers)


def test_a_viewer_changes_nothing(webservers: Webservers, viewer: TestClient) -> None:
    """No mutation is granted, and after all of them every row of the instance is what it was."""
    before = stored(webservers.folder)
    assert any("made" in line for lines in before.values() for line in lines)
    given = granted(lambda body: viewer.post("/graphql", json=body).json())
    assert set(given) <= LISTS, given  # these answer with a list of refusals
    assert stored(webservers.folder) == before


def test_a_viewer_sees(viewer: TestClient) -> None:
    query = "{ assetsOrError { ... on AssetConnection { nodes { id } } } }"
    answer = viewer.post("/graphql", json={"query": query})
    assert answer.json()["data"]["assetsOrError"]["nodes"]


def over_a_websocket(client: TestClient, place: str, body: dict[str, Any]) -> None:
    """Ask for a mutation where subscriptions are asked for; the pong or the end says that it was dealt with."""
    with client.websocket_connect(place, subprotocols=["graphql-ws"]) as socket, suppress(WebSocketDisconnect):
        socket.send_json({"type": "connection_init", "payload": {}})
        socket.send_json({"id": "1", "type": "start", "payload": body})
        while socket.receive_json()["type"] not in {"complete", "error"}:
            pass


# What a mutation may look like, so that who looks for the word at the front, or in one form, would miss it
WRITTEN: dict[str, dict[str, Any]] = {
    "plain": {"query": "mutation { %s }"},
    "aliased": {"query": "mutation { setNuxSeen: __typename version: %s }"},
    "behind a comment": {"query": "\ufeff# query { version }\n,, mutation{%s}"},
    "in a fragment": {"query": "mutation { ...F } fragment F on Mutation { ... on Mutation { %s } }"},
    "behind a directive": {"query": "mutation Q($yes: Boolean!) { %s @include(if: $yes) }", "variables": {"yes": True}},
    "beside a query": {"query": "query Q { version } mutation M { %s }", "operationName": "M"},
    "called a query": {"query": "mutation query { %s }", "operationName": "query"},
}
SENT = {
    "as JSON": lambda client, place, body: client.post(place, json=body),
    "as a batch": lambda client, place, body: client.post(place, json=[{"query": "{ version }"}, body]),
    "in the address": lambda client, place, body: client.get(place, params={"query": body["query"]}),
    "in the address of a POST": lambda client, place, body: client.post(place, params={"query": body["query"]}),
    "as GraphQL": lambda client, place, body: client.post(
        place, content=body["query"], headers={"Content-Type": "application/graphql"}
    ),
    "as text": lambda client, place, body: client.post(
        place, content=json.dumps(body), headers={"Content-Type": "text/plain"}
    ),
    "as a form": lambda client, place, body: client.post(place, data={"query": body["query"]}),
    "as a file": lambda client, place, body: client.post(
        place, data={"operations": json.dumps(body), "map": "{}"}, files={"0": b"x"}
    ),
    "over a websocket": over_a_websocket,
}
UNDERSTOOD = ("as GraphQL", "in the address", "in the address of a POST")  # of those; the webserver knows no other
TRIED = [(written, "as JSON") for written in WRITTEN] + [("plain", sent) for sent in SENT if sent != "as JSON"]


def test_no_way_to_ask_helps_a_viewer(webservers: Webservers, viewer: TestClient) -> None:
    """Each way in which a launcher is heard, and those that the webserver does not know, leave all as it is."""

    def paused() -> bool:
        query = {"query": "{ instance { autoMaterializePaused } }"}
        return bool(viewer.post("/graphql", json=query).json()["data"]["instance"]["autoMaterializePaused"])

    def ask(client: TestClient, place: str, written: str, sent: str, value: bool) -> None:
        mutation = f"setAutoMaterializePaused(paused: {str(value).lower()})"
        body = {**WRITTEN[written], "query": WRITTEN[written]["query"].replace("%s", mutation)}
        SENT[sent](client, place, body)

    launcher = TestClient(webservers.launchers, raise_server_exceptions=False)
    heard = []
    for way in TRIED:
        was = paused()
        ask(launcher, LAUNCHING, *way, value=not was)
        heard += [way] if paused() != was else []
    assert set(heard) == {*((written, "as JSON") for written in WRITTEN), *(("plain", sent) for sent in UNDERSTOOD)}
    before, asking = stored(webservers.folder), not paused()
    refusing = TestClient(webservers.viewers, raise_server_exceptions=False)
    for way in TRIED:
        ask(refusing, "/graphql", *way, value=asking)
        assert paused() != asking, way
    assert stored(webservers.folder) == before


@pytest.mark.parametrize("header", ["X-Forwarded-User", "X-Remote-User", "Authorization", "X-Dagster-User"])
def test_forged_headers_change_nothing(viewer: TestClient, header: str) -> None:
    query = {"query": "mutation { setAutoMaterializePaused(paused: true) }"}
    answer = viewer.post("/graphql", json=query, headers={header: "admin@example.org"}).json()
    assert answer["errors"]


def test_a_stranger_reaches_nothing(quiet: Proxy) -> None:
    """Every mutation, on both pages, with and without headers that claim to be somebody."""
    reached = len(quiet.reached["viewers"])
    with quiet.client() as client:
        for name, kind in mutations().items():
            for place in ("/graphql", LAUNCHING):
                for headers in ({}, FORGED):
                    answer = client.post(place, json=request(name, kind), headers=headers)
                    assert answer.status_code in {302, 401}, (name, place)
    assert len(quiet.reached["viewers"]) == reached


def answered(client: httpx.Client, headers: dict[str, str], body: dict[str, Any]) -> Any:
    """Give what the viewers' page answers to a request."""
    return client.post("/graphql", json=body, headers=headers).json()


def test_a_viewer_sees_and_changes_nothing(quiet: Proxy) -> None:
    """Dagster refuses every mutation on the viewers' page, the proxy on the launchers'; forged headers help nobody."""
    with quiet.client(["viewers"]) as client:
        assert client.post("/graphql", json=QUERY).json()["data"]["assetsOrError"]["nodes"]
        for headers in ({}, FORGED):
            given = granted(partial(answered, client, headers))
            assert set(given) <= LISTS, given
            for name, kind in mutations().items():
                assert client.post(LAUNCHING, json=request(name, kind), headers=headers).status_code in {401, 403}, name


@pytest.mark.parametrize(
    "path",
    ["//launch/graphql", "/./launch/graphql", "/x/../launch/graphql", "/%6caunch/graphql", "/launch%2fgraphql",
     "/LAUNCH/graphql", "/launch;x/graphql", "/graphql/../launch/graphql", "/launch/../launch/graphql",
     "/oauth2/../launch/graphql", "/oauth2/%2e%2e/launch/graphql", "/launch"],
)  # fmt: skip
def test_no_spelling_leads_a_viewer_to_the_launchers_page(quiet: Proxy, path: str) -> None:
    with quiet.client(["viewers"]) as client:
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies.jar)
    body = b'{"query": "mutation { setAutoMaterializePaused(paused: true) }"}'
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookies}\r\nContent-Type: application/json\r\n"
    answer = raw(quiet, head.encode() + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
    assert answer.startswith(b"HTTP/1.1 4") or b"UnauthorizedError" in answer or b"errors" in answer, answer


def test_a_viewer_gets_no_websocket_of_the_launchers(proxy: Proxy) -> None:
    upgrade = ("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-ws\r\n\r\n")  # fmt: skip
    for group, place, wanted in (("viewers", LAUNCHING, b"HTTP/1.1 40"), ("viewers", "/graphql", b"HTTP/1.1 101"),
                                 ("launchers", LAUNCHING, b"HTTP/1.1 101")):  # fmt: skip
        with proxy.client([group]) as client:
            cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies.jar)
        head = f"GET {place} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookies}\r\n{upgrade}"
        assert raw(proxy, head.encode(), 12).startswith(wanted), (group, place)


def test_one_of_no_group_is_told_so_everywhere(quiet: Proxy) -> None:
    with quiet.client(["cooks"]) as client:
        for place in ("/graphql", LAUNCHING, "/", "/launch", "/server_info"):
            assert client.post(place, json=QUERY).status_code in {401, 403}, place


def test_a_launcher_launches_and_is_known_by_name(proxy: Proxy) -> None:
    """What a launcher's browser says of itself does not reach the webserver; what the provider said does."""
    with proxy.client(["launchers"]) as client:
        asked = {"query": "mutation { setAutoMaterializePaused(paused: true) }"}
        answer = client.post(LAUNCHING, json=asked, headers={"X-Forwarded-User": "admin@example.org"})
        assert answer.json() == {"data": {"setAutoMaterializePaused": True}}
        assert client.post("/graphql", json=asked).json()["errors"]  # the other page stays one to look at
    last = proxy.reached["launchers"][-1]
    assert last["x-forwarded-user"] == "someone@example.org"
    assert "planted" not in str(proxy.reached)


def test_a_link_of_another_site_launches_nothing(quiet: Proxy) -> None:
    """A browser sends the session's cookie with it, and Dagster would take the mutation from the address."""
    asked = {"query": "mutation { setAutoMaterializePaused(paused: true) }"}
    with quiet.client(["launchers"]) as client:
        for method in ("GET", "HEAD", "PUT", "OPTIONS"):
            for place in (LAUNCHING, f"{LAUNCHING}/", "/launch//graphql"):
                answer = client.request(method, place, params=asked, headers={"Referer": "https://example.org/"})
                assert answer.status_code in {403, 404, 405}, (method, place)


def test_plain_http_and_old_tls_are_refused(quiet: Proxy) -> None:
    with socket.create_connection(("127.0.0.1", quiet.port), timeout=60) as connection:
        connection.sendall(b"GET /server_info HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert connection.recv(4096).startswith(b"HTTP/1.1 400")
    old = ssl.create_default_context(cafile=str(quiet.certificate))
    old.set_ciphers("ALL:@SECLEVEL=0")  # so that it is not this side that refuses
    with pytest.deprecated_call():
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    refused = pytest.raises(ssl.SSLError, match="ALERT_PROTOCOL_VERSION")
    with socket.create_connection(("127.0.0.1", quiet.port), timeout=60) as connection, refused:
        old.wrap_socket(connection, server_hostname="localhost")


def test_a_session_is_kept_in_a_cookie_that_scripts_and_other_sites_do_not_get(proxy: Proxy) -> None:
    with proxy.client(["viewers"]) as client:
        cookies = [cookie for cookie in client.cookies.jar if "session" in cookie.name]
    assert cookies
    for cookie in cookies:
        assert cookie.secure
        assert cookie.has_nonstandard_attr("HttpOnly")
        assert cookie.get_nonstandard_attr("SameSite") in {"Lax", "Strict"}


def test_a_code_that_was_used_or_made_up_is_refused(quiet: Proxy) -> None:
    with quiet.client() as client:
        answer = client.get("/oauth2/callback?code=made-up&state=made-up")
        assert answer.status_code in {400, 401, 403, 500}
        assert client.post("/graphql", json=QUERY).status_code in {302, 401}


def raw(proxy: Proxy, sent: bytes, size: int = 0) -> bytes:
    """Send bytes as they are, which no client would, and give the answer, or so many bytes of it."""
    trusted = ssl.create_default_context(cafile=str(proxy.certificate))
    with (
        socket.create_connection(("127.0.0.1", proxy.port), timeout=60) as plain,
        trusted.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        connection.sendall(sent)
        answer = b""
        while part := connection.recv(65_536):
            answer += part
            if size and len(answer) >= size:
                break
        return answer
