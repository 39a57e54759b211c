"""The mails of a ticket come back whole, and are found by what names them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rules.model import Proof, Visibility
from store import evidence, messages, tickets
from store.database import Database
from store.errors import Conflict, StoreRefused
from store.messages import Attachment, NewAttachment
from tests.store.examples import DESK, JAN, MARIE, after, incoming, outgoing, saved

_LETTER = NewAttachment("letter.pdf", "application/pdf", b"%PDF")
_LOGO = NewAttachment("logo.png", "image/png", b"\x89PNG", "logo@x", True)


def test_an_incoming_mail_comes_back_whole(database: Database) -> None:
    """Every field, and the attachments in their order with their bytes in the evidence."""
    with database.transaction() as tx:
        kept = incoming(
            tx,
            saved(tx).number,
            parts=[_LETTER, _LOGO],
            kind="auto",
            visibility=Visibility.INTERNAL,
            sender_name="Jan Maes",
            by_staff=True,
            to=(DESK, "x@x.example"),
            cc=("y@x.example",),
            in_reply_to=("<a@x>",),
            reference_ids=("<a@x>", "<b@x>"),
            sender_verified=Proof.BOTH,
            proof_reasons=("dkim=pass", "token"),
            matched_by="references",
            recipient="helpdesk+1.abc@accel.example",
            language="nl",
            new_text="Nog steeds kapot",
            new_html="<p>Nog steeds kapot</p>",
            at=after(3),
        )
        assert messages.get(tx, kept.id) == kept
        assert messages.of_inbox(tx, kept.inbox or 0) == kept
        assert kept.attachments == (
            Attachment("letter.pdf", "application/pdf", 4, evidence.digest(b"%PDF")),
            Attachment("logo.png", "image/png", 4, evidence.digest(b"\x89PNG"), "logo@x", True),
        )
        assert evidence.get(tx, kept.attachments[0].sha256) == b"%PDF"


def test_a_ticket_has_its_mails_in_order(database: Database) -> None:
    """In and out as they were put there, each with its own attachments."""
    with database.transaction() as tx:
        number, other = saved(tx).number, saved(tx).number
        first = incoming(tx, number, "a", parts=[_LETTER])
        elsewhere = incoming(tx, other, "b")
        second = outgoing(tx, number, "c")
        assert messages.of_ticket(tx, number) == [first, second]
        assert messages.of_ticket(tx, other) == [elsewhere]
        assert messages.of_ticket(tx, 99) == []
        assert messages.get(tx, 0) is None
        assert messages.of_inbox(tx, 0) is None


def test_copies_are_put_there_together(database: Database) -> None:
    """One row for each recipient, in the order given, with the same attachments kept once."""
    with database.transaction() as tx:
        number = saved(tx).number
        plain = replace(outgoing(tx, number, "a"), id=0)
        people = [f"{name}@x.example" for name in "zayb"]
        copies = [replace(plain, recipient=to, message_id=f"<{to}>") for to in people]
        kept = messages.add_all(tx, copies, [_LETTER])
        assert [mail.recipient for mail in kept] == people
        assert messages.of_ticket(tx, number)[1:] == kept
        assert {mail.attachments[0].name for mail in kept} == {"letter.pdf"}
        assert messages.add_all(tx, []) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"direction": "out"},
        {"inbox": None},
        {"matched_by": None},
        {"matched_by": "guess"},
        {"kind": "spam"},
        {"delivery": "queued"},
        {"raw": "0" * 64},
        {"ticket": 99},
    ],
)
def test_a_mail_that_makes_no_sense_is_refused(database: Database, wrong: dict[str, Any]) -> None:
    """What came in has an arrival and a way that it was matched, what goes out a delivery."""
    with pytest.raises(StoreRefused), database.transaction() as tx:
        incoming(tx, saved(tx).number, **wrong)


def test_one_arrival_is_on_one_ticket(database: Database) -> None:
    """The same mail cannot be put on a second one."""
    with pytest.raises(Conflict), database.transaction() as tx:
        mail = incoming(tx, saved(tx).number)
        messages.add(tx, replace(mail, id=0, ticket=saved(tx).number))


def test_one_copy_goes_out_once(database: Database) -> None:
    """The same Message-ID to the same recipient is the same copy."""
    with pytest.raises(Conflict), database.transaction() as tx:
        number = saved(tx).number
        outgoing(tx, number)
        outgoing(tx, number)


def test_a_mail_moves_to_another_ticket(database: Database) -> None:
    """With its attachments, and the other knows of it at once."""
    with database.transaction() as tx:
        number, other = saved(tx).number, saved(tx).number
        mail = incoming(tx, number, parts=[_LETTER])
        messages.move(tx, mail.id, other)
        assert messages.of_ticket(tx, number) == []
        assert messages.of_ticket(tx, other) == [replace(mail, ticket=other)]
        found = tickets.load(tx, other)
        assert found is not None
        assert found.messages[0].attachments == 1


def test_a_confirmed_mail_says_so(database: Database) -> None:
    """Its proof, and who may see it now."""
    with database.transaction() as tx:
        mail = incoming(tx, saved(tx).number, visibility=Visibility.INTERNAL)
        messages.confirm(tx, mail.id, Visibility.PUBLIC)
        confirmed = messages.get(tx, mail.id)
        assert confirmed is not None
        assert confirmed.sender_verified is Proof.CONFIRMED
        assert confirmed.visibility is Visibility.PUBLIC


def test_a_delivery_is_noted(database: Database) -> None:
    """On a copy that went out; what came in has none, and no word of our own invention."""
    with database.transaction() as tx:
        number = saved(tx).number
        mail, copy = incoming(tx, number), outgoing(tx, number)
        messages.set_delivery(tx, copy.id, "bounced")
        noted = messages.get(tx, copy.id)
        assert noted is not None
        assert noted.delivery == "bounced"
    for message, delivery in ((mail.id, "sent"), (copy.id, "eaten"), (0, "sent")):
        with pytest.raises(StoreRefused), database.transaction() as tx:
            messages.set_delivery(tx, message, delivery)


# --- finding -----------------------------------------------------------------------------------


def test_a_message_id_finds_every_row(database: Database) -> None:
    """What came twice, and each copy of what went out."""
    with database.transaction() as tx:
        number = saved(tx).number
        twice = [incoming(tx, number, key, message_id="<same@x>") for key in "ab"]
        copies = [outgoing(tx, number, message_id="<ours@x>", recipient=to) for to in (JAN, MARIE)]
        assert messages.by_message_id(tx, "<same@x>") == twice
        assert messages.by_message_id(tx, "<ours@x>") == copies
        assert messages.by_message_id(tx, "<never@x>") == []


def test_references_find_the_newest_ticket(database: Database) -> None:
    """Of several that they name: the one of the newest mail, at the desk if one is given."""
    with database.transaction() as tx:
        here, there = saved(tx).number, saved(tx, desk="other@accel.example").number
        incoming(tx, here, message_id="<a@x>")
        outgoing(tx, there, message_id="<b@x>", sender="other@accel.example")
        find = messages.ticket_by_message_ids
        assert find(tx, ["<never@x>", "<a@x>"]) == here
        assert find(tx, ["<b@x>", "<a@x>"]) == there
        assert find(tx, ["<b@x>", "<a@x>"], desk=DESK) == here
        assert find(tx, ["<b@x>"], desk=DESK) is None
        assert find(tx, []) is None


def test_references_find_a_ticket_that_moved_to_another_desk(database: Database) -> None:
    """An answer to what the desk wrote comes to the desk that wrote it."""
    with database.transaction() as tx:
        moved = saved(tx, desk="other@accel.example").number
        outgoing(tx, moved, message_id="<before@x>", sender=DESK)
        assert messages.ticket_by_message_ids(tx, ["<before@x>"], desk=DESK) == moved


def test_an_endless_message_id_finds_itself(database: Database) -> None:
    """PostgreSQL cannot index 100 kB, and a sender may write that."""
    endless = "<" + "x" * 100_000 + "@x>"
    with database.transaction() as tx:
        mail = incoming(tx, saved(tx).number, message_id=endless)
        assert [m.id for m in messages.by_message_id(tx, endless)] == [mail.id]
        assert messages.ticket_by_message_ids(tx, [endless]) == mail.ticket
