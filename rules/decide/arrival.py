"""What an arrived mail brings about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from rules import commands as reading
from rules.commands import Called, Reading
from rules.decide import commands, moving
from rules.decide.acts.people import tell_responsible
from rules.decide.audience import roles_of
from rules.decide.cause import Cause
from rules.decide.facts import Facts, Found, Mail
from rules.decide.opening import blank_ticket, language_from, readers
from rules.decide.outcome import conclude
from rules.decide.permission import Verdict, judge, proven
from rules.decide.scene import Scene
from rules.decide.thanks import is_thanks
from rules.effects import (
    AddLink,
    Decision,
    Hold,
    Note,
    OpenTicket,
    Quarantine,
    QueueMail,
    SettleHold,
)
from rules.model import ActClass, Ticket
from rules.said import Headline, What, Why


def decide_arrival(facts: Facts, mail: Mail) -> Decision:
    """The first rule that has an answer decides."""
    scene = Scene(facts)
    scene.text = mail.text
    for rule in _RULES:
        decision = rule(scene, mail)
        if decision is not None:
            return decision
    return _new_ticket(scene, mail, _read(scene, mail))


# --- mails that no person wrote ------------------------------------------------------------------


def _spam(scene: Scene, mail: Mail) -> Decision | None:
    if not mail.spam:
        return None
    scene.do(Quarantine("spam"))
    return conclude(scene, "spam")


def _bounce(scene: Scene, mail: Mail) -> Decision | None:
    """Counts only where it came back to the very mail that it is about; says so to staff."""
    if mail.kind != "bounce":
        return None
    if scene.ticket is None or mail.bounced is None:
        scene.set_aside("bounce of no mail of ours")
        return conclude(scene, "bounce_unmatched")
    scene.do(Note("bounced", mail.bounced))
    scene.say(What.NOT_DELIVERED, address=mail.bounced, text=mail.bounce_text)
    tell_responsible(scene, Headline.BOUNCED)
    return conclude(scene, "bounced")


def _automatic(scene: Scene, mail: Mail) -> Decision | None:
    """Evidence on its ticket and no more; without one, a machine that reports of its own accord
    (monitoring, a list) gets a ticket, and an absence or a receipt is set aside."""
    if mail.kind == "human":
        return None
    if scene.ticket is not None:
        return _automatic_on_ticket(scene, mail)
    if mail.absence or mail.kind in ("report", "calendar"):
        scene.set_aside(f"automatic mail ({mail.kind_reason or mail.kind}) without a ticket")
        return conclude(scene, "automatic_without_ticket")
    _open(scene, mail, mail.sender)
    tell_responsible(scene, Headline.NEW_TICKET)
    return conclude(scene, "opened_by_machine")


def _automatic_on_ticket(scene: Scene, mail: Mail) -> Decision:
    scene.do(Note("noted", mail.kind_reason or mail.kind))
    if mail.absence:
        scene.say(What.ABSENCE, address=mail.sender)
        tell_responsible(scene, Headline.ABSENT)
    return conclude(scene, "automatic")


# --- mails of people -----------------------------------------------------------------------------


def _confirmation(scene: Scene, mail: Mail) -> Decision | None:
    """The answer to what we asked to confirm: `#yes` as its first line, or anything else."""
    held = scene.facts.held
    if held is None:
        return None
    read = _read(scene, mail)
    if read.commands and read.commands[0].first and _does(read.commands[0], "confirm"):
        return conclude(commands.run(scene, read.commands[:1], ()), "confirmed")
    scene.do(SettleHold(held.id, confirmed=False))
    scene.say(What.NOT_CONFIRMED)
    if scene.ticket is None:
        scene.set_aside("answer to a confirmation")
    return conclude(scene, "not_confirmed")


def _by_phone(scene: Scene, mail: Mail) -> Decision | None:
    """`#phone ADDRESS`: a ticket of its own for who called, wherever the agent wrote it."""
    read = _read(scene, mail)
    called = next((c for c in read.commands if _does(c, "phone")), None)
    if called is None or read.problems:
        return None
    refused = _may_not(scene, called)
    if refused is not None:
        return refused
    scene.ticket = None
    scene.internal = True
    _open(scene, replace(mail, to=(), cc=()), str(called.arguments.get("address")))
    _acknowledge(scene)
    return _after_commands(scene, read, "opened_by_phone")


def _may_not(scene: Scene, called: Called) -> Decision | None:
    """Where opening a ticket for somebody is not this sender's to do, the trial says so."""
    trial = Scene(scene.facts)
    trial.ticket = blank_ticket(scene.facts, scene.facts.next_number, "", "")
    after = commands.run(trial, [called], ())
    held = any(isinstance(e, Hold) for e in after.effects)
    if not after.refusals and not held:
        return None
    scene.refusals = after.refusals
    scene.effects += [e for e in after.effects if isinstance(e, Hold)]
    scene.answered = held
    if scene.ticket is None:
        scene.set_aside("command")
    return conclude(scene, "held" if held else "refused")


