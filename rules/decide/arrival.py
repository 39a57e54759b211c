"""What an arrived mail brings about: the first rule that has an answer decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

from rules import commands as reading
from rules.commands import Called, Reading
from rules.decide import automatic, commands
from rules.decide.acts.people import tell_responsible
from rules.decide.afterwards import finished, on_closed, takes_text
from rules.decide.audience import language_of, roles_of
from rules.decide.conversation import after_commands, customer_wrote
from rules.decide.facts import Facts, Mail
from rules.decide.opening import acknowledge, blank_ticket, note_unverified, open_for
from rules.decide.outcome import conclude
from rules.decide.permission import Verdict, judge
from rules.decide.scene import Scene
from rules.effects import Decision, Hold, Note, QueueMail, SettleHold
from rules.model import ActClass
from rules.said import Headline, What


def decide_arrival(facts: Facts, mail: Mail) -> Decision:
    """The first rule that has an answer decides."""
    scene = Scene(facts)
    scene.text = mail.text
    for rule in _RULES:
        decision = rule(scene, mail)
        if decision is not None:
            return decision
    return _new_ticket(scene, mail, _read(scene, mail))


# --- mails of people -----------------------------------------------------------------------------


def _confirmation(scene: Scene, mail: Mail) -> Decision | None:
    """The answer to what we asked to confirm: `#yes` as its first line, or anything else. Whoever
    else holds the address answers nothing by it, under their own name or a forged one."""
    held, actor = scene.facts.held, scene.facts.actor
    if held is None or held.address != actor.address or actor.failed:
        return None
    read = _read(scene, mail)
    if read.commands and read.commands[0].first and _does(read.commands[0], "confirm"):
        return conclude(commands.run(scene, read.commands[:1], ()), "confirmed")
    scene.do(SettleHold(held.id, confirmed=False))
    scene.asked = True
    scene.say(What.NOT_CONFIRMED)
    if held.asked_by:
        data = {"lines": [{"what": What.NOT_AGREED.value}]}
        scene.mails.append(QueueMail("done", (held.asked_by,), data, answer=True, internal=True))
    if scene.ticket is None:
        scene.set_aside("answer to a confirmation")
    return conclude(scene, "not_confirmed")


def _by_phone(scene: Scene, mail: Mail) -> Decision | None:
    """`#phone ADDRESS`: a ticket of its own for who called, wherever the agent wrote it."""
    read = _read(scene, mail)
    called = next((c for c in read.commands if _does(c, "phone")), None)
    if called is None or read.problems or _is_outsider(scene):
        return None
    refused = _may_not(scene, called)
    if refused is not None:
        return refused
    scene.ticket = None
    scene.internal = True
    scene.text = read.text
    # An answer's subject is that of the ticket it answers, which has nothing to do with this one.
    subject = "" if scene.facts.ticket else mail.subject
    address = str(called.arguments.get("address"))
    open_for(scene, replace(mail, to=(), cc=(), subject=subject), address)
    tell_responsible(scene, Headline.NEW_TICKET)
    acknowledge(scene)
    return after_commands(scene, read, "opened_by_phone")


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
    alone = read.commands and all(_says_nothing_new(c) for c in read.commands)
    if not alone or read.problems or read.text.strip() or any(map(_opens, read.commands)):
        return None
    scene.text = ""
    scene = commands.run(scene, read.commands, read.problems)
    scene.set_aside("command")
    return conclude(scene, "refused" if scene.refusals else "answered")


def _on_ticket(scene: Scene, mail: Mail) -> Decision | None:
    if scene.ticket is None:
        return None
    if _is_outsider(scene):
        return _outsider(scene, mail)
    roles = roles_of(scene.facts, scene.facts.actor.person, scene.ticket)
    read = _read(scene, mail)
    scene.text = read.text
    if "staff" not in roles and finished(scene, mail, read):
        return on_closed(scene, mail, read)
    # Words of a mail whose commands were held have been told when it came.
    told = scene.facts.actor.confirmed or takes_text(read)
    if scene.text.strip() and "staff" not in roles and not told:
        customer_wrote(scene, mail)
    return after_commands(scene, read, "commented")


_RULES: tuple[Callable[[Scene, Mail], Decision | None], ...] = (
    automatic.spam,  # marked by the border or by staff: nobody is answered
    automatic.bounce,  # before other automatic mail: it changes what we know of a delivery
    automatic.automatic,  # never a command, never an answer
    _confirmation,  # the answer to a question of ours is nothing else
    _by_phone,  # opens a ticket of its own, even as a reply on another
    _without_ticket,  # commands that need none
    _on_ticket,  # the conversation
)


def _new_ticket(scene: Scene, mail: Mail, read: Reading) -> Decision:
    scene.text = read.text
    requester = mail.sender
    if mail.original_sender and _speaks_for(scene, mail.original_sender):
        requester = mail.original_sender
    open_for(scene, mail, requester)
    note_unverified(scene)
    tell_responsible(scene, Headline.NEW_TICKET)
    acknowledge(scene)
    scene.text_used = True
    return after_commands(scene, read, "opened")


def _speaks_for(scene: Scene, original: str) -> bool:
    """Verified staff open a ticket for whose mail they forward: nobody else makes us write to an
    address that a mail merely names."""
    facts, mail = scene.facts, scene.mail
    token = bool(mail and mail.token and mail.token.address == facts.actor.address)
    single = bool(mail and mail.unambiguous)
    verdict = judge(ActClass.OUTWARD, facts.actor, facts.policy, token=token, single=single)
    by_staff = facts.actor.person.staff and not facts.people.person(original).staff
    return by_staff and verdict is Verdict.DO


def _read(scene: Scene, mail: Mail) -> Reading:
    facts = scene.facts
    return reading.read(
        mail.text,
        facts.process,
        now=facts.now,
        time_zone=ZoneInfo(facts.desk.time_zone),
        others=[p for p in facts.processes.values() if p is not facts.process],
        answered_in=language_of(facts, facts.actor.address, scene.ticket),
    )


def _does(called: Called, act: str) -> bool:
    return any(step.do == act for step in called.spec.steps)


def _says_nothing_new(called: Called) -> bool:
    """It needs no ticket, or asks about one: nobody writes such a line to report something."""
    return called.spec.ticket != "needed" or called.spec.act_class == ActClass.READ


def _opens(called: Called) -> bool:
    """It leaves something to be kept on a ticket."""
    tasks = any(step.task is not None for step in called.spec.steps)
    return tasks or called.spec.to is not None or _does(called, "send")


def _is_outsider(scene: Scene) -> bool:
    """Somebody who is not on the ticket that their mail was found to be about."""
    if scene.ticket is None:
        return False
    roles = roles_of(scene.facts, scene.facts.actor.person, scene.ticket)
    return not roles & {"staff", "customer", "finance", *scene.process.roles}


def _outsider(scene: Scene, mail: Mail) -> Decision:
    """Somebody who is not on the ticket, but holds a mail of it: kept inside, staff are told, and
    nothing is answered (who they are is not proven, and what is here is not theirs)."""
    scene.internal = True
    scene.do(Note("noted", mail.sender))
    note_unverified(scene)
    tell_responsible(scene, Headline.OUTSIDER_WROTE)
    return conclude(scene, "outsider")
