"""The mailboxes of an installation: each in a thread of its own, by what the files say now."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

import structlog

from gateway.configuration.secrets import password
from gateway.configuration.settings import Configuration, MailboxEntry
from gateway.house import House
from gateway.intake.imap_connection import Account
from gateway.intake.imap_oauth2 import OAuth2SignIn
from gateway.intake.imap_signin import PasswordSignIn, SignIn
from gateway.intake.imap_watch import Patience, Watch
from gateway.mailboxes.ledger import StoreLedger
from gateway.signin.tokens import Tokens

log = structlog.get_logger(__name__)


def sign_in_of(entry: MailboxEntry, configuration: Configuration, tokens: Tokens) -> SignIn:
    """How this mailbox is signed in to."""
    user, client = entry.url.user or "", configuration.client(entry)
    if client is None:
        return PasswordSignIn(user, lambda: password(entry, tokens.environ))
    return OAuth2SignIn(user, tokens.of(client, user), entry.url.host, entry.url.port)


def account_of(entry: MailboxEntry, configuration: Configuration, tokens: Tokens) -> Account:
    """A mailbox of the configuration, ready to be opened."""
    return Account(
        server=entry.url,
        sign_in=sign_in_of(entry, configuration, tokens),
        ca_file=entry.ca_file,
        done=entry.done,
        quarantine=entry.quarantine,
    )


class Mailboxes:
    """Watches every mailbox of the house; `work` follows the configuration as it changes."""

    def __init__(
        self,
        house: Callable[[], House],
        owner: str,
        stored: Callable[[], None],
        free_disk: Callable[[], int],
        tokens: Tokens,
        patience: Patience | None = None,
    ) -> None:
        """`stored` is called after each commit; `free_disk` says the octets that are left."""
        self._house = house
        self._owner = owner
        self._stored = stored
        self._free_disk = free_disk
        self._tokens = tokens
        self._patience = patience or Patience()
        self._running: dict[str, tuple[MailboxEntry, Watch, threading.Thread]] = {}
        self._ending = threading.Event()

    def work(self) -> bool:
        """Starts and ends what the configuration says; never has more to do at once."""
        wanted = {str(entry.url): entry for entry in self._house().configuration.mailboxes}
        for name, (entry, watch, thread) in list(self._running.items()):
            if wanted.get(name) != entry:
                watch.stopping.set()
            if not thread.is_alive():
                del self._running[name]
        for name in wanted.keys() - self._running.keys():
            if not self._ending.is_set():
                self._start(name, wanted[name])
        return False

    def end(self, grace: float) -> None:
        """All leave their mailboxes to others; what is not done within `grace` seconds is known
        again the next time."""
        self._ending.set()
        until = time.monotonic() + grace
        running = list(self._running.values())
        for _, watch, _ in running:
            watch.stopping.set()
        for _, _, thread in running:
            thread.join(max(0.0, until - time.monotonic()))

    def _start(self, name: str, entry: MailboxEntry) -> None:
        watch = Watch(
            account_of(entry, self._house().configuration, self._tokens),
            StoreLedger(self._house, entry, self._owner, self._stored, self._free_disk),
            max_size=lambda: self._house().configuration.smtp.max_size,
            jitter=random.uniform,
            patience=self._patience,
        )
        thread = threading.Thread(target=watch.run, name=f"mailbox {name}", daemon=True)
        self._running[name] = (entry, watch, thread)
        thread.start()