def _without_ticket(scene: Scene, mail: Mail) -> Decision | None:
    """Commands that need no ticket, in a mail that says nothing else."""
    if scene.ticket is not None:
        return None
    read = _read(scene, mail)
    alone = read.commands and all(c.spec.ticket != "needed" for c in read.commands)
    sends = any(_does(c, "send") for c in read.commands)
    opens = any(c.spec.ticket == "optional" and c.spec.to for c in read.commands)
    if not alone or opens or read.problems or (read.text.strip() and not sends):
        return None
    if any(_does(c, "send") or _makes_task(c) for c in read.commands):
        return None
    scene.text = ""
    scene = commands.run(scene, read.commands, read.problems)
    scene.set_aside("command")
    return conclude(scene, "refused" if scene.refusals else "answered")


def _on_ticket(scene: Scene, mail: Mail) -> Decision | None:
    if scene.ticket is None:
        return None
    roles = roles_of(scene.facts, scene.facts.actor.person, scene.ticket)
    if not roles & {"staff", "customer", "finance", *scene.process.roles}:
        return _outsider(scene, mail)
    read = _read(scene, mail)
    scene.text = read.text
    if "staff" not in roles and _finished(scene, mail, read):
        return _on_closed(scene, mail, read)
    if scene.text.strip() and "staff" not in roles:
        _customer_wrote(scene, mail)
    return _after_commands(scene, read, "commented")


_RULES: tuple[Callable[[Scene, Mail], Decision | None], ...] = (
    _spam,  # marked by the border or by staff: nobody is answered
    _bounce,  # before other automatic mail: it changes what we know of a delivery
    _automatic,  # never a command, never an answer
    _confirmation,  # the answer to a question of ours is nothing else
    _by_phone,  # opens a ticket of its own, even as a reply on another
    _without_ticket,  # commands that need none
    _on_ticket,  # the conversation
)


def _read(scene: Scene, mail: Mail) -> Reading:
    facts = scene.facts
    return reading.read(
        mail.text, facts.process, now=facts.now, zone=ZoneInfo(facts.desk.time_zone)
    )


def _does(called: Called, act: str) -> bool:
    return any(step.do == act for step in called.spec.steps)


def _makes_task(called: Called) -> bool:
    return any(step.task is not None for step in called.spec.steps)


def _outsider(scene: Scene, mail: Mail) -> Decision:
    """Somebody who is not on the ticket, but holds a mail of it: kept inside, staff are told, and
    nothing is answered (who they are is not proven, and what is here is not theirs)."""
    scene.internal = True
    scene.do(Note("noted", mail.sender))
    scene.say(What.UNVERIFIED, address=mail.sender)
    tell_responsible(scene, Headline.OUTSIDER_WROTE)
    return conclude(scene, "outsider")


# --- a new ticket --------------------------------------------------------------------------------


def _new_ticket(scene: Scene, mail: Mail, read: Reading) -> Decision:
    actor = scene.facts.actor.person
    scene.text = read.text
    requester = mail.sender
    if actor.staff and mail.original_sender and not _is_staff(scene, mail.original_sender):
        requester = mail.original_sender
    _open(scene, mail, requester)
    tell_responsible(scene, Headline.NEW_TICKET)
    _acknowledge(scene)
    scene.text_used = True
    return _after_commands(scene, read, "opened")


