"""`check --connect`: whether everybody lets us in on whom the gateway depends, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.authentication.resolver import DnsTrouble, Resolver
from gateway.configuration.oauth2 import OAuth2Client
from gateway.configuration.scalars import Unfit
from gateway.configuration.settings import Configuration, MailboxEntry
from gateway.configuration.urls import Maildir
from gateway.delivery.connecting import Closed, connect
from gateway.delivery.delivering import relay_of
from gateway.intake import imap_trial
from gateway.mailboxes import account_of
from gateway.signin.tokens import Tokens
from gateway.signin.values import SignInFailed
from store import evidence
from store.durability import weakness
from store.errors import StoreError, StoreOutdated
from store.migrate import check_schema

SECONDS: Final = 5.0
"""For the DNS."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One that was tried: `what` and `where` name it; `text` says what is wrong where it is not
    good, else what is worth knowing."""

    what: str
    where: str
    good: bool
    text: str = ""

    def __str__(self) -> str:
        told = f": {self.text}" if self.text else ""
        return f"{'good' if self.good else 'FAILED'}  {self.what} {self.where}{told}"


@dataclass(frozen=True, slots=True)
class Trial:
    """Signs in and goes again: nothing is sent, and nothing is changed but tokens that are renewed.

    A refresh token is tried with a store alone that can keep the one which comes in its place.
    """

    configuration: Configuration
    tokens: Tokens
    resolver: Resolver

    def run(self) -> Iterator[Tried]:
        """One after the other, so that each can be shown as it comes."""
        database = self._database()
        yield database
        if database.good and (weak := weakness(self.tokens.database)):
            yield Tried("database", database.where, False, weak)
        yield from self._evidence(stored=database.good and not database.text)
        for file, client, user in self._clients():
            yield self._client(file, client, user, stored=database.good and not database.text)
        yield self._way_out()
        yield from map(self._mailbox, self.configuration.mailboxes)
        yield self._names()

    def _database(self) -> Tried:
        where = self.tokens.database.url.render_as_string(hide_password=True)
        try:
            check_schema(self.tokens.database)
        except StoreOutdated:
            text = "it is empty or of an older version, which `serve` mends"
            return Tried("database", where, True, text)
        except StoreError as error:
            return Tried("database", where, False, str(error))
        return Tried("database", where, True)

    def _evidence(self, *, stored: bool) -> Iterator[Tried]:
        """The bucket or folder that mails are kept in, where they are outside of the database."""
        database = self.tokens.database
        if database.objects is None:
            return
        where = database.objects.url
        try:
            there = database.objects.probe()
            ours = evidence.owner_of(database) if stored else None
        except StoreError as error:
            yield Tried("evidence", where, False, str(error))
            return
        if there is None and ours is None:
            text = "nothing is there; whether it may be written to shows when `serve` begins"
            yield Tried("evidence", where, True, text)
        elif ours is not None and there != ours:
            text = "the mails of this installation are not there: name the place where they are"
            yield Tried("evidence", where, False, text)
        elif ours is None:
            text = f"another installation keeps its mails there ({there}): name another place"
            yield Tried("evidence", where, False, text)
        else:
            yield Tried("evidence", where, True)

    def _clients(self) -> Iterator[tuple[Path, OAuth2Client, str]]:
        """Each client with whom it signs in, once."""
        delivery = self.configuration.delivery
        named = [(box.oauth2, box.url.user) for box in self.configuration.mailboxes]
        if not isinstance(delivery.url, Maildir):
            named.insert(0, (delivery.oauth2, delivery.url.user))
        for file, user in dict.fromkeys(named):
            if file and user:
                yield file, self.configuration.oauth2[file], user

    def _client(self, file: Path, client: OAuth2Client, user: str, *, stored: bool) -> Tried:
        from gateway.signin.asking import ask

        what, where = "access token", f"of {file.name} for {user}"
        tokens = self.tokens
        try:
            if client.grant != "refresh_token":  # a stored one would hide a secret that has ended
                ask(tokens.http(), client, user, None, tokens.environ, tokens.clock())
            elif stored:
                tokens.token(client, user)
            else:
                text = "not tried: start `serve` first, which keeps the refresh token that follows"
                return Tried(what, where, False, text)
        except (SignInFailed, Unfit) as failed:
            return Tried(what, where, False, str(failed))
        return Tried(what, where, True)

    def _way_out(self) -> Tried:
        url = self.configuration.delivery.url
        if isinstance(url, Maildir):
            return _folder(url.path)
        try:
            connection = connect(relay_of(self.configuration, url, self.tokens))
        except Closed as closed:
            return Tried("relay", str(url), False, str(closed))
        connection.close()
        return Tried("relay", str(url), True)

    def _mailbox(self, entry: MailboxEntry) -> Tried:
        text = imap_trial.trouble(account_of(entry, self.configuration, self.tokens))
        return Tried("mailbox", str(entry.url), text is None, text or "")

    def _names(self) -> Tried:
        domain = next(iter(self.configuration.desks.values())).domain
        try:
            self.resolver.look_up(domain, "MX", SECONDS)
        except DnsTrouble as trouble:
            return Tried("DNS", domain, False, f"no name server answers: {trouble}")
        return Tried("DNS", domain, True)


def _folder(path: Path) -> Tried:
    """The Maildir, or where it will be made."""
    there = next((p for p in (path, *path.parents) if p.exists()), path)
    try:
        (there / ".deskpost-trial").touch()
        (there / ".deskpost-trial").unlink()
    except OSError as error:
        return Tried("Maildir", str(path), False, f"{there}: {error.strerror}")
    return Tried("Maildir", str(path), True)
