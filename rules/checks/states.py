"""The statuses as a graph: where tickets start, what leads where, what nothing leads to or from."""

from __future__ import annotations

from collections.abc import Iterator

from rules.checks import references
from rules.checks.context import Checked
from rules.faults import Fault
from rules.flow import following
from rules.model import OWN_TIMERS


def start(c: Checked) -> Iterator[Fault]:
    """That it exists is looked at with the other names of statuses (references.statuses)."""
    status = c.process.statuses.get(c.process.start)
    if status is not None and status.closed:
        message = f"new tickets start in '{c.process.start}', which is closed"
        yield c.fault(("start",), message, "Start in an open status.")


def leads_to_loops(c: Checked) -> Iterator[Fault]:
    statuses = c.process.statuses
    for name in statuses:
        seen, at = [name], statuses[name].leads_to
        while at is not None and at in statuses and at not in seen:
            seen.append(at)
            at = statuses[at].leads_to
        if at == name:
            way = " -> ".join([*seen, name])
            yield c.fault(
                ("statuses", name, "leads_to"),
                f"it leads back to itself: {way}",
                "End it somewhere.",
            )


def unreachable(c: Checked) -> Iterator[Fault]:
    """Statuses that no ticket ever comes to."""
    if not _connected(c):
        return
    after = following(c.process)
    reached, waiting = {c.process.start}, [c.process.start]
    while waiting:
        new = {edge for edge in after.get(waiting.pop(), frozenset()) if edge not in reached}
        reached |= new
        waiting += new
    for name in c.process.statuses:
        if name not in reached:
            mend = "Lead a command or a timer to it, or take it out."
            yield c.fault(("statuses", name), f"no ticket ever comes to '{name}'", mend)


def _connected(c: Checked) -> bool:
    """Whether all that leads anywhere is known: one mistyped status cuts off many that are right,
    and only its own fault helps."""
    return c.whole and next(references.statuses(c), None) is None


def dead_ends(c: Checked) -> Iterator[Fault]:
    """Open statuses that nothing leads on from."""
    if not _connected(c):
        return
    after = following(c.process)
    for name in c.process.open_statuses():
        if not after.get(name, frozenset()) - {name}:
            mend = "Let a command or a timer lead on from it, or say `closed: true`."
            yield c.fault(("statuses", name), f"nothing leads on from '{name}'", mend)


def timers(c: Checked) -> Iterator[Fault]:
    for name, timer in c.process.timers.items():
        path = ("timers", name)
        if name in OWN_TIMERS:
            yield c.fault(path, f"every process has a timer '{name}'", "Call this one otherwise.")
        if timer.to is None and not timer.steps and not timer.breach and c.whole:
            mend = "Say `to:` where it leads, or what it does under `do:`."
            yield c.fault(path, f"the timer '{name}' does nothing", mend)
        if ("delivery" in timer.counts_from) != (timer.of is not None):
            mend = "Say `counts_from: delivery` and `of:` together."
            yield c.fault(path, "delivery is the delivery of one template", mend)
        for n, status in enumerate(timer.pauses):
            if status in timer.while_:
                mend = "Name it in one of the two."
                message = f"'{name}' cannot run and stand still in '{status}'"
                yield c.fault((*path, "pauses", n), message, mend)