def _is_staff(scene: Scene, address: str) -> bool:
    return scene.facts.people.person(address).staff


def _open(scene: Scene, mail: Mail, requester: str) -> None:
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
    for number in mail.mentions:
        scene.do(AddLink("related", str(number)))
    moving.settle_timers(scene)
    moving.restart_on(scene, "opening")


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
    if not _believed(scene):
        return ()
    return readers(scene.facts, requester, mail)


def _believed(scene: Scene) -> bool:
    facts, mail = scene.facts, scene.mail
    token = bool(mail and mail.token and mail.token.address == facts.actor.address)
    if proven(ActClass.COMMENT, facts.actor, token=token):
        return True
    return facts.policy.unverified.value == "allow" and not facts.actor.failed


def _acknowledge(scene: Scene) -> None:
    """To everybody who will read along; who cannot be believed is answered alone, and a mail whose
    sender is shown to be false is not answered."""
    facts, ticket = scene.facts, scene.open_ticket
    if facts.actor.failed:
        return
    mails = scene.process.mails
    offers = tuple(offer.does for offer in mails.offers)
    scene.mails.append(
        QueueMail(
            mails.acknowledgement, ticket.customers, data={"new": True}, offers=offers, answer=True
        )
    )


# --- the conversation ----------------------------------------------------------------------------


def _customer_wrote(scene: Scene, mail: Mail) -> None:
    """Staff are told, and who reads along and was not written to already receives it."""
    scene.text_used = True
    tell_responsible(scene, Headline.CUSTOMER_WROTE)
    if not _believed(scene):
        scene.internal = True
        scene.say(What.UNVERIFIED, address=mail.sender)
        return
    reached = {mail.sender, *mail.to, *mail.cc}
    others = tuple(a for a in scene.open_ticket.customers if a not in reached)
    if others:
        scene.mails.append(QueueMail("comment", others, carries_text=True))
    moving.restart_on(scene, "last_customer_mail")


def _after_commands(scene: Scene, read: Reading, reason: str) -> Decision:
    """The commands, then what the text itself brings."""
    mail = scene.mail
    assert mail is not None
    for line in mail.doubtful:
        scene.refuse(line, Why.DOUBTFUL)
    before = scene
    scene = commands.run(scene, read.commands, read.problems)
    if scene.refusals or any(isinstance(e, Hold) for e in scene.effects):
        reason = "refused" if scene.refusals else "held"
        _resend_quote(scene)
    elif before.ticket is not None:
        _text_of_staff(scene, mail)
    if scene.refusals:
        _say_what_happened(scene)
    _move_by_reply(scene)
    _tell_assignee(scene)
    return conclude(scene, reason)


def _resend_quote(scene: Scene) -> None:
    from rules.decide.billing import mail_quote

    if any(refusal.why is Why.OLD_QUOTE for refusal in scene.refusals):
        mail_quote(scene, "quote", ("approve", "decline"))
        scene.lines.clear()


def _say_what_happened(scene: Scene) -> None:
    """Staff whose command failed: their text has not gone out, since it may speak of what was to
    happen; it stays inside."""
    if scene.facts.actor.person.works_at(scene.facts.desk.address):
        scene.internal = True


def _text_of_staff(scene: Scene, mail: Mail) -> None:
    """What staff write goes to the customers, but for what stays inside."""
    facts = scene.facts
    by_staff = facts.actor.person.works_at(facts.desk.address)
    if not by_staff or scene.text_used or not (scene.text.strip() or mail.attachments):
        return
    if facts.actor.address in scene.open_ticket.customers:
        tell_responsible(scene, Headline.CUSTOMER_WROTE)
        return
    if scene.internal:
        tell_responsible(scene, Headline.STAFF_WROTE)
        return
    _relay(scene, mail)


