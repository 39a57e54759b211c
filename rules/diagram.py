"""A process as a picture: Mermaid for pages that draw it, SVG that draws itself.

The SVG has a card for each status, with a line for everything that leads on from there; on the
right each status has a lane of its own, in which the lines that lead to it run to its card.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

from rules.durations import read_span
from rules.flow import Transition, transitions
from rules.process import Process
from rules.usage import word_of

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "customer": "customer",
        "staff": "staff",
        "anyone": "anyone",
        "requester": "requester",
        "assignee": "assignee",
        "level": "the ticket's level",
        "finance": "finance",
        "writes": "{} writes",
        "after": "after {}",
        "at_once": "at once",
        "again": "{} writes within {}",
        "business": "business time",
    },
    "fr": {
        "customer": "client",
        "staff": "équipe",
        "anyone": "tous",
        "requester": "demandeur",
        "assignee": "responsable",
        "level": "le niveau du ticket",
        "finance": "comptabilité",
        "writes": "{} écrit",
        "after": "après {}",
        "at_once": "aussitôt",
        "again": "{} écrit, délai {}",
        "business": "temps ouvré",
    },
    "cs": {
        "customer": "zákazník",
        "staff": "tým",
        "anyone": "kdokoli",
        "requester": "zadavatel",
        "assignee": "řešitel",
        "level": "úroveň tiketu",
        "finance": "účtárna",
        "writes": "{} píše",
        "after": "po {}",
        "at_once": "ihned",
        "again": "{} píše, lhůta {}",
        "business": "pracovní doba",
    },
    "nl": {
        "customer": "klant",
        "staff": "medewerker",
        "anyone": "iedereen",
        "requester": "aanvrager",
        "assignee": "behandelaar",
        "level": "het niveau van het ticket",
        "finance": "boekhouding",
        "writes": "{} schrijft",
        "after": "na {}",
        "at_once": "meteen",
        "again": "{} schrijft, termijn {}",
        "business": "werktijd",
    },
    "de": {
        "customer": "Kunde",
        "staff": "Team",
        "anyone": "alle",
        "requester": "Melder",
        "assignee": "Bearbeiter",
        "level": "die Stufe des Tickets",
        "finance": "Buchhaltung",
        "writes": "{} schreibt",
        "after": "nach {}",
        "at_once": "sofort",
        "again": "{} schreibt, Frist {}",
        "business": "Arbeitszeit",
    },
}


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A process in the language of its picture."""

    process: Process
    language: str

    def word(self, name: str) -> str:
        return _WORDS.get(self.language, _WORDS["en"])[name]

    def label(self, status: str) -> str:
        return self.process.say(self.process.statuses[status].label, self.language)

    def who(self, name: str) -> str:
        role = self.process.roles.get(name)
        return self.process.say(role.label, self.language) if role else self.word(name)

    def span(self, text: str) -> str:
        """In symbols that need no language: 14 d, 2 h, 20 min."""
        length = read_span(text)
        if length is None:
            return text
        symbol = {"days": "d", "hours": "h", "minutes": "min"}[length.unit]
        business = f" ({self.word('business')})" if length.business else ""
        return f"{length.count} {symbol}{business}"

    def cause(self, step: Transition) -> str:
        """What leads on, and who does it: `#resolved (Engineer)`, `after 5 days`."""
        match step.by:
            case "command":
                command = self.process.commands[step.name]
                people = ", ".join(self.who(name) for name in command.who)
                return f"#{word_of(step.name, command, self.language)} ({people})"
            case "timer":
                return self.word("after").format(self.span(self.process.timers[step.name].usual))
            case "reply":
                return self.word("writes").format(self.who(step.name))
            case "reopening" if self.process.reopening:
                within = self.span(self.process.reopening.within)
                return self.word("again").format(self.who(step.name), within)
        return self.word("at_once")

    def ways(self) -> Mapping[tuple[str, str], list[str]]:
        """(status before, status after) -> what leads there, without what leads nowhere else."""
        ways: dict[tuple[str, str], list[str]] = {}
        for step in transitions(self.process):
            known = {step.before, step.after} <= self.process.statuses.keys()
            if known and step.before != step.after:
                causes = ways.setdefault((step.before, step.after), [])
                if (cause := self.cause(step)) not in causes:
                    causes.append(cause)
        return ways


# --- Mermaid -----------------------------------------------------------------------------------

_RESERVED = frozenset({"end", "state", "note", "class", "direction", "default", "fork", "join"})
_UNREADABLE = str.maketrans({":": " ", ";": " ", "{": "(", "}": ")", '"': "'", "\n": " "})


def mermaid(process: Process, language: str | None = None) -> str:
    """A `stateDiagram-v2`, as Markdown pages draw it."""
    drawn = _Drawn(process, language or process.language)
    closed = (name for name, status in process.statuses.items() if status.closed)
    lines = [
        "stateDiagram-v2",
        "    direction TB",
        *(f'    state "{_plain(drawn.label(n))}" as {_id(n)}' for n in process.statuses),
        f"    [*] --> {_id(process.start)}",
        *(
            f"    {_id(before)} --> {_id(after)} : {_plain(', '.join(causes))}"
            for (before, after), causes in drawn.ways().items()
        ),
        *(f"    {_id(name)} --> [*]" for name in closed),
    ]
    return "\n".join(lines) + "\n"


