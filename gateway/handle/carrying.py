"""What goes on to others of a mail: the author's new words, their formatting and attachments.

Never the history, the signature's addresses or the command lines.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from gateway.reading import html
from gateway.render.page import Carried
from gateway.values import Attachment, ParsedMail
from rules.decide.facts import Actor

_TRUNCATED = "text.txt"
_MARKUP = 5
"""Octets of HTML for one of text that are ordinary."""


def carried(parsed: ParsedMail, actor: Actor, text: str) -> Carried:
    """`text` is the new text without its command lines, as the decision read it."""
    original = parsed.original
    if original is not None and actor.person.staff:
        words = "\n\n".join(w for w in (text.strip(), original.text.strip()) if w)
        whole = _parts(parsed, parsed.attachments)
        return Carried(original.sender.name or original.sender.address, words, None, whole)
    new = tuple(a for a in parsed.attachments if not a.quoted)
    return Carried(_author(parsed, actor), text, _formatted(parsed, text), _parts(parsed, new))


def bounded(carried: Carried, text: int, files: int) -> Carried:
    """As a notice brings it: at most so many characters, and octets of attachments. What is left
    out is in the history, once, and not in a copy for each of the staff."""
    kept, room = list[Attachment](), files
    for attachment in carried.attachments:
        if attachment.size <= room:
            room -= attachment.size
            kept.append(attachment)
    long = len(carried.text) > text
    html = carried.html if not long and len(carried.html or "") <= _MARKUP * text else None
    return replace(
        carried,
        text=_cut(carried.text, text),
        html=html,
        attachments=tuple(kept),
        cut=long or len(kept) < len(carried.attachments),
    )


def _cut(text: str, most: int) -> str:
    """At the end of a line where there is one."""
    if len(text) <= most:
        return text
    return text[: text.rfind("\n", most // 2, most) + 1 or most].rstrip() + "\n…"


def _author(parsed: ParsedMail, actor: Actor) -> str:
    name = actor.person.name or (parsed.sender.name if parsed.sender else "")
    return f"{name} <{actor.address}>" if name else actor.address


def _formatted(parsed: ParsedMail, text: str) -> str | None:
    """The HTML of the new words where it is sure to say the same as the text."""
    if not parsed.new_html:
        return None
    kept = set(text.splitlines())
    dropped = [line for line in parsed.new_text.splitlines() if line not in kept and line.strip()]
    shown = html.drop_lines(parsed.new_html, dropped) if dropped else parsed.new_html
    return html.sanitise(shown) if shown is not None else None


def _parts(parsed: ParsedMail, files: tuple[Attachment, ...]) -> tuple[Attachment, ...]:
    if not parsed.truncated:
        return files
    rest = parsed.truncated.encode()
    whole = Attachment(_TRUNCATED, "text/plain", len(rest), sha256(rest).hexdigest(), rest)
    return (*files, whole)
