"""What falls due while nothing runs: done once, in order, soon after the start."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest

from gateway.app import App, load_house
from gateway.listing import Listing
from gateway.values import Channel, Envelope, RawMail
from gateway.workers import Processing
from tests.servers.gateway import HELPDESK, Gateway, StartGateway
from tests.servers.running import eventually

pytestmark = [pytest.mark.real, pytest.mark.slow]

MARIE = "marie@accel.example"
DAYS = {1: 2, 2: 3, 3: 1}
"""The ticket and after how many days its reminder is due."""


def ten_days_ago(gateway: Gateway) -> None:
    """Tickets, reminders and a task of back then, in the stopped gateway's store."""
    then = datetime.now(UTC) - timedelta(days=10)
    house = replace(load_house(gateway.home), clock=lambda: then)
    app = App(gateway.home, house)
    for number in DAYS:
        sender = f"jan{number}@acme.example"
        text = f"From: {sender}\r\nTo: {HELPDESK}\r\nSubject: Nr {number}\r\n\r\nHelp {number}\r\n"
        envelope = Envelope(Channel.SMTP, sender, (HELPDESK,), then)
        app.accept([RawMail(envelope, text.encode())])
        Processing(lambda: house, "then", lambda: None).work()
    for number, days in DAYS.items():
        acted = app.act(number, f"#remind in {days} days", MARIE)
        assert acted is not None and not acted.refused, acted
    acted = app.act(1, "#task Toner @marie due tomorrow", MARIE)
    assert acted is not None and not acted.refused, acted
    Listing(lambda: house, lambda: None).work()
    app.close()


def reminded(gateway: Gateway, number: int) -> list[str]:
    events = gateway.show(number).get("events", [])
    return [event["at"] for event in events if event["what"] == "reminded"]


def told(*gateways: Gateway) -> list[str]:
    """The subjects of the reminders and lists that Marie got."""
    mails = [mail for gateway in gateways for mail in gateway.mails_to(MARIE)]
    return sorted(str(m["Subject"]) for m in mails if _reminds(m) or "[#" not in m["Subject"])


def _reminds(mail: EmailMessage) -> bool:
    body = mail.get_body(("plain",))
    return body is not None and "herinnerd te worden" in body.get_content()


EXPECTED = ["Taken die af moeten zijn: Accel Service Desk", *(f"[#{n}] Nr {n}" for n in DAYS)]


def test_all_of_it_happens_once_and_in_order(start_gateway: StartGateway) -> None:
    """Reminders of several tickets and a digest, within ten seconds, in the order they fell due."""
    gateway = start_gateway()
    gateway.stop()
    ten_days_ago(gateway)
    gateway.start()
    eventually(lambda: len(told(gateway)) >= len(EXPECTED), "all that fell due", 10)
    gateway.settled()
    assert told(gateway) == EXPECTED
    moments = {number: reminded(gateway, number) for number in DAYS}
    assert all(len(at) == 1 for at in moments.values())
    assert sorted(DAYS, key=DAYS.__getitem__) == sorted(moments, key=lambda n: moments[n])
    assert all(gateway.show(number)["timers"] == [] for number in DAYS)
    gateway.stop()
    gateway.start()
    gateway.settled()
    assert told(gateway) == EXPECTED


def test_two_processes_do_it_once(start_gateway: StartGateway, fresh_database: str) -> None:
    """On one PostgreSQL, whichever of the two does it."""
    one, two = start_gateway(store=fresh_database), start_gateway(store=fresh_database)
    one.stop()
    two.stop()
    ten_days_ago(one)
    one.start()
    two.start()
    eventually(lambda: len(told(one, two)) >= len(EXPECTED), "all that fell due", 10)
    one.settled()
    assert told(one, two) == EXPECTED
    assert [len(reminded(one, number)) for number in DAYS] == [1, 1, 1]
