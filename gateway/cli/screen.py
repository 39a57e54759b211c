"""Everything that is shown: text for people, JSON for programs, and nothing that drives a terminal.

What comes from mails may hold escape sequences, bidirectional overrides and invisible characters;
they are shown as <U+202E>, and as \\u202e in JSON.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls but tab and newline; C1 holds CSI as one character
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e"  # soft hyphen, fillers, marks of direction
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, separators, overrides, isolates
    "\u3164\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def visible(text: object, *, one_line: bool = True) -> str:
    """The text with what a terminal would obey, or hide, as `<U+001B>`."""
    plain = str(text)
    if one_line:
        plain = " ".join(plain.split()) if "\n" in plain or "\t" in plain else plain
    return UNSEEN.sub(lambda found: f"<U+{ord(found[0]):04X}>", plain)


def json_text(value: object) -> str:
    """JSON on one line, readable as it stands and as harmless on a terminal."""
    text = json.dumps(value, ensure_ascii=False)
    return UNSEEN.sub(lambda found: json.dumps(found[0])[1:-1], text)


def print_json(value: object) -> None:
    print(json_text(value))


def print_json_lines(values: Iterable[object]) -> None:
    for value in values:
        print(json_text(value))


def console(*, errors: bool = False) -> Console:
    """As wide as the terminal, or wide enough for whatever reads a pipe; no colour there."""
    from rich.console import Console

    stream = sys.stderr if errors else sys.stdout
    width = None if stream.isatty() else 160
    return Console(file=stream, highlight=False, markup=False, emoji=False, width=width)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> RenderableType:
    """A table of one-line cells; None is an empty one. A column `#name` is of numbers."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        number = column.startswith("#")
        shown.add_column(column.lstrip("#"), justify="right" if number else "left")
    for row in rows:
        shown.add_row(*(Text("" if cell is None else visible(cell)) for cell in row))
    return shown


def facts(pairs: Mapping[str, object]) -> RenderableType:
    """Name and value a line; without those that have no value."""
    from rich.table import Table
    from rich.text import Text

    shown = Table.grid(padding=(0, 2))
    for name, value in pairs.items():
        if value not in (None, "", ()):
            shown.add_row(Text(name, style="dim"), Text(visible(value)))
    return shown


def when(at: datetime | str | None, zone: tzinfo = UTC) -> str:
    """2026-11-21 10:00, in the zone; "" for no moment."""
    if at is None:
        return ""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on standard error where that is a terminal. What it gives is called with what is being
    done, how much of it is done, and how much it is in all (0: nobody knows)."""
    from rich.progress import Progress

    errors = console(errors=True)
    with Progress(console=errors, transient=True, disable=not errors.is_terminal) as bars:
        task = bars.add_task("", total=None)

        def report(what: str, done: int, whole: int) -> None:
            bars.update(task, description=what, completed=done, total=whole or None)

        yield report
