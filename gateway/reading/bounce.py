"""What a bounce says: which recipients failed, why, and the mail that it is about (RFC 3464, RFC
3461, RFC 3463).

Delivery reports are read here. What mail systems write as prose is flufl.bounce's, behind a guard,
and after it a reader that takes an address only where it stands alone or is the only one.
"""

from __future__ import annotations

import email
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from flufl.bounce import all_failures

from gateway.reading import addresses
from gateway.reading.headers import Headers, message_ids, one_line, split
from gateway.reading.parts import Part
from gateway.values import BounceReport, FailedRecipient

STATUS_TYPES: Final = frozenset({"message/delivery-status", "message/global-delivery-status"})
RETURNED_TYPES: Final = frozenset(
    {
        "message/rfc822",
        "message/global",
        "text/rfc822-headers",
        "text/rfc822-header",
        "message/rfc822-headers",
        "message/global-headers",
    }
)
NOTIFICATION_TYPES: Final = frozenset(
    {"message/disposition-notification", "message/global-disposition-notification"}
)

_RECIPIENT_LIMIT: Final = 100
_PROSE_LIMIT: Final = 100_000
_DIAGNOSTIC_LIMIT: Final = 500

# It logs every exception of its detectors with a traceback, and raises them too.
logging.getLogger("flufl.bounce").disabled = True


def report(root: Part, text: str) -> BounceReport:
    """What the bounce `root`, whose readable text is `text`, says."""
    text = text[:_PROSE_LIMIT]
    recipients = (
        _from_reports(blocks(root))
        or _from_reports(_groups(text.encode()) if "Final-Recipient:" in text else iter(()))
        or _from_header(root.headers, text)
        or _from_ses(text)
        or _from_flufl(root, text)
        or _from_prose(root, text)
    )
    return BounceReport(recipients[:_RECIPIENT_LIMIT], original_message_id(root, text))


def blocks(root: Part) -> Iterator[Headers]:
    """The groups of every report and notification (RFC 3464, 2.1; RFC 8098, 3.1)."""
    for part in root.leaves():
        if part.type in STATUS_TYPES or part.type in NOTIFICATION_TYPES:
            yield from _groups(part.content().data[:_PROSE_LIMIT])


def _groups(data: bytes) -> Iterator[Headers]:
    at = 0
    while at < len(data):
        block = split(data, at)
        if block.headers.fields:
            yield block.headers
        at = max(block.body_at, at + 1)


def _from_reports(groups: Iterator[Headers]) -> tuple[FailedRecipient, ...]:
    found = (_recipient(group) for group in groups)
    return tuple(dict.fromkeys(one for one in found if one))


_ACTIONS: Final = {
    "": "failed",
    "error": "failed",
    "fail": "failed",
    "failure": "failed",
    "delay": "delayed",
}
_STATUS: Final = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")
_REPLY: Final = re.compile(r"(?<![\d.])([45])\d\d[ -]")


def _recipient(group: Headers) -> FailedRecipient | None:
    """The address that we wrote to where it is told, else the one at which delivery ended."""
    named = (
        group.first(name)
        for name in ("original-recipient", "final-recipient", "x-actual-recipient")
    )
    address = next((found for value in named if (found := _address(value))), "")
    if not address:
        return None
    action = re.split(r"[ (;]", group.text("action").lower(), maxsplit=1)[0]
    kind, _, diagnostic = group.text("diagnostic-code").rpartition("; ")
    status = _STATUS.search(group.first("status"))
    return FailedRecipient(
        address=address,
        action=_ACTIONS.get(action, action),
        status=_exact(status[0] if status else "", diagnostic),
        diagnostic=_short(diagnostic or kind),
    )


def _exact(status: str, diagnostic: str) -> str:
    """The status, or the diagnostic's where it has none or only a class (RFC 3463, 3.1)."""
    told = _STATUS.search(diagnostic)
    if told and (not status or (status.endswith(".0.0") and told[0][0] == status[0])):
        return told[0]
    return status


def _address(value: str) -> str:
    """`rfc822; jan@acme.example` (RFC 3464, 2.1.2), also without the type and in angle brackets."""
    boxes = addresses.parse_field(value[:1000].rpartition(";")[2].strip()).boxes
    return boxes[0].address if boxes else ""


def _short(text: str) -> str:
    return one_line(text)[:_DIAGNOSTIC_LIMIT]


def _from_header(headers: Headers, text: str) -> tuple[FailedRecipient, ...]:
    """Exim and Google name them in X-Failed-Recipients."""
    values = ",".join(headers.all("x-failed-recipients"))
    return _told(text, [(box.address, "failed") for box in addresses.parse_field(values).boxes])


