"""The second opinion on new text: could a command's line be history after all?

It shares no rule with the walk of `newtext`: nothing here cuts, and none of it needs a language's
words. It looks for what an unmarked quotation leaves behind above a command: a line that names a
writer or a time like an attribution, header-like lines, a drawn rule, a second greeting.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from gateway.reading import words
from gateway.reading.attributions import begins
from gateway.reading.lines import BROKEN, Line
from gateway.reading.separators import has_address, has_date, has_time, is_rule, label
from gateway.reading.signatures import is_dashed_name
from gateway.reading.words import Header, fold

_COMMAND = re.compile(r"#\s?[^\W\d_]")
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
    among_quotes = _among_quotes(lines, kept)
    return tuple(
        lines[at].raw.strip()
        for index, at in wanted
        if index >= traces or at in among_quotes or _may_be_wrapped(lines, at)
    )


def _may_be_wrapped(lines: Sequence[Line], at: int) -> bool:
    """Whether the line may be the wrapped end of the one above it (security.md, fact 9)."""
    above = lines[at - 1] if at else None
    return above is not None and (above.quoted or len(above.raw) >= BROKEN)


def _among_quotes(lines: Sequence[Line], kept: Sequence[int]) -> range:
    """The lines between quotes, and those below a quote that already has an answer above it.

    What stands below the only quoted stretch of a mail is an answer written at the bottom.
    """
    quoted = [at for at, line in enumerate(lines) if line.quoted]
    if not quoted:
        return range(0)
    answered = any(at < quoted[0] and not lines[at].blank for at in kept)
    return range(quoted[0], len(lines) if answered else quoted[-1])


def _first_trace(lines: Sequence[Line]) -> int:
    """The first line that an unmarked quotation may have left behind; their number if none."""
    for at, line in enumerate(lines):
        if line.quoted or line.blank or looks_like_command(line.bare):
            continue
        if _is_drawn(line.bare) or _is_attribution_like(lines, at) or _is_header_like(lines, at):
            return at
        if _is_dated_paragraph(lines, at) or _is_second_letter(lines, at):
            return at
    return len(lines)


def _is_drawn(bare: str) -> bool:
    """A rule, or words between dashes."""
    return is_rule(bare) or (bare.startswith("---") and bare.endswith("---"))


def _is_attribution_like(lines: Sequence[Line], at: int) -> bool:
    """Who wrote and when, alone or with the two lines below it."""
    joined = ""
    for line in lines[at : at + 3]:
        if line.quoted or not line.bare or looks_like_command(line.bare):
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
    if dated and _BRACKETED.search(said):
        return True
    return dated and address and begins(said) and not said.endswith((".", "!", "?"))


def _is_header_like(lines: Sequence[Line], at: int) -> bool:
    """Two `Word: value` lines, one with an address or a day, whatever the words; or a From."""
    said = label(lines[at].bare)
    if said and (said[0] is Header.FROM or has_address(said[1])):
        return True
    below = lines[at + 1] if at + 1 < len(lines) else None
    if below is None or not _LABELLED.match(lines[at].bare) or not _LABELLED.match(below.bare):
        return False
    both = f"{lines[at].bare} {below.bare}"
    return has_address(both) or has_date(both)


def _is_dated_paragraph(lines: Sequence[Line], at: int) -> bool:
    """A line of its own with day and time that is no sentence, or an attribution's first."""
    bare = lines[at].bare
    alone = (at == 0 or lines[at - 1].blank) and (at + 1 == len(lines) or lines[at + 1].blank)
    if not has_date(bare) or bare.endswith((".", "!", "?")):
        return False
    if begins(bare) and bare.endswith(",") and bare.count(" ") < 5:
        return True
    return alone and has_time(bare)


def _is_second_letter(lines: Sequence[Line], at: int) -> bool:
    """A letter's closing, or a letter's opening below other text."""
    bare = lines[at].bare
    if not at or len(bare) > 40:
        return False
    said = fold(bare).rstrip(",.!: ")
    if said in words.SIGN_OFFS or is_dashed_name(lines, at):
        return True
    first = said.split(" ")
    greets = any(" ".join(first[:size]) in words.GREETINGS for size in (1, 2))
    return greets and lines[at - 1].blank and len(first) <= (5 if bare.endswith((",", "!")) else 3)
