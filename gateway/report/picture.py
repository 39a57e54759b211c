"""Bars as numbers for SVG: where each stands, and what it says to whoever cannot see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 900, 220
_TOP, _FOOT = 20, 26
_LINE, _NAME = 26, 240
_LABELS = 10
"""Labels below a chart; more would run into each other."""


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    kind: str
    """one or two: its colour."""
    told: str


@dataclass(frozen=True, slots=True)
class Mark:
    x: float
    y: float
    text: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Picture:
    title: str
    told: str
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    height: int = HEIGHT
    base: float = HEIGHT - _FOOT
    width: int = WIDTH


Row = tuple[str, int, int]
"""A label and two values."""


def columns(title: str, names: tuple[str, str], rows: Sequence[Row]) -> Picture:
    """Two bars side by side for each row, upwards."""
    most = max((max(one, two) for _, one, two in rows), default=0) or 1
    base, step = HEIGHT - _FOOT, WIDTH / max(len(rows), 1)
    bars, marks = [], [Mark(0, 12, str(most), "start")]
    every = -(-len(rows) // _LABELS)
    for n, (label, *values) in enumerate(rows):
        for side, (name, kind, value) in enumerate(zip(names, ("one", "two"), values, strict=True)):
            height = round((base - _TOP) * value / most, 1)
            x = round(n * step + step * (0.15 + 0.35 * side), 1)
            told = f"{label}: {name} {value}"
            bars.append(Bar(x, round(base - height, 1), round(step * 0.33, 1), height, kind, told))
        if n % every == 0:
            marks.append(Mark(round((n + 0.5) * step, 1), HEIGHT - 8, label))
    return Picture(title, _told(names, rows), tuple(bars), tuple(marks))


def lines(title: str, names: tuple[str, str], rows: Sequence[Row]) -> Picture:
    """A stacked bar for each row, sideways, its label before it."""
    most = max((one + two for _, one, two in rows), default=0) or 1
    room = WIDTH - _NAME - 60
    bars, marks = [], []
    for n, (label, *values) in enumerate(rows):
        x, y = float(_NAME), n * _LINE + 4
        for name, kind, value in zip(names, ("one", "two"), values, strict=True):
            width = round(room * value / most, 1)
            if value:
                told = f"{label}: {name} {value}"
                bars.append(Bar(round(x, 1), y, width, _LINE - 8, kind, told))
            x += width
        marks.append(Mark(_NAME - 8, y + 13, label[:34], "end"))
        marks.append(Mark(round(x + 6, 1), y + 13, str(sum(values)), "start"))
    height = max(len(rows), 1) * _LINE + 4
    return Picture(title, _told(names, rows), tuple(bars), tuple(marks), height, height)


def _told(names: tuple[str, str], rows: Sequence[Row]) -> str:
    """All the numbers in words."""
    said = []
    for label, *values in rows:
        pairs = zip(names, values, strict=True)
        said.append(f"{label}: {', '.join(f'{name} {value}' for name, value in pairs if name)}")
    return "; ".join(said)
