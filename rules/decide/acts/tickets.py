"""Commands about tickets as wholes: the next one, ties, joining, taking apart, moving."""

from __future__ import annotations

from dataclasses import replace

from rules.commands import Called
from rules.decide import clocks, guards
from rules.decide.audience import responsible
from rules.decide.cause import Cause, Refused
from rules.decide.knowledge import known
from rules.decide.opening import blank_ticket
from rules.decide.outcome import notices
from rules.decide.scene import Scene
from rules.effects import (
    AddLink,
    AddParticipant,
    Assign,
    Block,
    Effect,
    MoveTo,
    Note,
    OpenOther,
    Quarantine,
    QueueMail,
    SetValue,
)
from rules.model import Desk, MessageFact, Ticket, Visibility
from rules.said import Headline, What, Why
from rules.words import normalise


def take_next(scene: Scene, cause: Cause) -> None:
    """The most urgent, longest-waiting of the desk's tickets that the sender may take, with its
    whole history."""
    waiting = sorted(scene.facts.queue, key=lambda t: _rank(scene, t))
    taken = next((t for ticket in waiting if (t := _taken(scene, ticket, cause))), None)
    if taken is None:
        scene.say(What.QUEUE_EMPTY)
        return
    given = QueueMail("next", (scene.facts.actor.address,), internal=True)
    others = [mail for mail in notices(taken) if mail.to]
    scene.on_other(taken.open_ticket.number, *taken.effects, *taken.mails, *others, given)
    scene.answered = True


def _taken(scene: Scene, ticket: Ticket, cause: Cause) -> Scene | None:
    """The ticket as it stands once the sender has it by the process's own command for it; None
    where that is refused them."""
    # Imported here, since a command may do this act as this act does a command.
    from rules.decide.commands import attempt

    taken = Scene(replace(scene.facts, ticket=ticket))
    take = scene.process.commands.get("take")
    if take is None:
        taken.do(Assign(scene.facts.actor.address))
        return taken
    try:
        attempt(taken, Called("take", take, {}, cause.line, 0, first=True))
    except Refused:
        return None
    return taken


def _rank(scene: Scene, ticket: Ticket) -> tuple[bool, int, object, int]:
    top = scene.process.queue.top
    first = top is not None and guards.holds(top, known(scene.facts, ticket, {}))
    return (not first, -ticket.priority.rank, ticket.opened_at, ticket.number)


def _other(scene: Scene, cause: Cause) -> Ticket:
    number = cause.arguments.get("ticket")
    other = scene.facts.others.get(number) if isinstance(number, int) else None
    if other is None or other.number == scene.open_ticket.number:
        raise Refused(Why.NO_SUCH_TICKET, number=number)
    return other


def link_ticket(scene: Scene, cause: Cause) -> None:
    """Ties the two, on both sides."""
    other = _other(scene, cause)
    scene.do(AddLink("related", str(other.number)))
    scene.on_other(other.number, AddLink("related", str(scene.open_ticket.number)))
    scene.say(What.LINKED, number=other.number, kind="related")


def merge(scene: Scene, cause: Cause) -> None:
    """This ticket ends, and goes on in the other: its people read along there."""
    other, ticket = _other(scene, cause), scene.open_ticket
    scene.do(AddLink("merged", str(other.number)))
    _end(scene)
    joining: list[Effect] = [AddLink("merged", str(ticket.number))]
    joining += [AddParticipant(a) for a in ticket.customers if a not in other.customers]
    scene.on_other(other.number, *joining, Note("merged", str(ticket.number)))
    scene.say(What.MERGED, number=other.number)


def _end(scene: Scene) -> None:
    """Closed without survey, mail or bill: what the customer asked is not done, but elsewhere."""
    process = scene.process
    closed = [n for n, s in process.statuses.items() if s.closed]
    silent = [n for n in closed if process.statuses[n].bill in (None, "nothing")]
    status = (silent or closed)[0]
    scene.do(MoveTo(status, True, scene.facts.now, process.version))
    clocks.stop_all(scene)
    scene.moved = True


