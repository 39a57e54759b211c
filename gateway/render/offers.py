"""The commands that a mail holds ready: mailto: links that write the answer (RFC 6068)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from gateway.render.commands import written
from gateway.render.page import Asked, Link, Recipient
from rules.model import Ticket
from rules.process import Offer, Process, Question, Step


def offer_links(
    process: Process,
    offers: Iterable[Offer | str],
    recipient: Recipient,
    reply_to: str,
    ticket: Ticket | None,
) -> tuple[Link, ...]:
    """Each offer as a link to `reply_to`, in the recipient's language.

    An offer given by its command alone has the label that the process file gives it somewhere, else
    that of the command, else the words of the command. The subject holds nothing that a sender
    wrote: anyone may get it.
    """
    return tuple(_link(process, _known(process, o), recipient, reply_to, ticket) for o in offers)


def questions(
    process: Process,
    asks: Iterable[Question],
    recipient: Recipient,
    reply_to: str,
    ticket: Ticket | None,
) -> tuple[Asked, ...]:
    """What the acknowledgement asks, each answered by one tap."""
    return tuple(
        Asked(
            process.say(ask.text, recipient.language),
            offer_links(process, ask.offers, recipient, reply_to, ticket),
        )
        for ask in asks
    )


def _link(
    process: Process, offer: Offer, recipient: Recipient, reply_to: str, ticket: Ticket | None
) -> Link:
    name, _, given = offer.does.partition(" ")
    words = _in_language(process, name, given, recipient.language)
    line = f"{written(process, name, recipient.language)} {words}".strip()
    label = _label(
        process, offer, line, _named(process, name, words, recipient), recipient.language
    )
    subject = f"[#{ticket.number}] {label}" if ticket else label
    if _needs_more(process, name, given):
        return Link(label, mailto(reply_to, subject, f"{line} "), f"{line} …")
    return Link(label, mailto(reply_to, subject, f"{line}\r\n\r\n"), line)


def mailto(address: str, subject: str, body: str) -> str:
    """A mailto: URL (RFC 6068, 2): everything but unreserved characters is percent-encoded.

    The `+` of an address too: some webmail reads it as a space.
    """
    to = quote(address, safe="@")
    return f"mailto:{to}?subject={quote(subject, safe='')}&body={quote(body, safe='')}"


def _label(process: Process, offer: Offer, line: str, words: str, language: str) -> str:
    """What the offer is called, else its command and what it is given, else the line itself."""
    if offer.label:
        return process.say(offer.label, language)
    command = process.commands.get(offer.does.partition(" ")[0])
    if command is not None and command.label:
        return f"{process.say(command.label, language)} {words}".strip()
    return line.removeprefix("#").capitalize()


def _in_language(process: Process, name: str, given: str, language: str) -> str:
    """The arguments of an offer with its choices in the recipient's words."""
    command = process.commands.get(name)
    arguments = [*command.needs.values(), *command.takes.values()] if command else []
    word_of = {value: a.word_in(value, language) for a in arguments for value in a.choices}
    return " ".join(word_of.get(word, word) for word in given.split())


def _named(process: Process, name: str, words: str, recipient: Recipient) -> str:
    """The words as a label says them: a type of request by what people call it."""
    command = process.commands.get(name)
    arguments = [*command.needs.values(), *command.takes.values()] if command else []
    spec = process.types.get(words)
    if spec is None or all(argument.type != "type" for argument in arguments):
        return words
    return process.say(spec.label, recipient.language)


def _needs_more(process: Process, name: str, given: str) -> bool:
    """Whether the command needs words that only the recipient can add, such as a reason."""
    command = process.commands.get(name)
    return command is not None and len(given.split()) < len(command.needs)


def _known(process: Process, offer: Offer | str) -> Offer:
    if isinstance(offer, Offer):
        return offer
    labelled = (o for o in _all_offers(process) if o.does == offer and o.label)
    return next(labelled, Offer(does=offer))


def _all_offers(process: Process) -> Iterator[Offer]:
    yield from process.mails.offers
    for ask in process.mails.asks:
        yield from ask.offers
    for digest in process.digests.values():
        yield from digest.offers
    for step in _all_steps(process):
        yield from step.mail.offers if step.mail else ()
        yield from step.quote.offers if step.quote else ()


def _all_steps(process: Process) -> Iterator[Step]:
    for command in process.commands.values():
        yield from command.steps
    for status in process.statuses.values():
        yield from status.enter
    for timer in process.timers.values():
        yield from timer.steps
