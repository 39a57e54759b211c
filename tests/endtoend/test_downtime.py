"""What falls due while nothing runs: done once, in order, soon after the start."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from store import digests, outbox, schema, tickets
from store.audit import audit
from store.database import Database
from tests.scenarios.incoming import filled, raw_mail
from tests.scenarios.stage import Stage
from tests.servers.gateway import Gateway, StartGateway
from tests.servers.running import eventually

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.long]

SOON = 10.0
"""Seconds after the start in which all that fell due is done."""
DESKS = """
[[desk]]
address = "podpora@accel.example"
name = "Podpora"
process = "servicesheet"
type = "service"
language = "cs"
currency = "CZK"
rates = {default = "1200.00"}
finance = ["invoices@accel.example"]
[[desk]]
address = "conseil@accel.example"
name = "Conseil"
process = "consulting"
type = "incident"
language = "fr"
rates = {default = "95.00"}
finance = ["invoices@accel.example"]
[[desk]]
address = "support@accel.example"
name = "Support"
process = "servicedesk"
finance = ["invoices@accel.example"]
"""
PEOPLE = """\
staff:
  - {name: Marie Peeters, email: marie@accel.example, roles: [engineer], language: nl}
  - {name: Petr Novák, email: petr@accel.example, roles: [consultant], language: cs}
  - {name: Hugo Morel, email: hugo@accel.example, roles: [level2], language: fr}
  - {name: Sam Reed, email: sam@accel.example, roles: [support], language: en}
organisations:
  - name: Acme
    domains: [acme.example]
    people:
      - {name: Jan Maes, email: jan@acme.example, language: nl}
      - {name: Jana Malá, email: jana@acme.example, language: cs, may: [approve]}
      - {name: Claire Durand, email: claire@acme.example, language: fr}
      - {name: Cara Cole, email: cara@acme.example, language: en}