def split(scene: Scene, cause: Cause) -> None:
    """The customer's latest mail becomes a ticket of its own."""
    ticket = scene.open_ticket
    mails = [m for m in ticket.messages if _from_customer(m)]
    if len(mails) < 2:
        raise Refused(Why.ALREADY)
    latest = mails[-1]
    number = scene.take_number()
    subject = cause.text("text") or latest.subject or ticket.subject
    new = replace(
        blank_ticket(scene.facts, number, latest.sender, subject),
        language=ticket.language,
        links=(),
    )
    scene.do(AddLink("split", str(number)))
    scene.open_other(
        OpenOther(
            new,
            (AddLink("split", str(ticket.number)), *clocks.beginning(scene.facts, new)),
            tie="split",
            moves_message=latest.id,
        )
    )
    scene.say(What.SPLIT, number=number)


def _from_customer(message: MessageFact) -> bool:
    human = message.direction == "in" and message.kind == "human"
    return human and not message.by_staff and message.visibility is Visibility.PUBLIC


def move_desk(scene: Scene, cause: Cause) -> None:
    """To another desk, where its process begins anew; that desk hears of it."""
    desk = _named_desk(scene, cause.text("desk"))
    process = scene.facts.processes[desk.process]
    ticket = scene.open_ticket
    if desk.address == ticket.desk:
        raise Refused(Why.ALREADY)
    scene.do(
        SetValue("desk", desk.address),
        SetValue("process", desk.process),
        Assign(None),
        MoveTo(process.start, False, scene.facts.now, process.version),
    )
    clocks.stop_all(scene)
    scene.moved = True
    there = replace(scene.facts, desk=desk, process=process)
    scene.do(*clocks.beginning(there, scene.open_ticket))
    told = responsible(there, scene.open_ticket)
    data = {"headline": Headline.NEW_TICKET.value, "lines": [], "history": True}
    scene.mails.append(QueueMail("notice", told, data=data, internal=True))
    scene.say(What.MOVED_DESK, desk=desk.name)


def _named_desk(scene: Scene, word: str) -> Desk:
    plain = normalise(word)
    for desk in scene.facts.desks:
        names = (desk.address, desk.name, desk.address.partition("@")[0], desk.process)
        if plain in (normalise(n) for n in names):
            return desk
    raise Refused(Why.NO_SUCH_DESK, given=word, desks=[d.address for d in scene.facts.desks])


def spam(scene: Scene, _: Cause) -> None:
    """Its mails go to quarantine, and so does what its sender writes from now on."""
    ticket = scene.open_ticket
    if scene.facts.people.person(ticket.requester).staff:
        raise Refused(Why.NO_SUCH_PERSON, given=ticket.requester)
    _end(scene)
    scene.internal = True
    scene.do(Note("marked_spam", ticket.requester))
    scene.do(Block(ticket.desk, ticket.requester), Quarantine("spam"))
    scene.say(What.SPAM)


def open_elsewhere(scene: Scene, cause: Cause) -> None:
    """A linked ticket at another desk; this mail's text is what it starts from, and no customer
    receives it."""
    wanted = cause.text("desk")
    address = scene.facts.desk.development if wanted == "development" else wanted
    desk = next((d for d in scene.facts.desks if d.address == address), None)
    if desk is None:
        desks = [d.address for d in scene.facts.desks]
        raise Refused(Why.NO_SUCH_DESK, given=wanted, desks=desks)
    there = replace(scene.facts, desk=desk, process=scene.facts.processes[desk.process])
    number = scene.take_number()
    actor = scene.facts.actor.address
    new = blank_ticket(there, number, actor, cause.text("title") or scene.open_ticket.subject)
    back = AddLink("related", str(scene.open_ticket.number))
    told = tuple(a for a in responsible(there, new) if a != actor)
    notice = QueueMail(
        "notice",
        told,
        data={"headline": Headline.NEW_TICKET.value, "lines": []},
        carries_text=True,
        internal=True,
    )
    scene.internal = True
    scene.do(AddLink(cause.text("tie"), str(number)))
    scene.open_other(
        OpenOther(new, (back, *clocks.beginning(there, new), notice), tie=cause.text("tie"))
    )
    scene.say(What.LINKED, number=number, kind=cause.text("tie"))
