"""Whatever is done to the database by hand, the audit names the mail that it was done to."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import text

from rules.effects import OpenTicket
from rules.model import Visibility
from store import claims, inbox, journal, messages, outbox, tickets
from store.audit import Fault, audit
from store.database import Database, Transaction
from store.inbox import Disposition
from store.journal import Entry
from store.messages import Message, NewAttachment
from tests.store.examples import JAN, LEASE, NOW, after, arrival, outgoing, queued, ticket


def fill(database: Database) -> None:
    """`first` and `second` are on ticket 1 and 2, each with an answer; `aside` is set aside,
    `waiting` waits, and `first` came once more."""
    with database.transaction() as tx:
        items = {}
        for number, key in enumerate(("first", "second", "aside", "waiting")):
            body = f"Subject: x\r\nMessage-ID:\r\n <{key}@acme.example>\r\n\r\n{key}".encode()
            mail = arrival(key, body=body, received_at=after(number))
            items[key] = inbox.arrive(tx, [mail])[0].id
        inbox.arrive(tx, [arrival("first", body=b"by another way", received_at=after(9))])
        for item in claims.claim(tx, "w", after(20), LEASE, 3):
            if item.content_key == "aside":
                claims.settle(tx, item.id, "w", NOW, Disposition.SET_ASIDE, "absence")
            else:
                on_ticket(tx, item)


def on_ticket(tx: Transaction, item: inbox.InboxItem) -> None:
    number, key = tickets.new_number(tx), item.content_key
    opened = tickets.save(tx, None, ticket(number))
    mail = Message(
        ticket=number,
        direction="in",
        kind="human",
        visibility=Visibility.PUBLIC,
        sender=JAN,
        subject="Printer",
        at=NOW,
        raw=item.raw,
        size=1,
        message_id=f"<{key}@acme.example>",
        matched_by="new",
        inbox=item.id,
    )
    kept = messages.add(tx, mail, [NewAttachment("a.txt", "text/plain", key.encode())])
    journal.append(tx, number, [Entry(NOW, JAN, "opened", OpenTicket(opened), message=kept.id)])
    answer = outgoing(tx, number, f"answer to {key}")
    outbox.add(tx, [queued(tx, f"answer to {key}", ticket=number, message=answer.id)])
    claims.settle(tx, item.id, "w", NOW, Disposition.TICKET, "opened", number)


def faults(database: Database) -> list[Fault]:
    return [fault for finding in audit(database, after(60)) for fault in finding.faults]


def test_nothing_to_find(database: Database) -> None:
    """In an empty store, and where all is as the gateway wrote it; each row is looked at."""
    assert faults(database) == []
    fill(database)
    found = list(audit(database, after(60)))
    assert [fault for finding in found for fault in finding.faults] == []
    looked = {finding.part: (finding.done, finding.whole) for finding in found}
    assert looked == {
        "sums": (1, 1),
        "mails that arrived": (5, 5),
        "mails that leave": (2, 2),
        "tickets": (2, 2),
        "original bytes": (9, 9),
    }


FIRST = "content_key = 'first' AND duplicate_of IS NULL"
ITS = "(SELECT id FROM inbox WHERE content_key = 'first' AND duplicate_of IS NULL)"
RAW = "(SELECT raw FROM inbox WHERE content_key = 'second')"

TAMPERED = {
    "another ticket": (f"UPDATE inbox SET ticket = 2 WHERE {FIRST}", "not_on_ticket", "first"),
    "off its ticket": (
        f"UPDATE messages SET inbox = NULL, direction = 'out', matched_by = NULL, "
        f"delivery = 'sent', recipient = 'x' WHERE inbox = {ITS}",
        "not_on_ticket",
        "first",
    ),
    "waits once more": (
        "UPDATE inbox SET state = 'waiting', disposition = NULL, reason = NULL, ticket = NULL, "
        f"done_at = NULL WHERE {FIRST}",
        "two_dispositions",
        "first",
    ),
    "set aside as well": (
        f"UPDATE inbox SET disposition = 'set_aside' WHERE {FIRST}",
        "two_dispositions",
        "first",
    ),
    "other bytes": (f"UPDATE inbox SET raw = {RAW} WHERE {FIRST}", "bytes_differ", "first"),
    "out of the journal": (
        "UPDATE journal SET message = NULL WHERE ticket = 1",
        "not_in_journal",
        "first",
    ),
    "no original": (
        "UPDATE inbox SET duplicate_of = NULL, content_key = 'x' WHERE disposition = 'duplicate'",
        "no_original",
        None,
    ),
    "another original": (
        "UPDATE inbox SET duplicate_of = (SELECT id FROM inbox WHERE content_key = 'aside') "
        "WHERE disposition = 'duplicate'",
        "no_original",
        None,
    ),
    "altered bytes": (
        f"UPDATE evidence SET body = CAST('y' AS BINARY), size = 1 WHERE sha256 = {RAW}",
        "bytes_altered",
        "second",
    ),
    "lost bytes": (
        f"UPDATE evidence SET body = NULL WHERE sha256 = {RAW}",
        "bytes_missing",
        "second",
    ),
    "deleted": ("DELETE FROM inbox WHERE content_key = 'waiting'", "no_mail", "waiting"),
    "a copy that is gone": (
        "DELETE FROM outbox WHERE ticket = 1",
        "never_queued",
        "answer to first",
    ),
    "a copy that never left": (
        "UPDATE messages SET delivery = 'sent' WHERE ticket = 1 AND direction = 'out'",
        "delivery_differs",
        "answer to first",
    ),
    "another copy": (
        "UPDATE outbox SET message_id = '<x@x>' WHERE ticket = 1",
        "copy_differs",
        "answer to first",
    ),
    "a changed ticket": (
        "UPDATE tickets SET status = 'closed' WHERE number = 1",
        "ticket_differs",
        None,
    ),
    "a cut journal": ("UPDATE journal SET seq = 2 WHERE ticket = 1", "journal_broken", None),
    "a journal of nothing": (
        """UPDATE journal SET data = '{"effect": "Nonsense"}' WHERE ticket = 1""",
        "ticket_differs",
        None,
    ),
    "a ticket that is gone": ("DELETE FROM tickets WHERE number = 2", "ticket_missing", None),
}


@pytest.mark.parametrize(("statement", "fault", "key"), TAMPERED.values(), ids=TAMPERED)
def test_what_was_tampered_with_is_named(
    database: Database, statement: str, fault: str, key: str | None
) -> None:
    """By what is wrong, and the mail by its Message-ID, also where its own row is gone."""
    fill(database)
    tamper(database, statement)
    found = {f.fault: f for f in faults(database)}
    assert fault in found
    named = found[fault]
    if key is not None:
        assert named.message_id is not None
        assert named.message_id.partition("@")[0] == f"<{key}"
    assert named.text
    assert named.mend


BROKEN = {
    "done without disposition": (
        f"UPDATE inbox SET disposition = NULL WHERE {FIRST}",
        {"no_disposition", "two_dispositions"},
    ),
    "a disposition before it is done": (
        "UPDATE inbox SET disposition = 'set_aside' WHERE content_key = 'waiting'",
        {"two_dispositions"},
    ),
    "a disposition that is none": (
        f"UPDATE inbox SET disposition = 'lost' WHERE {FIRST}",
        {"sum", "no_disposition", "two_dispositions"},
    ),
    "a state that is none": (
        "UPDATE inbox SET state = 'odd' WHERE content_key = 'waiting'",
        {"no_disposition"},
    ),
    "a duplicate that is on a ticket": (
        f"UPDATE inbox SET duplicate_of = 4 WHERE {FIRST}",
        {"two_dispositions", "no_original"},
    ),
}


@pytest.mark.parametrize(("statement", "expected"), BROKEN.values(), ids=BROKEN)
def test_what_the_constraints_forbid_is_found_too(
    sqlite_url: str, statement: str, expected: set[str]
) -> None:
    """Whoever edits a file may have switched them off."""
    database = Database(sqlite_url)
    fill(database)
    tamper(database, statement)
    assert {f.fault for f in faults(database)} == expected
    database.dispose()


def test_a_fault_says_where_the_mail_came_from(database: Database) -> None:
    """Its id as the command line names it, its arrival, the envelope's sender, peer and channel."""
    fill(database)
    tamper(database, TAMPERED["out of the journal"][0])
    (fault,) = faults(database)
    assert fault.id.startswith("in")
    assert (fault.at, fault.sender) == (NOW, f"{JAN} from 192.0.2.1 by smtp")
    assert "restore" in fault.mend


def test_what_a_sender_believes_acknowledged(database: Database) -> None:
    """Message-IDs that arrived are struck out, wherever the mail is; the others are named."""
    fill(database)
    believed = {f"<{key}@acme.example>" for key in ("first", "aside", "waiting", "lost")}
    found = [f for finding in audit(database, NOW, believed) for f in finding.faults]
    assert [(f.fault, f.message_id) for f in found] == [("never_arrived", "<lost@acme.example>")]


def tamper(database: Database, statement: str) -> None:
    """As somebody would who has the file or is a superuser: without constraints that can be
    switched off."""
    if database.is_sqlite:
        assert database.url.database
        with sqlite3.connect(database.url.database) as file:
            file.execute("PRAGMA ignore_check_constraints = ON")
            assert file.execute(statement.replace("AS BINARY", "AS BLOB")).rowcount
        file.close()
        return
    with database.engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        done = connection.execute(text(statement.replace("AS BINARY", "AS BYTEA")))
        assert done.rowcount
