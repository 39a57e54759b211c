"""A process as a picture: which statuses there are, and what leads from one to another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rules.flow import Transition, transitions
from rules.process import Process

ANY_OPEN = "any_open"
"""Stands for every open status, where something leads to one place from all of them."""


@dataclass(frozen=True, slots=True)
class Box:
    """A status. `kind`: desk or customer (whose turn it is), closed, or any (`ANY_OPEN`)."""

    name: str
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class Arrow:
    before: str
    after: str
    labels: tuple[str, ...]

    @property
    def label(self) -> str:
        return ", ".join(self.labels)


@dataclass(frozen=True, slots=True)
class Diagram:
    """What a picture of the process shows, in the order of its file."""

    title: str
    start: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def diagram_of(process: Process) -> Diagram:
    """With labels, commands and title in the process's own language."""
    labels: dict[tuple[str, str], list[str]] = {}
    for before, after, label in _edges(process):
        found = labels.setdefault((before, after), [])
        if label and label not in found:
            found.append(label)
    arrows = tuple(Arrow(before, after, tuple(said)) for (before, after), said in labels.items())
    boxes = [
        Box(name, process.say(status.label, process.language), _kind(process, name))
        for name, status in process.statuses.items()
    ]
    if any(arrow.before == ANY_OPEN for arrow in arrows):
        boxes.insert(0, Box(ANY_OPEN, "(any open)", "any"))
    title = process.say(process.title, process.language)
    return Diagram(title, process.start, tuple(boxes), arrows)


def _kind(process: Process, name: str) -> str:
    status = process.statuses[name]
    return "closed" if status.closed else status.waits_for


def _edges(process: Process) -> Iterator[tuple[str, str, str]]:
    """Before, after and label; what leads to a place from all other open statuses only once."""
    sources: dict[tuple[Transition, str], list[str]] = {}
    for move in transitions(process):
        if move.before != move.after:
            same = Transition(move.by, move.name, "", move.after)
            sources.setdefault((same, move.after), []).append(move.before)
    for (move, after), befores in sources.items():
        others = [name for name in process.open_statuses() if name != after]
        everywhere = len(others) > 2 and set(others) <= set(befores)
        rest = [name for name in befores if not everywhere or name not in others]
        for before in [ANY_OPEN] * everywhere + rest:
            yield before, after, _label(process, move)


def _label(process: Process, move: Transition) -> str:
    match move.by:
        case "command":
            aliases = process.commands[move.name].alias.get(process.language, ())
            return f"#{next(iter(aliases), move.name)}"
        case "timer":
            return f"{move.name}: {process.timers[move.name].usual}"
        case "reply" | "reopening":
            return f"✉ {move.name}"
    return ""


# --- Mermaid -------------------------------------------------------------------------------------

_COLOURS: Mapping[str, tuple[str, str]] = {
    "desk": ("#dbeafe", "#1d4ed8"),
    "customer": ("#fef3c7", "#b45309"),
    "closed": ("#e5e7eb", "#4b5563"),
    "any": ("#ffffff", "#9ca3af"),
}
"""By kind: inside and outline."""


def mermaid(diagram: Diagram) -> str:
    """A state diagram that Markdown readers draw."""
    lines = ["---", f"title: {_quoted(diagram.title)}", "---", "stateDiagram-v2"]
    lines += [f"  state {_quoted(box.label)} as {box.name}" for box in diagram.boxes]
    lines += [f"  [*] --> {diagram.start}"]
    for arrow in diagram.arrows:
        label = f": {arrow.label.replace(':', ' ')}" if arrow.labels else ""
        lines.append(f"  {arrow.before} --> {arrow.after}{label}")
    lines += [f"  {box.name} --> [*]" for box in diagram.boxes if box.kind == "closed"]
    for kind, (inside, outline) in _COLOURS.items():
        named = ",".join(box.name for box in diagram.boxes if box.kind == kind)
        if named:
            lines.append(f"  classDef {kind} fill:{inside},stroke:{outline},color:#111827")
            lines.append(f"  class {named} {kind}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', "'") + '"'


# --- SVG -----------------------------------------------------------------------------------------

_LETTER = 7.2
_SLOT = 22
_GAP = 26
_LANE = 14
_PAD = 12


@dataclass(frozen=True, slots=True)
class _Line:
    """An arrow in its place: where it leaves and arrives, and the lane it runs in."""

    arrow: Arrow
    leaves: float
    arrives: float
    right: bool
    lane: int


def svg(diagram: Diagram) -> str:
    """The statuses one below the other; what leads down runs at the right, what leads up left."""
    tops, height = _tops(diagram)
    lines = _lines(diagram, tops)
    left = _side(lines, right=False)
    width = max(len(box.label) for box in diagram.boxes) * _LETTER + 2 * _PAD
    whole = left + width + _side(lines, right=True)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole:.0f} {height:.0f}" '
        f'font-family="sans-serif" font-size="12"><title>{_escaped(diagram.title)}</title>',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" '
        'markerHeight="8" orient="auto">'
        '<path d="M0,0 L8,4 L0,8 z" fill="#374151"/></marker></defs>',
        f'<rect width="{whole:.0f}" height="{height:.0f}" fill="#ffffff"/>',
    ]
    parts += [_drawn_box(diagram, box, left, width, tops) for box in diagram.boxes]
    parts += [_drawn_line(line, lines, left, width) for line in lines]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _ends(diagram: Diagram, name: str, order: Mapping[str, int]) -> list[tuple[Arrow, bool, bool]]:
    """The arrow ends at a box, from above to below: arrow, whether it leaves, whether at right."""
    found = [
        (arrow, arrow.before == name, order[arrow.after] > order[arrow.before])
        for arrow in diagram.arrows
        if name in (arrow.before, arrow.after)
    ]
    return sorted(found, key=lambda end: (end[1] == end[2], -order[end[0].before]))


