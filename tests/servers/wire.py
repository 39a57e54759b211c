"""A wire between a client and a server, which a test may watch, hold up or cut."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest


class Wire:
    """Listens on `port` and passes everything on to a port of this machine.

    `watch` is asked with what a client sent, before it goes on; where it says False the wire
    holds everything back from then on, and the client waits.
    """

    def __init__(self, to: int, watch: Callable[[bytes], bool]) -> None:
        self._to = to
        self._watch = watch
        self._held = threading.Event()
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def held(self) -> bool:
        return self._held.is_set()

    def mend(self) -> None:
        """Cuts what was held back, and passes on all that comes from now on."""
        self._watch = lambda _: True
        self._cut()
        self._held.clear()

    def _cut(self) -> None:
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._cut()
        for each in (self._listener, *self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._to))
                self._open += [client, server]
                for pair in ((client, server, self._watch), (server, client, lambda _: True)):
                    threading.Thread(target=self._pass, args=pair, daemon=True).start()

    def _pass(self, of: socket.socket, to: socket.socket, watch: Callable[[bytes], bool]) -> None:
        with suppress(OSError):
            while data := of.recv(65_536):
                if self.held or not watch(data):
                    self._held.set()
                    return
                to.sendall(data)
            to.shutdown(socket.SHUT_WR)


StartWire = Callable[[int, Callable[[bytes], bool]], Wire]


@pytest.fixture
def start_wire() -> Iterator[StartWire]:
    """Wires that end with the test."""
    started: list[Wire] = []

    def start(to: int, watch: Callable[[bytes], bool]) -> Wire:
        started.append(Wire(to, watch))
        return started[-1]

    yield start
    for wire in started:
        wire.close()
