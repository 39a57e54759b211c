"""A mail's bytes as a `ParsedMail`: what it says, from whom, and what is odd about it.

Reading never raises. Each thing is read by one guarded accessor: what fails is left empty and said
in `problems`. A mail that could not be read within its limits is answered as `Unreadable`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from mailparser.dates import parse_mail_date
from mailparser.exceptions import MailParserReceivedParsingError
from mailparser.received import split_received

from gateway.reading import (
    addresses,
    agree,
    attached,
    body,
    bounce,
    doubts,
    forward,
    guard,
    html,
    kind,
    language,
    leftover,
    lookalike,
    newtext,
    parts,
    problems,
    unseen,
)
from gateway.reading.bounds import STANDARD, Bounds
from gateway.reading.headers import Headers, message_ids
from gateway.values import BounceReport, Kind, Mailbox, Original, ParsedMail, Unreadable

SUBJECT_LIMIT: Final = 998
"""Characters: the longest line that a subject may be (RFC 5322, 2.1.1)."""

T = TypeVar("T")


def parse(
    raw: bytes,
    *,
    mail_from: str | None = None,
    list_ids: frozenset[str] = frozenset(),
    alone: bool = False,
    bounds: Bounds = STANDARD,
) -> ParsedMail | Unreadable:
    """Read the mail `raw`. Never raises, whatever the bytes are; in bounded time and memory.

    `mail_from` is the envelope's, "" for the null sender, None where there is no envelope.
    `list_ids` are those of the mailing lists that feed a desk, in lower case. A mail with odd
    counts is read in a child process; `alone` asks for that. Of what is outside `bounds` the mail
    says that it is there.
    """
    if len(raw) > guard.SIZE_LIMIT:
        return Unreadable(f"larger than {guard.SIZE_LIMIT // 1_000_000} MB")
    if alone or guard.doubt(raw, bounds.header_block):
        return guard.read_apart(guard.Request(raw, mail_from, list_ids, bounds))
    try:
        return read(raw, mail_from, list_ids, bounds)
    except MemoryError:
        return Unreadable("no memory left to read it in", temporary=True)
    except Exception as error:  # noqa: BLE001 - the raw mail is kept, and the service goes on with the next
        return Unreadable(f"{type(error).__name__}: {error}"[:500])


@dataclass(frozen=True, slots=True)
class _Asking:
    """One guarded accessor for everything that is read (docs/security.md, fact 7)."""

    problems: list[str]

    def __call__(self, accessor: Callable[[], T], otherwise: T, problem: str) -> T:
        try:
            return accessor()
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - a fuzzer finds a new exception every few seconds
            self.problems.append(problem)
            return otherwise


_NOBODY: Final = addresses.Sender(None, (), ())
_NO_BODY: Final = body.Body("", (), "", False, (), ())
_UNTOLD: Final = kind.Verdict(Kind.AUTO, "its kind could not be told")


def read(
    raw: bytes, mail_from: str | None, list_ids: frozenset[str], bounds: Bounds = STANDARD
) -> ParsedMail:
    """Read the mail in this process."""
    tree = parts.take_apart(raw, bounds)
    root, headers = tree.root, tree.root.headers
    found = list(tree.problems)
    ask = _Asking(found)
    who = ask(
        lambda: addresses.sender(headers, bounds.addresses), _NOBODY, problems.UNREADABLE_HEADERS
    )
    said = ask(lambda: body.read(root, bounds.new_text), _NO_BODY, problems.UNREADABLE_TEXT)
    verdict = ask(
        lambda: kind.classify(root, said.text, mail_from, list_ids, bounds.automatic_hops),
        _UNTOLD,
        problems.UNREADABLE_HEADERS,
    )
    told = ask(
        lambda: newtext.split(said.text),
        newtext.NewText("", said.text, ()),
        problems.UNREADABLE_TEXT,
    )
    subject = ask(lambda: headers.text("subject")[:SUBJECT_LIMIT], "", problems.UNREADABLE_HEADERS)
    ids = message_ids(headers.first("message-id"), limit=1)
    date = ask(lambda: _date(headers), None, problems.UNREADABLE_HEADERS)
    found += [*who.problems, *said.problems, *_oddities(headers, ids, date, bounds)]
    found += ask(
        lambda: _second_readings(told.new, said),
        [problems.UNREADABLE_TEXT],
        problems.UNREADABLE_TEXT,
    )

    new_html = (
        ask(lambda: html.cut(said.markup, told.new), None, problems.UNREADABLE_TEXT)
        if said.markup
        else None
    )

    def boxes(name: str) -> tuple[Mailbox, ...]:
        return ask(
            lambda: addresses.boxes(headers, name, bounds.addresses),
            (),
            problems.UNREADABLE_HEADERS,
        )

    return ParsedMail(
        sender=None if problems.QUARANTINE & set(found) else who.only,
        from_boxes=who.boxes,
        to=boxes("to"),
        cc=boxes("cc"),
        reply_to=boxes("reply-to"),
        subject=subject,
        message_id=ids[0] if ids else None,
        in_reply_to=message_ids(headers.first("in-reply-to")),
        references=message_ids(headers.first("references")),
        date=date,
        kind=verdict.kind,
        kind_reason=verdict.reason,
        list_id=kind.list_id(headers),
        new_text=told.new,
        new_html=new_html,
        history=told.history,
        assumed=told.assumed,
        truncated=ask(
            lambda: leftover.new_words(told, said.rest, bounds.new_text),
            "",
            problems.UNREADABLE_TEXT,
        ),
        unambiguous=said.certain and not problems.AMBIGUOUS & set(found),
        doubtful_commands=told.doubtful,
        attachments=leftover.marked(said.attachments, said.markup, new_html),
        original=ask(
            lambda: _original(root, verdict.kind, subject, told, said, bounds),
            None,
            problems.UNREADABLE_TEXT,
        ),
        bounce=ask(
            lambda: _bounce(root, verdict.kind, said.text), None, problems.UNREADABLE_BOUNCE
        ),
        language=ask(lambda: language.guess(told.new), None, problems.UNREADABLE_TEXT),
        delivered_to=tuple(box.address for name in _DELIVERED for box in boxes(name)),
        problems=tuple(dict.fromkeys(found)),
    )


# Where mail systems write the envelope's recipient: qmail and most; Postfix; Exim.
_DELIVERED: Final = ("delivered-to", "x-original-to", "envelope-to")

# Fields that may stand once (RFC 5322, 3.6; RFC 2045, 3); From has problems of its own.
_ONCE: Final = (
    "sender",
    "reply-to",
    "to",
    "cc",
    "message-id",
    "in-reply-to",
    "references",
    "subject",
    "date",
    "content-type",
    "content-transfer-encoding",
)


def _oddities(
    headers: Headers, ids: tuple[str, ...], date: datetime | None, bounds: Bounds
) -> Iterator[str]:
    if not ids:
        yield problems.NO_MESSAGE_ID
    if date is None:
        yield problems.NO_DATE
    if any(len(headers.all(name)) > 1 for name in _ONCE):
        yield problems.REPEATED_FIELD
    if (
        sum(value.count("@") for name in ("to", "cc", "reply-to") for value in headers.all(name))
        > bounds.addresses
    ):
        yield problems.TOO_MANY_ADDRESSES
    if len(headers.all("received")) > bounds.hops:
        yield problems.TOO_MANY_HOPS


def _date(headers: Headers) -> datetime | None:
    """When it was sent, else when the last hop took it (RFC 5322, 3.6.1; RFC 5321, 4.4), in UTC."""
    sent = _moment(headers.first("date"))
    if sent or "received" not in headers:
        return sent
    try:
        _, stamp = split_received(headers.first("received")[:4000])
    except MailParserReceivedParsingError:
        return None
    return _moment(stamp or "")


def _moment(value: str) -> datetime | None:
    moment: datetime | None = parse_mail_date(value[:200]).value
    return moment


def _second_readings(new: str, said: body.Body) -> list[str]:
    """What another reader of the same mail may see otherwise."""
    found = []
    if said.markup and agree.differ(new, said.markup):
        found.append(problems.ALTERNATIVES_DIFFER)
    commanding = any(map(doubts.looks_like_command, new.splitlines()))
    if said.markup and commanding and unseen.hides_command(said.markup):
        found.append(problems.PERHAPS_UNSEEN)
    if lookalike.suspicious(new):
        found.append(problems.LOOKALIKES)
    return found


def _original(
    root: parts.Part,
    sort: Kind,
    subject: str,
    told: newtext.NewText,
    said: body.Body,
    bounds: Bounds,
) -> Original | None:
    if sort in (Kind.BOUNCE, Kind.REPORT, Kind.CALENDAR):
        return None
    return forward.find(said.text, subject) or attached.find(root, subject, told.new, bounds)


def _bounce(root: parts.Part, sort: Kind, text: str) -> BounceReport | None:
    if sort is Kind.BOUNCE or (sort is Kind.REPORT and bounce.STATUS_TYPES & set(root.types())):
        return bounce.report(root, text)
    return None
