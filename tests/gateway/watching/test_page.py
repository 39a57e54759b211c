"""The page for those who watch answers two paths, and holds nobody up."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator

import pytest
from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.parser import text_string_to_metric_families

from gateway.configuration.scalars import TcpAddress
from gateway.watching.health import Health
from gateway.watching.page import PLACES, WatchPage

SICK = Health(("the loop processing has ended",))


@pytest.fixture
def troubles() -> list[Health]:
    return [Health(())]


@pytest.fixture
def port(troubles: list[Health]) -> Iterator[int]:
    registry = CollectorRegistry()
    Gauge("deskpost_example", "An example.", registry=registry).set(3)
    page = WatchPage(TcpAddress("127.0.0.1", 0), registry, lambda: troubles[-1])
    yield int(page.start().rpartition(":")[2])
    page.stop()


def ask(port: int, path: str, method: str = "GET") -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path)
    answer = connection.getresponse()
    found = answer.status, str(answer.getheader("Content-Type")), answer.read()
    connection.close()
    return found


def test_healthz_says_well_or_what_is_wrong(port: int, troubles: list[Health]) -> None:
    """200 and 503, so that a load balancer needs to read no further."""
    status, kind, body = ask(port, "/healthz")
    assert (status, kind) == (200, "application/json")
    assert json.loads(body) == {"status": "ok", "troubles": []}
    troubles.append(SICK)
    status, _, body = ask(port, "/healthz")
    assert (status, json.loads(body)["status"]) == (503, "sick")
    assert json.loads(body)["troubles"] == list(SICK.troubles)


def test_metrics_are_what_prometheus_reads(port: int) -> None:
    """In its text format."""
    status, kind, body = ask(port, "/metrics")
    assert status == 200
    assert kind.startswith("text/plain; version=")
    (family,) = text_string_to_metric_families(body.decode())
    assert (family.name, family.samples[0].value) == ("deskpost_example", 3.0)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/healthz/..", 404),
        ("POST", "/metrics", 405),
        ("HEAD", "/metrics", 200),
    ],
)
def test_there_is_nothing_else(port: int, method: str, path: str, status: int) -> None:
    """No other page, and nothing that changes anything."""
    assert ask(port, path, method)[0] == status


def test_silent_clients_take_no_more_than_their_places(port: int) -> None:
    """Who asks while all places are taken is turned away at once; a place that is left is free."""
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(PLACES)]
    turned = socket.create_connection(("127.0.0.1", port), timeout=10)
    assert turned.recv(1) == b""
    turned.close()
    for one in silent:
        one.close()
    statuses = {_status(port) for _ in range(50)}
    assert 200 in statuses


def _status(port: int) -> int:
    try:
        return ask(port, "/healthz")[0]
    except (ConnectionError, http.client.HTTPException):
        return 0


def test_two_cannot_have_one_address(port: int) -> None:
    """The second is told, by an OSError."""
    second = WatchPage(TcpAddress("127.0.0.1", port), CollectorRegistry(), lambda: SICK)
    with pytest.raises(OSError, match="in use"):
        second.start()
