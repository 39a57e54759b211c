"""Mails that a process file names: to whom, with whose words, and what answers decide on."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from rules.decide import billing, clocks
from rules.decide.audience import holders, responsible, union
from rules.decide.cause import Cause, Refused
from rules.decide.facts import TimerDue
from rules.decide.knowledge import latest_answer
from rules.decide.scene import Scene
from rules.effects import Note, QueueMail
from rules.model import Ticket
from rules.process import MailStep
from rules.said import What, Why


def send(scene: Scene, cause: Cause, spec: MailStep) -> None:
    """Queues the mail; what staff wrote goes with it where it goes to the customer."""
    to = union(recipients(scene, role) for role in spec.to)
    if spec.text:
        _put_before(scene, cause.text(spec.text))
    carries = spec.carries_text or _carries_reply(scene, spec)
    if carries:
        scene.text_used = True
    if carries and "customer" in spec.to:
        say_relayed(scene)
    scene.mails.append(
        QueueMail(
            spec.template,
            to,
            data=_data(scene, cause, spec),
            offers=tuple(offer.does for offer in spec.offers),
            carries_text=carries,
            internal="customer" not in spec.to and "requester" not in spec.to,
            purpose=spec.binds or "reply",
            version=_version(scene, spec),
            attach=spec.attach,
        )
    )
    clocks.stop_counting(scene, spec.template)


def say_relayed(scene: Scene) -> None:
    """To its sender: the text is not among colleagues any more."""
    if all(line["what"] != What.RELAYED.value for line in scene.lines):
        scene.say(What.RELAYED)


def _put_before(scene: Scene, words: str) -> None:
    if words and words != scene.text:
        scene.text = "\n\n".join(part for part in (words, scene.text.strip()) if part)


def _carries_reply(scene: Scene, spec: MailStep) -> bool:
    """A mail to the customer takes the text that staff wrote with it, so that one mail goes."""
    to_customer = "customer" in spec.to
    by_staff = scene.facts.actor.person.works_at(scene.facts.desk.address)
    fresh = not scene.text_used and not scene.internal
    return to_customer and by_staff and fresh and bool(scene.text.strip())


def _data(scene: Scene, cause: Cause, spec: MailStep) -> dict[str, object]:
    """The arguments; why a timer sends it; after how many days silence counts as what."""
    # What stood below the command line goes with the mail as it is written.
    below = scene.text.strip()
    data = {name: _plain(value) for name, value in cause.arguments.items() if value != below}
    if spec.binds:
        data |= billing.value(scene)
    answer = latest_answer(scene.open_ticket) if spec.cites else None
    if answer is not None:
        data["cites"] = answer.id
        scene.do(Note("cited", str(answer.id)))
    if isinstance(scene.facts.event, TimerDue) and scene.lines:
        data["lines"] = list(scene.lines)
    for name, timer in clocks.counting_from(scene, spec.template).items():
        span = clocks.length_of(scene.facts, timer, scene.open_ticket)
        if timer.silence and span.unit == "days":
            data["silence"] = {"timer": name, "days": span.count}
    return data


def recipients(scene: Scene, role: str) -> tuple[str, ...]:
    """The addresses that a word of `to` or `tell` stands for."""
    ticket = scene.open_ticket
    match role:
        case "customer":
            return ticket.customers
        case "requester":
            return (ticket.requester,)
        case "actor":
            return (scene.facts.actor.address,)
        case "desk":
            return responsible(scene.facts, ticket)
    return holders(scene.facts, role, ticket)


def _plain(value: object) -> object:
    """As JSON has it: what a mail's data may hold."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    return value


# --- what is decided on ------------------------------------------------------------------------


def versions(ticket: Ticket, template: str) -> int:
    """How often that mail went to the customer: the number of its current version."""
    return len({m.at for m in ticket.messages if m.template == template})


def _version(scene: Scene, spec: MailStep) -> int:
    if spec.binds is None:
        return 0
    return versions(scene.open_ticket, spec.binds) + (spec.binds == spec.template)


def refuse_old_version(scene: Scene, binds: str) -> None:
    """A decision names exactly one version: that of the signed address it came by.

    Raises:
        Refused: it is an older one.
    """
    token = scene.mail.token if scene.mail else None
    current = versions(scene.open_ticket, binds)
    if token is not None and token.purpose == binds and token.version != current:
        raise Refused(Why.OLD_VERSION)


def shown(scene: Scene, binds: str) -> dict[str, object]:
    """What a confirmation shows of the newest such mail: its version, the work, what it costs."""
    ticket = scene.open_ticket
    minutes = sum(entry.minutes for entry in ticket.time if entry.billable)
    return {"version": versions(ticket, binds), "minutes": minutes, **billing.value(scene)}


def after_refusal(scene: Scene) -> None:
    """Who decided on an old version is sent the current one, where the process says how to ask
    once more and it still waits for them."""
    if all(refusal.why is not Why.OLD_VERSION for refusal in scene.refusals):
        return
    ticket = scene.open_ticket
    for timer in scene.process.timers.values():
        spec = timer.again
        if spec is not None and spec.binds and ticket.status in timer.while_:
            send(scene, Cause(), spec.model_copy(update={"to": ("actor",)}))
            return