def _from_ses(text: str) -> tuple[FailedRecipient, ...]:
    """Amazon SES reports as JSON, by way of SNS, which may wrap it in JSON of its own."""
    if not is_ses_report(text):
        return ()
    try:
        told = json.JSONDecoder().raw_decode(text.lstrip())[0]
        told = json.loads(told["Message"]) if "Message" in told else told
        listed = told["bounce"]["bouncedRecipients"]
        fields = [{name: str(one.get(name, "")) for name in _SES_FIELDS} for one in listed]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ()
    return tuple(
        FailedRecipient(address, one["action"], one["status"], _short(one["diagnosticCode"]))
        for one in fields
        if (address := _address(one["emailAddress"]))
    )


_SES_FIELDS: Final = ("emailAddress", "action", "status", "diagnosticCode")
_SES_BOUNCE: Final = re.compile(r'"(?:notification|event)Type":"Bounce"')


def is_ses_report(text: str) -> bool:
    """Whether the text is an SNS notification of a bounce."""
    start = text[:1000].lstrip()
    plain = start.replace(" ", "").replace("\\", "")
    return start.startswith("{") and _SES_BOUNCE.search(plain) is not None


def _from_flufl(root: Part, text: str) -> tuple[FailedRecipient, ...]:
    try:
        delayed, failed = all_failures(
            email.message_from_bytes(root.raw[: root.start + _PROSE_LIMIT])
        )
    except Exception:  # noqa: BLE001 - its detectors raise on odd mails in many ways
        return ()
    found = [(address, "failed") for address in sorted(failed)]
    found += [(address, "delayed") for address in sorted(delayed - failed)]
    return _told(
        text, [(_address(address.decode("ascii", "replace")), action) for address, action in found]
    )


_RETURNED: Final = re.compile(
    r"^[ \t]*(?:Received|Return-Path):"
    r"|^[ \t]*-{3,}.*(?:copy|original|returned|unsent|header|source)",
    re.IGNORECASE | re.MULTILINE,
)
_ANYWHERE: Final = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_ALONE: Final = re.compile(
    r"^[ \t]*<?([\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+)>?(?:[ \t]*$|:)", re.MULTILINE
)
_DELAY: Final = re.compile(
    r"delay|still being retried|not yet been delivered|will be retried"
    r"|will continue to (?:be made|try)",
    re.IGNORECASE,
)


def _from_prose(root: Part, text: str) -> tuple[FailedRecipient, ...]:
    """Addresses alone on a line above the returned mail, or the only one that is not ours."""
    returned = _RETURNED.search(text)
    told = text[: returned.start()] if returned else text
    ours = {
        box.address
        for name in ("to", "from", "delivered-to")
        for box in addresses.boxes(root.headers, name)
    }
    alone = {_address(found) for found in _ALONE.findall(told)} - ours
    anywhere = {_address(found) for found in _ANYWHERE.findall(told)} - ours
    failed = alone or (anywhere if len(anywhere) == 1 else set())
    action = (
        "delayed"
        if _DELAY.search(root.headers.text("subject")) or _DELAY.search(told)
        else "failed"
    )
    return _told(text, [(address, action) for address in sorted(failed)])


def _told(text: str, found: list[tuple[str, str]]) -> tuple[FailedRecipient, ...]:
    """The recipients with what the first line that has a code says of them (RFC 3463)."""
    telling = next(
        (line for line in text.split("\n") if _STATUS.search(line) or _REPLY.search(line)), ""
    )
    reply = _REPLY.search(telling)
    status = _exact(f"{reply[1]}.0.0" if reply else "", telling)
    first = FailedRecipient("", "failed", status, _short(telling))
    return tuple(
        replace(first, address=address, action=action) for address, action in found if address
    )


_TOLD_ID: Final = re.compile(
    r"^[ \t>]*Message-Id:[ \t]*(<[^<>\s]{1,990}>)", re.IGNORECASE | re.MULTILINE
)


def original_message_id(root: Part, text: str) -> str | None:
    """The Message-ID of the returned mail, else as told, else what the bounce replies to."""
    return next(_original_ids(root, text), None)


def _original_ids(root: Part, text: str) -> Iterator[str]:
    for part in root.leaves():
        if part.type in RETURNED_TYPES:
            returned = split(part.content().data.lstrip(b"\r\n")).headers
            yield from message_ids(returned.first("message-id"))
    for group in blocks(root):
        yield from message_ids(group.first("original-message-id"))
        # What we named the envelope: the Message-ID without brackets (RFC 3461, 4.4).
        yield from message_ids(f"<{group.first('original-envelope-id').strip(' <>')[:100]}>")
    yield from _TOLD_ID.findall(text)
    yield from message_ids(root.headers.first("in-reply-to"))
    yield from reversed(message_ids(root.headers.first("references")))
