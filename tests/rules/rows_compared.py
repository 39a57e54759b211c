"""What a step brought, against what the table of its process says (`tests/rules/rows.py`)."""

from __future__ import annotations

from dataclasses import replace

from rules.model import Task, Ticket
from tests.rules.rows import Came, Cell, Table


def brought(table: Table, came: Came) -> set[str]:
    """What became of the tasks, as `brings` writes it."""
    before = {t.number: t for t in came.before.tasks} if came.before else {}
    said = set[str]()
    for task in came.after.tasks:
        old = before.get(task.number)
        if old is None:
            said.add(f"task {task.title} @{_holder(table, task)}".removesuffix(" @"))
        elif _holder(table, old) != _holder(table, task):
            said.add(f"give {task.title} @{_holder(table, task)}")
        if task.done and not (old and old.done):
            said.add(f"done {task.title}")
    return said


def _holder(table: Table, task: Task) -> str:
    return table.name(task.assignee) or task.role or ""


def value(table: Table, ticket: Ticket, name: str) -> str:
    """An attribute or field of the ticket, as `brings` writes it."""
    if name == "timers":
        return " ".join(sorted(t.name for t in ticket.timers))
    if name == "quote":
        return ticket.current_quote.status if ticket.current_quote else "none"
    if name == "billing":
        return f"{ticket.billing.status}"
    if name in ("basis", "amount"):
        return str(getattr(ticket.billing, name) or "")
    if name in ("bug", "idea", "pbi"):
        return next((link.to for link in reversed(ticket.links) if link.kind == name), "")
    if name in table.process.fields:
        return str(ticket.fields.get(name) or "")
    return table.name(str(getattr(ticket, name) or ""))


def wrong(table: Table, cell: Cell, came: Came) -> list[str]:
    """All that a row says and that did not come, or came and is not said."""
    faults = [f"refused: {refusal}" for refusal in came.refusals]
    becomes = came.before.status if cell.becomes == "=" and came.before else cell.becomes
    if came.after.status != becomes:
        faults.append(f"becomes {came.after.status}, not {becomes}")
    said = {part.strip() for part in cell.brings.split(";") if part.strip()}
    values = {part for part in said if "=" in part}
    if brought(table, came) != said - values:
        faults.append(f"brings {sorted(brought(table, came))}")
    for name, wanted in (part.split("=", 1) for part in values):
        if (found := value(table, came.after, name)) != wanted:
            faults.append(f"{name} is {found!r}, not {wanted!r}")
    return faults + _wrong_mails(table, cell, came)


def _wrong_mails(table: Table, cell: Cell, came: Came) -> list[str]:
    if cell.mails == "*":
        return []
    copies = [(table.name(to), template) for to, template in came.copies]
    wanted = [part.partition(":") for part in cell.mails.split()]
    named = {(name, template) for name, _, template in wanted if template}
    if sorted(n for n, _, _ in wanted) == sorted(n for n, _ in copies) and named <= set(copies):
        return []
    return ["mails " + " ".join(f"{name}:{template}" for name, template in copies)]


def changed(came: Came) -> bool:
    """Whether the ticket is another than before, but for the mail that is on it now. A word of the
    customer may stop a clock of silence."""
    assert came.before is not None
    return _kept(came.before) != _kept(came.after)


def _kept(ticket: Ticket) -> Ticket:
    return replace(ticket, messages=(), timers=())
