"""A token endpoint on loopback, as Microsoft, Google and others have them: it issues real JWTs.

    def test_it(token_server: TokenServer) -> None:
        token_server.refresh_tokens = {"first"}
        ... post to token_server.url ...
        token_server.answers.append((503, {"error": "temporarily_unavailable"}))

Refresh tokens rotate: one that was used is worth nothing any more.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

CLIENT = "11111111-2222-3333-4444-555555555555"
SECRET = "client-secret"
ACCOUNT = "desk@project.iam.gserviceaccount.com"

Answer = tuple[int, Mapping[str, object] | bytes]


class TokenServer:
    """`user`: whom its tokens are for; `lasts`: their life in seconds; `forms`: what was asked."""

    def __init__(self) -> None:
        self._key = _signing_key()
        self.user = "desk@accel.example"
        self.lasts = 3600
        self.size = 0
        """Octets of a claim that makes the tokens as long as real ones are."""
        self.refresh_tokens: set[str] = set()
        self.keys: dict[str, RSAKey] = {}
        """Public keys that assertions are signed with, by client or account."""
        self.answers: list[Answer] = []
        self.forms: list[dict[str, str]] = []
        self.meanwhile: list[Any] = []
        """Called once each, before the next answers."""
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def public_key(self) -> str:
        """PEM."""
        return self._key.as_pem(private=False).decode()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def issue(self, user: str | None = None, *, lasts: int | None = None) -> str:
        """An access token of a user."""
        now = int(time.time())
        claims = {
            "sub": user or self.user,
            "email": user or self.user,
            "iat": now,
            "exp": now + (self.lasts if lasts is None else lasts),
            "jti": secrets.token_hex(8),
            "padding": "x" * self.size,
        }
        return jwt.encode({"alg": "RS256"}, claims, self._key)

    def answer(self, form: dict[str, str]) -> Answer:
        with self._lock:
            self.forms.append(form)
            if self.meanwhile:
                self.meanwhile.pop(0)()
            if self.answers:
                return self.answers.pop(0)
            return self._answer(form)

    def _answer(self, form: dict[str, str]) -> Answer:
        grant = form.get("grant_type", "")
        if grant.endswith("jwt-bearer"):
            return self._for_account(form)
        if not self._knows(form):
            return 401, _error("invalid_client", "AADSTS7000215: Invalid client secret provided.")
        given: dict[str, object] = {}
        if grant == "refresh_token":
            if form["refresh_token"] not in self.refresh_tokens:
                return 400, _error("invalid_grant", "AADSTS70008: The refresh token has expired.")
            self.refresh_tokens = {secrets.token_hex(16)}
            given["refresh_token"] = next(iter(self.refresh_tokens))
        return self._given(self.user, **given)

    def _given(self, user: str, **more: object) -> Answer:
        token = self.issue(user)
        return 200, {
            "access_token": token,
            "expires_in": self.lasts,
            "token_type": "Bearer",
            **more,
        }

    def _for_account(self, form: dict[str, str]) -> Answer:
        claims = self._claims(form["assertion"], ACCOUNT)
        if claims is None:
            return 400, _error("invalid_grant", "Invalid JWT Signature.")
        return self._given(str(claims["sub"]))

    def _knows(self, form: dict[str, str]) -> bool:
        if "client_assertion" in form:
            return self._claims(form["client_assertion"], form["client_id"]) is not None
        return form.get("client_id") == CLIENT and form.get("client_secret") == SECRET

    def _claims(self, assertion: str, who: str) -> dict[str, Any] | None:
        try:
            decoded = jwt.decode(assertion, self.keys[who], algorithms=["RS256", "PS256"])
        except (JoseError, KeyError):
            return None
        good = decoded.claims["iss"] == who and decoded.claims["aud"].startswith(self.url)
        return dict(decoded.claims) if good else None


@cache
def _signing_key() -> RSAKey:
    """Made once: it takes long."""
    return RSAKey.generate_key(2048)


def _error(code: str, description: str) -> dict[str, object]:
    return {"error": code, "error_description": f"{description} Trace ID: 1 Timestamp: 2"}


def _handler(tokens: TokenServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            status, told = tokens.answer({k: v[0] for k, v in parse_qs(body).items()})
            octets = told if isinstance(told, bytes) else json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(octets)))
            self.end_headers()
            self.wfile.write(octets)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing on the terminal."""

    return Handler


@pytest.fixture
def token_server() -> Iterator[TokenServer]:
    server = TokenServer()
    server.start()
    yield server
    server.stop()
