"""Who is asked before something is done, and what they are shown of it.

What they are shown is pinned: a yes does that and nothing else (docs/security.md, E5 and E6).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from hashlib import sha256

from rules.commands import Called
from rules.decide import guards, letters
from rules.decide.audience import name_of, roles_of
from rules.decide.knowledge import known
from rules.decide.possible import allowed
from rules.decide.scene import Scene
from rules.effects import (
    AddParticipant,
    Effect,
    Hold,
    MoveTo,
    QueueMail,
    RemoveParticipant,
    SendQuote,
    SetBilling,
    SetRequester,
    SettleQuote,
)
from rules.model import ActClass
from rules.said import What, Why

_SECONDS = 5
"""People of whom one has to agree, that are asked at the most."""


def class_of(scene: Scene, called: Called) -> ActClass:
    """The class of the command as things stand: a process file or the desk may ask for more."""
    facts, ticket = scene.facts, scene.ticket
    names = _in_own_currency(scene, known(facts, ticket, called.arguments))
    classes = [called.spec.act_class]
    classes += [s.act_class for s in called.spec.stricter if guards.may_hold(s.when, names)]
    if any(step.bill == "paid" for step in called.spec.steps) and _above_limit(scene):
        classes.append(ActClass.MONEY)
    return ActClass(max(classes))


def _in_own_currency(scene: Scene, names: dict[str, object]) -> dict[str, object]:
    """The names without the amounts that are in another currency than the limits of the desk."""
    ticket, own = scene.ticket, scene.facts.desk.currency
    told = {n: None if _is_foreign(value, own) else value for n, value in names.items()}
    quote = ticket.current_quote if ticket else None
    if quote is not None and quote.currency != own:
        told["quote"] = {"status": quote.status, "amount": None}
    if ticket is not None and ticket.billing.currency not in (None, own):
        told["billing"] = {"status": ticket.billing.status, "amount": None}
    return told


def _is_foreign(value: object, own: str) -> bool:
    """Whether it is an amount with another currency (rules.kinds)."""
    if not isinstance(value, tuple) or len(value) != 2 or not isinstance(value[0], Decimal):
        return False
    return value[1] not in (None, "", own)


def _above_limit(scene: Scene) -> bool:
    """What is not known, or is in another currency, is above every limit."""
    desk, ticket = scene.facts.desk, scene.ticket
    if desk.paid_limit is None or ticket is None:
        return False
    billing = ticket.billing
    comparable = billing.amount is not None and billing.currency == desk.currency
    return not comparable or (billing.amount or 0) > desk.paid_limit


# --- the sender ----------------------------------------------------------------------------------


def hold(scene: Scene, trial: Scene, commands: Sequence[Called], reason: str = "unproven") -> Scene:
    """Nothing changes until the address on file says yes; the text of the mail waits as well where
    staff wrote it, since it might speak of what has not happened."""
    if _by_staff(scene):
        scene.internal = True
    scene.do(
        Hold(
            scene.facts.actor.address,
            _lines(commands),
            _shown(scene, trial, commands),
            max((class_of(scene, called) for called in commands), default=ActClass.OUTWARD),
            reason,
        )
    )
    scene.answered = True
    return scene


def hold_text(scene: Scene, reason: str) -> None:
    """The words of staff wait, and nothing else is asked for."""
    scene.internal = scene.answered = True
    shows = {**_of_ticket(scene), "does": _readers(scene), "text": _digest(scene)}
    scene.effects.append(Hold(scene.facts.actor.address, "", shows, ActClass.OUTWARD, reason))


def hold_inside(scene: Scene, trial: Scene, commands: Sequence[Called]) -> None:
    """The text holds what is internal: whoever wrote it says whether it shall go out."""
    mail = scene.mail
    does = _outline(scene, trial, commands) if commands else _readers(scene)
    inside = list(mail.inside if mail else ())
    shows = {**_of_ticket(scene), "does": does, "text": _digest(scene), "inside": inside}
    scene.internal = scene.answered = True
    waiting = Hold(scene.facts.actor.address, _lines(commands), shows, ActClass.OUTWARD, "inside")
    scene.effects.append(waiting)


def agreed(scene: Scene, commands: Sequence[Called]) -> bool:
    """Whether the second person, if one has answered, still is one who may."""
    second = scene.facts.actor.seconded
    return not second or second in others(scene, commands)


def changed(scene: Scene, trial: Scene, commands: Sequence[Called]) -> bool:
    """Whether a yes would now do something else than its sender was shown."""
    actor = scene.facts.actor
    if not commands or not actor.confirmed or "does" not in actor.shown:
        return False
    return actor.shown["does"] != _shown(scene, trial, commands)["does"]


def readers_changed(scene: Scene) -> bool:
    """The same of words alone: others would read them by now."""
    actor = scene.facts.actor
    words_alone = actor.confirmed and "does" in actor.shown and "text" in actor.shown
    return words_alone and not scene.asked and actor.shown["does"] != _readers(scene)


def _lines(commands: Sequence[Called]) -> str:
    return "\n".join(called.line for called in commands)


def _shown(scene: Scene, trial: Scene, commands: Sequence[Called]) -> dict[str, object]:
    """What a confirmation names beside the command: ticket, its status, version and amount."""
    shows = _of_ticket(scene)
    quote = scene.ticket.current_quote if scene.ticket else None
    if quote is not None and quote.status == "sent":
        shows |= {"quote": quote.number, "amount": str(quote.amount), "currency": quote.currency}
        shows |= {"minutes": quote.minutes or 0}
    for binds in {c.spec.binds for c in commands if scene.ticket} - {None, "quote"}:
        shows |= letters.shown(scene, binds or "")
    billing = next((e.billing for e in trial.effects if isinstance(e, SetBilling)), None)
    if billing is not None and billing.amount is not None:
        shows |= {"amount": str(billing.amount), "currency": billing.currency}
    if _by_staff(scene) and scene.text.strip():
        shows["text"] = _digest(scene)
    return {**shows, "does": _outline(scene, trial, commands)}


def _of_ticket(scene: Scene) -> dict[str, object]:
    ticket = scene.ticket
    if ticket is None:
        return {}
    return {"ticket": ticket.number, "subject": ticket.subject, "status": ticket.status}


def _outline(scene: Scene, trial: Scene, commands: Sequence[Called]) -> list[str]:
    """What a yes does, in words for comparing."""
    found = [f"from {scene.ticket.status}"] if scene.ticket else []
    found += [words for e in trial.effects[len(scene.effects) :] for words in _words(e)]
    for called in commands:
        binds = called.spec.binds
        if binds not in (None, "quote") and scene.ticket is not None:
            found.append(f"{binds} {letters.versions(scene.ticket, binds or '')}")
    if _by_staff(scene) and scene.ticket is not None and not trial.internal:
        found += _readers(scene)
    return found


def _words(effect: Effect) -> Iterator[str]:
    match effect:
        case MoveTo(status):
            yield f"to {status}"
        case SendQuote(amount, currency):
            yield f"quote of {amount} {currency}"
        case SettleQuote(number, status):
            yield f"quote {number} {status}"
        case SetBilling(billing):
            yield f"billing {billing.status} {billing.amount} {billing.currency}"
        case AddParticipant(address) | RemoveParticipant(address) | SetRequester(address):
            yield f"{type(effect).__name__} {address}"


def _readers(scene: Scene) -> list[str]:
    return [f"read by {address}" for address in sorted(scene.open_ticket.customers)]


def _digest(scene: Scene) -> str:
    """Tells one text from another."""
    return sha256(scene.text.strip().encode()).hexdigest()[:16]


def _by_staff(scene: Scene) -> bool:
    return scene.facts.actor.person.works_at(scene.facts.desk.address)


def name_the_proof(scene: Scene, commands: Sequence[Called]) -> None:
    """Who did what binds reads on what it rests: ticket, version, amount and proof."""
    actor, ticket = scene.facts.actor, scene.ticket
    binding = [c for c in commands if class_of(scene, c) >= ActClass.BIND and not _confirms(c)]
    if not binding or ticket is None or scene.mail is None:
        return
    sheets = [c.spec.binds for c in binding if c.spec.binds not in (None, "quote")]
    _tell_the_second(scene)
    scene.say(
        What.PROOF,
        number=ticket.number,
        version=letters.versions(ticket, sheets[0] or "") if sheets else 0,
        proof=actor.proof.value,
        second=name_of(scene.facts.people, actor.seconded),
        amount=str(ticket.billing.amount or ""),
        currency=ticket.billing.currency or "",
    )


def _tell_the_second(scene: Scene) -> None:
    """Who agreed hears that it is done, unless they are told of it anyway."""
    second = scene.facts.actor.seconded
    if not second or second in scene.notices or not scene.lines:
        return
    person, desk = scene.facts.people.person(second), scene.facts.desk
    inside = person.works_at(desk.address) or second in desk.finance
    lines = list(scene.lines)
    scene.mails.append(QueueMail("done", (second,), {"lines": lines}, answer=True, internal=inside))


def _confirms(called: Called) -> bool:
    return any(step.do == "confirm" for step in called.spec.steps)


# --- a second person -----------------------------------------------------------------------------


def second_person(scene: Scene, trial: Scene, commands: Sequence[Called]) -> Scene:
    """Somebody else who may do the same agrees by an answer of their own, or nothing changes."""
    asked = others(scene, commands)
    if not asked:
        for called in commands:
            scene.refuse(called.line, Why.MONEY)
        return scene
    actor = scene.facts.actor.address
    shows = {**_shown(scene, trial, commands), "by": actor}
    if _by_staff(scene):
        scene.internal = True
    for address in asked:
        scene.do(Hold(address, _lines(commands), shows, ActClass.MONEY, "second"))
    people = scene.facts.people
    names = [name_of(people, address) for address in asked]
    scene.say(What.SECOND_ASKED, names=names)
    scene.asked = True
    return scene


def others(scene: Scene, commands: Sequence[Called]) -> list[str]:
    """People on file who may do all of it too: never who asked for it."""
    facts, ticket = scene.facts, scene.ticket
    on_file = dict.fromkeys((*facts.desk.finance, *facts.people.persons))
    if ticket is not None:
        on_file.setdefault(ticket.requester)
    found = []
    for address in on_file:
        roles = roles_of(facts, facts.people.person(address), ticket)
        may = all(allowed(called.spec, roles) for called in commands)
        if may and address != facts.actor.address:
            found.append(address)
    return found[:_SECONDS]
