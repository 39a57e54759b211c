"""`/healthz` and `/metrics` by HTTP, for those who watch; nothing else, and nothing to change."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterable
from socketserver import TCPServer, ThreadingMixIn
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import structlog
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from gateway.configuration.scalars import TcpAddress
from gateway.watching.health import Health

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

log = structlog.get_logger(__name__)

PATIENCE = 10.0
"""Seconds that a client may be silent."""
PLACES = 16
"""Connections at once; more are closed unanswered."""


class WatchPage:
    """The server, once `start` was called, until `stop`."""

    def __init__(self, listen: TcpAddress, registry: CollectorRegistry, well: Callable[[], Health]):
        self._listen = listen
        self._registry = registry
        self._well = well
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> str:
        """Listens; the address with the port that port 0 became. Raises OSError."""
        kind = _Server6 if ":" in self._listen.host else _Server
        self._server = make_server(
            self._listen.host, self._listen.port, self._answer, kind, _Handler
        )
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="watching", daemon=True
        )
        self._thread.start()
        return str(TcpAddress(self._listen.host, self._server.server_port))

    def stop(self) -> None:
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

    def _answer(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        status, kind, body = self._page(environ)
        start(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _page(self, environ: WSGIEnvironment) -> tuple[str, str, bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return "405 Method Not Allowed", "text/plain", b"GET alone\n"
        if environ["PATH_INFO"] == "/healthz":
            return self._health()
        if environ["PATH_INFO"] == "/metrics":
            encode, kind = choose_encoder(environ.get("HTTP_ACCEPT", ""))
            return "200 OK", kind, encode(self._registry)
        return "404 Not Found", "text/plain", b"/healthz or /metrics\n"

    def _health(self) -> tuple[str, str, bytes]:
        found = self._well()
        body = {"status": "ok" if found.well else "sick", "troubles": list(found.troubles)}
        status = "200 OK" if found.well else "503 Service Unavailable"
        return status, "application/json", json.dumps(body).encode() + b"\n"


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, *arguments: object, **named: object) -> None:
        self._places = threading.BoundedSemaphore(PLACES)
        super().__init__(*arguments, **named)  # type: ignore[arg-type]

    def process_request(self, request: object, client_address: object) -> None:
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)  # type: ignore[arg-type]
            return
        super().process_request(request, client_address)  # type: ignore[arg-type]

    def process_request_thread(self, request: object, client_address: object) -> None:
        try:
            super().process_request_thread(request, client_address)  # type: ignore[arg-type]
        finally:
            self._places.release()

    def handle_error(self, _request: object, client_address: object) -> None:
        log.debug("a watcher went away", client=str(client_address))

    def server_bind(self) -> None:
        """Without looking up the own host's name, which may take long."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]
        self.setup_environ()


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Handler(WSGIRequestHandler):
    timeout = PATIENCE

    def log_message(self, *_words: object) -> None:
        """Each scrape is no news."""
