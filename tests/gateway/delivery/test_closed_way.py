"""A way out that is closed: shown, told where a person is needed, and drained when it opens."""

from __future__ import annotations

import ssl
import threading
import time
from dataclasses import replace
from datetime import timedelta
from secrets import token_bytes

import pytest

from gateway.delivery.submission import SmtpSender
from gateway.delivery.values import Failed, Parcel, Unreachable
from gateway.handle.closed_way import NAME
from store import settings
from tests.gateway.delivery.outgoing import Door, Office, run
from tests.gateway.delivery.sink import Sink, running, tls
from tests.servers.certificates import self_signed
from tests.store.examples import JAN


def noted(office: Office) -> dict[str, str] | None:
    with office.database.read() as tx:
        found: dict[str, str] | None = settings.get(tx, NAME)
    return found


def told(door: Door) -> list[Parcel]:
    return [parcel for parcel in door.given if parcel.recipient == "ops@accel.example"]


def test_what_waiting_mends_is_shown_and_not_told(office: Office) -> None:
    """Since when and why, until it is over."""
    office.put("Hello")
    door = Door()
    door.answers["*"] = [Unreachable("nobody listens")]
    thread = office.delivering(door)
    run(thread)
    assert noted(office) == {"since": office.now.isoformat(), "error": "nobody listens"}
    office.ticks.now += 1
    run(thread)
    assert noted(office) is None
    assert told(door) == []


def test_what_a_person_has_to_mend_is_told_once(office: Office) -> None:
    """However long and however often it fails; anew the next time."""
    office.house = replace(office.house, random=token_bytes)
    office.put("Hello")
    door = Door()
    door.answers["*"] = [Unreachable("535 wrong password", answered=True)] * 5
    threads = [office.delivering(door, owner) for owner in ("a", "b")]
    for _ in range(9):
        run(*threads)
        office.ticks.now += 60
    [mail] = told(door)
    assert b"535 wrong password" in mail.body
    office.put("again")
    door.answers["*"] = [Unreachable("535 wrong password", answered=True)]
    run(*threads)
    office.ticks.now += 60
    run(*threads)
    assert len(told(door)) == 2


def test_a_bad_certificate_is_told_and_gets_no_password(
    office: Office, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Never a plain connection instead; when it is good again everything leaves."""
    made = self_signed(tmp_path_factory.mktemp("bad"))
    row = office.put("Hello\r\n")
    sink = Sink()
    context = [ssl.create_default_context()]
    options = {"tls_context": tls(made), "authenticator": sink.authenticate}
    with running(sink, **options):
        relay = sink.relay(user="desk", password=lambda: "geheim-ß", context=lambda: context[0])
        sender = SmtpSender(relay)
        thread = office.delivering(sender)
        run(thread)
        assert (office.item(row).state, office.item(row).attempts) == ("queued", 0)
        why = noted(office)
        assert why is not None
        assert "the certificate is not good: self-signed certificate" in why["error"]
        assert sink.signed_in == []
        assert "MAIL" not in sink.commands
        context[0] = ssl.create_default_context(cafile=str(made.certificate))
        office.ticks.now += 60
        run(thread)
        thread.end(10)
    assert office.item(row).state == "sent"
    assert [mail.recipient for mail in sink.mails] == [JAN, "ops@accel.example"]


def test_a_relay_that_is_down_for_days(office: Office) -> None:
    """Nothing is given up before its five days, and no attempt is counted meanwhile."""
    row = office.put("Hello")
    door = Door()
    door.answers["*"] = [Unreachable("nobody listens")] * 10_000
    thread = office.delivering(door)
    for _ in range(5 * 24):
        run(thread)
        assert (office.item(row).state, office.item(row).attempts) == ("queued", 0)
        office.later(hours=1)
        office.ticks.now += 3_600
    run(thread)
    assert (office.item(row).state, office.item(row).last_status) == ("failed", "4.4.1")


def test_what_waited_drains_quickly(office: Office) -> None:
    """Three hundred mails over four connections when the relay is back; each once."""
    rows = [office.put(f"{n}\r\n", f"p{n}@acme.example") for n in range(300)]
    sink = Sink()
    threads = [office.delivering(SmtpSender(sink.relay()), f"t{n}") for n in range(4)]
    run(*threads)
    with running(sink):
        office.ticks.now += 60
        began = time.monotonic()
        workers = [threading.Thread(target=run, args=(thread,)) for thread in threads]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        seconds = time.monotonic() - began
        for thread in threads:
            thread.end(10)
    assert office.states(rows) == ["sent"] * 300
    assert sorted(int(mail.body) for mail in sink.mails) == list(range(300))
    assert sink.connections <= 4
    assert seconds < 60


def test_one_recipient_who_is_put_off_for_days_holds_nobody_up(office: Office) -> None:
    """Of the same ticket and of others."""
    ticket = office.ticket()
    stuck = office.put("stuck", JAN, ticket)
    others = [office.put(f"{n}", f"p{n}@acme.example", ticket) for n in range(3)]
    door = Door()
    door.answers[JAN] = [Failed(False, "4.2.2", "452 4.2.2 full")] * 1_000
    thread = office.delivering(door)
    run(thread)
    assert office.states(others) == ["sent"] * 3
    for _ in range(24):
        office.later(hours=2)
        run(thread)
    item = office.item(stuck)
    assert (item.state, item.last_status) == ("queued", "4.2.2")
    assert item.due_at - office.now <= timedelta(hours=2.5)