"""
CONVERSATIONS: Sequence[tuple[str, ...]] = (
    # who writes, to which desk or to the latest mail of the ticket they had, and what
    ("jan@acme.example", "helpdesk", "Printer", "De printer rookt."),
    ("marie@accel.example", "", "Re: [#1] Printer", "#remind in 3 days"),
    ("marie@accel.example", "", "Re: [#1] Printer", "#task Toner @marie due tomorrow"),
    ("jana@acme.example", "podpora", "Tiskárna", "Netiskne."),
    ("petr@accel.example", "", "Re: [#2] Tiskárna", "#realizace\n#čas 1h30 Výměna hlavy"),
    ("petr@accel.example", "", "Re: [#2] Tiskárna", "#keschválení"),
    ("claire@acme.example", "conseil", "Utilisateur", "Merci de le créer."),
    ("hugo@accel.example", "", "Re: [#3] Utilisateur", "#prendre\n#encours\n#temps 1h Analyse"),
    ("hugo@accel.example", "", "Re: [#3] Utilisateur", "#repondu\n\nC'est fait."),
    ("cara@acme.example", "support", "Export fails", "The export of project 7 fails."),
    ("cara@acme.example", "support", "Import fails", "The import of project 8 fails."),
    ("sam@accel.example", "", "Re: [#5] Import fails", "Which file is it?"),
    ("cara@acme.example", "", "Re: [#5] Import fails", "It is the last one."),
)
FALLS_DUE = [
    (4, "first_response"),
    (4, "follow_up"),  # says nothing, since nobody has answered yet
    (5, "follow_up"),
    (1, "remind"),
    (2, "approval"),
    (3, "close"),
]
"""The ticket and its timer, in order."""
AFTERWARDS = {1: "new", 2: "done", 3: "closed", 4: "waiting_for_support", 5: "waiting_for_support"}
LISTED = [
    ("support@accel.example", "waiting"),
    ("helpdesk@accel.example", "due"),
]
"""The digests that were missed and have something for somebody, in order."""
MAILS = {
    ("sam@accel.example", 4, "notice"),
    ("sam@accel.example", 5, "notice"),
    ("marie@accel.example", 1, "notice"),
    ("jana@acme.example", 2, "closed"),
    ("petr@accel.example", 2, "notice"),
    ("invoices@accel.example", 2, "invoice_notice"),
    ("claire@acme.example", 3, "closed"),
    ("hugo@accel.example", 3, "notice"),
    ("invoices@accel.example", 3, "invoice_notice"),
    ("sam@accel.example", None, None),
    ("marie@accel.example", None, None),
}
"""To whom, on which ticket, and what; a digest is on none."""


@pytest.fixture
def stopped(make_gateway: StartGateway, database_url: str) -> list[Gateway]:
    """On SQLite one `serve` that has yet to be started, on PostgreSQL two of one store, in which
    there are the conversations of a Monday morning two weeks ago."""
    several = 2 if database_url.startswith("postgresql") else 1
    gateways = [make_gateway(store=database_url, more=DESKS) for _ in range(several)]
    for gateway in gateways:
        (gateway.home / "people.yaml").write_text(PEOPLE)
    _happened(gateways[0], database_url)
    return gateways


def _happened(gateway: Gateway, url: str) -> None:
    today = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0)
    stage = Stage(gateway.home, url)
    stage.clock.now = today - timedelta(days=14 + today.weekday())
    for number, (who, desk, subject, text) in enumerate(CONVERSATIONS):
        stage.clock.now += timedelta(minutes=1)
        to = f"{desk}@accel.example" if desk else f"{{{{reply-to {who}}}}}"
        mail = filled(f"From: {who}\nTo: {to}\nSubject: {subject}\n\n{text}\n", stage.received)
        stage.arrive(raw_mail(mail, f"then-{number}", stage.clock.now, stage.house.desks))
    assert stage.faults() == []
    stage.close()


def test_all_of_it_is_done_once_and_in_order(stopped: list[Gateway], database_url: str) -> None:
    """A first answer that is late, follow-ups, a reminder, an approval and a closure by silence on
    five tickets of four desks, and the digests: all within ten seconds, each once, in the order in
    which they fell due, whoever does it. What repeats is not made up for."""
    database = Database(database_url)
    start = datetime.now(UTC)
    known = _mails_out(database)
    assert _due(database, start) == FALLS_DUE
    with ThreadPoolExecutor() as pool:
        list(pool.map(Gateway.start, stopped))
    eventually(lambda: _rests(database, start), f"all is done:\n{stopped[0].log[-3000:]}", SOON)
    fired = [(int(ticket), timer) for ticket, timer in _logged(stopped, "timer fired")]
    assert sorted(fired) == sorted(FALLS_DUE)
    assert sorted(_logged(stopped, "digest sent")) == sorted(LISTED)
    if len(stopped) == 1:
        assert fired == FALLS_DUE
        assert _logged(stopped, "digest sent") == LISTED
    with database.read() as tx:
        found = tickets.load_all(tx, list(AFTERWARDS))
    assert {ticket.number: ticket.status for ticket in found} == AFTERWARDS
    _check_mails(database, stopped, known)
    assert [fault for row in audit(database, datetime.now(UTC)) for fault in row.faults] == []
    database.dispose()


def _due(database: Database, now: datetime) -> list[tuple[int, str]]:
    """The timers that are due, in the order in which they fell due."""
    timers = schema.timers.c
    query = select(timers.ticket, timers.name).where(timers.due_at <= now)
    with database.read() as tx:
        return [(t, name) for t, name in tx.rows(query.order_by(timers.due_at, timers.ticket))]


def _rests(database: Database, start: datetime) -> bool:
    """Nothing is due any more that was due at the start, and every mail has left."""
    if _due(database, start):
        return False
    with database.read() as tx:
        listed = digests.next_due(tx)
        return listed is not None and listed > start and not outbox.undelivered(tx, 1)


def _logged(gateways: Sequence[Gateway], event: str) -> list[tuple[str, str]]:
    """Of each line of this event the two words that say what it was about."""
    words = {"timer fired": ("ticket", "timer"), "digest sent": ("desk", "digest")}[event]
    lines = [line for gateway in gateways for line in gateway.log.splitlines()]
    told = [dict(re.findall(r"(\w+)=(\S+)", line)) for line in lines if f'"{event}"' in line]
    return [(fields[words[0]], fields[words[1]]) for fields in told]


_Mails = dict[str, tuple[str, int | None, str | None]]


def _mails_out(database: Database) -> _Mails:
    """To whom, on which ticket, and what, by Message-ID."""
    copies, messages = schema.outbox, schema.messages
    query = select(
        copies.c.message_id, copies.c.recipient, messages.c.ticket, messages.c.template
    ).select_from(copies.outerjoin(messages, messages.c.id == copies.c.message))
    with database.read() as tx:
        return {row[0]: (row[1], row[2], row[3]) for row in tx.rows(query)}


def _check_mails(database: Database, gateways: Sequence[Gateway], known: _Mails) -> None:
    """Those that had to be made were made once each, and each left once, from one of them."""
    made = {name: mail for name, mail in _mails_out(database).items() if name not in known}
    assert sorted(made.values(), key=str) == sorted(MAILS, key=str)
    left = [mail["Message-ID"] for gateway in gateways for mail in gateway.mails_to("")]
    assert sorted(left) == sorted(made)
