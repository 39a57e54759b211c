"""Servers that die, hang and come back: every mail is taken in once, and none is lost."""

from __future__ import annotations

import socket
import tracemalloc
from collections.abc import Callable
from dataclasses import replace

import pytest

from gateway.intake.imap_reading import Pace
from tests.gateway.mailboxes.conftest import QUICK, Office, mail
from tests.servers.dovecot import Dovecot, StartDovecot
from tests.servers.running import eventually
from tests.servers.wire import StartWire

pytestmark = [pytest.mark.real, pytest.mark.slow]

NewOffice = Callable[[Dovecot], Office]


def test_a_server_killed_in_the_middle(
    new_office: NewOffice, start_dovecot: StartDovecot, request: pytest.FixtureRequest
) -> None:
    """Of many waiting mails all are taken in exactly once, and filed, after it is back."""
    many = int(request.config.getoption("--waiting-mails"))
    office = new_office(start_dovecot())
    user = "many@accel.example"
    office.dovecot.fill(user, (mail(number) for number in range(many)))
    entry = office.entry(user, done="Done")
    office.reads(entry)
    office.arrived(many // 4, 60)
    office.dovecot.kill()
    eventually(lambda: office.box(entry).last_error, "it is said that the server is away")
    office.dovecot.start()
    found = office.arrived(many, 300)
    assert len(found) == many
    eventually(lambda: not office.dovecot.inbox(user), "all are filed", 60)
    assert len(office.dovecot.folder(user, "Done")) == many
    assert len(office.arrived(many)) == many
    assert {item.disposition for item in office.arrived(many)} == {None}


def test_a_server_that_hangs_is_noticed(new_office: NewOffice, start_dovecot: StartDovecot) -> None:
    """Within IDLE, by the next look; it is reached anew once it answers again."""
    office = new_office(start_dovecot())
    office.patience = replace(QUICK, answer=1, pace=Pace(look=0.5, poll=0.1, slice=0.05))
    user = "hangs@accel.example"
    office.dovecot.fill(user, [mail(1)])
    entry = office.entry(user)
    office.reads(entry)
    office.filed(entry, 1)
    office.dovecot.freeze()
    error = eventually(lambda: office.box(entry).last_error, "it is noticed")
    assert "did not answer in time" in error
    office.dovecot.thaw()
    office.dovecot.deliver(user, mail(2))
    office.arrived(2)
    eventually(lambda: office.box(entry).last_error is None, "it is fine again")


def test_a_server_that_hangs_up_in_idle_is_reached_anew(
    new_office: NewOffice, start_dovecot: StartDovecot
) -> None:
    """At once: imapclient says nothing of it, and would spin."""
    office = new_office(start_dovecot())
    user = "gone@accel.example"
    entry = office.entry(user)
    office.reads(entry)
    eventually(lambda: office.box(entry).read_at, "the mailbox is read")
    office.dovecot.stop()
    eventually(lambda: office.box(entry).last_error, "it is noticed", 5)
    office.dovecot.start()
    office.dovecot.deliver(user, mail(1))
    office.arrived(1)


def test_cut_off_between_durable_and_seen(office: Office, user: str, start_wire: StartWire) -> None:
    """The server was never told; the next time it is, and nothing is taken twice."""
    wire = start_wire(office.dovecot.imap_port, lambda sent: b"STORE" not in sent)
    office.dovecot.fill(user, [mail(1)])
    entry = office.entry(user)
    cut = entry.model_copy(update={"url": replace(entry.url, port=wire.port)})
    office.reads(cut)
    eventually(lambda: wire.held, "it was about to tell the server")
    assert [(one.filed, one.inbox) for one in office.entries(cut)] == [(False, 1)]
    wire.mend()
    office.filed(cut, 1)
    assert len(office.arrived(1)) == 1


def test_large_mails_in_bounded_memory(office: Office, user: str) -> None:
    """Of several of 30 MB one at a time is in memory, however many mailboxes have some."""
    text = b"y" * 70 + b"\r\n"
    large = [mail(number, text=text * 420_000) for number in range(2)]
    for number, body in enumerate(large):
        office.dovecot.fill(f"{number}.{user}", [body])
    size = len(large[0])
    assert size > 30_000_000
    del large, body
    tracemalloc.start()
    office.reads(*[office.entry(f"{number}.{user}") for number in range(2)])
    found = office.arrived(2, 60)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found) == 2
    assert peak < 5 * size  # storing one takes four and a half; both at once, nine


def test_a_server_that_refuses_or_stays_silent_is_asked_less_and_less(
    office: Office, user: str
) -> None:
    """What is wrong is on record, since when too."""
    entry = office.entry(user)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        office.patience = replace(QUICK, answer=0.2, connect=0.2)
        away = entry.model_copy(update={"url": replace(entry.url, port=port)})
        office.reads(away)
        eventually(lambda: office.box(away).last_error, "it is noticed")
        since = office.box(away).failing_since
    eventually(lambda: "nobody listens" in (office.box(away).last_error or ""), "it is gone")
    assert office.box(away).failing_since == since
