"""The second opinion on new text: could a command's line be history after all?

It shares no rule with the walk of `newtext`: nothing here cuts, and none of it needs a language's
words. It looks for what an unmarked quotation leaves behind above a command: a line that names a
writer or a time like an attribution, header-like lines, a drawn rule, a second greeting.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from gateway.reading import words
from gateway.reading.lines import Line
from gateway.reading.separators import has_address, has_date, has_time, is_rule
from gateway.reading.words import fold

_COMMAND = re.compile(r"#\s?[^\W\d_]")
_BROKEN = 900
_LABELLED = re.compile(r"[^\W\d_][^:]{0,29}: ?\S")
_BRACKETED = re.compile(r"[<\[(][^\s<>]{1,90}@[^\s<>]{1,200}[>\])]")


def looks_like_command(raw: str) -> bool:
    """Whether a line begins with `#` and a word."""
    return _COMMAND.match(raw.lstrip()) is not None


def commands(lines: Sequence[Line], kept: Sequence[int], *, everything: bool) -> tuple[str, ...]:
    """The command-like ones of the kept lines that may be history; all of them if `everything`."""
    wanted = [
        (index, at)
        for index, at in enumerate(kept)
        if not lines[at].quoted and looks_like_command(lines[at].bare)
    ]
    if not wanted:
        return ()
    traces = 0 if everything else _first_trace([lines[at] for at in kept])
    between = _between_quotes(lines)
    return tuple(
        lines[at].raw.strip()
        for index, at in wanted
        if index >= traces or _touches_quote(lines, at) or at in between
    )


def _touches_quote(lines: Sequence[Line], at: int) -> bool:
    """Whether the line may be the wrapped end of the one above it (security.md, fact 9)."""
    above = lines[at - 1] if at else None
    return above is not None and (above.quoted or len(above.raw) >= _BROKEN)


def _between_quotes(lines: Sequence[Line]) -> range:
    """The lines below the first quoted one and above the last."""
    quoted = [at for at, line in enumerate(lines) if line.quoted]
    return range(quoted[0], quoted[-1]) if quoted else range(0)


def _first_trace(lines: Sequence[Line]) -> int:
    """The first line that an unmarked quotation may have left behind; their number if none."""
    for at, line in enumerate(lines):
        if line.quoted or line.blank:
            continue
        if _is_drawn(line.bare) or _is_attribution_like(lines, at) or _is_header_like(lines, at):
            return at
        if _is_dated_paragraph(lines, at) or _is_second_greeting(lines, at):
            return at
    return len(lines)


def _is_drawn(bare: str) -> bool:
    """A rule, or words between dashes."""
    return is_rule(bare) or (bare.startswith("---") and bare.endswith("---"))


def _is_attribution_like(lines: Sequence[Line], at: int) -> bool:
    """Who wrote and when, alone or with the two lines below it."""
    joined = ""
    for line in lines[at : at + 3]:
        if line.quoted or not line.bare:
            break
        joined = f"{joined} {line.bare}".strip()
        if _tells_writer(joined):
            return True
    return False


def _tells_writer(said: str) -> bool:
    dated, address = has_date(said), has_address(said)
    closed = said.endswith((":", ": -"))
    if closed and (dated or address):
        return True
    wrote = not words.WROTE.isdisjoint(fold(said).replace(":", " ").split())
    if wrote and (dated or address or closed):
        return True
    return dated and _BRACKETED.search(said) is not None


def _is_header_like(lines: Sequence[Line], at: int) -> bool:
    """Two `Word: value` lines, one with an address or a time, whatever the words."""
    below = lines[at + 1] if at + 1 < len(lines) else None
    if below is None or not _LABELLED.match(lines[at].bare) or not _LABELLED.match(below.bare):
        return False
    both = f"{lines[at].bare} {below.bare}"
    return has_address(both) or has_date(both) or has_time(both)


def _is_dated_paragraph(lines: Sequence[Line], at: int) -> bool:
    """A line of its own with day and time that is no sentence."""
    bare = lines[at].bare
    alone = (at == 0 or lines[at - 1].blank) and (at + 1 == len(lines) or lines[at + 1].blank)
    return alone and not bare.endswith((".", "!", "?")) and has_date(bare) and has_time(bare)


def _is_second_greeting(lines: Sequence[Line], at: int) -> bool:
    """A letter's opening below other text."""
    bare = lines[at].bare
    if not at or not lines[at - 1].blank or len(bare) > 40 or bare.count(" ") > 4:
        return False
    said = fold(bare).rstrip(",.!: ").split(" ")
    greets = any(" ".join(said[:size]) in words.GREETINGS for size in (1, 2))
    return greets and (bare.endswith((",", "!")) or len(said) <= 3)
