"""The ticket while it is decided on: each effect is played at once and seen by what follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from rules.decide.facts import Facts, Mail, MailArrived
from rules.effects import (
    AddTask,
    Effect,
    OnOther,
    OpenOther,
    OpenTicket,
    QueueMail,
    SetAside,
)
from rules.evolve import evolve
from rules.model import Ticket
from rules.process import Process, Text
from rules.said import Headline, What, Why

Line = dict[str, object]
"""One thing that was done, by a word of `rules.said.What` and what its sentence needs."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a line of the mail was not done."""

    line: str
    why: Why
    details: Mapping[str, object] = field(default_factory=dict)

    def told(self) -> Line:
        return {"line": self.line, "why": self.why.value, **self.details}


@dataclass(slots=True)
class Notice:
    """What one member of staff is told; several reasons become one mail."""

    headline: Headline
    lines: list[Line] = field(default_factory=list)
    carries_text: bool = False


class Scene:
    """Gathers what one event brings about. Lives for one decision and never leaves it."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.ticket: Ticket | None = facts.ticket
        self.effects: list[Effect] = []
        self.lines: list[Line] = []
        self.refusals: list[Refusal] = []
        self.mails: list[QueueMail] = []
        self.notices: dict[str, Notice] = {}
        self.text = ""
        """The new text without its command lines."""
        self.internal = False
        """The text goes to no customer."""
        self.text_used = False
        """A command has taken the text as its argument."""
        self.moved = False
        self.taken = 0
        self.decided = False
        """A customer has decided on what they were asked; the others on the ticket hear of it."""
        self.asked = False
        """The sender asked for something, and hears what became of it."""
        self.answered = False
        """The sender gets a mail of their own that says what was done."""

    @property
    def process(self) -> Process:
        return self.facts.process

    @property
    def mail(self) -> Mail | None:
        event = self.facts.event
        return event.mail if isinstance(event, MailArrived) else None

    @property
    def open_ticket(self) -> Ticket:
        """The ticket at hand, for steps that are only reached with one."""
        assert self.ticket is not None
        return self.ticket

    def do(self, *effects: Effect) -> None:
        """Keeps each effect and plays it."""
        for effect in effects:
            self.effects.append(effect)
            if isinstance(effect, OpenTicket):
                self.ticket = effect.ticket
            elif self.ticket is not None:
                self.ticket = evolve(self.ticket, effect)

    def say(self, what: What, **details: object) -> None:
        """Keeps a line of what was done for the mails that go out."""
        self.lines.append({"what": what.value, **details})

    def refuse(self, line: str, why: Why, **details: object) -> None:
        self.refusals.append(Refusal(line, why, details))

    def tell(
        self, addresses: Iterable[str], headline: Headline, *, carries_text: bool = False
    ) -> None:
        """Staff hear of it, each once: the weightiest headline stays."""
        order = list(Headline)
        for address in addresses:
            notice = self.notices.setdefault(address, Notice(headline))
            if order.index(headline) < order.index(notice.headline):
                notice.headline = headline
            notice.carries_text = notice.carries_text or carries_text

    def take_number(self) -> int:
        """The number that the next ticket opened here will have."""
        self.taken += 1
        return self.facts.next_number + self.taken - 1

    def new_task_number(self) -> int:
        return max((t.number for t in self.open_ticket.tasks), default=0) + 1

    def add_task(self, task: AddTask) -> int:
        number = self.new_task_number()
        self.do(task)
        return number

    def label(self, text: Text) -> str:
        """For what is kept; lines have the text itself, since each is read in a language of its
        own."""
        return self.process.say(text, self.facts.desk.language)

    def set_aside(self, reason: str) -> None:
        self.effects.append(SetAside(reason))

    def on_other(self, number: int, *effects: Effect) -> None:
        self.effects.append(OnOther(number, effects))

    def open_other(self, other: OpenOther) -> None:
        self.effects.append(other)

    def fork(self) -> Scene:
        """A copy to try commands on: it is taken up whole, or left."""
        copy = Scene(self.facts)
        copy.ticket = self.ticket
        copy.text, copy.internal, copy.text_used = self.text, self.internal, self.text_used
        copy.moved, copy.answered, copy.taken = self.moved, self.answered, self.taken
        copy.asked, copy.decided = self.asked, self.decided
        copy.effects, copy.lines = list(self.effects), list(self.lines)
        copy.mails = list(self.mails)
        copy.notices = {a: replace(n, lines=list(n.lines)) for a, n in self.notices.items()}
        return copy