def _order(diagram: Diagram) -> dict[str, int]:
    return {box.name: index for index, box in enumerate(diagram.boxes)}


def _tops(diagram: Diagram) -> tuple[dict[str, tuple[float, float]], float]:
    """Top and height of each box, and the height of the whole."""
    order, top = _order(diagram), float(_PAD)
    tops: dict[str, tuple[float, float]] = {}
    for box in diagram.boxes:
        ends = _ends(diagram, box.name, order)
        at_right = sum(right for *_, right in ends)
        slots = max(at_right, len(ends) - at_right, 1)
        tops[box.name] = (top, slots * _SLOT + _PAD)
        top += slots * _SLOT + _PAD + _GAP
    return tops, top


def _lines(diagram: Diagram, tops: Mapping[str, tuple[float, float]]) -> list[_Line]:
    order = _order(diagram)
    places: dict[tuple[Arrow, bool], float] = {}
    for box in diagram.boxes:
        used = {True: 0, False: 0}
        for arrow, leaves, right in _ends(diagram, box.name, order):
            places[(arrow, leaves)] = tops[box.name][0] + _PAD / 2 + _SLOT * (used[right] + 0.7)
            used[right] += 1
    lines: list[_Line] = []
    for arrow in sorted(diagram.arrows, key=lambda a: abs(order[a.after] - order[a.before])):
        start, end = places[(arrow, True)], places[(arrow, False)]
        right = order[arrow.after] > order[arrow.before]
        lane = _free_lane(lines, right, min(start, end), max(start, end))
        lines.append(_Line(arrow, start, end, right, lane))
    return lines


def _free_lane(lines: list[_Line], right: bool, above: float, below: float) -> int:
    taken = {
        line.lane
        for line in lines
        if line.right == right
        and min(line.leaves, line.arrives) < below
        and max(line.leaves, line.arrives) > above
    }
    return next(lane for lane in range(len(lines) + 1) if lane not in taken)


def _words(lines: list[_Line], right: bool) -> float:
    """The room that labels of a side take before its first lane."""
    return max((len(x.arrow.label) for x in lines if x.right == right), default=0) * _LETTER + _PAD


def _side(lines: list[_Line], *, right: bool) -> float:
    lanes = max((line.lane + 1 for line in lines if line.right == right), default=0)
    return _words(lines, right) + lanes * _LANE + 2 * _PAD


def _drawn_box(
    diagram: Diagram, box: Box, left: float, width: float, tops: Mapping[str, tuple[float, float]]
) -> str:
    top, height = tops[box.name]
    inside, outline = _COLOURS[box.kind]
    thick = 3 if box.name == diagram.start else 1
    return (
        f'<rect x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" height="{height:.0f}" rx="6" '
        f'fill="{inside}" stroke="{outline}" stroke-width="{thick}"/>'
        f'<text x="{left + width / 2:.0f}" y="{top + height / 2 + 4:.0f}" text-anchor="middle" '
        f'font-weight="bold">{_escaped(box.label)}</text>'
    )


def _drawn_line(line: _Line, lines: list[_Line], left: float, width: float) -> str:
    side = 1 if line.right else -1
    edge = left + width if line.right else left
    lane = edge + side * (_words(lines, line.right) + line.lane * _LANE)
    anchor = "start" if line.right else "end"
    return (
        f'<path d="M{edge:.0f},{line.leaves:.0f} H{lane:.0f} V{line.arrives:.0f} H{edge:.0f}" '
        f'fill="none" stroke="#374151" marker-end="url(#tip)"/>'
        f'<text x="{edge + side * 6:.0f}" y="{line.leaves - 4:.0f}" text-anchor="{anchor}">'
        f"{_escaped(line.arrow.label)}</text>"
    )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
