"""What sort of mail it is: human, or of a machine (RFC 3834, 3464, 8098, 5965).

A commented, ordered table of rules decides; the first that gives a reason wins. What people write
about machines, what they forward and what they answer to stays human: a phrase counts only from a
sender that is a machine by itself, or beside what no mail client adds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gateway.reading import bounce, phrases
from gateway.reading.bounds import STANDARD
from gateway.reading.headers import Headers, one_line
from gateway.reading.parts import Part
from gateway.values import Kind

_TEXT_LIMIT: Final = 4000
_FIELD_LIMIT: Final = 1000


@dataclass(frozen=True, slots=True)
class Verdict:
    """The kind, and why for people; "" for a human mail."""

    kind: Kind
    reason: str


@dataclass(frozen=True, slots=True)
class Look:
    """What the rules look at: `text` is the start of the readable text, `sender` the raw From."""

    root: Part
    headers: Headers
    types: frozenset[str]
    mail_from: str | None
    sender: str
    subject: str
    text: str
    hops: int
    """Received fields that are still ordinary."""
    own_list: bool
    actions: frozenset[str]
    """The actions of a delivery report (RFC 3464, 2.3.3)."""


def classify(
    root: Part,
    text: str,
    mail_from: str | None,
    list_ids: frozenset[str],
    hops: int = STANDARD.automatic_hops,
) -> Verdict:
    """The kind of the mail `root`; Return-Path stands in where `mail_from` is None. With more than
    so many `hops` it is automatic."""
    look = _look(root, text[:_TEXT_LIMIT], mail_from, list_ids, hops)
    for kind, rule in RULES:
        if reason := rule(look):
            return Verdict(kind, one_line(reason))
    return Verdict(Kind.HUMAN, "")


def _look(
    root: Part, text: str, mail_from: str | None, list_ids: frozenset[str], hops: int
) -> Look:
    headers = root.headers
    types = frozenset(root.types())
    actions: frozenset[str] = frozenset()
    if types & bounce.STATUS_TYPES:
        actions = frozenset(
            group.text("action").partition(" ")[0].lower() for group in bounce.blocks(root)
        )
    return Look(
        root=root,
        headers=headers,
        types=types,
        mail_from=_return_path(headers) if mail_from is None else mail_from,
        sender=headers.text("from")[:_FIELD_LIMIT],
        subject=headers.text("subject")[:_FIELD_LIMIT],
        text=text,
        hops=hops,
        own_list=(list_id(headers) or "") in list_ids,
        actions=actions - {""},
    )


def _return_path(headers: Headers) -> str | None:
    value = headers.first("return-path").strip()
    return value.strip("<> ") if value else None


_LIST_ID: Final = re.compile(r"<([^<>]*)>")


def list_id(headers: Headers) -> str | None:
    """The identifier of the mailing list in lower case, without its name (RFC 2919, 3)."""
    value = headers.text("list-id")
    found = _LIST_ID.findall(value)
    return (found[-1] if found else value).strip().lower() or None


def _daemon(look: Look) -> bool:
    return bool(
        phrases.DAEMON.search(look.sender)
        or (look.mail_from and phrases.DAEMON.match(look.mail_from))
    )


def _null_sender(look: Look) -> bool:
    return look.mail_from == ""


def _answers_by_itself(look: Look) -> bool:
    """Whether a program wrote it as an answer, as bounces are."""
    if _null_sender(look) or _daemon(look) or phrases.POSTMASTER.search(look.sender):
        return True
    return look.headers.text("auto-submitted").lower().startswith("auto-replied")


def _machine(look: Look) -> bool:
    """Whether the sender alone shows that no person sent it."""
    if _answers_by_itself(look) or _auto_submitted(look):
        return True
    return any(one.search(look.sender) for one in (phrases.NO_REPLY, phrases.GATEWAY))


def _reported(look: Look, types: frozenset[str]) -> bool:
    """Whether it is such a report (RFC 6522), and not one that a person attached or forwarded."""
    return bool(look.types & types) and ("multipart/report" in look.types or _machine(look))


def _delivery_report(look: Look) -> str:
    if not _reported(look, bounce.STATUS_TYPES) or _only_good_news(look):
        return ""
    return "a delivery report (RFC 3464)"


_GOOD_NEWS: Final = frozenset({"delivered", "relayed", "expanded"})


def _only_good_news(look: Look) -> bool:
    return (
        bool(look.actions) and look.actions <= _GOOD_NEWS and _reported(look, bounce.STATUS_TYPES)
    )


def _delivered(look: Look) -> str:
    return f"a delivery report: {', '.join(sorted(look.actions))}" if _only_good_news(look) else ""


def _read_receipt(look: Look) -> str:
    receipt = _reported(look, bounce.NOTIFICATION_TYPES) and not _daemon(look)
    return "a read receipt (RFC 8098)" if receipt else ""


def _refused_by_system(look: Look) -> str:
    return "a mail system's refusal" if _reported(look, bounce.NOTIFICATION_TYPES) else ""


_FEEDBACK_TYPES: Final = frozenset({"message/feedback-report"})
_REPORT_TYPES: Final = re.compile(r"report-type\s*=\s*\"?(feedback-report|tlsrpt)", re.IGNORECASE)
_AGGREGATE: Final = re.compile(r"report domain:\s*\S+.*submitter:", re.IGNORECASE)


def _feedback(look: Look) -> str:
    if _reported(look, _FEEDBACK_TYPES) or _REPORT_TYPES.search(look.headers.first("content-type")):
        return "a feedback report (RFC 5965)"
    if _AGGREGATE.match(look.subject) or "tls-report-domain" in look.headers:
        return "a report about our domain (RFC 7489, RFC 8460)"
    if "message/rfc822" in look.types and look.subject.lower().startswith(
        "complaint about message from "
    ):
        return "a feedback report (Microsoft JMRP)"
    return ""


def _reaction(look: Look) -> str:
    return "an emoji reaction" if "text/vnd.google.email-reaction+json" in look.types else ""


_METHOD: Final = re.compile(rb"^METHOD:[ \t]*(REPLY|COUNTER)\b", re.IGNORECASE | re.MULTILINE)


def _calendar_answer(look: Look) -> str:
    """iTIP answers (RFC 5546, 3.2.3 and 3.2.7). An invitation is a human mail with a file."""
    for part in look.root.leaves():
        if part.type != "text/calendar":
            continue
        method = part.params.get("method", "").upper()
        if method in ("REPLY", "COUNTER") or (
            not method and _METHOD.search(part.content().data[:4000])
        ):
            return "an answer to a calendar invitation"
    return ""


def _failed_recipients(look: Look) -> str:
    return "X-Failed-Recipients" if "x-failed-recipients" in look.headers else ""


def _from_daemon(look: Look) -> str:
    return (
        "from a mail system"
        if _daemon(look) and not phrases.AUTOMATIC_SUBJECT.match(look.subject)
        else ""
    )


def _machine_says_failed(look: Look) -> str:
    """By its subject, or in the words of an answer; a monitor may report full mailboxes as well."""
    if not _machine(look):
        return ""
    told = phrases.BOUNCE_SUBJECT.match(look.subject)
    if not told and _answers_by_itself(look):
        told = phrases.BOUNCE_TEXT.search(look.text)
    if not told and bounce.is_ses_report(look.text):
        return "a bounce notification of Amazon SES"
    return f"a machine says: {told[0].strip()}" if told else ""


def _returned_mail(look: Look) -> str:
    told = phrases.BOUNCE_SUBJECT.match(look.subject)
    if told and (look.types & bounce.RETURNED_TYPES or "multipart/report" in look.types):
        return f"our mail came back: {told[0].strip()}"
    return ""


def _auto_submitted(look: Look) -> str:
    value = look.headers.text("auto-submitted")
    keyword = re.split(r"[ (;]", value.lower(), maxsplit=1)[0]
    return f"Auto-Submitted: {value}" if keyword not in ("", "no") else ""


def _sent_by_nobody(look: Look) -> str:
    return "null envelope sender" if _null_sender(look) else ""


def _other_report(look: Look) -> str:
    return "multipart/report" if look.root.type == "multipart/report" else ""


# Name of the field: what its value must match. Each says by its presence that a program wrote the
# mail.
_AUTO_FIELDS: Final[dict[str, re.Pattern[str]]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "x-autoreply": r"(?!no\b)",
        "x-autorespond": r"(?!no\b)",
        "x-autoresponder": r"(?!no\b)",
        "x-autoreply-from": "",
        "x-mail-autoreply": "",
        "x-auto-response-suppress": r"(?!none\b)",
        "x-apple-action": "",
        "x-loop": "",
        "x-cron-env": "",
        "x-fc-machinegenerated": "true",
        "x-post-messageclass": "9;",
        "x-autogenerated": "",
        "feedback-id": "",
        "precedence": r"(?:bulk|junk|auto[-_ ]?reply|list)\b",
        "x-precedence": r"(?:bulk|junk|auto[-_ ]?reply|list)\b",
        "delivered-to": r"autoresponder$",
    }.items()
}
_OF_LISTS: Final = frozenset({"precedence", "x-precedence", "x-loop"})
"""Fields that list servers add to what people write."""


def _auto_field(look: Look) -> str:
    for name, pattern in _AUTO_FIELDS.items():
        if name in look.headers and not (look.own_list and name in _OF_LISTS):
            value = next(
                (one for one in look.headers.all(name) if pattern.match(one.strip())), None
            )
            if value is not None:
                return f"{name.title()}: {value.strip()[:100]}".rstrip(": ")
    return ""


_LIST_FIELDS: Final = (
    "list-id",
    "list-post",
    "list-unsubscribe",
    "list-help",
    "list-subscribe",
    "list-owner",
    "list-archive",
    "mailing-list",
    "x-mailing-list",
    "x-mailman-version",
)


def _list(look: Look) -> str:
    if look.own_list:
        return ""
    return next(
        (f"{name.title()}: a mailing list" for name in _LIST_FIELDS if name in look.headers), ""
    )


def _loop(look: Look) -> str:
    hops = len(look.headers.all("received"))
    return f"{hops} Received fields: in a loop" if hops > look.hops else ""


def _from_postmaster(look: Look) -> str:
    return "from a postmaster" if phrases.POSTMASTER.search(look.sender) else ""


def _from_no_reply(look: Look) -> str:
    return "from an address that takes no answer" if phrases.NO_REPLY.search(look.sender) else ""


def _automatic_subject(look: Look) -> str:
    told = phrases.AUTOMATIC_SUBJECT.match(look.subject)
    return f"Subject: {told[0].strip()}" if told else ""


# First match wins. Reports by their parts come first, since they are sure; then bounces, which
# often also call themselves automatic; then the signs of automatic mail, a list before what lists
# also add; guesses last.
RULES: Final[tuple[tuple[Kind, Callable[[Look], str]], ...]] = (
    (Kind.CALENDAR, _calendar_answer),  # an answer by a click, never an approval
    (Kind.REPORT, _read_receipt),  # says that a mail was shown, not that anybody agreed
    (Kind.REPORT, _feedback),  # abuse and DMARC reports, which often carry our own mail inside
    (Kind.REPORT, _reaction),  # a thumb is no approval
    (Kind.REPORT, _delivered),  # a delivery report without a failure
    (Kind.BOUNCE, _delivery_report),  # whoever sends it, the part is written by mail systems alone
    (Kind.BOUNCE, _failed_recipients),  # Exim, Google, mail.ru
    (Kind.BOUNCE, _refused_by_system),  # Dovecot refuses by a disposition notification of its own
    (Kind.BOUNCE, _from_daemon),  # nothing else comes from there
    (
        Kind.BOUNCE,
        _machine_says_failed,
    ),  # postmasters, scanners and null senders that say so in prose
    (Kind.BOUNCE, _returned_mail),  # gateways under names of people, with the mail that came back
    (Kind.AUTO, _auto_submitted),  # RFC 3834, 5
    (Kind.AUTO, _sent_by_nobody),  # RFC 3834, 4: what must not be answered
    (Kind.REPORT, _other_report),  # RFC 6522
    (Kind.LIST, _list),  # RFC 2369, RFC 2919; a list that feeds a desk is none
    (Kind.AUTO, _auto_field),  # what programs add by custom
    (Kind.AUTO, _loop),  # RFC 5321, 6.3
    (Kind.AUTO, _from_postmaster),  # a role, mostly a program
    (Kind.AUTO, _from_no_reply),  # an answer would bounce
    (Kind.AUTO, _automatic_subject),  # absence notes whose relay lost every other sign
)
