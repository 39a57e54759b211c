"""The values that pass between intake, reading, deciding and sending. All are frozen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Channel(StrEnum):
    """How a mail reached us. Where there is no peer (pipe, import), the channel is the border."""

    SMTP = "smtp"
    LMTP = "lmtp"
    PIPE = "pipe"
    IMAP = "imap"
    IMPORT = "import"


class Kind(StrEnum):
    """What sort of mail it is; only HUMAN may command."""

    HUMAN = "human"
    AUTO = "auto"
    BOUNCE = "bounce"
    LIST = "list"
    REPORT = "report"
    CALENDAR = "calendar"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the transport said. `mail_from` is "" for the null sender (RFC 5321, 4.5.5)."""

    channel: Channel
    mail_from: str
    rcpt_to: tuple[str, ...]
    received_at: datetime
    peer: str | None = None
    helo: str | None = None


@dataclass(frozen=True, slots=True)
class RawMail:
    """One mail exactly as it arrived."""

    envelope: Envelope
    body: bytes


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A display name and a lower-case address (RFC 5322, 3.4: mailbox)."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is not the text: `name` is safe to show and to write as a file name."""

    name: str
    type: str
    size: int
    sha256: str
    content: bytes = field(repr=False)
    content_id: str | None = None
    inline: bool = False
    quoted: bool = False
    """Only the mail that is quoted shows it: it goes on to nobody."""


@dataclass(frozen=True, slots=True)
class Original:
    """The mail inside a forwarded mail, as its first header block names it."""

    sender: Mailbox
    subject: str | None
    text: str
    comment: str
    """What the forwarder wrote above it."""


@dataclass(frozen=True, slots=True)
class FailedRecipient:
    """One recipient of a bounce (RFC 3464, 2.3). `status` is an enhanced status code or ""."""

    address: str
    action: str
    status: str
    diagnostic: str

    @property
    def permanent(self) -> bool:
        return self.action == "failed" and not self.status.startswith("4")


@dataclass(frozen=True, slots=True)
class BounceReport:
    """What a bounce says: who failed, and the Message-ID of what failed where it names one."""

    recipients: tuple[FailedRecipient, ...]
    original_message_id: str | None


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """A mail as it was read. Reading never fails: what was odd stands in `problems`."""

    sender: Mailbox | None
    """The only From without defect; None where there is none, more than one, or a malformed one."""
    from_boxes: tuple[Mailbox, ...]
    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...]
    reply_to: tuple[Mailbox, ...]
    subject: str
    message_id: str | None
    """With its angle brackets, as in `in_reply_to`, `references` and `BounceReport`."""
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    date: datetime | None
    kind: Kind
    kind_reason: str
    """Why it is of that kind, for people; "" for a human mail."""
    list_id: str | None
    new_text: str
    """What the sender wrote now: no history, no signature, lines ended by \\n."""
    new_html: str | None
    """The same as HTML where its text agrees with `new_text`, else None; not sanitised."""
    history: str
    """The quoted text that was cut off, for people to look at; never read for commands."""
    assumed: bool
    """Nothing was written above a quoted mail, so that `new_text` is that mail: never relayed."""
    truncated: str
    """New text past the first megabyte and in later text parts that are no files: never read for
    commands, kept as an attachment of what is relayed; "" nearly always."""
    unambiguous: bool
    """Text and HTML agree, the charset is allowed, no look-alikes: a command may bind."""
    doubtful_commands: tuple[str, ...]
    """Lines like commands, on which two ways of finding the new text disagree: ask the sender."""
    attachments: tuple[Attachment, ...]
    original: Original | None
    bounce: BounceReport | None
    language: str | None
    """en, fr, cs, nl or de where the text shows it clearly enough."""
    delivered_to: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A mail that could not be read within its limits: kept, and for people to look at."""

    reason: str
    temporary: bool = False
    """The machine was at fault, not the mail: try again later."""
