"""Mails of a real Dovecot's mailboxes: durable and on record first, then flagged or moved."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from imapclient import IMAPClient

from gateway.configuration.settings import MailboxEntry
from gateway.intake import imap_folder
from gateway.intake.imap_folder import Refused
from gateway.values import Channel, Envelope, RawMail
from gateway.workers import utc_now
from store import messages, outbox
from store.messages import Message
from tests.gateway.mailboxes.conftest import DESK, Office, mail
from tests.servers.dovecot import PASSWORD
from tests.servers.running import eventually

pytestmark = pytest.mark.real


@contextmanager
def looking(office: Office, user: str, folder: str = "INBOX") -> Iterator[IMAPClient]:
    with IMAPClient("127.0.0.1", office.dovecot.imap_port, ssl=False, timeout=10) as client:
        client.login(user, PASSWORD)
        client.select_folder(folder, readonly=True)
        yield client


def test_a_mail_is_taken_in_and_flagged_as_seen(office: Office, user: str) -> None:
    """It stays where it is; its row says desk, channel and sender; nobody is its peer."""
    office.dovecot.deliver(user, mail(1), "jan@acme.example")
    entry = office.entry(user)
    office.reads(entry)
    (item,) = office.arrived(1)
    assert (item.channel, item.desk, item.recipients) == ("imap", DESK, (DESK,))
    assert (item.mail_from, item.peer) == ("jan@acme.example", None)
    office.filed(entry, 1)
    with looking(office, user) as client:
        assert client.search("SEEN") == client.search("ALL") != []
    assert office.handled()["on_tickets"] == 1


def test_tokens_are_read_from_to_where_the_hosting_delivers_to_an_account(
    office: Office, user: str
) -> None:
    """Delivered-To names the account; what was written to is the signed address."""
    signed = "helpdesk+88.abcdef@accel.example"
    office.dovecot.deliver(user, mail(1, to=f"Desk <{signed}>"))
    office.reads(office.entry(user))
    (item,) = office.arrived(1)
    assert item.recipients == (signed,)


def test_folders_are_made_and_mails_moved_there(office: Office, user: str) -> None:
    """Done ones are seen; one that is too large is flagged, on record, and operators are told."""
    office.max_size(2_000)
    office.dovecot.deliver(user, mail("large", text=b"x" * 70 + b"\r\n" + b"y\r\n" * 3_000))
    office.dovecot.deliver(user, mail(1))
    entry = office.entry(user, done="Deskpost/Done", quarantine="Deskpost/Too large")
    office.reads(entry)
    (item,) = office.arrived(1)
    large, taken = office.filed(entry, 2)
    assert (large.reason, large.inbox) == ("too_large", None)
    assert taken.inbox == item.id
    assert office.dovecot.inbox(user) == []
    with looking(office, user, "Deskpost.Done") as client:
        assert len(client.search("SEEN")) == 1
    with looking(office, user, "Deskpost.Too large") as client:
        assert len(client.search("FLAGGED UNSEEN")) == 1
    with office.app.house.database.read() as tx:
        waiting = outbox.undelivered(tx, 10)
    assert [row.recipient for row in waiting] == list(office.app.configuration.operators)


def test_without_move_and_uidplus_mails_are_copied(
    office: Office, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then only what is ours is marked as deleted, and nobody else's deleted mail is expunged."""
    office.dovecot.deliver(user, mail(1))
    _without(monkeypatch, "MOVE", "UIDPLUS")
    entry = office.entry(user, done="Done")
    office.reads(entry)
    office.filed(entry, 1)
    assert len(office.dovecot.folder(user, "Done")) == 1
    with looking(office, user) as client:
        assert len(client.search("DELETED SEEN")) == 1


