"""An SSO for tests: a real HTTP server speaking OIDC, whose keys, tokens and faults the test decides."""

from __future__ import annotations

import json
import secrets
import time
from collections import Counter
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from typing_extensions import override

from tests.cast import claims

AUDIENCE = "slyyfoxx-crm"
CLIENT = "slyyfoxx-crm"
CLIENT_SECRET = "the client secret of the tests"


@cache
def private_key(kid: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class FakeSso:
    """What the SSO is right now: change `signed_in`, `kid` or `down`, and the next call meets that.

    A refresh token is taken once, and while `offline_only` given for that scope alone. While `userinfo_down`,
    roles are told there alone, and it does not answer.
    """

    def __init__(self) -> None:
        self.server = Server(self)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}/sso"
        self.documents = {
            "/.well-known/openid-configuration": self.discovery,
            "/jwks.json": self.jwks,
            "/users": lambda: {"items": self.users, "next_cursor": None},
        }
        self.restore()

    def restore(self) -> None:
        self.kid, self.kids = "key-1", ["key-1"]
        self.signed_in = "rita"
        self.down = self.userinfo_down = self.offline_only = False
        self.spent: set[str] = set()
        self.users: list[dict[str, Any]] = []
        self.codes: dict[str, dict[str, str]] = {}
        self.calls: Counter[str] = Counter()

    def start(self) -> None:
        Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def token(self, who: str, kid: str | None = None, **changed: Any) -> str:
        """Return an access token of `who`; a claim changed to None is left out."""
        now = int(time.time())
        said = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + 900,
            "jti": secrets.token_hex(8),
        }
        return self.signed({**said, **claims(who), **changed}, {"typ": "at+jwt"}, kid)

    def signed(self, said: dict[str, Any], headers: dict[str, Any], kid: str | None = None) -> str:
        kid = kid or self.kid
        payload = {name: value for name, value in said.items() if value is not None}
        return jwt.encode(payload, private_key(kid), "RS256", {**headers, "kid": kid})

    def discovery(self) -> dict[str, Any]:
        ends = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "jwks_uri": "jwks.json",
            "userinfo_endpoint": "userinfo",
            "end_session_endpoint": "end-session",
        }
        return {
            "issuer": self.issuer,
            **{name: f"{self.issuer}/{path}" for name, path in ends.items()},
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }

    def account(self, user_id: str) -> dict[str, Any] | None:
        return next((user for user in self.users if user["user_id"] == user_id), None)

    def jwks(self) -> dict[str, Any]:
        return {"keys": [self._public(kid) for kid in self.kids]}

    def authorize(self, asked: dict[str, str]) -> str:
        """Sign `signed_in` in without asking, and return where the browser goes next."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = {**asked, "who": self.signed_in}
        back = {"code": code, "state": asked["state"], "iss": self.issuer}
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    def grant(self, form: dict[str, str]) -> dict[str, Any]:
        if form["grant_type"] == "client_credentials":
            return self._tokens("cms", None)
        if form["grant_type"] == "refresh_token":
            self.spent.add(form["refresh_token"])
            return self._tokens(form["refresh_token"].partition(".")[0], None)
        login = self.codes.pop(form["code"])
        tokens = self._tokens(login["who"], login.get("nonce"), login.get("client", CLIENT))
        if self.offline_only and "offline_access" not in login["scope"].split():
            del tokens["refresh_token"]
        return tokens

    def _tokens(self, who: str, nonce: str | None, client: str = CLIENT) -> dict[str, Any]:
        about = {"typ": "ID", "aud": client, "nonce": nonce, "sid": f"sid-{who}", "azp": client}
        said = {"roles": None, "sales_rep_id": None} if self.userinfo_down else {}
        return {
            "access_token": self.token(who, **said),
            "id_token": self.token(who, **about, **said),
            "refresh_token": f"{who}.{secrets.token_hex(8)}",
            "token_type": "Bearer",
            "expires_in": 900,
        }

    @staticmethod
    def _public(kid: str) -> dict[str, Any]:
        known = json.loads(RSAAlgorithm.to_jwk(private_key(kid).public_key()))
        return {**known, "kid": kid, "use": "sig", "alg": "RS256"}


class Server(ThreadingHTTPServer):
    """Carries the SSO to the handlers of its requests."""

    daemon_threads = True

    def __init__(self, sso: FakeSso) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.sso = sso


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def _sso(self) -> FakeSso:
        assert isinstance(self.server, Server)
        return self.server.sso

    def do_GET(self) -> None:
        path, _, query = self._asked().partition("?")
        sso = self._sso
        if sso.down or (sso.userinfo_down and path == "/userinfo"):
            self._answer(503, {"error": "unavailable"})
        elif path == "/authorize":
            self._answer(302, None, sso.authorize(_flat(query)))
        elif path in sso.documents:
            self._answer(200, sso.documents[path]())
        elif path.startswith("/users/") and sso.account(unquote(path[7:])):
            self._answer(200, sso.account(unquote(path[7:])))
        else:
            self._answer(404, {"error": "not_found"})

    def do_POST(self) -> None:
        self._asked()
        form = _flat(self.rfile.read(int(self.headers["Content-Length"])).decode())
        sso = self._sso
        if sso.down:
            self._answer(503, {"error": "unavailable"})
        elif form.get("refresh_token") in sso.spent:
            self._answer(400, {"error": "invalid_grant"})
        else:
            self._answer(200, sso.grant(form))

    def _asked(self) -> str:
        self._sso.calls[urlsplit(self.path).path] += 1
        return self.path.removeprefix("/sso")

    def _answer(self, status: int, body: Any, location: str = "") -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(raw)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def _flat(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}
