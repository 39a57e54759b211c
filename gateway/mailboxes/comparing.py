"""Whether what is in the mailboxes on their servers is what is on record: for `audit`."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.intake.imap_connection import Account, Away
from gateway.intake.imap_trial import Contents, contents
from store import mailboxes
from store.audit import Fault, Finding
from store.database import Database
from store.mailboxes import Entry, Mailbox


def compared(database: Database, name: str, account: Account) -> Iterator[Finding]:
    """One finding for each mail of the mailbox on its server; a server that cannot be asked is a
    fault, since nothing is proven then. Nothing is changed there.

    A mail above the floor that is not on record is new: nobody has acknowledged it yet.
    """
    part = f"mails in {name}"
    with database.read() as tx:
        box = next((b for b in mailboxes.everything(tx) if b.name == name), None)
        recorded = list(mailboxes.entries(tx, box.id)) if box else []
    try:
        there = contents(account)
    except Away as away:
        yield Finding(part, 0, 0, (_unasked(name, str(away)),))
        return
    entries = {e.uid: e for e in recorded if e.uidvalidity == there.uidvalidity}
    floor = box.floor if box is not None and box.uidvalidity == there.uidvalidity else 0
    yield Finding(part, 0, len(there.uids), _gone(name, entries, there))
    for done, uid in enumerate(there.uids, 1):
        known = uid in entries or uid > floor
        yield Finding(part, done, len(there.uids), () if known else (_passed(name, box, uid),))


def _unasked(name: str, why: str) -> Fault:
    mend = "Mend that, or leave servers out with --offline"
    return Fault("mailbox_away", name, f"the server cannot be asked: {why}", mend)


def _passed(name: str, box: Mailbox | None, uid: int) -> Fault:
    read_at = box.read_at if box is not None else None
    text = f"mail {uid} of this mailbox was passed over: it is not on record"
    mend = "Move it to another folder and back: it is new then, and is taken in"
    return Fault("mailbox_mail_unread", f"{name} {uid}", text, mend, at=read_at)


def _gone(name: str, entries: dict[int, Entry], there: Contents) -> tuple[Fault, ...]:
    """What was left on the server, and so is nowhere else, and is not there any more."""
    left = {uid for uid, e in entries.items() if e.inbox is None and not e.filed}
    return tuple(
        Fault(
            "mailbox_mail_gone",
            f"{name} {uid}",
            f"mail {uid} was left in this mailbox ({entries[uid].reason}) and is not there now",
            "Ask whoever uses the mailbox; it was not taken in",
        )
        for uid in sorted(left - set(there.uids))
    )
