"""The conversation: what a customer's words and a member of staff's words bring."""

from __future__ import annotations

from rules.commands import Reading
from rules.decide import asking, clocks, commands, letters, moving, quotes
from rules.decide.acts.people import tell_responsible
from rules.decide.audience import at_work
from rules.decide.cause import Cause
from rules.decide.facts import Mail
from rules.decide.opening import believed, note_unverified
from rules.decide.outcome import conclude
from rules.decide.permission import Verdict, judge
from rules.decide.scene import Scene
from rules.effects import Decision, Hold, QueueMail
from rules.model import ActClass
from rules.said import Headline, What, Why


def customer_wrote(scene: Scene, mail: Mail) -> None:
    """Staff are told, and who reads along and was not written to already receives it."""
    scene.text_used = True
    tell_responsible(scene, Headline.CUSTOMER_WROTE)
    if not believed(scene):
        scene.internal = True
        scene.say(What.UNVERIFIED, address=mail.sender)
        return
    reached = {mail.sender, *mail.to, *mail.cc}
    others = tuple(a for a in scene.open_ticket.customers if a not in reached)
    if others:
        scene.mails.append(QueueMail("comment", others, carries_text=True))
    clocks.wrote(scene, "customer")


def after_commands(scene: Scene, read: Reading, reason: str) -> Decision:
    """The commands, then what the text itself brings."""
    mail = scene.mail
    assert mail is not None
    for line in mail.doubtful:
        scene.refuse(line, Why.DOUBTFUL)
    before = scene
    scene = commands.run(scene, read.commands, read.problems)
    if scene.refusals or any(isinstance(e, Hold) for e in scene.effects):
        reason = "refused" if scene.refusals else "held"
        quotes.after_refusal(scene)
        letters.after_refusal(scene)
    elif before.ticket is not None:
        _text_of_staff(scene, mail)
        if _would_leak(scene, mail):
            asking.hold_inside(before, scene, read.commands)
            scene, reason = before, "held"
    if scene.refusals:
        _say_what_happened(scene)
    _move_by_reply(scene)
    _break_silence(scene, reason)
    _count_from_reply(scene)
    _tell_assignee(scene)
    if scene.notices and not scene.facts.actor.confirmed:
        _note_unverified_once(scene)
    return conclude(scene, reason)


def _would_leak(scene: Scene, mail: Mail) -> bool:
    """Whether a customer would read what is internal on the ticket; who sent it is asked first."""
    facts = scene.facts
    by_staff = facts.actor.person.works_at(facts.desk.address)
    leaves = any(not m.internal for m in scene.mails)
    held = any(isinstance(e, Hold) for e in scene.effects)
    return bool(mail.inside) and by_staff and leaves and not held and not facts.actor.confirmed


def _note_unverified_once(scene: Scene) -> None:
    """Whoever is told of a command hears as well that nobody vouches for its sender."""
    if all(line["what"] != What.UNVERIFIED.value for line in scene.lines):
        note_unverified(scene)


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
    if mail.assumed and not scene.internal:
        # A quoted mail alone may hold what is internal; who sent it hears that it stayed inside.
        scene.internal = scene.asked = True
        scene.say(What.NOTE_KEPT)
    if scene.internal:
        tell_responsible(scene, Headline.NOTED)
        return
    _relay(scene, mail)


def _relay(scene: Scene, mail: Mail) -> None:
    facts = scene.facts
    token = bool(mail.token and mail.token.address == facts.actor.address)
    single = mail.unambiguous
    verdict = judge(ActClass.OUTWARD, facts.actor, facts.policy, token=token, single=single)
    changed = verdict is Verdict.DO and asking.readers_changed(scene)
    if verdict is Verdict.CONFIRM or changed:
        asking.hold_text(scene, "changed" if changed else "unproven")
        return
    if verdict is not Verdict.DO:
        scene.internal = True
        scene.refuse("", Why.UNPROVEN)
        return
    reached = {*mail.to, *mail.cc}
    to = tuple(a for a in scene.open_ticket.customers if a not in reached)
    scene.mails.append(QueueMail("reply", to, carries_text=True))
    scene.text_used = True
    if scene.asked:
        letters.say_relayed(scene)
    if facts.actor.confirmed and not scene.asked:
        scene.asked = True
        scene.say(What.CONFIRMED)
    if facts.actor.address != scene.open_ticket.assignee:
        tell_responsible(scene, Headline.STAFF_WROTE)


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


def _break_silence(scene: Scene, reason: str) -> None:
    """Who writes is not silent: what would be taken for consent is asked for again."""
    facts = scene.facts
    if facts.ticket is None or facts.actor.person.works_at(facts.desk.address):
        return
    for timer in clocks.break_silence(scene):
        tell_responsible(scene, Headline.CUSTOMER_WROTE)
        if timer.again and believed(scene) and reason not in ("held", "refused"):
            letters.send(scene, Cause(), timer.again)


def _count_from_reply(scene: Scene) -> None:
    """What counts from a mail of staff runs in the status that it led to."""
    by_staff = scene.facts.actor.person.works_at(scene.facts.desk.address)
    if by_staff and scene.ticket is not None and not scene.refusals and _went_out(scene):
        clocks.wrote(scene, "staff")


def _went_out(scene: Scene) -> bool:
    return any(not m.internal and m.carries_text for m in scene.mails)


def _tell_assignee(scene: Scene) -> None:
    """Who has the ticket hears of what others do to it."""
    assignee = at_work(scene.facts, scene.ticket.assignee if scene.ticket else None)
    if assignee and scene.lines and assignee != scene.facts.actor.address:
        scene.tell([assignee], Headline.CHANGED)
