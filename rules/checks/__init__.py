"""What must be true of a whole process file beyond its shape: one function each, in this table."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rules.checks import aliases, expressions, references, spans, states, steps, wording
from rules.checks.context import Checked
from rules.faults import Fault

CHECKS: tuple[Callable[[Checked], Iterator[Fault]], ...] = (
    references.file_name,
    references.statuses,  # every status that is named is there
    references.roles,
    references.types,
    references.binds,
    references.replies,
    states.start,
    states.leads_to_loops,
    states.unreachable,
    states.dead_ends,
    states.timers,
    spans.timers,
    spans.digests,
    spans.spans,  # lengths of time, hours, days, holidays, currency
    steps.one_key,
    steps.fields,  # what is set is there, and can have that value
    steps.values,
    steps.arguments,
    steps.tasks_and_timers,
    steps.command_arguments,  # names, choices, words of flags
    steps.classes,  # a process asks for more proof than others, never for less
    aliases.twice,
    aliases.missing,  # a customer finds every command in each language
    wording.labels,  # in each language of the process
    wording.templates,
    wording.offers,
    expressions.expressions,
)
