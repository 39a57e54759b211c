"""From a scene to a decision: every recipient gets what concerns them once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from rules.decide.audience import language_of, name_of
from rules.decide.hints import tell_begun
from rules.decide.possible import possible
from rules.decide.scene import Line, Scene
from rules.decide.tied import report_back
from rules.effects import Decision, Hold, QueueMail
from rules.model import Person
from rules.said import Headline, What

_TO_STAFF = frozenset({What.UNVERIFIED.value})
"""What the sender of the mail is not told."""
_TO_THE_SENDER = frozenset(
    word.value
    for word in (
        What.NOTE_KEPT,
        What.RELAYED,
        What.CONFIRMED,
        What.NOT_CONFIRMED,
        What.SECOND_ASKED,
        What.PROOF,
    )
)
"""What is said to the sender alone: notices to others leave it out."""
_INSIDE = frozenset({What.TASK_DONE.value, What.HINT.value, What.NOBODY.value})
"""What customers are not told of how we work."""


def conclude(scene: Scene, reason: str) -> Decision:
    """All effects of the scene, its mails last; nobody is written to where the policy is quiet."""
    if not scene.facts.policy.quiet:
        report_back(scene)
        tell_begun(scene)
    mails = [] if scene.facts.policy.quiet else _mails(scene)
    effects = scene.effects
    if scene.facts.policy.quiet:
        effects = [e for e in effects if not isinstance(e, QueueMail | Hold)]
    return Decision(
        (*effects, *mails),
        reason,
        lines=tuple(scene.lines),
        refusals=tuple(refusal.told() for refusal in scene.refusals),
        internal=scene.internal,
        text=scene.text.strip(),
        commanded=scene.asked and not scene.refusals,
    )


def _mails(scene: Scene) -> list[QueueMail]:
    mails = [replace(m, to=tuple(dict.fromkeys(m.to))) for m in scene.mails if m.to]
    mails += notices(scene)
    mails = _answer_fellows(scene, _answer_actor(scene, mails))
    actor = scene.facts.actor
    if actor.failed and not actor.confirmed:
        # Somebody else wrote in their name: they have asked for nothing.
        return [m for m in mails if not m.answer]
    return mails


def notices(scene: Scene) -> list[QueueMail]:
    """Notices to staff; people who are told the same share one effect."""
    told = {a for m in scene.mails if m.internal and m.carries_text for a in m.to}
    alike: dict[tuple[str, bool], list[str]] = defaultdict(list)
    words = _has_words(scene)
    lines = [line for line in scene.lines if line["what"] not in _TO_THE_SENDER]
    reach = _reach(scene)
    for address, notice in scene.notices.items():
        if address not in told and address != _author(scene):
            alike[notice.headline.value, notice.carries_text and words].append(address)
    return [
        QueueMail(
            "notice",
            tuple(addresses),
            data={"headline": headline, "lines": lines} | _conversation(headline) | reach,
            carries_text=carries,
            internal=True,
        )
        for (headline, carries), addresses in alike.items()
    ]


def _conversation(headline: str) -> dict[str, object]:
    """Who is given a ticket gets what was written on it, with the originals."""
    return {"history": True} if headline == Headline.ASSIGNED.value else {}


def _reach(scene: Scene) -> dict[str, object]:
    """Whom the words of staff went to beside those who are told of them."""
    if not scene.facts.actor.person.works_at(scene.facts.desk.address):
        return {}
    if scene.internal:
        return {"reach": "colleagues"}
    went_out = any(mail.carries_text and not mail.internal for mail in scene.mails)
    return {"reach": "customer"} if went_out else {}


def _has_words(scene: Scene) -> bool:
    """Whether there is something to carry beside commands."""
    mail = scene.mail
    return bool(mail and (scene.text.strip() or mail.attachments or mail.original_sender))


def _author(scene: Scene) -> str:
    actor = scene.facts.actor
    return "" if actor.operator else actor.address


def _answer_actor(scene: Scene, mails: list[QueueMail]) -> list[QueueMail]:
    """What was done, and what could not be, is told to the sender who asked for it: within a mail
    that they get anyway where there is one, else by itself."""
    actor = scene.facts.actor
    if actor.operator or scene.mail is None or not actor.address:
        return mails
    if scene.refusals:
        return [*mails, _refused(scene)]
    staff = actor.person.works_at(scene.facts.desk.address)
    untold = _TO_STAFF if staff else _TO_STAFF | _INSIDE
    lines = [line for line in scene.lines if line["what"] not in untold and (staff or _told(line))]
    if not scene.asked or scene.answered:
        return mails
    if not lines and any(actor.address in mail.to for mail in mails):
        return mails
    return _with_lines(scene, mails, actor.person, lines)


def _answer_fellows(scene: Scene, mails: list[QueueMail]) -> list[QueueMail]:
    """Who was asked to decide and gets no other mail hears what one of them has decided."""
    if not scene.decided or scene.refusals:
        return mails
    actor = scene.facts.actor
    reached = {actor.address, *(address for mail in mails for address in mail.to)}
    others = tuple(a for a in scene.open_ticket.customers if a not in reached)
    left_out = _TO_STAFF | _INSIDE | _TO_THE_SENDER
    lines = [line for line in scene.lines if line["what"] not in left_out and _told(line)]
    if not others or not lines:
        return mails
    data = {"lines": lines, "by": name_of(scene.facts.people, actor.address)}
    return [*mails, QueueMail("done", others, data)]


def _told(line: Line) -> bool:
    """Whether a customer hears of it: of our tasks only what we promise them."""
    return line["what"] != What.TASK_ADDED.value or bool(line.get("says"))


def _with_lines(
    scene: Scene, mails: list[QueueMail], person: Person, lines: list[Line]
) -> list[QueueMail]:
    staff = person.works_at(scene.facts.desk.address)
    for index, mail in enumerate(mails):
        if person.address in mail.to and mail.template != "outside":
            others = tuple(a for a in mail.to if a != person.address)
            told = replace(mail, to=(person.address,), data={"lines": lines, **mail.data})
            mails[index : index + 1] = [told, replace(mail, to=others)] if others else [told]
            return mails
    done = QueueMail("done", (person.address,), {"lines": lines}, answer=True, internal=staff)
    return [*mails, done]


def _refused(scene: Scene) -> QueueMail:
    facts = scene.facts
    language = language_of(facts, facts.actor.address, scene.ticket)
    data: dict[str, object] = {
        "refusals": [refusal.told() for refusal in scene.refusals],
        "possible": possible(scene, language),
        "lines": [],
    }
    staff = facts.actor.person.works_at(facts.desk.address)
    return QueueMail("refused", (facts.actor.address,), data, answer=True, internal=staff)
