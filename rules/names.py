"""What the expressions of a process file may name; `rules.decide.knowledge` gives the values."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from rules.expressions import Names
from rules.model import Priority
from rules.process import Argument, FieldSpec, Process

QUOTE_STATUSES = frozenset({"sent", "approved", "declined", "superseded", "expired"})
BILLING_STATUSES = frozenset({"none", "requested", "raised", "paid"})


def facts_of(process: Process) -> Names:
    """Every fact by name: fields of records, the words that a value can be, None for any value."""
    return {
        "status": frozenset(process.statuses),
        "type": frozenset(process.types),
        "priority": frozenset(p.value for p in Priority),
        "level": frozenset(process.roles),
        "assignee": None,
        "requester": None,
        "contract": None,
        "resolution": None,
        "organisation": dict.fromkeys(("name", "segment", "account_manager", "contracts")),
        "conversation": dict.fromkeys(
            (
                "answered",
                "responded",
                "attempts",
                "silent_business_days",
                "attachments",
                "customer_attachments",
            )
        ),
        "quote": {"status": QUOTE_STATUSES, "amount": None},
        "billing": {"status": BILLING_STATUSES, "amount": None},
        "time": dict.fromkeys(("billable_minutes",)),
        "links": dict.fromkeys(
            ("bug", "idea", "pbi", "related", "merged", "split", "bug_open", "bug_priority")
        ),
        "survey": dict.fromkeys(("sent",)),
    }


def names_of(process: Process, arguments: Mapping[str, Argument]) -> Names:
    """The facts, the process's own fields and a command's arguments."""
    fields = {name: _of_field(spec) for name, spec in process.fields.items()}
    given = {name: _of_argument(spec) for name, spec in arguments.items()}
    return {**facts_of(process), **fields, **given}


def _of_field(spec: FieldSpec) -> Collection[str] | None:
    return frozenset(spec.choices) if spec.type == "choice" else None


def _of_argument(spec: Argument) -> Collection[str] | None:
    if spec.type == "priority":
        return frozenset(p.value for p in Priority)
    return frozenset(spec.choices) if spec.type == "choice" else None
