"""Tokens in time, one process asking, and what rotates kept before it is used."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest
from structlog.testing import capture_logs

from gateway.configuration.oauth2 import OAuth2Client
from gateway.signin.tokens import Tokens, key_of
from gateway.signin.values import SignInFailed
from store import access_tokens
from store.database import Database
from store.errors import StoreUnavailable
from tests.gateway.signin.conftest import ENVIRON, NOW
from tests.servers.tokens import TokenServer

USER = "desk@accel.example"


@dataclass
class Bench:
    """Processes on one store, whose clock a test moves."""

    database: Database
    http: httpx2.Client
    now: datetime = NOW
    waited: list[float] = field(default_factory=list)

    def process(self, owner: str = "one", **other: Any) -> Tokens:
        environ = other.pop("environ", ENVIRON)
        database = other.pop("database", self.database)
        return Tokens(database, lambda: self.now, lambda: self.http, environ, owner, self.wait)

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def bench(database: Database, http: httpx2.Client) -> Bench:
    return Bench(database, http)


def test_one_token_until_it_nears_its_end(
    bench: Bench, token_server: TokenServer, by_secret: OAuth2Client
) -> None:
    """Also for another process and after a restart; five minutes before the end there is a new
    one."""
    first = bench.process().token(by_secret, USER)
    assert bench.process("two").token(by_secret, "other@accel.example") == first
    bench.now += timedelta(minutes=54, seconds=59)
    assert bench.process().token(by_secret, USER) == first
    assert len(token_server.forms) == 1
    bench.now += timedelta(seconds=2)
    assert bench.process().token(by_secret, USER) != first


def test_a_token_of_a_short_life_is_used_too(
    bench: Bench, token_server: TokenServer, by_secret: OAuth2Client
) -> None:
    """For four fifths of it."""
    token_server.lasts = 60
    tokens = bench.process()
    first = tokens.token(by_secret, USER)
    bench.now += timedelta(seconds=47)
    assert tokens.token(by_secret, USER) == first
    bench.now += timedelta(seconds=2)
    assert tokens.token(by_secret, USER) != first


def test_a_rotated_refresh_token_is_used_next(
    bench: Bench, token_server: TokenServer, by_refresh_token: OAuth2Client
) -> None:
    """By another process too, though the file still has the first."""
    for owner in ("one", "two", "one"):
        bench.process(owner).token(by_refresh_token, USER)
        bench.now += timedelta(hours=1)
    used = [form["refresh_token"] for form in token_server.forms]
    assert used[0] == "first"
    assert len(set(used)) == 3


def test_a_new_refresh_token_in_the_file_wins(
    bench: Bench, token_server: TokenServer, by_refresh_token: OAuth2Client
) -> None:
    """Somebody has signed in anew: at once, whatever the store has."""
    bench.process().token(by_refresh_token, USER)
    token_server.refresh_tokens = {"second"}
    anew = bench.process(environ={**ENVIRON, "REFRESH": "second"})
    anew.token(by_refresh_token, USER)
    assert token_server.forms[-1]["refresh_token"] == "second"


class Failing:
    """A store whose transactions fail from the n-th on, until it is mended."""

    def __init__(self, database: Database, good: int) -> None:
        self.database, self.good = database, good

    def read(self) -> Any:
        return self.database.read()

    @contextmanager
    def transaction(self) -> Any:
        self.good -= 1
        if self.good < 0:
            raise StoreUnavailable("gone")
        with self.database.transaction() as tx:
            yield tx


def test_a_rotated_refresh_token_is_kept_before_it_is_used(
    bench: Bench, token_server: TokenServer, by_refresh_token: OAuth2Client
) -> None:
    """Where the store is away, nobody signs in, and it is kept first when it is back."""
    store = Failing(bench.database, good=1)  # the lease
    tokens = bench.process(database=store)
    with pytest.raises(SignInFailed) as failed:
        tokens.token(by_refresh_token, USER)
    assert not failed.value.permanent
    with pytest.raises(SignInFailed):
        tokens.token(by_refresh_token, USER)
    assert len(token_server.forms) == 1
    store.good = 99
    tokens.token(by_refresh_token, USER)
    assert len(token_server.forms) == 1
    with bench.database.read() as tx:
        kept = access_tokens.get(tx, key_of(by_refresh_token, USER))
    assert kept is not None
    assert {kept.refresh_token} == token_server.refresh_tokens


def test_one_of_many_asks(
    bench: Bench, token_server: TokenServer, by_refresh_token: OAuth2Client
) -> None:
    """While one process waits for the answer, the others wait for the one."""
    started, found = threading.Event(), []

    def second() -> None:
        waiting = bench.process("two")
        waiting.wait = lambda seconds: started.set()
        started_at.append(threading.Thread(target=ask, args=(waiting,)))
        started_at[0].start()
        assert started.wait(20)

    def ask(tokens: Tokens) -> None:
        found.append(tokens.token(by_refresh_token, USER))

    started_at: list[threading.Thread] = []
    token_server.meanwhile = [second]
    first = bench.process("one")
    found.append(first.token(by_refresh_token, USER))
    started_at[0].join(20)
    assert len(token_server.forms) == 1
    assert len(set(found)) == 1
    assert len(found) == 2


def test_a_process_that_died_asking(
    bench: Bench, token_server: TokenServer, by_secret: OAuth2Client
) -> None:
    """Holds the others up for a minute and no longer."""
    with bench.database.transaction() as tx:
        key = key_of(by_secret, USER)
        access_tokens.claim(tx, key, "dead", bench.now, timedelta(seconds=60))
    with pytest.raises(SignInFailed) as failed:
        bench.process().token(by_secret, USER)
    assert not failed.value.permanent
    bench.now += timedelta(seconds=60)
    assert bench.process().token(by_secret, USER)


def test_an_endpoint_that_is_away_while_the_token_is_valid(
    bench: Bench, token_server: TokenServer, by_secret: OAuth2Client
) -> None:
    """The old one is used to its end; then there is none."""
    tokens = bench.process()
    first = tokens.token(by_secret, USER)
    bench.now += timedelta(minutes=56)
    token_server.answers = [(503, b""), (503, b"")]
    assert tokens.token(by_secret, USER) == first
    bench.now += timedelta(minutes=5)
    with pytest.raises(SignInFailed) as failed:
        tokens.token(by_secret, USER)
    assert not failed.value.permanent
    assert tokens.token(by_secret, USER) != first


def test_a_refused_token_is_not_shown_again(bench: Bench, by_secret: OAuth2Client) -> None:
    """Nor is a newer one forgotten by who comes late."""
    tokens = bench.process().of(by_secret, USER)
    first = tokens.token()
    tokens.refused(first)
    second = tokens.token()
    assert second != first
    tokens.refused(first)
    assert tokens.token() == second


def test_no_secret_is_logged(
    bench: Bench, token_server: TokenServer, by_refresh_token: OAuth2Client
) -> None:
    """Neither of what is sent nor of what comes back, whatever happens."""
    with capture_logs() as logged:
        token = bench.process().token(by_refresh_token, USER)
        bench.now += timedelta(minutes=56)
        token_server.answers = [(503, b"")]
        bench.process().token(by_refresh_token, USER)
    told = str(logged)
    assert len(logged) == 2
    for secret in (token, "client-secret", "first", *token_server.refresh_tokens):
        assert secret not in told


def test_two_that_asked_all_the_same(bench: Bench, by_secret: OAuth2Client) -> None:
    """What was kept first stays: a late answer never puts an old refresh token back."""
    key = key_of(by_secret, USER)
    with bench.database.transaction() as tx:
        mine = access_tokens.claim(tx, key, "one", bench.now, timedelta(seconds=60))
    bench.now += timedelta(seconds=61)
    token = bench.process("two").token(by_secret, USER)
    assert mine is not None
    with bench.database.transaction() as tx:
        assert access_tokens.put(tx, mine) is None
        kept = access_tokens.get(tx, key)
    assert kept is not None
    assert kept.access_token == token