def _id(name: str) -> str:
    return f"{name}_" if name in _RESERVED else name


def _plain(text: str) -> str:
    return text.translate(_UNREADABLE)


# --- SVG ---------------------------------------------------------------------------------------

_CARD, _LEFT, _TOP = 520, 24, 64
_ROW, _HEAD, _GAP, _LANE = 22, 34, 22, 18
_COLOURS = ("#0b6e99", "#b3541e", "#2e7d32", "#7b3fa0", "#a01c4a", "#5d6b00", "#34495e", "#00796b")
_STYLE = (
    "text{font-family:system-ui,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;fill:#1d2327}"
    ".title{font-size:20px;font-weight:600}.status{font-size:15px;font-weight:600}"
    ".name{font-size:12px;fill:#6b7280}.way{font-size:13px}.to{font-size:13px;font-weight:600}"
    ".card{fill:#fff;stroke:#c3c9d1}.closed{fill:#eef1f4}.start{stroke:#0b6e99;stroke-width:2}"
    ".line{fill:none;stroke-width:1.4}"
)


@dataclass(frozen=True, slots=True)
class _Card:
    """Where a status is drawn; `rows`: what leads on, and to which status."""

    name: str
    top: int
    colour: str
    lane: int
    rows: tuple[tuple[str, str], ...]

    @property
    def height(self) -> int:
        return _HEAD + _ROW * len(self.rows) + (8 if self.rows else 0)

    @property
    def middle(self) -> int:
        return self.top + _HEAD // 2

    def row(self, n: int) -> int:
        return self.top + _HEAD + _ROW * n + _ROW // 2


def svg(process: Process, language: str | None = None) -> str:
    """The same as a picture of its own, without script or font."""
    drawn = _Drawn(process, language or process.language)
    cards = {card.name: card for card in _cards(drawn)}
    width = _LEFT + _CARD + _LANE * (len(cards) + 2)
    height = max((c.top + c.height for c in cards.values()), default=_TOP) + _LEFT
    title = escape(process.say(process.title, drawn.language))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" aria-label="{title}">',
        f"<title>{title}</title><style>{_STYLE}</style>",
        f'<rect width="{width}" height="{height}" fill="#f7f8fa"/>',
        f'<text class="title" x="{_LEFT}" y="38">{title}</text>',
        *(part for card in cards.values() for part in _lines(card, cards)),
        *(part for card in cards.values() for part in _card(drawn, card, cards)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _cards(drawn: _Drawn) -> Iterator[_Card]:
    top, ways = _TOP, drawn.ways()
    for n, name in enumerate(drawn.process.statuses):
        rows = tuple(
            (cause, after)
            for (before, after), causes in ways.items()
            if before == name
            for cause in causes
        )
        lane = _LEFT + _CARD + _LANE * (n + 1)
        card = _Card(name, top, _COLOURS[n % len(_COLOURS)], lane, rows)
        yield card
        top += card.height + _GAP


def _lines(card: _Card, cards: Mapping[str, _Card]) -> Iterator[str]:
    """From each row to the lane of where it leads, and along it to that card."""
    right = _LEFT + _CARD
    for n, (_, after) in enumerate(card.rows):
        to = cards[after]
        yield (
            f'<path class="line" stroke="{to.colour}" d="M{right} {card.row(n)}H{to.lane}'
            f'V{to.middle}H{right + 7}"/>'
        )
    if any(after == card.name for c in cards.values() for _, after in c.rows):
        y = card.middle
        yield f'<path fill="{card.colour}" d="M{right} {y}l8 -4.5v9z"/>'


def _card(drawn: _Drawn, card: _Card, cards: Mapping[str, _Card]) -> Iterator[str]:
    status = drawn.process.statuses[card.name]
    kinds = "card" + (" closed" if status.closed else "")
    kinds += " start" if card.name == drawn.process.start else ""
    right = _LEFT + _CARD - 14
    yield (
        f'<rect class="{kinds}" x="{_LEFT}" y="{card.top}" width="{_CARD}" '
        f'height="{card.height}" rx="7"/>'
    )
    yield f'<rect x="{_LEFT}" y="{card.top + 8}" width="4" height="18" fill="{card.colour}"/>'
    yield (
        f'<text class="status" x="{_LEFT + 14}" y="{card.top + 22}">'
        f"{escape(drawn.label(card.name))}</text>"
    )
    yield f'<text class="name" text-anchor="end" x="{right}" y="{card.top + 22}">{card.name}</text>'
    for n, (cause, after) in enumerate(card.rows):
        y = card.row(n) + 4
        yield f'<text class="way" x="{_LEFT + 28}" y="{y}">{escape(_cut(cause))}</text>'
        yield (
            f'<text class="to" text-anchor="end" x="{right}" y="{y}" '
            f'style="fill:{cards[after].colour}">'
            f"→ {escape(drawn.label(after))}</text>"
        )


def _cut(text: str, longest: int = 48) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