def test_with_uidplus_alone_mails_are_copied_and_expunged(
    office: Office, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes to the same as a move."""
    office.dovecot.deliver(user, mail(1))
    _without(monkeypatch, "MOVE")
    entry = office.entry(user, done="Done")
    office.reads(entry)
    office.filed(entry, 1)
    assert len(office.dovecot.folder(user, "Done")) == 1
    assert office.dovecot.inbox(user) == []


def _without(monkeypatch: pytest.MonkeyPatch, *missing: str) -> None:
    """A server that cannot do these."""
    has = IMAPClient.has_capability
    monkeypatch.setattr(
        IMAPClient, "has_capability", lambda self, name: name not in missing and has(self, name)
    )


def test_idle_notices_a_mail_within_a_second(office: Office, user: str) -> None:
    """Without asking: between looks a minute passes here."""
    entry = office.entry(user)
    office.reads(entry)
    eventually(lambda: office.box(entry).read_at, "the mailbox was looked into")
    for number in range(3):
        begun = time.monotonic()
        office.dovecot.deliver(user, mail(number))
        office.arrived(number + 1)
        assert time.monotonic() - begun < 1.5  # of which the delivery takes its share
    assert len(office.filed(entry, 3)) == 3


def test_a_server_without_idle_is_asked_again_and_again(
    office: Office, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As often as the pace says."""
    _without(monkeypatch, "IDLE")
    entry = office.entry(user)
    office.reads(entry)
    eventually(lambda: office.box(entry).read_at, "the mailbox was looked into")
    office.dovecot.deliver(user, mail(1))
    office.arrived(1)


def test_the_same_mail_by_smtp_and_by_imap_is_done_once(office: Office, user: str) -> None:
    """Whatever each way stamps on top of it."""
    sent = Envelope(Channel.SMTP, "jan@acme.example", (DESK,), utc_now(), peer="127.0.0.1")
    office.app.accept([RawMail(sent, mail(1))])
    office.dovecot.deliver(user, mail(1), "jan@acme.example")
    entry = office.entry(user)
    office.reads(entry)
    office.filed(entry, 1)
    counts = office.handled()
    assert (counts["received"], counts["on_tickets"], counts["duplicates"]) == (2, 1, 1)
    assert counts["tickets"] == 1


def test_after_a_change_of_uidvalidity_nothing_is_done_twice(office: Office, user: str) -> None:
    """All is looked at again under new numbers, and recognised; what is new is taken."""
    office.dovecot.fill(user, [mail(1), mail(2)])
    entry = office.entry(user)
    office.reads(entry)
    office.filed(entry, 2)
    office.close()
    before = office.box(entry).uidvalidity
    office.dovecot.renumber(user)
    office.dovecot.deliver(user, mail(3))
    office.open()
    office.filed(entry, 5)
    assert office.box(entry).uidvalidity != before
    counts = office.handled()
    assert (counts["on_tickets"], counts["duplicates"], counts["tickets"]) == (3, 2, 3)


def test_what_was_on_record_but_not_filed_is_filed_the_next_time(
    office: Office, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that refuses holds up no new mail, and is said."""
    office.dovecot.fill(user, [mail(1)])
    entry = office.entry(user, done="Done")

    def refuses(*_: object, **__: object) -> None:
        raise Refused("[OVERQUOTA] full")

    with monkeypatch.context() as patched:
        patched.setattr(imap_folder, "file", refuses)
        office.reads(entry)
        error = eventually(lambda: office.box(entry).last_error, "the problem is on record")
        assert "[OVERQUOTA] full" in error
        office.dovecot.deliver(user, mail(2))
        office.arrived(2)
    office.filed(entry, 2)
    eventually(lambda: office.box(entry).last_error is None, "the problem is over")
    assert len(office.dovecot.folder(user, "Done")) == 2


def test_a_mail_that_the_server_does_not_give_is_left_to_people(
    office: Office, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are taken meanwhile; after some tries it is on record and flagged."""
    office.dovecot.fill(user, [mail(1), mail(2), mail(3)])
    give = imap_folder.beginnings

    def broken(client: IMAPClient, uids: list[int]) -> dict[int, bytes]:
        if 2 in uids:
            raise Refused("corrupt")
        return give(client, uids)

    monkeypatch.setattr(imap_folder, "beginnings", broken)
    entry = office.entry(user)
    office.reads(entry)
    found = office.filed(entry, 3)
    assert [(one.uid, one.reason) for one in found] == [(1, None), (2, "unfetchable"), (3, None)]
    assert office.handled()["on_tickets"] == 2


def test_a_full_disk_puts_mails_off(office: Office, user: str) -> None:
    """They wait on the server, unseen, and are taken once there is room."""
    office.free_disk = 1000
    office.dovecot.fill(user, [mail(1)])
    entry = office.entry(user)
    office.reads(entry)
    eventually(lambda: "no room" in (office.box(entry).last_error or ""), "it says so")
    with looking(office, user) as client:
        assert client.search("SEEN") == []
    office.free_disk = 10**12
    office.arrived(1)
    office.filed(entry, 1)


def test_mailboxes_come_and_go_with_the_configuration(office: Office, user: str) -> None:
    """One that is new is read, one that is gone is not any more, and others may read it at once."""
    first, second = office.entry(user), office.entry(f"second.{user}")
    office.reads(first)
    eventually(lambda: office.box(first).read_at, "the first is read")
    office.reads(second)
    eventually(lambda: office.box(second).read_at, "the second is read")
    eventually(lambda: office.box(first).lease_owner is None, "the first is left")


def test_one_process_at_a_time_reads_a_mailbox(office: Office, user: str) -> None:
    """Another one takes over when the first ends."""
    entry = office.entry(user)
    office.reads(entry)
    eventually(lambda: office.box(entry).read_at, "the mailbox is read")
    first = office.reading
    second = office.open("two")
    assert first is not None
    office.dovecot.deliver(user, mail(1))
    office.filed(entry, 1)
    assert office.box(entry).lease_owner == "one"
    first.end(10)
    eventually(lambda: office.box(entry).lease_owner == "two", "the second reads it")
    office.dovecot.deliver(user, mail(2))
    assert len(office.filed(entry, 2)) == 2
    second.end(10)


STAMP = "Authentication-Results: mx.hosting.example; dmarc=pass header.from=acme.example\r\n"


@pytest.mark.parametrize(
    ("values", "verified"),
    [
        ({"authserv_id": "mx.hosting.example"}, "domain"),
        ({"authserv_id": "mx.other.example"}, "none"),
        ({}, "none"),
    ],
)
def test_the_stamp_of_the_hosting_is_believed(
    office: Office, user: str, values: dict[str, object], verified: str
) -> None:
    """By what stands in the mailbox's own settings, whatever [trust] says of the border."""
    received = "Received: from a.example by b.example; Mon, 02 Mar 2026 09:00:00 +0000\r\n"
    office.dovecot.fill(user, [mail(1, top=STAMP + received)])
    office.reads(office.entry(user, **values))
    office.arrived(1)
    office.handled()
    assert [message.sender_verified for message in _messages(office)] == [verified]


def _messages(office: Office) -> list[Message]:
    with office.app.house.database.read() as tx:
        return [m for m in messages.of_ticket(tx, 1) if m.direction == "in"]


def test_many_mailboxes_at_once(office: Office, user: str) -> None:
    """Each in a thread of its own."""
    entries: list[MailboxEntry] = []
    for number in range(8):
        address = f"n{number}.{user}"
        office.dovecot.fill(address, [mail(f"{user}-{number}")])
        entries.append(office.entry(address))
    office.reads(*entries)
    assert len(office.arrived(8)) == 8