def _relay(scene: Scene, mail: Mail) -> None:
    facts = scene.facts
    token = bool(mail.token and mail.token.address == facts.actor.address)
    verdict = judge(ActClass.OUTWARD, facts.actor, facts.policy, token=token, plain=False)
    if verdict is not Verdict.DO:
        scene.internal = True
        if verdict is Verdict.CONFIRM:
            scene.effects.append(Hold(facts.actor.address, "", _ticket_shown(scene.open_ticket)))
            scene.answered = True
        else:
            scene.refuse("", Why.UNPROVEN)
        return
    reached = {*mail.to, *mail.cc}
    to = tuple(a for a in scene.open_ticket.customers if a not in reached)
    scene.mails.append(QueueMail("reply", to, carries_text=True))
    scene.text_used = True
    moving.restart_on(scene, "last_staff_mail")
    if facts.actor.address != scene.open_ticket.assignee:
        tell_responsible(scene, Headline.STAFF_WROTE)


def _ticket_shown(ticket: Ticket) -> dict[str, object]:
    return {"ticket": ticket.number, "subject": ticket.subject}


def _move_by_reply(scene: Scene) -> None:
    """The status that a reply leads to, where no command has moved the ticket."""
    facts = scene.facts
    if scene.moved or scene.refusals or facts.ticket is None or not scene.text.strip():
        return
    by_staff = facts.actor.person.works_at(facts.desk.address)
    if by_staff and (scene.internal or not _went_out(scene)):
        return
    replies = scene.process.replies.get("staff" if by_staff else "customer", {})
    target = replies.get(scene.open_ticket.status)
    if target:
        moving.move(scene, target, Cause("reply"))


def _went_out(scene: Scene) -> bool:
    return any(not m.internal and m.carries_text for m in scene.mails)


def _tell_assignee(scene: Scene) -> None:
    """Who has the ticket hears of what others do to it."""
    assignee = scene.ticket.assignee if scene.ticket else None
    if assignee and scene.lines and assignee != scene.facts.actor.address:
        scene.tell([assignee], Headline.CHANGED)


# --- after the end -------------------------------------------------------------------------------


def _finished(scene: Scene, mail: Mail, read: Reading) -> bool:
    """Whether the customer writes words (not a command alone) on a closed ticket."""
    closed = scene.process.statuses[scene.open_ticket.status].closed
    takes_text = any(s.survey == "answer" for c in read.commands for s in c.spec.steps)
    reopens = any(c.spec.to for c in read.commands)
    words = bool(scene.text.strip() or mail.attachments)
    return closed and words and not takes_text and not reopens


def _on_closed(scene: Scene, mail: Mail, read: Reading) -> Decision:
    """Thanks are noted; else it opens again, or a linked ticket where that is over."""
    if is_thanks(scene.text, mail.attachments):
        scene.do(Note("thanked"))
        scene.text_used = True
        return _after_commands(scene, replace(read, text=""), "thanked")
    if not _reopens(scene):
        return _follow_up(scene, mail, read)
    reopening = scene.process.reopening
    assert reopening is not None
    scene.do(Note("reopened"))
    moving.move(scene, reopening.to, Cause("reply"))
    tell_responsible(scene, Headline.REOPENED)
    _customer_wrote(scene, mail)
    return _after_commands(scene, read, "reopened")


def _reopens(scene: Scene) -> bool:
    from rules.decide import guards
    from rules.decide.knowledge import known

    reopening, ticket = scene.process.reopening, scene.open_ticket
    if reopening is None or ticket.closed_at is None:
        return False
    within = timedelta(days=int(reopening.within.split()[0]))
    late = scene.facts.now - ticket.closed_at > within
    barred = guards.holds(reopening.unless, known(scene.facts, ticket, {}))
    return not late and not barred


def _follow_up(scene: Scene, mail: Mail, read: Reading) -> Decision:
    """A ticket of its own, tied to the one that is over."""
    old = scene.open_ticket
    scene.on_other(old.number, AddLink("related", str(scene.facts.next_number)))
    scene.ticket = None
    scene.text = read.text
    _open(scene, replace(mail, found=Found.NEW), mail.sender)
    scene.do(AddLink("related", str(old.number)))
    tell_responsible(scene, Headline.NEW_TICKET)
    _acknowledge(scene)
    scene.text_used = True
    return _after_commands(scene, read, "followed_up")
