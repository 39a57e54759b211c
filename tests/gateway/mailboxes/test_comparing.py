"""`audit` holds what is on record against what a real server has."""

from __future__ import annotations

import pytest
from imapclient import IMAPClient
from sqlalchemy import delete

from gateway.configuration.settings import MailboxEntry
from gateway.mailboxes import account_of
from gateway.mailboxes.comparing import compared
from gateway.signin.tokens import Tokens, http_client
from store import schema
from store.audit import Fault
from tests.gateway.mailboxes.conftest import Office, mail
from tests.servers.dovecot import PASSWORD

pytestmark = pytest.mark.real


def found(office: Office, entry: MailboxEntry) -> tuple[int, list[Fault]]:
    """How many mails were looked at, and what is wrong."""
    house = office.app.house
    tokens = Tokens(house.database, house.clock, http_client, {}, "audit")
    account = account_of(entry, house.configuration, tokens)
    findings = list(compared(house.database, str(entry.url), account))
    return max(f.done for f in findings), [fault for f in findings for fault in f.faults]


def test_what_was_taken_is_accounted_for_and_what_is_new_is_not_yet(
    office: Office, user: str
) -> None:
    """Three taken in; one that came since nobody reads is no fault: nobody acknowledged it."""
    for number in range(3):
        office.dovecot.deliver(user, mail(number))
    entry = office.entry(user)
    office.reads(entry)
    office.filed(entry, 3)
    office.close()
    office.dovecot.deliver(user, mail("later"))
    assert found(office, entry) == (4, [])


def test_a_mail_that_was_passed_over_is_named(office: Office, user: str) -> None:
    """It is in the mailbox, below what counts as read, and on no record."""
    for number in range(3):
        office.dovecot.deliver(user, mail(number))
    entry = office.entry(user)
    office.reads(entry)
    office.filed(entry, 3)
    office.close()
    office.handled()
    mails = schema.mailbox_mails
    middle = office.entries(entry)[1].uid
    with office.app.house.database.transaction() as tx:
        tx.execute(delete(mails).where(mails.c.uid == middle))
    looked_at, faults = found(office, entry)
    assert looked_at == 3
    assert [(f.fault, f.id) for f in faults] == [("mailbox_mail_unread", f"{entry.url} {middle}")]


def test_a_mail_that_was_left_there_and_is_gone_is_named(office: Office, user: str) -> None:
    """It was too large to be taken in, and somebody has deleted it since."""
    office.max_size(2_000)
    office.dovecot.deliver(user, mail(1, text=b"x" * 5_000))
    entry = office.entry(user)
    office.reads(entry)
    office.filed(entry, 1)
    office.close()
    with office.app.house.database.transaction() as tx:
        tx.execute(schema.mailbox_mails.update().values(filed_at=None))
    assert found(office, entry) == (1, [])
    with IMAPClient("127.0.0.1", office.dovecot.imap_port, ssl=False, timeout=10) as client:
        client.login(user, PASSWORD)
        client.select_folder("INBOX")
        client.delete_messages(client.search("ALL"))
        client.expunge()
    (fault,) = found(office, entry)[1]
    assert fault.fault == "mailbox_mail_gone"


def test_a_server_that_cannot_be_asked_proves_nothing(office: Office, user: str) -> None:
    """That is a fault, in words."""
    office.dovecot.deliver(user, mail(1))
    entry = office.entry(user)
    wrong = office.folder / "wrong"
    wrong.write_text("not it")
    (fault,) = found(office, entry.model_copy(update={"password_file": wrong}))[1]
    assert fault.fault == "mailbox_away"
    assert "cannot be asked" in fault.text
