"""The mail that was forwarded as an attachment."""

from __future__ import annotations

from gateway.reading import addresses, body
from gateway.reading.bounds import STANDARD, Bounds
from gateway.reading.files import MAILS
from gateway.reading.parts import Part, take_apart
from gateway.values import Original


def find(root: Part, subject: str, new_text: str, bounds: Bounds = STANDARD) -> Original | None:
    """The only attached mail, where the mail around it says nothing of its own or has its subject
    behind a prefix.

    An attached mail beside other words is an exhibit, not a forwarded mail.
    """
    mails = [leaf for leaf in root.leaves() if leaf.type in MAILS]
    if len(mails) != 1:
        return None
    inner = take_apart(mails[0].content().data.lstrip(b"\r\n"), bounds).root
    sender = addresses.sender(inner.headers, bounds.addresses).only
    inner_subject = inner.headers.text("subject")
    prefixed = bool(inner_subject) and subject != inner_subject and subject.endswith(inner_subject)
    if sender is None or (new_text.strip() and not prefixed):
        return None
    return Original(sender, inner_subject or None, body.read(inner, bounds.new_text).text, new_text)
