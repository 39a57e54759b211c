"""What a copy says of itself to machines, whatever mail it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from gateway.app import load_house
from gateway.configuration.starting import write_home
from gateway.handle.desktop import RELAYED, Desktop
from gateway.handle.letters import post
from gateway.handle.operators import on_no_ticket
from gateway.house import House
from rules.effects import QueueMail
from store import evidence, outbox, tickets
from store.database import Transaction
from store.migrate import migrate
from tests.gateway.render.samples import CARRIED, CARRYING, DATA, TICKET, WITHOUT_TICKET

SIGNED = re.compile(r"[\w.-]+\+\d+\.[a-z2-7]{26}@[\w.-]+")
JAN = "jan@acme.example"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    home = tmp_path_factory.mktemp("letters") / "home"
    write_home(home, "run")
    house = load_house(home)
    migrate(house.database)
    evidence.begin(house.database)
    yield house
    house.database.dispose()


def with_ticket(tx: Transaction, none: Desktop) -> Desktop:
    """A desk's letters about a ticket that is stored."""
    number = tickets.new_number(tx)
    desk, process = none.facts.desk.address, none.facts.process.process
    ticket = replace(TICKET, number=number, version=0, desk=desk, process=process)
    ticket = tickets.save(tx, None, ticket)
    return replace(none, carried=CARRIED, ticket=ticket, facts=replace(none.facts, ticket=ticket))


def posted(tx: Transaction, desk: Desktop, mail: QueueMail) -> tuple[str, EmailMessage]:
    """The envelope's sender and the one copy."""
    before = {item.id for item in outbox.undelivered(tx, 1000)}
    post(desk, mail)
    (item,) = (item for item in outbox.undelivered(tx, 1000) if item.id not in before)
    return item.envelope_from, message_from_bytes(evidence.get(tx, item.raw), policy=policy.default)


@pytest.mark.parametrize("answer", [True, False], ids=["answer", "of-its-own"])
@pytest.mark.parametrize("template", sorted(DATA))
def test_a_machine_says_that_it_is_one(house: House, template: str, answer: bool) -> None:
    """Of every mail that there is: two fields where the gateway wrote it, none where it brings a
    person's words; an answer comes from nobody, all else from a signed address of its own."""
    with house.database.transaction() as tx:
        none = on_no_ticket(tx, house, next(iter(house.desks.values())))
        carries = template in CARRYING
        mail = QueueMail(template, (JAN,), DATA[template], carries_text=carries, answer=answer)
        sender, copy = posted(tx, with_ticket(tx, none), mail)
    said = "auto-replied" if answer else "auto-generated"
    assert copy["Auto-Submitted"] == (None if template in RELAYED else said)
    assert copy["X-Auto-Response-Suppress"] == (None if template in RELAYED else "All")
    assert sender == "" if answer else SIGNED.fullmatch(sender)


@pytest.mark.parametrize("template", sorted(WITHOUT_TICKET))
def test_a_mail_about_no_ticket_comes_from_nobody(house: House, template: str) -> None:
    """There is no ticket that its bounce could stand on."""
    with house.database.transaction() as tx:
        none = on_no_ticket(tx, house, next(iter(house.desks.values())))
        sender, copy = posted(tx, none, QueueMail(template, (JAN,), DATA[template]))
    assert (sender, copy["Auto-Submitted"]) == ("", "auto-generated")
