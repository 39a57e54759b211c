"""One page for each shipped template, with everything that the template can show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from gateway.render import Asked, Carried, Entry, Page, Recipient
from gateway.render.offers import offer_links, questions
from gateway.values import Attachment
from rules.model import Desk, Organisation, Priority, Quote, Task, Ticket, TimeEntry, Timer
from rules.process import Process

LANGUAGES = ("en", "fr", "cs", "nl", "de")

NOW = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)
REPLY_TO = "helpdesk+88.abcdefghijklmnopqrstuvwxyz@accel.example"

DESK = Desk(
    "helpdesk@accel.example", "Accel Service Desk", "sample", "nl", "Europe/Brussels", "EUR"
)
ORGANISATION = Organisation("Acme & Zonen")

PROCESS = Process.model_validate(
    {
        "process": "sample",
        "title": "Sample",
        "language": "nl",
        "languages": LANGUAGES,
        "start": "new",
        "roles": {"engineer": {"label": {"nl": "Technieker", "en": "Engineer"}}},
        "tells": "engineer",
        "statuses": {
            "new": {"label": {"nl": "Nieuw", "en": "New", "fr": "Nouveau"}},
            "waiting": {"label": {"nl": "Wacht op klant"}, "waits_for": "customer"},
            "closed": {"label": {"nl": "Afgesloten", "en": "Closed"}, "closed": True},
        },
        "types": {"incident": {"label": {"nl": "Storing", "en": "Incident"}}},
        "commands": {
            "approve": {
                "help": {"en": "Approve the quote", "nl": "De offerte goedkeuren"},
                "alias": {"nl": ["goedkeuren"], "fr": ["valider"]},
            },
            "decline": {
                "help": {"en": "Decline the quote", "nl": "De offerte weigeren"},
                "alias": {"nl": ["weigeren"]},
                "needs": "reason",
            },
            "impact": {
                "help": {"en": "Say who is hindered"},
                "alias": {"nl": ["hinder"]},
                "needs": {"how": "word", "who": "word"},
            },
            "take": {"help": {"en": "Take the ticket", "nl": "Het ticket nemen"}},
            "note": {"help": {"en": "Write to colleagues alone"}, "alias": {"nl": ["nota"]}},
            "rate": {"help": {"en": "Rate our help"}, "needs": {"score": "score"}},
            "yes": {"help": {"en": "Confirm"}, "alias": {"nl": ["ja"]}},
            "raised": {"help": {"en": "The invoice exists"}, "needs": {"number": "word"}},
            "status": {"help": {"en": "See how it stands"}},
        },
        "mails": {
            "asks": [
                {
                    "text": {"en": "Can everybody work on?", "nl": "Kan iedereen verder werken?"},
                    "offers": [
                        {"does": "impact blocked all", "label": {"en": "No, nobody"}},
                        {"does": "impact working one", "label": {"en": "Yes, one is hindered"}},
                    ],
                }
            ]
        },
    }
)

TICKET = Ticket(
    88,
    DESK.address,
    "sample",
    "1",
    "Printer prints <nothing> & jams",
    "new",
    "jan@acme.example",
    datetime(2026, 11, 20, 8, 30, tzinfo=UTC),
    requester_name="Jan Maes",
    language="nl",
    type="incident",
    priority=Priority.HIGH,
    organisation="Acme & Zonen",
    assignee="marie@accel.example",
    participants=("an@acme.example",),
    contract="Magic",
    tasks=(
        Task(1, "Call Jan back", "engineer", due=date(2026, 11, 24)),
        Task(2, "Order a drum", assignee="marie@accel.example"),
        Task(3, "Ask for the serial number", done=True),
    ),
    time=(
        TimeEntry(90, "marie@accel.example", date(2026, 11, 20), True, "Looked at it"),
        TimeEntry(15, "marie@accel.example", date(2026, 11, 21), False, "Called"),
    ),
    quotes=(Quote(1, Decimal("1450.00"), "EUR", "sent", "A new drum"),),
    timers=(
        Timer("approval", datetime(2026, 11, 26, 8, 0, tzinfo=UTC)),
        Timer("remind", datetime(2026, 11, 25, 8, 0, tzinfo=UTC)),
        Timer("first_response", datetime(2026, 11, 25, 9, 0, tzinfo=UTC)),
        Timer("follow_up", datetime(2026, 11, 25, 10, 0, tzinfo=UTC)),
        Timer("close", datetime(2026, 11, 25, 11, 0, tzinfo=UTC)),
        Timer("own", datetime(2026, 11, 25, 12, 0, tzinfo=UTC)),
        Timer("still", None, 4800),
    ),
)

NAMES = {"marie@accel.example": "Marie Peeters", "jan@acme.example": "Jan Maes"}

CARRIED = Carried(
    "Marie Peeters",
    "Hello Jan,\n\nCould you switch it off\nand on again?\n\n    lpstat -t\n\nMarie",
    None,
    (Attachment("manual.pdf", "application/pdf", 4, "x", b"%PDF"),),
)
CARRIED_HTML = replace(CARRIED, html="<p>Hello Jan,</p><p>Could you switch it <b>off</b>?</p>")

HISTORY = (
    Entry(datetime(2026, 11, 20, 8, 30, tzinfo=UTC), "Jan Maes", "It jams.\n\nJan", ("a.png",)),
    Entry(datetime(2026, 11, 20, 9, 0, tzinfo=UTC), "Marie Peeters", "Old one.", internal=True),
)

LINES: tuple[dict[str, object], ...] = (
    {"what": "moved", "from_label": "Nieuw", "to_label": "In behandeling"},
    {"what": "priority", "priority": "high"},
)

ROWS = [
    {"number": 88, "subject": "Printer", "status_label": "Nieuw", "priority": "high"}
    | {"requester": "Jan Maes", "opened_at": "2026-11-20T08:30:00+00:00"},
    {"number": 90, "subject": "Screen", "status_label": "Wacht op klant"},
]
LINK = {"label": "Take", "href": "mailto:helpdesk%2B88.k3f@accel.example", "command": "#take"}
OVERDUE = {"number": 2, "title": "Call back", "due": "2026-11-19", "overdue": True}
INVOICE = [
    {"text": "New drum", "on": "2026-11-20", "by": "Marie Peeters", "quantity": "1.50"}
    | {"unit": "hour", "rate": "90.00", "amount": "135.00"},
    {"text": "Onsite", "on": "2026-11-21", "by": "", "quantity": None}
    | {"unit": "hour", "rate": None, "amount": None},
    {"text": "Quote", "on": "", "by": "Marie Peeters", "quantity": "1"}
    | {"unit": "quote", "rate": "450.00", "amount": "450.00"},
]

QUOTE: dict[str, object] = {"number": 1, "amount": "1450.00", "currency": "EUR"} | {
    "text": "A new drum",
    "valid_until": "2026-12-21",
}

BUDGET: dict[str, object] = {**QUOTE, "contract": "Magic", "minutes": 240} | {
    "contracts": [
        {"contract": "Magic", "unit": "hour", "total": "10", "spent": "7"}
        | {"reserved": "0.5", "left": "2.5"}
    ],
    "over": "1.50",
    "over_unit": "hour",
}

DATA: Mapping[str, Mapping[str, object]] = {
    "acknowledgement": {"new": True},
    "reply": {"lines": LINES[:1]},
    "comment": {},
    "closed": {"lines": LINES[:1], "resolution": "confirmed"},
    "cancelled": {"reason": "No longer needed.\nThe printer is gone."},
    "survey": {},
    "invitation": {"at": NOW.isoformat(), "duration": 90, "engineer": "marie@accel.example"},
    "quote": QUOTE,
    "quote_again": QUOTE,
    "confirmation": {
        "commands": "#approve\n#priority high",
        "shows": {"ticket": 88, "subject": "Printer", "quote": 1}
        | {"amount": "1450.00", "currency": "EUR"},
    },
    "refused": {
        "refusals": [
            {"line": "#aprove", "why": "unknown", "word": "#aprove", "meant": ["#approve"]},
            {"line": "#decline", "why": "with_others"},
        ],
        "possible": [{"command": "approve", "usage": "#approve", "help": "Approve the quote"}],
        "done_lines": LINES,
    },
    "done": {"lines": LINES},
    "help": {
        "commands": [
            {"command": "take", "usage": "#take", "help": "Take the ticket"},
            {"command": "time", "usage": "#time 1h30 TEXT", "help": ""},
        ]
    },
    "status": {},
    "list": {"tickets": ROWS, "more": 3},
    "found": {"rows": ROWS, "more": 1},
    "history": {},
    "contract_left": {
        "rows": [
            {"contract": "Magic", "unit": "hour", "total": "10", "left": "2.5"}
            | {"spent": "7", "reserved": "0.5"},
            {"contract": "Wise", "unit": "EUR", "total": "1200.00", "left": None}
            | {"spent": "0.00", "reserved": "0.00"},
        ]
    },
    "notice": {"headline": "customer_wrote", "from": "Jan Maes", "lines": LINES},
    "next": {"lines": LINES},
    "invoice_notice": {"rows": INVOICE, "totals": ["585.00"], "currency": "EUR"}
    | {"basis": "time", "note": "The visit was not written down."},
    "forged": {},
    "canary": {"code": "abcdefghijklmnopqrstuvwxyz"},
    "operator_notice": {"what": "quarantined", "text": ""}
    | {"details": [{"label": "from", "value": "jan@acme.example"}]},
    "outside": {},
    "service_sheet": {"silence": {"timer": "approval", "days": 5}},
    "service_sheet_again": {},
    "answered": {"silence": {"timer": "close", "days": 1}},
    "budget_request": BUDGET,
    "budget_request_again": BUDGET,
    "digest": {
        "label": "Wacht op antwoord",
        "lists": "due_tasks",
        "entries": [
            {**ROWS[0], "task": None, "links": [LINK, LINK]},
            {**ROWS[0], "task": OVERDUE, "links": []},
        ],
        "more": 2,
    },
}

OFFERS: Mapping[str, tuple[str, ...]] = {
    "acknowledgement": ("status",),
    "reply": ("approve",),
    "closed": tuple(f"rate {score}" for score in range(1, 6)),
    "survey": tuple(f"rate {score}" for score in range(1, 6)),
    "quote": ("approve", "decline"),
    "quote_again": ("approve", "decline"),
    "confirmation": ("yes",),
    "done": ("status",),
    "status": ("approve", "decline"),
    "notice": ("take", "note"),
    "next": ("note",),
    "invoice_notice": ("raised",),
    "service_sheet": ("approve", "decline"),
    "service_sheet_again": ("approve", "decline"),
    "answered": ("approve",),
    "budget_request": ("approve", "decline"),
    "budget_request_again": ("approve", "decline"),
}
FOR_STAFF = frozenset({"notice", "next", "invoice_notice", "operator_notice", "digest"})
CARRYING = frozenset({"reply", "comment", "closed", "quote", "invitation", "notice", "outside"})
WITHOUT_TICKET = frozenset({"canary", "operator_notice", "digest"})


def recipient(language: str, *, staff: bool = False) -> Recipient:
    if staff:
        return Recipient("marie@accel.example", "Marie Peeters", language, DESK.time_zone, True)
    return Recipient("jan@acme.example", "Jan Maes", language, DESK.time_zone, False)


def page(template: str, language: str) -> Page:
    """The fullest mail of that template."""
    reader = recipient(language, staff=template in FOR_STAFF)
    ticket = None if template in WITHOUT_TICKET else TICKET
    asks: tuple[Asked, ...] = ()
    if template == "acknowledgement":
        asks = questions(PROCESS, PROCESS.mails.asks, reader, REPLY_TO, ticket)
    return Page(
        template,
        ticket,
        DESK,
        PROCESS,
        reader,
        NOW,
        True,
        data=DATA[template],
        links=offer_links(PROCESS, OFFERS.get(template, ()), reader, REPLY_TO, ticket),
        asks=asks,
        carried=CARRIED if template in CARRYING else None,
        others=("An Smit",) if ticket else (),
        organisation=ORGANISATION,
        history=HISTORY,
        names=NAMES,
    )


def variants(language: str) -> Iterator[Page]:
    """Every template as full as it can be, bare, for a closed and a waiting ticket, in HTML, for
    staff and without a ticket where that can be."""
    for template in DATA:
        full = page(template, language)
        yield full
        yield replace(full, links=(), asks=(), carried=CARRIED if full.carried else None, others=())
        if full.carried:
            yield replace(full, carried=CARRIED_HTML)
        if full.ticket is None:
            continue
        for status in ("waiting", "closed", "gone"):
            yield replace(full, ticket=replace(TICKET, status=status, assignee=None, type=None))
        yield replace(full, may_repeat=False)
        yield replace(full, recipient=recipient(language, staff=True), organisation=None)
    for template in ("refused", "done", "help", "list", "found", "confirmation"):
        yield replace(page(template, language), ticket=None, links=())
    yield from _empty(language)


def _empty(language: str) -> Iterator[Page]:
    """With as little data as the template can do with."""
    yield replace(page("acknowledgement", language), data={"new": False})
    for priority in Priority:
        ticket = replace(TICKET, priority=priority)
        yield replace(page("acknowledgement", language), ticket=ticket)
    yield replace(page("refused", language), data={"refusals": [{"line": "", "why": "unproven"}]})
    yield replace(page("list", language), data={"tickets": []})
    yield replace(page("found", language), data={"rows": []})
    yield replace(page("contract_left", language), data={"rows": []})
    yield replace(page("cancelled", language), data={})
    yield replace(page("quote", language), data={**QUOTE, "text": "", "valid_until": None})
    yield replace(page("notice", language), data={"headline": "changed"}, carried=None)
    yield replace(page("confirmation", language), data={"commands": "#approve"})
