"""How many times the gateway is killed, and the servers around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.crash.load import Load
from tests.gateway.delivery.sink import Sink, running


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--crash-rounds",
        type=int,
        default=2,
        help="how often `serve` is killed at a random moment under load, on each database",
    )


@pytest.fixture
def crash_rounds(request: pytest.FixtureRequest) -> int:
    rounds: int = request.config.getoption("--crash-rounds")
    return rounds


@pytest.fixture
def sink() -> Iterator[Sink]:
    """The mail server that everything leaves to; it outlives the gateway."""
    with running(Sink()) as taking:
        yield taking


StartLoad = Callable[..., Load]


@pytest.fixture
def start_load() -> Iterator[StartLoad]:
    """Starts senders that go on until they are stopped, at the end of the test at the latest."""
    started: list[Load] = []

    def start(*ports: int, senders: int = 8, name: str = "") -> Load:
        started.append(Load(ports, senders, name))
        started[-1].start()
        return started[-1]

    yield start
    for load in started:
        load.abandon()
