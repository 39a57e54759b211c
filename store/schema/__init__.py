"""The tables. Their constraints carry the guarantees; the functions beside only use them.

Partial indexes keep the costs flat: what is done leaves the index of what is to do.
"""

from __future__ import annotations

from store.schema.act_tables import (
    answers,
    decisions,
    holds,
    journal,
    signing_keys,
    standings,
    tokens,
    told,
)
from store.schema.common import metadata
from store.schema.mail_tables import attachments, evidence, inbox, messages, outbox
from store.schema.mailbox_tables import mailbox_mails, mailboxes
from store.schema.signin_tables import access_tokens
from store.schema.ticket_tables import (
    counters,
    digests,
    links,
    participants,
    quotes,
    settings,
    tasks,
    tickets,
    time_entries,
    timers,
)
from store.schema.watch_tables import canaries

__all__ = [
    "access_tokens",
    "answers",
    "attachments",
    "canaries",
    "counters",
    "decisions",
    "digests",
    "evidence",
    "holds",
    "inbox",
    "journal",
    "links",
    "mailbox_mails",
    "mailboxes",
    "messages",
    "metadata",
    "outbox",
    "participants",
    "quotes",
    "settings",
    "signing_keys",
    "standings",
    "tasks",
    "tickets",
    "time_entries",
    "timers",
    "tokens",
    "told",
]
