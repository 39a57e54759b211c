"""The acts that the engine brings: what a step `do: NAME` of a process file may name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rules.decide.acts import answers, people, tickets
from rules.decide.cause import Cause
from rules.decide.scene import Scene

ACTS: Mapping[str, Callable[[Scene, Cause], None]] = {
    "help": answers.help_,
    "status": answers.status,
    "list": answers.list_,
    "history": answers.history,
    "find": answers.find,
    "contract": answers.contract,
    "note": people.note,
    "reporter": people.reporter,
    "participants": people.participants,
    "send": people.send,
    "assign": people.assign,
    "phone": people.phone,
    "confirm": people.confirm,
    "take_next": tickets.take_next,
    "link_ticket": tickets.link_ticket,
    "merge": tickets.merge,
    "split": tickets.split,
    "move_desk": tickets.move_desk,
    "spam": tickets.spam,
    "open_elsewhere": tickets.open_elsewhere,
}
