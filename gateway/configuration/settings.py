"""gateway.toml as frozen values: the shape of the file, its defaults, and what each value may be.

The field names are the keys of the file (docs/running.md). Sizes are octets, times seconds.
Relative paths are resolved against the home, which validation gets as context.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PositiveInt, model_validator

from gateway.configuration import scalars, urls
from gateway.configuration.oauth2 import OAuth2Client
from gateway.configuration.scalars import Network, Rate, TcpAddress, Unfit
from gateway.configuration.urls import Maildir, Server
from rules.model import Desk

Address = Annotated[str, BeforeValidator(scalars.address)]
Amount = Annotated[Decimal, BeforeValidator(scalars.amount)]
Size = Annotated[int, BeforeValidator(scalars.size)]
Speed = Annotated[int, BeforeValidator(scalars.speed)]
Span = Annotated[int, BeforeValidator(scalars.span)]
Answers = Annotated[Rate, BeforeValidator(scalars.rate)]
Listener = Annotated[TcpAddress, BeforeValidator(scalars.listener)]
Border = Annotated[Network, BeforeValidator(scalars.network)]
Language = Annotated[str, BeforeValidator(scalars.language)]
Currency = Annotated[str, BeforeValidator(scalars.currency)]
TimeZone = Annotated[str, BeforeValidator(scalars.time_zone)]
Label = Annotated[str, BeforeValidator(scalars.label)]
AuthservId = Annotated[str, BeforeValidator(scalars.authserv_id)]
Folder = Annotated[str, BeforeValidator(scalars.folder)]
ListId = Annotated[str, BeforeValidator(scalars.list_id)]
Country = Annotated[str, BeforeValidator(scalars.country)]
File = Annotated[Path, BeforeValidator(urls.existing_file)]

DEFAULT_URLS = {"store": "sqlite:///gateway.db", "delivery": "maildir:outgoing"}


MAILBOXES = 100
"""Each is read in a thread of its own, over a connection of its own."""


class Section(BaseModel):
    """A table of the file: unknown keys are faults, nothing changes after loading."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Secret(Section):
    """Where a secret is, never the secret itself; at most one of the three."""

    password_env: str | None = None
    password_file: File | None = None
    oauth2: File | None = None
    """The client that asks for access tokens (`gateway.configuration.oauth2`)."""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        named = [n for n in ("password_env", "password_file", "oauth2") if getattr(self, n)]
        if len(named) > 1:
            raise Unfit(f"{' and '.join(named)} both say where the secret is", "keep one of them")
        return self


class Store(Secret):
    url: Annotated[str, BeforeValidator(urls.database)]
    """For SQLAlchemy, with an absolute path where it is SQLite; without password."""
    evidence: Annotated[str, BeforeValidator(urls.evidence)] = "database"

    @model_validator(mode="after")
    def _by_password(self) -> Self:
        if self.oauth2 is not None:
            mend = "write password_env or password_file"
            raise Unfit("oauth2 signs in to mail servers, and to no database", mend)
        return self


class Smtp(Section):
    listen: Listener = TcpAddress("127.0.0.1", 8025)
    lmtp: Annotated[TcpAddress | Path | None, BeforeValidator(urls.listener_or_socket)] = None
    max_size: Size = 35_000_000
    tls_cert: File | None = None
    tls_key: File | None = None

    @model_validator(mode="after")
    def _cert_and_key(self) -> Self:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise Unfit("tls_cert and tls_key belong together", "name both files, or neither")
        return self


class Delivery(Secret):
    url: Annotated[Maildir | Server, BeforeValidator(urls.delivery)]
    ca_file: File | None = None
    """The authority of the server's certificate, where it is none that the system knows."""

    @model_validator(mode="after")
    def _somebody_signs_in(self) -> Self:
        if self.oauth2 is not None and not getattr(self.url, "user", None):
            mend = 'write it as "smtp://desk%40accel.example@host:587"'
            raise Unfit("oauth2 needs a user to sign in as, and url names none", mend)
        return self


class Trust(Section):
    authserv_id: AuthservId = ""
    border: tuple[Border, ...] = (ip_network("127.0.0.1"), ip_network("::1"))
    unverified: Literal["refuse", "confirm", "allow"] = "confirm"


