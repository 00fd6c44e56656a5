"""An identity provider of the tests: OpenID Connect with the authorisation code, real signatures, and no password."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.servers.http import Asked, HTTPServer, Reply, running_http


@dataclass
class Provider:
    """A provider whose user is whoever the test says: `groups` are those of the one who logs in next."""

    server: HTTPServer
    client: str
    secret: str
    groups: list[str] = field(default_factory=list)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"}))
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        return self.server.url

    def metadata(self, _: Asked, __: int) -> Reply:
        places = {
            name: f"{self.issuer}/{path}"
            for name, path in (("authorization_endpoint", "authorize"), ("token_endpoint", "token"),
                               ("jwks_uri", "keys"))
        }  # fmt: skip
        return Reply(
            {
                "issuer": self.issuer,
                **places,
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    def keys(self, _: Asked, __: int) -> Reply:
        return Reply({"keys": [self.key.as_dict(private=False)]})

    def authorize(self, asked: Asked, _: int) -> Reply:
        """Log in whoever the test says and send them back with a code."""
        code = secrets.token_urlsafe()
        self.codes[code] = {**asked.params, "groups": list(self.groups)}
        back = urlencode({"code": code, "state": asked.params["state"]})
        return Reply({}, 302, headers={"location": f"{asked.params['redirect_uri']}?{back}"})

    def token(self, asked: Asked, _: int) -> Reply:
        """Give the token of a code, once, to the client that knows its secret."""
        known = base64.b64encode(f"{self.client}:{self.secret}".encode()).decode()
        given = self.codes.pop((asked.body or {}).get("code", ""), None)
        if asked.headers.get("authorization") != f"Basic {known}" or given is None:
            self.refused.append("token")
            return Reply({"error": "invalid_grant"}, 400)
        if challenge := given.get("code_challenge"):
            verifier = hashlib.sha256((asked.body or {}).get("code_verifier", "").encode()).digest()
            assert base64.urlsafe_b64encode(verifier).rstrip(b"=").decode() == challenge
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": self.client, "sub": "someone", "iat": now, "exp": now + 600,
                  "nonce": given["nonce"], "email": "someone@example.org", "groups": given["groups"]}  # fmt: skip
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)
        return Reply({"access_token": "unused", "token_type": "Bearer", "id_token": signed, "expires_in": 600})


@contextmanager
def running_provider(client: str, secret: str) -> Iterator[Provider]:
    """Start a provider and stop it at the end."""
    with running_http() as server:
        provider = Provider(server, client, secret)
        server.paths |= {
            "/.well-known/openid-configuration": provider.metadata,
            "/keys": provider.keys,
            "/authorize": provider.authorize,
            "/token": provider.token,
        }
        yield provider
