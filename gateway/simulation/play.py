"""Plays FACTS step by step: each event is decided on, and the ticket goes on from there.

Mails arrive at once and are answered from the latest that their recipient got, whose signed address
proves what it is about. What is beyond one ticket (brakes, quarantine) is not played.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy as shallow_copy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from gateway.handle.desktop import RELAYED
from gateway.simulation.facts_file import FactsFile, Step, TicketFacts
from gateway.simulation.world import World, world_of
from gateway.views.decisions import decided
from rules.calendar import BusinessCalendar
from rules.decide import clocks, decide
from rules.decide.facts import (
    Actor,
    DeliveryReported,
    Event,
    Facts,
    Found,
    Held,
    Mail,
    MailArrived,
    OperatorCommand,
    Policy,
    TimerDue,
    Token,
    Unverified,
)
from rules.decide.opening import blank_ticket
from rules.decide.scene import Scene
from rules.effects import (
    Decision,
    Hold,
    OnOther,
    OpenOther,
    OpenTicket,
    QueueMail,
    SettleHold,
)
from rules.evolve import evolve_all
from rules.model import MessageFact, Person, Priority, Proof, Ticket, Timer, Visibility
from rules.process import Process

_MOST_TIMERS = 1000
"""That fall due while the clock moves once; more are a loop of the process."""


@dataclass(frozen=True, slots=True)
class Played:
    """One event and what came of it; `step` is its place in the conversation, from 0."""

    step: int
    at: datetime
    event: Mapping[str, object]
    decision: Decision
    before: str | None
    after: Ticket | None

    @property
    def decided(self) -> Mapping[str, object]:
        return decided(self.decision)


def play(facts: FactsFile, process: Process, processes: Mapping[str, Process]) -> Iterator[Played]:
    """What each step brings, and each timer that falls due on the way."""
    stage = Stage(facts, process, {**processes, process.process: process})
    for number, step in enumerate(facts.conversation):
        yield from stage.step(number, step)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What waits for a yes, and the mail that it stood in."""

    held: Held
    mail: Mail
    actor: Actor
    shows: Mapping[str, object]
    """What whoever says yes is shown."""


