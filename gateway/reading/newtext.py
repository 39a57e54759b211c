"""What the sender wrote now, told apart from what was quoted (design.md, promise 3).

Two ways of finding it. `_kept` walks down the lines and sets aside what mail programs mark as
quoted. `doubts` then looks at every line that looks like a command in what is left, and asks by
the shape of the text above it whether it could yet be history; if so it must not run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.reading import doubts, signatures
from gateway.reading.attributions import attributions
from gateway.reading.lines import BROKEN, Line, read
from gateway.reading.separators import (
    Block,
    header_blocks,
    is_rule,
    separator,
    unknown_block,
)

_MOST_PASSES = 4
_WRAPPED = 60
"""A quoted line of so many characters may have been wrapped by a program that forgot the mark."""


@dataclass(frozen=True, slots=True)
class NewText:
    """A text taken apart. Every line of it stands in `new` or in `history`, blank ones apart."""

    new: str
    """What the sender wrote now: no history, no signature, lines ended by \\n."""
    history: str
    """What was cut off: quoted text and signatures."""
    doubtful: tuple[str, ...]
    """The lines in `new` that look like commands and may be history: to be asked about, not run."""
    assumed: bool = False
    """Nothing stood above the quoted mail, so `new` is that mail: to show, not to relay."""
    runs_on: bool = False
    """A quoted mail without `>` goes on to the end, so that what follows the text is its."""


@dataclass(slots=True)
class _Run:
    """A quoted stretch, lines `start` to `end`; `quote`: its first line below the attribution."""

    start: int
    quote: int
    end: int
    attributed: bool


@dataclass(frozen=True, slots=True)
class _Marks:
    """Where quoted mails may begin: attributions with the line after each, header blocks."""

    attributions: dict[int, int]
    blocks: dict[int, Block]


@dataclass(frozen=True, slots=True)
class _Walk:
    """What one walk down the lines found: the quoted runs, where history without `>` begins."""

    runs: list[_Run]
    cut: int
    mark_end: int | None
    """Where the mark that begins the history ends; None where a signature or the end cut."""


def split(text: str) -> NewText:
    """Tell what the sender wrote now from what is quoted. Never raises; linear in `text`."""
    lines = read(text)
    kept, assumed, runs_on = _settled(lines)
    chosen = set(kept)
    rest = [at for at in range(len(lines)) if at not in chosen]
    return NewText(
        new=_text(lines, kept),
        history=_text(lines, rest),
        doubtful=doubts.commands(lines, kept, everything=assumed),
        assumed=assumed,
        runs_on=runs_on,
    )


def _settled(lines: Sequence[Line]) -> tuple[list[int], bool, bool]:
    """What is kept when it is read again too: what was cut out may have parted a mark."""
    kept, assumed, runs_on = _kept(lines)
    for _ in range(_MOST_PASSES):
        if len(kept) == len(lines):
            break
        again, _, runs_on_again = _kept([lines[at] for at in kept])
        runs_on = runs_on or runs_on_again
        if len(again) == len(kept):
            break
        kept = [kept[at] for at in again]
    return kept, assumed, runs_on and not assumed


def _text(lines: Sequence[Line], chosen: Sequence[int]) -> str:
    """The chosen lines, without the blank ones around them."""
    filled = [index for index, at in enumerate(chosen) if not lines[at].blank]
    if not filled:
        return ""
    return "".join(f"{lines[at].raw}\n" for at in chosen[filled[0] : filled[-1] + 1])


def _kept(lines: Sequence[Line]) -> tuple[list[int], bool, bool]:
    """The indices of the lines that are new, whether they are so only by assumption, and whether a
    quoted mail runs on to the end."""
    walk = _walk(lines, 0)
    kept = _chosen(lines, walk, 0)
    runs_on = walk.mark_end is not None
    if any(not lines[at].blank for at in kept) or walk.mark_end is None:
        return kept, False, runs_on
    below = _chosen(lines, _walk(lines, walk.mark_end), walk.mark_end)
    if not any(not lines[at].blank for at in below):
        return kept, False, runs_on
    return [*range(walk.cut, walk.mark_end), *below], True, False


def _walk(lines: Sequence[Line], at: int) -> _Walk:
    marks = _Marks(attributions(lines), header_blocks(lines))
    runs: list[_Run] = []
    while at < len(lines):
        if lines[at].quoted:
            end = _run_end(lines, at)
            runs.append(_Run(at, at, end, _is_attributed(lines, at, marks)))
            at = end
            continue
        after = _mark_end(lines, at, marks)
        if after is not None:
            quote = _next_filled(lines, after)
            if quote == len(lines) or not lines[quote].quoted:
                return _Walk(runs, at, after)
            end = _run_end(lines, quote)
            runs.append(_Run(at, quote, end, True))
            at = end
        elif _is_signature(lines, at):
            return _Walk(runs, at, None)
        else:
            at += 1
    return _Walk(runs, len(lines), None)


def _is_signature(lines: Sequence[Line], at: int) -> bool:
    return (
        signatures.is_delimiter(lines[at])
        or signatures.is_device(lines[at])
        or signatures.is_list_footer(lines, at)
    )


def _mark_end(lines: Sequence[Line], at: int, marks: _Marks) -> int | None:
    """The line after the mark that begins a quoted mail here, None where none does."""
    if lines[at].blank:
        return None
    said = separator(lines[at].bare)
    below = _next_filled(lines, at + 1) if said else at
    block = marks.blocks.get(below)
    if said is not None and block is None and below < len(lines):
        block = unknown_block(lines, below)
    if block is not None:
        return block.end
    if said is not None and said[0].known:
        return at + 1
    return marks.attributions.get(at)


def _is_attributed(lines: Sequence[Line], at: int, marks: _Marks) -> bool:
    """Whether a quoted run begins with the mark of a quoted mail ("> On … Jan wrote:")."""
    first = next((i for i in range(at, min(len(lines), at + 5)) if lines[i].bare), at)
    return _mark_end(lines, first, marks) is not None


def _next_filled(lines: Sequence[Line], at: int) -> int:
    while at < len(lines) and lines[at].blank:
        at += 1
    return at


def _run_end(lines: Sequence[Line], at: int) -> int:
    """The line after a quoted run; blank lines within it and wrapped lines belong to it."""
    end = at + 1
    while end < len(lines):
        ahead = _next_filled(lines, end)
        if ahead < len(lines) and lines[ahead].quoted:
            end = ahead + 1
        elif _is_wrapped(lines, end):
            end += 1
        else:
            break
    return end


def _is_wrapped(lines: Sequence[Line], at: int) -> bool:
    """Whether an unquoted line is the end of the quoted one above it."""
    above, line = lines[at - 1], lines[at]
    if line.blank or not above.quoted:
        return False
    if len(above.raw) >= BROKEN:
        return True
    below = lines[at + 1] if at + 1 < len(lines) else None
    wraps = len(above.raw) >= _WRAPPED and not above.bare.endswith((".", "!", "?", ":"))
    return wraps and below is not None and below.quoted


def _chosen(lines: Sequence[Line], walk: _Walk, start: int) -> list[int]:
    """The lines from `start` on that are new, given what the walk found."""
    keep: list[int] = []
    segment: list[int] = []
    at = start
    for run, kept_from in zip(walk.runs, _quotes_kept(lines, walk), strict=True):
        segment.extend(range(at, run.start))
        if run.attributed:
            segment = _above_rule(lines, segment)
        if kept_from is None:
            keep.extend(_unsigned(lines, segment))
            segment = []
        else:
            segment.extend(range(kept_from, run.end))
        at = run.end
    segment.extend(range(at, walk.cut))
    if walk.cut < len(lines):
        segment = _above_rule(lines, segment)
    return keep + _unsigned(lines, segment)


def _quotes_kept(lines: Sequence[Line], walk: _Walk) -> list[int | None]:
    """For each run, from which line on it is kept: quotes that are answered below are, a whole
    quoted mail above or below the answer is not."""
    starts = [run.start for run in walk.runs]
    ends = [*starts[1:], walk.cut] if starts else []
    kept: list[int | None] = []
    answered = False
    interleaved = False
    for run, end in reversed(list(zip(walk.runs, ends, strict=True))):
        text_below = any(not lines[at].blank for at in range(run.end, end))
        answered = answered or text_below
        if run.attributed:
            kept.append(run.quote if text_below and interleaved and run.quote > run.start else None)
            interleaved = False
        else:
            kept.append(run.start if answered else None)
            interleaved = interleaved or answered
    return kept[::-1]


def _unsigned(lines: Sequence[Line], segment: list[int]) -> list[int]:
    """`segment` without the signature at its end; a blank line still parts it from what follows."""
    end = signatures.trim([lines[at] for at in segment])
    parted = end < len(segment) and lines[segment[end]].blank
    return segment[: end + 1] if parted else segment[:end]


def _above_rule(lines: Sequence[Line], segment: list[int]) -> list[int]:
    """`segment` without the rule that a mail program drew between it and the quoted mail."""
    end = len(segment)
    while end and lines[segment[end - 1]].blank:
        end -= 1
    if end and is_rule(lines[segment[end - 1]].bare) and not lines[segment[end - 1]].quoted:
        return segment[: end - 1]
    return segment