class Limits(Section):
    """docs/security.md says why each; defaults after Postfix."""

    answers_per_ticket: Answers = Rate(3, 600)
    answers_per_address: Answers = Rate(12, 86_400)
    answers_unknown: Answers = Rate(60, 600)
    answers_trusted_factor: PositiveInt = 10
    """As many times more for verified staff and for mails with a valid command."""
    confirmations: Answers = Rate(6, 3_600)
    """Questions to one address whether a mail in its name was theirs; as many times more for proven
    senders."""
    notices_unverified: Answers = Rate(30, 3_600)
    """Notices of a desk about mails that nobody vouches for; what is more is told as a number."""
    mails_per_ticket: Answers = Rate(30, 600)
    """Of one address on one ticket that go on to others; above it they count as a machine's."""
    mails_per_ticket_and_day: Answers = Rate(100, 86_400)
    readers: PositiveInt = 20
    """In To and Cc of a mail; a mailing to more has no readers."""
    notice_text: Size = 20_000
    """Of a mail's text that notices to staff quote."""
    notice_files: Size = 5_000_000
    """Of a mail's attachments that notices to staff bring; the rest is in the history."""
    header_block: Size = 100_000
    data_line: Size = 65_536
    new_text: Size = 1_000_000
    """Of the first text part, from which new text and commands are read."""
    nesting: PositiveInt = 50
    parts: PositiveInt = 500
    addresses: PositiveInt = 1_000
    recipients: PositiveInt = 100
    hops: PositiveInt = 50
    automatic_hops: PositiveInt = 40
    """More Received fields than this, and a mail counts as automatic."""
    idle: Span = 60
    whole_command: Span = 300
    slowest: Speed = 500
    connections: PositiveInt = 200
    connections_per_peer: PositiveInt = 20
    errors: PositiveInt = 20
    free_disk: Annotated[Decimal, BeforeValidator(scalars.amount)] = Decimal("1.5")
    """In mails of the largest size; below it new ones are put off (452)."""
    deaths: PositiveInt = 2
    """Of a child that read this one mail alone, after which it is quarantined."""


class Watch(Section):
    """What others may know of the gateway, and how it watches itself."""

    listen: Annotated[TcpAddress | None, BeforeValidator(scalars.listener_or_none)] = TcpAddress(
        "127.0.0.1", 8026
    )
    """/healthz and /metrics; None: nowhere."""
    canary: Span | None = None
    """Seconds between mails that each desk sends to itself through the outside world."""
    canary_to: Address | None = None
    """Who sends them back, unchanged, to the desk; None: they are sent to the desk itself."""
    canary_patience: Annotated[int, BeforeValidator(scalars.span)] = 900
    """Seconds after which one that has not come back is missed."""

    @property
    def asked_for(self) -> bool:
        """Whether the file says where to listen: then it has to be possible."""
        return "listen" in self.model_fields_set


class DeskEntry(Section):
    """One `[[desk]]`; `desk` is what the rules know of it."""

    address: Annotated[str, BeforeValidator(scalars.desk_address)]
    name: Label = ""
    process: str
    language: Language = "en"
    time_zone: TimeZone = "UTC"
    currency: Currency = "EUR"
    rates: Mapping[str, Amount] = {}
    finance: tuple[Address, ...] = ()
    type: str | None = None
    development: Address | None = None
    list_id: ListId | None = None
    country: Country | None = None
    paid_limit: Amount | None = None

    def desk(self) -> Desk:
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return Desk(**{**fields, "name": self.name or self.address})


class MailboxEntry(Secret):
    """One IMAP intake."""

    url: Annotated[Server, BeforeValidator(urls.imap)]
    desk: Address
    authserv_id: AuthservId = ""
    trusted_hops: int = Field(default=0, ge=0, le=20)
    """How many Received of the hosting stand above its stamp."""
    done: Folder | None = None
    """Where mails are moved once they are durable here; None: they stay, flagged as seen."""
    quarantine: Folder | None = None
    """Where mails are moved that cannot be taken in; None: they stay, flagged."""
    ca_file: File | None = None
    """The authority of the server's certificate, where it is none that the system knows."""

    @model_validator(mode="after")
    def _elsewhere(self) -> Self:
        folders = [self.url.folder, self.done, self.quarantine]
        named = [folder.casefold() for folder in folders if folder]
        if len(set(named)) < len(named):
            raise Unfit("its folders are not different ones", "name another folder")
        return self


class GatewayFile(Section):
    """The whole of gateway.toml."""

    operators: tuple[Address, ...] = ()
    store: Store
    smtp: Smtp = Smtp()
    delivery: Delivery
    trust: Trust = Trust()
    limits: Limits = Limits()
    watch: Watch = Watch()
    desk: Annotated[tuple[DeskEntry, ...], Field(min_length=1)]
    mailbox: Annotated[tuple[MailboxEntry, ...], Field(max_length=MAILBOXES)] = ()

    @model_validator(mode="before")
    @classmethod
    def _default_urls(cls, data: Mapping[str, object]) -> Mapping[str, object]:
        """Defaults that need the home, and so are read like what people write."""
        filled = dict(data)
        for section, url in DEFAULT_URLS.items():
            given = data.get(section, {})
            filled[section] = {"url": url, **given} if isinstance(given, Mapping) else given
        return filled


@dataclass(frozen=True, slots=True)
class Configuration:
    """One installation as its gateway.toml says it. Desks by address, in the order of the file."""

    home: Path
    operators: tuple[str, ...]
    store: Store
    smtp: Smtp
    delivery: Delivery
    trust: Trust
    limits: Limits
    watch: Watch
    desks: Mapping[str, Desk]
    mailboxes: tuple[MailboxEntry, ...] = ()
    oauth2: Mapping[Path, OAuth2Client] = field(default_factory=dict)
    """By the file that describes it."""

    def client(self, secret: Secret) -> OAuth2Client | None:
        """Whoever asks for the access tokens of this server; None: it takes a password."""
        return self.oauth2[secret.oauth2] if secret.oauth2 else None

    def desk(self, address: str) -> Desk | None:
        """The desk of this bare lower-case address, without a token."""
        return self.desks.get(address)