@dataclass
class Stage:
    """A ticket and its people as they stand between two steps."""

    facts: FactsFile
    process: Process
    processes: Mapping[str, Process]
    ticket: Ticket | None = None
    others: dict[int, Ticket] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    """By address: that of the latest mail that they got."""
    waiting: dict[int, _Waiting] = field(default_factory=dict)
    confirmed: set[str] = field(default_factory=set)
    messages: int = 0
    number: int = 0

    def __post_init__(self) -> None:
        self.now = self.facts.at
        self.world: World = world_of(self.facts, self.process)
        if self.facts.ticket is not None:
            self.ticket = self._standing(self.facts.ticket)

    def fork(self) -> Stage:
        """The same once more, to be played on by itself: everything that it holds is a value."""
        copy = shallow_copy(self)
        copy.others, copy.tokens = dict(self.others), dict(self.tokens)
        copy.waiting, copy.confirmed = dict(self.waiting), set(self.confirmed)
        return copy

    # --- what happens ---

    def step(self, number: int, step: Step) -> Iterator[Played]:
        self.number = number
        yield from self._until(self._moment(step))
        if step.sender is not None:
            yield from self._mail(step)
        elif step.timer is not None:
            yield self._timer(step.timer)
        elif step.operator is not None:
            actor = Actor(self._person(step.operator), operator=True)
            event = {"kind": "operator", "by": actor.address, "text": step.text.strip()}
            yield self._decide(OperatorCommand(step.text), actor, event)

    def _moment(self, step: Step) -> datetime:
        if step.at is not None:
            return max(step.at, self.now)
        if step.after is None:
            # No two mails arrive at the same moment.
            return self.now + timedelta(minutes=1 if step.sender else 0)
        desk = self.world.desk
        calendar = BusinessCalendar(self.process.hours, ZoneInfo(desk.time_zone), desk.country)
        return calendar.add(self.now, step.after)

    def _until(self, moment: datetime) -> Iterator[Played]:
        """What falls due on the way happens at its time."""
        for _ in range(_MOST_TIMERS):
            running = [(t.due_at, t.name) for t in self._timers() if t.due_at is not None]
            at, name = min(running, default=(None, ""))
            if at is None or at > moment:
                break
            self.now = max(self.now, at)
            yield self._timer(name)
        self.now = moment

    def _timers(self) -> tuple[Timer, ...]:
        return self.ticket.timers if self.ticket else ()

    def _timer(self, name: str) -> Played:
        event = {"kind": "timer", "name": name}
        return self._decide(TimerDue(name), Actor(Person("")), event)

    def _mail(self, step: Step) -> Iterator[Played]:
        person = self._person(step.sender or "")
        token = self.tokens.get(person.address) if step.proof == "both" else None
        shown = step.proof != "none"
        mail = Mail(
            sender_name=person.name,
            sender=person.address,
            subject=step.subject,
            text=step.text,
            kind=step.kind,
            attachments=step.attachments,
            found=Found.TOKEN if token else Found.SUBJECT if self.ticket else Found.NEW,
            token=token,
        )
        actor = Actor(
            person,
            proof=(Proof.BOTH if token else Proof.DOMAIN) if shown else Proof.NONE,
            domain=shown,
            quality=shown,
            confirmed_here=person.address in self.confirmed and token is not None,
        )
        yield from self._arrived(mail, actor)

    def _arrived(self, mail: Mail, actor: Actor) -> Iterator[Played]:
        event = {"kind": "mail", "from": mail.sender, "text": mail.text.strip()}
        token = mail.token
        waiting = self.waiting.get(token.version) if token and token.purpose == "confirm" else None
        held = waiting.held if waiting else None
        played = self._decide(MailArrived(mail), actor, event, held)
        yield played
        if waiting is None:
            return
        del self.waiting[waiting.held.id]
        if SettleHold(waiting.held.id, confirmed=True) in played.decision.effects:
            self.confirmed.add(mail.sender)
            sure = replace(
                waiting.actor,
                confirmed=True,
                shown=waiting.shows,
                proof=Proof.CONFIRMED,
                seconded=waiting.held.address if waiting.held.asked_by else "",
            )
            again = {**event, "text": waiting.mail.text.strip(), "confirmed": True}
            yield self._decide(MailArrived(waiting.mail), sure, again, again=True)

    # --- one decision ---

    def _decide(
        self,
        event: Event,
        actor: Actor,
        told: Mapping[str, object],
        held: Held | None = None,
        *,
        again: bool = False,
    ) -> Played:
        before = self.ticket.status if self.ticket else None
        facts = self._facts(event, actor, held)
        decision = decide(facts)
        self._carry_out(decision)
        if isinstance(event, MailArrived) and not again:
            self._keep_mail(event.mail, actor, decision)
        self._send(facts, decision)
        return Played(self.number, self.now, told, decision, before, self.ticket)

    def _facts(self, event: Event, actor: Actor, held: Held | None = None) -> Facts:
        policy = Policy(unverified=Unverified(self.facts.unverified))
        linked = {int(k.to) for k in self.ticket.links if k.to.isdigit()} if self.ticket else set()
        free = (self.ticket,) if self.ticket and not self.ticket.assignee else ()
        return Facts(
            event=event,
            actor=actor,
            desk=self.world.desk,
            process=self.process,
            people=self.world.people,
            now=self.now,
            policy=policy,
            ticket=self.ticket,
            desks=self.world.desks,
            processes={d.process: self.processes[d.process] for d in self.world.desks},
            others=self.others,
            linked={n: t for n, t in self.others.items() if n in linked},
            queue=free,
            held=held,
            next_number=len(self.others) + (2 if self.ticket else 1),
        )

    def _carry_out(self, decision: Decision) -> None:
        opened = next((e for e in decision.effects if isinstance(e, OpenTicket)), None)
        if opened is not None:
            if self.ticket is not None:
                self.others[self.ticket.number] = self.ticket
            self.ticket = opened.ticket
        if self.ticket is not None:
            messages = self.ticket.messages
            self.ticket = replace(evolve_all(self.ticket, decision.effects), messages=messages)
        for effect in decision.effects:
            if isinstance(effect, OpenOther):
                self.others[effect.ticket.number] = evolve_all(effect.ticket, effect.effects)
            elif isinstance(effect, OnOther) and effect.ticket in self.others:
                other = self.others[effect.ticket]
                self.others[effect.ticket] = evolve_all(other, effect.effects)

    def _keep_mail(self, mail: Mail, actor: Actor, decision: Decision) -> None:
        staff = actor.person.staff
        out = any(
            isinstance(e, QueueMail) and e.carries_text and not e.internal for e in decision.effects
        )
        public = not staff or out or decision.reason == "opened"
        public = public and mail.kind == "human" and not decision.internal
        self._add(
            MessageFact(
                "in",
                mail.kind,
                Visibility.PUBLIC if public else Visibility.INTERNAL,
                mail.sender,
                staff,
                self.now,
                attachments=mail.attachments,
                subject=mail.subject,
            )
        )
        for effect in decision.effects:
            if isinstance(effect, Hold):
                self._hold(effect, mail, actor)

    def _hold(self, effect: Hold, mail: Mail, actor: Actor) -> None:
        asked_by = str(effect.shows.get("by", ""))
        held = Held(len(self.waiting) + 1, effect.address, effect.commands, asked_by)
        shows = {**effect.shows, "class": int(effect.act_class)}
        self.waiting[held.id] = _Waiting(held, mail, actor, shows)
        self.tokens[effect.address] = Token(effect.address, "confirm", held.id)

    def _send(self, facts: Facts, decision: Decision) -> None:
        held = {e.address for e in decision.effects if isinstance(e, Hold)}
        copies = [(e, to) for e in decision.effects if isinstance(e, QueueMail) for to in e.to]
        for mail, to in copies:
            if to not in held:
                self.tokens[to] = Token(to, mail.purpose, mail.version)
            by_staff = mail.carries_text and not mail.internal and facts.actor.person.staff
            self._add(
                MessageFact(
                    "out",
                    "human" if mail.template in RELAYED else "auto",
                    Visibility.INTERNAL if mail.internal else Visibility.PUBLIC,
                    self.world.desk.address,
                    by_staff,
                    self.now,
                    mail.template,
                )
            )
            self._arrive(to)

    def _arrive(self, to: str) -> None:
        """A copy has reached its recipient: what counts from that begins."""
        if self.ticket is None:
            return
        report = DeliveryReported(to, delivered=True, message=self.messages)
        self._carry_out(decide(self._facts(report, Actor(Person("")))))

    def _add(self, message: MessageFact) -> None:
        self.messages += 1
        if self.ticket is not None:
            kept = (*self.ticket.messages, replace(message, id=self.messages))
            self.ticket = replace(self.ticket, messages=kept)

    # --- where it begins ---

    def _standing(self, given: TicketFacts) -> Ticket:
        """A ticket in that status, its timers running from now on."""
        requester = self.world.address(given.requester)
        facts = self._facts(OperatorCommand(""), Actor(Person("")))
        ticket = blank_ticket(facts, 1, requester, given.subject)
        status = given.status or ticket.status
        spec = self.process.types.get(given.type or "")
        scene = Scene(facts)
        scene.ticket = replace(
            ticket,
            status=status,
            type=given.type or ticket.type,
            level=given.level or (spec.level if spec else ticket.level),
            priority=Priority(given.priority),
            assignee=self.world.address(given.assignee) if given.assignee else None,
            contract=given.contract,
            closed_at=self.now if self.process.statuses[status].closed else None,
            fields=dict(given.fields),
        )
        clocks.settle(scene)
        clocks.restart_on(scene, "opening")
        return scene.open_ticket

    def _person(self, word: str) -> Person:
        return self.world.people.person(self.world.address(word))
