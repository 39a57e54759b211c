"""A ticket's first moment: who asked, in which language, who reads along, what they are told."""

from __future__ import annotations

from dataclasses import replace

from rules.decide import clocks
from rules.decide.audience import language_of
from rules.decide.facts import Facts, Mail
from rules.decide.permission import proven
from rules.decide.scene import Scene
from rules.effects import AddLink, OpenTicket, QueueMail
from rules.model import ActClass, Ticket
from rules.said import What

_SHORT = 200
"""Characters of a subject that are kept; RFC 5322 leaves it open, terminals and clients do not."""


def blank_ticket(facts: Facts, number: int, requester: str, subject: str) -> Ticket:
    """As every new ticket of this desk begins."""
    desk, process = facts.desk, facts.process
    person = facts.people.person(requester)
    spec = process.types.get(desk.type or "")
    return Ticket(
        number=number,
        desk=desk.address,
        process=process.process,
        process_version=process.version,
        subject=" ".join(subject.split())[:_SHORT],
        status=process.start,
        requester=requester,
        requester_name=person.name,
        organisation=person.organisation,
        language=language_of(facts, requester, None),
        type=desk.type if spec else None,
        level=spec.level if spec else None,
        opened_at=facts.now,
        status_since=facts.now,
    )


def language_from(facts: Facts, requester: str, mail: Mail) -> str:
    """On file first, then as the mail reads, then the desk's; one that the process speaks."""
    on_file = facts.people.person(requester).language
    if on_file is None and mail.language in facts.process.languages:
        return mail.language or facts.desk.language
    return language_of(facts, requester, None)


def readers(facts: Facts, requester: str, mail: Mail) -> tuple[str, ...]:
    """Who was written to beside the desk: they read along. Desks and staff do not count, nor do
    addresses that only machines read."""
    desks = {d.address for d in facts.desks} | {facts.desk.address}
    staff = facts.people.persons
    seen = dict.fromkeys((*mail.to, *mail.cc))
    return tuple(
        address
        for address in seen
        if address != requester
        and not _is_desk(address, desks)
        and not (address in staff and staff[address].staff)
        and not _is_machine(address)
    )


def _is_desk(address: str, desks: set[str]) -> bool:
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}" in desks


def _is_machine(address: str) -> bool:
    local = address.partition("@")[0].replace("-", "").replace("_", "").replace(".", "")
    return local in {"mailerdaemon", "postmaster", "noreply", "donotreply", "nepasrepondre"}


def open_for(scene: Scene, mail: Mail, requester: str) -> None:
    """The ticket as it begins, with who reads along."""
    facts = scene.facts
    forwarded = requester != mail.sender and mail.original_sender == requester
    subject = (mail.original_subject if forwarded else None) or mail.subject or _first_words(scene)
    ticket = blank_ticket(facts, scene.take_number(), requester, subject)
    ticket = replace(
        ticket,
        language=language_from(facts, requester, mail),
        requester_name=ticket.requester_name or _name(mail, requester),
        participants=_participants(scene, mail, requester),
    )
    scene.do(OpenTicket(ticket))
    for number in (*mail.mentions, *mail.twins):
        scene.do(AddLink("related", str(number)))
    for number in mail.twins:
        scene.on_other(number, AddLink("related", str(ticket.number)))
    clocks.settle(scene)
    clocks.restart_on(scene, "opening")


def _first_words(scene: Scene) -> str:
    """A subject for a mail without one."""
    line = next((line for line in scene.text.splitlines() if line.strip()), "")
    return line.strip()[:80]


def _name(mail: Mail, requester: str) -> str:
    return mail.original_name if requester == mail.original_sender else mail.sender_name


def _participants(scene: Scene, mail: Mail, requester: str) -> tuple[str, ...]:
    """The Cc of a sender whom we may believe; a forwarded mail's readers are the forwarder's."""
    if mail.kind != "human" or requester != mail.sender:
        return ()
    if not believed(scene):
        return ()
    found = readers(scene.facts, requester, mail)
    # A mail to more of them is a mailing, whose readers nobody here writes to.
    return found if len(found) <= scene.facts.policy.readers else ()


def believed(scene: Scene) -> bool:
    facts, mail = scene.facts, scene.mail
    token = bool(mail and mail.token and mail.token.address == facts.actor.address)
    if proven(ActClass.COMMENT, facts.actor, token=token):
        return True
    return facts.policy.unverified.value == "allow" and not facts.actor.failed


def note_unverified(scene: Scene) -> None:
    """Staff are told where nobody vouches for the sender."""
    if not believed(scene):
        scene.say(What.UNVERIFIED, address=scene.facts.actor.address)


def acknowledge_again(scene: Scene) -> None:
    """To who has written on a closed ticket: it is open again, and we look at it."""
    facts = scene.facts
    if facts.actor.failed:
        return
    data: dict[str, object] = {"new": False}
    to = (facts.actor.address,)
    scene.mails.append(QueueMail(scene.process.mails.acknowledgement, to, data=data, answer=True))


def acknowledge(scene: Scene, *, follows: int | None = None) -> None:
    """To everybody who will read along; who cannot be believed is answered alone, and a mail whose
    sender is shown to be false is not answered.

    Args:
        follows: the number of the closed ticket that they had answered.
    """
    facts, ticket = scene.facts, scene.open_ticket
    if facts.actor.failed:
        return
    mails, mail = scene.process.mails, scene.mail
    by_staff = facts.actor.person.works_at(facts.desk.address)
    own = not by_staff or (mail is not None and mail.original_sender == ticket.requester)
    offers = tuple(offer.does for offer in mails.offers)
    own = own or facts.actor.address == ticket.requester
    data: dict[str, object] = {"new": True, "own": own}
    if follows is not None:
        data["follows"] = follows
    scene.mails.append(
        QueueMail(mails.acknowledgement, ticket.customers, data=data, offers=offers, answer=True)
    )
