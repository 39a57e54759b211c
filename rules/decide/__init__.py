"""The one decision function: the same facts give the same decision, and nothing else is looked at.

`facts` says what goes in; `arrival`, `due` are the doors; `commands` and `steps` carry out what a
process file says; `acts` is what the engine brings itself; `outcome` makes the mails.
"""

from __future__ import annotations

from rules.decide.arrival import decide_arrival
from rules.decide.due import decide_delivery, decide_due, decide_operator
from rules.decide.facts import DeliveryReported, Facts, MailArrived, OperatorCommand, TimerDue
from rules.effects import Decision


def decide(facts: Facts) -> Decision:
    """What the event of these facts brings about. Never raises for what a mail may hold."""
    match facts.event:
        case MailArrived(mail):
            return decide_arrival(facts, mail)
        case TimerDue() as timer:
            return decide_due(facts, timer)
        case OperatorCommand() as order:
            return decide_operator(facts, order)
        case DeliveryReported() as report:
            return decide_delivery(facts, report)


__all__ = ["decide"]
